/* SPDX-License-Identifier: MIT */
/* How much the answers of an s8 model differ from those of the f32 one. */
#ifndef DYNDNN_DIFFERENCE_H
#define DYNDNN_DIFFERENCE_H

#include "../infer/session.h"

/*
 * Everything is run by XNNPACK, which computes s8 exactly but for the rounding of each output,
 * so that a file does not depend on the library of the machine on which it is made.
 */
extern const struct dyndnn_session_options quant_session;

/*
 * Logits of every group on its own, before the scale of a level: of group g (from 1) for
 * image i at [(i * groups + g - 1) * classes]; room for count * groups * classes of them.
 * images: planes of 8-bit pixels. progress, or NULL, is told how many are done. Return 0 or a
 * negative errno with the reason in err.
 */
int logits_of_groups(struct dyndnn_model *model, const uint8_t *const *images, uint32_t count,
		     float *logits, void (*progress)(uint32_t done, uint32_t count),
		     struct dyndnn_error *err);

/**
 * struct logits_difference - between two models on the same images
 * @divergence: of group g at [g - 1]: mean Kullback-Leibler divergence of the softmax of its
 *	logits from that of the first model's, in nats
 * @same: of level k at [k - 1]: images with the same best class
 * @delta: of level k at [k - 1]: mean absolute difference of a logit
 */
struct logits_difference {
	double divergence[DNNFILE_MAX_GROUPS];
	uint32_t same[DNNFILE_MAX_GROUPS];
	double delta[DNNFILE_MAX_GROUPS];
};

/* first, second: what logits_of_groups() made of models of this shape. */
void logits_compare(const struct dyndnn_model *model, const float *first, const float *second,
		    uint32_t count, struct logits_difference *difference);

#endif
