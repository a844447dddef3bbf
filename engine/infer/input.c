// SPDX-License-Identifier: MIT
#include <errno.h>
#include <math.h>

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

/* s8 of a value that is counted in the image's scale. */
static int8_t quantise(float steps, int32_t zero)
{
	long q = lrintf(fminf(fmaxf(steps, -512), 512)) + zero;

	return q < INT8_MIN ? INT8_MIN : q > INT8_MAX ? INT8_MAX : q;
}

int dyndnn_set_input_u8(struct dyndnn_session *session, const uint8_t *pixels, size_t bytes,
			enum dyndnn_layout layout)
{
	const struct dyndnn_model *model = session->model;
	const struct dnnfile_shape *shape = &model->shape;
	uint32_t channels = shape->image_c;
	struct strides from;
	int ret;

	ret = check_input(session, "bytes", bytes, layout, &from);
	if (ret)
		return ret;
	for (uint32_t c = 0; c < channels; c++) {
		const uint8_t *in = pixels + c * from.channel;
		float scale = 1.0f / (255.0f * model->stdev[c]);
		float shift = -model->mean[c] / model->stdev[c];

		if (shape->dtype == DNNFILE_S8) {
			int8_t *out = (int8_t *)session->buffers.input + c, of[256];

			for (int p = 0; p < 256; p++)
				of[p] = quantise((p * scale + shift) / shape->image_scale,
						 shape->image_zero);
			for (size_t i = 0; i < bytes / channels; i++)
				out[i * channels] = of[in[i * from.pixel]];
		} else {
			float *out = (float *)session->buffers.input + c;

			for (size_t i = 0; i < bytes / channels; i++)
				out[i * channels] = in[i * from.pixel] * scale + shift;
		}
	}
	session->has_input = true;
	return 0;
}

int dyndnn_set_input_f32(struct dyndnn_session *session, const float *values, size_t count,
			 enum dyndnn_layout layout)
{
	const struct dnnfile_shape *shape = &session->model->shape;
	uint32_t channels = shape->image_c;
	struct strides from;
	int ret;

	ret = check_input(session, "values", count, layout, &from);
	if (ret)
		return ret;
	for (uint32_t c = 0; c < channels; c++) {
		const float *in = values + c * from.channel;

		if (shape->dtype == DNNFILE_S8) {
			int8_t *out = (int8_t *)session->buffers.input + c;

			for (size_t i = 0; i < count / channels; i++)
				out[i * channels] = quantise(in[i * from.pixel] /
							     shape->image_scale,
							     shape->image_zero);
		} else {
			float *out = (float *)session->buffers.input + c;

			for (size_t i = 0; i < count / channels; i++)
				out[i * channels] = in[i * from.pixel];
		}
	}
	session->has_input = true;
	return 0;
}

int dyndnn_set_input(struct dyndnn_session *session, const struct dyndnn_image *image)
{
	switch (image->type) {
	case DYNDNN_U8:
		return dyndnn_set_input_u8(session, image->values, image->count, image->layout);
	case DYNDNN_F32:
		return dyndnn_set_input_f32(session, image->values, image->count, image->layout);
	}
	return dyndnn_fail(&session->error, -EINVAL, "type is %d, allowed: %d..%d",
			   (int)image->type, DYNDNN_U8, DYNDNN_F32);
}
