/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trace points: every decision, and what it was made for.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM dnn_gov

#if !defined(DNN_GOV_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define DNN_GOV_TRACE_H

#include <linux/dnn_gov.h>
#include <linux/tracepoint.h>

#include "frame.h"
#include "policy.h"
#include "stream.h"

#define dnn_show_cause(cause) __print_symbolic(cause,		\
	{ DNN_GOV_CAUSE_NONE, "none" },				\
	{ DNN_GOV_CAUSE_FREQ_CAP, "freq_cap" },			\
	{ DNN_GOV_CAUSE_POWER_BUDGET, "power_budget" },		\
	{ DNN_GOV_CAUSE_ENERGY_BUDGET, "energy_budget" },	\
	{ DNN_GOV_CAUSE_CONTENTION, "contention" },		\
	{ DNN_GOV_CAUSE_DEADLINE, "deadline" },			\
	{ DNN_GOV_CAUSE_RELIEF, "relief" })

#define dnn_show_goal(goal) __print_symbolic(goal,		\
	{ DNN_GOV_GOAL_MAX_ACCURACY, "max_accuracy" },		\
	{ DNN_GOV_GOAL_BALANCED, "balanced" },			\
	{ DNN_GOV_GOAL_MIN_ENERGY, "min_energy" })

#define dnn_show_why(why) __print_symbolic(why,			\
	{ DNN_KHZ_PLAN, "plan" },				\
	{ DNN_KHZ_GUARD, "guard" },				\
	{ DNN_KHZ_FOLLOW, "follow" },				\
	{ DNN_KHZ_LIMITS, "limits" },				\
	{ DNN_KHZ_BUDGET, "budget" })

TRACE_EVENT(dnn_plan,
	    TP_PROTO(const struct dnn_policy *dp),
	    TP_ARGS(dp),

	    TP_STRUCT__entry(__field(u32, policy)
			     __field(u32, khz)
			     __field(u32, cur_khz)
			     __field(u32, follow_khz)
			     __field(u32, min_khz)
			     __field(u32, max_khz)
			     __field(u32, cap_khz)
			     __field(u32, budget_uw)
			     __field(u32, streams)
			     __field(u32, pending)
			     __field(u32, frames)
			     __field(s64, guard_ns)
			     __field(bool, feasible)),

	    TP_fast_assign(__entry->policy = dp->cpu;
			   __entry->khz = dp->out.khz;
			   __entry->cur_khz = dp->cur_khz;
			   __entry->follow_khz = dp->follow_khz;
			   __entry->min_khz = dp->in.min_khz;
			   __entry->max_khz = dp->in.max_khz;
			   __entry->cap_khz = dp->out.cap_khz;
			   __entry->budget_uw = dp->in.budget_uw;
			   __entry->streams = dp->nr_streams;
			   __entry->pending = dp->pending;
			   __entry->frames = dp->in.nr_frames;
			   __entry->guard_ns = dp->out.guard_ns == PLAN_NEVER ?
					       -1 : (s64)(dp->out.guard_ns - dp->in.now_ns);
			   __entry->feasible = dp->out.feasible;),

	    TP_printk("policy=%u khz=%u cur=%u follow=%u allowed=%u..%u cap=%u budget_uw=%u streams=%u pending=%u frames=%u guard_ns=%lld feasible=%d",
		      __entry->policy, __entry->khz, __entry->cur_khz, __entry->follow_khz,
		      __entry->min_khz, __entry->max_khz, __entry->cap_khz, __entry->budget_uw,
		      __entry->streams, __entry->pending, __entry->frames, __entry->guard_ns,
		      __entry->feasible));

