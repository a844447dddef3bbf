/* SPDX-License-Identifier: MIT */
/* An s8 model from an f32 one and from what its layers made of calibration images. */
#ifndef DYNDNN_QUANTISE_H
#define DYNDNN_QUANTISE_H

#include "../model/model.h"
#include "observe.h"
#include "range.h"

/**
 * struct quantise_way - how a group is quantised
 * @method: of choosing its ranges
 * @correct_bias: take what rounding the weights moves a channel's mean by out of its bias
 */
struct quantise_way {
	enum range_method method;
	bool correct_bias;
};

/* Return 0; -EINVAL with the reason in err if a model like this cannot be s8. */
int quantise_check(const struct dyndnn_model *model, struct dyndnn_error *err);

/*
 * Make the file's bytes, aligned for dyndnn_model_open_memory(); the caller frees
 * *image. way: of group g at [g - 1]. Accuracies are unknown. Return 0, -ENOMEM, or
 * -EINVAL with group and layer in err.
 */
int quantise_model(const struct observation *o, const struct quantise_way *way, void **image,
		   size_t *bytes, struct dyndnn_error *err);

#endif
