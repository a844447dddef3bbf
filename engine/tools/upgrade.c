// SPDX-License-Identifier: MIT
/*
 * Version 1 had chains of f32 layers only: no tensor table, no inputs, and where a
 * tensor lies was written in the layer. Its blobs are those of version 2.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "../model/blob.h"
#include "../model/error.h"
#include "format1.h"
#include "upgrade.h"

struct old_file {
	const uint8_t *data;
	size_t bytes;
	struct dnnfile_header header;
	struct dnnfile_group group[DNNFILE_MAX_GROUPS];
};

static int read_all(const char *path, uint8_t **data, size_t *bytes, struct dyndnn_error *err)
{
	FILE *file = fopen(path, "rbe");
	size_t room = 0, used = 0;
	uint8_t *buffer = NULL;
	int ret = 0;

	*data = NULL;
	*bytes = 0;
	if (!file) {
		ret = -errno;
		return dyndnn_fail(err, ret, "cannot open: %s", strerror(-ret));
	}
	while (!ret && !feof(file)) {
		if (used == room) {
			uint8_t *more = realloc(buffer, room ? 2 * room : 1 << 20);

			if (!more) {
				ret = dyndnn_fail(err, -ENOMEM, "no memory for the file");
				break;
			}
			buffer = more;
			room = room ? 2 * room : 1 << 20;
		}
		used += fread(buffer + used, 1, room - used, file);
		if (ferror(file))
			ret = dyndnn_fail(err, -EIO, "cannot read");
		else if (used > DNNFILE_MAX_BYTES)
			ret = dyndnn_fail(err, -EINVAL, "file is larger than %llu bytes",
					  (unsigned long long)DNNFILE_MAX_BYTES);
	}
	fclose(file);
	*data = buffer;
	*bytes = used;
	return ret;
}

static int read_header(struct old_file *old, struct dyndnn_error *err)
{
	struct dnnfile_header zeroed, *header = &old->header;
	uLong crc;

	if (old->bytes < sizeof(*header))
		return dyndnn_fail(err, -EBADMSG, "header: the file has %zu bytes: truncated", old->bytes);
	memcpy(header, old->data, sizeof(*header));
	if (memcmp(header->magic, DNNFILE_MAGIC, sizeof(header->magic)))
		return dyndnn_fail(err, -EINVAL, "header: magic is wrong: this is no .dnn file");
	if (header->version != 1)
		return dyndnn_fail(err, -EINVAL, "header: version is %u, must be 1", header->version);
	if (header->file_bytes != old->bytes || header->header_bytes < sizeof(*header) ||
	    header->header_bytes > old->bytes)
		return dyndnn_fail(err, -EBADMSG, "header: the file has %zu bytes: truncated or damaged",
				   old->bytes);
	zeroed = *header;
	zeroed.header_crc = 0;
	crc = crc32(0, (const Bytef *)&zeroed, sizeof(zeroed));
	crc = crc32(crc, old->data + sizeof(zeroed), header->header_bytes - sizeof(zeroed));
	if (crc != header->header_crc)
		return dyndnn_fail(err, -EBADMSG, "header, tables or class names: CRC is wrong: damaged");
	if (header->class_names_bytes > DNNFILE_MAX_NAMES_BYTES)
		return dyndnn_fail(err, -EINVAL, "header: class names bytes is %u, allowed: 0..%d",
				   header->class_names_bytes, DNNFILE_MAX_NAMES_BYTES);
	if (header->layers > DNNFILE_MAX_LAYERS || header->groups > DNNFILE_MAX_GROUPS ||
	    dnnfile_header_bytes(header->layers, 0, header->groups, header->class_names_bytes) !=
	    header->header_bytes)
		return dyndnn_fail(err, -EINVAL, "header: header bytes is %u, which does not fit %u layers "
				   "and %u groups", header->header_bytes, header->layers,
				   header->groups);
	return 0;
}

/* What is still there in today's layers, their check will tell. */
static int check_layer(const struct old_layer *layer, uint32_t i, struct dyndnn_error *err)
{
	bool pool = layer->kind == DNNFILE_MAX_POOL || layer->kind == DNNFILE_AVG_POOL;

	if (layer->dtype != (pool ? 0 : DNNFILE_F32))
		return dyndnn_fail(err, -EINVAL, "layer %u: data type is %u, must be %d", i + 1,
				   layer->dtype, pool ? 0 : DNNFILE_F32);
	if (layer->kind > DNNFILE_AVG_POOL)
		return dyndnn_fail(err, -EINVAL, "layer %u: kind is %u, allowed: 1..%d", i + 1,
				   layer->kind, DNNFILE_AVG_POOL);
	return 0;
}

static int read_shape(const struct old_file *old, struct dnnfile_shape *shape,
		      struct dyndnn_error *err)
{
	const struct dnnfile_header *header = &old->header;
	const uint8_t *pos = old->data + sizeof(*header);
	int ret;

	dnnfile_shape_init(shape, header->groups, header->classes, header->image_c,
			   header->image_h, header->image_w);
	shape->wiring = header->wiring;
	shape->layers = header->layers;
	for (uint32_t i = 0; i < shape->layers; i++, pos += sizeof(struct old_layer)) {
		struct old_layer from;

		memcpy(&from, pos, sizeof(from));
		ret = check_layer(&from, i, err);
		if (ret)
			return ret;
		shape->layer[i] = (struct dnnfile_layer) {
			.kind = from.kind, .flags = from.flags, .input = i,
			.kernel = from.kernel, .stride = from.stride, .padding = from.padding,
			.in_c = from.in_c, .in_h = from.in_h, .in_w = from.in_w,
			.out_c = from.out_c, .out_h = from.out_h, .out_w = from.out_w,
		};
	}
	ret = dnnfile_counts_check(shape, err);
	if (ret) {
		dyndnn_prefix(err, "header: ");
		return ret;
	}
	return dnnfile_layers_check(shape, err);
}

