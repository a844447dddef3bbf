// SPDX-License-Identifier: MIT
#ifdef __x86_64__
#include <errno.h>
#include <string.h>

#include "../model/error.h"
#include "onednn.h"

int onednn_check(const struct onednn *dn, dnnl_status_t status, const char *what)
{
	if (status == dnnl_success)
		return 0;
	return dyndnn_fail(dn->error, status == dnnl_out_of_memory ? -ENOMEM :
			   status == dnnl_unimplemented ? -ENOTSUP : -EIO,
			   "oneDNN refuses %s with status %d", what, status);
}

/* Without such instructions kernels add two products of u8 and s8 in 16 bits. */
static bool adds_in_32_bits(void)
{
	return __builtin_cpu_supports("avx512vnni");
}

float onednn_weights_scale(const struct dnnfile_layer *layer, bool quantised)
{
	/* For s8 sources, those of the image, the library sees to it itself. */
	return quantised && layer->input && !adds_in_32_bits() ? 0.5f : 1;
}

/**
 * struct draft - a convolution that is being planned
 * @api: the library's calls
 * @model: the model
 * @group: whose scales are meant, in models of s8
 * @index: of the layer, from 0
 * @layer: the layer
 * @rows: that are meant
 * @quantised: values are integers: u8 between layers, s8 of the image
 * @flip_src: what makes of its zero point in the file that of what it reads
 * @flip_dst: likewise, of what it makes
 * @desc: what the library is asked for
 * @attr: what follows inside the primitive
 * @pd: how the library does it
 */
struct draft {
	const struct onednn_api *api;
	const struct dyndnn_model *model;
	uint32_t group;
	uint32_t index;
	const struct dnnfile_layer *layer;
	const struct rows *rows;
	bool quantised;
	int32_t flip_src, flip_dst;
	dnnl_convolution_desc_t desc;
	dnnl_primitive_attr_t attr;
	dnnl_primitive_desc_t pd;
};

static dnnl_status_t describe(struct draft *d)
{
	const struct onednn_api *api = d->api;
	const struct dnnfile_layer *l = d->layer;
	bool depthwise = l->kind == DNNFILE_DEPTHWISE;
	dnnl_data_type_t src_type = d->flip_src ? dnnl_u8 : d->quantised ? dnnl_s8 : dnnl_f32;
	dnnl_data_type_t dst_type = d->flip_dst ? dnnl_u8 : dnnl_f32;
	const dnnl_dims_t src_dims = { 1, l->in_c, d->rows->in_count, l->in_w };
	const dnnl_dims_t dst_dims = { 1, l->out_c, d->rows->count, l->out_w };
	const dnnl_dims_t dense = { l->out_c, l->in_c, l->kernel, l->kernel };
	const dnnl_dims_t grouped = { l->out_c, 1, 1, l->kernel, l->kernel };
	const dnnl_dims_t bias_dims = { l->out_c }, strides = { l->stride, l->stride };
	const dnnl_dims_t before = { d->rows->pad_top, l->padding };
	const dnnl_dims_t after = { d->rows->pad_bottom, l->padding };
	dnnl_memory_desc_t src, weights, bias, dst;
	dnnl_status_t status;

	status = api->dnnl_memory_desc_init_by_tag(&src, 4, src_dims, src_type, dnnl_nhwc);
	if (status == dnnl_success)
		status = api->dnnl_memory_desc_init_by_tag(&dst, 4, dst_dims, dst_type, dnnl_nhwc);
	if (status == dnnl_success)
		status = api->dnnl_memory_desc_init_by_tag(&weights, depthwise ? 5 : 4,
							   depthwise ? grouped : dense,
							   d->quantised ? dnnl_s8 : dnnl_f32,
							   dnnl_format_tag_any);
	if (status == dnnl_success)
		status = api->dnnl_memory_desc_init_by_tag(&bias, 1, bias_dims, dnnl_f32, dnnl_a);
	if (status == dnnl_success)
		status = api->dnnl_convolution_forward_desc_init(&d->desc, dnnl_forward_inference,
								 dnnl_convolution_direct, &src,
								 &weights, &bias, &dst, strides,
								 before, after);
	return status;
}

/* Steps of the output that one of the sum is, for each channel; zero points of both ends. */
static dnnl_status_t set_ranges(struct draft *d)
{
	const float *scales = dyndnn_model_tensor(d->model, d->group, d->index, DNNFILE_SCALES);
	struct dnnfile_range in = dyndnn_model_range(d->model, d->group, d->layer->input);
	struct dnnfile_range out = dyndnn_model_range(d->model, d->group, d->index + 1);
	float steps[DNNFILE_MAX_CHANNELS];
	dnnl_status_t status;

	in.zero += d->flip_src;
	out.zero += d->flip_dst;
	for (uint32_t o = 0; o < d->layer->out_c; o++)
		steps[o] = in.scale * scales[o] / onednn_weights_scale(d->layer, d->quantised) /
			   out.scale;
	status = d->api->dnnl_primitive_attr_set_output_scales(d->attr, d->layer->out_c, 1 << 1,
							       steps);
	if (status == dnnl_success && in.zero)
		status = d->api->dnnl_primitive_attr_set_zero_points(d->attr, DNNL_ARG_SRC, 1, 0,
								     &in.zero);
	if (status == dnnl_success && out.zero)
		status = d->api->dnnl_primitive_attr_set_zero_points(d->attr, DNNL_ARG_DST, 1, 0,
								     &out.zero);
	return status;
}

