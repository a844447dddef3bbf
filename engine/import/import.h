/* SPDX-License-Identifier: MIT */
/*
 * From an ONNX file to a .dnn file: for dyndnn-import, its tests and its fuzzer.
 *
 * A network fits when it is one chain of layers, or several alike that never
 * read each other: the groups. Whatever it computes is kept exactly, up to the
 * rounding of f32; whatever does not fit is refused, never guessed.
 */
#ifndef DYNDNN_IMPORT_H
#define DYNDNN_IMPORT_H

#include <stddef.h>
#include <stdint.h>

#include "dyndnn.h"
#include "../model/format.h"

/* Bytes of the largest file that is read. */
#define IMPORT_MAX_BYTES	(1ULL << 31)

/**
 * struct import_options - what the ONNX file does not say; all-zero is the default
 * @name: of the model, at most 63 bytes, or NULL
 * @class_names: or NULL
 * @class_name_count: of @class_names, must be the network's classes
 * @mean: per image channel, of pixels scaled to 0..1; 0 by default
 * @stdev: likewise; 1 by default, so that the network reads pixels as 0..1
 * @norm_channels: channels in @mean and @stdev, must be the image's; 0 = default
 * @groups: what the number of groups must be; 0 = as found. A network with one
 *	group is split if its layers allow it, that is if one convolution reads
 *	the image and all that follows is pools.
 */
struct import_options {
	const char *name;
	const char *const *class_names;
	uint32_t class_name_count;
	float mean[DNNFILE_MAX_IMAGE_C];
	float stdev[DNNFILE_MAX_IMAGE_C];
	uint32_t norm_channels;
	uint32_t groups;
};

/**
 * import_onnx() - make the bytes of a .dnn file out of those of an ONNX file
 * @data: the ONNX file
 * @bytes: its size
 * @options: see there; NULL means the defaults
 * @image: the .dnn file; the caller frees it
 * @image_bytes: its size
 * @err: reason of a failure, with the operator and the name of its node, or NULL
 *
 * Return: 0; -EBADMSG if the file is truncated, damaged or no ONNX file; -EINVAL
 * if it contradicts itself or an option; -EOPNOTSUPP for what a .dnn file cannot
 * hold; -ENOMEM.
 */
int import_onnx(const void *data, size_t bytes, const struct import_options *options,
		void **image, size_t *image_bytes, struct dyndnn_error *err);

#endif
