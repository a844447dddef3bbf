// SPDX-License-Identifier: MIT
/* Running levels: right against a plain reference, exact between levels, no surprises. */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../engine/model/model.h"
#include "reference_net.h"
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

static struct dyndnn_model *must_open(const void *image, size_t bytes)
{
	struct dyndnn_model *model;
	struct dyndnn_error err = { 0 };

	cr_assert_eq(dyndnn_model_open_memory(image, bytes, &model, &err), 0, "%s", err.text);
	return model;
}

static struct dyndnn_session *must_start(struct dyndnn_model *model,
					 const struct dyndnn_session_options *options)
{
	struct dyndnn_session *session;
	struct dyndnn_error err = { 0 };

	cr_assert_eq(dyndnn_session_open(model, options, &session, &err), 0, "%s", err.text);
	return session;
}

/* bed->small is filled in. */
static void bed_start(struct bed *bed, const struct dyndnn_session_options *options)
{
	const struct dnnfile_shape *s = &bed->small.desc.shape;
	unsigned int seed = 7;

	bed->image = small_model_encode(&bed->small, &bed->image_bytes);
	bed->model = must_open(bed->image, bed->image_bytes);
	bed->session = must_start(bed->model, options);
	bed->count = (size_t)s->image_c * s->image_h * s->image_w;
	bed->pixels = malloc(bed->count);
	cr_assert_not_null(bed->pixels);
	for (size_t i = 0; i < bed->count; i++)
		bed->pixels[i] = rand_r(&seed) >> 7;
	cr_assert_eq(dyndnn_set_input_u8(bed->session, bed->pixels, bed->count, DYNDNN_CHW), 0);
}

static void bed_open(struct bed *bed, enum small_shape shape, unsigned int groups,
		     const struct dyndnn_session_options *options)
{
	small_model_init(&bed->small, shape, groups, 11);
	bed_start(bed, options);
}

static void bed_open_triangular(struct bed *bed, enum small_shape shape, unsigned int groups,
				const struct dyndnn_session_options *options)
{
	small_model_init_triangular(&bed->small, shape, groups, 11);
	bed_start(bed, options);
}

static void bed_close(struct bed *bed)
{
	dyndnn_session_close(bed->session);
	dyndnn_model_close(bed->model);
	free(bed->pixels);
	free(bed->image);
	small_model_free(&bed->small);
}

static double *normalised_image(const struct bed *bed)
{
	const struct dnnfile_desc *desc = &bed->small.desc;
	uint32_t channels = desc->shape.image_c;
	size_t pixels = bed->count / channels;
	double *image = calloc(bed->count, sizeof(*image));

	cr_assert_not_null(image);
	for (uint32_t c = 0; c < channels; c++) {
		for (size_t i = 0; i < pixels; i++)
			image[i * channels + c] = (bed->pixels[c * pixels + i] / 255.0 -
						   (double)desc->mean[c]) / (double)desc->stdev[c];
	}
	return image;
}

static void assert_close(const float *logits, const double *reference, uint32_t classes,
			 unsigned int level)
{
	for (uint32_t c = 0; c < classes; c++)
		cr_assert_lt(fabs((double)logits[c] - reference[c]),
			     1e-4 * (1 + fabs(reference[c])), "level %u, class %u: %g, must be %g",
			     level, c, (double)logits[c], reference[c]);
}

static void compare_bed_with_reference(const struct bed *bed)
{
	const struct dnnfile_shape *shape = &bed->small.desc.shape;
	double reference[DNNFILE_MAX_GROUPS * MAX_CLASSES], *image = normalised_image(bed);
	float logits[MAX_CLASSES];

	reference_net_run(&bed->small.desc, image, reference);
	for (unsigned int k = 1; k <= shape->groups; k++) {
		cr_assert_eq(dyndnn_run(bed->session, k, logits), 0, "%s",
			     dyndnn_session_error(bed->session));
		assert_close(logits, reference + (k - 1) * shape->classes, shape->classes, k);
	}
	free(image);
}

static void compare_with_reference(enum small_shape shape, unsigned int groups)
{
	struct bed bed;

	bed_open(&bed, shape, groups, NULL);
	compare_bed_with_reference(&bed);
	bed_close(&bed);
}

static void compare_ways_with_reference(enum small_shape shape, unsigned int groups)
{
	for (unsigned int threads = 1; threads <= 2; threads++) {
		for (int compute = DYNDNN_COMPUTE_AUTO; compute <= DYNDNN_COMPUTE_XNNPACK;
		     compute++) {
			const struct dyndnn_session_options options = {
				.threads = threads, .compute = compute,
			};
			struct bed bed;

			bed_open(&bed, shape, groups, &options);
			compare_bed_with_reference(&bed);
			bed_close(&bed);
		}
	}
}

