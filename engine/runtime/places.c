// SPDX-License-Identifier: MIT
#include "places.h"

#include <errno.h>

/* Return: 1 if the thread was moved, 0 if it is there, or a negative errno. */
static int move(struct places *places, const cpu_set_t *cpus)
{
	if (CPU_EQUAL(cpus, &places->now))
		return 0;
	if (sched_setaffinity(0, sizeof(*cpus), cpus))
		return -errno;
	places->now = *cpus;
	places->moves++;
	return 1;
}

int places_init(struct places *places, const cpu_set_t *cpus)
{
	int ret;

	*places = (struct places) { .moves = 0 };
	if (sched_getaffinity(0, sizeof(places->before), &places->before))
		return -errno;
	places->now = places->before;
	places->allowed = cpus ? *cpus : places->before;
	ret = move(places, &places->allowed);
	return ret < 0 ? ret : 0;
}

bool places_move(struct places *places, const cpu_set_t *cpus)
{
	cpu_set_t wanted;

	CPU_AND(&wanted, cpus, &places->allowed);
	/* a CPU that went away meanwhile: stay */
	return CPU_COUNT(&wanted) && move(places, &wanted) > 0;
}

void places_restore(struct places *places)
{
	move(places, &places->before);
}
