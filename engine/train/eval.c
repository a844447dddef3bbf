// SPDX-License-Identifier: MIT
/* dyndnn-eval: top-1 accuracy of every level of a model, computed by libdyndnn itself. */
#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "csv.h"
#include "dataset.h"
#include "dyndnn.h"

const char *argp_program_version = "dyndnn-eval 0.1";

struct arguments {
	const char *model, *data, *csv;
	enum dataset_kind kind;
	uint32_t images;		/* 0: all */
};

enum { OPT_DATA = 0x100, OPT_DATASET, OPT_CSV, OPT_IMAGES };

static const struct argp_option options[] = {
	{ "data", OPT_DATA, "DIR", 0, "folder of the data set (required)", 0 },
	{ "dataset", OPT_DATASET, "KIND", 0, "cifar10 or idx (default: what DIR holds)", 0 },
	{ "images", OPT_IMAGES, "N", 0, "only the first N test images (default: all)", 0 },
	{ "csv", OPT_CSV, "FILE", 0,
	  "put the rows into this table (dataset,level,top1,images)", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	unsigned long n;
	char *end;

	switch (key) {
	case OPT_DATA:
		a->data = arg;
		break;
	case OPT_CSV:
		a->csv = arg;
		break;
	case OPT_DATASET:
		if (!strcmp(arg, "cifar10"))
			a->kind = DATASET_CIFAR10;
		else if (!strcmp(arg, "idx"))
			a->kind = DATASET_IDX;
		else
			argp_error(state, "--dataset is '%s': must be cifar10 or idx", arg);
		break;
	case OPT_IMAGES:
		errno = 0;
		n = strtoul(arg, &end, 10);
		if (errno || *end || *arg == '-' || n < 1 || n > UINT_MAX)
			argp_error(state, "--images is '%s': must be 1..%u", arg, UINT_MAX);
		a->images = n;
		break;
	case ARGP_KEY_ARG:
		if (a->model)
			argp_error(state, "'%s': only one MODEL", arg);
		a->model = arg;
		break;
	case ARGP_KEY_END:
		if (!a->model)
			argp_error(state, "MODEL is missing: a .dnn file");
		if (!a->data)
			argp_error(state, "--data is missing: the folder of the data set");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static int evaluate(struct dyndnn_session *session, const struct dyndnn_info *info,
		    const struct dataset *ds, uint32_t images, uint32_t *correct)
{
	size_t bytes = (size_t)ds->channels * DATASET_PLANE;
	int bar = isatty(STDERR_FILENO);
	float logits[DATASET_CLASSES];

	for (uint32_t i = 0; i < images; i++) {
		int ret = dyndnn_set_input_u8(session, dataset_image(ds, i), bytes, DYNDNN_CHW);

		for (unsigned int level = 1; !ret && level <= info->levels; level++) {
			ret = dyndnn_run(session, level, logits);
			correct[level - 1] += dyndnn_top1(logits, info->classes) == ds->labels[i];
		}
		if (ret) {
			fprintf(stderr, "dyndnn-eval: image %u: %s\n", i,
				dyndnn_session_error(session));
			return ret;
		}
		if (bar && (i % 100 == 99 || i + 1 == images))
			fprintf(stderr, "\r%u of %u images%s", i + 1, images,
				i + 1 == images ? "\r\033[K" : "");
	}
	return 0;
}

static void table(const struct dyndnn_info *info, const uint32_t *correct, uint32_t images)
{
	printf("%-6s %12s %12s %9s %9s\n", "level", "MACs", "weights", "top-1", "trainer");
	for (unsigned int g = 0; g < info->levels; g++)
		printf("%-6u %12llu %10lluKi %7.2f %% %7.2f %%\n", g + 1,
		       (unsigned long long)info->macs[g],
		       (unsigned long long)info->weights_bytes[g] / 1024,
		       100.0 * correct[g] / images, info->accuracy_ppm[g] / 1e4);
}

/* The engine takes any image; the answer only means something if the sizes agree. */
static int check_fit(const struct arguments *a, const struct dyndnn_info *info,
		     const struct dataset *ds)
{
	if (info->channels == ds->channels && info->height == DATASET_SIDE &&
	    info->width == DATASET_SIDE && info->classes == DATASET_CLASSES)
		return 0;
	fprintf(stderr, "dyndnn-eval: %s reads %ux%ux%u images of %u classes, %s has %dx%dx%u of %d\n",
		a->model, info->width, info->height, info->channels, info->classes, a->data,
		DATASET_SIDE, DATASET_SIDE, ds->channels, DATASET_CLASSES);
	return -EINVAL;
}

static int run(const struct arguments *a, struct dyndnn_model *model, const struct dataset *ds)
{
	const struct dyndnn_info *info = dyndnn_model_info(model);
	uint32_t images = a->images && a->images < ds->images ? a->images : ds->images;
	uint32_t correct[DYNDNN_MAX_LEVELS] = { 0 };
	struct dyndnn_session *session;
	struct dyndnn_error err;
	int ret;

	ret = check_fit(a, info, ds);
	if (ret)
		return ret;
	ret = dyndnn_session_open(model, NULL, &session, &err);
	if (ret) {
		fprintf(stderr, "dyndnn-eval: %s\n", err.text);
		return ret;
	}
	ret = evaluate(session, info, ds, images, correct);
	dyndnn_session_close(session);
	if (ret)
		return ret;
	table(info, correct, images);
	if (!a->csv)
		return 0;
	ret = csv_put(a->csv, info->name[0] ? info->name : "unnamed", correct, info->levels,
		      images);
	if (ret)
		fprintf(stderr, "dyndnn-eval: --csv %s: %s\n", a->csv, strerror(-ret));
	return ret;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "MODEL",
		.doc = "Measure the top-1 accuracy of every level of a .dnn model on a test set.",
	};
	struct arguments a = { .kind = DATASET_AUTO };
	char text[DATASET_ERR_LEN];
	struct dyndnn_model *model;
	struct dyndnn_error err;
	struct dataset ds;
	int ret;

	argp_err_exit_status = EX_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &a);
	ret = dyndnn_model_open(a.model, &model, &err);
	if (ret) {
		fprintf(stderr, "dyndnn-eval: %s: %s\n", a.model, err.text);
		return EXIT_FAILURE;
	}
	ret = dataset_open(&ds, a.kind, a.data, DATASET_TEST, text, sizeof(text));
	if (ret) {
		fprintf(stderr, "dyndnn-eval: %s\n", text);
	} else {
		ret = run(&a, model, &ds);
		dataset_close(&ds);
	}
	dyndnn_model_close(model);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