static void compare_triangular_with_reference(enum small_shape shape, unsigned int groups,
					      const struct dyndnn_session_options *options)
{
	struct bed bed;

	bed_open_triangular(&bed, shape, groups, options);
	compare_bed_with_reference(&bed);
	bed_close(&bed);
}

Test(engine, equals_reference_tiny)
{
	compare_with_reference(SMALL_TINY, 16);
}

Test(engine, equals_reference_odd_sizes)
{
	compare_with_reference(SMALL_ODD, 3);
}

Test(engine, equals_reference_shipped_shape)
{
	compare_with_reference(SMALL_SHIPPED, 4);
}

Test(engine, equals_reference_average_pools)
{
	compare_with_reference(SMALL_MEANS, 3);
}

Test(engine, equals_reference_three_by_three)
{
	compare_ways_with_reference(SMALL_THREES, 3);
}

Test(engine, equals_reference_one_channel)
{
	compare_with_reference(SMALL_NARROW, 5);
}

Test(engine, triangular_equals_reference)
{
	const struct dyndnn_session_options two = { .threads = 2 };

	compare_triangular_with_reference(SMALL_TINY, 16, NULL);
	compare_triangular_with_reference(SMALL_ODD, 3, NULL);
	compare_triangular_with_reference(SMALL_SHIPPED, 4, NULL);
	compare_triangular_with_reference(SMALL_MEANS, 5, NULL);
	compare_triangular_with_reference(SMALL_NARROW, 16, NULL);
	compare_triangular_with_reference(SMALL_SHIPPED, 4, &two);
	compare_triangular_with_reference(SMALL_MEANS, 3, &two);
}

/* --- levels ---------------------------------------------------------------------- */

static void cut_model_logits(const struct bed *bed, unsigned int groups, float *logits)
{
	struct dyndnn_error err = { 0 };
	struct dyndnn_session *session;
	struct dyndnn_model *model;
	size_t bytes;
	void *cut, *aligned;

	cr_assert_eq(dnnfile_cut(bed->image, bed->image_bytes, groups, &cut, &bytes, &err), 0, "%s",
		     err.text);
	aligned = small_model_copy(cut, bytes);
	free(cut);
	model = must_open(aligned, bytes);
	cr_assert_eq(dyndnn_model_info(model)->levels, groups);
	session = must_start(model, NULL);
	cr_assert_eq(dyndnn_set_input_u8(session, bed->pixels, bed->count, DYNDNN_CHW), 0);
	cr_assert_eq(dyndnn_run(session, groups, logits), 0);
	dyndnn_session_close(session);
	dyndnn_model_close(model);
	free(aligned);
}

/* A session that goes no higher than k must agree, too. */
static void limited_logits(const struct bed *bed, unsigned int k, float *logits)
{
	const struct dyndnn_session_options limit = { .max_level = k };
	struct dyndnn_session *session = must_start(bed->model, &limit);

	cr_assert_eq(dyndnn_set_input_u8(session, bed->pixels, bed->count, DYNDNN_CHW), 0);
	cr_assert_eq(dyndnn_run(session, k, logits), 0);
	dyndnn_session_close(session);
}

static void compare_with_cut_models(enum small_shape shape, bool triangular)
{
	float logits[MAX_CLASSES], cut[MAX_CLASSES], limited[MAX_CLASSES];
	size_t bytes;
	struct bed bed;

	if (triangular)
		bed_open_triangular(&bed, shape, 4, NULL);
	else
		bed_open(&bed, shape, 4, NULL);
	bytes = bed.small.desc.shape.classes * sizeof(float);
	/* From the top down, so that later groups' channels are not all zeroes. */
	for (unsigned int k = 4; k >= 1; k--) {
		cr_assert_eq(dyndnn_run(bed.session, k, logits), 0);
		cut_model_logits(&bed, k, cut);
		cr_assert_arr_eq(logits, cut, bytes, "level %u", k);
		limited_logits(&bed, k, limited);
		cr_assert_arr_eq(logits, limited, bytes, "level %u", k);
	}
	bed_close(&bed);
}

Test(engine, level_k_is_the_k_group_model_bit_for_bit)
{
	for (enum small_shape shape = SMALL_TINY; shape <= SMALL_NARROW; shape++) {
		compare_with_cut_models(shape, false);
		if (small_model_can_be_triangular(shape))
			compare_with_cut_models(shape, true);
	}
}

