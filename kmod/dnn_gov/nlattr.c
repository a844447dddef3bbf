// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes of requests: what each may be, and how a stream's declaration is read.
 *
 * The policies state types and which attributes a command knows. Ranges are checked
 * here and not by them, because only so the refusal can name the field and its range.
 */
#include <linux/build_bug.h>
#include <linux/cpumask.h>
#include <linux/limits.h>

#include "netlink.h"
#include "stream.h"

/*********************** Policies ***********************/

/* What STREAM_ADD and STREAM_SET have in common. */
#define HINT_POLICIES \
	[DNN_GOV_A_PERIOD_NS] = { .type = NLA_U64 },	\
	[DNN_GOV_A_DEADLINE_NS] = { .type = NLA_U64 },	\
	[DNN_GOV_A_MIN_LEVEL] = { .type = NLA_U32 },	\
	[DNN_GOV_A_WEIGHT] = { .type = NLA_U32 },	\
	[DNN_GOV_A_CPUS] = { .type = NLA_BINARY },	\
	[DNN_GOV_A_GOAL] = { .type = NLA_U32 },	\
	[DNN_GOV_A_ACCURACY_FLOOR_PPM] = { .type = NLA_U32 },	\
	[DNN_GOV_A_BALANCE_PPM] = { .type = NLA_U32 },	\
	[DNN_GOV_A_ENERGY_BUDGET_UJ] = { .type = NLA_U64 },	\
	[DNN_GOV_A_LEVEL_COSTS] = { .type = NLA_NESTED }

const struct nla_policy dnn_nl_add_policy[DNN_GOV_A_MAX + 1] = {
	[DNN_GOV_A_STREAM_NAME] = { .type = NLA_BINARY },
	[DNN_GOV_A_LEVELS] = { .type = NLA_U32 },
	HINT_POLICIES,
};

const struct nla_policy dnn_nl_set_policy[DNN_GOV_A_MAX + 1] = {
	[DNN_GOV_A_STREAM_ID] = { .type = NLA_U32 },
	HINT_POLICIES,
};

/*
 * Netlink clears a table of all attributes up to the last one here for each request. Requests
 * about frames come by the hundred a second.
 */
const struct nla_policy dnn_nl_stream_policy[DNN_GOV_A_STREAM_ID + 1] = {
	[DNN_GOV_A_STREAM_ID] = { .type = NLA_U32 },
};

const struct nla_policy dnn_nl_begin_policy[DNN_GOV_A_RELEASE_NS + 1] = {
	[DNN_GOV_A_STREAM_ID] = { .type = NLA_U32 },
	[DNN_GOV_A_RELEASE_NS] = { .type = NLA_U64 },
};

const struct nla_policy dnn_nl_frame_policy[DNN_GOV_A_LEVEL_DONE + 1] = {
	[DNN_GOV_A_STREAM_ID] = { .type = NLA_U32 },
	[DNN_GOV_A_FRAME_ID] = { .type = NLA_U64 },
	[DNN_GOV_A_LEVEL_DONE] = { .type = NLA_U32 },
};

/* Room for one, which is refused: of no attributes, generic netlink takes the family's number. */
const struct nla_policy dnn_nl_none_policy[2];

static const struct nla_policy cost_policy[DNN_GOV_COST_A_MAX + 1] = {
	[DNN_GOV_COST_A_CYCLES] = { .type = NLA_U64 },
	[DNN_GOV_COST_A_STALL_NS] = { .type = NLA_U64 },
	[DNN_GOV_COST_A_ACCURACY_PPM] = { .type = NLA_U32 },
};

/*********************** Ranges ***********************/

/**
 * struct attr_range - the range of an integer attribute
 * @attr: its number
 * @bytes: its size, 4 or 8
 * @lowest: bounds included
 * @highest: bounds included
 * @refusal: says so
 */
struct attr_range {
	int attr;
	int bytes;
	u64 lowest;
	u64 highest;
	const char *refusal;
};

