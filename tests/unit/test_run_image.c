// SPDX-License-Identifier: MIT
/* The images of dyndnn-run: every format, every way to be broken, and fitting to a network. */
#include <criterion/criterion.h>
#include <errno.h>
#include <spng.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "image_kit.h"
#include "userspace/dyndnn-run/fit.h"
#include "userspace/dyndnn-run/image.h"

enum { W = 37, H = 23 };	/* odd on purpose */

/* Fuzzing starts from the good files, if it says where to put them. */
static void keep_as_seed(const struct file_bytes *file)
{
	const char *dir = getenv("RUN_IMAGE_SEEDS");
	static unsigned int number;
	char path[512];

	if (!dir)
		return;
	snprintf(path, sizeof(path), "%s/%d-%u", dir, getpid(), number++);
	image_kit_write(path, file->data, file->bytes);
}

static void decode(struct file_bytes file, struct image *image)
{
	struct image_error err = { "" };

	keep_as_seed(&file);
	cr_assert_eq(image_decode(file.data, file.bytes, image, &err), 0, "%s", err.text);
	free(file.data);
}

/* The bytes are refused with this code, and a text that has this word. */
static void refused(const void *data, size_t bytes, int code, const char *word)
{
	struct image_error err = { "" };
	struct image image;
	int ret = image_decode(data, bytes, &image, &err);

	cr_assert_eq(ret, code, "got %d (%s), expected %d", ret, err.text, code);
	cr_assert(strstr(err.text, word), "'%s' does not say '%s'", err.text, word);
	cr_assert_null(image.pixels);
}

static void expect_pixels(struct image *image, uint32_t channels, const uint8_t *pixels)
{
	cr_assert_eq(image->width, W);
	cr_assert_eq(image->height, H);
	cr_assert_eq(image->channels, channels);
	cr_assert_arr_eq(image->pixels, pixels, (size_t)W * H * channels);
	image_free(image);
}

/* ---- good ones ---------------------------------------------------------- */

Test(image, png_rgb_and_grey_are_exact)
{
	uint8_t *rgb = image_kit_pixels(W, H, 3), *grey = image_kit_pixels(W, H, 1);
	struct image image;

	decode(image_kit_png(rgb, W * H * 3, W, H, SPNG_COLOR_TYPE_TRUECOLOR, 8), &image);
	expect_pixels(&image, 3, rgb);
	decode(image_kit_png(grey, W * H, W, H, SPNG_COLOR_TYPE_GRAYSCALE, 8), &image);
	expect_pixels(&image, 1, grey);
	free(rgb);
	free(grey);
}

Test(image, png_of_16_bits_and_palettes)
{
	uint8_t *grey = image_kit_pixels(W, H, 1);
	uint16_t deep[W * H];
	struct image image;

	for (size_t i = 0; i < W * H; i++)
		deep[i] = (uint16_t)(grey[i] * 257);
	decode(image_kit_png(deep, sizeof(deep), W, H, SPNG_COLOR_TYPE_GRAYSCALE, 16), &image);
	expect_pixels(&image, 1, grey);
	decode(image_kit_png(grey, W * H, W, H, SPNG_COLOR_TYPE_INDEXED, 8), &image);
	cr_assert_eq(image.channels, 3);
	for (size_t i = 0; i < W * H; i++) {
		cr_assert_eq(image.pixels[3 * i], grey[i]);
		cr_assert_eq(image.pixels[3 * i + 1], 255 - grey[i]);
		cr_assert_eq(image.pixels[3 * i + 2], grey[i] / 2);
	}
	image_free(&image);
	free(grey);
}

Test(image, png_alpha_is_laid_onto_black)
{
	static const uint8_t rgba[] = {
		200, 100, 50, 255, 200, 100, 50, 0, 200, 100, 50, 128, 255, 255, 255, 1,
	};
	static const uint8_t ya[] = { 200, 255, 200, 0, 200, 128, 255, 1 };
	static const uint8_t rgb[] = { 200, 100, 50, 0, 0, 0, 100, 50, 25, 1, 1, 1 };
	struct image image;

	decode(image_kit_png(rgba, sizeof(rgba), 4, 1, SPNG_COLOR_TYPE_TRUECOLOR_ALPHA, 8), &image);
	cr_assert_eq(image.channels, 3);
	cr_assert_arr_eq(image.pixels, rgb, sizeof(rgb));
	image_free(&image);
	decode(image_kit_png(ya, sizeof(ya), 2, 2, SPNG_COLOR_TYPE_GRAYSCALE_ALPHA, 8), &image);
	cr_assert_eq(image.channels, 1);
	cr_assert_arr_eq(image.pixels, ((uint8_t[]){ 200, 0, 100, 1 }), 4);
	image_free(&image);
}

