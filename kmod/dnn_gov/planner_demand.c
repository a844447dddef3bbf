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
	u64 least = mean >> RESIDUAL_SHIFT;

	if (view == VIEW_LAST && done >= mean)
		total += total - mean;
	if (plan_is_wary(view))
		least = done < total ? plan_min(total - mean, mean >> WARY_SHIFT) :
				       mean >> WARY_SHIFT;
	return plan_max(plan_sub(total, done), least);
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
	work->stall_ns = stall;
	if (stall && work->cycles != cycles)
		work->stall_ns = plan_mul_div(stall, work->cycles, cycles);
}

/*
 * CPU times of whole frames at the highest frequency allowed, by level - 1, valid for levels
 * @from to @to. They are asked for again and again.
 */
const u64 *plan_time_levels(const struct plan *p, u32 stream, u32 from, u32 to)
{
	const struct plan_cost *cost = p->in->streams[stream].cost;
	u64 *level_ns = p->s->level_ns[stream];
	u32 wanted = (2U << (to - 1)) - (1U << (from - 1));
	u32 missing = wanted & ~(u32)p->s->timed[stream], i;

	for (i = from - 1; missing >> i; i++) {
		if (missing >> i & 1)
			level_ns[i] = plan_time_ns(&cost[i], p->in->opps[p->hi].khz, true);
	}
	p->s->timed[stream] |= wanted;
	return level_ns;
}

/* CPU time of a whole frame. */
static u64 whole_ns(const struct plan *p, u32 stream, u32 level, u32 khz)
{
	if (khz == p->in->opps[p->hi].khz) {
		if (!(p->s->timed[stream] >> (level - 1) & 1))
			plan_time_levels(p, stream, level, level);
		return p->s->level_ns[stream][level - 1];
	}
	return plan_time_ns(&p->in->streams[stream].cost[level - 1], khz, true);
}

static void rest_of_job(const struct plan *p, u32 job, u32 level, enum plan_view view,
			struct plan_work *work)
{
	const struct plan_frame *frame = plan_job_frame(p, job);
	const struct plan_cost *cost = &p->in->streams[p->s->stream[job]].cost[level - 1];

	if (frame->level_done >= level)
		*work = (struct plan_work) { };
	else
		plan_remaining(cost, frame, tail_of(cost), view, work);
}

static bool is_whole(const struct plan *p, u32 job, enum plan_view view)
{
	return view == VIEW_FRESH || !plan_job_pending(p, job);
}

/* CPU time of a job when its stream is granted @level. */
static u64 job_ns(const struct plan *p, u32 job, u32 level, u32 khz, enum plan_view view)
{
	struct plan_work work;

	if (is_whole(p, job, view))
		return whole_ns(p, p->s->stream[job], level, khz);
	rest_of_job(p, job, level, view, &work);
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
		     p->s->wall_ppm[p->s->cpu[job]]);
}