static const struct attr_range hint_ranges[] = {
	{ DNN_GOV_A_PERIOD_NS, 8, DNN_GOV_TIME_MIN_NS, DNN_GOV_TIME_MAX_NS,
	  "PERIOD_NS must be 100000..60000000000" },
	{ DNN_GOV_A_DEADLINE_NS, 8, DNN_GOV_TIME_MIN_NS, DNN_GOV_TIME_MAX_NS,
	  "DEADLINE_NS must be 100000..60000000000" },
	{ DNN_GOV_A_LEVELS, 4, 1, DNN_GOV_LEVELS_MAX,
	  "LEVELS must be 1..16" },
	{ DNN_GOV_A_MIN_LEVEL, 4, 1, DNN_GOV_LEVELS_MAX,
	  "MIN_LEVEL must be 1..LEVELS" },
	{ DNN_GOV_A_WEIGHT, 4, 1, DNN_GOV_WEIGHT_MAX,
	  "WEIGHT must be 1..1000" },
	{ DNN_GOV_A_GOAL, 4, 0, DNN_GOV_GOAL_MAX,
	  "GOAL must be 0..2" },
	{ DNN_GOV_A_ACCURACY_FLOOR_PPM, 4, 0, DNN_GOV_PPM,
	  "ACCURACY_FLOOR_PPM must be 0..1000000" },
	{ DNN_GOV_A_BALANCE_PPM, 4, 0, DNN_GOV_PPM,
	  "BALANCE_PPM must be 0..1000000" },
	{ DNN_GOV_A_ENERGY_BUDGET_UJ, 8, 0, DNN_GOV_ENERGY_MAX_UJ,
	  "ENERGY_BUDGET_UJ must be 0..1000000000" },
};

static const struct attr_range stream_ranges[] = {
	{ DNN_GOV_A_STREAM_ID, 4, 1, INT_MAX,
	  "STREAM_ID must be 1..2147483647" },
};

static const struct attr_range frame_ranges[] = {
	{ DNN_GOV_A_FRAME_ID, 8, 1, U64_MAX,
	  "FRAME_ID must be 1..18446744073709551615" },
	{ DNN_GOV_A_LEVEL_DONE, 4, 0, DNN_GOV_LEVELS_MAX,
	  "LEVEL_DONE must be 0..LEVELS of the stream" },
};

static const struct attr_range cost_ranges[] = {
	{ DNN_GOV_COST_A_CYCLES, 8, 1, DNN_GOV_CYCLES_MAX,
	  "CYCLES must be 1..4398046511104" },
	{ DNN_GOV_COST_A_STALL_NS, 8, 0, DNN_GOV_TIME_MAX_NS,
	  "STALL_NS must be 0..60000000000" },
	{ DNN_GOV_COST_A_ACCURACY_PPM, 4, 0, DNN_GOV_PPM,
	  "ACCURACY_PPM must be 0..1000000" },
};

/* The texts here have numbers of the ABI in them. */
static_assert(DNN_GOV_NAME_MAX == 32);
static_assert(DNN_GOV_LEVELS_MAX == 16);
static_assert(DNN_GOV_WEIGHT_MAX == 1000);
static_assert(DNN_GOV_PPM == 1000000);
static_assert(DNN_GOV_TIME_MIN_NS == 100000);
static_assert(DNN_GOV_TIME_MAX_NS == 60000000000);
static_assert(DNN_GOV_CYCLES_MAX == 4398046511104);
static_assert(DNN_GOV_CPU_WORDS == 32);
static_assert(DNN_GOV_GOAL_MAX == 2);
static_assert(DNN_GOV_ENERGY_MAX_UJ == 1000000000);

static int refuse(const struct nlattr *attr, struct netlink_ext_ack *extack, const char *text)
{
	if (extack) {
		extack->_msg = text;
		extack->bad_attr = attr;
		extack->policy = NULL;
	}
	return -ERANGE;
}

