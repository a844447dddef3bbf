// SPDX-License-Identifier: MIT
/* dyndnn-eval: how good each level of a model is and what it takes, on the engine itself. */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../model/model.h"
#include "early.h"
#include "memory.h"
#include "resident.h"
#include "score.h"
#include "table.h"

const char *argp_program_version = "dyndnn-eval 0.2";

struct arguments {
	char **inputs;			/* models, or with memory WHAT=FILE,... */
	size_t count;
	const char *data, *csv;
	char label[TABLE_NAME];		/* of the data set in the rows */
	enum dataset_kind kind;
	enum table_mode mode;
	bool has_mode, memory;
	unsigned int level;		/* 0: all that mean something */
	unsigned int threads;
	uint32_t images;		/* 0: all */
	struct early early[EARLY_MAX];
	size_t margins;			/* 0: every level is measured instead */
};

enum {
	OPT_DATA = 0x100, OPT_DATASET, OPT_CSV, OPT_IMAGES, OPT_LABEL, OPT_LEVEL, OPT_MARGIN,
	OPT_MEMORY, OPT_MODE, OPT_THREADS,
};

static const struct argp_option options[] = {
	{ "data", OPT_DATA, "DIR", 0, "folder of the data set (required but for --memory)", 0 },
	{ "dataset", OPT_DATASET, "KIND", 0, "cifar10 or idx (default: what DIR holds)", 0 },
	{ "label", OPT_LABEL, "NAME", 0,
	  "the data set's name in the rows (default: cifar10, or the name of the folder)", 0 },
	{ "mode", OPT_MODE, "MODE", 0,
	  "how the models were made: incremental, static, triangular, slimmable or int8 "
	  "(default: triangular for models with that wiring, int8 for models with such values, else "
	  "incremental)", 0 },
	{ "level", OPT_LEVEL, "K", 0,
	  "only this level (default: all; in mode static the highest of each model)", 0 },
	{ "images", OPT_IMAGES, "N", 0, "only the first N test images (default: all)", 0 },
	{ "threads", OPT_THREADS, "N", 0, "sessions at work at the same time (default: 2)", 0 },
	{ "csv", OPT_CSV, "FILE", 0, "put the rows into this table", 0 },
	{ "margin", OPT_MARGIN, "M[,M...]", 0,
	  "measure frames instead that end once the best class is by so much more probable than "
	  "the second, 0..1; 0: at the highest level", 0 },
	{ "memory", OPT_MEMORY, NULL, 0,
	  "compare the memory of sets of models instead, a process holding one set", 0 },
	{ 0 }
};

static unsigned long number(struct argp_state *state, const char *option, const char *text,
			    unsigned long max)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || n < 1 || n > max)
		argp_error(state, "%s is '%s': must be 1..%lu", option, text, max);
	return n;
}

static void check_end(struct argp_state *state, const struct arguments *a)
{
	if (!a->count)
		argp_error(state, a->memory ? "WHAT=FILE is missing" :
					      "MODEL is missing: a .dnn file");
	if (a->memory && (a->data || a->has_mode || a->level || a->images || a->margins))
		argp_error(state, "--memory reads no images: only --label and --csv go with it");
	if (a->memory && a->csv && !a->label[0])
		argp_error(state, "--label is missing: the first column of the rows");
	if (a->margins && a->has_mode)
		argp_error(state, "--margin has no table of modes: --mode does not go with it");
	if (!a->memory && !a->data)
		argp_error(state, "--data is missing: the folder of the data set");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case OPT_DATA:
		a->data = arg;
		break;
	case OPT_CSV:
		a->csv = arg;
		break;
	case OPT_DATASET:
		if (!dataset_kind_parse(arg, &a->kind))
			argp_error(state, "--dataset is '%s': must be cifar10 or idx", arg);
		break;
	case OPT_LABEL:
		if (!table_name_ok(arg))
			argp_error(state,
				   "--label is '%s': must be 1..%d letters, digits or . _ + -", arg,
				   TABLE_NAME - 1);
		strcpy(a->label, arg);
		break;
	case OPT_MODE:
		if (!table_mode_parse(arg, &a->mode))
			argp_error(state, "--mode is '%s': must be incremental, static, "
				   "triangular, slimmable or int8", arg);
		a->has_mode = true;
		break;
	case OPT_LEVEL:
		a->level = number(state, "--level", arg, DYNDNN_MAX_LEVELS);
		break;
	case OPT_IMAGES:
		a->images = number(state, "--images", arg, UINT_MAX);
		break;
	case OPT_THREADS:
		a->threads = number(state, "--threads", arg, SCORE_MAX_THREADS);
		break;
	case OPT_MARGIN:
		a->margins = early_parse(arg, a->early);
		if (!a->margins)
			argp_error(state, "--margin is '%s': must be 1..%d numbers of 0..1 with "
				   "commas between", arg, EARLY_MAX);
		break;
	case OPT_MEMORY:
		a->memory = true;
		break;
	case ARGP_KEY_ARGS:
		a->inputs = state->argv + state->next;
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
	fprintf(stderr, "dyndnn-eval: %s: %s\n", what, why);
	return EXIT_FAILURE;
}

