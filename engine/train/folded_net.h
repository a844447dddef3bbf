/* SPDX-License-Identifier: MIT */
/*
 * folded_net: the forward pass of trained groups, batch-norm folded into their weights, on one
 * thread, over a fixed number of images. One network of activations serves every group: the
 * groups differ only in the weights, which are laid out once in a struct folded_group.
 */
#ifndef DYNDNN_TRAIN_FOLDED_NET_H
#define DYNDNN_TRAIN_FOLDED_NET_H

#include "onednn.h"
#include "shape.h"

enum { FOLDED_NET_OPS_MAX = 24 };

/* Weights of one group in the layouts that a struct folded_net wants. */
struct folded_group {
	const float *folded;		/* borrowed: group_params_fold()'s output */
	dnnl_memory_t weights[NET_CONVS];
	dnnl_memory_t bias[NET_CONVS];
};

struct folded_net {
	struct dn dn;
	const struct net_shape *shape;
	int images;
	float *input;			/* images x channels x 32 x 32, kept by a run */
	float *features;
	struct dn_op ops[FOLDED_NET_OPS_MAX];
	int nr_ops;
	int conv_op[NET_CONVS];		/* which of the ops take weights */
	dnnl_memory_desc_t weights_md[NET_CONVS];
};

/* Return: 0, -ENOMEM or -EIO. Close it in any case. */
int folded_net_open(struct folded_net *net, const struct net_shape *shape, int images);
void folded_net_close(struct folded_net *net);

/* Prepare a group; it lives as long as @net. @folded must stay. Return: 0, -ENOMEM or -EIO. */
int folded_net_add(struct folded_net *net, struct folded_group *group, float *folded);

/* @logits (images x classes) += the group's logits of the images in input */
void folded_net_run(struct folded_net *net, const struct folded_group *group, float *logits);

#endif
