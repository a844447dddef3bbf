/* SPDX-License-Identifier: MIT */
/*
 * loss: what is asked of the logits of one image.
 *
 * The logits of level k are the sum over groups 1..k, of which the first ones may be frozen. The
 * loss is a weighted sum over levels, and a share of it is what each group would have alone:
 *
 *	(1 - own) * sum over k of level_weight[k] * L(mean over 1..k of the groups' logits)
 *	    + own * sum over trained groups of L(own logits)
 *
 * The mean, because the sum of k classifiers that are each sure of themselves is too sure: then
 * a new group mostly learns to take that back. Which class wins is the same for both. What a group
 * gets as its gradient is the one by the mean, not a k-th of it, so that groups learn equally fast.
 *
 * L is cross entropy with smoothed labels; with a teacher, a part of it is Hinton's distillation
 * (arXiv 1503.02531): T^2 times the cross entropy with the teacher's answer, both softened by
 * temperature T.
 */
#ifndef DYNDNN_TRAIN_LOSS_H
#define DYNDNN_TRAIN_LOSS_H

#include "../model/format.h"

struct loss {
	uint32_t classes;
	uint32_t frozen;	/* groups before the first one that is trained */
	uint32_t trained;	/* number of groups that are trained */
	float level_weight[DNNFILE_MAX_GROUPS];	/* of level frozen + 1 + i */
	float own;		/* 0..1 */
	float smoothing;	/* 0..1 */
	float teacher_weight;	/* 0: there is none */
	float temperature;
};

/*
 * @p = softmax(@z / @temperature); @p may be @z. Return: the logarithm of the sum, so that
 * -log @p[c] is it - @z[c] / @temperature.
 */
float softmax(const float *z, uint32_t classes, float temperature, float *p);

/*
 * @frozen_logits: sum over the frozen groups, classes values
 * @logits: of each trained group
 * @teacher: softened probabilities, or NULL
 * @scale: weight of this image, as 1 / images of a batch
 * @d_logits: of each trained group, where the gradient goes
 * @best: the most likely class at the highest level
 * @scratch: 2 x classes values
 *
 * Return: the loss, times @scale.
 */
float loss_of_image(const struct loss *loss, const float *frozen_logits,
		    const float *const *logits, uint32_t label, const float *teacher, float scale,
		    float *const *d_logits, uint32_t *best, float *scratch);

#endif