/* The least that a pending frame may still need at the highest frequency allowed, see left_of(). */
u64 plan_residual_ns(const struct plan *p, u32 job)
{
	const struct plan_stream *stream = &p->in->streams[p->s->stream[job]];
	u64 mean = plan_time_ns(&stream->cost[stream->grant - 1], p->in->opps[p->hi].khz, false);

	return widen(mean >> RESIDUAL_SHIFT, p->s->wall_ppm[p->s->cpu[job]]);
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
 * What @other, which is due later and takes @need in all, takes from a job that shares its
 * CPU with it and runs for @most. While the job runs each other gets as much as it does, and
 * one that comes when it runs has the first turn, of @turn.
 */
static u64 share_of(const struct plan *p, u32 job, u32 other, u64 need, u64 most, u64 turn)
{
	const struct plan_scratch *s = p->s;
	u64 left;

	/* one thread runs the frames of a stream one after the other */
	if (s->release[other] >= s->deadline[job] || s->stream[other] == s->stream[job])
		return 0;
	need = plan_min(need, most);
	if (s->release[other] <= s->release[job])
		return need;
	left = s->deadline[job] - s->release[other];
	return plan_min(need, (left + plan_min(turn, left)) / 2);
}

/* The same to a look that minds no turns. */
u64 plan_share_of(const struct plan *p, u32 job, u32 other, u64 need)
{
	return share_of(p, job, other, need, p->s->need[job], 0);
}

/*
 * Time that jobs which are due later take from one that shares its CPU with them. Only a
 * wary look minds turns.
 */
u64 plan_shared_ns(const struct plan *p, u32 job, enum plan_view view)
{
	const struct plan_scratch *s = p->s;
	u32 end = s->first[s->cpu[job] + 1], k;
	u64 turn = plan_is_wary(view) ? p->in->turn_ns : 0;
	u64 sum = 0, most;

	if (!plan_job_frame(p, job)->shares || !s->need[job])
		return 0;
	most = plan_add(s->need[job], turn ? turn_before(p, job) : 0);
	for (k = job + 1; k < end; k++)
		sum = plan_add(sum, share_of(p, job, k, s->need[k], most, turn));
	return sum;
}

/* What there is to know of a job in a view before its frequency is. */
static enum plan_kind gather_job(const struct plan *p, u32 job, enum plan_view view)
{
	struct plan_scratch *s = p->s;
	u32 prev = s->prev[job];
	struct plan_work work;

	if (!is_whole(p, job, view)) {
		rest_of_job(p, job, p->in->streams[s->stream[job]].grant, view, &work);
		s->left_cycles[job] = work.cycles;
		s->left_stall_ns[job] = work.stall_ns;
		return JOB_PART;
	}
	if (plan_is_wary(view) && s->release[job] >= s->horizon[s->cpu[job]])
		return JOB_NONE;
	if (prev != PLAN_NO_JOB && s->kind[prev] >= JOB_WHOLE && s->cpu[prev] == s->cpu[job])
		return JOB_ALIKE;
	return JOB_WHOLE;
}

/*
 * Releases of all jobs and what remains of them at the grants; a wary look leaves out those
 * that come too late to matter.
 */
void plan_gather(struct plan *p, enum plan_view view)
{
	struct plan_scratch *s = p->s;
	u32 i;

	for (i = 0; i < p->nr_jobs; i++) {
		s->release[i] = s->whole_release[i];
		if (view != VIEW_FRESH)
			s->release[i] = plan_max(s->release[i], p->in->now_ns);
		s->kind[i] = gather_job(p, i, view);
	}
}

/* Needs at a frequency of what was gathered. */
void plan_price(struct plan *p, u32 khz)
{
	struct plan_scratch *s = p->s;
	u32 i;

	for (i = 0; i < p->nr_jobs; i++) {
		u32 stream = s->stream[i];
		u64 time = 0;

		switch ((enum plan_kind)s->kind[i]) {
		case JOB_NONE:
			break;
		case JOB_PART:
			time = plan_add(cycles_ns(s->left_cycles[i], khz), s->left_stall_ns[i]);
			break;
		case JOB_WHOLE:
			time = whole_ns(p, stream, p->in->streams[stream].grant, khz);
			break;
		case JOB_ALIKE:
			s->need[i] = s->need[s->prev[i]];
			continue;
		}
		s->need[i] = widen(time, s->wall_ppm[s->cpu[i]]);
	}
}

/*
 * At least plan_shared_ns() of all jobs, for a fraction of what that takes to find out: each
 * other takes no more than it needs, and no more than the job that it takes it from.
 */
void plan_bound_shared(struct plan *p, enum plan_view view)
{
	struct plan_scratch *s = p->s;
	u64 turn = plan_is_wary(view) ? p->in->turn_ns : 0;
	u32 cpu, job;

	for (cpu = 0; cpu < p->nr_cpus; cpu++) {
		u32 first = s->first[cpu], end = s->first[cpu + 1];
		u64 later = 0, most;

		for (job = end; job-- > first; later = plan_add(later, s->need[job])) {
			s->shared[job] = 0;
			if (!plan_job_frame(p, job)->shares)
				continue;
			if (__builtin_mul_overflow(plan_add(s->need[job], turn),
						   (u64)(end - 1 - job), &most))
				most = PLAN_NEVER;
			s->shared[job] = plan_min(most, later);
		}
	}
}

static void look(struct plan *p, u32 khz, enum plan_view view, bool rough)
{
	u32 i;

	plan_gather(p, view);
	plan_price(p, khz);
	if (rough && p->sharing)
		plan_bound_shared(p, view);
	for (i = 0; i < p->nr_jobs; i++) {
		if (p->sharing && !rough)
			p->s->shared[i] = plan_shared_ns(p, i, view);
		p->s->bound[i] = plan_window_ns(p, 0, i);
	}
}

/* Needs, releases and bounds of all jobs at a frequency and the grants. */
void plan_look(struct plan *p, u32 khz, enum plan_view view)
{
	look(p, khz, view, false);
}

/* The same, but windows may be longer than it says where CPUs are shared. */
void plan_look_roughly(struct plan *p, u32 khz, enum plan_view view)
{
	look(p, khz, view, true);
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
	o->changed = o->nr;
	o->news = o->next;
	while (o->next < o->end && s->release[s->by_release[o->next]] == o->release) {
		u32 job = s->by_release[o->next++], i = 0;

		/* who is released early is mostly due early */
		while (i < o->nr && s->open[i] < job)
			i++;
		memmove(&s->open[i + 1], &s->open[i], o->nr - i);
		s->open[i] = job;
		o->nr++;
		if (i < o->changed)
			o->changed = i;
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
 * The windows of an opening, from that of its job @from on: what is due in each, and when it
 * has to be begun at the latest.
 */
void plan_fill_windows(struct plan *p, const struct plan_opening *o, u32 from)
{
	struct plan_scratch *s = p->s;
	u64 demand = from ? s->demand[from - 1] : 0;
	u32 i;

	for (i = from; i < o->nr; i++) {
		u32 job = s->open[i];

		demand = plan_add(demand, s->need[job]);
		s->demand[i] = demand;
		s->latest[i] = plan_sub(s->bound[job], demand);
	}
}

/*
 * The how many-th job of its stream is one in the windows of an opening? The one before may
 * be released earlier, or be on another CPU.
 */
static u32 number_of(const struct plan *p, const struct plan_opening *o, u32 job)
{
	const struct plan_scratch *s = p->s;
	u32 prev = s->prev[job];

	while (prev != PLAN_NO_JOB &&
	       (s->release[prev] < o->release || s->cpu[prev] != s->cpu[job]))
		prev = s->prev[prev];
	return prev == PLAN_NO_JOB ? 1 : s->nth[prev] + 1;
}

/* Number the jobs that an opening adds, and those of their streams which come after. */
void plan_number_jobs(struct plan *p, const struct plan_opening *o)
{
	struct plan_scratch *s = p->s;
	u32 i, job;

	for (i = o->news; i < o->next; i++) {
		for (job = s->by_release[i]; job != PLAN_NO_JOB; job = s->next[job])
			s->nth[job] = number_of(p, o, job);
	}
}

/*
 * What the windows of an opening leave to the streams of their jobs. Deadlines that have
 * passed bind nobody who looks from now on.
 */
static void tighten_room(const struct plan *p, const struct plan_opening *o,
			 enum plan_view view, u64 *room)
{
	const struct plan_scratch *s = p->s;
	u64 latest = PLAN_NEVER, least = PLAN_NEVER, bound;
	u32 i;

	for (i = o->nr; i-- > 0; ) {
		u32 job = s->open[i];
		u64 *least_room = &room[s->stream[job]];

		if (s->latest[i] < latest && !(view == VIEW_NOW && plan_job_late(p, job))) {
			/* from here on it was all the same with less time before */
			if (i < o->changed)
				return;
			latest = s->latest[i];
			least = plan_sub(latest, o->release);
		}
		/* a division only for those that have less room than is known */
		if (__builtin_mul_overflow(*least_room, s->nth[job], &bound) || least < bound)
			*least_room = plan_min(*least_room, plan_div(least, s->nth[job]));
	}
}

/* The least that windows which end with a job leave free, for those due later. */
static void note_slack(const struct plan *p, const struct plan_opening *o)
{
	struct plan_scratch *s = p->s;
	u32 i;

	for (i = o->changed; i < o->nr; i++) {
		u64 *slack = &s->slack[s->open[i]];

		*slack = plan_min(*slack, plan_sub(s->latest[i], o->release));
	}
}

/*
 * What a window that ends with @job leaves to a stream whose jobs from @other on are due
 * later, where they share the CPU. What takes as much as it can already may well grow.
 */
static void tighten_sharer(const struct plan *p, u32 job, u32 other, u64 *room)
{
	const struct plan_scratch *s = p->s;
	u32 end = s->first[s->cpu[job] + 1], nr = 0;
	u64 growth = 0;

	for (; other < end; other = s->next[other]) {
		u64 more = plan_sub(plan_share_of(p, job, other, PLAN_NEVER), s->need[other]);

		growth = plan_add(growth, more);
		nr += more != 0;
	}
	if (growth > s->slack[job])
		*room = plan_min(*room, plan_div(s->slack[job], nr));
}

/* What windows leave to streams which are due later and share the CPU. */
static void tighten_sharers(const struct plan *p, u32 cpu, enum plan_view view, u64 *room)
{
	const struct plan_scratch *s = p->s;
	u32 end = s->first[cpu + 1], job, other;
	u64 least;

	for (job = s->first[cpu]; job < end; job++) {
		if (!plan_job_frame(p, job)->shares ||
		    (view == VIEW_NOW && plan_job_late(p, job)))
			continue;
		/* no job takes more from another than that needs */
		least = plan_div(s->slack[job], p->most_jobs);
		if (least >= s->need[job])
			continue;
		for (other = job + 1; other < end; other++) {
			u32 stream = s->stream[other];

			/* each stream once, and only those that may rise and have more room */
			if (least < room[stream] &&
			    (s->prev[other] == PLAN_NO_JOB || s->prev[other] <= job) &&
			    p->in->streams[stream].grant < s->top[stream])
				tighten_sharer(p, job, other, &room[stream]);
		}
	}
}

/*
 * By how much every job of a stream could grow, for each stream, with all other
 * jobs as they are. A job that comes n-th of its stream in a window grows that
 * window n times.
 */
void plan_measure_room(struct plan *p, enum plan_view view, u64 *room)
{
	struct plan_opening o;
	u32 cpu, i;

	for (i = 0; i < p->nr_streams; i++)
		room[i] = PLAN_NEVER;
	for (i = 0; p->sharing && i < p->nr_jobs; i++)
		p->s->slack[i] = PLAN_NEVER;

	for (cpu = 0; cpu < p->nr_cpus; cpu++) {
		plan_openings(p, cpu, &o);
		while (plan_next_opening(p, &o)) {
			plan_fill_windows(p, &o, o.changed);
			plan_number_jobs(p, &o);
			tighten_room(p, &o, view, room);
			if (p->sharing)
				note_slack(p, &o);
		}
		if (p->sharing)
			tighten_sharers(p, cpu, view, room);
	}
}

/* The highest level from @level down to @least at which a job takes @most or less. */
static u32 lower_job(const struct plan *p, u32 job, u32 level, u32 least, u32 khz,
		     enum plan_view view, u64 most)
{
	while (level > least && plan_job_need(p, job, level, khz, view) > most)
		level--;
	return level;
}

/*
 * The highest level at which the jobs of a stream fit into the room that was measured at
 * this frequency and view; its grant if none above it does.
 */
u32 plan_highest_in_room(const struct plan *p, u32 stream, u32 khz, enum plan_view view,
			 u64 room)
{
	u32 grant = p->in->streams[stream].grant, head = p->s->head[stream];
	u32 level = p->s->top[stream], before, i;

	do {
		before = level;
		for (i = head; i != PLAN_NO_JOB && level > grant; i = p->s->next[i]) {
			/* what it takes at its grant is only asked for when it matters */
			if (p->s->kind[i] == JOB_ALIKE ||
			    plan_job_need(p, i, level, khz, view) <= room)
				continue;
			level = lower_job(p, i, level, grant, khz, view,
					  plan_add(plan_job_need(p, i, grant, khz, view), room));
			/* the first one has seen only levels that do not matter any more */
			if (i == head)
				before = level;
		}
	} while (level != before && level > grant);
	return level;
}

/* Does @level, above the grant, fit into the room? */
bool plan_level_fits(const struct plan *p, u32 stream, u32 level, u32 khz, enum plan_view view,
		     const u64 *room)
{
	u32 grant = p->in->streams[stream].grant, i;

	for (i = p->s->head[stream]; i != PLAN_NO_JOB; i = p->s->next[i]) {
		u64 need;

		if (p->s->kind[i] == JOB_ALIKE)
			continue;
		need = plan_job_need(p, i, level, khz, view);
		/* what it takes at its grant is only asked for when it matters */
		if (need > room[stream] &&
		    plan_sub(need, plan_job_need(p, i, grant, khz, view)) > room[stream])
			return false;
	}
	return true;
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
	struct plan_scratch *s = p->s;
	u64 wall = plan_wall_ppm(p, 0);
	u32 open, i;

	for (i = s->head[stream]; i != PLAN_NO_JOB; i = s->next[i])
		s->alone[i] = s->kind[i] == JOB_ALIKE ? s->alone[s->prev[i]] :
			      widen(job_ns(p, i, level, khz, view), wall);

	for (open = p->s->head[stream]; open != PLAN_NO_JOB; open = p->s->next[open]) {
		u64 release = s->release[open], demand = 0;
		u64 credit = view == VIEW_NOW && plan_job_pending(p, open) ? waited : 0;

		for (i = p->s->head[stream]; i != PLAN_NO_JOB; i = p->s->next[i]) {
			if (s->cpu[i] != s->cpu[open] || s->release[i] < release)
				continue;
			demand = plan_add(demand, s->alone[i]);
			if (view == VIEW_NOW && plan_job_late(p, i))
				continue;
			if (demand > plan_add(span_ns(p, release, i), credit))
				return false;
		}
	}
	return true;
}
