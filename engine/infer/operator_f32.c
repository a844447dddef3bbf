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

/* groups: of the library's: each reads its part of the channels and makes its part. */
static enum xnn_status open_window(const struct recipe *r, uint32_t kernel_h, uint32_t kernel_w,
				   uint32_t groups, xnn_operator_t *op)
{
	const struct dnnfile_layer *l = r->layer;
	enum xnn_status status;

	status = xnn_create_convolution2d_nhwc_f32(l->padding, l->padding, l->padding, l->padding,
						   kernel_h, kernel_w, l->stride, l->stride, 1, 1,
						   groups, r->channels / groups, l->out_c / groups,
						   r->in.stride, r->out.stride,
						   tensor(r, DNNFILE_WEIGHTS),
						   tensor(r, DNNFILE_BIAS), least(r), INFINITY,
						   r->flags, op);
	if (status != xnn_status_success)
		return status;
	return xnn_setup_convolution2d_nhwc_f32(*op, 1, l->in_h, l->in_w, r->in.values,
						r->out.values, r->pool);
}

static enum xnn_status open_max_pool(const struct recipe *r, xnn_operator_t *op)
{
	const struct dnnfile_layer *l = r->layer;
	enum xnn_status status;

	status = xnn_create_max_pooling2d_nhwc_f32(l->padding, l->padding, l->padding, l->padding,
						   l->kernel, l->kernel, l->stride, l->stride, 1, 1,
						   r->channels, r->in.stride, r->out.stride,
						   -INFINITY, INFINITY, r->flags, op);
	if (status != xnn_status_success)
		return status;
	return xnn_setup_max_pooling2d_nhwc_f32(*op, 1, l->in_h, l->in_w, r->in.values,
						r->out.values, r->pool);
}

static enum xnn_status open_global_pool(const struct recipe *r, xnn_operator_t *op)
{
	const struct dnnfile_layer *l = r->layer;
	enum xnn_status status;

	status = xnn_create_global_average_pooling_nwc_f32(r->channels, r->in.stride,
							   r->out.stride, -INFINITY, INFINITY,
							   r->flags, op);
	if (status != xnn_status_success)
		return status;
	return xnn_setup_global_average_pooling_nwc_f32(*op, 1, (size_t)l->in_h * l->in_w,
							r->in.values, r->out.values, r->pool);
}

/* XNNPACK leaves padding out of the mean, too. */
static enum xnn_status open_avg_pool(const struct recipe *r, xnn_operator_t *op)
{
	const struct dnnfile_layer *l = r->layer;
	enum xnn_status status;

	status = xnn_create_average_pooling2d_nhwc_f32(l->padding, l->padding, l->padding,
						       l->padding, l->kernel, l->kernel, l->stride,
						       l->stride, r->channels, r->in.stride,
						       r->out.stride, -INFINITY, INFINITY,
						       r->flags, op);
	if (status != xnn_status_success)
		return status;
	return xnn_setup_average_pooling2d_nhwc_f32(*op, 1, l->in_h, l->in_w, r->in.values,
						    r->out.values, r->pool);
}

static enum xnn_status open_residual(const struct recipe *r, xnn_operator_t *op)
{
	const size_t count = dnnfile_output_count(r->layer);
	enum xnn_status status;

	status = xnn_create_add_nd_f32(least(r), INFINITY, r->flags, op);
	if (status != xnn_status_success)
		return status;
	return xnn_setup_add_nd_f32(*op, 1, &count, 1, &count, r->in.values, r->addend.values,
				    r->out.values, r->pool);
}

static enum xnn_status open_fully_connected(const struct recipe *r, xnn_operator_t *op)
{
	const struct dnnfile_layer *l = r->layer;
	size_t inputs = (size_t)l->in_h * l->in_w * r->channels;
	enum xnn_status status;

	status = xnn_create_fully_connected_nc_f32(inputs, l->out_c, inputs, l->out_c,
						   tensor(r, DNNFILE_WEIGHTS),
						   tensor(r, DNNFILE_BIAS), -INFINITY, INFINITY,
						   r->flags, op);
	if (status != xnn_status_success)
		return status;
	/*
	 * Not to be shared by threads: where kernels take inputs by four, XNNPACK finds the second
	 * thread's weights in a wrong place unless the inputs are a multiple of that.
	 */
	return xnn_setup_fully_connected_nc_f32(*op, 1, r->in.values, r->out.values, NULL);
}

enum xnn_status operator_f32(const struct recipe *r, xnn_operator_t *op)
{
	const struct dnnfile_layer *l = r->layer;

	switch (l->kind) {
	case DNNFILE_CONV2D:
		return open_window(r, l->kernel, l->kernel, 1, op);
	case DNNFILE_DEPTHWISE:
		return open_window(r, l->kernel, l->kernel, r->channels, op);
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
	return r->strided ? open_window(r, l->in_h, l->in_w, 1, op) : open_fully_connected(r, op);
}
