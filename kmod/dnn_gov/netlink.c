// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family: requests, dumps, events.
 *
 * Requests are worked on in parallel, in their senders' context. The family lives
 * in the first network namespace alone: frequencies belong to the machine.
 */
#include <linux/notifier.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "access.h"
#include "compat.h"
#include "event.h"
#include "frame.h"
#include "netlink.h"
#include "policy.h"
#include "stats.h"
#include "stream.h"

static struct genl_family dnn_family;

/* Room for the largest answer: a stream with all its costs. */
#define COST_SIZE	(nla_total_size(0) + 2 * nla_total_size_64bit(sizeof(u64)) + \
			 nla_total_size(sizeof(u32)))
#define ANSWER_SIZE	(nla_total_size(DNN_GOV_NAME_MAX) +			\
			 nla_total_size(DNN_GOV_CPU_WORDS * sizeof(u32)) +	\
			 13 * nla_total_size(sizeof(u32)) +			\
			 8 * nla_total_size_64bit(sizeof(u64)) +		\
			 nla_total_size(0) + DNN_GOV_LEVELS_MAX * COST_SIZE)

/*
 * Room for an answer about a frame. Not more: netlink copies an answer that is too large for
 * what it holds.
 */
#define FRAME_ANSWER_SIZE (nla_total_size(DNN_GOV_CPU_WORDS * sizeof(u32)) +	\
			   4 * nla_total_size(sizeof(u32)) +			\
			   2 * nla_total_size_64bit(sizeof(u64)))

/*********************** Parts of messages ***********************/

static int put_u64(struct sk_buff *skb, enum dnn_gov_attr attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, DNN_GOV_A_PAD);
}

static int put_cpu_words(struct sk_buff *skb, const u32 *words)
{
	return nla_put(skb, DNN_GOV_A_CPUS, dnn_cpu_words() * sizeof(*words), words);
}

static int put_counts(struct sk_buff *skb, u64 frames, u64 met, u64 missed, u64 abandoned,
		      u64 energy_nj)
{
	return put_u64(skb, DNN_GOV_A_FRAMES, frames) ||
	       put_u64(skb, DNN_GOV_A_FRAMES_MET, met) ||
	       put_u64(skb, DNN_GOV_A_FRAMES_MISSED, missed) ||
	       put_u64(skb, DNN_GOV_A_FRAMES_ABANDONED, abandoned) ||
	       put_u64(skb, DNN_GOV_A_ENERGY_UJ, div_u64(energy_nj, 1000));
}

