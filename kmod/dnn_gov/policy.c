// SPDX-License-Identifier: GPL-2.0-only
/*
 * The governor: what the cpufreq core calls, and the policies it calls for.
 *
 * The core calls init, start, limits, stop and exit of one policy one at a time,
 * under the policy's rwsem. CPU hotplug shows as stop and start with other CPUs;
 * the last CPU of a policy takes the governor with it (exit).
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpufreq.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "arbiter.h"
#include "compat.h"
#include "core_type.h"
#include "event.h"
#include "policy.h"
#include "stream.h"
#include "sysfs.h"

/* OPPs to make up for a driver that has no table. */
#define STEPS			16
#define SAMPLE_MIN_NS		(10 * NSEC_PER_MSEC)

/* Protects the lists of policies and streams and which stream is bound where. */
DEFINE_MUTEX(dnn_mutex);
LIST_HEAD(dnn_policies);
DEFINE_PER_CPU(struct dnn_cpu, dnn_cpus);

/*********************** OPPs ***********************/

static int compare_u32(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

static u32 *read_table(struct cpufreq_policy *policy, u32 *nr)
{
	u32 lowest = policy->cpuinfo.min_freq, highest = policy->cpuinfo.max_freq, i;
	struct cpufreq_frequency_table *pos;
	u32 *khz;

	*nr = 0;
	if (policy->freq_table) {
		cpufreq_for_each_valid_entry(pos, policy->freq_table)
			(*nr)++;
	}
	khz = kcalloc(max_t(u32, *nr, STEPS), sizeof(*khz), GFP_KERNEL);
	if (!khz)
		return NULL;
	if (*nr) {
		*nr = 0;
		cpufreq_for_each_valid_entry(pos, policy->freq_table)
			khz[(*nr)++] = pos->frequency;
		sort(khz, *nr, sizeof(*khz), compare_u32, NULL);
	} else {
		*nr = STEPS;
		for (i = 0; i < STEPS; i++)
			khz[i] = lowest + (u64)(highest - lowest) * i / (STEPS - 1);
	}
	return khz;
}

/* Fill the OPPs; of more than there is room for, an even choice with both ends. */
static int fill_opps(struct dnn_policy *dp, struct cpufreq_policy *policy)
{
	u32 nr, i, kept, used = 0;
	u32 *khz = read_table(policy, &nr);

	if (!khz)
		return -ENOMEM;
	kept = min_t(u32, nr, PLAN_MAX_OPPS);
	for (i = 0; i < kept; i++) {
		u32 k = kept > 1 ? khz[i * (nr - 1) / (kept - 1)] : khz[0];

		if (!k || (used && dp->opps[used - 1].khz == k))
			continue;
		dp->opps[used++] = (struct plan_opp) {
			.khz = k,
			.busy_uw = dnn_em_power_uw(dp->cpu, k),
		};
	}
	kfree(khz);
	dp->in.nr_opps = used;
	return used ? 0 : -EINVAL;
}

/* From the administrator's figures. Under @dp->lock. */
void dnn_policy_set_idle_power(struct dnn_policy *dp)
{
	plan_set_idle_power(dp->opps, dp->in.nr_opps, READ_ONCE(dp->tunables->idle_power_uw),
			    READ_ONCE(dp->tunables->idle_power_top_uw));
}

/* Idle times are as coarse as the tick on some machines. Under @dp->lock. */
void dnn_policy_set_sample(struct dnn_policy *dp)
{
	u64 rate_limit = (u64)READ_ONCE(dp->tunables->rate_limit_us) * NSEC_PER_USEC;

	dp->follow.sample_ns = max3((u64)SAMPLE_MIN_NS, 2 * (u64)TICK_NSEC, rate_limit);
}

/* What the administrator allows it; 0: any. */
u32 dnn_policy_own_budget_uw(const struct dnn_policy *dp)
{
	return min_t(u64, (u64)READ_ONCE(dp->tunables->power_budget_mw) * USEC_PER_MSEC, U32_MAX);
}

/* The same, or its part of what all policies may draw. Under @dp->lock. */
u32 dnn_policy_budget_uw(const struct dnn_policy *dp)
{
	return min_not_zero(dnn_policy_own_budget_uw(dp), dp->share_uw);
}

/*********************** Unlocking ***********************/

/* The worker goes after a grace period, see dnn_exit(). */
static void queue_switch(struct dnn_policy *dp)
{
	struct kthread_worker *worker;

	rcu_read_lock();
	worker = rcu_dereference(dp->worker);
	if (worker)
		kthread_queue_work(worker, &dp->switch_work);
	rcu_read_unlock();
}

/*
 * Release the lock and do what could not be done under it: the update hook takes
 * the lock inside a runqueue's lock, so nobody may be woken while it is held. A
 * task that calls this must be able to sleep.
 */
void dnn_policy_unlock(struct dnn_policy *dp, unsigned long flags)
	__releases(&dp->lock)
{
	bool kick_switch = dp->kick_switch, kick_events = dp->kick_events;
	bool kick_arbiter = dp->kick_arbiter;

	dp->kick_switch = false;
	dp->kick_events = false;
	dp->kick_arbiter = false;
	raw_spin_unlock_irqrestore(&dp->lock, flags);

	if (kick_switch)
		queue_switch(dp);
	if (kick_arbiter)
		dnn_arbiter_kick();
	if (!kick_events)
		return;
	if (in_task())
		dnn_event_send_all();
	else
		dnn_event_send_later();
}

/* The same for one who had to release the lock by other means. */
void dnn_policy_kick(struct dnn_policy *dp)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&dp->lock, flags);
	dnn_policy_unlock(dp, flags);
}

