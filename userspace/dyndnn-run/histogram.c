// SPDX-License-Identifier: MIT
#include "histogram.h"

#define LINEAR_BITS 8
#define SUB_BITS 7

static unsigned int bucket_of(uint64_t value)
{
	unsigned int shift, bucket;

	if (value >> LINEAR_BITS == 0)
		return (unsigned int)value;
	/* the leading bit and the SUB_BITS after it */
	shift = 63 - (unsigned int)__builtin_clzll(value) - SUB_BITS;
	bucket = (shift << SUB_BITS) + (unsigned int)(value >> shift);
	return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

/* The largest value of a bucket. */
static uint64_t top_of(unsigned int bucket)
{
	unsigned int shift;

	if (bucket >> LINEAR_BITS == 0)
		return bucket;
	shift = (bucket >> SUB_BITS) - 1;
	return (((uint64_t)bucket - (shift << SUB_BITS) + 1) << shift) - 1;
}

void histogram_add(struct histogram *histogram, uint64_t value)
{
	histogram->count++;
	histogram->buckets[bucket_of(value)]++;
	if (value > histogram->max)
		histogram->max = value;
}

uint64_t histogram_quantile(const struct histogram *histogram, double share)
{
	uint64_t wanted = (uint64_t)(share * (double)histogram->count), seen = 0;

	if ((double)wanted < share * (double)histogram->count)
		wanted++;
	if (!wanted)
		wanted = 1;
	for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += histogram->buckets[i];
		if (seen >= wanted)
			return top_of(i) < histogram->max ? top_of(i) : histogram->max;
	}
	return histogram->max;
}
