// SPDX-License-Identifier: MIT
#include "parse.h"

#include <errno.h>
#include <string.h>

#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#define EXACTLY(bytes) { .minlen = (bytes), .maxlen = (bytes) }
#define UP_TO(bytes) { .minlen = 1, .maxlen = (bytes) }

static const struct nla_policy attrs[DNN_GOV_A_MAX + 1] = {
	[DNN_GOV_A_STREAM_ID] = EXACTLY(4),
	[DNN_GOV_A_STREAM_NAME] = UP_TO(DNN_GOV_NAME_MAX),
	[DNN_GOV_A_PERIOD_NS] = EXACTLY(8),
	[DNN_GOV_A_DEADLINE_NS] = EXACTLY(8),
	[DNN_GOV_A_LEVELS] = EXACTLY(4),
	[DNN_GOV_A_MIN_LEVEL] = EXACTLY(4),
	[DNN_GOV_A_WEIGHT] = EXACTLY(4),
	[DNN_GOV_A_CPUS] = UP_TO(4 * DNN_GOV_CPU_WORDS),
	[DNN_GOV_A_FRAME_ID] = EXACTLY(8),
	[DNN_GOV_A_DEADLINE_ABS_NS] = EXACTLY(8),
	[DNN_GOV_A_GRANT] = EXACTLY(4),
	[DNN_GOV_A_GRANT_OLD] = EXACTLY(4),
	[DNN_GOV_A_CAUSE] = EXACTLY(4),
	[DNN_GOV_A_KHZ] = EXACTLY(4),
	[DNN_GOV_A_TIME_NS] = EXACTLY(8),
	[DNN_GOV_A_LATENCY_NS] = EXACTLY(8),
	[DNN_GOV_A_MET] = EXACTLY(1),
	[DNN_GOV_A_PENDING] = EXACTLY(4),
	[DNN_GOV_A_STREAMS] = EXACTLY(4),
	[DNN_GOV_A_FRAMES] = EXACTLY(8),
	[DNN_GOV_A_FRAMES_MET] = EXACTLY(8),
	[DNN_GOV_A_FRAMES_MISSED] = EXACTLY(8),
	[DNN_GOV_A_FRAMES_ABANDONED] = EXACTLY(8),
	[DNN_GOV_A_ENERGY_UJ] = EXACTLY(8),
	[DNN_GOV_A_POLICY_CPU] = EXACTLY(4),
	[DNN_GOV_A_MIN_KHZ] = EXACTLY(4),
	[DNN_GOV_A_MAX_KHZ] = EXACTLY(4),
	[DNN_GOV_A_FAST_SWITCH] = EXACTLY(1),
	[DNN_GOV_A_COUNT] = EXACTLY(8),
	[DNN_GOV_A_GOAL] = EXACTLY(4),
	[DNN_GOV_A_ACCURACY_FLOOR_PPM] = EXACTLY(4),
	[DNN_GOV_A_BALANCE_PPM] = EXACTLY(4),
	[DNN_GOV_A_ENERGY_BUDGET_UJ] = EXACTLY(8),
	[DNN_GOV_A_POWER_BUDGET_UW] = EXACTLY(4),
};

static const struct nla_policy cost_attrs[DNN_GOV_COST_A_MAX + 1] = {
	[DNN_GOV_COST_A_CYCLES] = EXACTLY(8),
	[DNN_GOV_COST_A_STALL_NS] = EXACTLY(8),
	[DNN_GOV_COST_A_ACCURACY_PPM] = EXACTLY(4),
};

