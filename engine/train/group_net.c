// SPDX-License-Identifier: MIT
/*
 * The passes are two lists of primitives. While the list of the forward pass is built, what the
 * backward pass needs of each layer is kept in struct layer.
 *
 * Layouts are the library's choice; where two neighbours do not agree a reorder stands between.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "group_net.h"

static const dnnl_dims_t ones = { 1, 1 }, twos = { 2, 2 }, zeros = { 0, 0 };

struct layer {
	dnnl_primitive_desc_t conv_pd, bn_pd, pool_pd;
	dnnl_memory_t src;		/* input of the convolution */
	dnnl_memory_t plain_weights;
	dnnl_memory_t y;		/* output of the convolution */
	dnnl_memory_t mean, var, scale, shift, bn_ws, pool_ws;
};

static struct dn_op *next_op(struct group_net *net, struct dn_op *list, int *nr)
{
	if (*nr == GROUP_NET_OPS_MAX) {
		dn_check(&net->dn, dnnl_runtime_error, "list of primitives");
		return &list[0];
	}
	return &list[(*nr)++];
}

static struct dn_op *next_fwd(struct group_net *net)
{
	return next_op(net, net->fwd, &net->nr_fwd);
}

static struct dn_op *next_bwd(struct group_net *net)
{
	return next_op(net, net->bwd, &net->nr_bwd);
}

/* @mem in layout @md: itself, or a copy that op list @bwd or fwd makes. */
static dnnl_memory_t in_layout(struct group_net *net, bool bwd, dnnl_memory_t mem,
			       const dnnl_memory_desc_t *md)
{
	struct dn *dn = &net->dn;
	dnnl_memory_t copy;

	if (dn_same_layout(dn, mem, md))
		return mem;
	copy = dn_memory(dn, md, NULL);
	dn_reorder(dn, bwd ? next_bwd(net) : next_fwd(net), mem, copy);
	return copy;
}

static dnnl_memory_t vector(struct dn *dn, int len, float *data)
{
	dnnl_dim_t dims[] = { len };
	dnnl_memory_desc_t md = dn_md(dn, 1, dims, dnnl_a);

	return dn_memory(dn, &md, data);
}

static dnnl_memory_t forward_conv(struct group_net *net, int i, struct layer *l, dnnl_memory_t src)
{
	const struct conv_shape *c = &net->shape->conv[i];
	struct dn *dn = &net->dn;
	struct dn_conv_md md = dn_conv_md(dn, net->images, c->in, c->out, c->side);
	dnnl_convolution_desc_t desc;
	dnnl_memory_t weights;
	struct dn_op *op;

	if (!dn_check(dn,
		      dnnl_convolution_forward_desc_init(&desc, dnnl_forward_training,
							 dnnl_convolution_direct, &md.src, &md.weights,
							 NULL, &md.dst, ones, ones, ones),
		      "convolution"))
		return NULL;
	l->conv_pd = dn_pd(dn, &desc, NULL, NULL, "convolution");
	l->src = in_layout(net, false, src, dn_md_of(dn, l->conv_pd, dnnl_query_src_md));
	l->plain_weights = dn_memory(dn, &md.plain_weights, net->params + c->weights);
	weights = in_layout(net, false, l->plain_weights,
			    dn_md_of(dn, l->conv_pd, dnnl_query_weights_md));
	l->y = dn_memory(dn, dn_md_of(dn, l->conv_pd, dnnl_query_dst_md), NULL);
	op = next_fwd(net);
	dn_op_init(dn, op, l->conv_pd);
	dn_arg(dn, op, DNNL_ARG_SRC, l->src);
	dn_arg(dn, op, DNNL_ARG_WEIGHTS, weights);
	dn_arg(dn, op, DNNL_ARG_DST, l->y);
	return l->y;
}

static const unsigned int bn_flags = dnnl_use_scale | dnnl_use_shift | dnnl_fuse_norm_relu;

