// SPDX-License-Identifier: MIT
/*
 * XNNPACK has two f32 convolution kernels for processors with FMA and without AVX-512: one of
 * 4 x 16 outputs for the first Zen, and one of 5 x 16 for all others. With the compiler that
 * Debian builds it with, the latter keeps one of its sums in memory and waits for it in each
 * step of the innermost loop: 35 of a Zen 3 core's 103 GFLOP/s, while the former does 93.
 * Which one it is depends on nothing but the name of the microarchitecture that libcpuinfo
 * tells, once in a process. So that name is another one while XNNPACK starts.
 */
#include "xnnpack_kernels.h"

#ifdef __x86_64__
#include <cpuinfo.h>
#include <dlfcn.h>
#include <pthread.h>

static enum xnn_status first_status;

/* What XNNPACK asks, or NULL if it would not pick the slow kernel, or asks something else. */
static struct cpuinfo_core *misjudged_core(void)
{
	bool (*initialize)(void);
	const struct cpuinfo_core *(*get_core)(uint32_t index);
	const struct cpuinfo_core *core;
	void *lib;

	if (!__builtin_cpu_supports("fma") || __builtin_cpu_supports("avx512f"))
		return NULL;
	/* XNNPACK's own; it stays as long as that does. */
	lib = dlopen("libcpuinfo.so.0", RTLD_NOW | RTLD_NOLOAD);
	if (!lib)
		return NULL;
	*(void **)&initialize = dlsym(lib, "cpuinfo_initialize");
	*(void **)&get_core = dlsym(lib, "cpuinfo_get_core");
	core = initialize && get_core && initialize() ? get_core(0) : NULL;
	dlclose(lib);
	return (struct cpuinfo_core *)core;
}

static void start_once(void)
{
	struct cpuinfo_core *core = misjudged_core();
	enum cpuinfo_uarch uarch = core ? core->uarch : cpuinfo_uarch_unknown;

	if (core)
		core->uarch = cpuinfo_uarch_zen;
	first_status = xnn_initialize(NULL);
	if (core)
		core->uarch = uarch;
}

enum xnn_status xnnpack_initialize(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, start_once);
	return first_status;
}
#else
enum xnn_status xnnpack_initialize(void)
{
	return xnn_initialize(NULL);
}
#endif
