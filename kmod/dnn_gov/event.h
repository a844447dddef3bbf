/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events: changes of a grant on their way to whom they concern.
 */
#ifndef DNN_GOV_EVENT_H
#define DNN_GOV_EVENT_H

#include <linux/types.h>

struct dnn_policy;
struct dnn_stream;

#define DNN_EVENTS_MAX	8

/**
 * struct dnn_event - a grant has changed
 */
struct dnn_event {
	u64 time_ns;
	u32 grant;
	u32 grant_old;
	u32 cause;
	u32 khz;
};

/**
 * struct dnn_event_ring - the changes of one stream that wait, oldest first
 * @first: index of the oldest
 * @count: how many
 * @event: them
 *
 * When it is full the newest two become one: a client learns the grant that
 * stands, if not every step on the way there.
 */
struct dnn_event_ring {
	u32 first;
	u32 count;
	struct dnn_event event[DNN_EVENTS_MAX];
};

void dnn_event_grant(struct dnn_policy *dp, struct dnn_stream *stream, u32 grant, u32 cause,
		     u64 now);
void dnn_event_send_all(void);
void dnn_event_send_later(void);
void dnn_event_stop(void);

#endif /* DNN_GOV_EVENT_H */
