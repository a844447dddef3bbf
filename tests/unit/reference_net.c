// SPDX-License-Identifier: MIT
/*
 * Every group's output of every layer is kept by itself, [row][column][channel],
 * and read one value at a time: nothing here knows of strides or buffers.
 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "reference_net.h"

struct net {
	const struct dnnfile_shape *shape;
	const struct dnnfile_tensors *tensors;
	const double *image;
	double *out[DNNFILE_MAX_GROUPS][DNNFILE_MAX_LAYERS];
};

/* One layer of one group (both from 0). */
struct place {
	const struct net *net;
	uint32_t group, index;
	const struct dnnfile_layer *layer;
	const struct dnnfile_tensors *tensors;
	uint32_t groups_read;
};

/* Of layer number n, 0: the image, whose size is that of the layer's input. */
static double value_at(const struct place *p, uint32_t group, uint32_t n, int64_t y, int64_t x,
		       uint32_t c)
{
	const double *map = n ? p->net->out[group][n - 1] : p->net->image;

	return map[(y * p->layer->in_w + x) * p->layer->in_c + c];
}

static double input_at(const struct place *p, uint32_t group, int64_t y, int64_t x, uint32_t c)
{
	return value_at(p, group, p->layer->input, y, x, c);
}

/* Sum of weights times input over all channels that are read at one pixel. */
static double pixel_sum(const struct place *p, const float *weights, int64_t y, int64_t x)
{
	uint32_t first = p->groups_read > 1 ? 0 : p->group;
	double sum = 0;

	for (uint32_t g = 0; g < p->groups_read; g++) {
		for (uint32_t c = 0; c < p->layer->in_c; c++)
			sum += (double)weights[g * p->layer->in_c + c] *
			       input_at(p, first + g, y, x, c);
	}
	return sum;
}

static double conv_at(const struct place *p, uint32_t o, uint32_t y, uint32_t x)
{
	const struct dnnfile_layer *l = p->layer;
	size_t pixel_weights = (size_t)p->groups_read * l->in_c;
	const float *weights = p->tensors->weights, *bias = p->tensors->bias;
	double sum = (double)bias[o];

	for (uint32_t ky = 0; ky < l->kernel; ky++) {
		for (uint32_t kx = 0; kx < l->kernel; kx++) {
			int64_t iy = (int64_t)y * l->stride + ky - l->padding;
			int64_t ix = (int64_t)x * l->stride + kx - l->padding;

			if (iy >= 0 && ix >= 0 && iy < l->in_h && ix < l->in_w)
				sum += pixel_sum(p, weights + pixel_weights *
						 ((o * l->kernel + ky) * l->kernel + kx), iy, ix);
		}
	}
	return l->flags & DNNFILE_RELU ? fmax(sum, 0) : sum;
}

static double depthwise_at(const struct place *p, uint32_t o, uint32_t y, uint32_t x)
{
	const struct dnnfile_layer *l = p->layer;
	const float *weights = p->tensors->weights, *bias = p->tensors->bias;
	double sum = (double)bias[o];

	for (uint32_t ky = 0; ky < l->kernel; ky++) {
		for (uint32_t kx = 0; kx < l->kernel; kx++) {
			int64_t iy = (int64_t)y * l->stride + ky - l->padding;
			int64_t ix = (int64_t)x * l->stride + kx - l->padding;

			if (iy >= 0 && ix >= 0 && iy < l->in_h && ix < l->in_w)
				sum += (double)weights[(o * l->kernel + ky) * l->kernel + kx] *
				       input_at(p, p->group, iy, ix, o);
		}
	}
	return l->flags & DNNFILE_RELU ? fmax(sum, 0) : sum;
}

static double residual_at(const struct place *p, uint32_t c, uint32_t y, uint32_t x)
{
	double sum = input_at(p, p->group, y, x, c) +
		     value_at(p, p->group, p->layer->addend, y, x, c);

	return p->layer->flags & DNNFILE_RELU ? fmax(sum, 0) : sum;
}

