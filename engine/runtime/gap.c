// SPDX-License-Identifier: MIT
#include "gap.h"

#include <sys/resource.h>
#include <time.h>

/* Less is an interrupt or a system call. */
#define LEAST_NS 500000

static uint64_t thread_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static long preemptions(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_THREAD, &usage) ? 0 : usage.ru_nivcsw;
}

void gap_begin(struct gap *gap, uint64_t now_ns)
{
	*gap = (struct gap) {
		.wall_ns = now_ns,
		.cpu_ns = thread_ns(),
		.preempted = preemptions(),
	};
}

void gap_look(struct gap *gap, uint64_t now_ns)
{
	uint64_t cpu_ns = thread_ns();
	uint64_t wall = now_ns - gap->wall_ns, cpu = cpu_ns - gap->cpu_ns;
	long preempted;

	gap->wall_ns = now_ns;
	gap->cpu_ns = cpu_ns;
	if (wall < cpu + LEAST_NS)
		return;
	/* A thread that waited for its workers gave the CPU away by itself. */
	preempted = preemptions();
	if (preempted != gap->preempted && wall - cpu > gap->worst_ns)
		gap->worst_ns = wall - cpu;
	gap->preempted = preempted;
}
