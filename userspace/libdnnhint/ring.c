// SPDX-License-Identifier: MIT
/* Events that came while something else was waited for, until they are delivered. */
#include <stdint.h>
#include <sys/eventfd.h>

#include "handle.h"

void hint_ring_push(struct dnnhint *h, const struct dnnhint_event *event)
{
	if (h->ring_count == HINT_RING) {
		/* The newest would be the most useful one, but reading anew tells it too. */
		h->lost = true;
		return;
	}
	h->ring[(h->ring_head + h->ring_count++) % HINT_RING] = *event;
}

bool hint_ring_pop(struct dnnhint *h, struct dnnhint_event *event)
{
	if (!h->ring_count)
		return false;
	*event = h->ring[h->ring_head];
	h->ring_head = (h->ring_head + 1) % HINT_RING;
	h->ring_count--;
	return true;
}

/* Drop what waits for one stream: something newer is known. */
void hint_ring_forget(struct dnnhint *h, uint32_t stream_id)
{
	unsigned int count = h->ring_count;
	struct dnnhint_event event;

	while (count--) {
		hint_ring_pop(h, &event);
		if (event.stream_id != stream_id)
			hint_ring_push(h, &event);
	}
}

/* Make the descriptor that the application polls say what is so. */
void hint_ring_signal(struct dnnhint *h)
{
	bool due = h->ring_count || h->lost;
	eventfd_t value;

	if (due == h->signalled)
		return;
	if (due ? eventfd_write(h->event_fd, 1) : eventfd_read(h->event_fd, &value))
		return;		/* tried again by the next call */
	h->signalled = due;
}
