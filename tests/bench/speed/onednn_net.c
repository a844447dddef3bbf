// SPDX-License-Identifier: MIT
/*
 * A walk over the layers with one function for each kind of layer. Every primitive may choose
 * its layouts; weights and image are brought into them once.
 */
#include <stdlib.h>
#include <string.h>

#include "onednn_net.h"

struct builder {
	struct onednn_net *net;
	struct dn *dn;
	const struct speed_job *job;
	struct speed_groups groups;
	float scale;
	dnnl_memory_t out[DNNFILE_MAX_LAYERS];	/* of each layer so far */
};

/* Values, which it frees, in a plain layout. */
static dnnl_memory_t plain(struct dn *dn, const dnnl_memory_desc_t *md, float *values)
{
	dnnl_memory_t mem = dn_memory(dn, md, NULL);
	float *data = dn_data(dn, mem);

	if (!values)
		dn_check(dn, dnnl_out_of_memory, "weights");
	else if (data)
		memcpy(data, values, dnnl_memory_desc_get_size(md));
	free(values);
	return mem;
}

/* The same in another layout, copied now and for good. */
static dnnl_memory_t constant(struct dn *dn, dnnl_memory_t from, const dnnl_memory_desc_t *md)
{
	struct dn_list now = { 0 };
	dnnl_memory_t mem = dn_list_layout(dn, &now, from, md);

	dn_list_run(dn, &now);
	dn_list_free(&now);
	return mem;
}

static dnnl_memory_t plain_image(struct builder *b)
{
	const struct dnnfile_shape *shape = &b->job->model->shape;
	const dnnl_dim_t dims[] = { 1, shape->image_c, shape->image_h, shape->image_w };
	dnnl_memory_desc_t md = dn_md(b->dn, 4, dims, dnnl_nchw);

	return plain(b->dn, &md, speed_planar_image(b->job->model, b->job->image));
}

/* What a layer reads, in the layout that its primitive wants. */
static dnnl_memory_t source(struct builder *b, uint32_t layer, dnnl_primitive_desc_t pd)
{
	const dnnl_memory_desc_t *md = dn_md_of(b->dn, pd, dnnl_query_src_md);
	uint32_t input = b->job->model->shape.layer[layer].input;

	if (!input)
		return constant(b->dn, plain_image(b), md);
	return dn_list_layout(b->dn, &b->net->ops, b->out[input - 1], md);
}

/* The layout in which layer number n left its output. */
static const dnnl_memory_desc_t *layout_of(struct builder *b, uint32_t n)
{
	static const dnnl_memory_desc_t none;
	const dnnl_memory_desc_t *md = &none;

	if (!dn_error(b->dn))
		dn_check(b->dn, dnnl_memory_get_memory_desc(b->out[n - 1], &md), "layout");
	return md;
}

/* Append the primitive of a layer with its input and output. */
static struct dn_op *append(struct builder *b, uint32_t layer, dnnl_primitive_desc_t pd)
{
	struct dn *dn = b->dn;
	dnnl_memory_t src = source(b, layer, pd);
	struct dn_op *op = dn_list_add(dn, &b->net->ops);

	b->out[layer] = dn_memory(dn, dn_md_of(dn, pd, dnnl_query_dst_md), NULL);
	dn_op_init(dn, op, pd);
	dn_arg(dn, op, DNNL_ARG_SRC, src);
	dn_arg(dn, op, DNNL_ARG_DST, b->out[layer]);
	return op;
}

static void add_weights(struct builder *b, struct dn_op *op, dnnl_primitive_desc_t pd,
			dnnl_memory_t weights, dnnl_memory_t bias)
{
	struct dn *dn = b->dn;

	dn_arg(dn, op, DNNL_ARG_WEIGHTS,
	       constant(dn, weights, dn_md_of(dn, pd, dnnl_query_weights_md)));
	dn_arg(dn, op, DNNL_ARG_BIAS, bias);
}

/* ReLU becomes a part of the convolution. */
static dnnl_primitive_attr_t attributes(struct dn *dn, bool relu)
{
	dnnl_primitive_attr_t attr = NULL;
	dnnl_post_ops_t post = NULL;

	if (!dn_check(dn, dnnl_primitive_attr_create(&attr), "attributes") ||
	    !dn_check(dn, dnnl_post_ops_create(&post), "attributes"))
		return attr;
	if (relu)
		dn_check(dn, dnnl_post_ops_append_eltwise(post, 1.0f, dnnl_eltwise_relu, 0.0f,
							  0.0f), "ReLU");
	dn_check(dn, dnnl_primitive_attr_set_post_ops(attr, post), "attributes");
	dn_check(dn, dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user),
		 "attributes");
	dnnl_post_ops_destroy(post);
	return attr;
}