Test(engine, changing_levels_changes_nothing_else)
{
	static const unsigned int order[] = { 4, 1, 3, 3, 2, 4, 2, 1, 1, 4, 3 };
	float first[5][MAX_CLASSES], logits[MAX_CLASSES];
	bool seen[5] = { false };
	struct bed bed;

	bed_open(&bed, SMALL_SHIPPED, 4, NULL);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		unsigned int k = order[i];

		cr_assert_eq(dyndnn_run(bed.session, k, logits), 0);
		if (seen[k])
			cr_assert_arr_eq(logits, first[k], sizeof(logits), "level %u", k);
		memcpy(first[k], logits, sizeof(logits));
		seen[k] = true;
	}
	for (unsigned int k = 2; k <= 4; k++)
		cr_assert_arr_neq(first[k], first[k - 1], sizeof(logits),
				  "level %u adds nothing", k);
	bed_close(&bed);
}

Test(engine, threads_share_the_work_of_the_same_answer)
{
	const struct dyndnn_session_options two = { .threads = 2 };
	float one_thread[MAX_CLASSES], two_threads[MAX_CLASSES];
	struct bed bed, threaded;

	bed_open(&bed, SMALL_SHIPPED, 4, NULL);
	bed_open(&threaded, SMALL_SHIPPED, 4, &two);
	for (unsigned int k = 1; k <= 4; k++) {
		cr_assert_eq(dyndnn_run(bed.session, k, one_thread), 0);
		cr_assert_eq(dyndnn_run(threaded.session, k, two_threads), 0);
		for (int c = 0; c < MAX_CLASSES; c++)
			cr_expect_lt(fabsf(one_thread[c] - two_threads[c]), 1e-4f);
	}
	bed_close(&threaded);
	bed_close(&bed);
}

Test(engine, levels_out_of_range)
{
	const struct dyndnn_session_options low = { .max_level = 2 };
	float logits[MAX_CLASSES];
	struct bed bed;

	bed_open(&bed, SMALL_TINY, 3, NULL);
	cr_expect_str_eq(dyndnn_session_error(bed.session), "");
	cr_expect_eq(dyndnn_run(bed.session, 0, logits), -ERANGE);
	cr_expect_str_eq(dyndnn_session_error(bed.session), "level is 0, allowed: 1..3");
	cr_expect_eq(dyndnn_run(bed.session, 4, logits), -ERANGE);
	cr_expect_str_eq(dyndnn_session_error(bed.session), "level is 4, allowed: 1..3");
	cr_expect_eq(dyndnn_run(bed.session, ~0u, logits), -ERANGE);
	cr_expect_eq(dyndnn_run(bed.session, 3, logits), 0);
	bed_close(&bed);

	bed_open(&bed, SMALL_TINY, 3, &low);
	cr_expect_eq(dyndnn_run(bed.session, 2, logits), 0);
	cr_expect_eq(dyndnn_run(bed.session, 3, logits), -ERANGE);
	cr_expect_str_eq(dyndnn_session_error(bed.session), "level is 3, allowed: 1..2");
	bed_close(&bed);
}

Test(engine, options_out_of_range)
{
	const struct dyndnn_session_options threads = { .threads = 65 }, level = { .max_level = 4 };
	struct dyndnn_session *session = NULL;
	struct dyndnn_error err;
	struct bed bed;

	bed_open(&bed, SMALL_TINY, 3, NULL);
	cr_expect_eq(dyndnn_session_open(bed.model, &threads, &session, &err), -ERANGE);
	cr_expect_str_eq(err.text, "threads is 65, allowed: 0..64");
	cr_expect_eq(dyndnn_session_open(bed.model, &level, &session, &err), -ERANGE);
	cr_expect_str_eq(err.text, "max_level is 4, allowed: 0..3");
	cr_expect_eq(dyndnn_session_open(bed.model, &level, &session, NULL), -ERANGE);
	cr_expect_null(session);
	bed_close(&bed);
}

/* --- input ------------------------------------------------------------------------ */

