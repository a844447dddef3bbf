// SPDX-License-Identifier: MIT
/*
 * From the network's output, an affine value, to a .dnn file: every part that it
 * reads is the end of a chain, which becomes a group.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../model/writer.h"
#include "assemble.h"

struct chain {
	const struct part *end;
	const struct part *layer[DNNFILE_MAX_LAYERS];	/* from the image on */
	uint32_t layers;
};

struct assembly {
	struct value *sum;
	struct chain chain[DNNFILE_MAX_GROUPS];
	uint32_t groups;
	struct dnnfile_desc desc;
};

/* --- an output that is no classifier ------------------------------------------ */

static int make_sum(struct importer *im, struct value *output, struct value **sum)
{
	*sum = output;
	if (output->kind == VALUE_AFFINE)
		return 0;
	if (output->kind == VALUE_CONST ||
	    (output->kind == VALUE_MAP && output->h * output->w != 1))
		return import_fail(im, -EOPNOTSUPP,
				   "the output of the graph is %s, must be logits: "
				   "(batch, classes)",
				   value_kind_name(output));
	*sum = value_identity(im, output);
	return *sum ? 0 : import_error(im);
}

/* --- groups ------------------------------------------------------------------- */

/* Cut what is one group into as many as asked for. */
static int split_terms(struct importer *im, struct value *sum, uint32_t groups)
{
	for (size_t t = 0; t < sum->terms; t++) {
		struct term *term = &sum->term[t];
		const struct part *part = term->pieces ? term->piece->part : NULL;
		uint32_t each = part ? part->channels / groups : 0;
		struct piece *piece = import_alloc(im, groups, sizeof(*piece));

		if (!piece)
			return -ENOMEM;
		if (term->pieces != 1 || part->channels % groups || !part_can_split(part) ||
		    sum->terms > 1)
			return import_fail(im, -EINVAL,
					   "groups is %u: the network is one group and "
					   "cannot be split that way: %u channels of %s",
					   groups, part ? part->channels : 0,
					   part ? part->label : "?");
		for (uint32_t g = 0; g < groups; g++) {
			const struct part *range = part_range(im, part, g * each, each);

			if (!range)
				return import_error(im);
			piece[g] = (struct piece) { .part = range, .count = each };
		}
		term->piece = piece;
		term->pieces = groups;
	}
	return 0;
}

static int find_group(const struct assembly *a, const struct part *end)
{
	for (uint32_t g = 0; g < a->groups; g++) {
		if (a->chain[g].end == end)
			return g;
	}
	return -1;
}

static int add_chain(struct importer *im, struct assembly *a, const struct part *end)
{
	struct chain *chain = &a->chain[a->groups];
	uint32_t layers = end->layers;

	if (find_group(a, end) >= 0)
		return 0;
	if (a->groups == DNNFILE_MAX_GROUPS)
		return import_fail(im, -EOPNOTSUPP, "the network has more than %d groups",
				   DNNFILE_MAX_GROUPS);
	chain->end = end;
	chain->layers = end->layers;
	for (const struct part *part = end; part->input; part = part->input)
		chain->layer[--layers] = part;
	a->groups++;
	return 0;
}

/* As in the file: by the node that reads the image, then by its channels. */
static int compare_chains(const void *left, const void *right)
{
	const struct part *l = part_root(((const struct chain *)left)->end);
	const struct part *r = part_root(((const struct chain *)right)->end);

	if (l->step != r->step)
		return l->step < r->step ? -1 : 1;
	return (l->first > r->first) - (l->first < r->first);
}

static int find_chains(struct importer *im, struct assembly *a)
{
	for (size_t t = 0; t < a->sum->terms; t++) {
		const struct term *term = &a->sum->term[t];

		for (size_t p = 0; p < term->pieces; p++) {
			int ret = add_chain(im, a, term->piece[p].part);

			if (ret)
				return ret;
		}
	}
	qsort(a->chain, a->groups, sizeof(a->chain[0]), compare_chains);
	return 0;
}

/* What two layers must have in common to be one layer of two groups. */
static bool alike(const struct part *a, const struct part *b)
{
	return a->kind == b->kind && a->channels == b->channels && a->kernel == b->kernel &&
	       a->stride == b->stride && a->padding == b->padding && a->relu == b->relu;
}

