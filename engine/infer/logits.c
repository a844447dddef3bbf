// SPDX-License-Identifier: MIT
#include <math.h>

#include "logits.h"

float logits_margin(const float *logits, unsigned int classes, float scale)
{
	unsigned int best = dyndnn_top1(logits, classes);
	float second = -INFINITY, sum = 0;

	for (unsigned int i = 0; i < classes; i++) {
		if (i != best && logits[i] > second)
			second = logits[i];
		/* Relative to the largest, so that no term overflows. */
		sum += expf(scale * (logits[i] - logits[best]));
	}
	return (1 - expf(scale * (second - logits[best]))) / sum;
}

unsigned int dyndnn_top1(const float *logits, unsigned int classes)
{
	unsigned int best = 0;

	for (unsigned int i = 1; i < classes; i++) {
		if (logits[i] > logits[best])
			best = i;
	}
	return best;
}

float dyndnn_confidence(const float *logits, unsigned int classes)
{
	float most = logits[dyndnn_top1(logits, classes)];
	float sum = 0;

	/* Relative to the largest, so that no term overflows. */
	for (unsigned int i = 0; i < classes; i++)
		sum += expf(logits[i] - most);
	return 1 / sum;
}

double dyndnn_probability(const float *logits, unsigned int classes, unsigned int class_index)
{
	double most, sum = 0;

	if (class_index >= classes)
		return 0;
	most = logits[dyndnn_top1(logits, classes)];
	for (unsigned int i = 0; i < classes; i++)
		sum += exp(logits[i] - most);
	return exp(logits[class_index] - most) / sum;
}
