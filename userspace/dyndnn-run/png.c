// SPDX-License-Identifier: MIT
#include <errno.h>
#include <spng.h>
#include <stdlib.h>

#include "decode.h"

/* A chunk that is no image data, and all that are kept together. */
#define CHUNK_MAX (1 << 20)
#define CHUNKS_MAX (1 << 22)

static int fail(struct image_error *err, int ret)
{
	return decode_fail(err, ret == SPNG_EMEM ? -ENOMEM : -EBADMSG, "PNG: %s",
			   spng_strerror(ret));
}

static uint8_t onto_black(const uint8_t *rgba, unsigned int channel)
{
	return (uint8_t)((rgba[channel] * rgba[3] + 127) / 255);
}

/*
 * Every kind of PNG becomes RGBA first: the library knows palettes, depths and transparent colours.
 * Then the bytes move down within the same memory, each to a place that was read before.
 */
static int pack(struct image *image, uint32_t channels)
{
	size_t pixels = (size_t)image->width * image->height;
	uint8_t *smaller;

	for (size_t i = 0; i < pixels; i++) {
		const uint8_t rgba[4] = {
			image->pixels[4 * i], image->pixels[4 * i + 1],
			image->pixels[4 * i + 2], image->pixels[4 * i + 3],
		};

		for (uint32_t c = 0; c < channels; c++)
			image->pixels[channels * i + c] = onto_black(rgba, c);
	}
	image->channels = channels;
	smaller = realloc(image->pixels, pixels * channels);
	if (smaller)
		image->pixels = smaller;
	return 0;
}

static int decode(spng_ctx *ctx, struct image *image, struct image_error *err)
{
	struct spng_ihdr header;
	size_t bytes;
	int ret;

	ret = spng_get_ihdr(ctx, &header);
	if (ret)
		return fail(err, ret);
	ret = decode_alloc(image, header.width, header.height, 4, err);
	if (ret)
		return ret;
	ret = spng_decoded_image_size(ctx, SPNG_FMT_RGBA8, &bytes);
	if (ret)
		return fail(err, ret);
	if (bytes != (size_t)image->width * image->height * 4)
		return decode_fail(err, -EBADMSG, "PNG: %zu bytes of pixels", bytes);
	ret = spng_decode_image(ctx, image->pixels, bytes, SPNG_FMT_RGBA8, SPNG_DECODE_TRNS);
	if (ret)
		return fail(err, ret);
	return pack(image, header.color_type & SPNG_COLOR_TYPE_TRUECOLOR ? 3 : 1);
}

int decode_png(const void *data, size_t bytes, struct image *image, struct image_error *err)
{
	spng_ctx *ctx = spng_ctx_new(0);
	int ret;

	if (!ctx)
		return decode_fail(err, -ENOMEM, "PNG: no memory");
	/* Room for headers that are over our own limits, so that the texts are ours. */
	ret = spng_set_chunk_limits(ctx, CHUNK_MAX, CHUNKS_MAX);
	if (!ret)
		ret = spng_set_png_buffer(ctx, data, bytes);
	ret = ret ? fail(err, ret) : decode(ctx, image, err);
	spng_ctx_free(ctx);
	return ret;
}
