// SPDX-License-Identifier: MIT
/*
 * IDX, the format of MNIST and Fashion-MNIST: big-endian header (type and number of dimensions,
 * then each dimension), then the bytes. One file holds the images, one the labels; either may be
 * compressed with gzip.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "reader.h"

enum {
	MAGIC_IMAGES = 0x0803,		/* unsigned bytes, three dimensions */
	MAGIC_LABELS = 0x0801,		/* unsigned bytes, one dimension */
	IMAGES_MAX = 1000000,
	/* of all images together: a header alone must not ask for more memory than this */
	BYTES_MAX = 1 << 30,
};

static int open_either(struct reader *r, const char *dir, const char *base,
		       struct reader_err *err)
{
	char gz[64];

	snprintf(gz, sizeof(gz), "%s.gz", base);
	return reader_open(r, dir, !reader_exists(dir, base) && reader_exists(dir, gz) ? gz : base,
			   err);
}

static int get_be32(struct reader *r, const char *field, uint32_t min, uint32_t max, uint32_t *out)
{
	uint8_t b[4];
	int ret;

	ret = reader_get(r, b, sizeof(b), field);
	if (ret)
		return ret;
	*out = (uint32_t)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
	if (*out >= min && *out <= max)
		return 0;
	if (min == max)
		return reader_fail(r->err, -EBADMSG, "%.300s: %s is %#x, not %#x", r->path, field,
				   *out, min);
	return reader_fail(r->err, -EBADMSG, "%.300s: %s is %u, not %u..%u", r->path, field, *out,
			   min, max);
}

static int read_images(struct dataset *ds, struct reader *r)
{
	uint32_t magic, images = 0, rows = 0, cols = 0;
	int ret;

	ret = get_be32(r, "magic number", MAGIC_IMAGES, MAGIC_IMAGES, &magic);
	if (!ret)
		ret = get_be32(r, "number of images", 1, IMAGES_MAX, &images);
	if (!ret)
		ret = get_be32(r, "rows", 1, DATASET_SIDE_MAX, &rows);
	if (!ret)
		ret = get_be32(r, "columns", 1, DATASET_SIDE_MAX, &cols);
	if (!ret && (uint64_t)images * rows * cols > BYTES_MAX)
		ret = reader_fail(r->err, -EBADMSG,
				  "%.300s: %u images of %ux%u are more than %d bytes", r->path,
				  images, cols, rows, BYTES_MAX);
	if (!ret)
		ret = dataset_alloc(ds, images, 1, rows, cols, r->err);
	if (ret)
		return ret;

	for (uint32_t i = 0; i < images; i++) {
		char field[32];

		snprintf(field, sizeof(field), "image %u", i);
		ret = reader_get(r, ds->pixels + i * dataset_image_bytes(ds),
				 dataset_image_bytes(ds), field);
		if (ret)
			return ret;
	}
	return reader_end(r);
}

static int read_labels(struct dataset *ds, struct reader *r)
{
	uint32_t magic, labels;
	int ret;

	ret = get_be32(r, "magic number", MAGIC_LABELS, MAGIC_LABELS, &magic);
	if (!ret)
		ret = get_be32(r, "number of labels", 1, IMAGES_MAX, &labels);
	if (ret)
		return ret;
	if (labels != ds->images)
		return reader_fail(r->err, -EBADMSG,
				   "%.300s: number of labels is %u, but there are %u images", r->path,
				   labels, ds->images);
	ret = reader_get(r, ds->labels, labels, "labels");
	return ret ? ret : reader_end(r);
}

int dataset_read_idx(struct dataset *ds, const char *dir, enum dataset_part part,
		     struct reader_err *err)
{
	const char *prefix = part == DATASET_TRAIN ? "train" : "t10k";
	struct reader r;
	char name[48];
	int ret;

	snprintf(name, sizeof(name), "%s-images-idx3-ubyte", prefix);
	ret = open_either(&r, dir, name, err);
	if (ret)
		return ret;
	ret = read_images(ds, &r);
	reader_close(&r);
	if (ret)
		return ret;

	snprintf(name, sizeof(name), "%s-labels-idx1-ubyte", prefix);
	ret = open_either(&r, dir, name, err);
	if (ret)
		return ret;
	ret = read_labels(ds, &r);
	reader_close(&r);
	return ret;
}

/* "t10k-images-idx3-ubyte.gz" and "t10k-labels-idx1-ubyte": either may be compressed. */
static int find_labels(const char *path, char *labels, size_t room)
{
	static const char images_part[] = "images-idx3", labels_part[] = "labels-idx1";
	const char *name = strrchr(path, '/'), *part;
	size_t length;

	part = strstr(name ? name : path, images_part);
	length = strlen(path);
	if (!part || length + sizeof(".gz") > room)
		return -ENOENT;
	strcpy(labels, path);
	memcpy(labels + (part - path), labels_part, sizeof(labels_part) - 1);
	if (!access(labels, F_OK))
		return 0;
	if (length > 3 && !strcmp(labels + length - 3, ".gz"))
		labels[length - 3] = '\0';
	else
		strcat(labels, ".gz");
	return access(labels, F_OK) ? -ENOENT : 0;
}

int dataset_read_idx_file(struct dataset *ds, const char *path, struct reader_err *err)
{
	char labels[4096];
	struct reader r;
	int ret;

	ret = reader_open_path(&r, path, err);
	if (ret)
		return ret;
	ret = read_images(ds, &r);
	reader_close(&r);
	if (ret)
		return ret;
	if (find_labels(path, labels, sizeof(labels))) {
		free(ds->labels);
		ds->labels = NULL;
		return 0;
	}
	ret = reader_open_path(&r, labels, err);
	if (ret)
		return ret;
	ret = read_labels(ds, &r);
	reader_close(&r);
	return ret;
}
