// SPDX-License-Identifier: GPL-2.0-only
/*
 * The planner: which frequency a policy runs at, which level each stream gets.
 *
 * Idea
 *
 * A governor that looks at load learns that a frame needs more speed by being
 * late with it. Here the application has said by when each frame must be ready,
 * and what a frame costs is known from those before it, so the question can be
 * asked the other way round: what is the least that has to be done now?
 *
 * Demand. Frames on one CPU share its time, the earliest deadline first. They
 * all make it exactly when, for every window from some release to some deadline,
 * the work that is both released and due inside the window fits into it. The
 * work of a frame is what remains of it by the tail estimate, made longer by the
 * share of the CPU that other tasks take and by a small margin. All rules below
 * are about these windows:
 *
 *  - Levels are judged at the highest frequency allowed: more cannot be had. A
 *    window that is too full sheds work, from the frames inside it, by least
 *    weighted accuracy lost per nanosecond saved. Walking down each stream's
 *    ladder along the concave hull of its (time, accuracy) points makes this
 *    greedy choice good: a step that is not on the hull costs more accuracy per
 *    time than the longer step across it. Hull steps are coarse and the last one
 *    taken saves more than was asked for, so what is left over is given back to
 *    the streams that just shed, most valuable level first.
 *
 *  - Frames that are to come count like those that are there: the next of each
 *    stream, and its repetitions as far as the last deadline given. Where deadlines
 *    are longer than periods, frames to come are judged by the period: one thread
 *    that takes longer than that falls behind for good.
 *
 *  - The frequency is for the frames that are pending. Time they leave unused is
 *    lost, frames not released yet can still raise the frequency when they come;
 *    so only the windows that start now count. A frame that is due to arrive
 *    before the last pending deadline is counted in them, because it will want
 *    time that pending frames would otherwise leave for later. Of the OPPs that
 *    fit, the cheapest is taken, not the lowest: below some critical speed a
 *    frame holds the CPU out of idle for longer than the lower voltage is worth.
 *    Idle time is priced at the lowest OPP allowed, to which the governor returns
 *    between frames; then E(f) = (P_busy(f) - P_idle) * t(f), plus a constant.
 *
 *  - A plan runs as slow as the tail estimate permits, and estimates can be
 *    wrong. The guard is the instant from which the highest frequency still saves
 *    every pending deadline even if nothing gets done before it. Whoever armed a
 *    timer for it plans again there: a frame that went as expected gets a later
 *    guard, one that did not gets the top.
 *
 * Restoring. Whether the next level would fit cannot be asked of the frames as
 * they are: one that was started slow, on purpose, looks hopeless half way
 * through. It is asked of the same frames as they were at their releases, whole
 * ("fresh"). This answer does not change while a frame runs, so it can be
 * required to hold without a break for the hold time. The rise itself then waits
 * for an instant at which the pending frames carry it as well, which is a frame's
 * beginning at the latest; otherwise the next plan would take it back. One stream
 * rises per plan, so that two which fit one by one cannot rise together.
 *
 * Causes. Why is a stream below its top level? The windows are computed again in
 * a world without the frequency cap, and in one where the stream has the CPU to
 * itself. The world that lets it go higher names the cause; if only both together
 * help it is the cap; if not even both do, the deadline is simply too short. When
 * a frame drops half way, its windows from now on are asked first, and in the
 * world without others it gets back the time it waited since it began. The cause
 * is looked at again in every plan while the grant is down, because what holds
 * it down can change meanwhile.
 *
 * Frames that are late already. Their work is still in the way of others and is
 * counted, but no level is shed for a deadline that has passed. The frequency is
 * the highest until they are done. A frame that has used up the tail estimate and
 * has not ended is assumed to need another sixteenth of its mean, again and again:
 * enough to keep its time reserved and, near the deadline, to raise the frequency.
 *
 * Numbers. Times are nanoseconds, work is cycles, ratios are parts per million;
 * 64-bit arithmetic saturates, which makes absurd input infeasible, not feasible.
 * A demand test is quadratic in the jobs of a CPU at the worst and linear where
 * all are pending; the search over OPPs is a bisection, since time only falls
 * with frequency.
 */
#include "planner.h"

#include <linux/dnn_gov.h>

#define NSEC_PER_MSEC_CYCLES	1000000U	/* cycles / kHz is ms; times this, ns */
#define RESIDUAL_SHIFT		4		/* of the mean, still left in an overrun */
#define REPEATS_MAX		16		/* of one stream's last frame */
#define NO_JOB			255		/* ends the list of a stream's jobs */
#define NO_FRAME		255

