// SPDX-License-Identifier: MIT
#include "seeds.h"

#include <stdlib.h>
#include <string.h>

#define MAX_TENSORS	(DNNFILE_MAX_GROUPS * DNNFILE_MAX_LAYERS)

static void make_chain(struct dnnfile_shape *shape)
{
	dnnfile_add_conv(shape, 2, 3, 1, 1, true);
	dnnfile_add_pool(shape, 2, 2, 0);
	dnnfile_add_conv(shape, 3, 2, 1, 1, false);
	dnnfile_add_classifier(shape);
}

static void make_means(struct dnnfile_shape *shape)
{
	dnnfile_add_conv(shape, 2, 1, 1, 0, true);
	dnnfile_add_avg_pool(shape, 3, 2, 0);
	dnnfile_add_conv(shape, 2, 2, 1, 1, false);
	dnnfile_add_avg_pool(shape, 3, 1, 0);
	dnnfile_add_classifier(shape);
}

static void make_mobile(struct dnnfile_shape *shape)
{
	dnnfile_add_conv(shape, 3, 3, 1, 1, true);
	dnnfile_add_depthwise(shape, 3, 1, 1, true);
	dnnfile_add_conv(shape, 3, 1, 1, 0, false);
	dnnfile_add_residual(shape, 1, false);
	dnnfile_add_depthwise(shape, 6, 2, 3, false);
	dnnfile_add_classifier(shape);
}

static void make_branches(struct dnnfile_shape *shape)
{
	dnnfile_add_conv(shape, 2, 3, 2, 1, true);
	dnnfile_add_conv(shape, 2, 3, 1, 1, false);
	dnnfile_go_on_from(shape, 0);
	dnnfile_add_conv(shape, 2, 1, 2, 0, false);
	dnnfile_add_residual(shape, 2, true);
	dnnfile_add_residual(shape, 1, true);
	dnnfile_add_classifier(shape);
}

/* Channels and pixels enough for what is only done with many. */
static void make_wide(struct dnnfile_shape *shape)
{
	dnnfile_add_conv(shape, 16, 3, 1, 2, true);
	dnnfile_add_conv(shape, 17, 3, 1, 1, false);
	dnnfile_add_pool(shape, 8, 8, 0);
	dnnfile_add_classifier(shape);
}

static void (*const make_shape[])(struct dnnfile_shape *shape) = {
	make_chain, make_means, make_mobile, make_branches, make_wide,
};

#define SHAPES	(sizeof(make_shape) / sizeof(make_shape[0]))

_Static_assert(SEEDS == 2 * SHAPES, "each twice");

/* Small enough for no sum to overflow, large enough to be seen; each: values of an output. */
static void fill(void *to, size_t bytes, size_t each, enum dnnfile_dtype dtype, unsigned int *seed)
{
	int limit = each > 8000000 / 127 ? 8000000 / each : 127;
	int8_t *s8 = to;
	int32_t *s32 = to;
	float *f32 = to;

	switch (dtype) {
	case DNNFILE_S8:
		for (size_t i = 0; i < bytes; i++)
			s8[i] = rand_r(seed) % (2 * limit + 1) - limit;
		break;
	case DNNFILE_S32:
		for (size_t i = 0; i < bytes / sizeof(*s32); i++)
			s32[i] = rand_r(seed) % 4096 - 2048;
		break;
	case DNNFILE_F32:
		for (size_t i = 0; i < bytes / sizeof(*f32); i++)
			f32[i] = rand_r(seed) % 4096 / 2048.0f - 1;
		break;
	}
}

static void fill_ranges(const struct dnnfile_shape *shape, uint32_t i, float *scales, float *range,
			unsigned int *seed)
{
	for (uint32_t o = 0; scales && o < shape->layer[i].out_c; o++)
		scales[o] = (1 + rand_r(seed) % 64) / 1024.0f;
	range[0] = (1 + rand_r(seed) % 8) / 16.0f;
	range[1] = rand_r(seed) % 255 - 128;
}

