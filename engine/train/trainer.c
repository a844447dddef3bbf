// SPDX-License-Identifier: MIT
/* Life of a trainer, and the frozen groups. The training loop is in learn.c. */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trainer.h"

int trainer_fail(struct trainer *t, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(t->error, sizeof(t->error), fmt, ap);
	va_end(ap);
	return code;
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

int train_config_check(const struct train_config *c, uint32_t images, char *err, size_t len)
{
	if (c->groups < 1 || c->groups > NET_GROUPS_MAX)
		return bad_int(err, len, "groups", c->groups, 1, NET_GROUPS_MAX);
	for (int i = 0; i < NET_CONVS; i++) {
		if (c->channels[i] < c->groups || c->channels[i] > 4096)
			return bad_int(err, len, "channels", c->channels[i], c->groups, 4096);
		if (c->channels[i] % c->groups) {
			snprintf(err, len, "channels is %d: must be a multiple of groups (%d)",
				 c->channels[i], c->groups);
			return -EINVAL;
		}
	}
	if (c->epochs < 1 || c->epochs > 10000)
		return bad_int(err, len, "epochs", c->epochs, 1, 10000);
	if (c->epochs_next < 1 || c->epochs_next > 10000)
		return bad_int(err, len, "epochs-next", c->epochs_next, 1, 10000);
	if (c->threads < 1 || c->threads > TRAIN_THREADS_MAX)
		return bad_int(err, len, "threads", c->threads, 1, TRAIN_THREADS_MAX);
	/* Batch-norm needs two images in every part. */
	if (c->batch < 2 * c->threads || c->batch > 4096)
		return bad_int(err, len, "batch", c->batch, 2 * c->threads, 4096);
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
	if (c->shift < 0 || c->shift > DATASET_SIDE / 2)
		return bad_int(err, len, "shift", c->shift, 0, DATASET_SIDE / 2);
	if (images && (uint32_t)c->batch > images)
		return bad_int(err, len, "batch", c->batch, 2 * c->threads, images);
	if (images && c->holdout > images - c->batch)
		return bad_int(err, len, "holdout", c->holdout, 0, images - c->batch);
	return 0;
}

int trainer_open(struct trainer *t, const struct train_config *config, const struct dataset *data)
{
	int channels[NET_CONVS];
	int ret;

	memset(t, 0, sizeof(*t));
	t->config = *config;
	t->data = data;
	ret = train_config_check(config, data->images, t->error, sizeof(t->error));
	if (ret)
		return ret;
	for (int i = 0; i < NET_CONVS; i++)
		channels[i] = config->channels[i] / config->groups;
	net_shape_init(&t->shape, data->channels, channels);
	normalisation_measure(&t->norm, data, data->images - config->holdout);
	return 0;
}

void trainer_close(struct trainer *t)
{
	for (int g = 0; g < t->trained; g++) {
		group_params_free(&t->params[g]);
		free(t->folded[g]);
	}
	t->trained = 0;
}

int trainer_adopt_group(struct trainer *t, struct group_params *params)
{
	float *folded;

	if (t->trained == t->config.groups)
		return trainer_fail(t, -EALREADY, "all %d groups are trained", t->trained);
	folded = malloc(t->shape.params * sizeof(*folded));
	if (!folded)
		return trainer_fail(t, -ENOMEM, "no memory for group %d", t->trained + 1);
	group_params_fold(params, &t->shape, folded);
	t->params[t->trained] = *params;
	t->folded[t->trained] = folded;
	t->trained++;
	memset(params, 0, sizeof(*params));
	return 0;
}
