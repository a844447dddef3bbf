// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes of requests: what each may be, and how a stream's declaration is read.
 *
 * Ranges are checked by functions and not by the ranges that a netlink policy can
 * state, because only so the refusal can name the field and its range.
 */
#include <linux/build_bug.h>
#include <linux/cpumask.h>
#include <linux/limits.h>

#include "netlink.h"
#include "stream.h"

/*********************** Single attributes ***********************/

static int refuse(const struct nlattr *attr, struct netlink_ext_ack *extack, const char *text)
{
	if (extack) {
		extack->_msg = text;
		extack->bad_attr = attr;
		extack->policy = NULL;
	}
	return -ERANGE;
}

/* The texts below have numbers of the ABI in them. */
static_assert(DNN_GOV_NAME_MAX == 32);
static_assert(DNN_GOV_LEVELS_MAX == 16);
static_assert(DNN_GOV_WEIGHT_MAX == 1000);
static_assert(DNN_GOV_PPM == 1000000);
static_assert(DNN_GOV_TIME_MIN_NS == 100000);
static_assert(DNN_GOV_TIME_MAX_NS == 60000000000);
static_assert(DNN_GOV_CYCLES_MAX == 4398046511104);
static_assert(DNN_GOV_CPU_WORDS == 32);

static bool time_ok(const struct nlattr *attr)
{
	u64 ns = nla_get_u64(attr);

	return ns >= DNN_GOV_TIME_MIN_NS && ns <= DNN_GOV_TIME_MAX_NS;
}

static int check_period(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (time_ok(attr))
		return 0;
	return refuse(attr, extack, "PERIOD_NS must be 100000..60000000000");
}

static int check_deadline(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (time_ok(attr))
		return 0;
	return refuse(attr, extack, "DEADLINE_NS must be 100000..60000000000");
}

static bool u32_ok(const struct nlattr *attr, u32 lowest, u32 highest)
{
	u32 value = nla_get_u32(attr);

	return value >= lowest && value <= highest;
}

static int check_levels(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (u32_ok(attr, 1, DNN_GOV_LEVELS_MAX))
		return 0;
	return refuse(attr, extack, "LEVELS must be 1..16");
}

static int check_min_level(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (u32_ok(attr, 1, DNN_GOV_LEVELS_MAX))
		return 0;
	return refuse(attr, extack, "MIN_LEVEL must be 1..LEVELS");
}

static int check_weight(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (u32_ok(attr, 1, DNN_GOV_WEIGHT_MAX))
		return 0;
	return refuse(attr, extack, "WEIGHT must be 1..1000");
}

static int check_stream_id(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (u32_ok(attr, 1, INT_MAX))
		return 0;
	return refuse(attr, extack, "STREAM_ID must be 1..2147483647");
}

static int check_frame_id(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (nla_get_u64(attr))
		return 0;
	return refuse(attr, extack, "FRAME_ID must be 1..18446744073709551615");
}

static int check_level_done(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (u32_ok(attr, 0, DNN_GOV_LEVELS_MAX))
		return 0;
	return refuse(attr, extack, "LEVEL_DONE must be 0..LEVELS of the stream");
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

static int check_cycles(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	u64 cycles = nla_get_u64(attr);

	if (cycles && cycles <= DNN_GOV_CYCLES_MAX)
		return 0;
	return refuse(attr, extack, "CYCLES must be 1..4398046511104");
}

static int check_stall(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (nla_get_u64(attr) <= DNN_GOV_TIME_MAX_NS)
		return 0;
	return refuse(attr, extack, "STALL_NS must be 0..60000000000");
}

static int check_accuracy(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (u32_ok(attr, 0, DNN_GOV_PPM))
		return 0;
	return refuse(attr, extack, "ACCURACY_PPM must be 0..1000000");
}

/*********************** Policies ***********************/

#define STREAM_ID_POLICY \
	[DNN_GOV_A_STREAM_ID] = NLA_POLICY_VALIDATE_FN(NLA_U32, check_stream_id)

/* What STREAM_ADD and STREAM_SET have in common. */
#define HINT_POLICIES \
	[DNN_GOV_A_PERIOD_NS] = NLA_POLICY_VALIDATE_FN(NLA_U64, check_period),		\
	[DNN_GOV_A_DEADLINE_NS] = NLA_POLICY_VALIDATE_FN(NLA_U64, check_deadline),	\
	[DNN_GOV_A_MIN_LEVEL] = NLA_POLICY_VALIDATE_FN(NLA_U32, check_min_level),	\
	[DNN_GOV_A_WEIGHT] = NLA_POLICY_VALIDATE_FN(NLA_U32, check_weight),		\
	[DNN_GOV_A_CPUS] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, check_cpus),		\
	[DNN_GOV_A_LEVEL_COSTS] = { .type = NLA_NESTED }

const struct nla_policy dnn_nl_add_policy[DNN_GOV_A_MAX + 1] = {
	[DNN_GOV_A_STREAM_NAME] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, check_name),
	[DNN_GOV_A_LEVELS] = NLA_POLICY_VALIDATE_FN(NLA_U32, check_levels),
	HINT_POLICIES,
};

const struct nla_policy dnn_nl_set_policy[DNN_GOV_A_MAX + 1] = {
	STREAM_ID_POLICY,
	HINT_POLICIES,
};

const struct nla_policy dnn_nl_stream_policy[DNN_GOV_A_STREAM_ID + 1] = {
	STREAM_ID_POLICY,
};

const struct nla_policy dnn_nl_begin_policy[DNN_GOV_A_MAX + 1] = {
	STREAM_ID_POLICY,
	[DNN_GOV_A_RELEASE_NS] = { .type = NLA_U64 },
};

const struct nla_policy dnn_nl_frame_policy[DNN_GOV_A_MAX + 1] = {
	STREAM_ID_POLICY,
	[DNN_GOV_A_FRAME_ID] = NLA_POLICY_VALIDATE_FN(NLA_U64, check_frame_id),
	[DNN_GOV_A_LEVEL_DONE] = NLA_POLICY_VALIDATE_FN(NLA_U32, check_level_done),
};

const struct nla_policy dnn_nl_none_policy[1];

static const struct nla_policy cost_policy[DNN_GOV_COST_A_MAX + 1] = {
	[DNN_GOV_COST_A_CYCLES] = NLA_POLICY_VALIDATE_FN(NLA_U64, check_cycles),
	[DNN_GOV_COST_A_STALL_NS] = NLA_POLICY_VALIDATE_FN(NLA_U64, check_stall),
	[DNN_GOV_COST_A_ACCURACY_PPM] = NLA_POLICY_VALIDATE_FN(NLA_U32, check_accuracy),
};

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
 * Fill @hint, which is all zero, from @attrs. @own_levels is 0 for a new stream;
 * then what is not given has its default. @given becomes a mask of attributes.
 */
int dnn_nl_parse_hint(struct nlattr **attrs, u32 own_levels, struct dnn_stream_hint *hint,
		      u64 *given, struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
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
