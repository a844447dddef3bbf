/* SPDX-License-Identifier: MIT */
/* Where the client's threads may run, and how many share a frame: never more than CPUs. */
#ifndef DYNDNN_PLACES_H
#define DYNDNN_PLACES_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include <dyndnn.h>

/**
 * struct places - CPUs of the thread and of its session's
 * @session: whose threads go along
 * @before: CPUs of the thread when the client was opened
 * @allowed: where the client may put the threads
 * @now: where they are
 * @most: threads in use when the client was opened
 * @threads: in use now
 * @moves: how often they were moved
 */
struct places {
	struct dyndnn_session *session;
	cpu_set_t before;
	cpu_set_t allowed;
	cpu_set_t now;
	unsigned int most;
	unsigned int threads;
	uint64_t moves;
};

/* cpus: where the threads may run; NULL: where this one may now. Return: 0 or a negative errno. */
int places_init(struct places *places, struct dyndnn_session *session, const cpu_set_t *cpus);

/*
 * Move the threads to those of the CPUs that are allowed, and use as many as there are
 * CPUs; stay if there are none. They run there when this returns. Return: whether they were
 * moved.
 */
bool places_move(struct places *places, const cpu_set_t *cpus);

/* Give the threads the affinity that this one had, and use as many as before. */
void places_restore(struct places *places);

#endif
