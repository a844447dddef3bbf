// SPDX-License-Identifier: MIT
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "score.h"

enum { PROGRESS_STEP = 64 };

/* What the threads share. */
struct shared {
	const struct score_job *job;
	atomic_uint done;
	atomic_bool stop;	/* one has failed */
};

/* A thread and its share of the images: begin..end - 1. */
struct worker {
	struct shared *shared;
	uint32_t begin, end;
	bool shows_progress;
	struct score score[DYNDNN_MAX_LEVELS];
	struct dyndnn_error err;
	int ret;
	pthread_t thread;
};

static int score_image(struct worker *w, struct dyndnn_session *session, float *logits, uint32_t i)
{
	const struct score_job *job = w->shared->job;
	unsigned int classes = dyndnn_session_info(session)->classes;
	unsigned int label = job->images->labels[i];
	int ret;

	ret = dyndnn_set_input_u8(session, dataset_image(job->images, i),
				  dataset_image_bytes(job->images), DYNDNN_CHW);
	for (unsigned int level = job->first; !ret && level <= job->last; level++) {
		struct score *score = &w->score[level - 1];

		ret = dyndnn_run(session, level, logits);
		if (ret)
			break;
		score->correct += dyndnn_top1(logits, classes) == label;
		score->confidence += dyndnn_probability(logits, classes, label);
	}
	if (ret) {
		w->err.code = ret;
		snprintf(w->err.text, sizeof(w->err.text), "image %u: %.200s", i,
			 dyndnn_session_error(session));
	}
	return ret;
}

static void show(struct worker *w)
{
	const struct score_job *job = w->shared->job;

	if (job->progress && w->shows_progress)
		job->progress(atomic_load(&w->shared->done), job->count);
}

static void *work(void *arg)
{
	struct worker *w = arg;
	const struct score_job *job = w->shared->job;
	struct dyndnn_session_options options = { .max_level = job->last };
	struct dyndnn_session *session = NULL;
	float *logits = calloc(dyndnn_model_info(job->model)->classes, sizeof(*logits));

	if (!logits) {
		w->ret = -ENOMEM;
		snprintf(w->err.text, sizeof(w->err.text), "no memory for the logits");
	} else {
		w->ret = dyndnn_session_open(job->model, &options, &session, &w->err);
	}
	for (uint32_t i = w->begin; !w->ret && i < w->end && !atomic_load(&w->shared->stop); i++) {
		w->ret = score_image(w, session, logits, i);
		atomic_fetch_add(&w->shared->done, 1);
		if (i % PROGRESS_STEP == 0)
			show(w);
	}
	if (w->ret)
		atomic_store(&w->shared->stop, true);
	dyndnn_session_close(session);
	free(logits);
	return NULL;
}

static void add_scores(struct score *sum, const struct score *part)
{
	for (unsigned int k = 0; k < DYNDNN_MAX_LEVELS; k++) {
		sum[k].correct += part[k].correct;
		sum[k].confidence += part[k].confidence;
	}
}

int score_run(const struct score_job *job, struct score *score, struct dyndnn_error *err)
{
	unsigned int threads = job->threads < job->count ? job->threads : job->count;
	struct shared shared = { .job = job };
	struct worker *workers = calloc(threads, sizeof(*workers));
	unsigned int started = 1;
	int ret = 0;

	memset(score, 0, DYNDNN_MAX_LEVELS * sizeof(*score));
	if (!workers) {
		err->code = -ENOMEM;
		snprintf(err->text, sizeof(err->text), "no memory for %u threads", threads);
		return -ENOMEM;
	}
	for (unsigned int t = 0; t < threads; t++) {
		workers[t].shared = &shared;
		workers[t].begin = (uint64_t)job->count * t / threads;
		workers[t].end = (uint64_t)job->count * (t + 1) / threads;
	}
	/* The calling thread is the first of them. */
	workers[0].shows_progress = true;
	for (; started < threads; started++) {
		struct worker *w = &workers[started];

		ret = -pthread_create(&w->thread, NULL, work, w);
		if (ret) {
			err->code = ret;
			snprintf(err->text, sizeof(err->text), "cannot start thread %u of %u: %s",
				 started + 1, threads, strerror(-ret));
			atomic_store(&shared.stop, true);
			break;
		}
	}
	work(&workers[0]);
	for (unsigned int t = 1; t < started; t++)
		pthread_join(workers[t].thread, NULL);
	for (unsigned int t = 0; t < started; t++) {
		if (!ret && workers[t].ret) {
			ret = workers[t].ret;
			*err = workers[t].err;
		}
		add_scores(score, workers[t].score);
	}
	if (!ret && job->progress)
		job->progress(job->count, job->count);
	free(workers);
	return ret;
}
