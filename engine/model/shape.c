// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>

#include "error.h"
#include "shape.h"

static uint64_t align_up(uint64_t value, uint64_t to)
{
	return (value + to - 1) / to * to;
}

/* Only for sizes within their ranges, where nothing here can overflow. */
static uint32_t window_out(uint32_t in, const struct dnnfile_layer *layer)
{
	uint64_t padded = (uint64_t)in + 2ULL * layer->padding;

	if (!layer->stride || padded < layer->kernel)
		return 0;
	return (padded - layer->kernel) / layer->stride + 1;
}

uint32_t dnnfile_read_channels(const struct dnnfile_shape *shape, uint32_t layer, uint32_t group)
{
	const struct dnnfile_layer *l = &shape->layer[layer];
	bool earlier = shape->wiring == DNNFILE_TRIANGULAR && layer && !dnnfile_is_pool(l);

	return earlier ? group * l->in_c : l->in_c;
}

uint64_t dnnfile_weights_count(const struct dnnfile_shape *shape, uint32_t layer, uint32_t group)
{
	const struct dnnfile_layer *l = &shape->layer[layer];
	uint64_t channels = dnnfile_read_channels(shape, layer, group);

	switch (l->kind) {
	case DNNFILE_CONV2D:
		return channels * l->out_c * l->kernel * l->kernel;
	case DNNFILE_CLASSIFIER:
		return channels * l->out_c * l->in_h * l->in_w;
	default:
		return 0;
	}
}

uint64_t dnnfile_bias_count(const struct dnnfile_layer *layer)
{
	return dnnfile_is_pool(layer) ? 0 : layer->out_c;
}

uint64_t dnnfile_group_values(const struct dnnfile_shape *shape, uint32_t group)
{
	uint64_t values = 0;

	for (uint32_t i = 0; i < shape->layers; i++)
		values += dnnfile_weights_count(shape, i, group) +
			  dnnfile_bias_count(&shape->layer[i]);
	return values;
}

/* Of a tensor and what aligns the next one. */
static uint64_t weights_bytes(const struct dnnfile_shape *shape, uint32_t layer, uint32_t group)
{
	return align_up(dnnfile_weights_count(shape, layer, group) * sizeof(float), DNNFILE_ALIGN);
}

static uint64_t bias_bytes(const struct dnnfile_layer *layer)
{
	return align_up(dnnfile_bias_count(layer) * sizeof(float), DNNFILE_ALIGN);
}

/* Bytes of the blob's tensors before layer number upto, each one aligned. */
static uint64_t tensors_bytes(const struct dnnfile_shape *shape, uint32_t upto, uint32_t group)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < upto; i++) {
		bytes += weights_bytes(shape, i, group);
		bytes += bias_bytes(&shape->layer[i]);
	}
	return bytes;
}

uint64_t dnnfile_weights_offset(const struct dnnfile_shape *shape, uint32_t layer, uint32_t group)
{
	return tensors_bytes(shape, layer, group);
}

uint64_t dnnfile_bias_offset(const struct dnnfile_shape *shape, uint32_t layer, uint32_t group)
{
	return tensors_bytes(shape, layer, group) + weights_bytes(shape, layer, group);
}

uint64_t dnnfile_blob_bytes(const struct dnnfile_shape *shape, uint32_t group)
{
	return align_up(tensors_bytes(shape, shape->layers, group), DNNFILE_PAGE);
}

uint64_t dnnfile_blobs_bytes(const struct dnnfile_shape *shape, uint32_t groups)
{
	uint64_t bytes = 0;

	for (uint32_t g = 1; g <= groups; g++)
		bytes += dnnfile_blob_bytes(shape, g);
	return bytes;
}

uint64_t dnnfile_header_bytes(const struct dnnfile_shape *shape, uint64_t class_names_bytes)
{
	return align_up(sizeof(struct dnnfile_header) +
			shape->layers * sizeof(struct dnnfile_layer) +
			shape->groups * sizeof(struct dnnfile_group) + class_names_bytes,
			DNNFILE_PAGE);
}

uint64_t dnnfile_group_macs(const struct dnnfile_shape *shape, uint32_t group)
{
	uint64_t macs = 0;

	for (uint32_t i = 0; i < shape->layers; i++) {
		const struct dnnfile_layer *layer = &shape->layer[i];

		macs += dnnfile_weights_count(shape, i, group) * layer->out_h * layer->out_w;
	}
	return macs;
}

void dnnfile_shape_init(struct dnnfile_shape *shape, uint32_t groups, uint32_t classes,
			uint32_t image_c, uint32_t image_h, uint32_t image_w)
{
	memset(shape, 0, sizeof(*shape));
	shape->groups = groups;
	shape->classes = classes;
	shape->image_c = image_c;
	shape->image_h = image_h;
	shape->image_w = image_w;
}

