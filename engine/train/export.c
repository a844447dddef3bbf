// SPDX-License-Identifier: MIT
/* Training keeps weights as oneDNN's plain O,I,H,W; the engine reads O,H,W,I. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../model/writer.h"
#include "export.h"

/* [out][in][pixels] -> [out][pixels][in]; also right for the classifier's classes and map. */
static void channels_last(const float *from, float *to, int out, int in, int pixels)
{
	for (int o = 0; o < out; o++)
		for (int i = 0; i < in; i++)
			for (int p = 0; p < pixels; p++)
				to[(o * pixels + p) * in + i] = *from++;
}

static void describe(const struct trainer *t, struct dnnfile_shape *shape)
{
	const struct net_shape *s = &t->shape;

	dnnfile_shape_init(shape, t->config.groups, NET_CLASSES, s->conv[0].in, NET_SIDE, NET_SIDE);
	for (int i = 0; i < NET_CONVS; i++) {
		dnnfile_add_conv(shape, s->conv[i].out, 3, 1, 1, true);
		if (s->conv[i].pool)
			dnnfile_add_pool(shape, 2, 2, 0);
	}
	dnnfile_add_classifier(shape);
}

/* @weights: room for the group's parameters. */
static void fill_group(const struct trainer *t, int g, float *weights, struct dnnfile_tensors *to)
{
	const struct conv_shape *last = &t->shape.conv[NET_CONVS - 1];
	const struct net_shape *s = &t->shape;
	const float *folded = t->folded[g];

	for (int i = 0; i < NET_CONVS; i++) {
		const struct conv_shape *c = &s->conv[i];

		channels_last(folded + c->weights, weights + c->weights, c->out, c->in, 9);
		to->weights = weights + c->weights;
		to->bias = folded + c->shift;
		to += c->pool ? 2 : 1;		/* a pool has no tensors */
	}
	channels_last(folded + s->fc_weights, weights + s->fc_weights, NET_CLASSES, last->out,
		      s->features / last->out);
	to->weights = weights + s->fc_weights;
	to->bias = folded + s->fc_bias;
}

int export_model(struct trainer *t, const char *path, const struct export_info *info)
{
	struct dnnfile_desc desc = { .name = info->name, .class_names = info->class_names };
	struct dyndnn_error err = { .text = "" };
	struct dnnfile_tensors *tensors = NULL;
	float *weights = NULL;
	int ret;

	if (t->trained < t->config.groups)
		return trainer_fail(t, -EINVAL, "only %d of %d groups are trained", t->trained,
				    t->config.groups);
	describe(t, &desc.shape);
	for (uint32_t c = 0; c < t->data->channels; c++) {
		desc.mean[c] = t->norm.mean[c];
		desc.stdev[c] = t->norm.std[c];
	}
	for (int g = 0; g < t->trained; g++)
		desc.accuracy_ppm[g] = info->accuracy_ppm[g];
	tensors = calloc((size_t)t->trained * desc.shape.layers, sizeof(*tensors));
	weights = malloc(t->trained * t->shape.params * sizeof(*weights));
	if (!tensors || !weights) {
		ret = -ENOMEM;
		goto out;
	}
	for (int g = 0; g < t->trained; g++)
		fill_group(t, g, weights + g * t->shape.params, tensors + g * desc.shape.layers);
	desc.tensors = tensors;
	ret = dnnfile_write(path, &desc, &err);
out:
	if (ret)
		trainer_fail(t, ret, "model %.60s: %.90s", path,
			     err.text[0] ? err.text : strerror(-ret));
	free(tensors);
	free(weights);
	return ret;
}
