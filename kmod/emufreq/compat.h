/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between the kernels this module is built for, 6.1 and later.
 */
#ifndef EMUFREQ_COMPAT_H
#define EMUFREQ_COMPAT_H

#include <linux/cpufreq.h>
#include <linux/energy_model.h>
#include <linux/hrtimer.h>
#include <linux/version.h>

/* In driver.c; the cpufreq core's ->exit() returns nothing since 6.11. */
void emu_exit(struct cpufreq_policy *policy);

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
static inline int emu_exit_compat(struct cpufreq_policy *policy)
{
	emu_exit(policy);
	return 0;
}
#else
#define emu_exit_compat		emu_exit
#endif

/* The core publishes the frequency table by itself since 6.15. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)
#define EMU_FREQ_ATTR		.attr = cpufreq_generic_attr,
#else
#define EMU_FREQ_ATTR
#endif

static inline void emu_hrtimer_setup(struct hrtimer *timer,
				     enum hrtimer_restart (*function)(struct hrtimer *))
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
	hrtimer_init(timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_PINNED_HARD);
	timer->function = function;
#else
	hrtimer_setup(timer, function, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_PINNED_HARD);
#endif
}

#ifdef CONFIG_ENERGY_MODEL
/* Row @i of an energy model, whose table is replaceable under RCU since 6.9. */
static inline struct em_perf_state emu_em_state(struct em_perf_domain *pd, int i)
{
	struct em_perf_state state;

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 9, 0)
	state = pd->table[i];
#else
	rcu_read_lock();
	state = em_perf_state_from_pd(pd)[i];
	rcu_read_unlock();
#endif
	return state;
}
#endif /* CONFIG_ENERGY_MODEL */

#endif /* EMUFREQ_COMPAT_H */
