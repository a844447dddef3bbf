// SPDX-License-Identifier: MIT
#include "whole.h"

#include "pace.h"

/* As the engine's expectation does. */
#define SLOWER 8

static unsigned int rounds(const struct whole *whole, unsigned int level)
{
	return (level + whole->threads - 1) / whole->threads;
}

/* A level's time from that of another one. */
static uint64_t from(const struct whole *whole, unsigned int known, unsigned int level)
{
	return whole->best_ns[known - 1] * rounds(whole, level) / rounds(whole, known);
}

uint64_t whole_level_ns(const struct whole *whole, unsigned int level)
{
	for (unsigned int k = level; k; k--)
		if (whole->best_ns[k - 1])
			return from(whole, k, level);
	for (unsigned int k = level + 1; k <= DYNDNN_MAX_LEVELS; k++)
		if (whole->best_ns[k - 1])
			return from(whole, k, level);
	return 0;
}

/* Times of levels that do not run any more grow old: a bad hour's would keep them out for ever. */
static void age_others(struct whole *whole, unsigned int level)
{
	for (unsigned int k = 1; k <= DYNDNN_MAX_LEVELS; k++)
		if (k != level && whole->best_ns[k - 1])
			pace_forget(&whole->best_ns[k - 1], from(whole, level, k), true);
}

void whole_learn(struct whole *whole, unsigned int level, uint64_t ns, bool flat_out)
{
	uint64_t *best = &whole->best_ns[level - 1];
	uint64_t slow;

	if (!*best || ns < *best)
		*best = ns ? ns : 1;
	else
		pace_forget(best, ns, flat_out);
	slow = pace_over(ns, *best);
	if (whole->slow_ppm && slow > whole->slow_ppm)
		whole->slow_ppm += (slow - whole->slow_ppm) / SLOWER;
	else
		whole->slow_ppm = slow;
	age_others(whole, level);
}

uint64_t whole_gain_ns(const struct whole *whole, unsigned int level)
{
	uint64_t round = whole_level_ns(whole, level) / rounds(whole, level);

	return whole->slow_ppm > PACE_PPM ? pace_part(round, whole->slow_ppm - PACE_PPM) : 0;
}
