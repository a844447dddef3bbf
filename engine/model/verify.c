// SPDX-License-Identifier: MIT
/*
 * Loading is verifying: after dyndnn_model_open() every offset, size and shape
 * is known to be what the writer would have made, so nothing behind it checks
 * again. Nothing read from the file is used before its range is known. Every error
 * begins with the section that it is about.
 */
#include "verify.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>

#include "error.h"
#include "section.h"

static int check_identity(const struct dyndnn_model *model, struct dnnfile_header *header,
			  struct dyndnn_error *err)
{
	const size_t magic = sizeof(header->magic);

	if (model->bytes >= magic && memcmp(model->data, DNNFILE_MAGIC, magic))
		return dyndnn_fail(err, -EINVAL, "header: magic is wrong: this is no .dnn file");
	if (model->bytes < sizeof(*header))
		return dyndnn_fail(err, -EBADMSG,
				   "header: truncated: the file has %zu bytes, a header %zu",
				   model->bytes, sizeof(*header));
	if (model->bytes > DNNFILE_MAX_BYTES)
		return dyndnn_fail(err, -EINVAL, "header: the file has %zu bytes, allowed: 1..%llu",
				   model->bytes, (unsigned long long)DNNFILE_MAX_BYTES);
	memcpy(header, model->data, sizeof(*header));
	if (header->version != DNNFILE_VERSION)
		return dyndnn_fail(err, -EPROTONOSUPPORT, "header: version is %u, allowed: %u%s",
				   header->version, DNNFILE_VERSION,
				   header->version == 1 ? " (dyndnn-tool upgrade makes it so)" : "");
	return 0;
}

static void read_counts(struct dnnfile_shape *shape, const struct dnnfile_header *header)
{
	shape->wiring = header->wiring;
	shape->dtype = header->dtype;
	shape->image_scale = header->image_scale;
	shape->image_zero = header->image_zero;
	shape->groups = header->groups;
	shape->layers = header->layers;
	shape->classes = header->classes;
	shape->image_c = header->image_c;
	shape->image_h = header->image_h;
	shape->image_w = header->image_w;
}

/* How far the header's CRC reaches, which follows from the counts. */
static int check_header_bytes(const struct dnnfile_header *header, struct dyndnn_error *err)
{
	const struct {
		const char *what;
		uint32_t value, max;
	} count[] = {
		{ "groups", header->groups, DNNFILE_MAX_GROUPS },
		{ "layers", header->layers, DNNFILE_MAX_LAYERS },
		{ "tensors", header->tensors, DNNFILE_MAX_TENSORS },
		{ "class names bytes", header->class_names_bytes, DNNFILE_MAX_NAMES_BYTES },
	};
	uint64_t expect;

	for (size_t i = 0; i < sizeof(count) / sizeof(count[0]); i++) {
		if (count[i].value > count[i].max)
			return dyndnn_fail(err, -EINVAL, "header: %s is %u, allowed: %d..%u",
					   count[i].what, count[i].value, i < 3, count[i].max);
	}
	expect = dnnfile_header_bytes(header->layers, header->tensors, header->groups,
				      header->class_names_bytes);
	if (header->header_bytes != expect)
		return dyndnn_fail(err, -EINVAL, "header: header bytes is %u, must be %llu",
				   header->header_bytes, (unsigned long long)expect);
	return 0;
}

/* After this, header, tables and names are what they were when they were written. */
static int check_header_crc(const struct dyndnn_model *model, const struct dnnfile_header *header,
			    struct dyndnn_error *err)
{
	struct dnnfile_header zeroed = *header;
	char section[DNNFILE_SECTION_BYTES];
	uint64_t at;
	uLong crc;

	if (model->bytes < header->header_bytes) {
		dnnfile_section_at(header, model->bytes, section);
		return dyndnn_fail(err, -EBADMSG, "%s: truncated before the first group: the file "
				   "has %zu of %llu bytes", section, model->bytes,
				   (unsigned long long)header->file_bytes);
	}
	zeroed.header_crc = 0;
	crc = crc32(0, (const Bytef *)&zeroed, sizeof(zeroed));
	crc = crc32(crc, model->data + sizeof(zeroed), header->header_bytes - sizeof(zeroed));
	if (crc == header->header_crc)
		return 0;
	if (!dnnfile_find_flip(crc ^ header->header_crc, header->header_bytes, &at))
		return dyndnn_fail(err, -EBADMSG, "header, tables or class names: CRC is %08lx, "
				   "must be %08x: damaged", crc, header->header_crc);
	dnnfile_section_at(header, at, section);
	return dyndnn_fail(err, -EBADMSG, "%s: CRC of header, tables and class names is %08lx, "
			   "must be %08x: damaged, by one bit of byte %llu", section, crc,
			   header->header_crc, (unsigned long long)at);
}

static bool all_zero(const uint8_t *data, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		if (data[i])
			return false;
	}
	return true;
}

