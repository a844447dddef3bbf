// SPDX-License-Identifier: MIT
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "oracle_fair.h"

#define DONE_NS	1e-3

/* One thread runs the jobs of a stream one after the other, the first released first. */
static bool is_next(const struct oracle_job *jobs, const double *left, u32 nr_jobs, u32 job)
{
	u32 i;

	for (i = 0; i < nr_jobs; i++)
		if (jobs[i].stream == jobs[job].stream && left[i] > 0 &&
		    jobs[i].release_ns < jobs[job].release_ns)
			return false;
	return true;
}

static double slack_of(const struct oracle_job *job, double now)
{
	return (job->deadline_ns - now) / (double)(job->deadline_ns - job->release_ns);
}

/*
 * Let all jobs that can run do so until one ends or one is released. Returns the new
 * time; *slack is that of the jobs that have ended.
 */
static double advance(const struct oracle_job *jobs, double *left, bool *runs, u32 nr_jobs,
		      double now, double *slack)
{
	double until = INFINITY, least = INFINITY;
	u32 running = 0, i;

	for (i = 0; i < nr_jobs; i++) {
		runs[i] = left[i] > 0 && jobs[i].release_ns <= now &&
			  is_next(jobs, left, nr_jobs, i);
		running += runs[i];
		if (runs[i])
			least = fmin(least, left[i]);
		else if (left[i] > 0 && jobs[i].release_ns > now)
			until = fmin(until, jobs[i].release_ns);
	}
	if (!running)
		return until;
	until = fmin(until, now + least * running);
	for (i = 0; i < nr_jobs; i++) {
		if (!runs[i])
			continue;
		left[i] -= (until - now) / running;
		if (left[i] > DONE_NS)
			continue;
		left[i] = 0;
		*slack = fmin(*slack, slack_of(&jobs[i], until));
	}
	return until;
}

double oracle_fair_slack(const struct oracle_job *jobs, u32 nr_jobs, u32 khz)
{
	double *left = calloc(nr_jobs + 1, sizeof(*left)), slack = 1, now = 0;
	bool *runs = calloc(nr_jobs + 1, sizeof(*runs));
	u32 i;

	if (!left || !runs) {
		slack = -1;
		goto out;
	}
	for (i = 0; i < nr_jobs; i++)
		left[i] = (jobs[i].cycles * 1e6 / khz + jobs[i].stall_ns) * jobs[i].wall;
	while (isfinite(now))
		now = advance(jobs, left, runs, nr_jobs, now, &slack);
out:
	free(runs);
	free(left);
	return slack;
}
