/* SPDX-License-Identifier: MIT */
/* histogram: quantiles of any number of times in fixed memory, each within 1/128 of its value. */
#ifndef DYNDNN_RUN_HISTOGRAM_H
#define DYNDNN_RUN_HISTOGRAM_H

#include <stdint.h>

/* 256 values of their own, then 128 buckets for each doubling up to 2^40. */
#define HISTOGRAM_BUCKETS (256 + 32 * 128)

/* All-zero at first. */
struct histogram {
	uint64_t count;
	uint64_t max;
	uint64_t buckets[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *histogram, uint64_t value);

/**
 * histogram_quantile() - a value that a share of the values does not exceed
 * @histogram: the values
 * @share: 0..1
 *
 * Return: the upper end of the bucket of the smallest such value, at most the largest value seen; 0
 * without values.
 */
uint64_t histogram_quantile(const struct histogram *histogram, double share);

#endif
