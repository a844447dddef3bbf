// SPDX-License-Identifier: MIT
/*
 * Time an integer loop on one CPU: what a change of frequency must change, and
 * nothing else does.
 */
#include <stdbool.h>
#include <stdio.h>

#include "prog.h"

struct arguments {
	uint64_t cpu;
	bool pinned;
	uint64_t iterations;
	uint64_t bursts;
	uint64_t gap_us;
	uint64_t total_ms;
};

static const struct argp_option options[] = {
	{ "cpu", 'c', "N", 0, "Run on this CPU only", 0 },
	{ "iterations", 'n', "COUNT", 0, "Of the loop, per burst (default 1000000)", 0 },
	{ "bursts", 'b', "COUNT", 0, "Run the loop that often (default 1)", 0 },
	{ "gap", 'g', "US", 0, "Sleep that long between bursts (default 0: not at all)", 0 },
	{ "time", 't', "MS", 0, "Repeat bursts for that long instead", 0 },
	{ 0 },
};

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'c':
		a->cpu = prog_number(state, "cpu", text, 0, CPU_SETSIZE - 1);
		a->pinned = true;
		return 0;
	case 'n':
		a->iterations = prog_number(state, "iterations", text, 1, UINT64_C(1) << 40);
		return 0;
	case 'b':
		a->bursts = prog_number(state, "bursts", text, 1, 1000000);
		return 0;
	case 'g':
		a->gap_us = prog_number(state, "gap", text, 0, 1000000);
		return 0;
	case 't':
		a->total_ms = prog_number(state, "time", text, 1, 3600000);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		options, parse, NULL,
		"Time an integer loop. Prints, per burst: mean, shortest and longest time in ns; "
		"then the number of bursts and the sum of their times in ns.",
		NULL, NULL, NULL
	};
	struct arguments a = { .iterations = 1000000, .bursts = 1 };
	uint64_t start, end, took, until, done, sum = 0, min = UINT64_MAX, max = 0;

	argp_parse(&argp, argc, argv, 0, NULL, &a);
	if (a.pinned)
		prog_run_on(a.cpu);
	until = prog_now_ns() + a.total_ms * (NS_PER_S / 1000);
	for (done = 0; a.total_ms ? prog_now_ns() < until : done < a.bursts; done++) {
		if (done && a.gap_us) {
			struct timespec gap = {
				.tv_sec = (time_t)(a.gap_us / 1000000),
				.tv_nsec = (long)(a.gap_us % 1000000 * 1000),
			};

			while (nanosleep(&gap, &gap) && errno == EINTR)
				;
		}
		start = prog_now_ns();
		prog_loop(a.iterations);
		end = prog_now_ns();
		took = end - start;
		sum += took;
		if (took < min)
			min = took;
		if (took > max)
			max = took;
	}
	if (!done)
		error(1, 0, "the time was over before the first burst");
	printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", sum / done, min,
	       max, done, sum);
	return 0;
}
