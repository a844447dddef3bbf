// SPDX-License-Identifier: MIT
/*
 * Loading is verifying: after dyndnn_model_open() every offset, size and shape
 * is known to be what the writer would have made, so nothing behind it checks
 * again. Nothing read from the file is used before its range is known.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "error.h"
#include "model.h"

_Static_assert(DYNDNN_MAX_LEVELS == DNNFILE_MAX_GROUPS, "one level per group");

static int check_identity(const struct dnnfile_header *header, size_t bytes,
			  struct dyndnn_error *err)
{
	if (memcmp(header->magic, DNNFILE_MAGIC, sizeof(header->magic)))
		return dyndnn_fail(err, -EINVAL, "magic is wrong: this is no .dnn file");
	if (header->version != DNNFILE_VERSION)
		return dyndnn_fail(err, -EPROTONOSUPPORT, "version is %u, allowed: %u%s",
				   header->version, DNNFILE_VERSION,
				   header->version == 1 ? " (dyndnn-tool upgrade makes it so)" : "");
	if (header->file_bytes != bytes)
		return dyndnn_fail(err, -EBADMSG,
				   "file bytes is %llu but the file has %zu: truncated or damaged",
				   (unsigned long long)header->file_bytes, bytes);
	if (bytes > DNNFILE_MAX_BYTES)
		return dyndnn_fail(err, -EINVAL, "file bytes is %zu, allowed: 1..%llu", bytes,
				   (unsigned long long)DNNFILE_MAX_BYTES);
	if (header->header_bytes < DNNFILE_PAGE || header->header_bytes >= bytes)
		return dyndnn_fail(err, -EBADMSG, "header bytes is %u, allowed: %u..%zu",
				   header->header_bytes, DNNFILE_PAGE, bytes - 1);
	return 0;
}

static int check_header_crc(const struct dnnfile_header *header, const uint8_t *data,
			    struct dyndnn_error *err)
{
	struct dnnfile_header zeroed = *header;
	uLong crc;

	zeroed.header_crc = 0;
	crc = crc32(0, (const Bytef *)&zeroed, sizeof(zeroed));
	crc = crc32(crc, data + sizeof(zeroed), header->header_bytes - sizeof(zeroed));
	if (crc != header->header_crc)
		return dyndnn_fail(err, -EBADMSG,
				   "CRC of the header is %08lx, must be %08x: damaged",
				   crc, header->header_crc);
	return 0;
}

static bool all_zero(const uint8_t *data, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		if (data[i])
			return false;
	}
	return true;
}

static int load_shape(struct dyndnn_model *model, const struct dnnfile_header *header,
		      struct dyndnn_error *err)
{
	struct dnnfile_shape *shape = &model->shape;
	uint64_t expect;

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
	/* The tables' place follows from these counts. */
	if (shape->groups > DNNFILE_MAX_GROUPS || shape->layers > DNNFILE_MAX_LAYERS)
		return dnnfile_shape_check(shape, err);
	if (header->tensors > DNNFILE_MAX_TENSORS)
		return dyndnn_fail(err, -EINVAL, "tensors is %u, allowed: 1..%d", header->tensors,
				   DNNFILE_MAX_TENSORS);
	expect = dnnfile_header_bytes(shape->layers, header->tensors, shape->groups,
				      header->class_names_bytes);
	if (header->header_bytes != expect)
		return dyndnn_fail(err, -EINVAL, "header bytes is %u, must be %llu",
				   header->header_bytes, (unsigned long long)expect);
	memcpy(shape->layer, model->data + sizeof(*header),
	       shape->layers * sizeof(shape->layer[0]));
	return dnnfile_shape_check(shape, err);
}

static const uint8_t *tensor_table(const struct dyndnn_model *model)
{
	return model->data + sizeof(struct dnnfile_header) +
	       model->shape.layers * sizeof(struct dnnfile_layer);
}

static const uint8_t *group_table(const struct dyndnn_model *model)
{
	return tensor_table(model) +
	       dnnfile_tensor_table(&model->shape, NULL) * sizeof(struct dnnfile_tensor);
}

/* There is one legal table for the layers. */
static int load_tensors(const struct dyndnn_model *model, const struct dnnfile_header *header,
			struct dyndnn_error *err)
{
	struct dnnfile_tensor expect[DNNFILE_MAX_TENSORS];
	uint32_t rows = dnnfile_tensor_table(&model->shape, expect);

