// SPDX-License-Identifier: MIT
#include <errno.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "onednn.h"

void dn_thread_init(void)
{
	omp_set_num_threads(1);
}

bool dn_check(struct dn *dn, dnnl_status_t status, const char *what)
{
	if (dn->status == dnnl_success && status != dnnl_success) {
		dn->status = status;
		dn->what = what;
	}
	return dn->status == dnnl_success;
}

int dn_error(const struct dn *dn)
{
	if (dn->status == dnnl_success)
		return 0;
	return dn->status == dnnl_out_of_memory ? -ENOMEM : -EIO;
}

/* Remember an object for dn_close(). */
static bool keep(struct dn *dn, void *array, size_t *nr, void *object)
{
	void ***list = array;
	void **grown = realloc(*list, (*nr + 1) * sizeof(*grown));

	if (!grown)
		return dn_check(dn, dnnl_out_of_memory, "object list");
	grown[(*nr)++] = object;
	*list = grown;
	return true;
}

void dn_open(struct dn *dn, dnnl_data_type_t type)
{
	memset(dn, 0, sizeof(*dn));
	dn->type = type;
	dn_thread_init();
	if (!dn_check(dn, dnnl_engine_create(&dn->engine, dnnl_cpu, 0), "engine"))
		return;
	if (!dn_check(dn, dnnl_stream_create(&dn->stream, dn->engine, dnnl_stream_default_flags),
		      "stream"))
		return;
	if (!dn_check(dn, dnnl_primitive_attr_create(&dn->attr), "attributes"))
		return;
	dn_check(dn, dnnl_primitive_attr_set_scratchpad_mode(dn->attr, dnnl_scratchpad_mode_user),
		 "scratchpad mode");
}

void dn_close(struct dn *dn)
{
	for (size_t i = 0; i < dn->nr_prims; i++)
		dnnl_primitive_destroy(dn->prims[i]);
	for (size_t i = 0; i < dn->nr_pds; i++)
		dnnl_primitive_desc_destroy(dn->pds[i]);
	for (size_t i = 0; i < dn->nr_memories; i++)
		dnnl_memory_destroy(dn->memories[i]);
	free(dn->prims);
	free(dn->pds);
	free(dn->memories);
	if (dn->attr)
		dnnl_primitive_attr_destroy(dn->attr);
	if (dn->stream)
		dnnl_stream_destroy(dn->stream);
	if (dn->engine)
		dnnl_engine_destroy(dn->engine);
	memset(dn, 0, sizeof(*dn));
}

static dnnl_memory_desc_t md_of_type(struct dn *dn, int ndims, const dnnl_dim_t *dims,
				     dnnl_data_type_t type, dnnl_format_tag_t tag)
{
	dnnl_memory_desc_t md;

	memset(&md, 0, sizeof(md));
	if (dn->status == dnnl_success)
		dn_check(dn, dnnl_memory_desc_init_by_tag(&md, ndims, dims, type, tag),
			 "memory descriptor");
	return md;
}

dnnl_memory_desc_t dn_md(struct dn *dn, int ndims, const dnnl_dim_t *dims, dnnl_format_tag_t tag)
{
	return md_of_type(dn, ndims, dims, dnnl_f32, tag);
}

dnnl_memory_desc_t dn_any(struct dn *dn, int ndims, const dnnl_dim_t *dims)
{
	return md_of_type(dn, ndims, dims, dn->type, dnnl_format_tag_any);
}

