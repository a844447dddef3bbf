// SPDX-License-Identifier: MIT
/* Readers of data sets, on files made here: good ones, and one test for each way to be broken. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "dataset.h"

enum {
	RECORD = 3073,
	RECORDS = 10000,
};

static char dir[64];
static char err[DATASET_ERR_LEN];
static struct dataset ds;

static void setup(void)
{
	strcpy(dir, "/tmp/test_dataset.XXXXXX");
	cr_assert(mkdtemp(dir));
}

static void teardown(void)
{
	char cmd[128];

	dataset_close(&ds);
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	cr_assert_eq(system(cmd), 0);
}

TestSuite(dataset, .init = setup, .fini = teardown);

static const char *in_dir(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void put(const char *name, const void *data, size_t len)
{
	FILE *f = fopen(in_dir(name), "wb");

	cr_assert(f);
	cr_assert_eq(fwrite(data, 1, len, f), len);
	cr_assert_eq(fclose(f), 0);
}

static void put_gz(const char *name, const void *data, size_t len)
{
	gzFile f = gzopen(in_dir(name), "wb");

	cr_assert(f);
	cr_assert_eq(gzwrite(f, data, len), (int)len);
	cr_assert_eq(gzclose(f), Z_OK);
}

/* The next read fails with this code and a text with this word. */
static void fails(enum dataset_kind kind, enum dataset_part part, int code, const char *word)
{
	int ret = dataset_open(&ds, kind, dir, part, err, sizeof(err));

	cr_assert_eq(ret, code, "got %d (%s), expected %d", ret, err, code);
	cr_assert(strstr(err, word), "'%s' does not say '%s'", err, word);
	cr_assert_null(ds.pixels);
	cr_assert_null(ds.labels);
	cr_assert_eq(ds.images, 0);
}

/* ---- CIFAR-10 --------------------------------------------------------- */

/* A batch of zeroes, as a file with a hole; some bytes are then set. */
static int batch(const char *name, off_t bytes)
{
	int fd = open(in_dir(name), O_RDWR | O_CREAT | O_TRUNC, 0600);

	cr_assert_geq(fd, 0);
	cr_assert_eq(ftruncate(fd, bytes), 0);
	return fd;
}

static void poke(int fd, off_t at, uint8_t byte)
{
	cr_assert_eq(pwrite(fd, &byte, 1, at), 1);
}

Test(dataset, cifar10_test_part)
{
	int fd = batch("test_batch.bin", RECORDS * RECORD);

	poke(fd, 0, 7);
	poke(fd, 1, 11);			/* red, top left */
	poke(fd, 1 + 1024 + 33, 22);		/* green, row 1, column 1 */
	poke(fd, 9999l * RECORD, 9);
	poke(fd, 10000l * RECORD - 1, 33);	/* blue, bottom right of the last image */
	close(fd);

	cr_assert_eq(dataset_open(&ds, DATASET_AUTO, dir, DATASET_TEST, err, sizeof(err)), 0,
		     "%s", err);
	cr_assert_eq(ds.kind, DATASET_CIFAR10);
	cr_assert_eq(ds.images, 10000);
	cr_assert_eq(ds.channels, 3);
	cr_assert_eq(ds.labels[0], 7);
	cr_assert_eq(ds.labels[1], 0);
	cr_assert_eq(ds.labels[9999], 9);
	cr_assert_eq(dataset_image(&ds, 0)[0], 11);
	cr_assert_eq(dataset_image(&ds, 0)[1024 + 33], 22);
	cr_assert_eq(dataset_image(&ds, 9999)[3071], 33);
}

Test(dataset, cifar10_training_part_is_five_files)
{
	for (int b = 1; b <= 5; b++) {
		char name[32];
		int fd;

		snprintf(name, sizeof(name), "data_batch_%d.bin", b);
		fd = batch(name, RECORDS * RECORD);
		poke(fd, 0, b);
		close(fd);
	}
	cr_assert_eq(dataset_open(&ds, DATASET_CIFAR10, dir, DATASET_TRAIN, err, sizeof(err)), 0,
		     "%s", err);
	cr_assert_eq(ds.images, 50000);
	for (int b = 0; b < 5; b++)
		cr_assert_eq(ds.labels[b * RECORDS], b + 1);

	dataset_close(&ds);
	cr_assert_eq(unlink(in_dir("data_batch_4.bin")), 0);
	fails(DATASET_CIFAR10, DATASET_TRAIN, -ENOENT, "data_batch_4.bin");
}

Test(dataset, cifar10_truncated)
{
	close(batch("test_batch.bin", RECORDS * RECORD - 1));
	fails(DATASET_CIFAR10, DATASET_TEST, -EBADMSG, "truncated in record 9999");
}

