/* SPDX-License-Identifier: MIT */
/*
 * What a layer of s8 has to make of what it reads, as plainly as possible: sums in
 * doubles from the file's own tensors, one rounding at the end.
 */
#ifndef TEST_REFERENCE_S8_H
#define TEST_REFERENCE_S8_H

#include "../../engine/model/model.h"

/*
 * Outputs [row][column][channel] of a layer (from 0) of a group (from 1) before they
 * are rounded, in steps of the output's range and already limited to it. maps: what layer
 * number n made, at [n], the image at [0], in the same order. step: weights of
 * convolutions are rounded to multiples of it, 1: as they are.
 */
void reference_s8_layer(const struct dyndnn_model *model, uint32_t group, uint32_t layer,
			const int8_t *const *maps, int step, double *out);

#endif
