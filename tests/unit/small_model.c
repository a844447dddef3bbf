// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "small_model.h"

static const char *const digit_names[] = {
	"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
};

static void make_tiny(struct dnnfile_shape *shape, unsigned int groups)
{
	dnnfile_shape_init(shape, groups, 3, 1, 4, 4);
	dnnfile_add_conv(shape, 2, 3, 1, 1, true);
	dnnfile_add_classifier(shape);
}

static void make_odd(struct dnnfile_shape *shape, unsigned int groups)
{
	dnnfile_shape_init(shape, groups, 7, 2, 19, 23);
	dnnfile_add_conv(shape, 5, 5, 2, 1, true);
	dnnfile_add_pool(shape, 3, 2, 1);
	dnnfile_add_conv(shape, 9, 1, 1, 0, false);
	dnnfile_add_conv(shape, 3, 2, 1, 1, true);
	dnnfile_add_classifier(shape);
}

static void make_shipped(struct dnnfile_shape *shape, unsigned int groups)
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

static void make_means(struct dnnfile_shape *shape, unsigned int groups)
{
	dnnfile_shape_init(shape, groups, 7, 3, 25, 25);
	dnnfile_add_conv(shape, 5, 3, 1, 0, true);
	dnnfile_add_avg_pool(shape, 2, 2, 0);
	dnnfile_add_conv(shape, 6, 3, 1, 1, false);
	dnnfile_add_avg_pool(shape, 3, 2, 1);
	dnnfile_add_avg_pool(shape, 4, 1, 3);
	dnnfile_add_conv(shape, 19, 1, 1, 0, true);
	dnnfile_add_avg_pool(shape, 9, 1, 0);
	dnnfile_add_classifier(shape);
}

static void make_mobile(struct dnnfile_shape *shape, unsigned int groups)
{
	dnnfile_shape_init(shape, groups, 7, 3, 18, 18);
	dnnfile_add_conv(shape, 6, 3, 2, 1, true);
	dnnfile_add_depthwise(shape, 3, 1, 1, true);
	dnnfile_add_conv(shape, 6, 1, 1, 0, false);
	dnnfile_add_residual(shape, 1, false);
	dnnfile_add_depthwise(shape, 5, 2, 2, false);
	dnnfile_add_conv(shape, 11, 1, 1, 0, true);
	dnnfile_add_avg_pool(shape, 5, 1, 0);
	dnnfile_add_classifier(shape);
}

static void make_branches(struct dnnfile_shape *shape, unsigned int groups)
{
	dnnfile_shape_init(shape, groups, 5, 2, 11, 9);
	dnnfile_add_conv(shape, 4, 3, 1, 1, true);
	dnnfile_add_conv(shape, 8, 3, 2, 1, true);
	dnnfile_add_conv(shape, 8, 3, 1, 1, false);
	dnnfile_go_on_from(shape, 1);
	dnnfile_add_conv(shape, 8, 1, 2, 0, false);
	dnnfile_add_residual(shape, 3, true);
	dnnfile_add_depthwise(shape, 2, 1, 1, true);
	dnnfile_add_pool(shape, 2, 1, 0);
	dnnfile_add_residual(shape, 5, true);
	dnnfile_go_on_from(shape, 1);
	dnnfile_add_avg_pool(shape, 3, 2, 1);
	dnnfile_add_conv(shape, 8, 1, 1, 0, true);
	dnnfile_add_residual(shape, 8, false);
	dnnfile_add_residual(shape, 4, false);
	dnnfile_add_classifier(shape);
}

static void make_threes(struct dnnfile_shape *shape, unsigned int groups)
{
	dnnfile_shape_init(shape, groups, 3, 4, 41, 38);
	dnnfile_add_conv(shape, 24, 3, 1, 1, true);
	dnnfile_add_conv(shape, 9, 3, 1, 1, false);
	dnnfile_add_pool(shape, 3, 3, 0);
	dnnfile_add_conv(shape, 19, 3, 1, 0, true);
	dnnfile_add_conv(shape, 8, 3, 1, 2, true);
	dnnfile_add_conv(shape, 16, 3, 1, 2, false);
	dnnfile_add_pool(shape, 4, 4, 0);
	dnnfile_add_conv(shape, 10, 3, 1, 0, true);
	dnnfile_add_classifier(shape);
}

static void make_unpadded(struct dnnfile_shape *shape, unsigned int groups)
{
	dnnfile_shape_init(shape, groups, 6, 3, 21, 17);
	dnnfile_add_conv(shape, 4, 1, 1, 0, false);
	dnnfile_add_avg_pool(shape, 3, 2, 0);
	dnnfile_add_conv(shape, 5, 3, 1, 1, true);
	dnnfile_go_on_from(shape, 1);
	dnnfile_add_pool(shape, 3, 2, 0);
	dnnfile_add_depthwise(shape, 3, 1, 1, false);
	dnnfile_add_conv(shape, 5, 1, 1, 0, false);
	dnnfile_add_residual(shape, 3, true);
	dnnfile_add_depthwise(shape, 7, 1, 3, true);
	dnnfile_add_avg_pool(shape, 6, 1, 0);
	dnnfile_add_conv(shape, 20, 5, 1, 2, true);
	dnnfile_add_depthwise(shape, 4, 1, 3, false);
	dnnfile_add_avg_pool(shape, 4, 1, 0);
	dnnfile_add_avg_pool(shape, 2, 2, 0);
	dnnfile_add_pool(shape, 2, 1, 1);
	dnnfile_add_classifier(shape);
}