/* A stream in the plan just made: what it wants, what is known of it, what it gets. */
TRACE_EVENT(dnn_plan_stream,
	    TP_PROTO(const struct dnn_stream *stream),
	    TP_ARGS(stream),

	    TP_STRUCT__entry(__field(u32, policy)
			     __field(u32, stream)
			     __field(u32, grant)
			     __field(u32, levels)
			     __field(u32, target)
			     __field(u32, cause)
			     __field(u32, goal)
			     __field(u64, energy_budget_nj)
			     __field(u64, cycles)
			     __field(u64, stall_ns)
			     __field(u32, tail_ppm)
			     __field(u32, hold_shift)),

	    TP_fast_assign(const struct plan_stream *ps;

			   ps = &stream->dp->plan_streams[stream->slot];
			   __entry->policy = stream->dp->cpu;
			   __entry->stream = stream->id;
			   __entry->grant = ps->grant;
			   __entry->levels = ps->levels;
			   __entry->target = ps->target;
			   __entry->cause = ps->cause;
			   __entry->goal = ps->goal;
			   __entry->energy_budget_nj = ps->energy_budget_nj;
			   __entry->cycles = ps->cost[ps->grant - 1].cycles;
			   __entry->stall_ns = ps->cost[ps->grant - 1].stall_ns;
			   __entry->tail_ppm = ps->cost[ps->grant - 1].tail_ppm;
			   __entry->hold_shift = ps->hold_shift;),

	    TP_printk("policy=%u stream=%u grant=%u/%u target=%u cause=%s goal=%s energy_budget_nj=%llu cycles=%llu stall_ns=%llu tail_ppm=%u hold_shift=%u",
		      __entry->policy, __entry->stream, __entry->grant, __entry->levels,
		      __entry->target, dnn_show_cause(__entry->cause),
		      dnn_show_goal(__entry->goal), __entry->energy_budget_nj, __entry->cycles,
		      __entry->stall_ns, __entry->tail_ppm, __entry->hold_shift));

/* The guard timer fired: a frame has not come as far as was hoped for. */
TRACE_EVENT(dnn_guard,
	    TP_PROTO(const struct dnn_policy *dp, u64 now),
	    TP_ARGS(dp, now),

	    TP_STRUCT__entry(__field(u32, policy)
			     __field(u32, cur_khz)
			     __field(u32, cap_khz)
			     __field(u32, pending)
			     __field(u64, late_ns)),

	    TP_fast_assign(__entry->policy = dp->cpu;
			   __entry->cur_khz = dp->cur_khz;
			   __entry->cap_khz = dp->out.cap_khz;
			   __entry->pending = dp->pending;
			   __entry->late_ns = now - dp->out.guard_ns;),

	    TP_printk("policy=%u cur=%u cap=%u pending=%u late_ns=%llu",
		      __entry->policy, __entry->cur_khz, __entry->cap_khz, __entry->pending,
		      __entry->late_ns));

TRACE_EVENT(dnn_freq,
	    TP_PROTO(const struct dnn_policy *dp, u32 khz),
	    TP_ARGS(dp, khz),

	    TP_STRUCT__entry(__field(u32, policy)
			     __field(u32, from_khz)
			     __field(u32, khz)
			     __field(u32, why)
			     __field(u32, plan_khz)
			     __field(u32, follow_khz)
			     __field(bool, fast)),

	    TP_fast_assign(__entry->policy = dp->cpu;
			   __entry->from_khz = dp->cur_khz;
			   __entry->khz = khz;
			   __entry->why = dp->why;
			   __entry->plan_khz = dp->out.khz;
			   __entry->follow_khz = dp->follow_khz;
			   __entry->fast = dp->fast;),

	    TP_printk("policy=%u khz=%u->%u why=%s plan=%u follow=%u fast=%d",
		      __entry->policy, __entry->from_khz, __entry->khz,
		      dnn_show_why(__entry->why), __entry->plan_khz, __entry->follow_khz,
		      __entry->fast));

TRACE_EVENT(dnn_frame_begin,
	    TP_PROTO(const struct dnn_stream *stream, const struct dnn_frame *frame, u32 khz),
	    TP_ARGS(stream, frame, khz),

	    TP_STRUCT__entry(__field(u32, stream)
			     __field(u64, frame)
			     __field(u32, grant)
			     __field(u32, cause)
			     __field(u32, khz)
			     __field(u64, mean_ns)
			     __field(u64, tail_ns)
			     __field(u64, late_ns)
			     __field(s64, left_ns)),

	    TP_fast_assign(const struct plan_cost *cost;

			   cost = &stream->dp->plan_streams[stream->slot].cost[stream->grant - 1];
			   __entry->stream = stream->id;
			   __entry->frame = frame->id;
			   __entry->grant = stream->grant;
			   __entry->cause = stream->cause;
			   __entry->khz = khz;
			   __entry->mean_ns = khz ? plan_time_ns(cost, khz, false) : 0;
			   __entry->tail_ns = khz ? plan_time_ns(cost, khz, true) : 0;
			   __entry->late_ns = frame->begin_ns - frame->release_ns;
			   __entry->left_ns = frame->deadline_ns - frame->begin_ns;),

	    TP_printk("stream=%u frame=%llu grant=%u cause=%s khz=%u mean_ns=%llu tail_ns=%llu since_release_ns=%llu left_ns=%lld",
		      __entry->stream, __entry->frame, __entry->grant,
		      dnn_show_cause(__entry->cause), __entry->khz, __entry->mean_ns,
		      __entry->tail_ns, __entry->late_ns, __entry->left_ns));

