// SPDX-License-Identifier: MIT
/* Which shapes are legal. Nothing is computed of a field before its range is known. */
#include <errno.h>
#include <string.h>

#include "bounds.h"
#include "error.h"
#include "tensors.h"
#include "window.h"

/* Written so that NaN fails. */
static bool in_range(float value, double min, double max)
{
	return value >= min && value <= max;
}

static int check_range(struct dyndnn_error *err, const char *field, uint32_t value,
		       uint32_t min, uint32_t max)
{
	if (value >= min && value <= max)
		return 0;
	if (min == max)
		return dyndnn_fail(err, -EINVAL, "%s is %u, must be %u", field, value, min);
	return dyndnn_fail(err, -EINVAL, "%s is %u, allowed: %u..%u", field, value, min, max);
}

static int check_layer_range(struct dyndnn_error *err, uint32_t i, const char *field,
			     uint32_t value, uint32_t min, uint32_t max)
{
	if (value >= min && value <= max)
		return 0;
	if (min == max)
		return dyndnn_fail(err, -EINVAL, "layer %u: %s is %u, must be %u", i + 1, field,
				   value, min);
	return dyndnn_fail(err, -EINVAL, "layer %u: %s is %u, allowed: %u..%u", i + 1, field,
			   value, min, max);
}

/* One row of a table of "this field must lie in this range". */
struct rule {
	const char *field;
	uint32_t value, min, max;
};

static int check_rules(struct dyndnn_error *err, uint32_t i, const struct rule *rule, size_t n)
{
	for (size_t r = 0; r < n; r++) {
		int ret = check_layer_range(err, i, rule[r].field, rule[r].value, rule[r].min,
					    rule[r].max);

		if (ret)
			return ret;
	}
	return 0;
}

static bool kind_is_legal(const struct dnnfile_shape *shape, uint32_t i)
{
	const struct dnnfile_layer *layer = &shape->layer[i];
	bool triangular = shape->wiring == DNNFILE_TRIANGULAR;

	if (i == shape->layers - 1)
		return layer->kind == DNNFILE_CLASSIFIER;
	switch (layer->kind) {
	case DNNFILE_CONV2D:
		return true;
	case DNNFILE_MAX_POOL:
	case DNNFILE_AVG_POOL:
		/* As the first layer it would have groups of its own of the image's channels. */
		return i || !triangular;
	case DNNFILE_DEPTHWISE:
		return !triangular;
	case DNNFILE_RESIDUAL:
		return !triangular && i >= 2;
	}
	return false;
}

static const char *legal_kinds(const struct dnnfile_shape *shape, uint32_t i)
{
	if (i == shape->layers - 1)
		return "must be 3 (classifier)";
	if (shape->wiring == DNNFILE_SEPARATE)
		return "allowed: 1 (convolution), 2 (max pool), 4 (average pool), "
		       "5 (depthwise convolution), from layer 3 on 6 (residual)";
	return i ? "allowed in triangular wiring: 1 (convolution), 2 (max pool), 4 (average pool)" :
		   "must be 1 (convolution) in triangular wiring";
}

static int check_kind(const struct dnnfile_shape *shape, uint32_t i, struct dyndnn_error *err)
{
	const struct dnnfile_layer *layer = &shape->layer[i];
	bool pool = dnnfile_is_pool(layer);
	bool residual = layer->kind == DNNFILE_RESIDUAL;
	bool plain = layer->kind == DNNFILE_CLASSIFIER || residual;
	uint32_t chain = shape->wiring == DNNFILE_TRIANGULAR ? i : 0;
	const struct rule rules[] = {
		{ "flags", layer->flags, 0,
		  pool || layer->kind == DNNFILE_CLASSIFIER ? 0 : DNNFILE_RELU },
		{ "input", layer->input, chain, i },
		{ "addend", layer->addend, residual, residual ? i : 0 },
		/* The compute library has no 1 x 1 pooling, which would do nothing anyway. */
		{ "kernel", layer->kernel, pool ? 2 : 1, plain ? 1 : DNNFILE_MAX_KERNEL },
		{ "stride", layer->stride, 1, plain ? 1 : DNNFILE_MAX_STRIDE },
		{ "reserved field", layer->reserved[0] | layer->reserved[1] | layer->reserved[2],
		  0, 0 },
	};
	int ret;

	if (!kind_is_legal(shape, i))
		return dyndnn_fail(err, -EINVAL, "layer %u: kind is %u, %s", i + 1, layer->kind,
				   legal_kinds(shape, i));
	ret = check_rules(err, i, rules, sizeof(rules) / sizeof(rules[0]));
	if (!ret && residual && (!layer->input || layer->input == layer->addend))
		ret = dyndnn_fail(err, -EINVAL,
				  "layer %u: input is %u, allowed in a residual: 1..%u but addend",
				  i + 1, layer->input, i);
	return ret;
}

