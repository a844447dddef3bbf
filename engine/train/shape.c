// SPDX-License-Identifier: MIT
#include "shape.h"

void net_shape_init(struct net_shape *s, int image_channels, const int channels[NET_CONVS])
{
	static const bool pool[NET_CONVS] = { true, true, false, false, true };
	size_t params = 0, stats = 0;
	int in = image_channels;
	int side = NET_SIDE;

	for (int i = 0; i < NET_CONVS; i++) {
		struct conv_shape *c = &s->conv[i];

		c->in = in;
		c->out = channels[i];
		c->side = side;
		c->pool = pool[i];
		c->weights = params;
		params += conv_weights(c);
		c->scale = params;
		params += c->out;
		c->shift = params;
		params += c->out;
		c->mean = stats;
		stats += c->out;
		c->var = stats;
		stats += c->out;
		in = c->out;
		if (c->pool)
			side /= 2;
	}
	s->features = in * side * side;
	s->fc_weights = params;
	params += (size_t)NET_CLASSES * s->features;
	s->fc_bias = params;
	params += NET_CLASSES;
	s->params = params;
	s->stats = stats;
}
