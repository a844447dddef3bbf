/* SPDX-License-Identifier: MIT */
/*
 * fit: any image as a network reads it.
 */
#ifndef DYNDNN_RUN_FIT_H
#define DYNDNN_RUN_FIT_H

#include "image.h"

/**
 * enum fit_mode - how an image of another size becomes the network's
 * @FIT_SCALE: cut to the network's aspect around its centre, then scaled
 * @FIT_PAD: put in the middle of black; one that is too large is scaled
 */
enum fit_mode { FIT_SCALE, FIT_PAD };

/* What the network reads; channels 3 or 1. */
struct fit_size {
	uint32_t width;
	uint32_t height;
	uint32_t channels;
};

/**
 * fit_image() - make an image what a network reads
 * @image: the image
 * @mode: see there
 * @size: what is wanted
 * @out: [row][column][channel], as large as @size
 *
 * Scaling down takes the mean over the area of each new pixel, scaling up draws lines between the
 * centres of the old ones. Colour becomes grey as luma of BT.601. An image that has the right size
 * and channels comes out unchanged, bit for bit.
 *
 * Return: 0 or -ENOMEM.
 */
int fit_image(const struct image *image, enum fit_mode mode, const struct fit_size *size,
	      uint8_t *out);

#endif