/*
 * Power of a CPU whose energy model is unknown, a declared guess: 1 W at the
 * table's top frequency, of which 60 mW do not depend on frequency and the rest
 * falls with its cube. The critical speed that follows is near a third of the top.
 */
#define GUESS_STATIC_UW		60000U
#define GUESS_DYNAMIC_UW	940000U

/**
 * enum plan_view - which windows are asked about
 * @VIEW_NOW: frames as they are, from now on
 * @VIEW_FRESH: the same frames whole, as they were at their releases
 */
enum plan_view {
	VIEW_NOW,
	VIEW_FRESH,
};

/**
 * struct plan - one plan in the making
 * @in: what is known
 * @s: working memory
 * @nr_streams: streams, bounded
 * @nr_frames: frames, bounded
 * @nr_cpus: CPUs, bounded
 * @nr_jobs: jobs in use of the scratch's per-job arrays
 * @lo: index of the lowest OPP allowed
 * @hi: index of the highest OPP allowed
 * @top: index of the highest OPP there is
 * @capped: @hi is below @top
 */
struct plan {
	const struct plan_input *in;
	struct plan_scratch *s;
	u32 nr_streams;
	u32 nr_frames;
	u32 nr_cpus;
	u32 nr_jobs;
	u32 lo;
	u32 hi;
	u32 top;
	bool capped;
};

/**
 * struct plan_work - what a frame still needs
 * @cycles: cycles that scale with frequency
 * @stall_ns: time that does not
 */
struct plan_work {
	u64 cycles;
	u64 stall_ns;
};

/**
 * struct plan_window - a window of one CPU
 * @first: first job of the CPU
 * @last: the job at whose deadline the window ends
 * @release: when it opens; jobs @first..@last released before are not in it
 * @length: the time there is
 */
struct plan_window {
	u32 first;
	u32 last;
	u64 release;
	u64 length;
};

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

/* What remains of a total of which @done is done, with @mean its mean. */
static u64 left_of(u64 total, u64 done, u64 mean)
{
	return done < total ? total - done : mean >> RESIDUAL_SHIFT;
}

static void remaining(const struct plan_cost *cost, const struct plan_frame *frame, u32 ppm,
		      struct plan_work *work)
{
	u64 cycles = plan_mul_div(cost->cycles, ppm, PLAN_PPM);
	u64 stall = plan_mul_div(cost->stall_ns, ppm, PLAN_PPM);

	if (!cycles) {
		work->cycles = 0;
		work->stall_ns = left_of(stall, frame->done_ns, cost->stall_ns);
		return;
	}
	work->cycles = left_of(cycles, progress_cycles(cost, frame), cost->cycles);
	work->stall_ns = stall ? plan_mul_div(stall, work->cycles, cycles) : 0;
}

static const struct plan_frame *job_frame(const struct plan *p, u32 job)
{
	return &p->in->frames[p->s->frame[job]];
}

static bool job_pending(const struct plan *p, u32 job)
{
	return !p->s->repeat[job] && job_frame(p, job)->release_ns <= p->in->now_ns;
}

static bool job_late(const struct plan *p, u32 job)
{
	return p->s->deadline[job] <= p->in->now_ns;
}

/* CPU time of a job when its stream is granted @level. */
static u64 job_ns(const struct plan *p, u32 job, u32 level, u32 khz, enum plan_view view)
{
	const struct plan_frame *frame = job_frame(p, job);
	const struct plan_cost *cost = &p->in->streams[frame->stream].cost[level - 1];
	struct plan_work work;

	if (view == VIEW_FRESH || !job_pending(p, job))
		return plan_time_ns(cost, khz, true);
	if (frame->level_done >= level)
		return 0;

	remaining(cost, frame, tail_of(cost), &work);
	return plan_add(cycles_ns(work.cycles, khz), work.stall_ns);
}

/* Wall time of a CPU time; the 2 makes up for having rounded down. */
static u64 widen(u64 time, u64 wall_ppm)
{
	return time ? plan_add(plan_mul_div(time, wall_ppm, PLAN_PPM), 2) : 0;
}

/* What a job takes from its window when its stream is granted @level. */
static u64 job_need(const struct plan *p, u32 job, u32 level, u32 khz, enum plan_view view)
{
	return widen(job_ns(p, job, level, khz, view),
		     p->s->wall_ppm[job_frame(p, job)->cpu]);
}

/*
 * From a job's release to its deadline. A stream whose deadline is longer than its
 * period still has to keep up with the period, or its frames pile up; those that are
 * not pending yet are judged by the shorter of the two.
 */
