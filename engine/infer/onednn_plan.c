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

/**
 * struct plan - a layer that is being planned
 * @dn: the session's objects
 * @model: the model
 * @group: whose scales are meant, in models of s8
 * @layer: the layer as the file has it
 * @index: from 0
 * @out: what is made
 * @attr: what follows inside the primitive
 * @pd: the primitive's description
 */
struct plan {
	struct onednn *dn;
	const struct dyndnn_model *model;
	uint32_t group;
	const struct dnnfile_layer *layer;
	uint32_t index;
	struct onednn_layer *out;
	dnnl_primitive_attr_t attr;
	dnnl_primitive_desc_t pd;
};

static bool is_s8(const struct plan *p)
{
	return p->model->shape.dtype == DNNFILE_S8;
}

/*
 * Channels, rows and columns; the batch is one image. Models of s8 keep the order that
 * XNNPACK's layers between oneDNN's have; those of f32 have what the library likes.
 */
static int describe(const struct plan *p, dnnl_memory_desc_t *md, uint32_t c, uint32_t h,
		    uint32_t w, dnnl_format_tag_t tag)
{
	const dnnl_dims_t dims = { 1, c, h, w };

	return onednn_check(p->dn, p->dn->api.dnnl_memory_desc_init_by_tag(
			md, 4, dims, is_s8(p) ? dnnl_s8 : dnnl_f32, is_s8(p) ? dnnl_nhwc : tag),
			"a shape");
}

static int describe_output(const struct plan *p, dnnl_memory_desc_t *md, dnnl_format_tag_t tag)
{
	return describe(p, md, p->layer->out_c, p->layer->out_h, p->layer->out_w, tag);
}

/* What layer number n (0: the image) makes. */
static int producer(const struct plan *p, uint32_t n, dnnl_memory_desc_t *md)
{
	const struct dnnfile_layer *l = p->layer;

	if (!n || is_s8(p))
		return describe(p, md, l->in_c, l->in_h, l->in_w, dnnl_nhwc);
	*md = p->dn->layer[n - 1].dst;
	return 0;
}

/* Steps of the output that one of the sum is, for each channel; zero points of both ends. */
static dnnl_status_t set_ranges(struct plan *p)
{
	const float *scales = dyndnn_model_tensor(p->model, p->group, p->index, DNNFILE_SCALES);
	struct dnnfile_range in = dyndnn_model_range(p->model, p->group, p->layer->input);
	struct dnnfile_range out = dyndnn_model_range(p->model, p->group, p->index + 1);
	const struct onednn_api *api = &p->dn->api;
	float steps[DNNFILE_MAX_CHANNELS];
	dnnl_status_t status;

	for (uint32_t o = 0; o < p->layer->out_c; o++)
		steps[o] = in.scale * scales[o] / out.scale;
	status = api->dnnl_primitive_attr_set_output_scales(p->attr, p->layer->out_c, 1 << 1,
							    steps);
	if (status == dnnl_success && in.zero)
		status = api->dnnl_primitive_attr_set_zero_points(p->attr, DNNL_ARG_SRC, 1, 0,
								  &in.zero);
	if (status == dnnl_success && out.zero)
		status = api->dnnl_primitive_attr_set_zero_points(p->attr, DNNL_ARG_DST, 1, 0,
								  &out.zero);
	return status;
}

static int make_attr(struct plan *p)
{
	const struct onednn_api *api = &p->dn->api;
	dnnl_post_ops_t post = NULL;
	dnnl_status_t status;

	status = api->dnnl_primitive_attr_create(&p->attr);
	if (status == dnnl_success)
		status = api->dnnl_primitive_attr_set_scratchpad_mode(p->attr,
								      dnnl_scratchpad_mode_user);
	if (status == dnnl_success && is_s8(p))
		status = set_ranges(p);
	if (status == dnnl_success && p->layer->flags & DNNFILE_RELU) {
		status = api->dnnl_post_ops_create(&post);
		if (status == dnnl_success)
			status = api->dnnl_post_ops_append_eltwise(post, 1, dnnl_eltwise_relu, 0,
								   0);
		if (status == dnnl_success)
			status = api->dnnl_primitive_attr_set_post_ops(p->attr, post);
		if (post)
			api->dnnl_post_ops_destroy(post);
	}
	return onednn_check(p->dn, status, "attributes");
}

