// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "blob.h"
#include "error.h"
#include "writer.h"

static size_t class_names_bytes(const struct dnnfile_desc *desc)
{
	size_t bytes = 0;

	for (uint32_t i = 0; desc->class_names && i < desc->shape.classes; i++)
		bytes += strlen(desc->class_names[i]) + 1;
	return bytes;
}

static int check_class_names(const struct dnnfile_desc *desc, struct dyndnn_error *err)
{
	for (uint32_t i = 0; desc->class_names && i < desc->shape.classes; i++) {
		if (!dnnfile_text_ok(desc->class_names[i], strlen(desc->class_names[i])))
			return dyndnn_fail(err, -EINVAL, "name of class %u has control characters",
					   i);
	}
	if (class_names_bytes(desc) > DNNFILE_MAX_NAMES_BYTES)
		return dyndnn_fail(err, -EINVAL, "class names have %zu bytes, allowed: 0..%d",
				   class_names_bytes(desc), DNNFILE_MAX_NAMES_BYTES);
	return 0;
}

static int check_desc(const struct dnnfile_desc *desc, struct dyndnn_error *err)
{
	const struct dnnfile_shape *shape = &desc->shape;
	int ret = dnnfile_shape_check(shape, err);

	if (ret)
		return ret;
	if (desc->name && strlen(desc->name) >= DNNFILE_NAME_BYTES)
		return dyndnn_fail(err, -EINVAL, "name is %zu bytes long, allowed: 0..%d",
				   strlen(desc->name), DNNFILE_NAME_BYTES - 1);
	if (desc->name && !dnnfile_text_ok(desc->name, strlen(desc->name)))
		return dyndnn_fail(err, -EINVAL, "name has control characters");
	ret = check_class_names(desc, err);
	if (ret)
		return ret;
	ret = dnnfile_norm_check(shape, desc->mean, desc->stdev, err);
	if (ret)
		return ret;
	for (uint32_t g = 0; g < shape->groups; g++) {
		if (desc->accuracy_ppm[g] > DNNFILE_MAX_PPM)
			return dyndnn_fail(err, -EINVAL,
					   "accuracy of level %u is %u ppm, allowed: 0..%d",
					   g + 1, desc->accuracy_ppm[g], DNNFILE_MAX_PPM);
		if (!dnnfile_scale_ok(desc->logit_scale[g]))
			return dyndnn_fail(err, -EINVAL,
					   "logit scale of level %u is %g, allowed: 0, %g..%g",
					   g + 1, desc->logit_scale[g], DNNFILE_MIN_SCALE,
					   DNNFILE_MAX_SCALE);
	}
	return 0;
}

static const void *tensor_of(const struct dnnfile_tensors *tensors, enum dnnfile_role role)
{
	switch (role) {
	case DNNFILE_WEIGHTS:
		return tensors->weights;
	case DNNFILE_SCALES:
		return tensors->scales;
	case DNNFILE_BIAS:
		return tensors->bias;
	case DNNFILE_RANGE:
		return tensors->range;
	}
	return NULL;
}

static int put_layer(uint8_t *blob, const struct dnnfile_shape *shape, uint32_t layer,
		     uint32_t group, const struct dnnfile_tensors *tensors,
		     struct dyndnn_error *err)
{
	for (uint32_t role = DNNFILE_WEIGHTS; role <= DNNFILE_ROLES; role++) {
		uint64_t bytes = dnnfile_tensor_bytes(shape, layer, role, group);
		const void *from = tensor_of(tensors, role);

		if (!bytes)
			continue;
		if (!from)
			return dyndnn_fail(err, -EINVAL, "group %u, layer %u: %s missing", group,
					   layer + 1, dnnfile_role_name(role));
		memcpy(blob + dnnfile_tensor_offset(shape, layer, role, group), from, bytes);
	}
	return 0;
}

static int put_blob(uint8_t *blob, const struct dnnfile_shape *shape, uint32_t group,
		    const struct dnnfile_tensors *tensors, struct dyndnn_error *err)
{
	int ret = 0;

	for (uint32_t i = 0; !ret && i < shape->layers; i++)
		ret = put_layer(blob, shape, i, group, &tensors[i], err);
	return ret ? ret : dnnfile_blob_check(shape, group, blob, err);
}

