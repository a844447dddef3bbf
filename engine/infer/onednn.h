/* SPDX-License-Identifier: MIT */
/*
 * A session's oneDNN objects. Convolutions are oneDNN's, XNNPACK has the rest: its other
 * layers are faster. Both keep maps as [row][column][channel].
 */
#ifndef DYNDNN_ONEDNN_H
#define DYNDNN_ONEDNN_H

#include "onednn_api.h"
#include "rows.h"
#include "session.h"

#define ONEDNN_ARGS	5

/*
 * Values that a model of s8 has between layers are kept as u8 here, more by so much: after
 * a ReLU their zero point is 0 then, for which kernels are fastest.
 */
#define ONEDNN_FLIP	128

/**
 * struct onednn_plan - a convolution of some rows; in models of f32 the same for all groups
 * @primitive: the library's
 * @src: what it reads
 * @weights: as it wants them
 * @bias: likewise
 * @dst: what it makes
 * @scratchpad: that it needs
 */
struct onednn_plan {
	dnnl_primitive_t primitive;
	dnnl_memory_desc_t src;
	dnnl_memory_desc_t weights;
	dnnl_memory_desc_t bias;
	dnnl_memory_desc_t dst;
	dnnl_memory_desc_t scratchpad;
};

/**
 * struct onednn_step - a convolution with what it works on
 * @primitive: borrowed from its plan; NULL: the layer is XNNPACK's
 * @args: what it reads and writes
 */
struct onednn_step {
	dnnl_primitive_t primitive;
	dnnl_exec_arg_t args[ONEDNN_ARGS];
};

/**
 * struct onednn - what a session has of oneDNN
 * @api: its calls
 * @engine: the processor
 * @stream: of each lane, and of each band
 * @error: the session's
 * @bands: parts of a layer that threads may run at the same time, beside the whole; 0
 *	with one thread
 * @plan: of group g and layer i: the whole at [((g - 1) * layers + i) * (bands + 1)], then
 *	its bands; of group 1 alone if all groups have the same
 * @plans: their number
 * @step: of group g and layer i: likewise
 * @memory: all memory objects
 * @memories: their number
 * @block: all memory that is not in the session's buffers
 * @blocks: their number
 */
struct onednn {
	struct onednn_api api;
	dnnl_engine_t engine;
	dnnl_stream_t stream[DYNDNN_MAX_THREADS];
	struct dyndnn_error *error;
	uint32_t bands;
	struct onednn_plan *plan;
	size_t plans;
	struct onednn_step *step;
	dnnl_memory_t *memory;
	size_t memories;
	void **block;
	size_t blocks;
};

/* 0, or a negative errno with a text in the session's error. */
int onednn_check(const struct onednn *dn, dnnl_status_t status, const char *what)
	__attribute__((visibility("hidden")));

/*
 * What integer weights are multiplied with before they are used, so that sums of two
 * products do not overflow.
 */
float onednn_weights_scale(const struct dnnfile_layer *layer, bool quantised)
	__attribute__((visibility("hidden")));

/*
 * Plan some rows of a convolution (its layer from 0) of a group. Return 0; 1 if the library
 * has no fast kernel for it here; or a negative errno.
 */
int onednn_plan(struct onednn *dn, const struct dyndnn_model *model, uint32_t group,
		uint32_t layer, const struct rows *rows, struct onednn_plan *plan)
	__attribute__((visibility("hidden")));

/* Tensors of a layer of a group as a plan wants them: memory objects over new memory. */
int onednn_weights(struct onednn *dn, const struct dyndnn_model *model, uint32_t group,
		   uint32_t layer, const struct onednn_plan *plan, dnnl_memory_t *weights,
		   dnnl_memory_t *bias) __attribute__((visibility("hidden")));

/* A memory object that dn owns, over this memory, or new memory if that is NULL. */
int onednn_memory(struct onednn *dn, const dnnl_memory_desc_t *md, void *at, dnnl_memory_t *out)
	__attribute__((visibility("hidden")));

#endif
