/* SPDX-License-Identifier: MIT */
/* The transformations of a row of tiles. */
#ifndef DYNDNN_WINOGRAD_TILE_H
#define DYNDNN_WINOGRAD_TILE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	WINOGRAD_TILE = 2,	/* pixels of the output, in each direction */
	WINOGRAD_VALUES = 16,	/* of a tile and channel between the transformations */
	WINOGRAD_LANES = 8,	/* channels at a time; there must be so many */
};

/**
 * struct winograd_row - a row of tiles
 * @map: the feature map: input, or output
 * @stride: values from pixel to pixel of it
 * @height: of it
 * @width: of it
 * @channels: of it, WINOGRAD_LANES or more
 * @y: row of it where the tiles begin: may be outside of an input
 * @x: column where the first tile begins, likewise
 * @tiles: their number
 * @values: [tile][WINOGRAD_VALUES][channels]
 * @relu: no output below 0
 */
struct winograd_row {
	float *map;
	uint32_t stride, height, width, channels;
	int32_t y, x;
	uint32_t tiles;
	float *values;
	bool relu;
};

void winograd_row_in(const struct winograd_row *row) __attribute__((visibility("hidden")));
void winograd_row_out(const struct winograd_row *row) __attribute__((visibility("hidden")));

#endif
