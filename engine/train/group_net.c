// SPDX-License-Identifier: MIT
/*
 * The passes are two lists of primitives. While the list of the forward pass is built, what the
 * backward pass needs of each layer is kept in struct layer.
 *
 * A layer that reads several groups is a sum of convolutions, one for each. Only the group's own
 * block passes a gradient on: the other groups are frozen.
 *
 * Layouts are the library's choice; where two neighbours do not agree a reorder stands between.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "group_net.h"

struct block {
	dnnl_memory_t src;
	dnnl_memory_t plain_weights;
	dnnl_primitive_desc_t pd;
};

struct layer {
	struct block block[DNNFILE_MAX_GROUPS];	/* the last one is the group's own */
	dnnl_primitive_desc_t bn_pd, pool_pd;
	dnnl_memory_t y;		/* sum of the convolutions */
	dnnl_memory_t mean, var, scale, shift, workspace;
};

static dnnl_memory_desc_t md_of_memory(struct dn *dn, dnnl_memory_t mem)
{
	const dnnl_memory_desc_t *md = NULL;
	dnnl_memory_desc_t none;

	memset(&none, 0, sizeof(none));
	if (dn_error(dn) || !dn_check(dn, dnnl_memory_get_memory_desc(mem, &md), "memory"))
		return none;
	return *md;
}

/* The sum of the outputs of blocks 0.., which begins with the first one's. */
static dnnl_primitive_desc_t conv_pd(struct dn *dn, const struct dn_conv *c,
				     const dnnl_memory_desc_t *dst_md, bool add_to_output)
{
	dnnl_convolution_desc_t desc;
	dnnl_primitive_attr_t attr = NULL;
	dnnl_post_ops_t post = NULL;
	dnnl_primitive_desc_t pd = NULL;

	if (!dn_check(dn,
		      dnnl_convolution_forward_desc_init(&desc, dnnl_forward_training,
							 dnnl_convolution_direct, &c->src,
							 &c->weights, NULL, dst_md, c->strides,
							 c->padding, c->padding),
		      "convolution"))
		return NULL;
	if (!add_to_output)
		return dn_pd(dn, &desc, NULL, NULL, "convolution");
	if (dn_check(dn, dnnl_primitive_attr_clone(&attr, dn->attr), "attributes") &&
	    dn_check(dn, dnnl_post_ops_create(&post), "attributes") &&
	    dn_check(dn, dnnl_post_ops_append_sum(post, 1.0f), "sum") &&
	    dn_check(dn, dnnl_primitive_attr_set_post_ops(attr, post), "sum"))
		pd = dn_pd(dn, &desc, attr, NULL, "convolution");
	if (post)
		dnnl_post_ops_destroy(post);
	if (attr)
		dnnl_primitive_attr_destroy(attr);
	return pd;
}

static void forward_block(struct group_net *net, uint32_t i, uint32_t s, struct layer *l,
			  dnnl_memory_t src)
{
	const struct dnnfile_layer *d = &net->layout->shape->layer[i];
	const struct layer_params *at = &net->layout->layer[i];
	struct block *b = &l->block[s];
	struct dn *dn = net->dn;
	dnnl_memory_desc_t dst_md;
	dnnl_memory_t weights;
	struct dn_conv c;
	struct dn_op *op;

	dn_conv_of(dn, &c, d, net->images);
	dst_md = s ? md_of_memory(dn, l->y) : c.dst;
	b->pd = conv_pd(dn, &c, &dst_md, s);
	if (!s)
		l->y = dn_memory(dn, dn_md_of(dn, b->pd, dnnl_query_dst_md), NULL);
	b->src = dn_list_layout(dn, &net->fwd, src, dn_md_of(dn, b->pd, dnnl_query_src_md));
	b->plain_weights = dn_memory(dn, &c.plain_weights,
				     net->params + at->weights + s * layout_block(d));
	weights = dn_list_layout(dn, &net->fwd, b->plain_weights,
				 dn_md_of(dn, b->pd, dnnl_query_weights_md));
	op = dn_list_add(dn, &net->fwd);
	dn_op_init(dn, op, b->pd);
	dn_arg(dn, op, DNNL_ARG_SRC, b->src);
	dn_arg(dn, op, DNNL_ARG_WEIGHTS, weights);
	dn_arg(dn, op, DNNL_ARG_DST, l->y);
}

