// SPDX-License-Identifier: MIT
/*
 * oneDNN: kernels made for this processor when the session opens. Its own threads, which
 * OpenMP would start and which spin, are kept out: a call runs in the thread that makes it.
 */
#include <errno.h>
#include <stdlib.h>

#include "../model/error.h"
#include "session.h"
#include "compute_xnnpack.h"

#ifdef __x86_64__
#include "onednn.h"

static bool is_s8(const struct dyndnn_session *session)
{
	return session->model->shape.dtype == DNNFILE_S8;
}

/* Whether a layer (from 0) is oneDNN's. */
static bool is_ours(const struct dyndnn_session *session, uint32_t i)
{
	const struct dnnfile_layer *l = &session->model->shape.layer[i];

	return !is_s8(session) || l->kind == DNNFILE_CONV2D;
}

static struct onednn_layer *plan_of(const struct dyndnn_session *session, uint32_t group,
				    uint32_t i)
{
	size_t of = is_s8(session) ? group - 1 : 0;

	return &session->onednn->layer[of * session->model->shape.layers + i];
}

/* What a layer of a group reads and writes. */
static int bind_layer(struct dyndnn_session *session, uint32_t group, uint32_t i,
		      dnnl_memory_t staging, dnnl_memory_t scratchpad)
{
	const struct dnnfile_layer *l = &session->model->shape.layer[i];
	size_t at = (size_t)(group - 1) * session->model->shape.layers + i;
	struct onednn *dn = session->onednn;
	const struct onednn_layer *plan = plan_of(session, group, i);
	struct onednn_step *main = &dn->main[at], *reorder = &dn->reorder[at];
	dnnl_memory_t from, dst, addend, weights, bias;
	int ret;

	ret = onednn_memory(dn, &plan->from,
			    buffers_input(&session->buffers, group, i, l->input).values, &from);
	if (!ret)
		ret = onednn_memory(dn, &plan->dst,
				    buffers_output(&session->buffers, group, i).values, &dst);
	if (ret)
		return ret;
	main->primitive = plan->main;
	main->args[main->nargs++] = (dnnl_exec_arg_t) { DNNL_ARG_DST, dst };
	main->args[main->nargs++] = (dnnl_exec_arg_t) { DNNL_ARG_SCRATCHPAD, scratchpad };
	if (plan->reorder) {
		reorder->primitive = plan->reorder;
		reorder->args[reorder->nargs++] = (dnnl_exec_arg_t) { DNNL_ARG_FROM, from };
		reorder->args[reorder->nargs++] = (dnnl_exec_arg_t) { DNNL_ARG_TO, staging };
		from = staging;
	}
	main->args[main->nargs++] = (dnnl_exec_arg_t) { DNNL_ARG_SRC, from };
	if (dnnfile_has_weights(l)) {
		ret = onednn_weights(dn, session->model, group, i, plan, &weights, &bias);
		main->args[main->nargs++] = (dnnl_exec_arg_t) { DNNL_ARG_WEIGHTS, weights };
		main->args[main->nargs++] = (dnnl_exec_arg_t) { DNNL_ARG_BIAS, bias };
	}
	if (!ret && l->kind == DNNFILE_RESIDUAL) {
		ret = onednn_memory(dn, &dn->layer[l->addend - 1].dst,
				    buffers_input(&session->buffers, group, i, l->addend).values,
				    &addend);
		main->args[main->nargs++] = (dnnl_exec_arg_t) { DNNL_ARG_SRC_1, addend };
	}
	return ret;
}

/* Groups of a lane share staging and scratchpad, as they share the buffers. */
static int bind_lane(struct dyndnn_session *session, uint32_t lane, uint32_t i)
{
	const struct onednn_layer *plan = plan_of(session, 1, i);
	struct onednn *dn = session->onednn;
	dnnl_memory_t staging = NULL, scratchpad;
	int ret;

	ret = onednn_memory(dn, &plan->scratchpad, NULL, &scratchpad);
	if (!ret && plan->reorder)
		ret = onednn_memory(dn, &plan->src, NULL, &staging);
	for (uint32_t g = lane + 1; !ret && g <= session->max_level; g += session->lanes)
		ret = bind_layer(session, g, i, staging, scratchpad);
	return ret;
}

static int bind_all(struct dyndnn_session *session)
{
	uint32_t layers = session->model->shape.layers;
	int ret = 0;

	for (uint32_t t = 0; !ret && t < session->lanes * layers; t++) {
		if (is_ours(session, t % layers))
			ret = bind_lane(session, t / layers, t % layers);
	}
	for (uint32_t t = 0; !ret && t < session->max_level * layers; t++) {
		if (!is_ours(session, t % layers))
			ret = xnnpack_open_operator(session, t / layers + 1, t % layers);
	}
	return ret;
}

static int start(struct dyndnn_session *session)
{
	struct onednn *dn = session->onednn;
	int ret;

	dn->error = &session->error;
	ret = onednn_load(&dn->api, dn->error);
	if (ret)
		return ret;
	ret = onednn_check(dn, dn->api.dnnl_engine_create(&dn->engine, dnnl_cpu, 0),
			   "this processor");
	for (uint32_t lane = 0; !ret && lane < session->lanes; lane++)
		ret = onednn_check(dn, dn->api.dnnl_stream_create(&dn->stream[lane], dn->engine,
								  dnnl_stream_default_flags),
				   "a stream");
	return ret;
}

