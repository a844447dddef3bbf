// SPDX-License-Identifier: GPL-2.0-only
/*
 * Between the planner and the policy: what is known goes in, what was decided
 * comes out.
 */
#include <linux/cpufreq.h>
#include <linux/hrtimer.h>
#include <linux/math64.h>
#include <linux/time64.h>

#include "event.h"
#include "frame.h"
#include "policy.h"
#include "stream.h"
#include "trace.h"

/* Timers are not set closer than this, whatever they are for. */
#define TIMER_MIN_NS		(100 * NSEC_PER_USEC)
/* Between plans that are only to restore the next level. */
#define RESTORE_MIN_NS		(10 * NSEC_PER_MSEC)

/*********************** What is known ***********************/

/* When @stream goes stale if it says nothing any more. */
static u64 stale_at(const struct dnn_policy *dp, const struct dnn_stream *stream)
{
	u64 patience = (u64)READ_ONCE(dp->tunables->stale_ms) * NSEC_PER_MSEC;

	/* Whoever sends a frame a minute is not late after a second. */
	patience = max3(patience, 2 * stream->hint.period_ns, 2 * stream->hint.deadline_ns);
	return stream->last_active_ns + patience;
}

static void expire_streams(struct dnn_policy *dp, u64 now)
{
	u32 i;

	for (i = 0; i < dp->nr_streams; i++) {
		struct dnn_stream *stream = dp->streams[i];

		if (stream->stale || !stream->last_frame_id || now < stale_at(dp, stream))
			continue;
		stream->stale = true;
		dnn_frame_abandon_all(dp, stream, now);
	}
}

/* The planner's number of a CPU; of the first one for a thread that strayed. */
static u32 cpu_index(const struct dnn_policy *dp, unsigned int cpu)
{
	return dnn_cpu(cpu)->dp == dp ? dnn_cpu(cpu)->index : 0;
}

static void fill_pending(struct dnn_policy *dp, struct dnn_stream *stream,
			 struct dnn_frame *frame, struct plan_frame *pf, u64 now)
{
	const struct plan_cost *cost = dp->plan_streams[stream->slot].cost;

	dnn_frame_observe(dp, frame, now);
	*pf = (struct plan_frame) {
		.stream = stream->slot,
		.cpu = cpu_index(dp, frame->cpu),
		.release_ns = frame->release_ns,
		.deadline_ns = frame->deadline_ns,
		.done_cycles = frame->cycles,
		.level_done = frame->level_done,
		.begin_ns = frame->begin_ns,
		.done_ns = frame->run_ns,
		.shares = stream->shares,
	};
	if (frame->level_done)
		pf->done_cycles = max(pf->done_cycles, cost[frame->level_done - 1].cycles);
}

/*
 * The frame that @stream will begin next, if it goes on as it did. However late it
 * is, it has not begun: a release that is past would make it count as pending.
 */
static void fill_predicted(const struct dnn_policy *dp, const struct dnn_stream *stream,
			   struct plan_frame *pf, u64 now)
{
	u64 release = max(stream->last_release_ns + stream->hint.period_ns, now + 1);

	*pf = (struct plan_frame) {
		.stream = stream->slot,
		.cpu = cpu_index(dp, stream->last_cpu),
		.release_ns = release,
		.deadline_ns = release + stream->hint.deadline_ns,
		.shares = stream->shares,
	};
}

/* There is room: no more than DNN_PENDING_MAX frames are pending. */
static void gather_frames(struct dnn_policy *dp, u64 now)
{
	u32 i, k, nr = 0;

	for (i = 0; i < dp->nr_streams; i++) {
		struct dnn_stream *stream = dp->streams[i];

		if (stream->stale || !stream->last_frame_id)
			continue;
		for (k = 0; k < DNN_GOV_FRAMES_MAX; k++)
			if (stream->frames[k].id)
				fill_pending(dp, stream, &stream->frames[k],
					     &dp->plan_frames[nr++], now);
		fill_predicted(dp, stream, &dp->plan_frames[nr++], now);
	}
	dp->in.nr_frames = nr;
}

/*********************** What was decided ***********************/

static void publish_grants(struct dnn_policy *dp, u64 now)
{
	u32 i;

	for (i = 0; i < dp->nr_streams; i++)
		dp->kick_arbiter |= dp->plan_streams[i].grant < dp->streams[i]->grant;
	for (i = 0; i < dp->nr_streams; i++)
		dnn_event_grant(dp, dp->streams[i], dp->plan_streams[i].grant,
				dp->plan_streams[i].cause, now);
}

