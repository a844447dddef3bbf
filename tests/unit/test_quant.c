// SPDX-License-Identifier: MIT
/* From f32 to s8: ranges, whole models, what cannot be, and the tool. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../engine/quant/search.h"
#include "shell_kit.h"
#include "small_model.h"

enum { IMAGES = 32, MAX_CLASSES = 10 };

/* --- histograms and ranges --------------------------------------------------------- */

static uint64_t count_of(const struct histogram *h)
{
	uint64_t count = 0;

	for (int b = 0; b < HISTOGRAM_BINS; b++)
		count += h->count[b];
	return count;
}

/* Roughly normal, from a sum of uniform ones. */
static void fill_normal(float *values, size_t count, float stdev, unsigned int *seed)
{
	for (size_t i = 0; i < count; i++) {
		float parts[12], sum = 0;

		small_model_noise(parts, 12, 0.5f, seed);
		for (int p = 0; p < 12; p++)
			sum += parts[p];
		values[i] = stdev * sum;
	}
}

Test(quant, histogram_grows_with_its_values)
{
	static const float values[] = { 0, 0.001f, -0.002f, 0.5f, -1, 1, 1024, -3e9f };
	struct histogram *h = calloc(1, sizeof(*h));

	cr_assert_not_null(h);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		cr_assert_eq(histogram_add(h, &values[i], 1), 0);
	cr_expect_eq(count_of(h), 7, "all but the 0");
	cr_expect_eq(h->min, -3e9f);
	cr_expect_eq(h->max, 1024);
	cr_expect_eq(h->limit, 0x1p32f);
	/* The bin of -3e9 and those beside the middle. */
	cr_expect_eq(h->count[HISTOGRAM_BINS / 2 - 1 - (int)(3e9 / 0x1p21)], 1);
	cr_expect_eq(h->count[HISTOGRAM_BINS / 2 - 1], 2);
	cr_expect_eq(h->count[HISTOGRAM_BINS / 2], 4);
	cr_expect_eq(histogram_add(h, &(float){ NAN }, 1), -ERANGE);
	cr_expect_eq(histogram_add(h, &(float){ -INFINITY }, 1), -ERANGE);
	cr_expect_eq(histogram_add(h, &(float){ 1e35f }, 1), -ERANGE);
	free(h);
}

/* Mean square error of these values in s8. */
static double error_in(struct dnnfile_range range, const float *values, size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++) {
		double steps = rint((double)values[i] / (double)range.scale) + range.zero;
		double q = fmin(fmax(steps, INT8_MIN), INT8_MAX);
		double miss = (q - range.zero) * (double)range.scale - (double)values[i];

		sum += miss * miss;
	}
	return sum / count;
}

Test(quant, methods_choose_what_they_say)
{
	enum { COUNT = 20000 };
	struct histogram *h = calloc(1, sizeof(*h));
	float *values = calloc(COUNT, sizeof(*values));
	struct dnnfile_range range[RANGE_METHODS];
	unsigned int seed = 5;

	cr_assert(h && values);
	fill_normal(values, COUNT, 1, &seed);
	values[77] = 30;
	cr_assert_eq(histogram_add(h, values, COUNT), 0);
	for (int m = 0; m < RANGE_METHODS; m++)
		range[m] = range_choose(h, m);
	cr_expect_float_eq(255 * range[RANGE_MINMAX].scale, 30 - h->min, 1e-3);
	/* Where such a sum has them, whose tails are a little thinner than the normal one's. */
	cr_expect_float_eq(255 * range[RANGE_P9999].scale, 2 * 3.55f, 0.6);
	cr_expect_float_eq(255 * range[RANGE_P999].scale, 2 * 3.0f, 0.3);
	cr_expect_lt(error_in(range[RANGE_MSE], values, COUNT),
		     error_in(range[RANGE_MINMAX], values, COUNT));
	/* A range that is far better was not overlooked. */
	for (int tenths = 20; tenths < 350; tenths++) {
		double end = tenths / 10.0;

		cr_expect_lt(error_in(range[RANGE_MSE], values, COUNT),
			     1.1 * error_in(range_of(-end < (double)h->min ? (double)h->min : -end,
						     fmin(end, 30)), values, COUNT));
	}
	free(values);
	free(h);
}