Test(dataset, cifar10_too_long)
{
	close(batch("test_batch.bin", RECORDS * RECORD + 1));
	fails(DATASET_CIFAR10, DATASET_TEST, -EBADMSG, "more bytes");
}

Test(dataset, cifar10_label_out_of_range)
{
	int fd = batch("test_batch.bin", RECORDS * RECORD);

	poke(fd, 5l * RECORD, 10);
	close(fd);
	fails(DATASET_CIFAR10, DATASET_TEST, -EBADMSG, "label of record 5 is 10, not 0..9");
}

/* ---- IDX -------------------------------------------------------------- */

enum {
	IMAGES = 3,
	SIDE = 28,
	HEAD = 16,
	LABEL_HEAD = 8,
};

static uint8_t images[HEAD + IMAGES * SIDE * SIDE];
static uint8_t labels[LABEL_HEAD + IMAGES];

/* Good files in memory; a test breaks them before it writes them. */
static void make_idx(void)
{
	static const uint8_t image_head[] = {
		0, 0, 8, 3, 0, 0, 0, IMAGES, 0, 0, 0, SIDE, 0, 0, 0, SIDE,
	};
	static const uint8_t label_head[] = { 0, 0, 8, 1, 0, 0, 0, IMAGES };

	memcpy(images, image_head, sizeof(image_head));
	memcpy(labels, label_head, sizeof(label_head));
	for (int i = 0; i < IMAGES; i++) {
		labels[LABEL_HEAD + i] = 9 - i;
		for (int j = 0; j < SIDE * SIDE; j++)
			images[HEAD + i * SIDE * SIDE + j] = 1 + (i + j) % 255;
	}
}

static void put_idx(void)
{
	put("t10k-images-idx3-ubyte", images, sizeof(images));
	put("t10k-labels-idx1-ubyte", labels, sizeof(labels));
}

static void check_idx(void)
{
	cr_assert_eq(dataset_open(&ds, DATASET_AUTO, dir, DATASET_TEST, err, sizeof(err)), 0,
		     "%s", err);
	cr_assert_eq(ds.kind, DATASET_IDX);
	cr_assert_eq(ds.images, IMAGES);
	cr_assert_eq(ds.channels, 1);
	for (int i = 0; i < IMAGES; i++) {
		const uint8_t *p = dataset_image(&ds, i);

		cr_assert_eq(ds.labels[i], 9 - i);
		cr_assert_eq(memcmp(p, images + HEAD + i * SIDE * SIDE, SIDE * SIDE), 0);
	}
	cr_assert_eq(dataset_fit(&ds, 1, 32, 32, 10, err, sizeof(err)), 0, "%s", err);
	cr_assert_eq(ds.height, 32);
	cr_assert_eq(ds.width, 32);
	for (int i = 0; i < IMAGES; i++) {
		const uint8_t *p = dataset_image(&ds, i);

		/* 28x28 in the middle of 32x32, black around it */
		for (int y = 0; y < 32; y++)
			for (int x = 0; x < 32; x++) {
				int inside = y >= 2 && y < 30 && x >= 2 && x < 30;
				int want = inside ? 1 + (i + (y - 2) * SIDE + x - 2) % 255 : 0;

				cr_assert_eq(p[y * 32 + x], want, "image %d at %d,%d", i, y, x);
			}
	}
}

Test(dataset, idx_plain)
{
	make_idx();
	put_idx();
	check_idx();
}

Test(dataset, idx_gzip)
{
	make_idx();
	put_gz("t10k-images-idx3-ubyte.gz", images, sizeof(images));
	put_gz("t10k-labels-idx1-ubyte.gz", labels, sizeof(labels));
	check_idx();
}

Test(dataset, idx_wrong_magic)
{
	make_idx();
	images[3] = 1;
	put_idx();
	fails(DATASET_IDX, DATASET_TEST, -EBADMSG, "magic number is 0x801, not 0x803");
}

Test(dataset, idx_labels_wrong_magic)
{
	make_idx();
	labels[2] = 9;
	put_idx();
	fails(DATASET_IDX, DATASET_TEST, -EBADMSG, "t10k-labels-idx1-ubyte: magic number");
}

Test(dataset, idx_rows_out_of_range)
{
	make_idx();
	images[10] = 4;
	images[11] = 1;
	put_idx();
	fails(DATASET_IDX, DATASET_TEST, -EBADMSG, "rows is 1025, not 1..1024");
}

Test(dataset, idx_columns_zero)
{
	make_idx();
	images[15] = 0;
	put_idx();
	fails(DATASET_IDX, DATASET_TEST, -EBADMSG, "columns is 0, not 1..1024");
}

