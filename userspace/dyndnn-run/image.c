// SPDX-License-Identifier: MIT
/* Which format it is, and life of the pixels. */
#include "image.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"

int decode_fail(struct image_error *err, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	return code;
}

int decode_alloc(struct image *image, uint64_t width, uint64_t height, uint32_t channels,
		 struct image_error *err)
{
	if (!width || !height)
		return decode_fail(err, -EBADMSG, "%s is 0", width ? "height" : "width");
	if (width > IMAGE_SIDE_MAX || height > IMAGE_SIDE_MAX)
		return decode_fail(err, -EFBIG, "%s is %" PRIu64 ", must be 1..%d",
				   width > IMAGE_SIDE_MAX ? "width" : "height",
				   width > IMAGE_SIDE_MAX ? width : height, IMAGE_SIDE_MAX);
	if (width * height > IMAGE_PIXELS_MAX)
		return decode_fail(err, -EFBIG, "%" PRIu64 "x%" PRIu64 " are more than %d pixels",
				   width, height, IMAGE_PIXELS_MAX);
	image->width = (uint32_t)width;
	image->height = (uint32_t)height;
	image->channels = channels;
	image->pixels = malloc((size_t)(width * height) * channels);
	if (!image->pixels)
		return decode_fail(err, -ENOMEM, "no memory for %" PRIu64 "x%" PRIu64 " pixels",
				   width, height);
	return 0;
}

enum image_kind image_kind(const void *head, size_t bytes)
{
	static const uint8_t png[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
	static const uint8_t jpeg[] = { 0xff, 0xd8, 0xff };
	const uint8_t *byte = head;

	if (bytes >= sizeof(png) && !memcmp(head, png, sizeof(png)))
		return IMAGE_PNG;
	if (bytes >= sizeof(jpeg) && !memcmp(head, jpeg, sizeof(jpeg)))
		return IMAGE_JPEG;
	if (bytes >= 3 && byte[0] == 'P' && byte[1] >= '1' && byte[1] <= '7' &&
	    strchr(" \t\r\n#", byte[2]) && byte[2])
		return IMAGE_PNM;
	return IMAGE_UNKNOWN;
}

static int decode_pnm(const void *data, size_t bytes, struct image *image, struct image_error *err)
{
	FILE *file = fmemopen((void *)data, bytes, "r");
	int ret;

	if (!file)
		return decode_fail(err, -errno, "%s", strerror(errno));
	ret = image_read_pnm(file, image, err);
	fclose(file);
	return ret;
}

int image_decode(const void *data, size_t bytes, struct image *image, struct image_error *err)
{
	int ret;

	*image = (struct image){ 0 };
	switch (image_kind(data, bytes)) {
	case IMAGE_PNG:
		ret = decode_png(data, bytes, image, err);
		break;
	case IMAGE_JPEG:
		ret = decode_jpeg(data, bytes, image, err);
		break;
	case IMAGE_PNM:
		ret = decode_pnm(data, bytes, image, err);
		break;
	default:
		return decode_fail(err, -EBADMSG, bytes ? "neither PNG, JPEG, PPM nor PGM" :
				   "the file is empty");
	}
	if (ret)
		image_free(image);
	return ret;
}

/* The whole file, in memory that grows with what is really there. */
static int read_all(FILE *file, uint8_t **data, size_t *bytes, struct image_error *err)
{
	size_t room = 0;

	for (;;) {
		if (*bytes == room) {
			uint8_t *moved;

			if (room == IMAGE_FILE_MAX)
				return decode_fail(err, -EFBIG, "the file has more than %d bytes",
						   IMAGE_FILE_MAX - 1);
			room = room ? 2 * room : 1 << 16;
			moved = realloc(*data, room);
			if (!moved)
				return decode_fail(err, -ENOMEM, "no memory for %zu bytes", room);
			*data = moved;
		}
		errno = 0;
		*bytes += fread(*data + *bytes, 1, room - *bytes, file);
		if (ferror(file))
			return decode_fail(err, errno ? -errno : -EIO, "cannot read: %s",
					   strerror(errno ? errno : EIO));
		if (feof(file))
			return 0;
	}
}

int image_read(const char *path, struct image *image, struct image_error *err)
{
	uint8_t *data = NULL;
	size_t bytes = 0;
	FILE *file;
	int ret;

	*image = (struct image){ 0 };
	file = fopen(path, "re");
	if (!file)
		return decode_fail(err, -errno, "cannot open: %s", strerror(errno));
	ret = read_all(file, &data, &bytes, err);
	fclose(file);
	if (!ret)
		ret = image_decode(data, bytes, image, err);
	free(data);
	return ret;
}

void image_free(struct image *image)
{
	free(image->pixels);
	*image = (struct image){ 0 };
}
