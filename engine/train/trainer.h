/* SPDX-License-Identifier: MIT */
/*
 * trainer: incremental training of the groups.
 *
 * Group 1 learns alone. Group k learns with groups 1..k-1 frozen. Its loss is
 *
 *	(1 - own_loss) * CE(softmax(frozen groups' logits + own logits))
 *	   + own_loss  * CE(softmax(own logits))
 *
 * The first part teaches it what the sum still gets wrong, the second keeps it a good classifier
 * by itself, as the members of an ensemble are. Frozen groups run with folded weights; neither
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
#include "dataset.h"
#include "params.h"
#include "sgd.h"
#include "shape.h"

enum {
	TRAIN_THREADS_MAX = 64,
	TRAIN_ERR_LEN = 160,
};

struct train_config {
	int channels[NET_CONVS];	/* in all groups together */
	int groups;
	int epochs;			/* of group 1 */
	int epochs_next;		/* of each of the other groups */
	int batch;			/* multiple of threads */
	int threads;
	float rate;			/* peak learning rate of group 1 */
	float rate_next;		/* of the other groups */
	float own_loss;			/* share of the own loss in theirs, 0..1 */
	bool warm;			/* they start from a copy of the group before */
	struct sgd sgd;
	int shift;			/* augmentation: up to so many pixels each way */
	bool flip;			/* augmentation: mirror left and right */
	uint32_t holdout;		/* last images of the training set kept for validation */
	uint64_t seed;
};

/* What the observer is told, after some steps and at the end of every epoch. */
struct train_progress {
	int group, groups;		/* group counts from 1 */
	int epoch, epochs;		/* epoch counts from 1 */
	int step, steps;		/* of this epoch */
	bool epoch_done;
	double loss, accuracy;		/* mean over this epoch so far, augmented images */
	double validation;		/* accuracy on held out images after an epoch, or NaN */
	double seconds;			/* since the group's training began */
};

typedef void (*train_observer)(void *ctx, const struct train_progress *progress);

struct trainer {
	struct train_config config;
	const struct dataset *data;	/* borrowed */
	struct net_shape shape;		/* of one group */
	struct normalisation norm;
	int trained;			/* groups that are trained and frozen */
	struct group_params params[NET_GROUPS_MAX];
	float *folded[NET_GROUPS_MAX];
	char error[TRAIN_ERR_LEN];	/* text of the last failure */
};

/* Return: 0, or -EINVAL with a text that names the field and its range. */
int train_config_check(const struct train_config *config, uint32_t images, char *err,
		       size_t err_len);

/* @data: the training set; it must stay. Return: 0 or -EINVAL. Close it in any case. */
int trainer_open(struct trainer *t, const struct train_config *config, const struct dataset *data);
void trainer_close(struct trainer *t);

/* Train the next group. The observer is called by one thread at a time.
 * Return: 0, -ENOMEM, -EIO (oneDNN), -ERANGE (the loss is no longer a number), or
 * -EALREADY if all groups are trained.
 */
int trainer_next_group(struct trainer *t, train_observer observer, void *ctx);

/* Freeze @params (taken over) as the next group: how a checkpoint comes back. */
int trainer_adopt_group(struct trainer *t, struct group_params *params);

/* Count the right answers of level 1..trained over images first..first+count-1 of @ds.
 * @predictions: NULL, or room for trained x count bytes, level after level.
 */
int trainer_evaluate(struct trainer *t, const struct dataset *ds, uint32_t first, uint32_t count,
		     uint32_t *correct, uint8_t *predictions);

int trainer_fail(struct trainer *t, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
