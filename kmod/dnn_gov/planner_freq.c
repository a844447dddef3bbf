// SPDX-License-Identifier: GPL-2.0-only
/*
 * The planner's frequency: the cheapest at which the pending frames make it.
 */
#include "planner_parts.h"

/* A change of OPP within a frame is not worth it if it comes sooner. */
#define STEP_MIN_NS		500000U
#define STEP_SWITCHES		16	/* switching times, where those are long */
#define STEP_SLACK_NS		50000U	/* the timer may be late */

/*
 * Of the jobs of a CPU, those up to the returned one have to do with the choice of
 * a frequency: 0 if none is pending, else one past the last pending job. Jobs that
 * are released before that one's deadline count as well, wherever they are.
 */
static u32 pending_end(const struct plan *p, u32 cpu)
{
	u32 i;

	for (i = p->s->first[cpu + 1]; i > p->s->first[cpu]; i--) {
		if (plan_job_pending(p, i - 1))
			return i;
	}
	return 0;
}

/* Do all windows that open now fit at @khz? @only_pending: without frames to come. */
static bool fits_at(const struct plan *p, u32 khz, enum plan_view view, bool only_pending)
{
	u32 cpu, i;

	for (cpu = 0; cpu < p->nr_cpus; cpu++) {
		u32 end = pending_end(p, cpu);
		u64 demand = 0, horizon;

		if (!end)
			continue;
		horizon = p->s->deadline[end - 1];

		for (i = p->s->first[cpu]; i < p->s->first[cpu + 1]; i++) {
			u32 grant = p->in->streams[p->s->stream[i]].grant;

			if (!plan_job_pending(p, i) &&
			    (only_pending || p->s->release[i] >= horizon))
				continue;
			demand = plan_add(demand, plan_job_need(p, i, grant, khz, view));
			if (demand > plan_window_ns(p, p->in->now_ns, i))
				return false;
		}
	}
	return true;
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
		plan_remaining(&stream->cost[stream->grant - 1], frame, PLAN_PPM, true, &work);
		sum->cycles = plan_add(sum->cycles, work.cycles);
		sum->stall_ns = plan_add(sum->stall_ns, work.stall_ns);
	}
}

/*
 * The last instant from which the top frequency makes every pending deadline when
 * nothing is done before. A second switch_ns lets the timer be a little late.
 */
static u64 guard_ns(const struct plan *p)
{
	u32 khz = p->in->opps[p->hi].khz, cpu, i;
	u64 guard = PLAN_NEVER;

	for (cpu = 0; cpu < p->nr_cpus; cpu++) {
		u32 end = pending_end(p, cpu);
		u64 demand = plan_add(p->in->switch_ns, p->in->switch_ns);

		for (i = p->s->first[cpu]; i < end; i++) {
			u32 grant = p->in->streams[p->s->stream[i]].grant;

			demand = plan_add(demand, plan_job_need(p, i, grant, khz, VIEW_WARY));
			if (plan_job_pending(p, i))
				guard = plan_min(guard, plan_sub(p->s->deadline[i], demand));
		}
	}
	return plan_max(guard, p->in->now_ns);
}

/*
 * Until when the OPP below @opp does, if @opp is run from then on: with a share x of
 * the work done slowly, x * slow + (1 - x) * fast is what fills a window.
 */
static u64 step_ns(const struct plan *p, u32 opp)
{
	u32 slow_khz = p->in->opps[opp - 1].khz, fast_khz = p->in->opps[opp].khz, cpu, i;
	u64 step = PLAN_NEVER;

	for (cpu = 0; cpu < p->nr_cpus; cpu++) {
		u32 end = pending_end(p, cpu);
		u64 slow = 0, fast = 0, horizon;

		if (!end)
			continue;
		horizon = p->s->deadline[end - 1];

		for (i = p->s->first[cpu]; i < p->s->first[cpu + 1]; i++) {
			u32 grant = p->in->streams[p->s->stream[i]].grant;
			u64 window;

			if (!plan_job_pending(p, i) && p->s->release[i] >= horizon)
				continue;
			slow = plan_add(slow, plan_job_need(p, i, grant, slow_khz, VIEW_WARY));
			fast = plan_add(fast, plan_job_need(p, i, grant, fast_khz, VIEW_WARY));
			window = plan_sub(plan_window_ns(p, p->in->now_ns, i),
					  p->in->switch_ns + STEP_SLACK_NS);
			if (slow <= window)
				continue;
			step = plan_min(step, plan_mul_div(slow, plan_sub(window, fast),
							   plan_max(plan_sub(slow, fast), 1)));
		}
	}
	return plan_add(p->in->now_ns, step);
}

/* Two OPPs make up for one between them that does not exist. */
static void try_step(const struct plan *p, const struct plan_work *work, u32 opp,
		     struct plan_output *out)
{
	u64 soonest = plan_max(STEP_MIN_NS, plan_mul_div(p->in->switch_ns, STEP_SWITCHES, 1));
	u64 step;

	if (plan_work_nj(p, work, opp - 1) >= plan_work_nj(p, work, opp))
		return;
	step = step_ns(p, opp);
	if (plan_sub(step, p->in->now_ns) < soonest)
		return;
	out->khz = p->in->opps[opp - 1].khz;
	out->guard_ns = plan_min(step, guard_ns(p));
}

void plan_frequency(struct plan *p, struct plan_output *out)
{
	const struct plan_opp *opps = p->in->opps;
	u32 lo = p->lo, hi = p->hi, best;
	struct plan_work work;

	plan_look(p, opps[hi].khz, VIEW_WARY);
	if (!fits_at(p, opps[hi].khz, VIEW_WARY, false)) {
		out->khz = opps[hi].khz;
		out->feasible = fits_at(p, opps[hi].khz, VIEW_NOW, true);
		return;
	}

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
	if (best < p->hi)
		out->guard_ns = guard_ns(p);
	if (p->in->two_opps && best == lo && lo > p->lo)
		try_step(p, &work, lo, out);
}
