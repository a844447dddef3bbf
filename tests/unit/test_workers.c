// SPDX-License-Identifier: MIT
/* Threads that share tasks: each part is done once, and who has nothing to do sleeps. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "../../engine/infer/workers.h"

#define MAX_PARTS	1000

/* Not part of a stack that the test leaves while threads may still look at it. */
static struct workers workers;
static atomic_uint times_done[MAX_PARTS];
static atomic_uint by_caller;
static pid_t caller;

static void count(void *context, uint32_t part)
{
	cr_assert_eq(context, times_done);
	atomic_fetch_add(&times_done[part], 1);
	if (gettid() == caller)
		atomic_fetch_add(&by_caller, 1);
}

static void open_workers(unsigned int threads)
{
	caller = gettid();
	cr_assert_eq(workers_open(&workers, threads), 0);
	cr_assert_eq(workers.threads, threads);
}

/* So many tasks, of which each part must be done once when workers_share() returns. */
static void share(unsigned int threads, uint32_t parts, unsigned int tasks)
{
	for (unsigned int task = 1; task <= tasks; task++) {
		workers_share(&workers, threads, count, times_done, parts);
		for (uint32_t i = 0; i < parts; i++)
			cr_assert_eq(atomic_load(&times_done[i]), task, "part %u of %u, task %u", i,
				     parts, task);
	}
	for (uint32_t i = 0; i < parts; i++)
		atomic_store(&times_done[i], 0);
}

Test(workers, each_part_is_done_once, .timeout = 120)
{
	static const uint32_t parts[] = { 1, 2, 3, 7, 64, MAX_PARTS };

	for (unsigned int threads = 1; threads <= 5; threads++) {
		open_workers(threads);
		for (size_t p = 0; p < sizeof(parts) / sizeof(parts[0]); p++)
			share(threads, parts[p], 200);
		share(threads, 0, 1);
		workers_close(&workers);
	}
}

/* Each wakes those that have just gone to sleep, or are about to. */
Test(workers, tasks_after_pauses_of_any_length, .timeout = 120)
{
	open_workers(3);
	for (long pause_ns = 0; pause_ns < 200000; pause_ns += 500) {
		const struct timespec pause = { .tv_nsec = pause_ns };

		workers_begin(&workers);
		share(3, 5, 3);
		workers_rest(&workers);
		nanosleep(&pause, NULL);
	}
	workers_close(&workers);
}

Test(workers, one_thread_is_the_callers)
{
	open_workers(3);
	share(1, 10, 20);
	cr_expect_eq(atomic_load(&by_caller), 200);
	workers_close(&workers);
}

/* Where the others never get a turn of their own, nothing waits for one. */
Test(workers, all_on_one_cpu, .timeout = 120)
{
	cpu_set_t all, one;
	int cpu = 0;

	cr_assert_eq(sched_getaffinity(0, sizeof(all), &all), 0);
	while (!CPU_ISSET(cpu, &all))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	open_workers(4);
	cr_assert_eq(sched_setaffinity(0, sizeof(one), &one), 0);
	cr_assert_eq(workers_set_cpus(&workers, &one), 0);
	share(4, 16, 500);
	workers_close(&workers);
}

static uint64_t cpu_ns(pthread_t thread)
{
	struct timespec ts;
	clockid_t clock;

	cr_assert_eq(pthread_getcpuclockid(thread, &clock), 0);
	cr_assert_eq(clock_gettime(clock, &ts), 0);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* 100 frames with pauses as of a camera: less than a tenth of them is spent on watching. */
Test(workers, sleep_between_frames, .timeout = 120)
{
	const struct timespec pause = { .tv_nsec = 5000000 };
	uint64_t before, spent;

	open_workers(2);
	before = cpu_ns(workers.worker[0].thread);
	for (int i = 0; i < 100; i++) {
		cr_assert(i < 2 || !workers_begin(&workers), "frame %d is close to the one before", i);
		share(2, 4, 1);
		workers_rest(&workers);
		nanosleep(&pause, NULL);
	}
	spent = cpu_ns(workers.worker[0].thread) - before;
	cr_expect_lt(spent, 50000000, "%lu ns of 500 ms", (unsigned long)spent);
	workers_close(&workers);
}

Test(workers, close_frames_are_told)
{
	const struct timespec pause = { .tv_nsec = 5000000 };
	bool close = false;

	open_workers(2);
	/* A thread that is kept from running may not notice, but not each time. */
	for (int i = 0; !close && i < 1000; i++) {
		workers_begin(&workers);
		workers_rest(&workers);
		close = workers_begin(&workers);
	}
	cr_expect(close);
	nanosleep(&pause, NULL);
	cr_expect_not(workers_begin(&workers));
	workers_close(&workers);
}
