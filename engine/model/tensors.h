/* SPDX-License-Identifier: MIT */
/*
 * Which tensors a shape has and where they lie in a group's blob. All calls take a
 * shape that has passed dnnfile_shape_check(), layers from 0 and groups from 1.
 */
#ifndef DNNFILE_TENSORS_H
#define DNNFILE_TENSORS_H

#include "shape.h"

/* Number of values; 0: the layer has no such tensor. All groups have the same tensors. */
uint64_t dnnfile_tensor_count(const struct dnnfile_shape *shape, uint32_t layer,
			      enum dnnfile_role role, uint32_t group);

/* For messages. */
const char *dnnfile_role_name(enum dnnfile_role role);

/* Type of its values. */
enum dnnfile_dtype dnnfile_tensor_dtype(const struct dnnfile_shape *shape, enum dnnfile_role role);

/* Its size, without what aligns the next one. */
uint64_t dnnfile_tensor_bytes(const struct dnnfile_shape *shape, uint32_t layer,
			      enum dnnfile_role role, uint32_t group);

/* Bytes from the start of this group's blob. */
uint64_t dnnfile_tensor_offset(const struct dnnfile_shape *shape, uint32_t layer,
			       enum dnnfile_role role, uint32_t group);

/* Number of f32 or s8 in a layer's weights, and of values in its bias; 0 if it has none. */
static inline uint64_t dnnfile_weights_count(const struct dnnfile_shape *shape, uint32_t layer,
					     uint32_t group)
{
	return dnnfile_tensor_count(shape, layer, DNNFILE_WEIGHTS, group);
}

static inline uint64_t dnnfile_bias_count(const struct dnnfile_layer *layer)
{
	return dnnfile_has_weights(layer) ? layer->out_c : 0;
}

/* Number of values in all weights and biases of this group. */
uint64_t dnnfile_group_values(const struct dnnfile_shape *shape, uint32_t group);

/* Bytes of all tensors of this group, without what aligns them. */
uint64_t dnnfile_group_bytes(const struct dnnfile_shape *shape, uint32_t group);

/* Bytes of a blob's tensors before this layer, each one aligned. */
uint64_t dnnfile_tensors_bytes(const struct dnnfile_shape *shape, uint32_t layer, uint32_t group);

/* Of these, the layer's own: of its roles below this one, DNNFILE_ROLES + 1 for all. */
uint64_t dnnfile_roles_bytes(const struct dnnfile_shape *shape, uint32_t layer, uint32_t upto,
			     uint32_t group);

/* Bytes of this group's blob, with the padding to a whole page. */
uint64_t dnnfile_blob_bytes(const struct dnnfile_shape *shape, uint32_t group);

/* Bytes of the blobs of groups 1..groups, which lie one after the other; 0 for 0 groups. */
uint64_t dnnfile_blobs_bytes(const struct dnnfile_shape *shape, uint32_t groups);

/* Rows of the tensor table; room for DNNFILE_MAX_TENSORS if table is not NULL. */
uint32_t dnnfile_tensor_table(const struct dnnfile_shape *shape, struct dnnfile_tensor *table);

/* Bytes of header, tables of so many rows and class names, padded to a whole page. */
uint64_t dnnfile_header_bytes(uint32_t layers, uint32_t tensors, uint32_t groups,
			      uint64_t class_names_bytes);

#endif
