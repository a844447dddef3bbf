// SPDX-License-Identifier: MIT
#include "dn_add.h"

dnnl_primitive_attr_t dn_attr_of(struct dn *dn, bool add_to_output, bool relu)
{
	dnnl_primitive_attr_t attr = NULL;
	dnnl_post_ops_t post = NULL;
	bool ok;

	ok = dn_check(dn, dnnl_primitive_attr_create(&attr), "attributes") &&
	     dn_check(dn, dnnl_post_ops_create(&post), "attributes");
	if (ok && add_to_output)
		ok = dn_check(dn, dnnl_post_ops_append_sum(post, 1.0f), "sum");
	if (ok && relu)
		ok = dn_check(dn, dnnl_post_ops_append_eltwise(post, 1.0f, dnnl_eltwise_relu, 0.0f,
							       0.0f), "ReLU");
	if (ok)
		ok = dn_check(dn, dnnl_primitive_attr_set_post_ops(attr, post), "attributes");
	if (ok)
		dn_check(dn, dnnl_primitive_attr_set_scratchpad_mode(attr,
								     dnnl_scratchpad_mode_user),
			 "attributes");
	if (post)
		dnnl_post_ops_destroy(post);
	return attr;
}

dnnl_memory_t dn_list_sum(struct dn *dn, struct dn_list *list, dnnl_memory_t a, dnnl_memory_t b,
			  bool relu)
{
	dnnl_memory_desc_t md = dn_md_of_memory(dn, a);
	dnnl_primitive_attr_t attr;
	dnnl_primitive_desc_t pd;
	dnnl_binary_desc_t desc;
	dnnl_memory_t sum;
	struct dn_op *op;

	if (dn_error(dn) ||
	    !dn_check(dn, dnnl_binary_desc_init(&desc, dnnl_binary_add, &md, &md, &md), "sum"))
		return NULL;
	b = dn_list_layout(dn, list, b, &md);
	attr = dn_attr_of(dn, false, relu);
	pd = dn_pd(dn, &desc, attr, NULL, "sum");
	if (attr)
		dnnl_primitive_attr_destroy(attr);
	sum = dn_memory(dn, &md, NULL);
	op = dn_list_add(dn, list);
	dn_op_init(dn, op, pd);
	dn_arg(dn, op, DNNL_ARG_SRC_0, a);
	dn_arg(dn, op, DNNL_ARG_SRC_1, b);
	dn_arg(dn, op, DNNL_ARG_DST, sum);
	return sum;
}
