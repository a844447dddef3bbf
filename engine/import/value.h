/* SPDX-License-Identifier: MIT */
/*
 * Values: what a name of the ONNX graph stands for. Channels of a map may come
 * from several chains, so a map is a list of pieces; after the flatten they are
 * still whole channels, in the same order (ONNX flattens C,H,W). Affine values
 * are not computed by a layer yet: they become the classifier, or a hidden layer.
 */
#ifndef IMPORT_VALUE_H
#define IMPORT_VALUE_H

#include "part.h"
#include "tensor.h"

/* Of a map or a sum. Some more than there can be groups, for odd ways to write them. */
#define VALUE_MAX_PIECES	(4 * DNNFILE_MAX_GROUPS)

enum value_kind {
	VALUE_CONST,		/* known when the network is loaded */
	VALUE_MAP,		/* (batch, C, H, W) */
	VALUE_FLAT,		/* (batch, C * H * W) */
	VALUE_AFFINE,		/* (batch, width): a sum of terms */
};

struct piece {
	const struct part *part;
	uint32_t first, count;	/* channels */
};

/* An affine function of the channels of some pieces. */
struct term {
	const char *label;
	struct linear linear;
	uint32_t first_out;	/* outputs of the sum that this one adds to: from here ... */
	size_t pieces;		/* ... as many as linear.outs */
	struct piece *piece;
};

struct value {
	enum value_kind kind;
	const Onnx__TensorProto *proto;	/* constants: NULL once the first node has read it */
	struct tensor tensor;		/* then */
	uint32_t h, w;			/* maps and what was one */
	size_t pieces;
	struct piece *piece;
	uint32_t width;			/* columns of an affine value */
	size_t terms;
	struct term *term;
	struct value *settled;		/* what value_settle() made of an affine value */
	struct value *identity;		/* what value_identity() made of this one */
};

/* NULL with err filled in, as all that make a value. */
struct value *value_new(struct importer *im, enum value_kind kind);
struct value *value_map(struct importer *im, size_t pieces, uint32_t h, uint32_t w);

static inline void value_set(struct value *value, size_t i, const struct part *part)
{
	value->piece[i] = (struct piece) { .part = part, .count = part->channels };
}

/* "a feature map" ... for messages. */
const char *value_kind_name(const struct value *value);

uint32_t value_channels(const struct value *value);

/* Columns of a value with two dimensions. */
size_t value_columns(const struct value *value);

/* The same channels as a map or as two dimensions. */
struct value *value_flat(struct importer *im, const struct value *value);

/* Channels first..first+count-1. */
struct value *value_slice(struct importer *im, const struct value *value, uint32_t first,
			  uint32_t count);

/* Channels of these one after the other: maps of one size. */
struct value *value_concat(struct importer *im, struct value *const *values, size_t count);

/*
 * Make an affine value a hidden layer: a convolution whose kernel is the whole map. Others are
 * returned as they are.
 */
struct value *value_settle(struct importer *im, struct value *value);

/* A settled value as a sum of terms, each the identity of a piece or as good as that. */
struct value *value_identity(struct importer *im, struct value *value);

/*
 * Read a piece, or channels of a value that must all lie in one part: the part of these channels
 * alone. Each channel is read by one node at most, or the network would branch.
 */
const struct part *piece_take(struct importer *im, const struct piece *piece);
const struct part *value_take(struct importer *im, const struct value *value, uint32_t first,
			      uint32_t count);

/* Read a piece as a part of its own if it can be one, else as it is. */
int piece_take_whole(struct importer *im, const struct piece *piece, struct piece *taken);

/* Read a settled value as the input of a term. */
int value_take_term(struct importer *im, const struct value *value, struct term *term);

/* Apply change() to every piece of a settled value; channel counts from its first one. */
typedef const struct part *(*piece_fn)(struct importer *im, const struct part *part,
				       uint32_t channel, void *ctx);
struct value *value_each(struct importer *im, const struct value *value, piece_fn change,
			 void *ctx);

#endif
