// SPDX-License-Identifier: MIT
/*
 * One client that floods the module with hints: FRAME_PROGRESS of one frame, as fast as it can,
 * until it is told to end (SIGTERM); then it says how many they were, and how many a second. To
 * compare with, the same client without hints, as busy.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/timerfd.h>

#include <dnnhint.h>

#include "prog.h"
#include "prog_hint.h"

#define DEADLINE_NS UINT64_C(60000000000)

struct arguments {
	uint64_t cpu;
	bool silent;
};

static const struct argp_option options[] = {
	{ "cpu", 'c', "N", 0, "Run on this CPU (default 0)", 0 },
	{ "silent", 's', NULL, 0, "Be as busy without hints", 0 },
	{ 0 },
};

static volatile sig_atomic_t told;

static void on_term(int signal)
{
	told = signal;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'c':
		a->cpu = prog_number(state, "cpu", text, 0, CPU_SETSIZE - 1);
		break;
	case 's':
		a->silent = true;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* Busy in the kernel, with the next of the CPU's timers, which each hint may be as well. */
static void set_timer(int fd, uint64_t turn)
{
	const struct itimerspec t = { .it_value.tv_nsec = 900000 + (long)(turn % 2) * 50000 };

	if (timerfd_settime(fd, 0, &t, NULL))
		error(1, errno, "timerfd_settime");
}

int main(int argc, char **argv)
{
	static const struct argp argp = { options, parse, NULL, "A flood of hints.", 0, 0, 0 };
	const struct dnnhint_stream_params params = {
		.name = "storm", .period_ns = DEADLINE_NS, .deadline_ns = DEADLINE_NS, .levels = 4,
	};
	struct arguments a = { .cpu = 0 };
	struct dnnhint_grant grant;
	uint64_t begun, hints = 0;
	struct dnnhint *h = NULL;
	uint32_t id;
	int ret, timer;

	argp_parse(&argp, argc, argv, 0, 0, &a);
	signal(SIGTERM, on_term);
	prog_run_on(a.cpu);
	ret = dnnhint_open(&h);
	if (ret)
		prog_fail(NULL, "open", ret);
	ret = dnnhint_stream_add(h, &params, &id, NULL);
	if (ret)
		prog_fail(h, "add", ret);
	ret = dnnhint_frame_begin(h, id, 0, &grant);
	if (ret)
		prog_fail(h, "begin", ret);
	timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (timer < 0)
		error(1, errno, "timerfd_create");
	begun = prog_now_ns();
	while (!told) {
		if (a.silent) {
			set_timer(timer, hints++);
			continue;
		}
		ret = dnnhint_frame_post_progress(h, id, grant.frame_id, 1);
		if (ret)
			prog_fail(h, "progress", ret);
		hints++;
	}
	printf("hints=%" PRIu64 " per_second=%" PRIu64 "\n", hints,
	       hints * NS_PER_S / (prog_now_ns() - begun));
	dnnhint_close(h);
	return 0;
}
