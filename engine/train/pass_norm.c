// SPDX-License-Identifier: MIT
/* Batch-norm with the statistics of this batch, and ReLU. */
#include "pass.h"

static unsigned int flags_of(const struct dnnfile_layer *l)
{
	return dnnl_use_scale | dnnl_use_shift | (layer_has_relu(l) ? dnnl_fuse_norm_relu : 0);
}

dnnl_memory_t pass_norm_forward(struct pass *p, uint32_t i)
{
	const struct dnnfile_layer *d = pass_shape(p, i);
	struct pass_layer *l = &p->layer[i];
	struct group_net *net = p->net;
	const struct layer_params *at = &net->layout->layer[i];
	struct dn *dn = net->dn;
	dnnl_memory_desc_t md = dn_md_of_memory(dn, l->y);
	dnnl_batch_normalization_desc_t desc;
	dnnl_memory_t z;
	struct dn_op *op;

	if (!dn_check(dn,
		      dnnl_batch_normalization_forward_desc_init(&desc, dnnl_forward_training, &md,
								 NET_BN_EPSILON, flags_of(d)),
		      "batch-norm"))
		return NULL;
	l->bn_pd = dn_pd(dn, &desc, NULL, NULL, "batch-norm");
	l->mean = dn_vector(dn, d->out_c, net->stats + at->mean);
	l->var = dn_vector(dn, d->out_c, net->stats + at->var);
	l->scale = dn_vector(dn, d->out_c, net->params + at->scale);
	l->shift = dn_vector(dn, d->out_c, net->params + at->shift);
	if (layer_has_relu(d))
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
	if (layer_has_relu(d))
		dn_arg(dn, op, DNNL_ARG_WORKSPACE, l->workspace);
	return z;
}

dnnl_memory_t pass_norm_backward(struct pass *p, uint32_t i, dnnl_memory_t d_dst)
{
	const struct dnnfile_layer *d = pass_shape(p, i);
	const struct pass_layer *l = &p->layer[i];
	struct group_net *net = p->net;
	const struct layer_params *at = &net->layout->layer[i];
	struct dn *dn = net->dn;
	dnnl_memory_desc_t md = dn_md_of_memory(dn, l->y);
	dnnl_batch_normalization_desc_t desc;
	dnnl_primitive_desc_t pd;
	dnnl_memory_t d_src;
	struct dn_op *op;

	if (!dn_check(dn,
		      dnnl_batch_normalization_backward_desc_init(&desc, dnnl_backward, &md, &md,
								  NET_BN_EPSILON, flags_of(d)),
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
	if (layer_has_relu(d))
		dn_arg(dn, op, DNNL_ARG_WORKSPACE, l->workspace);
	dn_arg(dn, op, DNNL_ARG_DIFF_SRC, d_src);
	dn_arg(dn, op, DNNL_ARG_DIFF_SCALE, dn_vector(dn, d->out_c, net->grads + at->scale));
	dn_arg(dn, op, DNNL_ARG_DIFF_SHIFT, dn_vector(dn, d->out_c, net->grads + at->shift));
	return d_src;
}