static void make_pooled(struct dnnfile_shape *shape, unsigned int groups)
{
	dnnfile_shape_init(shape, groups, 4, 3, 20, 14);
	dnnfile_add_avg_pool(shape, 2, 2, 0);
	dnnfile_add_conv(shape, 5, 3, 1, 1, true);
	dnnfile_go_on_from(shape, 0);
	dnnfile_add_pool(shape, 2, 2, 0);
	dnnfile_add_conv(shape, 5, 3, 1, 1, false);
	dnnfile_add_residual(shape, 2, true);
	dnnfile_add_classifier(shape);
}

static void make_narrow(struct dnnfile_shape *shape, unsigned int groups)
{
	dnnfile_shape_init(shape, groups, 2, 1, 13, 11);
	dnnfile_add_conv(shape, 1, 3, 1, 1, false);
	dnnfile_add_conv(shape, 1, 1, 1, 0, true);
	dnnfile_add_conv(shape, 1, 5, 2, 2, false);
	dnnfile_add_pool(shape, 2, 1, 1);
	dnnfile_add_conv(shape, 1, 1, 2, 0, false);
	dnnfile_add_classifier(shape);
}

static void (*const make_shape[])(struct dnnfile_shape *shape, unsigned int groups) = {
	[SMALL_TINY] = make_tiny, [SMALL_ODD] = make_odd, [SMALL_SHIPPED] = make_shipped,
	[SMALL_MEANS] = make_means, [SMALL_MOBILE] = make_mobile,
	[SMALL_BRANCHES] = make_branches, [SMALL_THREES] = make_threes,
	[SMALL_UNPADDED] = make_unpadded, [SMALL_POOLED] = make_pooled,
	[SMALL_NARROW] = make_narrow,
};

void small_model_noise(float *values, size_t count, float limit, unsigned int *seed)
{
	for (size_t i = 0; i < count; i++)
		values[i] = limit * (2.0f * rand_r(seed) / (float)RAND_MAX - 1.0f);
}

/* All of a description but its tensors. */
static void describe(struct dnnfile_desc *desc)
{
	struct dnnfile_shape *shape = &desc->shape;
	struct dyndnn_error err;

	cr_assert_eq(dnnfile_shape_check(shape, &err), 0, "%s", err.text);
	desc->name = "small";
	desc->class_names = digit_names;
	for (uint32_t c = 0; c < shape->image_c; c++) {
		desc->mean[c] = 0.4f + 0.05f * c;
		desc->stdev[c] = 0.25f + 0.01f * c;
	}
	for (unsigned int g = 0; g < shape->groups; g++) {
		desc->accuracy_ppm[g] = 500000 + 10000 * g;
		/* 0, as level 1 has it, stands for 1. */
		desc->logit_scale[g] = g ? 1.0f / (g + 2) : 0;
	}
}

static void init(struct small_model *model, enum small_shape kind, enum dnnfile_wiring wiring,
		 unsigned int groups, unsigned int seed)
{
	struct dnnfile_desc *desc = &model->desc;
	struct dnnfile_shape *shape = &desc->shape;
	struct dnnfile_tensors *tensors;
	size_t count = 0, used = 0;
	float *values;

	memset(model, 0, sizeof(*model));
	make_shape[kind](shape, groups);
	shape->wiring = wiring;
	describe(desc);

	for (unsigned int g = 1; g <= groups; g++)
		count += dnnfile_group_values(shape, g);
	values = calloc(count, sizeof(float));
	tensors = calloc(groups * shape->layers, sizeof(*tensors));
	cr_assert(values && tensors);
	for (uint32_t t = 0; t < groups * shape->layers; t++) {
		uint32_t group = t / shape->layers + 1, i = t % shape->layers;
		const struct dnnfile_layer *layer = &shape->layer[i];
		size_t weights = dnnfile_weights_count(shape, i, group);

		if (!weights)
			continue;
		tensors[t].weights = values + used;
		small_model_noise(values + used, weights,
				  sqrtf(6.0f * layer->out_c / weights), &seed);
		used += weights;
		tensors[t].bias = values + used;
		small_model_noise(values + used, layer->out_c, 0.1f, &seed);
		used += layer->out_c;
	}
	desc->tensors = tensors;
	model->values = values;
}

void small_model_init(struct small_model *model, enum small_shape kind, unsigned int groups,
		      unsigned int seed)
{
	init(model, kind, DNNFILE_SEPARATE, groups, seed);
}

