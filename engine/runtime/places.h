/* SPDX-License-Identifier: MIT */
/* Where the client's thread may run. */
#ifndef DYNDNN_PLACES_H
#define DYNDNN_PLACES_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct places - CPUs of a thread
 * @before: when the client was opened
 * @allowed: where the client may put it
 * @now: where it is
 * @moves: how often it was moved
 */
struct places {
	cpu_set_t before;
	cpu_set_t allowed;
	cpu_set_t now;
	uint64_t moves;
};

/* cpus: where it may run; NULL: where it may run now. Return: 0 or a negative errno. */
int places_init(struct places *places, const cpu_set_t *cpus);

/*
 * Move the thread to those of the CPUs that are allowed; stay if there are none. It runs
 * there when this returns. Return: whether it was moved.
 */
bool places_move(struct places *places, const cpu_set_t *cpus);

/* Give the thread back the affinity it had. */
void places_restore(struct places *places);

#endif
