// SPDX-License-Identifier: MIT
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"

static int read_fail(FILE *file, const char *field, struct image_error *err)
{
	if (ferror(file))
		return decode_fail(err, errno ? -errno : -EIO, "%s: cannot read: %s", field,
				   strerror(errno ? errno : EIO));
	return decode_fail(err, -EBADMSG, "PNM: truncated in its %s", field);
}

/* A decimal number after white space and comments. */
static int read_number(FILE *file, const char *field, uint32_t max, uint32_t *value,
		       struct image_error *err)
{
	bool comment = false;
	int c;

	do {
		c = getc(file);
		if (c == EOF)
			return read_fail(file, field, err);
		if (c == '#')
			comment = true;
		else if (c == '\n' || c == '\r')
			comment = false;
	} while (comment || isspace(c));
	for (*value = 0; isdigit(c); c = getc(file)) {
		*value = 10 * *value + (uint32_t)(c - '0');
		if (*value > max)
			return decode_fail(err, -EFBIG, "PNM: %s must be 1..%" PRIu32, field, max);
	}
	if (c == EOF)
		return read_fail(file, field, err);
	/* one white space ends the number, the last one of them the header */
	if (!*value || !isspace(c))
		return decode_fail(err, -EBADMSG, "PNM: %s is no number from 1 on", field);
	return 0;
}

/* Samples of one or two bytes, 0..maxval, as bytes 0..255. */
static int read_samples(FILE *file, struct image *image, uint32_t maxval, struct image_error *err)
{
	size_t row_samples = (size_t)image->width * image->channels;
	size_t size = maxval > 255 ? 2 : 1;
	uint8_t *row = malloc(row_samples * size);
	uint8_t *to = image->pixels;

	if (!row)
		return decode_fail(err, -ENOMEM, "PNM: no memory");
	for (uint32_t y = 0; y < image->height; y++) {
		errno = 0;
		if (fread(row, size, row_samples, file) != row_samples) {
			free(row);
			return read_fail(file, "pixels", err);
		}
		for (size_t i = 0; i < row_samples; i++) {
			uint32_t sample = row[size * i];

			if (size == 2)
				sample = sample << 8 | row[2 * i + 1];
			if (sample > maxval)
				sample = maxval;
			*to++ = (uint8_t)((sample * 255 + maxval / 2) / maxval);
		}
	}
	free(row);
	return 0;
}

int image_read_pnm(FILE *file, struct image *image, struct image_error *err)
{
	uint32_t width, height, maxval;
	int c, ret;

	*image = (struct image){ 0 };
	errno = 0;
	do {
		c = getc(file);
	} while (isspace(c));
	if (c == EOF && !ferror(file))
		return 1;
	if (c == EOF)
		return read_fail(file, "magic number", err);
	if (c != 'P')
		return decode_fail(err, -EBADMSG, "no PPM or PGM image begins here");
	c = getc(file);
	if (c == EOF)
		return read_fail(file, "magic number", err);
	if (c != '5' && c != '6')
		return decode_fail(err, -EBADMSG, "PNM: must be binary PPM (P6) or PGM (P5)");
	ret = read_number(file, "width", IMAGE_SIDE_MAX, &width, err);
	if (!ret)
		ret = read_number(file, "height", IMAGE_SIDE_MAX, &height, err);
	if (!ret)
		ret = read_number(file, "maxval", 65535, &maxval, err);
	if (!ret)
		ret = decode_alloc(image, width, height, c == '6' ? 3 : 1, err);
	if (!ret)
		ret = read_samples(file, image, maxval, err);
	if (ret)
		image_free(image);
	return ret;
}