/* What is learnt may be beyond what a client may declare; what it reads, it may declare. */
static int put_costs(struct sk_buff *skb, const struct dnn_stream_info *info)
{
	struct nlattr *nest = nla_nest_start(skb, DNN_GOV_A_LEVEL_COSTS), *one;
	u32 i;

	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < info->levels; i++) {
		one = nla_nest_start(skb, DNN_GOV_A_LEVEL_COST);
		if (!one ||
		    nla_put_u64_64bit(skb, DNN_GOV_COST_A_CYCLES,
				      clamp_t(u64, info->cost[i].cycles, 1, DNN_GOV_CYCLES_MAX),
				      DNN_GOV_COST_A_PAD) ||
		    nla_put_u64_64bit(skb, DNN_GOV_COST_A_STALL_NS,
				      min_t(u64, info->cost[i].stall_ns, DNN_GOV_TIME_MAX_NS),
				      DNN_GOV_COST_A_PAD) ||
		    nla_put_u32(skb, DNN_GOV_COST_A_ACCURACY_PPM, info->accuracy_ppm[i]))
			return -EMSGSIZE;
		nla_nest_end(skb, one);
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int put_stream(struct sk_buff *skb, const struct dnn_stream_info *info, bool with_name)
{
	if (nla_put_u32(skb, DNN_GOV_A_STREAM_ID, info->id) ||
	    (with_name && nla_put_string(skb, DNN_GOV_A_STREAM_NAME, info->name)) ||
	    put_u64(skb, DNN_GOV_A_PERIOD_NS, info->period_ns) ||
	    put_u64(skb, DNN_GOV_A_DEADLINE_NS, info->deadline_ns) ||
	    nla_put_u32(skb, DNN_GOV_A_LEVELS, info->levels) ||
	    nla_put_u32(skb, DNN_GOV_A_MIN_LEVEL, info->min_level) ||
	    nla_put_u32(skb, DNN_GOV_A_WEIGHT, info->weight) ||
	    nla_put_u32(skb, DNN_GOV_A_GOAL, info->goal) ||
	    nla_put_u32(skb, DNN_GOV_A_ACCURACY_FLOOR_PPM, info->floor_ppm) ||
	    nla_put_u32(skb, DNN_GOV_A_BALANCE_PPM, info->balance_ppm) ||
	    put_u64(skb, DNN_GOV_A_ENERGY_BUDGET_UJ, info->energy_budget_uj) ||
	    nla_put_u32(skb, DNN_GOV_A_GRANT, info->grant) ||
	    nla_put_u32(skb, DNN_GOV_A_CAUSE, info->cause) ||
	    nla_put_u32(skb, DNN_GOV_A_KHZ, info->khz) ||
	    nla_put_u32(skb, DNN_GOV_A_PENDING, info->pending) ||
	    nla_put_u32(skb, DNN_GOV_A_POLICY_CPU, info->policy_cpu) ||
	    put_cpu_words(skb, info->run_cpus) ||
	    put_counts(skb, info->counts.frames, info->counts.met, info->counts.missed,
		       info->counts.abandoned, info->counts.energy_nj))
		return -EMSGSIZE;
	return put_costs(skb, info);
}

static int put_pressures(struct sk_buff *skb, const struct dnn_stats *stats)
{
	struct nlattr *nest = nla_nest_start(skb, DNN_GOV_A_PRESSURES), *one;
	u32 cause;

	if (!nest)
		return -EMSGSIZE;
	for (cause = DNN_GOV_CAUSE_NONE + 1; cause <= DNN_GOV_CAUSE_MAX; cause++) {
		one = nla_nest_start(skb, DNN_GOV_A_CAUSE_COUNT);
		if (!one || nla_put_u32(skb, DNN_GOV_A_CAUSE, cause) ||
		    put_u64(skb, DNN_GOV_A_COUNT, stats->pressures[cause]))
			return -EMSGSIZE;
		nla_nest_end(skb, one);
	}
	nla_nest_end(skb, nest);
	return 0;
}

/*********************** Answers ***********************/

/* An answer to fill in, with its header; NULL if there is no memory. */
static struct sk_buff *answer_new(struct genl_info *info, size_t size, void **header)
{
	struct sk_buff *skb = genlmsg_new(size, GFP_KERNEL);

	if (!skb)
		return NULL;
	*header = genlmsg_put_reply(skb, info, &dnn_family, 0, info->genlhdr->cmd);
	if (*header)
		return skb;
	nlmsg_free(skb);
	return NULL;
}

/* @failed: it could not be filled in, which only a wrong size explains. */
static int answer_send(struct genl_info *info, struct sk_buff *skb, void *header, int failed)
{
	if (WARN_ON_ONCE(failed)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return genlmsg_reply(skb, info);
}

/*********************** Checks ***********************/

static int missing(struct genl_info *info, enum dnn_gov_attr attr, const char *text)
{
	info->extack->_msg = text;
	NL_SET_ERR_ATTR_MISS(info->extack, NULL, attr);
	return -EINVAL;
}

/* Check a request; then the stream that it names, whoever owns it. */
static struct dnn_stream *any_stream(struct genl_info *info)
{
	struct dnn_stream *stream;
	int ret = dnn_nl_check_stream(info->attrs, info->extack);

	if (ret)
		return ERR_PTR(ret);
	if (!info->attrs[DNN_GOV_A_STREAM_ID])
		return ERR_PTR(missing(info, DNN_GOV_A_STREAM_ID, "STREAM_ID is missing"));
	stream = dnn_stream_get(nla_get_u32(info->attrs[DNN_GOV_A_STREAM_ID]));
	if (stream)
		return stream;
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[DNN_GOV_A_STREAM_ID],
			    "STREAM_ID names no stream");
	return ERR_PTR(-ENOENT);
}

static struct dnn_stream *own_stream(struct sk_buff *skb, struct genl_info *info)
{
	struct dnn_stream *stream = any_stream(info);

	if (IS_ERR(stream) || stream->sk == NETLINK_CB(skb).sk)
		return stream;
	dnn_stream_put(stream);
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[DNN_GOV_A_STREAM_ID],
			    "STREAM_ID names a stream of another socket");
	return ERR_PTR(-EPERM);
}

