/* SPDX-License-Identifier: MIT */
/*
 * The oracle: least energy of frames whose true costs are known beforehand, on one CPU,
 * by earliest deadline first, all deadlines met. Frequency changes are free.
 */
#ifndef ORACLE_OPTIMAL_H
#define ORACLE_OPTIMAL_H

#include "planner.h"

/**
 * struct oracle_job - a frame and what it truly takes
 * @stream: whose frame it is
 * @release_ns: it cannot start before
 * @deadline_ns: it must end before
 * @cycles: those that scale with frequency
 * @stall_ns: time that does not
 * @wall: wall time over CPU time, at least 1: what others take
 */
struct oracle_job {
	u32 stream;
	u64 release_ns;
	u64 deadline_ns;
	double cycles;
	double stall_ns;
	double wall;
};

/* More time for one frame, or for a part of one. */
struct oracle_segment {
	u32 job;
	double ns;
	double saved_nj;
};

/*
 * The lower convex hull of a job's (time, energy) points at the OPPs, from its time at the top
 * one on, as far as it falls: at most @nr_opps - 1 segments that say they are of @index, and
 * the energy at the top OPP.
 */
u32 oracle_hull(const struct oracle_job *job, u32 index, const struct plan_opp *opps, u32 nr_opps,
		u32 nr_cpus, struct oracle_segment *segments, double *nj);

/* For qsort(): what saves most per time first. */
int oracle_compare_segments(const void *a, const void *b);

/* Power of a policy of @nr_cpus while one CPU is busy, beyond all idle at the lowest OPP. */
double oracle_excess_uw(const struct plan_opp *opps, u32 nr_cpus, u32 opp);

/*
 * What share of the fullest window is free when all runs at @khz; negative: no schedule
 * meets all deadlines. 1 without jobs.
 */
double oracle_slack(const struct oracle_job *jobs, u32 nr_jobs, u32 khz);

/*
 * Least energy in nJ beyond idling at the lowest OPP. @walls, unless NULL, is filled with
 * the wall time of each job in ns. Negative: a deadline cannot be met, or no memory.
 */
double oracle_least_nj(const struct oracle_job *jobs, u32 nr_jobs, const struct plan_opp *opps,
		       u32 nr_opps, u32 nr_cpus, double *walls);

#endif /* ORACLE_OPTIMAL_H */