void small_model_init_triangular(struct small_model *model, enum small_shape kind,
				 unsigned int groups, unsigned int seed)
{
	init(model, kind, DNNFILE_TRIANGULAR, groups, seed);
}

static float scale_in(const struct dnnfile_desc *desc, uint32_t group, uint32_t n)
{
	const struct dnnfile_shape *shape = &desc->shape;

	while (n && dnnfile_is_pool(&shape->layer[n - 1]))
		n = shape->layer[n - 1].input;
	return n ? desc->tensors[(group - 1) * shape->layers + n - 1].range[0] : shape->image_scale;
}

/* A whole number from low to high. */
static int whole(int low, int high, unsigned int *seed)
{
	return low + rand_r(seed) % (high - low + 1);
}

static void fill_weights(const struct small_model *model, uint32_t group, uint32_t i,
			 const struct dnnfile_tensors *t, unsigned int *seed)
{
	const struct dnnfile_layer *layer = &model->desc.shape.layer[i];
	size_t weights = dnnfile_weights_count(&model->desc.shape, i, group);
	float spread = 73.0f * 60.0f * sqrtf((float)weights / layer->out_c);

	for (size_t w = 0; w < weights; w++)
		((int8_t *)t->weights)[w] = whole(-127, 127, seed);
	for (uint32_t o = 0; o < layer->out_c; o++) {
		/* Outputs differ by about half of their range, channel by channel. */
		float factor = whole(60, 150, seed) / spread;

		((float *)t->scales)[o] = factor * t->range[0] /
					  scale_in(&model->desc, group, layer->input);
		((int32_t *)t->bias)[o] = whole(-30, 30, seed) / factor;
	}
}

/* The tensors lie as in the file. */
static void *place(const struct small_model *model, uint32_t group, uint32_t i,
		   enum dnnfile_role role)
{
	const struct dnnfile_shape *shape = &model->desc.shape;

	return (uint8_t *)model->values + dnnfile_blobs_bytes(shape, group - 1) +
	       dnnfile_tensor_offset(shape, i, role, group);
}

void small_model_init_s8(struct small_model *model, enum small_shape kind, unsigned int groups,
			 unsigned int seed)
{
	struct dnnfile_desc *desc = &model->desc;
	struct dnnfile_shape *shape = &desc->shape;
	struct dnnfile_tensors *tensors;

	memset(model, 0, sizeof(*model));
	make_shape[kind](shape, groups);
	shape->dtype = DNNFILE_S8;
	shape->image_scale = 0.017f;
	shape->image_zero = -9;
	describe(desc);

	model->values = calloc(1, dnnfile_blobs_bytes(shape, groups));
	tensors = calloc(groups * shape->layers, sizeof(*tensors));
	cr_assert(model->values && tensors);
	desc->tensors = tensors;
	for (uint32_t t = 0; t < groups * shape->layers; t++) {
		uint32_t group = t / shape->layers + 1, i = t % shape->layers;
		const struct dnnfile_layer *layer = &shape->layer[i];
		float *range = place(model, group, i, DNNFILE_RANGE);

		if (dnnfile_is_pool(layer))
			continue;
		range[0] = 0.01f * whole(5, 50, &seed);
		range[1] = layer->flags & DNNFILE_RELU ? -128 + whole(0, 1, &seed) * 20 :
							 whole(-60, 60, &seed);
		tensors[t].range = range;
		if (layer->kind == DNNFILE_RESIDUAL)
			range[0] = 0.8f * (scale_in(desc, group, layer->input) +
					   scale_in(desc, group, layer->addend));
		if (!dnnfile_has_weights(layer))
			continue;
		tensors[t].weights = place(model, group, i, DNNFILE_WEIGHTS);
		tensors[t].scales = place(model, group, i, DNNFILE_SCALES);
		tensors[t].bias = place(model, group, i, DNNFILE_BIAS);
		fill_weights(model, group, i, &tensors[t], &seed);
	}
}

void small_model_free(struct small_model *model)
{
	free((void *)model->desc.tensors);
	free(model->values);
}

void *small_model_copy(const void *image, size_t bytes)
{
	/* Exactly as long as asked, so that a sanitizer sees a read past the end. */
	void *copy = NULL;

	cr_assert_eq(posix_memalign(&copy, DNNFILE_ALIGN, bytes ? bytes : 1), 0);
	memcpy(copy, image, bytes);
	return copy;
}

void *small_model_encode(const struct small_model *model, size_t *bytes)
{
	struct dyndnn_error err = { 0 };
	void *image, *aligned;

	cr_assert_eq(dnnfile_encode(&model->desc, &image, bytes, &err), 0, "%s", err.text);
	aligned = small_model_copy(image, *bytes);
	free(image);
	return aligned;
}

void small_model_seal(void *image)
{
	struct dnnfile_header *header = image;

	header->header_crc = 0;
	header->header_crc = crc32(0, image, header->header_bytes);
}
