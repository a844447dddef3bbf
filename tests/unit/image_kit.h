/* SPDX-License-Identifier: MIT */
/* image_kit: image files for tests, written by the libraries that others write them with. */
#ifndef IMAGE_KIT_H
#define IMAGE_KIT_H

#include <stddef.h>
#include <stdint.h>

/* A file in memory; free() the bytes. */
struct file_bytes {
	uint8_t *data;
	size_t bytes;
};

/*
 * A PNG. color_type is SPNG_COLOR_TYPE_*, depth in bits; pixels are as the file has them, 16-bit
 * samples in the machine's order. The palette of 256 colours is used for SPNG_COLOR_TYPE_INDEXED:
 * colour i is (i, 255 - i, i / 2).
 */
struct file_bytes image_kit_png(const void *pixels, size_t bytes, uint32_t width, uint32_t height,
				int color_type, int depth);

/* A JPEG of 1 (grey), 3 (RGB) or 4 (CMYK, inverted as Adobe does) channels. */
struct file_bytes image_kit_jpeg(const uint8_t *pixels, uint32_t width, uint32_t height,
				 int channels, int quality, int progressive);

/* A PPM or PGM; maxval above 255 writes each sample as two bytes of the same value. */
struct file_bytes image_kit_pnm(const uint8_t *pixels, uint32_t width, uint32_t height,
				int channels, unsigned int maxval);

/* Soft shapes that survive a JPEG: 0..255 along both axes, another phase in each channel. */
uint8_t *image_kit_pixels(uint32_t width, uint32_t height, uint32_t channels);

void image_kit_write(const char *path, const void *data, size_t bytes);

#endif
