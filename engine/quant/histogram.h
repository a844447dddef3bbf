/* SPDX-License-Identifier: MIT */
/* How often values of a layer's outputs occur. */
#ifndef DYNDNN_HISTOGRAM_H
#define DYNDNN_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

enum { HISTOGRAM_BINS = 4096 };

/**
 * struct histogram - of values from -limit to limit, which grows with them
 * @min: the least value, at most 0
 * @max: the largest, at least 0
 * @limit: a power of two, 0 before the first value that is not 0
 * @count: of bin b, whose values lie from limit * (2 * b / HISTOGRAM_BINS - 1) to the next one's;
 *	without values of 0, which every range has exactly
 */
struct histogram {
	float min, max;
	float limit;
	uint64_t count[HISTOGRAM_BINS];
};

/* All zeroes is an empty one. Return 0, or -ERANGE if a value is not finite or beyond 2^100. */
int histogram_add(struct histogram *h, const float *values, size_t count);

#endif
