// SPDX-License-Identifier: MIT
#include "rows.h"

struct rows rows_of(const struct dnnfile_layer *layer, uint32_t part, uint32_t parts)
{
	uint32_t first = layer->out_h * part / parts, end = layer->out_h * (part + 1) / parts;
	int64_t top = (int64_t)first * layer->stride - layer->padding;
	int64_t bottom = (int64_t)(end - 1) * layer->stride - layer->padding + layer->kernel;
	int64_t in_top = top < 0 ? 0 : top;
	int64_t in_bottom = bottom > layer->in_h ? layer->in_h : bottom;

	return (struct rows) {
		.first = first, .count = end - first,
		.in_first = in_top, .in_count = in_bottom - in_top,
		.pad_top = in_top - top, .pad_bottom = bottom - in_bottom,
	};
}
