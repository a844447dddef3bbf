// SPDX-License-Identifier: MIT
#include "gap.h"

#include <sys/resource.h>
#include <time.h>

/* Less is an interrupt or a system call. */
#define LEAST_NS 500000
#define GONE_TURNS 2

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

/* The turn that began with the frame had begun before: it counts only for want of another. */
static void lose(struct gap *gap, uint64_t ns)
{
	if (gap->losses < 2 || gap->ran_ns < gap->turn_ns)
		gap->turn_ns = gap->ran_ns;
	gap->losses++;
	gap->ran_ns = 0;
	if (ns > gap->worst_ns)
		gap->worst_ns = ns;
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
	gap->ran_ns += cpu;
	if (wall < cpu + LEAST_NS)
		return;
	/* A thread that waited for its workers gave the CPU away by itself. */
	preempted = preemptions();
	if (preempted != gap->preempted)
		lose(gap, wall - cpu);
	gap->preempted = preempted;
}

uint64_t gap_reserve(const struct gap *gap, uint64_t work_ns)
{
	/* It was due long ago: who took the CPU then is gone. */
	if (gap->ran_ns > GONE_TURNS * gap->turn_ns)
		return 0;
	return gap->ran_ns + work_ns <= gap->turn_ns ? 0 : gap->worst_ns;
}
