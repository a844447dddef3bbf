// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events: changes of a grant on their way to whom they concern.
 *
 * A grant changes under the policy's lock, maybe in a timer's handler, where no
 * message can be sent. The change waits in its stream's ring until a context that
 * may sleep comes by: the request that caused it, just before its answer, or a
 * work item.
 */
#include <linux/mutex.h>
#include <linux/workqueue.h>

#include "event.h"
#include "netlink.h"
#include "policy.h"
#include "stats.h"
#include "stream.h"
#include "trace.h"

/* One sender at a time, or the events of a stream could overtake each other. */
static DEFINE_MUTEX(dnn_event_mutex);

/* An event for which there was no memory is tried again after this time. */
#define RETRY_MS	20

/* Under dnn_event_mutex. */
static bool dnn_event_stopped;

static void event_work(struct work_struct *work)
{
	dnn_event_send_all();
}

static DECLARE_WORK(dnn_event_work, event_work);
static DECLARE_DELAYED_WORK(dnn_event_retry_work, event_work);

/* The grant of @stream becomes @grant. Under @dp->lock. */
void dnn_event_grant(struct dnn_policy *dp, struct dnn_stream *stream, u32 grant, u32 cause,
		     u64 now)
{
	struct dnn_event_ring *ring = &stream->events;
	u32 grant_old = stream->grant;
	struct dnn_event *event;

	stream->grant = grant;
	stream->cause = cause;
	if (grant == grant_old)
		return;
	if (grant > grant_old)
		cause = DNN_GOV_CAUSE_RELIEF;

	if (ring->count < DNN_EVENTS_MAX) {
		event = &ring->event[(ring->first + ring->count++) % DNN_EVENTS_MAX];
		event->grant_old = grant_old;
	} else {
		event = &ring->event[(ring->first + ring->count - 1) % DNN_EVENTS_MAX];
	}
	event->grant = grant;
	event->cause = cause;
	event->time_ns = now;
	event->khz = dp->cur_khz;
	dp->kick_events = true;
	dnn_stats_grant(cause);
	trace_dnn_grant(stream, grant_old, dp->cur_khz);
}

static bool take_event(struct dnn_stream *stream, struct dnn_event *event)
{
	struct dnn_event_ring *ring = &stream->events;
	struct dnn_policy *dp;
	unsigned long flags;
	bool found;

	dp = dnn_stream_lock(stream, &flags);
	found = ring->count && !stream->dead;
	if (found) {
		*event = ring->event[ring->first];
		ring->first = (ring->first + 1) % DNN_EVENTS_MAX;
		ring->count--;
	}
	raw_spin_unlock_irqrestore(&dp->lock, flags);
	return found;
}

/* It is the oldest again. */
static void put_back_event(struct dnn_stream *stream, const struct dnn_event *event)
{
	struct dnn_event_ring *ring = &stream->events;
	struct dnn_policy *dp;
	unsigned long flags;

	dp = dnn_stream_lock(stream, &flags);
	if (ring->count < DNN_EVENTS_MAX) {
		ring->first = (ring->first + DNN_EVENTS_MAX - 1) % DNN_EVENTS_MAX;
		ring->count++;
		ring->event[ring->first] = *event;
	} else {
		ring->event[ring->first].grant_old = event->grant_old;
	}
	raw_spin_unlock_irqrestore(&dp->lock, flags);
}

/* False: there is no memory for what is now the oldest. */
static bool send_stream(struct dnn_stream *stream)
{
	struct dnn_event event;

	while (take_event(stream, &event)) {
		/* Merged steps may have ended where they began. */
		if (event.grant == event.grant_old)
			continue;
		if (dnn_netlink_pressure(stream->id, stream->portid, &event)) {
			put_back_event(stream, &event);
			return false;
		}
	}
	return true;
}

/* Send all that wait. May sleep; takes no lock that a caller may hold but its own. */
void dnn_event_send_all(void)
{
	struct dnn_stream *stream;
	bool sent = true;
	u32 id = 0;

	mutex_lock(&dnn_event_mutex);
	while (!dnn_event_stopped && (stream = dnn_stream_get_next(&id))) {
		sent &= send_stream(stream);
		dnn_stream_put(stream);
	}
	if (!sent)
		schedule_delayed_work(&dnn_event_retry_work, msecs_to_jiffies(RETRY_MS));
	mutex_unlock(&dnn_event_mutex);
}

/* The same from a context that must not sleep. */
void dnn_event_send_later(void)
{
	schedule_work(&dnn_event_work);
}

/* Nothing more is sent, though a request may still be about to. */
void dnn_event_stop(void)
{
	mutex_lock(&dnn_event_mutex);
	dnn_event_stopped = true;
	mutex_unlock(&dnn_event_mutex);
	cancel_work_sync(&dnn_event_work);
	cancel_delayed_work_sync(&dnn_event_retry_work);
}