static void seal_header(uint8_t *image, struct dnnfile_header *header)
{
	header->header_crc = 0;
	memcpy(image, header, sizeof(*header));
	header->header_crc = crc32(0, image, header->header_bytes);
	memcpy(image, header, sizeof(*header));
}

int dnnfile_encode(const struct dnnfile_desc *desc, void **image, size_t *bytes,
		   struct dyndnn_error *err)
{
	const struct dnnfile_shape *shape = &desc->shape;
	struct dnnfile_header header = { .version = DNNFILE_VERSION };
	struct dnnfile_tensor table[DNNFILE_MAX_TENSORS];
	uint64_t header_bytes, file_bytes;
	uint8_t *out, *pos;
	uint32_t tensors;
	int ret;

	ret = check_desc(desc, err);
	if (ret)
		return ret;
	tensors = dnnfile_tensor_table(shape, table);
	header_bytes = dnnfile_header_bytes(shape->layers, tensors, shape->groups,
					    class_names_bytes(desc));
	file_bytes = header_bytes + dnnfile_blobs_bytes(shape, shape->groups);
	if (file_bytes > DNNFILE_MAX_BYTES)
		return dyndnn_fail(err, -EINVAL, "the file would be %llu bytes, allowed: 1..%llu",
				   (unsigned long long)file_bytes,
				   (unsigned long long)DNNFILE_MAX_BYTES);
	out = calloc(1, file_bytes);
	if (!out)
		return dyndnn_fail(err, -ENOMEM, "no memory for a file of %llu bytes",
				   (unsigned long long)file_bytes);

	memcpy(header.magic, DNNFILE_MAGIC, sizeof(header.magic));
	header.header_bytes = header_bytes;
	header.file_bytes = file_bytes;
	header.wiring = shape->wiring;
	header.dtype = shape->dtype;
	header.tensors = tensors;
	header.image_scale = shape->image_scale;
	header.image_zero = shape->image_zero;
	header.groups = shape->groups;
	header.layers = shape->layers;
	header.classes = shape->classes;
	header.image_c = shape->image_c;
	header.image_h = shape->image_h;
	header.image_w = shape->image_w;
	header.class_names_bytes = class_names_bytes(desc);
	for (uint32_t c = 0; c < shape->image_c; c++) {
		header.mean[c] = desc->mean[c];
		header.stdev[c] = desc->stdev[c];
	}
	if (desc->name)
		memcpy(header.name, desc->name, strlen(desc->name));

	pos = mempcpy(out + sizeof(header), shape->layer,
		      shape->layers * sizeof(shape->layer[0]));
	pos = mempcpy(pos, table, tensors * sizeof(table[0]));
	for (uint32_t g = 0; g < shape->groups; g++) {
		struct dnnfile_group group = {
			.offset = header_bytes + dnnfile_blobs_bytes(shape, g),
			.bytes = dnnfile_blob_bytes(shape, g + 1),
			.accuracy_ppm = desc->accuracy_ppm[g],
			.logit_scale = desc->logit_scale[g],
		};

		ret = put_blob(out + group.offset, shape, g + 1,
			       &desc->tensors[g * shape->layers], err);
		if (ret) {
			free(out);
			return ret;
		}
		group.crc = crc32(0, out + group.offset, group.bytes);
		memcpy(pos, &group, sizeof(group));
		pos += sizeof(group);
	}
	for (uint32_t i = 0; desc->class_names && i < shape->classes; i++) {
		memcpy(pos, desc->class_names[i], strlen(desc->class_names[i]) + 1);
		pos += strlen(desc->class_names[i]) + 1;
	}
	seal_header(out, &header);
	*image = out;
	*bytes = file_bytes;
	return 0;
}

int dnnfile_cut(const void *image, size_t bytes, uint32_t groups, void **cut, size_t *cut_bytes,
		struct dyndnn_error *err)
{
	struct dnnfile_header header;
	struct dnnfile_group group[DNNFILE_MAX_GROUPS];
	const uint8_t *in = image, *table, *names;
	uint64_t old_header_bytes, blobs_bytes;
	uint8_t *out, *pos;

