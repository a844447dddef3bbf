// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pass.h"

static int build(struct group_net *net, dnnl_memory_t input)
{
	struct pass *p = calloc(1, sizeof(*p));
	struct dn *dn = net->dn;
	dnnl_memory_desc_t md;
	dnnl_memory_t at;

	if (!p)
		return -ENOMEM;
	p->net = net;
	at = pass_forward(p, input);
	md = classifier_md(dn, layout_classifier(net->layout), net->images);
	net->features = dn_data(dn, dn_list_layout(dn, &net->fwd, at, &md));
	at = dn_memory(dn, &md, NULL);
	net->d_features = dn_data(dn, at);
	pass_backward(p, at);
	free(p);
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
