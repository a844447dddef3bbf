// SPDX-License-Identifier: MIT
/* dyndnn-train: data in, model out. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "checkpoint.h"
#include "export.h"
#include "options.h"
#include "progress.h"

static int fail(const char *text)
{
	fprintf(stderr, "dyndnn-train: %s\n", text);
	return EXIT_FAILURE;
}

static int train(struct trainer *t, const struct options *o, struct progress *p)
{
	while (t->trained < t->config.groups) {
		int ret = trainer_next_group(t, progress_show, p);

		if (!ret && o->checkpoint)
			ret = checkpoint_save(t, o->checkpoint);
		if (ret)
			return ret;
	}
	return 0;
}

static void accuracy_lines(FILE *to, const char *part, const uint32_t *correct, int levels,
			   uint32_t images)
{
	for (int g = 0; g < levels; g++)
		fprintf(to, "%s level %d top1 %.2f %% (%u of %u)\n", part, g + 1,
			100.0 * correct[g] / images, correct[g], images);
}

/* The test set, or with --holdout the held out images in its place. */
static int measure(struct trainer *t, const struct options *o, FILE *log,
		   struct export_info *info)
{
	uint32_t correct[NET_GROUPS_MAX];
	const char *part = "test";
	char err[DATASET_ERR_LEN];
	struct dataset test = { 0 };
	uint32_t images;
	int ret;

	if (o->train.holdout) {
		part = "validation";
		images = o->train.holdout;
		ret = trainer_evaluate(t, t->data, t->data->images - images, images, correct, NULL);
	} else {
		ret = dataset_open(&test, o->kind, o->data, DATASET_TEST, err, sizeof(err));
		if (ret)
			return trainer_fail(t, ret, "%s", err);
		images = test.images;
		ret = trainer_evaluate(t, &test, 0, images, correct, NULL);
	}
	if (!ret) {
		accuracy_lines(stdout, part, correct, t->trained, images);
		if (log)
			accuracy_lines(log, part, correct, t->trained, images);
		for (int g = 0; g < t->trained; g++)
			info->accuracy_ppm[g] = 1000000ull * correct[g] / images;
	}
	dataset_close(&test);
	return ret;
}

static int run(const struct options *o, const struct dataset *data, FILE *log)
{
	struct export_info info = {
		.name = o->name,
		.class_names = o->class_names[0] ? o->class_names : NULL,
	};
	struct progress progress;
	struct trainer t;
	int ret;

	progress_init(&progress, log);
	ret = trainer_open(&t, &o->train, data);
	if (!ret && o->checkpoint && !access(o->checkpoint, F_OK))
		ret = checkpoint_load(&t, o->checkpoint);
	if (!ret)
		ret = train(&t, o, &progress);
	if (!ret)
		ret = measure(&t, o, log, &info);
	if (!ret)
		ret = export_model(&t, o->out, &info);
	if (ret)
		fail(t.error);
	trainer_close(&t);
	return ret;
}

static FILE *open_log(const struct options *o)
{
	/* A run that goes on with a checkpoint adds to the log of the groups before. */
	bool resumed = o->checkpoint && !access(o->checkpoint, F_OK);
	FILE *log = fopen(o->log, resumed ? "a" : "w");

	if (!log) {
		fprintf(stderr, "dyndnn-train: --log %s: %s\n", o->log, strerror(errno));
		return NULL;
	}
	if (resumed)
		fputs("goes on after the groups of the checkpoint: ", log);
	options_print(o, log);
	fputc('\n', log);
	return log;
}

int main(int argc, char **argv)
{
	char err[DATASET_ERR_LEN];
	struct dataset data;
	struct options o;
	FILE *log = NULL;
	int ret = -1;

	options_parse(&o, argc, argv);
	if (dataset_open(&data, o.kind, o.data, DATASET_TRAIN, err, sizeof(err))) {
		fail(err);
		goto out;
	}
	o.kind = data.kind;
	if (o.train.shift == SHIFT_BY_KIND)
		o.train.shift = o.kind == DATASET_CIFAR10 ? 4 : 2;
	if (o.log) {
		log = open_log(&o);
		if (!log)
			goto out_data;
	}
	ret = run(&o, &data, log);
	if (log && fclose(log) && !ret)
		ret = fail("the log could not be written");
out_data:
	dataset_close(&data);
out:
	options_free(&o);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
