// SPDX-License-Identifier: MIT
#include "paces.h"

#include <string.h>

static void set_point(struct pace_point *point, const cpu_set_t *cpus, unsigned int threads)
{
	point->cpus = *cpus;
	point->threads = threads;
	point->whole = (struct whole) { .threads = threads };
}

void paces_init(struct paces *paces, const cpu_set_t *cpus, unsigned int threads)
{
	*paces = (struct paces) { .used = 1, .next = 1 };
	set_point(&paces->point[0], cpus, threads);
}

static struct pace_point *make_room(struct paces *paces)
{
	unsigned int i;

	if (paces->used < PACES) {
		i = paces->used++;
	} else {
		if (paces->next == paces->now)
			paces->next = (paces->next + 1) % PACES;
		i = paces->next;
	}
	paces->next = (i + 1) % PACES;
	return &paces->point[i];
}

void paces_move(struct paces *paces, const cpu_set_t *cpus, unsigned int threads)
{
	const struct pace *here = paces_now(paces);
	struct pace_point *point;

	for (unsigned int i = 0; i < paces->used; i++) {
		if (CPU_EQUAL(&paces->point[i].cpus, cpus) && paces->point[i].threads == threads) {
			paces->now = i;
			return;
		}
	}
	point = make_room(paces);
	set_point(point, cpus, threads);
	/* Layers keep their parts of a group's time; how fast these CPUs are is not known. */
	point->pace = *here;
	memset(point->pace.best_ns, 0, sizeof(point->pace.best_ns));
	paces->now = (unsigned int)(point - paces->point);
}

uint64_t paces_level_ns(const struct paces *paces, unsigned int level)
{
	const struct pace_point *point = &paces->point[paces->now];

	return point->threads > 1 ? whole_level_ns(&point->whole, level) :
				    pace_level_ns(&point->pace, level);
}