Test(engine, wrong_image_size)
{
	float values[32] = { 0 };
	struct bed bed;

	bed_open(&bed, SMALL_TINY, 1, NULL);
	cr_expect_eq(dyndnn_set_input_u8(bed.session, bed.pixels, 15, DYNDNN_CHW), -EINVAL);
	cr_expect_str_eq(dyndnn_session_error(bed.session),
			 "image has 15 bytes, must be 16 (1 channels x 4 x 4 pixels)");
	cr_expect_eq(dyndnn_set_input_u8(bed.session, bed.pixels, 0, DYNDNN_HWC), -EINVAL);
	cr_expect_eq(dyndnn_set_input_f32(bed.session, values, 17, DYNDNN_CHW), -EINVAL);
	cr_expect_str_eq(dyndnn_session_error(bed.session),
			 "image has 17 values, must be 16 (1 channels x 4 x 4 pixels)");
	cr_expect_eq(dyndnn_set_input_f32(bed.session, values, 16, (enum dyndnn_layout)2),
		     -EINVAL);
	cr_expect_str_eq(dyndnn_session_error(bed.session), "layout is 2, allowed: 0..1");
	bed_close(&bed);
}

Test(engine, running_without_an_image)
{
	struct dyndnn_session *session;
	float logits[MAX_CLASSES];
	struct bed bed;

	bed_open(&bed, SMALL_TINY, 1, NULL);
	session = must_start(bed.model, NULL);
	cr_expect_eq(dyndnn_run(session, 1, logits), -ENODATA);
	cr_expect_str_eq(dyndnn_session_error(session), "no input image has been set");
	dyndnn_session_close(session);
	bed_close(&bed);
}

Test(engine, layouts_and_types_agree)
{
	float planar[MAX_CLASSES], interleaved[MAX_CLASSES], from_f32[MAX_CLASSES];
	double *normalised;
	float *values;
	uint8_t *hwc;
	size_t pixels;
	struct bed bed;

	bed_open(&bed, SMALL_ODD, 2, NULL);
	pixels = bed.count / 2;
	cr_assert_eq(dyndnn_run(bed.session, 2, planar), 0);

	hwc = malloc(bed.count);
	for (size_t i = 0; i < pixels; i++) {
		hwc[2 * i] = bed.pixels[i];
		hwc[2 * i + 1] = bed.pixels[pixels + i];
	}
	cr_assert_eq(dyndnn_set_input_u8(bed.session, hwc, bed.count, DYNDNN_HWC), 0);
	cr_assert_eq(dyndnn_run(bed.session, 2, interleaved), 0);
	cr_expect_arr_eq(planar, interleaved, 7 * sizeof(float));

	normalised = normalised_image(&bed);
	values = calloc(bed.count, sizeof(*values));
	for (size_t i = 0; i < bed.count; i++)
		values[i] = normalised[i];
	cr_assert_eq(dyndnn_set_input_f32(bed.session, values, bed.count, DYNDNN_HWC), 0);
	cr_assert_eq(dyndnn_run(bed.session, 2, from_f32), 0);
	for (int c = 0; c < 7; c++)
		cr_expect_lt(fabsf(planar[c] - from_f32[c]), 1e-4f);

	for (size_t i = 0; i < pixels; i++) {
		values[i] = normalised[2 * i];
		values[pixels + i] = normalised[2 * i + 1];
	}
	cr_assert_eq(dyndnn_set_input_f32(bed.session, values, bed.count, DYNDNN_CHW), 0);
	cr_assert_eq(dyndnn_run(bed.session, 2, planar), 0);
	cr_expect_arr_eq(planar, from_f32, 7 * sizeof(float));
	free(values);
	free(normalised);
	free(hwc);
	bed_close(&bed);
}

/* --- stopping ---------------------------------------------------------------------- */

/* Says stop when asked before this layer of the group after this level. */
struct stopper {
	unsigned int level, layer, asked;
};

static int stop_at(void *ctx, unsigned int level_done, unsigned int layer)
{
	struct stopper *stopper = ctx;

	cr_assert_geq(level_done, 1, "level 1 must complete");
	stopper->asked++;
	return level_done == stopper->level && layer == stopper->layer;
}

static int run_stoppable(struct dyndnn_session *session, unsigned int level,
			 struct stopper *stopper, float *logits, unsigned int *done)
{
	const struct dyndnn_limits limits = { .level = level, .stop = stop_at, .ctx = stopper };

	return dyndnn_run_limited(session, &limits, logits, done);
}

