// SPDX-License-Identifier: MIT
/*
 * oneDNN: kernels made for this processor when the session opens. Its own threads, which
 * OpenMP would start and which spin, are kept out: a call runs in the thread that makes it.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "../model/error.h"
#include "compute_xnnpack.h"
#include "session.h"

#ifdef __x86_64__
#include "onednn.h"

/* Of the whole, which its bands follow. */
static size_t place_of(const struct dyndnn_session *session, uint32_t group, uint32_t i)
{
	return ((size_t)(group - 1) * session->model->shape.layers + i) *
	       (session->onednn->bands + 1);
}

static struct onednn_plan *plan_of(const struct dyndnn_session *session, uint32_t group,
				   uint32_t i)
{
	const struct onednn *dn = session->onednn;

	return &dn->plan[place_of(session, group, i) % dn->plans];
}

static void *row_of(struct map map, uint32_t row, uint32_t columns, size_t value_bytes)
{
	return (uint8_t *)map.values + (size_t)row * columns * map.stride * value_bytes;
}

/* What some rows of a convolution of a group read and write. */
static int bind_step(struct dyndnn_session *session, uint32_t group, uint32_t i,
		     const struct rows *rows, const struct onednn_plan *plan,
		     struct onednn_step *step)
{
	const struct dnnfile_layer *l = &session->model->shape.layer[i];
	size_t bytes = session->model->shape.dtype == DNNFILE_S8 ? 1 : sizeof(float);
	struct map in = buffers_input(&session->buffers, group, i, l->input);
	struct map out = buffers_output(&session->buffers, group, i);
	struct onednn *dn = session->onednn;
	dnnl_memory_t src, dst;
	int ret;

	ret = onednn_memory(dn, &plan->src, row_of(in, rows->in_first, l->in_w, bytes), &src);
	if (!ret)
		ret = onednn_memory(dn, &plan->dst, row_of(out, rows->first, l->out_w, bytes),
				    &dst);
	if (ret)
		return ret;
	step->primitive = plan->primitive;
	step->args[0] = (dnnl_exec_arg_t) { DNNL_ARG_SRC, src };
	step->args[1] = (dnnl_exec_arg_t) { DNNL_ARG_DST, dst };
	return 0;
}

/* scratchpad: of the whole and of each band. */
static int bind_layer(struct dyndnn_session *session, uint32_t group, uint32_t i,
		      const dnnl_memory_t *scratchpad)
{
	const struct dnnfile_layer *l = &session->model->shape.layer[i];
	const struct onednn_plan *plan = plan_of(session, group, i);
	struct onednn *dn = session->onednn;
	struct onednn_step *step = &dn->step[place_of(session, group, i)];
	dnnl_memory_t weights, bias;
	int ret;

	ret = onednn_weights(dn, session->model, group, i, plan, &weights, &bias);
	for (uint32_t b = 0; !ret && b <= dn->bands; b++) {
		struct rows rows = rows_of(l, b ? b - 1 : 0, b ? dn->bands : 1);

		if (!plan[b].primitive)
			continue;
		ret = bind_step(session, group, i, &rows, &plan[b], &step[b]);
		step[b].args[2] = (dnnl_exec_arg_t) { DNNL_ARG_WEIGHTS, weights };
		step[b].args[3] = (dnnl_exec_arg_t) { DNNL_ARG_BIAS, bias };
		step[b].args[4] = (dnnl_exec_arg_t) { DNNL_ARG_SCRATCHPAD, scratchpad[b] };
	}
	return ret;
}

/* Groups of a lane share scratchpads, as they share the buffers. */
static int bind_lane(struct dyndnn_session *session, uint32_t lane, uint32_t i)
{
	const struct onednn_plan *plan = plan_of(session, 1, i);
	dnnl_memory_t scratchpad[DYNDNN_MAX_THREADS + 1];
	struct onednn *dn = session->onednn;
	int ret = 0;

	for (uint32_t b = 0; !ret && b <= dn->bands; b++) {
		if (plan[b].primitive)
			ret = onednn_memory(dn, &plan[b].scratchpad, NULL, &scratchpad[b]);
	}
	for (uint32_t g = lane + 1; !ret && g <= session->max_level; g += session->lanes)
		ret = bind_layer(session, g, i, scratchpad);
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
			ret = xnnpack_open_layer(session, t / layers + 1, t % layers);
	}
	return ret;
}

static int start(struct dyndnn_session *session)
{
	struct onednn *dn = session->onednn;
	int ret;

	dn->error = &session->error;
	dn->bands = session->threads > 1 ? session->threads : 0;
	ret = onednn_load(&dn->api, dn->error);
	if (ret)
		return ret;
	ret = onednn_check(dn, dn->api.dnnl_engine_create(&dn->engine, dnnl_cpu, 0),
			   "this processor");
	/* There are not more lanes than threads. */
	for (uint32_t i = 0; !ret && i < session->threads; i++)
		ret = onednn_check(dn, dn->api.dnnl_stream_create(&dn->stream[i], dn->engine,
								  dnnl_stream_default_flags),
				   "a stream");
	return ret;
}

/*
 * The bands use the weights of the whole. Where they cannot, or the library has no fast
 * kernel for them, they stay empty, and the layer is run by one thread.
 */
