/* SPDX-License-Identifier: MIT */
/*
 * Numbers that depend on the seed and two others alone: a frame costs the same whoever governs.
 */
#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include "plan_math.h"

/* Evenly from [0, 1). */
double random_even(u64 seed, u64 a, u64 b);

/* Normally distributed, mean 0, deviation 1. */
double random_normal(u64 seed, u64 a, u64 b);

#endif
