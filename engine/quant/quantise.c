// SPDX-License-Identifier: MIT
#include "quantise.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../model/error.h"
#include "../model/writer.h"
#include "weights.h"

/* What is being made. */
struct maker {
	const struct observation *o;
	const struct dyndnn_model *model;
	struct dnnfile_desc desc;
	struct dnnfile_tensors *tensors;
	const char **class_names;
	uint8_t *blobs;			/* laid out as in the file */
	struct dnnfile_range *range;	/* of layer number n in the group at hand, at [n] */
};

static int check_finite(const float *values, uint64_t count, uint32_t group, uint32_t layer,
			const char *what, struct dyndnn_error *err)
{
	for (uint64_t i = 0; i < count; i++) {
		if (!isfinite(values[i]))
			return dyndnn_fail(err, -EINVAL, "group %u: layer %u: %s is %g, must be "
					   "a number", group, layer + 1, what, (double)values[i]);
	}
	return 0;
}

int quantise_check(const struct dyndnn_model *model, struct dyndnn_error *err)
{
	const struct dnnfile_shape *shape = &model->shape;

	if (shape->dtype != DNNFILE_F32)
		return dyndnn_fail(err, -EINVAL, "values are s8 already, must be f32");
	if (shape->wiring != DNNFILE_SEPARATE)
		return dyndnn_fail(err, -EINVAL, "wiring is triangular, must be separate: a layer "
				   "would read groups of different ranges at once");
	for (uint32_t i = 0; i < shape->layers; i++) {
		if (shape->layer[i].kind == DNNFILE_AVG_POOL && shape->layer[i].padding)
			return dyndnn_fail(err, -EINVAL, "layer %u: average pool with padding %u, "
					   "must be 0 in s8", i + 1, shape->layer[i].padding);
	}
	for (uint32_t t = 0; t < shape->groups * shape->layers; t++) {
		uint32_t g = t / shape->layers + 1, i = t % shape->layers;
		int ret;

		ret = check_finite(dyndnn_model_weights(model, g, i),
				   dnnfile_weights_count(shape, i, g), g, i, "a weight", err);
		if (!ret)
			ret = check_finite(dyndnn_model_bias(model, g, i),
					   dnnfile_bias_count(&shape->layer[i]), g, i, "a bias",
					   err);
		if (ret)
			return ret;
	}
	return 0;
}

/* Every pixel of 8 bits, whatever the calibration images have. */
static void choose_image_range(struct dnnfile_shape *shape, const struct dyndnn_model *model)
{
	double low = 0, high = 0;
	struct dnnfile_range range;

	for (uint32_t c = 0; c < shape->image_c; c++) {
		double mean = (double)model->mean[c], stdev = (double)model->stdev[c];

		low = fmin(low, -mean / stdev);
		high = fmax(high, (1 - mean) / stdev);
	}
	range = range_of(low, high);
	shape->image_scale = range.scale;
	shape->image_zero = range.zero;
}

/* Pools have the range of what they read: the number of the layer whose range counts. */
static uint32_t origin(const struct dnnfile_shape *shape, uint32_t n)
{
	while (n && dnnfile_is_pool(&shape->layer[n - 1]))
		n = shape->layer[n - 1].input;
	return n;
}

/* Raise a scale to at least this; tell whether that was needed. */
static bool widen(struct dnnfile_range *range, double least)
{
	if ((double)range->scale >= least)
		return false;
	range->scale = nextafterf((float)least, INFINITY);
	return true;
}

/* Whatever a layer's scale must be for what it reads to be within the format's limits. */
static bool widen_layer(struct maker *m, uint32_t group, uint32_t i)
{
	const struct dnnfile_shape *shape = &m->desc.shape;
	const struct dnnfile_layer *l = &shape->layer[i];
	struct dnnfile_range *in = &m->range[origin(shape, l->input)];
	struct dnnfile_range *added = &m->range[origin(shape, l->addend)];
	struct dnnfile_range *out = &m->range[i + 1];
	double least = 2 * DNNFILE_MIN_QUANT;
	bool changed;

	if (dnnfile_is_pool(l))
		return false;
	if (dnnfile_has_weights(l)) {
		least = fmax(least, weights_least_scale(m->model, group, i, (double)in->scale));
		return widen(out, least);
	}
	least = fmax(least, fmax((double)in->scale, (double)added->scale) / DNNFILE_MAX_ADD);
	changed = widen(out, least);
	/* The image's range is the pixels': where it is too fine, the writer refuses it. */
	least = (double)out->scale * DNNFILE_MIN_ADD;
	if (in != m->range)
		changed |= widen(in, least);
	if (added != m->range)
		changed |= widen(added, least);
	return changed;
}

