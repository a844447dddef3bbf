/* SPDX-License-Identifier: MIT */
/*
 * What can be had at all of a CPU that its threads share evenly, whatever is due first.
 */
#ifndef ORACLE_FAIR_H
#define ORACLE_FAIR_H

#include "oracle_optimal.h"

/*
 * The least share of a job's time from release to deadline that is left when it ends, if
 * all runs at @khz; negative: a deadline is missed. 1 without jobs.
 */
double oracle_fair_slack(const struct oracle_job *jobs, u32 nr_jobs, u32 khz);

#endif /* ORACLE_FAIR_H */
