// SPDX-License-Identifier: MIT
/*
 * A small file can ask for very much memory: windows are prepared with pointers, and weights
 * are packed in blocks that a layer of one channel fills badly. Every layer is legal here, so
 * that no term is above 2^50, and no sum of all layers and groups overflows.
 */
#include "bounds.h"

#include <errno.h>

#include "error.h"
#include "tensors.h"

#define BLOCK_OUTPUTS	16
#define BLOCK_INPUTS_F32	4
#define BLOCK_INPUTS_S8	8
#define BLOCK_PLACES	8
#define BLOCK_CHANNELS	32

static uint64_t round_up(uint64_t value, uint64_t to)
{
	return (value + to - 1) / to * to;
}

/* Those kernels have code of their own, others are convolutions of one channel each. */
static bool is_blocked_depthwise(const struct dnnfile_layer *layer)
{
	return layer->kernel == 3 || layer->kernel == 5;
}

uint64_t dnnfile_packed_bytes(const struct dnnfile_shape *shape, uint32_t layer, uint32_t group)
{
	const struct dnnfile_layer *l = &shape->layer[layer];
	bool s8 = shape->dtype == DNNFILE_S8;
	/* An s8 mean is a depthwise convolution. */
	bool depthwise = l->kind == DNNFILE_DEPTHWISE || (s8 && l->kind == DNNFILE_AVG_POOL);
	uint64_t inputs = depthwise ? 1 : dnnfile_read_channels(shape, layer, group);
	uint64_t outputs = round_up(l->out_c, BLOCK_OUTPUTS);
	uint64_t taps = (uint64_t)l->kernel * l->kernel;

	if (!depthwise && !dnnfile_has_weights(l))
		return 0;
	if (l->kind == DNNFILE_CLASSIFIER)
		taps = (uint64_t)l->in_h * l->in_w;
	if (depthwise && is_blocked_depthwise(l))
		outputs = round_up(l->out_c, BLOCK_CHANNELS);
	else if (depthwise)
		outputs = (uint64_t)l->out_c * BLOCK_OUTPUTS;
	if (!(depthwise && is_blocked_depthwise(l)))
		inputs = round_up(inputs, s8 ? BLOCK_INPUTS_S8 : BLOCK_INPUTS_F32);
	/* Winograd's transform makes 16 of 9. */
	if (!s8 && !depthwise && l->kernel == 3)
		taps = 16;
	/* Beside the weights a bias and, in s8, a scale. */
	return outputs * (taps * inputs * (s8 ? 1 : sizeof(float)) + 8);
}

uint64_t dnnfile_pointers(const struct dnnfile_layer *layer)
{
	uint64_t places = round_up((uint64_t)layer->out_h * layer->out_w, BLOCK_PLACES);

	if (layer->kind == DNNFILE_CLASSIFIER)
		return places * layer->in_h * layer->in_w;
	return layer->kernel > 1 || layer->stride > 1 ? places * layer->kernel * layer->kernel : 0;
}

/* What layers 1..n of all groups come to, except values: of one group. */
struct sums {
	uint64_t values, pointers, packed, bytes;
	uint64_t tensors[DNNFILE_MAX_GROUPS];	/* bytes of each group's */
};

static void add_layer(struct sums *sums, const struct dnnfile_shape *shape, uint32_t i)
{
	sums->values += dnnfile_output_count(&shape->layer[i]);
	sums->pointers += shape->groups * dnnfile_pointers(&shape->layer[i]);
	sums->bytes = 0;
	for (uint32_t g = 1; g <= shape->groups; g++) {
		sums->packed += dnnfile_packed_bytes(shape, i, g);
		sums->tensors[g - 1] += dnnfile_roles_bytes(shape, i, DNNFILE_ROLES + 1, g);
		sums->bytes += round_up(sums->tensors[g - 1], DNNFILE_PAGE);
	}
}

static int check_sums(const struct sums *sums, const struct dnnfile_shape *shape, uint32_t i,
		      struct dyndnn_error *err)
{
	bool kept = shape->wiring == DNNFILE_TRIANGULAR && i + 1 < shape->layers;
	const struct {
		const char *what;
		uint64_t sum, max;
	} bound[] = {
		{ "values in the outputs of a group", sums->values, DNNFILE_MAX_GROUP_VALUES },
		{ "values in the outputs of all groups, triangular",
		  kept ? shape->groups * sums->values : 0, DNNFILE_MAX_VALUES },
		{ "bytes in the weights of all groups", sums->bytes, DNNFILE_MAX_BYTES },
		{ "pointers for the windows of all groups", sums->pointers, DNNFILE_MAX_POINTERS },
		{ "bytes in the packed weights of all groups", sums->packed, DNNFILE_MAX_PACKED },
	};

	for (size_t b = 0; b < sizeof(bound) / sizeof(bound[0]); b++) {
		if (bound[b].sum > bound[b].max)
			return dyndnn_fail(err, -EINVAL, "layer %u: up to here there are %llu %s, "
					   "allowed: 0..%llu", i + 1,
					   (unsigned long long)bound[b].sum, bound[b].what,
					   (unsigned long long)bound[b].max);
	}
	return 0;
}

int dnnfile_bounds_check(const struct dnnfile_shape *shape, struct dyndnn_error *err)
{
	struct sums sums = { 0 };
	int ret = 0;

	for (uint32_t i = 0; !ret && i < shape->layers; i++) {
		add_layer(&sums, shape, i);
		ret = check_sums(&sums, shape, i, err);
	}
	return ret;
}
