/* SPDX-License-Identifier: MIT */
/*
 * The shape of a model: what the layers of one group are. Writer and loader share
 * it, so that there is one definition of which shapes are legal.
 */
#ifndef DNNFILE_SHAPE_H
#define DNNFILE_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dyndnn.h"
#include "format.h"

/**
 * struct dnnfile_shape - layers of one group, and what is the same for all groups
 * @wiring: enum dnnfile_wiring
 * @dtype: of all values: DNNFILE_F32 or DNNFILE_S8
 * @groups: their number
 * @classes: their number
 * @image_c: channels of the image
 * @image_h: its rows
 * @image_w: its columns
 * @image_scale: of its values in s8 models, else 0
 * @image_zero: their zero point, else 0
 * @layers: their number
 * @layer: layer number n at [n - 1]
 * @at: while the shape is made: number of the layer that the next one reads
 */
struct dnnfile_shape {
	uint32_t wiring;
	uint32_t dtype;
	uint32_t groups;
	uint32_t classes;
	uint32_t image_c, image_h, image_w;
	float image_scale;
	int32_t image_zero;
	uint32_t layers;
	struct dnnfile_layer layer[DNNFILE_MAX_LAYERS];
	uint32_t at;
};

/*
 * Start a shape with no layers, separate wiring and f32 values; the dnnfile_add_*()
 * calls append to it. Wiring and type may be set at any time before the check.
 */
void dnnfile_shape_init(struct dnnfile_shape *shape, uint32_t groups, uint32_t classes,
			uint32_t image_c, uint32_t image_h, uint32_t image_w);

/*
 * Append a layer, which reads the one before unless dnnfile_go_on_from() said
 * otherwise; its number is shape->layers afterwards. out_c counts channels per group.
 * dnnfile_add_pool() takes the maximum, dnnfile_add_avg_pool() the mean; a global mean
 * has the square map's side as its kernel (pools of 1 x 1 are refused: leave them out).
 * dnnfile_add_residual() adds the output of an earlier layer (its number) to what it
 * reads. A full table or a window larger than its input makes dnnfile_shape_check()
 * fail, these calls themselves do not.
 */
void dnnfile_add_conv(struct dnnfile_shape *shape, uint32_t out_c, uint32_t kernel,
		      uint32_t stride, uint32_t padding, bool relu);
void dnnfile_add_depthwise(struct dnnfile_shape *shape, uint32_t kernel, uint32_t stride,
			   uint32_t padding, bool relu);
void dnnfile_add_residual(struct dnnfile_shape *shape, uint32_t addend, bool relu);
void dnnfile_add_pool(struct dnnfile_shape *shape, uint32_t kernel, uint32_t stride,
		      uint32_t padding);
void dnnfile_add_avg_pool(struct dnnfile_shape *shape, uint32_t kernel, uint32_t stride,
			  uint32_t padding);
void dnnfile_add_classifier(struct dnnfile_shape *shape);

/* The next layer reads the layer of this number, 0..shape->layers; 0 for the image. */
void dnnfile_go_on_from(struct dnnfile_shape *shape, uint32_t layer);

/*
 * Check every field against its range and against the layers before it.
 * Return 0, or -EINVAL with the field and its range in err.
 */
int dnnfile_shape_check(const struct dnnfile_shape *shape, struct dyndnn_error *err);

/*
 * Its two parts: all but the layers; then, with those good, the layers, where every error
 * begins with "layer N: ".
 */
int dnnfile_counts_check(const struct dnnfile_shape *shape, struct dyndnn_error *err);
int dnnfile_layers_check(const struct dnnfile_shape *shape, struct dyndnn_error *err);

/*
 * Check the normalisation of the image: shape.image_c values of each array.
 * Return as above.
 */
int dnnfile_norm_check(const struct dnnfile_shape *shape, const float *mean, const float *stdev,
		       struct dyndnn_error *err);

/* No control characters in a name, or in several with their NULs. */
bool dnnfile_text_ok(const char *text, size_t bytes);

/* 0 stands for 1. */
static inline bool dnnfile_scale_ok(float scale)
{
	return scale == 0 || (scale >= DNNFILE_MIN_SCALE && scale <= DNNFILE_MAX_SCALE);
}

static inline bool dnnfile_is_pool(const struct dnnfile_layer *layer)
{
	return layer->kind == DNNFILE_MAX_POOL || layer->kind == DNNFILE_AVG_POOL;
}

/* It has weights and a bias. */
static inline bool dnnfile_has_weights(const struct dnnfile_layer *layer)
{
	return layer->kind == DNNFILE_CONV2D || layer->kind == DNNFILE_DEPTHWISE ||
	       layer->kind == DNNFILE_CLASSIFIER;
}

/* A mean over the whole map. */
static inline bool dnnfile_is_global_pool(const struct dnnfile_layer *layer)
{
	return layer->kind == DNNFILE_AVG_POOL && !layer->padding &&
	       layer->kernel == layer->in_h && layer->kernel == layer->in_w;
}

/* Number of values that a layer of one group makes. */
static inline size_t dnnfile_output_count(const struct dnnfile_layer *layer)
{
	return (size_t)layer->out_c * layer->out_h * layer->out_w;
}

/*
 * The following take a shape that has passed dnnfile_shape_check(). Layers count
 * from 0, groups from 1.
 */

/* Channels that a layer of this group reads: more than in_c in triangular wiring. */
uint32_t dnnfile_read_channels(const struct dnnfile_shape *shape, uint32_t layer, uint32_t group);

/* Multiply-accumulates of this group for one image. */
uint64_t dnnfile_group_macs(const struct dnnfile_shape *shape, uint32_t group);

#endif