static double classifier_at(const struct place *p, uint32_t o)
{
	const struct dnnfile_layer *l = p->layer;
	size_t pixel_weights = (size_t)p->groups_read * l->in_c;
	const float *weights = (const float *)p->tensors->weights +
			       o * l->in_h * l->in_w * pixel_weights;
	const float *bias = p->tensors->bias;
	double sum = (double)bias[o];

	for (uint32_t y = 0; y < l->in_h; y++) {
		for (uint32_t x = 0; x < l->in_w; x++, weights += pixel_weights)
			sum += pixel_sum(p, weights, y, x);
	}
	return sum;
}

/* The most or the mean of the window's values that lie inside the map. */
static double pool_at(const struct place *p, uint32_t c, uint32_t y, uint32_t x)
{
	const struct dnnfile_layer *l = p->layer;
	double most = -INFINITY, sum = 0;
	unsigned int count = 0;

	for (uint32_t ky = 0; ky < l->kernel; ky++) {
		for (uint32_t kx = 0; kx < l->kernel; kx++) {
			int64_t iy = (int64_t)y * l->stride + ky - l->padding;
			int64_t ix = (int64_t)x * l->stride + kx - l->padding;
			double value;

			if (iy < 0 || ix < 0 || iy >= l->in_h || ix >= l->in_w)
				continue;
			value = input_at(p, p->group, iy, ix, c);
			most = fmax(most, value);
			sum += value;
			count++;
		}
	}
	return l->kind == DNNFILE_MAX_POOL ? most : sum / count;
}

static double output_at(const struct place *p, uint32_t o, uint32_t y, uint32_t x)
{
	switch (p->layer->kind) {
	case DNNFILE_CONV2D:
		return conv_at(p, o, y, x);
	case DNNFILE_DEPTHWISE:
		return depthwise_at(p, o, y, x);
	case DNNFILE_RESIDUAL:
		return residual_at(p, o, y, x);
	case DNNFILE_CLASSIFIER:
		return classifier_at(p, o);
	}
	return pool_at(p, o, y, x);
}

static double *layer_run(const struct place *p)
{
	const struct dnnfile_layer *l = p->layer;
	double *out = calloc((size_t)l->out_h * l->out_w * l->out_c, sizeof(*out)), *next = out;

	cr_assert_not_null(out);
	for (uint32_t y = 0; y < l->out_h; y++) {
		for (uint32_t x = 0; x < l->out_w; x++) {
			for (uint32_t o = 0; o < l->out_c; o++)
				*next++ = output_at(p, o, y, x);
		}
	}
	return out;
}

static void group_run(struct net *net, uint32_t group)
{
	for (uint32_t i = 0; i < net->shape->layers; i++) {
		const struct dnnfile_layer *layer = &net->shape->layer[i];
		bool weighted = layer->kind == DNNFILE_CONV2D || layer->kind == DNNFILE_CLASSIFIER;
		bool earlier = net->shape->wiring == DNNFILE_TRIANGULAR && i > 0 && weighted;
		const struct place place = {
			.net = net, .group = group, .index = i, .layer = layer,
			.tensors = &net->tensors[group * net->shape->layers + i],
			.groups_read = earlier ? group + 1 : 1,
		};

		net->out[group][i] = layer_run(&place);
	}
}

void reference_net_run(const struct dnnfile_desc *desc, const double *image, double *logits)
{
	const struct dnnfile_shape *shape = &desc->shape;
	struct net net = { .shape = shape, .tensors = desc->tensors, .image = image };

	for (uint32_t g = 0; g < shape->groups; g++) {
		double *level = logits + g * shape->classes;

		group_run(&net, g);
		for (uint32_t c = 0; c < shape->classes; c++)
			level[c] = net.out[g][shape->layers - 1][c] +
				   (g ? level[(int64_t)c - shape->classes] : 0);
	}
	/* Not before all levels are summed up. */
	for (uint32_t g = 0; g < shape->groups; g++) {
		for (uint32_t c = 0; c < shape->classes && desc->logit_scale[g] != 0; c++)
			logits[g * shape->classes + c] *= desc->logit_scale[g];
		for (uint32_t i = 0; i < shape->layers; i++)
			free(net.out[g][i]);
	}
}
