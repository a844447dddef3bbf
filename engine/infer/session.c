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

/* Later groups read what this layer makes: it must outlive its group. */
static bool is_kept(const struct dnnfile_shape *shape, uint32_t layer)
{
	return shape->wiring == DNNFILE_TRIANGULAR && layer + 1 < shape->layers &&
	       !dnnfile_is_pool(&shape->layer[layer + 1]);
}

static int alloc_buffers(struct dyndnn_session *session)
{
	const struct dnnfile_shape *shape = &session->model->shape;
	size_t scratch[2] = { 0, 0 };
	bool failed = false;

	/* The last layer writes to group_logits. */
	for (uint32_t i = 0; i + 1 < shape->layers; i++) {
		size_t count = output_count(&shape->layer[i]);

		if (is_kept(shape, i)) {
			session->kept[i] = alloc_values(session->max_level * count);
			failed |= !session->kept[i];
		} else if (count > scratch[i % 2]) {
			scratch[i % 2] = count;
		}
	}
	session->input = alloc_values((size_t)shape->image_c * shape->image_h * shape->image_w);
	session->scratch[0] = alloc_values(scratch[0]);
	session->scratch[1] = alloc_values(scratch[1]);
	session->group_logits = alloc_values(shape->classes);
	session->op = calloc((size_t)session->max_level * shape->layers, sizeof(session->op[0]));
	if (failed || !session->input || !session->scratch[0] || !session->scratch[1] ||
	    !session->group_logits || !session->op)
		return dyndnn_fail(&session->error, -ENOMEM, "no memory for the session's buffers");
	return 0;
}

/* Where a layer of a group writes. */
static struct dyndnn_map output_map(const struct dyndnn_session *session, uint32_t group,
				    uint32_t layer)
{
	const struct dnnfile_shape *shape = &session->model->shape;
	uint32_t channels = shape->layer[layer].out_c;

	if (layer == shape->layers - 1)
		return (struct dyndnn_map) { session->group_logits, channels };
	if (is_kept(shape, layer))
		return (struct dyndnn_map) {
			session->kept[layer] + (size_t)(group - 1) * channels,
			(size_t)session->max_level * channels,
		};
	return (struct dyndnn_map) { session->scratch[layer % 2], channels };
}

/* Where it reads: from the first group's channels on if the wiring keeps them. */
static struct dyndnn_map input_map(const struct dyndnn_session *session, uint32_t group,
				   uint32_t layer)
{
	const struct dnnfile_shape *shape = &session->model->shape;

	if (!layer)
		return (struct dyndnn_map) { session->input, shape->image_c };
	return output_map(session, is_kept(shape, layer - 1) ? 1 : group, layer - 1);
}

static int open_group(struct dyndnn_session *session, uint32_t group)
{
	uint32_t layers = session->model->shape.layers;

	for (uint32_t i = 0; i < layers; i++) {
		int ret = dyndnn_operator_open(session, group, i, input_map(session, group, i),
					       output_map(session, group, i),
					       &session->op[(group - 1) * layers + i]);

		if (ret)
			return ret;
	}
	return 0;
}

static int check_options(struct dyndnn_session *session,
			 const struct dyndnn_session_options *options)
{
	unsigned int levels = session->model->shape.groups;

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
	/* The packed copies are what runs; a fault in one group may have mapped pages of the next. */
	for (uint32_t g = 1; !ret && g <= model->shape.groups; g++)
		dyndnn_model_forget_pages(model, g);
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
	for (uint32_t i = 0; i < session->model->shape.layers; i++)
		free(session->kept[i]);
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
