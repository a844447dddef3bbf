// SPDX-License-Identifier: MIT
/*
 * bench_switch: what changing the level costs. A frame whose level differs from that of the
 * frame before, against one whose level does not, either of them first in every other round.
 * What a frame finds in the caches depends on what ran before it, whoever that was: so they are
 * emptied before both, and what is left is what the engine does (extra). With caches as the
 * frame before left them, the same is measured, too (warm).
 *
 * All pairs of levels take turns, so that whatever else the machine does meets them all alike;
 * frames in which another thread got the CPU are repeated. Pairs of equal levels tell what the
 * method itself makes of no change at all. The first network is one whose frames take some
 * microseconds: there one more is seen on any machine.
 */
#include <argp.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "dyndnn.h"
#include "../../engine/tools/noise.h"
#include "../../engine/tools/number.h"
#include "../../engine/tools/random_model.h"

/* Larger than any cache of a core. */
#define EVICT_BYTES	(8 << 20)

/* A frame is measured at most so often. */
#define MAX_REPEATS	5

struct arguments {
	char **models;
	int count;
	const char *csv;
	unsigned int rounds;
};

static const struct argp_option options[] = {
	{ "rounds", 'n', "N", 0, "Frames of each pair of levels (default 100)", 0 },
	{ "csv", 'o', "FILE", 0, "Append the results to a CSV file", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *args = state->input;

	switch (key) {
	case 'n':
		args->rounds = number_arg(state, "rounds", arg, 1, 1000000);
		return 0;
	case 'o':
		args->csv = arg;
		return 0;
	case ARGP_KEY_ARGS:
		args->models = state->argv + state->next;
		args->count = state->argc - state->next;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* What was measured of a pair of levels, in us, of each round. */
struct pair {
	double *extra;
	double *warm;
	double *same;
};

/* All pairs: from level f to level t at [(f - 1) * levels + t - 1]. */
struct bench {
	struct dyndnn_session *session;
	unsigned int levels;
	unsigned int rounds;
	float *logits;
	volatile uint8_t *evict;
	struct pair *pair;
};

static void empty_caches(const struct bench *b)
{
	for (size_t i = 0; i < EVICT_BYTES; i += 64)
		b->evict[i]++;
}

/* How often another thread got the CPU. */
static long preemptions(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_nivcsw;
}

/* Time of a frame; below 0 if it fails. */
static double time_us(struct bench *b, unsigned int level)
{
	struct timespec begin, end;
	int ret;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	ret = dyndnn_run(b->session, level, b->logits);
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (ret)
		return -1;
	return (end.tv_sec - begin.tv_sec) * 1e6 + (end.tv_nsec - begin.tv_nsec) / 1e3;
}

/* Time of a frame after one of another level, undisturbed if that can be had. */
static double time_after_us(struct bench *b, unsigned int from, unsigned int to, bool cold)
{
	double us = -1;

	for (int i = 0; i < MAX_REPEATS; i++) {
		long before = preemptions();

		if (time_us(b, from) < 0)
			return -1;
		if (cold)
			empty_caches(b);
		us = time_us(b, to);
		if (us < 0 || preemptions() == before)
			break;
	}
	return us;
}

/* Return 0 and the times of a frame with and one without a change, or -1. */
static int run_pair(struct bench *b, unsigned int from, unsigned int to, bool cold, bool same_first,
		    double *changed, double *same)
{
	if (same_first)
		*same = time_after_us(b, to, to, cold);
	*changed = time_after_us(b, from, to, cold);
	if (!same_first)
		*same = time_after_us(b, to, to, cold);
	return *changed < 0 || *same < 0 ? -1 : 0;
}

static int measure(struct bench *b)
{
	for (unsigned int round = 0; round < b->rounds; round++) {
		for (unsigned int p = 0; p < b->levels * b->levels; p++) {
			unsigned int from = p / b->levels + 1, to = p % b->levels + 1;
			struct pair *pair = &b->pair[p];
			double changed, same;

			if (run_pair(b, from, to, true, round % 2, &changed, &same))
				return -1;
			pair->extra[round] = changed - same;
			if (run_pair(b, from, to, false, round % 2, &changed, &same))
				return -1;
			pair->warm[round] = changed - same;
			pair->same[round] = same;
		}
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Of sorted values. */
static double quantile(const double *values, unsigned int count, double part)
{
	return values[(unsigned int)(part * (count - 1) + 0.5)];
}

/* Standard error of the median of values that spread as a normal distribution's middle does. */
static double median_error(const double *sorted, unsigned int count)
{
	double quartiles = quantile(sorted, count, 0.75) - quantile(sorted, count, 0.25);

	return 1.253 * quartiles / 1.349 / sqrt(count);
}

static void tell(const struct bench *b, const char *net, FILE *csv)
{
	const struct dyndnn_info *info = dyndnn_session_info(b->session);
	const char *compute = dyndnn_session_compute(b->session);

	printf("%s, %s, %u frames of each pair\n", net, compute, b->rounds);
	printf("from  to  same level us  extra us  standard error  warm us  standard error\n");
	for (unsigned int p = 0; p < b->levels * b->levels; p++) {
		unsigned int from = p / b->levels + 1, to = p % b->levels + 1;
		const struct pair *pair = &b->pair[p];
		double extra, warm;

		qsort(pair->extra, b->rounds, sizeof(double), compare);
		qsort(pair->warm, b->rounds, sizeof(double), compare);
		qsort(pair->same, b->rounds, sizeof(double), compare);
		extra = quantile(pair->extra, b->rounds, 0.5);
		warm = quantile(pair->warm, b->rounds, 0.5);
		printf("%4u %3u %14.1f %9.2f %15.2f %8.2f %15.2f%s\n", from, to,
		       quantile(pair->same, b->rounds, 0.5), extra,
		       median_error(pair->extra, b->rounds), warm,
		       median_error(pair->warm, b->rounds), from == to ? "  (no change)" : "");
		if (csv)
			fprintf(csv, "%s,%s,%u,%u,%.2f,%.2f,%s\n", net,
				info->quantised ? "s8" : "f32", from, to, extra, warm, compute);
	}
}

static int bench_session(struct dyndnn_session *session, const char *net, unsigned int rounds,
			 FILE *csv)
{
	const struct dyndnn_info *info = dyndnn_session_info(session);
	unsigned int pairs = info->levels * info->levels;
	struct bench b = { .session = session, .levels = info->levels, .rounds = rounds };
	double *values = calloc(3 * (size_t)pairs * rounds, sizeof(*values));
	int ret = -ENOMEM;

	b.logits = calloc(info->classes, sizeof(*b.logits));
	b.pair = calloc(pairs, sizeof(*b.pair));
	b.evict = calloc(1, EVICT_BYTES);
	if (values && b.logits && b.pair && b.evict) {
		for (unsigned int p = 0; p < pairs; p++) {
			b.pair[p].extra = values + 3 * (size_t)p * rounds;
			b.pair[p].warm = b.pair[p].extra + rounds;
			b.pair[p].same = b.pair[p].warm + rounds;
		}
		ret = noise_set(session);
		if (!ret)
			ret = measure(&b);
	}
	if (!ret)
		tell(&b, net, csv);
	free((void *)b.evict);
	free(b.pair);
	free(b.logits);
	free(values);
	return ret;
}

static int bench_model(const char *path, unsigned int rounds, FILE *csv)
{
	static const enum dyndnn_compute computes[] = {
		DYNDNN_COMPUTE_XNNPACK, DYNDNN_COMPUTE_ONEDNN,
	};
	const char *net = strrchr(path, '/');
	struct dyndnn_model *model;
	struct dyndnn_error err;
	int ret = 0;

	if (dyndnn_model_open(path, &model, &err)) {
		fprintf(stderr, "bench_switch: %s: %s\n", path, err.text);
		return 1;
	}
	for (int c = 0; !ret && c < 2; c++) {
		const struct dyndnn_session_options opts = { .compute = computes[c] };
		struct dyndnn_session *session;

		ret = dyndnn_session_open(model, &opts, &session, &err);
		if (ret == -ENOTSUP && c) {
			printf("%s: %s\n", path, err.text);
			ret = 0;
			break;
		}
		if (ret) {
			fprintf(stderr, "bench_switch: %s: %s\n", path, err.text);
			break;
		}
		ret = bench_session(session, net ? net + 1 : path, rounds, csv);
		if (ret)
			fprintf(stderr, "bench_switch: %s: a frame fails: %s\n", path,
				dyndnn_session_error(session));
		dyndnn_session_close(session);
	}
	dyndnn_model_close(model);
	return ret ? 1 : 0;
}

static int bench_tiny(unsigned int rounds, FILE *csv)
{
	char dir[] = "/tmp/bench_switch.XXXXXX", path[sizeof(dir) + sizeof("/tiny.dnn")];
	struct dyndnn_error err;
	struct dnnfile_shape shape;
	int ret = 1;

	dnnfile_shape_init(&shape, 4, 10, 3, 8, 8);
	dnnfile_add_conv(&shape, 4, 3, 2, 1, true);
	dnnfile_add_classifier(&shape);
	if (!mkdtemp(dir)) {
		perror("bench_switch: a folder in /tmp");
		return 1;
	}
	snprintf(path, sizeof(path), "%s/tiny.dnn", dir);
	if (random_model_write_shape(path, &shape, 1, &err))
		fprintf(stderr, "bench_switch: %s: %s\n", path, err.text);
	else
		ret = bench_model(path, rounds, csv);
	remove(path);
	rmdir(dir);
	return ret;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		options, parse, "[MODEL...]", "Measure what changing the level costs.", 0, 0, 0,
	};
	struct arguments args = { .rounds = 100 };
	FILE *csv = NULL;
	struct stat st;
	int ret = 0;

	argp_parse(&argp, argc, argv, 0, NULL, &args);
	if (args.csv) {
		csv = fopen(args.csv, "a");
		if (!csv) {
			fprintf(stderr, "bench_switch: %s: %s\n", args.csv, strerror(errno));
			return 1;
		}
		if (!fstat(fileno(csv), &st) && !st.st_size)
			fprintf(csv, "net,dtype,from,to,extra_us,warm_us,compute\n");
	}
	ret = bench_tiny(args.rounds, csv);
	for (int i = 0; !ret && i < args.count; i++)
		ret = bench_model(args.models[i], args.rounds, csv);
	if (csv && (ferror(csv) | fclose(csv)))
		ret = 1;
	return ret;
}
