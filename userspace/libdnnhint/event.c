// SPDX-License-Identifier: MIT
#include <errno.h>
#include <time.h>

#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "handle.h"
#include "parse.h"

/* One call of dnnhint_dispatch() ends though events keep coming. */
#define DISPATCH_MESSAGES 256

static bool is_event(const struct dnnhint *h, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = nlmsg_data(nlh);

	return nlh->nlmsg_type == h->family && nlmsg_datalen(nlh) >= (int)sizeof(*genl) &&
	       genl->cmd == DNN_GOV_CMD_PRESSURE;
}

/* Keep the message if it is an event. Return: it is one. */
bool hint_event_take(struct dnnhint *h, const struct nlmsghdr *nlh, size_t len)
{
	struct dnnhint_event event;
	struct hint_reply reply;

	if (!is_event(h, nlh))
		return false;
	if (hint_parse(nlh, len, &reply) || hint_parse_event(&reply, &event)) {
		h->lost = true;		/* something changed, reading anew says what */
		return true;
	}
	/* One that was on its way when its stream was removed concerns nobody. */
	if (h->observing || hint_stream_find(h, event.stream_id))
		hint_ring_push(h, &event);
	return true;
}

static void deliver(struct dnnhint *h, const struct dnnhint_event *event,
		    const struct dnnhint_callbacks *callbacks, void *ctx)
{
	hint_stream_told(h, event->stream_id, event->grant);
	if (callbacks->on_grant)
		callbacks->on_grant(event, ctx);
}

static int deliver_ring(struct dnnhint *h, const struct dnnhint_callbacks *callbacks, void *ctx)
{
	struct dnnhint_event event;
	int count = 0;

	/* Not more than there were: a callback may bring new ones. */
	for (unsigned int left = h->ring_count; left && hint_ring_pop(h, &event); left--, count++)
		deliver(h, &event, callbacks, ctx);
	return count;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* Return: 1 if the application had to be told, 0 if not, or a negative errno. */
static int read_anew(struct dnnhint *h, uint32_t id, const struct dnnhint_callbacks *callbacks,
		     void *ctx)
{
	struct dnnhint_stream_info info;
	struct dnnhint_event event;
	struct hint_stream *stream;
	int ret = dnnhint_stream_get(h, id, &info);

	if (ret)
		return ret;
	/* Whatever waits was sent before the answer and is older than it. */
	hint_ring_forget(h, id);
	stream = hint_stream_find(h, id);
	if (!stream || stream->told == info.grant)
		return 0;
	event = (struct dnnhint_event) {
		.stream_id = id,
		.grant = info.grant,
		.grant_old = stream->told,
		.cause = info.grant > stream->told ? DNN_GOV_CAUSE_RELIEF : info.cause,
		.khz = info.khz,
		.time_ns = now_ns(),
	};
	deliver(h, &event, callbacks, ctx);
	return 1;
}

static int resynchronise(struct dnnhint *h, const struct dnnhint_callbacks *callbacks, void *ctx)
{
	int count = 1;

	h->lost = false;
	if (callbacks->on_lost)
		callbacks->on_lost(ctx);
	/*
	 * Callbacks may add and remove streams. The last one takes the place of one that goes:
	 * from the end on, that is one that was read already.
	 */
	for (size_t i = h->nr_streams; i-- > 0;) {
		int ret = i < h->nr_streams ? read_anew(h, h->streams[i].id, callbacks, ctx) : 0;

		if (ret == -ENOENT)
			continue;
		if (ret < 0) {
			h->lost = true;		/* the next call tries again */
			return ret;
		}
		count += ret;
	}
	return count;
}

/* Return: 0, -EAGAIN if no message waits, or another negative errno. */
static int take_next(struct dnnhint *h)
{
	size_t len;
	int ret = hint_receive(h, MSG_DONTWAIT, &len);

	switch (ret) {
	case 0:
		if (nlmsg_ok(&h->buffer.align, (int)len))
			hint_event_take(h, &h->buffer.align, len);
		return 0;
	case -EPERM:	/* not from the kernel */
		return 0;
	case -ENOBUFS:
	case -EMSGSIZE:
		h->lost = true;
		return 0;
	case -EAGAIN:
		return ret;
	default:
		return hint_fail(h, ret, NULL);
	}
}

int dnnhint_dispatch(struct dnnhint *h, const struct dnnhint_callbacks *callbacks, void *ctx)
{
	int count = 0, ret = 0;

	if (h->dispatching)
		return hint_fail(h, -EBUSY, "dnnhint_dispatch() called from a callback");
	h->dispatching = true;
	for (int i = 0; i < DISPATCH_MESSAGES && ret >= 0; i++) {
		count += deliver_ring(h, callbacks, ctx);
		ret = take_next(h);
		if (ret != -EAGAIN)
			continue;
		ret = 0;
		if (!h->lost)
			break;
		ret = resynchronise(h, callbacks, ctx);
		if (ret > 0)
			count += ret;
	}
	h->dispatching = false;
	hint_ring_signal(h);
	return ret < 0 && ret != -ENOBUFS ? ret : count;
}