static int make_pd(struct plan *p, const_dnnl_op_desc_t desc)
{
	return onednn_check(p->dn, p->dn->api.dnnl_primitive_desc_create(&p->pd, desc, p->attr,
									   p->dn->engine, NULL),
			    "a layer");
}

static int plan_convolution(struct plan *p)
{
	const struct onednn_api *api = &p->dn->api;
	const struct dnnfile_layer *l = p->layer;
	bool depthwise = l->kind == DNNFILE_DEPTHWISE;
	const dnnl_dims_t dense = { l->out_c, l->in_c, l->kernel, l->kernel };
	const dnnl_dims_t grouped = { l->out_c, 1, 1, l->kernel, l->kernel };
	const dnnl_dims_t bias_dims = { l->out_c }, strides = { l->stride, l->stride };
	const dnnl_dims_t padding = { l->padding, l->padding };
	dnnl_memory_desc_t src, weights, bias, dst;
	dnnl_convolution_desc_t desc;
	dnnl_status_t status;
	int ret;

	ret = describe(p, &src, l->in_c, l->in_h, l->in_w, dnnl_format_tag_any);
	if (!ret)
		ret = describe_output(p, &dst, dnnl_format_tag_any);
	if (ret)
		return ret;
	status = api->dnnl_memory_desc_init_by_tag(&weights, depthwise ? 5 : 4,
						   depthwise ? grouped : dense,
						   is_s8(p) ? dnnl_s8 : dnnl_f32,
						   dnnl_format_tag_any);
	if (status == dnnl_success)
		status = api->dnnl_memory_desc_init_by_tag(&bias, 1, bias_dims,
							   is_s8(p) ? dnnl_s32 : dnnl_f32, dnnl_a);
	if (status == dnnl_success)
		status = api->dnnl_convolution_forward_desc_init(&desc, dnnl_forward_inference,
								 dnnl_convolution_direct, &src,
								 &weights, &bias, &dst, strides,
								 padding, padding);
	ret = onednn_check(p->dn, status, "a convolution");
	return ret ? ret : make_pd(p, &desc);
}

static int plan_pool(struct plan *p)
{
	const struct dnnfile_layer *l = p->layer;
	const dnnl_dims_t strides = { l->stride, l->stride }, kernel = { l->kernel, l->kernel };
	const dnnl_dims_t padding = { l->padding, l->padding };
	dnnl_memory_desc_t dst;
	dnnl_pooling_desc_t desc;
	int ret;

	ret = describe_output(p, &dst, dnnl_format_tag_any);
	if (!ret)
		ret = onednn_check(p->dn, p->dn->api.dnnl_pooling_forward_desc_init(
				&desc, dnnl_forward_inference,
				l->kind == DNNFILE_MAX_POOL ? dnnl_pooling_max :
				dnnl_pooling_avg_exclude_padding, &p->out->from, &dst, strides,
				kernel, padding, padding), "a pool");
	return ret ? ret : make_pd(p, &desc);
}

static int plan_residual(struct plan *p)
{
	dnnl_memory_desc_t addend, dst;
	dnnl_binary_desc_t desc;
	int ret;

	ret = producer(p, p->layer->addend, &addend);
	if (!ret)
		ret = describe_output(p, &dst, dnnl_format_tag_any);
	if (!ret)
		ret = onednn_check(p->dn, p->dn->api.dnnl_binary_desc_init(&desc, dnnl_binary_add,
									   &p->out->from, &addend,
									   &dst), "a residual");
	return ret ? ret : make_pd(p, &desc);
}