static void expect_near(struct image *image, uint32_t channels, const uint8_t *pixels)
{
	int worst = 0;

	cr_assert_eq(image->width, W);
	cr_assert_eq(image->height, H);
	cr_assert_eq(image->channels, channels);
	for (size_t i = 0; i < (size_t)W * H * channels; i++)
		worst = abs(image->pixels[i] - pixels[i]) > worst ?
			abs(image->pixels[i] - pixels[i]) : worst;
	cr_assert_lt(worst, 24, "%d", worst);
	image_free(image);
}

Test(image, jpeg_is_near)
{
	uint8_t *rgb = image_kit_pixels(W, H, 3), *grey = image_kit_pixels(W, H, 1);
	struct image image;

	for (int progressive = 0; progressive < 2; progressive++) {
		decode(image_kit_jpeg(rgb, W, H, 3, 97, progressive), &image);
		expect_near(&image, 3, rgb);
		decode(image_kit_jpeg(grey, W, H, 1, 97, progressive), &image);
		expect_near(&image, 1, grey);
	}
	free(rgb);
	free(grey);
}

Test(image, jpeg_of_inks)
{
	uint8_t *inks = image_kit_pixels(W, H, 4), *rgb = malloc(W * H * 3);
	struct image image;

	cr_assert_not_null(rgb);
	for (size_t i = 0; i < W * H; i++)
		for (size_t c = 0; c < 3; c++)
			rgb[3 * i + c] = (uint8_t)(inks[4 * i + c] * inks[4 * i + 3] / 255);
	decode(image_kit_jpeg(inks, W, H, 4, 97, 0), &image);
	expect_near(&image, 3, rgb);
	free(inks);
	free(rgb);
}

Test(image, pnm_is_exact)
{
	uint8_t *rgb = image_kit_pixels(W, H, 3), *grey = image_kit_pixels(W, H, 1);
	struct image_error err = { "" };
	struct image image;

	decode(image_kit_pnm(rgb, W, H, 3, 255), &image);
	expect_pixels(&image, 3, rgb);
	decode(image_kit_pnm(grey, W, H, 1, 255), &image);
	expect_pixels(&image, 1, grey);
	decode(image_kit_pnm(rgb, W, H, 3, 65535), &image);
	expect_pixels(&image, 3, rgb);
	free(rgb);
	free(grey);
	/* a smaller range is spread, what is above it is its end */
	cr_assert_eq(image_decode("P5 4 1 15 \0\1\17\377", 14, &image, &err), 0, "%s", err.text);
	cr_assert_arr_eq(image.pixels, ((uint8_t[]){ 0, 17, 255, 255 }), 4);
	image_free(&image);
}

Test(image, pnm_stream)
{
	static const char stream[] = "P5 2 1 255\nab\n P6\n1 1\n255\nxyzP5 1 1 255\nq\n";
	FILE *file = fmemopen((void *)stream, sizeof(stream) - 1, "r");
	struct image_error err = { "" };
	struct image image;

	cr_assert_not_null(file);
	cr_assert_eq(image_read_pnm(file, &image, &err), 0, "%s", err.text);
	cr_assert_eq(image.width, 2);
	cr_assert_arr_eq(image.pixels, "ab", 2);
	image_free(&image);
	cr_assert_eq(image_read_pnm(file, &image, &err), 0, "%s", err.text);
	cr_assert_eq(image.channels, 3);
	cr_assert_arr_eq(image.pixels, "xyz", 3);
	image_free(&image);
	cr_assert_eq(image_read_pnm(file, &image, &err), 0, "%s", err.text);
	cr_assert_arr_eq(image.pixels, "q", 1);
	image_free(&image);
	cr_assert_eq(image_read_pnm(file, &image, &err), 1);
	fclose(file);
}

/* ---- broken ones -------------------------------------------------------- */

