// SPDX-License-Identifier: MIT
#include <errno.h>

#include "frame_request.h"
#include "handle.h"
#include "parse.h"

int dnnhint_frame_begin(struct dnnhint *h, uint32_t stream_id, uint64_t release_ns,
			struct dnnhint_grant *grant)
{
	const uint64_t needed = HINT_HAS(FRAME_ID) | HINT_HAS(GRANT) | HINT_HAS(DEADLINE_ABS_NS);
	struct hint_reply reply;
	int ret = hint_ask(h, hint_begin_request(h, stream_id, release_ns), needed, &reply);

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

static int check_level_done(struct dnnhint *h, uint32_t level_done)
{
	if (level_done <= DNN_GOV_LEVELS_MAX)
		return 0;
	return hint_fail(h, -ERANGE, "level_done: %u is out of range, must be 0..%d", level_done,
			 DNN_GOV_LEVELS_MAX);
}

int dnnhint_frame_progress(struct dnnhint *h, uint32_t stream_id, uint64_t frame_id,
			   uint32_t level_done)
{
	int ret = check_level_done(h, level_done);

	if (ret)
		return ret;
	return hint_tell(h, hint_done_request(h, DNN_GOV_CMD_FRAME_PROGRESS, NLM_F_ACK, stream_id,
					      frame_id, level_done));
}

static int post(struct dnnhint *h, uint8_t cmd, uint32_t stream_id, uint64_t frame_id,
		uint32_t level_done)
{
	int ret = check_level_done(h, level_done);

	if (ret)
		return ret;
	return hint_post(h, hint_done_request(h, cmd, 0, stream_id, frame_id, level_done));
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
	int ret = check_level_done(h, level_done);
	struct hint_reply reply;

	if (ret)
		return ret;
	ret = hint_ask(h, hint_done_request(h, DNN_GOV_CMD_FRAME_END, 0, stream_id, frame_id,
					    level_done), needed, &reply);
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
