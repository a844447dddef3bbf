// SPDX-License-Identifier: GPL-2.0-only
/*
 * The planner's demand: what frames still need, and which windows of time that
 * has to fit into.
 */
#include "planner_parts.h"

#define NSEC_PER_MSEC_CYCLES	1000000U	/* cycles / kHz is ms; times this, ns */
#define RESIDUAL_SHIFT		7		/* of the mean, still left in an overrun */
#define WARY_SHIFT		2		/* the same to a wary look, at the most */

/************************ Costs and what remains of them ************************/

static u64 cycles_ns(u64 cycles, u32 khz)
{
	return plan_mul_div(cycles, NSEC_PER_MSEC_CYCLES, khz);
}

static u32 tail_of(const struct plan_cost *cost)
{
	return cost->tail_ppm > PLAN_PPM ? cost->tail_ppm : PLAN_PPM;
}

u64 plan_time_ns(const struct plan_cost *cost, u32 khz, bool tail)
{
	u64 time = plan_add(cycles_ns(cost->cycles, khz), cost->stall_ns);

	return tail ? plan_mul_div(time, tail_of(cost), PLAN_PPM) : time;
}

/*
 * How far a frame is, in cycles of its cost. Cycles are counted while it runs,
 * so they hold those of stalls too: f * stall, with the mean f it has had.
 */
static u64 progress_cycles(const struct plan_cost *cost, const struct plan_frame *frame)
{
	u64 stall_cycles;

	if (!cost->stall_ns || !frame->done_ns)
		return frame->done_cycles;

	stall_cycles = plan_mul_div(cost->stall_ns, frame->done_cycles, frame->done_ns);
	return plan_mul_div(frame->done_cycles, cost->cycles,
			    plan_max(plan_add(cost->cycles, stall_cycles), 1));
}

/*
 * What remains of a total of which @done is done, with @mean its mean. A frame that goes
 * on beyond its mean may well be one that goes beyond its tail: a wary look keeps the
 * whole margin from there on, and the last one twice of it.
 */
static u64 left_of(u64 total, u64 done, u64 mean, enum plan_view view)
{
	if (view == VIEW_LAST && done >= mean)
		total += total - mean;
	if (done >= total)
		return mean >> (plan_is_wary(view) ? WARY_SHIFT : RESIDUAL_SHIFT);
	return plan_max(total - done,
			plan_is_wary(view) ? plan_min(total - mean, mean >> WARY_SHIFT) : 0);
}

void plan_remaining(const struct plan_cost *cost, const struct plan_frame *frame, u32 ppm,
		    enum plan_view view, struct plan_work *work)
{
	u64 cycles = plan_mul_div(cost->cycles, ppm, PLAN_PPM);
	u64 stall = plan_mul_div(cost->stall_ns, ppm, PLAN_PPM);

	if (!cycles) {
		work->cycles = 0;
		work->stall_ns = left_of(stall, frame->done_ns, cost->stall_ns, view);
		return;
	}
	work->cycles = left_of(cycles, progress_cycles(cost, frame), cost->cycles, view);
	work->stall_ns = stall ? plan_mul_div(stall, work->cycles, cycles) : 0;
}

/* CPU time of a job when its stream is granted @level. */
static u64 job_ns(const struct plan *p, u32 job, u32 level, u32 khz, enum plan_view view)
{
	const struct plan_frame *frame = plan_job_frame(p, job);
	const struct plan_cost *cost = &p->in->streams[frame->stream].cost[level - 1];
	struct plan_work work;

	if (view == VIEW_FRESH || !plan_job_pending(p, job))
		return plan_time_ns(cost, khz, true);
	if (frame->level_done >= level)
		return 0;

	plan_remaining(cost, frame, tail_of(cost), view, &work);
	return plan_add(cycles_ns(work.cycles, khz), work.stall_ns);
}

/*
 * Wall time of a CPU time, where others take @other_ppm: streams have the rest.
 * Rounded up. With nothing left a millionth is assumed, so that more work still
 * takes more time.
 */
u64 plan_wall_ppm(const struct plan *p, u32 other_ppm)
{
	u32 ours = other_ppm < PLAN_PPM ? PLAN_PPM - other_ppm : 1;

	return plan_div(((u64)PLAN_PPM + p->in->margin_ppm) * PLAN_PPM + ours - 1, ours);
}

/* Wall time of a CPU time; the 2 makes up for having rounded down. */
static u64 widen(u64 time, u64 wall_ppm)
{
	return time ? plan_add(plan_mul_div(time, wall_ppm, PLAN_PPM), 2) : 0;
}