static int check_ranges(struct nlattr **attrs, const struct attr_range *range, size_t nr,
			struct netlink_ext_ack *extack)
{
	for (; nr; nr--, range++) {
		const struct nlattr *attr = attrs[range->attr];
		u64 value;

		if (!attr)
			continue;
		value = range->bytes == 8 ? nla_get_u64(attr) : nla_get_u32(attr);
		if (value < range->lowest || value > range->highest)
			return refuse(attr, extack, range->refusal);
	}
	return 0;
}

/* With or without its NUL; nothing that would spoil a line of output. */
static int check_name(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const unsigned char *name = nla_data(attr);
	int len = strnlen(nla_data(attr), nla_len(attr)), i;

	for (i = 0; i < len; i++)
		if (name[i] < ' ' || name[i] == 0x7f)
			return refuse(attr, extack, "STREAM_NAME must have no control characters");
	if (len >= 1 && len < DNN_GOV_NAME_MAX && nla_len(attr) <= len + 1)
		return 0;
	return refuse(attr, extack, "STREAM_NAME must be 1..31 bytes");
}

static int check_cpus(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	int len = nla_len(attr);

	if (len && len % sizeof(u32) == 0 && len <= DNN_GOV_CPU_WORDS * sizeof(u32))
		return 0;
	return refuse(attr, extack, "CPUS must be 1..32 words of 4 bytes");
}

/* The stream that a request names. */
int dnn_nl_check_stream(struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	return check_ranges(attrs, stream_ranges, ARRAY_SIZE(stream_ranges), extack);
}

/* What FRAME_PROGRESS, FRAME_END and FRAME_DONE have besides. */
int dnn_nl_check_frame(struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	return check_ranges(attrs, frame_ranges, ARRAY_SIZE(frame_ranges), extack);
}

/* What STREAM_ADD and STREAM_SET declare. */
int dnn_nl_check_hint(struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	int ret = check_ranges(attrs, hint_ranges, ARRAY_SIZE(hint_ranges), extack);

	if (!ret && attrs[DNN_GOV_A_STREAM_NAME])
		ret = check_name(attrs[DNN_GOV_A_STREAM_NAME], extack);
	if (!ret && attrs[DNN_GOV_A_CPUS])
		ret = check_cpus(attrs[DNN_GOV_A_CPUS], extack);
	return ret;
}

/*********************** A stream's declaration ***********************/

static int parse_cpus(const struct nlattr *attr, struct cpumask *cpus,
		      struct netlink_ext_ack *extack)
{
	const u32 *words = nla_data(attr);
	unsigned int cpu;

	cpumask_clear(cpus);
	for_each_possible_cpu(cpu)
		if (cpu / 32 < nla_len(attr) / sizeof(u32) &&
		    words[cpu / 32] & 1U << (cpu % 32))
			cpumask_set_cpu(cpu, cpus);
	if (!cpumask_empty(cpus))
		return 0;
	return refuse(attr, extack, "CPUS must name a CPU of this machine");
}

static int parse_cost(struct nlattr *attr, struct plan_cost *cost, u32 *accuracy_ppm,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *tb[DNN_GOV_COST_A_MAX + 1];
	int ret = nla_parse_nested(tb, DNN_GOV_COST_A_MAX, attr, cost_policy, extack);

	if (!ret)
		ret = check_ranges(tb, cost_ranges, ARRAY_SIZE(cost_ranges), extack);
	if (ret)
		return ret;
	if (!tb[DNN_GOV_COST_A_CYCLES]) {
		refuse(attr, extack, "LEVEL_COST must hold CYCLES");
		return -EINVAL;
	}
	cost->cycles = nla_get_u64(tb[DNN_GOV_COST_A_CYCLES]);
	if (tb[DNN_GOV_COST_A_STALL_NS])
		cost->stall_ns = nla_get_u64(tb[DNN_GOV_COST_A_STALL_NS]);
	if (tb[DNN_GOV_COST_A_ACCURACY_PPM])
		*accuracy_ppm = nla_get_u32(tb[DNN_GOV_COST_A_ACCURACY_PPM]);
	return 0;
}

