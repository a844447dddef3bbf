/* SPDX-License-Identifier: MIT */
/*
 * What the lab's programs share. All of it inline: what they measure is small, and a loop
 * must take the same wherever it stands.
 */
#ifndef LAB_PROG_H
#define LAB_PROG_H

#include <argp.h>
#include <errno.h>
#include <error.h>
#include <inttypes.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#define NS_PER_S UINT64_C(1000000000)

/* The number that option @name was given, or the end of the program. */
static inline uint64_t prog_number(struct argp_state *state, const char *name, const char *text,
				   uint64_t min, uint64_t max)
{
	char *end;
	uint64_t value;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || *end || end == text || *text == '-' || value < min || value > max)
		argp_error(state, "%s: '%s' is not a number in %" PRIu64 "..%" PRIu64, name, text,
			   min, max);
	return value;
}

static inline void prog_run_on(uint64_t cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		error(1, errno, "cannot run on CPU %" PRIu64, cpu);
}

static inline uint64_t prog_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static inline void prog_sleep_until(uint64_t ns)
{
	const struct timespec t = {
		.tv_sec = (time_t)(ns / NS_PER_S),
		.tv_nsec = (long)(ns % NS_PER_S),
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

static inline void prog_loop(uint64_t turns)
{
	/* Registers only; the compiler can neither drop nor shorten it. */
	while (turns--)
		__asm__ volatile("" : "+r"(turns));
}

#endif
