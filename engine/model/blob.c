// SPDX-License-Identifier: MIT
#include "blob.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

/* A layer (from 0) of a blob of s8 that is being checked; what it has not is NULL. */
struct piece {
	const struct dnnfile_shape *shape;
	uint32_t group, index;
	const struct dnnfile_layer *layer;
	const int8_t *weights;
	const int32_t *bias;
	const float *scales, *range;
	double scale[DNNFILE_MAX_LAYERS + 1];	/* of layer numbers up to this one */
};

/* Offsets are added up on the way: to ask for each of them would take quadratic time. */
static void find_piece(struct piece *piece, const uint8_t *from)
{
	const struct dnnfile_shape *shape = piece->shape;
	const void *of[DNNFILE_ROLES + 1];

	for (uint32_t role = DNNFILE_WEIGHTS; role <= DNNFILE_ROLES; role++)
		of[role] = dnnfile_tensor_count(shape, piece->index, role, piece->group) ?
			   from + dnnfile_roles_bytes(shape, piece->index, role, piece->group) :
			   NULL;
	piece->layer = &shape->layer[piece->index];
	piece->weights = of[DNNFILE_WEIGHTS];
	piece->bias = of[DNNFILE_BIAS];
	piece->scales = of[DNNFILE_SCALES];
	piece->range = of[DNNFILE_RANGE];
	piece->scale[0] = shape->image_scale;
	piece->scale[piece->index + 1] = piece->range ? piece->range[0] :
							piece->scale[piece->layer->input];
}

static int check_output(const struct piece *piece, struct dyndnn_error *err)
{
	const float *range = piece->range;
	/* A ReLU cuts at the zero point: the compute library wants two values to be left. */
	int max_zero = DNNFILE_MAX_ZERO - !!(piece->layer->flags & DNNFILE_RELU);

	if (!range)
		return 0;
	if (!in_range(range[0], DNNFILE_MIN_QUANT, DNNFILE_MAX_QUANT))
		return dyndnn_fail(err, -EINVAL, "group %u: layer %u: scale is %g, allowed: %g..%g",
				   piece->group, piece->index + 1, (double)range[0],
				   DNNFILE_MIN_QUANT, DNNFILE_MAX_QUANT);
	if (!in_range(range[1], DNNFILE_MIN_ZERO, max_zero) ||
	    range[1] != (float)(int32_t)range[1])
		return dyndnn_fail(err, -EINVAL,
				   "group %u: layer %u: zero point is %g, allowed: %d..%d, whole",
				   piece->group, piece->index + 1, (double)range[1],
				   DNNFILE_MIN_ZERO, max_zero);
	return 0;
}

static int check_scales(const struct piece *piece, struct dyndnn_error *err)
{
	const float *scales = piece->scales;
	double in = piece->scale[piece->layer->input], out = piece->scale[piece->index + 1];

	for (uint32_t o = 0; scales && o < piece->layer->out_c; o++) {
		double factor = in * scales[o] / out;

		if (!in_range(scales[o], DNNFILE_MIN_QUANT, DNNFILE_MAX_QUANT))
			return dyndnn_fail(err, -EINVAL, "group %u: layer %u: scale of the weights "
					   "of output %u is %g, allowed: %g..%g", piece->group,
					   piece->index + 1, o + 1, (double)scales[o],
					   DNNFILE_MIN_QUANT, DNNFILE_MAX_QUANT);
		if (!in_range(factor, DNNFILE_MIN_REQUANT, DNNFILE_MAX_REQUANT))
			return dyndnn_fail(err, -EINVAL, "group %u: layer %u: scales of input and "
					   "weights of output %u make %g times the scale of the "
					   "outputs, allowed: %g..%g", piece->group,
					   piece->index + 1, o + 1, factor, DNNFILE_MIN_REQUANT,
					   DNNFILE_MAX_REQUANT);
	}
	return 0;
}

/* Inputs are at most 255 from their zero point. Signed overflow would be undefined. */
static int check_weights(const struct piece *piece, struct dyndnn_error *err)
{
	uint64_t each = dnnfile_weights_count(piece->shape, piece->index, piece->group) /
			piece->layer->out_c;
	const int8_t *weights = piece->weights;

	for (uint32_t o = 0; weights && o < piece->layer->out_c; o++, weights += each) {
		int32_t bias = piece->bias[o];
		uint64_t sum = 0;

		if (memchr(weights, (uint8_t)INT8_MIN, each))
			return dyndnn_fail(err, -EINVAL, "group %u: layer %u: a weight of output "
					   "%u is -128, allowed: -127..127", piece->group,
					   piece->index + 1, o + 1);
		for (uint64_t w = 0; w < each; w++)
			sum += abs(weights[w]);
		if (255 * sum + llabs((long long)bias) > INT32_MAX)
			return dyndnn_fail(err, -EINVAL, "group %u: layer %u: weights of output %u "
					   "come to %llu, bias to %d: more than 32 bits hold",
					   piece->group, piece->index + 1, o + 1,
					   (unsigned long long)sum, bias);
	}
	return 0;
}

static int check_residual(const struct piece *piece, struct dyndnn_error *err)
{
	const uint32_t from[] = { piece->layer->input, piece->layer->addend };

	for (int s = 0; piece->layer->kind == DNNFILE_RESIDUAL && s < 2; s++) {
		double factor = piece->scale[from[s]] / piece->scale[piece->index + 1];

		/* The compute library's range for sums. */
		if (!in_range(factor, DNNFILE_MIN_ADD, DNNFILE_MAX_ADD))
			return dyndnn_fail(err, -EINVAL, "group %u: layer %u: scale of layer %u is "
					   "%g times that of the outputs, allowed: %g..%g",
					   piece->group, piece->index + 1, from[s], factor,
					   DNNFILE_MIN_ADD, DNNFILE_MAX_ADD);
	}
	return 0;
}

int dnnfile_blob_check(const struct dnnfile_shape *shape, uint32_t group, const uint8_t *blob,
		       struct dyndnn_error *err)
{
	struct piece piece = { .shape = shape, .group = group };
	int ret = 0;

	if (shape->dtype != DNNFILE_S8)
		return 0;
	for (uint32_t i = 0; !ret && i < shape->layers; i++) {
		piece.index = i;
		find_piece(&piece, blob);
		ret = check_output(&piece, err);
		if (!ret)
			ret = check_scales(&piece, err);
		if (!ret)
			ret = check_weights(&piece, err);
		if (!ret)
			ret = check_residual(&piece, err);
		blob += dnnfile_roles_bytes(shape, i, DNNFILE_ROLES + 1, group);
	}
	return ret;
}
