/* SPDX-License-Identifier: MIT */
/* How long the frames of a stream took, as the module counts it. */
#ifndef DNNCTL_LATENCY_H
#define DNNCTL_LATENCY_H

#include <stdint.h>

#define LATENCY_MAX 32
#define LATENCY_BOUND 16

/**
 * struct latency - a histogram
 * @nr: buckets
 * @bucket.bound: percent of the deadline, "more" for the last one
 * @bucket.percent: the same as a number, UINT32_MAX for the last one
 * @bucket.frames: frames that took more than the bound before and no more than this one
 * @frames: of all buckets
 */
struct latency {
	unsigned int nr;
	struct {
		char bound[LATENCY_BOUND];
		uint32_t percent;
		uint64_t frames;
	} bucket[LATENCY_MAX];
	uint64_t frames;
};

/* Of a stream by its id. Return: 0 or a negative errno; -EBADMSG: not as it should be. */
int latency_read(uint32_t stream_id, struct latency *latency);

/* The same from any file. */
int latency_parse(const char *path, struct latency *latency);

/* The bound that @percent of the frames keep; NULL without frames. */
const char *latency_quantile(const struct latency *latency, unsigned int percent);

#endif
