/* SPDX-License-Identifier: MIT */
/*
 * The shape of a model: what the layers of one group are and where its tensors
 * lie in the group's blob. Writer and loader share it, so that there is one
 * definition of which shapes are legal.
 */
#ifndef DNNFILE_SHAPE_H
#define DNNFILE_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dyndnn.h"
#include "format.h"

struct dnnfile_shape {
	uint32_t wiring;	/* enum dnnfile_wiring */
	uint32_t groups;
	uint32_t classes;
	uint32_t image_c, image_h, image_w;
	uint32_t layers;
	struct dnnfile_layer layer[DNNFILE_MAX_LAYERS];
};

/*
 * Start a shape with no layers and separate wiring; the dnnfile_add_*() calls
 * append to it. The wiring may be set at any time before the check.
 */
void dnnfile_shape_init(struct dnnfile_shape *shape, uint32_t groups, uint32_t classes,
			uint32_t image_c, uint32_t image_h, uint32_t image_w);

/*
 * Append a layer; input sizes come from the layer before. out_c counts channels
 * per group. dnnfile_add_pool() takes the maximum, dnnfile_add_avg_pool() the
 * mean; a global mean has the square map's side as its kernel (pools of 1 x 1 are
 * refused: leave them out). A full table or a window larger than its input makes
 * dnnfile_shape_check() fail, these calls themselves do not.
 */
void dnnfile_add_conv(struct dnnfile_shape *shape, uint32_t out_c, uint32_t kernel,
		      uint32_t stride, uint32_t padding, bool relu);
void dnnfile_add_pool(struct dnnfile_shape *shape, uint32_t kernel, uint32_t stride,
		      uint32_t padding);
void dnnfile_add_avg_pool(struct dnnfile_shape *shape, uint32_t kernel, uint32_t stride,
			  uint32_t padding);
void dnnfile_add_classifier(struct dnnfile_shape *shape);

/*
 * Check every field against its range and against the layer before it.
 * Return 0, or -EINVAL with the field and its range in err.
 */
int dnnfile_shape_check(const struct dnnfile_shape *shape, struct dyndnn_error *err);

/*
 * Check the normalisation of the image: shape.image_c values of each array.
 * Return as above.
 */
int dnnfile_norm_check(const struct dnnfile_shape *shape, const float *mean, const float *stdev,
		       struct dyndnn_error *err);

/* 0 stands for 1. */
static inline bool dnnfile_scale_ok(float scale)
{
	return scale == 0 || (scale >= DNNFILE_MIN_SCALE && scale <= DNNFILE_MAX_SCALE);
}

static inline bool dnnfile_is_pool(const struct dnnfile_layer *layer)
{
	return layer->kind == DNNFILE_MAX_POOL || layer->kind == DNNFILE_AVG_POOL;
}

/*
 * The following take a shape that has passed dnnfile_shape_check(). Layers count
 * from 0, groups from 1.
 */

/* Channels that a layer of this group reads: more than in_c in triangular wiring. */
uint32_t dnnfile_read_channels(const struct dnnfile_shape *shape, uint32_t layer, uint32_t group);

/* Number of f32 in a layer's weights or bias; 0 for pools. The bias is alike in all groups. */
uint64_t dnnfile_weights_count(const struct dnnfile_shape *shape, uint32_t layer, uint32_t group);
uint64_t dnnfile_bias_count(const struct dnnfile_layer *layer);

/* Number of f32 in all weights and biases of this group. */
uint64_t dnnfile_group_values(const struct dnnfile_shape *shape, uint32_t group);

/* Bytes from the start of this group's blob; not for pools. */
uint64_t dnnfile_weights_offset(const struct dnnfile_shape *shape, uint32_t layer, uint32_t group);
uint64_t dnnfile_bias_offset(const struct dnnfile_shape *shape, uint32_t layer, uint32_t group);

/* Bytes of this group's blob, with the padding to a whole page. */
uint64_t dnnfile_blob_bytes(const struct dnnfile_shape *shape, uint32_t group);

/* Bytes of the blobs of groups 1..groups, which lie one after the other; 0 for 0 groups. */
uint64_t dnnfile_blobs_bytes(const struct dnnfile_shape *shape, uint32_t groups);

/* Bytes of header, tables and class names, padded to a whole page. */
uint64_t dnnfile_header_bytes(const struct dnnfile_shape *shape, uint64_t class_names_bytes);

/* Multiply-accumulates of this group for one image. */
uint64_t dnnfile_group_macs(const struct dnnfile_shape *shape, uint32_t group);

#endif