	if (bytes < sizeof(header))
		return dyndnn_fail(err, -EBADMSG, "there are %zu bytes, a header has %zu", bytes,
				   sizeof(header));
	memcpy(&header, image, sizeof(header));
	if (groups < 1 || groups > header.groups)
		return dyndnn_fail(err, -ERANGE, "groups is %u, allowed: 1..%u", groups,
				   header.groups);
	if (header.file_bytes != bytes)
		return dyndnn_fail(err, -EBADMSG, "file bytes is %llu but there are %zu",
				   (unsigned long long)header.file_bytes, bytes);
	old_header_bytes = header.header_bytes;
	table = in + sizeof(header) + header.layers * sizeof(struct dnnfile_layer) +
		header.tensors * sizeof(struct dnnfile_tensor);
	names = table + header.groups * sizeof(group[0]);
	memcpy(group, table, groups * sizeof(group[0]));
	/* The blobs lie one after the other: what is kept is one piece. */
	blobs_bytes = group[groups - 1].offset + group[groups - 1].bytes - old_header_bytes;

	header.header_bytes = dnnfile_header_bytes(header.layers, header.tensors, groups,
						   header.class_names_bytes);
	header.file_bytes = header.header_bytes + blobs_bytes;
	header.groups = groups;
	out = calloc(1, header.file_bytes);
	if (!out)
		return dyndnn_fail(err, -ENOMEM, "no memory for a file of %llu bytes",
				   (unsigned long long)header.file_bytes);

	for (uint32_t g = 0; g < groups; g++)
		group[g].offset = group[g].offset - old_header_bytes + header.header_bytes;
	pos = mempcpy(out + sizeof(header), in + sizeof(header), table - in - sizeof(header));
	pos = mempcpy(pos, group, groups * sizeof(group[0]));
	memcpy(pos, names, header.class_names_bytes);
	memcpy(out + header.header_bytes, in + old_header_bytes, blobs_bytes);
	*cut_bytes = header.file_bytes;
	seal_header(out, &header);
	*cut = out;
	return 0;
}

void dnnfile_set_accuracy(void *image, const uint32_t *accuracy_ppm)
{
	struct dnnfile_header header;
	uint8_t *row;

	memcpy(&header, image, sizeof(header));
	row = (uint8_t *)image + sizeof(header) + header.layers * sizeof(struct dnnfile_layer) +
	      header.tensors * sizeof(struct dnnfile_tensor);
	for (uint32_t g = 0; g < header.groups; g++) {
		memcpy(row + offsetof(struct dnnfile_group, accuracy_ppm), &accuracy_ppm[g],
		       sizeof(accuracy_ppm[g]));
		row += sizeof(struct dnnfile_group);
	}
	seal_header(image, &header);
}

static int write_all(int fd, const uint8_t *data, size_t bytes)
{
	while (bytes) {
		ssize_t n = write(fd, data, bytes);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		bytes -= n;
	}
	return 0;
}

int dnnfile_write_bytes(const char *path, const void *image, size_t bytes,
			struct dyndnn_error *err)
{
	char *temp;
	int fd, ret;

	if (asprintf(&temp, "%s.XXXXXX", path) < 0)
		return dyndnn_fail(err, -ENOMEM, "no memory for a file name");
	fd = mkstemp(temp);
	if (fd < 0) {
		ret = -errno;
		goto out_free;
	}
	ret = write_all(fd, image, bytes);
	/* mkstemp() makes the file private; a model is for everybody. */
	if (!ret && fchmod(fd, 0644))
		ret = -errno;
	if (close(fd) && !ret)
		ret = -errno;
	if (!ret && rename(temp, path))
		ret = -errno;
	if (ret)
		unlink(temp);
out_free:
	free(temp);
	if (ret)
		return dyndnn_fail(err, ret, "cannot write: %s", strerror(-ret));
	return 0;
}

int dnnfile_write(const char *path, const struct dnnfile_desc *desc, struct dyndnn_error *err)
{
	void *image;
	size_t bytes;
	int ret;

	ret = dnnfile_encode(desc, &image, &bytes, err);
	if (ret)
		return ret;
	ret = dnnfile_write_bytes(path, image, bytes, err);
	free(image);
	return ret;
}
