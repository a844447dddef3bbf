// SPDX-License-Identifier: MIT
/* Models of s8: every layer right against a plain reference, levels exact, faults named. */
#include <criterion/criterion.h>
#include <criterion/logging.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "../../engine/infer/session.h"
#include "reference_s8.h"
#include "small_model.h"

#define MAX_CLASSES	10

/* --- a model under test -------------------------------------------------------- */

struct bed {
	struct small_model small;
	void *image;
	size_t image_bytes;
	struct dyndnn_model *model;
	struct dyndnn_session *session;
	uint8_t *pixels;	/* [channel][row][column] */
	size_t count;
};

static void start_with(struct bed *bed, enum dyndnn_compute compute, unsigned int threads)
{
	const struct dyndnn_session_options options = { .threads = threads, .compute = compute };
	struct dyndnn_error err = { 0 };

	cr_assert_eq(dyndnn_model_open_memory(bed->image, bed->image_bytes, &bed->model, &err), 0,
		     "%s", err.text);
	cr_assert_eq(dyndnn_session_open(bed->model, &options, &bed->session, &err), 0, "%s",
		     err.text);
	cr_assert_eq(dyndnn_set_input_u8(bed->session, bed->pixels, bed->count, DYNDNN_CHW), 0);
}

/* With the library that applications get. */
static void start(struct bed *bed, unsigned int threads)
{
	start_with(bed, DYNDNN_COMPUTE_AUTO, threads);
}

static void bed_open(struct bed *bed, enum small_shape shape, unsigned int groups,
		     unsigned int threads)
{
	const struct dnnfile_shape *s = &bed->small.desc.shape;
	unsigned int seed = 7;

	small_model_init_s8(&bed->small, shape, groups, 3 + shape);
	bed->image = small_model_encode(&bed->small, &bed->image_bytes);
	bed->count = (size_t)s->image_c * s->image_h * s->image_w;
	bed->pixels = malloc(bed->count);
	cr_assert_not_null(bed->pixels);
	for (size_t i = 0; i < bed->count; i++)
		bed->pixels[i] = rand_r(&seed) >> 7;
	start(bed, threads);
}

static void bed_stop(struct bed *bed)
{
	dyndnn_session_close(bed->session);
	dyndnn_model_close(bed->model);
}

static void bed_close(struct bed *bed)
{
	bed_stop(bed);
	free(bed->pixels);
	free(bed->image);
	small_model_free(&bed->small);
}

static enum small_shape next_s8(enum small_shape shape)
{
	do
		shape++;
	while (!small_model_can_be_s8(shape));
	return shape;
}

/* --- every layer ------------------------------------------------------------------ */

/* Differences of a layer from the reference, over all groups. */
struct misses {
	size_t values, off_by_one;
	double most;
	int8_t low, high;
};

static void compare_layer(const struct bed *bed, uint32_t group, uint32_t layer,
			  const int8_t *const *maps, int step, struct misses *misses)
{
	const struct dnnfile_layer *l = &bed->model->shape.layer[layer];
	size_t count = dnnfile_output_count(l);
	double *expect = calloc(count, sizeof(*expect));
	const int8_t *is = maps[layer + 1];

	cr_assert_not_null(expect);
	reference_s8_layer(bed->model, group, layer, maps, step, expect);
	for (size_t i = 0; i < count; i++) {
		double miss = fabs(is[i] - expect[i]);

		misses->most = fmax(misses->most, miss);
		/* A sum in f32 or of products that are rounded one by one may end beside a half. */
		misses->off_by_one += miss > 0.5 + 1e-3;
		misses->low = is[i] < misses->low ? is[i] : misses->low;
		misses->high = is[i] > misses->high ? is[i] : misses->high;
	}
	misses->values += count;
	free(expect);
}

/* What a layer made; oneDNN keeps values between layers as u8, 128 more. */
static int8_t *copy_output(const struct bed *bed, uint32_t group, uint32_t layer)
{
	const struct dnnfile_shape *shape = &bed->model->shape;
	const uint8_t *from = buffers_output(&bed->session->buffers, group, layer).values;
	bool u8 = !strcmp(dyndnn_session_compute(bed->session), "oneDNN");
	size_t count = dnnfile_output_count(&shape->layer[layer]);
	int8_t *copy = malloc(count);

	cr_assert_not_null(copy);
	for (size_t i = 0; i < count; i++)
		copy[i] = (int8_t)(from[i] ^ (u8 && layer + 1 < shape->layers ? 0x80 : 0));
	return copy;
}

