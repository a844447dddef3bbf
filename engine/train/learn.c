// SPDX-License-Identifier: MIT
/*
 * The training of one group.
 *
 * Threads go through every step together, held by two barriers:
 *
 *   own part of the batch -> own gradients | A | own slice of the parameters: sum the gradients
 *   of all threads, SGD step               | B | next step
 *
 * Between A and B nobody touches gradients but to read them, and a parameter has one writer.
 */
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "folded_net.h"
#include "group_net.h"
#include "rng.h"
#include "trainer.h"

enum { REPORT_STEPS = 10 };

/* Weight of the newest batch in the running statistics. */
#define STATS_WEIGHT 0.05f

struct learner;

struct worker {
	struct learner *shared;
	int index;
	pthread_t thread;
	struct group_net net;
	struct folded_net frozen_net;
	struct folded_group frozen[NET_GROUPS_MAX];
	float *frozen_logits;
	double loss;			/* sums over the part of the last step */
	uint32_t correct;
};

struct learner {
	struct trainer *trainer;
	train_observer observer;
	void *ctx;
	int group;			/* index, from 0 */
	int part;			/* images per worker and step */
	uint32_t images, steps;		/* per epoch */
	int epochs;
	struct group_params params;
	float *velocity;
	unsigned char *decay;
	uint32_t *order;
	pthread_mutex_t gate_lock;	/* guards gate */
	pthread_cond_t gate_cond;
	enum { GATE_CLOSED, GATE_OPEN, GATE_CANCELLED } gate;
	pthread_barrier_t barrier;
	double started;
	int result;			/* written by worker 0 only, between barriers */
	struct worker workers[TRAIN_THREADS_MAX];
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec * 1e-9;
}

static void shuffle(struct learner *l, int epoch)
{
	uint64_t rng = rng_derive(l->trainer->config.seed, l->group, epoch, 1);

	for (uint32_t i = l->images - 1; i > 0; i--) {
		uint32_t j = rng_below(&rng, i + 1);
		uint32_t swap = l->order[i];

		l->order[i] = l->order[j];
		l->order[j] = swap;
	}
}

/*
 * Cross entropy of softmax(@z) for @label. @d gets @weight times its gradient, on top of what is
 * there. Return: the loss; *@best: the most likely class.
 */
static double cross_entropy(const float *z, int label, float weight, float *d, int *best)
{
	float p[NET_CLASSES], top = z[0], sum = 0;

	*best = 0;
	for (int c = 1; c < NET_CLASSES; c++)
		if (z[c] > top) {
			top = z[c];
			*best = c;
		}
	for (int c = 0; c < NET_CLASSES; c++) {
		p[c] = expf(z[c] - top);
		sum += p[c];
	}
	for (int c = 0; c < NET_CLASSES; c++)
		d[c] += weight * (p[c] / sum - (c == label));
	return logf(sum) - (z[label] - top);
}

/* The loss and its gradient, averaged over the batch; what it is: trainer.h. */
static void loss_of_part(struct worker *w, const uint32_t *images)
{
	const struct trainer *t = w->shared->trainer;
	float own = w->shared->group ? t->config.own_loss : 0;
	struct group_net *net = &w->net;

	w->loss = 0;
	w->correct = 0;
	memset(net->d_logits, 0, net->images * NET_CLASSES * sizeof(float));
	for (int n = 0; n < net->images; n++) {
		const float *frozen = w->frozen_logits + n * NET_CLASSES;
		const float *z = net->logits + n * NET_CLASSES;
		float *d = net->d_logits + n * NET_CLASSES;
		int label = t->data->labels[images[n]];
		float sum[NET_CLASSES];
		int best;

		for (int c = 0; c < NET_CLASSES; c++)
			sum[c] = frozen[c] + z[c];
		if (own > 0)
			cross_entropy(z, label, own / t->config.batch, d, &best);
		w->loss += cross_entropy(sum, label, (1 - own) / t->config.batch, d, &best);
		w->correct += best == label;
	}
}

