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

#include "augment.h"
#include "options.h"

const char *argp_program_version = "dyndnn-train 0.1";

enum { NAME_MAX_BYTES = DNNFILE_NAME_BYTES - 1 };

enum {
	OPT_DATASET = 0x100, OPT_DATA, OPT_NET, OPT_MODE, OPT_LEVEL, OPT_EPOCHS, OPT_BATCH, OPT_LR,
	OPT_LR_NEXT, OPT_MOMENTUM, OPT_DECAY, OPT_SHIFT, OPT_FLIP, OPT_HOLDOUT, OPT_SEED,
	OPT_THREADS, OPT_OUT, OPT_LOG, OPT_CHECKPOINT, OPT_NAME, OPT_OWN, OPT_WARM,
	OPT_EPOCHS_NEXT, OPT_SMOOTHING, OPT_TEACHER, OPT_TEACHER_WEIGHT, OPT_TEMPERATURE, OPT_IMAGES,
	OPT_PRECISION,
};

static const struct argp_option options[] = {
	{ 0, 0, 0, 0, "Data and results:", 1 },
	{ "dataset", OPT_DATASET, "KIND", 0,
	  "cifar10 (binary version) or idx (default: what DIR holds)", 0 },
	{ "data", OPT_DATA, "DIR", 0, "folder of the data set (required)", 0 },
	{ "out", OPT_OUT, "FILE", 0, "model to write, .dnn (required)", 0 },
	{ "name", OPT_NAME, "TEXT", 0,
	  "name inside the model, at most 63 bytes (default: the network's)", 0 },
	{ "log", OPT_LOG, "FILE", 0, "training log to write", 0 },
	{ "checkpoint", OPT_CHECKPOINT, "FILE", 0,
	  "save here after every epoch; if the file exists, go on from it", 0 },
	{ 0, 0, 0, 0, "Network:", 2 },
	{ "net", OPT_NET, "FILE", 0, "description of the network (required)", 0 },
	{ "mode", OPT_MODE, "MODE", 0,
	  "incremental: group by group, earlier ones frozen (default); triangular: the same, and "
	  "groups read the channels of earlier ones; static: one network for one level; slimmable: "
	  "all groups together for all levels", 0 },
	{ "level", OPT_LEVEL, "K", 0, "of a static network: it has K groups (default: all)", 0 },
	{ 0, 0, 0, 0, "Training:", 3 },
	{ "epochs", OPT_EPOCHS, "N", 0, "of the first stage, 1..10000 (default 30)", 0 },
	{ "epochs-next", OPT_EPOCHS_NEXT, "N", 0,
	  "of each later stage, 1..10000 (default: as --epochs)", 0 },
	{ "batch", OPT_BATCH, "N", 0,
	  "images per step, a multiple of the threads (default 128)", 0 },
	{ "lr", OPT_LR, "X", 0, "peak learning rate of the first stage (default 0.1)", 0 },
	{ "lr-next", OPT_LR_NEXT, "X", 0,
	  "peak learning rate of the later stages (default: as --lr)", 0 },
	{ "own-loss", OPT_OWN, "X", 0,
	  "share of a later group's own loss, 0..1 (default 0.5); the rest is that of the sum", 0 },
	{ "warm", OPT_WARM, "0|1", 0,
	  "later groups start from a copy of the one before (default 0)", 0 },
	{ "label-smoothing", OPT_SMOOTHING, "X", 0, "0 <= X < 1 (default 0)", 0 },
	{ "teacher", OPT_TEACHER, "MODEL", 0,
	  "learn from what this .dnn model answers at its highest level as well", 0 },
	{ "teacher-weight", OPT_TEACHER_WEIGHT, "X", 0, "its share of the loss, 0..1 (default 0.7)",
	  0 },
	{ "temperature", OPT_TEMPERATURE, "X", 0, "of its answers, 1..100 (default 3)", 0 },
	{ "momentum", OPT_MOMENTUM, "X", 0, "0 <= X < 1 (default 0.9)", 0 },
	{ "weight-decay", OPT_DECAY, "X", 0, "0..1 (default 0.0005)", 0 },
	{ "shift", OPT_SHIFT, "N", 0,
	  "augmentation: move by up to N pixels, 0..16 (default: cifar10 4, idx 2)", 0 },
	{ "flip", OPT_FLIP, "0|1", 0, "augmentation: mirror left and right (default 1)", 0 },
	{ "images", OPT_IMAGES, "N", 0, "use only the first N training images (default: all)", 0 },
	{ "holdout", OPT_HOLDOUT, "N", 0,
	  "keep the last N training images for validation, leave the test set alone (default 0)",
	  0 },
	{ "seed", OPT_SEED, "N", 0, "of weights, order and augmentation (default 1)", 0 },
	{ "threads", OPT_THREADS, "N", 0, "1..64 (default 2); the result depends on it", 0 },
	{ "precision", OPT_PRECISION, "TYPE", 0,
	  "of the passes: f32 (default) or bf16, which is faster on processors that know it; "
	  "parameters are kept in f32", 0 },
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

static enum train_mode mode(struct argp_state *state, const char *arg)
{
	for (enum train_mode m = 0; train_mode_name(m); m++)
		if (!strcmp(arg, train_mode_name(m)))
			return m;
	argp_error(state, "--mode is '%s': must be incremental, triangular, static or slimmable",
		   arg);
	return TRAIN_INCREMENTAL;
}

/* Better now than after hours of training. */
static void check_folder(struct argp_state *state, const char *name, const char *path)
{
	char *copy, *folder;

	if (!path)
		return;
	copy = strdup(path);
	/* The dot makes a file in the folder's place an error. */
	if (!copy || asprintf(&folder, "%s/.", dirname(copy)) < 0) {
		free(copy);
		argp_failure(state, EX_OSERR, ENOMEM, "--%s", name);
		return;
	}
	if (access(folder, W_OK))
		argp_failure(state, EX_CANTCREAT, errno, "--%s %s: cannot write to its folder",
			     name, path);
	free(folder);
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
	if (!o->net)
		argp_error(state, "--net is missing: the description of the network");
	if (o->level && o->train.mode != TRAIN_STATIC)
		argp_error(state, "--level is for --mode static only");
	check_folder(state, "out", o->out);
	check_folder(state, "log", o->log);
	check_folder(state, "checkpoint", o->checkpoint);
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
		if (!dataset_kind_parse(arg, &o->kind))
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
	case OPT_LOG:
		o->log = arg;
		break;
	case OPT_CHECKPOINT:
		o->checkpoint = arg;
		break;
	case OPT_NET:
		o->net = arg;
		break;
	case OPT_MODE:
		t->mode = mode(state, arg);
		break;
	case OPT_LEVEL:
		o->level = integer(state, "level", arg, 1, DNNFILE_MAX_GROUPS);
		break;
	case OPT_TEACHER:
		if (o->nr_teachers == TEACHERS_MAX)
			argp_error(state, "--teacher may be given %d times at most", TEACHERS_MAX);
		else
			o->teachers[o->nr_teachers++] = arg;
		break;
	case OPT_TEACHER_WEIGHT:
		t->teacher_weight = number(state, "teacher-weight", arg);
		break;
	case OPT_TEMPERATURE:
		t->temperature = number(state, "temperature", arg);
		break;
	case OPT_SMOOTHING:
		t->smoothing = number(state, "label-smoothing", arg);
		break;
	case OPT_PRECISION:
		if (strcmp(arg, "f32") && strcmp(arg, "bf16"))
			argp_error(state, "--precision is '%s': must be f32 or bf16", arg);
		t->bf16 = *arg == 'b';
		break;
	case OPT_IMAGES:
		t->images = integer(state, "images", arg, 1, UINT_MAX);
		break;
	case OPT_EPOCHS:
		t->epochs = integer(state, "epochs", arg, 1, 10000);
		break;
	case OPT_EPOCHS_NEXT:
		t->epochs_next = integer(state, "epochs-next", arg, 1, 10000);
		break;
	case OPT_BATCH:
		t->batch = integer(state, "batch", arg, 2, TRAIN_BATCH_MAX);
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
		t->shift = integer(state, "shift", arg, 0, AUGMENT_SHIFT_MAX);
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
		.doc = "Train a dynamic DNN and write it as a .dnn model.\vA training that was stopped "
		       "goes on from its --checkpoint and ends with the same model. The test set is "
		       "looked at once, at the end.",
	};

	*o = (struct options) {
		.train = {
			.epochs = 30, .batch = 128, .threads = 2,
			.rate = 0.1f, .rate_next = NAN, .own_loss = 0.5f,
			.sgd = { .momentum = 0.9f, .weight_decay = 5e-4f },
			.teacher_weight = 0.7f, .temperature = 3,
			.shift = SHIFT_BY_KIND, .flip = true, .seed = 1,
		},
		.kind = DATASET_AUTO,
	};
	argp_err_exit_status = EX_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, o);
}

void options_print(const struct options *o, FILE *to)
{
	char text[TRAIN_CONFIG_LEN];

	train_config_print(&o->train, text, sizeof(text));
	fprintf(to, "dyndnn-train --net %s --dataset %s %s", o->net, dataset_kind_name(o->kind),
		text);
	if (o->level)
		fprintf(to, " --level %d", o->level);
	for (int i = 0; i < o->nr_teachers; i++)
		fprintf(to, " --teacher %s", o->teachers[i]);
}