static void stop_everywhere(const struct bed *bed)
{
	uint32_t layers = bed->small.desc.shape.layers;
	float exact[5][MAX_CLASSES], logits[MAX_CLASSES];
	unsigned int done;

	for (unsigned int k = 1; k <= 4; k++)
		cr_assert_eq(dyndnn_run(bed->session, k, exact[k]), 0);
	for (unsigned int k = 1; k < 4; k++) {
		for (unsigned int layer = 0; layer < layers; layer++) {
			struct stopper stopper = { .level = k, .layer = layer };

			done = 0;
			cr_assert_eq(run_stoppable(bed->session, 4, &stopper, logits, &done), 0);
			cr_assert_eq(done, k);
			cr_assert_eq(stopper.asked, (k - 1) * layers + layer + 1);
			cr_assert_arr_eq(logits, exact[k], sizeof(logits), "level %u", k);
		}
	}
	/* A stop leaves nothing behind. */
	cr_assert_eq(dyndnn_run(bed->session, 4, logits), 0);
	cr_assert_arr_eq(logits, exact[4], sizeof(logits));
}

Test(engine, stops_at_the_last_complete_group)
{
	struct bed bed;

	bed_open(&bed, SMALL_SHIPPED, 4, NULL);
	stop_everywhere(&bed);
	bed_close(&bed);
	bed_open_triangular(&bed, SMALL_SHIPPED, 4, NULL);
	stop_everywhere(&bed);
	bed_close(&bed);
}

Test(engine, never_told_to_stop)
{
	struct stopper stopper = { .level = 99 };
	float logits[MAX_CLASSES], exact[MAX_CLASSES];
	unsigned int done = 0;
	struct bed bed;

	bed_open(&bed, SMALL_TINY, 3, NULL);
	cr_assert_eq(dyndnn_run(bed.session, 3, exact), 0);
	cr_assert_eq(run_stoppable(bed.session, 3, &stopper, logits, &done), 0);
	cr_expect_eq(done, 3);
	cr_expect_arr_eq(logits, exact, 3 * sizeof(float));
	cr_expect_eq(stopper.asked, 2 * bed.small.desc.shape.layers);

	stopper.asked = 0;
	cr_assert_eq(run_stoppable(bed.session, 1, &stopper, logits, NULL), 0);
	cr_expect_eq(stopper.asked, 0);
	bed_close(&bed);
}

/* --- lifetimes ----------------------------------------------------------------------- */

Test(engine, session_keeps_its_model)
{
	float logits[MAX_CLASSES], again[MAX_CLASSES];
	struct dyndnn_session *second;
	struct bed bed;

	bed_open(&bed, SMALL_TINY, 2, NULL);
	second = must_start(bed.model, NULL);
	cr_assert_eq(dyndnn_set_input_u8(second, bed.pixels, bed.count, DYNDNN_CHW), 0);
	cr_assert_eq(dyndnn_run(bed.session, 2, logits), 0);
	dyndnn_model_close(bed.model);
	dyndnn_session_close(bed.session);
	cr_assert_eq(dyndnn_run(second, 2, again), 0);
	cr_expect_arr_eq(logits, again, 3 * sizeof(float));
	bed.model = NULL;
	bed.session = second;
	bed_close(&bed);
}

/* --- logits ---------------------------------------------------------------------------- */

Test(engine, top1_and_confidence)
{
	const float clear[] = { -1, 1000, 3 }, tie[] = { 2, 5, 5 }, flat[] = { 0, 0, 0, 0 };

	cr_expect_eq(dyndnn_top1(clear, 3), 1);
	cr_expect_eq(dyndnn_top1(tie, 3), 1);
	cr_expect_float_eq(dyndnn_confidence(clear, 3), 1, 1e-6);
	cr_expect_float_eq(dyndnn_confidence(flat, 4), 0.25, 1e-6);
}

Test(engine, probability_of_any_class)
{
	const float logits[] = { 1, -2, 1000, 999 }, flat[] = { 7, 7, 7, 7 };
	double sum = 0, e = exp(-1);

	cr_expect_float_eq(dyndnn_probability(logits, 4, 2), 1 / (1 + e), 1e-12);
	cr_expect_float_eq(dyndnn_probability(logits, 4, 3), e / (1 + e), 1e-12);
	cr_expect_float_eq(dyndnn_probability(logits, 4, 0), 0, 1e-12);
	cr_expect_float_eq(dyndnn_probability(flat, 4, 1), 0.25, 1e-12);
	for (unsigned int c = 0; c < 3; c++)
		sum += dyndnn_probability(logits, 3, c);
	cr_expect_float_eq(sum, 1, 1e-12);
	cr_expect_float_eq(dyndnn_probability(logits, 4, 2),
			   (double)dyndnn_confidence(logits, 4), 1e-6);
	cr_expect_eq(dyndnn_probability(logits, 4, 4), 0);
	cr_expect_eq(dyndnn_probability(logits, 4, ~0u), 0);
}