/* What a residual adds must fit, value by value. */
static int check_addend(const struct dnnfile_shape *shape, uint32_t i, struct dyndnn_error *err)
{
	const struct dnnfile_layer *layer = &shape->layer[i];
	const struct dnnfile_layer *addend;

	if (layer->kind != DNNFILE_RESIDUAL)
		return 0;
	addend = &shape->layer[layer->addend - 1];
	const struct rule rules[] = {
		{ "channels of the addend", addend->out_c, layer->in_c, layer->in_c },
		{ "height of the addend", addend->out_h, layer->in_h, layer->in_h },
		{ "width of the addend", addend->out_w, layer->in_w, layer->in_w },
	};
	return check_rules(err, i, rules, sizeof(rules) / sizeof(rules[0]));
}

static int check_sizes(const struct dnnfile_shape *shape, uint32_t i, struct dyndnn_error *err)
{
	const struct dnnfile_layer *layer = &shape->layer[i];
	struct dnnfile_layer expect = *layer;
	uint32_t channels_min = 1, channels_max = DNNFILE_MAX_CHANNELS;
	/* For want of a kernel: see infer/operator_s8.c. */
	bool unpadded = shape->dtype == DNNFILE_S8 && layer->kind == DNNFILE_AVG_POOL;
	uint32_t padded_h, padded_w;
	int ret;

	dnnfile_set_input(shape, &expect);
	if (layer->kind == DNNFILE_CLASSIFIER)
		channels_min = channels_max = shape->classes;
	else if (layer->kind != DNNFILE_CONV2D)
		channels_min = channels_max = expect.in_c;

	const struct rule inputs[] = {
		{ "padding", layer->padding, 0, unpadded ? 0 : layer->kernel - 1 },
		{ "input channels", layer->in_c, expect.in_c, expect.in_c },
		{ "input height", layer->in_h, expect.in_h, expect.in_h },
		{ "input width", layer->in_w, expect.in_w, expect.in_w },
		{ "output channels", layer->out_c, channels_min, channels_max },
	};
	ret = check_rules(err, i, inputs, sizeof(inputs) / sizeof(inputs[0]));
	if (ret)
		return ret;

	padded_h = layer->in_h + 2 * layer->padding;
	padded_w = layer->in_w + 2 * layer->padding;
	if (layer->kind == DNNFILE_CLASSIFIER) {
		expect.out_h = expect.out_w = 1;
	} else if (layer->kernel > padded_h || layer->kernel > padded_w) {
		return dyndnn_fail(err, -EINVAL, "layer %u: kernel is %u, allowed: 1..%u", i + 1,
				   layer->kernel, padded_h < padded_w ? padded_h : padded_w);
	} else {
		expect.out_h = dnnfile_window_out(layer->in_h, layer);
		expect.out_w = dnnfile_window_out(layer->in_w, layer);
	}

	const struct rule outputs[] = {
		{ "output height", layer->out_h, expect.out_h, expect.out_h },
		{ "output width", layer->out_w, expect.out_w, expect.out_w },
	};
	ret = check_rules(err, i, outputs, sizeof(outputs) / sizeof(outputs[0]));
	if (ret)
		return ret;
	if ((uint64_t)layer->out_c * layer->out_h * layer->out_w > DNNFILE_MAX_VALUES)
		return dyndnn_fail(err, -EINVAL, "layer %u: output has %llu values, allowed: 1..%d",
				   i + 1,
				   (unsigned long long)layer->out_c * layer->out_h * layer->out_w,
				   DNNFILE_MAX_VALUES);
	return 0;
}

static int check_bytes(const struct dnnfile_shape *shape, uint32_t i, struct dyndnn_error *err)
{
	/* Of the largest blob. Below 2^62: the counts before this one have been checked. */
	uint64_t end = dnnfile_tensors_bytes(shape, i + 1, shape->groups);

	if (end > DNNFILE_MAX_BYTES)
		return dyndnn_fail(err, -EINVAL,
				   "layer %u: the weights end at %llu bytes, allowed: 1..%llu",
				   i + 1, (unsigned long long)end,
				   (unsigned long long)DNNFILE_MAX_BYTES);
	return 0;
}

/* A layer that nobody reads is a mistake, and would only cost time. */
static int check_is_read(const struct dnnfile_shape *shape, struct dyndnn_error *err)
{
	bool read[DNNFILE_MAX_LAYERS + 1] = { false };

	for (uint32_t i = 0; i < shape->layers; i++) {
		read[shape->layer[i].input] = true;
		read[shape->layer[i].addend] = true;
	}
	for (uint32_t i = 1; i < shape->layers; i++) {
		if (!read[i])
			return dyndnn_fail(err, -EINVAL, "layer %u: no layer reads it", i);
	}
	return 0;
}

