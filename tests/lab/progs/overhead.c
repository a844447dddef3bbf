// SPDX-License-Identifier: MIT
/*
 * What the two calls that bracket a frame cost, user and kernel side apart, and how long
 * after them the frequency has changed. Times are in ns of the lab's virtual clock, which
 * counts instructions.
 *
 * send() and recvfrom() are defined here and so are what the shared library finds: they
 * do the same system call between two looks at the clock.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <dnnhint.h>

#include "prog.h"
#include "prog_hint.h"

#define FRAMES_MAX	10000
#define TRACING		"/sys/kernel/tracing/"

struct arguments {
	uint64_t frames;
	uint64_t period_us;
	uint64_t deadline_us;
	uint64_t levels;
	uint64_t work_us;
	uint64_t rate;
	uint64_t cpu;
	uint64_t top_khz;
	bool no_hints;
	bool count;
	bool step;
	bool post;
};

static const struct argp_option options[] = {
	{ "frames", 'n', "COUNT", 0, "Frames (default 200)", 0 },
	{ "period", 'p', "US", 0, "Between releases (default 10000)", 0 },
	{ "deadline", 'd', "US", 0, "From the release (default: the period)", 0 },
	{ "levels", 'g', "COUNT", 0, "Levels (default 4)", 0 },
	{ "work", 'w', "US", 0, "Length of a frame at full speed (default 500)", 0 },
	{ "rate", 'r', "COUNT", 0, "Turns of the loop per us at full speed (default 166)", 0 },
	{ "cpu", 'c', "N", 0, "Run there (default 0)", 0 },
	{ "react", 't', "KHZ", 0, "Tell how long after the begin of a frame that frequency was set",
	  0 },
	{ "no-hints", 'N', NULL, 0, "Tell the governor nothing", 0 },
	{ "step", 's', NULL, 0, "The frames before those measured take a hundredth of the work", 0 },
	{ "post", 'o', NULL, 0, "Do not wait for the answer to a frame's end", 0 },
	{ "count", 'C', NULL, 0, "Have the kernel trace count the system calls of the frames", 0 },
	{ 0 },
};

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'n':
		a->frames = prog_number(state, "frames", text, 1, FRAMES_MAX);
		return 0;
	case 'p':
		a->period_us = prog_number(state, "period", text, 100, 60000000);
		return 0;
	case 'd':
		a->deadline_us = prog_number(state, "deadline", text, 100, 60000000);
		return 0;
	case 'g':
		a->levels = prog_number(state, "levels", text, 1, DNN_GOV_LEVELS_MAX);
		return 0;
	case 'w':
		a->work_us = prog_number(state, "work", text, 1, 1000000);
		return 0;
	case 'r':
		a->rate = prog_number(state, "rate", text, 1, 1000000);
		return 0;
	case 'c':
		a->cpu = prog_number(state, "cpu", text, 0, CPU_SETSIZE - 1);
		return 0;
	case 't':
		a->top_khz = prog_number(state, "react", text, 1, UINT32_MAX);
		return 0;
	case 'N':
		a->no_hints = true;
		return 0;
	case 's':
		a->step = true;
		return 0;
	case 'o':
		a->post = true;
		return 0;
	case 'C':
		a->count = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/*********************** Clock and calls ***********************/

/* Signed, because what is left when looks at the clock are taken out may be below 0. */
static int64_t now_ns(void)
{
	return (int64_t)prog_now_ns();
}

static int64_t kernel_ns;
static int64_t calls;

ssize_t send(int fd, const void *buffer, size_t size, int flags)
{
	int64_t start = now_ns();
	long ret = syscall(SYS_sendto, fd, buffer, size, flags, NULL, 0);

	kernel_ns += now_ns() - start;
	calls++;
	return ret;
}

ssize_t recvfrom(int fd, void *buffer, size_t size, int flags, struct sockaddr *sender,
		 socklen_t *sender_size)
{
	int64_t start = now_ns();
	long ret = syscall(SYS_recvfrom, fd, buffer, size, flags, sender, sender_size);

	kernel_ns += now_ns() - start;
	calls++;
	return ret;
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* The value below which @ppm of the @nr lie; sorts them. */
static int64_t quantile(int64_t *values, uint64_t nr, uint64_t ppm)
{
	qsort(values, nr, sizeof(*values), compare);
	return values[(nr - 1) * ppm / 1000000];
}

/* What a look at the clock takes. */
static int64_t clock_cost(void)
{
	int64_t taken[101], start;

	for (size_t i = 0; i < 101; i++) {
		start = now_ns();
		for (int k = 0; k < 10; k++)
			now_ns();
		taken[i] = (now_ns() - start) / 11;
	}
	return quantile(taken, 101, 500000);
}

/*********************** The kernel's trace ***********************/

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	if (!file || fputs(text, file) < 0 || fclose(file))
		error(1, errno, "%s", path);
}

