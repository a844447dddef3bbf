// SPDX-License-Identifier: MIT
/* dyndnn-tool: look at a .dnn file, verify it, cut it down to its first groups. */
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../model/model.h"
#include "../model/writer.h"
#include "number.h"
#include "random_model.h"
#include "upgrade.h"

const char *argp_program_version = "dyndnn-tool 0.1.0";

struct arguments {
	const char *command;
	char *file[2];
	int files;
	unsigned int groups;
	unsigned int seed;
	enum dnnfile_wiring wiring;
};

static const struct argp_option options[] = {
	{ "groups", 'g', "K", 0, "Groups of the new model (extract, random)", 0 },
	{ "seed", 's', "N", 0, "Seed of the weights (random; default 1)", 0 },
	{ "triangular", 't', NULL, 0, "Groups also read earlier ones (random)", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *args = state->input;

	switch (key) {
	case 'g':
		args->groups = number_arg(state, "groups", arg, 1, DNNFILE_MAX_GROUPS);
		return 0;
	case 's':
		args->seed = number_arg(state, "seed", arg, 1, UINT32_MAX);
		return 0;
	case 't':
		args->wiring = DNNFILE_TRIANGULAR;
		return 0;
	case ARGP_KEY_ARG:
		if (!args->command)
			args->command = arg;
		else if (args->files < 2)
			args->file[args->files++] = arg;
		else
			argp_error(state, "too many arguments");
		return 0;
	case ARGP_KEY_END:
		if (!args->command)
			argp_error(state,
				   "command is missing, allowed: info, verify, extract, "
				   "random, upgrade");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "info FILE\nverify FILE\nextract -g K FILE NEW-FILE\nrandom [-g K] [-t] NEW-FILE\n"
		    "upgrade FILE NEW-FILE",
	.doc = "Look at a model file, verify it, cut it down to its first K groups, make one "
	       "of the shape of the shipped models with random weights, or turn one of format "
	       "version 1 into one of today's.",
};

static int report(const char *path, const struct dyndnn_error *err)
{
	fprintf(stderr, "dyndnn-tool: %s: %s\n", path, err->text);
	return 1;
}

static const char *wiring_name(const struct dyndnn_info *info)
{
	return info->reads_earlier_groups ? "triangular (group g also reads groups 1..g-1)" :
					    "separate (no group reads another one)";
}

static const char *kind_name(uint32_t kind)
{
	static const char *const name[] = {
		[DNNFILE_CONV2D] = "conv2d", [DNNFILE_MAX_POOL] = "max pool",
		[DNNFILE_CLASSIFIER] = "classifier", [DNNFILE_AVG_POOL] = "avg pool",
		[DNNFILE_DEPTHWISE] = "depthwise", [DNNFILE_RESIDUAL] = "residual",
	};

	return name[kind];
}

static void print_layers(const struct dnnfile_shape *shape)
{
	printf("layer  kind        reads  kernel  stride  padding  %-17s  %-16s  relu\n",
	       "input (h x w x c)", "output");
	for (uint32_t i = 0; i < shape->layers; i++) {
		const struct dnnfile_layer *l = &shape->layer[i];
		char reads[24], in[40], out[40];

		snprintf(reads, sizeof(reads), l->addend ? "%u+%u" : l->input ? "%u" : "image",
			 l->input, l->addend);
		snprintf(in, sizeof(in), "%u x %u x %u", l->in_h, l->in_w, l->in_c);
		snprintf(out, sizeof(out), "%u x %u x %u", l->out_h, l->out_w, l->out_c);
		printf("%5u  %-10s  %-5s  %6u  %6u  %7u  %-17s  %-16s  %s\n", i + 1,
		       kind_name(l->kind), reads, l->kernel, l->stride, l->padding, in, out,
		       l->flags & DNNFILE_RELU ? "yes" : "no");
	}
}

static void print_levels(const struct dyndnn_info *info)
{
	printf("level        macs  weight bytes  top-1\n");
	for (unsigned int k = 0; k < info->levels; k++) {
		printf("%5u  %10" PRIu64 "  %12" PRIu64, k + 1, info->macs[k],
		       info->weights_bytes[k]);
		if (info->accuracy_ppm[k])
			printf("  %.2f %%\n", info->accuracy_ppm[k] / 1e4);
		else
			printf("  unknown\n");
	}
}

static void print_classes(const struct dyndnn_model *model)
{
	const char *name;

	for (unsigned int i = 0; (name = dyndnn_model_class_name(model, i)); i++)
		printf("%s%s", i ? ", " : "class names: ", name);
	if (dyndnn_model_class_name(model, 0))
		printf("\n");
}

static int info(const char *path, const struct dyndnn_model *model)
{
	const struct dyndnn_info *i = dyndnn_model_info(model);

	printf("file:    %s, %" PRIu64 " bytes, format version %d\n", path, i->file_bytes,
	       DNNFILE_VERSION);
	printf("name:    %s\n", *i->name ? i->name : "(none)");
	printf("groups:  %u\n", i->levels);
	printf("wiring:  %s\n", wiring_name(i));
	printf("values:  %s\n", i->quantised ? "s8 (8-bit integers)" : "f32 (32-bit floats)");
	printf("image:   %u x %u x %u (rows x columns x channels)\n", i->height, i->width,
	       i->channels);
	for (unsigned int c = 0; c < i->channels; c++)
		printf("channel %u: mean %.4f, stdev %.4f\n", c + 1, (double)model->mean[c],
		       (double)model->stdev[c]);
	printf("classes: %u\n", i->classes);
	print_classes(model);
	printf("\nlayers of one group:\n");
	print_layers(&model->shape);
	printf("\n");
	print_levels(i);
	return 0;
}

static int extract(const struct dyndnn_model *model, const char *path, unsigned int groups)
{
	struct dyndnn_error err;
	void *cut;
	size_t bytes;
	int ret;

	ret = dnnfile_cut(model->data, model->bytes, groups, &cut, &bytes, &err);
	if (ret)
		return report(path, &err);
	ret = dnnfile_write_bytes(path, cut, bytes, &err);
	free(cut);
	return ret ? report(path, &err) : 0;
}

static int run(const struct arguments *args)
{
	struct dyndnn_error err;
	struct dyndnn_model *model;
	int ret;

	if (!strcmp(args->command, "random")) {
		ret = random_model_write(args->file[0], args->wiring,
					 args->groups ? args->groups : 4, args->seed, &err);
		return ret ? report(args->file[0], &err) : 0;
	}
	if (!strcmp(args->command, "upgrade")) {
		ret = upgrade_model(args->file[0], args->file[1], &err);
		return ret ? report(args->file[0], &err) : 0;
	}
	if (dyndnn_model_open(args->file[0], &model, &err))
		return report(args->file[0], &err);
	if (!strcmp(args->command, "info")) {
		ret = info(args->file[0], model);
	} else if (!strcmp(args->command, "verify")) {
		printf("%s: good\n", args->file[0]);
		ret = 0;
	} else {
		ret = extract(model, args->file[1], args->groups);
	}
	dyndnn_model_close(model);
	return ret;
}

static int usage_error(const char *text)
{
	fprintf(stderr, "dyndnn-tool: %s (--help tells more)\n", text);
	return 2;
}

int main(int argc, char **argv)
{
	struct arguments args = { .seed = 1 };
	bool is_extract, is_upgrade;

	argp_parse(&argp, argc, argv, 0, NULL, &args);
	is_extract = !strcmp(args.command, "extract");
	is_upgrade = !strcmp(args.command, "upgrade");
	if (!is_extract && !is_upgrade && strcmp(args.command, "info") &&
	    strcmp(args.command, "verify") && strcmp(args.command, "random"))
		return usage_error("command is unknown, allowed: info, verify, extract, random, "
				   "upgrade");
	if (args.files != 1 + (is_extract || is_upgrade))
		return usage_error(is_extract ? "extract needs FILE and NEW-FILE" :
				   is_upgrade ? "upgrade needs FILE and NEW-FILE" :
				   "the command needs one file");
	if (is_extract && !args.groups)
		return usage_error("extract needs -g K, the number of groups");
	return run(&args);
}
