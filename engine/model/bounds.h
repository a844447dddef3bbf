/* SPDX-License-Identifier: MIT */
/* How large a legal model may become in memory. */
#ifndef DNNFILE_BOUNDS_H
#define DNNFILE_BOUNDS_H

#include "shape.h"

/*
 * Check the sums over layers and groups whose every layer is legal against the bounds of
 * format.h. Return 0, or -EINVAL with the layer that is too much, and the bound, in err.
 */
int dnnfile_bounds_check(const struct dnnfile_shape *shape, struct dyndnn_error *err);

/* Most bytes that the packed weights of a layer (from 0) of this group (from 1) take. */
uint64_t dnnfile_packed_bytes(const struct dnnfile_shape *shape, uint32_t layer, uint32_t group);

/* Most pointers that a layer (from 0) of any group needs when it is prepared. */
uint64_t dnnfile_pointers(const struct dnnfile_layer *layer);

#endif
