// SPDX-License-Identifier: MIT
#include "operator.h"

#include <stdlib.h>
#include <string.h>

static struct dnnfile_range range_in(const struct recipe *r)
{
	return dyndnn_model_range(r->model, r->group, r->layer->input);
}

static struct dnnfile_range range_out(const struct recipe *r)
{
	return dyndnn_model_range(r->model, r->group, r->index + 1);
}

static const void *tensor(const struct recipe *r, enum dnnfile_role role)
{
	return dyndnn_model_tensor(r->model, r->group, r->index, role);
}

static const int8_t *input(const struct recipe *r)
{
	return (const int8_t *)r->in.values + recipe_input(r);
}

/* A layer that makes each channel of one channel: where those of this operator begin. */
static const int8_t *own_input(const struct recipe *r)
{
	return input(r) + r->first;
}

static int8_t *output(const struct recipe *r)
{
	return (int8_t *)r->out.values + recipe_output(r);
}

static const int8_t *weights(const struct recipe *r, size_t of_a_channel)
{
	return (const int8_t *)tensor(r, DNNFILE_WEIGHTS) + r->first * of_a_channel;
}

static const float *scales(const struct recipe *r)
{
	return (const float *)tensor(r, DNNFILE_SCALES) + r->first;
}

static const int32_t *bias(const struct recipe *r)
{
	return (const int32_t *)tensor(r, DNNFILE_BIAS) + r->first;
}

static int8_t least(const struct recipe *r)
{
	return r->layer->flags & DNNFILE_RELU ? range_out(r).zero : INT8_MIN;
}

static enum xnn_status open_window(const struct recipe *r, uint32_t kernel_h, uint32_t kernel_w,
				   xnn_operator_t *op)
{
	struct dnnfile_range in = range_in(r), out = range_out(r);
	const struct dnnfile_layer *l = r->layer;
	enum xnn_status status;

	status = xnn_create_convolution2d_nhwc_qc8(r->rows.pad_top, l->padding,
						   r->rows.pad_bottom, l->padding,
						   kernel_h, kernel_w, l->stride, l->stride, 1, 1,
						   1, r->channels, r->count, r->in.stride,
						   r->out.stride, in.zero, in.scale, scales(r),
						   weights(r, (size_t)kernel_h * kernel_w *
							   r->channels),
						   bias(r), out.zero, out.scale, least(r),
						   INT8_MAX, 0, op);
	if (status != xnn_status_success)
		return status;
	return xnn_setup_convolution2d_nhwc_qc8(*op, 1, r->rows.in_count, l->in_w, input(r), output(r),
						NULL);
}

static enum xnn_status open_max_pool(const struct recipe *r, xnn_operator_t *op)
{
	const struct dnnfile_layer *l = r->layer;
	enum xnn_status status;

	status = xnn_create_max_pooling2d_nhwc_s8(r->rows.pad_top, l->padding,
						  r->rows.pad_bottom, l->padding,
						  l->kernel, l->kernel, l->stride, l->stride, 1, 1,
						  r->count, r->in.stride, r->out.stride,
						  INT8_MIN, INT8_MAX, 0, op);
	if (status != xnn_status_success)
		return status;
	return xnn_setup_max_pooling2d_nhwc_s8(*op, 1, r->rows.in_count, l->in_w, own_input(r), output(r),
					       NULL);
}

static enum xnn_status open_global_pool(const struct recipe *r, xnn_operator_t *op)
{
	const struct dnnfile_layer *l = r->layer;
	struct dnnfile_range range = range_in(r);
	enum xnn_status status;

	status = xnn_create_global_average_pooling_nwc_qs8(r->count, r->in.stride,
							   r->out.stride, range.zero, range.scale,
							   range.zero, range.scale, INT8_MIN,
							   INT8_MAX, 0, op);
	if (status != xnn_status_success)
		return status;
	return xnn_setup_global_average_pooling_nwc_qs8(*op, 1, (size_t)l->in_h * l->in_w,
							own_input(r), output(r), NULL);
}

/*
 * The library's kernels of depthwise convolutions are for windows of 3 x 3 and 5 x 5;
 * of other sizes each channel becomes a convolution of its own, which takes many times as
 * long. Weights of 0 to the right and below make a window of such a size.
 */
static uint32_t widened(uint32_t kernel)
{
	return kernel == 2 || kernel == 4 ? kernel + 1 : kernel;
}

