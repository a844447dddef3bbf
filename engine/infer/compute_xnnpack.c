// SPDX-License-Identifier: MIT
/*
 * XNNPACK: operators per group and layer. A grouped operator per level would be as fast but
 * needs its own packed copy of the weights at each level.
 *
 * Where there are more threads than one, a layer has an operator for each of them, which
 * makes some of its channels. XNNPACK's own threads would sleep or spin between any two
 * layers, and wait for each other at the end of all.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "../model/error.h"
#include "compute_xnnpack.h"
#include "operator.h"
#include "winograd.h"
#include "xnnpack_kernels.h"

static int to_errno(enum xnn_status status)
{
	switch (status) {
	case xnn_status_success:
		return 0;
	case xnn_status_out_of_memory:
		return -ENOMEM;
	case xnn_status_unsupported_hardware:
	case xnn_status_unsupported_parameter:
		return -ENOTSUP;
	default:
		return -EIO;
	}
}

/* Kernels make so many channels at a time, or a half or a quarter of it. */
#define CHANNELS_AT_ONCE	16

bool xnnpack_uses_winograd(const struct dyndnn_session *session, uint32_t layer)
{
	return !session->small_memory && winograd_fits(&session->model->shape, layer);
}

bool xnnpack_reads_copy(const struct dyndnn_session *session, uint32_t layer)
{
	const struct dnnfile_shape *shape = &session->model->shape;
	const struct dnnfile_layer *l = &shape->layer[layer];

	return session->onednn && shape->dtype == DNNFILE_S8 && l->input &&
	       l->kind == DNNFILE_CLASSIFIER;
}

static void *scratch_of(const struct dyndnn_session *session, uint32_t group)
{
	return session->scratch[(group - 1) % session->lanes];
}

/* Beside oneDNN's convolutions values of s8 models are u8, but for image and classifier. */
static enum xnn_status open_quantised(const struct dyndnn_session *session, struct recipe *r,
				      xnn_operator_t *op)
{
	if (xnnpack_reads_copy(session, r->index))
		r->in.values = scratch_of(session, r->group);
	else if (session->onednn && r->layer->input)
		return operator_u8(r, op);
	return operator_s8(r, op);
}

/*
 * What a layer is made of that can be shared out: channels, so that no weight is needed twice, or
 * rows where there are no weights, or few channels.
 */
static bool shares_rows(const struct dyndnn_session *session, uint32_t layer)
{
	const struct dnnfile_layer *l = &session->model->shape.layer[layer];
	uint32_t threads = session->workers.threads;

	if (l->out_h < threads)
		return false;
	return dnnfile_is_pool(l) || l->kind == DNNFILE_DEPTHWISE ||
	       (l->kind == DNNFILE_CONV2D && l->out_c < threads * CHANNELS_AT_ONCE);
}

/*
 * A mean over all of the map's width: over a part of the rows it could be one over all of the
 * part, which XNNPACK adds up in another order, and frames would depend on threads by a rounding.
 */
static bool is_whole_mean(const struct dnnfile_layer *l)
{
	return l->kind == DNNFILE_AVG_POOL && !l->padding && l->kernel == l->in_w;
}

static uint32_t units_of(const struct dyndnn_session *session, uint32_t layer)
{
	const struct dnnfile_layer *l = &session->model->shape.layer[layer];

	if (l->kind == DNNFILE_CLASSIFIER || is_whole_mean(l))
		return 1;
	if (xnnpack_uses_winograd(session, layer))
		return winograd_values(l);
	if (shares_rows(session, layer))
		return l->out_h;
	return (l->out_c + CHANNELS_AT_ONCE - 1) / CHANNELS_AT_ONCE;
}

/* What frames would else ask for each layer anew. */
static void plan_layers(struct dyndnn_session *session)
{
	uint32_t threads = session->workers.threads;

	for (uint32_t i = 0; i < session->model->shape.layers; i++) {
		uint32_t units = units_of(session, i);

		session->parts[i] = units < threads ? units : threads;
		session->winograd[i] = xnnpack_uses_winograd(session, i);
	}
}

static xnn_operator_t *operators(const struct dyndnn_session *session, uint32_t group,
				 uint32_t layer)
{
	return &session->op[((group - 1) * session->model->shape.layers + layer) *
			    session->workers.threads];
}

static struct rows whole_of(const struct dnnfile_layer *l)
{
	if (l->kind == DNNFILE_CLASSIFIER || l->kind == DNNFILE_RESIDUAL)
		return (struct rows) { .count = l->out_h, .in_count = l->in_h };
	return rows_of(l, 0, 1);
}

static enum xnn_status open_part(const struct dyndnn_session *session, struct recipe *r,
				 uint32_t part, xnn_operator_t *op)
{
	uint32_t units = units_of(session, r->index), parts = session->parts[r->index];
	uint32_t first = units * part / parts, end = units * (part + 1) / parts;

	if (session->winograd[r->index])
		return winograd_operator(r, scratch_of(session, r->group), first, end - first, op);
	if (shares_rows(session, r->index)) {
		r->rows = rows_of(r->layer, part, parts);
	} else {
		r->first = first * CHANNELS_AT_ONCE;
		r->count = (end < units ? end * CHANNELS_AT_ONCE : r->layer->out_c) - r->first;
	}
	if (session->model->shape.dtype == DNNFILE_S8)
		return open_quantised(session, r, op);
	return operator_f32(r, op);
}