static int check_alike(struct importer *im, const struct assembly *a)
{
	const struct chain *first = &a->chain[0];

	for (uint32_t g = 1; g < a->groups; g++) {
		const struct chain *chain = &a->chain[g];

		if (chain->layers != first->layers)
			return import_fail(im, -EOPNOTSUPP,
					   "group %u, up to %s, has %u layers, group 1, "
					   "up to %s, has %u",
					   g + 1, chain->end->label, chain->layers,
					   first->end->label, first->layers);
		for (uint32_t i = 0; i < first->layers; i++) {
			if (!alike(chain->layer[i], first->layer[i]))
				return import_fail(im, -EOPNOTSUPP,
						   "%s is layer %u of group %u and not "
						   "like %s of group 1",
						   chain->layer[i]->label, i + 1, g + 1,
						   first->layer[i]->label);
		}
	}
	return 0;
}

static int make_groups(struct importer *im, struct assembly *a)
{
	uint32_t asked = im->options->groups;
	int ret = find_chains(im, a);

	if (!ret && asked && asked != a->groups && a->groups == 1) {
		ret = split_terms(im, a->sum, asked);
		a->groups = 0;
		if (!ret)
			ret = find_chains(im, a);
	}
	if (ret)
		return ret;
	if (asked && asked != a->groups)
		return import_fail(im, -EINVAL, "groups is %u, the network has %u", asked,
				   a->groups);
	return check_alike(im, a);
}

/* --- shape -------------------------------------------------------------------- */

static void make_shape(const struct importer *im, struct assembly *a)
{
	struct dnnfile_shape *shape = &a->desc.shape;

	dnnfile_shape_init(shape, a->groups, a->sum->width, im->input->channels, im->input->h,
			   im->input->w);
	for (uint32_t i = 0; i < a->chain[0].layers; i++) {
		const struct part *part = a->chain[0].layer[i];

		if (part->kind == PART_CONV)
			dnnfile_add_conv(shape, part->channels, part->kernel, part->stride,
					 part->padding, part->relu);
		else if (part->kind == PART_MAX)
			dnnfile_add_pool(shape, part->kernel, part->stride, part->padding);
		else
			dnnfile_add_avg_pool(shape, part->kernel, part->stride, part->padding);
	}
	dnnfile_add_classifier(shape);
}

/* The check names layers by number: add the node. */
static int check_shape(struct importer *im, const struct assembly *a)
{
	struct dyndnn_error err;
	unsigned int layer;
	int ret = dnnfile_shape_check(&a->desc.shape, &err);

	if (!ret)
		return 0;
	if (sscanf(err.text, "layer %u:", &layer) == 1 && layer >= 1 &&
	    layer <= a->chain[0].layers)
		return import_fail(im, ret, "%s: as a .dnn file, %s",
				   a->chain[0].layer[layer - 1]->label, err.text);
	return import_fail(im, ret, "as a .dnn file, %s", err.text);
}

/* --- weights ------------------------------------------------------------------ */

static int check_finite(struct importer *im, const char *label, const float *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!isfinite(values[i]))
			return import_fail(im, -EINVAL,
					   "%s: a weight or bias is %g, must be finite", label,
					   (double)values[i]);
	}
	return 0;
}

static int new_tensors(struct importer *im, const struct dnnfile_shape *shape, uint32_t layer,
		       float **weights, float **bias)
{
	*weights = import_alloc(im, dnnfile_weights_count(shape, layer, 1), sizeof(float));
	*bias = import_alloc(im, dnnfile_bias_count(&shape->layer[layer]), sizeof(float));
	return *weights && *bias ? 0 : -ENOMEM;
}

/* O,I,H,W to O,H,W,I */
static int conv_tensors(struct importer *im, const struct dnnfile_shape *shape, uint32_t layer,
			const struct part *part, struct dnnfile_tensors *t)
{
	const struct linear *linear = &part->linear;
	size_t area = (size_t)part->kernel * part->kernel;
	size_t channels = linear->ins / area;
	float *weights, *bias, *at;
	int ret = new_tensors(im, shape, layer, &weights, &bias);

	if (ret)
		return ret;
	at = weights;
	for (uint32_t o = 0; o < linear->outs; o++) {
		for (size_t yx = 0; yx < area; yx++) {
			for (size_t c = 0; c < channels; c++)
				*at++ = linear_weight(linear, o, c * area + yx);
		}
		bias[o] = linear->shift[o];
	}
	*t = (struct dnnfile_tensors) { .weights = weights, .bias = bias };
	ret = check_finite(im, part->label, weights, at - weights);
	return ret ? ret : check_finite(im, part->label, bias, linear->outs);
}

/* Add one piece's share of a term to the weights of its group; column: its first one. */
static void add_piece(const struct assembly *a, const struct term *term, const struct piece *piece,
		      size_t column, float *weights)
{
	const struct dnnfile_shape *shape = &a->desc.shape;
	const struct dnnfile_layer *layer = &shape->layer[shape->layers - 1];
	size_t area = (size_t)layer->in_h * layer->in_w;
	size_t row = area * layer->in_c;

	for (uint32_t o = 0; o < term->linear.outs; o++) {
		float *to = weights + (term->first_out + o) * row;

		for (uint32_t c = 0; c < piece->count; c++) {
			for (size_t yx = 0; yx < area; yx++)
				to[yx * layer->in_c + piece->first + c] +=
					linear_weight(&term->linear, o, column + c * area + yx);
		}
	}
}

