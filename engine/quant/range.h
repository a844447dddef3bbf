/* SPDX-License-Identifier: MIT */
/* Which part of the values that occur s8 values shall tell apart. */
#ifndef DYNDNN_RANGE_H
#define DYNDNN_RANGE_H

#include "../model/blob.h"
#include "histogram.h"

enum range_method {
	RANGE_MINMAX,		/* everything that occurred */
	RANGE_P9999,		/* all but 0.01 % of the values at each end */
	RANGE_P999,		/* all but 0.1 % */
	RANGE_MSE,		/* where the mean square error of rounding and limiting is least */
	RANGE_METHODS,
};

/* "minmax", "p99.99", "p99.9", "mse" */
const char *range_method_name(enum range_method method);

/*
 * Scale and zero point: 0 is exact. Scale is 0 if no value but 0 occurred, and the zero
 * point -128 if none below it did.
 */
struct dnnfile_range range_choose(const struct histogram *h, enum range_method method);

/* Scale and zero point of values from low (at most 0) to high (at least 0). */
struct dnnfile_range range_of(double low, double high);

#endif
