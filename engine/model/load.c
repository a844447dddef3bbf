// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "model.h"
#include "verify.h"

_Static_assert(DYNDNN_MAX_LEVELS == DNNFILE_MAX_GROUPS, "one level per group");

/* A copy of its own, so that telling a name maps no page of the file. */
static int copy_class_names(struct dyndnn_model *model)
{
	const char *list = model->class_names, *end = list;
	char *copy;

	if (!list)
		return 0;
	for (uint32_t i = 0; i < model->shape.classes; i++)
		end += strlen(end) + 1;
	copy = malloc(end - list);
	if (!copy)
		return -ENOMEM;
	model->class_names = memcpy(copy, list, end - list);
	return 0;
}

/* Nor do frames of 8-bit models. */
static void copy_logits_ranges(struct dyndnn_model *model)
{
	const struct dnnfile_shape *shape = &model->shape;

	for (uint32_t g = 1; shape->dtype == DNNFILE_S8 && g <= shape->groups; g++)
		model->logits_range[g - 1] = dyndnn_model_range(model, g, shape->layers);
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
	ret = dyndnn_model_verify(model, err);
	if (!ret && copy_class_names(model))
		ret = dyndnn_fail(err, -ENOMEM, "no memory for the class names");
	if (ret) {
		free(model);
		return ret;
	}
	copy_logits_ranges(model);
	/* A fault in one group may have mapped pages of another that was forgotten by then. */
	for (uint32_t g = 1; g <= model->shape.groups; g++)
		dyndnn_model_forget_pages(model, g);
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
	free((char *)model->class_names);
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