/* Batch-norm with the statistics of this batch, and ReLU. */
static dnnl_memory_t forward_bn(struct group_net *net, int i, struct layer *l)
{
	const struct conv_shape *c = &net->shape->conv[i];
	struct dn *dn = &net->dn;
	const dnnl_memory_desc_t *md = dn_md_of(dn, l->conv_pd, dnnl_query_dst_md);
	dnnl_batch_normalization_desc_t desc;
	dnnl_memory_t z;
	struct dn_op *op;

	if (!dn_check(dn,
		      dnnl_batch_normalization_forward_desc_init(&desc, dnnl_forward_training, md,
								 NET_BN_EPSILON, bn_flags),
		      "batch-norm"))
		return NULL;
	l->bn_pd = dn_pd(dn, &desc, NULL, NULL, "batch-norm");
	l->mean = vector(dn, c->out, net->stats + c->mean);
	l->var = vector(dn, c->out, net->stats + c->var);
	l->scale = vector(dn, c->out, net->params + c->scale);
	l->shift = vector(dn, c->out, net->params + c->shift);
	l->bn_ws = dn_memory(dn, dn_md_of(dn, l->bn_pd, dnnl_query_workspace_md), NULL);
	z = dn_memory(dn, dn_md_of(dn, l->bn_pd, dnnl_query_dst_md), NULL);
	op = next_fwd(net);
	dn_op_init(dn, op, l->bn_pd);
	dn_arg(dn, op, DNNL_ARG_SRC, l->y);
	dn_arg(dn, op, DNNL_ARG_MEAN, l->mean);
	dn_arg(dn, op, DNNL_ARG_VARIANCE, l->var);
	dn_arg(dn, op, DNNL_ARG_SCALE, l->scale);
	dn_arg(dn, op, DNNL_ARG_SHIFT, l->shift);
	dn_arg(dn, op, DNNL_ARG_DST, z);
	dn_arg(dn, op, DNNL_ARG_WORKSPACE, l->bn_ws);
	return z;
}

static dnnl_memory_t forward_pool(struct group_net *net, int i, struct layer *l, dnnl_memory_t src)
{
	const struct conv_shape *c = &net->shape->conv[i];
	dnnl_dim_t dims[] = { net->images, c->out, c->side / 2, c->side / 2 };
	struct dn *dn = &net->dn;
	dnnl_memory_desc_t dst_md = dn_md(dn, 4, dims, dnnl_format_tag_any);
	const dnnl_memory_desc_t *src_md = dn_md_of(dn, l->bn_pd, dnnl_query_dst_md);
	dnnl_pooling_desc_t desc;
	dnnl_memory_t dst;
	struct dn_op *op;

	if (!dn_check(dn,
		      dnnl_pooling_forward_desc_init(&desc, dnnl_forward_training, dnnl_pooling_max,
						     src_md, &dst_md, twos, twos, zeros, zeros),
		      "pool"))
		return NULL;
	l->pool_pd = dn_pd(dn, &desc, NULL, NULL, "pool");
	l->pool_ws = dn_memory(dn, dn_md_of(dn, l->pool_pd, dnnl_query_workspace_md), NULL);
	dst = dn_memory(dn, dn_md_of(dn, l->pool_pd, dnnl_query_dst_md), NULL);
	op = next_fwd(net);
	dn_op_init(dn, op, l->pool_pd);
	dn_arg(dn, op, DNNL_ARG_SRC, src);
	dn_arg(dn, op, DNNL_ARG_DST, dst);
	dn_arg(dn, op, DNNL_ARG_WORKSPACE, l->pool_ws);
	return dst;
}

/* @d_dst: gradient of the pool's output. Return: gradient of its input. */
static dnnl_memory_t backward_pool(struct group_net *net, const struct layer *l,
				   dnnl_memory_t d_dst)
{
	struct dn *dn = &net->dn;
	const dnnl_memory_desc_t *dst_md = dn_md_of(dn, l->pool_pd, dnnl_query_dst_md);
	const dnnl_memory_desc_t *src_md = dn_md_of(dn, l->bn_pd, dnnl_query_dst_md);
	dnnl_primitive_desc_t pd;
	dnnl_pooling_desc_t desc;
	dnnl_memory_t d_src;
	struct dn_op *op;

	if (!dn_check(dn,
		      dnnl_pooling_backward_desc_init(&desc, dnnl_pooling_max, src_md, dst_md, twos,
						      twos, zeros, zeros),
		      "pool backward"))
		return NULL;
	pd = dn_pd(dn, &desc, NULL, l->pool_pd, "pool backward");
	d_dst = in_layout(net, true, d_dst, dst_md);
	d_src = dn_memory(dn, src_md, NULL);
	op = next_bwd(net);
	dn_op_init(dn, op, pd);
	dn_arg(dn, op, DNNL_ARG_DIFF_DST, d_dst);
	dn_arg(dn, op, DNNL_ARG_WORKSPACE, l->pool_ws);
	dn_arg(dn, op, DNNL_ARG_DIFF_SRC, d_src);
	return d_src;
}

