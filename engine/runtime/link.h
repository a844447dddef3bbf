/* SPDX-License-Identifier: MIT */
/* The client's stream at the governor: made when it can be, made again when it was lost. */
#ifndef DYNDNN_LINK_H
#define DYNDNN_LINK_H

#include <dnnhint.h>

/**
 * struct link - the way to the governor
 * @h: handle, NULL without the module
 * @params: the stream that is wanted; what it points to is the client's
 * @stream_id: the stream, 0: none
 * @grant: level allowed, as last heard of
 * @grant_ns: when it was; events that are older are on their way late
 * @retry_ns: not before this instant is it tried again
 * @lost: how often events were lost
 * @why: why there is no stream
 */
struct link {
	struct dnnhint *h;
	struct dnnhint_stream_params params;
	uint32_t stream_id;
	uint32_t grant;
	uint64_t grant_ns;
	uint64_t retry_ns;
	uint64_t lost;
	char why[256];
};

/**
 * link_up() - have a stream, now or later
 * @link: with its params set
 * @now_ns: time
 * @grant: filled in if a stream was made
 *
 * Return: 1 if a stream was made, 0 if there is one or none can be had now; -EINVAL,
 * -ERANGE if the params are wrong, -ENOMEM.
 */
int link_up(struct link *link, uint64_t now_ns, struct dnnhint_grant *grant);

/* A frame begins. Return: 0, or a negative errno: the frame has no grant. */
int link_begin(struct link *link, uint64_t now_ns, uint64_t release_ns,
	       struct dnnhint_grant *grant);

/* Groups of a frame are complete; link->grant says what is allowed afterwards. */
void link_progress(struct link *link, uint64_t frame_id, uint32_t level_done);

/* A frame is done. */
void link_end(struct link *link, uint64_t frame_id, uint32_t level_done);

void link_down(struct link *link);

#endif
