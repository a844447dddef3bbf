// SPDX-License-Identifier: MIT
/*
 * A frame that may take the time t costs e(t): the lower convex hull of its (time, energy)
 * points at the OPPs, since a mix of two OPPs reaches every point between theirs. Beyond
 * the cheapest OPP more time saves nothing. On one CPU by earliest deadline first, the
 * times of all frames are possible exactly when in every window from a release to a
 * deadline the times of the frames inside sum up to no more than its length. Such times
 * form a polymatroid, and on one the greedy way is optimal: start with all frames at their
 * shortest, then spend time where it saves most energy per time, as far as windows allow.
 *
 * Segments of all hulls are sorted by what they save per time. Which of them fit all
 * together is found by bisection; the first that does not is taken in part, the frames in
 * the windows that it fills up get no more time, and so on without them.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "oracle_optimal.h"

#define EPSILON_NS	0.5	/* windows that have less left are full */

/**
 * struct windows - all windows of some jobs
 * @releases: in ascending order, each once
 * @deadlines: likewise
 * @first: index of each job's release
 * @last: index of its deadline
 * @by_release: jobs, latest release first
 * @due: per deadline, time of the jobs looked at so far that are due then
 */
struct windows {
	u32 nr_jobs;
	u32 nr_releases;
	u32 nr_deadlines;
	double *releases;
	double *deadlines;
	u32 *first;
	u32 *last;
	u32 *by_release;
	double *due;
};

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static u32 sort_unique(double *values, u32 nr)
{
	u32 i, kept = 0;

	qsort(values, nr, sizeof(*values), compare_doubles);
	for (i = 0; i < nr; i++)
		if (!kept || values[i] != values[kept - 1])
			values[kept++] = values[i];
	return kept;
}

static u32 index_of(const double *values, u32 nr, double value)
{
	const double *at = bsearch(&value, values, nr, sizeof(*values), compare_doubles);

	return at - values;
}

static void windows_free(struct windows *w)
{
	free(w->releases);
	free(w->deadlines);
	free(w->first);
	free(w->last);
	free(w->by_release);
	free(w->due);
}

static bool windows_init(struct windows *w, const struct oracle_job *jobs, u32 nr)
{
	u32 i, r, n = 0;

	memset(w, 0, sizeof(*w));
	w->nr_jobs = nr;
	w->releases = calloc(nr + 1, sizeof(double));
	w->deadlines = calloc(nr + 1, sizeof(double));
	w->due = calloc(nr + 1, sizeof(double));
	w->first = calloc(nr + 1, sizeof(u32));
	w->last = calloc(nr + 1, sizeof(u32));
	w->by_release = calloc(nr + 1, sizeof(u32));
	if (!w->releases || !w->deadlines || !w->due || !w->first || !w->last || !w->by_release) {
		windows_free(w);
		return false;
	}
	for (i = 0; i < nr; i++) {
		w->releases[i] = jobs[i].release_ns;
		w->deadlines[i] = jobs[i].deadline_ns;
	}
	w->nr_releases = sort_unique(w->releases, nr);
	w->nr_deadlines = sort_unique(w->deadlines, nr);
	for (i = 0; i < nr; i++) {
		w->first[i] = index_of(w->releases, w->nr_releases, jobs[i].release_ns);
		w->last[i] = index_of(w->deadlines, w->nr_deadlines, jobs[i].deadline_ns);
	}
	for (r = w->nr_releases; r-- > 0; ) {
		for (i = 0; i < nr; i++)
			if (w->first[i] == r)
				w->by_release[n++] = i;
	}
	return true;
}

/* Called for each window: return false to end the walk. */
typedef bool (*window_fn)(void *ctx, u32 release, u32 deadline, double length, double demand);

