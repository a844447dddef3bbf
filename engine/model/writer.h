/* SPDX-License-Identifier: MIT */
/* Writing .dnn files: for the trainer, the tools and the tests. */
#ifndef DNNFILE_WRITER_H
#define DNNFILE_WRITER_H

#include <stddef.h>
#include <stdint.h>

#include "dyndnn.h"
#include "format.h"
#include "shape.h"
#include "tensors.h"

/**
 * struct dnnfile_tensors - the tensors of one layer of one group
 * @weights: values of the model's type, O,H,W,I; NULL if the layer has none
 * @bias: f32, or s32 in models of s8; NULL if the layer has none
 * @scales: models of s8: of the weights, one per output
 * @range: models of s8: scale and zero point of the outputs; not for pools
 *
 * How many values each has tells dnnfile_tensor_count().
 */
struct dnnfile_tensors {
	const void *weights;
	const void *bias;
	const float *scales;
	const float *range;
};

/**
 * struct dnnfile_desc - a model to be written
 * @shape: what dnnfile_shape_init() and dnnfile_add_*() made
 * @name: at most 63 bytes, or NULL
 * @class_names: shape.classes strings, or NULL
 * @mean: per image channel, of pixels scaled to 0..1
 * @stdev: per image channel, of pixels scaled to 0..1; above 0
 * @accuracy_ppm: top-1 accuracy of level g at [g - 1], 0 = unknown
 * @logit_scale: of level g at [g - 1], 0 = 1
 * @tensors: of group g (from 1) and layer i (from 0) at [(g - 1) * shape.layers + i]
 */
struct dnnfile_desc {
	struct dnnfile_shape shape;
	const char *name;
	const char *const *class_names;
	float mean[DNNFILE_MAX_IMAGE_C];
	float stdev[DNNFILE_MAX_IMAGE_C];
	uint32_t accuracy_ppm[DNNFILE_MAX_GROUPS];
	float logit_scale[DNNFILE_MAX_GROUPS];
	const struct dnnfile_tensors *tensors;
};

/*
 * Make the file's bytes; the caller frees *image. Return 0, -ENOMEM, or -EINVAL
 * with the wrong field and its range in err (which may be NULL).
 */
int dnnfile_encode(const struct dnnfile_desc *desc, void **image, size_t *bytes,
		   struct dyndnn_error *err);

/*
 * The same into a file, through a temporary file beside it, so that path is
 * either the complete new model or what it was. Return as above or the
 * negative errno of the failed system call.
 */
int dnnfile_write(const char *path, const struct dnnfile_desc *desc, struct dyndnn_error *err);

/* Replace the file at path by these bytes in the same way. */
int dnnfile_write_bytes(const char *path, const void *image, size_t bytes,
			struct dyndnn_error *err);

/*
 * Make the file of the first groups of a model out of the bytes of a valid one;
 * the caller frees *cut. groups must lie in 1..the model's (-ERANGE).
 * In triangular wiring, too, groups 1..k are a network of their own.
 */
int dnnfile_cut(const void *image, size_t bytes, uint32_t groups, void **cut, size_t *cut_bytes,
		struct dyndnn_error *err);

/* Put accuracies, of level g at [g - 1], into the bytes of a valid file. */
void dnnfile_set_accuracy(void *image, const uint32_t *accuracy_ppm);

#endif
