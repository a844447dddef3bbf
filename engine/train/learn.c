// SPDX-License-Identifier: MIT
/*
 * The training of one stage.
 *
 * Threads go through every step together, held by two barriers:
 *
 *   own part of the batch -> own gradients | A | own slice of the parameters: sum the gradients
 *   of all threads, SGD step               | B | next step
 *
 * After an epoch's last step worker 0 reports and keeps what there is; a third barrier, C, follows.
 * What keeping it returns is not the steps' result, which the others may still be looking at.
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
#include "loss.h"
#include "rng.h"
#include "teacher.h"
#include "trainer.h"

enum { REPORT_STEPS = 10 };

/* Weight of the newest batch in the running statistics. */
#define STATS_WEIGHT 0.05f

struct learner;

struct worker {
	struct learner *shared;
	int index;
	pthread_t thread;
	struct dn dn;
	float *input;			/* part x channels x rows x columns */
	struct folded_net frozen[DNNFILE_MAX_GROUPS];
	struct group_net net[DNNFILE_MAX_GROUPS];
	float *frozen_logits;		/* part x classes */
	float *scratch;			/* for the loss */
	double loss;			/* sums over the part of the last step */
	uint32_t correct;
};

struct learner {
	struct trainer *trainer;
	train_observer observer;
	void *ctx;
	struct train_stage *stage;
	struct loss loss;
	int frozen;			/* groups that run beside those in training */
	int part;			/* images per worker and step */
	uint32_t steps;			/* per epoch */
	int epochs;
	unsigned char *decay[DNNFILE_MAX_GROUPS];
	uint32_t *order;
	pthread_mutex_t gate_lock;	/* guards gate */
	pthread_cond_t gate_cond;
	enum { GATE_CLOSED, GATE_OPEN, GATE_CANCELLED } gate;
	pthread_barrier_t barrier;
	double started;
	int result;			/* of the steps: written by worker 0 between A and B */
	int kept;			/* by worker 0 after an epoch's last B, read after C */
	struct worker workers[TRAIN_THREADS_MAX];
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec * 1e-9;
}

/* From the order of the files, so that an epoch does not depend on those before it. */
static void shuffle(struct learner *l, int epoch)
{
	const struct trainer *t = l->trainer;
	uint64_t rng = rng_derive(t->config.seed, t->trained, epoch, 1);

	for (uint32_t i = 0; i < t->images; i++)
		l->order[i] = i;
	for (uint32_t i = t->images - 1; i > 0; i--) {
		uint32_t j = rng_below(&rng, i + 1);
		uint32_t swap = l->order[i];

		l->order[i] = l->order[j];
		l->order[j] = swap;
	}
}

static void loss_of_part(struct worker *w, const uint32_t *images, const bool *mirrored)
{
	struct learner *l = w->shared;
	const struct trainer *t = l->trainer;
	uint32_t classes = t->shape.classes, best;

	w->loss = 0;
	w->correct = 0;
	for (int n = 0; n < l->part; n++) {
		const float *logits[DNNFILE_MAX_GROUPS];
		float *d_logits[DNNFILE_MAX_GROUPS];
		uint32_t label = t->data->labels[images[n]];

		for (int g = 0; g < l->stage->groups; g++) {
			logits[g] = w->net[g].logits + (size_t)n * classes;
			d_logits[g] = w->net[g].d_logits + (size_t)n * classes;
		}
		w->loss += loss_of_image(&l->loss, w->frozen_logits + (size_t)n * classes, logits,
					 label, teacher_answer(t->teacher, classes, images[n],
							       mirrored[n]),
					 1.0f / t->config.batch, d_logits, &best, w->scratch);
		w->correct += best == label;
	}
}

static void gradients_of_part(struct worker *w, int epoch, uint32_t step)
{
	struct learner *l = w->shared;
	const struct trainer *t = l->trainer;
	const struct train_config *cfg = &t->config;
	const uint32_t *images = l->order + (size_t)step * cfg->batch + w->index * l->part;
	size_t floats = dataset_image_bytes(t->data);
	bool mirrored[TRAIN_BATCH_MAX];

	for (int n = 0; n < l->part; n++)
		mirrored[n] = image_augment(&t->norm, t->data, images[n], cfg->shift, cfg->flip,
					    rng_derive(cfg->seed, t->trained * 100003ull + epoch,
						       images[n], 2),
					    w->input + n * floats);
	memset(w->frozen_logits, 0, (size_t)l->part * t->shape.classes * sizeof(float));
	for (int g = 0; g < l->frozen; g++)
		folded_net_run(&w->frozen[g], w->frozen_logits);
	for (int g = 0; g < l->stage->groups; g++)
		group_net_forward(&w->net[g]);
	loss_of_part(w, images, mirrored);
	for (int g = 0; g < l->stage->groups; g++)
		group_net_backward(&w->net[g]);
}