static const unsigned int bn_flags = dnnl_use_scale | dnnl_use_shift | dnnl_fuse_norm_relu;

/* Batch-norm with the statistics of this batch, and ReLU. */
static dnnl_memory_t forward_bn(struct group_net *net, uint32_t i, struct layer *l)
{
	uint32_t out = net->layout->shape->layer[i].out_c;
	const struct layer_params *at = &net->layout->layer[i];
	struct dn *dn = net->dn;
	dnnl_memory_desc_t md = md_of_memory(dn, l->y);
	dnnl_batch_normalization_desc_t desc;
	dnnl_memory_t z;
	struct dn_op *op;

	if (!dn_check(dn,
		      dnnl_batch_normalization_forward_desc_init(&desc, dnnl_forward_training, &md,
								 NET_BN_EPSILON, bn_flags),
		      "batch-norm"))
		return NULL;
	l->bn_pd = dn_pd(dn, &desc, NULL, NULL, "batch-norm");
	l->mean = dn_vector(dn, out, net->stats + at->mean);
	l->var = dn_vector(dn, out, net->stats + at->var);
	l->scale = dn_vector(dn, out, net->params + at->scale);
	l->shift = dn_vector(dn, out, net->params + at->shift);
	l->workspace = dn_memory(dn, dn_md_of(dn, l->bn_pd, dnnl_query_workspace_md), NULL);
	z = dn_memory(dn, dn_md_of(dn, l->bn_pd, dnnl_query_dst_md), NULL);
	op = dn_list_add(dn, &net->fwd);
	dn_op_init(dn, op, l->bn_pd);
	dn_arg(dn, op, DNNL_ARG_SRC, l->y);
	dn_arg(dn, op, DNNL_ARG_MEAN, l->mean);
	dn_arg(dn, op, DNNL_ARG_VARIANCE, l->var);
	dn_arg(dn, op, DNNL_ARG_SCALE, l->scale);
	dn_arg(dn, op, DNNL_ARG_SHIFT, l->shift);
	dn_arg(dn, op, DNNL_ARG_DST, z);
	dn_arg(dn, op, DNNL_ARG_WORKSPACE, l->workspace);
	return z;
}

/* An average needs no workspace: then its descriptor is empty. */
static bool has_workspace(const struct dnnfile_layer *l)
{
	return l->kind == DNNFILE_MAX_POOL;
}

static dnnl_memory_t forward_pool(struct group_net *net, uint32_t i, struct layer *l,
				  dnnl_memory_t src)
{
	const struct dnnfile_layer *d = &net->layout->shape->layer[i];
	struct dn *dn = net->dn;
	dnnl_memory_desc_t src_md = md_of_memory(dn, src);
	dnnl_pooling_desc_t desc;
	dnnl_memory_t dst;
	struct dn_pool p;
	struct dn_op *op;

	dn_pool_of(dn, &p, d, net->images);
	if (!dn_check(dn,
		      dnnl_pooling_forward_desc_init(&desc, dnnl_forward_training, p.kind, &src_md,
						     &p.dst, p.strides, p.window, p.padding,
						     p.padding),
		      "pool"))
		return NULL;
	l->pool_pd = dn_pd(dn, &desc, NULL, NULL, "pool");
	dst = dn_memory(dn, dn_md_of(dn, l->pool_pd, dnnl_query_dst_md), NULL);
	op = dn_list_add(dn, &net->fwd);
	dn_op_init(dn, op, l->pool_pd);
	dn_arg(dn, op, DNNL_ARG_SRC, src);
	dn_arg(dn, op, DNNL_ARG_DST, dst);
	if (has_workspace(d)) {
		l->workspace = dn_memory(dn, dn_md_of(dn, l->pool_pd, dnnl_query_workspace_md),
					 NULL);
		dn_arg(dn, op, DNNL_ARG_WORKSPACE, l->workspace);
	}
	return dst;
}