static u64 job_span(const struct plan *p, const struct plan_frame *frame, bool repeat)
{
	u64 span = plan_sub(frame->deadline_ns, frame->release_ns);
	u64 period = p->in->streams[frame->stream].period_ns;

	if (!repeat && frame->release_ns <= p->in->now_ns)
		return span;
	return period ? plan_min(span, period) : span;
}

static void look(struct plan *p, u32 khz, enum plan_view view)
{
	struct plan_scratch *s = p->s;
	u32 i;

	for (i = 0; i < p->nr_jobs; i++) {
		const struct plan_frame *frame = job_frame(p, i);

		s->need[i] = job_need(p, i, p->in->streams[frame->stream].grant, khz, view);
		s->release[i] = plan_sub(s->deadline[i], job_span(p, frame, s->repeat[i]));
		if (view == VIEW_NOW)
			s->release[i] = plan_max(s->release[i], p->in->now_ns);
	}
}

/********************************* Preparation **********************************/

/*
 * Wall time of a CPU time, where others take @other_ppm: streams have the rest.
 * Rounded up. With nothing left a millionth is assumed, so that more work still
 * takes more time.
 */
static u64 wall_ppm(const struct plan *p, u32 other_ppm)
{
	u32 ours = other_ppm < PLAN_PPM ? PLAN_PPM - other_ppm : 1;

	return plan_div(((u64)PLAN_PPM + p->in->margin_ppm) * PLAN_PPM + ours - 1, ours);
}

static void insert_job(struct plan *p, u32 frame, u64 deadline, bool repeat)
{
	const struct plan_frame *frames = p->in->frames;
	struct plan_scratch *s = p->s;
	u32 i;

	for (i = p->nr_jobs++; i; i--) {
		u32 cpu = frames[s->frame[i - 1]].cpu;

		if (cpu < frames[frame].cpu ||
		    (cpu == frames[frame].cpu && s->deadline[i - 1] <= deadline))
			break;
		s->frame[i] = s->frame[i - 1];
		s->deadline[i] = s->deadline[i - 1];
		s->repeat[i] = s->repeat[i - 1];
	}
	s->frame[i] = frame;
	s->deadline[i] = deadline;
	s->repeat[i] = repeat;
}

/*
 * A stream with a short period comes back several times before the deadlines of
 * one with a long period; its last frame is repeated up to the last deadline given.
 */
static void insert_repeats(struct plan *p, u32 frame, u64 horizon)
{
	const struct plan_frame *last = &p->in->frames[frame];
	u64 release = last->release_ns, deadline;
	u32 i;

	for (i = 0; i < REPEATS_MAX && p->nr_jobs < PLAN_MAX_JOBS; i++) {
		release = plan_add(release, p->in->streams[last->stream].period_ns);
		deadline = plan_add(release, job_span(p, last, true));
		if (deadline > horizon)
			break;
		insert_job(p, frame, deadline, true);
	}
}

static void prepare_jobs(struct plan *p)
{
	const struct plan_frame *frames = p->in->frames;
	u8 *last = p->s->last_frame;
	u64 horizon = 0;
	u32 i, cpu;

	for (i = 0; i < p->nr_streams; i++)
		last[i] = NO_FRAME;

	for (i = 0; i < p->nr_frames; i++) {
		u32 stream = frames[i].stream;

		if (stream >= p->nr_streams || frames[i].cpu >= p->nr_cpus)
			continue;
		insert_job(p, i, plan_add(frames[i].release_ns, job_span(p, &frames[i], false)),
			   false);
		horizon = plan_max(horizon, frames[i].deadline_ns);
		if (last[stream] == NO_FRAME ||
		    frames[i].release_ns > frames[last[stream]].release_ns)
			last[stream] = i;
	}
	for (i = 0; i < p->nr_streams; i++) {
		if (last[i] != NO_FRAME && p->in->streams[i].period_ns)
			insert_repeats(p, last[i], horizon);
	}

	for (i = 0, cpu = 0; cpu < p->nr_cpus; cpu++) {
		p->s->wall_ppm[cpu] = wall_ppm(p, p->in->other_ppm[cpu]);
		p->s->first[cpu] = i;
		while (i < p->nr_jobs && job_frame(p, i)->cpu == cpu)
			i++;
	}
	p->s->first[cpu] = i;
}

