// SPDX-License-Identifier: MIT
#include <errno.h>

#include "part.h"

int linear_init(struct importer *im, struct linear *linear, const float *w, uint32_t outs,
		size_t ins)
{
	*linear = (struct linear) {
		.w = w, .out_stride = ins, .in_stride = 1, .outs = outs, .ins = ins,
		.scale = import_alloc(im, outs, sizeof(double)),
		.shift = import_alloc(im, outs, sizeof(double)),
	};
	if (!linear->scale || !linear->shift)
		return -ENOMEM;
	for (uint32_t o = 0; o < outs; o++)
		linear->scale[o] = 1;
	return 0;
}

float linear_weight(const struct linear *linear, uint32_t out, size_t in)
{
	double w = out == in;

	if (linear->w)
		w = linear->w[out * linear->out_stride + in * linear->in_stride];
	return linear->scale[out] * w;
}

struct linear linear_rows(const struct linear *linear, uint32_t first, uint32_t count)
{
	struct linear rows = *linear;

	rows.w += first * rows.out_stride;
	rows.scale += first;
	rows.shift += first;
	rows.outs = count;
	return rows;
}

static struct part *part_new(struct importer *im, const struct part *like)
{
	struct part *part = import_alloc(im, 1, sizeof(*part));

	if (!part)
		return NULL;
	*part = *like;
	part->layers = part->input ? part->input->layers + 1 : 0;
	/* The classifier is one more. This also limits every recursion along a chain. */
	if (part->layers >= DNNFILE_MAX_LAYERS) {
		import_fail(im, -EOPNOTSUPP, "it is layer %u, a network can have %d with its "
			    "classifier", part->layers, DNNFILE_MAX_LAYERS);
		return NULL;
	}
	part->reader = import_alloc(im, part->channels, sizeof(*part->reader));
	return part->reader ? part : NULL;
}

struct part *part_image(struct importer *im, uint32_t channels, uint32_t h, uint32_t w)
{
	return part_new(im, &(struct part) {
		.kind = PART_IMAGE, .label = "the image", .channels = channels, .h = h, .w = w,
	});
}

struct part *part_conv(struct importer *im, const struct part *input, const struct window *window,
		       const struct linear *linear)
{
	return part_new(im, &(struct part) {
		.kind = PART_CONV, .input = input, .label = im->label, .step = im->steps,
		.channels = linear->outs, .h = window->out_h, .w = window->out_w,
		.kernel = window->kernel, .stride = window->stride, .padding = window->padding,
		.linear = *linear,
	});
}

struct part *part_pool(struct importer *im, enum part_kind kind, const struct part *input,
		       const struct window *window)
{
	return part_new(im, &(struct part) {
		.kind = kind, .input = input, .label = im->label, .step = im->steps,
		.channels = input->channels, .h = window->out_h, .w = window->out_w,
		.kernel = window->kernel, .stride = window->stride, .padding = window->padding,
	});
}

/* The largest pool that divides the side without a rest; 0 if there is none. */
static uint32_t mean_step(uint32_t side)
{
	if (side <= DNNFILE_MAX_KERNEL)
		return side;
	for (uint32_t step = DNNFILE_MAX_STRIDE; step > 1; step--) {
		if (side % step == 0)
			return step;
	}
	return 0;
}

/* A mean of means of equally many is the mean: large maps take several pools. */
const struct part *part_mean(struct importer *im, const struct part *part)
{
	if (part->h != part->w) {
		import_fail(im, -EOPNOTSUPP, "the map is %u x %u, must be square", part->h,
			    part->w);
		return NULL;
	}
	for (uint32_t side = part->h; part && side > 1;) {
		struct window window = { .kernel = mean_step(side), .stride = mean_step(side) };

		if (!window.kernel) {
			import_fail(im, -EOPNOTSUPP,
				    "the map's side %u has a prime factor above %d", part->h,
				    DNNFILE_MAX_STRIDE);
			return NULL;
		}
		side /= window.kernel;
		if (side == 1)
			window.stride = 1;
		window.out_h = window.out_w = side;
		part = part_pool(im, PART_AVG, part, &window);
	}
	return part;
}

/* ReLU and the maximum can change places. */
const struct part *part_relu(struct importer *im, const struct part *part)
{
	struct part *relu = NULL;

	if (part->kind == PART_CONV) {
		relu = part_new(im, part);
		if (relu)
			relu->relu = true;
	} else if (part->kind == PART_MAX) {
		relu = part_new(im, part);
		if (relu)
			relu->input = part_relu(im, part->input);
		if (relu && !relu->input)
			relu = NULL;
	} else {
		import_fail(im, -EOPNOTSUPP, "it follows %s, must follow a convolution, "
			    "batch norm, max pool or hidden Gemm", part->label);
	}
	return relu;
}

const struct part *part_affine(struct importer *im, const struct part *part, const double *factor,
			       const double *offset)
{
	struct part *affine;

	if (part->kind != PART_CONV || part->relu) {
		import_fail(im, -EOPNOTSUPP, "it follows %s%s, must follow a convolution or hidden "
			    "Gemm without ReLU", part->label, part->relu ? " and its ReLU" : "");
		return NULL;
	}
	affine = part_new(im, part);
	if (!affine || linear_init(im, &affine->linear, part->linear.w, part->linear.outs,
				   part->linear.ins))
		return NULL;
	affine->linear.out_stride = part->linear.out_stride;
	affine->linear.in_stride = part->linear.in_stride;
	for (uint32_t c = 0; c < part->channels; c++) {
		affine->linear.scale[c] = factor[c] * part->linear.scale[c];
		affine->linear.shift[c] = factor[c] * part->linear.shift[c] + offset[c];
	}
	return affine;
}

bool part_can_split(const struct part *part)
{
	while (part->kind == PART_MAX || part->kind == PART_AVG)
		part = part->input;
	return part->kind == PART_CONV && part->input->kind == PART_IMAGE;
}

const struct part *part_range(struct importer *im, const struct part *part, uint32_t first,
			      uint32_t count)
{
	struct part range = *part;

	if (!first && count == part->channels)
		return part;
	if (!part_can_split(part)) {
		import_fail(im, -EOPNOTSUPP, "it reads channels %u..%u of the %u of %s, which %s",
			    first + 1, first + count, part->channels, part->label,
			    part->kind == PART_IMAGE ? "must be read as a whole" :
			    "are one group already");
		return NULL;
	}
	range.channels = count;
	range.first += first;
	if (part->kind == PART_CONV)
		range.linear = linear_rows(&part->linear, first, count);
	else
		range.input = part_range(im, part->input, first, count);
	return range.input ? part_new(im, &range) : NULL;
}

const struct part *part_root(const struct part *part)
{
	while (part->input && part->input->kind != PART_IMAGE)
		part = part->input;
	return part;
}