static void add_conv(struct builder *b, uint32_t layer)
{
	const struct dnnfile_layer *l = &b->job->model->shape.layer[layer];
	const bool depthwise = l->kind == DNNFILE_DEPTHWISE;
	const dnnl_dim_t count = speed_count(b->groups), outputs = count * l->out_c;
	const dnnl_dim_t groups = depthwise ? outputs : l->input ? count : 1;
	const dnnl_dim_t inputs = depthwise ? 1 : l->in_c;
	const dnnl_dim_t src[] = { 1, groups * inputs, l->in_h, l->in_w };
	const dnnl_dim_t dst[] = { 1, outputs, l->out_h, l->out_w };
	const dnnl_dim_t of_groups[] = { groups, outputs / groups, inputs, l->kernel, l->kernel };
	const dnnl_dim_t *weights = groups > 1 ? of_groups : of_groups + 1;
	const int dims = groups > 1 ? 5 : 4;
	const dnnl_dims_t strides = { l->stride, l->stride }, padding = { l->padding, l->padding };
	struct dn *dn = b->dn;
	dnnl_memory_desc_t src_md = dn_any(dn, 4, src), dst_md = dn_any(dn, 4, dst);
	dnnl_memory_desc_t weights_md = dn_any(dn, dims, weights);
	dnnl_memory_desc_t plain_md = dn_md(dn, dims, weights, groups > 1 ? dnnl_goihw : dnnl_oihw);
	dnnl_memory_desc_t bias_md = dn_md(dn, 1, &outputs, dnnl_a);
	dnnl_primitive_attr_t attr;
	dnnl_convolution_desc_t desc;
	dnnl_primitive_desc_t pd;

	if (dn_error(dn) ||
	    !dn_check(dn, dnnl_convolution_forward_desc_init(&desc, dnnl_forward_inference,
							     dnnl_convolution_auto, &src_md,
							     &weights_md, &bias_md, &dst_md,
							     strides, padding, padding),
		      "convolution"))
		return;
	attr = attributes(dn, l->flags & DNNFILE_RELU);
	pd = dn_pd(dn, &desc, attr, NULL, "convolution");
	if (attr)
		dnnl_primitive_attr_destroy(attr);
	add_weights(b, append(b, layer, pd), pd,
		    plain(dn, &plain_md, speed_conv_weights(b->job->model, layer, b->groups)),
		    plain(dn, &bias_md, speed_conv_bias(b->job->model, layer, b->groups)));
}

static void add_pool(struct builder *b, uint32_t layer, dnnl_alg_kind_t kind)
{
	const struct dnnfile_layer *l = &b->job->model->shape.layer[layer];
	const dnnl_dim_t channels = (dnnl_dim_t)speed_count(b->groups) * l->out_c;
	const dnnl_dim_t dst[] = { 1, channels, l->out_h, l->out_w };
	const dnnl_dims_t strides = { l->stride, l->stride }, padding = { l->padding, l->padding };
	const dnnl_dims_t window = { l->kernel, l->kernel };
	struct dn *dn = b->dn;
	dnnl_memory_desc_t dst_md = dn_any(dn, 4, dst);
	/* A pool takes any layout: the one that is there. */
	const dnnl_memory_desc_t *src_md = layout_of(b, l->input);
	dnnl_pooling_desc_t desc;

	if (dn_error(dn) ||
	    !dn_check(dn, dnnl_pooling_forward_desc_init(&desc, dnnl_forward_inference, kind,
							 src_md, &dst_md, strides, window,
							 padding, padding),
		      "pool"))
		return;
	append(b, layer, dn_pd(dn, &desc, NULL, NULL, "pool"));
}