static void prepare_streams(struct plan *p)
{
	u32 i;

	for (i = 0; i < p->nr_streams; i++) {
		struct plan_stream *stream = &p->in->streams[i];

		stream->levels = plan_max(plan_min(stream->levels, PLAN_MAX_LEVELS), 1);
		stream->min_level = plan_max(plan_min(stream->min_level, stream->levels), 1);
		stream->grant = plan_max(plan_min(stream->grant, stream->levels),
					 stream->min_level);
		p->s->entry_grant[i] = stream->grant;
		p->s->timed[i] = false;
		p->s->cause[i] = DNN_GOV_CAUSE_NONE;
		p->s->head[i] = NO_JOB;
		p->s->lower_of[i] = 0;
	}
	for (i = p->nr_jobs; i-- > 0; ) {
		u32 stream = job_frame(p, i)->stream;

		p->s->stream[i] = stream;
		p->s->next[i] = p->s->head[stream];
		p->s->head[stream] = i;
	}
}

/* The OPPs within the limits; never none, see plan_output.khz. */
static void prepare_opps(struct plan *p)
{
	const struct plan_opp *opps = p->in->opps;

	p->top = p->in->nr_opps - 1;
	p->hi = p->top;
	while (p->hi && opps[p->hi].khz > p->in->max_khz)
		p->hi--;
	p->lo = 0;
	while (p->lo < p->hi && opps[p->lo].khz < p->in->min_khz)
		p->lo++;
	p->capped = p->hi < p->top;
}

/*********************************** Windows ************************************/

/* The latest release before @bound on a CPU, PLAN_NEVER when there is none. */
static u64 release_before(const struct plan *p, u32 cpu, u64 bound)
{
	u64 release = PLAN_NEVER;
	u32 i;

	for (i = p->s->first[cpu]; i < p->s->first[cpu + 1]; i++) {
		if (p->s->release[i] < bound &&
		    (release == PLAN_NEVER || p->s->release[i] > release))
			release = p->s->release[i];
	}
	return release;
}

static u64 window_ns(const struct plan *p, u64 release, u32 job)
{
	return plan_sub(plan_sub(p->s->deadline[job], release), p->in->switch_ns);
}

/*
 * By how much every job of a stream could grow, for each stream, with all other
 * jobs as they are. A job that comes n-th of its stream in a window grows that
 * window n times.
 */
static void measure_room(struct plan *p, enum plan_view view, u64 *room)
{
	struct plan_scratch *s = p->s;
	u32 cpu, i;

	for (i = 0; i < p->nr_streams; i++)
		room[i] = PLAN_NEVER;

	for (cpu = 0; cpu < p->nr_cpus; cpu++) {
		u32 first = s->first[cpu], end = s->first[cpu + 1];
		u64 release = PLAN_NEVER;

		while ((release = release_before(p, cpu, release)) != PLAN_NEVER) {
			u64 demand = 0, least = PLAN_NEVER;

			for (i = first; i < end; i++) {
				if (s->release[i] < release)
					continue;
				demand = plan_add(demand, s->need[i]);
				s->slack[i] = view == VIEW_NOW && job_late(p, i) ? PLAN_NEVER :
					      plan_sub(window_ns(p, release, i), demand);
				s->count[p->s->stream[i]] = 0;
			}
			for (i = end; i-- > first; ) {
				if (s->release[i] < release)
					continue;
				least = plan_min(least, s->slack[i]);
				s->slack[i] = least;
			}
			for (i = first; i < end; i++) {
				u32 stream = p->s->stream[i], n;

				if (s->release[i] < release)
					continue;
				n = ++s->count[stream];
				room[stream] = plan_min(room[stream],
							n == 1 ? s->slack[i] :
								 plan_div(s->slack[i], n));
			}
		}
	}
}

/* Does @level fit into the room that was measured at this frequency and view? */
static bool level_fits(const struct plan *p, u32 stream, u32 level, u32 khz, enum plan_view view,
		       const u64 *room)
{
	u32 grant = p->in->streams[stream].grant, i;

	for (i = p->s->head[stream]; i != NO_JOB; i = p->s->next[i]) {
		u64 need = job_need(p, i, level, khz, view);

		/* what it takes at its grant is only asked for when it matters */
		if (need > room[stream] &&
		    plan_sub(need, job_need(p, i, grant, khz, view)) > room[stream])
			return false;
	}
	return true;
}

static u32 highest_in_room(const struct plan *p, u32 stream, u32 khz, enum plan_view view,
			   const u64 *room)
{
	u32 level = p->in->streams[stream].levels;

	while (level > p->in->streams[stream].grant &&
	       !level_fits(p, stream, level, khz, view, room))
		level--;
	return level;
}

