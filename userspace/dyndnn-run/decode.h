/* SPDX-License-Identifier: MIT */
/* What the readers of the single formats share. */
#ifndef DYNDNN_RUN_DECODE_H
#define DYNDNN_RUN_DECODE_H

#include "image.h"

int decode_fail(struct image_error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Check width, height and channels against the limits, and take memory for the pixels. */
int decode_alloc(struct image *image, uint64_t width, uint64_t height, uint32_t channels,
		 struct image_error *err);

int decode_png(const void *data, size_t bytes, struct image *image, struct image_error *err);
int decode_jpeg(const void *data, size_t bytes, struct image *image, struct image_error *err);

#endif