static dnnl_status_t set_relu(struct draft *d)
{
	dnnl_post_ops_t post;
	dnnl_status_t status = d->api->dnnl_post_ops_create(&post);

	if (status != dnnl_success)
		return status;
	status = d->api->dnnl_post_ops_append_eltwise(post, 1, dnnl_eltwise_relu, 0, 0);
	if (status == dnnl_success)
		status = d->api->dnnl_primitive_attr_set_post_ops(d->attr, post);
	d->api->dnnl_post_ops_destroy(post);
	return status;
}

static dnnl_status_t make_attr(struct draft *d)
{
	dnnl_status_t status = d->api->dnnl_primitive_attr_create(&d->attr);

	if (status == dnnl_success)
		status = d->api->dnnl_primitive_attr_set_scratchpad_mode(
				d->attr, dnnl_scratchpad_mode_user);
	if (status == dnnl_success && d->quantised)
		status = set_ranges(d);
	if (status == dnnl_success && d->layer->flags & DNNFILE_RELU)
		status = set_relu(d);
	return status;
}

/*
 * The kernels that the library makes itself. It also has reference code, a way by way of products
 * of matrices, which is slow for such small maps, and for AVX-512 one of batches of such products
 * (brgconv), which in 2.6 writes past its scratchpad where there is more padding than usual.
 */
static bool is_fast(const struct draft *d)
{
	const char *name = NULL;

	d->api->dnnl_primitive_desc_query(d->pd, dnnl_query_impl_info_str, 0, &name);
	return name && !strncmp(name, "jit", 3);
}

/* The first fast one of the library's ways. dnnl_unimplemented: there is none. */
static dnnl_status_t choose_way(struct draft *d, dnnl_engine_t engine)
{
	const struct onednn_api *api = d->api;
	dnnl_primitive_desc_iterator_t way;
	dnnl_status_t status;

	status = api->dnnl_primitive_desc_iterator_create(&way, &d->desc, d->attr, engine, NULL);
	if (status != dnnl_success)
		return status;
	do {
		if (d->pd)
			api->dnnl_primitive_desc_destroy(d->pd);
		d->pd = api->dnnl_primitive_desc_iterator_fetch(way);
		if (d->pd && is_fast(d))
			break;
		status = api->dnnl_primitive_desc_iterator_next(way);
	} while (status == dnnl_success);
	api->dnnl_primitive_desc_iterator_destroy(way);
	return status == dnnl_iterator_ends ? dnnl_unimplemented : status;
}

static void query(const struct draft *d, dnnl_query_t what, int which, dnnl_memory_desc_t *md)
{
	const dnnl_memory_desc_t *found = d->api->dnnl_primitive_desc_query_md(d->pd, what,
									       which);

	if (found)
		*md = *found;
}

int onednn_plan(struct onednn *dn, const struct dyndnn_model *model, uint32_t group,
		uint32_t layer, const struct rows *rows, struct onednn_plan *plan)
{
	struct draft d = {
		.api = &dn->api, .model = model, .group = group, .index = layer,
		.layer = &model->shape.layer[layer], .rows = rows,
		.quantised = model->shape.dtype == DNNFILE_S8,
	};
	dnnl_status_t status;
	bool slow = false;

	if (d.quantised) {
		d.flip_src = d.layer->input ? ONEDNN_FLIP : 0;
		d.flip_dst = ONEDNN_FLIP;
	}
	status = describe(&d);
	if (status == dnnl_success)
		status = make_attr(&d);
	if (status == dnnl_success) {
		status = choose_way(&d, dn->engine);
		slow = status == dnnl_unimplemented;
	}
	if (status == dnnl_success) {
		query(&d, dnnl_query_src_md, 0, &plan->src);
		query(&d, dnnl_query_weights_md, 0, &plan->weights);
		query(&d, dnnl_query_weights_md, 1, &plan->bias);
		query(&d, dnnl_query_dst_md, 0, &plan->dst);
		query(&d, dnnl_query_scratchpad_md, 0, &plan->scratchpad);
		status = d.api->dnnl_primitive_create(&plan->primitive, d.pd);
	}
	if (d.pd)
		d.api->dnnl_primitive_desc_destroy(d.pd);
	if (d.attr)
		d.api->dnnl_primitive_attr_destroy(d.attr);
	return slow ? 1 : onednn_check(dn, status, "a convolution");
}
#endif
