// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../model/error.h"
#include "session.h"

/* Kernels may read this much past the end of what they need. */
static float *alloc_values(size_t count)
{
	size_t bytes = count * sizeof(float) + XNN_EXTRA_BYTES;
	float *values = aligned_alloc(DNNFILE_ALIGN,
				      (bytes + DNNFILE_ALIGN - 1) / DNNFILE_ALIGN * DNNFILE_ALIGN);

	if (values)
		memset(values, 0, bytes);
	return values;
}

static size_t output_count(const struct dnnfile_layer *layer)
{
	return (size_t)layer->out_c * layer->out_h * layer->out_w;
}

static int alloc_buffers(struct dyndnn_session *session)
{
	const struct dnnfile_shape *shape = &session->model->shape;
	size_t scratch[2] = { 0, 0 };

	/* The last layer writes to group_logits. */
	for (uint32_t i = 0; i + 1 < shape->layers; i++) {
		if (output_count(&shape->layer[i]) > scratch[i % 2])
			scratch[i % 2] = output_count(&shape->layer[i]);
	}
	session->input = alloc_values((size_t)shape->image_c * shape->image_h * shape->image_w);
	session->scratch[0] = alloc_values(scratch[0]);
	session->scratch[1] = alloc_values(scratch[1]);
	session->group_logits = alloc_values(shape->classes);
	session->op = calloc((size_t)session->max_level * shape->layers, sizeof(session->op[0]));
	if (!session->input || !session->scratch[0] || !session->scratch[1] ||
	    !session->group_logits || !session->op)
		return dyndnn_fail(&session->error, -ENOMEM, "no memory for the session's buffers");
	return 0;
}

static int open_group(struct dyndnn_session *session, uint32_t group)
{
	uint32_t layers = session->model->shape.layers;
	const float *in = session->input;

	for (uint32_t i = 0; i < layers; i++) {
		float *out = i == layers - 1 ? session->group_logits : session->scratch[i % 2];
		int ret = dyndnn_operator_open(session, group, i, in, out,
					       &session->op[(group - 1) * layers + i]);

		if (ret)
			return ret;
		in = out;
	}
	/* The packed copy is what runs from here on. */
	dyndnn_model_forget_pages(session->model, group);
	return 0;
}

static int check_options(struct dyndnn_session *session,
			 const struct dyndnn_session_options *options)
{
	unsigned int levels = session->model->shape.groups;

	if (session->model->shape.wiring != DNNFILE_SEPARATE)
		return dyndnn_fail(&session->error, -ENOTSUP, "triangular wiring cannot run yet");
	if (options->threads > DYNDNN_MAX_THREADS)
		return dyndnn_fail(&session->error, -ERANGE, "threads is %u, allowed: 0..%d",
				   options->threads, DYNDNN_MAX_THREADS);
	if (options->max_level > levels)
		return dyndnn_fail(&session->error, -ERANGE, "max_level is %u, allowed: 0..%u",
				   options->max_level, levels);
	session->max_level = options->max_level ? options->max_level : levels;
	return 0;
}

static int start_compute(struct dyndnn_session *session, unsigned int threads)
{
	enum xnn_status status = xnn_initialize(NULL);

	if (status != xnn_status_success)
		return dyndnn_fail(&session->error,
				   status == xnn_status_out_of_memory ? -ENOMEM : -ENOTSUP,
				   "XNNPACK cannot start on this processor: status %d", status);
	/* No pool at all for one thread: nothing to wake, nothing to wait for. */
	if (threads <= 1)
		return 0;
	session->pool = pthreadpool_create(threads);
	if (!session->pool)
		return dyndnn_fail(&session->error, -ENOMEM, "cannot start %u threads", threads);
	return 0;
}

int dyndnn_session_open(struct dyndnn_model *model, const struct dyndnn_session_options *options,
			struct dyndnn_session **out, struct dyndnn_error *err)
{
	const struct dyndnn_session_options defaults = { 0 };
	struct dyndnn_session *session = calloc(1, sizeof(*session));
	int ret;

	if (!session)
		return dyndnn_fail(err, -ENOMEM, "no memory for a session");
	if (!options)
		options = &defaults;
	session->model = dyndnn_model_get(model);
	ret = check_options(session, options);
	if (!ret)
		ret = start_compute(session, options->threads);
	if (!ret)
		ret = alloc_buffers(session);
	for (uint32_t g = 1; !ret && g <= session->max_level; g++)
		ret = open_group(session, g);
	if (ret) {
		if (err)
			*err = session->error;
		dyndnn_session_close(session);
		return ret;
	}
	*out = session;
	return 0;
}

void dyndnn_session_close(struct dyndnn_session *session)
{
	size_t operators;

	if (!session)
		return;
	operators = (size_t)session->max_level * session->model->shape.layers;
	for (size_t i = 0; session->op && i < operators; i++) {
		if (session->op[i])
			xnn_delete_operator(session->op[i]);
	}
	if (session->pool)
		pthreadpool_destroy(session->pool);
	free(session->op);
	free(session->group_logits);
	free(session->scratch[1]);
	free(session->scratch[0]);
	free(session->input);
	dyndnn_model_close(session->model);
	free(session);
}

const char *dyndnn_session_error(const struct dyndnn_session *session)
{
	return session->error.text;
}

const struct dyndnn_info *dyndnn_session_info(const struct dyndnn_session *session)
{
	return dyndnn_model_info(session->model);
}

unsigned int dyndnn_session_levels(const struct dyndnn_session *session)
{
	return session->max_level;
}
