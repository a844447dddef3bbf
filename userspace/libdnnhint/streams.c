// SPDX-License-Identifier: MIT
/* The handle's own streams: few, so an array will do. */
#include <errno.h>
#include <stdlib.h>

#include "handle.h"

struct hint_stream *hint_stream_find(struct dnnhint *h, uint32_t id)
{
	for (size_t i = 0; i < h->nr_streams; i++)
		if (h->streams[i].id == id)
			return &h->streams[i];
	return NULL;
}

/* Before the kernel makes a stream, so that nothing can fail afterwards. */
int hint_stream_reserve(struct dnnhint *h)
{
	struct hint_stream *moved = realloc(h->streams, (h->nr_streams + 1) * sizeof(*moved));

	if (!moved)
		return hint_fail(h, -ENOMEM, NULL);
	h->streams = moved;
	return 0;
}

void hint_stream_insert(struct dnnhint *h, uint32_t id, uint32_t levels)
{
	h->streams[h->nr_streams++] = (struct hint_stream) { .id = id, .levels = levels };
}

void hint_stream_remove(struct dnnhint *h, uint32_t id)
{
	struct hint_stream *stream = hint_stream_find(h, id);

	if (stream)
		*stream = h->streams[--h->nr_streams];
}

void hint_stream_told(struct dnnhint *h, uint32_t id, uint32_t grant)
{
	struct hint_stream *stream = hint_stream_find(h, id);

	if (stream)
		stream->told = grant;
}
