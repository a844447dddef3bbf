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
	uint8_t *predictions;		/* shared, each image has one writer */
	uint32_t correct[NET_GROUPS_MAX];
	pthread_t thread;
	int result;
};

static void count_chunk(struct evaluator *e, int level, const float *logits, uint32_t at,
			uint32_t images)
{
	for (uint32_t n = 0; n < images; n++) {
		const float *l = logits + n * NET_CLASSES;
		int best = 0;

		for (int c = 1; c < NET_CLASSES; c++)
			if (l[c] > l[best])
				best = c;
		e->correct[level] += best == e->ds->labels[e->first + at + n];
		if (e->predictions)
			e->predictions[(size_t)level * e->total + e->offset + at + n] = best;
	}
}

static void *evaluator_main(void *arg)
{
	struct evaluator *e = arg;
	const struct trainer *t = e->trainer;
	size_t floats = (size_t)e->ds->channels * DATASET_PLANE;
	struct folded_group groups[NET_GROUPS_MAX];
	float logits[EVAL_IMAGES * NET_CLASSES];
	struct folded_net net;
	int ret;

	ret = folded_net_open(&net, &t->shape, EVAL_IMAGES);
	for (int g = 0; !ret && g < t->trained; g++)
		ret = folded_net_add(&net, &groups[g], t->folded[g]);
	if (!ret)
		memset(net.input, 0, EVAL_IMAGES * floats * sizeof(float));
	for (uint32_t at = 0; !ret && at < e->count; at += EVAL_IMAGES) {
		uint32_t images = e->count - at < EVAL_IMAGES ? e->count - at : EVAL_IMAGES;

		for (uint32_t n = 0; n < images; n++)
			image_load(&t->norm, e->ds, e->first + at + n, net.input + n * floats);
		memset(logits, 0, sizeof(logits));
		for (int g = 0; g < t->trained; g++) {
			folded_net_run(&net, &groups[g], logits);
			count_chunk(e, g, logits, at, images);
		}
		ret = dn_error(&net.dn);
	}
	folded_net_close(&net);
	e->result = ret;
	return NULL;
}

int trainer_evaluate(struct trainer *t, const struct dataset *ds, uint32_t first, uint32_t count,
		     uint32_t *correct, uint8_t *predictions)
{
	int threads = t->config.threads;
	struct evaluator *all;
	int started = 0;
	int ret = 0;

	if (ds->channels != (uint32_t)t->shape.conv[0].in)
		return trainer_fail(t, -EINVAL, "images have %u channels: the network reads %d",
				    ds->channels, t->shape.conv[0].in);
	if (first > ds->images || count > ds->images - first)
		return trainer_fail(t, -EINVAL, "images %u..%u: the data set has %u", first,
				    first + count, ds->images);
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
