/* SPDX-License-Identifier: MIT */
/*
 * integral: energy from readings of a power sensor or of an energy counter.
 */
#ifndef DNNPOWER_INTEGRAL_H
#define DNNPOWER_INTEGRAL_H

#include <stdint.h>

/**
 * struct integral - energy between the first reading and the last one; begins as zeroes
 * @uj: energy
 * @first_ns: time of the first reading
 * @last_ns: time of the last one
 * @longest_ns: longest time between two
 * @samples: readings
 * @last: what the last one said
 */
struct integral {
	double uj;
	uint64_t first_ns;
	uint64_t last_ns;
	uint64_t longest_ns;
	uint64_t samples;
	double last;
};

/**
 * integral_power() - a reading of power, a straight line from the one before
 * @in: the integral
 * @now_ns: when it was taken
 * @uw: power; below zero for what flows back
 *
 * Return: 0; -EINVAL if @uw is no number or @now_ns is before the last reading. @in is then
 * as it was.
 */
int integral_power(struct integral *in, uint64_t now_ns, double uw);

/**
 * integral_counter() - a reading of an energy counter
 * @in: the integral
 * @now_ns: when it was taken
 * @uj: the counter, 0 or more
 * @range_uj: its largest value, after which it begins at 0 again; 0 where that is not known
 *
 * Return: 0; -EINVAL as above, or if @uj is out of range; -ERANGE if the counter went back and
 * @range_uj is not known. @in is then as it was.
 */
int integral_counter(struct integral *in, uint64_t now_ns, double uj, double range_uj);

/* Mean power in uW, 0 before the second reading. */
double integral_mean_uw(const struct integral *in);

#endif
