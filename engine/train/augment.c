// SPDX-License-Identifier: MIT
#include <math.h>

#include "augment.h"
#include "rng.h"

void normalisation_measure(struct normalisation *n, const struct dataset *ds, uint32_t images)
{
	uint32_t plane = ds->height * ds->width;

	for (uint32_t c = 0; c < ds->channels; c++) {
		uint64_t sum = 0, squares = 0;
		double count = (double)images * plane, mean, var;

		for (uint32_t i = 0; i < images; i++) {
			const uint8_t *p = dataset_image(ds, i) + c * plane;

			for (uint32_t j = 0; j < plane; j++) {
				sum += p[j];
				squares += (uint32_t)p[j] * p[j];
			}
		}
		mean = sum / count;
		var = squares / count - mean * mean;
		n->mean[c] = mean / 255;
		/* A channel of one colour must not divide by zero. */
		n->std[c] = fmax(sqrt(fmax(var, 0)), 1) / 255;
	}
}

/* The 256 values a byte of this channel can become. */
static void byte_values(const struct normalisation *n, uint32_t c, float lut[256])
{
	for (int v = 0; v < 256; v++)
		lut[v] = (v / 255.0f - n->mean[c]) / n->std[c];
}

void image_load(const struct normalisation *n, const struct dataset *ds, uint32_t i, float *out)
{
	const uint8_t *p = dataset_image(ds, i);
	float lut[256];

	for (uint32_t c = 0; c < ds->channels; c++) {
		byte_values(n, c, lut);
		for (uint32_t j = 0; j < ds->height * ds->width; j++)
			*out++ = lut[*p++];
	}
}

bool image_augment(const struct normalisation *n, const struct dataset *ds, uint32_t i, int shift,
		   int flip, uint64_t rng, float *out)
{
	const uint8_t *plane = dataset_image(ds, i);
	int dy = (int)rng_below(&rng, 2 * shift + 1) - shift;
	int dx = (int)rng_below(&rng, 2 * shift + 1) - shift;
	bool mirrored = flip && rng_below(&rng, 2);
	int rows = ds->height, columns = ds->width;
	float lut[256];

	for (uint32_t c = 0; c < ds->channels; c++, plane += rows * columns) {
		byte_values(n, c, lut);
		for (int y = 0; y < rows; y++) {
			int from_y = y + dy;

			for (int x = 0; x < columns; x++) {
				int from_x = (mirrored ? columns - 1 - x : x) + dx;
				bool inside = from_y >= 0 && from_y < rows &&
					      from_x >= 0 && from_x < columns;

				*out++ = lut[inside ? plane[from_y * columns + from_x] : 0];
			}
		}
	}
	return mirrored;
}
