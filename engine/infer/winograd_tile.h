/* SPDX-License-Identifier: MIT */
/* The transformations of a row of tiles. */
#ifndef DYNDNN_WINOGRAD_TILE_H
#define DYNDNN_WINOGRAD_TILE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	WINOGRAD_MAX_TILE = 4,	/* pixels of the output, in each direction */
	WINOGRAD_MAX_SIDE = WINOGRAD_MAX_TILE + 2,
	WINOGRAD_LANES = 8,	/* channels at a time, or more; there must be so many */
};

/**
 * struct winograd_row - a row of tiles
 * @map: the feature map: input, or output
 * @stride: values from pixel to pixel of it
 * @height: of it
 * @width: of it
 * @channels: of it, WINOGRAD_LANES or more
 * @tile: pixels of the output that are a tile, in each direction: 2 or 4
 * @y: row of it where the tiles begin: may be outside of an input
 * @x: column where the first tile begins, likewise
 * @tiles: their number
 * @values: [tile][(@tile + 2)^2][channels], between the two transformations
 * @relu: no output below 0
 */
struct winograd_row {
	float *map;
	uint32_t stride, height, width, channels;
	uint32_t tile;
	int32_t y, x;
	uint32_t tiles;
	float *values;
	bool relu;
};

void winograd_row_in(const struct winograd_row *row) __attribute__((visibility("hidden")));
void winograd_row_out(const struct winograd_row *row) __attribute__((visibility("hidden")));

#endif
