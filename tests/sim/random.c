// SPDX-License-Identifier: MIT
#include "random.h"

#include <math.h>

/* The finalizer of splitmix64 (Steele, Lea and Flood, 2014). */
static u64 mix(u64 x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

double random_even(u64 seed, u64 a, u64 b)
{
	const u64 step = 0x9e3779b97f4a7c15ULL;
	u64 x = mix(mix(mix(seed + step) + a + step) + b + step);

	return (double)(x >> 11) * 0x1p-53;
}

double random_normal(u64 seed, u64 a, u64 b)
{
	return sqrt(-2 * log(1 - random_even(seed, a, 2 * b))) *
	       cos(2 * M_PI * random_even(seed, a, 2 * b + 1));
}