/* All of a term's weights; its bias goes to the first of its groups. */
static void add_term(const struct assembly *a, const struct term *term,
		     float *const weights[DNNFILE_MAX_GROUPS],
		     float *const bias[DNNFILE_MAX_GROUPS])
{
	int first = DNNFILE_MAX_GROUPS;
	size_t column = 0;

	for (size_t p = 0; p < term->pieces; p++) {
		const struct piece *piece = &term->piece[p];
		int group = find_group(a, piece->part);

		add_piece(a, term, piece, column, weights[group]);
		column += (size_t)piece->count * piece->part->h * piece->part->w;
		if (group < first)
			first = group;
	}
	for (uint32_t o = 0; o < term->linear.outs; o++)
		bias[first][term->first_out + o] += term->linear.shift[o];
}

static int classifier_tensors(struct importer *im, const struct assembly *a,
			      struct dnnfile_tensors *tensors)
{
	const struct dnnfile_shape *shape = &a->desc.shape;
	uint32_t last = shape->layers - 1;
	float *weights[DNNFILE_MAX_GROUPS], *bias[DNNFILE_MAX_GROUPS];
	const char *label = a->sum->terms ? a->sum->term[0].label : "classifier";
	int ret = 0;

	for (uint32_t g = 0; !ret && g < a->groups; g++)
		ret = new_tensors(im, shape, last, &weights[g], &bias[g]);
	if (ret)
		return ret;
	for (size_t t = 0; t < a->sum->terms; t++)
		add_term(a, &a->sum->term[t], weights, bias);
	for (uint32_t g = 0; !ret && g < a->groups; g++) {
		tensors[g * shape->layers + last] = (struct dnnfile_tensors) {
			.weights = weights[g], .bias = bias[g],
		};
		ret = check_finite(im, label, weights[g], dnnfile_weights_count(shape, last, 1));
		if (!ret)
			ret = check_finite(im, label, bias[g], shape->classes);
	}
	return ret;
}

static int make_tensors(struct importer *im, struct assembly *a)
{
	const struct dnnfile_shape *shape = &a->desc.shape;
	struct dnnfile_tensors *tensors =
		import_alloc(im, (size_t)a->groups * shape->layers, sizeof(*tensors));

	if (!tensors)
		return -ENOMEM;
	a->desc.tensors = tensors;
	for (uint32_t g = 0; g < a->groups; g++) {
		for (uint32_t i = 0; i < a->chain[g].layers; i++) {
			int ret;

			if (a->chain[g].layer[i]->kind != PART_CONV)
				continue;
			ret = conv_tensors(im, shape, i, a->chain[g].layer[i],
					   &tensors[g * shape->layers + i]);
			if (ret)
				return ret;
		}
	}
	return classifier_tensors(im, a, tensors);
}

/* --- the file ----------------------------------------------------------------- */

static int apply_options(struct importer *im, struct dnnfile_desc *desc)
{
	const struct import_options *o = im->options;

	desc->name = o->name;
	if (o->class_names && o->class_name_count != desc->shape.classes)
		return import_fail(im, -EINVAL, "class names are %u, the network has %u classes",
				   o->class_name_count, desc->shape.classes);
	desc->class_names = o->class_names;
	if (o->norm_channels && o->norm_channels != desc->shape.image_c)
		return import_fail(im, -EINVAL,
				   "mean and std are for %u channels, the image has %u",
				   o->norm_channels, desc->shape.image_c);
	for (uint32_t c = 0; c < desc->shape.image_c; c++) {
		desc->mean[c] = o->norm_channels ? o->mean[c] : 0;
		desc->stdev[c] = o->norm_channels ? o->stdev[c] : 1;
	}
	return 0;
}

int assemble(struct importer *im, struct value *output, void **image, size_t *image_bytes)
{
	struct assembly *a = import_alloc(im, 1, sizeof(*a));
	int ret;

	if (!a)
		return -ENOMEM;
	ret = make_sum(im, output, &a->sum);
	if (!ret)
		ret = make_groups(im, a);
	if (ret)
		return ret;
	make_shape(im, a);
	ret = check_shape(im, a);
	if (!ret)
		ret = apply_options(im, &a->desc);
	if (!ret)
		ret = make_tensors(im, a);
	if (!ret)
		ret = dnnfile_encode(&a->desc, image, image_bytes, im->err);
	return ret;
}
