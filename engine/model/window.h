/* SPDX-License-Identifier: MIT */
/* Sizes that follow from a layer's window and input. */
#ifndef DNNFILE_WINDOW_H
#define DNNFILE_WINDOW_H

#include "shape.h"

/*
 * Rows or columns that a window makes of so many. Only for sizes within their ranges,
 * where nothing here can overflow.
 */
static inline uint32_t dnnfile_window_out(uint32_t in, const struct dnnfile_layer *layer)
{
	uint64_t padded = (uint64_t)in + 2ULL * layer->padding;

	if (!layer->stride || padded < layer->kernel)
		return 0;
	return (padded - layer->kernel) / layer->stride + 1;
}

/* The sizes of what a layer reads, whose number is below its own. */
static inline void dnnfile_set_input(const struct dnnfile_shape *shape,
				     struct dnnfile_layer *layer)
{
	const struct dnnfile_layer *from = layer->input ? &shape->layer[layer->input - 1] : NULL;

	layer->in_c = from ? from->out_c : shape->image_c;
	layer->in_h = from ? from->out_h : shape->image_h;
	layer->in_w = from ? from->out_w : shape->image_w;
}

#endif