/* When to plan again if nothing else happens. */
static u64 next_plan_at(const struct dnn_policy *dp, u64 now)
{
	u64 next = dp->out.guard_ns;
	u32 i;

	if (dp->retry_ns > now)
		next = min(next, dp->retry_ns);
	for (i = 0; i < dp->nr_streams; i++) {
		const struct dnn_stream *stream = dp->streams[i];
		const struct plan_stream *ps = &dp->plan_streams[i];

		if (!stream->stale && stream->last_frame_id)
			next = min(next, stale_at(dp, stream));
		if (ps->grant < ps->levels && ps->fit_since_ns != PLAN_NEVER)
			next = min(next, max(ps->fit_since_ns + plan_hold_ns(&dp->in, ps),
					     now + RESTORE_MIN_NS));
	}
	return next == PLAN_NEVER ? next : max(next, now + TIMER_MIN_NS);
}

static void trace_plan(const struct dnn_policy *dp)
{
	u32 i;

	trace_dnn_plan(dp);
	if (!trace_dnn_plan_stream_enabled())
		return;
	for (i = 0; i < dp->nr_streams; i++)
		trace_dnn_plan_stream(dp->streams[i]);
}

/* Plan. The caller then updates the frequency and the timer. Under @dp->lock. */
void dnn_plan(struct dnn_policy *dp, u64 now)
{
	struct plan_input *in = &dp->in;

	if (!dp->running)
		return;
	dnn_freq_account(dp, now);
	expire_streams(dp, now);
	gather_frames(dp, now);

	in->now_ns = now;
	in->max_khz = READ_ONCE(dp->policy->max);
	in->min_khz = min(READ_ONCE(dp->policy->min), in->max_khz);
	in->hold_ns = (u64)READ_ONCE(dp->tunables->hold_ms) * NSEC_PER_MSEC;
	in->margin_ppm = READ_ONCE(dp->tunables->margin_ppm);
	in->nr_streams = dp->nr_streams;
	in->cur_khz = dp->cur_khz;
	in->budget_uw = dnn_policy_budget_uw(dp);
	in->two_opps = true;
	plan_policy(in, &dp->out);

	publish_grants(dp, now);
	dnn_load_follow(dp);
	dp->plan_timer_ns = next_plan_at(dp, now);
	trace_plan(dp);
}

/*********************** The timer ***********************/

/* Under @dp->lock; also from the update hook: a pinned timer wakes nobody. */
void dnn_plan_arm_timer(struct dnn_policy *dp)
{
	u64 at = min(dp->plan_timer_ns, dp->relax_ns);

	if (!dp->running || at == dp->timer_ns)
		return;
	dp->timer_ns = at;
	if (at != PLAN_NEVER)
		hrtimer_start(&dp->timer, ns_to_ktime(at), HRTIMER_MODE_ABS_PINNED_HARD);
	else
		hrtimer_try_to_cancel(&dp->timer);
}

/* Plan, and do as the plan says. Under @dp->lock. */
void dnn_plan_apply(struct dnn_policy *dp, u64 now)
{
	dnn_plan(dp, now);
	dnn_freq_update(dp, now);
	dnn_plan_arm_timer(dp);
}

/* A handler that was on its way when the timer was set again finds nothing due. */
enum hrtimer_restart dnn_plan_timer(struct hrtimer *timer)
{
	struct dnn_policy *dp = container_of(timer, struct dnn_policy, timer);
	unsigned long flags;

	raw_spin_lock_irqsave(&dp->lock, flags);
	if (dp->running) {
		u64 now = dnn_now();

		dp->timer_ns = PLAN_NEVER;
		if (now >= dp->relax_ns)
			dnn_load_sample(dp, now);
		/* The load's timer may come between a guard and the plan that is due for it. */
		if (now >= dp->plan_timer_ns) {
			dp->guard_fired = now >= dp->out.guard_ns;
			if (dp->guard_fired)
				trace_dnn_guard(dp, now);
			dnn_plan(dp, now);
		}
		dnn_freq_update(dp, now);
		dp->guard_fired = false;
		dnn_plan_arm_timer(dp);
	}
	dnn_policy_unlock(dp, flags);
	return HRTIMER_NORESTART;
}
