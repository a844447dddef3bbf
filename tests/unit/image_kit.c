// SPDX-License-Identifier: MIT
#include "image_kit.h"

#include <criterion/criterion.h>
#include <math.h>
#include <spng.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* after stdio.h, which it needs */
#include <jpeglib.h>

struct file_bytes image_kit_png(const void *pixels, size_t bytes, uint32_t width, uint32_t height,
				int color_type, int depth)
{
	struct spng_ihdr header = {
		.width = width, .height = height, .bit_depth = (uint8_t)depth,
		.color_type = (uint8_t)color_type,
	};
	spng_ctx *ctx = spng_ctx_new(SPNG_CTX_ENCODER);
	struct file_bytes file;
	int ret;

	cr_assert_not_null(ctx);
	spng_set_option(ctx, SPNG_ENCODE_TO_BUFFER, 1);
	cr_assert_eq(spng_set_ihdr(ctx, &header), 0);
	if (color_type == SPNG_COLOR_TYPE_INDEXED) {
		struct spng_plte palette = { .n_entries = 256 };

		for (unsigned int i = 0; i < 256; i++)
			palette.entries[i] = (struct spng_plte_entry) {
				.red = (uint8_t)i, .green = (uint8_t)(255 - i),
				.blue = (uint8_t)(i / 2),
			};
		cr_assert_eq(spng_set_plte(ctx, &palette), 0);
	}
	ret = spng_encode_image(ctx, pixels, bytes, SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE);
	cr_assert_eq(ret, 0, "%s", spng_strerror(ret));
	file.data = spng_get_png_buffer(ctx, &file.bytes, &ret);
	cr_assert_not_null(file.data);
	spng_ctx_free(ctx);
	return file;
}

struct file_bytes image_kit_jpeg(const uint8_t *pixels, uint32_t width, uint32_t height,
				 int channels, int quality, int progressive)
{
	struct jpeg_compress_struct jpeg;
	struct jpeg_error_mgr errors;
	struct file_bytes file;
	unsigned char *data = NULL;
	unsigned long bytes = 0;

	jpeg.err = jpeg_std_error(&errors);
	jpeg_create_compress(&jpeg);
	jpeg_mem_dest(&jpeg, &data, &bytes);
	jpeg.image_width = width;
	jpeg.image_height = height;
	jpeg.input_components = channels;
	jpeg.in_color_space = channels == 1 ? JCS_GRAYSCALE : channels == 3 ? JCS_RGB : JCS_CMYK;
	jpeg_set_defaults(&jpeg);
	jpeg_set_quality(&jpeg, quality, TRUE);
	if (channels == 4)
		jpeg.write_Adobe_marker = TRUE;
	if (progressive)
		jpeg_simple_progression(&jpeg);
	jpeg_start_compress(&jpeg, TRUE);
	while (jpeg.next_scanline < jpeg.image_height) {
		JSAMPROW row = (uint8_t *)pixels +
			       (size_t)jpeg.next_scanline * width * (size_t)channels;

		jpeg_write_scanlines(&jpeg, &row, 1);
	}
	jpeg_finish_compress(&jpeg);
	jpeg_destroy_compress(&jpeg);
	file.data = data;
	file.bytes = bytes;
	return file;
}

struct file_bytes image_kit_pnm(const uint8_t *pixels, uint32_t width, uint32_t height,
				int channels, unsigned int maxval)
{
	size_t samples = (size_t)width * height * (size_t)channels;
	size_t size = maxval > 255 ? 2 : 1;
	struct file_bytes file = { .data = malloc(64 + samples * size) };
	int head;

	cr_assert_not_null(file.data);
	head = sprintf((char *)file.data, "P%c\n# made by a test\n%u %u\n%u\n",
		       channels == 1 ? '5' : '6', width, height, maxval);
	file.bytes = (size_t)head + samples * size;
	for (size_t i = 0; i < samples * size; i++)
		file.data[(size_t)head + i] = pixels[i / size];
	return file;
}

uint8_t *image_kit_pixels(uint32_t width, uint32_t height, uint32_t channels)
{
	uint8_t *pixels = malloc((size_t)width * height * channels);
	uint8_t *to = pixels;

	cr_assert_not_null(pixels);
	for (uint32_t y = 0; y < height; y++)
		for (uint32_t x = 0; x < width; x++)
			for (uint32_t c = 0; c < channels; c++)
				*to++ = (uint8_t)(127.5 + 63 * sin(0.2 * x + c) +
						  63 * cos(0.15 * y - c));
	return pixels;
}

void image_kit_write(const char *path, const void *data, size_t bytes)
{
	FILE *file = fopen(path, "wb");

	cr_assert(file, "%s", path);
	cr_assert_eq(fwrite(data, 1, bytes, file), bytes);
	cr_assert_eq(fclose(file), 0);
}
