// SPDX-License-Identifier: GPL-2.0-only
/*
 * Types of cores: policies whose cores take the same for the same work.
 *
 * They are told apart by their capacity and their OPPs. What streams have learnt of a
 * type is kept while the governor is away, until its number is needed for another one.
 */
#include <linux/cpufreq.h>
#include <linux/sched/topology.h>

#include "core_type.h"
#include "policy.h"
#include "stream.h"

#define SPEED_SHIFT	30

/**
 * struct core_type - a type of cores
 * @nr_opps: its OPPs; 0: no such type
 * @khz: them
 * @capacity: at the highest
 */
struct core_type {
	u32 nr_opps;
	u32 khz[PLAN_MAX_OPPS];
	u32 capacity;
};

/* Under dnn_mutex. */
static struct core_type core_types[CORE_TYPES];
u32 dnn_core_speed[CORE_TYPES];

static u32 capacity_of(const struct dnn_policy *dp)
{
	return max_t(u32, arch_scale_cpu_capacity(dp->cpu), 1);
}

static u32 speed_of(const struct dnn_policy *dp)
{
	return max_t(u32, ((u64)capacity_of(dp) << SPEED_SHIFT) / dp->opps[dp->in.nr_opps - 1].khz,
		     1);
}

static bool same_opps(const struct core_type *type, const struct dnn_policy *dp)
{
	u32 i;

	if (type->nr_opps != dp->in.nr_opps)
		return false;
	for (i = 0; i < type->nr_opps; i++)
		if (type->khz[i] != dp->opps[i].khz)
			return false;
	return true;
}

static bool in_use(u32 index)
{
	const struct dnn_policy *dp;

	list_for_each_entry(dp, &dnn_policies, node)
		if (dp->policy && dp->type == index)
			return true;
	return false;
}

static u32 take(u32 index, const struct dnn_policy *dp)
{
	struct core_type *type = &core_types[index];
	u32 i;

	if (type->nr_opps)
		dnn_stream_forget_type(index);
	type->nr_opps = dp->in.nr_opps;
	for (i = 0; i < type->nr_opps; i++)
		type->khz[i] = dp->opps[i].khz;
	type->capacity = capacity_of(dp);
	WRITE_ONCE(dnn_core_speed[index], speed_of(dp));
	return index;
}

/* There are more types than numbers: take that of the most similar one. */
static u32 most_similar(const struct dnn_policy *dp)
{
	u32 speed = speed_of(dp), best = 0, best_diff = U32_MAX, i;

	for (i = 0; i < CORE_TYPES; i++) {
		u32 other = dnn_core_speed[i];
		u32 diff = speed > other ? speed - other : other - speed;

		if (diff >= best_diff)
			continue;
		best = i;
		best_diff = diff;
	}
	return best;
}

/* The type of the cores of @dp, which has its OPPs. Under dnn_mutex. */
u32 dnn_core_type(const struct dnn_policy *dp)
{
	u32 i;

	for (i = 0; i < CORE_TYPES; i++)
		if (core_types[i].nr_opps && core_types[i].capacity == capacity_of(dp) &&
		    same_opps(&core_types[i], dp))
			return i;
	for (i = 0; i < CORE_TYPES; i++)
		if (!core_types[i].nr_opps)
			return take(i, dp);
	for (i = 0; i < CORE_TYPES; i++)
		if (!in_use(i))
			return take(i, dp);
	return most_similar(dp);
}