/* Where plain integers go; 0: it is none. The policy above says how wide they are on the wire. */
static const uint16_t integers[DNN_GOV_A_MAX + 1] = {
#define INTEGER(name, member) [DNN_GOV_A_##name] = offsetof(struct hint_reply, member)
	INTEGER(STREAM_ID, stream_id),
	INTEGER(PERIOD_NS, period_ns),
	INTEGER(DEADLINE_NS, deadline_ns),
	INTEGER(LEVELS, levels),
	INTEGER(MIN_LEVEL, min_level),
	INTEGER(WEIGHT, weight),
	INTEGER(FRAME_ID, frame_id),
	INTEGER(DEADLINE_ABS_NS, deadline_abs_ns),
	INTEGER(GRANT, grant),
	INTEGER(GRANT_OLD, grant_old),
	INTEGER(CAUSE, cause),
	INTEGER(KHZ, khz),
	INTEGER(TIME_NS, time_ns),
	INTEGER(LATENCY_NS, latency_ns),
	INTEGER(MET, met),
	INTEGER(PENDING, pending),
	INTEGER(STREAMS, streams),
	INTEGER(FRAMES, frames),
	INTEGER(FRAMES_MET, frames_met),
	INTEGER(FRAMES_MISSED, frames_missed),
	INTEGER(FRAMES_ABANDONED, frames_abandoned),
	INTEGER(ENERGY_UJ, energy_uj),
	INTEGER(POLICY_CPU, policy_cpu),
	INTEGER(MIN_KHZ, min_khz),
	INTEGER(MAX_KHZ, max_khz),
	INTEGER(FAST_SWITCH, fast_switch),
	INTEGER(GOAL, goal),
	INTEGER(ACCURACY_FLOOR_PPM, accuracy_floor_ppm),
	INTEGER(BALANCE_PPM, balance_ppm),
	INTEGER(ENERGY_BUDGET_UJ, energy_budget_uj),
	INTEGER(POWER_BUDGET_UW, power_budget_uw),
#undef INTEGER
};

static int parse_cpus(const struct nlattr *attr, cpu_set_t *cpus)
{
	uint32_t word;

	if (nla_len(attr) % sizeof(word))
		return -EBADMSG;
	for (unsigned int w = 0; w < nla_len(attr) / sizeof(word); w++) {
		memcpy(&word, (const char *)nla_data(attr) + w * sizeof(word), sizeof(word));
		for (unsigned int b = 0; word; b++, word >>= 1)
			if (word & 1)
				CPU_SET(32 * w + b, cpus);
	}
	return 0;
}

static int parse_costs(struct nlattr *nest, struct hint_reply *out)
{
	struct nlattr *level;
	int left;

	nla_for_each_nested(level, nest, left) {
		struct nlattr *tb[DNN_GOV_COST_A_MAX + 1];
		struct dnnhint_cost *cost = &out->costs[out->nr_costs];

		if (nla_type(level) != DNN_GOV_A_LEVEL_COST)
			continue;
		if (out->nr_costs == DNN_GOV_LEVELS_MAX ||
		    nla_parse_nested(tb, DNN_GOV_COST_A_MAX, level, cost_attrs) < 0)
			return -EBADMSG;
		if (tb[DNN_GOV_COST_A_CYCLES])
			cost->cycles = nla_get_u64(tb[DNN_GOV_COST_A_CYCLES]);
		if (tb[DNN_GOV_COST_A_STALL_NS])
			cost->stall_ns = nla_get_u64(tb[DNN_GOV_COST_A_STALL_NS]);
		if (tb[DNN_GOV_COST_A_ACCURACY_PPM])
			cost->accuracy_ppm = nla_get_u32(tb[DNN_GOV_COST_A_ACCURACY_PPM]);
		out->nr_costs++;
	}
	return left ? -EBADMSG : 0;
}

