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
	uint32_t groups;
	uint32_t classes;
	uint32_t image_c, image_h, image_w;
	uint32_t layers;
	struct dnnfile_layer layer[DNNFILE_MAX_LAYERS];
};

/* Start a shape with no layers; the dnnfile_add_*() calls append to it. */
void dnnfile_shape_init(struct dnnfile_shape *shape, uint32_t groups, uint32_t classes,
			uint32_t image_c, uint32_t image_h, uint32_t image_w);

/*
 * Append a layer; input sizes come from the layer before. out_c counts channels
 * per group. A full table or a window larger than its input makes
 * dnnfile_shape_check() fail, these calls themselves do not.
 */
void dnnfile_add_conv(struct dnnfile_shape *shape, uint32_t out_c, uint32_t kernel,
		      uint32_t stride, uint32_t padding, bool relu);
void dnnfile_add_pool(struct dnnfile_shape *shape, uint32_t kernel, uint32_t stride,
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

/* The following take a shape that has passed dnnfile_shape_check(). */

/* Number of f32 in a layer's weights or bias; 0 for pools. */
uint64_t dnnfile_weights_count(const struct dnnfile_layer *layer);
uint64_t dnnfile_bias_count(const struct dnnfile_layer *layer);

/* Bytes of one group's blob, with the padding to a whole page. */
uint64_t dnnfile_blob_bytes(const struct dnnfile_shape *shape);

/* Bytes of header, tables and class names, padded to a whole page. */
uint64_t dnnfile_header_bytes(const struct dnnfile_shape *shape, uint64_t class_names_bytes);

/* Multiply-accumulates of one group for one image. */
uint64_t dnnfile_group_macs(const struct dnnfile_shape *shape);

#endif
