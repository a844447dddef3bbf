// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>

#include "value.h"

struct value *value_new(struct importer *im, enum value_kind kind)
{
	struct value *value = import_alloc(im, 1, sizeof(*value));

	if (value)
		value->kind = kind;
	return value;
}

struct value *value_map(struct importer *im, size_t pieces, uint32_t h, uint32_t w)
{
	struct value *value = value_new(im, VALUE_MAP);

	if (!value)
		return NULL;
	value->h = h;
	value->w = w;
	value->pieces = pieces;
	value->piece = import_alloc(im, pieces, sizeof(*value->piece));
	return value->piece ? value : NULL;
}

const char *value_kind_name(const struct value *value)
{
	static const char *const name[] = {
		[VALUE_CONST] = "a constant",
		[VALUE_MAP] = "a map with 4 dimensions",
		[VALUE_FLAT] = "a map with 2 dimensions",
		[VALUE_AFFINE] = "the output of Gemm",
	};

	return name[value->kind];
}

uint32_t value_channels(const struct value *value)
{
	uint32_t channels = 0;

	for (size_t i = 0; i < value->pieces; i++)
		channels += value->piece[i].count;
	return channels;
}

size_t value_columns(const struct value *value)
{
	if (value->kind == VALUE_AFFINE)
		return value->width;
	return (size_t)value_channels(value) * value->h * value->w;
}

struct value *value_flat(struct importer *im, const struct value *value)
{
	struct value *flat = value_new(im, VALUE_FLAT);

	if (!flat)
		return NULL;
	*flat = *value;
	flat->kind = VALUE_FLAT;
	return flat;
}

/* Append, joining what was one piece before. */
static void append(struct value *value, const struct part *part, uint32_t first, uint32_t count)
{
	struct piece *last = value->pieces ? &value->piece[value->pieces - 1] : NULL;

	if (last && last->part == part && last->first + last->count == first)
		last->count += count;
	else
		value->piece[value->pieces++] = (struct piece) { part, first, count };
}

struct value *value_slice(struct importer *im, const struct value *value, uint32_t first,
			  uint32_t count)
{
	struct value *slice = value_map(im, value->pieces, value->h, value->w);
	uint32_t at = 0;

	if (!slice)
		return NULL;
	slice->kind = value->kind;
	slice->pieces = 0;
	for (size_t i = 0; i < value->pieces; i++) {
		const struct piece *piece = &value->piece[i];
		uint32_t from = first > at ? first : at;
		uint32_t end = first + count < at + piece->count ? first + count :
								   at + piece->count;

		if (from < end)
			append(slice, piece->part, piece->first + from - at, end - from);
		at += piece->count;
	}
	return slice;
}

struct value *value_concat(struct importer *im, struct value *const *values, size_t count)
{
	struct value *joined;
	size_t pieces = 0;

	for (size_t i = 0; i < count; i++) {
		if (values[i]->kind != values[0]->kind || values[i]->h != values[0]->h ||
		    values[i]->w != values[0]->w) {
			import_fail(im, -EINVAL, "input %zu is %s of %u x %u, the first is %s of "
				    "%u x %u", i + 1, value_kind_name(values[i]), values[i]->h,
				    values[i]->w, value_kind_name(values[0]), values[0]->h,
				    values[0]->w);
			return NULL;
		}
		pieces += values[i]->pieces;
		if (pieces > VALUE_MAX_PIECES) {
			import_fail(im, -EOPNOTSUPP, "it joins more than %d outputs",
				    VALUE_MAX_PIECES);
			return NULL;
		}
	}
	joined = value_map(im, pieces, values[0]->h, values[0]->w);
	if (!joined)
		return NULL;
	joined->kind = values[0]->kind;
	joined->pieces = 0;
	for (size_t i = 0; i < count; i++) {
		for (size_t p = 0; p < values[i]->pieces; p++) {
			const struct piece *piece = &values[i]->piece[p];

			append(joined, piece->part, piece->first, piece->count);
		}
	}
	return joined;
}

struct value *value_settle(struct importer *im, struct value *value)
{
	const struct term *term = value->term;
	const struct piece *piece;
	struct window window = { .stride = 1, .out_h = 1, .out_w = 1 };
	struct part *hidden;
	struct value *flat;

