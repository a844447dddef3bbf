// SPDX-License-Identifier: MIT
#include <string.h>

#include "dn_add.h"
#include "folded_net.h"

/* @plain in layout @md, copied now and for good. */
static dnnl_memory_t constant(struct dn *dn, dnnl_memory_t plain, const dnnl_memory_desc_t *md)
{
	struct dn_list now = { 0 };
	dnnl_memory_t mem = dn_list_layout(dn, &now, plain, md);

	dn_list_run(dn, &now);
	dn_list_free(&now);
	return mem;
}

/*
 * One block of a convolution. The first one brings the bias and chooses the layout of the output
 * (@dst NULL), the others add to it; ReLU is the last one's.
 */
static dnnl_memory_t add_block(struct folded_net *net, uint32_t layer, uint32_t block,
			       dnnl_memory_t src, dnnl_memory_t dst)
{
	const struct dnnfile_layer *l = &net->layout->shape->layer[layer];
	const struct layer_params *at = &net->layout->layer[layer];
	bool last = block + 1 == at->sources;
	const dnnl_memory_desc_t *dst_md;
	dnnl_memory_desc_t bias_md;
	dnnl_dim_t bias_dims[] = { l->out_c };
	struct dn *dn = net->dn;
	dnnl_primitive_attr_t attr;
	dnnl_memory_t plain, weights;
	dnnl_convolution_desc_t desc;
	dnnl_primitive_desc_t pd;
	struct dn_conv c;
	struct dn_op *op;

	dn_conv_of(dn, &c, l, net->images);
	bias_md = dn_md(dn, 1, bias_dims, dnnl_a);
	dst_md = &c.dst;
	if (dst && !dn_error(dn))
		dn_check(dn, dnnl_memory_get_memory_desc(dst, &dst_md), "convolution");
	if (!dn_check(dn,
		      dnnl_convolution_forward_desc_init(&desc, dnnl_forward_inference,
							 dnnl_convolution_direct, &c.src,
							 &c.weights, block ? NULL : &bias_md,
							 dst_md, c.strides, c.padding, c.padding),
		      "convolution"))
		return NULL;
	attr = dn_attr_of(dn, block, last && layer_has_relu(l));
	pd = dn_pd(dn, &desc, attr, NULL, "convolution");
	if (attr)
		dnnl_primitive_attr_destroy(attr);
	if (!dst)
		dst = dn_memory(dn, dn_md_of(dn, pd, dnnl_query_dst_md), NULL);
	plain = dn_memory(dn, &c.plain_weights,
			  net->folded + at->weights + block * layout_block(l));
	weights = constant(dn, plain, dn_md_of(dn, pd, dnnl_query_weights_md));
	src = dn_list_layout(dn, &net->ops, src, dn_md_of(dn, pd, dnnl_query_src_md));
	op = dn_list_add(dn, &net->ops);
	dn_op_init(dn, op, pd);
	dn_arg(dn, op, DNNL_ARG_SRC, src);
	dn_arg(dn, op, DNNL_ARG_WEIGHTS, weights);
	dn_arg(dn, op, DNNL_ARG_DST, dst);
	if (!block)
		dn_arg(dn, op, DNNL_ARG_BIAS, dn_vector(dn, l->out_c, net->folded + at->shift));
	return dst;
}

static dnnl_memory_t add_pool(struct folded_net *net, const struct dnnfile_layer *l,
			      dnnl_memory_t src)
{
	const dnnl_memory_desc_t *src_md = NULL;
	struct dn *dn = net->dn;
	dnnl_pooling_desc_t desc;
	dnnl_primitive_desc_t pd;
	dnnl_memory_t dst;
	struct dn_pool p;
	struct dn_op *op;

	dn_pool_of(dn, &p, l, net->images);
	if (dn_error(dn) || !dn_check(dn, dnnl_memory_get_memory_desc(src, &src_md), "pool"))
		return NULL;
	if (!dn_check(dn,
		      dnnl_pooling_forward_desc_init(&desc, dnnl_forward_inference, p.kind, src_md,
						     &p.dst, p.strides, p.window, p.padding,
						     p.padding),
		      "pool"))
		return NULL;
	pd = dn_pd(dn, &desc, NULL, NULL, "pool");
	dst = dn_memory(dn, dn_md_of(dn, pd, dnnl_query_dst_md), NULL);
	op = dn_list_add(dn, &net->ops);
	dn_op_init(dn, op, pd);
	dn_arg(dn, op, DNNL_ARG_SRC, src);
	dn_arg(dn, op, DNNL_ARG_DST, dst);
	return dst;
}

