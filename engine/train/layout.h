/* SPDX-License-Identifier: MIT */
/*
 * layout: where the parameters of one group lie.
 *
 * All that SGD trains of a group lies in one vector: for each convolution, depthwise ones too, its
 * weights, then batch-norm's scale and shift; at the end the classifier's weights and bias.
 * Batch-norm's running mean and variance lie in a second vector.
 *
 * A layer has one block of weights for each group whose channels it reads: itself only, or in the
 * triangular wiring every group up to itself, in order. A block is (output, input, row, column)
 * for a convolution, with one input if it is depthwise, and (class, channel, row, column) for the
 * classifier.
 */
#ifndef DYNDNN_TRAIN_LAYOUT_H
#define DYNDNN_TRAIN_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "../model/shape.h"

#define NET_BN_EPSILON 1e-5f

struct layer_params {
	uint32_t sources;	/* blocks of weights; 0: the layer has none */
	/* offsets into the vector of parameters; a classifier has its bias at shift, and no scale */
	size_t weights, scale, shift;
	/* offsets into the vector of statistics */
	size_t mean, var;
};

struct group_layout {
	const struct dnnfile_shape *shape;
	uint32_t group;		/* from 1 */
	struct layer_params layer[DNNFILE_MAX_LAYERS];
	size_t params;		/* length of the vector of parameters */
	size_t stats;		/* length of the vector of statistics */
};

/* @shape has passed dnnfile_shape_check(); it must stay. */
void group_layout_init(struct group_layout *g, const struct dnnfile_shape *shape, uint32_t group);

/* Channels of a source that one output reads. */
static inline uint32_t layer_inputs(const struct dnnfile_layer *l)
{
	return l->kind == DNNFILE_DEPTHWISE ? 1 : l->in_c;
}

/* Weights of a layer that come with one source. */
static inline size_t layout_block(const struct dnnfile_layer *l)
{
	if (l->kind == DNNFILE_CLASSIFIER)
		return (size_t)l->out_c * l->in_c * l->in_h * l->in_w;
	return (size_t)l->out_c * layer_inputs(l) * l->kernel * l->kernel;
}

/* Of either kind: batch-norm follows it. */
static inline bool layer_is_conv(const struct dnnfile_layer *l)
{
	return l->kind == DNNFILE_CONV2D || l->kind == DNNFILE_DEPTHWISE;
}

static inline bool layer_has_relu(const struct dnnfile_layer *l)
{
	return l->flags & DNNFILE_RELU;
}

/* The last layer of every shape. */
static inline const struct dnnfile_layer *layout_classifier(const struct group_layout *g)
{
	return &g->shape->layer[g->shape->layers - 1];
}

#endif