TRACE_EVENT(dnn_frame_progress,
	    TP_PROTO(const struct dnn_stream *stream, const struct dnn_frame *frame, u64 now,
		     u32 level),
	    TP_ARGS(stream, frame, now, level),

	    TP_STRUCT__entry(__field(u32, stream)
			     __field(u64, frame)
			     __field(u32, level)
			     __field(u32, grant)
			     __field(u64, wall_ns)
			     __field(u64, run_ns)
			     __field(s64, left_ns)),

	    TP_fast_assign(__entry->stream = stream->id;
			   __entry->frame = frame->id;
			   __entry->level = level;
			   __entry->grant = stream->grant;
			   __entry->wall_ns = now - frame->begin_ns;
			   __entry->run_ns = frame->run_ns;
			   __entry->left_ns = frame->deadline_ns - now;),

	    TP_printk("stream=%u frame=%llu level=%u grant=%u wall_ns=%llu run_ns=%llu left_ns=%lld",
		      __entry->stream, __entry->frame, __entry->level, __entry->grant,
		      __entry->wall_ns, __entry->run_ns, __entry->left_ns));

TRACE_EVENT(dnn_frame_end,
	    TP_PROTO(const struct dnn_stream *stream, const struct dnn_frame *frame, u64 now,
		     u32 level, u32 mean_khz, u32 other_ppm, const struct plan_cost *expected),
	    TP_ARGS(stream, frame, now, level, mean_khz, other_ppm, expected),

	    TP_STRUCT__entry(__field(u32, stream)
			     __field(u64, frame)
			     __field(u32, level)
			     __field(u64, wall_ns)
			     __field(u64, run_ns)
			     __field(u64, mean_ns)
			     __field(u64, tail_ns)
			     __field(s64, slack_ns)
			     __field(u32, mean_khz)
			     __field(u32, other_ppm)),

	    TP_fast_assign(__entry->stream = stream->id;
			   __entry->frame = frame->id;
			   __entry->level = level;
			   __entry->wall_ns = now - frame->begin_ns;
			   __entry->run_ns = frame->run_ns;
			   __entry->mean_ns = mean_khz ?
					      plan_time_ns(expected, mean_khz, false) : 0;
			   __entry->tail_ns = mean_khz ?
					      plan_time_ns(expected, mean_khz, true) : 0;
			   __entry->slack_ns = frame->deadline_ns - now;
			   __entry->mean_khz = mean_khz;
			   __entry->other_ppm = other_ppm;),

	    TP_printk("stream=%u frame=%llu level=%u wall_ns=%llu run_ns=%llu mean_ns=%llu tail_ns=%llu slack_ns=%lld mean_khz=%u other_ppm=%u",
		      __entry->stream, __entry->frame, __entry->level, __entry->wall_ns,
		      __entry->run_ns, __entry->mean_ns, __entry->tail_ns, __entry->slack_ns,
		      __entry->mean_khz, __entry->other_ppm));