/* @d_dst: gradient of the pool's output. Return: gradient of its input. */
static dnnl_memory_t backward_pool(struct group_net *net, uint32_t i, const struct layer *l,
				   dnnl_memory_t d_dst)
{
	const struct dnnfile_layer *d = &net->layout->shape->layer[i];
	struct dn *dn = net->dn;
	const dnnl_memory_desc_t *dst_md = dn_md_of(dn, l->pool_pd, dnnl_query_dst_md);
	const dnnl_memory_desc_t *src_md = dn_md_of(dn, l->pool_pd, dnnl_query_src_md);
	dnnl_primitive_desc_t pd;
	dnnl_pooling_desc_t desc;
	dnnl_memory_t d_src;
	struct dn_pool p;
	struct dn_op *op;

	dn_pool_of(dn, &p, d, net->images);
	if (!dn_check(dn,
		      dnnl_pooling_backward_desc_init(&desc, p.kind, src_md, dst_md, p.strides,
						      p.window, p.padding, p.padding),
		      "pool backward"))
		return NULL;
	pd = dn_pd(dn, &desc, NULL, l->pool_pd, "pool backward");
	d_dst = dn_list_layout(dn, &net->bwd, d_dst, dst_md);
	d_src = dn_memory(dn, src_md, NULL);
	op = dn_list_add(dn, &net->bwd);
	dn_op_init(dn, op, pd);
	dn_arg(dn, op, DNNL_ARG_DIFF_DST, d_dst);
	dn_arg(dn, op, DNNL_ARG_DIFF_SRC, d_src);
	if (has_workspace(d))
		dn_arg(dn, op, DNNL_ARG_WORKSPACE, l->workspace);
	return d_src;
}

static dnnl_memory_t backward_bn(struct group_net *net, uint32_t i, const struct layer *l,
				 dnnl_memory_t d_dst)
{
	uint32_t out = net->layout->shape->layer[i].out_c;
	const struct layer_params *at = &net->layout->layer[i];
	struct dn *dn = net->dn;
	dnnl_memory_desc_t md = md_of_memory(dn, l->y);
	dnnl_batch_normalization_desc_t desc;
	dnnl_primitive_desc_t pd;
	dnnl_memory_t d_src;
	struct dn_op *op;

	if (!dn_check(dn,
		      dnnl_batch_normalization_backward_desc_init(&desc, dnnl_backward, &md, &md,
								  NET_BN_EPSILON, bn_flags),
		      "batch-norm backward"))
		return NULL;
	pd = dn_pd(dn, &desc, NULL, l->bn_pd, "batch-norm backward");
	d_dst = dn_list_layout(dn, &net->bwd, d_dst, &md);
	d_src = dn_memory(dn, &md, NULL);
	op = dn_list_add(dn, &net->bwd);
	dn_op_init(dn, op, pd);
	dn_arg(dn, op, DNNL_ARG_SRC, l->y);
	dn_arg(dn, op, DNNL_ARG_MEAN, l->mean);
	dn_arg(dn, op, DNNL_ARG_VARIANCE, l->var);
	dn_arg(dn, op, DNNL_ARG_DIFF_DST, d_dst);
	dn_arg(dn, op, DNNL_ARG_SCALE, l->scale);
	dn_arg(dn, op, DNNL_ARG_SHIFT, l->shift);
	dn_arg(dn, op, DNNL_ARG_WORKSPACE, l->workspace);
	dn_arg(dn, op, DNNL_ARG_DIFF_SRC, d_src);
	dn_arg(dn, op, DNNL_ARG_DIFF_SCALE, dn_vector(dn, out, net->grads + at->scale));
	dn_arg(dn, op, DNNL_ARG_DIFF_SHIFT, dn_vector(dn, out, net->grads + at->shift));
	return d_src;
}

