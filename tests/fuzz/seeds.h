/* SPDX-License-Identifier: MIT */
/* Good models to start from: every kind of layer, both wirings, both types of values. */
#ifndef FUZZ_SEEDS_H
#define FUZZ_SEEDS_H

#include "../../engine/model/writer.h"

#define SEEDS	10

/* One of SEEDS models. Return its size, 0 if that is above max_bytes. */
size_t seed_model(unsigned int which, uint8_t *data, size_t max_bytes);

/* The model of this shape with pseudo-random values; 0 also if there is none. */
size_t seed_of_shape(const struct dnnfile_shape *shape, unsigned int seed, uint8_t *data,
		     size_t max_bytes);

/*
 * Change one or a few things in the shape of the model in data and make everything else fit
 * again, the values anew. Return the new size, 0 if there is no such model.
 */
size_t seed_of_changed_shape(uint8_t *data, size_t bytes, size_t max_bytes, unsigned int seed);

#endif
