/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between the kernels this module is built for, 6.1 and later.
 */
#ifndef DNN_GOV_COMPAT_H
#define DNN_GOV_COMPAT_H

#include <linux/cpufreq.h>
#include <linux/energy_model.h>
#include <linux/hrtimer.h>
#include <linux/kobject.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/netlink.h>
#include <linux/version.h>

/* A hard timer, because what it calls takes raw locks only and should not be late. */
static inline void dnn_hrtimer_setup(struct hrtimer *timer,
				     enum hrtimer_restart (*function)(struct hrtimer *))
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
	hrtimer_init(timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_PINNED_HARD);
	timer->function = function;
#else
	hrtimer_setup(timer, function, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_PINNED_HARD);
#endif
}

/* The name means "create, but do not start" since 6.14. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 14, 0)
#define dnn_kthread_run_worker(...)	kthread_create_worker(0, __VA_ARGS__)
#else
#define dnn_kthread_run_worker(...)	kthread_run_worker(0, __VA_ARGS__)
#endif

/* The argument of kobj_type::get_ownership is const since 6.2. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define DNN_KOBJ_CONST
#else
#define DNN_KOBJ_CONST			const
#endif

/* An error text with numbers in it is possible since 6.3; before, it goes without. */
#ifdef NL_SET_ERR_MSG_FMT
#define DNN_ERR_MSG_FMT(extack, text, fmt, ...) NL_SET_ERR_MSG_FMT(extack, fmt, ##__VA_ARGS__)
#else
#define DNN_ERR_MSG_FMT(extack, text, fmt, ...) do {	\
	no_printk(fmt, ##__VA_ARGS__);			\
	NL_SET_ERR_MSG(extack, text);			\
} while (0)
#endif

/* Every kernel is one for several CPUs since 6.17. */
#ifdef CONFIG_SMP
#define dnn_task_on_cpu(task)		READ_ONCE((task)->on_cpu)
#else
#define dnn_task_on_cpu(task)		((task) == current)
#endif

/*
 * How long one of two threads keeps the CPU that they share, by the defaults: half of the
 * latency that CFS aims at, a slice of EEVDF since 6.6; both grow with the machine and end
 * at a tick.
 */
static inline u32 dnn_sched_turn_ns(void)
{
	u32 scale = 1 + ilog2(min(num_online_cpus(), 8U));
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
	u32 turn = scale * 3 * NSEC_PER_MSEC;
#else
	u32 turn = scale * 750 * NSEC_PER_USEC;
#endif

	return roundup(turn, (u32)TICK_NSEC);
}

/* The scheduler's clock of a CPU leaves out some of the time; see frame.c. */
#define DNN_TASK_CLOCK_LAGS \
	(IS_ENABLED(CONFIG_IRQ_TIME_ACCOUNTING) || IS_ENABLED(CONFIG_PARAVIRT_TIME_ACCOUNTING))

/*
 * The power of one CPU at @khz in uW by the kernel's energy model, 0 where there is none.
 * Its rows can be replaced, under RCU, since 6.9.
 */
static inline u32 dnn_em_power_uw(unsigned int cpu, unsigned int khz)
{
#ifdef CONFIG_ENERGY_MODEL
	struct em_perf_domain *pd = em_cpu_get(cpu);
	const struct em_perf_state *table;
	u64 power = 0;
	int i;

	if (!pd || !(pd->flags & EM_PERF_DOMAIN_MICROWATTS) || em_is_artificial(pd))
		return 0;
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 9, 0)
	table = pd->table;
#else
	rcu_read_lock();
	table = em_perf_state_from_pd(pd);
#endif
	/* The row of @khz, or else of the next frequency above it. */
	for (i = 0; i < pd->nr_perf_states; i++) {
		power = table[i].power;
		if (table[i].frequency >= khz)
			break;
	}
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
	rcu_read_unlock();
#endif
	return min_t(u64, power, U32_MAX);
#else
	return 0;
#endif
}

#endif /* DNN_GOV_COMPAT_H */
