// SPDX-License-Identifier: MIT
#include "pass.h"

/* An average needs no workspace: then its descriptor is empty. */
static bool has_workspace(const struct dnnfile_layer *l)
{
	return l->kind == DNNFILE_MAX_POOL;
}

dnnl_memory_t pass_pool_forward(struct pass *p, uint32_t i)
{
	const struct dnnfile_layer *d = pass_shape(p, i);
	struct pass_layer *l = &p->layer[i];
	struct group_net *net = p->net;
	struct dn *dn = net->dn;
	dnnl_memory_desc_t src_md = dn_md_of_memory(dn, p->value[d->input]);
	dnnl_pooling_desc_t desc;
	dnnl_memory_t dst;
	struct dn_pool pool;
	struct dn_op *op;

	dn_pool_of(dn, &pool, d, net->images);
	if (!dn_check(dn,
		      dnnl_pooling_forward_desc_init(&desc, dnnl_forward_training, pool.kind,
						     &src_md, &pool.dst, pool.strides, pool.window,
						     pool.padding, pool.padding),
		      "pool"))
		return NULL;
	l->pool_pd = dn_pd(dn, &desc, NULL, NULL, "pool");
	dst = dn_memory(dn, dn_md_of(dn, l->pool_pd, dnnl_query_dst_md), NULL);
	op = dn_list_add(dn, &net->fwd);
	dn_op_init(dn, op, l->pool_pd);
	dn_arg(dn, op, DNNL_ARG_SRC, p->value[d->input]);
	dn_arg(dn, op, DNNL_ARG_DST, dst);
	if (has_workspace(d)) {
		l->workspace = dn_memory(dn, dn_md_of(dn, l->pool_pd, dnnl_query_workspace_md),
					 NULL);
		dn_arg(dn, op, DNNL_ARG_WORKSPACE, l->workspace);
	}
	return dst;
}

void pass_pool_backward(struct pass *p, uint32_t i, dnnl_memory_t d_dst)
{
	const struct dnnfile_layer *d = pass_shape(p, i);
	const struct pass_layer *l = &p->layer[i];
	struct group_net *net = p->net;
	struct dn *dn = net->dn;
	const dnnl_memory_desc_t *dst_md = dn_md_of(dn, l->pool_pd, dnnl_query_dst_md);
	const dnnl_memory_desc_t *src_md = dn_md_of(dn, l->pool_pd, dnnl_query_src_md);
	dnnl_primitive_desc_t pd;
	dnnl_pooling_desc_t desc;
	dnnl_memory_t d_src;
	struct dn_pool pool;
	struct dn_op *op;

	dn_pool_of(dn, &pool, d, net->images);
	if (!dn_check(dn,
		      dnnl_pooling_backward_desc_init(&desc, pool.kind, src_md, dst_md,
						      pool.strides, pool.window, pool.padding,
						      pool.padding),
		      "pool backward"))
		return;
	pd = dn_pd(dn, &desc, NULL, l->pool_pd, "pool backward");
	d_dst = dn_list_layout(dn, &net->bwd, d_dst, dst_md);
	d_src = dn_memory(dn, src_md, NULL);
	op = dn_list_add(dn, &net->bwd);
	dn_op_init(dn, op, pd);
	dn_arg(dn, op, DNNL_ARG_DIFF_DST, d_dst);
	dn_arg(dn, op, DNNL_ARG_DIFF_SRC, d_src);
	if (has_workspace(d))
		dn_arg(dn, op, DNNL_ARG_WORKSPACE, l->workspace);
	pass_add_grad(p, d->input, d_src);
}
