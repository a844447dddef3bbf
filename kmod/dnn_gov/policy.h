/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Policies: the governor's side of a cpufreq policy.
 */
#ifndef DNN_GOV_POLICY_H
#define DNN_GOV_POLICY_H

#include <linux/cpufreq.h>
#include <linux/cpumask.h>
#include <linux/hrtimer.h>
#include <linux/irq_work.h>
#include <linux/kobject.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/sched/cpufreq.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>

#include "follow.h"
#include "frame.h"
#include "planner.h"

struct dnn_stream;
struct dnn_tunables;
struct dnn_policy_dir;

/* Pending frames of one policy; as many again may be predicted. */
#define DNN_PENDING_MAX		(PLAN_MAX_FRAMES - PLAN_MAX_STREAMS)
/* Those of one user: nobody takes them all. */
#define DNN_PENDING_USER_MAX	(DNN_PENDING_MAX / 2)

/* What a frequency was decided on for. */
enum dnn_khz_why {
	DNN_KHZ_PLAN,		/* the plan */
	DNN_KHZ_GUARD,		/* the plan, made because the guard timer fired */
	DNN_KHZ_FOLLOW,		/* load following */
	DNN_KHZ_LIMITS,		/* the policy's limits hold it up or down */
	DNN_KHZ_BUDGET,		/* the power budget holds it down */
};

/**
 * struct dnn_cpu - a CPU of a policy
 * @update_util: the hook into the scheduler
 * @dp: its policy, NULL before it ever had one
 * @index: its number within the policy
 * @frame_ns: CPU time of frames on it: of those that ended or moved away
 * @mark_ns: up to when load following has looked at it
 * @mark_idle_us: idle time then
 * @mark_frame_ns: CPU time of frames then, pending ones included
 * @mark_cycles: the policy's account of cycles then
 * @follow: what load following knows of it
 * @map_idle_us: idle time when the arbiter last looked; 0: it has not
 * @map_frame_ns: CPU time of frames then
 * @map_other_ppm: share of other tasks, as the mapping has it
 *
 * Lifetime: static. Under dnn_policy::lock, but @update_util, which belongs to
 * the scheduler while the hook is installed.
 */
struct dnn_cpu {
	struct update_util_data update_util;
	struct dnn_policy *dp;
	unsigned int index;
	u64 frame_ns;
	u64 mark_ns;
	u64 mark_idle_us;
	u64 mark_frame_ns;
	u64 mark_cycles;
	struct follow_cpu follow;
	u64 map_idle_us;
	u64 map_frame_ns;
	u32 map_other_ppm;
};

DECLARE_PER_CPU(struct dnn_cpu, dnn_cpus);

/**
 * struct dnn_policy - a set of CPUs with one clock
 *
 * Lifetime: made when the governor first comes to these CPUs, freed when the
 * module goes. Streams are bound to it and outlive the governor's visits. It is
 * attached (@policy is set) from the governor's init to its exit and running from
 * its start to its stop.
 *
 * @node: in dnn_policies, under dnn_mutex
 * @cpus: the related CPUs, online or not; constant
 * @cpu: the first of them; constant
 * @dir: the directory in sysfs while attached, under dnn_mutex
 * @tunables: while attached
 * @tunables_hook: in the tunables' list of policies, under their own mutex
 * @worker: the thread that changes the frequency where that may sleep, or must
 *	happen on a CPU of the policy; while attached, under RCU for those who queue
 * @switch_work: what it does
 * @irq_work: queues @switch_work for the update hook, which must not wake anybody
 * @switch_mutex: serialises the slow path; taken before @lock
 * @lock: protects all that follows, and the state of the streams bound here
 * @policy: the cpufreq policy while attached; set and cleared under dnn_mutex too
 * @running: hooks are installed and the frequency may be changed
 * @epoch: counts starts
 * @fast: the driver switches without sleeping
 * @type: the type of its cores
 * @want_khz: frequency decided on
 * @why: for what (enum dnn_khz_why)
 * @retry_ns: the driver's slow path has failed and is left alone until then
 * @retry_wait_ns: how long it was left alone, which grows as it fails again
 * @cur_khz: frequency that the accounts below run with
 * @cur_uw: power of one busy CPU at it
 * @stamp_ns: time of the accounts
 * @cycles: integral of @cur_khz over time, in cycles
 * @busy_nj: integral of @cur_uw over time, in nJ: the energy of an always busy CPU
 * @mark_ns: when load following last made a wish
 * @follow: what load following goes by
 * @next_sample: when the next window may end, on the update hook's clock
 * @follow_khz: frequency that load following asks for
 * @floor_khz: the least that it asks for while no frame is pending
 * @timer: fires at @timer_ns, the next instant at which a plan or a sample is due
 * @timer_ns: PLAN_NEVER when not armed
 * @plan_timer_ns: when the next plan is due
 * @relax_ns: when load following should look again
 * @guard_fired: the plan in the making is because of the guard timer
 * @kick_switch: the worker must change the frequency
 * @kick_events: events have come to wait
 * @kick_arbiter: something has changed that the arbiter should see
 * @share_uw: the policy's part of the power budget for all; 0: any
 * @map_follow_khz: @follow_khz, smoothed over runs of the arbiter
 * @pending: frames begun and not ended
 * @nr_streams: streams bound
 * @streams: them, at their index in @plan_streams
 * @other_ppm: per CPU, share that tasks other than frames take, smoothed
 * @opps: the OPPs
 * @plan_streams: the streams as the planner sees them
 * @plan_frames: the frames of the plan in the making
 * @scratch: the planner's working memory
 * @in: the planner's input
 * @out: the last plan
 */
struct dnn_policy {
	struct list_head node;
	struct cpumask cpus;
	unsigned int cpu;
	struct dnn_policy_dir *dir;

