// SPDX-License-Identifier: MIT
#include "tensors.h"

static uint64_t align_up(uint64_t value, uint64_t to)
{
	return (value + to - 1) / to * to;
}

static uint64_t weights_count(const struct dnnfile_shape *shape, uint32_t layer, uint32_t group)
{
	const struct dnnfile_layer *l = &shape->layer[layer];
	uint64_t channels = dnnfile_read_channels(shape, layer, group);

	switch (l->kind) {
	case DNNFILE_CONV2D:
		return channels * l->out_c * l->kernel * l->kernel;
	case DNNFILE_DEPTHWISE:
		return (uint64_t)l->out_c * l->kernel * l->kernel;
	case DNNFILE_CLASSIFIER:
		return channels * l->out_c * l->in_h * l->in_w;
	default:
		return 0;
	}
}

uint64_t dnnfile_tensor_count(const struct dnnfile_shape *shape, uint32_t layer,
			      enum dnnfile_role role, uint32_t group)
{
	const struct dnnfile_layer *l = &shape->layer[layer];
	bool s8 = shape->dtype == DNNFILE_S8;

	switch (role) {
	case DNNFILE_WEIGHTS:
		return weights_count(shape, layer, group);
	case DNNFILE_SCALES:
		return s8 ? dnnfile_bias_count(l) : 0;
	case DNNFILE_BIAS:
		return dnnfile_bias_count(l);
	case DNNFILE_RANGE:
		return s8 && !dnnfile_is_pool(l) ? 2 : 0;
	}
	return 0;
}

const char *dnnfile_role_name(enum dnnfile_role role)
{
	static const char *const name[] = {
		[DNNFILE_WEIGHTS] = "weights", [DNNFILE_SCALES] = "scales",
		[DNNFILE_BIAS] = "bias", [DNNFILE_RANGE] = "range",
	};

	return name[role];
}

enum dnnfile_dtype dnnfile_tensor_dtype(const struct dnnfile_shape *shape, enum dnnfile_role role)
{
	if (shape->dtype == DNNFILE_F32 || role == DNNFILE_SCALES || role == DNNFILE_RANGE)
		return DNNFILE_F32;
	return role == DNNFILE_WEIGHTS ? DNNFILE_S8 : DNNFILE_S32;
}

uint64_t dnnfile_tensor_bytes(const struct dnnfile_shape *shape, uint32_t layer,
			      enum dnnfile_role role, uint32_t group)
{
	uint64_t size = dnnfile_tensor_dtype(shape, role) == DNNFILE_S8 ? 1 : 4;

	return dnnfile_tensor_count(shape, layer, role, group) * size;
}

uint64_t dnnfile_roles_bytes(const struct dnnfile_shape *shape, uint32_t layer, uint32_t upto,
			     uint32_t group)
{
	uint64_t bytes = 0;

	for (uint32_t role = DNNFILE_WEIGHTS; role < upto; role++)
		bytes += align_up(dnnfile_tensor_bytes(shape, layer, role, group), DNNFILE_ALIGN);
	return bytes;
}

uint64_t dnnfile_tensors_bytes(const struct dnnfile_shape *shape, uint32_t layer, uint32_t group)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < layer; i++)
		bytes += dnnfile_roles_bytes(shape, i, DNNFILE_ROLES + 1, group);
	return bytes;
}

uint64_t dnnfile_tensor_offset(const struct dnnfile_shape *shape, uint32_t layer,
			       enum dnnfile_role role, uint32_t group)
{
	return dnnfile_tensors_bytes(shape, layer, group) +
	       dnnfile_roles_bytes(shape, layer, role, group);
}

uint64_t dnnfile_group_values(const struct dnnfile_shape *shape, uint32_t group)
{
	uint64_t values = 0;

	for (uint32_t i = 0; i < shape->layers; i++)
		values += dnnfile_weights_count(shape, i, group) +
			  dnnfile_bias_count(&shape->layer[i]);
	return values;
}

uint64_t dnnfile_group_bytes(const struct dnnfile_shape *shape, uint32_t group)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < shape->layers; i++) {
		for (uint32_t role = DNNFILE_WEIGHTS; role <= DNNFILE_ROLES; role++)
			bytes += dnnfile_tensor_bytes(shape, i, role, group);
	}
	return bytes;
}

uint64_t dnnfile_blob_bytes(const struct dnnfile_shape *shape, uint32_t group)
{
	return align_up(dnnfile_tensors_bytes(shape, shape->layers, group), DNNFILE_PAGE);
}

uint64_t dnnfile_blobs_bytes(const struct dnnfile_shape *shape, uint32_t groups)
{
	uint64_t bytes = 0;

	for (uint32_t g = 1; g <= groups; g++)
		bytes += dnnfile_blob_bytes(shape, g);
	return bytes;
}

uint32_t dnnfile_tensor_table(const struct dnnfile_shape *shape, struct dnnfile_tensor *table)
{
	uint32_t rows = 0;

	for (uint32_t t = 0; t < shape->layers * DNNFILE_ROLES; t++) {
		uint32_t layer = t / DNNFILE_ROLES, role = t % DNNFILE_ROLES + DNNFILE_WEIGHTS;
		uint64_t count = dnnfile_tensor_count(shape, layer, role, 1);

		if (!count)
			continue;
		if (table)
			table[rows] = (struct dnnfile_tensor) {
				.layer = layer + 1, .role = role,
				.dtype = dnnfile_tensor_dtype(shape, role),
				.offset = dnnfile_tensor_offset(shape, layer, role, 1),
				.count = count,
			};
		rows++;
	}
	return rows;
}

uint64_t dnnfile_header_bytes(uint32_t layers, uint32_t tensors, uint32_t groups,
			      uint64_t class_names_bytes)
{
	return align_up(sizeof(struct dnnfile_header) + layers * sizeof(struct dnnfile_layer) +
			tensors * sizeof(struct dnnfile_tensor) +
			groups * sizeof(struct dnnfile_group) + class_names_bytes, DNNFILE_PAGE);
}
