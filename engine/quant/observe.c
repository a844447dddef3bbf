// SPDX-License-Identifier: MIT
#include "observe.h"

#include <errno.h>
#include <stdlib.h>

#include "../model/error.h"

static struct observed *observed(const struct observation *o, uint32_t group, uint32_t i)
{
	return &o->layer[(group - 1) * o->model->shape.layers + i];
}

int observation_init(struct observation *o, const struct dyndnn_model *model)
{
	const struct dnnfile_shape *shape = &model->shape;

	*o = (struct observation) { .model = model };
	o->layer = calloc((size_t)shape->groups * shape->layers, sizeof(*o->layer));
	if (!o->layer)
		return -ENOMEM;
	for (uint32_t t = 0; t < shape->groups * shape->layers; t++) {
		o->layer[t].sum = calloc(shape->layer[t % shape->layers].out_c, sizeof(double));
		if (!o->layer[t].sum)
			return -ENOMEM;
	}
	return 0;
}

void observation_free(struct observation *o)
{
	uint32_t count = o->model->shape.groups * o->model->shape.layers;

	for (uint32_t t = 0; o->layer && t < count; t++)
		free(o->layer[t].sum);
	free(o->layer);
}

static void add_sums(double *sum, const float *values, size_t count, uint32_t channels)
{
	for (size_t i = 0; i < count; i += channels) {
		for (uint32_t c = 0; c < channels; c++)
			sum[c] += (double)values[i + c];
	}
}

static int add_layer(struct observation *o, struct dyndnn_session *session, uint32_t group,
		     uint32_t i, struct dyndnn_error *err)
{
	const struct dnnfile_layer *layer = &o->model->shape.layer[i];
	const float *values = buffers_output(&session->buffers, group, i).values;
	size_t count = dnnfile_output_count(layer);
	struct observed *to = observed(o, group, i);

	if (histogram_add(&to->histogram, values, count))
		return dyndnn_fail(err, -ERANGE, "group %u: layer %u: outputs reach values that are "
				   "no numbers or beyond any range", group, i + 1);
	add_sums(to->sum, values, count, layer->out_c);
	return 0;
}

int observation_add(struct observation *o, struct dyndnn_session *session,
		    struct dyndnn_error *err)
{
	const struct dnnfile_shape *shape = &o->model->shape;
	size_t image = (size_t)shape->image_c * shape->image_h * shape->image_w;

	for (uint32_t t = 0; t < shape->groups * shape->layers; t++) {
		uint32_t group = t / shape->layers + 1, i = t % shape->layers;
		int status = session->compute->run(session, group, i, false), ret;

		if (status)
			return dyndnn_fail(err, -EIO, "group %u: layer %u: %s fails with status %d",
					   group, i + 1, session->compute->name, status);
		ret = add_layer(o, session, group, i, err);
		if (ret)
			return ret;
	}
	add_sums(o->image_sum, session->buffers.input, image, shape->image_c);
	o->images++;
	return 0;
}

double observation_mean(const struct observation *o, uint32_t group, uint32_t n, uint32_t channel)
{
	const struct dnnfile_shape *shape = &o->model->shape;
	const struct dnnfile_layer *l = n ? &shape->layer[n - 1] : NULL;
	size_t pixels = l ? (size_t)l->out_h * l->out_w : (size_t)shape->image_h * shape->image_w;
	double sum = l ? observed(o, group, n - 1)->sum[channel] : o->image_sum[channel];

	return o->images ? sum / ((double)pixels * o->images) : 0;
}
