/* SPDX-License-Identifier: MIT */
/*
 * Threads that help the session's own. They sleep between tasks: spinning ones look
 * busy to a governor, cost energy, and keep others from the CPU.
 */
#ifndef DYNDNN_WORKERS_H
#define DYNDNN_WORKERS_H

#include <pthreadpool.h>
#include <sched.h>
#include <sys/types.h>

#define DYNDNN_MAX_THREADS	64

/**
 * struct workers - a session's threads
 * @threads: their number, the caller's among them
 * @pool: NULL when the caller's thread works alone
 * @tid: of all but the caller's, threads - 1 of them
 */
struct workers {
	unsigned int threads;
	pthreadpool_t pool;
	pid_t tid[DYNDNN_MAX_THREADS];
};

/* threads: 1..DYNDNN_MAX_THREADS. Return 0 or -ENOMEM. */
int workers_open(struct workers *workers, unsigned int threads)
	__attribute__((visibility("hidden")));
void workers_close(struct workers *workers) __attribute__((visibility("hidden")));

/* Where the helping threads may run. Return 0 or a negative errno. */
int workers_set_cpus(const struct workers *workers, const cpu_set_t *cpus)
	__attribute__((visibility("hidden")));

#endif
