// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>

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
static void add_logits(float *logits, const float *group_logits, uint32_t classes)
{
	for (uint32_t i = 0; i < classes; i++)
		logits[i] += group_logits[i];
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
	for (unsigned int group = 1; group <= level; group++) {
		ret = run_group(session, group, stop, ctx);
		if (ret < 0)
			return ret;
		if (ret)
			break;
		if (group == 1)
			memcpy(logits, session->group_logits, classes * sizeof(float));
		else
			add_logits(logits, session->group_logits, classes);
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
