// SPDX-License-Identifier: MIT
#include "operator.h"

#include <math.h>

static const float *tensor(const struct recipe *r, enum dnnfile_role role)
{
	return dyndnn_model_tensor(r->model, r->group, r->index, role);
}

static float least(const struct recipe *r)
{
	return r->layer->flags & DNNFILE_RELU ? 0.0f : -INFINITY;
}

static const float *input(const struct recipe *r)
{
	return (const float *)r->in.values + recipe_input(r);
}

/* A layer that makes each channel of one channel: where those of this operator begin. */
static const float *own_input(const struct recipe *r)
{
	return input(r) + r->first;
}

static float *output(const struct recipe *r)
{
	return (float *)r->out.values + recipe_output(r);
}

static enum xnn_status open_window(const struct recipe *r, uint32_t kernel_h, uint32_t kernel_w,
				   xnn_operator_t *op)
{
	const size_t weights = (size_t)kernel_h * kernel_w * r->channels;
	const struct dnnfile_layer *l = r->layer;
	enum xnn_status status;

	status = xnn_create_convolution2d_nhwc_f32(r->rows.pad_top, l->padding,
						   r->rows.pad_bottom, l->padding,
						   kernel_h, kernel_w, l->stride, l->stride, 1, 1,
						   1, r->channels, r->count, r->in.stride,
						   r->out.stride,
						   tensor(r, DNNFILE_WEIGHTS) + r->first * weights,
						   tensor(r, DNNFILE_BIAS) + r->first, least(r),
						   INFINITY, 0, op);
	if (status != xnn_status_success)
		return status;
	return xnn_setup_convolution2d_nhwc_f32(*op, 1, r->rows.in_count, l->in_w, input(r), output(r),
						NULL);
}

static enum xnn_status open_depthwise(const struct recipe *r, xnn_operator_t *op)
{
	const struct dnnfile_layer *l = r->layer;
	const size_t weights = (size_t)l->kernel * l->kernel;
	enum xnn_status status;

	status = xnn_create_convolution2d_nhwc_f32(r->rows.pad_top, l->padding,
						   r->rows.pad_bottom, l->padding,
						   l->kernel, l->kernel, l->stride, l->stride, 1, 1,
						   r->count, 1, 1, r->in.stride, r->out.stride,
						   tensor(r, DNNFILE_WEIGHTS) + r->first * weights,
						   tensor(r, DNNFILE_BIAS) + r->first, least(r),
						   INFINITY, 0, op);
	if (status != xnn_status_success)
		return status;
	return xnn_setup_convolution2d_nhwc_f32(*op, 1, r->rows.in_count, l->in_w, own_input(r), output(r),
						NULL);
}

static enum xnn_status open_max_pool(const struct recipe *r, xnn_operator_t *op)
{
	const struct dnnfile_layer *l = r->layer;
	enum xnn_status status;

	status = xnn_create_max_pooling2d_nhwc_f32(r->rows.pad_top, l->padding,
						   r->rows.pad_bottom, l->padding,
						   l->kernel, l->kernel, l->stride, l->stride, 1, 1,
						   r->count, r->in.stride, r->out.stride,
						   -INFINITY, INFINITY, 0, op);
	if (status != xnn_status_success)
		return status;
	return xnn_setup_max_pooling2d_nhwc_f32(*op, 1, r->rows.in_count, l->in_w, own_input(r), output(r),
						NULL);
}

static enum xnn_status open_global_pool(const struct recipe *r, xnn_operator_t *op)
{
	const struct dnnfile_layer *l = r->layer;
	enum xnn_status status;

	status = xnn_create_global_average_pooling_nwc_f32(r->count, r->in.stride,
							   r->out.stride, -INFINITY, INFINITY,
							   0, op);
	if (status != xnn_status_success)
		return status;
	return xnn_setup_global_average_pooling_nwc_f32(*op, 1, (size_t)l->in_h * l->in_w,
							own_input(r), output(r), NULL);
}

/* XNNPACK leaves padding out of the mean, too. */
static enum xnn_status open_avg_pool(const struct recipe *r, xnn_operator_t *op)
{
	const struct dnnfile_layer *l = r->layer;
	enum xnn_status status;

	status = xnn_create_average_pooling2d_nhwc_f32(r->rows.pad_top, l->padding,
						       r->rows.pad_bottom, l->padding,
						       l->kernel, l->kernel, l->stride,
						       l->stride, r->count, r->in.stride,
						       r->out.stride, -INFINITY, INFINITY,
						       0, op);
	if (status != xnn_status_success)
		return status;
	return xnn_setup_average_pooling2d_nhwc_f32(*op, 1, r->rows.in_count, l->in_w, own_input(r),
						    output(r), NULL);
}

/* Which of the values make no difference, so these lie side by side. */
static enum xnn_status open_residual(const struct recipe *r, xnn_operator_t *op)
{
	const size_t pixels = (size_t)r->layer->out_h * r->layer->out_w;
	const size_t first = r->first * pixels, count = r->count * pixels;
	enum xnn_status status;

	status = xnn_create_add_nd_f32(least(r), INFINITY, 0, op);
	if (status != xnn_status_success)
		return status;
	return xnn_setup_add_nd_f32(*op, 1, &count, 1, &count, (float *)r->in.values + first,
				    (float *)r->addend.values + first,
				    (float *)r->out.values + first, NULL);
}

static enum xnn_status open_fully_connected(const struct recipe *r, xnn_operator_t *op)
{
	const struct dnnfile_layer *l = r->layer;
	size_t inputs = (size_t)l->in_h * l->in_w * r->channels;
	enum xnn_status status;

	status = xnn_create_fully_connected_nc_f32(inputs, l->out_c, inputs, l->out_c,
						   tensor(r, DNNFILE_WEIGHTS),
						   tensor(r, DNNFILE_BIAS), -INFINITY, INFINITY,
						   0, op);
	if (status != xnn_status_success)
		return status;
	return xnn_setup_fully_connected_nc_f32(*op, 1, r->in.values, r->out.values, NULL);
}

enum xnn_status operator_f32(const struct recipe *r, xnn_operator_t *op)
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
	/*
	 * The loader lets nothing else pass but a classifier. A fully connected operator wants
	 * all its inputs side by side, but between the channels that a group reads lie those of
	 * later groups, pixel for pixel. A convolution whose kernel is the whole map is the same
	 * sum and steps over them. Also where nothing lies between (the top group of a session):
	 * the logits of a group shall not depend, by a rounding, on how many more groups there
	 * are.
	 */
	return r->strided ? open_window(r, l->in_h, l->in_w, op) : open_fully_connected(r, op);
}
