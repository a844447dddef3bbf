/* SPDX-License-Identifier: MIT */
/*
 * The weights of several groups of a model as one network with grouped layers wants them.
 * Each call returns memory for free(), or NULL when there is none.
 */
#ifndef SPEED_GATHER_H
#define SPEED_GATHER_H

#include <stdbool.h>

#include "../../../engine/model/model.h"

/* Groups first..last, both included, counted from 1. */
struct speed_groups {
	uint32_t first, last;
};

static inline uint32_t speed_count(struct speed_groups groups)
{
	return groups.last - groups.first + 1;
}

/*
 * Whether some groups are one network with grouped layers at all; else the reason is in why
 * (SPEED_WHY_BYTES of engine.h).
 */
bool speed_is_groupable(const struct dyndnn_model *model, char *why);

/*
 * Convolution, also a depthwise one: output, input, row, column; the outputs of one group after
 * those of the other.
 */
float *speed_conv_weights(const struct dyndnn_model *model, uint32_t layer,
			  struct speed_groups groups);

/* Bias of a convolution, likewise. */
float *speed_conv_bias(const struct dyndnn_model *model, uint32_t layer,
		       struct speed_groups groups);

/*
 * Classifier over the channels of all these groups: class, channel, row, column. Both times
 * scale.
 */
float *speed_classifier_weights(const struct dyndnn_model *model, uint32_t layer,
				struct speed_groups groups, float scale);
float *speed_classifier_bias(const struct dyndnn_model *model, uint32_t layer,
			     struct speed_groups groups, float scale);

/* The image as [channel][row][column]. */
float *speed_planar_image(const struct dyndnn_model *model, const float *image);

#endif