static void backward_weights(struct group_net *net, uint32_t i, uint32_t s, const struct layer *l,
			     dnnl_memory_t d_dst)
{
	const struct dnnfile_layer *d = &net->layout->shape->layer[i];
	const struct layer_params *at = &net->layout->layer[i];
	const struct block *b = &l->block[s];
	dnnl_memory_t src, d_weights, plain;
	struct dn *dn = net->dn;
	dnnl_convolution_desc_t desc;
	dnnl_primitive_desc_t pd;
	struct dn_conv c;
	struct dn_op *op;

	dn_conv_of(dn, &c, d, net->images);
	if (!dn_check(dn,
		      dnnl_convolution_backward_weights_desc_init(&desc, dnnl_convolution_direct,
								  &c.src, &c.d_weights, NULL,
								  &c.dst, c.strides, c.padding,
								  c.padding),
		      "convolution backward by weights"))
		return;
	pd = dn_pd(dn, &desc, NULL, b->pd, "convolution backward by weights");
	src = dn_list_layout(dn, &net->bwd, b->src, dn_md_of(dn, pd, dnnl_query_src_md));
	d_dst = dn_list_layout(dn, &net->bwd, d_dst, dn_md_of(dn, pd, dnnl_query_diff_dst_md));
	plain = dn_memory(dn, &c.plain_weights, net->grads + at->weights + s * layout_block(d));
	d_weights = plain;
	if (!dn_same_layout(dn, plain, dn_md_of(dn, pd, dnnl_query_diff_weights_md)))
		d_weights = dn_memory(dn, dn_md_of(dn, pd, dnnl_query_diff_weights_md), NULL);
	op = dn_list_add(dn, &net->bwd);
	dn_op_init(dn, op, pd);
	dn_arg(dn, op, DNNL_ARG_SRC, src);
	dn_arg(dn, op, DNNL_ARG_DIFF_DST, d_dst);
	dn_arg(dn, op, DNNL_ARG_DIFF_WEIGHTS, d_weights);
	if (d_weights != plain)
		dn_reorder(dn, dn_list_add(dn, &net->bwd), d_weights, plain);
}

static dnnl_memory_t backward_data(struct group_net *net, uint32_t i, const struct block *b,
				   dnnl_memory_t d_dst)
{
	struct dn *dn = net->dn;
	dnnl_memory_t weights, d_src;
	dnnl_convolution_desc_t desc;
	dnnl_primitive_desc_t pd;
	struct dn_conv c;
	struct dn_op *op;

	dn_conv_of(dn, &c, &net->layout->shape->layer[i], net->images);
	if (!dn_check(dn,
		      dnnl_convolution_backward_data_desc_init(&desc, dnnl_convolution_direct,
							       &c.src, &c.weights, &c.dst,
							       c.strides, c.padding, c.padding),
		      "convolution backward by data"))
		return NULL;
	pd = dn_pd(dn, &desc, NULL, b->pd, "convolution backward by data");
	weights = dn_list_layout(dn, &net->bwd, b->plain_weights,
				 dn_md_of(dn, pd, dnnl_query_weights_md));
	d_dst = dn_list_layout(dn, &net->bwd, d_dst, dn_md_of(dn, pd, dnnl_query_diff_dst_md));
	d_src = dn_memory(dn, dn_md_of(dn, pd, dnnl_query_diff_src_md), NULL);
	op = dn_list_add(dn, &net->bwd);
	dn_op_init(dn, op, pd);
	dn_arg(dn, op, DNNL_ARG_DIFF_DST, d_dst);
	dn_arg(dn, op, DNNL_ARG_WEIGHTS, weights);
	dn_arg(dn, op, DNNL_ARG_DIFF_SRC, d_src);
	return d_src;
}

static dnnl_memory_t build_forward(struct group_net *net, struct layer *layers, dnnl_memory_t at)
{
	const struct dnnfile_shape *shape = net->layout->shape;

	for (uint32_t i = 0; i + 1 < shape->layers; i++) {
		uint32_t sources = net->layout->layer[i].sources;

		for (uint32_t s = 0; s < sources; s++)
			forward_block(net, i, s, &layers[i],
				      s + 1 < sources ? net->earlier[s].out[i - 1] : at);
		at = sources ? forward_bn(net, i, &layers[i]) :
			       forward_pool(net, i, &layers[i], at);
	}
	return at;
}

/* The gradient goes down to the first convolution: nothing below it can be trained. */
static void build_backward(struct group_net *net, const struct layer *layers, dnnl_memory_t grad)
{
	const struct dnnfile_shape *shape = net->layout->shape;
	uint32_t first = 0;

	while (first + 1 < shape->layers && !layer_is_conv(&shape->layer[first]))
		first++;
	for (uint32_t i = shape->layers - 1; i-- > first;) {
		uint32_t sources = net->layout->layer[i].sources;

		if (!sources) {
			grad = backward_pool(net, i, &layers[i], grad);
			continue;
		}
		grad = backward_bn(net, i, &layers[i], grad);
		for (uint32_t s = 0; s < sources; s++)
			backward_weights(net, i, s, &layers[i], grad);
		if (i > first)
			grad = backward_data(net, i, &layers[i].block[sources - 1], grad);
	}
}

