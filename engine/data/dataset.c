// SPDX-License-Identifier: MIT
/* Choice of the format, and life of the arrays. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "reader.h"

int dataset_alloc(struct dataset *ds, uint32_t images, uint32_t channels, uint32_t height,
		  uint32_t width, struct reader_err *err)
{
	ds->images = images;
	ds->channels = channels;
	ds->height = height;
	ds->width = width;
	ds->pixels = calloc(images, dataset_image_bytes(ds));
	ds->labels = malloc(images);
	if (!ds->pixels || !ds->labels)
		return reader_fail(err, -ENOMEM, "no memory for %u images", images);
	return 0;
}

static enum dataset_kind detect(const char *dir)
{
	static const char * const idx[] = {
		"train-images-idx3-ubyte", "train-images-idx3-ubyte.gz",
		"t10k-images-idx3-ubyte", "t10k-images-idx3-ubyte.gz",
	};

	if (reader_exists(dir, "test_batch.bin") || reader_exists(dir, "data_batch_1.bin"))
		return DATASET_CIFAR10;
	for (size_t i = 0; i < sizeof(idx) / sizeof(idx[0]); i++)
		if (reader_exists(dir, idx[i]))
			return DATASET_IDX;
	return DATASET_AUTO;
}

int dataset_open(struct dataset *ds, enum dataset_kind kind, const char *dir,
		 enum dataset_part part, char *err_text, size_t err_len)
{
	struct reader_err err = { .text = err_text, .len = err_len };
	int ret;

	memset(ds, 0, sizeof(*ds));
	if (part != DATASET_TRAIN && part != DATASET_TEST)
		return reader_fail(&err, -EINVAL, "part %d: must be train or test", part);
	if (kind == DATASET_AUTO)
		kind = detect(dir);

	switch (kind) {
	case DATASET_CIFAR10:
		ret = dataset_read_cifar10(ds, dir, part, &err);
		break;
	case DATASET_IDX:
		ret = dataset_read_idx(ds, dir, part, &err);
		break;
	case DATASET_AUTO:
		return reader_fail(&err, -ENOENT,
				   "%.300s: neither CIFAR-10 nor IDX files in this folder", dir);
	default:
		return reader_fail(&err, -EINVAL, "kind %d: must be cifar10 or idx", kind);
	}
	if (ret)
		dataset_close(ds);
	else
		ds->kind = kind;
	return ret;
}

int dataset_open_file(struct dataset *ds, enum dataset_kind kind, const char *path, char *err_text,
		      size_t err_len)
{
	struct reader_err err = { .text = err_text, .len = err_len };
	int ret;

	memset(ds, 0, sizeof(*ds));
	switch (kind) {
	case DATASET_CIFAR10:
		ret = dataset_read_cifar10_file(ds, path, &err);
		break;
	case DATASET_IDX:
		ret = dataset_read_idx_file(ds, path, &err);
		break;
	default:
		return reader_fail(&err, -EINVAL, "kind %d: must be cifar10 or idx", kind);
	}
	if (ret)
		dataset_close(ds);
	else
		ds->kind = kind;
	return ret;
}

static int check_fit(const struct dataset *ds, uint32_t channels, uint32_t height, uint32_t width,
		     uint32_t classes, struct reader_err *err)
{
	if (ds->channels != channels)
		return reader_fail(err, -EINVAL, "images have %u channels: the network reads %u",
				   ds->channels, channels);
	if (ds->height > height || ds->width > width)
		return reader_fail(err, -EINVAL, "images have %ux%u pixels: the network reads %ux%u",
				   ds->width, ds->height, width, height);
	for (uint32_t i = 0; ds->labels && i < ds->images; i++)
		if (ds->labels[i] >= classes)
			return reader_fail(err, -EINVAL,
					   "label of image %u is %u: the network has classes 0..%u",
					   i, ds->labels[i], classes - 1);
	return 0;
}

int dataset_fit(struct dataset *ds, uint32_t channels, uint32_t height, uint32_t width,
		uint32_t classes, char *err_text, size_t err_len)
{
	struct reader_err err = { .text = err_text, .len = err_len };
	uint32_t top = (height - ds->height) / 2, left = (width - ds->width) / 2;
	const uint8_t *from = ds->pixels;
	uint8_t *pixels;
	int ret;

	ret = check_fit(ds, channels, height, width, classes, &err);
	if (ret || (ds->height == height && ds->width == width))
		return ret;
	pixels = calloc((size_t)ds->images * channels, (size_t)height * width);
	if (!pixels)
		return reader_fail(&err, -ENOMEM, "no memory for %u images", ds->images);
	for (size_t plane = 0; plane < (size_t)ds->images * channels; plane++)
		for (uint32_t y = 0; y < ds->height; y++, from += ds->width)
			memcpy(pixels + (plane * height + top + y) * width + left, from, ds->width);
	free(ds->pixels);
	ds->pixels = pixels;
	ds->height = height;
	ds->width = width;
	return 0;
}

void dataset_close(struct dataset *ds)
{
	free(ds->pixels);
	free(ds->labels);
	memset(ds, 0, sizeof(*ds));
}

const char *dataset_kind_name(enum dataset_kind kind)
{
	switch (kind) {
	case DATASET_CIFAR10:
		return "cifar10";
	case DATASET_IDX:
		return "idx";
	default:
		return "auto";
	}
}

bool dataset_kind_parse(const char *name, enum dataset_kind *kind)
{
	static const enum dataset_kind kinds[] = { DATASET_CIFAR10, DATASET_IDX };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!strcmp(name, dataset_kind_name(kinds[i]))) {
			*kind = kinds[i];
			return true;
		}
	}
	return false;
}
