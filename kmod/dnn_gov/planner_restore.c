// SPDX-License-Identifier: GPL-2.0-only
/*
 * The planner's levels, upwards: why a grant is down, and when it may rise.
 */
#include <linux/dnn_gov.h>

#include "planner_parts.h"

#define CALM_PPM	50000U	/* a share of others that takes no levels */
#define RETRY_SHIFT	3	/* of the hold time, until a rise is tried again */

/*********************************** Causes *************************************/

static u32 highest_alone(const struct plan *p, u32 stream, u32 khz, enum plan_view view,
			 u64 waited)
{
	u32 level = p->s->top[stream];

	while (level > p->in->streams[stream].grant &&
	       !plan_fits_alone(p, stream, level, khz, view, waited))
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
	u32 now = plan_highest_in_room(p, stream, khz, view, p->s->room[stream]);
	u64 waited = view == VIEW_NOW ? plan_waited_ns(p, stream) : 0;
	u32 alone = highest_alone(p, stream, khz, view, waited);
	u32 uncapped = now;

	if (p->cap_cause)
		uncapped = plan_highest_in_room(p, stream, khz_hw, view,
						p->s->room_hw[stream]);

	if (alone > uncapped)
		return DNN_GOV_CAUSE_CONTENTION;
	if (uncapped > now)
		return p->cap_cause;
	if (p->cap_cause && highest_alone(p, stream, khz_hw, view, waited) > now)
		return p->cap_cause;
	/* room does not tell what more of a longer frame has to be shared */
	if (p->sharing && alone > p->in->streams[stream].grant)
		return DNN_GOV_CAUSE_CONTENTION;
	return DNN_GOV_CAUSE_NONE;
}

/* Room at both frequencies; leaves need and release as of the lower one. */
void plan_measure(struct plan *p, enum plan_view view)
{
	if (p->cap_cause) {
		plan_look(p, p->in->opps[p->top].khz, view);
		plan_measure_room(p, view, p->s->room_hw);
	}
	plan_look(p, p->in->opps[p->hi].khz, view);
	plan_measure_room(p, view, p->s->room);
}

/* Causes of the drops of this plan, from the frames as they are. */
void plan_explain_drops(struct plan *p)
{
	u32 i;

	plan_measure(p, VIEW_NOW);
	for (i = 0; i < p->nr_streams; i++) {
		if (p->in->streams[i].grant < p->s->entry_grant[i] && !p->s->cause[i])
			p->s->cause[i] = explain(p, i, VIEW_NOW);
	}
}

/********************************** Restoring ***********************************/

/* The level to restore next when @from is granted. */
static u32 next_level(const struct plan *p, u32 index, u32 from)
{
	return plan_min(plan_level_above(&p->in->streams[index], from), p->s->top[index]);
}

/* Which streams' energy budgets allow their next level? Goes before plan_measure(). */
void plan_measure_energy(struct plan *p)
{
	u32 i;

	for (i = 0; i < p->nr_streams; i++) {
		u32 grant = p->in->streams[i].grant;

		if (grant < p->s->top[i])
			p->s->affordable[i] = plan_affordable(p, i, next_level(p, i, grant));
	}
}

/* Nobody is there who could take the level again. */
static void note_calm(const struct plan *p, u32 index)
{
	u32 cpu = plan_job_frame(p, p->s->head[index])->cpu;

	if (p->in->other_ppm[cpu] < CALM_PPM)
		p->in->streams[index].hold_shift = 0;
}

/*
 * Others take more of a long frame than of a short one, so a level may seem to fit until
 * it is restored: one that is soon dropped for them again has to wait longer next time.
 */
static void note_drop(const struct plan *p, struct plan_stream *stream, u32 cause)
{
	if (!stream->rose_ns)
		return;
	if (plan_sub(p->in->now_ns, stream->rose_ns) > 4 * plan_hold_ns(p->in, stream))
		stream->hold_shift = 0;
	else if (cause == DNN_GOV_CAUSE_CONTENTION && stream->hold_shift < PLAN_HOLD_SHIFT_MAX)
		stream->hold_shift++;
	stream->rose_ns = 0;
}