static int check_name(const struct dnnfile_header *header, struct dyndnn_error *err)
{
	size_t length = strnlen(header->name, sizeof(header->name));

	if (length == sizeof(header->name) ||
	    !all_zero((const uint8_t *)header->name + length, sizeof(header->name) - length))
		return dyndnn_fail(err, -EINVAL, "header: name has no end, allowed: 0..%d bytes",
				   DNNFILE_NAME_BYTES - 1);
	if (!dnnfile_text_ok(header->name, length))
		return dyndnn_fail(err, -EINVAL, "header: name has control characters");
	return 0;
}

static int check_header(struct dyndnn_model *model, const struct dnnfile_header *header,
			struct dyndnn_error *err)
{
	int ret = dnnfile_counts_check(&model->shape, err);

	memcpy(model->mean, header->mean, sizeof(model->mean));
	memcpy(model->stdev, header->stdev, sizeof(model->stdev));
	if (!ret)
		ret = dnnfile_norm_check(&model->shape, model->mean, model->stdev, err);
	if (ret) {
		dyndnn_prefix(err, "header: ");
		return ret;
	}
	for (uint32_t c = model->shape.image_c; c < DNNFILE_MAX_IMAGE_C; c++) {
		if (header->mean[c] != 0 || header->stdev[c] != 0)
			return dyndnn_fail(err, -EINVAL, "header: mean or stdev of unused channel "
					   "%u must be 0", c + 1);
	}
	if (header->reserved)
		return dyndnn_fail(err, -EINVAL, "header: reserved field must be 0");
	memcpy(model->name, header->name, sizeof(model->name));
	return check_name(header, err);
}

static const uint8_t *layer_table(const struct dyndnn_model *model)
{
	return model->data + sizeof(struct dnnfile_header);
}

static const uint8_t *tensor_table(const struct dyndnn_model *model)
{
	return layer_table(model) + model->shape.layers * sizeof(struct dnnfile_layer);
}

static const uint8_t *group_table(const struct dyndnn_model *model,
				  const struct dnnfile_header *header)
{
	return tensor_table(model) + header->tensors * sizeof(struct dnnfile_tensor);
}

static int check_layers(struct dyndnn_model *model, struct dyndnn_error *err)
{
	memcpy(model->shape.layer, layer_table(model),
	       model->shape.layers * sizeof(struct dnnfile_layer));
	return dnnfile_layers_check(&model->shape, err);
}

/* There is one legal table for the layers. */
static int check_tensors(const struct dyndnn_model *model, const struct dnnfile_header *header,
			struct dyndnn_error *err)
{
	struct dnnfile_tensor expect[DNNFILE_MAX_TENSORS];
	uint32_t rows = dnnfile_tensor_table(&model->shape, expect);

	if (header->tensors != rows)
		return dyndnn_fail(err, -EINVAL, "header: tensors is %u, must be %u", header->tensors,
				   rows);
	for (uint32_t i = 0; i < rows; i++) {
		const struct dnnfile_tensor *e = &expect[i];
		struct dnnfile_tensor row;

		memcpy(&row, tensor_table(model) + i * sizeof(row), sizeof(row));
		if (memcmp(&row, e, sizeof(row)))
			return dyndnn_fail(err, -EINVAL,
					   "tensor %u: layer %u, role %u, data type %u, offset "
					   "%llu, count %llu, must be %u, %u, %u, %llu, %llu",
					   i + 1, row.layer, row.role, row.dtype,
					   (unsigned long long)row.offset,
					   (unsigned long long)row.count, e->layer, e->role,
					   e->dtype, (unsigned long long)e->offset,
					   (unsigned long long)e->count);
	}
	return 0;
}

static int check_class_names(struct dyndnn_model *model, const struct dnnfile_header *header,
			     struct dyndnn_error *err)
{
	uint32_t bytes = header->class_names_bytes, names = 0;
	const uint8_t *list = group_table(model, header) +
			      model->shape.groups * sizeof(struct dnnfile_group);

	if (!all_zero(list + bytes, model->data + header->header_bytes - (list + bytes)))
		return dyndnn_fail(err, -EINVAL,
				   "class names: bytes between them and group 1 must be 0");
	if (!bytes)
		return 0;
	for (uint32_t i = 0; i < bytes; i++)
		names += !list[i];
	if (names != model->shape.classes || list[bytes - 1])
		return dyndnn_fail(err, -EINVAL, "class names: their number is %u, must be %u",
				   names, model->shape.classes);
	if (!dnnfile_text_ok((const char *)list, bytes))
		return dyndnn_fail(err, -EINVAL, "class names: they have control characters");
	model->class_names = (const char *)list;
	return 0;
}