/* A stream that went while a request was on its way to it. */
static int gone(struct genl_info *info, int ret)
{
	if (ret == -ENOENT && !info->extack->_msg)
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[DNN_GOV_A_STREAM_ID],
				    "STREAM_ID names no stream");
	return ret;
}

/*********************** Streams ***********************/

/* Both are too large for the stack. */
struct stream_request {
	struct dnn_stream_hint hint;
	struct dnn_stream_info info;
};

static int answer_grant(struct genl_info *info, const struct dnn_stream_info *stream)
{
	struct sk_buff *skb;
	void *header;

	skb = answer_new(info, ANSWER_SIZE, &header);
	if (!skb)
		return -ENOMEM;
	return answer_send(info, skb, header,
			   nla_put_u32(skb, DNN_GOV_A_STREAM_ID, stream->id) ||
			   nla_put_u32(skb, DNN_GOV_A_GRANT, stream->grant) ||
			   put_cpu_words(skb, stream->run_cpus));
}

static int stream_add(struct sk_buff *skb, struct genl_info *info)
{
	struct stream_request *request;
	struct dnn_stream *stream;
	u64 given;
	int ret;

	ret = dnn_access_may_add(skb, info->extack);
	if (!ret)
		ret = dnn_nl_check_hint(info->attrs, info->extack);
	if (ret)
		return ret;
	if (!info->attrs[DNN_GOV_A_STREAM_NAME])
		return missing(info, DNN_GOV_A_STREAM_NAME, "STREAM_NAME is missing");
	if (!info->attrs[DNN_GOV_A_DEADLINE_NS])
		return missing(info, DNN_GOV_A_DEADLINE_NS, "DEADLINE_NS is missing");
	if (!info->attrs[DNN_GOV_A_LEVELS])
		return missing(info, DNN_GOV_A_LEVELS, "LEVELS is missing");

	request = kzalloc(sizeof(*request), GFP_KERNEL);
	if (!request)
		return -ENOMEM;
	ret = dnn_nl_parse_hint(info->attrs, 0, &request->hint, &given, info->extack);
	if (ret)
		goto free_request;
	ret = dnn_stream_add(&request->hint, NETLINK_CB(skb).sk, info->snd_portid, &request->info,
			     info->extack);
	if (ret)
		goto free_request;
	ret = answer_grant(info, &request->info);
	if (!ret)
		goto free_request;

	/* Nobody would ever know its id. */
	stream = dnn_stream_get(request->info.id);
	if (stream) {
		dnn_stream_del(stream);
		dnn_stream_put(stream);
	}
free_request:
	kfree(request);
	return ret;
}

static int stream_set(struct sk_buff *skb, struct genl_info *info)
{
	struct dnn_stream *stream = own_stream(skb, info);
	struct stream_request *request;
	u64 given;
	int ret;

	if (IS_ERR(stream))
		return PTR_ERR(stream);
	ret = dnn_nl_check_hint(info->attrs, info->extack);
	if (ret)
		goto put_stream;
	ret = -ENOMEM;
	request = kzalloc(sizeof(*request), GFP_KERNEL);
	if (!request)
		goto put_stream;
	ret = dnn_nl_parse_hint(info->attrs, stream->hint.levels, &request->hint, &given,
				info->extack);
	if (!ret)
		ret = gone(info, dnn_stream_set(stream, &request->hint, given, &request->info,
						info->extack));
	if (!ret)
		ret = answer_grant(info, &request->info);
	kfree(request);
put_stream:
	dnn_stream_put(stream);
	return ret;
}

