// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/dnn_gov: one value per file, but for histograms.
 *
 * Directories are removed under dnn_mutex, which waits for whoever is reading in
 * them, so reading takes no mutex.
 */
#include <linux/completion.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "arbiter.h"
#include "compat.h"
#include "policy.h"
#include "stats.h"
#include "stream.h"
#include "sysfs.h"

static struct kobject *dnn_root;

#define NJ_PER_UJ	1000

static const char * const cause_names[DNN_GOV_CAUSE_MAX + 1] = {
	[DNN_GOV_CAUSE_NONE] = "none",
	[DNN_GOV_CAUSE_FREQ_CAP] = "freq_cap",
	[DNN_GOV_CAUSE_POWER_BUDGET] = "power_budget",
	[DNN_GOV_CAUSE_ENERGY_BUDGET] = "energy_budget",
	[DNN_GOV_CAUSE_CONTENTION] = "contention",
	[DNN_GOV_CAUSE_DEADLINE] = "deadline",
	[DNN_GOV_CAUSE_RELIEF] = "relief",
};

static const char * const goal_names[DNN_GOV_GOAL_MAX + 1] = {
	[DNN_GOV_GOAL_MAX_ACCURACY] = "max_accuracy",
	[DNN_GOV_GOAL_BALANCED] = "balanced",
	[DNN_GOV_GOAL_MIN_ENERGY] = "min_energy",
};

/*********************** Sums ***********************/

#define DNN_ATTR(_type, _name, _mode) \
	struct kobj_attribute _type##_##_name##_attr = \
		__ATTR(_name, _mode, _type##_##_name##_show, NULL)

/* A file of the top directory that shows a member of struct dnn_stats. */
#define STATS_FILE(_name, _value)							\
static ssize_t root_##_name##_show(struct kobject *kobj, struct kobj_attribute *attr,	\
				   char *buf)						\
{											\
	struct dnn_stats stats;								\
											\
	dnn_stats_get(&stats);								\
	return sysfs_emit(buf, "%llu\n", _value);					\
}											\
static DNN_ATTR(root, _name, 0444)

STATS_FILE(frames, stats.frames);
STATS_FILE(met, stats.met);
STATS_FILE(missed, stats.missed);
STATS_FILE(abandoned, stats.abandoned);
STATS_FILE(pending, stats.pending);
STATS_FILE(energy_uj, div_u64(stats.energy_nj, NJ_PER_UJ));

static ssize_t root_version_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", THIS_MODULE->version);
}
static DNN_ATTR(root, version, 0444);

static ssize_t root_streams_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", dnn_stream_nr());
}
static DNN_ATTR(root, streams, 0444);

/* Only root may: what it takes away it takes from everybody. */
static ssize_t root_power_budget_mw_show(struct kobject *kobj, struct kobj_attribute *attr,
					 char *buf)
{
	return sysfs_emit(buf, "%u\n", dnn_arbiter_budget_mw());
}

static ssize_t root_power_budget_mw_store(struct kobject *kobj, struct kobj_attribute *attr,
					  const char *buf, size_t count)
{
	unsigned int mw;
	int ret = kstrtouint(buf, 10, &mw);

	if (ret)
		return ret;
	if (mw > DNN_POWER_BUDGET_MAX_MW)
		return -ERANGE;
	dnn_arbiter_set_budget_mw(mw);
	return count;
}

static struct kobj_attribute root_power_budget_mw_attr =
	__ATTR(power_budget_mw, 0644, root_power_budget_mw_show, root_power_budget_mw_store);

static struct attribute *root_attrs[] = {
	&root_version_attr.attr,
	&root_streams_attr.attr,
	&root_frames_attr.attr,
	&root_met_attr.attr,
	&root_missed_attr.attr,
	&root_abandoned_attr.attr,
	&root_pending_attr.attr,
	&root_energy_uj_attr.attr,
	&root_power_budget_mw_attr.attr,
	NULL
};

static const struct attribute_group root_group = {
	.attrs = root_attrs,
};

#define PRESSURE_FILE(_name, _cause)							\
static ssize_t pressure_##_name##_show(struct kobject *kobj, struct kobj_attribute *attr, \
				       char *buf)					\
{											\
	struct dnn_stats stats;								\
											\
	dnn_stats_get(&stats);								\
	return sysfs_emit(buf, "%llu\n", stats.pressures[_cause]);			\
}											\
static DNN_ATTR(pressure, _name, 0444)

PRESSURE_FILE(freq_cap, DNN_GOV_CAUSE_FREQ_CAP);
PRESSURE_FILE(power_budget, DNN_GOV_CAUSE_POWER_BUDGET);
PRESSURE_FILE(energy_budget, DNN_GOV_CAUSE_ENERGY_BUDGET);
PRESSURE_FILE(contention, DNN_GOV_CAUSE_CONTENTION);
PRESSURE_FILE(deadline, DNN_GOV_CAUSE_DEADLINE);
PRESSURE_FILE(relief, DNN_GOV_CAUSE_RELIEF);