/* Whatever is cut off at the end, the file is refused. */
static void truncated_everywhere(struct file_bytes file, const char *word)
{
	for (size_t bytes = 0; bytes < file.bytes; bytes++) {
		/* in memory of its own, so that a read past its end is seen */
		uint8_t *part = malloc(bytes ? bytes : 1);
		struct image_error err = { "" };
		struct image image;
		int ret;

		cr_assert_not_null(part);
		memcpy(part, file.data, bytes);
		ret = image_decode(part, bytes, &image, &err);
		cr_assert_eq(ret, -EBADMSG, "%zu of %zu bytes: %d %s", bytes, file.bytes, ret,
			     err.text);
		if (bytes > IMAGE_HEAD)
			cr_assert(strstr(err.text, word), "%s", err.text);
		free(part);
	}
	free(file.data);
}

Test(image, truncated_png)
{
	uint8_t *rgb = image_kit_pixels(W, H, 3);
	struct file_bytes file = image_kit_png(rgb, W * H * 3, W, H, SPNG_COLOR_TYPE_TRUECOLOR, 8);

	/* all pixels are there without the last chunk, 12 bytes, and the checksum before it */
	file.bytes -= 12 + 4;
	truncated_everywhere(file, "PNG");
	free(rgb);
}

Test(image, truncated_jpeg)
{
	uint8_t *rgb = image_kit_pixels(W, H, 3);

	truncated_everywhere(image_kit_jpeg(rgb, W, H, 3, 90, 0), "JPEG");
	truncated_everywhere(image_kit_jpeg(rgb, W, H, 3, 90, 1), "JPEG");
	free(rgb);
}

Test(image, truncated_pnm)
{
	uint8_t *rgb = image_kit_pixels(W, H, 3);

	truncated_everywhere(image_kit_pnm(rgb, W, H, 3, 255), "PNM");
	truncated_everywhere(image_kit_pnm(rgb, W, H, 1, 65535), "PNM");
	free(rgb);
}

Test(image, a_flipped_bit_in_a_png_is_seen)
{
	uint8_t *rgb = image_kit_pixels(W, H, 3);
	struct file_bytes file = image_kit_png(rgb, W * H * 3, W, H, SPNG_COLOR_TYPE_TRUECOLOR, 8);

	file.data[file.bytes / 2] ^= 0x10;
	refused(file.data, file.bytes, -EBADMSG, "PNG");
	free(file.data);
	free(rgb);
}

Test(image, garbage)
{
	uint8_t noise[4096];
	unsigned int seed = 1;

	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (uint8_t)rand_r(&seed);
	noise[0] = 'x';
	refused(noise, sizeof(noise), -EBADMSG, "neither PNG, JPEG, PPM nor PGM");
	refused("", 0, -EBADMSG, "empty");
	memcpy(noise, "\x89PNG\r\n\x1a\n", 8);
	refused(noise, sizeof(noise), -EBADMSG, "PNG");
	memcpy(noise, "\xff\xd8\xff", 3);
	refused(noise, sizeof(noise), -EBADMSG, "JPEG");
	refused("P6 \xff\xfe", 5, -EBADMSG, "width");
	refused("P3 1 1 255 1 2 3", 16, -EBADMSG, "P6");
	refused("P6 0 1 255 ", 11, -EBADMSG, "width");
	refused("P6 1 x 255 ", 11, -EBADMSG, "height");
	refused("P6 1 1 0 ...", 12, -EBADMSG, "maxval");
	refused("P6 1 1 65536 ...", 16, -EFBIG, "maxval must be 1..65535");
	refused("P6 1 1 255abc", 13, -EBADMSG, "maxval");
}

