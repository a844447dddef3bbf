/* SPDX-License-Identifier: MIT */
/*
 * A session's oneDNN objects. In models of f32 the layers of all groups are alike, so
 * there is one primitive per layer, and memory objects with each group's own values. In
 * models of s8 primitives have their group's scales in them; only convolutions are
 * oneDNN's there, XNNPACK has the rest.
 */
#ifndef DYNDNN_ONEDNN_H
#define DYNDNN_ONEDNN_H

#include "onednn_api.h"
#include "session.h"

#define ONEDNN_ARGS	6

/**
 * struct onednn_step - a primitive with what it works on
 * @primitive: NULL: nothing to do
 * @args: what it reads and writes
 * @nargs: their number
 */
struct onednn_step {
	dnnl_primitive_t primitive;
	dnnl_exec_arg_t args[ONEDNN_ARGS];
	int nargs;
};

/**
 * struct onednn_layer - a layer, of every group or of one
 * @reorder: makes of the input what @main wants, or NULL
 * @main: the layer itself
 * @from: what it is given
 * @src: what @main reads
 * @weights: as @main wants them; ndims 0: none
 * @bias: likewise
 * @dst: what it makes
 * @scratchpad: that @main needs
 */
struct onednn_layer {
	dnnl_primitive_t reorder;
	dnnl_primitive_t main;
	dnnl_memory_desc_t from;
	dnnl_memory_desc_t src;
	dnnl_memory_desc_t weights;
	dnnl_memory_desc_t bias;
	dnnl_memory_desc_t dst;
	dnnl_memory_desc_t scratchpad;
};

/**
 * struct onednn - what a session has of oneDNN
 * @api: its calls
 * @engine: the processor
 * @stream: of each lane
 * @error: the session's
 * @layer: plan of group g and layer i at [(g - 1) * layers + i]; models of f32: those of
 *	group 1 are everyone's
 * @layers: their number
 * @reorder: of group g and layer i at [(g - 1) * layers + i]
 * @main: likewise; without a primitive the layer is XNNPACK's
 * @memory: all memory objects
 * @memories: their number
 * @block: all memory that is not in the session's buffers
 * @blocks: their number
 */
struct onednn {
	struct onednn_api api;
	dnnl_engine_t engine;
	dnnl_stream_t stream[DYNDNN_MAX_LEVELS];
	struct dyndnn_error *error;
	struct onednn_layer *layer;
	size_t layers;
	struct onednn_step *reorder;
	struct onednn_step *main;
	dnnl_memory_t *memory;
	size_t memories;
	void **block;
	size_t blocks;
};

/* 0, or a negative errno with a text in the session's error. */
int onednn_check(const struct onednn *dn, dnnl_status_t status, const char *what)
	__attribute__((visibility("hidden")));

/*
 * Make the primitives of a layer (from 0) of a group, in models of f32 after those of its
 * inputs' layers. Return 0, or a negative errno: -ENOTSUP if the library has no fast way
 * to run it.
 */
int onednn_plan(struct onednn *dn, const struct dyndnn_model *model, uint32_t group,
		uint32_t layer, struct onednn_layer *out) __attribute__((visibility("hidden")));

/* Tensors of a layer of a group as a plan wants them: memory objects over new memory. */
int onednn_weights(struct onednn *dn, const struct dyndnn_model *model, uint32_t group,
		   uint32_t layer, const struct onednn_layer *plan, dnnl_memory_t *weights,
		   dnnl_memory_t *bias) __attribute__((visibility("hidden")));

/* A memory object that dn owns, over this memory, or new memory if that is NULL. */
int onednn_memory(struct onednn *dn, const dnnl_memory_desc_t *md, void *at, dnnl_memory_t *out)
	__attribute__((visibility("hidden")));

#endif
