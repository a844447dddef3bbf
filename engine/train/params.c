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

int group_params_init(struct group_params *p, const struct group_layout *g, uint64_t seed)
{
	uint64_t rng = seed;

	p->values = calloc(g->params, sizeof(float));
	p->stats = calloc(g->stats ? g->stats : 1, sizeof(float));
	if (!p->values || !p->stats) {
		group_params_free(p);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < g->shape->layers; i++) {
		const struct dnnfile_layer *l = &g->shape->layer[i];
		const struct layer_params *at = &g->layer[i];
		size_t weights = at->sources * layout_block(l);
		float deviation;

		if (!layer_is_conv(l))
			continue;
		deviation = sqrtf(2.0f * l->out_c / weights);
		for (size_t j = 0; j < weights; j++)
			p->values[at->weights + j] = deviation * gaussian(&rng);
		for (uint32_t j = 0; j < l->out_c; j++) {
			p->values[at->scale + j] = 1.0f;
			p->stats[at->var + j] = 1.0f;
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

void group_params_fold(const struct group_params *p, const struct group_layout *g, float *folded)
{
	memcpy(folded, p->values, g->params * sizeof(float));
	for (uint32_t i = 0; i < g->shape->layers; i++) {
		const struct dnnfile_layer *l = &g->shape->layer[i];
		const struct layer_params *at = &g->layer[i];
		size_t block = layout_block(l), per_out = block / l->out_c;

		if (!layer_is_conv(l))
			continue;
		for (uint32_t o = 0; o < l->out_c; o++) {
			float k = p->values[at->scale + o] /
				  sqrtf(p->stats[at->var + o] + NET_BN_EPSILON);

			for (uint32_t s = 0; s < at->sources; s++) {
				float *w = folded + at->weights + s * block + o * per_out;

				for (size_t j = 0; j < per_out; j++)
					w[j] *= k;
			}
			folded[at->shift + o] -= p->stats[at->mean + o] * k;
			folded[at->scale + o] = 1.0f;
		}
	}
}
