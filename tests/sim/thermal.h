/* SPDX-License-Identifier: MIT */
/*
 * One thermal node: a capacity behind a resistance.
 */
#ifndef SIM_THERMAL_H
#define SIM_THERMAL_H

#include "platform.h"

/* Temperature, in thousandths of a degree, after @ns at a constant @uw. */
double thermal_step(double temp_mc, double ambient_mc, double r_mk_per_w, double c_mj_per_k,
		    double uw, u64 ns);

/*
 * One look at the temperature: the OPP that the cluster is capped to from now on. @cap is
 * the one so far, @armed keeps for each trip whether it has been reached and not left again.
 */
u32 thermal_cap(const struct platform_cluster *cluster, double temp_mc, u32 cap, bool *armed);

#endif