/* This worker's share of @len: from *lo up to *hi. */
static void slice(const struct worker *w, size_t len, size_t *lo, size_t *hi)
{
	int threads = w->shared->trainer->config.threads;

	*lo = len * w->index / threads;
	*hi = len * (w->index + 1) / threads;
}

static void update_slice(struct worker *w, int g, float rate, float stats_weight)
{
	struct learner *l = w->shared;
	const struct train_config *cfg = &l->trainer->config;
	const struct group_layout *layout = w->net[g].layout;
	struct group_params *params = &l->stage->params[g];
	float *sum = l->workers[0].net[g].grads;
	size_t lo, hi;

	slice(w, layout->params, &lo, &hi);
	for (int i = 1; i < cfg->threads; i++)
		for (size_t j = lo; j < hi; j++)
			sum[j] += l->workers[i].net[g].grads[j];
	sgd_step(&cfg->sgd, rate, params->values + lo, l->stage->velocity[g] + lo, sum + lo,
		 l->decay[g] + lo, hi - lo);

	slice(w, layout->stats, &lo, &hi);
	for (size_t j = lo; j < hi; j++) {
		float mean = 0;

		for (int i = 0; i < cfg->threads; i++)
			mean += l->workers[i].net[g].stats[j];
		mean /= cfg->threads;
		params->stats[j] += stats_weight * (mean - params->stats[j]);
	}
}

static void update_slices(struct worker *w, size_t global_step, size_t global_steps)
{
	struct learner *l = w->shared;
	const struct train_config *cfg = &l->trainer->config;
	float peak = trainer_stages_done(l->trainer) ? cfg->rate_next : cfg->rate;
	size_t warmup = l->steps < global_steps / 5 ? l->steps : global_steps / 5;
	float rate = sgd_rate(peak, global_step, global_steps, warmup);
	/* The first batches count in full, so that the start values are soon forgotten. */
	float stats_weight = fmaxf(STATS_WEIGHT, 1.0f / (global_step + 1));

	for (int g = 0; g < l->stage->groups; g++)
		update_slice(w, g, rate, stats_weight);
}

/* Accuracy of the highest level on the held out images with the groups as they are now. */
static double validate(struct learner *l)
{
	struct trainer *t = l->trainer;
	uint32_t correct[DNNFILE_MAX_GROUPS];
	struct trainer with = *t;
	double accuracy = NAN;
	int done = 0;

	if (!t->config.holdout)
		return NAN;
	for (; done < l->stage->groups; done++) {
		const struct group_layout *layout = &t->layout[t->trained + done];
		float *folded = malloc(layout->params * sizeof(*folded));

		if (!folded)
			break;
		group_params_fold(&l->stage->params[done], layout, folded);
		with.folded[with.trained++] = folded;
	}
	if (done == l->stage->groups &&
	    !trainer_evaluate(&with, t->data, t->images, t->config.holdout, correct, NULL))
		accuracy = (double)correct[with.trained - 1] / t->config.holdout;
	while (done)
		free(with.folded[t->trained + --done]);
	return accuracy;
}

/* Frozen groups run only for those who want to know what they answer. */
static int frozen_groups(const struct trainer *t, int trained)
{
	if (t->shape.wiring == DNNFILE_SEPARATE && t->config.own_loss == 1)
		return 0;
	return trained;
}

/* Work of a stage's epoch in passes of a group: forward and backward is three, frozen one. */
static double work_of_epoch(const struct trainer *t, int trained)
{
	return 3.0 * trainer_stage_groups(t) + frozen_groups(t, trained);
}

/* From what the steps of this stage took, the time of all that is left. */
static double seconds_left(const struct learner *l, const struct train_progress *p, int first_epoch)
{
	const struct trainer *t = l->trainer;
	double epoch = p->epoch - 1 + (double)p->step / p->steps;
	double per_epoch = p->seconds / (epoch - first_epoch);
	double left = per_epoch * (p->epochs - epoch);

	for (int s = p->stage; s < p->stages; s++)
		left += per_epoch * t->config.epochs_next * work_of_epoch(t, s) /
			work_of_epoch(t, t->trained);
	return left;
}

