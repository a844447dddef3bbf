// SPDX-License-Identifier: MIT
/* Reading what there is: streams, policies, sums. */
#include <errno.h>
#include <string.h>

#include <netlink/attr.h>
#include <netlink/msg.h>

#include "handle.h"
#include "parse.h"

#define STREAM_NEEDED (HINT_HAS(STREAM_ID) | HINT_HAS(LEVELS) | HINT_HAS(GRANT))

/* One of a later kernel is not known here. */
static uint32_t goal_of(const struct hint_reply *reply)
{
	if (!(reply->has & HINT_HAS(GOAL)) || reply->goal > DNN_GOV_GOAL_MAX)
		return DNNHINT_GOAL_UNCHANGED;
	return reply->goal + 1;
}

static void stream_of(const struct hint_reply *reply, struct dnnhint_stream_info *info)
{
	*info = (struct dnnhint_stream_info) {
		.id = reply->stream_id,
		.period_ns = reply->period_ns,
		.deadline_ns = reply->deadline_ns,
		.levels = reply->levels,
		.min_level = reply->min_level,
		.weight = reply->weight,
		.grant = reply->grant,
		.cause = reply->cause,
		.khz = reply->khz,
		.cpus = reply->cpus,
		.pending = reply->pending,
		.frames = reply->frames,
		.met = reply->frames_met,
		.missed = reply->frames_missed,
		.abandoned = reply->frames_abandoned,
		.energy_uj = reply->energy_uj,
		.has_costs = reply->nr_costs && reply->nr_costs == reply->levels,
		.goal = goal_of(reply),
		.accuracy_floor_ppm = reply->accuracy_floor_ppm,
		.balance_ppm = reply->balance_ppm,
		.energy_budget_uj = reply->energy_budget_uj,
	};
	memcpy(info->name, reply->stream_name, sizeof(info->name));
	memcpy(info->costs, reply->costs, sizeof(info->costs));
}

int dnnhint_stream_get(struct dnnhint *h, uint32_t stream_id, struct dnnhint_stream_info *info)
{
	struct nl_msg *msg = hint_request(h, DNN_GOV_CMD_STREAM_GET, 0, nla_total_size(4));
	struct hint_reply reply;
	int ret;

	if (!msg || nla_put_u32(msg, DNN_GOV_A_STREAM_ID, stream_id)) {
		nlmsg_free(msg);
		return hint_fail(h, -ENOMEM, NULL);
	}
	ret = hint_ask(h, msg, STREAM_NEEDED, &reply);
	if (!ret)
		stream_of(&reply, info);
	return ret;
}

struct stream_reader {
	int (*fn)(const struct dnnhint_stream_info *info, void *ctx);
	void *ctx;
};

static int each_stream(const struct hint_reply *reply, void *ctx)
{
	const struct stream_reader *reader = ctx;
	struct dnnhint_stream_info info;

	stream_of(reply, &info);
	return reader->fn(&info, reader->ctx);
}

int dnnhint_streams_get(struct dnnhint *h,
			int (*fn)(const struct dnnhint_stream_info *info, void *ctx), void *ctx)
{
	struct nl_msg *msg = hint_request(h, DNN_GOV_CMD_STREAM_GET, NLM_F_DUMP, 0);
	struct stream_reader reader = { fn, ctx };

	if (!msg)
		return hint_fail(h, -ENOMEM, NULL);
	return hint_dump(h, msg, STREAM_NEEDED, each_stream, &reader);
}

struct policy_reader {
	int (*fn)(const struct dnnhint_policy_info *info, void *ctx);
	void *ctx;
};

static int each_policy(const struct hint_reply *reply, void *ctx)
{
	const struct policy_reader *reader = ctx;
	const struct dnnhint_policy_info info = {
		.cpu = reply->policy_cpu,
		.cpus = reply->cpus,
		.khz = reply->khz,
		.min_khz = reply->min_khz,
		.max_khz = reply->max_khz,
		.fast_switch = reply->fast_switch,
		.streams = reply->streams,
		.power_budget_uw = reply->power_budget_uw,
	};

	return reader->fn(&info, reader->ctx);
}

int dnnhint_policies_get(struct dnnhint *h,
			 int (*fn)(const struct dnnhint_policy_info *info, void *ctx), void *ctx)
{
	struct nl_msg *msg = hint_request(h, DNN_GOV_CMD_POLICY_GET, NLM_F_DUMP, 0);
	struct policy_reader reader = { fn, ctx };

	if (!msg)
		return hint_fail(h, -ENOMEM, NULL);
	return hint_dump(h, msg, HINT_HAS(POLICY_CPU), each_policy, &reader);
}

int dnnhint_stats_get(struct dnnhint *h, struct dnnhint_stats *stats)
{
	struct nl_msg *msg = hint_request(h, DNN_GOV_CMD_STATS_GET, 0, 0);
	struct hint_reply reply;
	int ret;

	if (!msg)
		return hint_fail(h, -ENOMEM, NULL);
	ret = hint_ask(h, msg, HINT_HAS(FRAMES), &reply);
	if (ret)
		return ret;
	*stats = (struct dnnhint_stats) {
		.streams = reply.streams,
		.pending = reply.pending,
		.frames = reply.frames,
		.met = reply.frames_met,
		.missed = reply.frames_missed,
		.abandoned = reply.frames_abandoned,
		.energy_uj = reply.energy_uj,
	};
	memcpy(stats->events, reply.events, sizeof(stats->events));
	return 0;
}
