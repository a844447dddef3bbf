/* SPDX-License-Identifier: MIT */
/*
 * What is possible without knowing the future: the least energy of a planner that knows how
 * costs are distributed, but not which of them the next frame has, and is late with none.
 */
#ifndef ORACLE_BLIND_H
#define ORACLE_BLIND_H

#include "oracle_optimal.h"

/*
 * Least energy in nJ beyond idling at the lowest OPP, of jobs that differ in cost alone and
 * have their CPU to themselves: cycles and stalls in one ratio, the same time from release to
 * deadline. Negative: the longest cannot be met, or no memory.
 */
double oracle_blind_nj(const struct oracle_job *jobs, u32 nr_jobs, const struct plan_opp *opps,
		       u32 nr_opps, u32 nr_cpus);

#endif /* ORACLE_BLIND_H */