/* Its weights are in the file's order, so its input must be, too. */
static int plan_classifier(struct plan *p)
{
	const struct onednn_api *api = &p->dn->api;
	const struct dnnfile_layer *l = p->layer;
	const dnnl_dims_t weights_dims = { l->out_c, l->in_c, l->in_h, l->in_w };
	const dnnl_dims_t bias_dims = { l->out_c }, dst_dims = { 1, l->out_c };
	dnnl_memory_desc_t src, weights, bias, dst;
	dnnl_inner_product_desc_t desc;
	dnnl_status_t status;
	int ret;

	ret = describe(p, &src, l->in_c, l->in_h, l->in_w, dnnl_nhwc);
	if (ret)
		return ret;
	status = api->dnnl_memory_desc_init_by_tag(&weights, 4, weights_dims, dnnl_f32, dnnl_nhwc);
	if (status == dnnl_success)
		status = api->dnnl_memory_desc_init_by_tag(&bias, 1, bias_dims, dnnl_f32, dnnl_a);
	if (status == dnnl_success)
		status = api->dnnl_memory_desc_init_by_tag(&dst, 2, dst_dims, dnnl_f32, dnnl_ab);
	if (status == dnnl_success)
		status = api->dnnl_inner_product_forward_desc_init(&desc, dnnl_forward_inference,
								   &src, &weights, &bias, &dst);
	ret = onednn_check(p->dn, status, "a classifier");
	return ret ? ret : make_pd(p, &desc);
}

static int make_main(struct plan *p)
{
	switch (p->layer->kind) {
	case DNNFILE_CONV2D:
	case DNNFILE_DEPTHWISE:
		return plan_convolution(p);
	case DNNFILE_MAX_POOL:
	case DNNFILE_AVG_POOL:
		return plan_pool(p);
	case DNNFILE_RESIDUAL:
		return plan_residual(p);
	}
	return plan_classifier(p);
}

/* The library also has reference code, for machines that it does not know. */
static int check_is_fast(const struct plan *p)
{
	const char *name = NULL;

	p->dn->api.dnnl_primitive_desc_query(p->pd, dnnl_query_impl_info_str, 0, &name);
	if (name && !strncmp(name, "ref", 3) && dnnfile_has_weights(p->layer) &&
	    p->layer->kind != DNNFILE_CLASSIFIER)
		return dyndnn_fail(p->dn->error, -ENOTSUP,
				   "layer %u: oneDNN has no fast kernel for it here",
				   p->index + 1);
	return 0;
}

static void query(const struct plan *p, dnnl_query_t what, int which, dnnl_memory_desc_t *md)
{
	const dnnl_memory_desc_t *found = p->dn->api.dnnl_primitive_desc_query_md(p->pd, what,
										 which);

	if (found)
		*md = *found;
}

static int make_reorder(struct plan *p)
{
	const struct onednn_api *api = &p->dn->api;
	dnnl_primitive_desc_t pd;
	dnnl_status_t status;

	if (api->dnnl_memory_desc_equal(&p->out->from, &p->out->src))
		return 0;
	status = api->dnnl_reorder_primitive_desc_create(&pd, &p->out->from, p->dn->engine,
							 &p->out->src, p->dn->engine, NULL);
	if (status == dnnl_success) {
		status = api->dnnl_primitive_create(&p->out->reorder, pd);
		api->dnnl_primitive_desc_destroy(pd);
	}
	return onednn_check(p->dn, status, "a change of layout");
}

int onednn_plan(struct onednn *dn, const struct dyndnn_model *model, uint32_t group,
		uint32_t layer, struct onednn_layer *out)
{
	struct plan p = {
		.dn = dn, .model = model, .group = group, .layer = &model->shape.layer[layer],
		.index = layer, .out = out,
	};
	int ret;

	ret = producer(&p, p.layer->input, &out->from);
	if (!ret)
		ret = make_attr(&p);
	if (!ret)
		ret = make_main(&p);
	if (!ret)
		ret = check_is_fast(&p);
	if (!ret)
		ret = onednn_check(dn, dn->api.dnnl_primitive_create(&out->main, p.pd),
				   "a layer");
	if (!ret) {
		query(&p, dnnl_query_src_md, 0, &out->src);
		query(&p, dnnl_query_dst_md, 0, &out->dst);
		query(&p, dnnl_query_scratchpad_md, 0, &out->scratchpad);
		if (dnnfile_has_weights(p.layer)) {
			query(&p, dnnl_query_weights_md, 0, &out->weights);
			query(&p, dnnl_query_weights_md, 1, &out->bias);
		}
		ret = make_reorder(&p);
	}
	if (p.pd)
		dn->api.dnnl_primitive_desc_destroy(p.pd);
	if (p.attr)
		dn->api.dnnl_primitive_attr_destroy(p.attr);
	return ret;
}
#endif
