/* SPDX-License-Identifier: MIT */
/*
 * Threads that help the session's own. They sleep between frames: spinning ones look busy
 * to a governor, cost energy, and keep others from the CPU. Within a frame they watch for
 * the next task, for a short while only; likewise between frames that follow each other so
 * closely that going to sleep and waking up would be most of the pause.
 *
 * Nobody waits for a thread that has not come: parts of a task go to whoever asks, and the
 * caller does all that nobody else has begun. Beside a busy CPU a thread pool whose tasks end
 * when each thread has looked at them would make a frame as late as that CPU's next free
 * moment.
 */
#ifndef DYNDNN_WORKERS_H
#define DYNDNN_WORKERS_H

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define DYNDNN_MAX_THREADS	64

typedef void (*workers_task)(void *context, uint32_t part);

/**
 * struct worker - a helping thread
 * @all: the session's threads
 * @thread: it
 * @tid: of it
 * @asleep: it waits here to be woken
 * @cpu: where it went to sleep
 */
struct worker {
	struct workers *all;
	pthread_t thread;
	pid_t tid;
	atomic_uint asleep;
	atomic_int cpu;
};

/**
 * struct workers - a session's threads
 * @threads: their number, the caller's among them
 * @worker: all but the caller's, threads - 1 of them
 * @cpus: where they may run
 * @ticket: of the task: its number, how many parts it has, and which is the next to be done
 * @task: what to do. Read before a part is taken: who then gets one has read the right task,
 *	for it does not change before each part is done
 * @context: of @task
 * @done: parts of it that are
 * @waiting: the caller sleeps here until they are all done
 * @close: frames follow each other closely
 * @rested_ns: when the last one ended
 * @resting: no task comes soon
 * @quit: none comes any more
 */
struct workers {
	unsigned int threads;
	struct worker worker[DYNDNN_MAX_THREADS - 1];
	cpu_set_t cpus;
	_Atomic uint64_t ticket;
	_Atomic(workers_task) task;
	_Atomic(void *) context;
	atomic_uint done;
	atomic_uint waiting;
	bool close;
	uint64_t rested_ns;
	atomic_bool resting;
	atomic_bool quit;
};

/*
 * threads: 1..DYNDNN_MAX_THREADS; fewer if the system does not let so many start. The struct
 * must stay where it is until workers_close(), which is to be called in any case. Return 0 or
 * a negative errno.
 */
int workers_open(struct workers *workers, unsigned int threads)
	__attribute__((visibility("hidden")));
void workers_close(struct workers *workers) __attribute__((visibility("hidden")));

/* Where the helping threads may run. Return 0 or a negative errno. */
int workers_set_cpus(struct workers *workers, const cpu_set_t *cpus)
	__attribute__((visibility("hidden")));

/*
 * Do all parts (up to 65,535) of a task with so many threads, the caller's among them, and
 * return when they are done. One caller at a time; a task does not share its parts again.
 */
void workers_share(struct workers *workers, unsigned int threads, workers_task task,
		   void *context, uint32_t parts) __attribute__((visibility("hidden")));

/* A frame begins. Return whether it follows another so closely that the threads are awake. */
bool workers_begin(struct workers *workers) __attribute__((visibility("hidden")));

/* A frame has ended: no task comes, unless the next frame is as close as this one was. */
void workers_rest(struct workers *workers) __attribute__((visibility("hidden")));

#endif