static void gradients_of_part(struct worker *w, int epoch, uint32_t step)
{
	struct learner *l = w->shared;
	const struct trainer *t = l->trainer;
	const struct train_config *cfg = &t->config;
	const uint32_t *images = l->order + (size_t)step * cfg->batch + w->index * l->part;
	size_t floats = (size_t)t->data->channels * DATASET_PLANE;

	for (int n = 0; n < l->part; n++)
		image_augment(&t->norm, t->data, images[n], cfg->shift, cfg->flip,
			      rng_derive(cfg->seed, l->group * 100003ull + epoch, images[n], 2),
			      w->net.input + n * floats);
	memset(w->frozen_logits, 0, l->part * NET_CLASSES * sizeof(float));
	if (l->group)
		memcpy(w->frozen_net.input, w->net.input, l->part * floats * sizeof(float));
	for (int g = 0; g < l->group; g++)
		folded_net_run(&w->frozen_net, &w->frozen[g], w->frozen_logits);
	group_net_forward(&w->net);
	loss_of_part(w, images);
	group_net_backward(&w->net);
}

/* This worker's share of @len: from *lo up to *hi. */
static void slice(const struct worker *w, size_t len, size_t *lo, size_t *hi)
{
	int threads = w->shared->trainer->config.threads;

	*lo = len * w->index / threads;
	*hi = len * (w->index + 1) / threads;
}

static void update_slice(struct worker *w, size_t global_step, size_t global_steps)
{
	struct learner *l = w->shared;
	const struct train_config *cfg = &l->trainer->config;
	const struct net_shape *s = &l->trainer->shape;
	float peak = l->group ? cfg->rate_next : cfg->rate;
	size_t warmup = l->steps < global_steps / 5 ? l->steps : global_steps / 5;
	float rate = sgd_rate(peak, global_step, global_steps, warmup);
	/* The first batches count in full, so that the start values are soon forgotten. */
	float weight = fmaxf(STATS_WEIGHT, 1.0f / (global_step + 1));
	float *sum = l->workers[0].net.grads;
	size_t lo, hi;

	slice(w, s->params, &lo, &hi);
	for (int i = 1; i < cfg->threads; i++)
		for (size_t j = lo; j < hi; j++)
			sum[j] += l->workers[i].net.grads[j];
	sgd_step(&cfg->sgd, rate, l->params.values + lo, l->velocity + lo, sum + lo, l->decay + lo,
		 hi - lo);

	slice(w, s->stats, &lo, &hi);
	for (size_t j = lo; j < hi; j++) {
		float mean = 0;

		for (int i = 0; i < cfg->threads; i++)
			mean += l->workers[i].net.stats[j];
		mean /= cfg->threads;
		l->params.stats[j] += weight * (mean - l->params.stats[j]);
	}
}

/* Accuracy on the held out images with the group as it is now. */
static double validate(struct learner *l)
{
	struct trainer *t = l->trainer;
	uint32_t correct[NET_GROUPS_MAX];
	struct trainer with = *t;
	double accuracy = NAN;
	float *folded;

	if (!t->config.holdout)
		return NAN;
	folded = malloc(t->shape.params * sizeof(*folded));
	if (!folded)
		return NAN;
	group_params_fold(&l->params, &t->shape, folded);
	with.folded[with.trained++] = folded;
	if (!trainer_evaluate(&with, t->data, l->images, t->config.holdout, correct, NULL))
		accuracy = (double)correct[l->group] / t->config.holdout;
	free(folded);
	return accuracy;
}

