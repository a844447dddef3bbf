// SPDX-License-Identifier: GPL-2.0-only
/*
 * Setting the frequency, and keeping account of what it was.
 */
#include <linux/cpufreq.h>
#include <linux/irqflags.h>
#include <linux/smp.h>

#include "policy.h"
#include "trace.h"

#define FJ_PER_NJ	1000000U	/* uW times ns is fJ */
#define KHZ_NS_PER_CYCLE 1000000U
/* The core says each failure of the slow path in the log. */
#define RETRY_MIN_NS	(10 * NSEC_PER_MSEC)
#define RETRY_MAX_NS	NSEC_PER_SEC

/*********************** Accounts ***********************/

/* Bring the accounts up to @now. */
void dnn_freq_account(struct dnn_policy *dp, u64 now)
{
	u64 spent = plan_sub(now, dp->stamp_ns);

	if (!spent)
		return;
	dp->stamp_ns = now;
	dp->cycles += plan_mul_div(dp->cur_khz, spent, KHZ_NS_PER_CYCLE);
	dp->busy_nj += plan_mul_div(dp->cur_uw, spent, FJ_PER_NJ);
}

/* The CPUs run at @khz from @now on. */
void dnn_freq_set_current(struct dnn_policy *dp, u64 now, u32 khz)
{
	u32 i;

	dnn_freq_account(dp, now);
	if (khz == dp->cur_khz)
		return;
	dp->cur_khz = khz;
	for (i = 0; i < dp->in.nr_opps - 1; i++)
		if (dp->opps[i].khz >= khz)
			break;
	dp->cur_uw = dp->opps[i].busy_uw;
}

/*********************** Switching ***********************/

/*
 * A fast switch is to happen on a CPU of the policy unless the hardware does not
 * care. Interrupts are off, so "this CPU" stays what it is.
 */
static bool can_switch_here(struct dnn_policy *dp)
{
	return dp->fast && (dp->policy->dvfs_possible_from_any_cpu ||
			    cpumask_test_cpu(smp_processor_id(), dp->policy->cpus));
}

static void switch_fast(struct dnn_policy *dp, u64 now)
{
	unsigned int khz = cpufreq_driver_fast_switch(dp->policy, dp->want_khz);

	/* The driver says 0 when it has left the frequency alone. */
	if (!khz)
		return;
	trace_dnn_freq(dp, khz);
	dnn_freq_set_current(dp, now, khz);
}

/* The lowest OPP not below @khz, but none above @max. */
static u32 resolve(const struct dnn_policy *dp, u32 khz, u32 max)
{
	u32 i;

	for (i = 0; i < dp->in.nr_opps - 1; i++)
		if (dp->opps[i].khz >= khz)
			break;
	while (i && dp->opps[i].khz > max)
		i--;
	return dp->opps[i].khz;
}

/* What the policy's limits allow now, and the power budget of the last plan. */
static u32 allowed_max(const struct dnn_policy *dp)
{
	u32 max = READ_ONCE(dp->policy->max);

	return dp->out.cap_khz ? min(max, dp->out.cap_khz) : max;
}

/*
 * Set what the plan and load following ask for, within the policy's limits, which
 * may change at any time and are seen again by whoever changed them. Under
 * @dp->lock, which is what makes switching exclusive and ends it at stop().
 */