static struct attribute *pressure_attrs[] = {
	&pressure_freq_cap_attr.attr,
	&pressure_power_budget_attr.attr,
	&pressure_energy_budget_attr.attr,
	&pressure_contention_attr.attr,
	&pressure_deadline_attr.attr,
	&pressure_relief_attr.attr,
	NULL
};

static const struct attribute_group pressure_group = {
	.name = "pressure",
	.attrs = pressure_attrs,
};

static const struct attribute_group *root_groups[] = {
	&root_group,
	&pressure_group,
	NULL
};

int dnn_sysfs_init(void)
{
	int ret;

	dnn_root = kobject_create_and_add(KBUILD_MODNAME, kernel_kobj);
	if (!dnn_root)
		return -ENOMEM;
	ret = sysfs_create_groups(dnn_root, root_groups);
	if (ret)
		kobject_put(dnn_root);
	return ret;
}

void dnn_sysfs_exit(void)
{
	sysfs_remove_groups(dnn_root, root_groups);
	kobject_put(dnn_root);
}

/*********************** Policies ***********************/

/**
 * struct dnn_policy_dir - a policy's directory, while the governor is there
 * @kobj: it
 * @dp: the policy
 * @released: completed when nobody uses it any more
 */
struct dnn_policy_dir {
	struct kobject kobj;
	struct dnn_policy *dp;
	struct completion *released;
};

#define POLICY_FILE(_name, _format, _value)						\
static ssize_t policy_##_name##_show(struct kobject *kobj, struct kobj_attribute *attr,	\
				     char *buf)						\
{											\
	struct dnn_policy_info info;							\
											\
	dnn_policy_info(container_of(kobj, struct dnn_policy_dir, kobj)->dp, &info);	\
	return sysfs_emit(buf, _format "\n", _value);					\
}											\
static DNN_ATTR(policy, _name, 0444)

POLICY_FILE(khz, "%u", info.khz);
POLICY_FILE(plan_khz, "%u", info.plan_khz);
POLICY_FILE(follow_khz, "%u", info.follow_khz);
POLICY_FILE(cap_khz, "%u", info.cap_khz);
POLICY_FILE(power_budget_uw, "%u", info.budget_uw);
POLICY_FILE(min_khz, "%u", info.min_khz);
POLICY_FILE(max_khz, "%u", info.max_khz);
POLICY_FILE(streams, "%u", info.streams);
POLICY_FILE(pending, "%u", info.pending);
POLICY_FILE(other_ppm, "%u", info.other_ppm);
POLICY_FILE(fast_switch, "%d", info.fast);
POLICY_FILE(feasible, "%d", info.feasible);

static struct attribute *policy_attrs[] = {
	&policy_khz_attr.attr,
	&policy_plan_khz_attr.attr,
	&policy_follow_khz_attr.attr,
	&policy_cap_khz_attr.attr,
	&policy_power_budget_uw_attr.attr,
	&policy_min_khz_attr.attr,
	&policy_max_khz_attr.attr,
	&policy_streams_attr.attr,
	&policy_pending_attr.attr,
	&policy_other_ppm_attr.attr,
	&policy_fast_switch_attr.attr,
	&policy_feasible_attr.attr,
	NULL
};
ATTRIBUTE_GROUPS(policy);

static void release_policy_dir(struct kobject *kobj)
{
	complete(container_of(kobj, struct dnn_policy_dir, kobj)->released);
}

static const struct kobj_type policy_type = {
	.default_groups = policy_groups,
	.sysfs_ops = &kobj_sysfs_ops,
	.release = release_policy_dir,
};

/* Waits until the last user is gone, because the type belongs to the module. */
static void free_policy_dir(struct dnn_policy_dir *dir)
{
	DECLARE_COMPLETION_ONSTACK(released);

	dir->released = &released;
	kobject_put(&dir->kobj);
	wait_for_completion(&released);
	kfree(dir);
}

int dnn_sysfs_policy_add(struct dnn_policy *dp)
{
	struct dnn_policy_dir *dir = kzalloc(sizeof(*dir), GFP_KERNEL);
	int ret;

	if (!dir)
		return -ENOMEM;
	dir->dp = dp;
	ret = kobject_init_and_add(&dir->kobj, &policy_type, dnn_root, "policy%u", dp->cpu);
	if (ret) {
		free_policy_dir(dir);
		return ret;
	}
	dp->dir = dir;
	return 0;
}

void dnn_sysfs_policy_del(struct dnn_policy *dp)
{
	kobject_del(&dp->dir->kobj);
	free_policy_dir(dp->dir);
	dp->dir = NULL;
}

/*********************** Streams ***********************/

/* Too large for the stack of a reader: costs of all levels. */
static ssize_t show_stream(struct kobject *kobj, char *buf,
			   ssize_t (*show)(const struct dnn_stream_info *info, char *buf))
{
	struct dnn_stream *stream = container_of(kobj, struct dnn_stream, kobj);
	struct dnn_stream_info *info = kmalloc(sizeof(*info), GFP_KERNEL);
	ssize_t ret = -ENODEV;

	if (!info)
		return -ENOMEM;
	if (dnn_stream_info(stream, info))
		ret = show(info, buf);
	kfree(info);
	return ret;
}