Test(quant, values_of_one_sign_use_all_steps)
{
	struct histogram *h = calloc(1, sizeof(*h));
	static const float up[] = { 0, 1, 2, 51 }, down[] = { 0, -1, -102, -3 };

	cr_assert_not_null(h);
	for (int m = 0; m < RANGE_METHODS; m++) {
		memset(h, 0, sizeof(*h));
		cr_expect_eq(range_choose(h, m).scale, 0);
		cr_expect_eq(range_choose(h, m).zero, -128);
		cr_assert_eq(histogram_add(h, up, 4), 0);
		cr_expect_eq(range_choose(h, m).zero, -128);
		cr_expect_gt(range_choose(h, m).scale, 0);
	}
	cr_expect_float_eq(range_choose(h, RANGE_MINMAX).scale, 0.2f, 1e-6);
	memset(h, 0, sizeof(*h));
	cr_assert_eq(histogram_add(h, down, 4), 0);
	cr_expect_eq(range_choose(h, RANGE_MINMAX).zero, 127);
	cr_expect_float_eq(range_choose(h, RANGE_MINMAX).scale, 0.4f, 1e-6);
	free(h);
}

/* --- whole models ------------------------------------------------------------------- */

/* An f32 model and images for it. */
struct bed {
	struct small_model small;
	void *image;
	struct dyndnn_model *model;
	uint8_t *pixels;
	const uint8_t *images[IMAGES];
	struct search_images chosen;
	struct search_result result;
	struct dyndnn_error err;
};

static void bed_load(struct bed *bed)
{
	const struct dnnfile_shape *shape = &bed->small.desc.shape;
	size_t bytes, image = (size_t)shape->image_c * shape->image_h * shape->image_w;
	unsigned int seed = 21;

	bed->image = small_model_encode(&bed->small, &bytes);
	cr_assert_eq(dyndnn_model_open_memory(bed->image, bytes, &bed->model, &bed->err), 0, "%s",
		     bed->err.text);
	bed->pixels = malloc(IMAGES * image);
	cr_assert_not_null(bed->pixels);
	for (size_t i = 0; i < IMAGES * image; i++)
		bed->pixels[i] = rand_r(&seed) >> 7;
	for (int i = 0; i < IMAGES; i++)
		bed->images[i] = bed->pixels + i * image;
	bed->chosen = (struct search_images) {
		.calibration = bed->images, .calibrations = IMAGES / 2,
		.held_out = bed->images + IMAGES / 2, .held_outs = IMAGES / 2,
	};
}

static void bed_close(struct bed *bed)
{
	free(bed->result.image);
	dyndnn_model_close(bed->model);
	free(bed->pixels);
	free(bed->image);
	small_model_free(&bed->small);
}

static int quantise(struct bed *bed, enum range_method method)
{
	const struct search search = { .method = method };

	return search_run(bed->model, &bed->chosen, &search, &bed->result, &bed->err);
}

static struct dyndnn_model *must_open_result(struct bed *bed)
{
	struct dyndnn_model *s8;

	cr_assert_eq(dyndnn_model_open_memory(bed->result.image, bed->result.bytes, &s8,
					      &bed->err), 0, "%s", bed->err.text);
	return s8;
}

/* Root mean square of the difference of the logits, relative to how logits differ. */
static double relative_error(struct bed *bed, struct dyndnn_model *s8)
{
	const struct dnnfile_shape *shape = &bed->model->shape;
	size_t count = (size_t)IMAGES * shape->groups * shape->classes;
	float *f32 = calloc(count, sizeof(*f32)), *q = calloc(count, sizeof(*q));
	double sum = 0, square = 0, miss = 0;

	cr_assert(f32 && q);
	cr_assert_eq(logits_of_groups(bed->model, bed->images, IMAGES, f32, NULL, NULL), 0);
	cr_assert_eq(logits_of_groups(s8, bed->images, IMAGES, q, NULL, NULL), 0);
	for (size_t i = 0; i < count; i++) {
		sum += (double)f32[i];
		square += (double)f32[i] * (double)f32[i];
		miss += pow((double)f32[i] - (double)q[i], 2);
	}
	free(q);
	free(f32);
	return sqrt(miss / count) / sqrt(square / count - pow(sum / count, 2));
}

