/* SPDX-License-Identifier: MIT */
/*
 * folded_net: a trained group with batch-norm folded into its weights, on one thread, over a fixed
 * number of images: how frozen groups run in training, and all groups in evaluation.
 */
#ifndef DYNDNN_TRAIN_FOLDED_NET_H
#define DYNDNN_TRAIN_FOLDED_NET_H

#include "layout.h"
#include "onednn.h"

struct folded_net {
	struct dn *dn;			/* borrowed */
	const struct group_layout *layout;
	int images;
	float *folded;			/* borrowed */
	const struct folded_net *earlier;	/* borrowed: the groups before this one */
	struct dn_list ops;
	dnnl_memory_t out[DNNFILE_MAX_LAYERS];	/* of each layer but the classifier */
	float *features;		/* what the classifier reads, images x channel x row x column */
};

/*
 * @input: the images, (image, channel, row, column); shared by all groups
 * @earlier: the nets of groups 1.. before this one, which must have run before this one does
 * @folded: what group_params_fold() made; it must stay
 *
 * Return: 0, -ENOMEM or -EIO (oneDNN; dn->what says where). Close it in any case, before @dn.
 */
int folded_net_open(struct folded_net *net, struct dn *dn, const struct group_layout *layout,
		    int images, dnnl_memory_t input, const struct folded_net *earlier,
		    float *folded);
void folded_net_close(struct folded_net *net);

/* @logits (images x classes) += the group's logits of the images in the input */
void folded_net_run(struct folded_net *net, float *logits);

/*
 * @logits (images x classes) += @features x @weights, one block of the classifier @l. Part of both
 * kinds of nets.
 */
void add_block_logits(struct dn *dn, const struct dnnfile_layer *l, int images,
		      const float *features, const float *weights, float *logits);

/* Number of values that the classifier @l reads from one group. */
static inline dnnl_dim_t classifier_inputs(const struct dnnfile_layer *l)
{
	return (dnnl_dim_t)l->in_c * l->in_h * l->in_w;
}

/* The memory descriptor of what the classifier @l reads, in plain order. */
dnnl_memory_desc_t classifier_md(struct dn *dn, const struct dnnfile_layer *l, int images);

#endif
