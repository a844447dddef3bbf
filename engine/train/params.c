// SPDX-License-Identifier: MIT
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "params.h"
#include "rng.h"

static float gaussian(uint64_t *rng)
{
	float u = 1.0f - rng_unit(rng);
	float v = rng_unit(rng);

	return sqrtf(-2.0f * logf(u)) * cosf(2.0f * (float)M_PI * v);
}

int group_params_init(struct group_params *p, const struct net_shape *s, uint64_t seed)
{
	uint64_t rng = seed;

	p->values = calloc(s->params, sizeof(float));
	p->stats = calloc(s->stats, sizeof(float));
	if (!p->values || !p->stats) {
		group_params_free(p);
		return -ENOMEM;
	}
	for (int i = 0; i < NET_CONVS; i++) {
		const struct conv_shape *c = &s->conv[i];
		float deviation = sqrtf(2.0f / (9.0f * c->in));

		for (size_t j = 0; j < conv_weights(c); j++)
			p->values[c->weights + j] = deviation * gaussian(&rng);
		for (int j = 0; j < c->out; j++) {
			p->values[c->scale + j] = 1.0f;
			p->stats[c->var + j] = 1.0f;
		}
	}
	return 0;
}

void group_params_free(struct group_params *p)
{
	free(p->values);
	free(p->stats);
	memset(p, 0, sizeof(*p));
}

void group_params_fold(const struct group_params *p, const struct net_shape *s, float *folded)
{
	memcpy(folded, p->values, s->params * sizeof(float));
	for (int i = 0; i < NET_CONVS; i++) {
		const struct conv_shape *c = &s->conv[i];
		size_t per_out = (size_t)c->in * 9;

		for (int o = 0; o < c->out; o++) {
			float k = p->values[c->scale + o] /
				  sqrtf(p->stats[c->var + o] + NET_BN_EPSILON);

			for (size_t j = 0; j < per_out; j++)
				folded[c->weights + o * per_out + j] *= k;
			folded[c->shift + o] -= p->stats[c->mean + o] * k;
			folded[c->scale + o] = 1.0f;
		}
	}
}
