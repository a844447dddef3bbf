/* SPDX-License-Identifier: MIT */
/*
 * pass: how the two passes of a group in training are built, layer by layer.
 *
 * They are two lists of primitives. While the list of the forward pass is built, what the backward
 * pass needs of each layer is kept in struct pass_layer.
 *
 * Layouts are the library's choice; where two neighbours do not agree a reorder stands between.
 * All calls go on after a failure, which dn_error() tells at the end.
 */
#ifndef DYNDNN_TRAIN_PASS_H
#define DYNDNN_TRAIN_PASS_H

#include "group_net.h"

/* One of the convolutions that a layer is the sum of. */
struct pass_block {
	dnnl_memory_t src;
	dnnl_memory_t plain_weights;
	dnnl_primitive_desc_t pd;
};

struct pass_layer {
	struct pass_block block[DNNFILE_MAX_GROUPS];	/* the last one is the group's own */
	dnnl_primitive_desc_t bn_pd, pool_pd;
	dnnl_memory_t y;		/* sum of the convolutions */
	dnnl_memory_t mean, var, scale, shift, workspace;
};

/**
 * struct pass - both passes of a group while they are built
 * @net: the group
 * @layer: layer number n at [n - 1]
 * @value: output of layer n at [n]; the image at [0]
 * @grad: its gradient, summed over the layers after n that have been built; NULL: none yet
 * @learns: something up to layer n is trained, so that its gradient is wanted
 */
struct pass {
	struct group_net *net;
	struct pass_layer layer[DNNFILE_MAX_LAYERS];
	dnnl_memory_t value[DNNFILE_MAX_LAYERS + 1];
	dnnl_memory_t grad[DNNFILE_MAX_LAYERS + 1];
	bool learns[DNNFILE_MAX_LAYERS + 1];
};

/* The features that the classifier reads; every layer's output is in @value then. */
dnnl_memory_t pass_forward(struct pass *p, dnnl_memory_t input);
/* @d_features: their gradient. */
void pass_backward(struct pass *p, dnnl_memory_t d_features);

/* One more gradient of layer @number's output, if it is wanted. */
void pass_add_grad(struct pass *p, uint32_t number, dnnl_memory_t grad);

/*
 * For each kind of layer, layer @i + 1: forward returns its output; backward takes the output's
 * gradient @d_dst and adds those of what the layer reads.
 */
dnnl_memory_t pass_conv_forward(struct pass *p, uint32_t i);
void pass_conv_backward(struct pass *p, uint32_t i, dnnl_memory_t d_dst);
dnnl_memory_t pass_pool_forward(struct pass *p, uint32_t i);
void pass_pool_backward(struct pass *p, uint32_t i, dnnl_memory_t d_dst);
dnnl_memory_t pass_residual_forward(struct pass *p, uint32_t i);
void pass_residual_backward(struct pass *p, uint32_t i, dnnl_memory_t d_dst);

/* Batch-norm of a convolution's sum y, with ReLU if the layer has it; back to y's gradient. */
dnnl_memory_t pass_norm_forward(struct pass *p, uint32_t i);
dnnl_memory_t pass_norm_backward(struct pass *p, uint32_t i, dnnl_memory_t d_dst);

static inline const struct dnnfile_layer *pass_shape(const struct pass *p, uint32_t i)
{
	return &p->net->layout->shape->layer[i];
}

#endif
