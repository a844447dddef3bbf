/* SPDX-License-Identifier: MIT */
/*
 * group_net: forward and backward pass of one group in training, on one thread, over a fixed
 * number of images.
 */
#ifndef DYNDNN_TRAIN_GROUP_NET_H
#define DYNDNN_TRAIN_GROUP_NET_H

#include "folded_net.h"
#include "layout.h"
#include "onednn.h"

struct group_net {
	struct dn *dn;			/* borrowed */
	const struct group_layout *layout;
	int images;
	const struct folded_net *earlier;	/* borrowed: the frozen groups before this one */
	float *params;			/* borrowed: read by every pass */
	float *grads;			/* owned: same layout as params */
	float *stats;			/* owned: mean and variance of the last batch */
	float *features, *d_features;
	float *logits, *d_logits;	/* owned: images x classes */
	struct dn_list fwd, bwd;
};

/* Parameters as of folded_net_open(); groups that this one reads must be frozen.
 * Return: 0, -ENOMEM or -EIO (oneDNN; dn->what says where). Close it in any case, before @dn.
 */
int group_net_open(struct group_net *net, struct dn *dn, const struct group_layout *layout,
		   int images, dnnl_memory_t input, const struct folded_net *earlier,
		   float *params);
void group_net_close(struct group_net *net);

/* input -> logits; leaves the batch's statistics in stats */
void group_net_forward(struct group_net *net);
/* d_logits -> grads */
void group_net_backward(struct group_net *net);

#endif
