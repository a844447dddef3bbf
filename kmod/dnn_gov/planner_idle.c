// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an idle CPU draws at each OPP, from the one or two figures that an administrator
 * has. The energy model knows busy CPUs only.
 */
#include "planner.h"

/*
 * With the lowest OPP's alone: what goes with the voltage, about its square; which is what the
 * power of a busy one grows by beyond its frequency.
 */
static u64 by_voltage(const struct plan_opp *low, const struct plan_opp *opp, u32 lowest_uw)
{
	if (!low->busy_uw)
		return lowest_uw;
	return plan_mul_div(lowest_uw, (u64)opp->busy_uw * low->khz,
			    (u64)low->busy_uw * opp->khz);
}

/* With both ends': clocks that run on draw as busy CPUs do, so it grows as their power does. */
static u64 by_power(const struct plan_opp *low, const struct plan_opp *opp,
		    const struct plan_opp *top, u32 lowest_uw, u32 top_uw)
{
	u64 more = plan_sub(top_uw, lowest_uw);

	if (top->busy_uw > low->busy_uw)
		return lowest_uw + plan_mul_div(more, plan_sub(opp->busy_uw, low->busy_uw),
						top->busy_uw - low->busy_uw);
	if (top->khz > low->khz)
		return lowest_uw + plan_mul_div(more, opp->khz - low->khz, top->khz - low->khz);
	return lowest_uw;
}

void plan_set_idle_power(struct plan_opp *opps, u32 nr_opps, u32 lowest_uw, u32 top_uw)
{
	u32 i;

	for (i = 0; i < nr_opps; i++) {
		struct plan_opp *opp = &opps[i];
		u64 uw = top_uw ? by_power(&opps[0], opp, &opps[nr_opps - 1], lowest_uw, top_uw) :
				  by_voltage(&opps[0], opp, lowest_uw);

		opp->idle_uw = plan_min(uw, opp->busy_uw ? opp->busy_uw : ~0U);
	}
}