static bool walk(struct windows *w, const double *walls, window_fn fn, void *ctx)
{
	u32 r, d, n = 0;

	memset(w->due, 0, w->nr_deadlines * sizeof(*w->due));
	for (r = w->nr_releases; r-- > 0; ) {
		double demand = 0;

		for (; n < w->nr_jobs && w->first[w->by_release[n]] == r; n++)
			w->due[w->last[w->by_release[n]]] += walls[w->by_release[n]];
		for (d = 0; d < w->nr_deadlines; d++) {
			if (w->deadlines[d] <= w->releases[r] || !w->due[d])
				continue;
			demand += w->due[d];
			if (!fn(ctx, r, d, w->deadlines[d] - w->releases[r], demand))
				return false;
		}
	}
	return true;
}

static bool note_fullest(void *ctx, u32 release, u32 deadline, double length, double demand)
{
	double *fullest = ctx;

	(void)release;
	(void)deadline;
	*fullest = fmax(*fullest, demand / length);
	return true;
}

static bool is_roomy(void *ctx, u32 release, u32 deadline, double length, double demand)
{
	(void)ctx;
	(void)release;
	(void)deadline;
	return demand <= length + EPSILON_NS;
}

static double wall_ns(const struct oracle_job *job, u32 khz)
{
	return (job->cycles * 1e6 / khz + job->stall_ns) * job->wall;
}

double oracle_slack(const struct oracle_job *jobs, u32 nr_jobs, u32 khz)
{
	double *walls = calloc(nr_jobs + 1, sizeof(double)), fullest = 0;
	struct windows w;
	u32 i;

	if (!walls || !windows_init(&w, jobs, nr_jobs)) {
		free(walls);
		return -1;
	}
	for (i = 0; i < nr_jobs; i++)
		walls[i] = wall_ns(&jobs[i], khz);
	walk(&w, walls, note_fullest, &fullest);
	windows_free(&w);
	free(walls);
	return 1 - fullest;
}

/****************************** Segments *******************************/

double oracle_excess_uw(const struct plan_opp *opps, u32 nr_cpus, u32 opp)
{
	return opps[opp].busy_uw + (nr_cpus - 1.0) * opps[opp].idle_uw -
	       (double)nr_cpus * opps[0].idle_uw;
}

u32 oracle_hull(const struct oracle_job *job, u32 index, const struct plan_opp *opps, u32 nr_opps,
		u32 nr_cpus, struct oracle_segment *segments, double *nj)
{
	u32 at = nr_opps - 1, nr = 0;
	double t_at = wall_ns(job, opps[at].khz);
	double e_at = t_at * oracle_excess_uw(opps, nr_cpus, at) * 1e-6;

	*nj = e_at;
	for (;;) {
		double best_rate = 0, best_t = 0, best_e = 0;
		u32 next = at, i;

		for (i = 0; i < at; i++) {
			double t = wall_ns(job, opps[i].khz);
			double e = t * oracle_excess_uw(opps, nr_cpus, i) * 1e-6;

			if (t <= t_at || (e_at - e) / (t - t_at) <= best_rate)
				continue;
			best_rate = (e_at - e) / (t - t_at);
			best_t = t;
			best_e = e;
			next = i;
		}
		if (next == at)
			return nr;
		segments[nr++] = (struct oracle_segment){ index, best_t - t_at, e_at - best_e };
		at = next;
		t_at = best_t;
		e_at = best_e;
	}
}

int oracle_compare_segments(const void *a, const void *b)
{
	const struct oracle_segment *x = a, *y = b;
	double rate_x = x->saved_nj / x->ns, rate_y = y->saved_nj / y->ns;

	return (rate_x < rate_y) - (rate_x > rate_y);
}

/****************************** Spending *******************************/

/**
 * struct spending - time being given to frames
 * @w: the windows
 * @segments: what is left to spend on, best first
 * @nr: how many
 * @walls: time of each job
 * @trial: the same, being tried
 * @full: jobs that get no more
 * @saved_nj: saved so far
 */
struct spending {
	struct windows w;
	struct oracle_segment *segments;
	u32 nr;
	double *walls;
	double *trial;
	bool *full;
	double saved_nj;
};

