// SPDX-License-Identifier: MIT
#include <argp.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "options.h"

const char *argp_program_version = "dyndnn-train 0.1";

enum { NAME_MAX_BYTES = 63 };

enum {
	OPT_DATASET = 0x100, OPT_DATA, OPT_GROUPS, OPT_CHANNELS, OPT_EPOCHS, OPT_BATCH, OPT_LR,
	OPT_LR_NEXT, OPT_MOMENTUM, OPT_DECAY, OPT_SHIFT, OPT_FLIP, OPT_HOLDOUT, OPT_SEED,
	OPT_THREADS, OPT_OUT, OPT_LOG, OPT_CHECKPOINT, OPT_NAME, OPT_CLASSES, OPT_OWN,
	OPT_WARM, OPT_EPOCHS_NEXT,
};

static const struct argp_option options[] = {
	{ 0, 0, 0, 0, "Data and results:", 1 },
	{ "dataset", OPT_DATASET, "KIND", 0,
	  "cifar10 (binary version) or idx (default: what DIR holds)", 0 },
	{ "data", OPT_DATA, "DIR", 0, "folder of the data set (required)", 0 },
	{ "out", OPT_OUT, "FILE", 0, "model to write, .dnn (required)", 0 },
	{ "name", OPT_NAME, "TEXT", 0,
	  "name inside the model, at most 63 bytes (default: FILE without .dnn)", 0 },
	{ "class-names", OPT_CLASSES, "A,B,...", 0, "names of the ten classes (default: none)", 0 },
	{ "log", OPT_LOG, "FILE", 0, "training log to write", 0 },
	{ "checkpoint", OPT_CHECKPOINT, "FILE", 0,
	  "save every finished group here; if the file exists, go on after its groups", 0 },
	{ 0, 0, 0, 0, "Network:", 2 },
	{ "groups", OPT_GROUPS, "N", 0, "groups = levels, 1..16 (default 4)", 0 },
	{ "channels", OPT_CHANNELS, "A,B,C,D,E", 0,
	  "channels of the five convolutions, all groups together, multiples of the groups "
	  "(default 96,192,256,256,128)", 0 },
	{ 0, 0, 0, 0, "Training:", 3 },
	{ "epochs", OPT_EPOCHS, "N", 0, "of group 1, 1..10000 (default 15)", 0 },
	{ "epochs-next", OPT_EPOCHS_NEXT, "N", 0,
	  "of each later group, 1..10000 (default: as --epochs)", 0 },
	{ "batch", OPT_BATCH, "N", 0,
	  "images per step, a multiple of the threads (default 128)", 0 },
	{ "lr", OPT_LR, "X", 0, "peak learning rate of group 1 (default 0.1)", 0 },
	{ "lr-next", OPT_LR_NEXT, "X", 0,
	  "peak learning rate of the later groups (default: as --lr)", 0 },
	{ "own-loss", OPT_OWN, "X", 0,
	  "share of a later group's own loss, 0..1 (default 0.5); the rest is the loss of the sum",
	  0 },
	{ "warm", OPT_WARM, "0|1", 0,
	  "later groups start from a copy of the one before (default 1)", 0 },
	{ "momentum", OPT_MOMENTUM, "X", 0, "0 <= X < 1 (default 0.9)", 0 },
	{ "weight-decay", OPT_DECAY, "X", 0, "0..1 (default 0.0005)", 0 },
	{ "shift", OPT_SHIFT, "N", 0,
	  "augmentation: move by up to N pixels, 0..16 (default: cifar10 4, idx 2)", 0 },
	{ "flip", OPT_FLIP, "0|1", 0, "augmentation: mirror left and right (default 1)", 0 },
	{ "holdout", OPT_HOLDOUT, "N", 0,
	  "keep the last N training images for validation, leave the test set alone (default 0)",
	  0 },
	{ "seed", OPT_SEED, "N", 0, "of weights, order and augmentation (default 1)", 0 },
	{ "threads", OPT_THREADS, "N", 0, "1..64 (default 2); the result depends on it", 0 },
	{ 0 }
};

