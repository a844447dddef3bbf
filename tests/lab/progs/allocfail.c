// SPDX-License-Identifier: MIT
/*
 * Do one thing again and again while its first allocation fails, then the second, and so on
 * (/proc/thread-self/fail-nth), until it is done and the allocation that was to fail did not
 * come: then each that it makes in its own thread has failed once.
 *
 *	allocfail load FILE.ko ARGUMENTS WRONG	load a module, and unload it; with the arguments
 *						WRONG it is refused before it has begun, and what
 *						the kernel allocates until then is not under test
 *	allocfail write FILE TEXT UNDO		write TEXT to FILE, and UNDO after it
 *	allocfail stream			a stream's life, with a frame and an event
 *	allocfail read				everything that there is to read
 *	allocfail event				there is no memory for an event
 *
 * Each must fail for lack of memory or do what it should all the same. Prints how many
 * allocations failed and how often the whole did; status 1 tells that an error was another one.
 * For an event, which is sent by somebody else, failslab's filter must tell who is meant (see
 * gov_memory.sh).
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <dnnhint.h>

#define FAILSLAB "/sys/kernel/debug/failslab/"
/* More allocations than anything here makes. */
#define MANY 20000

static char **words;
static const char *at = "";	/* what failed */
static int nth_fd;

static int load_with(const char *arguments)
{
	int fd = open(words[0], O_RDONLY | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	if (syscall(SYS_finit_module, fd, arguments, 0))
		ret = -errno;
	close(fd);
	return ret;
}

static int load(void)
{
	return load_with(words[1]);
}

static int unload(void)
{
	char name[64];
	const char *base = strrchr(words[0], '/');

	snprintf(name, sizeof(name), "%s", base ? base + 1 : words[0]);
	name[strcspn(name, ".")] = 0;
	return syscall(SYS_delete_module, name, 0) ? -errno : 0;
}

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

static int put_text(void)
{
	return put(words[0], words[1]);
}

static int put_undo(void)
{
	return put(words[0], words[2]);
}

static int count_stream(const struct dnnhint_stream_info *info, void *ctx)
{
	(void)info;
	++*(unsigned int *)ctx;
	return 0;
}

static int count_policy(const struct dnnhint_policy_info *info, void *ctx)
{
	(void)info;
	++*(unsigned int *)ctx;
	return 0;
}

static const struct dnnhint_stream_params usual = {
	.name = "allocfail", .period_ns = 100000000, .deadline_ns = 100000000, .levels = 4,
};

/* A call of the library: what it returns, unless one before has failed. */
#define STEP(call)							\
	do {								\
		if (!ret) {						\
			at = #call;					\
			ret = (call);					\
		}							\
	} while (0)

static struct dnnhint *handle;	/* opened, which is not under test, while none fails */

static int stream(void)
{
	/* A level cannot be done in that, so the grant falls, which is an event. */
	const struct dnnhint_stream_params tight = { .deadline_ns = 1000000 };
	const struct dnnhint_callbacks callbacks = { NULL, NULL };
	struct dnnhint_result result;
	struct dnnhint_grant grant;
	uint32_t id;
	int ret = 0;

	STEP(dnnhint_stream_add(handle, &usual, &id, &grant));
	STEP(dnnhint_frame_begin(handle, id, 0, &grant));
	STEP(dnnhint_frame_progress(handle, id, grant.frame_id, 1));
	STEP(dnnhint_stream_set(handle, id, &tight, NULL));
	STEP(dnnhint_frame_end(handle, id, grant.frame_id, 4, &result));
	if (!ret) {
		struct pollfd fd = { .fd = dnnhint_event_fd(handle), .events = POLLIN };

		/* One for which there was no memory comes a little later. */
		at = "dispatch";
		poll(&fd, 1, 5000);
		ret = dnnhint_dispatch(handle, &callbacks, NULL);
		ret = ret > 0 ? 0 : ret ? ret : -ENODATA;
	}
	STEP(dnnhint_stream_del(handle, id));
	return ret;
}

static int read_all(void)
{
	struct dnnhint_stream_info info;
	struct dnnhint_grant grant;
	struct dnnhint_stats stats;
	unsigned int count = 0;
	uint32_t id;
	int ret = 0;

	STEP(dnnhint_stream_add(handle, &usual, &id, &grant));
	STEP(dnnhint_stream_get(handle, id, &info));
	STEP(dnnhint_streams_get(handle, count_stream, &count));
	STEP(dnnhint_policies_get(handle, count_policy, &count));
	STEP(dnnhint_stats_get(handle, &stats));
	STEP(dnnhint_observe(handle));
	return ret;
}

static void open_handle(void)
{
	int ret = dnnhint_open(&handle);

	if (ret)
		errx(1, "open: %s", dnnhint_strerror(ret));
}

static int close_handle(void)
{
	dnnhint_close(handle);
	return 0;
}

/* The allocation after so many that this thread makes from here on fails; 0: none does. */
static void arm(unsigned int nth)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(nth_fd, text, (size_t)n, 0) != n)
		err(2, "fail-nth");
}

