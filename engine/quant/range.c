// SPDX-License-Identifier: MIT
#include "range.h"

#include <math.h>

/* Ends that are tried on each side. */
enum { TRIED = 64 };

/* Sums over all bins below bin b at [b], of values in the middle of their bins. */
struct sums {
	double count[HISTOGRAM_BINS + 1];
	double value[HISTOGRAM_BINS + 1];
	double square[HISTOGRAM_BINS + 1];
};

const char *range_method_name(enum range_method method)
{
	static const char *const name[] = {
		[RANGE_MINMAX] = "minmax", [RANGE_P9999] = "p99.99", [RANGE_P999] = "p99.9",
		[RANGE_MSE] = "mse",
	};

	return name[method];
}

struct dnnfile_range range_of(double low, double high)
{
	double scale = (high - low) / 255, zero;

	if (!(scale > 0))
		return (struct dnnfile_range) { 0, INT8_MIN };
	zero = rint(INT8_MIN - low / scale);
	/* The rounded zero point cuts up to half a step off one end; so be it. */
	zero = fmin(fmax(zero, INT8_MIN), INT8_MAX);
	return (struct dnnfile_range) { (float)scale, (int32_t)zero };
}

static double width_of(const struct histogram *h)
{
	return 2 * (double)h->limit / HISTOGRAM_BINS;
}

/* The ends of the bins between which all but this share of the values on each side lie. */
static struct dnnfile_range percentile(const struct histogram *h, double share)
{
	double total = 0, below = 0, above = 0, low, high;
	int first = 0, last = HISTOGRAM_BINS - 1;

	for (int b = 0; b < HISTOGRAM_BINS; b++)
		total += h->count[b];
	while (first < HISTOGRAM_BINS / 2 && below + h->count[first] <= share * total)
		below += h->count[first++];
	while (last >= HISTOGRAM_BINS / 2 && above + h->count[last] <= share * total)
		above += h->count[last--];
	low = (first - HISTOGRAM_BINS / 2) * width_of(h);
	high = (last + 1 - HISTOGRAM_BINS / 2) * width_of(h);
	return range_of(fmax(low, (double)h->min), fmin(high, (double)h->max));
}

static void sum_up(const struct histogram *h, struct sums *s)
{
	double width = width_of(h);

	s->count[0] = s->value[0] = s->square[0] = 0;
	for (int b = 0; b < HISTOGRAM_BINS; b++) {
		double middle = (b + 0.5 - HISTOGRAM_BINS / 2) * width;

		s->count[b + 1] = s->count[b] + h->count[b];
		s->value[b + 1] = s->value[b] + h->count[b] * middle;
		s->square[b + 1] = s->square[b] + h->count[b] * middle * middle;
	}
}

/* Sum of (value - at)^2 over bins first..end - 1. */
static double spread(const struct sums *s, int first, int end, double at)
{
	return s->square[end] - s->square[first] - 2 * at * (s->value[end] - s->value[first]) +
	       at * at * (s->count[end] - s->count[first]);
}

static double error_of(const struct histogram *h, const struct sums *s, double low, double high)
{
	double width = width_of(h), step = (high - low) / 255;
	int first = HISTOGRAM_BINS / 2 + (int)floor(low / width);
	int end = HISTOGRAM_BINS / 2 + (int)ceil(high / width);

	return spread(s, 0, first, low) + spread(s, end, HISTOGRAM_BINS, high) +
	       (s->count[end] - s->count[first]) * step * step / 12;
}

static struct dnnfile_range least_error(const struct histogram *h)
{
	double least = INFINITY, best_low = 0, best_high = 0;
	struct sums sums;

	sum_up(h, &sums);
	for (int i = 1; i <= TRIED; i++) {
		for (int j = 1; j <= TRIED; j++) {
			double low = (double)h->min * i / TRIED, high = (double)h->max * j / TRIED;
			double error = error_of(h, &sums, low, high);

			if (error < least) {
				least = error;
				best_low = low;
				best_high = high;
			}
			if (h->max == 0)
				break;
		}
		if (h->min == 0)
			break;
	}
	return range_of(best_low, best_high);
}

struct dnnfile_range range_choose(const struct histogram *h, enum range_method method)
{
	if (h->min == h->max)
		return (struct dnnfile_range) { 0, INT8_MIN };
	switch (method) {
	case RANGE_P9999:
		return percentile(h, 1e-4);
	case RANGE_P999:
		return percentile(h, 1e-3);
	case RANGE_MSE:
		return least_error(h);
	default:
		return range_of((double)h->min, (double)h->max);
	}
}