/* Where every tensor lies; tensors has room for all groups. */
static int find_tensors(struct old_file *old, const struct dnnfile_shape *shape,
			struct dnnfile_tensors *tensors, struct dyndnn_error *err)
{
	const uint8_t *table = old->data + sizeof(old->header) +
			       shape->layers * sizeof(struct old_layer);

	uint64_t end = old->header.header_bytes + dnnfile_blobs_bytes(shape, shape->groups);

	if (old->bytes != end)
		return dyndnn_fail(err, -EINVAL, "header: file bytes is %zu, must be %llu",
				   old->bytes, (unsigned long long)end);
	memcpy(old->group, table, shape->groups * sizeof(old->group[0]));
	for (uint32_t g = 1; g <= shape->groups; g++) {
		const struct dnnfile_group *group = &old->group[g - 1];
		uint64_t place = old->header.header_bytes + dnnfile_blobs_bytes(shape, g - 1);
		uint64_t bytes = dnnfile_blob_bytes(shape, g);

		if (group->offset != place || group->bytes != bytes)
			return dyndnn_fail(err, -EINVAL, "group %u: place is wrong", g);
		if (group->accuracy_ppm > DNNFILE_MAX_PPM)
			return dyndnn_fail(err, -EINVAL, "group %u: accuracy is %u ppm, allowed: "
					   "0..%d", g, group->accuracy_ppm, DNNFILE_MAX_PPM);
		if (!dnnfile_scale_ok(group->logit_scale))
			return dyndnn_fail(err, -EINVAL, "group %u: logit scale is %g, allowed: "
					   "0, %g..%g", g, group->logit_scale, DNNFILE_MIN_SCALE,
					   DNNFILE_MAX_SCALE);
		if (crc32(0, old->data + place, bytes) != group->crc)
			return dyndnn_fail(err, -EBADMSG, "group %u: CRC is wrong: damaged", g);
		for (uint32_t i = 0; i < shape->layers; i++)
			tensors[(g - 1) * shape->layers + i] = (struct dnnfile_tensors) {
				.weights = dnnfile_tensor(shape, g, old->data + place, i,
							  DNNFILE_WEIGHTS),
				.bias = dnnfile_tensor(shape, g, old->data + place, i,
						       DNNFILE_BIAS),
			};
	}
	return 0;
}

/* Each with its NUL. */
static int find_names(const struct old_file *old, const char **name, struct dyndnn_error *err)
{
	const char *pos = (const char *)old->data + sizeof(old->header) +
			  old->header.layers * sizeof(struct old_layer) +
			  old->header.groups * sizeof(struct dnnfile_group);
	const char *end = pos + old->header.class_names_bytes;

	for (uint32_t i = 0; i < old->header.classes; i++) {
		if (pos >= end || !memchr(pos, 0, end - pos))
			return dyndnn_fail(err, -EINVAL, "class names: their number is %u, must be %u", i,
					   old->header.classes);
		name[i] = pos;
		pos += strlen(pos) + 1;
	}
	if (!dnnfile_text_ok(name[0], end - name[0]))
		return dyndnn_fail(err, -EINVAL, "class names: they have control characters");
	if (pos != end)
		return dyndnn_fail(err, -EINVAL, "class names: there are more than %u",
				   old->header.classes);
	return 0;
}

static int convert(struct old_file *old, void **image, size_t *bytes, struct dyndnn_error *err)
{
	struct dnnfile_tensors tensors[DNNFILE_MAX_GROUPS * DNNFILE_MAX_LAYERS];
	const char *class_names[DNNFILE_MAX_CLASSES];
	struct dnnfile_desc desc = { .tensors = tensors };
	int ret;

	ret = read_header(old, err);
	if (ret)
		return ret;
	ret = read_shape(old, &desc.shape, err);
	if (!ret)
		ret = find_tensors(old, &desc.shape, tensors, err);
	if (!ret && old->header.class_names_bytes) {
		ret = find_names(old, class_names, err);
		desc.class_names = class_names;
	}
	if (ret)
		return ret;
	old->header.name[DNNFILE_NAME_BYTES - 1] = '\0';
	desc.name = old->header.name;
	memcpy(desc.mean, old->header.mean, sizeof(desc.mean));
	memcpy(desc.stdev, old->header.stdev, sizeof(desc.stdev));
	for (uint32_t g = 0; g < desc.shape.groups; g++) {
		desc.accuracy_ppm[g] = old->group[g].accuracy_ppm;
		desc.logit_scale[g] = old->group[g].logit_scale;
	}
	ret = dnnfile_encode(&desc, image, bytes, err);
	/* What is left to be refused: name, mean and stdev. */
	if (ret)
		dyndnn_prefix(err, "header: ");
	return ret;
}

int upgrade_image(const void *data, size_t bytes, void **image, size_t *image_bytes,
		  struct dyndnn_error *err)
{
	struct old_file old = { .data = data, .bytes = bytes };

	return convert(&old, image, image_bytes, err);
}

int upgrade_model(const char *from, const char *to, struct dyndnn_error *err)
{
	size_t bytes, image_bytes;
	void *image = NULL;
	uint8_t *data;
	int ret;

	ret = read_all(from, &data, &bytes, err);
	if (!ret)
		ret = upgrade_image(data, bytes, &image, &image_bytes, err);
	if (!ret)
		ret = dnnfile_write_bytes(to, image, image_bytes, err);
	free(image);
	free(data);
	return ret;
}
