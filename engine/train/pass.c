// SPDX-License-Identifier: MIT
#include "dn_add.h"
#include "pass.h"

void pass_add_grad(struct pass *p, uint32_t number, dnnl_memory_t grad)
{
	dnnl_memory_t *sum = &p->grad[number];

	if (!p->learns[number])
		return;
	*sum = *sum ? dn_list_sum(p->net->dn, &p->net->bwd, *sum, grad, false) : grad;
}

static dnnl_memory_t layer_forward(struct pass *p, uint32_t i)
{
	const struct dnnfile_layer *l = pass_shape(p, i);

	if (layer_is_conv(l))
		return pass_conv_forward(p, i);
	return dnnfile_is_pool(l) ? pass_pool_forward(p, i) : pass_residual_forward(p, i);
}

static void layer_backward(struct pass *p, uint32_t i)
{
	const struct dnnfile_layer *l = pass_shape(p, i);
	dnnl_memory_t d_dst = p->grad[i + 1];

	if (layer_is_conv(l))
		pass_conv_backward(p, i, d_dst);
	else if (dnnfile_is_pool(l))
		pass_pool_backward(p, i, d_dst);
	else
		pass_residual_backward(p, i, d_dst);
}

dnnl_memory_t pass_forward(struct pass *p, dnnl_memory_t input)
{
	const struct dnnfile_shape *shape = p->net->layout->shape;

	p->value[0] = input;
	for (uint32_t i = 0; i + 1 < shape->layers; i++) {
		const struct dnnfile_layer *l = &shape->layer[i];

		p->value[i + 1] = layer_forward(p, i);
		p->learns[i + 1] = layer_is_conv(l) || p->learns[l->input] ||
				   p->learns[l->addend];
	}
	return p->value[layout_classifier(p->net->layout)->input];
}

/* Who reads a layer comes after it, so that its gradient is whole when its turn comes. */
void pass_backward(struct pass *p, dnnl_memory_t d_features)
{
	const struct dnnfile_shape *shape = p->net->layout->shape;

	pass_add_grad(p, layout_classifier(p->net->layout)->input, d_features);
	for (uint32_t i = shape->layers - 1; i-- > 0;)
		if (p->learns[i + 1])
			layer_backward(p, i);
}