/* What a job takes from its window when its stream is granted @level. */
u64 plan_job_need(const struct plan *p, u32 job, u32 level, u32 khz, enum plan_view view)
{
	return widen(job_ns(p, job, level, khz, view),
		     p->s->wall_ppm[plan_job_frame(p, job)->cpu]);
}

/*
 * From a job's release to its deadline. A stream whose deadline is longer than its
 * period still has to keep up with the period, or its frames pile up; those that are
 * not pending yet are judged by the shorter of the two.
 */
u64 plan_job_span(const struct plan *p, const struct plan_frame *frame, bool repeat)
{
	u64 span = plan_sub(frame->deadline_ns, frame->release_ns);
	u64 period = p->in->streams[frame->stream].period_ns;

	if (!repeat && frame->release_ns <= p->in->now_ns)
		return span;
	return period ? plan_min(span, period) : span;
}

/*
 * A thread that wakes up runs at once, so others have a turn for each of its own; when it
 * is on its way, one of theirs may have begun. What fits into one turn is not interrupted.
 */
static u64 turn_before(const struct plan *p, u32 job)
{
	const struct plan_frame *frame = plan_job_frame(p, job);

	if (!plan_job_pending(p, job) || !frame->done_ns ||
	    plan_add(frame->done_ns, p->s->need[job]) <= p->in->turn_ns)
		return 0;
	return p->in->turn_ns;
}

/*
 * Time that jobs which are due later take from one that shares its CPU with them. While it
 * runs each of them gets as much as it does, and one that comes when it runs has the first
 * turn. Only a wary look minds turns.
 */
u64 plan_shared_ns(const struct plan *p, u32 job, enum plan_view view)
{
	const struct plan_scratch *s = p->s;
	u32 end = s->first[plan_job_frame(p, job)->cpu + 1], k;
	u64 turn = plan_is_wary(view) ? p->in->turn_ns : 0;
	u64 sum = 0, most, before, left;

	if (!plan_job_frame(p, job)->shares || !s->need[job])
		return 0;
	most = plan_add(s->need[job], turn ? turn_before(p, job) : 0);
	for (k = job + 1; k < end; k++) {
		/* one thread runs the frames of a stream one after the other */
		if (s->release[k] >= s->deadline[job] || s->stream[k] == s->stream[job])
			continue;
		before = plan_min(s->need[k], most);
		if (s->release[k] > s->release[job]) {
			left = s->deadline[job] - s->release[k];
			before = plan_min(before, (left + plan_min(turn, left)) / 2);
		}
		sum = plan_add(sum, before);
	}
	return sum;
}

/*
 * Needs and releases of all jobs at a frequency and the grants; a wary look leaves out those
 * that come too late to matter.
 */
void plan_look(struct plan *p, u32 khz, enum plan_view view)
{
	struct plan_scratch *s = p->s;
	u32 i;

	for (i = 0; i < p->nr_jobs; i++) {
		const struct plan_frame *frame = plan_job_frame(p, i);

		s->release[i] = s->whole_release[i];
		if (view != VIEW_FRESH)
			s->release[i] = plan_max(s->release[i], p->in->now_ns);
		s->need[i] = 0;
		if (plan_is_wary(view) && !plan_job_pending(p, i) &&
		    s->release[i] >= s->horizon[frame->cpu])
			continue;
		s->need[i] = plan_job_need(p, i, p->in->streams[frame->stream].grant, khz, view);
	}
	for (i = 0; i < p->nr_jobs; i++)
		s->shared[i] = p->nr_streams > 1 ? plan_shared_ns(p, i, view) : 0;
}

/*********************************** Windows ************************************/

/* All instants at which windows of a CPU open, for plan_next_opening(). */
void plan_openings(const struct plan *p, u32 cpu, struct plan_opening *o)
{
	*o = (struct plan_opening) {
		.next = p->s->first[cpu],
		.end = p->s->first[cpu + 1],
	};
}

/* The next earlier one; false when there is none. */
bool plan_next_opening(struct plan *p, struct plan_opening *o)
{
	struct plan_scratch *s = p->s;

	if (o->next == o->end)
		return false;
	o->release = s->release[s->by_release[o->next]];
	while (o->next < o->end && s->release[s->by_release[o->next]] == o->release) {
		u32 job = s->by_release[o->next++], i = 0;

		/* who is released early is mostly due early */
		while (i < o->nr && s->open[i] < job)
			i++;
		memmove(&s->open[i + 1], &s->open[i], o->nr - i);
		s->open[i] = job;
		o->nr++;
	}
	return true;
}

static u64 span_ns(const struct plan *p, u64 release, u32 job)
{
	return plan_sub(plan_sub(p->s->deadline[job], release), p->in->switch_ns);
}

