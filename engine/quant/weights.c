// SPDX-License-Identifier: MIT
#include "weights.h"

#include <math.h>

/* Symmetric, and -128 is no weight: see format.h. */
#define MOST		127.0
/* Biases stay below this, so that sums have room. */
#define MOST_BIAS	0x1p29
/* Rounding a scale to f32 must not push it over a limit of the format. */
#define WITHIN		(1 + 1e-6)

/* Weights of one output: they lie one after the other. */
static size_t row_of(const struct dyndnn_model *model, uint32_t group, uint32_t index)
{
	return dnnfile_weights_count(&model->shape, index, group) /
	       model->shape.layer[index].out_c;
}

static double largest(const float *weights, size_t count)
{
	double most = 0;

	for (size_t i = 0; i < count; i++)
		most = fmax(most, fabs((double)weights[i]));
	return most;
}

double weights_least_scale(const struct dyndnn_model *model, uint32_t group, uint32_t index,
			   double in_scale)
{
	const float *weights = dyndnn_model_weights(model, group, index);

	return in_scale * largest(weights, dnnfile_weights_count(&model->shape, index, group)) /
	       MOST / DNNFILE_MAX_REQUANT * WITHIN;
}

/*
 * As fine as the weights allow, but an output with weights next to nothing, or with nothing
 * but a bias, must stay within what the format allows.
 */
static double scale_of(const struct weights_job *job, const float *weights, size_t row, double bias)
{
	double in = (double)job->in.scale, out = (double)job->out.scale;
	double scale = largest(weights, row) / MOST;

	scale = fmax(scale, out / in * DNNFILE_MIN_REQUANT * WITHIN);
	scale = fmax(scale, fabs(bias) / in / MOST_BIAS);
	return fmax(scale, DNNFILE_MIN_QUANT * WITHIN);
}

/* What the mean of the output is moved by: that of each weight's error times its input's mean. */
static double shift_of(const struct weights_job *job, const float *weights, const int8_t *q,
		       double scale, uint32_t o)
{
	const struct dyndnn_model *model = job->observation->model;
	const struct dnnfile_layer *l = &model->shape.layer[job->index];
	bool depthwise = l->kind == DNNFILE_DEPTHWISE;
	size_t row = row_of(model, job->group, job->index);
	double shift = 0;

	for (size_t i = 0; i < row; i++) {
		uint32_t channel = depthwise ? o : i % l->in_c;

		shift += (q[i] * scale - (double)weights[i]) *
			 observation_mean(job->observation, job->group, l->input, channel);
	}
	return shift;
}

static void fill_output(const struct weights_job *job, const float *from, double bias, uint32_t o,
			int8_t *weights, float *scale, int32_t *q_bias)
{
	size_t row = row_of(job->observation->model, job->group, job->index);
	double step;

	*scale = (float)scale_of(job, from, row, bias);
	step = (double)*scale;
	for (size_t i = 0; i < row; i++)
		weights[i] = (int8_t)fmin(fmax(rint((double)from[i] / step), -MOST), MOST);
	if (job->correct_bias)
		bias -= shift_of(job, from, weights, step, o);
	bias = rint(bias / step / (double)job->in.scale);
	*q_bias = (int32_t)fmin(fmax(bias, -2 * MOST_BIAS), 2 * MOST_BIAS);
}

void weights_fill(const struct weights_job *job, int8_t *weights, float *scales, int32_t *bias)
{
	const struct dyndnn_model *model = job->observation->model;
	const float *from = dyndnn_model_weights(model, job->group, job->index);
	const float *from_bias = dyndnn_model_bias(model, job->group, job->index);
	size_t row = row_of(model, job->group, job->index);

	for (uint32_t o = 0; o < model->shape.layer[job->index].out_c; o++)
		fill_output(job, from + o * row, (double)from_bias[o], o, weights + o * row,
			    &scales[o], &bias[o]);
}