static int stream_del(struct sk_buff *skb, struct genl_info *info)
{
	struct dnn_stream *stream = own_stream(skb, info);
	int ret;

	if (IS_ERR(stream))
		return PTR_ERR(stream);
	ret = gone(info, dnn_stream_del(stream));
	dnn_stream_put(stream);
	return ret;
}

static int stream_get(struct sk_buff *skb, struct genl_info *info)
{
	struct dnn_stream *stream = any_stream(info);
	struct dnn_stream_info *si;
	struct sk_buff *answer;
	void *header;
	int ret = -ENOMEM;

	if (IS_ERR(stream))
		return PTR_ERR(stream);
	si = kmalloc(sizeof(*si), GFP_KERNEL);
	if (!si)
		goto put_stream;
	ret = -ENOENT;
	if (!dnn_stream_info(stream, si))
		goto free_info;
	ret = -ENOMEM;
	answer = answer_new(info, ANSWER_SIZE, &header);
	if (answer)
		ret = answer_send(info, answer, header,
				  put_stream(answer, si, dnn_access_may_see_name(skb, si->uid)));
free_info:
	kfree(si);
put_stream:
	dnn_stream_put(stream);
	return gone(info, ret);
}

/* cb->args[0]: the last stream told. */
static int stream_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct dnn_stream_info *si = kmalloc(sizeof(*si), GFP_KERNEL);
	struct dnn_stream *stream;
	u32 id = cb->args[0];
	void *header;

	if (!si)
		return -ENOMEM;
	while ((stream = dnn_stream_get_next(&id))) {
		bool there = dnn_stream_info(stream, si);

		dnn_stream_put(stream);
		if (there) {
			header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
					     &dnn_family, NLM_F_MULTI, DNN_GOV_CMD_STREAM_GET);
			if (!header)
				break;
			if (put_stream(skb, si, dnn_access_may_see_name(cb->skb, si->uid))) {
				genlmsg_cancel(skb, header);
				break;
			}
			genlmsg_end(skb, header);
		}
		cb->args[0] = id;
	}
	kfree(si);
	return skb->len;
}

/*********************** Frames ***********************/

static int frame_begin(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *release = info->attrs[DNN_GOV_A_RELEASE_NS];
	struct dnn_stream *stream = own_stream(skb, info);
	struct dnn_frame_begun begun;
	struct sk_buff *answer;
	struct nlattr *cpus;
	void *header;
	int ret;

	if (IS_ERR(stream))
		return PTR_ERR(stream);
	/* Before the frame begins, because memory may be long in coming. */
	answer = answer_new(info, FRAME_ANSWER_SIZE, &header);
	ret = -ENOMEM;
	if (!answer)
		goto put_stream;
	ret = -EMSGSIZE;
	cpus = nla_reserve(answer, DNN_GOV_A_CPUS, dnn_cpu_words() * sizeof(u32));
	if (WARN_ON_ONCE(!cpus))
		goto free_answer;
	begun.cpus = nla_data(cpus);
	ret = dnn_frame_begin(stream, release ? nla_get_u64(release) : 0, &begun, info->extack);
	if (ret)
		goto free_answer;
	ret = answer_send(info, answer, header,
			  nla_put_u32(answer, DNN_GOV_A_STREAM_ID, stream->id) ||
			  put_u64(answer, DNN_GOV_A_FRAME_ID, begun.id) ||
			  nla_put_u32(answer, DNN_GOV_A_GRANT, begun.grant) ||
			  nla_put_u32(answer, DNN_GOV_A_CAUSE, begun.cause) ||
			  put_u64(answer, DNN_GOV_A_DEADLINE_ABS_NS, begun.deadline_ns) ||
			  nla_put_u32(answer, DNN_GOV_A_KHZ, begun.khz));
	goto put_stream;

free_answer:
	nlmsg_free(answer);
put_stream:
	dnn_stream_put(stream);
	return gone(info, ret);
}

