/* SPDX-License-Identifier: MIT */
/*
 * shape: the AlexNet-like network of one group, and where its parameters lie.
 *
 * Five 3x3 convolutions (stride 1, padding 1) without bias, each followed by batch-norm and ReLU;
 * 2x2 max pools after the first, second and fifth; then a classifier over the 4x4 map.
 * Every group has this network with its own channels; the groups share only the image and the
 * sum of their logits.
 *
 * All that SGD trains lies in one vector: per convolution the weights (output, input, 3, 3), then
 * batch-norm's scale and shift; at the end the classifier's weights (class, channel, 4, 4) and
 * bias. Batch-norm's running mean and variance lie in a second vector.
 */
#ifndef DYNDNN_TRAIN_SHAPE_H
#define DYNDNN_TRAIN_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

enum {
	NET_CONVS = 5,
	NET_CLASSES = 10,
	NET_SIDE = 32,
	NET_GROUPS_MAX = 16,
};

#define NET_BN_EPSILON 1e-5f

struct conv_shape {
	int in;			/* input channels of this group */
	int out;
	int side;		/* height and width of input and output, before the pool */
	bool pool;
	/* offsets into the vector of parameters, in floats */
	size_t weights, scale, shift;
	/* offsets into the vector of statistics */
	size_t mean, var;
};

struct net_shape {
	struct conv_shape conv[NET_CONVS];
	int features;		/* inputs of the classifier */
	size_t fc_weights, fc_bias;
	size_t params;		/* length of the vector of parameters */
	size_t stats;		/* length of the vector of statistics */
};

/* @channels: output channels of each convolution in one group */
void net_shape_init(struct net_shape *s, int image_channels, const int channels[NET_CONVS]);

static inline size_t conv_weights(const struct conv_shape *c)
{
	return (size_t)c->out * c->in * 9;
}

#endif
