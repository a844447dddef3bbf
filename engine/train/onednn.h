/* SPDX-License-Identifier: MIT */
/*
 * onednn: owns the oneDNN objects of one thread's networks.
 *
 * The first failure is kept in @status and @what; every later call does nothing, so that a
 * network is built without a check after each line and checked once with dn_error().
 * Primitives get their scratchpad from here (user mode), because the library's own one belongs
 * to the thread that created the primitive. A struct dn is used by one thread at a time.
 */
#ifndef DYNDNN_TRAIN_ONEDNN_H
#define DYNDNN_TRAIN_ONEDNN_H

#include <stdbool.h>
#include <oneapi/dnnl/dnnl.h>

#include "../model/shape.h"

enum { DN_ARGS_MAX = 12 };

/* One primitive with its arguments, ready to run. */
struct dn_op {
	dnnl_primitive_t prim;
	int nargs;
	dnnl_exec_arg_t args[DN_ARGS_MAX];
};

/* Primitives to be run one after the other. */
struct dn_list {
	struct dn_op *op;
	size_t nr;
};

struct dn {
	dnnl_engine_t engine;
	dnnl_stream_t stream;
	dnnl_data_type_t type;		/* of activations and of weights at work: f32 or bf16 */
	dnnl_primitive_attr_t attr;
	dnnl_status_t status;
	const char *what;
	dnnl_memory_t *memories;
	size_t nr_memories;
	dnnl_primitive_t *prims;
	size_t nr_prims;
	dnnl_primitive_desc_t *pds;
	size_t nr_pds;
	struct dn_op spare;		/* to write to after a failure */
};

/* oneDNN's own threads are off for the calling thread; call it in every thread that computes. */
void dn_thread_init(void);

void dn_open(struct dn *dn, dnnl_data_type_t type);
void dn_close(struct dn *dn);
/* 0, or -EIO / -ENOMEM after a failed call; dn->what says which. */
int dn_error(const struct dn *dn);
/* Note the outcome of a direct call of the library; true when all is well so far. */
bool dn_check(struct dn *dn, dnnl_status_t status, const char *what);

/* Of f32. */
dnnl_memory_desc_t dn_md(struct dn *dn, int ndims, const dnnl_dim_t *dims, dnnl_format_tag_t tag);
/* Of dn->type, in a layout of the library's choice. */
dnnl_memory_desc_t dn_any(struct dn *dn, int ndims, const dnnl_dim_t *dims);

/**
 * struct dn_conv - what a layer's convolution works on, for a number of images; a depthwise one is
 * the library's convolution in as many groups as channels
 * @src: input, in a layout of the library's choice
 * @dst: output, likewise
 * @weights: of one block, likewise
 * @d_weights: their gradient, likewise, but always f32
 * @plain_weights: f32 in the order output, input (one if depthwise), row, column
 * @strides: in both directions
 * @padding: on all sides
 */
struct dn_conv {
	dnnl_memory_desc_t src;
	dnnl_memory_desc_t dst;
	dnnl_memory_desc_t weights;
	dnnl_memory_desc_t d_weights;
	dnnl_memory_desc_t plain_weights;
	dnnl_dims_t strides;
	dnnl_dims_t padding;
};

void dn_conv_of(struct dn *dn, struct dn_conv *c, const struct dnnfile_layer *l, int images);

/**
 * struct dn_pool - the same for a pool
 * @dst: output, in a layout of the library's choice
 * @kind: max, or average without the padding
 * @window: its size in both directions
 * @strides: in both directions
 * @padding: on all sides
 */
struct dn_pool {
	dnnl_memory_desc_t dst;
	dnnl_alg_kind_t kind;
	dnnl_dims_t window;
	dnnl_dims_t strides;
	dnnl_dims_t padding;
};

void dn_pool_of(struct dn *dn, struct dn_pool *p, const struct dnnfile_layer *l, int images);

/* The library's choice of a layout, as the primitive descriptor @pd made it. */
const dnnl_memory_desc_t *dn_md_of(struct dn *dn, dnnl_primitive_desc_t pd, dnnl_query_t what);

dnnl_memory_desc_t dn_md_of_memory(struct dn *dn, dnnl_memory_t mem);

/* Memory over @handle, or allocated here if @handle is NULL. */
dnnl_memory_t dn_memory(struct dn *dn, const dnnl_memory_desc_t *md, void *handle);
/* @attr: NULL for the usual ones; @hint: the forward primitive, for a backward one. */
dnnl_primitive_desc_t dn_pd(struct dn *dn, const_dnnl_op_desc_t desc,
			    const_dnnl_primitive_attr_t attr, dnnl_primitive_desc_t hint,
			    const char *what);
void dn_op_init(struct dn *dn, struct dn_op *op, dnnl_primitive_desc_t pd);
void dn_arg(struct dn *dn, struct dn_op *op, int arg, dnnl_memory_t mem);
/* An op that copies between layouts; false after a failure. */
bool dn_reorder(struct dn *dn, struct dn_op *op, dnnl_memory_t from, dnnl_memory_t to);
bool dn_same_layout(struct dn *dn, dnnl_memory_t mem, const dnnl_memory_desc_t *md);
void dn_run(struct dn *dn, const struct dn_op *op);

/* A new op at the end of @list, valid until the next one is added. Never NULL. */
struct dn_op *dn_list_add(struct dn *dn, struct dn_list *list);
/* @mem in layout @md: itself, or a copy that @list makes when it runs. */
dnnl_memory_t dn_list_layout(struct dn *dn, struct dn_list *list, dnnl_memory_t mem,
			     const dnnl_memory_desc_t *md);
void dn_list_run(struct dn *dn, const struct dn_list *list);
void dn_list_free(struct dn_list *list);

/* Memory over (or with its own) @len floats. */
dnnl_memory_t dn_vector(struct dn *dn, size_t len, float *data);
float *dn_data(struct dn *dn, dnnl_memory_t mem);

#endif