static int check_frame_attrs(struct genl_info *info)
{
	if (!info->attrs[DNN_GOV_A_FRAME_ID])
		return missing(info, DNN_GOV_A_FRAME_ID, "FRAME_ID is missing");
	if (!info->attrs[DNN_GOV_A_LEVEL_DONE])
		return missing(info, DNN_GOV_A_LEVEL_DONE, "LEVEL_DONE is missing");
	return dnn_nl_check_frame(info->attrs, info->extack);
}

static int frame_progress(struct sk_buff *skb, struct genl_info *info)
{
	struct dnn_stream *stream = own_stream(skb, info);
	int ret;

	if (IS_ERR(stream))
		return PTR_ERR(stream);
	ret = check_frame_attrs(info);
	if (!ret)
		ret = dnn_frame_progress(stream, nla_get_u64(info->attrs[DNN_GOV_A_FRAME_ID]),
					 nla_get_u32(info->attrs[DNN_GOV_A_LEVEL_DONE]),
					 info->extack);
	dnn_stream_put(stream);
	return gone(info, ret);
}

static int end_frame(struct dnn_stream *stream, struct genl_info *info,
		     struct dnn_frame_ended *ended)
{
	int ret = check_frame_attrs(info);

	if (ret)
		return ret;
	return dnn_frame_end(stream, nla_get_u64(info->attrs[DNN_GOV_A_FRAME_ID]),
			     nla_get_u32(info->attrs[DNN_GOV_A_LEVEL_DONE]), ended, info->extack);
}

static int frame_end(struct sk_buff *skb, struct genl_info *info)
{
	struct dnn_stream *stream = own_stream(skb, info);
	struct dnn_frame_ended ended;
	struct sk_buff *answer;
	void *header;
	int ret;

	if (IS_ERR(stream))
		return PTR_ERR(stream);
	/* The work is done: nothing may come between it and its end. */
	ret = end_frame(stream, info, &ended);
	if (ret)
		goto put_stream;
	answer = answer_new(info, FRAME_ANSWER_SIZE, &header);
	ret = -ENOMEM;
	if (!answer)
		goto put_stream;
	ret = answer_send(info, answer, header,
			  nla_put_u32(answer, DNN_GOV_A_STREAM_ID, stream->id) ||
			  put_u64(answer, DNN_GOV_A_FRAME_ID,
				  nla_get_u64(info->attrs[DNN_GOV_A_FRAME_ID])) ||
			  put_u64(answer, DNN_GOV_A_LATENCY_NS, ended.latency_ns) ||
			  nla_put_u8(answer, DNN_GOV_A_MET, ended.met) ||
			  nla_put_u32(answer, DNN_GOV_A_GRANT, ended.grant));
put_stream:
	dnn_stream_put(stream);
	return gone(info, ret);
}

/* The same without an answer: half the price for whoever can do without. */
static int frame_done(struct sk_buff *skb, struct genl_info *info)
{
	struct dnn_stream *stream = own_stream(skb, info);
	struct dnn_frame_ended ended;
	int ret;

	if (IS_ERR(stream))
		return PTR_ERR(stream);
	ret = end_frame(stream, info, &ended);
	dnn_stream_put(stream);
	return gone(info, ret);
}

/*********************** Policies and sums ***********************/

static int put_policy(struct sk_buff *skb, struct dnn_policy *dp)
{
	struct dnn_policy_info info;

	dnn_policy_info(dp, &info);
	return nla_put_u32(skb, DNN_GOV_A_POLICY_CPU, dp->cpu) ||
	       put_cpu_words(skb, info.cpus) ||
	       nla_put_u32(skb, DNN_GOV_A_KHZ, info.khz) ||
	       nla_put_u32(skb, DNN_GOV_A_MIN_KHZ, info.min_khz) ||
	       nla_put_u32(skb, DNN_GOV_A_MAX_KHZ, info.max_khz) ||
	       nla_put_u8(skb, DNN_GOV_A_FAST_SWITCH, info.fast) ||
	       nla_put_u32(skb, DNN_GOV_A_STREAMS, info.streams) ||
	       nla_put_u32(skb, DNN_GOV_A_PENDING, info.pending) ||
	       nla_put_u32(skb, DNN_GOV_A_POWER_BUDGET_UW, info.budget_uw);
}