Test(quant, every_shape_stays_close_to_f32)
{
	for (enum small_shape shape = SMALL_TINY; shape <= SMALL_NARROW; shape++) {
		struct dyndnn_model *s8;
		struct bed bed = { 0 };

		if (!small_model_can_be_s8(shape))
			continue;
		small_model_init(&bed.small, shape, 3, 11);
		bed_load(&bed);
		cr_assert_eq(quantise(&bed, RANGE_METHODS), 0, "%s", bed.err.text);
		s8 = must_open_result(&bed);
		cr_expect_lt(relative_error(&bed, s8), 0.1, "shape %d: %g", shape,
			     relative_error(&bed, s8));
		/* What is not of values is as it was. */
		cr_expect_str_eq(dyndnn_model_info(s8)->name, "small");
		cr_expect_str_eq(dyndnn_model_class_name(s8, 1), "one");
		cr_expect_arr_eq(s8->mean, bed.model->mean, sizeof(s8->mean));
		cr_expect_arr_eq(s8->logit_scale, bed.model->logit_scale, 3 * sizeof(float));
		cr_expect(dyndnn_model_info(s8)->quantised);
		/* Measured by nobody yet. */
		cr_expect_eq(dyndnn_model_info(s8)->accuracy_ppm[0], 0);
		dyndnn_model_close(s8);
		bed_close(&bed);
	}
}

Test(quant, the_best_way_of_each_group_is_kept)
{
	struct logits_difference best;
	struct bed bed = { 0 };

	small_model_init(&bed.small, SMALL_MOBILE, 3, 4);
	bed_load(&bed);
	cr_assert_eq(quantise(&bed, RANGE_METHODS), 0, "%s", bed.err.text);
	best = bed.result.difference;
	free(bed.result.image);
	for (enum range_method method = 0; method < RANGE_METHODS; method++) {
		cr_assert_eq(quantise(&bed, method), 0, "%s", bed.err.text);
		for (int g = 0; g < 3; g++) {
			cr_expect_eq(bed.result.way[g].method, method);
			cr_expect_leq(best.divergence[g], bed.result.difference.divergence[g],
				      "group %d, %s", g + 1, range_method_name(method));
		}
		if (method < RANGE_METHODS - 1)
			free(bed.result.image);
	}
	bed_close(&bed);
}

/* Fixed ranges and one layer with weights that all round the same way: 0.4 steps are lost each. */
Test(quant, biases_make_up_for_rounded_weights)
{
	double shift[2] = { 0 };
	struct bed bed = { 0 };
	float *weights;

	small_model_init(&bed.small, SMALL_TINY, 1, 2);
	weights = (float *)bed.small.desc.tensors[0].weights;
	for (int i = 0; i < 18; i++)
		weights[i] = i % 9 ? 10.4f : 127;
	bed_load(&bed);
	for (int corrected = 0; corrected < 2; corrected++) {
		const struct quantise_way way = { RANGE_MINMAX, corrected };
		struct observation o;
		struct dyndnn_session *session;
		struct dyndnn_model *s8;
		float f32[IMAGES * 3], q[IMAGES * 3];

		cr_assert_eq(observation_init(&o, bed.model), 0);
		cr_assert_eq(dyndnn_session_open(bed.model, &quant_session, &session, &bed.err), 0);
		for (int i = 0; i < IMAGES; i++) {
			cr_assert_eq(dyndnn_set_input_u8(session, bed.images[i], 16, DYNDNN_CHW), 0);
			cr_assert_eq(observation_add(&o, session, &bed.err), 0);
		}
		cr_assert_eq(quantise_model(&o, &way, &bed.result.image, &bed.result.bytes,
					    &bed.err), 0, "%s", bed.err.text);
		s8 = must_open_result(&bed);
		cr_assert_eq(logits_of_groups(bed.model, bed.images, IMAGES, f32, NULL, NULL), 0);
		cr_assert_eq(logits_of_groups(s8, bed.images, IMAGES, q, NULL, NULL), 0);
		for (int c = 0; c < 3; c++) {
			double mean = 0;

			for (int i = 0; i < IMAGES; i++)
				mean += ((double)q[i * 3 + c] - (double)f32[i * 3 + c]) / IMAGES;
			shift[corrected] += fabs(mean);
		}
		dyndnn_model_close(s8);
		dyndnn_session_close(session);
		observation_free(&o);
		free(bed.result.image);
		bed.result.image = NULL;
	}
	cr_expect_lt(shift[1], shift[0] / 2, "corrected: %g, as is: %g", shift[1], shift[0]);
	bed_close(&bed);
}