static void irq_work(struct irq_work *work)
{
	queue_switch(container_of(work, struct dnn_policy, irq_work));
}

/*********************** Policies ***********************/

/* The policy of @cpu if the governor is there. Under dnn_mutex. */
struct dnn_policy *dnn_policy_find(unsigned int cpu)
{
	struct dnn_policy *dp;

	list_for_each_entry(dp, &dnn_policies, node)
		if (dp->policy && cpumask_test_cpu(cpu, &dp->cpus))
			return dp;
	return NULL;
}

/* @dp is attached; under dnn_mutex, or called by what goes before it is detached. */
void dnn_policy_info(struct dnn_policy *dp, struct dnn_policy_info *info)
{
	unsigned long flags;
	unsigned int cpu;
	u32 i;

	*info = (struct dnn_policy_info) { };
	for_each_cpu(cpu, &dp->cpus)
		dnn_cpu_words_add(info->cpus, cpu);

	raw_spin_lock_irqsave(&dp->lock, flags);
	if (dp->policy) {
		info->min_khz = READ_ONCE(dp->policy->min);
		info->max_khz = READ_ONCE(dp->policy->max);
		info->budget_uw = dnn_policy_budget_uw(dp);
	}
	info->khz = dp->cur_khz;
	info->plan_khz = dp->out.khz;
	info->cap_khz = dp->out.cap_khz;
	info->follow_khz = dp->follow_khz;
	info->streams = dp->nr_streams;
	info->pending = dp->pending;
	info->fast = dp->fast;
	info->feasible = dp->out.feasible;
	for (i = 0; i < dp->in.nr_cpus; i++)
		info->other_ppm = max(info->other_ppm, dp->other_ppm[i]);
	raw_spin_unlock_irqrestore(&dp->lock, flags);
}

static struct dnn_policy *alloc_policy(const struct cpumask *cpus)
{
	struct dnn_policy *dp = kzalloc(sizeof(*dp), GFP_KERNEL);

	if (!dp)
		return NULL;
	cpumask_copy(&dp->cpus, cpus);
	dp->cpu = cpumask_first(cpus);
	raw_spin_lock_init(&dp->lock);
	mutex_init(&dp->switch_mutex);
	init_irq_work(&dp->irq_work, irq_work);
	dnn_hrtimer_setup(&dp->timer, dnn_plan_timer);
	dp->timer_ns = PLAN_NEVER;
	dp->plan_timer_ns = PLAN_NEVER;
	dp->relax_ns = PLAN_NEVER;
	dp->in.opps = dp->opps;
	dp->in.other_ppm = dp->other_ppm;
	dp->in.streams = dp->plan_streams;
	dp->in.frames = dp->plan_frames;
	dp->in.scratch = &dp->scratch;
	dp->in.nr_cpus = cpumask_weight(cpus);
	return dp;
}

/* The one of an earlier visit to the same CPUs, or a new one. Under dnn_mutex. */
static struct dnn_policy *get_policy(const struct cpumask *cpus)
{
	struct dnn_policy *dp;

	list_for_each_entry(dp, &dnn_policies, node)
		if (cpumask_equal(&dp->cpus, cpus))
			return dp;
	dp = alloc_policy(cpus);
	if (dp)
		list_add_tail(&dp->node, &dnn_policies);
	return dp;
}

void dnn_policy_free_all(void)
{
	struct dnn_policy *dp, *next;

	mutex_lock(&dnn_mutex);
	list_for_each_entry_safe(dp, next, &dnn_policies, node) {
		list_del(&dp->node);
		mutex_destroy(&dp->switch_mutex);
		kfree(dp);
	}
	mutex_unlock(&dnn_mutex);
}

