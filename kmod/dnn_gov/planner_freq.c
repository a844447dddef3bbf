// SPDX-License-Identifier: GPL-2.0-only
/*
 * The planner's frequency: the cheapest at which the pending frames make it.
 */
#include "planner_parts.h"

/*
 * A guard that finds a frame on its way is set anew, and closer every time. Where it would
 * come sooner than this part of the frame's time, it is as good as there.
 */
#define GUARD_SHIFT		7
#define GIVE_UP_NS		1000U	/* beyond the last instant: it does not fit any more */
/* A change of OPP within a frame is not worth it if it comes sooner. */
#define STEP_MIN_NS		500000U
#define STEP_SWITCHES		16	/* switching times, where those are long */
/*
 * The margin is a share of the time that is left: it becomes less, and what it sets free is not
 * worth going back from the second of two OPPs that are far apart. For this part of the time it is.
 */
#define BACK_SHIFT		3
#define STEP_SLACK_NS		50000U	/* the timer may be late */

/*
 * The last deadline of a pending job of each CPU, 0 where none is. What is released later has
 * nothing to do with the choice of a frequency.
 */
static void find_horizons(const struct plan *p)
{
	struct plan_scratch *s = p->s;
	u32 cpu, i;

	for (cpu = 0; cpu < p->nr_cpus; cpu++) {
		s->horizon[cpu] = 0;
		for (i = s->first[cpu]; i < s->first[cpu + 1]; i++)
			if (plan_job_pending(p, i))
				s->horizon[cpu] = s->deadline[i];
	}
}

/* Is there time for @demand until the deadline of a job, with what it has to share? */
static bool window_fits(struct plan *p, u32 job, u64 demand, enum plan_view view)
{
	bool fits = demand <= plan_window_ns(p, p->in->now_ns, job);

	/* what is shared is at most that; the guard is by the last look and wants to know */
	if (p->sharing && (!fits || view == VIEW_LAST)) {
		p->s->shared[job] = plan_shared_ns(p, job, view);
		fits = demand <= plan_window_ns(p, p->in->now_ns, job);
	}
	return fits;
}

/*
 * Do all windows that open now fit at @khz? @only_pending: without frames to come. After
 * plan_gather() of that view; leaves the needs behind.
 */
static bool fits_at(struct plan *p, u32 khz, enum plan_view view, bool only_pending)
{
	const struct plan_scratch *s = p->s;
	u32 cpu, i;

	plan_price(p, khz);
	if (p->sharing)
		plan_bound_shared(p, view);
	for (cpu = 0; cpu < p->nr_cpus; cpu++) {
		u64 demand = 0;

		for (i = s->first[cpu]; s->horizon[cpu] && i < s->first[cpu + 1]; i++) {
			/* what comes too late to matter needs nothing in this view */
			if (only_pending && !plan_job_pending(p, i))
				continue;
			demand = plan_add(demand, s->need[i]);
			if (!window_fits(p, i, demand, view))
				return false;
		}
	}
	return true;
}

/* May a pending frame be beyond its mean? Others look the same to all wary looks. */
static bool any_beyond_mean(const struct plan *p)
{
	u32 i;

	for (i = 0; i < p->nr_jobs; i++) {
		const struct plan_frame *frame = plan_job_frame(p, i);
		const struct plan_stream *stream = &p->in->streams[frame->stream];

		/* the cycles of stalls are in what is done, so this errs on the safe side */
		if (plan_job_pending(p, i) &&
		    frame->done_cycles >= stream->cost[stream->grant - 1].cycles)
			return true;
	}
	return false;
}

/* What the pending frames need on the mean. */
static void pending_work(const struct plan *p, struct plan_work *sum)
{
	u32 i;

	*sum = (struct plan_work) { };
	for (i = 0; i < p->nr_jobs; i++) {
		const struct plan_frame *frame = plan_job_frame(p, i);
		const struct plan_stream *stream = &p->in->streams[frame->stream];
		struct plan_work work;

		if (!plan_job_pending(p, i) || frame->level_done >= stream->grant)
			continue;
		plan_remaining(&stream->cost[stream->grant - 1], frame, PLAN_PPM, VIEW_WARY, &work);
		sum->cycles = plan_add(sum->cycles, work.cycles);
		sum->stall_ns = plan_add(sum->stall_ns, work.stall_ns);
	}
}

static u64 soonest_guard(const struct plan *p, u32 job)
{
	const struct plan_scratch *s = p->s;

	return p->in->now_ns + ((s->deadline[job] - s->whole_release[job]) >> GUARD_SHIFT);
}

/*
 * The last instant from which the top frequency makes every pending deadline when
 * nothing is done before; false if that is as good as now. A second switch_ns lets the
 * timer be a little late. Needs are those at that frequency.
 */
static bool find_guard(const struct plan *p, u64 *guard)
{
	const struct plan_scratch *s = p->s;
	u32 cpu, i;
	u64 last;

	*guard = PLAN_NEVER;

	for (cpu = 0; cpu < p->nr_cpus; cpu++) {
		u64 demand = plan_add(p->in->switch_ns, p->in->switch_ns);

		for (i = s->first[cpu]; i < s->first[cpu + 1]; i++) {
			if (s->deadline[i] > s->horizon[cpu])
				break;
			demand = plan_add(demand, s->need[i]);
			if (!plan_job_pending(p, i))
				continue;
			last = plan_sub(s->deadline[i], plan_add(demand, s->shared[i]));
			if (last < soonest_guard(p, i))
				return false;
			*guard = plan_min(*guard, last);
		}
	}
	return true;
}