/* Time the pending frames of a stream have waited since they began. */
static u64 waited_ns(const struct plan *p, u32 stream)
{
	u64 least = PLAN_NEVER;
	u32 i;

	for (i = p->s->head[stream]; i != NO_JOB; i = p->s->next[i]) {
		const struct plan_frame *frame = job_frame(p, i);

		if (!job_pending(p, i))
			continue;
		least = plan_min(least, !frame->begin_ns ? 0 :
				 plan_sub(plan_sub(p->in->now_ns, frame->begin_ns),
					  frame->done_ns));
	}
	return least == PLAN_NEVER ? 0 : least;
}

/* Does @level fit for a stream that has its CPUs to itself, and had until now? */
static bool fits_alone(const struct plan *p, u32 stream, u32 level, u32 khz, enum plan_view view,
		       u64 waited)
{
	const struct plan_scratch *s = p->s;
	u64 wall = wall_ppm(p, 0);
	u32 open, i;

	for (open = p->s->head[stream]; open != NO_JOB; open = p->s->next[open]) {
		u64 release = s->release[open], demand = 0;
		u64 credit = view == VIEW_NOW && job_pending(p, open) ? waited : 0;

		for (i = p->s->head[stream]; i != NO_JOB; i = p->s->next[i]) {
			if (job_frame(p, i)->cpu != job_frame(p, open)->cpu ||
			    s->release[i] < release)
				continue;
			demand = plan_add(demand, widen(job_ns(p, i, level, khz, view), wall));
			if (view == VIEW_NOW && job_late(p, i))
				continue;
			if (demand > plan_add(window_ns(p, release, i), credit))
				return false;
		}
	}
	return true;
}

/*********************************** Levels *************************************/

static u64 weighted_loss(const struct plan_stream *stream, u32 from, u32 to)
{
	return (u64)stream->weight *
	       plan_sub(stream->accuracy_ppm[from - 1], stream->accuracy_ppm[to - 1]);
}

/* Weighted accuracy per time, scaled so that small ratios still differ. */
static u64 loss_rate(u64 loss, u64 time)
{
	return plan_mul_div(loss, 1ULL << 32, plan_max(time, 1));
}

/*
 * The next point of the stream's hull below its grant: of all lower levels that
 * save time, the one that loses least per time. 0 where there is none.
 */
static u32 hull_below(struct plan *p, u32 index)
{
	const struct plan_stream *stream = &p->in->streams[index];
	u64 *level_ns = p->s->level_ns[index];
	u32 level, best = 0;

	if (!p->s->timed[index]) {
		for (level = 1; level <= stream->levels; level++)
			level_ns[level - 1] = plan_time_ns(&stream->cost[level - 1],
							   p->in->opps[p->hi].khz, true);
		p->s->timed[index] = true;
	}

	for (level = stream->grant; --level >= stream->min_level; ) {
		u64 time = plan_sub(level_ns[stream->grant - 1], level_ns[level - 1]), rate;

		if (!time)
			continue;
		rate = loss_rate(weighted_loss(stream, stream->grant, level), time);
		if (!best || rate < p->s->rate[index]) {
			best = level;
			p->s->rate[index] = rate;
		}
	}
	return best;
}

/* The next level worth having: the first that is more accurate, else the next. */
static u32 level_above(const struct plan_stream *stream, u32 from)
{
	u32 level;

	for (level = from + 1; level <= stream->levels; level++) {
		if (stream->accuracy_ppm[level - 1] > stream->accuracy_ppm[from - 1])
			return level;
	}
	return from + 1;
}

static bool inside(const struct plan *p, const struct plan_window *w, u32 job)
{
	return job >= w->first && job <= w->last && p->s->release[job] >= w->release;
}

static u64 window_demand(const struct plan *p, const struct plan_window *w)
{
	u64 demand = 0;
	u32 i;

	for (i = w->first; i <= w->last; i++) {
		if (inside(p, w, i))
			demand = plan_add(demand, p->s->need[i]);
	}
	return demand;
}

/* What the stream's jobs in the window would take at @level more than now. */
static u64 growth(const struct plan *p, const struct plan_window *w, u32 stream, u32 level)
{
	u64 now = 0, then = 0;
	u32 i;

	for (i = p->s->head[stream]; i != NO_JOB; i = p->s->next[i]) {
		if (!inside(p, w, i))
			continue;
		now = plan_add(now, p->s->need[i]);
		then = plan_add(then, job_need(p, i, level, p->in->opps[p->hi].khz, VIEW_NOW));
	}
	return plan_sub(then, now);
}