static void set_input(const struct dnnfile_shape *shape, uint32_t i, struct dnnfile_layer *layer)
{
	const struct dnnfile_layer *before = i ? &shape->layer[i - 1] : NULL;

	layer->in_c = before ? before->out_c : shape->image_c;
	layer->in_h = before ? before->out_h : shape->image_h;
	layer->in_w = before ? before->out_w : shape->image_w;
}

/* Counts past a full table, so that the check refuses the shape. */
static struct dnnfile_layer *append(struct dnnfile_shape *shape, const struct dnnfile_layer *like)
{
	uint32_t i = shape->layers++;
	struct dnnfile_layer *layer;

	if (i >= DNNFILE_MAX_LAYERS)
		return NULL;
	layer = &shape->layer[i];
	*layer = *like;
	set_input(shape, i, layer);
	if (!layer->out_c)
		layer->out_c = layer->in_c;
	layer->out_h = layer->kind == DNNFILE_CLASSIFIER ? 1 : window_out(layer->in_h, layer);
	layer->out_w = layer->kind == DNNFILE_CLASSIFIER ? 1 : window_out(layer->in_w, layer);
	return layer;
}

static void append_weighted(struct dnnfile_shape *shape, const struct dnnfile_layer *like)
{
	struct dnnfile_layer *layer = append(shape, like);

	if (!layer)
		return;
	layer->weights_offset = dnnfile_weights_offset(shape, shape->layers - 1, 1);
	layer->bias_offset = dnnfile_bias_offset(shape, shape->layers - 1, 1);
}

void dnnfile_add_conv(struct dnnfile_shape *shape, uint32_t out_c, uint32_t kernel,
		      uint32_t stride, uint32_t padding, bool relu)
{
	append_weighted(shape, &(struct dnnfile_layer) {
		.kind = DNNFILE_CONV2D, .dtype = DNNFILE_F32, .flags = relu ? DNNFILE_RELU : 0,
		.kernel = kernel, .stride = stride, .padding = padding, .out_c = out_c,
	});
}

static void append_pool(struct dnnfile_shape *shape, enum dnnfile_kind kind, uint32_t kernel,
			uint32_t stride, uint32_t padding)
{
	append(shape, &(struct dnnfile_layer) {
		.kind = kind, .dtype = DNNFILE_NONE,
		.kernel = kernel, .stride = stride, .padding = padding,
	});
}

void dnnfile_add_pool(struct dnnfile_shape *shape, uint32_t kernel, uint32_t stride,
		      uint32_t padding)
{
	append_pool(shape, DNNFILE_MAX_POOL, kernel, stride, padding);
}

void dnnfile_add_avg_pool(struct dnnfile_shape *shape, uint32_t kernel, uint32_t stride,
			  uint32_t padding)
{
	append_pool(shape, DNNFILE_AVG_POOL, kernel, stride, padding);
}

void dnnfile_add_classifier(struct dnnfile_shape *shape)
{
	append_weighted(shape, &(struct dnnfile_layer) {
		.kind = DNNFILE_CLASSIFIER, .dtype = DNNFILE_F32,
		.kernel = 1, .stride = 1, .out_c = shape->classes,
	});
}

static int check_range(struct dyndnn_error *err, const char *field, uint32_t value,
		       uint32_t min, uint32_t max)
{
	if (value >= min && value <= max)
		return 0;
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

	if (i == shape->layers - 1)
		return layer->kind == DNNFILE_CLASSIFIER;
	if (layer->kind == DNNFILE_CONV2D)
		return true;
	/* A pool as the first layer would have groups of its own of the image's channels. */
	return dnnfile_is_pool(layer) && (i || shape->wiring == DNNFILE_SEPARATE);
}

static int check_kind(const struct dnnfile_shape *shape, uint32_t i, struct dyndnn_error *err)
{
	const struct dnnfile_layer *layer = &shape->layer[i];
	bool conv = layer->kind == DNNFILE_CONV2D;
	bool pool = dnnfile_is_pool(layer);
	bool last = i == shape->layers - 1;
	/* The compute library has no 1 x 1 pooling, which would do nothing anyway. */
	uint32_t kernel_min = pool ? 2 : 1;
	uint32_t dtype = pool ? DNNFILE_NONE : DNNFILE_F32;
	const struct rule rules[] = {
		{ "data type", layer->dtype, dtype, dtype },
		{ "flags", layer->flags, 0, conv ? DNNFILE_RELU : 0 },
		{ "kernel", layer->kernel, kernel_min, last ? 1 : DNNFILE_MAX_KERNEL },
		{ "stride", layer->stride, 1, last ? 1 : DNNFILE_MAX_STRIDE },
		{ "reserved field", layer->reserved[0] | layer->reserved[1], 0, 0 },
	};

	if (!kind_is_legal(shape, i))
		return dyndnn_fail(err, -EINVAL, "layer %u: kind is %u, %s", i + 1, layer->kind,
				   last ? "must be 3 (classifier)" :
				   !i && shape->wiring == DNNFILE_TRIANGULAR ?
				   "must be 1 (convolution) in triangular wiring" :
				   "allowed: 1 (convolution), 2 (max pool), 4 (average pool)");
	return check_rules(err, i, rules, sizeof(rules) / sizeof(rules[0]));
}

