/* SPDX-License-Identifier: MIT */
/* Model files of format version 1, which libdyndnn no longer reads. */
#ifndef DYNDNN_UPGRADE_H
#define DYNDNN_UPGRADE_H

#include "../model/writer.h"

/*
 * Write the model of version 1 in the file at from anew to the file at to: the same
 * layers, values and names. Return 0 or a negative errno with the reason in err.
 */
int upgrade_model(const char *from, const char *to, struct dyndnn_error *err);

/*
 * The same from memory to memory, which the caller frees.
 * Errors name the section that they are about.
 */
int upgrade_image(const void *data, size_t bytes, void **image, size_t *image_bytes,
		  struct dyndnn_error *err);

#endif