static int parse_counts(struct nlattr *nest, struct hint_reply *out)
{
	struct nlattr *entry;
	int left;

	nla_for_each_nested(entry, nest, left) {
		struct nlattr *tb[DNN_GOV_A_MAX + 1];
		uint32_t cause;

		if (nla_type(entry) != DNN_GOV_A_CAUSE_COUNT)
			continue;
		if (nla_parse_nested(tb, DNN_GOV_A_MAX, entry, attrs) < 0 ||
		    !tb[DNN_GOV_A_CAUSE] || !tb[DNN_GOV_A_COUNT])
			return -EBADMSG;
		cause = nla_get_u32(tb[DNN_GOV_A_CAUSE]);
		if (cause <= DNN_GOV_CAUSE_MAX)
			out->events[cause] = nla_get_u64(tb[DNN_GOV_A_COUNT]);
	}
	return left ? -EBADMSG : 0;
}

/* Callers index by level: what is there must be a level. */
static bool level_ok(const struct hint_reply *reply, uint64_t attr, uint32_t level)
{
	return !(reply->has & attr) || (level >= 1 && level <= DNN_GOV_LEVELS_MAX);
}

static bool values_ok(const struct hint_reply *reply)
{
	return level_ok(reply, HINT_HAS(LEVELS), reply->levels) &&
	       level_ok(reply, HINT_HAS(MIN_LEVEL), reply->min_level) &&
	       level_ok(reply, HINT_HAS(GRANT), reply->grant) &&
	       level_ok(reply, HINT_HAS(GRANT_OLD), reply->grant_old) &&
	       (!(reply->has & HINT_HAS(STREAM_ID)) || reply->stream_id);
}

static int parse_attr(struct nlattr *attr, struct hint_reply *out)
{
	int type = nla_type(attr);
	int len = nla_len(attr);

	if (type > DNN_GOV_A_MAX)
		return 0;
	if (attrs[type].maxlen && (len < attrs[type].minlen || len > attrs[type].maxlen))
		return -EBADMSG;
	out->has |= 1ULL << type;
	switch (type) {
	case DNN_GOV_A_STREAM_NAME:
		nla_strlcpy(out->stream_name, attr, sizeof(out->stream_name));
		return 0;
	case DNN_GOV_A_CPUS:
		return parse_cpus(attr, &out->cpus);
	case DNN_GOV_A_LEVEL_COSTS:
		return parse_costs(attr, out);
	case DNN_GOV_A_PRESSURES:
		return parse_counts(attr, out);
	default:
		if (integers[type])
			memcpy((char *)out + integers[type], nla_data(attr), (size_t)len);
		return 0;
	}
}

/*
 * Attribute by attribute: genlmsg_parse() would fill a table of all there can be, of which an
 * answer about a frame has seven.
 */
int hint_parse(const struct nlmsghdr *nlh, size_t len, struct hint_reply *out)
{
	struct nlmsghdr *msg = (struct nlmsghdr *)nlh;	/* libnl takes no const */
	struct nlattr *attr;
	int left, ret = 0;

	memset(out, 0, sizeof(*out));
	if (len > INT32_MAX || !nlmsg_ok(nlh, (int)len) || !genlmsg_valid_hdr(msg, 0))
		return -EBADMSG;
	out->cmd = genlmsg_hdr(msg)->cmd;
	nlmsg_for_each_attr(attr, msg, GENL_HDRLEN, left) {
		ret = parse_attr(attr, out);
		if (ret)
			return ret;
	}
	return values_ok(out) ? 0 : -EBADMSG;
}

int hint_parse_event(const struct hint_reply *reply, struct dnnhint_event *event)
{
	const uint64_t needed = HINT_HAS(STREAM_ID) | HINT_HAS(GRANT) | HINT_HAS(GRANT_OLD) |
				HINT_HAS(CAUSE) | HINT_HAS(TIME_NS);

	if (reply->cmd != DNN_GOV_CMD_PRESSURE || (reply->has & needed) != needed)
		return -EBADMSG;
	*event = (struct dnnhint_event) {
		.stream_id = reply->stream_id,
		.grant = reply->grant,
		.grant_old = reply->grant_old,
		.cause = reply->cause,
		.khz = reply->khz,
		.time_ns = reply->time_ns,
	};
	return 0;
}