/* Headers that ask for more than the limits. */
Test(image, too_large)
{
	static const struct {
		uint32_t width, height;
		const char *word;
	} sizes[] = {
		{ 16385, 1, "width is 16385, must be 1..16384" },
		{ 1, 16385, "height is 16385, must be 1..16384" },
		{ 16384, 4097, "16384x4097 are more than 67108864 pixels" },
	};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint32_t be[2] = {
			__builtin_bswap32(sizes[i].width), __builtin_bswap32(sizes[i].height),
		};
		uint8_t pixel[4] = { 0 };
		struct file_bytes file;
		char text[64];
		int head;

		file = image_kit_png(pixel, 1, 1, 1, SPNG_COLOR_TYPE_GRAYSCALE, 8);
		memcpy(file.data + 16, be, sizeof(be));
		/* CRC of the header chunk, over its type and data */
		{
			uint32_t crc = ~0u;

			for (size_t b = 12; b < 29; b++) {
				crc ^= file.data[b];
				for (int bit = 0; bit < 8; bit++)
					crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
			}
			crc = __builtin_bswap32(~crc);
			memcpy(file.data + 29, &crc, sizeof(crc));
		}
		refused(file.data, file.bytes, -EFBIG, sizes[i].word);
		free(file.data);

		file = image_kit_jpeg(pixel, 1, 1, 1, 90, 0);
		for (size_t b = 0; b + 9 < file.bytes; b++) {
			if (file.data[b] != 0xff || file.data[b + 1] != 0xc0)
				continue;
			file.data[b + 5] = (uint8_t)(sizes[i].height >> 8);
			file.data[b + 6] = (uint8_t)sizes[i].height;
			file.data[b + 7] = (uint8_t)(sizes[i].width >> 8);
			file.data[b + 8] = (uint8_t)sizes[i].width;
		}
		refused(file.data, file.bytes, -EFBIG, sizes[i].word);
		free(file.data);

		head = sprintf(text, "P5 %u %u 255\n", sizes[i].width, sizes[i].height);
		refused(text, (size_t)head, -EFBIG, i == 2 ? sizes[i].word : "must be 1..16384");
	}
}

Test(image, files)
{
	char path[] = "/tmp/test_run_image.XXXXXX";
	uint8_t *rgb = image_kit_pixels(W, H, 3);
	struct file_bytes file = image_kit_jpeg(rgb, W, H, 3, 95, 0);
	struct image_error err;
	struct image image;
	int fd = mkstemp(path);

	cr_assert_geq(fd, 0);
	close(fd);
	image_kit_write(path, file.data, file.bytes);
	cr_assert_eq(image_read(path, &image, &err), 0, "%s", err.text);
	expect_near(&image, 3, rgb);
	unlink(path);
	cr_assert_eq(image_read(path, &image, &err), -ENOENT);
	cr_assert(strstr(err.text, "cannot open"), "%s", err.text);
	cr_assert_eq(image_read("/tmp", &image, &err), -EISDIR);
	cr_assert(strstr(err.text, "cannot read"), "%s", err.text);
	free(file.data);
	free(rgb);
}

/* ---- fitting ------------------------------------------------------------ */

static void fit(const struct image *image, enum fit_mode mode, uint32_t width, uint32_t height,
		uint32_t channels, uint8_t *out)
{
	const struct fit_size size = { width, height, channels };

	cr_assert_eq(fit_image(image, mode, &size, out), 0);
}

Test(fit, the_right_size_stays_as_it_is)
{
	uint8_t *rgb = image_kit_pixels(W, H, 3), out[W * H * 3];
	struct image image = { W, H, 3, rgb };

	fit(&image, FIT_SCALE, W, H, 3, out);
	cr_expect_arr_eq(out, rgb, sizeof(out));
	fit(&image, FIT_PAD, W, H, 3, out);
	cr_expect_arr_eq(out, rgb, sizeof(out));
	free(rgb);
}

Test(fit, channels)
{
	uint8_t rgb[] = { 255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9 }, grey[] = { 1, 2, 3, 4 };
	struct image colour = { 4, 1, 3, rgb }, plain = { 4, 1, 1, grey };
	uint8_t out[12];

	fit(&colour, FIT_SCALE, 4, 1, 1, out);
	cr_expect_arr_eq(out, ((uint8_t[]){ 76, 150, 29, 9 }), 4);
	fit(&plain, FIT_SCALE, 4, 1, 3, out);
	cr_expect_arr_eq(out, ((uint8_t[]){ 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4 }), 12);
}

/* The mean of an area from its definition, in double and without separating the axes. */
static double mean_of(const uint8_t *pixels, uint32_t width, double x0, double x1, double y0,
		      double y1)
{
	double sum = 0;

	for (uint32_t y = (uint32_t)y0; y < y1; y++)
		for (uint32_t x = (uint32_t)x0; x < x1; x++) {
			double w = (x + 1 < x1 ? x + 1 : x1) - (x > x0 ? x : x0);
			double h = (y + 1 < y1 ? y + 1 : y1) - (y > y0 ? y : y0);

			sum += w * h * pixels[(size_t)y * width + x];
		}
	return sum / ((x1 - x0) * (y1 - y0));
}

