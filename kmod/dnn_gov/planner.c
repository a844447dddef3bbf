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
 *  - Few schedulers know deadlines. Where threads share a CPU evenly, a frame gives way
 *    to those that are due later as well, as long as it runs and to each up to what it
 *    takes itself: that is taken away from its windows. They take turns of some
 *    milliseconds, and the frequency, not the level, is chosen for a turn more. Where
 *    the levels of those that are due in a window do not do, those give way who share
 *    it and are due later, by the same rule: least lost for what the window gains.
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
 *    between frames; then E(f) = (P_busy(f) - P_idle) * t(f), plus a constant, and
 *    what a change of frequency takes.
 *
 *  - OPPs are steps, and the frequency that would just do lies between two of them.
 *    The lower one for a part of the frame and the upper one for the rest takes no
 *    more energy than any single OPP; and the slow part comes first, because a frame
 *    that turns out shorter than its tail estimate ends before the fast one. They are
 *    not always neighbours: power against speed is not convex on every machine, and the
 *    two are those whose line no OPP is below.
 *
 *  - A plan runs as slow as the tail estimate permits, and estimates can be
 *    wrong. The guard is the instant from which the highest frequency still saves
 *    every pending deadline even if nothing gets done before it. Whoever armed a
 *    timer for it plans again there: a frame that went as expected gets a later
 *    guard, one that did not gets the top. So does one beyond its mean, from where
 *    twice the margin of the tail estimate would no longer fit otherwise: most such
 *    frames end before, which makes this doubt cheap. At the top there is nothing left
 *    to guard but the levels that are done: when the next one can no longer be ready in
 *    time, the plan at that instant gives it up, and the frame is answered in time.
 *
 * Budgets. A power budget takes OPPs away at the top, as a frequency cap does: those
 * at which the policy would draw more while the CPUs of its streams are busy. An energy
 * budget takes levels away: those whose mean frame costs more at the OPP that all
 * frames together need. It is asked of whole frames, so that one which must hurry in the
 * end does not lose a level for it.
 *
 * Goals. The level that a stream's client wants most is the highest, the lowest above
 * a floor, or the one with the best balance of accuracy and energy. It is the top of
 * the stream's ladder: everything here is about the levels up to it.
 *
 * Restoring. Whether the next level would fit cannot be asked of the frames as
 * they are: one that was started slow, on purpose, looks hopeless half way
 * through. It is asked of the same frames as they were at their releases, whole
 * ("fresh"). This answer does not change while a frame runs, so it can be
 * required to hold without a break for the hold time. The rise itself then waits
 * for an instant at which the pending frames carry it as well, which is a frame's
 * beginning at the latest; otherwise the next plan would take it back. One stream
 * rises per plan, so that two which fit one by one cannot rise together. Where CPUs are
 * shared, more of a longer frame is shared as well, which the answer leaves out: there a
 * rise is first tried, and left for later if levels would be shed for it. A level that
 * was restored and is soon lost to others again waits twice as long the next time.
 *
 * Causes. Why is a stream below its top level? The windows are computed again in
 * a world without the frequency cap, and in one where the stream has the CPU to
 * itself. The world that lets it go higher names the cause, where a cap is that
 * which is lower, the limit or the power budget; if only both together help it is
 * the cap; if not even both do, the deadline is simply too short. When a frame
 * drops half way, its windows from now on are asked first, and in the world
 * without others it gets back the time it waited since it began. The cause is
 * looked at again in every plan while the grant is down, because what holds it
 * down can change meanwhile.
 *
 * Frames that are late already. Their work is still in the way of others and is
 * counted, but no level is shed for a deadline that has passed. The frequency is
 * the highest until they are done.
 *
 * Overruns. A frame that has used up the tail estimate and has not ended is assumed to
 * need another part of its mean, again and again. Levels and the frequency look at it
 * differently: a level is lost when the tail estimate says so, of which a small part
 * always remains; the frequency keeps a quarter, and before that the margin from where the mean
 * is used up. Few frames come so far, so that the hurry takes little energy in all.
 *
 * Numbers. Times are nanoseconds, work is cycles, ratios are parts per million;
 * 64-bit arithmetic saturates, which makes absurd input infeasible, not feasible.
 * A demand test is quadratic in the jobs of a CPU at the worst and linear where
 * all are pending; the search over OPPs is a bisection, since time only falls
 * with frequency.
 */
#include <linux/dnn_gov.h>

#include "planner_parts.h"

#define REPEATS_MAX		16		/* of one stream's last frame */
#define NO_FRAME		255

