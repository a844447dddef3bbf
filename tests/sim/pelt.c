// SPDX-License-Identifier: MIT
#include "pelt.h"

#include <math.h>

#define HALF_LIFE_NS	32768e3	/* 32 periods of 1024 us */
#define WORTH_IT	(PELT_FULL / 100)

double pelt_update(double util, double running, double ns)
{
	double rest = exp2(-ns / HALF_LIFE_NS);

	return util * rest + PELT_FULL * running * (1 - rest);
}

/* Rises at once and falls by a quarter of the difference. */
double pelt_estimate(double estimate, double util)
{
	if (util >= estimate)
		return util;
	return estimate - util < WORTH_IT ? estimate : estimate - (estimate - util) / 4;
}
