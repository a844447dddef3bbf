// SPDX-License-Identifier: MIT
#include "places.h"

#include <errno.h>

static int move(struct places *places, const cpu_set_t *cpus)
{
	if (CPU_EQUAL(cpus, &places->now))
		return 0;
	if (sched_setaffinity(0, sizeof(*cpus), cpus))
		return -errno;
	places->now = *cpus;
	places->moves++;
	return 0;
}

int places_init(struct places *places, const cpu_set_t *cpus)
{
	*places = (struct places) { .moves = 0 };
	if (sched_getaffinity(0, sizeof(places->before), &places->before))
		return -errno;
	places->now = places->before;
	places->allowed = cpus ? *cpus : places->before;
	return move(places, &places->allowed);
}

void places_move(struct places *places, const cpu_set_t *cpus)
{
	cpu_set_t wanted;

	CPU_AND(&wanted, cpus, &places->allowed);
	if (CPU_COUNT(&wanted))
		move(places, &wanted);	/* a CPU that went away meanwhile: stay */
}

void places_restore(struct places *places)
{
	move(places, &places->before);
}
