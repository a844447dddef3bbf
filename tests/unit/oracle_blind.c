// SPDX-License-Identifier: MIT
/*
 * All frames begin alike, so they are run alike, each as far as it goes: a schedule says how
 * fast every part of a frame's way is run, and only the longest frame goes all of it. The part
 * between the ends of two frames, when they are sorted, is run by all that are longer. Its
 * time counts once, because the longest must be ready at the deadline; its energy counts as
 * often as it is run. So the frequency rises along the way: what few frames reach may be
 * expensive (Lorch and Smith, "Improving dynamic voltage scaling algorithms with PACE", 2001).
 */
#include <stdlib.h>

#include "oracle_blind.h"

static int compare_jobs(const void *a, const void *b)
{
	const struct oracle_job *x = a, *y = b;
	double by = x->cycles + x->stall_ns - y->cycles - y->stall_ns;

	return (by > 0) - (by < 0);
}

/* What a job has beyond the one before it. */
static struct oracle_job part_of(const struct oracle_job *jobs, u32 i)
{
	struct oracle_job part = jobs[i];

	if (i) {
		part.cycles -= jobs[i - 1].cycles;
		part.stall_ns -= jobs[i - 1].stall_ns;
	}
	return part;
}

static double spend(const struct oracle_segment *segments, u32 nr, double ns)
{
	double saved = 0;
	u32 i;

	for (i = 0; i < nr && ns > 0; i++) {
		saved += segments[i].saved_nj *
			 (segments[i].ns <= ns ? 1 : ns / segments[i].ns);
		ns -= segments[i].ns;
	}
	return saved;
}

double oracle_blind_nj(const struct oracle_job *jobs, u32 nr_jobs, const struct plan_opp *opps,
		       u32 nr_opps, u32 nr_cpus)
{
	struct oracle_segment *segments = calloc((size_t)nr_jobs * nr_opps + 1, sizeof(*segments));
	struct oracle_job *sorted = calloc(nr_jobs + 1, sizeof(*sorted));
	double total = 0, nj = -1, left = 0;
	u32 i, k, nr = 0;

	if (!segments || !sorted)
		goto out;
	for (i = 0; i < nr_jobs; i++)
		sorted[i] = jobs[i];
	qsort(sorted, nr_jobs, sizeof(*sorted), compare_jobs);
	if (nr_jobs)
		left = sorted[0].deadline_ns - sorted[0].release_ns;
	for (i = 0; i < nr_jobs; i++) {
		struct oracle_job part = part_of(sorted, i);
		struct oracle_segment *of_part = &segments[nr];
		double runs = nr_jobs - i, top_nj;
		u32 nr_part = oracle_hull(&part, i, opps, nr_opps, nr_cpus, of_part, &top_nj);

		left -= (part.cycles * 1e6 / opps[nr_opps - 1].khz + part.stall_ns) * part.wall;
		total += runs * top_nj;
		for (k = 0; k < nr_part; k++)
			of_part[k].saved_nj *= runs;
		nr += nr_part;
	}
	if (left < 0)
		goto out;
	qsort(segments, nr, sizeof(*segments), oracle_compare_segments);
	nj = total - spend(segments, nr, left);
out:
	free(segments);
	free(sorted);
	return nj;
}
