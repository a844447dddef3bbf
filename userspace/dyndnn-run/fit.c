// SPDX-License-Identifier: MIT
#include "fit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "resample.h"

/* A rectangle of the image. */
struct area {
	uint32_t left, top, width, height;
};

static uint8_t luma(const uint8_t *rgb)
{
	return (uint8_t)((299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2] + 500) / 1000);
}

static void convert(const uint8_t *from, uint32_t from_channels, uint8_t *to, uint32_t to_channels,
		    size_t pixels)
{
	if (from_channels == to_channels) {
		memmove(to, from, pixels * to_channels);
		return;
	}
	for (size_t i = 0; i < pixels; i++) {
		if (to_channels == 1)
			to[i] = luma(from + 3 * i);
		else
			memset(to + 3 * i, from[i], 3);
	}
}

/* The largest area of the aspect of @size, around the centre. */
static struct area centre_crop(const struct image *image, const struct fit_size *size)
{
	uint64_t width = ((uint64_t)image->height * size->width + size->height / 2) / size->height;
	uint64_t height = ((uint64_t)image->width * size->height + size->width / 2) / size->width;
	struct area area = { .width = image->width, .height = image->height };

	if (width < image->width)
		area.width = width ? (uint32_t)width : 1;
	else if (height < image->height)
		area.height = height ? (uint32_t)height : 1;
	area.left = (image->width - area.width) / 2;
	area.top = (image->height - area.height) / 2;
	return area;
}

static int scale(const struct image *image, const struct fit_size *size, uint8_t *out)
{
	struct area area = centre_crop(image, size);
	size_t stride = (size_t)image->width * image->channels;
	size_t left = (size_t)area.left * image->channels;
	const uint8_t *from = image->pixels + area.top * stride + left;
	size_t pixels = (size_t)size->width * size->height;
	uint8_t *scaled;
	int ret;

	scaled = malloc(pixels * image->channels);
	if (!scaled)
		return -ENOMEM;
	ret = resample(from, stride, area.width, area.height, image->channels, scaled, size->width,
		       size->height);
	if (!ret)
		convert(scaled, image->channels, out, size->channels, pixels);
	free(scaled);
	return ret;
}

static void pad(const struct image *image, const struct fit_size *size, uint8_t *out)
{
	uint32_t left = (size->width - image->width) / 2, top = (size->height - image->height) / 2;

	memset(out, 0, (size_t)size->width * size->height * size->channels);
	for (uint32_t y = 0; y < image->height; y++) {
		size_t to = ((size_t)(top + y) * size->width + left) * size->channels;

		convert(image->pixels + (size_t)y * image->width * image->channels, image->channels,
			out + to, size->channels, image->width);
	}
}

int fit_image(const struct image *image, enum fit_mode mode, const struct fit_size *size,
	      uint8_t *out)
{
	if (image->width == size->width && image->height == size->height)
		mode = FIT_PAD;		/* of nothing */
	if (mode == FIT_PAD && image->width <= size->width && image->height <= size->height) {
		pad(image, size, out);
		return 0;
	}
	return scale(image, size, out);
}
