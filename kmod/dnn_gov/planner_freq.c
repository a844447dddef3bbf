// SPDX-License-Identifier: GPL-2.0-only
/*
 * The planner's frequency: the cheapest at which the pending frames make it.
 */
#include "planner_parts.h"

/*
 * Power of a CPU whose energy model is unknown, a declared guess: 1 W at the
 * table's top frequency, of which 60 mW do not depend on frequency and the rest
 * falls with its cube. The critical speed that follows is near a third of the top.
 */
#define GUESS_STATIC_UW		60000U
#define GUESS_DYNAMIC_UW	940000U

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
static bool fits_at(const struct plan *p, u32 khz, bool only_pending)
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

			if (!plan_job_pending(p, i) && (only_pending || p->s->release[i] >= horizon))
				continue;
			demand = plan_add(demand, plan_job_need(p, i, grant, khz, VIEW_NOW));
			if (demand > plan_window_ns(p, p->in->now_ns, i))
				return false;
		}
	}
	return true;
}

static u64 guess_uw(u32 khz, u32 top_khz)
{
	u64 x = plan_mul_div(khz, 1024, top_khz);

	return GUESS_STATIC_UW + (GUESS_DYNAMIC_UW * (x * x * x >> 20) >> 10);
}

/* Power of running at an OPP above that of idling between frames. */
static u64 busy_uw(const struct plan *p, u32 opp, bool known)
{
	const struct plan_opp *opps = p->in->opps;

	if (!known)
		return guess_uw(opps[opp].khz, opps[p->top].khz);
	return plan_sub(opps[opp].busy_uw, opps[p->lo].idle_uw);
}

/* The cheapest OPP from @from on for what the pending frames need on the mean. */
static u32 cheapest(const struct plan *p, u32 from)
{
	u64 cycles = 0, stall = 0, least = PLAN_NEVER;
	u32 best = from, i;
	bool known = true;

	for (i = 0; i < p->nr_jobs; i++) {
		const struct plan_frame *frame = plan_job_frame(p, i);
		const struct plan_stream *stream = &p->in->streams[frame->stream];
		struct plan_work work;

		if (!plan_job_pending(p, i) || frame->level_done >= stream->grant)
			continue;
		plan_remaining(&stream->cost[stream->grant - 1], frame, PLAN_PPM, &work);
		cycles = plan_add(cycles, work.cycles);
		stall = plan_add(stall, work.stall_ns);
	}

	for (i = 0; i <= p->top; i++)
		known &= p->in->opps[i].busy_uw != 0;

	for (i = from; i <= p->hi; i++) {
		u64 uw = busy_uw(p, i, known);
		/* nJ; not from a rounded time, which would break ties at random */
		u64 energy = plan_add(plan_mul_div(cycles, uw, p->in->opps[i].khz),
				      plan_mul_div(stall, uw, 1000000));

		if (energy < least) {
			least = energy;
			best = i;
		}
	}
	return best;
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

			demand = plan_add(demand, plan_job_need(p, i, grant, khz, VIEW_NOW));
			if (plan_job_pending(p, i))
				guard = plan_min(guard, plan_sub(p->s->deadline[i], demand));
		}
	}
	return plan_max(guard, p->in->now_ns);
}

void plan_frequency(struct plan *p, struct plan_output *out)
{
	const struct plan_opp *opps = p->in->opps;
	u32 lo = p->lo, hi = p->hi;

	plan_look(p, opps[hi].khz, VIEW_NOW);
	if (!fits_at(p, opps[hi].khz, false)) {
		out->khz = opps[hi].khz;
		out->feasible = fits_at(p, opps[hi].khz, true);
		return;
	}

	while (lo < hi) {
		u32 mid = (lo + hi) / 2;

		if (fits_at(p, opps[mid].khz, false))
			hi = mid;
		else
			lo = mid + 1;
	}
	lo = cheapest(p, lo);
	out->khz = opps[lo].khz;
	out->feasible = true;
	if (lo < p->hi)
		out->guard_ns = guard_ns(p);
}