/*********************** The worker ***********************/

static int start_worker(struct dnn_policy *dp)
{
	struct kthread_worker *worker;
	struct task_struct *task;

	worker = dnn_kthread_run_worker("dnn_gov:%u", dp->cpu);
	if (IS_ERR(worker))
		return PTR_ERR(worker);
	/* The thread sets it to the same once more when it begins. */
	task = READ_ONCE(worker->task);
	sched_set_fifo(task);
	/* A wish: the worker does not rely on where it runs. */
	set_cpus_allowed_ptr(task, &dp->cpus);
	kthread_init_work(&dp->switch_work, dnn_freq_switch_work);
	rcu_assign_pointer(dp->worker, worker);
	return 0;
}

static void stop_worker(struct dnn_policy *dp)
{
	struct kthread_worker *worker = rcu_dereference_protected(dp->worker, 1);

	RCU_INIT_POINTER(dp->worker, NULL);
	/* Then nobody queues any more. */
	synchronize_rcu();
	kthread_destroy_worker(worker);
}

/*********************** Governor callbacks ***********************/

static u64 switch_ns(const struct cpufreq_policy *policy)
{
	/* Some drivers do not know; a fast one takes no time that matters. */
	if (policy->fast_switch_enabled || policy->cpuinfo.transition_latency > NSEC_PER_SEC)
		return 0;
	return policy->cpuinfo.transition_latency;
}

static void attach(struct dnn_policy *dp, struct cpufreq_policy *policy)
{
	u32 index = 0, type = dnn_core_type(dp), i;
	unsigned long flags;
	unsigned int cpu;

	raw_spin_lock_irqsave(&dp->lock, flags);
	/* CPUs of another driver's policy may have been cut otherwise. */
	for_each_cpu(cpu, &dp->cpus) {
		dnn_cpu(cpu)->dp = dp;
		dnn_cpu(cpu)->index = index++;
	}
	memset(dp->other_ppm, 0, sizeof(dp->other_ppm));
	dp->out = (struct plan_output) { .guard_ns = PLAN_NEVER };
	dp->in.switch_ns = switch_ns(policy);
	dp->in.turn_ns = dnn_sched_turn_ns();
	dp->fast = policy->fast_switch_enabled;
	/* Other policies' streams look at it without the lock, see dnn_stream_run_cpus(). */
	WRITE_ONCE(dp->policy, policy);
	dp->type = type;
	dp->share_uw = 0;
	dp->map_follow_khz = 0;
	for (i = 0; i < dp->nr_streams; i++)
		dnn_stream_learnt(dp, dp->streams[i]);
	dnn_policy_set_idle_power(dp);
	dnn_policy_set_sample(dp);
	raw_spin_unlock_irqrestore(&dp->lock, flags);
}

/* The streams are on their own now. */
static void detach(struct dnn_policy *dp)
{
	unsigned long flags;
	u64 now;
	u32 i;

	raw_spin_lock_irqsave(&dp->lock, flags);
	now = dnn_now();
	dnn_freq_set_current(dp, now, 0);
	dp->cur_uw = 0;
	WRITE_ONCE(dp->policy, NULL);
	dp->out = (struct plan_output) { .guard_ns = PLAN_NEVER };
	dp->follow_khz = 0;
	for (i = 0; i < dp->nr_streams; i++) {
		struct plan_stream *ps = &dp->plan_streams[i];

		ps->grant = ps->levels;
		ps->cause = DNN_GOV_CAUSE_NONE;
		ps->fit_since_ns = PLAN_NEVER;
		dnn_event_grant(dp, dp->streams[i], ps->grant, ps->cause, now);
	}
	dnn_policy_unlock(dp, flags);
}

static int dnn_init(struct cpufreq_policy *policy)
{
	struct dnn_policy *dp;
	int ret;

	/* State should be as after exit. */
	if (policy->governor_data)
		return -EBUSY;
	if (cpumask_weight(policy->related_cpus) > PLAN_MAX_CPUS) {
		pr_err("policy%u: more than %u CPUs\n", policy->cpu, PLAN_MAX_CPUS);
		return -EINVAL;
	}

	cpufreq_enable_fast_switch(policy);
	mutex_lock(&dnn_mutex);

	dp = get_policy(policy->related_cpus);
	if (!dp) {
		ret = -ENOMEM;
		goto disable_fast_switch;
	}
	ret = fill_opps(dp, policy);
	if (ret)
		goto disable_fast_switch;
	ret = start_worker(dp);
	if (ret)
		goto disable_fast_switch;
	/* Consumes nothing if it fails. */
	ret = dnn_tunables_attach(dp, policy);
	if (ret)
		goto stop_worker;
	ret = dnn_sysfs_policy_add(dp);
	if (ret)
		goto detach_tunables;

	attach(dp, policy);
	policy->governor_data = dp;
	dnn_stream_adopt(dp);
	mutex_unlock(&dnn_mutex);
	return 0;

detach_tunables:
	dnn_tunables_detach(dp);
stop_worker:
	stop_worker(dp);
disable_fast_switch:
	mutex_unlock(&dnn_mutex);
	cpufreq_disable_fast_switch(policy);
	pr_err("policy%u: initialization failed (error %d)\n", policy->cpu, ret);
	return ret;
}

