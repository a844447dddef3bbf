// SPDX-License-Identifier: MIT
#include <math.h>
#include <string.h>

#include "dyndnn.h"
#include "loss.h"

float softmax(const float *z, uint32_t classes, float temperature, float *p)
{
	float top = z[0], sum = 0;

	for (uint32_t c = 1; c < classes; c++)
		top = fmaxf(top, z[c]);
	for (uint32_t c = 0; c < classes; c++) {
		p[c] = expf((z[c] - top) / temperature);
		sum += p[c];
	}
	for (uint32_t c = 0; c < classes; c++)
		p[c] /= sum;
	/* The largest term is 1, so the sum is too. */
	return logf(fmaxf(sum, 1)) + top / temperature;
}

/* @d += @weight x gradient of L at @z. Return: @weight x L. */
static float add_loss(const struct loss *loss, const float *z, uint32_t label,
		      const float *teacher, float weight, float *d, float *p)
{
	float hard = weight * (1 - loss->teacher_weight);
	float soft = weight * loss->teacher_weight * loss->temperature;
	float off = loss->smoothing / loss->classes, on = 1 - loss->smoothing + off;
	float value = 0, t = loss->temperature, norm;

	norm = softmax(z, loss->classes, 1, p);
	for (uint32_t c = 0; c < loss->classes; c++) {
		float target = c == label ? on : off;

		d[c] += hard * (p[c] - target);
		value += hard * target * (norm - z[c]);
	}
	if (!teacher || loss->teacher_weight == 0)
		return value;
	norm = softmax(z, loss->classes, t, p);
	for (uint32_t c = 0; c < loss->classes; c++) {
		d[c] += soft * (p[c] - teacher[c]);
		value += soft * t * teacher[c] * (norm - z[c] / t);
	}
	return value;
}

float loss_of_image(const struct loss *loss, const float *frozen_logits,
		    const float *const *logits, uint32_t label, const float *teacher, float scale,
		    float *const *d_logits, uint32_t *best, float *scratch)
{
	float *mean = scratch, *p = scratch + loss->classes;
	uint32_t classes = loss->classes;
	float value = 0;

	for (uint32_t g = 0; g < loss->trained; g++)
		memset(d_logits[g], 0, classes * sizeof(float));

	/* From the highest level down: a group takes part in all levels above it. */
	for (uint32_t g = loss->trained; g-- > 0;) {
		float weight = (1 - loss->own) * loss->level_weight[g] * scale;

		if (g + 1 < loss->trained)
			memcpy(d_logits[g], d_logits[g + 1], classes * sizeof(float));
		for (uint32_t c = 0; c < classes; c++) {
			mean[c] = frozen_logits[c];
			for (uint32_t i = 0; i <= g; i++)
				mean[c] += logits[i][c];
			mean[c] /= loss->frozen + g + 1;
		}
		if (g + 1 == loss->trained)
			*best = dyndnn_top1(mean, classes);
		if (weight > 0)
			value += add_loss(loss, mean, label, teacher, weight, d_logits[g], p);
	}
	for (uint32_t g = 0; loss->own > 0 && g < loss->trained; g++)
		value += add_loss(loss, logits[g], label, teacher, loss->own * scale, d_logits[g],
				  p);
	return value;
}
