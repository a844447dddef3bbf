/* SPDX-License-Identifier: MIT */
/* config: how to train. */
#ifndef DYNDNN_TRAIN_CONFIG_H
#define DYNDNN_TRAIN_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sgd.h"

enum {
	TRAIN_THREADS_MAX = 64,
	TRAIN_BATCH_MAX = 4096,
	TRAIN_ERR_LEN = 400,
	TRAIN_CONFIG_LEN = 512,		/* enough for train_config_print() */
};

enum train_mode {
	TRAIN_INCREMENTAL,
	TRAIN_TRIANGULAR,
	TRAIN_STATIC,
	TRAIN_SLIMMABLE,
};

struct train_config {
	enum train_mode mode;
	int epochs;			/* of the first stage */
	int epochs_next;		/* of each later stage */
	int batch;			/* multiple of threads */
	int threads;
	float rate;			/* peak learning rate of the first stage */
	float rate_next;		/* of the later stages */
	float own_loss;			/* share of the own loss in later stages, 0..1 */
	bool warm;			/* their groups start from a copy of the group before */
	struct sgd sgd;
	float smoothing;		/* of the labels, 0..1 */
	float teacher_weight;		/* share of the teacher in the loss, 0..1 */
	float temperature;		/* of the teacher's answers */
	int shift;			/* augmentation: up to so many pixels each way */
	bool flip;			/* augmentation: mirror left and right */
	uint32_t images;		/* train on the first so many only; 0: all */
	uint32_t holdout;		/* of those, the last ones are kept for validation */
	uint64_t seed;
	bool bf16;			/* compute in bfloat16, keep parameters in f32 */
};

const char *train_mode_name(enum train_mode mode);

/* @images: of the training set; 0: not known yet. Return: 0, or -EINVAL with a text that names the
 * field and its range.
 */
int train_config_check(const struct train_config *config, uint32_t images, char *err,
		       size_t err_len);

/* As the options of dyndnn-train that mean the same. */
void train_config_print(const struct train_config *config, char *text, size_t len);

#endif
