// SPDX-License-Identifier: MIT
#include <errno.h>

#include "../model/error.h"
#include "session.h"

static int check_run(struct dyndnn_session *session, unsigned int level)
{
	if (level < 1 || level > session->max_level)
		return dyndnn_fail(&session->error, -ERANGE, "level is %u, allowed: 1..%u", level,
				   session->max_level);
	if (!session->has_input)
		return dyndnn_fail(&session->error, -ENODATA, "no input image has been set");
	return 0;
}

/* Return 1 if stop said so: the first group is never asked. */
static int run_group(struct dyndnn_session *session, uint32_t group, dyndnn_stop_fn stop, void *ctx)
{
	uint32_t layers = session->model->shape.layers;
	xnn_operator_t *op = &session->op[(group - 1) * layers];

	for (uint32_t i = 0; i < layers; i++) {
		enum xnn_status status;

		if (stop && group > 1 && stop(ctx, group - 1, i))
			return 1;
		status = xnn_run_operator(op[i], session->pool);
		if (status != xnn_status_success)
			return dyndnn_fail(&session->error, -EIO,
					   "group %u, layer %u: XNNPACK fails with status %d",
					   group, i + 1, status);
	}
	return 0;
}

/* The order of the sums is part of the contract: see model/format.h. */
static void add_logits(const struct dyndnn_session *session, uint32_t group, float *logits)
{
	const struct buffers *buffers = &session->buffers;
	uint32_t layers = session->model->shape.layers, classes = session->model->shape.classes;
	const void *from = buffers_output(buffers, group, layers - 1).values;

	if (session->model->shape.dtype == DNNFILE_S8) {
		struct dnnfile_range range = dyndnn_model_range(session->model, group, layers);
		const int8_t *q = from;

		for (uint32_t i = 0; i < classes; i++)
			logits[i] += (float)(q[i] - range.zero) * range.scale;
	} else {
		const float *values = from;

		for (uint32_t i = 0; i < classes; i++)
			logits[i] += values[i];
	}
}

int dyndnn_run_until(struct dyndnn_session *session, unsigned int level, dyndnn_stop_fn stop,
		     void *ctx, float *logits, unsigned int *level_done)
{
	uint32_t classes = session->model->shape.classes;
	unsigned int done = 0;
	int ret;

	ret = check_run(session, level);
	if (ret)
		return ret;
	/* Not +0, so that a sum of one is that one, also its sign. */
	for (uint32_t i = 0; i < classes; i++)
		logits[i] = -0.0f;
	for (unsigned int group = 1; group <= level; group++) {
		ret = run_group(session, group, stop, ctx);
		if (ret < 0)
			return ret;
		if (ret)
			break;
		add_logits(session, group, logits);
		done = group;
	}
	for (uint32_t i = 0; i < classes; i++)
		logits[i] *= session->model->logit_scale[done - 1];
	if (level_done)
		*level_done = done;
	return 0;
}

int dyndnn_run(struct dyndnn_session *session, unsigned int level, float *logits)
{
	return dyndnn_run_until(session, level, NULL, NULL, logits, NULL);
}