static long long integer(struct argp_state *state, const char *name, const char *arg,
			 long long min, long long max)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(arg, &end, 10);
	if (errno || end == arg || *end || v < min || v > max)
		argp_error(state, "--%s is '%s': must be a whole number %lld..%lld", name, arg,
			   min, max);
	return v;
}

static float number(struct argp_state *state, const char *name, const char *arg)
{
	char *end;
	float v;

	errno = 0;
	v = strtof(arg, &end);
	if (errno || end == arg || *end || !isfinite(v))
		argp_error(state, "--%s is '%s': must be a number", name, arg);
	return v;
}

static void channels(struct argp_state *state, const char *arg, int out[NET_CONVS])
{
	const char *at = arg;

	for (int i = 0; i < NET_CONVS; i++) {
		char *end;
		long v = strtol(at, &end, 10);

		if (end == at || v < 1 || v > 4096 || *end != (i < NET_CONVS - 1 ? ',' : '\0')) {
			argp_error(state, "--channels is '%s': must be %d numbers 1..4096, with commas",
				   arg, NET_CONVS);
			return;
		}
		out[i] = v;
		at = end + 1;
	}
}

static void class_names(struct argp_state *state, const char *arg, struct options *o)
{
	bool ok = true;
	int count = 0;
	char *next;

	free(o->class_strings);
	next = o->class_strings = strdup(arg);
	if (!next)
		argp_failure(state, EX_OSERR, ENOMEM, "--class-names");
	for (char *name; (name = strsep(&next, ",")); count++) {
		ok = ok && *name && count < NET_CLASSES;
		if (ok)
			o->class_names[count] = name;
	}
	if (!ok || count != NET_CLASSES)
		argp_error(state, "--class-names is '%s': must be %d names with commas", arg,
			   NET_CLASSES);
}

/* The file's name without its folder and without .dnn */
static void default_name(struct argp_state *state, struct options *o)
{
	const char *slash = strrchr(o->out, '/');
	const char *base = slash ? slash + 1 : o->out;
	size_t len = strlen(base);

	if (len > 4 && !strcmp(base + len - 4, ".dnn"))
		len -= 4;
	if (!len || len > NAME_MAX_BYTES)
		argp_error(state, "--out is '%s': give a --name of 1..%d bytes", o->out,
			   NAME_MAX_BYTES);
	o->name = o->name_string = strndup(base, len);
	if (!o->name)
		argp_failure(state, EX_OSERR, ENOMEM, "--name");
}

/* Better now than after hours of training. */
static void check_folder(struct argp_state *state, const char *name, const char *path)
{
	char *copy;

	if (!path)
		return;
	copy = strdup(path);
	if (!copy)
		argp_failure(state, EX_OSERR, ENOMEM, "--%s", name);
	if (access(dirname(copy), W_OK))
		argp_failure(state, EX_CANTCREAT, errno, "--%s %s: cannot write to its folder",
			     name, path);
	free(copy);
}