static dnnl_memory_t backward_bn(struct group_net *net, int i, const struct layer *l,
				 dnnl_memory_t d_dst)
{
	const struct conv_shape *c = &net->shape->conv[i];
	struct dn *dn = &net->dn;
	const dnnl_memory_desc_t *md = dn_md_of(dn, l->conv_pd, dnnl_query_dst_md);
	dnnl_batch_normalization_desc_t desc;
	dnnl_primitive_desc_t pd;
	dnnl_memory_t d_src;
	struct dn_op *op;

	if (!dn_check(dn,
		      dnnl_batch_normalization_backward_desc_init(&desc, dnnl_backward, md, md,
								  NET_BN_EPSILON, bn_flags),
		      "batch-norm backward"))
		return NULL;
	pd = dn_pd(dn, &desc, NULL, l->bn_pd, "batch-norm backward");
	d_dst = in_layout(net, true, d_dst, md);
	d_src = dn_memory(dn, md, NULL);
	op = next_bwd(net);
	dn_op_init(dn, op, pd);
	dn_arg(dn, op, DNNL_ARG_SRC, l->y);
	dn_arg(dn, op, DNNL_ARG_MEAN, l->mean);
	dn_arg(dn, op, DNNL_ARG_VARIANCE, l->var);
	dn_arg(dn, op, DNNL_ARG_DIFF_DST, d_dst);
	dn_arg(dn, op, DNNL_ARG_SCALE, l->scale);
	dn_arg(dn, op, DNNL_ARG_SHIFT, l->shift);
	dn_arg(dn, op, DNNL_ARG_WORKSPACE, l->bn_ws);
	dn_arg(dn, op, DNNL_ARG_DIFF_SRC, d_src);
	dn_arg(dn, op, DNNL_ARG_DIFF_SCALE, vector(dn, c->out, net->grads + c->scale));
	dn_arg(dn, op, DNNL_ARG_DIFF_SHIFT, vector(dn, c->out, net->grads + c->shift));
	return d_src;
}

static void backward_conv_weights(struct group_net *net, int i, const struct layer *l,
				  dnnl_memory_t d_dst)
{
	const struct conv_shape *c = &net->shape->conv[i];
	struct dn *dn = &net->dn;
	struct dn_conv_md md = dn_conv_md(dn, net->images, c->in, c->out, c->side);
	dnnl_memory_t src, d_weights, plain;
	dnnl_convolution_desc_t desc;
	dnnl_primitive_desc_t pd;
	struct dn_op *op;

	if (!dn_check(dn,
		      dnnl_convolution_backward_weights_desc_init(&desc, dnnl_convolution_direct,
								  &md.src, &md.weights, NULL, &md.dst,
								  ones, ones, ones),
		      "convolution backward by weights"))
		return;
	pd = dn_pd(dn, &desc, NULL, l->conv_pd, "convolution backward by weights");
	src = in_layout(net, true, l->src, dn_md_of(dn, pd, dnnl_query_src_md));
	d_dst = in_layout(net, true, d_dst, dn_md_of(dn, pd, dnnl_query_diff_dst_md));
	plain = dn_memory(dn, &md.plain_weights, net->grads + c->weights);
	d_weights = plain;
	if (!dn_same_layout(dn, plain, dn_md_of(dn, pd, dnnl_query_diff_weights_md)))
		d_weights = dn_memory(dn, dn_md_of(dn, pd, dnnl_query_diff_weights_md), NULL);
	op = next_bwd(net);
	dn_op_init(dn, op, pd);
	dn_arg(dn, op, DNNL_ARG_SRC, src);
	dn_arg(dn, op, DNNL_ARG_DIFF_DST, d_dst);
	dn_arg(dn, op, DNNL_ARG_DIFF_WEIGHTS, d_weights);
	if (d_weights != plain)
		dn_reorder(dn, next_bwd(net), d_weights, plain);
}

static dnnl_memory_t backward_conv_data(struct group_net *net, int i, const struct layer *l,
					dnnl_memory_t d_dst)
{
	const struct conv_shape *c = &net->shape->conv[i];
	struct dn *dn = &net->dn;
	struct dn_conv_md md = dn_conv_md(dn, net->images, c->in, c->out, c->side);
	dnnl_memory_t weights, d_src;
	dnnl_convolution_desc_t desc;
	dnnl_primitive_desc_t pd;
	struct dn_op *op;

	if (!dn_check(dn,
		      dnnl_convolution_backward_data_desc_init(&desc, dnnl_convolution_direct,
							       &md.src, &md.weights, &md.dst, ones, ones,
							       ones),
		      "convolution backward by data"))
		return NULL;
	pd = dn_pd(dn, &desc, NULL, l->conv_pd, "convolution backward by data");
	weights = in_layout(net, true, l->plain_weights, dn_md_of(dn, pd, dnnl_query_weights_md));
	d_dst = in_layout(net, true, d_dst, dn_md_of(dn, pd, dnnl_query_diff_dst_md));
	d_src = dn_memory(dn, dn_md_of(dn, pd, dnnl_query_diff_src_md), NULL);
	op = next_bwd(net);
	dn_op_init(dn, op, pd);
	dn_arg(dn, op, DNNL_ARG_DIFF_DST, d_dst);
	dn_arg(dn, op, DNNL_ARG_WEIGHTS, weights);
	dn_arg(dn, op, DNNL_ARG_DIFF_SRC, d_src);
	return d_src;
}