/* cb->args[0]: policies told. */
static int policy_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct dnn_policy *dp;
	long nr = 0;
	void *header;

	mutex_lock(&dnn_mutex);
	list_for_each_entry(dp, &dnn_policies, node) {
		if (!dp->policy || nr++ < cb->args[0])
			continue;
		header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				     &dnn_family, NLM_F_MULTI, DNN_GOV_CMD_POLICY_GET);
		if (!header)
			break;
		if (put_policy(skb, dp)) {
			genlmsg_cancel(skb, header);
			break;
		}
		genlmsg_end(skb, header);
		cb->args[0] = nr;
	}
	mutex_unlock(&dnn_mutex);
	return skb->len;
}

static int stats_get(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *answer;
	struct dnn_stats stats;
	void *header;

	answer = answer_new(info, ANSWER_SIZE, &header);
	if (!answer)
		return -ENOMEM;
	dnn_stats_get(&stats);
	return answer_send(info, answer, header,
			   nla_put_u32(answer, DNN_GOV_A_STREAMS, dnn_stream_nr()) ||
			   nla_put_u32(answer, DNN_GOV_A_PENDING, stats.pending) ||
			   put_counts(answer, stats.frames, stats.met, stats.missed,
				      stats.abandoned, stats.energy_nj) ||
			   put_pressures(answer, &stats));
}

/*********************** Events ***********************/

enum { PRESSURE_GROUP };

static struct sk_buff *pressure_message(u32 stream_id, const struct dnn_event *event)
{
	struct sk_buff *skb = genlmsg_new(ANSWER_SIZE, GFP_KERNEL);
	void *header;

	if (!skb)
		return NULL;
	header = genlmsg_put(skb, 0, 0, &dnn_family, 0, DNN_GOV_CMD_PRESSURE);
	if (!header || nla_put_u32(skb, DNN_GOV_A_STREAM_ID, stream_id) ||
	    nla_put_u32(skb, DNN_GOV_A_GRANT, event->grant) ||
	    nla_put_u32(skb, DNN_GOV_A_GRANT_OLD, event->grant_old) ||
	    nla_put_u32(skb, DNN_GOV_A_CAUSE, event->cause) ||
	    nla_put_u32(skb, DNN_GOV_A_KHZ, event->khz) ||
	    put_u64(skb, DNN_GOV_A_TIME_NS, event->time_ns)) {
		nlmsg_free(skb);
		return NULL;
	}
	genlmsg_end(skb, header);
	return skb;
}

/*
 * Tell the owner, and everybody else who listens. Who does not read finds out by
 * ENOBUFS that events are lost, so errors of sending need no care. Listeners find out in
 * the same way that there was no memory; an owner cannot be told, so the event must wait.
 * Errors: -ENOMEM nobody was told.
 */
int dnn_netlink_pressure(u32 stream_id, u32 portid, const struct dnn_event *event)
{
	struct sk_buff *skb = pressure_message(stream_id, event);

	if (!skb)
		return -ENOMEM;
	genlmsg_unicast(&init_net, skb, portid);
	if (!genl_has_listeners(&dnn_family, &init_net, PRESSURE_GROUP))
		return 0;
	skb = pressure_message(stream_id, event);
	if (skb)
		genlmsg_multicast(&dnn_family, skb, portid, PRESSURE_GROUP, GFP_KERNEL);
	else
		genl_set_err(&dnn_family, &init_net, portid, PRESSURE_GROUP, -ENOBUFS);
	return 0;
}

