/* SPDX-License-Identifier: MIT */
/* augment: from the bytes of an image to the floats the network reads. */
#ifndef DYNDNN_TRAIN_AUGMENT_H
#define DYNDNN_TRAIN_AUGMENT_H

#include <stdbool.h>

#include "../model/format.h"
#include "dataset.h"

enum { AUGMENT_SHIFT_MAX = 16 };

/* x = (byte / 255 - mean[channel]) / std[channel] */
struct normalisation {
	float mean[DNNFILE_MAX_IMAGE_C];
	float std[DNNFILE_MAX_IMAGE_C];
};

/* Mean and standard deviation of each channel over the first @images images. */
void normalisation_measure(struct normalisation *n, const struct dataset *ds, uint32_t images);

/* Image @i as it is. @out: channels x height x width floats. */
void image_load(const struct normalisation *n, const struct dataset *ds, uint32_t i, float *out);

/* Image @i moved by up to @shift pixels each way (the uncovered border is black) and, if @flip
 * allows, mirrored half of the time; @rng decides. Return: whether it is mirrored.
 */
bool image_augment(const struct normalisation *n, const struct dataset *ds, uint32_t i, int shift,
		   int flip, uint64_t rng, float *out);

#endif
