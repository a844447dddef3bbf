/* SPDX-License-Identifier: MIT */
/*
 * Small models with weights from a seeded generator, for the tests of the loader
 * and the engine. They are made by the writer, so no trained model is needed.
 */
#ifndef TEST_SMALL_MODEL_H
#define TEST_SMALL_MODEL_H

#include "../../engine/model/writer.h"

/* A writer's description together with the memory that it points to. */
struct small_model {
	struct dnnfile_desc desc;
	void *values;
};

enum small_shape {
	SMALL_TINY,	/* 4 x 4 x 1, one convolution: a file of few pages */
	SMALL_ODD,	/* strides, paddings and sizes that divide badly */
	SMALL_SHIPPED,	/* the shape of the shipped models */
	SMALL_MEANS,	/* average pools with and without padding, the last one global */
	SMALL_MOBILE,	/* depthwise convolutions, residuals, a global mean */
	SMALL_BRANCHES,	/* a layer with three readers, a residual of layers far apart, projections */
	SMALL_THREES,	/* kernels of 3 x 3 on maps of even and odd sizes, some large, and many channels */
	SMALL_UNPADDED,	/* average pools without padding, branches */
	SMALL_POOLED,	/* pools of the image itself */
	SMALL_NARROW,	/* one channel per group, to which a compute library may do special things */
};

/* Fill in a description; end with small_model_free(). */
void small_model_init(struct small_model *model, enum small_shape shape, unsigned int groups,
		      unsigned int seed);

/* A chain of convolutions and pools. */
static inline bool small_model_can_be_triangular(enum small_shape shape)
{
	return shape != SMALL_MOBILE && shape != SMALL_BRANCHES && shape != SMALL_UNPADDED &&
	       shape != SMALL_POOLED;
}

/* The same with groups that read earlier ones. */
void small_model_init_triangular(struct small_model *model, enum small_shape shape,
				 unsigned int groups, unsigned int seed);

/* No average pool has padding. */
static inline bool small_model_can_be_s8(enum small_shape shape)
{
	return shape != SMALL_MEANS && shape != SMALL_BRANCHES;
}

/* The same with values of s8: weights and ranges are such that outputs spread over their range. */
void small_model_init_s8(struct small_model *model, enum small_shape shape, unsigned int groups,
			 unsigned int seed);

void small_model_free(struct small_model *model);

/* The file's bytes, aligned for dyndnn_model_open_memory(); free() them. */
void *small_model_encode(const struct small_model *model, size_t *bytes);

/* bytes copied to aligned memory; free() it. */
void *small_model_copy(const void *image, size_t bytes);

/* Make the CRC of the header right again after a change. */
void small_model_seal(void *image);

/* count values, uniform in -limit..limit, from *seed. */
void small_model_noise(float *values, size_t count, float limit, unsigned int *seed);

#endif