/* How many are left until then; 0: it has failed. */
static unsigned int disarm(void)
{
	char text[16] = "";

	if (pread(nth_fd, text, sizeof(text) - 1, 0) <= 0)
		err(2, "fail-nth");
	arm(0);
	return (unsigned int)atoi(text);
}

static unsigned int before_load(void)
{
	unsigned int left;

	arm(MANY);
	if (!load_with(words[2]))
		errx(2, "%s takes '%s'", words[0], words[2]);
	left = disarm();
	return MANY - left;
}

static unsigned int none(void)
{
	return 0;
}

static void no_preparation(void)
{
}

static const struct action {
	const char *name;
	int words;
	unsigned int (*before)(void);	/* allocations that are not under test */
	void (*prepare)(void);
	int (*act)(void);
	int (*undo)(void);	/* what was done */
	int (*clear)(void);	/* whatever was done; NULL: nothing */
} actions[] = {
	{ "load", 3, before_load, no_preparation, load, unload, NULL },
	{ "write", 3, none, no_preparation, put_text, put_undo, NULL },
	{ "stream", 0, none, open_handle, stream, NULL, close_handle },
	{ "read", 0, none, open_handle, read_all, NULL, close_handle },
};

/* Of a netlink socket that has no memory for an answer ENOBUFS tells. */
static bool lacks_memory(int ret)
{
	return ret == -ENOMEM || ret == -ENOBUFS;
}

static int each_fails(const struct action *action)
{
	unsigned int first = action->before() + 1, nth, gone = 0, other = 0;
	bool failed;
	int ret = 0;

	for (nth = first; nth < MANY; nth++) {
		action->prepare();
		arm(nth);
		ret = action->act();
		failed = !disarm();
		if (ret && !lacks_memory(ret)) {
			printf("allocation %u: %s: %s\n", nth, at, strerror(-ret));
			other++;
		}
		gone += !!ret;
		if (!ret && action->undo) {
			int undone = action->undo();

			if (undone)
				errx(1, "allocation %u: undoing: %s", nth, strerror(-undone));
		}
		if (action->clear)
			action->clear();
		if (!failed)
			break;
	}
	if (ret)
		errx(1, "without a failure: %s: %s", at, strerror(-ret));
	printf("%u allocations failed, %u times the whole did\n", nth - first, gone);
	return other || nth == MANY ? 1 : 0;
}

/*********************** An event ***********************/

#define CAP "/sys/kernel/dnn_emufreq/policy%u/thermal_cap_khz"
#define GIVE_UP_NS 20000000000ULL

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void set(const char *path, int value)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", value);
	if (put(path, text))
		errx(2, "%s takes no %d", path, value);
}

static int get(const char *path)
{
	char text[16] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		err(2, "%s", path);
	close(fd);
	return atoi(text);
}

static int fastest(const struct dnnhint_policy_info *info, void *ctx)
{
	struct dnnhint_policy_info *best = ctx;

	if (info->max_khz > best->max_khz)
		*best = *info;
	return 0;
}

struct told {
	unsigned int events, lost;
	uint32_t grant;
};

