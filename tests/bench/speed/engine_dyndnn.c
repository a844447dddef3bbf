// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stdio.h>

#include "engine.h"

void *speed_cannot(char *why, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, SPEED_WHY_BYTES, fmt, args);
	va_end(args);
	return NULL;
}

static void *open_dyndnn(const struct speed_job *job, char *why)
{
	const struct dyndnn_session_options options = { .threads = job->threads };
	const struct dnnfile_shape *shape = &job->model->shape;
	struct dyndnn_session *session;
	struct dyndnn_error err;

	if (dyndnn_session_open(job->model, &options, &session, &err))
		return speed_cannot(why, "%s", err.text);
	if (!dyndnn_set_input_f32(session, job->image,
				  (size_t)shape->image_c * shape->image_h * shape->image_w,
				  DYNDNN_HWC))
		return session;
	speed_cannot(why, "%s", dyndnn_session_error(session));
	dyndnn_session_close(session);
	return NULL;
}

static int run_dyndnn(void *state, unsigned int level, float *logits)
{
	return dyndnn_run(state, level, logits);
}

static const char *note_of(const void *state)
{
	return dyndnn_session_compute(state);
}

static void close_dyndnn(void *state)
{
	dyndnn_session_close(state);
}

const struct speed_engine speed_dyndnn = {
	.name = "dyndnn", .open = open_dyndnn, .run = run_dyndnn, .note = note_of,
	.close = close_dyndnn,
};
