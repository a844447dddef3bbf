// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"

static const char * const model_paths[PAPER_KINDS] = {
	[PAPER_DYNAMIC] = "cifar10.dnn",
	[PAPER_TRIANGULAR] = "baselines/cifar10-triangular.dnn",
	[PAPER_SLIMMABLE] = "baselines/cifar10-slimmable.dnn",
};

static int fail(char *error, int ret, const char *path, const char *why)
{
	snprintf(error, PAPER_ERROR, "%.240s: %.256s", path, why);
	return ret;
}

static int read_accuracy(struct paper_input *in, const char *path, char *error)
{
	char why[TABLE_ERR_LEN];
	FILE *file = fopen(path, "r");
	int ret;

	if (!file)
		return fail(error, -errno, path, strerror(errno));
	ret = table_read(file, &in->accuracy, &in->nr_accuracy, why);
	fclose(file);
	return ret ? fail(error, ret, path, why) : 0;
}

static int read_times(struct paper_times *times, int *count, const char *path, char *error)
{
	char why[PAPER_TIMES_ERROR];
	FILE *file = fopen(path, "r");

	if (!file)
		return fail(error, -errno, path, strerror(errno));
	*count = paper_times_read(file, times, why);
	fclose(file);
	return *count < 0 ? fail(error, *count, path, why) : 0;
}

static int read_memory(struct paper_input *in, const char *path, char *error)
{
	FILE *file = fopen(path, "r");
	char line[256];
	int ret = 0;

	if (!file)
		return fail(error, -errno, path, strerror(errno));
	if (!fgets(line, sizeof(line), file) ||
	    strcmp(line, "dataset,what,file_bytes,resident_bytes\n"))
		ret = -EBADMSG;
	while (!ret && fgets(line, sizeof(line), file)) {
		struct paper_memory *m = &in->memory[in->nr_memory];

		if (in->nr_memory == PAPER_MEMORY_MAX ||
		    sscanf(line, "%*[^,],%63[^,],%lf,%lf", m->what, &m->file_bytes,
			   &m->resident_bytes) != 3)
			ret = -EBADMSG;
		in->nr_memory++;
	}
	fclose(file);
	return ret ? fail(error, ret, path, "is no table of dyndnn-eval --memory") : 0;
}

static int read_model(struct paper_model *m, const char *folder, const char *path, char *error)
{
	const char *name = strrchr(path, '/');
	struct dyndnn_model *model;
	struct dyndnn_error err;
	char full[4096];
	int ret;

	snprintf(m->name, sizeof(m->name), "%s", name ? name + 1 : path);
	snprintf(full, sizeof(full), "%s/%s", folder, path);
	ret = dyndnn_model_open(full, &model, &err);
	if (ret)
		return fail(error, ret, full, err.text);
	m->info = *dyndnn_model_info(model);
	m->info.name = NULL;
	dyndnn_model_close(model);
	return 0;
}

int paper_input_read(struct paper_input *in, const struct paper_files *files, char *error)
{
	int ret = files->accuracy ? read_accuracy(in, files->accuracy, error) : 0;

	if (!ret)
		ret = read_times(in->guest, &in->nr_guest, files->guest, error);
	if (!ret)
		ret = read_times(in->native, &in->nr_native, files->native, error);
	if (!ret)
		ret = read_memory(in, files->memory, error);
	for (int k = 0; !ret && k < PAPER_KINDS; k++)
		ret = read_model(&in->models[k], files->models, model_paths[k], error);
	return ret;
}

int paper_input_board(struct paper_input *in, const char *text, char *error)
{
	struct paper_board *board = &in->boards[in->nr_boards];
	const char *colon = strrchr(text, ':');
	char path[4096], *end;
	double mflops;

	if (in->nr_boards == PAPER_BOARDS_MAX)
		return fail(error, -E2BIG, text, "more than 4 boards");
	mflops = colon ? strtod(colon + 1, &end) : 0;
	if (!colon || colon - text >= (long)sizeof(path) || *end || !(mflops >= 1 && mflops <= 1e9))
		return fail(error, -EINVAL, text, "must be FILE:MFLOPS, MFLOPS in 1..1000000000");
	memcpy(path, text, colon - text);
	path[colon - text] = '\0';
	board->slower = PAPER_REFERENCE_MFLOPS / mflops;
	in->nr_boards++;
	return platform_load(path, &board->platform, error);
}

void paper_input_free(struct paper_input *in)
{
	free(in->accuracy);
}