/* A frame has taught what a level costs; that is how it is seen from now on. */
TRACE_EVENT(dnn_learn,
	    TP_PROTO(const struct dnn_stream *stream, u32 level, u32 khz, u64 run_ns),
	    TP_ARGS(stream, level, khz, run_ns),

	    TP_STRUCT__entry(__field(u32, stream)
			     __field(u32, type)
			     __field(u32, level)
			     __field(u32, khz)
			     __field(u64, run_ns)
			     __field(u64, cycles)
			     __field(u64, stall_ns)
			     __field(u32, tail_ppm)),

	    TP_fast_assign(const struct plan_cost *cost;

			   cost = &stream->dp->plan_streams[stream->slot].cost[level - 1];
			   __entry->stream = stream->id;
			   __entry->type = stream->dp->type;
			   __entry->level = level;
			   __entry->khz = khz;
			   __entry->run_ns = run_ns;
			   __entry->cycles = cost->cycles;
			   __entry->stall_ns = cost->stall_ns;
			   __entry->tail_ppm = cost->tail_ppm;),

	    TP_printk("stream=%u type=%u level=%u khz=%u run_ns=%llu cycles=%llu stall_ns=%llu tail_ppm=%u",
		      __entry->stream, __entry->type, __entry->level, __entry->khz,
		      __entry->run_ns, __entry->cycles, __entry->stall_ns, __entry->tail_ppm));

/* A stream is bound to another policy. */
TRACE_EVENT(dnn_move,
	    TP_PROTO(const struct dnn_stream *stream, const struct dnn_policy *from),
	    TP_ARGS(stream, from),

	    TP_STRUCT__entry(__field(u32, stream)
			     __field(u32, from)
			     __field(u32, to)
			     __field(u32, pending)
			     __field(bool, wanted)),

	    TP_fast_assign(__entry->stream = stream->id;
			   __entry->from = from->cpu;
			   __entry->to = stream->dp->cpu;
			   __entry->pending = stream->pending;
			   __entry->wanted = stream->want == stream->dp;),

	    TP_printk("stream=%u policy=%u->%u pending=%u wanted=%d",
		      __entry->stream, __entry->from, __entry->to, __entry->pending,
		      __entry->wanted));

/* The mapping wants a stream on another policy than before. */
TRACE_EVENT(dnn_map,
	    TP_PROTO(const struct dnn_stream *stream, const struct dnn_policy *want),
	    TP_ARGS(stream, want),

	    TP_STRUCT__entry(__field(u32, stream)
			     __field(u32, policy)
			     __field(u32, want)
			     __field(u32, grant)
			     __field(u32, cause)
			     __field(u32, khz)),

	    TP_fast_assign(__entry->stream = stream->id;
			   __entry->policy = stream->dp->cpu;
			   __entry->want = want->cpu;
			   __entry->grant = stream->grant;
			   __entry->cause = stream->cause;
			   __entry->khz = stream->dp->cur_khz;),

	    TP_printk("stream=%u policy=%u want=%u grant=%u cause=%s khz=%u",
		      __entry->stream, __entry->policy, __entry->want, __entry->grant,
		      dnn_show_cause(__entry->cause), __entry->khz));

/* A policy has another part of the power budget for all. */
TRACE_EVENT(dnn_share,
	    TP_PROTO(const struct dnn_policy *dp),
	    TP_ARGS(dp),

	    TP_STRUCT__entry(__field(u32, policy)
			     __field(u32, share_uw)
			     __field(u32, budget_uw)),

	    TP_fast_assign(__entry->policy = dp->cpu;
			   __entry->share_uw = dp->share_uw;
			   __entry->budget_uw = dnn_policy_budget_uw(dp);),

	    TP_printk("policy=%u share_uw=%u budget_uw=%u",
		      __entry->policy, __entry->share_uw, __entry->budget_uw));

TRACE_EVENT(dnn_grant,
	    TP_PROTO(const struct dnn_stream *stream, u32 grant_old, u32 khz),
	    TP_ARGS(stream, grant_old, khz),

	    TP_STRUCT__entry(__field(u32, stream)
			     __field(u32, grant_old)
			     __field(u32, grant)
			     __field(u32, cause)
			     __field(u32, khz)),

	    TP_fast_assign(__entry->stream = stream->id;
			   __entry->grant_old = grant_old;
			   __entry->grant = stream->grant;
			   __entry->cause = stream->cause;
			   __entry->khz = khz;),

	    TP_printk("stream=%u grant=%u->%u cause=%s khz=%u",
		      __entry->stream, __entry->grant_old, __entry->grant,
		      dnn_show_cause(__entry->cause), __entry->khz));

#endif /* DNN_GOV_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
