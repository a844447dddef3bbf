/* SPDX-License-Identifier: MIT */
/*
 * How long operators are expected to take: quick to follow when they are faster than
 * thought, slow when they are slower, so that one preemption does not spoil it. Frames
 * that do not look at the clock teach nothing.
 */
#ifndef DYNDNN_EXPECT_H
#define DYNDNN_EXPECT_H

#include <stdint.h>
#include <time.h>

/* A slower time counts one part of so many. */
#define EXPECT_SLOWER	8

/**
 * struct expect - times of a session's operators
 * @layers: of a group
 * @ns: of group g and layer i at [(g - 1) * layers + i]; 0: not known yet
 */
struct expect {
	uint32_t layers;
	uint64_t *ns;
};

static inline uint64_t expect_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static inline void expect_learn(struct expect *expect, uint32_t group, uint32_t layer, uint64_t ns)
{
	uint64_t *known = &expect->ns[(group - 1) * expect->layers + layer];

	if (*known && ns > *known)
		*known += (ns - *known) / EXPECT_SLOWER;
	else
		*known = ns;
}

/* What is left of a group from this layer (from 0) on. */
static inline uint64_t expect_left_ns(const struct expect *expect, uint32_t group, uint32_t layer)
{
	const uint64_t *ns = &expect->ns[(group - 1) * expect->layers];
	uint64_t sum = 0;

	for (uint32_t i = layer; i < expect->layers; i++)
		sum += ns[i];
	return sum;
}

#endif
