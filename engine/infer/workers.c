// SPDX-License-Identifier: MIT
#include "workers.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

/* Each thread of the pool is to say who it is: none may take two turns. */
struct roll_call {
	unsigned int threads;
	pid_t caller;
	atomic_uint present;
	atomic_uint written;
	pid_t *tid;
};

static void answer(void *context, size_t index)
{
	struct roll_call *call = context;
	pid_t self = gettid();

	(void)index;
	if (self != call->caller)
		call->tid[atomic_fetch_add(&call->written, 1)] = self;
	atomic_fetch_add(&call->present, 1);
	while (atomic_load(&call->present) < call->threads)
		sched_yield();
}

int workers_open(struct workers *workers, unsigned int threads)
{
	struct roll_call call = { .threads = threads, .caller = gettid(), .tid = workers->tid };

	memset(workers, 0, sizeof(*workers));
	workers->threads = threads;
	/* No pool at all for one thread: nothing to wake, nothing to wait for. */
	if (threads <= 1)
		return 0;
	workers->pool = pthreadpool_create(threads);
	if (!workers->pool)
		return -ENOMEM;
	/* The library gives fewer if the machine does not let it start as many. */
	workers->threads = call.threads = pthreadpool_get_threads_count(workers->pool);
	pthreadpool_parallelize_1d(workers->pool, answer, &call, call.threads,
				   PTHREADPOOL_FLAG_YIELD_WORKERS);
	return 0;
}

void workers_close(struct workers *workers)
{
	if (workers->pool)
		pthreadpool_destroy(workers->pool);
	workers->pool = NULL;
}

int workers_set_cpus(const struct workers *workers, const cpu_set_t *cpus)
{
	for (unsigned int i = 0; i + 1 < workers->threads; i++) {
		if (sched_setaffinity(workers->tid[i], sizeof(*cpus), cpus))
			return -errno;
	}
	return 0;
}