/* Worker 0, while the others wait: add up the step, watch for failures. */
static void after_step(struct learner *l, struct train_progress *p, uint32_t step,
		       double *loss_sum, uint64_t *correct_sum)
{
	struct trainer *t = l->trainer;
	double step_loss = 0;

	for (int i = 0; i < t->config.threads; i++) {
		struct worker *w = &l->workers[i];
		int ret = dn_error(&w->dn);

		step_loss += w->loss;
		*correct_sum += w->correct;
		if (ret)
			l->result = trainer_fail(t, ret, "oneDNN failed in a pass of stage %d: %s",
						 p->stage, w->dn.what);
	}
	*loss_sum += step_loss;
	if (!l->result && !isfinite(step_loss))
		l->result = trainer_fail(t, -ERANGE,
					 "stage %d, epoch %d: the loss is no number, use a lower lr",
					 p->stage, p->epoch);
	p->step = step + 1;
	p->loss = *loss_sum / (step + 1.0);
	p->accuracy = *correct_sum / ((step + 1.0) * t->config.batch);
	p->seconds = now() - l->started;
}

/* Worker 0: tell the observer, and after an epoch keep what there is. The others wait. */
static void report(struct learner *l, struct train_progress *p, int first_epoch)
{
	struct trainer *t = l->trainer;

	p->left = seconds_left(l, p, first_epoch);
	p->validation = p->epoch_done ? validate(l) : NAN;
	if (l->observer)
		l->observer(l->ctx, p);
	if (!p->epoch_done)
		return;
	l->stage->epoch = p->epoch;
	/* The end of the stage is kept when its groups are frozen. */
	if (t->keep && p->epoch < p->epochs)
		l->kept = t->keep(t, t->keep_ctx);
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;
	struct learner *l = w->shared;
	const struct trainer *t = l->trainer;
	int first = l->stage->epoch;
	struct train_progress p = {
		.stage = trainer_stages_done(t) + 1, .stages = trainer_stages(t),
		.epochs = l->epochs, .steps = l->steps,
	};

	dn_thread_init();
	for (int epoch = first; epoch < l->epochs; epoch++) {
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
			update_slices(w, (size_t)epoch * l->steps + step,
				      (size_t)l->epochs * l->steps);
			pthread_barrier_wait(&l->barrier);	/* B */
			if (l->result)
				return NULL;
			p.epoch_done = step + 1 == l->steps;
			if (w->index == 0 && !p.epoch_done && step % REPORT_STEPS == 0)
				report(l, &p, first);
		}
		if (w->index == 0)
			report(l, &p, first);
		/* Nobody changes a parameter before it is kept; all see whether it was. */
		pthread_barrier_wait(&l->barrier);		/* C */
		if (l->kept)
			return NULL;
	}
	return NULL;
}

static int open_nets(struct worker *w, dnnl_memory_t input)
{
	struct learner *l = w->shared;
	struct trainer *t = l->trainer;
	int ret = dn_error(&w->dn);

	for (int g = 0; !ret && g < l->frozen; g++)
		ret = folded_net_open(&w->frozen[g], &w->dn, &t->layout[g], l->part, input,
				      w->frozen, t->folded[g]);
	for (int g = 0; !ret && g < l->stage->groups; g++)
		ret = group_net_open(&w->net[g], &w->dn, &t->layout[t->trained + g], l->part,
				     input, w->frozen, l->stage->params[g].values);
	return ret;
}

static int worker_open(struct worker *w, struct learner *l, int index)
{
	struct trainer *t = l->trainer;
	dnnl_dim_t dims[] = { l->part, t->shape.image_c, t->shape.image_h, t->shape.image_w };
	dnnl_memory_desc_t md;
	dnnl_memory_t input;
	int ret;

	w->shared = l;
	w->index = index;
	w->frozen_logits = calloc((size_t)l->part * t->shape.classes, sizeof(float));
	w->scratch = calloc(2 * (size_t)t->shape.classes, sizeof(float));
	dn_open(&w->dn, t->config.bf16 ? dnnl_bf16 : dnnl_f32);
	md = dn_md(&w->dn, 4, dims, dnnl_nchw);
	input = dn_memory(&w->dn, &md, NULL);
	w->input = dn_data(&w->dn, input);
	ret = w->frozen_logits && w->scratch ? open_nets(w, input) : -ENOMEM;
	if (ret)
		trainer_fail(t, ret, "oneDNN: cannot set up the network: %s%s",
			     w->dn.what ? w->dn.what : strerror(-ret),
			     t->config.bf16 ? " (precision is bf16: does this processor know it?)" :
					      "");
	return ret;
}

