/* SPDX-License-Identifier: MIT */
/* Weights and biases of one layer in s8. */
#ifndef DYNDNN_QUANT_WEIGHTS_H
#define DYNDNN_QUANT_WEIGHTS_H

#include "observe.h"

/**
 * struct weights_job - one layer of one group
 * @observation: of the f32 model
 * @group: from 1
 * @index: of the layer, from 0
 * @correct_bias: see struct quantise_way
 * @in: range of what it reads
 * @out: range of what it makes; its scale is at least weights_least_scale()
 */
struct weights_job {
	const struct observation *observation;
	uint32_t group, index;
	bool correct_bias;
	struct dnnfile_range in, out;
};

/* The least scale of the outputs that the format allows for these weights. */
double weights_least_scale(const struct dyndnn_model *model, uint32_t group, uint32_t index,
			   double in_scale);

/* Fill in the layer's tensors; the model has passed quantise_check(). */
void weights_fill(const struct weights_job *job, int8_t *weights, float *scales, int32_t *bias);

#endif
