// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../model/error.h"
#include "session.h"

/* In triangular wiring groups read each other. */
static unsigned int lanes_for(const struct dyndnn_session *session)
{
	if (session->model->shape.wiring == DNNFILE_TRIANGULAR)
		return 1;
	return session->threads < session->max_level ? session->threads : session->max_level;
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
	if ((unsigned int)options->compute > DYNDNN_COMPUTE_ONEDNN)
		return dyndnn_fail(&session->error, -ERANGE, "compute is %u, allowed: 0..%d",
				   (unsigned int)options->compute, DYNDNN_COMPUTE_ONEDNN);
	session->small_memory = options->small_memory;
	session->max_level = options->max_level ? options->max_level : levels;
	return 0;
}

static int start(struct dyndnn_session *session, unsigned int threads)
{
	uint32_t layers = session->model->shape.layers;

	if (workers_open(&session->workers, threads ? threads : 1))
		return dyndnn_fail(&session->error, -ENOMEM, "cannot start %u threads", threads);
	session->threads = session->workers.threads;
	session->lanes = lanes_for(session);
	session->expect.layers = layers;
	session->expect.ns = calloc((size_t)session->max_level * layers,
				    sizeof(session->expect.ns[0]));
	if (!session->expect.ns)
		return dyndnn_fail(&session->error, -ENOMEM, "no memory for a session");
	return 0;
}

static int open_compute(struct dyndnn_session *session, const struct compute *compute)
{
	int ret = compute->open(session);

	if (ret)
		compute->close(session);
	else
		session->compute = compute;
	return ret;
}

/* Where oneDNN is worth its size and what it takes to make its kernels. */
static bool prefers_onednn(const struct dnnfile_shape *shape)
{
	bool depthwise = false;

	for (uint32_t i = 0; i < shape->layers; i++)
		depthwise |= shape->layer[i].kind == DNNFILE_DEPTHWISE;
	return depthwise || shape->dtype == DNNFILE_S8;
}

/* XNNPACK is everywhere and takes every model. */
static int start_compute(struct dyndnn_session *session, enum dyndnn_compute wanted)
{
	int ret;

	switch (wanted) {
	case DYNDNN_COMPUTE_XNNPACK:
		return open_compute(session, &compute_xnnpack);
	case DYNDNN_COMPUTE_ONEDNN:
		return open_compute(session, &compute_onednn);
	default:
		if (!prefers_onednn(&session->model->shape))
			return open_compute(session, &compute_xnnpack);
		ret = open_compute(session, &compute_onednn);
		if (ret != -ENOTSUP)
			return ret;
		/* Nobody asked for it. */
		session->error = (struct dyndnn_error) { .code = 0 };
		return open_compute(session, &compute_xnnpack);
	}
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
		ret = start(session, options->threads);
	if (!ret)
		ret = start_compute(session, options->compute);
	if (!ret && session->threads > 1)
		ret = schedule_choose(session, options->schedule_file);
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
	if (!session)
		return;
	if (session->compute)
		session->compute->close(session);
	workers_close(&session->workers);
	free(session->expect.ns);
	dyndnn_model_close(session->model);
	free(session);
}

int dyndnn_session_set_threads(struct dyndnn_session *session, unsigned int threads)
{
	if (threads < 1 || threads > session->workers.threads)
		return dyndnn_fail(&session->error, -ERANGE, "threads is %u, allowed: 1..%u",
				   threads, session->workers.threads);
	session->threads = threads;
	return 0;
}

unsigned int dyndnn_session_threads(const struct dyndnn_session *session)
{
	return session->threads;
}

int dyndnn_session_set_cpus(struct dyndnn_session *session, const cpu_set_t *cpus)
{
	int ret = workers_set_cpus(&session->workers, cpus);

	return ret ? dyndnn_fail(&session->error, ret, "cpus: %s", strerror(-ret)) : 0;
}

const char *dyndnn_session_compute(const struct dyndnn_session *session)
{
	return session->compute->name;
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