/* --- hard models -------------------------------------------------------------------- */

static float *weights_of(struct bed *bed, uint32_t group, uint32_t layer)
{
	const struct dnnfile_desc *desc = &bed->small.desc;

	return (float *)desc->tensors[(group - 1) * desc->shape.layers + layer - 1].weights;
}

static float *bias_of(struct bed *bed, uint32_t group, uint32_t layer)
{
	const struct dnnfile_desc *desc = &bed->small.desc;

	return (float *)desc->tensors[(group - 1) * desc->shape.layers + layer - 1].bias;
}

static void must_be_close(struct bed *bed, double limit, const char *what)
{
	struct dyndnn_model *s8;

	bed_load(bed);
	cr_assert_eq(quantise(bed, RANGE_METHODS), 0, "%s: %s", what, bed->err.text);
	s8 = must_open_result(bed);
	cr_expect_lt(relative_error(bed, s8), limit, "%s: %g", what, relative_error(bed, s8));
	dyndnn_model_close(s8);
	bed_close(bed);
}

Test(quant, outputs_with_nothing_but_a_bias)
{
	struct bed bed = { 0 };

	/* The six outputs of layer 6 of SMALL_MOBILE's first group read 6 channels each. */
	small_model_init(&bed.small, SMALL_MOBILE, 2, 11);
	memset(weights_of(&bed, 1, 6), 0, 2 * 6 * sizeof(float));
	bias_of(&bed, 1, 6)[0] = 0;
	bias_of(&bed, 1, 6)[1] = 2;
	weights_of(&bed, 1, 6)[2 * 6] = 1e-20f;
	must_be_close(&bed, 0.1, "dead channels");
}

Test(quant, layers_that_make_only_zeroes)
{
	struct bed bed = { 0 };

	small_model_init(&bed.small, SMALL_MOBILE, 2, 11);
	for (int o = 0; o < 6; o++)
		bias_of(&bed, 1, 1)[o] = -1000;
	must_be_close(&bed, 0.1, "a ReLU that lets nothing pass");

	/* Layer 4 adds what layer 1 and 3 make. */
	small_model_init(&bed.small, SMALL_MOBILE, 2, 11);
	memset(weights_of(&bed, 1, 3), 0, 36 * sizeof(float));
	memset(bias_of(&bed, 1, 3), 0, 6 * sizeof(float));
	must_be_close(&bed, 0.1, "a residual of nothing");
}

Test(quant, scales_far_apart)
{
	static const float factors[] = { 1e-6f, 1e-3f, 1e3f, 1e5f };
	/* What is added must not be finer than 2^-9 of the sum: the last one is legal, not good. */
	static const double limits[] = { 0.1, 0.1, 0.1, 1 };

	for (size_t f = 0; f < sizeof(factors) / sizeof(factors[0]); f++) {
		struct bed bed = { 0 };
		char what[64];

		small_model_init(&bed.small, SMALL_MOBILE, 1, 11);
		for (int i = 0; i < 36; i++)
			weights_of(&bed, 1, 3)[i] *= factors[f];
		for (int o = 0; o < 6; o++)
			bias_of(&bed, 1, 3)[o] *= factors[f];
		snprintf(what, sizeof(what), "a residual of values times %g", (double)factors[f]);
		must_be_close(&bed, limits[f], what);

		/* Channels of one layer as different as the weights that make them. */
		small_model_init(&bed.small, SMALL_MOBILE, 1, 11);
		for (int i = 0; i < 6; i++)
			weights_of(&bed, 1, 6)[i] *= factors[f];
		snprintf(what, sizeof(what), "a channel times %g", (double)factors[f]);
		/* Others may be nothing beside it. */
		must_be_close(&bed, 0.15, what);
	}
}

