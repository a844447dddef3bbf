// SPDX-License-Identifier: MIT
#include "search.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "../model/error.h"

enum { PROGRESS_STEP = 32 };

/* What the steps share. */
struct run {
	struct dyndnn_model *model;
	const struct search_images *images;
	const struct search *search;
	struct search_result *result;
	struct dyndnn_error *err;
	struct observation observation;
	float *f32, *s8;			/* logits of the held-out images */
	double least[DNNFILE_MAX_GROUPS];	/* divergence of the way that is best so far */
};

static int observe(struct run *r)
{
	const struct dnnfile_shape *shape = &r->model->shape;
	size_t bytes = (size_t)shape->image_c * shape->image_h * shape->image_w;
	uint32_t count = r->images->calibrations;
	struct dyndnn_session *session;
	int ret;

	ret = dyndnn_session_open(r->model, &quant_session, &session, r->err);
	if (ret)
		return ret;
	for (uint32_t i = 0; !ret && i < count; i++) {
		ret = dyndnn_set_input_u8(session, r->images->calibration[i], bytes, DYNDNN_CHW);
		if (ret)
			dyndnn_fail(r->err, ret, "%s", dyndnn_session_error(session));
		else
			ret = observation_add(&r->observation, session, r->err);
		if (r->search->progress && (i % PROGRESS_STEP == 0 || i + 1 == count))
			r->search->progress(i + 1, count);
	}
	dyndnn_session_close(session);
	return ret;
}

/* Make the model that is quantised in these ways, and compare it; the file goes to the result. */
static int try_ways(struct run *r, const struct quantise_way *way,
		    struct logits_difference *difference)
{
	struct search_result *result = r->result;
	struct dyndnn_model *model;
	int ret;

	free(result->image);
	result->image = NULL;
	ret = quantise_model(&r->observation, way, &result->image, &result->bytes, r->err);
	if (!ret)
		ret = dyndnn_model_open_memory(result->image, result->bytes, &model, r->err);
	if (ret)
		return ret;
	ret = logits_of_groups(model, r->images->held_out, r->images->held_outs, r->s8,
			       r->search->progress, r->err);
	if (!ret)
		logits_compare(r->model, r->f32, r->s8, r->images->held_outs, difference);
	dyndnn_model_close(model);
	return ret;
}

/* All groups one way; what is best for some group is kept for it. */
static int try_everywhere(struct run *r, struct quantise_way candidate)
{
	uint32_t groups = r->model->shape.groups;
	struct quantise_way way[DNNFILE_MAX_GROUPS];
	struct logits_difference difference;
	int ret;

	for (uint32_t g = 0; g < groups; g++)
		way[g] = candidate;
	ret = try_ways(r, way, &difference);
	if (ret)
		return ret;
	for (uint32_t g = 0; g < groups; g++) {
		if (difference.divergence[g] < r->least[g]) {
			r->least[g] = difference.divergence[g];
			r->result->way[g] = candidate;
		}
	}
	if (r->search->tried)
		r->search->tried(&candidate, &difference, groups);
	return 0;
}

static int try_all(struct run *r)
{
	enum range_method only = r->search->method;
	int ret = 0;

	for (uint32_t g = 0; g < DNNFILE_MAX_GROUPS; g++)
		r->least[g] = INFINITY;
	for (uint32_t c = 0; !ret && c < 2 * RANGE_METHODS; c++) {
		struct quantise_way candidate = { .method = c / 2, .correct_bias = c % 2 };

		if (only == RANGE_METHODS || candidate.method == only)
			ret = try_everywhere(r, candidate);
	}
	return ret;
}

static int search(struct run *r)
{
	size_t count = (size_t)r->images->held_outs * r->model->shape.groups *
		       r->model->shape.classes;
	int ret;

	r->f32 = calloc(count, sizeof(*r->f32));
	r->s8 = calloc(count, sizeof(*r->s8));
	if (!r->f32 || !r->s8 || observation_init(&r->observation, r->model))
		return dyndnn_fail(r->err, -ENOMEM, "no memory for what is observed");
	ret = observe(r);
	if (!ret)
		ret = logits_of_groups(r->model, r->images->held_out, r->images->held_outs,
				       r->f32, r->search->progress, r->err);
	if (!ret)
		ret = try_all(r);
	if (!ret)
		ret = try_ways(r, r->result->way, &r->result->difference);
	return ret;
}

int search_run(struct dyndnn_model *model, const struct search_images *images,
	       const struct search *how, struct search_result *result, struct dyndnn_error *err)
{
	struct run r = {
		.model = model, .images = images, .search = how, .result = result, .err = err,
		.observation = { .model = model },
	};
	int ret;

	*result = (struct search_result) { 0 };
	ret = quantise_check(model, err);
	if (ret)
		return ret;
	ret = search(&r);
	if (ret) {
		free(result->image);
		result->image = NULL;
	}
	observation_free(&r.observation);
	free(r.s8);
	free(r.f32);
	return ret;
}
