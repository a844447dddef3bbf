// SPDX-License-Identifier: MIT
/*
 * One XNNPACK operator per group and layer. A grouped operator per level would
 * be as fast but needs its own packed copy of the weights at each level.
 */
#include <errno.h>
#include <math.h>

#include "../model/error.h"
#include "session.h"

static int to_errno(enum xnn_status status)
{
	switch (status) {
	case xnn_status_success:
		return 0;
	case xnn_status_out_of_memory:
		return -ENOMEM;
	case xnn_status_unsupported_hardware:
	case xnn_status_unsupported_parameter:
		return -ENOTSUP;
	default:
		return -EIO;
	}
}

/*
 * Idle workers shall sleep, not spin: other streams need the cores. With two
 * threads on two busy cores, waking them doubles the median time of a frame, but
 * spinning makes its 99th percentile about five times worse.
 */
static uint32_t flags_of(const struct dyndnn_session *session)
{
	return session->pool ? XNN_FLAG_YIELD_WORKERS : 0;
}

/* What one operator is made of. */
struct recipe {
	const struct dnnfile_layer *layer;
	uint32_t channels;	/* that it reads of each pixel */
	bool strided;		/* other groups' channels may lie between its pixels */
	const float *weights;
	const float *bias;
	struct dyndnn_map in, out;
	uint32_t flags;
	pthreadpool_t pool;
};

static enum xnn_status open_conv(const struct recipe *r, xnn_operator_t *op)
{
	const struct dnnfile_layer *l = r->layer;
	float least = l->flags & DNNFILE_RELU ? 0.0f : -INFINITY;
	enum xnn_status status;

	status = xnn_create_convolution2d_nhwc_f32(l->padding, l->padding, l->padding, l->padding,
						   l->kernel, l->kernel, l->stride, l->stride, 1, 1,
						   1, r->channels, l->out_c, r->in.stride,
						   r->out.stride, r->weights, r->bias, least,
						   INFINITY, r->flags, op);
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

static enum xnn_status open_fully_connected(const struct recipe *r, xnn_operator_t *op)
{
	const struct dnnfile_layer *l = r->layer;
	size_t inputs = (size_t)l->in_h * l->in_w * r->channels;
	enum xnn_status status;

	status = xnn_create_fully_connected_nc_f32(inputs, l->out_c, inputs, l->out_c, r->weights,
						   r->bias, -INFINITY, INFINITY, r->flags, op);
	if (status != xnn_status_success)
		return status;
	return xnn_setup_fully_connected_nc_f32(*op, 1, r->in.values, r->out.values, r->pool);
}

/*
 * A fully connected operator wants all its inputs side by side, but between the
 * channels that a group reads lie those of later groups, pixel for pixel. A
 * convolution whose kernel is the whole map is the same sum and steps over them.
 * Also where nothing lies between (the top group of a session): the logits of a
 * group shall not depend, by a rounding, on how many more groups there are.
 */
static enum xnn_status open_strided_classifier(const struct recipe *r, xnn_operator_t *op)
{
	const struct dnnfile_layer *l = r->layer;
	enum xnn_status status;

	status = xnn_create_convolution2d_nhwc_f32(0, 0, 0, 0, l->in_h, l->in_w, 1, 1, 1, 1, 1,
						   r->channels, l->out_c, r->in.stride,
						   r->out.stride, r->weights, r->bias, -INFINITY,
						   INFINITY, r->flags, op);
	if (status != xnn_status_success)
		return status;
	return xnn_setup_convolution2d_nhwc_f32(*op, 1, l->in_h, l->in_w, r->in.values,
						r->out.values, r->pool);
}

static enum xnn_status open_any(const struct recipe *r, xnn_operator_t *op)
{
	switch (r->layer->kind) {
	case DNNFILE_CONV2D:
		return open_conv(r, op);
	case DNNFILE_MAX_POOL:
		return open_max_pool(r, op);
	case DNNFILE_AVG_POOL:
		return open_avg_pool(r, op);
	default:
		/* The loader lets no other kind pass. */
		return r->strided ? open_strided_classifier(r, op) : open_fully_connected(r, op);
	}
}

int dyndnn_operator_open(struct dyndnn_session *session, uint32_t group, uint32_t layer,
			 struct dyndnn_map in, struct dyndnn_map out, xnn_operator_t *op)
{
	const struct dnnfile_shape *shape = &session->model->shape;
	const struct recipe recipe = {
		.layer = &shape->layer[layer],
		.channels = dnnfile_read_channels(shape, layer, group),
		.strided = shape->wiring == DNNFILE_TRIANGULAR,
		.weights = dyndnn_model_weights(session->model, group, layer),
		.bias = dyndnn_model_bias(session->model, group, layer),
		.in = in, .out = out, .flags = flags_of(session), .pool = session->pool,
	};
	enum xnn_status status = open_any(&recipe, op);

	if (status == xnn_status_success)
		return 0;
	return dyndnn_fail(&session->error, to_errno(status),
			   "group %u, layer %u: XNNPACK refuses the layer with status %d", group,
			   layer + 1, status);
}
