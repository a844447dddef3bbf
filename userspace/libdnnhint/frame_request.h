/* SPDX-License-Identifier: MIT */
/*
 * Requests about frames. They come by the hundred a second, so their messages are made once
 * and only filled in from then on.
 */
#ifndef DNNHINT_FRAME_REQUEST_H
#define DNNHINT_FRAME_REQUEST_H

#include <stdint.h>

struct dnnhint;
struct nl_msg;

/**
 * struct hint_frame_request - a message that is used again and again
 * @msg: the message
 * @stream_id: value of STREAM_ID in it
 * @number: value of RELEASE_NS or FRAME_ID
 * @level_done: value of LEVEL_DONE, NULL in FRAME_BEGIN
 */
struct hint_frame_request {
	struct nl_msg *msg;
	uint32_t *stream_id;
	uint64_t *number;
	uint32_t *level_done;
};

int hint_frame_requests_init(struct dnnhint *h);
void hint_frame_requests_free(struct dnnhint *h);

/* The caller has a reference to what these return. */
struct nl_msg *hint_begin_request(struct dnnhint *h, uint32_t stream_id, uint64_t release_ns);
struct nl_msg *hint_done_request(struct dnnhint *h, uint8_t cmd, int flags, uint32_t stream_id,
				 uint64_t frame_id, uint32_t level_done);

#endif
