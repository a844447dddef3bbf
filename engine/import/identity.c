// SPDX-License-Identifier: MIT
/*
 * Maps that are logits already. A .dnn file ends in a classifier, so they get one
 * that changes nothing; or, if the last layer is a convolution that could be the
 * classifier, that one.
 */
#include <errno.h>

#include "value.h"

/* Put the pools between end and conv on the input of conv instead. */
static const struct part *pools_over(struct importer *im, const struct part *end,
				     const struct part *conv)
{
	const struct part *input;
	struct window window;
	struct part *pool;

	if (end == conv)
		return conv->input;
	input = pools_over(im, end->input, conv);
	if (!input)
		return NULL;
	window = (struct window) { .kernel = end->kernel, .stride = end->stride,
				   .padding = end->padding, .out_h = end->h, .out_w = end->w };
	pool = part_pool(im, PART_AVG, input, &window);
	if (!pool)
		return NULL;
	/* Made by the same node: this also decides which group comes first. */
	pool->label = end->label;
	pool->step = end->step;
	pool->first = end->first;
	return pool;
}

/*
 * Networks may end in a convolution to classes and a mean. Without a ReLU between
 * them they can change places, so that the convolution is the classifier.
 */
static const struct part *classifying_conv(const struct part *end)
{
	const struct part *conv = end;

	while (conv->kind == PART_AVG)
		conv = conv->input;
	if (conv->kind != PART_CONV || conv->relu || conv->padding || end->h != 1 || end->w != 1)
		return NULL;
	if (conv != end)
		return conv->kernel == 1 && conv->stride == 1 ? conv : NULL;
	return conv->kernel == conv->input->h && conv->kernel == conv->input->w ? conv : NULL;
}

static int read_piece(struct importer *im, const struct piece *piece, struct term *term)
{
	const struct part *conv, *input;
	uint32_t outs;
	int ret;

	term->label = piece->part->label;
	term->pieces = 1;
	term->piece = import_alloc(im, 1, sizeof(*term->piece));
	if (!term->piece)
		return -ENOMEM;
	ret = piece_take_whole(im, piece, term->piece);
	if (ret)
		return ret;
	piece = term->piece;
	conv = classifying_conv(piece->part);
	outs = piece->count * piece->part->h * piece->part->w;
	if (!conv || piece->count != piece->part->channels)
		return linear_init(im, &term->linear, NULL, outs, outs);
	input = pools_over(im, piece->part, conv);
	if (!input)
		return import_error(im);
	*term->piece = (struct piece) { .part = input, .count = input->channels };
	term->linear = conv->linear;
	return 0;
}

struct value *value_identity(struct importer *im, struct value *value)
{
	size_t columns = value_columns(value);
	struct value *sum;

	if (value->identity)
		return value->identity;
	if (columns > DNNFILE_MAX_CLASSES) {
		import_fail(im, -EOPNOTSUPP, "the logits are %zu, allowed: %d..%d", columns,
			    DNNFILE_MIN_CLASSES, DNNFILE_MAX_CLASSES);
		return NULL;
	}
	sum = value_new(im, VALUE_AFFINE);
	if (!sum)
		return NULL;
	sum->width = columns;
	sum->terms = value->pieces;
	sum->term = import_alloc(im, value->pieces, sizeof(*sum->term));
	if (!sum->term)
		return NULL;
	columns = 0;
	for (size_t i = 0; i < value->pieces; i++) {
		struct term *term = &sum->term[i];

		if (read_piece(im, &value->piece[i], term))
			return NULL;
		term->first_out = columns;
		columns += term->linear.outs;
	}
	value->identity = sum;
	return sum;
}