	struct dnn_tunables *tunables;
	struct list_head tunables_hook;

	struct kthread_worker __rcu *worker;
	struct kthread_work switch_work;
	struct irq_work irq_work;
	struct mutex switch_mutex;	/* serialises the driver's slow path */

	raw_spinlock_t lock;		/* protects all that follows */
	struct cpufreq_policy *policy;
	bool running;
	bool fast;
	u32 type;
	u32 epoch;

	u32 want_khz;
	u32 why;
	u64 retry_ns;
	u64 retry_wait_ns;
	u32 cur_khz;
	u32 cur_uw;
	u64 stamp_ns;
	u64 cycles;
	u64 busy_nj;

	u64 mark_ns;
	struct follow_policy follow;
	u64 next_sample;
	u32 follow_khz;
	u32 floor_khz;

	struct hrtimer timer;
	u64 timer_ns;
	u64 plan_timer_ns;
	u64 relax_ns;

	bool guard_fired;
	bool kick_switch;
	bool kick_events;
	bool kick_arbiter;

	u32 share_uw;
	u32 map_follow_khz;

	u32 pending;
	u32 nr_streams;
	struct dnn_stream *streams[PLAN_MAX_STREAMS];

	u32 other_ppm[PLAN_MAX_CPUS];
	struct plan_opp opps[PLAN_MAX_OPPS];
	struct plan_stream plan_streams[PLAN_MAX_STREAMS];
	struct plan_frame plan_frames[PLAN_MAX_FRAMES];
	struct plan_scratch scratch;
	struct plan_input in;
	struct plan_output out;
};

extern struct mutex dnn_mutex;
extern struct list_head dnn_policies;

/* The clock of everything: CLOCK_MONOTONIC. */
static inline u64 dnn_now(void)
{
	return ktime_get_ns();
}

static inline struct dnn_cpu *dnn_cpu(unsigned int cpu)
{
	return per_cpu_ptr(&dnn_cpus, cpu);
}

/**
 * struct dnn_policy_info - a consistent copy of a policy for telling about it
 */
struct dnn_policy_info {
	u32 cpus[DNN_GOV_CPU_WORDS];
	u32 khz;
	u32 plan_khz;
	u32 follow_khz;
	u32 min_khz;
	u32 max_khz;
	u32 streams;
	u32 pending;
	u32 other_ppm;
	u32 budget_uw;
	u32 cap_khz;
	bool fast;
	bool feasible;
};

/* policy.c */
int dnn_policy_register(void);
void dnn_policy_unregister(void);
void dnn_policy_free_all(void);
struct dnn_policy *dnn_policy_find(unsigned int cpu);
void dnn_policy_set_idle_power(struct dnn_policy *dp);
void dnn_policy_set_sample(struct dnn_policy *dp);
u32 dnn_policy_own_budget_uw(const struct dnn_policy *dp);
u32 dnn_policy_budget_uw(const struct dnn_policy *dp);
void dnn_policy_info(struct dnn_policy *dp, struct dnn_policy_info *info);
void dnn_policy_kick(struct dnn_policy *dp);
void dnn_policy_unlock(struct dnn_policy *dp, unsigned long flags) __releases(&dp->lock);

/* tunables.c */
int dnn_tunables_attach(struct dnn_policy *dp, struct cpufreq_policy *policy);
void dnn_tunables_detach(struct dnn_policy *dp);

/**
 * struct dnn_tunables - what the administrator sets, per policy or for all
 * @attr_set: the cpufreq core's part
 * @hold_ms: a higher level must have fitted so long before it is restored
 * @margin_ppm: time kept free before a deadline, share of the frame's time
 * @stale_ms: a stream that begins no frame for so long has no vote
 * @idle_power_uw: power of one idle CPU at the lowest OPP; 0: unknown
 * @idle_power_top_uw: the same at the top OPP
 * @rate_limit_us: between changes of frequency that load following makes
 * @power_budget_mw: power of the policy at the most while its streams run; 0: any
 * @miss_target_ppm: share of the frames that may be above the tail estimate of their cost
 * @wake_power_uw: what it draws more when a stream uses it than when nobody does
 */
struct dnn_tunables {
	struct gov_attr_set attr_set;
	unsigned int hold_ms;
	unsigned int margin_ppm;
	unsigned int stale_ms;
	unsigned int idle_power_uw;
	unsigned int idle_power_top_uw;
	unsigned int rate_limit_us;
	unsigned int power_budget_mw;
	unsigned int miss_target_ppm;
	unsigned int wake_power_uw;
};

/* freq.c */
void dnn_freq_account(struct dnn_policy *dp, u64 now);
void dnn_freq_set_current(struct dnn_policy *dp, u64 now, u32 khz);
void dnn_freq_update(struct dnn_policy *dp, u64 now);
void dnn_freq_switch_work(struct kthread_work *work);
void dnn_freq_switch_now(struct dnn_policy *dp);

/* load.c */
u64 dnn_load_frame_ns(struct dnn_policy *dp, unsigned int cpu, u64 now);
u64 dnn_load_idle_us(unsigned int cpu);
void dnn_load_start(struct dnn_policy *dp, u64 now);
void dnn_load_follow(struct dnn_policy *dp);
void dnn_load_sample(struct dnn_policy *dp, u64 now);
void dnn_load_hook(struct update_util_data *hook, u64 time, unsigned int flags);

/* plan.c */
void dnn_plan(struct dnn_policy *dp, u64 now);
void dnn_plan_arm_timer(struct dnn_policy *dp);
void dnn_plan_apply(struct dnn_policy *dp, u64 now);
enum hrtimer_restart dnn_plan_timer(struct hrtimer *timer);

#endif /* DNN_GOV_POLICY_H */