static int csv_failed(const struct arguments *a, const char *header, int ret)
{
	if (ret != -EBADMSG)
		return fail(a->csv, strerror(-ret));
	fprintf(stderr,
		"dyndnn-eval: %s: another table, which stays as it is: its first line is not %s",
		a->csv, header);
	return EXIT_FAILURE;
}

/* The rows' name of the data set. */
static int find_label(struct arguments *a, const struct dataset *ds)
{
	char path[PATH_MAX];
	const char *name = "cifar10";

	if (a->label[0])
		return 0;
	if (ds->kind != DATASET_CIFAR10) {
		if (!realpath(a->data, path))
			return fail(a->data, strerror(errno));
		name = basename(path);
	}
	if (!table_name_ok(name))
		return fail(name, "no name for rows: use --label");
	strcpy(a->label, name);
	return 0;
}

/* A model at work: its levels first..last are asked for. */
struct job {
	const struct arguments *a;
	const char *path;
	enum table_mode mode;
	unsigned int first, last;
	struct dyndnn_model *model;
	const struct dyndnn_info *info;
	struct resident resident[DYNDNN_MAX_LEVELS];
	struct score score[DYNDNN_MAX_LEVELS];
};

static int choose_mode(struct job *j)
{
	bool triangular = j->info->reads_earlier_groups;

	j->mode = triangular ? MODE_TRIANGULAR :
		  j->info->quantised ? MODE_INT8 : MODE_INCREMENTAL;
	if (!j->a->has_mode)
		return 0;
	j->mode = j->a->mode;
	if (j->mode == MODE_TRIANGULAR && !triangular)
		return fail(j->path, "--mode is triangular: groups of this model read only their "
				     "own channels");
	if (j->mode != MODE_TRIANGULAR && triangular)
		return fail(j->path, "groups of this model also read earlier ones: --mode must be "
				     "triangular");
	if (j->mode == MODE_INT8 && !j->info->quantised)
		return fail(j->path, "--mode is int8: values of this model are f32");
	return 0;
}

static int choose_levels(struct job *j)
{
	unsigned int levels = j->info->levels, level = j->a->level;
	char why[96];

	j->first = level ? level : j->mode == MODE_STATIC ? levels : 1;
	j->last = level ? level : levels;
	if (level > levels) {
		snprintf(why, sizeof(why), "--level is %u: the model has levels 1..%u", level,
			 levels);
		return fail(j->path, why);
	}
	if (level && level < levels && j->mode == MODE_STATIC) {
		snprintf(why, sizeof(why),
			 "--level is %u: a static network was trained for its highest level, %u",
			 level, levels);
		return fail(j->path, why);
	}
	return 0;
}

/* Before any image is read, while this process is small. */
static int measure_memory(struct job *j)
{
	for (unsigned int level = j->first; level <= j->last; level++) {
		const struct resident_use use = { .path = j->path, .level = level };
		struct dyndnn_error err = { 0 };

		if (resident_measure(&use, 1, &j->resident[level - 1], &err)) {
			fprintf(stderr, "dyndnn-eval: %s\n", err.text);
			return EXIT_FAILURE;
		}
	}
	return 0;
}

