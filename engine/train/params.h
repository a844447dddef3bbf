/* SPDX-License-Identifier: MIT */
/* params: the trained numbers of one group (see layout.h). */
#ifndef DYNDNN_TRAIN_PARAMS_H
#define DYNDNN_TRAIN_PARAMS_H

#include <stdint.h>

#include "layout.h"

struct group_params {
	float *values;		/* layout->params floats */
	float *stats;		/* layout->stats floats */
};

/* He initialisation of the convolutions; a classifier of zeros, so that a new group starts as
 * "adds nothing" to the sum of the groups before it. Return: 0 or -ENOMEM.
 */
int group_params_init(struct group_params *p, const struct group_layout *g, uint64_t seed);
void group_params_free(struct group_params *p);

/* Fold batch-norm into the weights: @folded (layout->params floats) has the same layout, each
 * convolution's bias stands at its shift, and its scale is 1.
 */
void group_params_fold(const struct group_params *p, const struct group_layout *g, float *folded);

#endif
