// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tunables: the directory dnn/ of a policy, or of all policies together where the
 * driver has it so.
 */
#include <linux/cpufreq.h>
#include <linux/slab.h>

#include "arbiter.h"
#include "cost.h"
#include "policy.h"

/* Where policies share them; under dnn_mutex. */
static struct dnn_tunables *global_tunables;

static struct dnn_tunables *to_tunables(struct gov_attr_set *attr_set)
{
	return container_of(attr_set, struct dnn_tunables, attr_set);
}

/* The core serialises stores and lets none in once the last policy is gone. */
static int store_in_range(const char *buf, unsigned int lowest, unsigned int highest,
			  unsigned int *value)
{
	unsigned int given;
	int ret = kstrtouint(buf, 10, &given);

	if (ret)
		return ret;
	if (given < lowest || given > highest)
		return -ERANGE;
	WRITE_ONCE(*value, given);
	return 0;
}

/* Let @update see the new value in all policies that it is for. */
static void update_policies(struct gov_attr_set *attr_set, void (*update)(struct dnn_policy *dp))
{
	struct dnn_policy *dp;
	unsigned long flags;

	list_for_each_entry(dp, &attr_set->policy_list, tunables_hook) {
		raw_spin_lock_irqsave(&dp->lock, flags);
		/* While it is being attached it will find the value by itself. */
		if (dp->policy)
			update(dp);
		dnn_policy_unlock(dp, flags);
	}
}

/* What there is to do with a new value: plan with it, and let the arbiter see it. */

static void replan(struct dnn_policy *dp)
{
	dnn_plan_apply(dp, dnn_now());
	dp->kick_arbiter = true;
}

static void update_idle_power(struct dnn_policy *dp)
{
	dnn_policy_set_idle_power(dp);
	replan(dp);
}

/* A file that holds the member of that name, _lowest.._highest. */
#define TUNABLE(_name, _lowest, _highest, _update)					\
static ssize_t _name##_show(struct gov_attr_set *attr_set, char *buf)			\
{											\
	return sysfs_emit(buf, "%u\n", READ_ONCE(to_tunables(attr_set)->_name));	\
}											\
											\
static ssize_t _name##_store(struct gov_attr_set *attr_set, const char *buf,		\
			     size_t count)						\
{											\
	int ret = store_in_range(buf, _lowest, _highest, &to_tunables(attr_set)->_name); \
											\
	if (ret)									\
		return ret;								\
	update_policies(attr_set, _update);						\
	return count;									\
}											\
											\
static struct governor_attr dnn_##_name = __ATTR_RW(_name)

TUNABLE(hold_ms, 0, 60000, replan);
TUNABLE(margin_ppm, 0, 500000, replan);
TUNABLE(miss_target_ppm, 1, 500000, replan);
TUNABLE(stale_ms, 10, 600000, replan);
TUNABLE(idle_power_uw, 0, 1000000000, update_idle_power);
TUNABLE(idle_power_top_uw, 0, 1000000000, update_idle_power);
TUNABLE(rate_limit_us, 0, 1000000, dnn_policy_set_sample);
TUNABLE(power_budget_mw, 0, DNN_POWER_BUDGET_MAX_MW, replan);
TUNABLE(wake_power_uw, 0, 1000000000, replan);

static struct attribute *dnn_attrs[] = {
	&dnn_hold_ms.attr,
	&dnn_margin_ppm.attr,
	&dnn_miss_target_ppm.attr,
	&dnn_stale_ms.attr,
	&dnn_idle_power_uw.attr,
	&dnn_idle_power_top_uw.attr,
	&dnn_rate_limit_us.attr,
	&dnn_power_budget_mw.attr,
	&dnn_wake_power_uw.attr,
	NULL
};
ATTRIBUTE_GROUPS(dnn);

static void release_tunables(struct kobject *kobj)
{
	kfree(to_tunables(to_gov_attr_set(kobj)));
}

static const struct kobj_type tunables_type = {
	.default_groups = dnn_groups,
	.sysfs_ops = &governor_sysfs_ops,
	.release = release_tunables,
};

/* Under dnn_mutex and the policy's rwsem. */
int dnn_tunables_attach(struct dnn_policy *dp, struct cpufreq_policy *policy)
{
	struct dnn_tunables *tunables;
	int ret;

	if (global_tunables) {
		dp->tunables = global_tunables;
		gov_attr_set_get(&global_tunables->attr_set, &dp->tunables_hook);
		return 0;
	}

	tunables = kzalloc(sizeof(*tunables), GFP_KERNEL);
	if (!tunables)
		return -ENOMEM;
	tunables->hold_ms = 500;
	tunables->margin_ppm = 20000;
	tunables->miss_target_ppm = COST_MISS_PPM;
	tunables->stale_ms = 2000;
	tunables->rate_limit_us = min(cpufreq_policy_transition_delay_us(policy), 1000000U);
	gov_attr_set_init(&tunables->attr_set, &dp->tunables_hook);
	dp->tunables = tunables;

	ret = kobject_init_and_add(&tunables->attr_set.kobj, &tunables_type,
				   get_governor_parent_kobj(policy), "dnn");
	if (ret) {
		list_del(&dp->tunables_hook);
		dp->tunables = NULL;
		kobject_put(&tunables->attr_set.kobj);
		return ret;
	}
	if (!have_governor_per_policy())
		global_tunables = tunables;
	return 0;
}

/* Waits for stores that are under way. */
void dnn_tunables_detach(struct dnn_policy *dp)
{
	if (!gov_attr_set_put(&dp->tunables->attr_set, &dp->tunables_hook))
		global_tunables = NULL;
	dp->tunables = NULL;
}