/* Layers run one by one, so that each is compared on what it really read. */
static void compare_group(const struct bed *bed, uint32_t group, int step, struct misses *misses)
{
	const struct dnnfile_shape *shape = &bed->model->shape;
	const int8_t *maps[DNNFILE_MAX_LAYERS + 1] = { bed->session->buffers.input };

	for (uint32_t i = 0; i < shape->layers; i++) {
		cr_assert_eq(bed->session->compute->run(bed->session, group, i, false), 0);
		maps[i + 1] = copy_output(bed, group, i);
		compare_layer(bed, group, i, maps, step, &misses[i]);
	}
	for (uint32_t i = 0; i < shape->layers; i++)
		free((void *)maps[i + 1]);
}

/* Return whether each value is as the reference has it, rounded. */
static bool is_reference(struct bed *bed, int step, bool tell)
{
	const char *library = dyndnn_session_compute(bed->session);
	struct misses misses[DNNFILE_MAX_LAYERS];
	bool good = true;

	for (uint32_t i = 0; i < DNNFILE_MAX_LAYERS; i++)
		misses[i] = (struct misses) { .low = INT8_MAX, .high = INT8_MIN };
	for (uint32_t group = 1; group <= 3; group++)
		compare_group(bed, group, step, misses);
	for (uint32_t i = 0; i < bed->model->shape.layers; i++) {
		const struct misses *m = &misses[i];

		/* Else the comparison would tell little. */
		cr_assert_geq(m->high - m->low, 40, "layer %u of %u: all values are %d..%d", i + 1,
			      bed->model->shape.layers, m->low, m->high);
		if (m->most <= 1 && m->off_by_one <= m->values / 100)
			continue;
		good = false;
		if (tell)
			cr_log_error("%s, layer %u of %u: %zu of %zu values are not the nearest, "
				     "%g off at most", library, i + 1, bed->model->shape.layers,
				     m->off_by_one, m->values, m->most);
	}
	return good;
}

Test(engine_s8, every_layer_is_the_reference_rounded)
{
	struct bed bed;

	for (enum small_shape shape = SMALL_TINY; shape <= SMALL_NARROW; shape = next_s8(shape)) {
		bed_open(&bed, shape, 3, 1);
		bed_stop(&bed);
		start_with(&bed, DYNDNN_COMPUTE_XNNPACK, 1);
		cr_expect(is_reference(&bed, 1, true), "shape %d", shape);
		bed_close(&bed);
	}
}

/*
 * On processors without instructions that add products of 8 bits in 32, oneDNN rounds the
 * weights of convolutions to even ones, so that two products fit in 16 bits.
 */
Test(engine_s8, the_default_library_is_the_reference_with_its_weights)
{
	struct bed bed;

	for (enum small_shape shape = SMALL_TINY; shape <= SMALL_NARROW; shape = next_s8(shape)) {
		bed_open(&bed, shape, 3, 1);
		cr_expect(is_reference(&bed, 1, false) || is_reference(&bed, 2, true), "shape %d",
			  shape);
		bed_close(&bed);
	}
}

/* --- levels and threads -------------------------------------------------------------- */

/* Logits of level k at [k - 1]. */
static void run_levels(const struct bed *bed, unsigned int levels, float logits[][MAX_CLASSES])
{
	for (unsigned int k = 1; k <= levels; k++)
		cr_assert_eq(dyndnn_run(bed->session, k, logits[k - 1]), 0, "%s",
			     dyndnn_session_error(bed->session));
}

static void assert_same(const struct bed *bed, unsigned int levels, float is[][MAX_CLASSES],
			float expect[][MAX_CLASSES])
{
	for (unsigned int k = 1; k <= levels; k++)
		cr_assert_arr_eq(is[k - 1], expect[k - 1],
				 bed->model->shape.classes * sizeof(float), "level %u", k);
}

Test(engine_s8, level_k_is_the_k_group_model_bit_for_bit)
{
	float whole[4][MAX_CLASSES], cut[4][MAX_CLASSES];
	struct dyndnn_error err = { 0 };
	struct bed bed;

	for (enum small_shape shape = SMALL_TINY; shape <= SMALL_NARROW; shape = next_s8(shape)) {
		bed_open(&bed, shape, 4, 1);
		run_levels(&bed, 4, whole);
		for (unsigned int k = 1; k <= 4; k++) {
			struct bed part = bed;
			void *image;

			cr_assert_eq(dnnfile_cut(bed.image, bed.image_bytes, k, &image,
						 &part.image_bytes, &err), 0, "%s", err.text);
			part.image = small_model_copy(image, part.image_bytes);
			start(&part, 1);
			cr_assert_eq(dyndnn_model_info(part.model)->levels, k);
			cr_assert(dyndnn_model_info(part.model)->quantised);
			run_levels(&part, k, cut);
			assert_same(&part, k, cut, whole);
			bed_stop(&part);
			free(part.image);
			free(image);
		}
		bed_close(&bed);
	}
}

