// SPDX-License-Identifier: MIT
#include "paces.h"

#include <string.h>

void paces_init(struct paces *paces, const cpu_set_t *cpus)
{
	*paces = (struct paces) { .used = 1, .next = 1 };
	paces->cpus[0] = *cpus;
}

void paces_move(struct paces *paces, const cpu_set_t *cpus)
{
	const struct pace *here = paces_now(paces);
	unsigned int i;

	for (i = 0; i < paces->used; i++) {
		if (CPU_EQUAL(&paces->cpus[i], cpus)) {
			paces->now = i;
			return;
		}
	}
	if (paces->used < PACES) {
		i = paces->used++;
	} else {
		if (paces->next == paces->now)
			paces->next = (paces->next + 1) % PACES;
		i = paces->next;
	}
	paces->next = (i + 1) % PACES;
	paces->cpus[i] = *cpus;
	/* Layers keep their parts of a group's time; how fast these CPUs are is not known. */
	paces->pace[i] = *here;
	memset(paces->pace[i].best_ns, 0, sizeof(paces->pace[i].best_ns));
	paces->now = i;
}
