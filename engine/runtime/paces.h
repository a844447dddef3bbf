/* SPDX-License-Identifier: MIT */
/* What is known of a network's times on each set of CPUs that the thread was put on. */
#ifndef DYNDNN_PACES_H
#define DYNDNN_PACES_H

#include <sched.h>

#include "pace.h"

#define PACES 4

/**
 * struct paces - a pace per set of CPUs
 * @now: index of the one in use
 * @used: how many there are
 * @next: which one goes when there is no room
 * @cpus: the sets
 * @pace: the paces
 */
struct paces {
	unsigned int now;
	unsigned int used;
	unsigned int next;
	cpu_set_t cpus[PACES];
	struct pace pace[PACES];
};

/* With one for the CPUs that the thread is on. */
void paces_init(struct paces *paces, const cpu_set_t *cpus);

/* The thread has gone to these CPUs. */
void paces_move(struct paces *paces, const cpu_set_t *cpus);

/* The one in use. */
static inline struct pace *paces_now(struct paces *paces)
{
	return &paces->pace[paces->now];
}

#endif
