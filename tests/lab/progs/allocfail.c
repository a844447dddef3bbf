// SPDX-License-Identifier: MIT
/*
 * Do one thing again and again while one of the allocations that our modules ask for fails
 * (failslab), the kernel's random choice: often an early one, then more often a later one.
 *
 *	allocfail ROUNDS load FILE.ko ARGUMENTS	load a module, and unload it
 *	allocfail ROUNDS write FILE TEXT UNDO	write TEXT to FILE, and UNDO after it
 *	allocfail ROUNDS stream			a stream with one frame, from open to close
 *
 * Each must fail with ENOMEM or do what it should all the same. Prints how many allocations
 * failed and how often the whole did; status 1 tells that an error was another one. Who calls
 * this has told failslab which allocations are meant (see gov_memory.sh).
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <dnnhint.h>

#define FAILSLAB "/sys/kernel/debug/failslab/"

/* In percent, one after the other. */
static const int probabilities[] = { 100, 50, 20, 8, 3 };

static char **words;
static const char *at = "";	/* what failed */

static int load(void)
{
	int fd = open(words[0], O_RDONLY | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	if (syscall(SYS_finit_module, fd, words[1], 0))
		ret = -errno;
	close(fd);
	return ret;
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

static int stream(void)
{
	const struct dnnhint_stream_params params = {
		.name = "allocfail", .period_ns = 100000000, .deadline_ns = 100000000, .levels = 4,
	};
	struct dnnhint_result result;
	struct dnnhint_grant grant;
	struct dnnhint *h;
	uint32_t id;
	int ret;

	at = "open";
	ret = dnnhint_open(&h);
	if (!ret) {
		at = "stream_add";
		ret = dnnhint_stream_add(h, &params, &id, &grant);
	}
	if (!ret) {
		at = "frame_begin";
		ret = dnnhint_frame_begin(h, id, 0, &grant);
	}
	if (!ret) {
		at = "frame_end";
		ret = dnnhint_frame_end(h, id, grant.frame_id, 4, &result);
	}
	dnnhint_close(h);
	return ret;
}

static int nothing(void)
{
	return 0;
}

static const struct {
	const char *name;
	int words;
	int (*act)(void);
	int (*undo)(void);
} actions[] = {
	{ "load", 2, load, unload },
	{ "write", 3, put_text, put_undo },
	{ "stream", 0, stream, nothing },
};

static void set(const char *path, int value)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", value);
	if (put(path, text))
		errx(2, "%s takes no %d", path, value);
}

/* Has the allocation that is to fail done so? From here on none does. */
static int disarm(void)
{
	char text[16] = "";
	int fd = open(FAILSLAB "times", O_RDONLY | O_CLOEXEC);

	set(FAILSLAB "probability", 0);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		err(2, "times");
	close(fd);
	return !atoi(text);
}

/* 1: an error that was no lack of memory; failed and gone: what happened. */
static int once(int (*act)(void), int (*undo)(void), int *failed, int *gone)
{
	int ret;

	set(FAILSLAB "times", 1);
	ret = act();
	*failed += disarm();
	if (!ret) {
		ret = undo();
		if (ret)
			errx(1, "undoing: %s", strerror(-ret));
		return 0;
	}
	(*gone)++;
	if (ret == -ENOMEM)
		return 0;
	printf("%s: %s\n", at, strerror(-ret));
	return 1;
}

int main(int argc, char **argv)
{
	int failed = 0, gone = 0, other = 0;
	size_t i = 0, n = sizeof(actions) / sizeof(actions[0]);

	while (argc > 2 && i < n && strcmp(argv[2], actions[i].name))
		i++;
	if (argc <= 2 || i == n || argc != 3 + actions[i].words || atoi(argv[1]) <= 0) {
		fputs("usage: allocfail ROUNDS load FILE.ko ARGUMENTS | write FILE TEXT UNDO | stream\n",
		      stderr);
		return 2;
	}
	words = argv + 3;
	for (size_t p = 0; p < sizeof(probabilities) / sizeof(probabilities[0]); p++) {
		/* certain is certain the first time */
		for (int round = p ? atoi(argv[1]) : 1; round > 0; round--) {
			set(FAILSLAB "probability", probabilities[p]);
			other += once(actions[i].act, actions[i].undo, &failed, &gone);
		}
	}
	printf("%d allocations failed, %d times the whole did\n", failed, gone);
	return other ? 1 : 0;
}