/*
 * Find the next step down of a stream, and what it saves inside the window. The
 * step depends on the grant alone and is kept from window to window.
 */
static void weigh_step(struct plan *p, const struct plan_window *w, u32 stream)
{
	struct plan_scratch *s = p->s;
	u64 now = 0, then = 0;
	u32 i;

	if (s->lower_of[stream] != p->in->streams[stream].grant) {
		s->lower_of[stream] = p->in->streams[stream].grant;
		s->lower[stream] = hull_below(p, stream);
		for (i = p->s->head[stream]; i != NO_JOB; i = p->s->next[i]) {
			if (s->lower[stream])
				s->need_lower[i] = job_need(p, i, s->lower[stream],
							    p->in->opps[p->hi].khz, VIEW_NOW);
		}
	}

	for (i = p->s->head[stream]; i != NO_JOB; i = p->s->next[i]) {
		if (!inside(p, w, i))
			continue;
		now = plan_add(now, s->need[i]);
		then = plan_add(then, s->need_lower[i]);
	}
	s->saving[stream] = s->lower[stream] ? plan_sub(now, then) : 0;
}

static void set_grant(struct plan *p, u32 stream, u32 level)
{
	u32 i;

	p->in->streams[stream].grant = level;
	for (i = p->s->head[stream]; i != NO_JOB; i = p->s->next[i])
		p->s->need[i] = job_need(p, i, level, p->in->opps[p->hi].khz, VIEW_NOW);
}

/*
 * Hand out what the last steps down saved beyond need, but no level that is above
 * shed_grant or takes more: the windows done before rely on that.
 */
static void give_back(struct plan *p, const struct plan_window *w)
{
	struct plan_scratch *s = p->s;
	u32 i;

	for (;;) {
		u64 left = plan_sub(w->length, window_demand(p, w)), best_gain = 0;
		u32 best = p->nr_streams, best_level = 0;

		for (i = 0; i < p->nr_streams; i++) {
			const struct plan_stream *stream = &p->in->streams[i];
			u64 gain;
			u32 up;

			if (!s->count[i] || stream->grant >= s->shed_grant[i])
				continue;
			up = level_above(stream, stream->grant);
			gain = weighted_loss(stream, up, stream->grant);
			if (up > s->shed_grant[i] || gain <= best_gain ||
			    s->level_ns[i][up - 1] > s->level_ns[i][s->shed_grant[i] - 1] ||
			    growth(p, w, i, up) > left)
				continue;
			best = i;
			best_level = up;
			best_gain = gain;
		}
		if (best == p->nr_streams)
			return;
		set_grant(p, best, best_level);
	}
}

/* Make a window whose demand is too much fit, as far as levels can. */
static void shed(struct plan *p, const struct plan_window *w, u64 demand)
{
	struct plan_scratch *s = p->s;
	u32 i;

	for (i = 0; i < p->nr_streams; i++)
		s->count[i] = 0;
	for (i = w->first; i <= w->last; i++) {
		u32 stream = p->s->stream[i];

		if (!inside(p, w, i) || s->count[stream])
			continue;
		s->count[stream] = 1;
		s->shed_grant[stream] = p->in->streams[stream].grant;
		weigh_step(p, w, stream);
	}

	do {
		u32 best = p->nr_streams;

		for (i = 0; i < p->nr_streams; i++) {
			if (s->count[i] && s->saving[i] &&
			    (best == p->nr_streams || s->rate[i] < s->rate[best]))
				best = i;
		}
		if (best == p->nr_streams)
			return;
		/* only a demand that has not saturated can be counted down */
		set_grant(p, best, s->lower[best]);
		demand = demand < PLAN_NEVER ? demand - s->saving[best] : window_demand(p, w);
		weigh_step(p, w, best);
	} while (demand > w->length);

	give_back(p, w);
}

/*
 * Lower grants until every window fits at the highest frequency allowed. Windows
 * that open late are the narrow ones; what they force is no choice, so they come
 * first. Grants are not raised beyond those a window began with, hence windows
 * that fit once still do at the end.
 */
static void shed_levels(struct plan *p)
{
	struct plan_scratch *s = p->s;
	u32 cpu, i;

	look(p, p->in->opps[p->hi].khz, VIEW_NOW);
	for (cpu = 0; cpu < p->nr_cpus; cpu++) {
		struct plan_window w = { .first = s->first[cpu], .release = PLAN_NEVER };

		while ((w.release = release_before(p, cpu, w.release)) != PLAN_NEVER) {
			u64 demand = 0;

			for (i = w.first; i < s->first[cpu + 1]; i++) {
				w.last = i;
				if (!inside(p, &w, i))
					continue;
				w.length = window_ns(p, w.release, i);
				demand = plan_add(demand, s->need[i]);
				if (demand <= w.length || job_late(p, i))
					continue;
				shed(p, &w, demand);
				demand = window_demand(p, &w);
			}
		}
	}
}