static int check_dtype(const struct dnnfile_shape *shape, struct dyndnn_error *err)
{
	bool s8 = shape->dtype == DNNFILE_S8;
	int ret;

	/* Triangular, a convolution would read groups of different ranges at once. */
	ret = check_range(err, "data type", shape->dtype, DNNFILE_F32,
			  shape->wiring == DNNFILE_SEPARATE ? DNNFILE_S8 : DNNFILE_F32);
	if (ret)
		return ret;
	if (s8 && !in_range(shape->image_scale, DNNFILE_MIN_QUANT, DNNFILE_MAX_QUANT))
		return dyndnn_fail(err, -EINVAL, "scale of the image is %g, allowed: %g..%g",
				   (double)shape->image_scale, DNNFILE_MIN_QUANT,
				   DNNFILE_MAX_QUANT);
	if (s8 && (shape->image_zero < DNNFILE_MIN_ZERO || shape->image_zero > DNNFILE_MAX_ZERO))
		return dyndnn_fail(err, -EINVAL, "zero point of the image is %d, allowed: %d..%d",
				   shape->image_zero, DNNFILE_MIN_ZERO, DNNFILE_MAX_ZERO);
	if (!s8 && (shape->image_scale != 0 || shape->image_zero))
		return dyndnn_fail(err, -EINVAL, "scale and zero point of the image must be 0 in "
				   "a model of f32");
	return 0;
}

int dnnfile_counts_check(const struct dnnfile_shape *shape, struct dyndnn_error *err)
{
	int ret;

	ret = check_range(err, "wiring", shape->wiring, DNNFILE_SEPARATE, DNNFILE_TRIANGULAR);
	if (!ret)
		ret = check_dtype(shape, err);
	if (!ret)
		ret = check_range(err, "groups", shape->groups, 1, DNNFILE_MAX_GROUPS);
	/* In triangular wiring the first layer is a convolution, so that there are two. */
	if (!ret)
		ret = check_range(err, "layers", shape->layers,
				  DNNFILE_MIN_LAYERS + (shape->wiring == DNNFILE_TRIANGULAR),
				  DNNFILE_MAX_LAYERS);
	if (!ret)
		ret = check_range(err, "classes", shape->classes, DNNFILE_MIN_CLASSES,
				  DNNFILE_MAX_CLASSES);
	if (!ret)
		ret = check_range(err, "image channels", shape->image_c, 1, DNNFILE_MAX_IMAGE_C);
	if (!ret)
		ret = check_range(err, "image height", shape->image_h, 1, DNNFILE_MAX_IMAGE_HW);
	if (!ret)
		ret = check_range(err, "image width", shape->image_w, 1, DNNFILE_MAX_IMAGE_HW);
	return ret;
}

int dnnfile_layers_check(const struct dnnfile_shape *shape, struct dyndnn_error *err)
{
	int ret = 0;

	for (uint32_t i = 0; !ret && i < shape->layers; i++) {
		ret = check_kind(shape, i, err);
		if (!ret)
			ret = check_sizes(shape, i, err);
		if (!ret)
			ret = check_addend(shape, i, err);
		if (!ret)
			ret = check_bytes(shape, i, err);
	}
	if (!ret)
		ret = check_is_read(shape, err);
	return ret ? ret : dnnfile_bounds_check(shape, err);
}

int dnnfile_shape_check(const struct dnnfile_shape *shape, struct dyndnn_error *err)
{
	int ret = dnnfile_counts_check(shape, err);

	return ret ? ret : dnnfile_layers_check(shape, err);
}

bool dnnfile_text_ok(const char *text, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		if ((text[i] >= 1 && text[i] < ' ') || text[i] == 0x7f)
			return false;
	}
	return true;
}

int dnnfile_norm_check(const struct dnnfile_shape *shape, const float *mean, const float *stdev,
		       struct dyndnn_error *err)
{
	for (uint32_t c = 0; c < shape->image_c; c++) {
		if (!in_range(mean[c], -DNNFILE_MAX_STDEV, DNNFILE_MAX_STDEV))
			return dyndnn_fail(err, -EINVAL,
					   "mean of channel %u is %g, allowed: %g..%g",
					   c + 1, (double)mean[c], -DNNFILE_MAX_STDEV,
					   DNNFILE_MAX_STDEV);
		if (!in_range(stdev[c], DNNFILE_MIN_STDEV, DNNFILE_MAX_STDEV))
			return dyndnn_fail(err, -EINVAL,
					   "stdev of channel %u is %g, allowed: %g..%g",
					   c + 1, (double)stdev[c], DNNFILE_MIN_STDEV,
					   DNNFILE_MAX_STDEV);
	}
	return 0;
}