static void build(struct group_net *net)
{
	const struct net_shape *s = net->shape;
	const struct conv_shape *last = &s->conv[NET_CONVS - 1];
	dnnl_dim_t in_dims[] = { net->images, s->conv[0].in, NET_SIDE, NET_SIDE };
	dnnl_dim_t out_dims[] = { net->images, last->out, last->side / 2, last->side / 2 };
	struct dn *dn = &net->dn;
	dnnl_memory_desc_t in_md = dn_md(dn, 4, in_dims, dnnl_nchw);
	dnnl_memory_desc_t out_md = dn_md(dn, 4, out_dims, dnnl_nchw);
	struct layer layers[NET_CONVS];
	dnnl_memory_t at, features, grad;

	memset(layers, 0, sizeof(layers));
	at = dn_memory(dn, &in_md, NULL);
	net->input = dn_data(dn, at);
	for (int i = 0; i < NET_CONVS; i++) {
		forward_conv(net, i, &layers[i], at);
		at = forward_bn(net, i, &layers[i]);
		if (s->conv[i].pool)
			at = forward_pool(net, i, &layers[i], at);
	}
	features = in_layout(net, false, at, &out_md);
	net->features = dn_data(dn, features);

	grad = dn_memory(dn, &out_md, NULL);
	net->d_features = dn_data(dn, grad);
	for (int i = NET_CONVS - 1; i >= 0; i--) {
		if (s->conv[i].pool)
			grad = backward_pool(net, &layers[i], grad);
		grad = backward_bn(net, i, &layers[i], grad);
		backward_conv_weights(net, i, &layers[i], grad);
		if (i)
			grad = backward_conv_data(net, i, &layers[i], grad);
	}
}

int group_net_open(struct group_net *net, const struct net_shape *shape, int images,
		   float *params)
{
	memset(net, 0, sizeof(*net));
	net->shape = shape;
	net->images = images;
	net->params = params;
	net->grads = calloc(shape->params, sizeof(float));
	net->stats = calloc(shape->stats, sizeof(float));
	net->logits = calloc((size_t)images * NET_CLASSES, sizeof(float));
	net->d_logits = calloc((size_t)images * NET_CLASSES, sizeof(float));
	dn_open(&net->dn);
	if (!net->grads || !net->stats || !net->logits || !net->d_logits)
		return -ENOMEM;
	build(net);
	return dn_error(&net->dn);
}

void group_net_close(struct group_net *net)
{
	dn_close(&net->dn);
	free(net->grads);
	free(net->stats);
	free(net->logits);
	free(net->d_logits);
	memset(net, 0, sizeof(*net));
}

void group_net_forward(struct group_net *net)
{
	const struct net_shape *s = net->shape;
	const float *bias = net->params + s->fc_bias;
	struct dn *dn = &net->dn;

	for (int i = 0; i < net->nr_fwd; i++)
		dn_run(dn, &net->fwd[i]);
	for (int n = 0; n < net->images; n++)
		memcpy(net->logits + n * NET_CLASSES, bias, NET_CLASSES * sizeof(float));
	dn_check(dn, dnnl_sgemm('N', 'T', net->images, NET_CLASSES, s->features, 1.0f,
				net->features, s->features, net->params + s->fc_weights,
				s->features, 1.0f, net->logits, NET_CLASSES), "classifier");
}

void group_net_backward(struct group_net *net)
{
	const struct net_shape *s = net->shape;
	float *d_bias = net->grads + s->fc_bias;
	struct dn *dn = &net->dn;

	memset(d_bias, 0, NET_CLASSES * sizeof(float));
	for (int n = 0; n < net->images; n++)
		for (int c = 0; c < NET_CLASSES; c++)
			d_bias[c] += net->d_logits[n * NET_CLASSES + c];
	dn_check(dn, dnnl_sgemm('T', 'N', NET_CLASSES, s->features, net->images, 1.0f,
				net->d_logits, NET_CLASSES, net->features, s->features, 0.0f,
				net->grads + s->fc_weights, s->features), "classifier backward");
	dn_check(dn, dnnl_sgemm('N', 'N', net->images, s->features, NET_CLASSES, 1.0f,
				net->d_logits, NET_CLASSES, net->params + s->fc_weights,
				s->features, 0.0f, net->d_features, s->features),
		 "classifier backward");
	for (int i = 0; i < net->nr_bwd; i++)
		dn_run(dn, &net->bwd[i]);
}
