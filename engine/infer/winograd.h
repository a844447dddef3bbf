/* SPDX-License-Identifier: MIT */
/*
 * Convolutions of 3 x 3 in fewer multiplications (Winograd's F(2 x 2, 3 x 3) and F(4 x 4, 3 x 3)):
 * 16 instead of 36 for each input, output and tile of 2 x 2 pixels, or 36 instead of 144 for 4 x 4.
 * Tiles of the input are transformed to so many values a channel; for each of them a product of
 * matrices mixes the channels, which is one group of an operator of the compute library; a second
 * transformation makes the output's pixels.
 *
 * Roundings differ from those of the plain sum: with small tiles by about as much as that one's
 * from the exact result, with large ones by some times that.
 */
#ifndef DYNDNN_WINOGRAD_H
#define DYNDNN_WINOGRAD_H

#include "operator.h"
#include "winograd_tile.h"
#include "workers.h"

/* Whether a layer (from 0) can be done in this way, and should. */
bool winograd_fits(const struct dnnfile_shape *shape, uint32_t layer)
	__attribute__((visibility("hidden")));

/* Of a tile and channel, between the transformations. */
uint32_t winograd_values(const struct dnnfile_layer *layer) __attribute__((visibility("hidden")));

/* What such a layer needs as scratch memory while it runs. */
size_t winograd_scratch_bytes(const struct dnnfile_layer *layer)
	__attribute__((visibility("hidden")));

/*
 * Make one of the operators that winograd_run() needs, over this scratch memory: for count of
 * the values of a tile.
 */
enum xnn_status winograd_operator(const struct recipe *r, void *scratch, uint32_t first,
				  uint32_t count, xnn_operator_t *op)
	__attribute__((visibility("hidden")));

/**
 * struct winograd_step - a layer of a group, to be run
 * @layer: the layer
 * @in: what it reads
 * @out: where it writes
 * @scratch: that the operators were made with
 * @op: the operators, for all values of a tile together
 * @parts: their number
 * @workers: that share the work
 * @threads: how many of them
 */
struct winograd_step {
	const struct dnnfile_layer *layer;
	struct map in, out;
	void *scratch;
	const xnn_operator_t *op;
	uint32_t parts;
	struct workers *workers;
	unsigned int threads;
};

enum xnn_status winograd_run(const struct winograd_step *step)
	__attribute__((visibility("hidden")));

#endif
