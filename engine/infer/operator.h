/* SPDX-License-Identifier: MIT */
/* How a layer becomes an operator of the compute library, by type of its values. */
#ifndef DYNDNN_OPERATOR_H
#define DYNDNN_OPERATOR_H

#include <xnnpack.h>

#include "buffers.h"
#include "rows.h"

/**
 * struct recipe - what one operator is made of
 * @model: the model
 * @group: from 1
 * @index: of the layer, from 0
 * @layer: the layer
 * @channels: that the layer reads of each pixel
 * @strided: other groups' channels may lie between its pixels
 * @first: of the output's channels that this operator makes
 * @count: of them
 * @rows: that it makes
 * @in: what it reads
 * @addend: residual: the second one that it reads
 * @out: where it writes
 */
struct recipe {
	const struct dyndnn_model *model;
	uint32_t group;
	uint32_t index;
	const struct dnnfile_layer *layer;
	uint32_t channels;
	bool strided;
	uint32_t first, count;
	struct rows rows;
	struct map in, addend, out;
};

/* Values before those that the operator reads, or makes. */
static inline size_t recipe_input(const struct recipe *r)
{
	return (size_t)r->rows.in_first * r->layer->in_w * r->in.stride;
}

static inline size_t recipe_output(const struct recipe *r)
{
	return (size_t)r->rows.first * r->layer->out_w * r->out.stride + r->first;
}

enum xnn_status operator_f32(const struct recipe *r, xnn_operator_t *op)
	__attribute__((visibility("hidden")));
enum xnn_status operator_s8(const struct recipe *r, xnn_operator_t *op)
	__attribute__((visibility("hidden")));

/* Pools and residuals of s8 models whose values are kept as u8, 128 more. */
enum xnn_status operator_u8(const struct recipe *r, xnn_operator_t *op)
	__attribute__((visibility("hidden")));

#endif