/* --- what cannot be ----------------------------------------------------------------- */

static void must_fail(struct bed *bed, int code, const char *why)
{
	bed_load(bed);
	cr_expect_eq(quantise(bed, RANGE_MINMAX), code, "not refused: %s", why);
	cr_expect_neq(strstr(bed->err.text, why), NULL, "text is '%s', lacks '%s'", bed->err.text,
		      why);
	cr_expect_null(bed->result.image);
	bed_close(bed);
}

Test(quant, models_that_cannot_be_s8)
{
	struct bed bed = { 0 };

	small_model_init_triangular(&bed.small, SMALL_SHIPPED, 2, 1);
	must_fail(&bed, -EINVAL, "wiring is triangular, must be separate");
	small_model_init_s8(&bed.small, SMALL_TINY, 2, 1);
	must_fail(&bed, -EINVAL, "values are s8 already, must be f32");
	small_model_init(&bed.small, SMALL_MEANS, 2, 1);
	must_fail(&bed, -EINVAL, "layer 4: average pool with padding 1, must be 0");
	small_model_init(&bed.small, SMALL_TINY, 2, 1);
	/* A ReLU may make 0 of it. */
	weights_of(&bed, 2, 1)[9] = NAN;
	must_fail(&bed, -EINVAL, "group 2: layer 1: a weight is nan, must be a number");
	small_model_init(&bed.small, SMALL_TINY, 2, 1);
	weights_of(&bed, 1, 2)[1] = weights_of(&bed, 1, 2)[3] = 3e38f;
	must_fail(&bed, -ERANGE, "group 1: layer 2: outputs");
	/* Hidden from all images by the ReLU. */
	small_model_init(&bed.small, SMALL_TINY, 2, 1);
	bias_of(&bed, 2, 1)[1] = -INFINITY;
	must_fail(&bed, -EINVAL, "group 2: layer 1: a bias is -inf, must be a number");
	/* 1e12 / 127 is beyond the format's scales. */
	small_model_init(&bed.small, SMALL_TINY, 2, 1);
	weights_of(&bed, 2, 2)[0] = 1e12f;
	must_fail(&bed, -EINVAL, "group 2: layer 2: scale is ");
}

/* --- the tool ----------------------------------------------------------------------- */

static void put_idx(FILE *file, uint32_t magic, const uint8_t *bytes, size_t count,
		    const uint32_t *dims, int dimensions)
{
	magic = htonl(magic);
	fwrite(&magic, 4, 1, file);
	for (int d = 0; d < dimensions; d++) {
		uint32_t dim = htonl(dims[d]);

		fwrite(&dim, 4, 1, file);
	}
	fwrite(bytes, 1, count, file);
	cr_assert_eq(fclose(file), 0);
}

static FILE *create(const char *folder, const char *part, const char *what)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s-%s-ubyte", folder, part, what);
	file = fopen(path, "w");
	cr_assert_not_null(file);
	return file;
}

/* Noise, with labels: as many images as asked, of the tiny model's 4 x 4 pixels. */
static void put_set(const char *folder, const char *part, uint32_t count)
{
	uint8_t pixels[16 * 64], labels[64];
	unsigned int seed = count;

	for (uint32_t i = 0; i < count; i++)
		labels[i] = rand_r(&seed) % 3;
	for (uint32_t i = 0; i < 16 * count; i++)
		pixels[i] = rand_r(&seed) >> 7;
	put_idx(create(folder, part, "images-idx3"), 0x803, pixels, 16 * count,
		(const uint32_t[]) { count, 4, 4 }, 3);
	put_idx(create(folder, part, "labels-idx1"), 0x801, labels, count, &count, 1);
}

static void put_model(const char *folder, const char *name, enum small_shape shape, bool triangular)
{
	struct dyndnn_error err = { 0 };
	struct small_model small;
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (triangular)
		small_model_init_triangular(&small, shape, 2, 7);
	else
		small_model_init(&small, shape, 2, 7);
	cr_assert_eq(dnnfile_write(path, &small.desc, &err), 0, "%s", err.text);
	small_model_free(&small);
}

