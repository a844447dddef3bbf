// SPDX-License-Identifier: MIT
/* Choice of the format, and life of the arrays. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "reader.h"

int dataset_alloc(struct dataset *ds, uint32_t images, uint32_t channels, struct reader_err *err)
{
	ds->images = images;
	ds->channels = channels;
	ds->height = ds->width = DATASET_SIDE;
	/* The border of padded images stays as calloc() left it. */
	ds->pixels = calloc(images, (size_t)channels * DATASET_PLANE);
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
