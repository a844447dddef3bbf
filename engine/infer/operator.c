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

static enum xnn_status open_conv(struct dyndnn_session *session, const struct dnnfile_layer *layer,
				 const float *weights, const float *bias, const float *in,
				 float *out, xnn_operator_t *op)
{
	float least = layer->flags & DNNFILE_RELU ? 0.0f : -INFINITY;
	enum xnn_status status;

	status = xnn_create_convolution2d_nhwc_f32(layer->padding, layer->padding, layer->padding,
						   layer->padding, layer->kernel, layer->kernel,
						   layer->stride, layer->stride, 1, 1, 1,
						   layer->in_c, layer->out_c, layer->in_c,
						   layer->out_c, weights, bias, least, INFINITY,
						   flags_of(session), op);
	if (status != xnn_status_success)
		return status;
	return xnn_setup_convolution2d_nhwc_f32(*op, 1, layer->in_h, layer->in_w, in, out,
						session->pool);
}

static enum xnn_status open_max_pool(struct dyndnn_session *session, const struct dnnfile_layer *layer,
				 const float *in, float *out, xnn_operator_t *op)
{
	enum xnn_status status;

	status = xnn_create_max_pooling2d_nhwc_f32(layer->padding, layer->padding, layer->padding,
						   layer->padding, layer->kernel, layer->kernel,
						   layer->stride, layer->stride, 1, 1, layer->in_c,
						   layer->in_c, layer->out_c, -INFINITY, INFINITY,
						   flags_of(session), op);
	if (status != xnn_status_success)
		return status;
	return xnn_setup_max_pooling2d_nhwc_f32(*op, 1, layer->in_h, layer->in_w, in, out,
						session->pool);
}

/* Padding is left out of the mean, which XNNPACK calls pixelwise. */
static enum xnn_status open_avg_pool(struct dyndnn_session *session,
				     const struct dnnfile_layer *layer, const float *in,
				     float *out, xnn_operator_t *op)
{
	enum xnn_status status;

	status = xnn_create_average_pooling2d_nhwc_f32(layer->padding, layer->padding,
						       layer->padding, layer->padding,
						       layer->kernel, layer->kernel,
						       layer->stride, layer->stride, layer->in_c,
						       layer->in_c, layer->out_c, -INFINITY,
						       INFINITY, flags_of(session), op);
	if (status != xnn_status_success)
		return status;
	return xnn_setup_average_pooling2d_nhwc_f32(*op, 1, layer->in_h, layer->in_w, in, out,
						    session->pool);
}

static enum xnn_status open_classifier(struct dyndnn_session *session,
				       const struct dnnfile_layer *layer, const float *weights,
				       const float *bias, const float *in, float *out,
				       xnn_operator_t *op)
{
	size_t inputs = (size_t)layer->in_h * layer->in_w * layer->in_c;
	enum xnn_status status;

	status = xnn_create_fully_connected_nc_f32(inputs, layer->out_c, inputs, layer->out_c,
						   weights, bias, -INFINITY, INFINITY,
						   flags_of(session), op);
	if (status != xnn_status_success)
		return status;
	return xnn_setup_fully_connected_nc_f32(*op, 1, in, out, session->pool);
}

int dyndnn_operator_open(struct dyndnn_session *session, uint32_t group, uint32_t layer,
			 const float *in, float *out, xnn_operator_t *op)
{
	const struct dnnfile_layer *l = &session->model->shape.layer[layer];
	const float *weights = dyndnn_model_weights(session->model, group, layer);
	const float *bias = dyndnn_model_bias(session->model, group, layer);
	enum xnn_status status;

	if (l->kind == DNNFILE_CONV2D)
		status = open_conv(session, l, weights, bias, in, out, op);
	else if (l->kind == DNNFILE_MAX_POOL)
		status = open_max_pool(session, l, in, out, op);
	else if (l->kind == DNNFILE_AVG_POOL)
		status = open_avg_pool(session, l, in, out, op);
	else
		status = open_classifier(session, l, weights, bias, in, out, op);
	if (status == xnn_status_success)
		return 0;
	return dyndnn_fail(&session->error, to_errno(status),
			   "group %u, layer %u: XNNPACK refuses the layer with status %d", group,
			   layer + 1, status);
}