/* Weights [channel][row][column] of the window; NULL: all of them are 1. To be freed. */
static int8_t *widened_weights(const struct recipe *r, const int8_t *narrow)
{
	uint32_t kernel = r->layer->kernel, to = widened(kernel);
	int8_t *wide = calloc(r->count, (size_t)to * to), *row = wide;

	for (uint32_t i = 0; wide && i < r->count * kernel; i++) {
		if (narrow)
			memcpy(row, narrow + (size_t)i * kernel, kernel);
		else
			memset(row, 1, kernel);
		/* Behind a channel's last row there are those of 0. */
		row += (i + 1) % kernel ? to : (to - kernel + 1) * to;
	}
	return wide;
}

static enum xnn_status open_depthwise(const struct recipe *r, xnn_operator_t *op)
{
	struct dnnfile_range in = range_in(r), out = range_out(r);
	const struct dnnfile_layer *l = r->layer;
	uint32_t kernel = widened(l->kernel), more = kernel - l->kernel;
	int8_t *wide = widened_weights(r, weights(r, (size_t)l->kernel * l->kernel));
	enum xnn_status status;

	if (!wide)
		return xnn_status_out_of_memory;
	status = xnn_create_convolution2d_nhwc_qc8(r->rows.pad_top, l->padding + more,
						   r->rows.pad_bottom + more, l->padding, kernel,
						   kernel,
						   l->stride, l->stride, 1, 1, r->count, 1, 1,
						   r->in.stride, r->out.stride, in.zero, in.scale,
						   scales(r), wide, bias(r), out.zero, out.scale,
						   least(r), INT8_MAX, 0, op);
	free(wide);
	if (status != xnn_status_success)
		return status;
	return xnn_setup_convolution2d_nhwc_qc8(*op, 1, r->rows.in_count, l->in_w, own_input(r), output(r),
						NULL);
}

/*
 * The library has no s8 average over a window. A depthwise convolution with weights of 1
 * is that; what would be wrong with it, padding that counts, the loader lets not pass.
 */
static enum xnn_status open_avg_pool(const struct recipe *r, xnn_operator_t *op)
{
	const struct dnnfile_layer *l = r->layer;
	struct dnnfile_range range = range_in(r);
	uint32_t kernel = widened(l->kernel), end = kernel - l->kernel;
	int8_t *wide = widened_weights(r, NULL);
	enum xnn_status status;

	if (!wide)
		return xnn_status_out_of_memory;
	status = xnn_create_convolution2d_nhwc_qs8(0, end, end, 0, kernel, kernel, l->stride,
						   l->stride, 1, 1, r->count, 1, 1,
						   r->in.stride, r->out.stride, range.zero,
						   range.scale, 1.0f / (l->kernel * l->kernel),
						   wide, NULL, range.zero, range.scale, INT8_MIN,
						   INT8_MAX, 0, op);
	free(wide);
	if (status != xnn_status_success)
		return status;
	return xnn_setup_convolution2d_nhwc_qs8(*op, 1, r->rows.in_count, l->in_w, own_input(r), output(r),
						NULL);
}

/* Which of the values make no difference, so these lie side by side. */
static enum xnn_status open_residual(const struct recipe *r, xnn_operator_t *op)
{
	struct dnnfile_range added = dyndnn_model_range(r->model, r->group, r->layer->addend);
	struct dnnfile_range in = range_in(r), out = range_out(r);
	const size_t pixels = (size_t)r->layer->out_h * r->layer->out_w;
	const size_t first = r->first * pixels, count = r->count * pixels;
	enum xnn_status status;

	status = xnn_create_add_nd_qs8(in.zero, in.scale, added.zero, added.scale, out.zero,
				       out.scale, least(r), INT8_MAX, 0, op);
	if (status != xnn_status_success)
		return status;
	return xnn_setup_add_nd_qs8(*op, 1, &count, 1, &count, (int8_t *)r->in.values + first,
				    (int8_t *)r->addend.values + first,
				    (int8_t *)r->out.values + first, NULL);
}

enum xnn_status operator_s8(const struct recipe *r, xnn_operator_t *op)
{
	const struct dnnfile_layer *l = r->layer;

	switch (l->kind) {
	case DNNFILE_CONV2D:
		return open_window(r, l->kernel, l->kernel, op);
	case DNNFILE_DEPTHWISE:
		return open_depthwise(r, op);
	case DNNFILE_MAX_POOL:
		return open_max_pool(r, op);
	case DNNFILE_AVG_POOL:
		return dnnfile_is_global_pool(l) ? open_global_pool(r, op) : open_avg_pool(r, op);
	case DNNFILE_RESIDUAL:
		return open_residual(r, op);
	}
	/* A classifier: there is no fully connected operator with a scale for each output. */
	return open_window(r, l->in_h, l->in_w, op);
}