void dn_conv_of(struct dn *dn, struct dn_conv *c, const struct dnnfile_layer *l, int images)
{
	dnnl_dim_t src[] = { images, l->in_c, l->in_h, l->in_w };
	dnnl_dim_t dst[] = { images, l->out_c, l->out_h, l->out_w };
	dnnl_dim_t whole[] = { l->out_c, l->in_c, l->kernel, l->kernel };
	dnnl_dim_t depthwise[] = { l->out_c, 1, 1, l->kernel, l->kernel };
	bool single = l->kind == DNNFILE_DEPTHWISE;
	const dnnl_dim_t *weights = single ? depthwise : whole;
	int dims = single ? 5 : 4;

	memset(c, 0, sizeof(*c));
	c->src = dn_any(dn, 4, src);
	c->dst = dn_any(dn, 4, dst);
	c->weights = dn_any(dn, dims, weights);
	c->d_weights = dn_md(dn, dims, weights, dnnl_format_tag_any);
	c->plain_weights = dn_md(dn, dims, weights, single ? dnnl_goihw : dnnl_oihw);
	for (int i = 0; i < 2; i++) {
		c->strides[i] = l->stride;
		c->padding[i] = l->padding;
	}
}

void dn_pool_of(struct dn *dn, struct dn_pool *p, const struct dnnfile_layer *l, int images)
{
	dnnl_dim_t dst[] = { images, l->out_c, l->out_h, l->out_w };

	memset(p, 0, sizeof(*p));
	p->dst = dn_any(dn, 4, dst);
	p->kind = l->kind == DNNFILE_MAX_POOL ? dnnl_pooling_max :
						dnnl_pooling_avg_exclude_padding;
	for (int i = 0; i < 2; i++) {
		p->window[i] = l->kernel;
		p->strides[i] = l->stride;
		p->padding[i] = l->padding;
	}
}

dnnl_memory_desc_t dn_md_of_memory(struct dn *dn, dnnl_memory_t mem)
{
	const dnnl_memory_desc_t *md = NULL;
	dnnl_memory_desc_t none;

	memset(&none, 0, sizeof(none));
	if (dn_error(dn) || !dn_check(dn, dnnl_memory_get_memory_desc(mem, &md), "memory"))
		return none;
	return *md;
}

const dnnl_memory_desc_t *dn_md_of(struct dn *dn, dnnl_primitive_desc_t pd, dnnl_query_t what)
{
	static const dnnl_memory_desc_t none;
	const dnnl_memory_desc_t *md = NULL;

	if (dn->status == dnnl_success)
		md = dnnl_primitive_desc_query_md(pd, what, 0);
	return md ? md : &none;
}

dnnl_memory_t dn_memory(struct dn *dn, const dnnl_memory_desc_t *md, void *handle)
{
	dnnl_memory_t mem = NULL;

	if (dn->status != dnnl_success)
		return NULL;
	if (!dn_check(dn, dnnl_memory_create(&mem, md, dn->engine,
					     handle ? handle : DNNL_MEMORY_ALLOCATE), "memory"))
		return NULL;
	if (!keep(dn, &dn->memories, &dn->nr_memories, mem)) {
		dnnl_memory_destroy(mem);
		return NULL;
	}
	return mem;
}

static dnnl_primitive_desc_t keep_pd(struct dn *dn, dnnl_primitive_desc_t pd)
{
	if (keep(dn, &dn->pds, &dn->nr_pds, pd))
		return pd;
	dnnl_primitive_desc_destroy(pd);
	return NULL;
}

dnnl_primitive_desc_t dn_pd(struct dn *dn, const_dnnl_op_desc_t desc,
			    const_dnnl_primitive_attr_t attr, dnnl_primitive_desc_t hint,
			    const char *what)
{
	dnnl_primitive_desc_t pd = NULL;

	if (dn->status != dnnl_success)
		return NULL;
	if (!dn_check(dn, dnnl_primitive_desc_create(&pd, desc, attr ? attr : dn->attr, dn->engine,
						     hint), what))
		return NULL;
	return keep_pd(dn, pd);
}

void dn_op_init(struct dn *dn, struct dn_op *op, dnnl_primitive_desc_t pd)
{
	const dnnl_memory_desc_t *pad;

	memset(op, 0, sizeof(*op));
	if (dn->status != dnnl_success)
		return;
	if (!dn_check(dn, dnnl_primitive_create(&op->prim, pd), "primitive"))
		return;
	if (!keep(dn, &dn->prims, &dn->nr_prims, op->prim)) {
		dnnl_primitive_destroy(op->prim);
		return;
	}
	pad = dn_md_of(dn, pd, dnnl_query_scratchpad_md);
	if (dnnl_memory_desc_get_size(pad))
		dn_arg(dn, op, DNNL_ARG_SCRATCHPAD, dn_memory(dn, pad, NULL));
}

