/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the planner's parts share. Nobody else includes this.
 */
#ifndef DNN_GOV_PLANNER_PARTS_H
#define DNN_GOV_PLANNER_PARTS_H

#include "planner.h"

#define PLAN_NO_JOB	255	/* ends the list of a stream's jobs */

/**
 * enum plan_view - which windows are asked about
 * @VIEW_NOW: frames as they are, from now on
 * @VIEW_FRESH: the same frames whole, as they were at their releases
 * @VIEW_WARY: frames from now on, with doubt about the end of one that takes long: a frequency
 *	that turns out too high costs little, a level that is lost without need costs more
 * @VIEW_LAST: the same with twice the doubt, for the highest frequency: while even that
 *	fits, there is time to find out
 */
enum plan_view {
	VIEW_NOW,
	VIEW_FRESH,
	VIEW_WARY,
	VIEW_LAST,
};

static inline bool plan_is_wary(enum plan_view view)
{
	return view >= VIEW_WARY;
}

/**
 * struct plan - one plan in the making
 * @in: what is known
 * @s: working memory
 * @nr_streams: streams, bounded
 * @nr_frames: frames, bounded
 * @nr_cpus: CPUs, bounded
 * @nr_jobs: jobs in use of the scratch's per-job arrays
 * @lo: index of the lowest OPP allowed
 * @hi: index of the highest OPP that limits and the power budget allow
 * @top: index of the highest OPP there is
 * @cap_cause: which of the two keeps @hi below @top; DNN_GOV_CAUSE_NONE: neither
 * @known: the power of every OPP is known
 * @sharing: there may be jobs that share their CPU with others
 * @most_jobs: jobs that a stream has at the most, at least 1
 * @loose: streams of the CPU in hand that can go down
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
	u32 cap_cause;
	bool known;
	bool sharing;
	u32 most_jobs;
	u32 loose;
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
 * struct plan_opening - where windows of one CPU open, the latest release first
 * @release: when they open
 * @nr: jobs released then or later: scratch->open has them by deadline
 * @changed: how many of the first of them are those of the opening before
 * @news: index into scratch->by_release of the first job that was not open before
 * @next: index into scratch->by_release of the next job
 * @end: one past the last
 */
struct plan_opening {
	u64 release;
	u32 nr;
	u32 changed;
	u32 news;
	u32 next;
	u32 end;
};

static inline const struct plan_frame *plan_job_frame(const struct plan *p, u32 job)
{
	return &p->in->frames[p->s->frame[job]];
}

static inline bool plan_job_pending(const struct plan *p, u32 job)
{
	return p->s->pending[job];
}

static inline bool plan_job_late(const struct plan *p, u32 job)
{
	return p->s->deadline[job] <= p->in->now_ns;
}

/**
 * enum plan_kind - what a job is in a view
 * @JOB_NONE: nothing that matters
 * @JOB_PART: what remains of a frame, see scratch->left_cycles
 * @JOB_WHOLE: a whole frame
 * @JOB_ALIKE: a whole frame like the one before of its stream; it is so in any view where
 *	the stream's frames are whole
 */
enum plan_kind {
	JOB_NONE,
	JOB_PART,
	JOB_WHOLE,
	JOB_ALIKE,
};

/* planner_demand.c */
void plan_remaining(const struct plan_cost *cost, const struct plan_frame *frame, u32 ppm,
		    enum plan_view view, struct plan_work *work);
u64 plan_wall_ppm(const struct plan *p, u32 other_ppm);
u64 plan_job_need(const struct plan *p, u32 job, u32 level, u32 khz, enum plan_view view);
u64 plan_residual_ns(const struct plan *p, u32 job);
u64 plan_job_span(const struct plan *p, const struct plan_frame *frame, bool repeat);
u64 plan_share_of(const struct plan *p, u32 job, u32 other, u64 need);
u64 plan_shared_ns(const struct plan *p, u32 job, enum plan_view view);
const u64 *plan_time_levels(const struct plan *p, u32 stream, u32 from, u32 to);
void plan_gather(struct plan *p, enum plan_view view);
void plan_price(struct plan *p, u32 khz);
void plan_bound_shared(struct plan *p, enum plan_view view);
void plan_look(struct plan *p, u32 khz, enum plan_view view);
void plan_look_roughly(struct plan *p, u32 khz, enum plan_view view);
void plan_openings(const struct plan *p, u32 cpu, struct plan_opening *o);
bool plan_next_opening(struct plan *p, struct plan_opening *o);
void plan_number_jobs(struct plan *p, const struct plan_opening *o);
void plan_fill_windows(struct plan *p, const struct plan_opening *o, u32 from);
u64 plan_window_ns(const struct plan *p, u64 release, u32 job);
void plan_measure_room(struct plan *p, enum plan_view view, u64 *room);
bool plan_level_fits(const struct plan *p, u32 stream, u32 level, u32 khz, enum plan_view view,
		     const u64 *room);
u32 plan_highest_in_room(const struct plan *p, u32 stream, u32 khz, enum plan_view view,
			 u64 room);
u64 plan_waited_ns(const struct plan *p, u32 stream);
bool plan_fits_alone(const struct plan *p, u32 stream, u32 level, u32 khz, enum plan_view view,
		     u64 waited);

/* planner_shed.c */
u64 plan_weighted_loss(const struct plan_stream *stream, u32 from, u32 to);
u64 plan_loss_rate(u64 loss, u64 time);
u32 plan_level_above(const struct plan_stream *stream, u32 from);
void plan_shed_levels(struct plan *p);

/* planner_restore.c */
void plan_measure(struct plan *p, enum plan_view view);
void plan_explain_drops(struct plan *p);
void plan_measure_energy(struct plan *p);
void plan_review(struct plan *p, u32 index, bool dropped);
void plan_restore(struct plan *p);

/* planner_energy.c */
u64 plan_policy_uw(const struct plan *p, u32 opp);
u64 plan_work_nj(const struct plan *p, const struct plan_work *work, u32 opp);
u32 plan_cheapest(const struct plan *p, const struct plan_work *work, u32 from);
void plan_bridge(struct plan *p, const struct plan_work *work, u32 opp, u32 *slow, u32 *fast);
u32 plan_target(const struct plan *p, const struct plan_stream *stream);
bool plan_affordable(struct plan *p, u32 index, u32 level);
void plan_spend_levels(struct plan *p);

/* planner_freq.c */
void plan_frequency(struct plan *p, struct plan_output *out);

#endif /* DNN_GOV_PLANNER_PARTS_H */
