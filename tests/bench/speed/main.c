// SPDX-License-Identifier: MIT
/* bench_speed: the engine's time at every level, against other engines in the same run. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../engine/tools/number.h"
#include "hog.h"
#include "measure.h"
#include "report.h"

enum { MAX_FILES = 32 };

struct arguments {
	const char *csv;
	const char *busy_csv;
	struct speed_plan plan;
	const char *file[MAX_FILES];
	size_t files;
};

static const struct argp_option options[] = {
	{ "onnxruntime", 'r', "FILE", 0, "onnxruntime's shared library", 0 },
	{ "csv", 'o', "FILE", 0, "Write the results to a CSV file", 0 },
	{ "busy-csv", 'b', "FILE", 0, "Measure again with one core busy, and write that here", 0 },
	{ "rounds", 'n', "N", 0, "Turns of each engine (default 20)", 0 },
	{ "frames", 'f', "N", 0, "Frames at a level in one turn (default 20)", 0 },
	{ "seconds", 's', "N", 0, "No new round after so much time (default 20)", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *args = state->input;

	switch (key) {
	case 'r':
		args->plan.library = arg;
		return 0;
	case 'o':
		args->csv = arg;
		return 0;
	case 'b':
		args->busy_csv = arg;
		return 0;
	case 'n':
		args->plan.rounds = number_arg(state, "rounds", arg, 3, 10000);
		return 0;
	case 'f':
		args->plan.frames = number_arg(state, "frames", arg, 1, 10000);
		return 0;
	case 's':
		args->plan.seconds = number_arg(state, "seconds", arg, 1, 3600);
		return 0;
	case ARGP_KEY_ARG:
		if (args->files == MAX_FILES)
			argp_error(state, "more than %d models", MAX_FILES);
		args->file[args->files++] = arg;
		return 0;
	case ARGP_KEY_END:
		if (!args->files)
			argp_error(state, "the model files are missing");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "MODEL...",
	.doc = "Measure the time of a frame at every level with 1 and 2 threads, of libdyndnn and "
	       "of other engines that run the same network with the same weights. They take "
	       "turns, so that whatever else the machine does meets them all alike. NAME-int8.dnn "
	       "is another number format of NAME.dnn.",
};

/* The file's name without folder, ".dnn" and number format. */
static void name_entry(struct speed_entry *entry, const char *path)
{
	static const char *const ends[] = { ".dnn", "-int8" };
	const char *base = strrchr(path, '/');

	snprintf(entry->net, sizeof(entry->net), "%s", base ? base + 1 : path);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t len = strlen(entry->net), end = strlen(ends[i]);

		if (len > end && !strcmp(entry->net + len - end, ends[i]))
			entry->net[len - end] = '\0';
	}
}

static int open_entry(struct speed_entry *entry, const char *path)
{
	struct dyndnn_error err;

	if (dyndnn_model_open(path, &entry->model, &err)) {
		fprintf(stderr, "bench_speed: %s: %s\n", path, err.text);
		return -EINVAL;
	}
	name_entry(entry, path);
	entry->dtype = entry->model->shape.dtype == DNNFILE_F32 ? "f32" : "int8";
	return 0;
}

/* Bring the files of one network side by side, f32 first, else in the order given. */
static void sort_entries(struct speed_entry *entry, size_t entries)
{
	for (size_t i = 0; i < entries; i++) {
		size_t to = i;

		for (size_t j = 0; j < i; j++) {
			if (!strcmp(entry[j].net, entry[i].net))
				to = j + (strcmp(entry[i].dtype, "f32") ? 1 : 0);
		}
		struct speed_entry moved = entry[i];

		memmove(&entry[to + 1], &entry[to], (i - to) * sizeof(*entry));
		entry[to] = moved;
	}
}

static int measure_all(const struct speed_plan *base, const struct speed_entry *entry,
		       size_t entries, struct speed_rows *rows)
{
	int ret = 0;

	for (size_t i = 0, next; !ret && i < entries; i = next) {
		for (next = i + 1; next < entries && !strcmp(entry[i].net, entry[next].net);)
			next++;
		for (unsigned int threads = 1; !ret && threads <= 2; threads++) {
			struct speed_plan plan = *base;

			plan.threads = threads;
			ret = speed_measure(&plan, &entry[i], next - i, rows);
		}
	}
	return ret;
}

/* Measure, print, write. */
static int pass(const struct arguments *args, const struct speed_entry *entry, const char *csv)
{
	struct speed_rows rows = { 0 };
	int ret = measure_all(&args->plan, entry, args->files, &rows);

	if (!ret) {
		printf("\n");
		speed_print_table(&rows);
		printf("\n");
		speed_print_goals(&rows);
		if (csv)
			ret = speed_write_csv(&rows, csv);
		if (ret)
			fprintf(stderr, "bench_speed: %s: %s\n", csv, strerror(-ret));
	}
	free(rows.row);
	return ret;
}

static int busy_pass(const struct arguments *args, const struct speed_entry *entry)
{
	pid_t hog = hog_start();
	int ret;

	if (hog == -ENODEV) {
		printf("\nOnly one CPU: nothing is measured with a second one busy.\n");
		return 0;
	}
	if (hog < 0) {
		fprintf(stderr, "bench_speed: cannot make a CPU busy: %s\n", strerror(-hog));
		return hog;
	}
	printf("\nThe same while one core is busy with something else\n\n");
	ret = pass(args, entry, args->busy_csv);
	hog_stop(hog);
	return ret;
}

int main(int argc, char **argv)
{
	struct arguments args = { .plan = { .rounds = 20, .frames = 20, .seconds = 20 } };
	struct speed_entry entry[MAX_FILES] = { 0 };
	int ret = 0;

	argp_parse(&argp, argc, argv, 0, NULL, &args);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; !ret && i < args.files; i++)
		ret = open_entry(&entry[i], args.file[i]);
	if (!ret) {
		sort_entries(entry, args.files);
		ret = pass(&args, entry, args.csv);
	}
	if (!ret && args.busy_csv)
		ret = busy_pass(&args, entry);
	for (size_t i = 0; i < args.files; i++)
		dyndnn_model_close(entry[i].model);
	return ret ? 1 : 0;
}
