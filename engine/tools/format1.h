/* SPDX-License-Identifier: MIT */
/* What differs in .dnn files of version 1. */
#ifndef DYNDNN_FORMAT1_H
#define DYNDNN_FORMAT1_H

#include <stdint.h>

/* A row of the layer table; of the header's fields, wiring was the last. */
struct old_layer {
	uint32_t kind, dtype, flags;	/* dtype 1: f32, the only one */
	uint32_t kernel, stride, padding;
	uint32_t in_c, in_h, in_w;
	uint32_t out_c, out_h, out_w;
	uint32_t weights_offset, bias_offset;	/* as they are now, of group 1 */
	uint32_t reserved[2];
};

_Static_assert(sizeof(struct old_layer) == 64, "layer table row");

#endif
