// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "gather.h"

bool speed_is_groupable(const struct dyndnn_model *model, char *why)
{
	const struct dnnfile_shape *shape = &model->shape;

	if (shape->dtype != DNNFILE_F32)
		return speed_cannot(why, "8-bit values are for libdyndnn alone here");
	if (shape->wiring != DNNFILE_SEPARATE)
		return speed_cannot(why, "groups that read each other are no grouped convolution");
	for (uint32_t i = 0; i < shape->layers; i++) {
		if (!shape->layer[i].input && shape->layer[i].kind != DNNFILE_CONV2D)
			return speed_cannot(why, "layer %u reads the image and is no convolution",
					    i + 1);
	}
	return true;
}

/* [row][column][channel] to [channel][row][column], times scale. */
static void to_planar(float *out, const float *in, size_t pixels, size_t channels, float scale)
{
	for (size_t c = 0; c < channels; c++) {
		for (size_t i = 0; i < pixels; i++)
			out[c * pixels + i] = in[i * channels + c] * scale;
	}
}

float *speed_conv_weights(const struct dyndnn_model *model, uint32_t layer,
			  struct speed_groups groups)
{
	const struct dnnfile_layer *l = &model->shape.layer[layer];
	size_t pixels = (size_t)l->kernel * l->kernel;
	size_t one = pixels * (l->kind == DNNFILE_DEPTHWISE ? 1 : l->in_c);
	float *all = malloc(speed_count(groups) * l->out_c * one * sizeof(*all));
	float *out = all;

	if (!all)
		return NULL;
	for (uint32_t g = groups.first; g <= groups.last; g++) {
		const float *in = dyndnn_model_weights(model, g, layer);

		for (uint32_t o = 0; o < l->out_c; o++, in += one, out += one)
			to_planar(out, in, pixels, one / pixels, 1);
	}
	return all;
}

float *speed_conv_bias(const struct dyndnn_model *model, uint32_t layer,
		       struct speed_groups groups)
{
	uint32_t outputs = model->shape.layer[layer].out_c;
	float *all = malloc(speed_count(groups) * outputs * sizeof(*all));

	for (uint32_t i = 0; all && i < speed_count(groups); i++)
		memcpy(all + (size_t)i * outputs,
		       dyndnn_model_bias(model, groups.first + i, layer), outputs * sizeof(*all));
	return all;
}

float *speed_classifier_weights(const struct dyndnn_model *model, uint32_t layer,
				struct speed_groups groups, float scale)
{
	const struct dnnfile_layer *l = &model->shape.layer[layer];
	size_t pixels = (size_t)l->in_h * l->in_w;
	size_t one = pixels * l->in_c;
	float *all = malloc(speed_count(groups) * l->out_c * one * sizeof(*all));
	float *out = all;

	if (!all)
		return NULL;
	for (uint32_t o = 0; o < l->out_c; o++) {
		for (uint32_t g = groups.first; g <= groups.last; g++, out += one)
			to_planar(out, dyndnn_model_weights(model, g, layer) + o * one, pixels,
				  l->in_c, scale);
	}
	return all;
}

float *speed_classifier_bias(const struct dyndnn_model *model, uint32_t layer,
			     struct speed_groups groups, float scale)
{
	uint32_t classes = model->shape.classes;
	float *sum = calloc(classes, sizeof(*sum));

	for (uint32_t g = groups.first; sum && g <= groups.last; g++) {
		for (uint32_t i = 0; i < classes; i++)
			sum[i] += dyndnn_model_bias(model, g, layer)[i] * scale;
	}
	return sum;
}

float *speed_planar_image(const struct dyndnn_model *model, const float *image)
{
	const struct dnnfile_shape *shape = &model->shape;
	size_t pixels = (size_t)shape->image_h * shape->image_w;
	float *planar = malloc(pixels * shape->image_c * sizeof(*planar));

	if (planar)
		to_planar(planar, image, pixels, shape->image_c, 1);
	return planar;
}
