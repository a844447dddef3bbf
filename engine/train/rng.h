/* SPDX-License-Identifier: MIT */
/* rng: a small random generator; every use derives its own from (seed, what it is for). */
#ifndef DYNDNN_TRAIN_RNG_H
#define DYNDNN_TRAIN_RNG_H

#include <stdint.h>

/* The state steps by a constant (a Weyl sequence), the output mixes it (splitmix64). */
static inline uint64_t rng_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

/* A seed of its own for purpose (a, b, c), the same on every machine and thread. */
static inline uint64_t rng_derive(uint64_t seed, uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t s = seed;

	s = rng_next(&s) ^ a;
	s = rng_next(&s) ^ b;
	s = rng_next(&s) ^ c;
	return rng_next(&s);
}

/* 0 .. n-1; the bias of at most n/2^32 does not matter here */
static inline uint32_t rng_below(uint64_t *state, uint32_t n)
{
	return ((rng_next(state) >> 32) * n) >> 32;
}

/* 0 <= x < 1 */
static inline float rng_unit(uint64_t *state)
{
	return (rng_next(state) >> 40) * (1.0f / (1 << 24));
}

#endif
