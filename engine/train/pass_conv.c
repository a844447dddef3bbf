// SPDX-License-Identifier: MIT
/*
 * Convolutions of both kinds. A layer that reads several groups is a sum of convolutions, one for
 * each. Only the group's own block passes a gradient on: the other groups are frozen.
 */
#include "dn_add.h"
#include "pass.h"

/* The sum of the outputs of blocks 0.., which begins with the first one's. */
static dnnl_primitive_desc_t conv_pd(struct dn *dn, const struct dn_conv *c,
				     const dnnl_memory_desc_t *dst_md, bool add_to_output)
{
	dnnl_convolution_desc_t desc;
	dnnl_primitive_attr_t attr;
	dnnl_primitive_desc_t pd;

	if (!dn_check(dn,
		      dnnl_convolution_forward_desc_init(&desc, dnnl_forward_training,
							 dnnl_convolution_direct, &c->src,
							 &c->weights, NULL, dst_md, c->strides,
							 c->padding, c->padding),
		      "convolution"))
		return NULL;
	attr = dn_attr_of(dn, add_to_output, false);
	pd = dn_pd(dn, &desc, attr, NULL, "convolution");
	if (attr)
		dnnl_primitive_attr_destroy(attr);
	return pd;
}

static void forward_block(struct group_net *net, uint32_t i, uint32_t s, struct pass_layer *l,
			  dnnl_memory_t src)
{
	const struct dnnfile_layer *d = &net->layout->shape->layer[i];
	const struct layer_params *at = &net->layout->layer[i];
	struct pass_block *b = &l->block[s];
	struct dn *dn = net->dn;
	dnnl_memory_desc_t dst_md;
	dnnl_memory_t weights;
	struct dn_conv c;
	struct dn_op *op;

	dn_conv_of(dn, &c, d, net->images);
	dst_md = s ? dn_md_of_memory(dn, l->y) : c.dst;
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

dnnl_memory_t pass_conv_forward(struct pass *p, uint32_t i)
{
	struct group_net *net = p->net;
	uint32_t input = pass_shape(p, i)->input, sources = net->layout->layer[i].sources;

	for (uint32_t s = 0; s < sources; s++)
		forward_block(net, i, s, &p->layer[i],
			      s + 1 < sources ? net->earlier[s].out[input - 1] : p->value[input]);
	return pass_norm_forward(p, i);
}

static void backward_weights(struct group_net *net, uint32_t i, uint32_t s,
			     const struct pass_layer *l, dnnl_memory_t d_dst)
{
	const struct dnnfile_layer *d = &net->layout->shape->layer[i];
	const struct layer_params *at = &net->layout->layer[i];
	const struct pass_block *b = &l->block[s];
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

static dnnl_memory_t backward_data(struct group_net *net, uint32_t i, const struct pass_block *b,
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

void pass_conv_backward(struct pass *p, uint32_t i, dnnl_memory_t d_dst)
{
	uint32_t input = pass_shape(p, i)->input, sources = p->net->layout->layer[i].sources;
	const struct pass_layer *l = &p->layer[i];

	d_dst = pass_norm_backward(p, i, d_dst);
	for (uint32_t s = 0; s < sources; s++)
		backward_weights(p->net, i, s, l, d_dst);
	if (p->learns[input])
		pass_add_grad(p, input, backward_data(p->net, i, &l->block[sources - 1], d_dst));
}
