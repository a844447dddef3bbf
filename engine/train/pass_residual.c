// SPDX-License-Identifier: MIT
#include "dn_add.h"
#include "pass.h"

dnnl_memory_t pass_residual_forward(struct pass *p, uint32_t i)
{
	const struct dnnfile_layer *l = pass_shape(p, i);

	return dn_list_sum(p->net->dn, &p->net->fwd, p->value[l->input], p->value[l->addend],
			   layer_has_relu(l));
}

/* The gradient of what ReLU reads, from what it made. */
static dnnl_memory_t backward_relu(struct pass *p, dnnl_memory_t dst, dnnl_memory_t d_dst)
{
	struct dn *dn = p->net->dn;
	dnnl_memory_desc_t md = dn_md_of_memory(dn, dst);
	dnnl_primitive_desc_t hint, pd;
	dnnl_eltwise_desc_t desc;
	dnnl_memory_t d_src;
	struct dn_op *op;

	if (dn_error(dn) ||
	    !dn_check(dn,
		      dnnl_eltwise_forward_desc_init(&desc, dnnl_forward_training,
						     dnnl_eltwise_relu_use_dst_for_bwd, &md, 0, 0),
		      "ReLU"))
		return NULL;
	hint = dn_pd(dn, &desc, NULL, NULL, "ReLU");
	if (!dn_check(dn,
		      dnnl_eltwise_backward_desc_init(&desc, dnnl_eltwise_relu_use_dst_for_bwd,
						      &md, &md, 0, 0), "ReLU backward"))
		return NULL;
	pd = dn_pd(dn, &desc, NULL, hint, "ReLU backward");
	d_dst = dn_list_layout(dn, &p->net->bwd, d_dst, &md);
	d_src = dn_memory(dn, &md, NULL);
	op = dn_list_add(dn, &p->net->bwd);
	dn_op_init(dn, op, pd);
	dn_arg(dn, op, DNNL_ARG_DST, dst);
	dn_arg(dn, op, DNNL_ARG_DIFF_DST, d_dst);
	dn_arg(dn, op, DNNL_ARG_DIFF_SRC, d_src);
	return d_src;
}

/* Both inputs have the sum's gradient. */
void pass_residual_backward(struct pass *p, uint32_t i, dnnl_memory_t d_dst)
{
	const struct dnnfile_layer *l = pass_shape(p, i);

	if (layer_has_relu(l))
		d_dst = backward_relu(p, p->value[i + 1], d_dst);
	pass_add_grad(p, l->input, d_dst);
	pass_add_grad(p, l->addend, d_dst);
}
