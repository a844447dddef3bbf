/* SPDX-License-Identifier: MIT */
/* score: how good each level of a model is on labelled images, computed by the engine itself. */
#ifndef DYNDNN_EVAL_SCORE_H
#define DYNDNN_EVAL_SCORE_H

#include "dataset.h"
#include "dyndnn.h"

enum { SCORE_MAX_THREADS = 64 };

/**
 * struct score - of one level
 * @correct: images whose class came out best
 * @confidence: sum over the images of the softmax probability of the correct class
 */
struct score {
	uint32_t correct;
	double confidence;
};

/**
 * struct score_job - what to run
 * @model: it
 * @images: as the model reads them; labels below its number of classes
 * @count: how many, from the first on; 1..@images->images
 * @first: lowest level to run, at least 1
 * @last: highest, at most the model's
 * @threads: sessions at work at the same time, 1..SCORE_MAX_THREADS
 * @progress: called now and then by the calling thread with the images that are done, or NULL
 */
struct score_job {
	struct dyndnn_model *model;
	const struct dataset *images;
	uint32_t count;
	unsigned int first;
	unsigned int last;
	unsigned int threads;
	void (*progress)(uint32_t done, uint32_t count);
};

/**
 * score_run() - run every image at every level
 * @job: see there
 * @score: of level k at [k - 1], DYNDNN_MAX_LEVELS of them; other levels get 0
 * @err: reason of a failure
 *
 * Return: 0 or a negative errno.
 */
int score_run(const struct score_job *job, struct score *score, struct dyndnn_error *err);

#endif
