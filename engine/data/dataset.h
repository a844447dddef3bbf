/* SPDX-License-Identifier: MIT */
/*
 * dataset: labelled images of CIFAR-10 (binary version) and of IDX sets such as Fashion-MNIST, in
 * one form: planar 8-bit pixels, one label per image.
 *
 * A data set is read whole into memory; it is read-only afterwards and may be shared between
 * threads. Nothing here prints.
 */
#ifndef DYNDNN_DATASET_H
#define DYNDNN_DATASET_H

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	DATASET_SIDE_MAX = 1024,		/* height and width, pixels */
	DATASET_ERR_LEN = 512,			/* enough for every error text */
};

enum dataset_kind {
	DATASET_AUTO,		/* look at the names of the files in the folder */
	DATASET_CIFAR10,	/* data_batch_1..5.bin and test_batch.bin */
	DATASET_IDX,		/* {train,t10k}-{images-idx3,labels-idx1}-ubyte[.gz] */
};

enum dataset_part {
	DATASET_TRAIN,
	DATASET_TEST,
};

/**
 * struct dataset - images and their labels
 * @kind: DATASET_CIFAR10 or DATASET_IDX, never DATASET_AUTO
 * @images: number of images, at least 1
 * @channels: 3 (red, green, blue planes) or 1
 * @height: of every image, in pixels
 * @width: of every image, in pixels
 * @pixels: @images x @channels x @height x @width bytes
 * @labels: @images bytes; NULL if unknown, which only dataset_open_file() allows
 */
struct dataset {
	enum dataset_kind kind;
	uint32_t images;
	uint32_t channels;
	uint32_t height;
	uint32_t width;
	uint8_t *pixels;
	uint8_t *labels;
};

/**
 * dataset_open() - read one part of a data set
 * @ds: filled on success; release it with dataset_close()
 * @kind: format of the files, or DATASET_AUTO
 * @dir: folder with the files under their standard names
 * @part: training or test part
 * @err: on failure, a text that names the file and the field at fault; may be NULL
 * @err_len: size of @err in bytes (DATASET_ERR_LEN is enough)
 *
 * Return: 0, or -ENOENT (file or format not found), -EBADMSG (damaged contents), -ENOMEM,
 * -EINVAL (argument), or the negative errno of a failed read. @ds is empty after a failure.
 */
int dataset_open(struct dataset *ds, enum dataset_kind kind, const char *dir,
		 enum dataset_part part, char *err, size_t err_len);

/**
 * dataset_open_file() - read the images of one file
 * @ds: filled on success; release it with dataset_close()
 * @kind: DATASET_CIFAR10, of any number of records up to 300,000; or DATASET_IDX, a file of images,
 *	plain or gzip, whose labels are in the file beside it: the same name with labels-idx1
 *	instead of images-idx3, with or without .gz. Without such a file there are no labels.
 * @path: the file
 * @err: as for dataset_open()
 * @err_len: likewise
 *
 * Return: as dataset_open().
 */
int dataset_open_file(struct dataset *ds, enum dataset_kind kind, const char *path, char *err,
		      size_t err_len);

/**
 * dataset_fit() - make the images what a network reads, or tell why they cannot be
 * @ds: the data set; images smaller than wanted are centred, with a border of 0
 * @channels: that the network reads
 * @height: likewise
 * @width: likewise
 * @classes: that it tells apart
 * @err: as for dataset_open()
 * @err_len: likewise
 *
 * Return: 0; -EINVAL if the images are larger, have other channels or a label is not below
 * @classes; or -ENOMEM. @ds stays as it was after a failure.
 */
int dataset_fit(struct dataset *ds, uint32_t channels, uint32_t height, uint32_t width,
		uint32_t classes, char *err, size_t err_len);

/** dataset_close() - release what dataset_open() allocated; an empty @ds is fine */
void dataset_close(struct dataset *ds);

/** dataset_image_bytes() - size of every image */
static inline size_t dataset_image_bytes(const struct dataset *ds)
{
	return (size_t)ds->channels * ds->height * ds->width;
}

/** dataset_image() - first byte of image @i: @channels planes of @height x @width */
static inline const uint8_t *dataset_image(const struct dataset *ds, uint32_t i)
{
	return ds->pixels + i * dataset_image_bytes(ds);
}

/** dataset_kind_name() - "auto", "cifar10" or "idx" */
const char *dataset_kind_name(enum dataset_kind kind);

/** dataset_kind_parse() - "cifar10" or "idx"; returns whether it is one of them */
bool dataset_kind_parse(const char *name, enum dataset_kind *kind);

#endif
