/* SPDX-License-Identifier: MIT */
/* What the layers of an f32 model make of calibration images. */
#ifndef DYNDNN_OBSERVE_H
#define DYNDNN_OBSERVE_H

#include "../infer/session.h"
#include "histogram.h"

/**
 * struct observed - outputs of one layer of one group
 * @histogram: of all of them
 * @sum: of channel c over all pixels and images at [c]
 */
struct observed {
	struct histogram histogram;
	double *sum;
};

/**
 * struct observation - outputs of all layers
 * @model: whose
 * @images: their number
 * @layer: layer i (from 0) of group g (from 1) at [(g - 1) * layers + i]
 * @image_sum: the same sums of the image's own channels
 */
struct observation {
	const struct dyndnn_model *model;
	uint64_t images;
	struct observed *layer;
	double image_sum[DNNFILE_MAX_IMAGE_C];
};

/* Return 0 or -ENOMEM; to be released with observation_free() in any case. */
int observation_init(struct observation *o, const struct dyndnn_model *model);
void observation_free(struct observation *o);

/*
 * Run the image that was set, layer by layer, and add what they make. The session is one of
 * o's model, at its highest level. Return 0, or -ERANGE if a value is not finite or absurd, with
 * group and layer in err, or -EIO.
 */
int observation_add(struct observation *o, struct dyndnn_session *session,
		    struct dyndnn_error *err);

/* The mean of a channel of what layer number n (0: the image) of this group made. */
double observation_mean(const struct observation *o, uint32_t group, uint32_t n, uint32_t channel);

#endif