static int parse_costs(const struct nlattr *nest, struct dnn_stream_hint *hint,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *attr;
	u32 level = 0;
	int left, ret;

	nla_for_each_nested(attr, nest, left) {
		if (level == hint->levels || nla_type(attr) != DNN_GOV_A_LEVEL_COST) {
			level = 0;
			break;
		}
		hint->accuracy_ppm[level] = DNN_GOV_PPM * (level + 1) / hint->levels;
		ret = parse_cost(attr, &hint->cost[level], &hint->accuracy_ppm[level], extack);
		if (ret)
			return ret;
		level++;
	}
	if (level == hint->levels) {
		hint->has_costs = true;
		return 0;
	}
	refuse(nest, extack, "LEVEL_COSTS must hold as many LEVEL_COST as the stream has levels");
	return -EINVAL;
}

/*
 * Fill @hint, which is all zero, from @attrs, which have been checked. @own_levels is
 * 0 for a new stream; then what is not given has its default. @given becomes a mask
 * of attributes.
 */
int dnn_nl_parse_hint(struct nlattr **attrs, u32 own_levels, struct dnn_stream_hint *hint,
		      u64 *given, struct netlink_ext_ack *extack)
{
	const struct nlattr *attr, *balance;
	int ret, i;

	static_assert(DNN_GOV_A_MAX < 64);
	*given = 0;
	for (i = 1; i <= DNN_GOV_A_MAX; i++)
		if (attrs[i])
			*given |= BIT_ULL(i);

	hint->levels = own_levels;
	if (attrs[DNN_GOV_A_LEVELS])
		hint->levels = nla_get_u32(attrs[DNN_GOV_A_LEVELS]);
	if (attrs[DNN_GOV_A_STREAM_NAME])
		nla_strscpy(hint->name, attrs[DNN_GOV_A_STREAM_NAME], sizeof(hint->name));
	if (attrs[DNN_GOV_A_DEADLINE_NS])
		hint->deadline_ns = nla_get_u64(attrs[DNN_GOV_A_DEADLINE_NS]);
	attr = attrs[DNN_GOV_A_PERIOD_NS];
	hint->period_ns = attr ? nla_get_u64(attr) : hint->deadline_ns;
	attr = attrs[DNN_GOV_A_WEIGHT];
	hint->weight = attr ? nla_get_u32(attr) : 100;
	attr = attrs[DNN_GOV_A_MIN_LEVEL];
	hint->min_level = attr ? nla_get_u32(attr) : 1;
	if (attrs[DNN_GOV_A_GOAL])
		hint->goal = nla_get_u32(attrs[DNN_GOV_A_GOAL]);
	if (attrs[DNN_GOV_A_ACCURACY_FLOOR_PPM])
		hint->floor_ppm = nla_get_u32(attrs[DNN_GOV_A_ACCURACY_FLOOR_PPM]);
	if (attrs[DNN_GOV_A_ENERGY_BUDGET_UJ])
		hint->energy_budget_uj = nla_get_u64(attrs[DNN_GOV_A_ENERGY_BUDGET_UJ]);
	balance = attrs[DNN_GOV_A_BALANCE_PPM];
	hint->balance_ppm = balance ? nla_get_u32(balance) : DNN_GOV_PPM / 2;
	if (hint->min_level > hint->levels)
		return refuse(attr, extack, "MIN_LEVEL must be 1..LEVELS");

	if (attrs[DNN_GOV_A_CPUS]) {
		ret = parse_cpus(attrs[DNN_GOV_A_CPUS], &hint->cpus, extack);
		if (ret)
			return ret;
	}
	if (attrs[DNN_GOV_A_LEVEL_COSTS]) {
		ret = parse_costs(attrs[DNN_GOV_A_LEVEL_COSTS], hint, extack);
		if (ret)
			return ret;
	}
	return 0;
}