/* May sleep: the chain is a blocking one and the socket is being closed by a task. */
static int socket_event(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct netlink_notify *notify = data;

	if (event == NETLINK_URELEASE && notify->protocol == NETLINK_GENERIC &&
	    net_eq(notify->net, &init_net))
		dnn_stream_del_port(notify->portid);
	return NOTIFY_DONE;
}

static struct notifier_block dnn_socket_notifier = {
	.notifier_call = socket_event,
};

/*********************** The family ***********************/

static const struct genl_ops dnn_ops[] = {
	{
		.cmd = DNN_GOV_CMD_STREAM_ADD,
		.policy = dnn_nl_add_policy,
		.maxattr = ARRAY_SIZE(dnn_nl_add_policy) - 1,
		.doit = stream_add,
	},
	{
		.cmd = DNN_GOV_CMD_STREAM_SET,
		.policy = dnn_nl_set_policy,
		.maxattr = ARRAY_SIZE(dnn_nl_set_policy) - 1,
		.doit = stream_set,
	},
	{
		.cmd = DNN_GOV_CMD_STREAM_DEL,
		.policy = dnn_nl_stream_policy,
		.maxattr = ARRAY_SIZE(dnn_nl_stream_policy) - 1,
		.doit = stream_del,
	},
	{
		.cmd = DNN_GOV_CMD_STREAM_GET,
		.policy = dnn_nl_stream_policy,
		.maxattr = ARRAY_SIZE(dnn_nl_stream_policy) - 1,
		.doit = stream_get,
		.dumpit = stream_dump,
	},
	{
		.cmd = DNN_GOV_CMD_FRAME_BEGIN,
		.policy = dnn_nl_begin_policy,
		.maxattr = ARRAY_SIZE(dnn_nl_begin_policy) - 1,
		.doit = frame_begin,
	},
	{
		.cmd = DNN_GOV_CMD_FRAME_PROGRESS,
		.policy = dnn_nl_frame_policy,
		.maxattr = ARRAY_SIZE(dnn_nl_frame_policy) - 1,
		.doit = frame_progress,
	},
	{
		.cmd = DNN_GOV_CMD_FRAME_END,
		.policy = dnn_nl_frame_policy,
		.maxattr = ARRAY_SIZE(dnn_nl_frame_policy) - 1,
		.doit = frame_end,
	},
	{
		.cmd = DNN_GOV_CMD_FRAME_DONE,
		.policy = dnn_nl_frame_policy,
		.maxattr = ARRAY_SIZE(dnn_nl_frame_policy) - 1,
		.doit = frame_done,
	},
	{
		.cmd = DNN_GOV_CMD_POLICY_GET,
		.policy = dnn_nl_none_policy,
		.maxattr = ARRAY_SIZE(dnn_nl_none_policy) - 1,
		.dumpit = policy_dump,
	},
	{
		.cmd = DNN_GOV_CMD_STATS_GET,
		.policy = dnn_nl_none_policy,
		.maxattr = ARRAY_SIZE(dnn_nl_none_policy) - 1,
		.doit = stats_get,
	},
};

static const struct genl_multicast_group dnn_groups[] = {
	[PRESSURE_GROUP] = { .name = DNN_GOV_MCGRP_PRESSURE },
};

static struct genl_family dnn_family __ro_after_init = {
	.name = DNN_GOV_GENL_NAME,
	.version = DNN_GOV_GENL_VERSION,
	.maxattr = DNN_GOV_A_MAX,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = dnn_ops,
	.n_ops = ARRAY_SIZE(dnn_ops),
	.mcgrps = dnn_groups,
	.n_mcgrps = ARRAY_SIZE(dnn_groups),
};

int dnn_netlink_register(void)
{
	int ret;

	ret = netlink_register_notifier(&dnn_socket_notifier);
	if (ret)
		return ret;
	ret = genl_register_family(&dnn_family);
	if (ret)
		netlink_unregister_notifier(&dnn_socket_notifier);
	return ret;
}

/* Waits for requests that are being worked on. */
void dnn_netlink_unregister(void)
{
	genl_unregister_family(&dnn_family);
	netlink_unregister_notifier(&dnn_socket_notifier);
}
