/* SPDX-License-Identifier: MIT */
/* Which way of quantising is best for a group is found out on images that set no range. */
#ifndef DYNDNN_SEARCH_H
#define DYNDNN_SEARCH_H

#include "difference.h"
#include "quantise.h"

/**
 * struct search_images - 8-bit planes of images
 * @calibration: they set the ranges
 * @calibrations: their number, at least 1
 * @held_out: others, on which ways are compared
 * @held_outs: their number, at least 1
 */
struct search_images {
	const uint8_t *const *calibration;
	uint32_t calibrations;
	const uint8_t *const *held_out;
	uint32_t held_outs;
};

/**
 * struct search - how to search, and what is told meanwhile
 * @method: only this one; RANGE_METHODS: all
 * @tried: called with each way and what it makes of the held-out images, or NULL
 * @progress: called with what is being done, or NULL
 */
struct search {
	enum range_method method;
	void (*tried)(const struct quantise_way *way, const struct logits_difference *difference,
		      uint32_t groups);
	void (*progress)(uint32_t done, uint32_t count);
};

/**
 * struct search_result - what was found
 * @way: the best one of group g at [g - 1]
 * @difference: of the whole from the f32 model, on the held-out images
 * @image: the file's bytes, aligned; the caller frees them
 * @bytes: their number
 */
struct search_result {
	struct quantise_way way[DNNFILE_MAX_GROUPS];
	struct logits_difference difference;
	void *image;
	size_t bytes;
};

/*
 * Return 0, or a negative errno with the reason in err: -EINVAL if the model cannot be s8,
 * -ERANGE if its layers make values that are no numbers, -ENOMEM, -EIO.
 */
int search_run(struct dyndnn_model *model, const struct search_images *images,
	       const struct search *search, struct search_result *result,
	       struct dyndnn_error *err);

#endif
