/* SPDX-License-Identifier: MIT */
/*
 * trainer: the groups of one network, and how they are trained.
 *
 * Training goes in stages; a stage trains some groups together, on top of groups that are frozen:
 *
 *	incremental	stage k trains group k with groups 1..k-1 frozen, for level k
 *	triangular	the same, and group k also reads the channels of groups 1..k-1
 *	static		one stage trains all groups for the highest level only
 *	slimmable	one stage trains all groups for all levels alike
 *
 * What is asked of the logits is told in loss.h. Frozen groups run with folded weights; neither
 * their weights nor their batch-norm statistics ever change.
 *
 * Each batch is cut into one part per thread. Every thread has its own primitives, and batch-norm
 * sees the statistics of its part (batch / threads images); gradients are summed in the order of
 * the threads. The result depends on the seed, the batch size and the number of threads only.
 */
#ifndef DYNDNN_TRAIN_TRAINER_H
#define DYNDNN_TRAIN_TRAINER_H

#include <stdbool.h>
#include <stdint.h>

#include "augment.h"
#include "config.h"
#include "dataset.h"
#include "params.h"

/* What the observer is told, after some steps and at the end of every epoch. */
struct train_progress {
	int stage, stages;		/* stage counts from 1 */
	int epoch, epochs;		/* of this stage, epoch counts from 1 */
	int step, steps;		/* of this epoch */
	bool epoch_done;
	double loss, accuracy;		/* mean over this epoch so far, augmented images */
	double validation;		/* accuracy on held out images after an epoch, or NaN */
	double seconds;			/* since the stage's training began or went on */
	double left;			/* seconds to the end of the last stage, estimated */
};

typedef void (*train_observer)(void *ctx, const struct train_progress *progress);

/* Groups in training, as they are between two epochs. */
struct train_stage {
	int epoch;			/* epochs that are done; 0: nothing is here */
	int groups;
	struct group_params params[DNNFILE_MAX_GROUPS];
	float *velocity[DNNFILE_MAX_GROUPS];
};

struct trainer {
	struct train_config config;
	const struct dataset *data;	/* borrowed */
	const float *teacher;		/* borrowed, see teacher.h; NULL: none */
	struct dnnfile_shape shape;
	struct group_layout layout[DNNFILE_MAX_GROUPS];
	struct normalisation norm;
	uint32_t images;		/* to train on, without the held out ones */
	int trained;			/* groups that are trained and frozen */
	struct group_params params[DNNFILE_MAX_GROUPS];
	float *folded[DNNFILE_MAX_GROUPS];
	struct train_stage stage;	/* the one under way */
	/* called after each epoch, when stage is up to date; other than 0 ends the training */
	int (*keep)(struct trainer *t, void *ctx);
	void *keep_ctx;
	char error[TRAIN_ERR_LEN];	/* text of the last failure */
};

/*
 * @shape: the network, in separate wiring whatever the mode
 * @data: the training set, made to fit the network by dataset_fit(); it must stay
 *
 * Return: 0 or -EINVAL. Close it in any case.
 */
int trainer_open(struct trainer *t, const struct train_config *config,
		 const struct dnnfile_shape *shape, const struct dataset *data);
void trainer_close(struct trainer *t);

/* Stages in all, and those that are done. */
int trainer_stages(const struct trainer *t);
int trainer_stages_done(const struct trainer *t);

/* Train the next stage, or what is left of it. The observer is called by one thread at a time.
 * Return: 0, -ENOMEM, -EIO (oneDNN), -ERANGE (the loss is no longer a number), -EALREADY if all
 * is trained, or what t->keep() returned.
 */
int trainer_next_stage(struct trainer *t, train_observer observer, void *ctx);

/* Freeze @params (taken over) as the next group. Return: 0 or -ENOMEM. */
int trainer_adopt_group(struct trainer *t, struct group_params *params);

/* Room for a stage of @groups groups after the trained ones, as they start. Return: 0 or -ENOMEM. */
int trainer_start_stage(struct trainer *t, int groups);
void train_stage_free(struct train_stage *stage);

/* Groups that the next stage trains. */
int trainer_stage_groups(const struct trainer *t);

/* Count the right answers of level 1..trained over images first..first+count-1 of @ds.
 * @predictions: NULL, or room for trained x count values, level after level.
 */
int trainer_evaluate(struct trainer *t, const struct dataset *ds, uint32_t first, uint32_t count,
		     uint32_t *correct, uint16_t *predictions);

int trainer_fail(struct trainer *t, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
