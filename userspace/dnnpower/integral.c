// SPDX-License-Identifier: MIT
#include "integral.h"

#include <errno.h>
#include <math.h>

#define NS_PER_S 1e9

static void advance(struct integral *in, uint64_t now_ns, double value)
{
	if (!in->samples)
		in->first_ns = now_ns;
	else if (now_ns - in->last_ns > in->longest_ns)
		in->longest_ns = now_ns - in->last_ns;
	in->last_ns = now_ns;
	in->last = value;
	in->samples++;
}

int integral_power(struct integral *in, uint64_t now_ns, double uw)
{
	if (!isfinite(uw) || now_ns < in->last_ns)
		return -EINVAL;
	if (in->samples)
		in->uj += (in->last + uw) / 2 * ((double)(now_ns - in->last_ns) / NS_PER_S);
	advance(in, now_ns, uw);
	return 0;
}

int integral_counter(struct integral *in, uint64_t now_ns, double uj, double range_uj)
{
	double grown = 0;

	if (!isfinite(uj) || uj < 0 || (range_uj > 0 && uj > range_uj) || now_ns < in->last_ns)
		return -EINVAL;
	if (in->samples) {
		grown = uj - in->last;
		if (grown < 0 && !(range_uj > 0))
			return -ERANGE;
		/* from the largest value to 0 is one step as well */
		if (grown < 0)
			grown += range_uj + 1;
	}
	in->uj += grown;
	advance(in, now_ns, uj);
	return 0;
}

double integral_mean_uw(const struct integral *in)
{
	uint64_t time_ns = in->last_ns - in->first_ns;

	return time_ns ? in->uj / ((double)time_ns / NS_PER_S) : 0;
}
