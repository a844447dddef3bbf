/* SPDX-License-Identifier: MIT */
/* A loaded model, for the engine and the tools; applications see dyndnn.h. */
#ifndef DYNDNN_MODEL_H
#define DYNDNN_MODEL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dyndnn.h"
#include "blob.h"

/**
 * struct dyndnn_model - a verified model
 * @refs: the opener's reference and one per session
 * @data: the whole file
 * @bytes: its size
 * @mapped: @data is a mapping of ours, not the caller's memory
 * @shape: layers of one group
 * @blob: of group g at [g - 1]; weights are used where they are
 * @mean: per image channel
 * @stdev: per image channel
 * @logit_scale: of level k at [k - 1]
 * @logits_range: of 8-bit models: of what the classifier of group g makes, at [g - 1]
 * @class_names: the names one after the other with their NULs, or NULL
 * @name: of the model
 * @info: what dyndnn_model_info() tells
 */
struct dyndnn_model {
	atomic_uint refs;
	const uint8_t *data;
	size_t bytes;
	bool mapped;
	struct dnnfile_shape shape;
	const uint8_t *blob[DNNFILE_MAX_GROUPS];
	float mean[DNNFILE_MAX_IMAGE_C];
	float stdev[DNNFILE_MAX_IMAGE_C];
	float logit_scale[DNNFILE_MAX_GROUPS];
	struct dnnfile_range logits_range[DNNFILE_MAX_GROUPS];
	const char *class_names;
	char name[DNNFILE_NAME_BYTES];
	struct dyndnn_info info;
};

/* Take another reference, to be dropped with dyndnn_model_close(). */
struct dyndnn_model *dyndnn_model_get(struct dyndnn_model *model)
	__attribute__((visibility("hidden")));

/* A tensor of a layer (from 0) of a group (from 1); NULL if the layer has none. */
const void *dyndnn_model_tensor(const struct dyndnn_model *model, uint32_t group, uint32_t layer,
				enum dnnfile_role role) __attribute__((visibility("hidden")));

static inline const float *dyndnn_model_weights(const struct dyndnn_model *model, uint32_t group,
						uint32_t layer)
{
	return dyndnn_model_tensor(model, group, layer, DNNFILE_WEIGHTS);
}

static inline const float *dyndnn_model_bias(const struct dyndnn_model *model, uint32_t group,
					     uint32_t layer)
{
	return dyndnn_model_tensor(model, group, layer, DNNFILE_BIAS);
}

/* Models of s8: scale and zero point of what layer number n (0: the image) makes. */
struct dnnfile_range dyndnn_model_range(const struct dyndnn_model *model, uint32_t group,
					uint32_t n) __attribute__((visibility("hidden")));

/* The pages of this group (from 1) are not needed for now; they stay readable. */
void dyndnn_model_forget_pages(const struct dyndnn_model *model, uint32_t group)
	__attribute__((visibility("hidden")));

#endif