dnnl_memory_desc_t classifier_md(struct dn *dn, const struct dnnfile_layer *l, int images)
{
	dnnl_dim_t dims[] = { images, l->in_c, l->in_h, l->in_w };

	return dn_md(dn, 4, dims, dnnl_nchw);
}

static dnnl_memory_t add_conv(struct folded_net *net, uint32_t layer, dnnl_memory_t src)
{
	uint32_t input = net->layout->shape->layer[layer].input;
	uint32_t sources = net->layout->layer[layer].sources;
	dnnl_memory_t dst = NULL;

	/* Blocks are in the order of the groups; the last is the group's own. */
	for (uint32_t s = 0; s < sources; s++)
		dst = add_block(net, layer, s,
				s + 1 < sources ? net->earlier[s].out[input - 1] : src, dst);
	return dst;
}

/* What a layer reads by this number. */
static dnnl_memory_t value_of(const struct folded_net *net, dnnl_memory_t input, uint32_t number)
{
	return number ? net->out[number - 1] : input;
}

static void build(struct folded_net *net, dnnl_memory_t input)
{
	const struct dnnfile_shape *shape = net->layout->shape;
	const struct dnnfile_layer *last = layout_classifier(net->layout);
	struct dn *dn = net->dn;
	dnnl_memory_desc_t md;

	for (uint32_t i = 0; i + 1 < shape->layers; i++) {
		const struct dnnfile_layer *l = &shape->layer[i];
		dnnl_memory_t src = value_of(net, input, l->input);

		if (layer_is_conv(l))
			net->out[i] = add_conv(net, i, src);
		else if (dnnfile_is_pool(l))
			net->out[i] = add_pool(net, l, src);
		else
			net->out[i] = dn_list_sum(dn, &net->ops, src,
						  value_of(net, input, l->addend),
						  layer_has_relu(l));
	}
	md = classifier_md(dn, last, net->images);
	net->features = dn_data(dn, dn_list_layout(dn, &net->ops,
						   value_of(net, input, last->input), &md));
}

int folded_net_open(struct folded_net *net, struct dn *dn, const struct group_layout *layout,
		    int images, dnnl_memory_t input, const struct folded_net *earlier,
		    float *folded)
{
	memset(net, 0, sizeof(*net));
	net->dn = dn;
	net->layout = layout;
	net->images = images;
	net->earlier = earlier;
	net->folded = folded;
	build(net, input);
	return dn_error(dn);
}

void folded_net_close(struct folded_net *net)
{
	dn_list_free(&net->ops);
	memset(net, 0, sizeof(*net));
}

void add_block_logits(struct dn *dn, const struct dnnfile_layer *l, int images,
		      const float *features, const float *weights, float *logits)
{
	dnnl_dim_t inputs = classifier_inputs(l);

	if (dn->status == dnnl_success)
		dn_check(dn, dnnl_sgemm('N', 'T', images, l->out_c, inputs, 1.0f, features, inputs,
					weights, inputs, 1.0f, logits, l->out_c), "classifier");
}

void folded_net_run(struct folded_net *net, float *logits)
{
	const struct dnnfile_layer *l = layout_classifier(net->layout);
	const struct layer_params *at = &net->layout->layer[net->layout->shape->layers - 1];
	const float *bias = net->folded + at->shift;

	dn_list_run(net->dn, &net->ops);
	for (int n = 0; n < net->images; n++)
		for (uint32_t c = 0; c < l->out_c; c++)
			logits[n * l->out_c + c] += bias[c];
	for (uint32_t s = 0; s < at->sources; s++)
		add_block_logits(net->dn, l, net->images,
				 s + 1 < at->sources ? net->earlier[s].features : net->features,
				 net->folded + at->weights + s * layout_block(l), logits);
}
