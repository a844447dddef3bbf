// SPDX-License-Identifier: MIT
/* Accuracy of every level over a data set: the images are shared out between threads. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "folded_net.h"
#include "trainer.h"

enum { EVAL_IMAGES = 64 };

struct evaluator {
	struct trainer *trainer;
	const struct dataset *ds;
	uint32_t first, count;		/* this thread's images */
	uint32_t offset;		/* of the first one in the answer */
	uint32_t total;
	uint16_t *predictions;		/* shared, each image has one writer */
	uint32_t correct[DNNFILE_MAX_GROUPS];
	struct dn dn;
	float *input;
	float *logits;
	struct folded_net nets[DNNFILE_MAX_GROUPS];
	pthread_t thread;
	int result;
};

static void count_chunk(struct evaluator *e, int level, uint32_t at, uint32_t images)
{
	uint32_t classes = e->trainer->shape.classes;

	for (uint32_t n = 0; n < images; n++) {
		uint32_t best = dyndnn_top1(e->logits + (size_t)n * classes, classes);

		e->correct[level] += best == e->ds->labels[e->first + at + n];
		if (e->predictions)
			e->predictions[(size_t)level * e->total + e->offset + at + n] = best;
	}
}

static int open_nets(struct evaluator *e)
{
	const struct trainer *t = e->trainer;
	const struct dnnfile_shape *s = &t->shape;
	dnnl_dim_t dims[] = { EVAL_IMAGES, s->image_c, s->image_h, s->image_w };
	dnnl_memory_desc_t md;
	dnnl_memory_t input;
	int ret;

	dn_open(&e->dn, dnnl_f32);
	md = dn_md(&e->dn, 4, dims, dnnl_nchw);
	input = dn_memory(&e->dn, &md, NULL);
	e->input = dn_data(&e->dn, input);
	e->logits = malloc((size_t)EVAL_IMAGES * s->classes * sizeof(float));
	ret = e->logits ? dn_error(&e->dn) : -ENOMEM;
	for (int g = 0; !ret && g < t->trained; g++)
		ret = folded_net_open(&e->nets[g], &e->dn, &t->layout[g], EVAL_IMAGES, input,
				      e->nets, t->folded[g]);
	return ret;
}

static void close_nets(struct evaluator *e)
{
	for (int g = 0; g < e->trainer->trained; g++)
		folded_net_close(&e->nets[g]);
	dn_close(&e->dn);
	free(e->logits);
}

static void *evaluator_main(void *arg)
{
	struct evaluator *e = arg;
	const struct trainer *t = e->trainer;
	size_t floats = dataset_image_bytes(e->ds);
	int ret = open_nets(e);

	if (!ret)
		memset(e->input, 0, EVAL_IMAGES * floats * sizeof(float));
	for (uint32_t at = 0; !ret && at < e->count; at += EVAL_IMAGES) {
		uint32_t images = e->count - at < EVAL_IMAGES ? e->count - at : EVAL_IMAGES;

		for (uint32_t n = 0; n < images; n++)
			image_load(&t->norm, e->ds, e->first + at + n, e->input + n * floats);
		memset(e->logits, 0, (size_t)EVAL_IMAGES * t->shape.classes * sizeof(float));
		for (int g = 0; g < t->trained; g++) {
			folded_net_run(&e->nets[g], e->logits);
			count_chunk(e, g, at, images);
		}
		ret = dn_error(&e->dn);
	}
	close_nets(e);
	e->result = ret;
	return NULL;
}

static int check_images(struct trainer *t, const struct dataset *ds, uint32_t first, uint32_t count)
{
	const struct dnnfile_shape *s = &t->shape;

	if (ds->channels != s->image_c || ds->height != s->image_h || ds->width != s->image_w)
		return trainer_fail(t, -EINVAL, "images are %u x %ux%u: the network reads %u x %ux%u",
				    ds->channels, ds->height, ds->width, s->image_c, s->image_h,
				    s->image_w);
	if (first > ds->images || count > ds->images - first)
		return trainer_fail(t, -EINVAL, "images %u..%u: the data set has %u", first,
				    first + count, ds->images);
	return 0;
}

int trainer_evaluate(struct trainer *t, const struct dataset *ds, uint32_t first, uint32_t count,
		     uint32_t *correct, uint16_t *predictions)
{
	int threads = t->config.threads;
	struct evaluator *all;
	int started = 0;
	int ret;

	ret = check_images(t, ds, first, count);
	if (ret)
		return ret;
	all = calloc(threads, sizeof(*all));
	if (!all)
		return trainer_fail(t, -ENOMEM, "no memory to evaluate");
	for (int i = 0; i < threads && !ret; i++) {
		struct evaluator *e = &all[i];

		e->trainer = t;
		e->ds = ds;
		e->offset = (uint64_t)count * i / threads;
		e->first = first + e->offset;
		e->count = (uint64_t)count * (i + 1) / threads - e->offset;
		e->total = count;
		e->predictions = predictions;
		ret = -pthread_create(&e->thread, NULL, evaluator_main, e);
		if (!ret)
			started++;
	}
	memset(correct, 0, t->trained * sizeof(*correct));
	for (int i = 0; i < started; i++) {
		pthread_join(all[i].thread, NULL);
		if (!ret)
			ret = all[i].result;
		for (int g = 0; g < t->trained; g++)
			correct[g] += all[i].correct[g];
	}
	free(all);
	return ret ? trainer_fail(t, ret, "cannot evaluate: %s", strerror(-ret)) : 0;
}
