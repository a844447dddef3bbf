// SPDX-License-Identifier: MIT
#include <errno.h>

#include "../model/error.h"
#include "session.h"

/* Steps between the values of one image in a layout. */
struct strides {
	size_t channel, pixel;
};

static int check_input(struct dyndnn_session *session, const char *unit, size_t count,
		       enum dyndnn_layout layout, struct strides *strides)
{
	const struct dnnfile_shape *shape = &session->model->shape;
	size_t pixels = (size_t)shape->image_h * shape->image_w;

	if (count != pixels * shape->image_c)
		return dyndnn_fail(&session->error, -EINVAL,
				   "image has %zu %s, must be %zu (%u channels x %u x %u pixels)",
				   count, unit, pixels * shape->image_c, shape->image_c,
				   shape->image_h, shape->image_w);
	switch (layout) {
	case DYNDNN_CHW:
		*strides = (struct strides) { .channel = pixels, .pixel = 1 };
		return 0;
	case DYNDNN_HWC:
		*strides = (struct strides) { .channel = 1, .pixel = shape->image_c };
		return 0;
	}
	return dyndnn_fail(&session->error, -EINVAL, "layout is %d, allowed: %d..%d", (int)layout,
			   DYNDNN_CHW, DYNDNN_HWC);
}

int dyndnn_set_input_u8(struct dyndnn_session *session, const uint8_t *pixels, size_t bytes,
			enum dyndnn_layout layout)
{
	const struct dyndnn_model *model = session->model;
	uint32_t channels = model->shape.image_c;
	struct strides from;
	int ret;

	ret = check_input(session, "bytes", bytes, layout, &from);
	if (ret)
		return ret;
	for (uint32_t c = 0; c < channels; c++) {
		const uint8_t *in = pixels + c * from.channel;
		float *out = session->input + c;
		float scale = 1.0f / (255.0f * model->stdev[c]);
		float shift = -model->mean[c] / model->stdev[c];

		for (size_t i = 0; i < bytes / channels; i++)
			out[i * channels] = in[i * from.pixel] * scale + shift;
	}
	session->has_input = true;
	return 0;
}

int dyndnn_set_input_f32(struct dyndnn_session *session, const float *values, size_t count,
			 enum dyndnn_layout layout)
{
	uint32_t channels = session->model->shape.image_c;
	struct strides from;
	int ret;

	ret = check_input(session, "values", count, layout, &from);
	if (ret)
		return ret;
	for (uint32_t c = 0; c < channels; c++) {
		const float *in = values + c * from.channel;
		float *out = session->input + c;

		for (size_t i = 0; i < count / channels; i++)
			out[i * channels] = in[i * from.pixel];
	}
	session->has_input = true;
	return 0;
}
