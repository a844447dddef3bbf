// SPDX-License-Identifier: MIT
#include "resample.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * struct tap - what makes one new pixel of an axis
 * @first: first old pixel
 * @count: old pixels
 * @head: weight of the first
 * @body: of each between
 * @tail: of the last, where it is not the first
 */
struct tap {
	uint32_t first;
	uint32_t count;
	float head, body, tail;
};

/* The old pixels that lie below the new one, by how much of it they cover. */
static struct tap mean_tap(uint32_t i, uint32_t from, uint32_t to)
{
	/* in units of 1/to of an old pixel, so that all is exact */
	uint64_t begin = (uint64_t)i * from, end = begin + from;
	uint32_t first = (uint32_t)(begin / to), last = (uint32_t)((end - 1) / to);
	struct tap tap = { .first = first, .count = last - first + 1 };

	tap.body = (float)to / (float)from;
	tap.head = (float)((uint64_t)(first + 1) * to - begin) / (float)from;
	tap.tail = (float)(end - (uint64_t)last * to) / (float)from;
	if (tap.count == 1)
		tap.head = 1;
	return tap;
}

/* The two old pixels whose centres are beside that of the new one. */
static struct tap line_tap(uint32_t i, uint32_t from, uint32_t to)
{
	double at = (i + 0.5) * from / to - 0.5;
	struct tap tap = { .count = 1, .head = 1 };

	if (at <= 0)
		return tap;
	tap.first = (uint32_t)at;
	if (tap.first >= from - 1) {
		tap.first = from - 1;
		return tap;
	}
	tap.count = 2;
	tap.tail = (float)(at - tap.first);
	tap.head = 1 - tap.tail;
	return tap;
}

static struct tap *make_taps(uint32_t from, uint32_t to)
{
	struct tap *taps = malloc(to * sizeof(*taps));

	for (uint32_t i = 0; taps && i < to; i++)
		taps[i] = to < from ? mean_tap(i, from, to) : line_tap(i, from, to);
	return taps;
}

static float weight(const struct tap *tap, uint32_t i)
{
	if (!i)
		return tap->head;
	return i == tap->count - 1 ? tap->tail : tap->body;
}

/* Add one old row, scaled along it, to a new one. */
static void add_row(const uint8_t *from, uint32_t channels, const struct tap *taps, uint32_t width,
		    float row_weight, float *sum)
{
	for (uint32_t x = 0; x < width; x++) {
		const struct tap *tap = &taps[x];
		float pixel[4] = { 0 };

		for (uint32_t i = 0; i < tap->count; i++) {
			const uint8_t *old = from + (size_t)(tap->first + i) * channels;
			float w = weight(tap, i);

			for (uint32_t c = 0; c < channels; c++)
				pixel[c] += w * old[c];
		}
		for (uint32_t c = 0; c < channels; c++)
			*sum++ += row_weight * pixel[c];
	}
}

static void to_bytes(const float *sum, size_t count, uint8_t *to)
{
	for (size_t i = 0; i < count; i++)
		to[i] = sum[i] >= 254.5f ? 255 : (uint8_t)(sum[i] + 0.5f);
}

int resample(const uint8_t *from, size_t stride, uint32_t from_width, uint32_t from_height,
	     uint32_t channels, uint8_t *to, uint32_t to_width, uint32_t to_height)
{
	size_t count = (size_t)to_width * channels;
	struct tap *columns = make_taps(from_width, to_width);
	struct tap *rows = make_taps(from_height, to_height);
	float *sum = malloc(count * sizeof(*sum));
	int ret = columns && rows && sum ? 0 : -ENOMEM;

	for (uint32_t y = 0; !ret && y < to_height; y++) {
		memset(sum, 0, count * sizeof(*sum));
		for (uint32_t i = 0; i < rows[y].count; i++)
			add_row(from + (rows[y].first + i) * stride, channels, columns, to_width,
				weight(&rows[y], i), sum);
		to_bytes(sum, count, to + y * count);
	}
	free(columns);
	free(rows);
	free(sum);
	return ret;
}
