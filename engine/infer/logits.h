/* SPDX-License-Identifier: MIT */
#ifndef DYNDNN_LOGITS_H
#define DYNDNN_LOGITS_H

#include "dyndnn.h"

/* Probability of the best class less that of the second, of logits times a scale. */
float logits_margin(const float *logits, unsigned int classes, float scale)
	__attribute__((visibility("hidden")));

#endif
