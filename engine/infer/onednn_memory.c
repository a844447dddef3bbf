// SPDX-License-Identifier: MIT
#ifdef __x86_64__
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../model/error.h"
#include "onednn.h"

static int no_memory(const struct onednn *dn)
{
	return dyndnn_fail(dn->error, -ENOMEM, "no memory for the session");
}

static int new_block(struct onednn *dn, size_t bytes, void **out)
{
	void **more = reallocarray(dn->block, dn->blocks + 1, sizeof(*more));

	if (!more)
		return no_memory(dn);
	dn->block = more;
	bytes = (bytes + DNNFILE_ALIGN - 1) / DNNFILE_ALIGN * DNNFILE_ALIGN;
	*out = aligned_alloc(DNNFILE_ALIGN, bytes ? bytes : DNNFILE_ALIGN);
	if (!*out)
		return no_memory(dn);
	memset(*out, 0, bytes);
	dn->block[dn->blocks++] = *out;
	return 0;
}

int onednn_memory(struct onednn *dn, const dnnl_memory_desc_t *md, void *at, dnnl_memory_t *out)
{
	dnnl_memory_t *more = reallocarray(dn->memory, dn->memories + 1, sizeof(*more));
	int ret = 0;

	if (!more)
		return no_memory(dn);
	dn->memory = more;
	if (!at)
		ret = new_block(dn, dn->api.dnnl_memory_desc_get_size(md), &at);
	if (!ret)
		ret = onednn_check(dn, dn->api.dnnl_memory_create(out, md, dn->engine, at),
				   "memory");
	if (!ret)
		dn->memory[dn->memories++] = *out;
	return ret;
}

/* Copy, times scale, into the layout that is wanted, now and for good. */
static int fill(struct onednn *dn, const dnnl_memory_desc_t *from_md, const void *from,
		const dnnl_memory_desc_t *to_md, dnnl_memory_t to, float scale)
{
	const struct onednn_api *api = &dn->api;
	dnnl_primitive_attr_t attr = NULL;
	dnnl_primitive_desc_t pd = NULL;
	dnnl_primitive_t reorder = NULL;
	dnnl_memory_t source = NULL;
	dnnl_status_t status;

	status = api->dnnl_memory_create(&source, from_md, dn->engine, (void *)from);
	if (status == dnnl_success)
		status = api->dnnl_primitive_attr_create(&attr);
	if (status == dnnl_success && scale != 1)
		status = api->dnnl_primitive_attr_set_output_scales(attr, 1, 0, &scale);
	if (status == dnnl_success)
		status = api->dnnl_reorder_primitive_desc_create(&pd, from_md, dn->engine, to_md,
								 dn->engine, attr);
	if (status == dnnl_success)
		status = api->dnnl_primitive_create(&reorder, pd);
	if (status == dnnl_success) {
		const dnnl_exec_arg_t args[] = {
			{ DNNL_ARG_FROM, source }, { DNNL_ARG_TO, to },
		};

		status = api->dnnl_primitive_execute(reorder, dn->stream[0], 2, args);
	}
	if (status == dnnl_success)
		status = api->dnnl_stream_wait(dn->stream[0]);
	if (reorder)
		api->dnnl_primitive_destroy(reorder);
	if (pd)
		api->dnnl_primitive_desc_destroy(pd);
	if (attr)
		api->dnnl_primitive_attr_destroy(attr);
	if (source)
		api->dnnl_memory_destroy(source);
	return onednn_check(dn, status, "a layout of weights");
}

/* As the file has them. */
static int describe_weights(struct onednn *dn, const struct dnnfile_layer *l,
			    dnnl_data_type_t type, dnnl_memory_desc_t *md)
{
	const dnnl_dims_t dense = { l->out_c, l->in_c, l->kernel, l->kernel };
	const dnnl_dims_t grouped = { l->out_c, 1, 1, l->kernel, l->kernel };
	dnnl_status_t status;

	if (l->kind == DNNFILE_DEPTHWISE)
		status = dn->api.dnnl_memory_desc_init_by_tag(md, 5, grouped, type, dnnl_goihw);
	else
		status = dn->api.dnnl_memory_desc_init_by_tag(md, 4, dense, type, dnnl_ohwi);
	return onednn_check(dn, status, "a shape of weights");
}

int onednn_weights(struct onednn *dn, const struct dyndnn_model *model, uint32_t group,
		   uint32_t layer, const struct onednn_plan *plan, dnnl_memory_t *weights,
		   dnnl_memory_t *bias)
{
	const struct dnnfile_layer *l = &model->shape.layer[layer];
	bool quantised = model->shape.dtype == DNNFILE_S8;
	float scale = onednn_weights_scale(l, quantised);
	dnnl_memory_desc_t md, bias_md = plan->bias;
	int ret;

	ret = describe_weights(dn, l, quantised ? dnnl_s8 : dnnl_f32, &md);
	if (!ret)
		ret = onednn_memory(dn, &plan->weights, NULL, weights);
	if (!ret)
		ret = fill(dn, &md, dyndnn_model_tensor(model, group, layer, DNNFILE_WEIGHTS),
			   &plan->weights, *weights, scale);
	if (!ret)
		ret = onednn_memory(dn, &plan->bias, NULL, bias);
	if (quantised)
		bias_md.data_type = dnnl_s32;
	if (!ret)
		ret = fill(dn, &bias_md, dyndnn_model_tensor(model, group, layer, DNNFILE_BIAS),
			   &plan->bias, *bias, scale);
	return ret;
}
#endif
