// SPDX-License-Identifier: MIT
#include "old.h"

#include <string.h>

#include "../../engine/model/tensors.h"
#include "../../engine/tools/format1.h"
#include "fields.h"

static bool old_layer(uint8_t *row, uint32_t i)
{
	struct dnnfile_layer new;
	struct old_layer old;

	memcpy(&new, row, sizeof(new));
	if (new.kind > DNNFILE_AVG_POOL || new.input != i)
		return false;
	old = (struct old_layer) {
		.kind = new.kind, .flags = new.flags,
		.dtype = dnnfile_is_pool(&new) ? 0 : DNNFILE_F32,
		.kernel = new.kernel, .stride = new.stride, .padding = new.padding,
		.in_c = new.in_c, .in_h = new.in_h, .in_w = new.in_w,
		.out_c = new.out_c, .out_h = new.out_h, .out_w = new.out_w,
	};
	memcpy(row, &old, sizeof(old));
	return true;
}

static void move_group(uint8_t *row, uint64_t less)
{
	struct dnnfile_group group;

	memcpy(&group, row, sizeof(group));
	group.offset -= less;
	memcpy(row, &group, sizeof(group));
}

size_t old_model(uint8_t *data, size_t bytes)
{
	struct dnnfile_header header;
	uint8_t *tensors, *groups;
	uint64_t less;

	memcpy(&header, data, sizeof(header));
	if (header.dtype != DNNFILE_F32)
		return 0;
	for (uint32_t i = 0; i < header.layers; i++) {
		if (!old_layer(data + sizeof(header) + i * sizeof(struct old_layer), i))
			return 0;
	}
	tensors = data + sizeof(header) + header.layers * sizeof(struct old_layer);
	groups = tensors + header.tensors * sizeof(struct dnnfile_tensor);
	memmove(tensors, groups, data + header.header_bytes - groups);
	memset(data + header.header_bytes - (groups - tensors), 0, groups - tensors);

	less = header.header_bytes - dnnfile_header_bytes(header.layers, 0, header.groups,
							  header.class_names_bytes);
	memmove(data + header.header_bytes - less, data + header.header_bytes,
		bytes - header.header_bytes);
	for (uint32_t g = 0; g < header.groups; g++)
		move_group(tensors + g * sizeof(struct dnnfile_group), less);
	header.version = 1;
	header.header_bytes -= less;
	header.dtype = header.tensors = 0;
	memcpy(data, &header, sizeof(header));
	fields_seal(data, bytes - less);
	return bytes - less;
}
