/* SPDX-License-Identifier: MIT */
/* Numbers from a seed: the same on every machine, so that what was found is found again. */
#ifndef NLFUZZ_RANDOM_H
#define NLFUZZ_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct dice {
	uint64_t state;
};

/* SplitMix64 (Steele, Lea, Flood 2014): one addition, and a mix of its result. */
static inline uint64_t dice_next(struct dice *dice)
{
	uint64_t z = dice->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* 0..below - 1 */
static inline uint32_t dice_below(struct dice *dice, uint32_t below)
{
	return (uint32_t)((dice_next(dice) >> 32) * below >> 32);
}

static inline bool dice_one_in(struct dice *dice, uint32_t n)
{
	return !dice_below(dice, n);
}

static inline uint64_t dice_range(struct dice *dice, uint64_t low, uint64_t high)
{
	uint64_t span = high - low + 1;

	return span ? low + dice_next(dice) % span : dice_next(dice);
}

/* The same, as many small ones as large ones. */
static inline uint64_t dice_magnitude(struct dice *dice, uint64_t low, uint64_t high)
{
	unsigned int bits = high > low ? 64 - (unsigned int)__builtin_clzll(high - low) : 0;
	uint64_t below = dice_next(dice) >> (64 - dice_range(dice, 1, bits ? bits : 1));

	return bits ? low + (below > high - low ? high - low : below) : low;
}

#endif