/*********************************** Causes *************************************/

static u32 highest_alone(const struct plan *p, u32 stream, u32 khz, enum plan_view view,
			 u64 waited)
{
	u32 level = p->in->streams[stream].levels;

	while (level > p->in->streams[stream].grant &&
	       !fits_alone(p, stream, level, khz, view, waited))
		level--;
	return level;
}

/*
 * What keeps a stream from going higher than it can now, in this view. Needs
 * scratch->room of the highest frequency allowed, ->room_hw of the highest there
 * is, and the view's releases.
 */
static u32 explain(const struct plan *p, u32 stream, enum plan_view view)
{
	u32 khz = p->in->opps[p->hi].khz, khz_hw = p->in->opps[p->top].khz;
	u32 now = highest_in_room(p, stream, khz, view, p->s->room);
	u64 waited = view == VIEW_NOW ? waited_ns(p, stream) : 0;
	u32 alone = highest_alone(p, stream, khz, view, waited);
	u32 uncapped = now;

	if (p->capped)
		uncapped = highest_in_room(p, stream, khz_hw, view, p->s->room_hw);

	if (alone > uncapped)
		return DNN_GOV_CAUSE_CONTENTION;
	if (uncapped > now)
		return DNN_GOV_CAUSE_FREQ_CAP;
	if (p->capped && highest_alone(p, stream, khz_hw, view, waited) > now)
		return DNN_GOV_CAUSE_FREQ_CAP;
	return DNN_GOV_CAUSE_NONE;
}

/* Room at both frequencies; leaves need and release as of the lower one. */
static void measure(struct plan *p, enum plan_view view)
{
	if (p->capped) {
		look(p, p->in->opps[p->top].khz, view);
		measure_room(p, view, p->s->room_hw);
	}
	look(p, p->in->opps[p->hi].khz, view);
	measure_room(p, view, p->s->room);
}

/* Causes of the drops of this plan, from the frames as they are. */
static void explain_drops(struct plan *p)
{
	u32 i;

	measure(p, VIEW_NOW);
	for (i = 0; i < p->nr_streams; i++) {
		if (p->in->streams[i].grant < p->s->entry_grant[i])
			p->s->cause[i] = explain(p, i, VIEW_NOW);
	}
}

/********************************** Restoring ***********************************/

/* Would the stream's next level fit, and if not, why? */
static void review(struct plan *p, u32 index, bool dropped)
{
	struct plan_stream *stream = &p->in->streams[index];
	u32 cause = p->s->cause[index];

	if (stream->grant == stream->levels) {
		stream->fit_since_ns = PLAN_NEVER;
		if (stream->cause != DNN_GOV_CAUSE_RELIEF)
			stream->cause = DNN_GOV_CAUSE_NONE;
		return;
	}

	/* without a frame nothing can be said; what was true may not be any more */
	if (p->s->head[index] == NO_JOB) {
		stream->fit_since_ns = PLAN_NEVER;
		return;
	}

	if (level_fits(p, index, level_above(stream, stream->grant), p->in->opps[p->hi].khz,
		       VIEW_FRESH, p->s->room)) {
		if (dropped || stream->fit_since_ns == PLAN_NEVER)
			stream->fit_since_ns = p->in->now_ns;
	} else {
		stream->fit_since_ns = PLAN_NEVER;
		if (!cause)
			cause = explain(p, index, VIEW_FRESH);
		if (!cause)
			cause = DNN_GOV_CAUSE_DEADLINE;
	}

	if (dropped && !cause)
		cause = DNN_GOV_CAUSE_DEADLINE;
	if (cause)
		stream->cause = cause;
}

/* Has the stream's next level fitted for the hold time? */
static bool held(const struct plan *p, const struct plan_stream *stream)
{
	return stream->fit_since_ns != PLAN_NEVER &&
	       plan_sub(p->in->now_ns, stream->fit_since_ns) >= p->in->hold_ns;
}

