// SPDX-License-Identifier: MIT
#include "operator.h"

/* A layer's range (number n, not the image's), of u8. */
static struct dnnfile_range range_of(const struct recipe *r, uint32_t n)
{
	struct dnnfile_range range = dyndnn_model_range(r->model, r->group, n);

	range.zero -= INT8_MIN;
	return range;
}

static const uint8_t *input(const struct recipe *r)
{
	return (const uint8_t *)r->in.values + recipe_input(r) + r->first;
}

static uint8_t *output(const struct recipe *r)
{
	return (uint8_t *)r->out.values + recipe_output(r);
}

static enum xnn_status open_max_pool(const struct recipe *r, xnn_operator_t *op)
{
	const struct dnnfile_layer *l = r->layer;
	enum xnn_status status;

	status = xnn_create_max_pooling2d_nhwc_u8(r->rows.pad_top, l->padding,
						  r->rows.pad_bottom, l->padding,
						  l->kernel, l->kernel, l->stride, l->stride, 1, 1,
						  r->count, r->in.stride, r->out.stride, 0,
						  UINT8_MAX, 0, op);
	if (status != xnn_status_success)
		return status;
	return xnn_setup_max_pooling2d_nhwc_u8(*op, 1, r->rows.in_count, l->in_w, input(r), output(r),
					       NULL);
}

static enum xnn_status open_global_pool(const struct recipe *r, xnn_operator_t *op)
{
	struct dnnfile_range range = range_of(r, r->layer->input);
	const struct dnnfile_layer *l = r->layer;
	enum xnn_status status;

	status = xnn_create_global_average_pooling_nwc_qu8(r->count, r->in.stride,
							   r->out.stride, range.zero, range.scale,
							   range.zero, range.scale, 0, UINT8_MAX,
							   0, op);
	if (status != xnn_status_success)
		return status;
	return xnn_setup_global_average_pooling_nwc_qu8(*op, 1, (size_t)l->in_h * l->in_w,
							input(r), output(r), NULL);
}

static enum xnn_status open_avg_pool(const struct recipe *r, xnn_operator_t *op)
{
	struct dnnfile_range range = range_of(r, r->layer->input);
	const struct dnnfile_layer *l = r->layer;
	enum xnn_status status;

	status = xnn_create_average_pooling2d_nhwc_qu8(0, 0, 0, 0, l->kernel, l->kernel, l->stride,
						       l->stride, r->count, r->in.stride,
						       r->out.stride, range.zero, range.scale,
						       range.zero, range.scale, 0, UINT8_MAX,
						       0, op);
	if (status != xnn_status_success)
		return status;
	return xnn_setup_average_pooling2d_nhwc_qu8(*op, 1, r->rows.in_count, l->in_w, input(r), output(r),
						    NULL);
}

/* Which of the values make no difference, so these lie side by side. */
static enum xnn_status open_residual(const struct recipe *r, xnn_operator_t *op)
{
	struct dnnfile_range in = range_of(r, r->layer->input);
	struct dnnfile_range added = range_of(r, r->layer->addend);
	struct dnnfile_range out = range_of(r, r->index + 1);
	uint8_t least = r->layer->flags & DNNFILE_RELU ? out.zero : 0;
	const size_t pixels = (size_t)r->layer->out_h * r->layer->out_w;
	const size_t first = r->first * pixels, count = r->count * pixels;
	enum xnn_status status;

	status = xnn_create_add_nd_qu8(in.zero, in.scale, added.zero, added.scale, out.zero,
				       out.scale, least, UINT8_MAX, 0, op);
	if (status != xnn_status_success)
		return status;
	return xnn_setup_add_nd_qu8(*op, 1, &count, 1, &count, (uint8_t *)r->in.values + first,
				    (uint8_t *)r->addend.values + first,
				    (uint8_t *)r->out.values + first, NULL);
}

enum xnn_status operator_u8(const struct recipe *r, xnn_operator_t *op)
{
	switch (r->layer->kind) {
	case DNNFILE_MAX_POOL:
		return open_max_pool(r, op);
	case DNNFILE_AVG_POOL:
		return dnnfile_is_global_pool(r->layer) ? open_global_pool(r, op) :
							  open_avg_pool(r, op);
	case DNNFILE_RESIDUAL:
		return open_residual(r, op);
	}
	return xnn_status_unsupported_parameter;
}
