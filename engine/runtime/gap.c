// SPDX-License-Identifier: MIT
#include "gap.h"

#include <sys/resource.h>
#include <time.h>

/* Less is an interrupt or a system call. */
#define LEAST_NS 500000
#define GONE_TURNS 2

/* Return: whether there is such a clock. */
static bool read_thread_ns(uint64_t *ns)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts))
		return false;
	*ns = (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
	return true;
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
		.preempted = preemptions(),
	};
	gap->blind = !read_thread_ns(&gap->cpu_ns);
}

uint64_t gap_look(struct gap *gap, uint64_t now_ns)
{
	uint64_t wall = now_ns - gap->wall_ns, cpu_ns, cpu;
	long preempted;

	if (gap->blind || !read_thread_ns(&cpu_ns))
		return 0;
	cpu = cpu_ns - gap->cpu_ns;
	gap->wall_ns = now_ns;
	gap->cpu_ns = cpu_ns;
	gap->ran_ns += cpu;
	if (wall < cpu + LEAST_NS)
		return 0;
	/* A thread that waited for its workers gave the CPU away by itself. */
	preempted = preemptions();
	if (preempted == gap->preempted)
		return 0;
	gap->preempted = preempted;
	lose(gap, wall - cpu);
	return wall - cpu;
}

uint64_t gap_reserve(const struct gap *gap, uint64_t work_ns)
{
	uint64_t turn = gap->turn_ns;

	/* Of the first turn only the end is known: a whole one is about as long as what is lost. */
	if (gap->losses < 2 && gap->worst_ns > turn)
		turn = gap->worst_ns;
	/* It was due long ago: who took the CPU then is gone. */
	if (gap->ran_ns > GONE_TURNS * turn)
		return 0;
	/* Turns end at a timer's tick: the next may be as short as half of the shortest. */
	return gap->ran_ns + work_ns <= gap->turn_ns / 2 ? 0 : gap->worst_ns;
}