/* Worker 0, while the others wait: add up the step, watch for failures, report. */
static void after_step(struct learner *l, struct train_progress *p, uint32_t step,
		       double *loss_sum, uint64_t *correct_sum)
{
	struct trainer *t = l->trainer;
	double step_loss = 0;

	for (int i = 0; i < t->config.threads; i++) {
		struct worker *w = &l->workers[i];
		int ret = dn_error(&w->net.dn);

		step_loss += w->loss;
		*correct_sum += w->correct;
		if (!ret && l->group)
			ret = dn_error(&w->frozen_net.dn);
		if (ret)
			l->result = trainer_fail(t, ret, "oneDNN failed in a pass of group %d",
						 l->group + 1);
	}
	*loss_sum += step_loss;
	if (!l->result && !isfinite(step_loss))
		l->result = trainer_fail(t, -ERANGE,
					 "group %d, epoch %d: the loss is no number, use a lower lr",
					 l->group + 1, p->epoch);
	p->step = step + 1;
	p->loss = *loss_sum / ((step + 1.0) * t->config.batch);
	p->accuracy = *correct_sum / ((step + 1.0) * t->config.batch);
	p->seconds = now() - l->started;
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;
	struct learner *l = w->shared;
	const struct train_config *cfg = &l->trainer->config;
	struct train_progress p = {
		.group = l->group + 1, .groups = cfg->groups, .epochs = l->epochs,
		.steps = l->steps,
	};

	dn_thread_init();
	for (int epoch = 0; epoch < l->epochs; epoch++) {
		double loss_sum = 0;
		uint64_t correct_sum = 0;

		p.epoch = epoch + 1;
		if (w->index == 0)
			shuffle(l, epoch);
		pthread_barrier_wait(&l->barrier);
		for (uint32_t step = 0; step < l->steps; step++) {
			gradients_of_part(w, epoch, step);
			pthread_barrier_wait(&l->barrier);	/* A */
			if (w->index == 0)
				after_step(l, &p, step, &loss_sum, &correct_sum);
			update_slice(w, (size_t)epoch * l->steps + step,
				     (size_t)l->epochs * l->steps);
			pthread_barrier_wait(&l->barrier);	/* B */
			if (l->result)
				return NULL;
			p.epoch_done = step + 1 == l->steps;
			if (w->index || !l->observer)
				continue;
			if (p.epoch_done || step % REPORT_STEPS == 0) {
				p.validation = p.epoch_done ? validate(l) : NAN;
				l->observer(l->ctx, &p);
			}
		}
	}
	return NULL;
}

static int worker_open(struct worker *w, struct learner *l, int index)
{
	struct trainer *t = l->trainer;
	const char *what = "memory";
	int ret;

	w->shared = l;
	w->index = index;
	w->frozen_logits = calloc(l->part * NET_CLASSES, sizeof(float));
	ret = group_net_open(&w->net, &t->shape, l->part, l->params.values);
	if (!w->frozen_logits)
		ret = -ENOMEM;
	if (ret && w->net.dn.what)
		what = w->net.dn.what;
	if (!ret && l->group) {
		ret = folded_net_open(&w->frozen_net, &t->shape, l->part);
		for (int g = 0; !ret && g < l->group; g++)
			ret = folded_net_add(&w->frozen_net, &w->frozen[g], t->folded[g]);
		if (ret && w->frozen_net.dn.what)
			what = w->frozen_net.dn.what;
	}
	if (ret)
		trainer_fail(t, ret, "oneDNN: cannot set up the network: %s", what);
	return ret;
}

static void worker_close(struct worker *w)
{
	group_net_close(&w->net);
	folded_net_close(&w->frozen_net);
	free(w->frozen_logits);
}

/* Weight decay is for weights, not for batch-norm's scale and shift nor for the bias. */
static void mark_decay(const struct net_shape *s, unsigned char *decay)
{
	for (int i = 0; i < NET_CONVS; i++)
		memset(decay + s->conv[i].weights, 1, conv_weights(&s->conv[i]));
	memset(decay + s->fc_weights, 1, (size_t)NET_CLASSES * s->features);
}

/*
 * A thread that cannot start would leave the others waiting at the barrier for ever. So every
 * worker first waits at a gate, which opens when all are there.
 */