void dn_arg(struct dn *dn, struct dn_op *op, int arg, dnnl_memory_t mem)
{
	if (dn->status != dnnl_success)
		return;
	if (op->nargs == DN_ARGS_MAX) {
		dn_check(dn, dnnl_invalid_arguments, "too many arguments");
		return;
	}
	op->args[op->nargs].arg = arg;
	op->args[op->nargs].memory = mem;
	op->nargs++;
}

bool dn_same_layout(struct dn *dn, dnnl_memory_t mem, const dnnl_memory_desc_t *md)
{
	const dnnl_memory_desc_t *have = NULL;

	if (dn->status != dnnl_success)
		return true;
	if (!dn_check(dn, dnnl_memory_get_memory_desc(mem, &have), "memory descriptor"))
		return true;
	return dnnl_memory_desc_equal(have, md);
}

bool dn_reorder(struct dn *dn, struct dn_op *op, dnnl_memory_t from, dnnl_memory_t to)
{
	const dnnl_memory_desc_t *a = NULL, *b = NULL;
	dnnl_primitive_desc_t pd = NULL;

	memset(op, 0, sizeof(*op));
	if (dn->status != dnnl_success)
		return false;
	dnnl_memory_get_memory_desc(from, &a);
	dnnl_memory_get_memory_desc(to, &b);
	if (!dn_check(dn, dnnl_reorder_primitive_desc_create(&pd, a, dn->engine, b, dn->engine,
							     dn->attr), "reorder"))
		return false;
	dn_op_init(dn, op, keep_pd(dn, pd));
	dn_arg(dn, op, DNNL_ARG_FROM, from);
	dn_arg(dn, op, DNNL_ARG_TO, to);
	return dn->status == dnnl_success;
}

void dn_run(struct dn *dn, const struct dn_op *op)
{
	if (dn->status == dnnl_success)
		dn_check(dn, dnnl_primitive_execute(op->prim, dn->stream, op->nargs, op->args),
			 "execution");
}

float *dn_data(struct dn *dn, dnnl_memory_t mem)
{
	void *data = NULL;

	if (dn->status == dnnl_success)
		dn_check(dn, dnnl_memory_get_data_handle(mem, &data), "memory handle");
	return data;
}

struct dn_op *dn_list_add(struct dn *dn, struct dn_list *list)
{
	struct dn_op *grown = realloc(list->op, (list->nr + 1) * sizeof(*grown));

	if (!grown) {
		dn_check(dn, dnnl_out_of_memory, "list of primitives");
		return &dn->spare;
	}
	list->op = grown;
	return &grown[list->nr++];
}

dnnl_memory_t dn_list_layout(struct dn *dn, struct dn_list *list, dnnl_memory_t mem,
			     const dnnl_memory_desc_t *md)
{
	dnnl_memory_t copy;

	if (dn_same_layout(dn, mem, md))
		return mem;
	copy = dn_memory(dn, md, NULL);
	dn_reorder(dn, dn_list_add(dn, list), mem, copy);
	return copy;
}

void dn_list_run(struct dn *dn, const struct dn_list *list)
{
	for (size_t i = 0; i < list->nr; i++)
		dn_run(dn, &list->op[i]);
}

void dn_list_free(struct dn_list *list)
{
	free(list->op);
	memset(list, 0, sizeof(*list));
}

dnnl_memory_t dn_vector(struct dn *dn, size_t len, float *data)
{
	dnnl_dim_t dims[] = { len };
	dnnl_memory_desc_t md = dn_md(dn, 1, dims, dnnl_a);

	return dn_memory(dn, &md, data);
}
