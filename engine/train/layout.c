// SPDX-License-Identifier: MIT
#include <string.h>

#include "layout.h"

void group_layout_init(struct group_layout *g, const struct dnnfile_shape *shape, uint32_t group)
{
	memset(g, 0, sizeof(*g));
	g->shape = shape;
	g->group = group;
	for (uint32_t i = 0; i < shape->layers; i++) {
		const struct dnnfile_layer *l = &shape->layer[i];
		struct layer_params *p = &g->layer[i];

		if (!dnnfile_has_weights(l))
			continue;
		p->sources = i && shape->wiring == DNNFILE_TRIANGULAR ? group : 1;
		p->weights = g->params;
		g->params += p->sources * layout_block(l);
		if (layer_is_conv(l)) {
			p->scale = g->params;
			g->params += l->out_c;
			p->mean = g->stats;
			g->stats += l->out_c;
			p->var = g->stats;
			g->stats += l->out_c;
		}
		p->shift = g->params;
		g->params += l->out_c;
	}
}