static int plan_all(struct dyndnn_session *session, size_t *bytes)
{
	const struct dnnfile_shape *shape = &session->model->shape;
	uint32_t groups = is_s8(session) ? session->max_level : 1;
	struct onednn *dn = session->onednn;
	int ret = 0;

	dn->layer = calloc((size_t)groups * shape->layers, sizeof(*dn->layer));
	if (!dn->layer)
		return dyndnn_fail(&session->error, -ENOMEM, "no memory for a session");
	dn->layers = (size_t)groups * shape->layers;
	for (uint32_t t = 0; !ret && t < dn->layers; t++) {
		uint32_t i = t % shape->layers;

		if (is_ours(session, i))
			ret = onednn_plan(dn, session->model, t / shape->layers + 1, i,
					  &dn->layer[t]);
		bytes[i] = is_s8(session) ? xnnpack_output_bytes(shape, i) :
			   dn->api.dnnl_memory_desc_get_size(&dn->layer[i].dst);
	}
	return ret;
}

static int make_all(struct dyndnn_session *session)
{
	size_t steps = (size_t)session->max_level * session->model->shape.layers;
	size_t bytes[DNNFILE_MAX_LAYERS];
	struct onednn *dn = session->onednn;
	int ret;

	ret = plan_all(session, bytes);
	if (!ret && is_s8(session))
		ret = xnnpack_start(session);
	if (ret)
		return ret;
	dn->main = calloc(steps, sizeof(*dn->main));
	dn->reorder = calloc(steps, sizeof(*dn->reorder));
	if (!dn->main || !dn->reorder ||
	    buffers_alloc(&session->buffers, session->model, session->max_level, session->lanes,
			  bytes))
		return dyndnn_fail(&session->error, -ENOMEM, "no memory for the session's buffers");
	return bind_all(session);
}

static int open_all(struct dyndnn_session *session)
{
	int ret, threads;

	if (session->model->shape.wiring == DNNFILE_TRIANGULAR)
		return dyndnn_fail(&session->error, -ENOTSUP,
				   "oneDNN is not for models in triangular wiring");
	session->onednn = calloc(1, sizeof(*session->onednn));
	if (!session->onednn)
		return dyndnn_fail(&session->error, -ENOMEM, "no memory for a session");
	ret = start(session);
	if (ret)
		return ret;
	/* What is made now runs with as many threads as there are now. */
	threads = session->onednn->api.omp_get_max_threads();
	session->onednn->api.omp_set_num_threads(1);
	ret = make_all(session);
	session->onednn->api.omp_set_num_threads(threads);
	return ret;
}

static void close_all(struct dyndnn_session *session)
{
	struct onednn *dn = session->onednn;

	if (!dn)
		return;
	for (size_t i = 0; i < dn->memories; i++)
		dn->api.dnnl_memory_destroy(dn->memory[i]);
	for (size_t i = 0; i < dn->layers; i++) {
		if (dn->layer[i].reorder)
			dn->api.dnnl_primitive_destroy(dn->layer[i].reorder);
		if (dn->layer[i].main)
			dn->api.dnnl_primitive_destroy(dn->layer[i].main);
	}
	for (uint32_t lane = 0; lane < DYNDNN_MAX_LEVELS; lane++) {
		if (dn->stream[lane])
			dn->api.dnnl_stream_destroy(dn->stream[lane]);
	}
	if (dn->engine)
		dn->api.dnnl_engine_destroy(dn->engine);
	for (size_t i = 0; i < dn->blocks; i++)
		free(dn->block[i]);
	free(dn->block);
	free(dn->memory);
	free(dn->layer);
	free(dn->main);
	free(dn->reorder);
	free(dn);
	session->onednn = NULL;
	compute_xnnpack.close(session);
}

static dnnl_status_t execute(const struct onednn *dn, const struct onednn_step *step,
			     dnnl_stream_t stream)
{
	if (!step->primitive)
		return dnnl_success;
	return dn->api.dnnl_primitive_execute(step->primitive, stream, step->nargs, step->args);
}

static int run(struct dyndnn_session *session, unsigned int group, uint32_t layer, bool shared)
{
	size_t at = (size_t)(group - 1) * session->model->shape.layers + layer;
	const struct onednn *dn = session->onednn;
	dnnl_stream_t stream = dn->stream[(group - 1) % session->lanes];
	dnnl_status_t status;
	int threads;

	if (!is_ours(session, layer))
		return compute_xnnpack.run(session, group, layer, shared);
	threads = dn->api.omp_get_max_threads();
	/* The setting is the thread's own: nobody else sees it. */
	dn->api.omp_set_num_threads(1);
	status = execute(dn, &dn->reorder[at], stream);
	if (status == dnnl_success)
		status = execute(dn, &dn->main[at], stream);
	dn->api.omp_set_num_threads(threads);
	return status;
}
#else
static int open_all(struct dyndnn_session *session)
{
	return dyndnn_fail(&session->error, -ENOTSUP, "oneDNN is for x86-64");
}

static void close_all(struct dyndnn_session *session)
{
	(void)session;
}

/* Never called: no session opens. */
#define run		NULL
#endif

const struct compute compute_onednn = {
	.name = "oneDNN",
	.open = open_all,
	.close = close_all,
	.run = run,
	.add_logits = xnnpack_add_logits,
};
