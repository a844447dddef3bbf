// SPDX-License-Identifier: MIT
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "../model/error.h"
#include "random_model.h"

static void make_shape(struct dnnfile_shape *shape, unsigned int groups)
{
	dnnfile_shape_init(shape, groups, 10, 3, 32, 32);
	dnnfile_add_conv(shape, 24, 3, 1, 1, true);
	dnnfile_add_pool(shape, 2, 2, 0);
	dnnfile_add_conv(shape, 48, 3, 1, 1, true);
	dnnfile_add_pool(shape, 2, 2, 0);
	dnnfile_add_conv(shape, 64, 3, 1, 1, true);
	dnnfile_add_conv(shape, 64, 3, 1, 1, true);
	dnnfile_add_conv(shape, 32, 3, 1, 1, true);
	dnnfile_add_pool(shape, 2, 2, 0);
	dnnfile_add_classifier(shape);
}

/* Uniform in -limit..limit. */
static void fill(float *values, uint64_t count, float limit, unsigned int *seed)
{
	for (uint64_t i = 0; i < count; i++)
		values[i] = limit * (2.0f * rand_r(seed) / (float)RAND_MAX - 1.0f);
}

/* A range that keeps the activations' size from layer to layer. */
static float limit_of(const struct dnnfile_layer *layer, uint64_t weights)
{
	return sqrtf(6.0f * layer->out_c / weights);
}

int random_model_write_shape(const char *path, const struct dnnfile_shape *shape,
			     unsigned int seed, struct dyndnn_error *err)
{
	struct dnnfile_tensors tensors[DNNFILE_MAX_GROUPS * DNNFILE_MAX_LAYERS] = { 0 };
	struct dnnfile_desc desc = {
		.name = "random", .shape = *shape, .tensors = tensors,
		.mean = { 0.5f, 0.5f, 0.5f }, .stdev = { 0.25f, 0.25f, 0.25f },
	};
	const uint32_t groups = shape->groups;
	uint64_t count = 0;
	float *values, *next;
	int ret;

	ret = dnnfile_shape_check(shape, err);
	if (ret)
		return ret;
	for (uint32_t g = 1; g <= groups; g++)
		count += dnnfile_group_values(shape, g);
	values = malloc(count * sizeof(*values));
	if (!values)
		return dyndnn_fail(err, -ENOMEM, "no memory for the weights");

	next = values;
	for (uint32_t t = 0; t < groups * shape->layers; t++) {
		uint32_t group = t / shape->layers + 1, i = t % shape->layers;
		const struct dnnfile_layer *layer = &shape->layer[i];
		uint64_t weights = dnnfile_weights_count(shape, i, group);

		if (!weights)
			continue;
		fill(next, weights, limit_of(layer, weights), &seed);
		tensors[t].weights = next;
		next += weights;
		fill(next, layer->out_c, 0.1f, &seed);
		tensors[t].bias = next;
		next += layer->out_c;
	}
	ret = dnnfile_write(path, &desc, err);
	free(values);
	return ret;
}

int random_model_write(const char *path, enum dnnfile_wiring wiring, unsigned int groups,
		       unsigned int seed, struct dyndnn_error *err)
{
	struct dnnfile_shape shape;

	make_shape(&shape, groups);
	shape.wiring = wiring;
	return random_model_write_shape(path, &shape, seed, err);
}
