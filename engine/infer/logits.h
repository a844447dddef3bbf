/* SPDX-License-Identifier: MIT */
#ifndef DYNDNN_LOGITS_H
#define DYNDNN_LOGITS_H

#include "session.h"

/* Add what the classifier of a group (from 1) wrote. */
void logits_add(const struct dyndnn_session *session, unsigned int group, float *logits)
	__attribute__((visibility("hidden")));

/* Probability of the best class less that of the second, of logits times a scale. */
float logits_margin(const float *logits, unsigned int classes, float scale)
	__attribute__((visibility("hidden")));

#endif