static int check_row(const struct dnnfile_group *row, uint32_t g, uint64_t offset, uint64_t bytes,
		     struct dyndnn_error *err)
{
	if (row->offset != offset || row->bytes != bytes)
		return dyndnn_fail(err, -EINVAL,
				   "group %u: place is %llu bytes at %llu, must be %llu at %llu",
				   g, (unsigned long long)row->bytes,
				   (unsigned long long)row->offset, (unsigned long long)bytes,
				   (unsigned long long)offset);
	if (row->reserved)
		return dyndnn_fail(err, -EINVAL, "group %u: reserved field must be 0", g);
	if (!dnnfile_scale_ok(row->logit_scale))
		return dyndnn_fail(err, -EINVAL, "group %u: logit scale is %g, allowed: 0, %g..%g",
				   g, row->logit_scale, DNNFILE_MIN_SCALE, DNNFILE_MAX_SCALE);
	if (row->accuracy_ppm > DNNFILE_MAX_PPM)
		return dyndnn_fail(err, -EINVAL, "group %u: accuracy is %u ppm, allowed: 0..%d",
				   g, row->accuracy_ppm, DNNFILE_MAX_PPM);
	return 0;
}

/* Rows of the group table, and that the file has what they tell. */
static int check_groups(struct dyndnn_model *model, const struct dnnfile_header *header,
			struct dyndnn_error *err)
{
	uint64_t end = header->header_bytes;
	uint32_t cut = 0;

	for (uint32_t g = 1; g <= model->shape.groups; g++) {
		uint64_t bytes = dnnfile_blob_bytes(&model->shape, g);
		struct dnnfile_group row;
		int ret;

		memcpy(&row, group_table(model, header) + (g - 1) * sizeof(row), sizeof(row));
		ret = check_row(&row, g, end, bytes, err);
		if (ret)
			return ret;
		end += bytes;
		if (!cut && end > model->bytes)
			cut = g;
	}
	if (header->file_bytes != end)
		return dyndnn_fail(err, -EINVAL, "header: file bytes is %llu, must be %llu",
				   (unsigned long long)header->file_bytes, (unsigned long long)end);
	if (cut)
		return dyndnn_fail(err, -EBADMSG,
				   "group %u: truncated: the file has %zu of %llu bytes", cut,
				   model->bytes, (unsigned long long)end);
	if (model->bytes > end)
		return dyndnn_fail(err, -EBADMSG, "header: file bytes is %llu but the file has "
				   "%zu: something was appended", (unsigned long long)end,
				   model->bytes);
	return 0;
}

static int load_group(struct dyndnn_model *model, const struct dnnfile_header *header, uint32_t g,
		      struct dyndnn_error *err)
{
	struct dnnfile_group row;
	const uint8_t *blob;
	uLong crc;
	int ret;

	memcpy(&row, group_table(model, header) + (g - 1) * sizeof(row), sizeof(row));
	blob = model->data + row.offset;
	crc = crc32(0, blob, row.bytes);
	if (crc != row.crc)
		return dyndnn_fail(err, -EBADMSG,
				   "group %u: CRC of the weights is %08lx, must be %08x: damaged",
				   g, crc, row.crc);
	ret = dnnfile_blob_check(&model->shape, g, blob, err);
	if (ret)
		return ret;

	model->blob[g - 1] = blob;
	model->logit_scale[g - 1] = row.logit_scale == 0 ? 1 : row.logit_scale;
	model->info.accuracy_ppm[g - 1] = row.accuracy_ppm;
	/* Only verifying has touched them. */
	dyndnn_model_forget_pages(model, g);
	return 0;
}

static void fill_info(struct dyndnn_model *model)
{
	const struct dnnfile_shape *shape = &model->shape;
	struct dyndnn_info *info = &model->info;
	uint64_t macs = 0, bytes = 0;

	info->name = model->name;
	info->levels = shape->groups;
	info->classes = shape->classes;
	info->channels = shape->image_c;
	info->height = shape->image_h;
	info->width = shape->image_w;
	info->file_bytes = model->bytes;
	info->quantised = shape->dtype == DNNFILE_S8;
	info->reads_earlier_groups = shape->wiring == DNNFILE_TRIANGULAR;
	for (uint32_t g = 0; g < shape->groups; g++) {
		macs += dnnfile_group_macs(shape, g + 1);
		bytes += dnnfile_group_bytes(shape, g + 1);
		info->macs[g] = macs;
		info->weights_bytes[g] = bytes;
	}
}

int dyndnn_model_verify(struct dyndnn_model *model, struct dyndnn_error *err)
{
	struct dnnfile_header header;
	int ret;

	ret = check_identity(model, &header, err);
	if (!ret)
		ret = check_header_bytes(&header, err);
	if (!ret)
		ret = check_header_crc(model, &header, err);
	if (ret)
		return ret;
	read_counts(&model->shape, &header);
	ret = check_header(model, &header, err);
	if (!ret)
		ret = check_layers(model, err);
	if (!ret)
		ret = check_tensors(model, &header, err);
	if (!ret)
		ret = check_class_names(model, &header, err);
	if (!ret)
		ret = check_groups(model, &header, err);
	for (uint32_t g = 1; !ret && g <= model->shape.groups; g++)
		ret = load_group(model, &header, g, err);
	if (!ret)
		fill_info(model);
	return ret;
}