	if (header->tensors != rows)
		return dyndnn_fail(err, -EINVAL, "tensors is %u, must be %u", header->tensors,
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

static int load_norm(struct dyndnn_model *model, const struct dnnfile_header *header,
		     struct dyndnn_error *err)
{
	uint32_t channels = model->shape.image_c;

	memcpy(model->mean, header->mean, sizeof(model->mean));
	memcpy(model->stdev, header->stdev, sizeof(model->stdev));
	for (uint32_t c = channels; c < DNNFILE_MAX_IMAGE_C; c++) {
		if (header->mean[c] != 0 || header->stdev[c] != 0)
			return dyndnn_fail(err, -EINVAL,
					   "mean or stdev of unused channel %u must be 0", c + 1);
	}
	return dnnfile_norm_check(&model->shape, model->mean, model->stdev, err);
}

static int load_names(struct dyndnn_model *model, const struct dnnfile_header *header,
		      struct dyndnn_error *err)
{
	uint32_t bytes = header->class_names_bytes, names = 0;
	const char *list = (const char *)group_table(model) +
			   model->shape.groups * sizeof(struct dnnfile_group);
	size_t length = strnlen(header->name, sizeof(header->name));

	if (length == sizeof(header->name) ||
	    !all_zero((const uint8_t *)header->name + length, sizeof(header->name) - length))
		return dyndnn_fail(err, -EINVAL, "name has no end, allowed: 0..%d bytes",
				   DNNFILE_NAME_BYTES - 1);
	memcpy(model->name, header->name, sizeof(model->name));

	if (header->reserved)
		return dyndnn_fail(err, -EINVAL, "reserved field of the header must be 0");
	if (!all_zero((const uint8_t *)list + bytes,
		      model->data + header->header_bytes - ((const uint8_t *)list + bytes)))
		return dyndnn_fail(err, -EINVAL, "bytes between class names and group 1 must be 0");
	if (!bytes)
		return 0;
	for (uint32_t i = 0; i < bytes; i++)
		names += !list[i];
	if (names != model->shape.classes || list[bytes - 1])
		return dyndnn_fail(err, -EINVAL, "number of class names is %u, must be %u", names,
				   model->shape.classes);
	model->class_names = list;
	return 0;
}

static int load_group(struct dyndnn_model *model, const struct dnnfile_header *header, uint32_t g,
		      struct dyndnn_error *err)
{
	uint64_t blob_bytes = dnnfile_blob_bytes(&model->shape, g + 1);
	uint64_t offset = header->header_bytes + dnnfile_blobs_bytes(&model->shape, g);
	struct dnnfile_group group;
	uLong crc;
	int ret;

	memcpy(&group, group_table(model) + g * sizeof(group), sizeof(group));
	if (group.offset != offset || group.bytes != blob_bytes)
		return dyndnn_fail(err, -EINVAL,
				   "group %u: place is %llu bytes at %llu, must be %llu at %llu",
				   g + 1, (unsigned long long)group.bytes,
				   (unsigned long long)group.offset,
				   (unsigned long long)blob_bytes, (unsigned long long)offset);
	if (group.reserved)
		return dyndnn_fail(err, -EINVAL, "group %u: reserved fields must be 0", g + 1);
	if (!dnnfile_scale_ok(group.logit_scale))
		return dyndnn_fail(err, -EINVAL, "group %u: logit scale is %g, allowed: 0, %g..%g",
				   g + 1, group.logit_scale, DNNFILE_MIN_SCALE, DNNFILE_MAX_SCALE);
	if (group.accuracy_ppm > DNNFILE_MAX_PPM)
		return dyndnn_fail(err, -EINVAL, "group %u: accuracy is %u ppm, allowed: 0..%d",
				   g + 1, group.accuracy_ppm, DNNFILE_MAX_PPM);
	crc = crc32(0, model->data + offset, blob_bytes);
	if (crc != group.crc)
		return dyndnn_fail(err, -EBADMSG,
				   "group %u: CRC of the weights is %08lx, must be %08x: damaged",
				   g + 1, crc, group.crc);
	ret = dnnfile_blob_check(&model->shape, g + 1, model->data + offset, err);
	if (ret)
		return ret;

	model->blob[g] = model->data + offset;
	model->logit_scale[g] = group.logit_scale == 0 ? 1 : group.logit_scale;
	model->info.accuracy_ppm[g] = group.accuracy_ppm;
	/* Only verifying has touched them. */
	dyndnn_model_forget_pages(model, g + 1);
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

static int load(struct dyndnn_model *model, struct dyndnn_error *err)
{
	struct dnnfile_header header;
	uint64_t file_bytes;
	int ret;

	if (model->bytes < sizeof(header))
		return dyndnn_fail(err, -EBADMSG,
				   "the file has %zu bytes, a model has at least %zu: truncated",
				   model->bytes, sizeof(header));
	memcpy(&header, model->data, sizeof(header));
	ret = check_identity(&header, model->bytes, err);
	if (!ret)
		ret = check_header_crc(&header, model->data, err);
	if (!ret)
		ret = load_shape(model, &header, err);
	if (!ret)
		ret = load_tensors(model, &header, err);
	if (!ret)
		ret = load_norm(model, &header, err);
	if (!ret)
		ret = load_names(model, &header, err);
	if (ret)
		return ret;

	file_bytes = header.header_bytes + dnnfile_blobs_bytes(&model->shape, model->shape.groups);
	if (file_bytes != model->bytes)
		return dyndnn_fail(err, -EINVAL, "file bytes is %zu, must be %llu", model->bytes,
				   (unsigned long long)file_bytes);
	for (uint32_t g = 0; g < model->shape.groups; g++) {
		ret = load_group(model, &header, g, err);
		if (ret)
			return ret;
	}
	fill_info(model);
	return 0;
}

static int open_bytes(const void *data, size_t bytes, bool mapped, struct dyndnn_model **out,
		      struct dyndnn_error *err)
{
	struct dyndnn_model *model = calloc(1, sizeof(*model));
	int ret;

	if (!model)
		return dyndnn_fail(err, -ENOMEM, "no memory for a model");
	atomic_init(&model->refs, 1);
	model->data = data;
	model->bytes = bytes;
	model->mapped = mapped;
	ret = load(model, err);
	if (ret) {
		free(model);
		return ret;
	}
	*out = model;
	return 0;
}

int dyndnn_model_open_memory(const void *data, size_t bytes, struct dyndnn_model **model,
			     struct dyndnn_error *err)
{
	if ((uintptr_t)data % DNNFILE_ALIGN)
		return dyndnn_fail(err, -EINVAL, "address of the model must be a multiple of %d",
				   DNNFILE_ALIGN);
	return open_bytes(data, bytes, false, model, err);
}

/* Map the whole file. An empty one becomes NULL and 0 bytes, for the loader to refuse. */
static int map_file(const char *path, void **data, size_t *bytes, struct dyndnn_error *err)
{
	struct stat st;
	int fd, ret = 0;

	*data = NULL;
	*bytes = 0;
	/* Not to hang on a FIFO. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		ret = -errno;
		return dyndnn_fail(err, ret, "cannot open: %s", strerror(-ret));
	}
	if (fstat(fd, &st)) {
		ret = -errno;
		dyndnn_fail(err, ret, "cannot stat: %s", strerror(-ret));
		goto out_close;
	}
	if (!S_ISREG(st.st_mode)) {
		ret = dyndnn_fail(err, -EINVAL, "not a regular file");
		goto out_close;
	}
	if ((uint64_t)st.st_size > DNNFILE_MAX_BYTES) {
		ret = dyndnn_fail(err, -EINVAL, "the file has %lld bytes, allowed: 1..%llu",
				  (long long)st.st_size, (unsigned long long)DNNFILE_MAX_BYTES);
		goto out_close;
	}
	*bytes = st.st_size;
	if (!*bytes)
		goto out_close;
	*data = mmap(NULL, *bytes, PROT_READ, MAP_PRIVATE, fd, 0);
	if (*data == MAP_FAILED) {
		ret = -errno;
		dyndnn_fail(err, ret, "cannot map: %s", strerror(-ret));
	}
out_close:
	close(fd);
	return ret;
}

int dyndnn_model_open(const char *path, struct dyndnn_model **model, struct dyndnn_error *err)
{
	void *data;
	size_t bytes;
	int ret;

	ret = map_file(path, &data, &bytes, err);
	if (ret)
		return ret;
	ret = open_bytes(data, bytes, true, model, err);
	if (ret && data)
		munmap(data, bytes);
	return ret;
}

struct dyndnn_model *dyndnn_model_get(struct dyndnn_model *model)
{
	/* The caller holds a reference, so nothing has to be ordered with this. */
	atomic_fetch_add_explicit(&model->refs, 1, memory_order_relaxed);
	return model;
}

void dyndnn_model_close(struct dyndnn_model *model)
{
	/* All use of the model happens before the last reference's holder frees it. */
	if (!model || atomic_fetch_sub_explicit(&model->refs, 1, memory_order_acq_rel) != 1)
		return;
	if (model->mapped)
		munmap((void *)model->data, model->bytes);
	free(model);
}

const struct dyndnn_info *dyndnn_model_info(const struct dyndnn_model *model)
{
	return &model->info;
}

const char *dyndnn_model_class_name(const struct dyndnn_model *model, unsigned int class_index)
{
	const char *name = model->class_names;

	if (!name || class_index >= model->shape.classes)
		return NULL;
	while (class_index--)
		name += strlen(name) + 1;
	return name;
}

const void *dyndnn_model_tensor(const struct dyndnn_model *model, uint32_t group, uint32_t layer,
				enum dnnfile_role role)
{
	return dnnfile_tensor(&model->shape, group, model->blob[group - 1], layer, role);
}

struct dnnfile_range dyndnn_model_range(const struct dyndnn_model *model, uint32_t group,
					uint32_t n)
{
	return dnnfile_range_of(&model->shape, group, model->blob[group - 1], n);
}

void dyndnn_model_forget_pages(const struct dyndnn_model *model, uint32_t group)
{
	/* A private mapping that nobody writes: the pages come back from the file. */
	if (model->mapped)
		madvise((void *)model->blob[group - 1], dnnfile_blob_bytes(&model->shape, group),
			MADV_DONTNEED);
}