static void show_progress(uint32_t done, uint32_t count)
{
	enum { CELLS = 24 };
	int full = (uint64_t)CELLS * done / count;

	fprintf(stderr, "\r[%.*s%.*s] %u of %u images\033[K", full, "########################",
		CELLS - full, "........................", done, count);
	if (done == count)
		fputs("\r\033[K", stderr);
}

static int measure_scores(struct job *j, const struct dataset *ds, uint32_t count)
{
	const struct score_job job = {
		.model = j->model, .images = ds, .count = count,
		.first = j->first, .last = j->last, .threads = j->a->threads,
		.progress = isatty(STDERR_FILENO) ? show_progress : NULL,
	};
	struct dyndnn_error err;

	if (score_run(&job, j->score, &err))
		return fail(j->path, err.text);
	return 0;
}

/* Whatever their type. */
static uint64_t params_of(const struct job *j, unsigned int level)
{
	uint64_t params = 0;

	for (unsigned int g = 1; g <= level; g++)
		params += dnnfile_group_values(&j->model->shape, g);
	return params;
}

static void make_row(const struct job *j, unsigned int level, uint32_t count, struct table_row *row)
{
	*row = (struct table_row){
		.mode = j->mode,
		.level = level,
		.top1 = 100.0 * j->score[level - 1].correct / count,
		.confidence = j->score[level - 1].confidence / count,
		.macs = j->info->macs[level - 1],
		.params = params_of(j, level),
		.file_bytes = j->info->file_bytes,
		.resident_bytes = j->resident[level - 1].networks,
	};
	strcpy(row->dataset, j->a->label);
}

static void print_row(const struct table_row *row, uint32_t trainer_ppm)
{
	char trainer[16] = "-";

	if (trainer_ppm)
		snprintf(trainer, sizeof(trainer), "%.2f %%", trainer_ppm / 1e4);
	printf("%-12s %5u %7.2f %% %9s %10.4f %10" PRIu64 " %9" PRIu64 " %10" PRIu64 " %10" PRIu64
	       "\n", table_mode_name(row->mode), row->level, row->top1, trainer, row->confidence,
	       row->macs, row->params, row->file_bytes, row->resident_bytes);
}

static int tell(const struct job *j, uint32_t count)
{
	struct csv_row lines[DYNDNN_MAX_LEVELS];
	size_t n = 0;
	int ret;

	printf("%s on %u images of %s\n", j->path, count, j->a->label);
	printf("%-12s %5s %9s %9s %10s %10s %9s %10s %10s\n", "mode", "level", "top-1", "trainer",
	       "confidence", "MACs", "params", "file", "resident");
	for (unsigned int level = j->first; level <= j->last; level++) {
		struct table_row row;

		make_row(j, level, count, &row);
		print_row(&row, j->info->accuracy_ppm[level - 1]);
		table_format(&row, &lines[n++]);
	}
	fflush(stdout);
	if (!j->a->csv)
		return 0;
	ret = csv_put(j->a->csv, table_header, lines, n);
	return ret ? csv_failed(j->a, table_header, ret) : 0;
}

static int tell_margins(const struct job *j, const struct early *early, uint32_t count)
{
	const struct arguments *a = j->a;
	const char *name = strrchr(j->path, '/');
	int ret;

	printf("%s on %u images of %s, levels 1..%u\n", j->path, count, a->label, j->last);
	early_print(stdout, early, a->margins, count);
	fflush(stdout);
	if (!a->csv)
		return 0;
	name = name ? name + 1 : j->path;
	if (!table_name_ok(name))
		return fail(name, "no name for rows: must be 1..63 letters, digits or . _ + -");
	ret = early_put(a->csv, name, early, a->margins, count);
	return ret ? csv_failed(a, early_header, ret) : 0;
}

