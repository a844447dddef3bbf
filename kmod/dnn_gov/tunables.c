// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tunables: the directory dnn/ of a policy, or of all policies together where the
 * driver has it so.
 */
#include <linux/cpufreq.h>
#include <linux/slab.h>

#include "arbiter.h"
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

static ssize_t show(unsigned int value, char *buf)
{
	return sysfs_emit(buf, "%u\n", value);
}

/* Plans read these three each time. */

static ssize_t hold_ms_show(struct gov_attr_set *attr_set, char *buf)
{
	return show(READ_ONCE(to_tunables(attr_set)->hold_ms), buf);
}

static ssize_t hold_ms_store(struct gov_attr_set *attr_set, const char *buf, size_t count)
{
	return store_in_range(buf, 0, 60000, &to_tunables(attr_set)->hold_ms) ?: count;
}

static struct governor_attr dnn_hold_ms = __ATTR_RW(hold_ms);

static ssize_t margin_ppm_show(struct gov_attr_set *attr_set, char *buf)
{
	return show(READ_ONCE(to_tunables(attr_set)->margin_ppm), buf);
}

static ssize_t margin_ppm_store(struct gov_attr_set *attr_set, const char *buf, size_t count)
{
	return store_in_range(buf, 0, 500000, &to_tunables(attr_set)->margin_ppm) ?: count;
}

static struct governor_attr dnn_margin_ppm = __ATTR_RW(margin_ppm);

static ssize_t stale_ms_show(struct gov_attr_set *attr_set, char *buf)
{
	return show(READ_ONCE(to_tunables(attr_set)->stale_ms), buf);
}

static ssize_t stale_ms_store(struct gov_attr_set *attr_set, const char *buf, size_t count)
{
	return store_in_range(buf, 10, 600000, &to_tunables(attr_set)->stale_ms) ?: count;
}

static struct governor_attr dnn_stale_ms = __ATTR_RW(stale_ms);

/* These two go into what is computed once. */

static ssize_t idle_power_uw_show(struct gov_attr_set *attr_set, char *buf)
{
	return show(READ_ONCE(to_tunables(attr_set)->idle_power_uw), buf);
}

static ssize_t idle_power_uw_store(struct gov_attr_set *attr_set, const char *buf, size_t count)
{
	int ret = store_in_range(buf, 0, 1000000000, &to_tunables(attr_set)->idle_power_uw);

	if (ret)
		return ret;
	update_policies(attr_set, dnn_policy_set_idle_power);
	return count;
}

static struct governor_attr dnn_idle_power_uw = __ATTR_RW(idle_power_uw);

static ssize_t rate_limit_us_show(struct gov_attr_set *attr_set, char *buf)
{
	return show(READ_ONCE(to_tunables(attr_set)->rate_limit_us), buf);
}

static ssize_t rate_limit_us_store(struct gov_attr_set *attr_set, const char *buf, size_t count)
{
	int ret = store_in_range(buf, 0, 1000000, &to_tunables(attr_set)->rate_limit_us);

	if (ret)
		return ret;
	update_policies(attr_set, dnn_policy_set_sample);
	return count;
}

static struct governor_attr dnn_rate_limit_us = __ATTR_RW(rate_limit_us);

/* These two are for a new plan, and for the arbiter. */

static void replan(struct dnn_policy *dp)
{
	dnn_plan_apply(dp, dnn_now());
	dp->kick_arbiter = true;
}

static ssize_t power_budget_mw_show(struct gov_attr_set *attr_set, char *buf)
{
	return show(READ_ONCE(to_tunables(attr_set)->power_budget_mw), buf);
}

static ssize_t power_budget_mw_store(struct gov_attr_set *attr_set, const char *buf,
				     size_t count)
{
	int ret = store_in_range(buf, 0, DNN_POWER_BUDGET_MAX_MW,
				 &to_tunables(attr_set)->power_budget_mw);

	if (ret)
		return ret;
	update_policies(attr_set, replan);
	return count;
}

static struct governor_attr dnn_power_budget_mw = __ATTR_RW(power_budget_mw);

static ssize_t wake_power_uw_show(struct gov_attr_set *attr_set, char *buf)
{
	return show(READ_ONCE(to_tunables(attr_set)->wake_power_uw), buf);
}

static ssize_t wake_power_uw_store(struct gov_attr_set *attr_set, const char *buf, size_t count)
{
	int ret = store_in_range(buf, 0, 1000000000, &to_tunables(attr_set)->wake_power_uw);

	if (ret)
		return ret;
	update_policies(attr_set, replan);
	return count;
}

static struct governor_attr dnn_wake_power_uw = __ATTR_RW(wake_power_uw);

static struct attribute *dnn_attrs[] = {
	&dnn_hold_ms.attr,
	&dnn_margin_ppm.attr,
	&dnn_stale_ms.attr,
	&dnn_idle_power_uw.attr,
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
