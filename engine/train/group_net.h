/* SPDX-License-Identifier: MIT */
/*
 * group_net: forward and backward pass of one group in training, on one thread, over a fixed
 * number of images.
 */
#ifndef DYNDNN_TRAIN_GROUP_NET_H
#define DYNDNN_TRAIN_GROUP_NET_H

#include "onednn.h"
#include "shape.h"

enum { GROUP_NET_OPS_MAX = 48 };

struct group_net {
	struct dn dn;
	const struct net_shape *shape;
	int images;
	float *params;			/* borrowed: read by every pass */
	float *grads;			/* owned: same layout as params */
	float *stats;			/* owned: mean and variance of the last batch */
	float *input;			/* images x channels x 32 x 32, fill before forward */
	float *features, *d_features;
	float *logits, *d_logits;	/* images x classes */
	struct dn_op fwd[GROUP_NET_OPS_MAX], bwd[GROUP_NET_OPS_MAX];
	int nr_fwd, nr_bwd;
};

/* Return: 0, -ENOMEM or -EIO (oneDNN; net->dn.what says where). Close it in any case. */
int group_net_open(struct group_net *net, const struct net_shape *shape, int images,
		   float *params);
void group_net_close(struct group_net *net);

/* input -> logits; leaves the batch's statistics in stats */
void group_net_forward(struct group_net *net);
/* d_logits -> grads */
void group_net_backward(struct group_net *net);

#endif
