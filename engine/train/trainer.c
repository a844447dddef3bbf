// SPDX-License-Identifier: MIT
/* Life of a trainer, its stages and the frozen groups. The training loop is in learn.c. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rng.h"
#include "trainer.h"

int trainer_fail(struct trainer *t, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(t->error, sizeof(t->error), fmt, ap);
	va_end(ap);
	return code;
}

int trainer_open(struct trainer *t, const struct train_config *config,
		 const struct dnnfile_shape *shape, const struct dataset *data)
{
	struct dyndnn_error err;
	int ret;

	memset(t, 0, sizeof(*t));
	t->config = *config;
	t->shape = *shape;
	t->data = data;
	if (config->mode == TRAIN_TRIANGULAR)
		t->shape.wiring = DNNFILE_TRIANGULAR;
	ret = train_config_check(config, data->images, t->error, sizeof(t->error));
	if (ret)
		return ret;
	ret = dnnfile_shape_check(&t->shape, &err);
	if (ret)
		return trainer_fail(t, ret, "network: %s", err.text);
	for (uint32_t g = 0; g < shape->groups; g++)
		group_layout_init(&t->layout[g], &t->shape, g + 1);
	t->images = (config->images ? config->images : data->images) - config->holdout;
	normalisation_measure(&t->norm, data, t->images);
	return 0;
}

void trainer_close(struct trainer *t)
{
	for (int g = 0; g < t->trained; g++) {
		group_params_free(&t->params[g]);
		free(t->folded[g]);
	}
	t->trained = 0;
	train_stage_free(&t->stage);
}

static bool one_by_one(const struct trainer *t)
{
	return t->config.mode == TRAIN_INCREMENTAL || t->config.mode == TRAIN_TRIANGULAR;
}

int trainer_stages(const struct trainer *t)
{
	return one_by_one(t) ? t->shape.groups : 1;
}

int trainer_stages_done(const struct trainer *t)
{
	return one_by_one(t) ? t->trained : t->trained > 0;
}

int trainer_stage_groups(const struct trainer *t)
{
	return one_by_one(t) ? 1 : t->shape.groups;
}

int trainer_adopt_group(struct trainer *t, struct group_params *params)
{
	const struct group_layout *layout = &t->layout[t->trained];
	float *folded = malloc(layout->params * sizeof(*folded));

	if (!folded)
		return trainer_fail(t, -ENOMEM, "no memory for group %d", t->trained + 1);
	group_params_fold(params, layout, folded);
	t->params[t->trained] = *params;
	t->folded[t->trained] = folded;
	t->trained++;
	memset(params, 0, sizeof(*params));
	return 0;
}

void train_stage_free(struct train_stage *stage)
{
	for (int g = 0; g < stage->groups; g++) {
		group_params_free(&stage->params[g]);
		free(stage->velocity[g]);
	}
	memset(stage, 0, sizeof(*stage));
}

/*
 * The group before has its own channels' block last; in the triangular wiring the new group has one
 * block more, for the group before, which stays as it was drawn.
 */
static void copy_group(const struct trainer *t, struct group_params *to, int g)
{
	const struct group_layout *from_at = &t->layout[g - 1], *to_at = &t->layout[g];
	const struct group_params *from = &t->params[g - 1];

	for (uint32_t i = 0; i < t->shape.layers; i++) {
		const struct layer_params *a = &from_at->layer[i], *b = &to_at->layer[i];
		const struct dnnfile_layer *l = &t->shape.layer[i];
		size_t block = layout_block(l), vector = l->out_c * sizeof(float);

		if (!a->sources)
			continue;
		for (uint32_t s = 0; s < a->sources; s++)
			memcpy(to->values + b->weights + (s + b->sources - a->sources) * block,
			       from->values + a->weights + s * block, block * sizeof(float));
		memcpy(to->values + b->shift, from->values + a->shift, vector);
		if (layer_is_conv(l))
			memcpy(to->values + b->scale, from->values + a->scale, vector);
	}
	memcpy(to->stats, from->stats, from_at->stats * sizeof(float));
}

int trainer_start_stage(struct trainer *t, int groups)
{
	struct train_stage *stage = &t->stage;

	train_stage_free(stage);
	for (int i = 0; i < groups; i++) {
		int g = t->trained + i;
		const struct group_layout *layout = &t->layout[g];

		stage->groups++;
		stage->velocity[i] = calloc(layout->params, sizeof(float));
		if (!stage->velocity[i] ||
		    group_params_init(&stage->params[i], layout,
				      rng_derive(t->config.seed, g, 0, 3))) {
			train_stage_free(stage);
			return trainer_fail(t, -ENOMEM, "no memory for group %d", g + 1);
		}
		if (t->trained && t->config.warm)
			copy_group(t, &stage->params[i], g);
	}
	return 0;
}
