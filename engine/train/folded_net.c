// SPDX-License-Identifier: MIT
#include <string.h>

#include "folded_net.h"

static const dnnl_dims_t ones = { 1, 1 }, twos = { 2, 2 }, zeros = { 0, 0 };

static struct dn_op *next_op(struct folded_net *net)
{
	if (net->nr_ops == FOLDED_NET_OPS_MAX) {
		dn_check(&net->dn, dnnl_runtime_error, "list of primitives");
		return &net->ops[0];
	}
	return &net->ops[net->nr_ops++];
}

static dnnl_memory_t in_layout(struct folded_net *net, dnnl_memory_t mem,
			       const dnnl_memory_desc_t *md)
{
	struct dn *dn = &net->dn;
	dnnl_memory_t copy;

	if (dn_same_layout(dn, mem, md))
		return mem;
	copy = dn_memory(dn, md, NULL);
	dn_reorder(dn, next_op(net), mem, copy);
	return copy;
}

/* Convolution, bias and ReLU in one primitive; the weights are put in by folded_net_run(). */
static dnnl_memory_t add_conv(struct folded_net *net, int i, dnnl_primitive_attr_t relu,
			      dnnl_memory_t src)
{
	const struct conv_shape *c = &net->shape->conv[i];
	dnnl_dim_t b_dims[] = { c->out };
	struct dn *dn = &net->dn;
	struct dn_conv_md md = dn_conv_md(dn, net->images, c->in, c->out, c->side);
	dnnl_memory_desc_t b_md = dn_md(dn, 1, b_dims, dnnl_a);
	dnnl_convolution_desc_t desc;
	dnnl_primitive_desc_t pd;
	dnnl_memory_t dst;
	struct dn_op *op;

	if (!dn_check(dn,
		      dnnl_convolution_forward_desc_init(&desc, dnnl_forward_inference,
							 dnnl_convolution_direct, &md.src, &md.weights,
							 &b_md, &md.dst, ones, ones, ones),
		      "convolution"))
		return NULL;
	pd = dn_pd(dn, &desc, relu, NULL, "convolution");
	src = in_layout(net, src, dn_md_of(dn, pd, dnnl_query_src_md));
	net->weights_md[i] = *dn_md_of(dn, pd, dnnl_query_weights_md);
	dst = dn_memory(dn, dn_md_of(dn, pd, dnnl_query_dst_md), NULL);
	net->conv_op[i] = net->nr_ops;
	op = next_op(net);
	dn_op_init(dn, op, pd);
	dn_arg(dn, op, DNNL_ARG_SRC, src);
	dn_arg(dn, op, DNNL_ARG_DST, dst);
	return dst;
}

static dnnl_memory_t add_pool(struct folded_net *net, int i, dnnl_memory_t src)
{
	const struct conv_shape *c = &net->shape->conv[i];
	dnnl_dim_t dims[] = { net->images, c->out, c->side / 2, c->side / 2 };
	struct dn *dn = &net->dn;
	dnnl_memory_desc_t dst_md = dn_md(dn, 4, dims, dnnl_format_tag_any);
	const dnnl_memory_desc_t *src_md = NULL;
	dnnl_pooling_desc_t desc;
	dnnl_primitive_desc_t pd;
	dnnl_memory_t dst;
	struct dn_op *op;

	if (dn_error(dn) || !dn_check(dn, dnnl_memory_get_memory_desc(src, &src_md), "pool"))
		return NULL;
	if (!dn_check(dn,
		      dnnl_pooling_forward_desc_init(&desc, dnnl_forward_inference,
						     dnnl_pooling_max, src_md, &dst_md, twos, twos,
						     zeros, zeros),
		      "pool"))
		return NULL;
	pd = dn_pd(dn, &desc, NULL, NULL, "pool");
	dst = dn_memory(dn, dn_md_of(dn, pd, dnnl_query_dst_md), NULL);
	op = next_op(net);
	dn_op_init(dn, op, pd);
	dn_arg(dn, op, DNNL_ARG_SRC, src);
	dn_arg(dn, op, DNNL_ARG_DST, dst);
	return dst;
}