static int check_sizes(const struct dnnfile_shape *shape, uint32_t i, struct dyndnn_error *err)
{
	const struct dnnfile_layer *layer = &shape->layer[i];
	struct dnnfile_layer expect = *layer;
	uint32_t channels_min = 1, channels_max = DNNFILE_MAX_CHANNELS;
	uint32_t padded_h, padded_w;
	int ret;

	set_input(shape, i, &expect);
	if (layer->kind == DNNFILE_CLASSIFIER)
		channels_min = channels_max = shape->classes;
	else if (dnnfile_is_pool(layer))
		channels_min = channels_max = expect.in_c;

	const struct rule inputs[] = {
		{ "padding", layer->padding, 0, layer->kernel - 1 },
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
		expect.out_h = window_out(layer->in_h, layer);
		expect.out_w = window_out(layer->in_w, layer);
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

static int check_offsets(const struct dnnfile_shape *shape, uint32_t i, struct dyndnn_error *err)
{
	const struct dnnfile_layer *layer = &shape->layer[i];
	/* Of the largest blob. Below 2^62: the counts before this one have been checked. */
	uint64_t end = tensors_bytes(shape, i + 1, shape->groups);
	uint64_t weights = 0, bias = 0;

	if (end > DNNFILE_MAX_BYTES)
		return dyndnn_fail(err, -EINVAL,
				   "layer %u: the weights end at %llu bytes, allowed: 1..%llu",
				   i + 1, (unsigned long long)end,
				   (unsigned long long)DNNFILE_MAX_BYTES);
	if (!dnnfile_is_pool(layer)) {
		weights = dnnfile_weights_offset(shape, i, 1);
		bias = dnnfile_bias_offset(shape, i, 1);
	}

	const struct rule rules[] = {
		{ "offset of weights", layer->weights_offset, weights, weights },
		{ "offset of bias", layer->bias_offset, bias, bias },
	};
	return check_rules(err, i, rules, sizeof(rules) / sizeof(rules[0]));
}

/* All groups' outputs stay while a frame runs: bound them together. */
static int check_kept_values(const struct dnnfile_shape *shape, struct dyndnn_error *err)
{
	uint64_t values = 0;

	for (uint32_t i = 0; i + 1 < shape->layers; i++) {
		const struct dnnfile_layer *layer = &shape->layer[i];

		values += (uint64_t)shape->groups * layer->out_c * layer->out_h * layer->out_w;
		if (values > DNNFILE_MAX_VALUES)
			return dyndnn_fail(err, -EINVAL,
					   "layer %u: outputs of all groups up to here have %llu "
					   "values, allowed in triangular wiring: 1..%d", i + 1,
					   (unsigned long long)values, DNNFILE_MAX_VALUES);
	}
	return 0;
}

int dnnfile_shape_check(const struct dnnfile_shape *shape, struct dyndnn_error *err)
{
	int ret;

	ret = check_range(err, "wiring", shape->wiring, DNNFILE_SEPARATE, DNNFILE_TRIANGULAR);
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

	for (uint32_t i = 0; !ret && i < shape->layers; i++) {
		ret = check_kind(shape, i, err);
		if (!ret)
			ret = check_sizes(shape, i, err);
		if (!ret)
			ret = check_offsets(shape, i, err);
	}
	if (!ret && shape->wiring == DNNFILE_TRIANGULAR)
		ret = check_kept_values(shape, err);
	if (ret)
		return ret;

	if (dnnfile_blobs_bytes(shape, shape->groups) > DNNFILE_MAX_BYTES)
		return dyndnn_fail(err, -EINVAL,
				   "weights of all groups are %llu bytes, allowed: 1..%llu",
				   (unsigned long long)dnnfile_blobs_bytes(shape, shape->groups),
				   (unsigned long long)DNNFILE_MAX_BYTES);
	return 0;
}

/* Written so that NaN fails. */
static bool in_range(float value, double min, double max)
{
	return value >= min && value <= max;
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
