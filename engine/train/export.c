// SPDX-License-Identifier: MIT
/* Training keeps weights as blocks of oneDNN's plain O,I,H,W; the engine reads O,H,W,I. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../model/writer.h"
#include "export.h"

/*
 * A block's [out][in][pixels] -> its channels of [out][pixels][all channels]; of a depthwise
 * convolution in is 1.
 */
static void channels_last(const float *from, float *to, uint32_t out, uint32_t in, uint32_t pixels,
			  uint32_t first, uint32_t all)
{
	for (uint32_t o = 0; o < out; o++)
		for (uint32_t i = 0; i < in; i++)
			for (uint32_t p = 0; p < pixels; p++)
				to[((size_t)o * pixels + p) * all + first + i] = *from++;
}

/* @weights: room for the group's parameters. */
static void fill_group(const struct trainer *t, int g, float *weights, struct dnnfile_tensors *to)
{
	const struct group_layout *layout = &t->layout[g];
	const float *folded = t->folded[g];

	for (uint32_t i = 0; i < t->shape.layers; i++) {
		const struct layer_params *at = &layout->layer[i];
		const struct dnnfile_layer *l = &t->shape.layer[i];
		uint32_t pixels = layer_is_conv(l) ? l->kernel * l->kernel : l->in_h * l->in_w;
		uint32_t inputs = layer_inputs(l);

		if (!at->sources)
			continue;
		for (uint32_t s = 0; s < at->sources; s++)
			channels_last(folded + at->weights + s * layout_block(l),
				      weights + at->weights, l->out_c, inputs, pixels, s * inputs,
				      at->sources * inputs);
		to[i].weights = weights + at->weights;
		to[i].bias = folded + at->shift;
	}
}

static int write_model(struct trainer *t, const char *path, struct dnnfile_desc *desc,
		       struct dyndnn_error *err)
{
	struct dnnfile_tensors *tensors;
	float **weights;
	int ret = 0;

	tensors = calloc((size_t)t->trained * t->shape.layers, sizeof(*tensors));
	weights = calloc(t->trained, sizeof(*weights));
	if (!tensors || !weights)
		ret = -ENOMEM;
	for (int g = 0; !ret && g < t->trained; g++) {
		weights[g] = malloc(t->layout[g].params * sizeof(float));
		if (weights[g])
			fill_group(t, g, weights[g], tensors + g * t->shape.layers);
		else
			ret = -ENOMEM;
	}
	desc->tensors = tensors;
	if (!ret)
		ret = dnnfile_write(path, desc, err);
	for (int g = 0; weights && g < t->trained; g++)
		free(weights[g]);
	free(weights);
	free(tensors);
	return ret;
}

int export_model(struct trainer *t, const char *path, const struct export_info *info)
{
	struct dnnfile_desc desc = {
		.shape = t->shape, .name = info->name, .class_names = info->class_names,
	};
	struct dyndnn_error err = { .text = "" };
	int ret;

	if ((uint32_t)t->trained < t->shape.groups)
		return trainer_fail(t, -EINVAL, "only %d of %u groups are trained", t->trained,
				    t->shape.groups);
	for (uint32_t c = 0; c < t->shape.image_c; c++) {
		desc.mean[c] = t->norm.mean[c];
		desc.stdev[c] = t->norm.std[c];
	}
	for (int g = 0; g < t->trained; g++) {
		desc.accuracy_ppm[g] = info->accuracy_ppm[g];
		/* The mean is what the loss was about. */
		desc.logit_scale[g] = 1.0f / (g + 1);
	}
	ret = write_model(t, path, &desc, &err);
	if (ret)
		trainer_fail(t, ret, "model %.100s: %.250s", path,
			     err.text[0] ? err.text : strerror(-ret));
	return ret;
}