/* Would the stream's next level fit, and if not, why? */
void plan_review(struct plan *p, u32 index, bool dropped)
{
	struct plan_stream *stream = &p->in->streams[index];
	u32 khz = p->in->opps[p->hi].khz, cause = p->s->cause[index];

	if (stream->grant == p->s->top[index]) {
		stream->fit_since_ns = PLAN_NEVER;
		if (stream->cause != DNN_GOV_CAUSE_RELIEF)
			stream->cause = DNN_GOV_CAUSE_NONE;
		return;
	}

	/* without a frame nothing can be said; what was true may not be any more */
	if (p->s->head[index] == PLAN_NO_JOB) {
		stream->fit_since_ns = PLAN_NEVER;
		return;
	}

	note_calm(p, index);
	if (!plan_level_fits(p, index, next_level(p, index, stream->grant), khz, VIEW_FRESH,
			     p->s->room)) {
		stream->fit_since_ns = PLAN_NEVER;
		if (!cause)
			cause = explain(p, index, VIEW_FRESH);
		if (!cause)
			cause = DNN_GOV_CAUSE_DEADLINE;
	} else if (!p->s->affordable[index]) {
		stream->fit_since_ns = PLAN_NEVER;
		cause = DNN_GOV_CAUSE_ENERGY_BUDGET;
	} else if (dropped || stream->fit_since_ns == PLAN_NEVER) {
		stream->fit_since_ns = p->in->now_ns;
	}

	if (dropped && !cause)
		cause = DNN_GOV_CAUSE_DEADLINE;
	if (dropped)
		note_drop(p, stream, cause);
	if (cause)
		stream->cause = cause;
}

/* Has the stream's next level fitted for the hold time? */
static bool held(const struct plan *p, const struct plan_stream *stream)
{
	return stream->fit_since_ns != PLAN_NEVER &&
	       plan_sub(p->in->now_ns, stream->fit_since_ns) >= plan_hold_ns(p->in, stream);
}

/*
 * Would the next plan let a level be that is restored now, and those of other streams? Room
 * does not tell what more of a longer frame has to be shared, so see what comes of it.
 */
static bool would_last(struct plan *p, u32 index, u32 level)
{
	bool lasts = true;
	u32 i;

	p->in->streams[index].grant = level;
	p->s->weighed[index] = false;
	plan_shed_levels(p);
	for (i = 0; i < p->nr_streams; i++) {
		u32 before = p->s->entry_grant[i];

		lasts &= p->in->streams[i].grant == (i == index ? level : before);
		p->in->streams[i].grant = before;
	}
	return lasts;
}

/* Not now: others may have a try meanwhile. */
static void retry_later(const struct plan *p, struct plan_stream *stream)
{
	u64 hold = plan_hold_ns(p->in, stream);

	stream->fit_since_ns = plan_sub(p->in->now_ns, hold - (hold >> RETRY_SHIFT));
}

/* Raise one stream that has fitted for long enough and fits right now. */
void plan_restore(struct plan *p)
{
	u32 khz = p->in->opps[p->hi].khz, best = p->nr_streams, level = 0, i;
	struct plan_stream *stream;
	u64 best_rate = 0;

	for (i = 0; i < p->nr_streams && !held(p, &p->in->streams[i]); i++)
		;
	if (i == p->nr_streams)
		return;

	plan_look(p, khz, VIEW_NOW);
	plan_measure_room(p, VIEW_NOW, p->s->room_hw);

	for (i = 0; i < p->nr_streams; i++) {
		u32 up;
		u64 rate;

		stream = &p->in->streams[i];
		if (!held(p, stream))
			continue;
		up = next_level(p, i, stream->grant);
		if (!plan_level_fits(p, i, up, khz, VIEW_NOW, p->s->room_hw))
			continue;
		rate = plan_loss_rate(plan_weighted_loss(stream, up, stream->grant),
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
	if (p->sharing && !would_last(p, best, level)) {
		retry_later(p, stream);
		return;
	}
	stream->cause = DNN_GOV_CAUSE_RELIEF;
	stream->fit_since_ns = PLAN_NEVER;
	stream->rose_ns = p->in->now_ns;
	/* room is still that of the old grant: ask for both steps at once */
	if (level < p->s->top[best] && !stream->energy_budget_nj &&
	    plan_level_fits(p, best, next_level(p, best, level), khz, VIEW_FRESH, p->s->room))
		stream->fit_since_ns = p->in->now_ns;
	stream->grant = level;
}