/* Whichever way the session finds faster: all of them give the same bits. */
Test(engine_s8, threads_give_the_same_bits)
{
	static const enum schedule_way ways[] = {
		SCHEDULE_ALONE, SCHEDULE_LAYERS, SCHEDULE_GROUPS,
	};
	float one[3][MAX_CLASSES], two[3][MAX_CLASSES];
	struct bed bed;

	for (enum small_shape shape = SMALL_TINY; shape <= SMALL_NARROW; shape = next_s8(shape)) {
		bed_open(&bed, shape, 3, 1);
		run_levels(&bed, 3, one);
		bed_stop(&bed);
		start(&bed, 2);
		for (size_t way = 0; way < sizeof(ways) / sizeof(ways[0]); way++) {
			for (unsigned int k = 0; k < 3; k++)
				bed.session->schedule.way[0][k] = bed.session->schedule.way[1][k] = ways[way];
			run_levels(&bed, 3, two);
			assert_same(&bed, 3, two, one);
		}
		bed_close(&bed);
	}
}

/* --- images --------------------------------------------------------------------------- */

/* What dyndnn_set_input_*() made of a pixel of bed's image: [row][column][channel]. */
static void compare_input(const struct bed *bed)
{
	const struct dnnfile_desc *desc = &bed->small.desc;
	uint32_t channels = desc->shape.image_c;
	const int8_t *input = bed->session->buffers.input;
	size_t pixels = bed->count / channels;

	for (size_t i = 0; i < bed->count; i++) {
		uint32_t c = i % channels;
		double value = (bed->pixels[c * pixels + i / channels] / 255.0 -
				(double)desc->mean[c]) / (double)desc->stdev[c];
		double steps = value / (double)desc->shape.image_scale + desc->shape.image_zero;

		steps = fmin(fmax(steps, INT8_MIN), INT8_MAX);
		cr_assert_leq(fabs(input[i] - steps), 0.5 + 1e-4, "value %zu is %d, must be %g", i,
			      input[i], steps);
	}
}

Test(engine_s8, pixels_are_rounded_and_limited)
{
	size_t pixels;
	uint8_t *hwc;
	float *values;
	struct bed bed;

	bed_open(&bed, SMALL_UNPADDED, 1, 1);
	compare_input(&bed);
	hwc = malloc(bed.count);
	values = calloc(bed.count, sizeof(*values));
	cr_assert(hwc && values);
	pixels = bed.count / 3;
	for (size_t i = 0; i < bed.count; i++) {
		hwc[i] = bed.pixels[i % 3 * pixels + i / 3];
		values[i] = (hwc[i] / 255.0f - bed.small.desc.mean[i % 3]) /
			    bed.small.desc.stdev[i % 3];
	}
	memset(bed.session->buffers.input, 99, bed.count);
	cr_assert_eq(dyndnn_set_input_u8(bed.session, hwc, bed.count, DYNDNN_HWC), 0);
	compare_input(&bed);
	memset(bed.session->buffers.input, 99, bed.count);
	cr_assert_eq(dyndnn_set_input_f32(bed.session, values, bed.count, DYNDNN_HWC), 0);
	compare_input(&bed);
	free(values);
	free(hwc);
	bed_close(&bed);
}

Test(engine_s8, values_beyond_the_image_range_are_limited)
{
	static const float far[] = { INFINITY, 1e30f, 100, -100, -1e30f, -INFINITY };
	static const int8_t limited[] = { 127, 127, 127, -128, -128, -128 };
	float values[16] = { 0 };
	struct bed bed;

	bed_open(&bed, SMALL_TINY, 1, 1);
	memcpy(values, far, sizeof(far));
	cr_assert_eq(dyndnn_set_input_f32(bed.session, values, 16, DYNDNN_HWC), 0);
	cr_expect_arr_eq(bed.session->buffers.input, limited, sizeof(limited));
	cr_expect_eq(((int8_t *)bed.session->buffers.input)[15], bed.small.desc.shape.image_zero);
	bed_close(&bed);
}

