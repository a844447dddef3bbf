// SPDX-License-Identifier: MIT
#include "thermal.h"

#include <math.h>

double thermal_step(double temp_mc, double ambient_mc, double r_mk_per_w, double c_mj_per_k,
		    double uw, u64 ns)
{
	/* uW times mK/W is nK; R times C is in us */
	double rest_mc = ambient_mc + uw * r_mk_per_w * 1e-6;
	double tau_ns = r_mk_per_w * c_mj_per_k * 1e3;

	return rest_mc + (temp_mc - rest_mc) * exp(-(double)ns / tau_ns);
}

static u32 floor_of(const struct platform_cluster *cluster, u32 trip)
{
	u32 i = cluster->nr_opps - 1;

	while (i && cluster->opps[i].khz > cluster->trips[trip].floor_khz)
		i--;
	return i;
}

u32 thermal_cap(const struct platform_cluster *cluster, double temp_mc, u32 cap, bool *armed)
{
	bool down = false, up = cap < cluster->nr_opps - 1;
	u32 i;

	for (i = 0; i < cluster->nr_trips; i++) {
		const struct platform_trip *trip = &cluster->trips[i];
		u32 floor = floor_of(cluster, i);

		if (temp_mc >= (double)trip->temp_mc)
			armed[i] = true;
		else if (temp_mc < (double)(trip->temp_mc - trip->hyst_mc))
			armed[i] = false;
		if (!armed[i])
			continue;
		down |= temp_mc >= (double)trip->temp_mc && cap > floor;
		up &= cap < floor;
	}
	if (down)
		return cap - 1;
	return up ? cap + 1 : cap;
}