static void dnn_exit(struct cpufreq_policy *policy)
{
	struct dnn_policy *dp = policy->governor_data;

	mutex_lock(&dnn_mutex);
	dnn_sysfs_policy_del(dp);
	detach(dp);
	dnn_arbiter_run();
	stop_worker(dp);
	dnn_tunables_detach(dp);
	policy->governor_data = NULL;
	mutex_unlock(&dnn_mutex);

	cpufreq_disable_fast_switch(policy);
}

static int dnn_start(struct cpufreq_policy *policy)
{
	struct dnn_policy *dp = policy->governor_data;
	unsigned long flags;
	unsigned int cpu;
	u64 now;

	/* All is in place before a hook can come. */
	raw_spin_lock_irqsave(&dp->lock, flags);
	now = dnn_now();
	dnn_freq_set_current(dp, now, policy->cur);
	dp->want_khz = policy->cur;
	dp->kick_arbiter = true;
	dp->kick_switch = false;
	dp->retry_ns = 0;
	dp->retry_wait_ns = 0;
	dp->epoch++;
	dp->running = true;
	dnn_load_start(dp, now);
	for_each_cpu(cpu, policy->cpus)
		dnn_cpu(cpu)->map_idle_us = 0;
	dnn_plan(dp, now);
	dnn_plan_arm_timer(dp);
	dnn_policy_unlock(dp, flags);

	for_each_cpu(cpu, policy->cpus)
		cpufreq_add_update_util_hook(cpu, &dnn_cpu(cpu)->update_util, dnn_load_hook);
	return 0;
}

/* From the first lines on no frequency is changed that is not being changed already. */
static void dnn_stop(struct cpufreq_policy *policy)
{
	struct dnn_policy *dp = policy->governor_data;
	unsigned long flags;
	unsigned int cpu;

	raw_spin_lock_irqsave(&dp->lock, flags);
	dnn_freq_account(dp, dnn_now());
	dp->running = false;
	raw_spin_unlock_irqrestore(&dp->lock, flags);

	for_each_cpu(cpu, policy->cpus)
		cpufreq_remove_update_util_hook(cpu);
	/* Hooks run in RCU read-side sections; after this the last one is done. */
	synchronize_rcu();
	irq_work_sync(&dp->irq_work);
	/* It sets itself only while the policy runs. */
	hrtimer_cancel(&dp->timer);
	kthread_cancel_work_sync(&dp->switch_work);

	raw_spin_lock_irqsave(&dp->lock, flags);
	dp->timer_ns = PLAN_NEVER;
	dp->plan_timer_ns = PLAN_NEVER;
	dp->relax_ns = PLAN_NEVER;
	raw_spin_unlock_irqrestore(&dp->lock, flags);
}

/*
 * The limits, or the policy's idea of the current frequency, have changed. They hold
 * when this returns.
 */
static void dnn_limits(struct cpufreq_policy *policy)
{
	struct dnn_policy *dp = policy->governor_data;
	unsigned long flags;
	bool kick;
	u64 now;

	raw_spin_lock_irqsave(&dp->lock, flags);
	now = dnn_now();
	/* Whoever changes the limits may try, too. */
	dp->retry_ns = 0;
	dnn_plan_apply(dp, now);
	dp->kick_arbiter = true;
	kick = dp->kick_switch;
	dp->kick_switch = false;
	dnn_policy_unlock(dp, flags);

	if (kick)
		dnn_freq_switch_now(dp);
}

static struct cpufreq_governor dnn_governor = {
	.name = "dnn",
	.owner = THIS_MODULE,
	.flags = CPUFREQ_GOV_DYNAMIC_SWITCHING,
	.init = dnn_init,
	.exit = dnn_exit,
	.start = dnn_start,
	.stop = dnn_stop,
	.limits = dnn_limits,
};

int dnn_policy_register(void)
{
	return cpufreq_register_governor(&dnn_governor);
}

/* No policy uses it: each that does holds the module. */
void dnn_policy_unregister(void)
{
	cpufreq_unregister_governor(&dnn_governor);
}
