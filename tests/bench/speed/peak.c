// SPDX-License-Identifier: MIT
/*
 * Each kernel does the same multiply-add on so many independent vectors that neither the
 * operation's latency nor the memory holds it up, and so few that all stay in registers.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "peak.h"

/* Rounds of a measurement, and kernels that take the factors from memory, not from constants. */
enum { ROUNDS = 200000 };
static volatile const float factor = 0.999f, addend = 0.001f;

#define PEAK_KERNEL(NAME, LANES, VECTORS, TARGET)						\
	enum { NAME##_flops = 2 * (LANES) * (VECTORS) };					\
	typedef float NAME##_v __attribute__((vector_size(4 * (LANES))));			\
	TARGET static float NAME(void)								\
	{											\
		NAME##_v acc[VECTORS], m = (NAME##_v) { 0 } + factor;				\
		NAME##_v a = (NAME##_v) { 0 } + addend, sum = { 0 };				\
												\
		for (int i = 0; i < (VECTORS); i++)						\
			acc[i] = (NAME##_v) { 0 } + (float)i;					\
		for (int r = 0; r < ROUNDS; r++) {						\
			_Pragma("GCC unroll 32")						\
			for (int i = 0; i < (VECTORS); i++)					\
				acc[i] = acc[i] * m + a;					\
		}										\
		for (int i = 0; i < (VECTORS); i++)						\
			sum += acc[i];								\
		return sum[0];									\
	}

#if defined(__x86_64__) || defined(__i386__)
PEAK_KERNEL(with_avx512, 16, 16, __attribute__((target("avx512f"))))
PEAK_KERNEL(with_fma, 8, 12, __attribute__((target("avx2,fma"))))
#endif
PEAK_KERNEL(with_baseline, 4, 12, )

struct kernel {
	float (*run)(void);
	double flops;
	const char *name;
};

static struct kernel choose(void)
{
#if defined(__x86_64__) || defined(__i386__)
	if (__builtin_cpu_supports("avx512f"))
		return (struct kernel) { with_avx512, with_avx512_flops, "AVX-512" };
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		return (struct kernel) { with_fma, with_fma_flops, "AVX2 and FMA" };
#endif
	return (struct kernel) { with_baseline, with_baseline_flops, "128 bits" };
}

struct speed_peak {
	struct kernel kernel;
	unsigned int threads;
	pthread_t helper;
	sem_t wanted, done;
	atomic_bool here, quit;
	double helped;		/* GFLOP/s of the helper's last run */
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static double measure(const struct kernel *kernel)
{
	uint64_t start = now_ns();
	volatile float sink = kernel->run();

	(void)sink;
	return kernel->flops * ROUNDS / (now_ns() - start);
}

static void *help(void *arg)
{
	struct speed_peak *peak = arg;

	for (;;) {
		while (sem_wait(&peak->wanted))
			;
		if (atomic_load(&peak->quit))
			return NULL;
		atomic_store(&peak->here, true);
		peak->helped = measure(&peak->kernel);
		sem_post(&peak->done);
	}
}

struct speed_peak *speed_peak_open(unsigned int threads)
{
	struct speed_peak *peak = calloc(1, sizeof(*peak));

	if (!peak)
		return NULL;
	peak->kernel = choose();
	peak->threads = threads;
	sem_init(&peak->wanted, 0, 0);
	sem_init(&peak->done, 0, 0);
	if (threads > 1 && pthread_create(&peak->helper, NULL, help, peak)) {
		free(peak);
		return NULL;
	}
	return peak;
}

double speed_peak_run(struct speed_peak *peak)
{
	double gflops;

	if (peak->threads == 1)
		return measure(&peak->kernel);
	/* Begin together: the helper needs some time to wake up. */
	atomic_store(&peak->here, false);
	sem_post(&peak->wanted);
	while (!atomic_load(&peak->here))
		;
	gflops = measure(&peak->kernel);
	while (sem_wait(&peak->done))
		;
	return gflops + peak->helped;
}

const char *speed_peak_vectors(const struct speed_peak *peak)
{
	return peak->kernel.name;
}

void speed_peak_close(struct speed_peak *peak)
{
	if (!peak)
		return;
	if (peak->threads > 1) {
		atomic_store(&peak->quit, true);
		sem_post(&peak->wanted);
		pthread_join(peak->helper, NULL);
	}
	sem_destroy(&peak->wanted);
	sem_destroy(&peak->done);
	free(peak);
}