static void choose_ranges(struct maker *m, uint32_t group, enum range_method method)
{
	const struct dnnfile_shape *shape = &m->desc.shape;
	bool changed = true;

	m->range[0] = (struct dnnfile_range) { shape->image_scale, shape->image_zero };
	for (uint32_t i = 0; i < shape->layers; i++) {
		uint32_t t = (group - 1) * shape->layers + i;

		m->range[i + 1] = range_choose(&m->o->layer[t].histogram, method);
	}
	/* Scales only grow, and by less from round to round. */
	for (uint32_t round = 0; changed && round < 2 * shape->layers; round++) {
		changed = false;
		for (uint32_t i = 0; i < shape->layers; i++)
			changed |= widen_layer(m, group, i);
	}
}

/* Where a tensor is made. */
static void *place(const struct maker *m, uint32_t group, uint32_t i, enum dnnfile_role role)
{
	const struct dnnfile_shape *shape = &m->desc.shape;

	return m->blobs + dnnfile_blobs_bytes(shape, group - 1) +
	       dnnfile_tensor_offset(shape, i, role, group);
}

static void make_layer(struct maker *m, uint32_t group, uint32_t i, const struct quantise_way *way)
{
	const struct dnnfile_shape *shape = &m->desc.shape;
	const struct dnnfile_layer *l = &shape->layer[i];
	int8_t *weights = place(m, group, i, DNNFILE_WEIGHTS);
	float *scales = place(m, group, i, DNNFILE_SCALES);
	float *range = place(m, group, i, DNNFILE_RANGE);
	int32_t *bias = place(m, group, i, DNNFILE_BIAS);

	if (dnnfile_is_pool(l))
		return;
	range[0] = m->range[i + 1].scale;
	range[1] = (float)m->range[i + 1].zero;
	m->tensors[(group - 1) * shape->layers + i] = (struct dnnfile_tensors) {
		.weights = weights, .scales = scales, .bias = bias, .range = range,
	};
	if (!dnnfile_has_weights(l))
		return;

	const struct weights_job job = {
		.observation = m->o, .group = group, .index = i,
		.correct_bias = way->correct_bias,
		.in = m->range[origin(shape, l->input)], .out = m->range[i + 1],
	};

	weights_fill(&job, weights, scales, bias);
}

static void describe(struct maker *m)
{
	struct dnnfile_desc *desc = &m->desc;

	desc->shape = m->model->shape;
	desc->shape.dtype = DNNFILE_S8;
	choose_image_range(&desc->shape, m->model);
	desc->name = m->model->name;
	memcpy(desc->mean, m->model->mean, sizeof(desc->mean));
	memcpy(desc->stdev, m->model->stdev, sizeof(desc->stdev));
	memcpy(desc->logit_scale, m->model->logit_scale, sizeof(desc->logit_scale));
}

static int alloc(struct maker *m)
{
	const struct dnnfile_shape *shape = &m->desc.shape;

	m->tensors = calloc((size_t)shape->groups * shape->layers, sizeof(*m->tensors));
	m->range = calloc(shape->layers + 1, sizeof(*m->range));
	m->blobs = calloc(1, dnnfile_blobs_bytes(shape, shape->groups));
	m->class_names = calloc(shape->classes, sizeof(*m->class_names));
	if (!m->tensors || !m->range || !m->blobs || !m->class_names)
		return -ENOMEM;
	for (uint32_t i = 0; i < shape->classes; i++)
		m->class_names[i] = dyndnn_model_class_name(m->model, i);
	if (m->class_names[0])
		m->desc.class_names = m->class_names;
	m->desc.tensors = m->tensors;
	return 0;
}

static int align(void **image, size_t bytes)
{
	void *aligned = aligned_alloc(DNNFILE_ALIGN, bytes);	/* whole pages */

	if (aligned)
		memcpy(aligned, *image, bytes);
	free(*image);
	*image = aligned;
	return aligned ? 0 : -ENOMEM;
}

int quantise_model(const struct observation *o, const struct quantise_way *way, void **image,
		   size_t *bytes, struct dyndnn_error *err)
{
	struct maker m = { .o = o, .model = o->model };
	const struct dnnfile_shape *shape = &m.desc.shape;
	int ret;

	ret = quantise_check(o->model, err);
	if (ret)
		return ret;
	describe(&m);
	ret = alloc(&m);
	if (ret)
		dyndnn_fail(err, ret, "no memory for the s8 model");
	for (uint32_t g = 1; !ret && g <= shape->groups; g++) {
		choose_ranges(&m, g, way[g - 1].method);
		for (uint32_t i = 0; i < shape->layers; i++)
			make_layer(&m, g, i, &way[g - 1]);
	}
	if (!ret)
		ret = dnnfile_encode(&m.desc, image, bytes, err);
	if (!ret && align(image, *bytes))
		ret = dyndnn_fail(err, -ENOMEM, "no memory for a file of %zu bytes", *bytes);
	free(m.class_names);
	free(m.blobs);
	free(m.range);
	free(m.tensors);
	return ret;
}