Test(quant, tool_makes_models_and_says_what_is_wrong)
{
	static const struct {
		const char *line;
		int status;
		const char *says;
	} step[] = {
		{ "$Q $D/a.dnn $D -o $D/q.dnn", 0, "ranges of 45 images, ways compared on 15 others" },
		{ "$T info $D/q.dnn", 0, "values:  s8" },
		{ "$T info $D/q.dnn | grep -c unknown", 0, "2" },
		{ "$T info $D/q.dnn", 0, "groups:  2" },
		/* The same input gives the same file. */
		{ "$Q $D/a.dnn $D -o $D/r.dnn && cmp $D/q.dnn $D/r.dnn", 0, "times smaller" },
		{ "$Q $D/a.dnn $D -o $D/r.dnn --images 16 --method mse", 0,
		  "ranges of 12 images, ways compared on 4 others" },
		{ "$Q $D/a.dnn $D $D -o $D/r.dnn --images 16", 0, "ranges of 12 images" },
		/* What it stores is what dyndnn-eval measures. */
		{ "$Q $D/a.dnn $D -o $D/q.dnn --test $D", 0, "top-1 on 40 test images" },
		{ "! $T info $D/q.dnn | grep unknown", 0, "" },
		{ "$E --data $D $D/q.dnn | awk 'NR > 2 { if ($3 != $5) exit 1; n++ } END { print n }'",
		  0, "2" },
		{ "$T extract -g 1 $D/q.dnn $D/1.dnn && $T info $D/1.dnn", 0, "groups:  1" },
		{ "rm $D/r.dnn; $Q $D/t.dnn $D -o $D/r.dnn", 1, "t.dnn: wiring is triangular" },
		{ "test -e $D/r.dnn", 1, "" },
		{ "$Q $D/q.dnn $D -o $D/r.dnn", 1, "q.dnn: values are s8 already" },
		{ "$Q $D/big.dnn $D -o $D/r.dnn", 1, "channels" },
		{ "$Q $D/none.dnn $D -o $D/r.dnn", 1, "none.dnn: cannot open" },
		{ "$Q $D/a.dnn $D/none -o $D/r.dnn", 1, "none" },
		{ "$Q $D/a.dnn $D -o $D/none/r.dnn", 1, "none/r.dnn: cannot write: No such file" },
		{ "$Q $D/a.dnn -o $D/r.dnn", 64, "DATA is missing" },
		{ "$Q -o $D/r.dnn", 64, "MODEL.dnn is missing" },
		{ "$Q $D/a.dnn $D", 64, "-o is missing" },
		{ "$Q $D/a.dnn $D -o $D/r.dnn --images 7", 64, "--images is '7', allowed: 8..1048576" },
		{ "$Q $D/a.dnn $D -o $D/r.dnn --method x", 64,
		  "--method is 'x': must be minmax, p99.99, p99.9, mse or best" },
		{ "$Q $D/a.dnn $D -o $D/r.dnn --dataset x", 64, "must be cifar10 or idx" },
		{ "$Q $D/a.dnn $D -o $D/r.dnn --threads 65", 64, "--threads is '65', allowed: 1..64" },
		{ "test -e $D/r.dnn", 1, "" },
		{ "rm $D/*", 0, "" },
	};
	char folder[] = "/tmp/test_quant.XXXXXX", output[8192];

	cr_assert_not_null(mkdtemp(folder));
	put_set(folder, "train", 60);
	put_set(folder, "t10k", 40);
	put_model(folder, "a.dnn", SMALL_TINY, false);
	put_model(folder, "t.dnn", SMALL_TINY, true);
	put_model(folder, "big.dnn", SMALL_MOBILE, false);
	for (size_t i = 0; i < sizeof(step) / sizeof(step[0]); i++) {
		int status = shell_line(folder, step[i].line, output, sizeof(output));

		cr_expect_eq(status, step[i].status, "%s: status %d: %s", step[i].line, status,
			     output);
		cr_expect_neq(strstr(output, step[i].says), NULL, "%s: %s", step[i].line, output);
	}
	rmdir(folder);
}