/* The time there is from @release to the deadline of @job for jobs due by then. */
u64 plan_window_ns(const struct plan *p, u64 release, u32 job)
{
	return plan_sub(span_ns(p, release, job), p->s->shared[job]);
}

/*
 * By how much every job of a stream could grow, for each stream, with all other
 * jobs as they are. A job that comes n-th of its stream in a window grows that
 * window n times.
 */
void plan_measure_room(struct plan *p, enum plan_view view, u64 *room)
{
	struct plan_scratch *s = p->s;
	u32 cpu, i;

	for (i = 0; i < p->nr_streams; i++)
		room[i] = PLAN_NEVER;

	for (cpu = 0; cpu < p->nr_cpus; cpu++) {
		struct plan_opening o;

		plan_openings(p, cpu, &o);
		while (plan_next_opening(p, &o)) {
			u64 demand = 0, least = PLAN_NEVER;

			for (i = 0; i < o.nr; i++)
				s->count[s->stream[s->open[i]]] = 0;
			for (i = 0; i < o.nr; i++) {
				u32 job = s->open[i];

				demand = plan_add(demand, s->need[job]);
				s->slack[i] = view == VIEW_NOW && plan_job_late(p, job) ?
					      PLAN_NEVER :
					      plan_sub(plan_window_ns(p, o.release, job), demand);
				s->nth[i] = ++s->count[s->stream[job]];
			}
			for (i = o.nr; i-- > 0; ) {
				u64 *least_room = &room[s->stream[s->open[i]]];
				u32 n = s->nth[i];

				least = plan_min(least, s->slack[i]);
				/* most windows are roomy: no division for those */
				if (n == 1)
					*least_room = plan_min(*least_room, least);
				else if (least / 256 < *least_room)
					*least_room = plan_min(*least_room, plan_div(least, n));
			}
		}
	}
}

/* Does @level fit into the room that was measured at this frequency and view? */
bool plan_level_fits(const struct plan *p, u32 stream, u32 level, u32 khz, enum plan_view view,
		     const u64 *room)
{
	u32 grant = p->in->streams[stream].grant, i;

	for (i = p->s->head[stream]; i != PLAN_NO_JOB; i = p->s->next[i]) {
		u64 need = plan_job_need(p, i, level, khz, view);

		/* what it takes at its grant is only asked for when it matters */
		if (need > room[stream] &&
		    plan_sub(need, plan_job_need(p, i, grant, khz, view)) > room[stream])
			return false;
	}
	return true;
}

u32 plan_highest_in_room(const struct plan *p, u32 stream, u32 khz, enum plan_view view,
			 const u64 *room)
{
	u32 level = p->s->top[stream];

	while (level > p->in->streams[stream].grant &&
	       !plan_level_fits(p, stream, level, khz, view, room))
		level--;
	return level;
}

/* Time the pending frames of a stream have waited since they began. */
u64 plan_waited_ns(const struct plan *p, u32 stream)
{
	u64 least = PLAN_NEVER;
	u32 i;

	for (i = p->s->head[stream]; i != PLAN_NO_JOB; i = p->s->next[i]) {
		const struct plan_frame *frame = plan_job_frame(p, i);

		if (!plan_job_pending(p, i))
			continue;
		least = plan_min(least, !frame->begin_ns ? 0 :
				 plan_sub(plan_sub(p->in->now_ns, frame->begin_ns),
					  frame->done_ns));
	}
	return least == PLAN_NEVER ? 0 : least;
}

/* Does @level fit for a stream that has its CPUs to itself, and had until now? */
bool plan_fits_alone(const struct plan *p, u32 stream, u32 level, u32 khz, enum plan_view view,
		     u64 waited)
{
	const struct plan_scratch *s = p->s;
	u64 wall = plan_wall_ppm(p, 0);
	u32 open, i;

	for (open = p->s->head[stream]; open != PLAN_NO_JOB; open = p->s->next[open]) {
		u64 release = s->release[open], demand = 0;
		u64 credit = view == VIEW_NOW && plan_job_pending(p, open) ? waited : 0;

		for (i = p->s->head[stream]; i != PLAN_NO_JOB; i = p->s->next[i]) {
			if (plan_job_frame(p, i)->cpu != plan_job_frame(p, open)->cpu ||
			    s->release[i] < release)
				continue;
			demand = plan_add(demand, widen(job_ns(p, i, level, khz, view), wall));
			if (view == VIEW_NOW && plan_job_late(p, i))
				continue;
			if (demand > plan_add(span_ns(p, release, i), credit))
				return false;
		}
	}
	return true;
}