/* --- files ---------------------------------------------------------------------------- */

/* Tensors come back bit for bit. */
Test(engine_s8, loader_reads_what_the_writer_wrote)
{
	struct bed bed;

	for (enum small_shape shape = SMALL_TINY; shape <= SMALL_NARROW; shape = next_s8(shape)) {
		bed_open(&bed, shape, 3, 1);
		for (uint32_t t = 0; t < 3 * bed.model->shape.layers; t++) {
			uint32_t group = t / bed.model->shape.layers + 1;
			uint32_t i = t % bed.model->shape.layers;
			const struct dnnfile_tensors *put = &bed.small.desc.tensors[t];
			const void *from[] = {
				[DNNFILE_WEIGHTS] = put->weights, [DNNFILE_SCALES] = put->scales,
				[DNNFILE_BIAS] = put->bias, [DNNFILE_RANGE] = put->range,
			};

			for (uint32_t role = DNNFILE_WEIGHTS; role <= DNNFILE_ROLES; role++) {
				const void *is = dyndnn_model_tensor(bed.model, group, i, role);

				cr_assert_eq(!is, !from[role]);
				if (is)
					cr_assert_arr_eq(is, from[role],
							 dnnfile_tensor_bytes(&bed.model->shape, i,
									      role, group));
			}
		}
		cr_expect_eq(bed.model->shape.image_scale, bed.small.desc.shape.image_scale);
		cr_expect_eq(bed.model->shape.image_zero, bed.small.desc.shape.image_zero);
		cr_expect_eq(dyndnn_model_info(bed.model)->accuracy_ppm[2], 520000);
		bed_close(&bed);
	}
}

/* Set in a tensor of group 2, which must then be refused. SMALL_MOBILE has 8 layers. */
struct fault {
	uint32_t layer;
	enum dnnfile_role role;
	uint32_t at;
	float value;
	const char *why;
};

static const struct fault faults[] = {
	{ 1, DNNFILE_RANGE, 0, NAN, "group 2: layer 1: scale is nan, allowed: 1e-12..1e+06" },
	{ 1, DNNFILE_RANGE, 0, 0, "group 2: layer 1: scale is 0, allowed" },
	{ 3, DNNFILE_RANGE, 0, -1, "group 2: layer 3: scale is -1, allowed" },
	{ 4, DNNFILE_RANGE, 0, 1e-13f, "group 2: layer 4: scale is 1e-13, allowed" },
	{ 8, DNNFILE_RANGE, 0, 2e6f, "group 2: layer 8: scale is 2e+06, allowed" },
	{ 8, DNNFILE_RANGE, 0, INFINITY, "group 2: layer 8: scale is inf, allowed" },
	{ 1, DNNFILE_RANGE, 1, 0.5f, "group 2: layer 1: zero point is 0.5, allowed: -128..126, whole" },
	{ 4, DNNFILE_RANGE, 1, 200, "group 2: layer 4: zero point is 200, allowed: -128..127" },
	{ 8, DNNFILE_RANGE, 1, -129, "group 2: layer 8: zero point is -129, allowed: -128..127" },
	{ 8, DNNFILE_RANGE, 1, NAN, "group 2: layer 8: zero point is nan, allowed: -128..127" },
	{ 2, DNNFILE_SCALES, 5, NAN,
	  "group 2: layer 2: scale of the weights of output 6 is nan, allowed: 1e-12..1e+06" },
	{ 5, DNNFILE_SCALES, 0, 0, "group 2: layer 5: scale of the weights of output 1 is 0" },
	{ 8, DNNFILE_SCALES, 6, -2, "group 2: layer 8: scale of the weights of output 7 is -2" },
	{ 1, DNNFILE_SCALES, 1, 1e5f,
	  "group 2: layer 1: scales of input and weights of output 2 make " },
	{ 1, DNNFILE_SCALES, 1, 1e-11f, " times the scale of the outputs, allowed: 4.65661e-10..128" },
	/* Too wide for what makes it, and for the residual that it is added in. */
	{ 3, DNNFILE_RANGE, 0, 1e5f, "group 2: layer 4: scale of layer 3 is " },
	{ 4, DNNFILE_RANGE, 0, 1e4f, " times that of the outputs, allowed: 0.00195312..128" },
};

