// SPDX-License-Identifier: MIT
/*
 * Fuzzing the readers of data sets. The first byte chooses the format. Of IDX, two bytes say how
 * long the file of images is, and what follows it is the file of labels. All that is read must be
 * there and fit a network, or be refused with a reason.
 */
#include <stdio.h>
#include <string.h>

#include "../../engine/data/dataset.h"
#include "check.h"
#include "file.h"
#include "fuzz.h"

#define IMAGES	"t10k-images-idx3-ubyte"
#define LABELS	"t10k-labels-idx1-ubyte"

/* Numbers of a header ask for a gigabyte at the most: allowed, but it slows the search down. */
static bool is_huge(const uint8_t *images, size_t bytes)
{
	uint64_t product = 1;

	for (size_t at = 4; at + 4 <= bytes && at < 16; at += 4)
		product *= (uint64_t)images[at] << 24 | images[at + 1] << 16 | images[at + 2] << 8 |
			   images[at + 3];
	return product > 1 << 24;
}

static void check_read(struct dataset *ds)
{
	size_t pixels = (size_t)ds->images * dataset_image_bytes(ds);
	unsigned int sum = 0, most = 0;
	char err[DATASET_ERR_LEN];

	CHECK(ds->images && (ds->channels == 1 || ds->channels == 3));
	CHECK(ds->height && ds->height <= DATASET_SIDE_MAX);
	CHECK(ds->width && ds->width <= DATASET_SIDE_MAX);
	for (size_t i = 0; i < pixels; i++)
		sum += ds->pixels[i];
	for (uint32_t i = 0; ds->labels && i < ds->images; i++)
		most = ds->labels[i] > most ? ds->labels[i] : most;
	CHECK(sum <= 255 * pixels);
	/* The classes that there are fit; with a border, too, and with one class less never. */
	CHECK(!dataset_fit(ds, ds->channels, ds->height, ds->width, most + 1, err, sizeof(err)));
	if (pixels < 1 << 16 && ds->width < 64 && ds->height < 64)
		CHECK(!dataset_fit(ds, ds->channels, 64, 64, most + 1, err, sizeof(err)) &&
		      ds->width == 64 && ds->height == 64);
	if (ds->labels && most)
		CHECK(dataset_fit(ds, ds->channels, ds->height, ds->width, most, err,
				  sizeof(err)) < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	char err[DATASET_ERR_LEN] = "";
	const char *path;
	struct dataset ds;
	size_t images;
	int ret;

	if (bytes < 3)
		return 0;
	if (data[0] % 2) {
		path = fuzz_file("a.bin", data + 1, bytes - 1);
		ret = dataset_open_file(&ds, DATASET_CIFAR10, path, err, sizeof(err));
		fuzz_file_gone("a.bin");
	} else {
		images = (data[1] << 8 | data[2]) % (bytes - 2);
		data += 3;
		bytes -= 3;
		if (is_huge(data, images) && check_dice(data, bytes) % 64)
			return 0;
		path = fuzz_file(IMAGES, data, images);
		if (images < bytes)
			fuzz_file(LABELS, data + images, bytes - images);
		ret = dataset_open_file(&ds, DATASET_IDX, path, err, sizeof(err));
		fuzz_file_gone(LABELS);
		fuzz_file_gone(IMAGES);
	}
	if (!ret)
		check_read(&ds);
	else
		CHECK(ret < 0 && err[0] && strlen(err) < sizeof(err) && !ds.pixels && !ds.labels);
	dataset_close(&ds);
	return 0;
}