#define STREAM_FILE_MODE(_name, _mode, _format, _value)					\
static ssize_t emit_stream_##_name(const struct dnn_stream_info *info, char *buf)	\
{											\
	return sysfs_emit(buf, _format "\n", _value);					\
}											\
											\
static ssize_t stream_##_name##_show(struct kobject *kobj, struct kobj_attribute *attr,	\
				     char *buf)						\
{											\
	return show_stream(kobj, buf, emit_stream_##_name);				\
}											\
static DNN_ATTR(stream, _name, _mode)

#define STREAM_FILE(_name, _format, _value) STREAM_FILE_MODE(_name, 0444, _format, _value)

/* Its directory belongs to the stream's user. */
STREAM_FILE_MODE(name, 0400, "%s", info->name);
STREAM_FILE(period_ns, "%llu", info->period_ns);
STREAM_FILE(deadline_ns, "%llu", info->deadline_ns);
STREAM_FILE(levels, "%u", info->levels);
STREAM_FILE(min_level, "%u", info->min_level);
STREAM_FILE(weight, "%u", info->weight);
STREAM_FILE(goal, "%s", goal_names[info->goal]);
STREAM_FILE(accuracy_floor_ppm, "%u", info->floor_ppm);
STREAM_FILE(balance_ppm, "%u", info->balance_ppm);
STREAM_FILE(energy_budget_uj, "%llu", info->energy_budget_uj);
STREAM_FILE(grant, "%u", info->grant);
STREAM_FILE(cause, "%s", cause_names[info->cause]);
STREAM_FILE(policy, "%u", info->policy_cpu);
STREAM_FILE(pending, "%u", info->pending);
STREAM_FILE(frames, "%llu", info->counts.frames);
STREAM_FILE(met, "%llu", info->counts.met);
STREAM_FILE(missed, "%llu", info->counts.missed);
STREAM_FILE(abandoned, "%llu", info->counts.abandoned);
STREAM_FILE(energy_uj, "%llu", div_u64(info->counts.energy_nj, NJ_PER_UJ));
STREAM_FILE(cycles, "%llu", info->cost[info->grant - 1].cycles);
STREAM_FILE(stall_ns, "%llu", info->cost[info->grant - 1].stall_ns);
STREAM_FILE(tail_ppm, "%u", info->cost[info->grant - 1].tail_ppm);

/* Lines of a bound, in percent of the deadline, and how many frames took up to that. */
static ssize_t emit_stream_latency(const struct dnn_stream_info *info, char *buf)
{
	ssize_t len = 0;
	u32 i;

	for (i = 0; i < DNN_LATENCY_BUCKETS - 1; i++)
		len += sysfs_emit_at(buf, len, "%u %llu\n", dnn_latency_percent[i],
				     info->counts.latency[i]);
	return len + sysfs_emit_at(buf, len, "more %llu\n", info->counts.latency[i]);
}

static ssize_t stream_latency_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return show_stream(kobj, buf, emit_stream_latency);
}
static DNN_ATTR(stream, latency, 0444);

static struct attribute *stream_attrs[] = {
	&stream_name_attr.attr,
	&stream_period_ns_attr.attr,
	&stream_deadline_ns_attr.attr,
	&stream_levels_attr.attr,
	&stream_min_level_attr.attr,
	&stream_weight_attr.attr,
	&stream_goal_attr.attr,
	&stream_accuracy_floor_ppm_attr.attr,
	&stream_balance_ppm_attr.attr,
	&stream_energy_budget_uj_attr.attr,
	&stream_grant_attr.attr,
	&stream_cause_attr.attr,
	&stream_policy_attr.attr,
	&stream_pending_attr.attr,
	&stream_frames_attr.attr,
	&stream_met_attr.attr,
	&stream_missed_attr.attr,
	&stream_abandoned_attr.attr,
	&stream_energy_uj_attr.attr,
	&stream_cycles_attr.attr,
	&stream_stall_ns_attr.attr,
	&stream_tail_ppm_attr.attr,
	&stream_latency_attr.attr,
	NULL
};
ATTRIBUTE_GROUPS(stream);

static void stream_owner(DNN_KOBJ_CONST struct kobject *kobj, kuid_t *uid, kgid_t *gid)
{
	DNN_KOBJ_CONST struct dnn_stream *stream = container_of(kobj, struct dnn_stream, kobj);

	*uid = stream->uid;
	*gid = stream->gid;
}

static const struct kobj_type stream_type = {
	.default_groups = stream_groups,
	.sysfs_ops = &kobj_sysfs_ops,
	.release = dnn_stream_release,
	.get_ownership = stream_owner,
};

void dnn_sysfs_stream_init(struct dnn_stream *stream)
{
	kobject_init(&stream->kobj, &stream_type);
}

int dnn_sysfs_stream_add(struct dnn_stream *stream)
{
	return kobject_add(&stream->kobj, dnn_root, "stream%u", stream->id);
}

void dnn_sysfs_stream_del(struct dnn_stream *stream)
{
	kobject_del(&stream->kobj);
}