static int plan_layer(struct dyndnn_session *session, uint32_t group, uint32_t i)
{
	const struct dnnfile_layer *l = &session->model->shape.layer[i];
	struct onednn_plan *plan = plan_of(session, group, i);
	struct onednn *dn = session->onednn;
	struct rows rows = rows_of(l, 0, 1);
	int ret;

	ret = onednn_plan(dn, session->model, group, i, &rows, &plan[0]);
	for (uint32_t b = 1; !ret && b <= dn->bands && l->out_h >= dn->bands; b++) {
		rows = rows_of(l, b - 1, dn->bands);
		ret = onednn_plan(dn, session->model, group, i, &rows, &plan[b]);
		if (!ret && !dn->api.dnnl_memory_desc_equal(&plan[b].weights, &plan[0].weights))
			ret = 1;
	}
	for (uint32_t b = 1; ret && plan[0].primitive && b <= dn->bands; b++) {
		if (plan[b].primitive)
			dn->api.dnnl_primitive_destroy(plan[b].primitive);
		plan[b].primitive = NULL;
	}
	return ret < 0 ? ret : 0;
}

static bool is_wanted(const struct dyndnn_session *session, uint32_t i)
{
	uint32_t kind = session->model->shape.layer[i].kind;

	return (kind == DNNFILE_CONV2D && !xnnpack_uses_winograd(session, i)) ||
	       kind == DNNFILE_DEPTHWISE;
}

/* With scales in them, primitives are good for one group alone. */
static int plan_all(struct dyndnn_session *session)
{
	const struct dnnfile_shape *shape = &session->model->shape;
	uint32_t groups = shape->dtype == DNNFILE_S8 ? session->max_level : 1;
	struct onednn *dn = session->onednn;
	uint32_t found = 0, missing = 0;
	int ret = 0;

	dn->plans = (size_t)groups * shape->layers * (dn->bands + 1);
	dn->plan = calloc(dn->plans, sizeof(*dn->plan));
	if (!dn->plan)
		return dyndnn_fail(&session->error, -ENOMEM, "no memory for a session");
	for (uint32_t t = 0; !ret && t < groups * shape->layers; t++) {
		uint32_t group = t / shape->layers + 1, i = t % shape->layers;

		/* A pool of the image makes s8, which convolutions would take for u8. */
		if (dnnfile_is_pool(&shape->layer[i]) && !shape->layer[i].input)
			missing++;
		if (!is_wanted(session, i))
			continue;
		ret = plan_layer(session, group, i);
		if (plan_of(session, group, i)->primitive)
			found++;
		else
			missing++;
	}
	/* XNNPACK has no convolution of u8 to be used instead. */
	if (!ret && (!found || (missing && shape->dtype == DNNFILE_S8)))
		return dyndnn_fail(&session->error, -ENOTSUP,
				   "oneDNN has no fast kernel for this model here");
	return ret;
}

static int make_all(struct dyndnn_session *session)
{
	size_t steps = place_of(session, session->max_level + 1, 0);
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
	for (size_t i = 0; dn->plan && i < dn->plans; i++) {
		if (dn->plan[i].primitive)
			dn->api.dnnl_primitive_destroy(dn->plan[i].primitive);
	}
	for (uint32_t i = 0; i < DYNDNN_MAX_THREADS; i++) {
		if (dn->stream[i])
			dn->api.dnnl_stream_destroy(dn->stream[i]);
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

static dnnl_status_t execute(const struct onednn *dn, const struct onednn_step *step,
			     dnnl_stream_t stream)
{
	int threads = dn->api.omp_get_max_threads();
	dnnl_status_t status;

	/* The setting is the thread's own: nobody else sees it. */
	dn->api.omp_set_num_threads(1);
	status = dn->api.dnnl_primitive_execute(step->primitive, stream, ONEDNN_ARGS, step->args);
	dn->api.omp_set_num_threads(threads);
	return status;
}

/* A layer that threads share. */
struct shared_layer {
	const struct onednn *dn;
	const struct onednn_step *band;
	atomic_int status;
};

static void run_band(void *context, uint32_t b)
{
	struct shared_layer *layer = context;
	dnnl_status_t status = execute(layer->dn, &layer->band[b], layer->dn->stream[b]);

	if (status != dnnl_success)
		atomic_store(&layer->status, status);
}

/* The classifier is XNNPACK's of s8, which reads this copy. */
static void unflip(const struct dyndnn_session *session, unsigned int group, uint32_t layer)
{
	const struct dnnfile_layer *l = &session->model->shape.layer[layer];
	const uint8_t *from = buffers_input(&session->buffers, group, layer, l->input).values;
	int8_t *to = session->scratch[(group - 1) % session->lanes];
	size_t count = (size_t)l->in_c * l->in_h * l->in_w;

	for (size_t i = 0; i < count; i++)
		to[i] = from[i] - ONEDNN_FLIP;
}

static int run(struct dyndnn_session *session, unsigned int group, uint32_t layer, bool shared)
{
	const struct onednn *dn = session->onednn;
	const struct onednn_step *step = &dn->step[place_of(session, group, layer)];
	struct shared_layer share = { .dn = dn, .band = step + 1 };

	if (!step->primitive) {
		if (xnnpack_reads_copy(session, layer))
			unflip(session, group, layer);
		return compute_xnnpack.run(session, group, layer, shared);
	}
	if (!shared || !step[1].primitive)
		return execute(dn, step, dn->stream[(group - 1) % session->lanes]);
	workers_share(&session->workers, session->threads, run_band, &share, dn->bands);
	return atomic_load(&share.status);
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
#endif

const struct compute compute_onednn = {
	.name = "oneDNN",
	.open = open_all,
	.close = close_all,
#ifdef __x86_64__
	.run = run,	/* elsewhere never called: no session opens */
#endif
	.add_logits = xnnpack_add_logits,
};