static int build(struct group_net *net, dnnl_memory_t input)
{
	struct layer *layers = calloc(net->layout->shape->layers, sizeof(*layers));
	struct dn *dn = net->dn;
	dnnl_memory_desc_t md;
	dnnl_memory_t at;

	if (!layers)
		return -ENOMEM;
	at = build_forward(net, layers, input);
	md = classifier_md(dn, layout_classifier(net->layout), net->images);
	net->features = dn_data(dn, dn_list_layout(dn, &net->fwd, at, &md));
	at = dn_memory(dn, &md, NULL);
	net->d_features = dn_data(dn, at);
	build_backward(net, layers, at);
	free(layers);
	return dn_error(dn);
}

int group_net_open(struct group_net *net, struct dn *dn, const struct group_layout *layout,
		   int images, dnnl_memory_t input, const struct folded_net *earlier,
		   float *params)
{
	size_t logits = (size_t)images * layout->shape->classes;

	memset(net, 0, sizeof(*net));
	net->dn = dn;
	net->layout = layout;
	net->images = images;
	net->earlier = earlier;
	net->params = params;
	net->grads = calloc(layout->params, sizeof(float));
	net->stats = calloc(layout->stats ? layout->stats : 1, sizeof(float));
	net->logits = calloc(logits, sizeof(float));
	net->d_logits = calloc(logits, sizeof(float));
	if (!net->grads || !net->stats || !net->logits || !net->d_logits)
		return -ENOMEM;
	return build(net, input);
}

void group_net_close(struct group_net *net)
{
	dn_list_free(&net->fwd);
	dn_list_free(&net->bwd);
	free(net->grads);
	free(net->stats);
	free(net->logits);
	free(net->d_logits);
	memset(net, 0, sizeof(*net));
}

static const float *features_of(const struct group_net *net, uint32_t source, uint32_t sources)
{
	return source + 1 < sources ? net->earlier[source].features : net->features;
}

void group_net_forward(struct group_net *net)
{
	const struct dnnfile_layer *l = layout_classifier(net->layout);
	const struct layer_params *at = &net->layout->layer[net->layout->shape->layers - 1];

	dn_list_run(net->dn, &net->fwd);
	for (int n = 0; n < net->images; n++)
		memcpy(net->logits + n * l->out_c, net->params + at->shift,
		       l->out_c * sizeof(float));
	for (uint32_t s = 0; s < at->sources; s++)
		add_block_logits(net->dn, l, net->images, features_of(net, s, at->sources),
				 net->params + at->weights + s * layout_block(l), net->logits);
}

static void backward_classifier(struct group_net *net)
{
	const struct dnnfile_layer *l = layout_classifier(net->layout);
	const struct layer_params *at = &net->layout->layer[net->layout->shape->layers - 1];
	float *d_bias = net->grads + at->shift;
	dnnl_dim_t inputs = classifier_inputs(l), classes = l->out_c;
	size_t block = layout_block(l);
	struct dn *dn = net->dn;

	memset(d_bias, 0, classes * sizeof(float));
	for (int n = 0; n < net->images; n++)
		for (dnnl_dim_t c = 0; c < classes; c++)
			d_bias[c] += net->d_logits[n * classes + c];
	for (uint32_t s = 0; s < at->sources; s++)
		dn_check(dn, dnnl_sgemm('T', 'N', classes, inputs, net->images, 1.0f,
					net->d_logits, classes, features_of(net, s, at->sources),
					inputs, 0.0f, net->grads + at->weights + s * block, inputs),
			 "classifier backward");
	dn_check(dn, dnnl_sgemm('N', 'N', net->images, inputs, classes, 1.0f, net->d_logits,
				classes, net->params + at->weights + (at->sources - 1) * block,
				inputs, 0.0f, net->d_features, inputs),
		 "classifier backward");
}

void group_net_backward(struct group_net *net)
{
	if (net->dn->status != dnnl_success)
		return;
	backward_classifier(net);
	dn_list_run(net->dn, &net->bwd);
}
