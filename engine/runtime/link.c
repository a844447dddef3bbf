// SPDX-License-Identifier: MIT
#include "link.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define RETRY_NS 1000000000ULL

static void on_grant(const struct dnnhint_event *event, void *ctx)
{
	struct link *link = ctx;

	if (event->stream_id != link->stream_id || event->time_ns < link->grant_ns)
		return;
	link->grant = event->grant;
	link->grant_ns = event->time_ns;
}

static void on_lost(void *ctx)
{
	struct link *link = ctx;

	link->lost++;
}

static void hear(struct link *link)
{
	static const struct dnnhint_callbacks callbacks = { on_grant, on_lost };

	dnnhint_dispatch(link->h, &callbacks, link);
}

/*
 * Asking for a family that is missing makes the kernel look for a module, which takes
 * milliseconds: too long to be done beside frames.
 */
static bool module_there(void)
{
	return !access("/sys/module/dnn_gov", F_OK);
}

static int try_up(struct link *link, struct dnnhint_grant *grant)
{
	int ret;

	if (!link->h) {
		ret = module_there() ? dnnhint_open(&link->h) : -EPROTONOSUPPORT;
		if (ret) {
			snprintf(link->why, sizeof(link->why), "%s", dnnhint_strerror(ret));
			return ret;
		}
	}
	ret = dnnhint_stream_add(link->h, &link->params, &link->stream_id, grant);
	if (ret) {
		snprintf(link->why, sizeof(link->why), "%s", dnnhint_error(link->h));
		return ret;
	}
	link->grant = grant->level;
	link->why[0] = '\0';
	return 0;
}

void link_down(struct link *link)
{
	dnnhint_close(link->h);		/* its streams go with it */
	link->h = NULL;
	link->stream_id = 0;
}

int link_up(struct link *link, uint64_t now_ns, struct dnnhint_grant *grant)
{
	int ret;

	if (link->stream_id || now_ns < link->retry_ns)
		return 0;
	ret = try_up(link, grant);
	if (!ret)
		return 1;
	link->retry_ns = now_ns + RETRY_NS;
	if (ret == -EPROTONOSUPPORT)
		link_down(link);
	return ret == -EINVAL || ret == -ERANGE || ret == -ENOMEM ? ret : 0;
}

int link_begin(struct link *link, uint64_t now_ns, uint64_t release_ns,
	       struct dnnhint_grant *grant)
{
	int ret;

	if (!link->stream_id)
		return -ENOLINK;
	hear(link);
	ret = dnnhint_frame_begin(link->h, link->stream_id, release_ns, grant);
	switch (ret) {
	case 0:
		link->grant = grant->level;
		link->grant_ns = now_ns;
		link->why[0] = '\0';
		break;
	case -ENOBUFS:		/* the next frame will be heard */
	case -ETIMEDOUT:
	case -EBUSY:
	case -ERANGE:
		snprintf(link->why, sizeof(link->why), "%s", dnnhint_error(link->h));
		break;
	default:		/* module or stream are gone: begin anew */
		snprintf(link->why, sizeof(link->why), "%s", dnnhint_error(link->h));
		link_down(link);
		link->retry_ns = now_ns + RETRY_NS;
	}
	return ret;
}

void link_progress(struct link *link, uint64_t frame_id, uint32_t level_done)
{
	/* Refused or not, the frame goes on; the next one's begin will tell. */
	dnnhint_frame_post_progress(link->h, link->stream_id, frame_id, level_done);
	hear(link);
}

void link_end(struct link *link, uint64_t frame_id, uint32_t level_done)
{
	/* the grant is told with the next frame */
	dnnhint_frame_post_end(link->h, link->stream_id, frame_id, level_done);
}
