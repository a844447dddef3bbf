/* SPDX-License-Identifier: MIT */
/*
 * image: one picture in memory, and the formats that it can come from: PNG, JPEG, and binary PPM
 * and PGM.
 *
 * Files are not trusted: what a header asks for is checked against the limits below before memory
 * is taken. Nothing here prints.
 */
#ifndef DYNDNN_RUN_IMAGE_H
#define DYNDNN_RUN_IMAGE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
	IMAGE_SIDE_MAX = 16384,			/* width and height, pixels */
	IMAGE_PIXELS_MAX = 1 << 26,		/* of one image: 256 MiB at four bytes each */
	IMAGE_FILE_MAX = 1 << 28,		/* bytes of a file */
	IMAGE_HEAD = 16,			/* bytes that tell the format */
};

/**
 * struct image - a picture
 * @width: in pixels
 * @height: in pixels
 * @channels: 3 (red, green, blue) or 1 (grey)
 * @pixels: [row][column][channel]; released by image_free()
 */
struct image {
	uint32_t width;
	uint32_t height;
	uint32_t channels;
	uint8_t *pixels;
};

/* What is wrong, one line without the name of the file. */
struct image_error {
	char text[256];
};

enum image_kind { IMAGE_UNKNOWN, IMAGE_PNG, IMAGE_JPEG, IMAGE_PNM };

/* The format by a file's first bytes, of which there may be fewer than IMAGE_HEAD. */
enum image_kind image_kind(const void *head, size_t bytes);

/**
 * image_decode() - read an image that is in memory
 * @data: a whole file
 * @bytes: its size
 * @image: filled on success; empty after a failure
 * @err: reason of a failure
 *
 * Transparent pixels are laid onto black.
 *
 * Return: 0; -EBADMSG if it is damaged or of no known format; -EFBIG beyond a limit; -ENOMEM.
 */
int image_decode(const void *data, size_t bytes, struct image *image, struct image_error *err);

/**
 * image_read() - the same of a file
 * @path: the file
 * @image: as for image_decode()
 * @err: likewise
 *
 * Return: as image_decode(), or the negative errno of reading the file.
 */
int image_read(const char *path, struct image *image, struct image_error *err);

/**
 * image_read_pnm() - read the next of the PPM (P6) or PGM (P5) images of a stream
 * @file: the stream; white space between images is skipped
 * @image: as for image_decode()
 * @err: likewise
 *
 * Return: 0; 1 at the end of the stream, @image being empty; or as image_read(). After a failure
 * the place of the next image is not known.
 */
int image_read_pnm(FILE *file, struct image *image, struct image_error *err);

/* Release the pixels; an empty image is fine. */
void image_free(struct image *image);

#endif