int xnnpack_open_layer(struct dyndnn_session *session, uint32_t group, uint32_t layer)
{
	const struct dnnfile_shape *shape = &session->model->shape;
	xnn_operator_t *op = operators(session, group, layer);
	const struct dnnfile_layer *l = &shape->layer[layer];
	struct recipe recipe = {
		.model = session->model, .group = group, .index = layer, .layer = l,
		.channels = dnnfile_read_channels(shape, layer, group),
		.strided = shape->wiring == DNNFILE_TRIANGULAR,
		.in = buffers_input(&session->buffers, group, layer, l->input),
		.addend = buffers_input(&session->buffers, group, layer, l->addend),
		.out = buffers_output(&session->buffers, group, layer),
		.count = l->out_c, .rows = whole_of(l),
	};

	for (uint32_t part = 0; part < session->parts[layer]; part++) {
		enum xnn_status status = open_part(session, &recipe, part, &op[part]);

		if (status != xnn_status_success)
			return dyndnn_fail(&session->error, to_errno(status),
					   "group %u, layer %u: XNNPACK refuses the layer with status %d",
					   group, layer + 1, status);
	}
	return 0;
}

static size_t scratch_bytes(const struct dyndnn_session *session, uint32_t i)
{
	const struct dnnfile_layer *l = &session->model->shape.layer[i];

	if (xnnpack_uses_winograd(session, i))
		return winograd_scratch_bytes(l);
	if (xnnpack_reads_copy(session, i))
		return (size_t)l->in_c * l->in_h * l->in_w + XNN_EXTRA_BYTES;
	return 0;
}

/* A lane runs one layer at a time. */
static int alloc_scratch(struct dyndnn_session *session)
{
	size_t most = 0;

	for (uint32_t i = 0; i < session->model->shape.layers; i++) {
		size_t bytes = scratch_bytes(session, i);

		most = bytes > most ? bytes : most;
	}
	most = (most + DNNFILE_ALIGN - 1) / DNNFILE_ALIGN * DNNFILE_ALIGN;
	for (uint32_t lane = 0; most && lane < session->lanes; lane++) {
		session->scratch[lane] = aligned_alloc(DNNFILE_ALIGN, most);
		if (!session->scratch[lane])
			return -ENOMEM;
		memset(session->scratch[lane], 0, most);
	}
	return 0;
}

static size_t all_operators(const struct dyndnn_session *session)
{
	return (size_t)session->max_level * session->model->shape.layers *
	       session->workers.threads;
}

int xnnpack_start(struct dyndnn_session *session)
{
	enum xnn_status status;

	status = xnnpack_initialize();
	if (status != xnn_status_success)
		return dyndnn_fail(&session->error,
				   status == xnn_status_out_of_memory ? -ENOMEM : -ENOTSUP,
				   "XNNPACK cannot start on this processor: status %d", status);
	plan_layers(session);
	session->op = calloc(all_operators(session), sizeof(session->op[0]));
	if (!session->op || alloc_scratch(session) ||
	    buffers_alloc(&session->buffers, session->model, session->max_level, session->lanes))
		return dyndnn_fail(&session->error, -ENOMEM, "no memory for the session's buffers");
	return 0;
}

static int open_all(struct dyndnn_session *session)
{
	uint32_t layers = session->model->shape.layers;
	int ret;

	ret = xnnpack_start(session);
	for (uint32_t t = 0; !ret && t < session->max_level * layers; t++)
		ret = xnnpack_open_layer(session, t / layers + 1, t % layers);
	return ret;
}

static void close_all(struct dyndnn_session *session)
{
	for (size_t i = 0; session->op && i < all_operators(session); i++) {
		if (session->op[i])
			xnn_delete_operator(session->op[i]);
	}
	free(session->op);
	session->op = NULL;
	for (uint32_t lane = 0; lane < session->lanes; lane++) {
		free(session->scratch[lane]);
		session->scratch[lane] = NULL;
	}
	buffers_free(&session->buffers);
}

struct shared_layer {
	const xnn_operator_t *op;
	atomic_int status;
};

static void run_part(void *context, uint32_t part)
{
	struct shared_layer *layer = context;
	enum xnn_status status = xnn_run_operator(layer->op[part], NULL);

	if (status != xnn_status_success)
		atomic_store(&layer->status, status);
}

static int run(struct dyndnn_session *session, unsigned int group, uint32_t layer, bool shared)
{
	const struct dnnfile_layer *l = &session->model->shape.layer[layer];
	struct shared_layer share = { .op = operators(session, group, layer) };
	unsigned int threads = shared ? session->threads : 1;

	if (session->winograd[layer]) {
		const struct winograd_step step = {
			.layer = l, .op = share.op, .parts = session->parts[layer],
			.workers = &session->workers, .threads = threads,
			.in = buffers_input(&session->buffers, group, layer, l->input),
			.out = buffers_output(&session->buffers, group, layer),
			.scratch = scratch_of(session, group),
		};

		return winograd_run(&step);
	}
	workers_share(&session->workers, threads, run_part, &share, session->parts[layer]);
	return atomic_load(&share.status);
}

void xnnpack_add_logits(const struct dyndnn_session *session, unsigned int group, float *logits)
{
	const struct dnnfile_shape *shape = &session->model->shape;
	const void *from = buffers_output(&session->buffers, group, shape->layers - 1).values;

	if (shape->dtype == DNNFILE_S8) {
		struct dnnfile_range range = session->model->logits_range[group - 1];
		const int8_t *q = from;

		for (uint32_t i = 0; i < shape->classes; i++)
			logits[i] += (float)(q[i] - range.zero) * range.scale;
	} else {
		const float *values = from;

		for (uint32_t i = 0; i < shape->classes; i++)
			logits[i] += values[i];
	}
}

const struct compute compute_xnnpack = {
	.name = "XNNPACK",
	.open = open_all,
	.close = close_all,
	.run = run,
	.add_logits = xnnpack_add_logits,
};
