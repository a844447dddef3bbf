// SPDX-License-Identifier: MIT
/*
 * Fuzzing the model loader. Whatever it refuses has a reason that names a section. Whatever
 * loads must also open, run at each level with the same result every time, and be cut down
 * to any number of groups, which then run alike. What mutations there are: see mutate.c.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "../../engine/model/bounds.h"
#include "../../engine/model/model.h"
#include "../../engine/model/writer.h"
#include "check.h"

/* Larger ones are legal but only slow the search down. */
#define MAX_MACS	(1 << 22)
#define MAX_BYTES	(1 << 25)

static bool is_small(const struct dyndnn_model *model)
{
	const struct dnnfile_shape *shape = &model->shape;
	uint64_t macs = model->info.macs[shape->groups - 1] * shape->groups, bytes = 0;

	for (uint32_t i = 0; i < shape->layers; i++) {
		/* Pools and residuals work, too. */
		macs += shape->groups * shape->groups *
			(dnnfile_output_count(&shape->layer[i]) +
			 shape->layer[i].out_c * dnnfile_pointers(&shape->layer[i]));
		bytes += dnnfile_output_count(&shape->layer[i]) * sizeof(float) * shape->groups +
			 dnnfile_pointers(&shape->layer[i]) * sizeof(void *) * shape->groups;
		for (uint32_t g = 1; g <= shape->groups; g++)
			bytes += dnnfile_packed_bytes(shape, i, g);
	}
	return macs <= MAX_MACS && bytes <= MAX_BYTES;
}

/* Logits of all levels, one after the other. */
static void run_levels(struct dyndnn_model *model, const struct dyndnn_session_options *options,
		       float *logits)
{
	const struct dyndnn_info *info = dyndnn_model_info(model);
	size_t count = (size_t)info->channels * info->height * info->width;
	uint8_t *pixels = malloc(count);
	struct dyndnn_session *session;
	struct dyndnn_error err;

	CHECK(pixels);
	for (size_t i = 0; i < count; i++)
		pixels[i] = i * 37;
	if (dyndnn_session_open(model, options, &session, &err))
		check_failed(__FILE__, __LINE__, err.text);
	CHECK(!dyndnn_set_input_u8(session, pixels, count, DYNDNN_CHW));
	for (unsigned int k = info->levels; k >= 1; k--)
		CHECK(!dyndnn_run(session, k, logits + (k - 1) * info->classes));
	dyndnn_session_close(session);
	free(pixels);
}

/* A part of a good model is a good model, and the level of its groups. */
static void check_cut(const struct dyndnn_model *model, uint32_t groups,
		      const struct dyndnn_session_options *options, const float *logits)
{
	uint32_t classes = model->shape.classes;
	struct dyndnn_model *part;
	void *cut, *aligned;
	size_t bytes;

	CHECK(!dnnfile_cut(model->data, model->bytes, groups, &cut, &bytes, NULL));
	aligned = check_aligned(cut, bytes);
	free(cut);
	CHECK(!dyndnn_model_open_memory(aligned, bytes, &part, NULL));
	CHECK(part->info.macs[groups - 1] == model->info.macs[groups - 1]);
	if (logits) {
		float *again = calloc((size_t)groups * classes, sizeof(*again));

		CHECK(again);
		run_levels(part, options, again);
		CHECK(!memcmp(again, logits, (size_t)groups * classes * sizeof(*again)));
		free(again);
	}
	dyndnn_model_close(part);
	free(aligned);
}

static void check_names(const struct dyndnn_model *model)
{
	for (unsigned int c = 0; c <= model->info.classes; c++) {
		const char *name = dyndnn_model_class_name(model, c);

		CHECK(!name || strlen(name) < model->info.file_bytes);
	}
}

static void check_good(struct dyndnn_model *model, unsigned int dice)
{
	const struct dyndnn_info *info = dyndnn_model_info(model);
	size_t bytes = (size_t)info->levels * info->classes * sizeof(float);
	struct dyndnn_session_options options = { .compute = DYNDNN_COMPUTE_XNNPACK };
	float *logits = NULL, *again;
	uint32_t choice = 1 + dice / 256 % info->levels;

	/* Now and then: making code for a model and measuring threads take longer than the rest. */
	if (dice % 8 == 0)
		options.compute = DYNDNN_COMPUTE_AUTO;
	check_names(model);
	if (is_small(model)) {
		logits = calloc(1, bytes);
		again = calloc(1, bytes);
		CHECK(logits && again);
		run_levels(model, &options, logits);
		options.threads = dice / 8 % 32 ? 1 : 2;
		run_levels(model, &options, again);
		CHECK(!memcmp(logits, again, bytes));
		free(again);
	}
	for (uint32_t k = 1; k <= info->levels; k++)
		check_cut(model, k, &options, k == choice ? logits : NULL);
	free(logits);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct dyndnn_error err = { 0 };
	void *aligned = check_aligned(data, bytes);
	struct dyndnn_model *model;
	int ret;

	ret = dyndnn_model_open_memory(aligned, bytes, &model, &err);
	if (ret) {
		check_refusal(ret, &err);
	} else {
		check_good(model, check_dice(data, bytes));
		dyndnn_model_close(model);
	}
	free(aligned);
	return 0;
}
