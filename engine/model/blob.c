// SPDX-License-Identifier: MIT
#include "blob.h"

#include <errno.h>

#include "error.h"

const void *dnnfile_tensor(const struct dnnfile_shape *shape, uint32_t group, const uint8_t *blob,
			   uint32_t layer, enum dnnfile_role role)
{
	if (!dnnfile_tensor_count(shape, layer, role, group))
		return NULL;
	return blob + dnnfile_tensor_offset(shape, layer, role, group);
}

struct dnnfile_range dnnfile_range_of(const struct dnnfile_shape *shape, uint32_t group,
				      const uint8_t *blob, uint32_t n)
{
	const float *range;

	/* Pools choose or average what they read. */
	while (n && dnnfile_is_pool(&shape->layer[n - 1]))
		n = shape->layer[n - 1].input;
	if (!n)
		return (struct dnnfile_range) { shape->image_scale, shape->image_zero };
	range = dnnfile_tensor(shape, group, blob, n - 1, DNNFILE_RANGE);
	return (struct dnnfile_range) { range[0], (int32_t)range[1] };
}

/* Written so that NaN fails. */
static bool in_range(double value, double min, double max)
{
	return value >= min && value <= max;
}

static int check_output(const struct dnnfile_shape *shape, uint32_t group, const uint8_t *blob,
			uint32_t i, struct dyndnn_error *err)
{
	const float *range = dnnfile_tensor(shape, group, blob, i, DNNFILE_RANGE);

	if (!range)
		return 0;
	if (!in_range(range[0], DNNFILE_MIN_QUANT, DNNFILE_MAX_QUANT))
		return dyndnn_fail(err, -EINVAL, "group %u, layer %u: scale is %g, allowed: %g..%g",
				   group, i + 1, (double)range[0], DNNFILE_MIN_QUANT,
				   DNNFILE_MAX_QUANT);
	if (!in_range(range[1], DNNFILE_MIN_ZERO, DNNFILE_MAX_ZERO) ||
	    range[1] != (float)(int32_t)range[1])
		return dyndnn_fail(err, -EINVAL,
				   "group %u, layer %u: zero point is %g, allowed: %d..%d, whole",
				   group, i + 1, (double)range[1], DNNFILE_MIN_ZERO,
				   DNNFILE_MAX_ZERO);
	return 0;
}

static int check_weights(const struct dnnfile_shape *shape, uint32_t group, const uint8_t *blob,
			 uint32_t i, struct dyndnn_error *err)
{
	const float *scales = dnnfile_tensor(shape, group, blob, i, DNNFILE_SCALES);
	const struct dnnfile_layer *layer = &shape->layer[i];
	double in = dnnfile_range_of(shape, group, blob, layer->input).scale;
	double out = dnnfile_range_of(shape, group, blob, i + 1).scale, factor;

	for (uint32_t o = 0; scales && o < layer->out_c; o++) {
		if (!in_range(scales[o], DNNFILE_MIN_QUANT, DNNFILE_MAX_QUANT))
			return dyndnn_fail(err, -EINVAL, "group %u, layer %u: scale of the weights "
					   "of output %u is %g, allowed: %g..%g", group, i + 1,
					   o + 1, (double)scales[o], DNNFILE_MIN_QUANT,
					   DNNFILE_MAX_QUANT);
		factor = in * scales[o] / out;
		if (!in_range(factor, DNNFILE_MIN_REQUANT, DNNFILE_MAX_REQUANT))
			return dyndnn_fail(err, -EINVAL, "group %u, layer %u: scales of input and "
					   "weights of output %u make %g times the scale of the "
					   "outputs, allowed: %g..%g", group, i + 1, o + 1, factor,
					   DNNFILE_MIN_REQUANT, DNNFILE_MAX_REQUANT);
	}
	return 0;
}

static int check_residual(const struct dnnfile_shape *shape, uint32_t group, const uint8_t *blob,
			  uint32_t i, struct dyndnn_error *err)
{
	const struct dnnfile_layer *layer = &shape->layer[i];
	const uint32_t from[] = { layer->input, layer->addend };
	double out = dnnfile_range_of(shape, group, blob, i + 1).scale;
	int ret = 0;

	for (int s = 0; layer->kind == DNNFILE_RESIDUAL && !ret && s < 2; s++) {
		double factor = dnnfile_range_of(shape, group, blob, from[s]).scale / out;

		/* The compute library's range for sums. */
		if (!in_range(factor, DNNFILE_MIN_ADD, DNNFILE_MAX_ADD))
			ret = dyndnn_fail(err, -EINVAL, "group %u, layer %u: scale of layer %u is "
					  "%g times that of the outputs, allowed: %g..%g", group,
					  i + 1, from[s], factor, DNNFILE_MIN_ADD,
					  DNNFILE_MAX_ADD);
	}
	return ret;
}

int dnnfile_blob_check(const struct dnnfile_shape *shape, uint32_t group, const uint8_t *blob,
		       struct dyndnn_error *err)
{
	int ret = 0;

	if (shape->dtype != DNNFILE_S8)
		return 0;
	for (uint32_t i = 0; !ret && i < shape->layers; i++) {
		ret = check_output(shape, group, blob, i, err);
		if (!ret)
			ret = check_weights(shape, group, blob, i, err);
		if (!ret)
			ret = check_residual(shape, group, blob, i, err);
	}
	return ret;
}
