// SPDX-License-Identifier: MIT
/*
 * Time an integer loop on one CPU: what a change of frequency must change, and
 * nothing else does.
 */
#include <argp.h>
#include <errno.h>
#include <error.h>
#include <inttypes.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define NS_PER_S UINT64_C(1000000000)

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

static uint64_t number(struct argp_state *state, const char *name, const char *text, uint64_t min,
		       uint64_t max)
{
	char *end;
	unsigned long long value;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || *end || end == text || *text == '-' || value < min || value > max)
		argp_error(state, "%s: '%s' is not a number in %" PRIu64 "..%" PRIu64, name, text,
			   min, max);
	return value;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'c':
		a->cpu = number(state, "cpu", text, 0, CPU_SETSIZE - 1);
		a->pinned = true;
		return 0;
	case 'n':
		a->iterations = number(state, "iterations", text, 1, UINT64_C(1) << 40);
		return 0;
	case 'b':
		a->bursts = number(state, "bursts", text, 1, 1000000);
		return 0;
	case 'g':
		a->gap_us = number(state, "gap", text, 0, 1000000);
		return 0;
	case 't':
		a->total_ms = number(state, "time", text, 1, 3600000);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static uint64_t clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

static void loop(uint64_t iterations)
{
	/* Registers only; the compiler can neither drop nor shorten it. */
	while (iterations--)
		__asm__ volatile("" : "+r"(iterations));
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
	if (a.pinned) {
		cpu_set_t cpus;

		CPU_ZERO(&cpus);
		CPU_SET(a.cpu, &cpus);
		if (sched_setaffinity(0, sizeof(cpus), &cpus))
			error(1, errno, "cannot run on CPU %" PRIu64, a.cpu);
	}
	until = clock_ns() + a.total_ms * (NS_PER_S / 1000);
	for (done = 0; a.total_ms ? clock_ns() < until : done < a.bursts; done++) {
		if (done && a.gap_us) {
			struct timespec gap = {
				.tv_sec = (time_t)(a.gap_us / 1000000),
				.tv_nsec = (long)(a.gap_us % 1000000 * 1000),
			};

			while (nanosleep(&gap, &gap) && errno == EINTR)
				;
		}
		start = clock_ns();
		loop(a.iterations);
		end = clock_ns();
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