/* A new job, and its place: by CPU, then by deadline, then as they were made. */
static void make_job(struct plan *p, u32 frame, u64 deadline)
{
	struct plan_scratch *s = p->s;
	u32 cpu = p->in->frames[frame].cpu, job = p->nr_jobs++, low = 0, high = job;

	s->made_frame[job] = frame;
	s->made_cpu[job] = cpu;
	s->made_deadline[job] = deadline;
	while (low < high) {
		u32 middle = (low + high) / 2, other = s->order[middle];
		bool before = s->made_cpu[other] < cpu ||
			      (s->made_cpu[other] == cpu && s->made_deadline[other] <= deadline);

		low = before ? middle + 1 : low;
		high = before ? high : middle;
	}
	memmove(&s->order[low + 1], &s->order[low], job - low);
	s->order[low] = job;
}

/*
 * A stream with a short period comes back several times before the deadlines of
 * one with a long period; its last frame is repeated up to the last deadline given.
 */
static void make_repeats(struct plan *p, u32 frame, u64 horizon)
{
	const struct plan_frame *last = &p->in->frames[frame];
	u64 release = last->release_ns, span = plan_job_span(p, last, true), deadline;
	u32 i;

	for (i = 0; i < REPEATS_MAX && p->nr_jobs < PLAN_MAX_JOBS; i++) {
		release = plan_add(release, p->in->streams[last->stream].period_ns);
		deadline = plan_add(release, span);
		if (deadline > horizon)
			break;
		make_job(p, frame, deadline);
	}
}

/* The jobs in their order; those from @nr_given on are repeats. */
static void lay_out_jobs(struct plan *p, u32 nr_given)
{
	struct plan_scratch *s = p->s;
	u32 i;

	for (i = 0; i < p->nr_jobs; i++) {
		u32 made = s->order[i];
		const struct plan_frame *frame = &p->in->frames[s->made_frame[made]];

		s->frame[i] = s->made_frame[made];
		s->stream[i] = frame->stream;
		s->cpu[i] = frame->cpu;
		s->deadline[i] = s->made_deadline[made];
		s->repeat[i] = made >= nr_given;
		s->pending[i] = made < nr_given && frame->release_ns <= p->in->now_ns;
		s->whole_release[i] = plan_sub(s->deadline[i],
					       plan_job_span(p, frame, s->repeat[i]));
		s->shared[i] = 0;
		p->sharing |= frame->shares && p->nr_streams > 1;
	}
}

/* The jobs of a CPU by release; who is due late is mostly released late. */
static void sort_releases(struct plan *p, u32 cpu)
{
	struct plan_scratch *s = p->s;
	u32 first = s->first[cpu], end = s->first[cpu + 1], job, i, nr = 0;

	for (job = end; job-- > first; nr++) {
		u64 release = s->whole_release[job];

		for (i = first + nr; i > first; i--) {
			if (s->whole_release[s->by_release[i - 1]] >= release)
				break;
			s->by_release[i] = s->by_release[i - 1];
		}
		s->by_release[i] = job;
	}
}

static void prepare_jobs(struct plan *p)
{
	const struct plan_frame *frames = p->in->frames;
	u8 *last = p->s->last_frame;
	u64 horizon = 0;
	u32 i, cpu, nr_given;

	for (i = 0; i < p->nr_streams; i++)
		last[i] = NO_FRAME;

	for (i = 0; i < p->nr_frames; i++) {
		u32 stream = frames[i].stream;

		if (stream >= p->nr_streams || frames[i].cpu >= p->nr_cpus)
			continue;
		make_job(p, i, plan_add(frames[i].release_ns,
					plan_job_span(p, &frames[i], false)));
		horizon = plan_max(horizon, frames[i].deadline_ns);
		if (last[stream] == NO_FRAME ||
		    frames[i].release_ns > frames[last[stream]].release_ns)
			last[stream] = i;
	}
	nr_given = p->nr_jobs;
	for (i = 0; i < p->nr_streams; i++) {
		if (last[i] != NO_FRAME && p->in->streams[i].period_ns)
			make_repeats(p, last[i], horizon);
	}
	lay_out_jobs(p, nr_given);

	for (i = 0, cpu = 0; cpu < p->nr_cpus; cpu++) {
		p->s->wall_ppm[cpu] = plan_wall_ppm(p, p->in->other_ppm[cpu]);
		p->s->first[cpu] = i;
		while (i < p->nr_jobs && p->s->cpu[i] == cpu)
			i++;
	}
	p->s->first[cpu] = i;
	for (cpu = 0; cpu < p->nr_cpus; cpu++)
		sort_releases(p, cpu);
}