static dnnl_primitive_attr_t relu_attr(struct dn *dn)
{
	dnnl_primitive_attr_t attr = NULL;
	dnnl_post_ops_t post = NULL;

	if (dn_check(dn, dnnl_primitive_attr_create(&attr), "ReLU") &&
	    dn_check(dn, dnnl_post_ops_create(&post), "ReLU") &&
	    dn_check(dn, dnnl_post_ops_append_eltwise(post, 1.0f, dnnl_eltwise_relu, 0.0f, 0.0f),
		     "ReLU") &&
	    dn_check(dn, dnnl_primitive_attr_set_post_ops(attr, post), "ReLU"))
		dn_check(dn, dnnl_primitive_attr_set_scratchpad_mode(attr,
								     dnnl_scratchpad_mode_user),
			 "ReLU");
	if (post)
		dnnl_post_ops_destroy(post);
	return attr;
}

int folded_net_open(struct folded_net *net, const struct net_shape *shape, int images)
{
	const struct conv_shape *last = &shape->conv[NET_CONVS - 1];
	dnnl_dim_t in_dims[] = { images, shape->conv[0].in, NET_SIDE, NET_SIDE };
	dnnl_dim_t out_dims[] = { images, last->out, last->side / 2, last->side / 2 };
	struct dn *dn = &net->dn;
	dnnl_memory_desc_t in_md, out_md;
	dnnl_primitive_attr_t relu;
	dnnl_memory_t at;

	memset(net, 0, sizeof(*net));
	net->shape = shape;
	net->images = images;
	dn_open(dn);
	relu = relu_attr(dn);
	in_md = dn_md(dn, 4, in_dims, dnnl_nchw);
	out_md = dn_md(dn, 4, out_dims, dnnl_nchw);
	at = dn_memory(dn, &in_md, NULL);
	net->input = dn_data(dn, at);
	for (int i = 0; i < NET_CONVS; i++) {
		at = add_conv(net, i, relu, at);
		if (shape->conv[i].pool)
			at = add_pool(net, i, at);
	}
	net->features = dn_data(dn, in_layout(net, at, &out_md));
	if (relu)
		dnnl_primitive_attr_destroy(relu);
	return dn_error(dn);
}

void folded_net_close(struct folded_net *net)
{
	dn_close(&net->dn);
	memset(net, 0, sizeof(*net));
}

int folded_net_add(struct folded_net *net, struct folded_group *group, float *folded)
{
	struct dn *dn = &net->dn;

	group->folded = folded;
	for (int i = 0; i < NET_CONVS; i++) {
		const struct conv_shape *c = &net->shape->conv[i];
		dnnl_dim_t w_dims[] = { c->out, c->in, 3, 3 };
		dnnl_dim_t b_dims[] = { c->out };
		dnnl_memory_desc_t w_md = dn_md(dn, 4, w_dims, dnnl_oihw);
		dnnl_memory_desc_t b_md = dn_md(dn, 1, b_dims, dnnl_a);
		dnnl_memory_t plain = dn_memory(dn, &w_md, folded + c->weights);
		struct dn_op op;

		group->weights[i] = dn_memory(dn, &net->weights_md[i], NULL);
		group->bias[i] = dn_memory(dn, &b_md, folded + c->shift);
		if (dn_reorder(dn, &op, plain, group->weights[i]))
			dn_run(dn, &op);
	}
	return dn_error(dn);
}

void folded_net_run(struct folded_net *net, const struct folded_group *group, float *logits)
{
	const struct net_shape *s = net->shape;
	const float *bias = group->folded + s->fc_bias;
	struct dn *dn = &net->dn;
	int conv = 0;

	for (int i = 0; i < net->nr_ops; i++) {
		struct dn_op op = net->ops[i];

		if (conv < NET_CONVS && net->conv_op[conv] == i) {
			dn_arg(dn, &op, DNNL_ARG_WEIGHTS, group->weights[conv]);
			dn_arg(dn, &op, DNNL_ARG_BIAS, group->bias[conv]);
			conv++;
		}
		dn_run(dn, &op);
	}
	for (int n = 0; n < net->images; n++)
		for (int c = 0; c < NET_CLASSES; c++)
			logits[n * NET_CLASSES + c] += bias[c];
	dn_check(dn, dnnl_sgemm('N', 'T', net->images, NET_CLASSES, s->features, 1.0f,
				net->features, s->features, group->folded + s->fc_weights,
				s->features, 1.0f, logits, NET_CLASSES), "classifier");
}