/*
 * At the top frequency nothing can be hurried any more. What remains is to be content with
 * the levels that are done, from when even the least that a frame may still need is too much.
 */
static u64 give_up_ns(const struct plan *p)
{
	u64 first = PLAN_NEVER, last;
	u32 i;

	for (i = 0; i < p->nr_jobs; i++) {
		const struct plan_frame *frame = plan_job_frame(p, i);
		const struct plan_stream *stream = &p->in->streams[frame->stream];

		if (!plan_job_pending(p, i) || plan_job_late(p, i) ||
		    frame->level_done < stream->min_level || frame->level_done >= stream->grant)
			continue;
		last = plan_sub(plan_window_ns(p, 0, i), plan_residual_ns(p, i)) + GIVE_UP_NS;
		first = plan_min(first, plan_max(last, soonest_guard(p, i)));
	}
	return first;
}

/* By when each window's jobs are done at @khz, for all windows that open now. */
static void fill_windows(struct plan *p, u32 khz, u64 *filled)
{
	const struct plan_scratch *s = p->s;
	u32 cpu, i;

	plan_price(p, khz);
	for (cpu = 0; cpu < p->nr_cpus; cpu++) {
		u64 demand = 0;

		for (i = s->first[cpu]; i < s->first[cpu + 1]; i++) {
			bool counts = plan_job_pending(p, i) || s->release[i] < s->horizon[cpu];

			if (counts)
				demand = plan_add(demand, s->need[i]);
			filled[i] = counts ? plan_add(demand, plan_shared_ns(p, i, VIEW_WARY)) : 0;
		}
	}
}

/*
 * Until when OPP @slow does, if @fast is run from then on: with a share x of the work done
 * slowly, x * slow + (1 - x) * fast is what fills a window.
 */
static u64 step_ns(struct plan *p, u32 slow_opp, u32 fast_opp)
{
	u64 *slow = p->s->slow, *fast = p->s->fast, step = PLAN_NEVER;
	u32 i;

	fill_windows(p, p->in->opps[slow_opp].khz, slow);
	fill_windows(p, p->in->opps[fast_opp].khz, fast);
	for (i = 0; i < p->nr_jobs; i++) {
		u64 window = plan_sub(plan_sub(p->s->deadline[i], p->in->now_ns),
				      2 * p->in->switch_ns + STEP_SLACK_NS);

		if (slow[i] <= window)
			continue;
		step = plan_min(step, plan_mul_div(slow[i], plan_sub(window, fast[i]),
						   plan_max(plan_sub(slow[i], fast[i]), 1)));
	}
	return plan_add(p->in->now_ns, step);
}

static u64 last_horizon(const struct plan *p)
{
	u64 last = 0;
	u32 cpu;

	for (cpu = 0; cpu < p->nr_cpus; cpu++)
		last = plan_max(last, p->s->horizon[cpu]);
	return last;
}

/*
 * Two OPPs make up for one between them that does not exist, or that draws too much for what
 * it does. @opp is the lowest that fits, @best the cheapest of those.
 */
static void try_step(struct plan *p, const struct plan_work *work, u32 opp, u32 best,
		     struct plan_output *out)
{
	u64 soonest = plan_max(STEP_MIN_NS, plan_mul_div(p->in->switch_ns, STEP_SWITCHES, 1));
	u32 slow, fast;
	u64 step;

	plan_bridge(p, work, opp, &slow, &fast);
	if (plan_work_nj(p, work, slow) >= plan_work_nj(p, work, best))
		return;
	if (fast - slow > 1 && p->in->cur_khz > p->in->opps[slow].khz)
		soonest = plan_max(soonest, plan_sub(last_horizon(p), p->in->now_ns) >> BACK_SHIFT);
	step = step_ns(p, slow, fast);
	if (plan_sub(step, p->in->now_ns) < soonest)
		return;
	out->khz = p->in->opps[slow].khz;
	out->guard_ns = plan_min(step, out->guard_ns);
}

void plan_frequency(struct plan *p, struct plan_output *out)
{
	const struct plan_opp *opps = p->in->opps;
	u32 lo = p->lo, hi = p->hi, best;
	struct plan_work work;
	u64 guard;

	find_horizons(p);
	plan_gather(p, VIEW_LAST);
	if (!fits_at(p, opps[hi].khz, VIEW_LAST, false) || !find_guard(p, &guard)) {
		out->khz = opps[hi].khz;
		plan_gather(p, VIEW_NOW);
		out->feasible = fits_at(p, opps[hi].khz, VIEW_NOW, true);
		out->guard_ns = give_up_ns(p);
		return;
	}

	if (any_beyond_mean(p))
		plan_gather(p, VIEW_WARY);
	while (lo < hi) {
		u32 mid = (lo + hi) / 2;

		if (fits_at(p, opps[mid].khz, VIEW_WARY, false))
			hi = mid;
		else
			lo = mid + 1;
	}
	pending_work(p, &work);
	best = plan_cheapest(p, &work, lo);
	out->khz = opps[best].khz;
	out->feasible = true;
	out->guard_ns = guard;
	if (p->in->two_opps && lo > p->lo)
		try_step(p, &work, lo, best, out);
	if (out->khz == opps[p->hi].khz)
		out->guard_ns = give_up_ns(p);
}
