/* SPDX-License-Identifier: MIT */
/* What a group's blob holds. */
#ifndef DNNFILE_BLOB_H
#define DNNFILE_BLOB_H

#include "tensors.h"

/* Scale and zero point of s8 values. */
struct dnnfile_range {
	float scale;
	int32_t zero;
};

/* A tensor of a layer (from 0) in this group's blob, which is aligned; NULL if it has none. */
const void *dnnfile_tensor(const struct dnnfile_shape *shape, uint32_t group, const uint8_t *blob,
			   uint32_t layer, enum dnnfile_role role);

/* Models of s8: the range of what layer number n (0: the image) makes in this group. */
struct dnnfile_range dnnfile_range_of(const struct dnnfile_shape *shape, uint32_t group,
				      const uint8_t *blob, uint32_t n);

/*
 * Check the scales and ranges of a blob of s8; f32 blobs are always good.
 * Return 0, or -EINVAL with the field and its range in err.
 */
int dnnfile_blob_check(const struct dnnfile_shape *shape, uint32_t group, const uint8_t *blob,
		       struct dyndnn_error *err);

#endif