size_t seed_of_shape(const struct dnnfile_shape *shape, unsigned int seed, uint8_t *data,
		     size_t max_bytes)
{
	struct dnnfile_tensors tensors[MAX_TENSORS] = { 0 };
	struct dnnfile_desc desc = { .shape = *shape, .tensors = tensors };
	uint64_t need;
	uint8_t *values, *pos;
	size_t bytes = 0;
	void *image;

	if (dnnfile_shape_check(shape, NULL))
		return 0;
	need = dnnfile_blobs_bytes(shape, shape->groups);
	if (need > max_bytes)
		return 0;
	values = pos = aligned_alloc(DNNFILE_ALIGN, need);
	if (!values)
		return 0;
	for (uint32_t t = 0; t < shape->groups * shape->layers; t++) {
		uint32_t group = t / shape->layers + 1, i = t % shape->layers;
		void *of[DNNFILE_ROLES + 1] = { NULL };

		for (uint32_t role = DNNFILE_WEIGHTS; role <= DNNFILE_ROLES; role++) {
			size_t size = dnnfile_tensor_bytes(shape, i, role, group);

			if (!size)
				continue;
			of[role] = pos;
			fill(pos, size, size / shape->layer[i].out_c,
			     dnnfile_tensor_dtype(shape, role), &seed);
			pos += (size + DNNFILE_ALIGN - 1) / DNNFILE_ALIGN * DNNFILE_ALIGN;
		}
		if (of[DNNFILE_RANGE])
			fill_ranges(shape, i, of[DNNFILE_SCALES], of[DNNFILE_RANGE], &seed);
		tensors[t] = (struct dnnfile_tensors) {
			of[DNNFILE_WEIGHTS], of[DNNFILE_BIAS], of[DNNFILE_SCALES],
			of[DNNFILE_RANGE],
		};
	}
	desc.name = seed % 2 ? "fuzz" : NULL;
	for (uint32_t c = 0; c < shape->image_c; c++) {
		desc.mean[c] = 0.5f;
		desc.stdev[c] = 0.25f;
	}
	if (!dnnfile_encode(&desc, &image, &bytes, NULL)) {
		if (bytes > max_bytes)
			bytes = 0;
		memcpy(data, image, bytes);
		free(image);
	}
	free(values);
	return bytes;
}

size_t seed_model(unsigned int which, uint8_t *data, size_t max_bytes)
{
	unsigned int kind = which / 2 % SHAPES;
	struct dnnfile_shape shape;

	dnnfile_shape_init(&shape, 2, 3, 1 + kind / 2, 6, 6);
	if (make_shape[kind] == make_wide)
		shape.image_h = shape.image_w = 14;
	make_shape[kind](&shape);
	if (which % 2 && kind == 0) {
		shape.wiring = DNNFILE_TRIANGULAR;
	} else if (which % 2) {
		shape.dtype = DNNFILE_S8;
		shape.image_scale = 0.0625f;
		shape.image_zero = -3;
	}
	return seed_of_shape(&shape, which + 1, data, max_bytes);
}

static bool read_shape(struct dnnfile_shape *shape, const uint8_t *data, size_t bytes)
{
	struct dnnfile_header header;

	if (bytes < sizeof(header))
		return false;
	memcpy(&header, data, sizeof(header));
	if (header.layers < 1 || header.layers > DNNFILE_MAX_LAYERS ||
	    bytes < sizeof(header) + header.layers * sizeof(shape->layer[0]))
		return false;
	dnnfile_shape_init(shape, header.groups, header.classes, header.image_c, header.image_h,
			   header.image_w);
	shape->wiring = header.wiring;
	shape->dtype = header.dtype;
	shape->image_scale = header.image_scale;
	shape->image_zero = header.image_zero;
	shape->layers = header.layers;
	memcpy(shape->layer, data + sizeof(header), header.layers * sizeof(shape->layer[0]));
	return true;
}

static void change_layer(struct dnnfile_layer *layer, uint32_t i, unsigned int *seed)
{
	unsigned int value = rand_r(seed);

	switch (rand_r(seed) % 8) {
	case 0:
		layer->kind = 1 + value % 6;
		break;
	case 1:
		layer->kernel = 1 + value % (value % 3 ? 5 : DNNFILE_MAX_KERNEL);
		break;
	case 2:
		layer->stride = 1 + value % (value % 3 ? 3 : DNNFILE_MAX_STRIDE);
		break;
	case 3:
		layer->padding = value % (layer->kernel ? layer->kernel : 1);
		break;
	case 4:
		layer->out_c = 1 + value % (value % 3 ? 9 : 70);
		break;
	case 5:
		layer->flags ^= DNNFILE_RELU;
		break;
	case 6:
		layer->input = value % (i + 1);
		break;
	case 7:
		layer->addend = i ? 1 + value % i : 0;
		break;
	}
}

