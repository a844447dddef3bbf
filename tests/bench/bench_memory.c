// SPDX-License-Identifier: MIT
/*
 * bench_memory: what a session takes, for each highest level, against the weights in the file.
 * Resident memory is that of a process of its own, see engine/eval/resident.h. Scratch is what
 * the session asked the allocator for but for packed weights: with XNNPACK its buffers
 * (aligned_alloc) and the library's tables of pointers into them (realloc). oneDNN's cannot be
 * told apart from its weights: it counts as 0, and all memory as weights. Its kernels count
 * as code.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../../engine/eval/resident.h"
#include "../unit/alloc_count.h"

#define ALLOWED	1.3	/* times the weights, and scratch, with small_memory */

static const struct way {
	const char *name;
	enum dyndnn_compute compute;
	bool small;
} ways[] = {
	{ "XNNPACK", DYNDNN_COMPUTE_XNNPACK, true },
	{ "XNNPACK", DYNDNN_COMPUTE_XNNPACK, false },
	{ "oneDNN", DYNDNN_COMPUTE_ONEDNN, false },
};

static size_t scratch_bytes(void)
{
	return alloc_bytes(ALLOC_ALIGNED) + alloc_bytes(ALLOC_REALLOC);
}

/* With XNNPACK. */
static int count_scratch(struct dyndnn_model *model, unsigned int level, const struct way *way,
			 size_t *scratch, struct dyndnn_error *err)
{
	const struct dyndnn_session_options options = {
		.max_level = level, .compute = way->compute, .small_memory = way->small,
	};
	struct dyndnn_session *session;
	int ret;

	*scratch = scratch_bytes();
	ret = dyndnn_session_open(model, &options, &session, err);
	if (ret)
		return ret;
	*scratch = scratch_bytes() - *scratch;
	dyndnn_session_close(session);
	return 0;
}

static int bench_level(const char *path, struct dyndnn_model *model, unsigned int level,
		       const struct way *way, FILE *csv, struct dyndnn_error *err)
{
	const struct resident_use use = {
		.path = path, .level = level, .compute = way->compute, .small_memory = way->small,
	};
	const struct dyndnn_info *info = dyndnn_model_info(model);
	const char *net = strrchr(path, '/'), *dtype = info->quantised ? "s8" : "f32";
	uint64_t weights = info->weights_bytes[level - 1];
	struct resident resident;
	size_t scratch = 0;
	double ratio;
	int ret = 0;

	net = net ? net + 1 : path;
	if (way->compute == DYNDNN_COMPUTE_XNNPACK)
		ret = count_scratch(model, level, way, &scratch, err);
	if (!ret)
		ret = resident_measure(&use, 1, &resident, err);
	if (ret)
		return ret;
	ratio = ((double)resident.networks - scratch) / weights;
	printf("%-24s %-5s %-8s %-5s %9u %11" PRIu64 " %11" PRIu64 " %11zu %11" PRIu64 " %5.2f%s\n",
	       net, dtype, way->name, way->small ? "small" : "", level, info->file_bytes, weights,
	       scratch, resident.networks, ratio,
	       way->small && ratio > ALLOWED ? "  too much" : "");
	fprintf(csv, "%s,%s,%u,%" PRIu64 ",%" PRIu64 ",%zu,%" PRIu64 ",%.3f,%s,%d\n", net, dtype,
		level, info->file_bytes, weights, scratch, resident.networks, ratio, way->name,
		way->small);
	return 0;
}

static int bench_model(const char *path, FILE *csv, struct dyndnn_error *err)
{
	struct dyndnn_model *model;
	int ret;

	ret = dyndnn_model_open(path, &model, err);
	if (ret)
		return ret;
	for (size_t w = 0; !ret && w < sizeof(ways) / sizeof(ways[0]); w++) {
		for (unsigned int k = 1; !ret && k <= dyndnn_model_info(model)->levels; k++)
			ret = bench_level(path, model, k, &ways[w], csv, err);
	}
	dyndnn_model_close(model);
	if (ret != -ENOTSUP)
		return ret;
	/* oneDNN, the last way, need not be there. */
	printf("%s\n", err->text);
	return 0;
}

int main(int argc, char **argv)
{
	struct dyndnn_error err = { .text = "" };
	FILE *csv;
	int ret = 0;

	if (argc < 3) {
		fprintf(stderr, "usage: bench_memory CSV MODEL...\n");
		return 64;
	}
	csv = fopen(argv[1], "w");
	if (!csv) {
		fprintf(stderr, "bench_memory: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	fprintf(csv, "net,dtype,max_level,file_bytes,weights_bytes,scratch_bytes,resident_bytes,"
		"ratio,compute,small_memory\n");
	printf("%-24s %-5s %-8s %-5s %9s %11s %11s %11s %11s %5s\n", "net", "dtype", "compute", "",
	       "max_level", "file", "weights", "scratch", "resident", "ratio");
	for (int i = 2; !ret && i < argc; i++) {
		fflush(NULL);
		ret = bench_model(argv[i], csv, &err);
		if (ret)
			fprintf(stderr, "bench_memory: %s: %s\n", argv[i], err.text);
	}
	if (ferror(csv) | fclose(csv))
		ret = 1;
	printf("ratio: resident memory but for scratch, to the weights of the levels; at most %.1f "
	       "if small\n", ALLOWED);
	return ret ? 1 : 0;
}
