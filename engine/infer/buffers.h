/* SPDX-License-Identifier: MIT */
/*
 * Where layers read and write: allocated once for a session. Groups run one after the
 * other, so they share the buffers of a lane; groups of different lanes may run at the
 * same time.
 */
#ifndef DYNDNN_BUFFERS_H
#define DYNDNN_BUFFERS_H

#include "../model/model.h"

/* Where the channels of a feature map's first pixel begin, and values from pixel to pixel. */
struct map {
	void *values;
	size_t stride;
};

/**
 * struct buffers - memory of a session
 * @model: whose layers they are for
 * @groups: groups 1..groups run
 * @lanes: groups that may run at the same time
 * @input: the normalised image in the model's type, [row][column][channel]
 * @slots: number of buffers of a lane
 * @slot: which of them a layer (from 0) writes
 * @scratch: buffer s of lane l at [l * slots + s]
 * @kept: triangular wiring: what layer i (from 0) of all groups made, at [i], if
 *	later groups read it, else NULL; a pixel has groups * out_c values,
 *	those of group 1 first
 * @logits: what the classifiers write, in the model's type
 * @logits_bytes: from one group's to the next
 */
struct buffers {
	const struct dyndnn_model *model;
	uint32_t groups;
	uint32_t lanes;
	void *input;
	uint32_t slots;
	uint32_t slot[DNNFILE_MAX_LAYERS];
	void **scratch;
	void *kept[DNNFILE_MAX_LAYERS];
	uint8_t *logits;
	size_t logits_bytes;
};

/* Return 0 or -ENOMEM; to be released with buffers_free() in any case. */
int buffers_alloc(struct buffers *buffers, const struct dyndnn_model *model, uint32_t groups,
		  uint32_t lanes) __attribute__((visibility("hidden")));
void buffers_free(struct buffers *buffers) __attribute__((visibility("hidden")));

/* Where layer number n (0: the image) of a group is read by a layer (from 0). */
struct map buffers_input(const struct buffers *buffers, uint32_t group, uint32_t layer, uint32_t n)
	__attribute__((visibility("hidden")));

/* Where a layer (from 0) of a group writes. */
struct map buffers_output(const struct buffers *buffers, uint32_t group, uint32_t layer)
	__attribute__((visibility("hidden")));

#endif