Test(fit, down_is_the_mean_of_areas)
{
	enum { FROM = 47, TO = 13 };
	uint8_t pixels[FROM * FROM], out[TO * TO];
	struct image image = { FROM, FROM, 1, pixels };
	unsigned int seed = 5;

	for (size_t i = 0; i < sizeof(pixels); i++)
		pixels[i] = (uint8_t)rand_r(&seed);
	fit(&image, FIT_SCALE, TO, TO, 1, out);
	for (uint32_t y = 0; y < TO; y++)
		for (uint32_t x = 0; x < TO; x++) {
			double step = (double)FROM / TO;

			cr_assert_float_eq(out[y * TO + x],
					   mean_of(pixels, FROM, x * step, (x + 1) * step, y * step,
						   (y + 1) * step), 0.51);
		}
}

Test(fit, up_is_linear_between_centres)
{
	uint8_t pixels[] = { 0, 100, 200 }, out[6];
	struct image image = { 3, 1, 1, pixels };

	/* twice the height, too, so that the aspect needs no crop */
	uint8_t tall[12];

	fit(&image, FIT_SCALE, 6, 2, 1, tall);
	memcpy(out, tall, 6);
	cr_expect_arr_eq(out, ((uint8_t[]){ 0, 25, 75, 125, 175, 200 }), 6);
	cr_expect_arr_eq(tall + 6, out, 6, "both rows are the one");
}

Test(fit, crops_around_the_centre)
{
	uint8_t pixels[12 * 4], out[4];
	struct image wide = { 12, 4, 1, pixels }, tall = { 4, 12, 1, pixels };

	memset(pixels, 0, sizeof(pixels));
	for (size_t y = 0; y < 4; y++)
		memset(pixels + 12 * y + 4, 200, 4);
	fit(&wide, FIT_SCALE, 2, 2, 1, out);
	cr_expect_arr_eq(out, ((uint8_t[]){ 200, 200, 200, 200 }), 4);
	memset(pixels, 0, sizeof(pixels));
	memset(pixels + 16, 100, 16);
	fit(&tall, FIT_SCALE, 2, 2, 1, out);
	cr_expect_arr_eq(out, ((uint8_t[]){ 100, 100, 100, 100 }), 4);
}

Test(fit, pads_what_is_smaller_and_scales_what_is_not)
{
	uint8_t pixels[16], out[16];
	struct image small = { 2, 2, 1, pixels }, large = { 4, 4, 1, pixels };

	memset(pixels, 7, sizeof(pixels));
	fit(&small, FIT_PAD, 4, 4, 1, out);
	cr_expect_arr_eq(out, ((uint8_t[]){ 0, 0, 0, 0, 0, 7, 7, 0, 0, 7, 7, 0, 0, 0, 0, 0 }), 16);
	fit(&large, FIT_PAD, 2, 2, 1, out);
	cr_expect_arr_eq(out, ((uint8_t[]){ 7, 7, 7, 7 }), 4);
}

Test(fit, extreme_shapes)
{
	uint8_t *line = malloc(IMAGE_SIDE_MAX), out[32 * 32 * 3];
	struct image flat = { IMAGE_SIDE_MAX, 1, 1, line }, narrow = { 1, IMAGE_SIDE_MAX, 1, line };
	struct image dot = { 1, 1, 1, line };

	cr_assert_not_null(line);
	memset(line, 0, IMAGE_SIDE_MAX);
	line[IMAGE_SIDE_MAX / 2] = line[IMAGE_SIDE_MAX / 2 - 1] = 50;
	fit(&flat, FIT_SCALE, 32, 32, 3, out);
	cr_expect_eq(out[0], 50);
	fit(&narrow, FIT_SCALE, 32, 32, 3, out);
	cr_expect_eq(out[32 * 32 * 3 - 1], 50);
	line[0] = 9;
	fit(&dot, FIT_SCALE, 32, 32, 3, out);
	for (size_t i = 0; i < sizeof(out); i++)
		cr_assert_eq(out[i], 9);
	free(line);
}