/* Raise one stream that has fitted for long enough and fits right now. */
static void restore(struct plan *p)
{
	u32 khz = p->in->opps[p->hi].khz, best = p->nr_streams, level = 0, i;
	struct plan_stream *stream;
	u64 best_rate = 0;

	for (i = 0; i < p->nr_streams && !held(p, &p->in->streams[i]); i++)
		;
	if (i == p->nr_streams)
		return;

	look(p, khz, VIEW_NOW);
	measure_room(p, VIEW_NOW, p->s->room_hw);

	for (i = 0; i < p->nr_streams; i++) {
		u32 up;
		u64 rate;

		stream = &p->in->streams[i];
		if (!held(p, stream))
			continue;
		up = level_above(stream, stream->grant);
		if (!level_fits(p, i, up, khz, VIEW_NOW, p->s->room_hw))
			continue;
		rate = loss_rate(weighted_loss(stream, up, stream->grant),
				 plan_sub(plan_time_ns(&stream->cost[up - 1], khz, true),
					  plan_time_ns(&stream->cost[stream->grant - 1], khz,
						       true)));
		if (best < p->nr_streams && rate <= best_rate)
			continue;
		best = i;
		best_rate = rate;
		level = up;
	}
	if (best == p->nr_streams)
		return;

	stream = &p->in->streams[best];
	stream->cause = DNN_GOV_CAUSE_RELIEF;
	stream->fit_since_ns = PLAN_NEVER;
	/* room is still that of the old grant: ask for both steps at once */
	if (level < stream->levels &&
	    level_fits(p, best, level_above(stream, level), khz, VIEW_FRESH, p->s->room))
		stream->fit_since_ns = p->in->now_ns;
	stream->grant = level;
}

static void plan_levels(struct plan *p)
{
	bool below = false, drops = false;
	u32 i;

	shed_levels(p);

	for (i = 0; i < p->nr_streams; i++) {
		const struct plan_stream *stream = &p->in->streams[i];

		drops |= stream->grant < p->s->entry_grant[i];
		below |= stream->grant < stream->levels;
	}

	if (drops)
		explain_drops(p);
	if (below)
		measure(p, VIEW_FRESH);
	for (i = 0; i < p->nr_streams; i++)
		review(p, i, p->in->streams[i].grant < p->s->entry_grant[i]);
	if (below && !drops)
		restore(p);
}

/********************************** Frequency ***********************************/

/*
 * Of the jobs of a CPU, those up to the returned one have to do with the choice of
 * a frequency: 0 if none is pending, else one past the last pending job. Jobs that
 * are released before that one's deadline count as well, wherever they are.
 */
static u32 pending_end(const struct plan *p, u32 cpu)
{
	u32 i;

	for (i = p->s->first[cpu + 1]; i > p->s->first[cpu]; i--) {
		if (job_pending(p, i - 1))
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

			if (!job_pending(p, i) && (only_pending || p->s->release[i] >= horizon))
				continue;
			demand = plan_add(demand, job_need(p, i, grant, khz, VIEW_NOW));
			if (demand > window_ns(p, p->in->now_ns, i))
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
		const struct plan_frame *frame = job_frame(p, i);
		const struct plan_stream *stream = &p->in->streams[frame->stream];
		struct plan_work work;

		if (!job_pending(p, i) || frame->level_done >= stream->grant)
			continue;
		remaining(&stream->cost[stream->grant - 1], frame, PLAN_PPM, &work);
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

			demand = plan_add(demand, job_need(p, i, grant, khz, VIEW_NOW));
			if (job_pending(p, i))
				guard = plan_min(guard, plan_sub(p->s->deadline[i], demand));
		}
	}
	return plan_max(guard, p->in->now_ns);
}

static void plan_frequency(struct plan *p, struct plan_output *out)
{
	const struct plan_opp *opps = p->in->opps;
	u32 lo = p->lo, hi = p->hi;

	look(p, opps[hi].khz, VIEW_NOW);
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

void plan_policy(const struct plan_input *in, struct plan_output *out)
{
	struct plan plan = {
		.in = in,
		.s = in->scratch,
		.nr_streams = plan_min(in->nr_streams, PLAN_MAX_STREAMS),
		.nr_frames = plan_min(in->nr_frames, PLAN_MAX_FRAMES),
		.nr_cpus = plan_min(in->nr_cpus, PLAN_MAX_CPUS),
	};
	bool pending = false;
	u32 i;

	out->khz = 0;
	out->feasible = true;
	out->guard_ns = PLAN_NEVER;
	if (!in->nr_opps)
		return;

	prepare_opps(&plan);
	prepare_jobs(&plan);
	prepare_streams(&plan);
	plan_levels(&plan);

	for (i = 0; i < plan.nr_jobs; i++)
		pending |= job_pending(&plan, i);
	if (pending)
		plan_frequency(&plan, out);
}