static void worker_close(struct worker *w)
{
	for (int g = 0; g < DNNFILE_MAX_GROUPS; g++) {
		group_net_close(&w->net[g]);
		folded_net_close(&w->frozen[g]);
	}
	dn_close(&w->dn);
	free(w->frozen_logits);
	free(w->scratch);
}

/* Weight decay is for weights, not for batch-norm's scale and shift nor for the bias. */
static unsigned char *decayed(const struct group_layout *layout)
{
	unsigned char *decay = calloc(layout->params, 1);

	for (uint32_t i = 0; decay && i < layout->shape->layers; i++)
		memset(decay + layout->layer[i].weights, 1,
		       layout->layer[i].sources * layout_block(&layout->shape->layer[i]));
	return decay;
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
	return l->result ? l->result : l->kept;
}

static void choose_loss(struct learner *l)
{
	const struct trainer *t = l->trainer;
	const struct train_config *cfg = &t->config;
	struct loss *loss = &l->loss;

	*loss = (struct loss) {
		.classes = t->shape.classes, .frozen = l->frozen, .trained = l->stage->groups,
		.own = t->trained ? cfg->own_loss : 0, .smoothing = cfg->smoothing,
		.teacher_weight = t->teacher ? cfg->teacher_weight : 0,
		.temperature = cfg->temperature,
	};
	for (uint32_t g = 0; g < loss->trained; g++) {
		if (cfg->mode == TRAIN_SLIMMABLE)
			loss->level_weight[g] = 1.0f / loss->trained;
		else
			loss->level_weight[g] = g + 1 == loss->trained;
	}
}

/* The stage's groups become frozen ones. */
static int adopt_stage(struct trainer *t)
{
	int ret = 0;

	for (int g = 0; !ret && g < t->stage.groups; g++)
		ret = trainer_adopt_group(t, &t->stage.params[g]);
	train_stage_free(&t->stage);
	if (!ret && t->keep)
		ret = t->keep(t, t->keep_ctx);
	return ret;
}

static int open_learner(struct learner *l)
{
	struct trainer *t = l->trainer;

	l->epochs = trainer_stages_done(t) ? t->config.epochs_next : t->config.epochs;
	l->frozen = frozen_groups(t, t->trained);
	l->part = t->config.batch / t->config.threads;
	l->steps = t->images / t->config.batch;
	l->order = malloc(t->images * sizeof(*l->order));
	if (!l->order)
		return trainer_fail(t, -ENOMEM, "no memory for the order of %u images", t->images);
	for (int g = 0; g < l->stage->groups; g++) {
		l->decay[g] = decayed(&t->layout[t->trained + g]);
		if (!l->decay[g])
			return trainer_fail(t, -ENOMEM, "no memory for group %d",
					    t->trained + g + 1);
	}
	choose_loss(l);
	return 0;
}

int trainer_next_stage(struct trainer *t, train_observer observer, void *ctx)
{
	struct learner *l;
	int opened = 0;
	int ret = 0;

	if (trainer_stages_done(t) == trainer_stages(t))
		return trainer_fail(t, -EALREADY, "all %d groups are trained", t->trained);
	l = calloc(1, sizeof(*l));
	if (!l)
		return trainer_fail(t, -ENOMEM, "no memory for the workers");
	l->trainer = t;
	l->observer = observer;
	l->ctx = ctx;
	l->stage = &t->stage;
	if (!t->stage.epoch)
		ret = trainer_start_stage(t, trainer_stage_groups(t));
	if (!ret)
		ret = open_learner(l);
	while (!ret && opened < t->config.threads) {
		ret = worker_open(&l->workers[opened], l, opened);
		opened++;
	}
	if (!ret) {
		l->started = now();
		ret = run_workers(l);
	}
	while (opened)
		worker_close(&l->workers[--opened]);
	for (int g = 0; g < DNNFILE_MAX_GROUPS; g++)
		free(l->decay[g]);
	free(l->order);
	free(l);
	if (ret)
		train_stage_free(&t->stage);
	return ret ? ret : adopt_stage(t);
}