	if (value->kind != VALUE_AFFINE)
		return value;
	if (value->settled)
		return value->settled;
	if (!term->linear.w) {
		import_fail(im, -EOPNOTSUPP, "it reads a sum with %s, which is not from Gemm: only "
			    "the network's output can be that", term->label);
		return NULL;
	}
	piece = value->terms == 1 && term->pieces == 1 ? term->piece : NULL;
	if (!piece || piece->count != piece->part->channels) {
		import_fail(im, -EOPNOTSUPP,
			    "it makes %s a hidden layer, which reads several groups: "
			    "only what gives the logits can do that",
			    term->label);
		return NULL;
	}
	window.kernel = piece->part->h;
	if (piece->part->h != piece->part->w || window.kernel > DNNFILE_MAX_KERNEL) {
		import_fail(im, -EOPNOTSUPP,
			    "%s is a hidden layer that reads a map of %u x %u, must be "
			    "square and at most %d x %d",
			    term->label, piece->part->h, piece->part->w, DNNFILE_MAX_KERNEL,
			    DNNFILE_MAX_KERNEL);
		return NULL;
	}
	hidden = part_conv(im, piece->part, &window, &term->linear);
	flat = value_map(im, 1, 1, 1);
	if (!hidden || !flat)
		return NULL;
	hidden->label = term->label;
	flat->kind = VALUE_FLAT;
	value_set(flat, 0, hidden);
	value->settled = flat;
	return flat;
}

/* Note who reads these channels. The image may be read by all groups. */
static int mark_read(struct importer *im, const struct piece *piece)
{
	const struct part *part = piece->part;

	if (part->kind == PART_IMAGE)
		return 0;
	for (uint32_t c = piece->first; c < piece->first + piece->count; c++) {
		if (part->reader[c])
			return import_fail(im, -EOPNOTSUPP,
					   "it reads the output of %s, as %s does: "
					   "branches are not supported",
					   part->label, part->reader[c]);
		part->reader[c] = im->node ? im->label : "the output";
	}
	return 0;
}

const struct part *piece_take(struct importer *im, const struct piece *piece)
{
	if (mark_read(im, piece))
		return NULL;
	return part_range(im, piece->part, piece->first, piece->count);
}

const struct part *value_take(struct importer *im, const struct value *value, uint32_t first,
			      uint32_t count)
{
	struct value *slice = value_slice(im, value, first, count);

	if (!slice)
		return NULL;
	if (slice->pieces != 1) {
		import_fail(im, -EOPNOTSUPP,
			    "it reads channels of %s and %s: after the first layer "
			    "groups do not read each other",
			    slice->piece[0].part->label, slice->piece[1].part->label);
		return NULL;
	}
	return piece_take(im, slice->piece);
}

int piece_take_whole(struct importer *im, const struct piece *piece, struct piece *taken)
{
	*taken = *piece;
	if (!part_can_split(piece->part))
		return mark_read(im, piece);
	taken->part = piece_take(im, piece);
	taken->first = 0;
	return taken->part ? 0 : import_error(im);
}

int value_take_term(struct importer *im, const struct value *value, struct term *term)
{
	term->label = im->label;
	term->pieces = value->pieces;
	term->piece = import_alloc(im, value->pieces, sizeof(*term->piece));
	if (!term->piece)
		return -ENOMEM;
	for (size_t i = 0; i < value->pieces; i++) {
		int ret = piece_take_whole(im, &value->piece[i], &term->piece[i]);

		if (ret)
			return ret;
	}
	return 0;
}

struct value *value_each(struct importer *im, const struct value *value, piece_fn change,
			 void *ctx)
{
	struct value *changed = value_map(im, value->pieces, value->h, value->w);
	uint32_t channel = 0;

	if (!changed)
		return NULL;
	changed->kind = value->kind;
	for (size_t i = 0; i < value->pieces; i++) {
		const struct part *part = piece_take(im, &value->piece[i]);

		if (part)
			part = change(im, part, channel, ctx);
		if (!part)
			return NULL;
		value_set(changed, i, part);
		channel += part->channels;
		changed->h = part->h;
		changed->w = part->w;
	}
	return changed;
}