/* Do the first @count segments fit together? */
static bool prefix_fits(struct spending *s, u32 count)
{
	u32 i;

	memcpy(s->trial, s->walls, s->w.nr_jobs * sizeof(double));
	for (i = 0; i < count; i++)
		s->trial[s->segments[i].job] += s->segments[i].ns;
	return walk(&s->w, s->trial, is_roomy, NULL);
}

struct search {
	struct spending *s;
	u32 job;
	double room;
};

static bool note_room(void *ctx, u32 release, u32 deadline, double length, double demand)
{
	struct search *search = ctx;
	const struct windows *w = &search->s->w;

	if (release <= w->first[search->job] && deadline >= w->last[search->job])
		search->room = fmin(search->room, length - demand);
	return true;
}

static bool mark_full(void *ctx, u32 release, u32 deadline, double length, double demand)
{
	struct spending *s = ctx;
	u32 i;

	if (length - demand > EPSILON_NS)
		return true;
	for (i = 0; i < s->w.nr_jobs; i++)
		s->full[i] |= s->w.first[i] >= release && s->w.last[i] <= deadline;
	return true;
}

static void spend(struct spending *s)
{
	while (s->nr) {
		struct search search = { .s = s, .room = INFINITY };
		u32 lo = 0, hi = s->nr, i, kept = 0;
		struct oracle_segment *next;
		double ns;

		while (lo < hi) {
			u32 mid = hi - (hi - lo) / 2;

			if (prefix_fits(s, mid))
				lo = mid;
			else
				hi = mid - 1;
		}
		for (i = 0; i < lo; i++) {
			s->walls[s->segments[i].job] += s->segments[i].ns;
			s->saved_nj += s->segments[i].saved_nj;
		}
		if (lo == s->nr)
			return;

		next = &s->segments[lo];
		search.job = next->job;
		walk(&s->w, s->walls, note_room, &search);
		ns = fmin(fmax(search.room, 0), next->ns);
		s->walls[next->job] += ns;
		s->saved_nj += next->saved_nj * ns / next->ns;
		s->full[next->job] = true;
		walk(&s->w, s->walls, mark_full, s);
		for (i = lo + 1; i < s->nr; i++)
			if (!s->full[s->segments[i].job])
				s->segments[kept++] = s->segments[i];
		s->nr = kept;
	}
}

double oracle_least_nj(const struct oracle_job *jobs, u32 nr_jobs, const struct plan_opp *opps,
		       u32 nr_opps, u32 nr_cpus, double *walls)
{
	struct spending s = { 0 };
	double total = 0, least = -1, nj;
	u32 i;

	if (!windows_init(&s.w, jobs, nr_jobs))
		return -1;
	s.segments = calloc((size_t)nr_jobs * nr_opps + 1, sizeof(*s.segments));
	s.walls = calloc(nr_jobs + 1, sizeof(double));
	s.trial = calloc(nr_jobs + 1, sizeof(double));
	s.full = calloc(nr_jobs + 1, sizeof(bool));
	if (!s.segments || !s.walls || !s.trial || !s.full)
		goto out;

	for (i = 0; i < nr_jobs; i++) {
		s.walls[i] = wall_ns(&jobs[i], opps[nr_opps - 1].khz);
		s.nr += oracle_hull(&jobs[i], i, opps, nr_opps, nr_cpus, &s.segments[s.nr], &nj);
		total += nj;
	}
	if (!prefix_fits(&s, 0))
		goto out;
	qsort(s.segments, s.nr, sizeof(*s.segments), oracle_compare_segments);
	spend(&s);
	least = total - s.saved_nj;
	if (walls)
		memcpy(walls, s.walls, nr_jobs * sizeof(double));
out:
	free(s.full);
	free(s.trial);
	free(s.walls);
	free(s.segments);
	windows_free(&s.w);
	return least;
}
