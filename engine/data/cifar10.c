// SPDX-License-Identifier: MIT
/*
 * CIFAR-10, binary version: files of exactly 10,000 records, each one label byte and the red,
 * green and blue planes of a 32x32 image.
 */
#include <errno.h>
#include <stdio.h>

#include "reader.h"

enum {
	CHANNELS = 3,
	SIDE = 32,
	PIXELS = CHANNELS * SIDE * SIDE,
	CLASSES = 10,
	RECORDS = 10000,
};

static int read_batch(struct dataset *ds, uint32_t first, const char *dir, const char *name,
		      struct reader_err *err)
{
	struct reader r;
	char field[32];
	int ret;

	ret = reader_open(&r, dir, name, err);
	if (ret)
		return ret;
	for (uint32_t i = 0; i < RECORDS; i++) {
		uint8_t *label = &ds->labels[first + i];
		uint8_t *pixels = ds->pixels + (size_t)(first + i) * PIXELS;

		snprintf(field, sizeof(field), "record %u", i);
		ret = reader_get(&r, label, 1, field);
		if (!ret)
			ret = reader_get(&r, pixels, PIXELS, field);
		if (ret)
			goto out;
		if (*label >= CLASSES) {
			ret = reader_fail(err, -EBADMSG,
					  "%.300s: label of record %u is %u, not 0..%d",
					  r.path, i, *label, CLASSES - 1);
			goto out;
		}
	}
	ret = reader_end(&r);
out:
	reader_close(&r);
	return ret;
}

int dataset_read_cifar10(struct dataset *ds, const char *dir, enum dataset_part part,
			 struct reader_err *err)
{
	uint32_t batches = part == DATASET_TRAIN ? 5 : 1;
	char name[32] = "test_batch.bin";
	int ret;

	ret = dataset_alloc(ds, batches * RECORDS, CHANNELS, SIDE, SIDE, err);
	for (uint32_t b = 0; !ret && b < batches; b++) {
		if (part == DATASET_TRAIN)
			snprintf(name, sizeof(name), "data_batch_%u.bin", b + 1);
		ret = read_batch(ds, b * RECORDS, dir, name, err);
	}
	return ret;
}