static void add_residual(struct builder *b, uint32_t layer)
{
	const struct dnnfile_layer *l = &b->job->model->shape.layer[layer];
	const dnnl_dim_t channels = (dnnl_dim_t)speed_count(b->groups) * l->out_c;
	const dnnl_dim_t dst[] = { 1, channels, l->out_h, l->out_w };
	struct dn *dn = b->dn;
	dnnl_memory_desc_t dst_md = dn_any(dn, 4, dst);
	const dnnl_memory_desc_t *src_md = layout_of(b, l->input);
	const dnnl_memory_desc_t *addend_md = layout_of(b, l->addend);
	dnnl_primitive_attr_t attr;
	dnnl_binary_desc_t desc;
	dnnl_primitive_desc_t pd;

	if (dn_error(dn) ||
	    !dn_check(dn, dnnl_binary_desc_init(&desc, dnnl_binary_add, src_md, addend_md,
						&dst_md), "residual"))
		return;
	attr = attributes(dn, l->flags & DNNFILE_RELU);
	pd = dn_pd(dn, &desc, attr, NULL, "residual");
	if (attr)
		dnnl_primitive_attr_destroy(attr);
	dn_arg(dn, append(b, layer, pd), DNNL_ARG_SRC_1, b->out[l->addend - 1]);
}

static void add_classifier(struct builder *b, uint32_t layer)
{
	const struct dyndnn_model *model = b->job->model;
	const struct dnnfile_layer *l = &model->shape.layer[layer];
	const dnnl_dim_t classes = l->out_c;
	const dnnl_dim_t channels = (dnnl_dim_t)speed_count(b->groups) * l->in_c;
	const dnnl_dim_t src[] = { 1, channels, l->in_h, l->in_w };
	const dnnl_dim_t weights[] = { classes, channels, l->in_h, l->in_w };
	const dnnl_dim_t dst[] = { 1, classes };
	struct dn *dn = b->dn;
	dnnl_memory_desc_t src_md = dn_any(dn, 4, src), weights_md = dn_any(dn, 4, weights);
	dnnl_memory_desc_t plain_md = dn_md(dn, 4, weights, dnnl_oihw);
	dnnl_memory_desc_t bias_md = dn_md(dn, 1, &classes, dnnl_a);
	dnnl_memory_desc_t dst_md = dn_md(dn, 2, dst, dnnl_ab);
	dnnl_inner_product_desc_t desc;
	dnnl_primitive_desc_t pd;

	if (dn_error(dn) ||
	    !dn_check(dn, dnnl_inner_product_forward_desc_init(&desc, dnnl_forward_inference,
							       &src_md, &weights_md, &bias_md,
							       &dst_md),
		      "classifier"))
		return;
	pd = dn_pd(dn, &desc, NULL, NULL, "classifier");
	add_weights(b, append(b, layer, pd), pd,
		    plain(dn, &plain_md,
			  speed_classifier_weights(model, layer, b->groups, b->scale)),
		    plain(dn, &bias_md, speed_classifier_bias(model, layer, b->groups, b->scale)));
	b->net->logits = dn_data(dn, b->out[layer]);
}

static bool add_layer(struct builder *b, uint32_t layer, char *why)
{
	switch (b->job->model->shape.layer[layer].kind) {
	case DNNFILE_CONV2D:
	case DNNFILE_DEPTHWISE:
		add_conv(b, layer);
		return true;
	case DNNFILE_RESIDUAL:
		add_residual(b, layer);
		return true;
	case DNNFILE_MAX_POOL:
		add_pool(b, layer, dnnl_pooling_max);
		return true;
	case DNNFILE_AVG_POOL:
		add_pool(b, layer, dnnl_pooling_avg_exclude_padding);
		return true;
	case DNNFILE_CLASSIFIER:
		add_classifier(b, layer);
		return true;
	default:
		return speed_cannot(why, "layer %u is of kind %u, which this peer was not taught",
				    layer + 1, b->job->model->shape.layer[layer].kind);
	}
}

bool onednn_net_open(struct onednn_net *net, struct dn *dn, const struct speed_job *job,
		     struct speed_groups groups, float scale, char *why)
{
	struct builder b = { .net = net, .dn = dn, .job = job, .groups = groups, .scale = scale };

	memset(net, 0, sizeof(*net));
	for (uint32_t i = 0; i < job->model->shape.layers; i++) {
		if (!add_layer(&b, i, why))
			return false;
	}
	if (dn_error(dn))
		return speed_cannot(why, "%s: status %d", dn->what, dn->status);
	return true;
}

void onednn_net_close(struct onednn_net *net)
{
	dn_list_free(&net->ops);
}
