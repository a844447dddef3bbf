// SPDX-License-Identifier: MIT
/* Conv, and what becomes a part of it: BatchNormalization and Relu. */
#include <errno.h>
#include <math.h>

#include "attribute.h"
#include "operator.h"

static int check_layer_range(struct importer *im, const struct window *w)
{
	if (w->kernel > DNNFILE_MAX_KERNEL)
		return import_fail(im, -EOPNOTSUPP, "kernel is %u, allowed: 1..%d", w->kernel,
				   DNNFILE_MAX_KERNEL);
	if (w->stride > DNNFILE_MAX_STRIDE)
		return import_fail(im, -EOPNOTSUPP, "stride is %u, allowed: 1..%d", w->stride,
				   DNNFILE_MAX_STRIDE);
	return 0;
}

/* Weights are (outputs, inputs per group, rows, columns). */
static int read_weights(struct importer *im, uint32_t channels, uint32_t *groups, struct tensor *t)
{
	int64_t group;
	int ret;

	ret = attr_int(im, "group", 1, &group);
	if (!ret)
		ret = input_floats(im, 1, "W", t);
	if (ret)
		return ret;
	if (t->dims != 4)
		return import_fail(im, -EOPNOTSUPP, "W has %u dimensions, must have 4",
				   t->dims);
	if (t->dim[2] != t->dim[3])
		return import_fail(im, -EOPNOTSUPP, "kernel is %u x %u, must be square", t->dim[2],
				   t->dim[3]);
	if (group < 1 || group > DNNFILE_MAX_GROUPS)
		return import_fail(im, -EOPNOTSUPP, "group is %lld, allowed: 1..%d",
				   (long long)group, DNNFILE_MAX_GROUPS);
	if (t->dim[0] % group || (uint64_t)t->dim[1] * group != channels)
		return import_fail(im, -EINVAL,
				   "W is for %u channels in and %u out, group is %lld, the "
				   "input has %u channels",
				   t->dim[1], t->dim[0], (long long)group, channels);
	*groups = group;
	return 0;
}

static int read_linear(struct importer *im, const struct tensor *weights, struct linear *linear)
{
	struct tensor bias;
	int ret;

	ret = linear_init(im, linear, weights->f32, weights->dim[0],
			  weights->count / weights->dim[0]);
	if (ret || !input_given(im, 2))
		return ret;
	ret = input_vector(im, 2, "B", linear->outs, &bias);
	if (ret)
		return ret;
	for (uint32_t o = 0; o < linear->outs; o++)
		linear->shift[o] = bias.f32[o];
	return 0;
}

int op_conv(struct importer *im, struct value **out)
{
	static const char *const known[] = { "auto_pad", "dilations", "group", "kernel_shape",
					     "pads", "strides", NULL };
	struct value *map;
	struct tensor weights;
	struct linear linear;
	struct window window;
	uint32_t groups = 1, in, outs;
	int ret;

	ret = attr_only(im, known);
	if (ret)
		return ret;
	map = input_map(im, 0);
	if (!map)
		return import_error(im);
	ret = read_weights(im, value_channels(map), &groups, &weights);
	if (!ret)
		ret = window_read(im, map, weights.dim[2], &window);
	if (!ret)
		ret = check_layer_range(im, &window);
	if (!ret)
		ret = read_linear(im, &weights, &linear);
	if (ret)
		return ret;
	out[0] = value_map(im, groups, window.out_h, window.out_w);
	if (!out[0])
		return -ENOMEM;
	in = weights.dim[1];
	outs = linear.outs / groups;
	for (uint32_t g = 0; g < groups; g++) {
		struct linear rows = linear_rows(&linear, g * outs, outs);
		const struct part *input = value_take(im, map, g * in, in);
		struct part *part = input ? part_conv(im, input, &window, &rows) : NULL;

		if (!part)
			return import_error(im);
		part->first = g * outs;
		value_set(out[0], g, part);
	}
	return 0;
}

struct norm {
	double *factor, *offset;	/* of all channels */
};

static const struct part *normalise(struct importer *im, const struct part *part,
				    uint32_t channel, void *ctx)
{
	const struct norm *norm = ctx;

	return part_affine(im, part, norm->factor + channel, norm->offset + channel);
}

static int read_norm(struct importer *im, uint32_t channels, struct norm *norm)
{
	static const char *const what[] = { "scale", "B", "mean", "var" };
	struct tensor t[4];
	float epsilon;
	int ret;

	ret = attr_float(im, "epsilon", 1e-5f, &epsilon);
	for (int i = 0; !ret && i < 4; i++)
		ret = input_vector(im, 1 + i, what[i], channels, &t[i]);
	if (ret)
		return ret;
	norm->factor = import_alloc(im, channels, sizeof(double));
	norm->offset = import_alloc(im, channels, sizeof(double));
	if (!norm->factor || !norm->offset)
		return -ENOMEM;
	for (uint32_t c = 0; c < channels; c++) {
		double var = (double)t[3].f32[c] + epsilon;

		if (!(var > 0))
			return import_fail(im, -EINVAL,
					   "var + epsilon of channel %u is %g, must be "
					   "above 0",
					   c + 1, var);
		norm->factor[c] = t[0].f32[c] / sqrt(var);
		norm->offset[c] = t[1].f32[c] - t[2].f32[c] * norm->factor[c];
	}
	return 0;
}

int op_batch_norm(struct importer *im, struct value **out)
{
	static const char *const known[] = { "epsilon", "momentum", "spatial", "training_mode",
					     NULL };
	struct value *value;
	struct norm norm;
	int ret;

	ret = attr_only(im, known);
	if (!ret)
		ret = attr_must_be(im, "spatial", 1, 1);
	if (!ret)
		ret = attr_must_be(im, "training_mode", 0, 0);
	if (ret)
		return ret;
	if (im->node->n_output > 1)
		return import_fail(im, -EOPNOTSUPP,
				   "it has %zu outputs, as in training, must have 1",
				   im->node->n_output);
	value = input_value(im, 0);
	if (!value)
		return import_error(im);
	if (value->kind == VALUE_FLAT && (uint64_t)value->h * value->w > 1)
		return import_fail(im, -EOPNOTSUPP, "it follows a flattened map, must follow a "
				   "convolution or hidden Gemm");
	ret = read_norm(im, value_channels(value), &norm);
	if (ret)
		return ret;
	out[0] = value_each(im, value, normalise, &norm);
	return out[0] ? 0 : import_error(im);
}

static const struct part *rectify(struct importer *im, const struct part *part, uint32_t channel,
				  void *ctx)
{
	(void)channel;
	(void)ctx;
	return part_relu(im, part);
}

int op_relu(struct importer *im, struct value **out)
{
	static const char *const known[] = { NULL };
	struct value *value;
	int ret = attr_only(im, known);

	if (ret)
		return ret;
	value = input_value(im, 0);
	if (!value)
		return import_error(im);
	out[0] = value_each(im, value, rectify, NULL);
	return out[0] ? 0 : import_error(im);
}
