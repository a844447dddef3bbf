/* SPDX-License-Identifier: MIT */
/* sgd: one step of stochastic gradient descent with Nesterov momentum, and the learning rate. */
#ifndef DYNDNN_TRAIN_SGD_H
#define DYNDNN_TRAIN_SGD_H

#include <stddef.h>

struct sgd {
	float momentum;
	float weight_decay;
};

/* Rate of step @step of @steps: up in a line over @warmup steps, then down along a cosine to 0. */
float sgd_rate(float peak, size_t step, size_t steps, size_t warmup);

/* Step @len parameters. @decay says whether weight decay applies (not to batch-norm and bias). */
void sgd_step(const struct sgd *sgd, float rate, float *values, float *velocity,
	      const float *gradient, const unsigned char *decay, size_t len);

#endif