void dnn_freq_update(struct dnn_policy *dp, u64 now)
{
	u32 khz, follow, lowest, highest;

	if (!dp->running)
		return;
	lowest = READ_ONCE(dp->policy->min);
	highest = allowed_max(dp);
	follow = dp->follow_khz;
	/* The plan knows better than a rule of thumb what a frame needs. */
	if (!dp->pending)
		follow = max(follow, dp->floor_khz);
	khz = max(dp->out.khz, follow);
	if (khz > highest && highest < READ_ONCE(dp->policy->max))
		dp->why = DNN_KHZ_BUDGET;
	else if (khz > highest || khz < lowest)
		dp->why = DNN_KHZ_LIMITS;
	else if (follow > dp->out.khz)
		dp->why = DNN_KHZ_FOLLOW;
	else
		dp->why = dp->guard_fired ? DNN_KHZ_GUARD : DNN_KHZ_PLAN;
	khz = min(max(khz, lowest), highest);
	dp->want_khz = resolve(dp, khz, highest);
	if (dp->want_khz == dp->cur_khz)
		return;
	if (can_switch_here(dp))
		switch_fast(dp, now);
	else if (now >= dp->retry_ns)
		dp->kick_switch = true;
}

/* Sent to a CPU of the policy by the worker of a fast driver. */
static void switch_on_cpu(void *data)
{
	struct dnn_policy *dp = data;
	unsigned long flags;

	raw_spin_lock_irqsave(&dp->lock, flags);
	/* stop() may have come first. */
	if (dp->running && dp->want_khz != dp->cur_khz && can_switch_here(dp))
		switch_fast(dp, dnn_now());
	raw_spin_unlock_irqrestore(&dp->lock, flags);
}

/* The driver has set a frequency, or failed to. Under @dp->lock. */
static void note_failure(struct dnn_policy *dp, bool failed, u64 now)
{
	if (failed) {
		dp->retry_wait_ns = clamp_t(u64, 2 * dp->retry_wait_ns, RETRY_MIN_NS, RETRY_MAX_NS);
		dp->retry_ns = now + dp->retry_wait_ns;
		dp->plan_timer_ns = min(dp->plan_timer_ns, dp->retry_ns);
		dnn_plan_arm_timer(dp);
	} else if (now >= dp->retry_ns + RETRY_MAX_NS) {
		/* Not earlier: it may be one frequency among others that fails. */
		dp->retry_wait_ns = 0;
	}
}

/*
 * The driver's slow path sleeps, so @dp->lock cannot be held over it; the mutex
 * keeps switches one after the other. While one was under way the wish may have
 * changed to what the frequency was before, for which nobody kicks: look again.
 */
static void switch_slow(struct dnn_policy *dp)
{
	struct cpufreq_policy *policy;
	unsigned long flags;
	u32 khz, cur;
	bool again;
	u64 now;
	int ret;

	mutex_lock(&dp->switch_mutex);
	do {
		raw_spin_lock_irqsave(&dp->lock, flags);
		policy = dp->running ? dp->policy : NULL;
		khz = dp->want_khz;
		raw_spin_unlock_irqrestore(&dp->lock, flags);
		if (!policy)
			break;

		ret = __cpufreq_driver_target(policy, khz, CPUFREQ_RELATION_L);
		cur = policy->cur;

		raw_spin_lock_irqsave(&dp->lock, flags);
		if (cur != dp->cur_khz)
			trace_dnn_freq(dp, cur);
		now = dnn_now();
		dnn_freq_set_current(dp, now, cur);
		note_failure(dp, ret, now);
		again = !ret && dp->want_khz != khz;
		raw_spin_unlock_irqrestore(&dp->lock, flags);
	} while (again);
	mutex_unlock(&dp->switch_mutex);
}

/* May sleep. stop() is not under way, or waits for the caller. */
void dnn_freq_switch_now(struct dnn_policy *dp)
{
	unsigned long flags;
	bool running;

	raw_spin_lock_irqsave(&dp->lock, flags);
	running = dp->running;
	raw_spin_unlock_irqrestore(&dp->lock, flags);
	if (!running)
		return;

	if (dp->fast)
		smp_call_function_any(dp->policy->cpus, switch_on_cpu, dp, 1);
	else
		switch_slow(dp);
}

/* What was queued after stop() waited finds that the policy does not run. */
void dnn_freq_switch_work(struct kthread_work *work)
{
	dnn_freq_switch_now(container_of(work, struct dnn_policy, switch_work));
}