/* How many lines of the trace have @text. */
static uint64_t count_trace(const char *text)
{
	FILE *file = fopen(TRACING "trace", "r");
	uint64_t lines = 0;
	char *line = NULL;
	size_t room = 0;

	if (!file)
		error(1, errno, TRACING "trace");
	while (getline(&line, &room, file) >= 0)
		lines += *line != '#' && strstr(line, text);
	free(line);
	fclose(file);
	return lines;
}

/* When @cpu went to @khz, in ns to the microsecond; how many of the at most @room there are. */
static uint64_t read_changes(unsigned int cpu, uint64_t khz, int64_t *when, uint64_t room)
{
	FILE *file = fopen(TRACING "trace", "r");
	unsigned int its_cpu;
	char *line = NULL, *event;
	uint64_t nr = 0, its_khz;
	size_t size = 0;
	double seconds;

	if (!file)
		error(1, errno, TRACING "trace");
	while (nr < room && getline(&line, &size, file) >= 0) {
		event = strstr(line, ": cpu_frequency: ");
		if (!event || sscanf(event, ": cpu_frequency: state=%" SCNu64 " cpu_id=%u", &its_khz,
				     &its_cpu) != 2 || its_cpu != cpu || its_khz != khz)
			continue;
		*event = '\0';
		event = strrchr(line, ' ');
		if (!event || sscanf(event, " %lf", &seconds) != 1)
			continue;
		when[nr++] = (int64_t)(seconds * 1e6 + 0.5) * 1000 + 500;
	}
	free(line);
	fclose(file);
	return nr;
}

/*********************** Frames ***********************/

/* Totals and kernel's parts of the two calls, the looks at the clock taken out. */
struct costs {
	int64_t begin[FRAMES_MAX];
	int64_t begin_kernel[FRAMES_MAX];
	int64_t end[FRAMES_MAX];
	int64_t end_kernel[FRAMES_MAX];
	int64_t at[FRAMES_MAX];		/* before the begin */
	int64_t begin_calls;
	int64_t end_calls;
};

static struct costs costs;

static void settle(int64_t spent, int64_t look, int64_t *total, int64_t *kernel)
{
	/* A look takes time before and after the instant that it tells. */
	*total = spent - (2 * calls + 1) * look;
	*kernel = kernel_ns - calls * look;
}

static void run_frame(struct dnnhint *h, const struct arguments *a, uint32_t stream, uint64_t i,
		      int64_t look)
{
	struct dnnhint_grant grant;
	int64_t start;
	int ret;

	kernel_ns = 0;
	calls = 0;
	start = now_ns();
	costs.at[i] = start;
	if (!a->no_hints) {
		ret = dnnhint_frame_begin(h, stream, 0, &grant);
		if (ret)
			prog_fail(h, "begin", ret);
		settle(now_ns() - start, look, &costs.begin[i], &costs.begin_kernel[i]);
		if (calls > costs.begin_calls)
			costs.begin_calls = calls;
	}
	prog_loop(a->work_us * a->rate);
	if (a->no_hints)
		return;
	kernel_ns = 0;
	calls = 0;
	start = now_ns();
	if (a->post)
		ret = dnnhint_frame_post_end(h, stream, grant.frame_id, grant.level);
	else
		ret = dnnhint_frame_end(h, stream, grant.frame_id, grant.level, NULL);
	if (ret)
		prog_fail(h, "end", ret);
	settle(now_ns() - start, look, &costs.end[i], &costs.end_kernel[i]);
	if (calls > costs.end_calls)
		costs.end_calls = calls;
}

