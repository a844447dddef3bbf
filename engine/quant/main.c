// SPDX-License-Identifier: MIT
/* dyndnn-quantize: an 8-bit model from a 32-bit one and images like those that it will see. */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../model/writer.h"
#include "../tools/number.h"
#include "dataset.h"
#include "score.h"
#include "search.h"

const char *argp_program_version = "dyndnn-quantize 0.1";

enum {
	OPT_DATASET = 0x100, OPT_IMAGES, OPT_METHOD, OPT_TEST, OPT_THREADS,
	HELD_OUT = 4,		/* every 4th image */
	MIN_IMAGES = 8,
};

struct arguments {
	const char *model, *out, *test;
	char **data;
	size_t count;			/* of folders in data */
	enum dataset_kind kind;
	enum range_method method;
	uint32_t images;
	unsigned int threads;
};

/* Folders and the images that were chosen of them. */
struct images {
	struct dataset *set;
	size_t sets;
	const uint8_t **calibration, **held_out;
	uint32_t calibrations, held_outs;
};

static const struct argp_option options[] = {
	{ "output", 'o', "OUT.dnn", 0, "the new model (required)", 0 },
	{ "images", OPT_IMAGES, "N", 0,
	  "take N training images in all, evenly spread (default: 1024); every 4th sets no range, "
	  "ways are compared on these", 0 },
	{ "method", OPT_METHOD, "METHOD", 0,
	  "how ranges are chosen: minmax, p99.99, p99.9, mse (least square error), or best: "
	  "whichever is best for each group (default)", 0 },
	{ "dataset", OPT_DATASET, "KIND", 0, "cifar10 or idx (default: what DATA holds)", 0 },
	{ "test", OPT_TEST, "DATA", 0,
	  "measure both models' accuracy on the test images of this folder, and store the new one's "
	  "(default: stored as unknown)", 0 },
	{ "threads", OPT_THREADS, "N", 0, "for --test: sessions at work at a time (default: 2)", 0 },
	{ 0 }
};

static void parse_method(struct argp_state *state, const char *arg, enum range_method *method)
{
	*method = RANGE_METHODS;
	if (!strcmp(arg, "best"))
		return;
	for (*method = 0; *method < RANGE_METHODS; (*method)++) {
		if (!strcmp(arg, range_method_name(*method)))
			return;
	}
	argp_error(state, "--method is '%s': must be minmax, p99.99, p99.9, mse or best", arg);
}

static void check_end(struct argp_state *state, struct arguments *a)
{
	if (a->count < 1)
		argp_error(state, "MODEL.dnn is missing");
	a->model = *a->data++;
	if (!--a->count)
		argp_error(state, "DATA is missing: a folder with training images");
	if (!a->out)
		argp_error(state, "-o is missing: the new model");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'o':
		a->out = arg;
		break;
	case OPT_IMAGES:
		a->images = number_arg(state, "--images", arg, MIN_IMAGES, 1 << 20);
		break;
	case OPT_METHOD:
		parse_method(state, arg, &a->method);
		break;
	case OPT_DATASET:
		if (!dataset_kind_parse(arg, &a->kind))
			argp_error(state, "--dataset is '%s': must be cifar10 or idx", arg);
		break;
	case OPT_TEST:
		a->test = arg;
		break;
	case OPT_THREADS:
		a->threads = number_arg(state, "--threads", arg, 1, SCORE_MAX_THREADS);
		break;
	case ARGP_KEY_ARGS:
		a->data = state->argv + state->next;
		a->count = state->argc - state->next;
		break;
	case ARGP_KEY_END:
		check_end(state, a);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "dyndnn-quantize: %s: %s\n", what, why);
	return EXIT_FAILURE;
}