Test(dataset, idx_huge_number_of_images)
{
	make_idx();
	memset(images + 4, 0xff, 4);
	put_idx();
	fails(DATASET_IDX, DATASET_TEST, -EBADMSG, "number of images is 4294967295");
}

Test(dataset, idx_no_images)
{
	make_idx();
	images[7] = 0;
	put_idx();
	fails(DATASET_IDX, DATASET_TEST, -EBADMSG, "number of images is 0");
}

Test(dataset, idx_other_number_of_labels)
{
	make_idx();
	labels[7] = IMAGES - 1;
	put_idx();
	fails(DATASET_IDX, DATASET_TEST, -EBADMSG, "number of labels is 2, but there are 3 images");
}

Test(dataset, idx_more_than_fits_in_memory)
{
	make_idx();
	images[5] = 15;		/* 983,043 images */
	images[10] = images[14] = 4;
	images[11] = images[15] = 0;
	put_idx();
	fails(DATASET_IDX, DATASET_TEST, -EBADMSG, "983043 images of 1024x1024");
}

static void does_not_fit(uint32_t channels, uint32_t height, uint32_t width, uint32_t classes,
			 const char *word)
{
	cr_assert_eq(dataset_fit(&ds, channels, height, width, classes, err, sizeof(err)), -EINVAL);
	cr_assert(strstr(err, word), "'%s' does not say '%s'", err, word);
	cr_assert_eq(ds.height, SIDE);
	cr_assert_eq(ds.width, SIDE);
}

Test(dataset, images_that_do_not_fit)
{
	make_idx();
	labels[LABEL_HEAD + 1] = 200;
	put_idx();
	cr_assert_eq(dataset_open(&ds, DATASET_AUTO, dir, DATASET_TEST, err, sizeof(err)), 0,
		     "%s", err);
	does_not_fit(3, 32, 32, 256, "images have 1 channels: the network reads 3");
	does_not_fit(1, 27, 32, 256, "images have 28x28 pixels: the network reads 32x27");
	does_not_fit(1, 32, 27, 256, "images have 28x28 pixels: the network reads 27x32");
	does_not_fit(1, 32, 32, 200, "label of image 1 is 200: the network has classes 0..199");
	cr_assert_eq(dataset_fit(&ds, 1, 28, 28, 201, err, sizeof(err)), 0);
	cr_assert_eq(dataset_fit(&ds, 1, 29, 31, 201, err, sizeof(err)), 0);
	/* the odd row is below, of three columns one is left */
	cr_assert_eq(dataset_image(&ds, 0)[0], 0);
	cr_assert_eq(dataset_image(&ds, 0)[1], images[HEAD]);
	cr_assert_eq(dataset_image(&ds, 0)[28 * 31 + 1], 0);
}

Test(dataset, idx_truncated_everywhere)
{
	make_idx();
	for (size_t len = 0; len < sizeof(images); len += len < HEAD ? 1 : 97) {
		put("t10k-images-idx3-ubyte", images, len);
		put("t10k-labels-idx1-ubyte", labels, sizeof(labels));
		fails(DATASET_IDX, DATASET_TEST, -EBADMSG, "truncated");
	}
	put("t10k-images-idx3-ubyte", images, sizeof(images));
	for (size_t len = 0; len < sizeof(labels); len++) {
		put("t10k-labels-idx1-ubyte", labels, len);
		fails(DATASET_IDX, DATASET_TEST, -EBADMSG, "t10k-labels-idx1-ubyte: truncated");
	}
}

Test(dataset, idx_too_long)
{
	uint8_t more[sizeof(labels) + 1] = { 0 };

	make_idx();
	put("t10k-images-idx3-ubyte", images, sizeof(images));
	memcpy(more, labels, sizeof(labels));
	put("t10k-labels-idx1-ubyte", more, sizeof(more));
	fails(DATASET_IDX, DATASET_TEST, -EBADMSG, "more bytes");
}

Test(dataset, idx_damaged_gzip)
{
	uint8_t bytes[sizeof(images)];
	FILE *f;
	size_t len;

	make_idx();
	put_gz("t10k-images-idx3-ubyte.gz", images, sizeof(images));
	put_gz("t10k-labels-idx1-ubyte.gz", labels, sizeof(labels));
	f = fopen(in_dir("t10k-images-idx3-ubyte.gz"), "rb");
	cr_assert(f);
	len = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);

	/* cut off: its sum at the end is missing too */
	put("t10k-images-idx3-ubyte.gz", bytes, len / 2);
	fails(DATASET_IDX, DATASET_TEST, -EBADMSG, "t10k-images-idx3-ubyte.gz");
	/* the sum does not agree */
	bytes[len - 8] ^= 1;
	put("t10k-images-idx3-ubyte.gz", bytes, len);
	fails(DATASET_IDX, DATASET_TEST, -EBADMSG, "t10k-images-idx3-ubyte.gz");
}

