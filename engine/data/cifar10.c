// SPDX-License-Identifier: MIT
/*
 * CIFAR-10, binary version: files of exactly 10,000 records, each one label byte and the red,
 * green and blue planes of a 32x32 image. A file given by its own name may hold fewer or more.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "reader.h"

enum {
	CHANNELS = 3,
	SIDE = 32,
	PIXELS = CHANNELS * SIDE * SIDE,
	CLASSES = 10,
	RECORDS = 10000,
	RECORDS_MAX = 300000,
};

static int read_records(struct dataset *ds, uint32_t first, uint32_t records, struct reader *r)
{
	char field[32];
	int ret;

	for (uint32_t i = 0; i < records; i++) {
		uint8_t *label = &ds->labels[first + i];
		uint8_t *pixels = ds->pixels + (size_t)(first + i) * PIXELS;

		snprintf(field, sizeof(field), "record %u", i);
		ret = reader_get(r, label, 1, field);
		if (!ret)
			ret = reader_get(r, pixels, PIXELS, field);
		if (ret)
			return ret;
		if (*label >= CLASSES)
			return reader_fail(r->err, -EBADMSG,
					   "%.300s: label of record %u is %u, not 0..%d",
					   r->path, i, *label, CLASSES - 1);
	}
	return reader_end(r);
}

static int read_batch(struct dataset *ds, uint32_t first, const char *dir, const char *name,
		      struct reader_err *err)
{
	struct reader r;
	int ret;

	ret = reader_open(&r, dir, name, err);
	if (ret)
		return ret;
	ret = read_records(ds, first, RECORDS, &r);
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

int dataset_read_cifar10_file(struct dataset *ds, const char *path, struct reader_err *err)
{
	struct reader r;
	struct stat st;
	uint64_t bytes;
	int ret;

	if (stat(path, &st))
		return reader_fail(err, -errno, "%.300s: cannot open: %s", path, strerror(errno));
	bytes = (uint64_t)st.st_size;
	if (!bytes || bytes % (1 + PIXELS) || bytes / (1 + PIXELS) > RECORDS_MAX)
		return reader_fail(err, -EBADMSG, "%.300s: %llu bytes are not 1..%d records of %d",
				   path, (unsigned long long)bytes, RECORDS_MAX, 1 + PIXELS);
	ret = dataset_alloc(ds, bytes / (1 + PIXELS), CHANNELS, SIDE, SIDE, err);
	if (ret)
		return ret;
	ret = reader_open_path(&r, path, err);
	if (ret)
		return ret;
	ret = read_records(ds, 0, ds->images, &r);
	reader_close(&r);
	return ret;
}
