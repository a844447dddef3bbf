// SPDX-License-Identifier: MIT
#include <errno.h>

#include <netlink/attr.h>
#include <netlink/msg.h>

#include "handle.h"
#include "parse.h"

#define FRAME_REQUEST_BYTES (2 * nla_total_size(4) + nla_total_size(8))

/*
 * A request about a frame, in a message that is kept: frames come by the hundred a second.
 * The handle and the caller have a reference each.
 */
static struct nl_msg *frame_request(struct dnnhint *h, uint8_t cmd, int flags, uint32_t stream_id)
{
	struct nl_msg *msg = h->frame_request;
	int ret = 0;

	if (msg)
		ret = hint_request_again(h, msg, cmd, flags);
	else
		msg = hint_request(h, cmd, flags, FRAME_REQUEST_BYTES);
	h->frame_request = msg;
	if (msg && !ret && !nla_put_u32(msg, DNN_GOV_A_STREAM_ID, stream_id)) {
		nlmsg_get(msg);
		return msg;
	}
	hint_fail(h, -ENOMEM, NULL);
	return NULL;
}

int dnnhint_frame_begin(struct dnnhint *h, uint32_t stream_id, uint64_t release_ns,
			struct dnnhint_grant *grant)
{
	const uint64_t needed = HINT_HAS(FRAME_ID) | HINT_HAS(GRANT) | HINT_HAS(DEADLINE_ABS_NS);
	struct nl_msg *msg = frame_request(h, DNN_GOV_CMD_FRAME_BEGIN, 0, stream_id);
	struct hint_reply reply;
	int ret;

	if (!msg)
		return -ENOMEM;
	if (release_ns && nla_put_u64(msg, DNN_GOV_A_RELEASE_NS, release_ns)) {
		nlmsg_free(msg);
		return hint_fail(h, -ENOMEM, NULL);
	}
	ret = hint_ask(h, msg, needed, &reply);
	if (ret)
		return ret;
	hint_stream_told(h, stream_id, reply.grant);
	*grant = (struct dnnhint_grant) {
		.frame_id = reply.frame_id,
		.level = reply.grant,
		.cause = reply.cause,
		.cpus = reply.cpus,
		.deadline_ns = reply.deadline_abs_ns,
		.khz = reply.khz,
	};
	return 0;
}

static struct nl_msg *done_request(struct dnnhint *h, uint8_t cmd, int flags, uint32_t stream_id,
				   uint64_t frame_id, uint32_t level_done)
{
	struct nl_msg *msg;

	if (level_done > DNN_GOV_LEVELS_MAX) {
		hint_fail(h, -ERANGE, "level_done: %u is out of range, must be 0..%d", level_done,
			  DNN_GOV_LEVELS_MAX);
		return NULL;
	}
	msg = frame_request(h, cmd, flags, stream_id);
	if (!msg)
		return NULL;
	if (!nla_put_u64(msg, DNN_GOV_A_FRAME_ID, frame_id) &&
	    !nla_put_u32(msg, DNN_GOV_A_LEVEL_DONE, level_done))
		return msg;
	nlmsg_free(msg);
	hint_fail(h, -ENOMEM, NULL);
	return NULL;
}

/* Why done_request() made none. */
static int no_request(uint32_t level_done)
{
	return level_done > DNN_GOV_LEVELS_MAX ? -ERANGE : -ENOMEM;
}

int dnnhint_frame_progress(struct dnnhint *h, uint32_t stream_id, uint64_t frame_id,
			   uint32_t level_done)
{
	struct nl_msg *msg = done_request(h, DNN_GOV_CMD_FRAME_PROGRESS, NLM_F_ACK, stream_id,
					  frame_id, level_done);

	return msg ? hint_tell(h, msg) : no_request(level_done);
}

static int post(struct dnnhint *h, uint8_t cmd, uint32_t stream_id, uint64_t frame_id,
		uint32_t level_done)
{
	struct nl_msg *msg = done_request(h, cmd, 0, stream_id, frame_id, level_done);

	return msg ? hint_post(h, msg) : no_request(level_done);
}

int dnnhint_frame_post_progress(struct dnnhint *h, uint32_t stream_id, uint64_t frame_id,
				uint32_t level_done)
{
	return post(h, DNN_GOV_CMD_FRAME_PROGRESS, stream_id, frame_id, level_done);
}

int dnnhint_frame_post_end(struct dnnhint *h, uint32_t stream_id, uint64_t frame_id,
			   uint32_t level_done)
{
	return post(h, DNN_GOV_CMD_FRAME_DONE, stream_id, frame_id, level_done);
}

int dnnhint_frame_end(struct dnnhint *h, uint32_t stream_id, uint64_t frame_id,
		      uint32_t level_done, struct dnnhint_result *result)
{
	const uint64_t needed = HINT_HAS(LATENCY_NS) | HINT_HAS(MET) | HINT_HAS(GRANT);
	struct nl_msg *msg = done_request(h, DNN_GOV_CMD_FRAME_END, 0, stream_id, frame_id,
					  level_done);
	struct hint_reply reply;
	int ret;

	if (!msg)
		return no_request(level_done);
	ret = hint_ask(h, msg, needed, &reply);
	if (ret)
		return ret;
	hint_stream_told(h, stream_id, reply.grant);
	if (result)
		*result = (struct dnnhint_result) {
			.latency_ns = reply.latency_ns,
			.met = reply.met,
			.grant = reply.grant,
		};
	return 0;
}