static void *worker_start(void *arg)
{
	struct worker *w = arg;
	struct learner *l = w->shared;
	bool go;

	pthread_mutex_lock(&l->gate_lock);
	while (l->gate == GATE_CLOSED)
		pthread_cond_wait(&l->gate_cond, &l->gate_lock);
	go = l->gate == GATE_OPEN;
	pthread_mutex_unlock(&l->gate_lock);
	return go ? worker_main(w) : NULL;
}

static int run_workers(struct learner *l)
{
	int threads = l->trainer->config.threads;
	int started = 0;
	int ret;

	ret = pthread_barrier_init(&l->barrier, NULL, threads);
	if (ret)
		return trainer_fail(l->trainer, -ret, "cannot make a barrier of %d threads",
				    threads);
	pthread_mutex_init(&l->gate_lock, NULL);
	pthread_cond_init(&l->gate_cond, NULL);
	while (!ret && started < threads) {
		struct worker *w = &l->workers[started];

		ret = pthread_create(&w->thread, NULL, worker_start, w);
		if (!ret)
			started++;
	}
	if (ret)
		l->result = trainer_fail(l->trainer, -ret, "cannot start thread %d of %d",
					 started + 1, threads);
	pthread_mutex_lock(&l->gate_lock);
	l->gate = ret ? GATE_CANCELLED : GATE_OPEN;
	pthread_cond_broadcast(&l->gate_cond);
	pthread_mutex_unlock(&l->gate_lock);
	while (started)
		pthread_join(l->workers[--started].thread, NULL);
	pthread_cond_destroy(&l->gate_cond);
	pthread_mutex_destroy(&l->gate_lock);
	pthread_barrier_destroy(&l->barrier);
	return l->result;
}

int trainer_next_group(struct trainer *t, train_observer observer, void *ctx)
{
	const struct train_config *cfg = &t->config;
	struct learner *l;
	int opened = 0;
	int ret;

	if (t->trained == cfg->groups)
		return trainer_fail(t, -EALREADY, "all %d groups are trained", t->trained);
	l = calloc(1, sizeof(*l));
	if (!l)
		return trainer_fail(t, -ENOMEM, "no memory for the workers");
	l->trainer = t;
	l->observer = observer;
	l->ctx = ctx;
	l->group = t->trained;
	l->epochs = l->group ? cfg->epochs_next : cfg->epochs;
	l->part = cfg->batch / cfg->threads;
	l->images = t->data->images - cfg->holdout;
	l->steps = l->images / cfg->batch;
	l->velocity = calloc(t->shape.params, sizeof(*l->velocity));
	l->decay = calloc(t->shape.params, sizeof(*l->decay));
	l->order = malloc(l->images * sizeof(*l->order));
	ret = group_params_init(&l->params, &t->shape, rng_derive(cfg->seed, l->group, 0, 3));
	if (ret || !l->velocity || !l->decay || !l->order) {
		ret = trainer_fail(t, -ENOMEM, "no memory for group %d", l->group + 1);
		goto out;
	}
	if (l->group && cfg->warm) {
		const struct group_params *last = &t->params[l->group - 1];

		memcpy(l->params.values, last->values, t->shape.params * sizeof(float));
		memcpy(l->params.stats, last->stats, t->shape.stats * sizeof(float));
	}
	mark_decay(&t->shape, l->decay);
	for (uint32_t i = 0; i < l->images; i++)
		l->order[i] = i;
	while (!ret && opened < cfg->threads) {
		ret = worker_open(&l->workers[opened], l, opened);
		opened++;
	}
	if (ret)
		goto out;
	l->started = now();
	ret = run_workers(l);
	if (!ret)
		ret = trainer_adopt_group(t, &l->params);
out:
	while (opened)
		worker_close(&l->workers[--opened]);
	group_params_free(&l->params);
	free(l->velocity);
	free(l->decay);
	free(l->order);
	free(l);
	return ret;
}