static void show_progress(uint32_t done, uint32_t count)
{
	enum { CELLS = 24 };
	int full = (uint64_t)CELLS * done / count;

	if (!isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r[%.*s%.*s] %u of %u images\033[K", full, "########################",
		CELLS - full, "........................", done, count);
	if (done == count)
		fputs("\r\033[K", stderr);
}

static int open_set(const struct arguments *a, const struct dyndnn_info *info, const char *path,
		    enum dataset_part part, struct dataset *set)
{
	char why[DATASET_ERR_LEN];

	if (dataset_open(set, a->kind, path, part, why, sizeof(why))) {
		fprintf(stderr, "dyndnn-quantize: %s\n", why);
		return EXIT_FAILURE;
	}
	if (dataset_fit(set, info->channels, info->height, info->width, info->classes, why,
			sizeof(why)))
		return fail(path, why);
	return 0;
}

/* Images from everywhere in the set, as files may be sorted. */
static void choose_images(struct images *images, const struct dataset *set, uint32_t want)
{
	uint32_t count = want < set->images ? want : set->images;

	for (uint32_t i = 0; i < count; i++) {
		const uint8_t *image = dataset_image(set, (uint64_t)set->images * i / count);

		if (i % HELD_OUT == HELD_OUT - 1)
			images->held_out[images->held_outs++] = image;
		else
			images->calibration[images->calibrations++] = image;
	}
}

static int open_images(const struct arguments *a, const struct dyndnn_info *info,
		       struct images *images)
{
	images->set = calloc(a->count, sizeof(*images->set));
	images->calibration = calloc(a->images, sizeof(*images->calibration));
	images->held_out = calloc(a->images, sizeof(*images->held_out));
	if (!images->set || !images->calibration || !images->held_out)
		return fail("calibration images", strerror(ENOMEM));
	for (size_t d = 0; d < a->count; d++) {
		/* Shares of the number that add up to it. */
		uint32_t share = (uint64_t)a->images * (d + 1) / a->count -
				 (uint64_t)a->images * d / a->count;
		int ret = open_set(a, info, a->data[d], DATASET_TRAIN, &images->set[images->sets++]);

		if (ret)
			return ret;
		choose_images(images, &images->set[d], share);
	}
	if (!images->held_outs)
		return fail(a->data[0], "less than 4 images in each folder");
	return 0;
}

static void close_images(struct images *images)
{
	for (size_t d = 0; d < images->sets; d++)
		dataset_close(&images->set[d]);
	free(images->set);
	free(images->calibration);
	free(images->held_out);
}

static void print_way(const struct quantise_way *way)
{
	printf("%-8s %-10s", range_method_name(way->method),
	       way->correct_bias ? "corrected" : "as is");
}

static void print_tried(const struct quantise_way *way, const struct logits_difference *difference,
			uint32_t groups)
{
	print_way(way);
	for (uint32_t g = 0; g < groups; g++)
		printf(" %9.6f", difference->divergence[g]);
	printf("\n");
}

static void print_result(const struct search_result *result, const struct images *images,
			 const struct dyndnn_info *info)
{
	const struct logits_difference *difference = &result->difference;

	printf("\ngroup ranges   bias\n");
	for (uint32_t g = 0; g < info->levels; g++) {
		printf("%5u ", g + 1);
		print_way(&result->way[g]);
		printf("\n");
	}
	printf("\nagainst f32 on the %u images\nlevel  same top-1  mean |delta logit|\n",
	       images->held_outs);
	for (uint32_t g = 0; g < info->levels; g++)
		printf("%5u  %8.2f %%  %18.4f\n", g + 1,
		       100.0 * difference->same[g] / images->held_outs, difference->delta[g]);
}

static int score(const struct arguments *a, struct dyndnn_model *model, const struct dataset *set,
		 uint32_t *ppm)
{
	unsigned int levels = dyndnn_model_info(model)->levels;
	const struct score_job job = {
		.model = model, .images = set, .count = set->images, .first = 1, .last = levels,
		.threads = a->threads, .progress = show_progress,
	};
	struct score scores[DYNDNN_MAX_LEVELS];
	struct dyndnn_error err;

	if (score_run(&job, scores, &err))
		return fail(a->test, err.text);
	for (unsigned int k = 0; k < levels; k++)
		ppm[k] = (uint64_t)scores[k].correct * DNNFILE_MAX_PPM / set->images;
	return 0;
}

static int measure(const struct arguments *a, struct dyndnn_model *f32, struct dyndnn_model *s8,
		   uint32_t *ppm)
{
	unsigned int levels = dyndnn_model_info(f32)->levels;
	uint32_t before[DYNDNN_MAX_LEVELS];
	struct dataset set = { 0 };
	int ret;

	ret = open_set(a, dyndnn_model_info(f32), a->test, DATASET_TEST, &set);
	if (!ret)
		ret = score(a, f32, &set, before);
	if (!ret)
		ret = score(a, s8, &set, ppm);
	if (!ret) {
		printf("\ntop-1 on %u test images of %s\nlevel       f32        s8  points\n",
		       set.images, a->test);
		for (unsigned int k = 0; k < levels; k++)
			printf("%5u  %6.2f %%  %6.2f %%  %+6.2f\n", k + 1, before[k] / 1e4,
			       ppm[k] / 1e4, ((double)ppm[k] - before[k]) / 1e4);
	}
	dataset_close(&set);
	return ret;
}

/* Measure the new model if that is asked for, and write it. */
static int finish(const struct arguments *a, struct dyndnn_model *f32,
		  const struct search_result *result)
{
	uint64_t before = dyndnn_model_info(f32)->file_bytes;
	uint32_t ppm[DYNDNN_MAX_LEVELS] = { 0 };
	struct dyndnn_model *s8;
	struct dyndnn_error err;
	int ret = 0;

	if (a->test) {
		if (dyndnn_model_open_memory(result->image, result->bytes, &s8, &err))
			return fail(a->out, err.text);
		ret = measure(a, f32, s8, ppm);
		dyndnn_model_close(s8);
	}
	if (ret)
		return ret;
	dnnfile_set_accuracy(result->image, ppm);
	if (dnnfile_write_bytes(a->out, result->image, result->bytes, &err))
		return fail(a->out, err.text);
	printf("\n%s: %" PRIu64 " bytes, %s: %zu bytes, %.2f times smaller\n", a->model, before,
	       a->out, result->bytes, (double)before / result->bytes);
	return 0;
}

static int quantise(const struct arguments *a, struct dyndnn_model *model)
{
	const struct dyndnn_info *info = dyndnn_model_info(model);
	const struct search search = {
		.method = a->method, .tried = print_tried, .progress = show_progress,
	};
	struct images images = { 0 };
	struct search_result result = { 0 };
	struct dyndnn_error err;
	int ret;

	/* Before reading a large data set. */
	if (quantise_check(model, &err))
		return fail(a->model, err.text);
	ret = open_images(a, info, &images);
	if (!ret) {
		const struct search_images chosen = {
			images.calibration, images.calibrations, images.held_out, images.held_outs,
		};

		printf("%s: ranges of %u images, ways compared on %u others\n\n"
		       "ranges   bias       divergence of groups 1..%u from f32, nats\n", a->model,
		       images.calibrations, images.held_outs, info->levels);
		ret = search_run(model, &chosen, &search, &result, &err) ?
		      fail(a->model, err.text) : 0;
	}
	if (!ret) {
		print_result(&result, &images, info);
		ret = finish(a, model, &result);
	}
	free(result.image);
	close_images(&images);
	return ret;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "MODEL.dnn DATA...",
		.doc = "Make a model of 8-bit integers out of one of 32-bit floats. The training "
		       "images in the folders DATA tell which values its layers make.",
	};
	struct arguments a = { .kind = DATASET_AUTO, .method = RANGE_METHODS, .images = 1024,
			       .threads = 2 };
	struct dyndnn_model *model;
	struct dyndnn_error err;
	int ret;

	argp_err_exit_status = EX_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &a);
	if (dyndnn_model_open(a.model, &model, &err))
		return fail(a.model, err.text);
	ret = quantise(&a, model);
	dyndnn_model_close(model);
	if (!ret && (ferror(stdout) || fflush(stdout)))
		ret = fail("standard output", strerror(errno));
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
