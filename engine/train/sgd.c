// SPDX-License-Identifier: MIT
#include <math.h>

#include "sgd.h"

float sgd_rate(float peak, size_t step, size_t steps, size_t warmup)
{
	if (step < warmup)
		return peak * (step + 1) / warmup;
	return peak * 0.5f * (1 + cosf((float)M_PI * (step - warmup) / (steps - warmup)));
}

void sgd_step(const struct sgd *sgd, float rate, float *values, float *velocity,
	      const float *gradient, const unsigned char *decay, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		float g = gradient[i] + (decay[i] ? sgd->weight_decay * values[i] : 0);

		velocity[i] = sgd->momentum * velocity[i] + g;
		values[i] -= rate * (g + sgd->momentum * velocity[i]);
	}
}