static int measure_margins(struct job *j, const struct dataset *ds, uint32_t count)
{
	const struct early_job job = {
		.model = j->model, .images = ds, .count = count, .level = j->last,
		.progress = isatty(STDERR_FILENO) ? show_progress : NULL,
	};
	struct early early[EARLY_MAX];
	struct dyndnn_error err;

	memcpy(early, j->a->early, sizeof(early));
	if (early_run(&job, early, j->a->margins, &err))
		return fail(j->path, err.text);
	return tell_margins(j, early, count);
}

static int measure_levels(struct job *j, const struct dataset *ds, uint32_t count)
{
	int ret = measure_scores(j, ds, count);

	return ret ? ret : tell(j, count);
}

/* The images as this model reads them: models need not be of one size. */
static int evaluate_images(struct job *j, struct arguments *a)
{
	const struct dyndnn_info *info = j->info;
	char why[DATASET_ERR_LEN];
	struct dataset ds;
	uint32_t count;
	int ret;

	if (dataset_open(&ds, a->kind, a->data, DATASET_TEST, why, sizeof(why))) {
		fprintf(stderr, "dyndnn-eval: %s\n", why);
		return EXIT_FAILURE;
	}
	ret = find_label(a, &ds);
	if (!ret && dataset_fit(&ds, info->channels, info->height, info->width, info->classes, why,
				sizeof(why)))
		ret = fail(j->path, why);
	count = a->images && a->images < ds.images ? a->images : ds.images;
	if (!ret)
		ret = a->margins ? measure_margins(j, &ds, count) : measure_levels(j, &ds, count);
	dataset_close(&ds);
	return ret;
}

static int evaluate(struct arguments *a, const char *path)
{
	struct job j = { .a = a, .path = path };
	struct dyndnn_error err;
	int ret;

	if (dyndnn_model_open(path, &j.model, &err))
		return fail(path, err.text);
	j.info = dyndnn_model_info(j.model);
	ret = choose_mode(&j);
	if (!ret)
		ret = choose_levels(&j);
	if (!ret && !a->margins)
		ret = measure_memory(&j);
	if (!ret)
		ret = evaluate_images(&j, a);
	dyndnn_model_close(j.model);
	return ret;
}

static int measure_sets(const struct arguments *a, struct memory_set *sets)
{
	struct dyndnn_error err;

	for (size_t i = 0; i < a->count; i++) {
		int ret = memory_parse(a->inputs[i], &sets[i]);

		if (ret == -EINVAL)
			return fail(a->inputs[i], "must be WHAT=FILE[,FILE...], WHAT of 1..63 "
						  "letters, digits or . _ + - and not 'libraries'");
		if (ret)
			return fail(a->inputs[i], strerror(-ret));
		if (memory_measure(&sets[i], &err)) {
			fprintf(stderr, "dyndnn-eval: %s\n", err.text);
			return EXIT_FAILURE;
		}
	}
	return 0;
}

static int compare_memory(const struct arguments *a)
{
	struct memory_set *sets = calloc(a->count, sizeof(*sets));
	int ret;

	if (!sets)
		return fail("--memory", strerror(ENOMEM));
	ret = measure_sets(a, sets);
	if (!ret) {
		memory_print(stdout, sets, a->count);
		fflush(stdout);
	}
	if (!ret && a->csv) {
		ret = memory_put(a->csv, a->label, sets, a->count);
		if (ret)
			ret = csv_failed(a, memory_header, ret);
	}
	for (size_t i = 0; i < a->count; i++)
		memory_free(&sets[i]);
	free(sets);
	return ret;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "MODEL...\n--margin M[,M...] MODEL...\n--memory WHAT=FILE[,FILE...]...",
		.doc = "Measure every level of .dnn models on a test set: accuracy, confidence of "
		       "the correct class, size and memory.",
	};
	struct arguments a = { .kind = DATASET_AUTO, .threads = 2 };
	int ret = 0;

	argp_err_exit_status = EX_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &a);
	if (a.memory)
		ret = compare_memory(&a);
	for (size_t i = 0; !a.memory && !ret && i < a.count; i++)
		ret = evaluate(&a, a.inputs[i]);
	if (!ret && (ferror(stdout) || fflush(stdout)))
		ret = fail("standard output", strerror(errno));
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