static void seal_group(uint8_t *image, uint32_t group)
{
	const struct dnnfile_header *header = (const struct dnnfile_header *)image;
	struct dnnfile_group *table =
		(struct dnnfile_group *)(image + sizeof(*header) +
					 header->layers * sizeof(struct dnnfile_layer) +
					 header->tensors * sizeof(struct dnnfile_tensor));

	table[group - 1].crc = crc32(0, image + table[group - 1].offset, table[group - 1].bytes);
	small_model_seal(image);
}

static void *tensor_in(const struct bed *bed, uint8_t *image, uint32_t group, uint32_t layer,
			  enum dnnfile_role role)
{
	return image + (bed->model->blob[group - 1] - bed->model->data) +
	       dnnfile_tensor_offset(&bed->model->shape, layer, role, group);
}

static void assert_refused(const struct bed *bed, const uint8_t *image, const char *why)
{
	struct dyndnn_model *model = NULL;
	struct dyndnn_error err = { 0 };

	cr_expect_eq(dyndnn_model_open_memory(image, bed->image_bytes, &model, &err), -EINVAL,
		     "not refused: %s", why);
	cr_expect_neq(strstr(err.text, why), NULL, "text is '%s', lacks '%s'", err.text, why);
	cr_assert_null(model);
}

Test(engine_s8, every_wrong_value_is_named)
{
	struct bed bed;

	bed_open(&bed, SMALL_MOBILE, 2, 1);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		const struct fault *f = &faults[i];
		uint8_t *image = small_model_copy(bed.image, bed.image_bytes);
		float *values;

		values = tensor_in(&bed, image, 2, f->layer - 1, f->role);
		values[f->at] = f->value;
		seal_group(image, 2);
		assert_refused(&bed, image, f->why);
		free(image);
	}
	bed_close(&bed);
}

Test(engine_s8, a_weight_of_minus_128_is_refused)
{
	uint8_t *image, *weights;
	struct bed bed;

	bed_open(&bed, SMALL_MOBILE, 2, 1);
	image = small_model_copy(bed.image, bed.image_bytes);
	/* A row of layer 6 has 6 weights. */
	weights = tensor_in(&bed, image, 2, 5, DNNFILE_WEIGHTS);
	weights[6 * 10 + 3] = 0x80;
	seal_group(image, 2);
	assert_refused(&bed, image, "group 2: layer 6: a weight of output 11 is -128, "
				    "allowed: -127..127");
	free(image);
	bed_close(&bed);
}

/* The writer refuses what the loader would. */
Test(engine_s8, writer_refuses_bad_tensors)
{
	struct dyndnn_error err = { 0 };
	struct small_model small;
	struct dnnfile_tensors *last;
	size_t bytes;
	void *image;

	small_model_init_s8(&small, SMALL_TINY, 2, 1);
	last = (struct dnnfile_tensors *)&small.desc.tensors[3];
	last->range = NULL;
	cr_expect_eq(dnnfile_encode(&small.desc, &image, &bytes, &err), -EINVAL);
	cr_expect_str_eq(err.text, "group 2, layer 2: range missing");
	last->range = (const float[]) { -1, 0 };
	cr_expect_eq(dnnfile_encode(&small.desc, &image, &bytes, &err), -EINVAL);
	cr_expect_str_eq(err.text, "group 2: layer 2: scale is -1, allowed: 1e-12..1e+06");
	small_model_free(&small);
}

Test(engine_s8, shapes_without_kernels_are_refused)
{
	struct dnnfile_shape shape;
	struct dyndnn_error err = { 0 };
	struct small_model small;

	small_model_init(&small, SMALL_MEANS, 1, 1);
	shape = small.desc.shape;
	shape.dtype = DNNFILE_S8;
	cr_expect_eq(dnnfile_shape_check(&shape, &err), -EINVAL);
	cr_expect_str_eq(err.text, "scale of the image is 0, allowed: 1e-12..1e+06");
	shape.image_scale = 1;
	shape.image_zero = 128;
	cr_expect_eq(dnnfile_shape_check(&shape, &err), -EINVAL);
	cr_expect_str_eq(err.text, "zero point of the image is 128, allowed: -128..127");
	shape.image_zero = 0;
	cr_expect_eq(dnnfile_shape_check(&shape, &err), -EINVAL);
	cr_expect_str_eq(err.text, "layer 4: padding is 1, must be 0");
	shape.wiring = DNNFILE_TRIANGULAR;
	cr_expect_eq(dnnfile_shape_check(&shape, &err), -EINVAL);
	cr_expect_str_eq(err.text, "data type is 2, must be 1");
	small_model_free(&small);
}
