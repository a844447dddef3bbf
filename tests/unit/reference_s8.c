// SPDX-License-Identifier: MIT
#include <math.h>

#include "reference_s8.h"

/* One layer of one group. */
struct place {
	const struct dyndnn_model *model;
	uint32_t group, index;
	const struct dnnfile_layer *layer;
	const int8_t *in, *addend;
	int step;
	struct dnnfile_range in_range, addend_range, out_range;
};

static const void *tensor(const struct place *p, enum dnnfile_role role)
{
	return dyndnn_model_tensor(p->model, p->group, p->index, role);
}

static double real(int8_t q, struct dnnfile_range range)
{
	return (double)(q - range.zero) * (double)range.scale;
}

/* Its value, 0 outside the map. */
static double input_at(const struct place *p, int64_t y, int64_t x, uint32_t c)
{
	const struct dnnfile_layer *l = p->layer;

	if (y < 0 || x < 0 || y >= l->in_h || x >= l->in_w)
		return 0;
	return real(p->in[(y * l->in_w + x) * l->in_c + c], p->in_range);
}

/* Of a convolution, a depthwise one or a classifier, whose kernel is the whole map. */
static double weighted_at(const struct place *p, uint32_t o, uint32_t y, uint32_t x)
{
	const struct dnnfile_layer *l = p->layer;
	bool whole = l->kind == DNNFILE_CLASSIFIER, depthwise = l->kind == DNNFILE_DEPTHWISE;
	uint32_t rows = whole ? l->in_h : l->kernel, columns = whole ? l->in_w : l->kernel;
	uint32_t channels = depthwise ? 1 : l->in_c;
	double step = whole ? 1 : p->step;
	const int8_t *w = (const int8_t *)tensor(p, DNNFILE_WEIGHTS) +
			  (size_t)o * rows * columns * channels;
	double scale = (double)((const float *)tensor(p, DNNFILE_SCALES))[o];
	double sum = (double)((const int32_t *)tensor(p, DNNFILE_BIAS))[o] * scale *
		     (double)p->in_range.scale;

	for (uint32_t ky = 0; ky < rows; ky++) {
		for (uint32_t kx = 0; kx < columns; kx++) {
			for (uint32_t c = 0; c < channels; c++, w++)
				sum += step * rint(*w / step) * scale *
				       input_at(p, (int64_t)y * l->stride + ky - l->padding,
						(int64_t)x * l->stride + kx - l->padding,
						depthwise ? o : c);
		}
	}
	return sum;
}

static double pool_at(const struct place *p, uint32_t c, uint32_t y, uint32_t x)
{
	const struct dnnfile_layer *l = p->layer;
	double most = -INFINITY, sum = 0;
	unsigned int count = 0;

	for (uint32_t ky = 0; ky < l->kernel; ky++) {
		for (uint32_t kx = 0; kx < l->kernel; kx++) {
			int64_t iy = (int64_t)y * l->stride + ky - l->padding;
			int64_t ix = (int64_t)x * l->stride + kx - l->padding;

			if (iy < 0 || ix < 0 || iy >= l->in_h || ix >= l->in_w)
				continue;
			most = fmax(most, input_at(p, iy, ix, c));
			sum += input_at(p, iy, ix, c);
			count++;
		}
	}
	return l->kind == DNNFILE_MAX_POOL ? most : sum / count;
}

static double output_at(const struct place *p, uint32_t o, uint32_t y, uint32_t x)
{
	const struct dnnfile_layer *l = p->layer;
	double value, steps;

	if (dnnfile_has_weights(l))
		value = weighted_at(p, o, y, x);
	else if (dnnfile_is_pool(l))
		value = pool_at(p, o, y, x);
	else
		value = input_at(p, y, x, o) +
			real(p->addend[((size_t)y * l->in_w + x) * l->in_c + o], p->addend_range);
	if (l->flags & DNNFILE_RELU)
		value = fmax(value, 0);
	steps = value / (double)p->out_range.scale + p->out_range.zero;
	return fmin(fmax(steps, INT8_MIN), INT8_MAX);
}

void reference_s8_layer(const struct dyndnn_model *model, uint32_t group, uint32_t layer,
			const int8_t *const *maps, int step, double *out)
{
	const struct dnnfile_layer *l = &model->shape.layer[layer];
	const struct place place = {
		.model = model, .group = group, .index = layer, .layer = l,
		.in = maps[l->input], .addend = maps[l->addend], .step = step,
		.in_range = dyndnn_model_range(model, group, l->input),
		.addend_range = dyndnn_model_range(model, group, l->addend),
		.out_range = dyndnn_model_range(model, group, layer + 1),
	};

	for (uint32_t y = 0; y < l->out_h; y++) {
		for (uint32_t x = 0; x < l->out_w; x++) {
			for (uint32_t o = 0; o < l->out_c; o++)
				*out++ = output_at(&place, o, y, x);
		}
	}
}
