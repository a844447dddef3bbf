// SPDX-License-Identifier: MIT
#include <stdlib.h>

#include "samples.h"

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void samples_sort(uint64_t *ns, size_t count)
{
	qsort(ns, count, sizeof(*ns), compare);
}

double samples_quantile_us(const uint64_t *sorted_ns, size_t count, unsigned int percent)
{
	size_t rank = (count * percent + 99) / 100;

	return sorted_ns[rank - 1] / 1e3;
}