static void on_grant(const struct dnnhint_event *event, void *ctx)
{
	struct told *told = ctx;

	told->events++;
	told->grant = event->grant;
}

static void on_lost(void *ctx)
{
	((struct told *)ctx)->lost++;
}

static void hear(struct dnnhint *h, struct told *told)
{
	const struct dnnhint_callbacks callbacks = { on_grant, on_lost };
	struct pollfd fd = { .fd = dnnhint_event_fd(h), .events = POLLIN };
	int ret = 0;

	if (poll(&fd, 1, 10) == 1)
		ret = dnnhint_dispatch(h, &callbacks, told);
	if (ret < 0)
		errx(1, "dispatch: %s", dnnhint_strerror(ret));
}

/*
 * A cap takes levels away while no allocation of the module succeeds: as soon as they do again the
 * owner hears of it, and an observer hears that something was lost.
 */
static int no_event(void)
{
	struct dnnhint_policy_info policy = { .max_khz = 0 };
	struct dnnhint_cost costs[4] = { { .cycles = 0 } };
	struct dnnhint_stream_params params = usual;
	struct told owner = { 0 }, observer = { 0 };
	struct dnnhint_stream_info info;
	struct dnnhint_grant grant = { .level = 0 };
	struct dnnhint *other;
	uint64_t end;
	char cap[64];
	uint32_t id;
	int ret = 0;

	open_handle();
	STEP(dnnhint_open(&other));
	STEP(dnnhint_observe(other));
	STEP(dnnhint_policies_get(handle, fastest, &policy));
	params.cpus = &policy.cpus;
	params.costs = costs;
	/* At the top the last level takes half of the deadline. */
	for (unsigned int k = 0; k < 4; k++)
		costs[k].cycles = (uint64_t)policy.max_khz * 100 / 8 * (k + 1);
	STEP(dnnhint_stream_add(handle, &params, &id, &grant));
	STEP(dnnhint_frame_begin(handle, id, 0, &grant));
	if (ret)
		errx(1, "%s: %s", at, dnnhint_strerror(ret));
	if (grant.level != 4)
		errx(1, "granted %u before the cap", grant.level);

	snprintf(cap, sizeof(cap), CAP, policy.cpu);
	set(FAILSLAB "times", 1000000);
	set(FAILSLAB "probability", 100);
	set(cap, (int)policy.max_khz / 4);
	for (end = now_ns() + GIVE_UP_NS; get(FAILSLAB "times") == 1000000;)
		if (now_ns() > end)
			errx(1, "nothing has failed");
	set(FAILSLAB "probability", 0);
	if (owner.events || observer.events)
		errx(1, "there was memory");
	for (end = now_ns() + GIVE_UP_NS; !owner.events || !(observer.lost + observer.events);) {
		hear(handle, &owner);
		hear(other, &observer);
		if (now_ns() > end)
			errx(1, "owner: %u events, observer: %u, lost %u", owner.events,
			     observer.events, observer.lost);
	}
	STEP(dnnhint_stream_get(handle, id, &info));
	hear(handle, &owner);
	if (ret || info.grant == 4 || owner.grant != info.grant)
		errx(1, "told %u, is %u", owner.grant, info.grant);
	set(cap, 0);
	printf("%d allocations failed, told %u\n", 1000000 - get(FAILSLAB "times"), owner.grant);
	dnnhint_close(other);
	dnnhint_close(handle);
	return 0;
}

int main(int argc, char **argv)
{
	size_t i = 0, n = sizeof(actions) / sizeof(actions[0]);

	if (argc == 2 && !strcmp(argv[1], "event"))
		return no_event();
	while (argc > 1 && i < n && strcmp(argv[1], actions[i].name))
		i++;
	if (argc <= 1 || i == n || argc != 2 + actions[i].words) {
		fputs("usage: allocfail load FILE.ko ARGUMENTS WRONG | write FILE TEXT UNDO | stream | read | event\n",
		      stderr);
		return 2;
	}
	words = argv + 2;
	nth_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (nth_fd < 0)
		err(2, "fail-nth");
	return each_fails(&actions[i]);
}
