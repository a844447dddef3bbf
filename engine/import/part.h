/* SPDX-License-Identifier: MIT */
/*
 * Parts: outputs of layers as a .dnn file knows them. Each has one input, down
 * to the image, so that a part stands for the whole chain that computes it; a
 * group is such a chain.
 *
 * Parts are never changed once made. What a later node says about a layer (batch
 * norm, ReLU, use of some of its channels alone) makes a new part instead, which
 * costs little since no weights are copied: batch norm is kept as a factor and
 * an offset per output, and a range of outputs is a range of the weights.
 */
#ifndef IMPORT_PART_H
#define IMPORT_PART_H

#include <stdbool.h>

#include "importer.h"

/* Output o of in: scale[o] * sum over i of w[o * out_stride + i * in_stride] * in[i] + shift[o]. */
struct linear {
	const float *w;			/* NULL: output o is input o */
	size_t out_stride, in_stride;
	uint32_t outs;
	size_t ins;			/* per output, in the order C,H,W */
	double *scale, *shift;		/* outs values each */
};

enum part_kind { PART_IMAGE, PART_CONV, PART_MAX, PART_AVG };

struct part {
	enum part_kind kind;
	const struct part *input;	/* NULL for the image */
	const char *label;		/* of the node that made it */
	uint32_t channels, h, w;
	uint32_t kernel, stride, padding;
	bool relu;			/* convolution only */
	struct linear linear;		/* convolution only */
	uint32_t layers;		/* of the chain up to here */
	uint32_t step;			/* which node made it ... */
	uint32_t first;			/* ... and which of its channels is the first here */
	const char **reader;		/* of each channel: the node that reads it, or NULL */
};

/* A square window over a map. */
struct window {
	uint32_t kernel, stride, padding;
	uint32_t out_h, out_w;
};

/* Factors of 1 and offsets of 0. */
int linear_init(struct importer *im, struct linear *linear, const float *w, uint32_t outs,
		size_t ins);

/* Weight of an output and an input as it is with the factor. */
float linear_weight(const struct linear *linear, uint32_t out, size_t in);

/* Outputs first..first+count-1 alone. */
struct linear linear_rows(const struct linear *linear, uint32_t first, uint32_t count);

struct part *part_image(struct importer *im, uint32_t channels, uint32_t h, uint32_t w);
struct part *part_conv(struct importer *im, const struct part *input, const struct window *window,
		       const struct linear *linear);
struct part *part_pool(struct importer *im, enum part_kind kind, const struct part *input,
		       const struct window *window);

/*
 * These return NULL with err filled in.
 *
 * part_mean(): the mean of the whole map, in one pool or in several.
 * part_relu(): max(0, x) of it, where a convolution can do that.
 * part_affine(): factor[c] * x + offset[c] of each channel, where a convolution can do that.
 * part_range(): some channels alone, where they do not need others that are left out.
 */
const struct part *part_mean(struct importer *im, const struct part *part);
const struct part *part_relu(struct importer *im, const struct part *part);
const struct part *part_affine(struct importer *im, const struct part *part, const double *factor,
			       const double *offset);
const struct part *part_range(struct importer *im, const struct part *part, uint32_t first,
			      uint32_t count);

/* Whether part_range() can take a true part of the channels. */
bool part_can_split(const struct part *part);

/* The layer of this chain that reads the image; the image itself if there is none. */
const struct part *part_root(const struct part *part);

#endif
