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

static struct onednn_plan *plan_of(const struct dyndnn_session *session, uint32_t group,
				   uint32_t i)
{
	const struct onednn *dn = session->onednn;

	return &dn->plan[((group - 1) * session->model->shape.layers + i) % dn->plans];
}

/* What a convolution of a group reads and writes. */
static int bind_step(struct dyndnn_session *session, uint32_t group, uint32_t i,
		     dnnl_memory_t scratchpad)
{
	size_t at = (size_t)(group - 1) * session->model->shape.layers + i;
	const struct onednn_plan *plan = plan_of(session, group, i);
	const struct buffers *buffers = &session->buffers;
	struct onednn *dn = session->onednn;
	dnnl_memory_t src, dst, weights, bias;
	uint32_t input = session->model->shape.layer[i].input;
	int ret;

	ret = onednn_memory(dn, &plan->src, buffers_input(buffers, group, i, input).values, &src);
	if (!ret)
		ret = onednn_memory(dn, &plan->dst, buffers_output(buffers, group, i).values,
				    &dst);
	if (!ret)
		ret = onednn_weights(dn, session->model, group, i, plan, &weights, &bias);
	if (ret)
		return ret;
	dn->step[at] = (struct onednn_step) {
		.primitive = plan->primitive,
		.args = {
			{ DNNL_ARG_SRC, src }, { DNNL_ARG_WEIGHTS, weights },
			{ DNNL_ARG_BIAS, bias }, { DNNL_ARG_DST, dst },
			{ DNNL_ARG_SCRATCHPAD, scratchpad },
		},
	};
	return 0;
}

/* Groups of a lane share scratchpads, as they share the buffers. */
static int bind_lane(struct dyndnn_session *session, uint32_t lane, uint32_t i)
{
	struct onednn *dn = session->onednn;
	dnnl_memory_t scratchpad;
	int ret;

	ret = onednn_memory(dn, &plan_of(session, lane + 1, i)->scratchpad, NULL, &scratchpad);
	for (uint32_t g = lane + 1; !ret && g <= session->max_level; g += session->lanes)
		ret = bind_step(session, g, i, scratchpad);
	return ret;
}

static int bind_all(struct dyndnn_session *session)
{
	uint32_t layers = session->model->shape.layers;
	int ret = 0;

	for (uint32_t t = 0; !ret && t < session->lanes * layers; t++) {
		if (plan_of(session, 1, t % layers)->primitive)
			ret = bind_lane(session, t / layers, t % layers);
	}
	for (uint32_t t = 0; !ret && t < session->max_level * layers; t++) {
		if (!plan_of(session, 1, t % layers)->primitive)
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

/* With scales in them, primitives are good for one group alone. */
static int plan_all(struct dyndnn_session *session)
{
	const struct dnnfile_shape *shape = &session->model->shape;
	uint32_t groups = shape->dtype == DNNFILE_S8 ? session->max_level : 1;
	struct onednn *dn = session->onednn;
	bool any = false;
	int ret = 0;

	dn->plan = calloc((size_t)groups * shape->layers, sizeof(*dn->plan));
	if (!dn->plan)
		return dyndnn_fail(&session->error, -ENOMEM, "no memory for a session");
	dn->plans = (size_t)groups * shape->layers;
	for (uint32_t t = 0; ret >= 0 && t < dn->plans; t++) {
		uint32_t i = t % shape->layers;

		if (shape->layer[i].kind == DNNFILE_CONV2D)
			ret = onednn_plan(dn, session->model, t / shape->layers + 1, i,
					  &dn->plan[t]);
		any |= dn->plan[t].primitive != NULL;
	}
	if (ret >= 0 && !any)
		return dyndnn_fail(&session->error, -ENOTSUP,
				   "oneDNN has no fast kernel for this model here");
	return ret < 0 ? ret : 0;
}

static int make_all(struct dyndnn_session *session)
{
	size_t steps = (size_t)session->max_level * session->model->shape.layers;
	int ret;

	ret = plan_all(session);
	if (!ret)
		ret = xnnpack_start(session);
	if (ret)
		return ret;
	session->onednn->step = calloc(steps, sizeof(*session->onednn->step));
	if (!session->onednn->step)
		return dyndnn_fail(&session->error, -ENOMEM, "no memory for a session");
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
	for (size_t i = 0; i < dn->plans; i++) {
		if (dn->plan[i].primitive)
			dn->api.dnnl_primitive_destroy(dn->plan[i].primitive);
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
	free(dn->plan);
	free(dn->step);
	free(dn);
	session->onednn = NULL;
	compute_xnnpack.close(session);
}

static int run(struct dyndnn_session *session, unsigned int group, uint32_t layer, bool shared)
{
	const struct onednn *dn = session->onednn;
	const struct onednn_step *step =
		&dn->step[(size_t)(group - 1) * session->model->shape.layers + layer];
	dnnl_status_t status;
	int threads;

	if (!step->primitive)
		return compute_xnnpack.run(session, group, layer, shared);
	/* The setting is the thread's own: nobody else sees it. */
	threads = dn->api.omp_get_max_threads();
	dn->api.omp_set_num_threads(1);
	status = dn->api.dnnl_primitive_execute(step->primitive,
						dn->stream[(group - 1) % session->lanes],
						ONEDNN_ARGS, step->args);
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
