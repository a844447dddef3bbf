// SPDX-License-Identifier: MIT
#include "histogram.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* Far from where sums of squares overflow. */
#define MOST	0x1p100f

/* The limit becomes 2^doublings times as large: bins that fall together are added up. */
static void grow(struct histogram *h, int doublings)
{
	uint64_t count[HISTOGRAM_BINS] = { 0 };
	int half = HISTOGRAM_BINS / 2;

	for (int b = 0; b < half; b++) {
		int from_centre = doublings < 31 ? b >> doublings : 0;

		count[half + from_centre] += h->count[half + b];
		count[half - 1 - from_centre] += h->count[half - 1 - b];
	}
	memcpy(h->count, count, sizeof(count));
	h->limit = ldexpf(h->limit, doublings);
}

static void reach(struct histogram *h, float value)
{
	int have, need;

	frexpf(value, &need);
	if (h->limit == 0) {
		h->limit = ldexpf(1, need);
		return;
	}
	frexpf(h->limit, &have);
	/* frexpf() of 2^n tells n + 1. */
	grow(h, need - have + 1);
}

int histogram_add(struct histogram *h, const float *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		float v = values[i];
		int bin;

		if (!(fabsf(v) <= MOST))
			return -ERANGE;
		/* Nothing is told apart of denormal ones. */
		if (fabsf(v) < 0x1p-100f)
			continue;
		if (v < h->min)
			h->min = v;
		if (v > h->max)
			h->max = v;
		if (fabsf(v) >= h->limit)
			reach(h, v);
		bin = (int)floorf(v / h->limit * (HISTOGRAM_BINS / 2)) + HISTOGRAM_BINS / 2;
		h->count[bin]++;
	}
	return 0;
}
