// SPDX-License-Identifier: MIT
/*
 * Fuzzing the readers of images. Whatever is read must be within the limits and fit a network;
 * whatever is refused must have a reason.
 */
#include <stdint.h>
#include <stdlib.h>

#include "../../userspace/dyndnn-run/fit.h"
#include "../../userspace/dyndnn-run/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static const struct fit_size sizes[] = { { 32, 32, 3 }, { 28, 20, 1 } };
	struct image_error err = { "" };
	uint8_t out[32 * 32 * 3];
	struct image image;
	int ret;

	ret = image_decode(data, bytes, &image, &err);
	if (ret) {
		if (ret > 0 || image.pixels || !err.text[0])
			abort();
		return 0;
	}
	if (!image.width || image.width > IMAGE_SIDE_MAX || !image.height ||
	    image.height > IMAGE_SIDE_MAX || (image.channels != 1 && image.channels != 3))
		abort();
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (fit_image(&image, i ? FIT_PAD : FIT_SCALE, &sizes[i], out))
			abort();
	image_free(&image);
	return 0;
}
