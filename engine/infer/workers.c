// SPDX-License-Identifier: MIT
#include "workers.h"

#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "expect.h"

#define PARTS_SHIFT	16
#define TASK_SHIFT	32
#define FIELD_MASK	0xffffu

/*
 * How long to watch before going to sleep. Longer than what a layer takes that nobody shares;
 * waking a thread takes about half of it. Frames with shorter pauses are close.
 */
#define WATCH_NS	100000

/* Looks between two at the clock. */
#define WATCH_LOOKS	32

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__arm__) || defined(__aarch64__)
	__asm__ volatile("yield" ::: "memory");
#endif
}

static void nap(atomic_uint *word, unsigned int while_it_is)
{
	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, while_it_is, NULL, NULL, 0);
}

static void wake(atomic_uint *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static uint32_t parts_of(uint64_t ticket)
{
	return ticket >> PARTS_SHIFT & FIELD_MASK;
}

static bool has_more(uint64_t ticket)
{
	return (ticket & FIELD_MASK) < parts_of(ticket);
}

/* Do parts of the task until there are none left to begin. Return whether there was one. */
static bool help(struct workers *w)
{
	uint64_t ticket = atomic_load(&w->ticket);
	bool helped = false;

	while (has_more(ticket)) {
		workers_task task = atomic_load_explicit(&w->task, memory_order_relaxed);
		void *context = atomic_load_explicit(&w->context, memory_order_relaxed);

		if (!atomic_compare_exchange_weak(&w->ticket, &ticket, ticket + 1))
			continue;
		task(context, ticket & FIELD_MASK);
		helped = true;
		if (atomic_fetch_add(&w->done, 1) + 1 == parts_of(ticket) &&
		    atomic_exchange(&w->waiting, 0))
			wake(&w->waiting);
		ticket = atomic_load(&w->ticket);
	}
	return helped;
}

/* Watch until there is a part to do, or it is time to sleep. Return whether there is one. */
static bool watch(struct workers *w)
{
	const uint64_t end = expect_now_ns() + WATCH_NS;

	do {
		for (int i = 0; i < WATCH_LOOKS; i++) {
			if (has_more(atomic_load_explicit(&w->ticket, memory_order_relaxed)))
				return true;
			if (atomic_load_explicit(&w->resting, memory_order_relaxed))
				return false;
			relax();
		}
	} while (expect_now_ns() < end);
	return false;
}

static void *work(void *context)
{
	struct worker *self = context;
	struct workers *w = self->all;

	self->tid = gettid();
	atomic_fetch_add(&w->done, 1);
	while (!atomic_load(&w->quit)) {
		help(w);
		if (watch(w))
			continue;
		/* Whoever shares a task after this sees the sleeper; if before, here is its ticket. */
		atomic_store_explicit(&self->cpu, sched_getcpu(), memory_order_relaxed);
		atomic_store(&self->asleep, 1);
		if (!has_more(atomic_load(&w->ticket)) && !atomic_load(&w->quit))
			nap(&self->asleep, 1);
		atomic_store(&self->asleep, 0);
	}
	return NULL;
}

/*
 * A thread wakes up where it went to sleep, unless the kernel finds an idle CPU for it, which
 * it does not look for while much is going on. On the caller's it would wait until the caller
 * sleeps.
 */
static void keep_apart(struct worker *worker)
{
	int here = sched_getcpu();
	cpu_set_t others = worker->all->cpus;

	if (here < 0 || atomic_load_explicit(&worker->cpu, memory_order_relaxed) != here)
		return;
	CPU_CLR(here, &others);
	if (CPU_COUNT(&others))
		sched_setaffinity(worker->tid, sizeof(others), &others);
}

static void rouse(struct worker *worker)
{
	if (!atomic_load(&worker->asleep) || !atomic_exchange(&worker->asleep, 0))
		return;
	keep_apart(worker);
	wake(&worker->asleep);
}

/* The program's signals are for its own threads. */
static int start(struct workers *w)
{
	struct worker *worker = &w->worker[w->threads - 1];
	sigset_t all, before;
	int err;

	worker->all = w;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&worker->thread, NULL, work, worker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!err)
		w->threads++;
	return -err;
}

int workers_open(struct workers *w, unsigned int threads)
{
	int err = 0;

	memset(w, 0, sizeof(*w));
	w->threads = 1;
	/* Of more CPUs than the set has room for none is known: threads stay where they are put. */
	sched_getaffinity(0, sizeof(w->cpus), &w->cpus);
	while (!err && w->threads < threads)
		err = start(w);
	/* Until each has said who it is. */
	while (atomic_load(&w->done) < w->threads - 1)
		sched_yield();
	return w->threads > 1 ? 0 : err;
}

void workers_close(struct workers *w)
{
	atomic_store(&w->quit, true);
	atomic_store(&w->resting, true);
	for (unsigned int i = 0; i + 1 < w->threads; i++) {
		rouse(&w->worker[i]);
		pthread_join(w->worker[i].thread, NULL);
	}
	w->threads = 0;
}

bool workers_begin(struct workers *w)
{
	if (w->threads > 1)
		w->close = expect_now_ns() - w->rested_ns < WATCH_NS;
	return w->close;
}

void workers_rest(struct workers *w)
{
	if (w->threads < 2)
		return;
	w->rested_ns = expect_now_ns();
	if (!w->close)
		atomic_store_explicit(&w->resting, true, memory_order_relaxed);
}

int workers_set_cpus(struct workers *w, const cpu_set_t *cpus)
{
	w->cpus = *cpus;
	for (unsigned int i = 0; i + 1 < w->threads; i++) {
		if (sched_setaffinity(w->worker[i].tid, sizeof(*cpus), cpus))
			return -errno;
	}
	return 0;
}

/* The others are at their last parts. */
static void wait_for_others(struct workers *w, uint32_t parts)
{
	const uint64_t end = expect_now_ns() + WATCH_NS;

	do {
		for (int i = 0; i < WATCH_LOOKS; i++) {
			if (atomic_load(&w->done) == parts)
				return;
			relax();
		}
	} while (expect_now_ns() < end);
	for (;;) {
		atomic_store(&w->waiting, 1);
		if (atomic_load(&w->done) == parts)
			break;
		nap(&w->waiting, 1);
	}
	atomic_store(&w->waiting, 0);
}

void workers_share(struct workers *w, unsigned int threads, workers_task task, void *context,
		   uint32_t parts)
{
	uint64_t number = (atomic_load_explicit(&w->ticket, memory_order_relaxed) >> TASK_SHIFT) + 1;

	if (threads < 2 || parts < 2) {
		for (uint32_t i = 0; i < parts; i++)
			task(context, i);
		return;
	}
	atomic_store_explicit(&w->task, task, memory_order_relaxed);
	atomic_store_explicit(&w->context, context, memory_order_relaxed);
	atomic_store_explicit(&w->done, 0, memory_order_relaxed);
	atomic_store_explicit(&w->resting, false, memory_order_relaxed);
	atomic_store(&w->ticket, number << TASK_SHIFT | (uint64_t)parts << PARTS_SHIFT);
	for (unsigned int i = 0; i + 1 < threads && i + 1 < w->threads; i++)
		rouse(&w->worker[i]);
	help(w);
	if (atomic_load(&w->done) < parts)
		wait_for_others(w, parts);
}
