// SPDX-License-Identifier: MIT
/* dyndnn-bench: time of a frame at every level of a model. */
#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "dyndnn.h"
#include "compute_name.h"
#include "noise.h"
#include "number.h"
#include "samples.h"

const char *argp_program_version = "dyndnn-bench 0.1.0";

struct arguments {
	const char *model;
	const char *csv;
	unsigned int threads;
	unsigned int frames;
	enum dyndnn_compute compute;
};

static const struct argp_option options[] = {
	{ "threads", 't', "N", 0, "Threads of the session (default 1)", 0 },
	{ "frames", 'n', "N", 0, "Frames at each level (default 500)", 0 },
	{ "compute", 'c', "LIBRARY", 0, "auto (default), xnnpack or onednn", 0 },
	{ "csv", 'o', "FILE", 0, "Append the results to a CSV file", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *args = state->input;

	switch (key) {
	case 't':
		args->threads = number_arg(state, "threads", arg, 1, 64);
		return 0;
	case 'n':
		args->frames = number_arg(state, "frames", arg, 1, 1000000);
		return 0;
	case 'c':
		if (!compute_parse(arg, &args->compute))
			argp_error(state, "compute is '%s', allowed: auto, xnnpack, onednn", arg);
		return 0;
	case 'o':
		args->csv = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (args->model)
			argp_error(state, "only one model can be measured at a time");
		args->model = arg;
		return 0;
	case ARGP_KEY_END:
		if (!args->model)
			argp_error(state, "the model file is missing");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "MODEL",
	.doc = "Measure the time of one frame at every level. Levels take turns, so "
	       "that whatever else the machine does meets them all alike.",
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* ns[level - 1][frame], one row after the other. The first rounds only warm up. */
static int measure(struct dyndnn_session *session, const struct dyndnn_info *info,
		   unsigned int frames, uint64_t *ns, float *logits)
{
	const unsigned int warm_up = frames / 10 + 3;

	for (unsigned int i = 0; i < warm_up + frames; i++) {
		for (unsigned int level = 1; level <= info->levels; level++) {
			uint64_t start = now_ns();
			int ret = dyndnn_run(session, level, logits);

			if (ret)
				return ret;
			if (i >= warm_up)
				ns[(size_t)(level - 1) * frames + i - warm_up] = now_ns() - start;
		}
	}
	return 0;
}

/* A line per level; the header only into an empty file. */
static int write_csv(const struct arguments *args, const struct dyndnn_info *info,
		     const uint64_t *sorted)
{
	FILE *csv = fopen(args->csv, "a");
	const char *base = strrchr(args->model, '/');
	struct stat st;
	bool bad;

	if (!csv)
		return -errno;
	if (!fstat(fileno(csv), &st) && !st.st_size)
		fprintf(csv, "model,threads,level,median_us,p10_us,p99_us,gflops\n");
	for (unsigned int k = 0; k < info->levels; k++) {
		const uint64_t *ns = sorted + (size_t)k * args->frames;
		double median = samples_quantile_us(ns, args->frames, 50);

		fprintf(csv, "%s,%u,%u,%.1f,%.1f,%.1f,%.2f\n", base ? base + 1 : args->model,
			args->threads, k + 1, median, samples_quantile_us(ns, args->frames, 10),
			samples_quantile_us(ns, args->frames, 99), 2e-3 * info->macs[k] / median);
	}
	bad = ferror(csv);
	return fclose(csv) || bad ? -EIO : 0;
}

static void print_table(const struct arguments *args, const struct dyndnn_session *session,
			const struct dyndnn_info *info, const uint64_t *sorted)
{
	double top = samples_quantile_us(sorted + (size_t)(info->levels - 1) * args->frames,
					 args->frames, 50);

	printf("%s, %s, %u thread%s, %u frames at each level\n", args->model,
	       dyndnn_session_compute(session), args->threads, args->threads == 1 ? "" : "s",
	       args->frames);
	printf("level  median us    p10 us    p99 us  GFLOP/s  share of top level's time\n");
	for (unsigned int k = 0; k < info->levels; k++) {
		const uint64_t *ns = sorted + (size_t)k * args->frames;
		double median = samples_quantile_us(ns, args->frames, 50);

		printf("%5u  %9.1f %9.1f %9.1f  %7.2f  %.3f (%.3f of the work)\n", k + 1, median,
		       samples_quantile_us(ns, args->frames, 10),
		       samples_quantile_us(ns, args->frames, 99), 2e-3 * info->macs[k] / median,
		       median / top, (double)info->macs[k] / info->macs[info->levels - 1]);
	}
}

static void print_memory(void)
{
	FILE *status = fopen("/proc/self/status", "r");
	unsigned long kib, anon = 0, file = 0;
	char line[128];

	if (!status)
		return;
	while (fgets(line, sizeof(line), status)) {
		if (sscanf(line, "RssAnon: %lu kB", &kib) == 1)
			anon = kib;
		else if (sscanf(line, "RssFile: %lu kB", &kib) == 1)
			file = kib;
	}
	fclose(status);
	printf("resident: %lu KiB own, %lu KiB of files (programs, libraries, model)\n", anon,
	       file);
}

static int bench(const struct arguments *args, struct dyndnn_session *session,
		 const struct dyndnn_info *info)
{
	uint64_t *ns = calloc((size_t)info->levels * args->frames, sizeof(*ns));
	float *logits = calloc(info->classes, sizeof(*logits));
	int ret = -ENOMEM;

	if (!ns || !logits)
		goto out_run;
	ret = noise_set(session);
	if (!ret)
		ret = measure(session, info, args->frames, ns, logits);
	if (ret)
		goto out_run;
	for (unsigned int k = 0; k < info->levels; k++)
		samples_sort(ns + (size_t)k * args->frames, args->frames);
	print_table(args, session, info, ns);
	print_memory();
	if (args->csv)
		ret = write_csv(args, info, ns);
	if (ret)
		fprintf(stderr, "dyndnn-bench: %s: cannot write: %s\n", args->csv,
			strerror(-ret));
	goto out_free;
out_run:
	fprintf(stderr, "dyndnn-bench: %s: %s\n", args->model,
		ret == -ENOMEM ? "no memory" : dyndnn_session_error(session));
out_free:
	free(logits);
	free(ns);
	return ret ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct arguments args = { .threads = 1, .frames = 500 };
	struct dyndnn_session_options opts = { 0 };
	struct dyndnn_session *session;
	struct dyndnn_model *model;
	struct dyndnn_error err;
	int ret;

	argp_parse(&argp, argc, argv, 0, NULL, &args);
	if (dyndnn_model_open(args.model, &model, &err)) {
		fprintf(stderr, "dyndnn-bench: %s: %s\n", args.model, err.text);
		return 1;
	}
	opts.threads = args.threads;
	opts.compute = args.compute;
	if (dyndnn_session_open(model, &opts, &session, &err)) {
		fprintf(stderr, "dyndnn-bench: %s: %s\n", args.model, err.text);
		dyndnn_model_close(model);
		return 1;
	}
	ret = bench(&args, session, dyndnn_model_info(model));
	dyndnn_session_close(session);
	dyndnn_model_close(model);
	return ret;
}