/* ---- single files ----------------------------------------------------- */

static int open_file(enum dataset_kind kind, const char *name)
{
	return dataset_open_file(&ds, kind, in_dir(name), err, sizeof(err));
}

Test(dataset, cifar10_file_of_any_length)
{
	int fd = batch("photos.bin", 3 * RECORD);

	poke(fd, RECORD, 5);
	poke(fd, 3l * RECORD - 1, 33);
	close(fd);
	cr_assert_eq(open_file(DATASET_CIFAR10, "photos.bin"), 0, "%s", err);
	cr_assert_eq(ds.kind, DATASET_CIFAR10);
	cr_assert_eq(ds.images, 3);
	cr_assert_eq(ds.labels[1], 5);
	cr_assert_eq(dataset_image(&ds, 2)[3071], 33);
	dataset_close(&ds);
	close(batch("photos.bin", 3 * RECORD + 1));
	cr_assert_eq(open_file(DATASET_CIFAR10, "photos.bin"), -EBADMSG);
	cr_assert(strstr(err, "photos.bin: 9220 bytes are not"), "%s", err);
	close(batch("photos.bin", 0));
	cr_assert_eq(open_file(DATASET_CIFAR10, "photos.bin"), -EBADMSG);
	cr_assert_eq(open_file(DATASET_CIFAR10, "none.bin"), -ENOENT);
	cr_assert_null(ds.pixels);
}

Test(dataset, idx_file_with_labels_packed_or_not)
{
	make_idx();
	for (int packed = 0; packed < 4; packed++) {
		if (packed & 1)
			put_gz("x-images-idx3-ubyte.gz", images, sizeof(images));
		else
			put("x-images-idx3-ubyte", images, sizeof(images));
		if (packed & 2)
			put_gz("x-labels-idx1-ubyte.gz", labels, sizeof(labels));
		else
			put("x-labels-idx1-ubyte", labels, sizeof(labels));
		cr_assert_eq(open_file(DATASET_IDX, packed & 1 ? "x-images-idx3-ubyte.gz" :
				       "x-images-idx3-ubyte"), 0, "%s", err);
		cr_assert_eq(ds.images, IMAGES);
		cr_assert_eq(ds.labels[2], 7);
		dataset_close(&ds);
		unlink(in_dir("x-labels-idx1-ubyte"));
		unlink(in_dir("x-labels-idx1-ubyte.gz"));
	}
}

Test(dataset, idx_file_without_labels)
{
	make_idx();
	put("pictures", images, sizeof(images));
	cr_assert_eq(open_file(DATASET_IDX, "pictures"), 0, "%s", err);
	cr_assert_null(ds.labels);
	cr_assert_eq(dataset_fit(&ds, 1, 32, 32, 10, err, sizeof(err)), 0, "%s", err);
	dataset_close(&ds);
	put("x-images-idx3-ubyte", images, sizeof(images));
	put("x-labels-idx1-ubyte", labels, sizeof(labels) - 1);
	cr_assert_eq(open_file(DATASET_IDX, "x-images-idx3-ubyte"), -EBADMSG);
	cr_assert(strstr(err, "x-labels-idx1-ubyte: truncated"), "%s", err);
	cr_assert_eq(open_file(DATASET_AUTO, "pictures"), -EINVAL);
}

/* ---- both ------------------------------------------------------------- */

Test(dataset, nothing_in_folder)
{
	fails(DATASET_AUTO, DATASET_TEST, -ENOENT, "neither CIFAR-10 nor IDX");
	fails(DATASET_IDX, DATASET_TEST, -ENOENT, "t10k-images-idx3-ubyte");
	fails(DATASET_CIFAR10, DATASET_TRAIN, -ENOENT, "data_batch_1.bin");
}

Test(dataset, bad_arguments)
{
	fails((enum dataset_kind)9, DATASET_TEST, -EINVAL, "kind");
	fails(DATASET_IDX, (enum dataset_part)9, -EINVAL, "part");
	/* no room for a text is no reason to fail otherwise */
	cr_assert_eq(dataset_open(&ds, DATASET_IDX, dir, DATASET_TEST, NULL, 0), -ENOENT);
}

Test(dataset, close_twice)
{
	make_idx();
	put_idx();
	check_idx();
	dataset_close(&ds);
	dataset_close(&ds);
	cr_assert_null(ds.pixels);
}