void plan_limits(const struct plan_opp *opps, u32 nr_opps, u32 min_khz, u32 max_khz, u32 *lo,
		 u32 *hi)
{
	*hi = nr_opps - 1;
	while (*hi && opps[*hi].khz > max_khz)
		(*hi)--;
	*lo = 0;
	while (*lo < *hi && opps[*lo].khz < min_khz)
		(*lo)++;
}

/*
 * The OPPs within the limits and the budget; never none, see plan_output.khz. After
 * the jobs, which say whose CPUs are busy.
 */
static void prepare_opps(struct plan *p)
{
	const struct plan_opp *opps = p->in->opps;
	u32 limit, i;

	p->top = p->in->nr_opps - 1;
	p->known = true;
	for (i = 0; i <= p->top; i++)
		p->known &= opps[i].busy_uw != 0;

	plan_limits(opps, p->in->nr_opps, p->in->min_khz, p->in->max_khz, &p->lo, &limit);
	p->hi = limit;
	while (p->in->budget_uw && p->hi > p->lo && plan_policy_uw(p, p->hi) > p->in->budget_uw)
		p->hi--;

	p->cap_cause = DNN_GOV_CAUSE_NONE;
	if (p->hi < limit)
		p->cap_cause = DNN_GOV_CAUSE_POWER_BUDGET;
	else if (limit < p->top)
		p->cap_cause = DNN_GOV_CAUSE_FREQ_CAP;
}

static void prepare_streams(struct plan *p)
{
	u32 i;

	for (i = 0; i < p->nr_streams; i++) {
		struct plan_stream *stream = &p->in->streams[i];

		stream->levels = plan_max(plan_min(stream->levels, PLAN_MAX_LEVELS), 1);
		stream->min_level = plan_max(plan_min(stream->min_level, stream->levels), 1);
		stream->target = plan_target(p, stream);
		p->s->top[i] = plan_max(plan_min(stream->target, stream->levels),
					stream->min_level);
		stream->grant = plan_max(plan_min(stream->grant, p->s->top[i]),
					 stream->min_level);
		p->s->entry_grant[i] = stream->grant;
		p->s->timed[i] = 0;
		p->s->cause[i] = DNN_GOV_CAUSE_NONE;
		p->s->head[i] = PLAN_NO_JOB;
		p->s->weighed[i] = false;
		p->s->shed_grant[i] = 0;
	}
	p->most_jobs = 1;
	for (i = p->nr_jobs; i-- > 0; ) {
		u32 stream = p->s->stream[i], next = p->s->head[stream];

		/* scratch->nth is of windows later on: here it counts from the end */
		p->s->nth[i] = next == PLAN_NO_JOB ? 1 : p->s->nth[next] + 1;
		p->most_jobs = plan_max(p->most_jobs, p->s->nth[i]);
		p->s->next[i] = next;
		p->s->prev[i] = PLAN_NO_JOB;
		if (next != PLAN_NO_JOB)
			p->s->prev[next] = i;
		p->s->head[stream] = i;
	}
}

static void plan_levels(struct plan *p)
{
	bool below = false, drops = false;
	u32 i;

	plan_shed_levels(p);
	plan_spend_levels(p);

	for (i = 0; i < p->nr_streams; i++) {
		const struct plan_stream *stream = &p->in->streams[i];

		drops |= stream->grant < p->s->entry_grant[i];
		below |= stream->grant < p->s->top[i];
	}

	if (drops)
		plan_explain_drops(p);
	if (below) {
		plan_measure_energy(p);
		plan_measure(p, VIEW_FRESH);
	}
	for (i = 0; i < p->nr_streams; i++)
		plan_review(p, i, p->in->streams[i].grant < p->s->entry_grant[i]);
	if (below && !drops)
		plan_restore(p);
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
	out->cap_khz = 0;
	out->feasible = true;
	out->guard_ns = PLAN_NEVER;
	if (!in->nr_opps)
		return;

	in->scratch->most_effort = 0;
	prepare_jobs(&plan);
	prepare_opps(&plan);
	out->cap_khz = in->opps[plan.hi].khz;
	prepare_streams(&plan);
	plan_levels(&plan);

	for (i = 0; i < plan.nr_jobs; i++)
		pending |= plan_job_pending(&plan, i);
	if (pending)
		plan_frequency(&plan, out);
}
