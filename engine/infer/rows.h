/* SPDX-License-Identifier: MIT */
/* Some rows of a layer's output, when threads share it. */
#ifndef DYNDNN_ROWS_H
#define DYNDNN_ROWS_H

#include "../model/format.h"

/**
 * struct rows - rows of a layer's output, and what of its input they need
 * @first: from 0
 * @count: of them
 * @in_first: of the input's rows
 * @in_count: of them
 * @pad_top: rows of padding above these
 * @pad_bottom: below
 */
struct rows {
	uint32_t first, count;
	uint32_t in_first, in_count;
	uint32_t pad_top, pad_bottom;
};

/* Part number part (from 0) of so many, of a layer with a window that moves. */
struct rows rows_of(const struct dnnfile_layer *layer, uint32_t part, uint32_t parts)
	__attribute__((visibility("hidden")));

#endif
