/* SPDX-License-Identifier: MIT */
/* An image for measuring time. */
#ifndef DYNDNN_NOISE_H
#define DYNDNN_NOISE_H

#include <errno.h>
#include <stdlib.h>

#include "dyndnn.h"

/* Noise, not zeroes: time must not depend on special values. Return 0 or a negative errno. */
static inline int noise_set(struct dyndnn_session *session)
{
	const struct dyndnn_info *info = dyndnn_session_info(session);
	size_t bytes = (size_t)info->channels * info->height * info->width;
	uint8_t *pixels = malloc(bytes);
	unsigned int seed = 1;
	int ret;

	if (!pixels)
		return -ENOMEM;
	for (size_t i = 0; i < bytes; i++)
		pixels[i] = rand_r(&seed) >> 7;
	ret = dyndnn_set_input_u8(session, pixels, bytes, DYNDNN_HWC);
	free(pixels);
	return ret;
}

#endif