static void finish(struct argp_state *state, struct options *o)
{
	struct train_config check;
	char err[TRAIN_ERR_LEN];

	if (!o->data)
		argp_error(state, "--data is missing: the folder of the data set");
	if (!o->out)
		argp_error(state, "--out is missing: the model to write");
	check_folder(state, "out", o->out);
	check_folder(state, "log", o->log);
	check_folder(state, "checkpoint", o->checkpoint);
	if (!o->name)
		default_name(state, o);
	if (isnan(o->train.rate_next))
		o->train.rate_next = o->train.rate;
	if (!o->train.epochs_next)
		o->train.epochs_next = o->train.epochs;
	check = o->train;
	if (check.shift == SHIFT_BY_KIND)
		check.shift = 0;
	if (train_config_check(&check, 0, err, sizeof(err)))
		argp_error(state, "--%s", err);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	struct train_config *t = &o->train;

	switch (key) {
	case OPT_DATASET:
		if (!strcmp(arg, "cifar10"))
			o->kind = DATASET_CIFAR10;
		else if (!strcmp(arg, "idx"))
			o->kind = DATASET_IDX;
		else
			argp_error(state, "--dataset is '%s': must be cifar10 or idx", arg);
		break;
	case OPT_DATA:
		o->data = arg;
		break;
	case OPT_OUT:
		o->out = arg;
		break;
	case OPT_NAME:
		if (!*arg || strlen(arg) > NAME_MAX_BYTES)
			argp_error(state, "--name is '%s': must have 1..%d bytes", arg,
				   NAME_MAX_BYTES);
		o->name = arg;
		break;
	case OPT_CLASSES:
		class_names(state, arg, o);
		break;
	case OPT_LOG:
		o->log = arg;
		break;
	case OPT_CHECKPOINT:
		o->checkpoint = arg;
		break;
	case OPT_GROUPS:
		t->groups = integer(state, "groups", arg, 1, NET_GROUPS_MAX);
		break;
	case OPT_CHANNELS:
		channels(state, arg, t->channels);
		break;
	case OPT_EPOCHS:
		t->epochs = integer(state, "epochs", arg, 1, 10000);
		break;
	case OPT_EPOCHS_NEXT:
		t->epochs_next = integer(state, "epochs-next", arg, 1, 10000);
		break;
	case OPT_BATCH:
		t->batch = integer(state, "batch", arg, 2, 4096);
		break;
	case OPT_LR:
		t->rate = number(state, "lr", arg);
		break;
	case OPT_LR_NEXT:
		t->rate_next = number(state, "lr-next", arg);
		break;
	case OPT_OWN:
		t->own_loss = number(state, "own-loss", arg);
		break;
	case OPT_WARM:
		t->warm = integer(state, "warm", arg, 0, 1);
		break;
	case OPT_MOMENTUM:
		t->sgd.momentum = number(state, "momentum", arg);
		break;
	case OPT_DECAY:
		t->sgd.weight_decay = number(state, "weight-decay", arg);
		break;
	case OPT_SHIFT:
		t->shift = integer(state, "shift", arg, 0, DATASET_SIDE / 2);
		break;
	case OPT_FLIP:
		t->flip = integer(state, "flip", arg, 0, 1);
		break;
	case OPT_HOLDOUT:
		t->holdout = integer(state, "holdout", arg, 0, UINT_MAX);
		break;
	case OPT_SEED:
		t->seed = integer(state, "seed", arg, 0, LLONG_MAX);
		break;
	case OPT_THREADS:
		t->threads = integer(state, "threads", arg, 1, TRAIN_THREADS_MAX);
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s': no argument expected", arg);
		break;
	case ARGP_KEY_END:
		finish(state, o);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

void options_parse(struct options *o, int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.doc = "Train a dynamic DNN group by group, every earlier group frozen, and write "
		       "it as a .dnn model.\vEvery finished group can be kept with --checkpoint. "
		       "The test set is looked at once, at the end.",
	};

	*o = (struct options) {
		.train = {
			.channels = { 96, 192, 256, 256, 128 },
			.groups = 4, .epochs = 15, .batch = 128, .threads = 2,
			.rate = 0.1f, .rate_next = NAN, .own_loss = 0.5f, .warm = true,
			.sgd = { .momentum = 0.9f, .weight_decay = 5e-4f },
			.shift = SHIFT_BY_KIND, .flip = true, .seed = 1,
		},
		.kind = DATASET_AUTO,
	};
	argp_err_exit_status = EX_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, o);
}

void options_free(struct options *o)
{
	free(o->name_string);
	free(o->class_strings);
}

void options_print(const struct options *o, FILE *to)
{
	const struct train_config *t = &o->train;

	fprintf(to, "dyndnn-train --dataset %s --groups %d --channels %d,%d,%d,%d,%d",
		dataset_kind_name(o->kind), t->groups, t->channels[0], t->channels[1],
		t->channels[2], t->channels[3], t->channels[4]);
	fprintf(to, " --epochs %d --epochs-next %d", t->epochs, t->epochs_next);
	fprintf(to, " --batch %d --lr %g --lr-next %g --own-loss %g --warm %d", t->batch, t->rate,
		t->rate_next, t->own_loss, t->warm);
	fprintf(to, " --momentum %g --weight-decay %g", t->sgd.momentum, t->sgd.weight_decay);
	fprintf(to, " --shift %d --flip %d --holdout %u", t->shift, t->flip, t->holdout);
	fprintf(to, " --seed %llu --threads %d", (unsigned long long)t->seed, t->threads);
}
