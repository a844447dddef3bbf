// SPDX-License-Identifier: MIT
/* dyndnn-train: data in, model out. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "checkpoint.h"
#include "export.h"
#include "netdesc.h"
#include "options.h"
#include "progress.h"
#include "teacher.h"

static int fail(const char *text)
{
	fprintf(stderr, "dyndnn-train: %s\n", text);
	return EXIT_FAILURE;
}

/* What a run works with. */
struct run {
	const struct options *o;
	const struct netdesc *net;
	const struct dataset *data;
	FILE *log;
	struct progress progress;
	struct trainer trainer;
	float *answers;			/* the teachers' */
};

static int keep(struct trainer *t, void *ctx)
{
	const struct options *o = ctx;

	return checkpoint_save(t, o->checkpoint);
}

static int resume(struct run *r)
{
	char other[TRAIN_CONFIG_LEN];
	int ret;

	r->trainer.keep = keep;
	r->trainer.keep_ctx = (void *)r->o;
	if (access(r->o->checkpoint, F_OK))
		return 0;
	ret = checkpoint_load(&r->trainer, r->o->checkpoint, other);
	if (!ret && other[0])
		fprintf(stderr, "dyndnn-train: the checkpoint was made with other options, so the "
				"result is not that of an unbroken run: %s\n", other);
	return ret;
}

static int train(struct run *r)
{
	struct trainer *t = &r->trainer;
	int ret = 0;

	if (r->o->nr_teachers && trainer_stages_done(t) < trainer_stages(t)) {
		ret = teacher_ask(t, r->o->teachers, r->o->nr_teachers, progress_teacher,
				  &r->progress, &r->answers);
		t->teacher = r->answers;
	}
	while (!ret && trainer_stages_done(t) < trainer_stages(t))
		ret = trainer_next_stage(t, progress_show, &r->progress);
	return ret;
}

static int open_data(struct dataset *ds, const struct options *o, const struct netdesc *net,
		     enum dataset_part part, char *err, size_t err_len)
{
	const struct dnnfile_shape *s = &net->shape;
	int ret;

	ret = dataset_open(ds, o->kind, o->data, part, err, err_len);
	if (!ret)
		ret = dataset_fit(ds, s->image_c, s->image_h, s->image_w, s->classes, err, err_len);
	if (ret)
		dataset_close(ds);
	return ret;
}

static void accuracy_lines(FILE *to, const char *part, const uint32_t *correct, int first,
			   int levels, uint32_t images)
{
	for (int g = first; g < levels; g++)
		fprintf(to, "%s level %d top1 %.2f %% (%u of %u)\n", part, g + 1,
			100.0 * correct[g] / images, correct[g], images);
}

/* The test set, or with --holdout the held out images in its place. */
static int measure(struct run *r, struct export_info *info)
{
	struct trainer *t = &r->trainer;
	/* A static network was trained for its highest level only. */
	int first = t->config.mode == TRAIN_STATIC ? t->trained - 1 : 0;
	uint32_t correct[DNNFILE_MAX_GROUPS];
	const char *part = "test";
	char err[DATASET_ERR_LEN];
	struct dataset test = { 0 };
	uint32_t images;
	int ret;

	if (t->config.holdout) {
		part = "validation";
		images = t->config.holdout;
		ret = trainer_evaluate(t, t->data, t->images, images, correct, NULL);
	} else {
		ret = open_data(&test, r->o, r->net, DATASET_TEST, err, sizeof(err));
		if (ret)
			return trainer_fail(t, ret, "%s", err);
		images = test.images;
		ret = trainer_evaluate(t, &test, 0, images, correct, NULL);
	}
	if (!ret) {
		accuracy_lines(stdout, part, correct, first, t->trained, images);
		if (r->log)
			accuracy_lines(r->log, part, correct, first, t->trained, images);
		for (int g = first; g < t->trained; g++)
			info->accuracy_ppm[g] = 1000000ull * correct[g] / images;
	}
	dataset_close(&test);
	return ret;
}

static int run(struct run *r)
{
	struct export_info info = {
		.name = r->o->name ? r->o->name : r->net->name,
		.class_names = r->net->class_names,
	};
	struct dnnfile_shape shape = r->net->shape;
	int ret;

	if (r->o->level)
		shape.groups = r->o->level;
	progress_init(&r->progress, r->log);
	ret = trainer_open(&r->trainer, &r->o->train, &shape, r->data);
	if (!ret && r->o->checkpoint)
		ret = resume(r);
	if (!ret)
		ret = train(r);
	if (!ret)
		ret = measure(r, &info);
	if (!ret)
		ret = export_model(&r->trainer, r->o->out, &info);
	if (ret)
		fail(r->trainer.error);
	trainer_close(&r->trainer);
	free(r->answers);
	return ret;
}

static FILE *open_log(const struct options *o)
{
	/* A run that goes on with a checkpoint adds to the log of the run before. */
	bool resumed = o->checkpoint && !access(o->checkpoint, F_OK);
	FILE *log = fopen(o->log, resumed ? "a" : "w");

	if (!log) {
		fprintf(stderr, "dyndnn-train: --log %s: %s\n", o->log, strerror(errno));
		return NULL;
	}
	if (resumed)
		fputs("goes on from the checkpoint: ", log);
	options_print(o, log);
	fputc('\n', log);
	return log;
}

static int read_net(const struct options *o, struct netdesc *net)
{
	char err[NETDESC_ERR_LEN];

	if (netdesc_read(net, o->net, err, sizeof(err))) {
		fprintf(stderr, "dyndnn-train: --net %s: %s\n", o->net, err);
		return -EINVAL;
	}
	if ((uint32_t)o->level <= net->shape.groups)
		return 0;
	fprintf(stderr, "dyndnn-train: --level is %d: %s has levels 1..%u\n", o->level, o->net,
		net->shape.groups);
	netdesc_free(net);
	return -EINVAL;
}

int main(int argc, char **argv)
{
	char err[DATASET_ERR_LEN];
	struct dataset data;
	struct netdesc net;
	struct options o;
	struct run r = { .o = &o, .net = &net, .data = &data };
	int ret = -1;

	options_parse(&o, argc, argv);
	if (read_net(&o, &net))
		return EXIT_FAILURE;
	if (open_data(&data, &o, &net, DATASET_TRAIN, err, sizeof(err))) {
		fail(err);
		goto out;
	}
	o.kind = data.kind;
	if (o.train.shift == SHIFT_BY_KIND)
		o.train.shift = o.kind == DATASET_CIFAR10 ? 4 : 2;
	if (o.log) {
		r.log = open_log(&o);
		if (!r.log)
			goto out_data;
	}
	ret = run(&r);
	if (r.log && fclose(r.log) && !ret)
		ret = fail("the log could not be written");
out_data:
	dataset_close(&data);
out:
	netdesc_free(&net);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
