// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>

#include "augment.h"
#include "config.h"

const char *train_mode_name(enum train_mode mode)
{
	static const char *const names[] = {
		[TRAIN_INCREMENTAL] = "incremental", [TRAIN_TRIANGULAR] = "triangular",
		[TRAIN_STATIC] = "static", [TRAIN_SLIMMABLE] = "slimmable",
	};

	return mode < sizeof(names) / sizeof(names[0]) ? names[mode] : NULL;
}

static int bad_int(char *err, size_t len, const char *field, long long value, long long min,
		   long long max)
{
	snprintf(err, len, "%s is %lld: must be %lld..%lld", field, value, min, max);
	return -EINVAL;
}

static int bad_float(char *err, size_t len, const char *field, double value, const char *range)
{
	snprintf(err, len, "%s is %g: must be %s", field, value, range);
	return -EINVAL;
}

static int check_images(const struct train_config *c, uint32_t images, char *err, size_t len)
{
	if (c->images > images)
		return bad_int(err, len, "images", c->images, 1, images);
	if (c->images)
		images = c->images;
	if ((uint32_t)c->batch > images)
		return bad_int(err, len, "batch", c->batch, 2 * c->threads, images);
	if (c->holdout > images - c->batch)
		return bad_int(err, len, "holdout", c->holdout, 0, images - c->batch);
	return 0;
}

int train_config_check(const struct train_config *c, uint32_t images, char *err, size_t len)
{
	if (!train_mode_name(c->mode))
		return bad_int(err, len, "mode", c->mode, TRAIN_INCREMENTAL, TRAIN_SLIMMABLE);
	if (c->epochs < 1 || c->epochs > 10000)
		return bad_int(err, len, "epochs", c->epochs, 1, 10000);
	if (c->epochs_next < 1 || c->epochs_next > 10000)
		return bad_int(err, len, "epochs-next", c->epochs_next, 1, 10000);
	if (c->threads < 1 || c->threads > TRAIN_THREADS_MAX)
		return bad_int(err, len, "threads", c->threads, 1, TRAIN_THREADS_MAX);
	/* Batch-norm needs two images in every part. */
	if (c->batch < 2 * c->threads || c->batch > TRAIN_BATCH_MAX)
		return bad_int(err, len, "batch", c->batch, 2 * c->threads, TRAIN_BATCH_MAX);
	if (c->batch % c->threads) {
		snprintf(err, len, "batch is %d: must be a multiple of threads (%d)", c->batch,
			 c->threads);
		return -EINVAL;
	}
	if (!(c->rate > 0 && c->rate <= 10))
		return bad_float(err, len, "lr", c->rate, "above 0 and at most 10");
	if (!(c->rate_next > 0 && c->rate_next <= 10))
		return bad_float(err, len, "lr-next", c->rate_next, "above 0 and at most 10");
	if (!(c->own_loss >= 0 && c->own_loss <= 1))
		return bad_float(err, len, "own-loss", c->own_loss, "0..1");
	if (!(c->sgd.momentum >= 0 && c->sgd.momentum < 1))
		return bad_float(err, len, "momentum", c->sgd.momentum, "at least 0 and below 1");
	if (!(c->sgd.weight_decay >= 0 && c->sgd.weight_decay <= 1))
		return bad_float(err, len, "weight-decay", c->sgd.weight_decay, "0..1");
	if (!(c->smoothing >= 0 && c->smoothing < 1))
		return bad_float(err, len, "label-smoothing", c->smoothing,
				 "at least 0 and below 1");
	if (!(c->teacher_weight >= 0 && c->teacher_weight <= 1))
		return bad_float(err, len, "teacher-weight", c->teacher_weight, "0..1");
	if (!(c->temperature >= 1 && c->temperature <= 100))
		return bad_float(err, len, "temperature", c->temperature, "1..100");
	if (c->shift < 0 || c->shift > AUGMENT_SHIFT_MAX)
		return bad_int(err, len, "shift", c->shift, 0, AUGMENT_SHIFT_MAX);
	return images ? check_images(c, images, err, len) : 0;
}

void train_config_print(const struct train_config *c, char *text, size_t len)
{
	snprintf(text, len,
		 "--mode %s --epochs %d --epochs-next %d --batch %d --lr %g --lr-next %g "
		 "--own-loss %g --warm %d --momentum %g --weight-decay %g --label-smoothing %g "
		 "--teacher-weight %g --temperature %g --shift %d --flip %d --images %u "
		 "--holdout %u --seed %llu --threads %d --precision %s",
		 train_mode_name(c->mode), c->epochs, c->epochs_next, c->batch, c->rate,
		 c->rate_next, c->own_loss, c->warm, c->sgd.momentum, c->sgd.weight_decay,
		 c->smoothing, c->teacher_weight, c->temperature, c->shift, c->flip, c->images,
		 c->holdout, (unsigned long long)c->seed, c->threads, c->bf16 ? "bf16" : "f32");
}
