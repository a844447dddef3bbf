/* SPDX-License-Identifier: MIT */
#ifndef DYNDNN_SAMPLES_H
#define DYNDNN_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

/* Sort count times in ns in place, for samples_quantile_us(). */
void samples_sort(uint64_t *ns, size_t count);

/* The smallest sample that percent of all do not exceed, in us; percent is 1..100. */
double samples_quantile_us(const uint64_t *sorted_ns, size_t count, unsigned int percent);

#endif