static void change_counts(struct dnnfile_shape *shape, unsigned int *seed)
{
	unsigned int value = rand_r(seed);

	switch (rand_r(seed) % 6) {
	case 0:
		shape->groups = 1 + value % (value % 4 ? 3 : DNNFILE_MAX_GROUPS);
		break;
	case 1:
		shape->classes = 2 + value % (value % 4 ? 5 : 300);
		break;
	case 2:
		shape->image_c = 1 + value % DNNFILE_MAX_IMAGE_C;
		break;
	case 3:
		shape->image_h = 1 + value % (value % 4 ? 12 : 70);
		break;
	case 4:
		shape->image_w = 1 + value % (value % 4 ? 12 : 70);
		break;
	case 5:
		shape->wiring = value % 3 ? DNNFILE_SEPARATE : DNNFILE_TRIANGULAR;
		shape->dtype = value % 2 ? DNNFILE_F32 : DNNFILE_S8;
		shape->image_scale = value % 2 ? 0 : 0.0625f;
		shape->image_zero = value % 2 ? 0 : (int)(value / 2 % 256) - 128;
		break;
	}
}

/* Twice the same layer, or one less. Readers of later ones keep their distance. */
static void change_length(struct dnnfile_shape *shape, unsigned int *seed)
{
	uint32_t i = rand_r(seed) % shape->layers;
	struct dnnfile_layer *at = &shape->layer[i];
	uint32_t after = shape->layers - i - 1;
	bool more = rand_r(seed) % 2;

	if (more && shape->layers < DNNFILE_MAX_LAYERS) {
		memmove(at + 1, at, (after + 1) * sizeof(*at));
		shape->layers++;
	} else if (!more && shape->layers > 1) {
		memmove(at, at + 1, after * sizeof(*at));
		shape->layers--;
	}
	for (; i < shape->layers; i++) {
		shape->layer[i].input += more ? 1 : -1;
		if (shape->layer[i].addend)
			shape->layer[i].addend += more ? 1 : -1;
	}
}

/* Sizes follow from the layers before. */
static void rebuild(struct dnnfile_shape *to, const struct dnnfile_shape *from)
{
	*to = *from;
	to->layers = to->at = 0;
	for (uint32_t i = 0; i + 1 < from->layers; i++) {
		const struct dnnfile_layer *l = &from->layer[i];
		bool relu = l->flags & DNNFILE_RELU;

		dnnfile_go_on_from(to, l->input <= i ? l->input : i);
		if (l->kind == DNNFILE_MAX_POOL)
			dnnfile_add_pool(to, l->kernel, l->stride, l->padding);
		else if (l->kind == DNNFILE_AVG_POOL)
			dnnfile_add_avg_pool(to, l->kernel, l->stride, l->padding);
		else if (l->kind == DNNFILE_DEPTHWISE)
			dnnfile_add_depthwise(to, l->kernel, l->stride, l->padding, relu);
		else if (l->kind == DNNFILE_RESIDUAL)
			dnnfile_add_residual(to, l->addend, relu);
		else
			dnnfile_add_conv(to, l->out_c, l->kernel, l->stride, l->padding, relu);
	}
	dnnfile_add_classifier(to);
}

size_t seed_of_changed_shape(uint8_t *data, size_t bytes, size_t max_bytes, unsigned int seed)
{
	struct dnnfile_shape shape, whole;

	if (!read_shape(&shape, data, bytes))
		return 0;
	for (int changes = 1 + rand_r(&seed) % 4; changes; changes--) {
		uint32_t i = rand_r(&seed) % shape.layers;

		switch (rand_r(&seed) % 4) {
		case 0:
			change_counts(&shape, &seed);
			break;
		case 1:
			change_length(&shape, &seed);
			break;
		default:
			change_layer(&shape.layer[i], i, &seed);
			break;
		}
	}
	rebuild(&whole, &shape);
	return seed_of_shape(&whole, seed, data, max_bytes);
}