static void print_costs(uint64_t frames, int64_t look)
{
	printf("clock_ns %" PRId64 "\n", look);
	printf("begin_calls %" PRId64 "\n", costs.begin_calls);
	printf("begin_ns %" PRId64 "\n", quantile(costs.begin, frames, 500000));
	printf("begin_p99_ns %" PRId64 "\n", quantile(costs.begin, frames, 990000));
	printf("begin_kernel_ns %" PRId64 "\n", quantile(costs.begin_kernel, frames, 500000));
	printf("end_calls %" PRId64 "\n", costs.end_calls);
	printf("end_ns %" PRId64 "\n", quantile(costs.end, frames, 500000));
	printf("end_p99_ns %" PRId64 "\n", quantile(costs.end, frames, 990000));
	printf("end_kernel_ns %" PRId64 "\n", quantile(costs.end_kernel, frames, 500000));
}

/* From the begin of each frame to the change it brought, if that came within the period. */
static void print_reaction(const struct arguments *a)
{
	static int64_t when[10 * FRAMES_MAX], taken[FRAMES_MAX];
	uint64_t nr = read_changes((unsigned int)a->cpu, a->top_khz, when, 10 * FRAMES_MAX);
	uint64_t k = 0, seen = 0;

	for (uint64_t i = 0; i < a->frames; i++) {
		/* The trace's microsecond may have begun before. */
		while (k < nr && when[k] + 500 < costs.at[i])
			k++;
		if (k < nr && when[k] - costs.at[i] < (int64_t)a->period_us * 1000)
			taken[seen++] = when[k] - costs.at[i];
	}
	printf("react_frames %" PRIu64 "\n", seen);
	if (!seen)
		return;
	printf("react_ns %" PRId64 "\n", quantile(taken, seen, 500000));
	printf("react_p99_ns %" PRId64 "\n", quantile(taken, seen, 990000));
}

/* Frames one after the other, nothing in between: whose system calls the trace has. */
static void count_calls(struct dnnhint *h, const struct arguments *a, uint32_t stream, int64_t look)
{
	char pid[24];

	snprintf(pid, sizeof(pid), "%d", getpid());
	put(TRACING "set_event_pid", pid);
	put(TRACING "events/raw_syscalls/sys_enter/enable", "1");
	put(TRACING "trace", "");
	for (uint64_t i = 0; i < a->frames; i++)
		run_frame(h, a, stream, i, look);
	put(TRACING "events/raw_syscalls/sys_enter/enable", "0");
	/* What is traced beside the frames: turning it on and off, and clearing it. */
	printf("traced_calls %" PRIu64 "\n", count_trace("sys_enter: "));
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		options, parse, NULL, "What the calls of a frame cost. Prints lines of NAME VALUE.",
		NULL, NULL, NULL
	};
	struct arguments a = { .frames = 200, .period_us = 10000, .levels = 4, .work_us = 500,
			       .rate = 166 };
	struct dnnhint_stream_params params = { .name = "overhead" };
	struct arguments before;
	struct dnnhint_grant grant;
	struct dnnhint *h = NULL;
	uint32_t stream = 0;
	int64_t look, release;
	int ret;

	argp_parse(&argp, argc, argv, 0, NULL, &a);
	prog_run_on(a.cpu);
	look = clock_cost();
	if (!a.no_hints) {
		ret = dnnhint_open(&h);
		if (ret)
			error(1, 0, "open: %s", dnnhint_strerror(ret));
		params.period_ns = a.period_us * 1000;
		params.deadline_ns = (a.deadline_us ? a.deadline_us : a.period_us) * 1000;
		params.levels = (uint32_t)a.levels;
		ret = dnnhint_stream_add(h, &params, &stream, &grant);
		if (ret)
			prog_fail(h, "add", ret);
	}
	/* Pages and caches of the library, and the costs that the governor learns. */
	before = a;
	if (a.step)
		before.work_us = (a.work_us + 99) / 100;
	release = now_ns();
	for (int i = 0; i < 30; i++) {
		release += (int64_t)a.period_us * 1000;
		prog_sleep_until(release);
		run_frame(h, &before, stream, 0, look);
	}
	costs.begin_calls = costs.end_calls = 0;
	if (a.count) {
		count_calls(h, &a, stream, look);
	} else {
		if (a.top_khz)
			put(TRACING "trace", "");
		for (uint64_t i = 0; i < a.frames; i++) {
			release += (int64_t)a.period_us * 1000;
			prog_sleep_until(release);
			run_frame(h, &a, stream, i, look);
		}
		prog_sleep_until(release + (int64_t)a.period_us * 1000);
	}
	if (a.top_khz)
		print_reaction(&a);
	if (!a.no_hints) {
		print_costs(a.frames, look);
		dnnhint_close(h);
	}
	return 0;
}
