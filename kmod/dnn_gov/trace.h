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

TRACE_EVENT(dnn_plan,
	    TP_PROTO(const struct dnn_policy *dp),
	    TP_ARGS(dp),

	    TP_STRUCT__entry(__field(u32, policy)
			     __field(u32, khz)
			     __field(u32, cur_khz)
			     __field(u32, follow_khz)
			     __field(u32, min_khz)
			     __field(u32, max_khz)
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
			   __entry->pending = dp->pending;
			   __entry->frames = dp->in.nr_frames;
			   __entry->guard_ns = dp->out.guard_ns == PLAN_NEVER ?
					       -1 : (s64)(dp->out.guard_ns - dp->in.now_ns);
			   __entry->feasible = dp->out.feasible;),

	    TP_printk("policy=%u khz=%u cur=%u follow=%u allowed=%u..%u pending=%u frames=%u guard_ns=%lld feasible=%d",
		      __entry->policy, __entry->khz, __entry->cur_khz, __entry->follow_khz,
		      __entry->min_khz, __entry->max_khz, __entry->pending, __entry->frames,
		      __entry->guard_ns, __entry->feasible));

TRACE_EVENT(dnn_frame_begin,
	    TP_PROTO(const struct dnn_stream *stream, const struct dnn_frame *frame, u32 khz),
	    TP_ARGS(stream, frame, khz),

	    TP_STRUCT__entry(__field(u32, stream)
			     __field(u64, frame)
			     __field(u32, grant)
			     __field(u32, cause)
			     __field(u32, khz)
			     __field(u64, late_ns)
			     __field(s64, left_ns)),

	    TP_fast_assign(__entry->stream = stream->id;
			   __entry->frame = frame->id;
			   __entry->grant = stream->grant;
			   __entry->cause = stream->cause;
			   __entry->khz = khz;
			   __entry->late_ns = frame->begin_ns - frame->release_ns;
			   __entry->left_ns = frame->deadline_ns - frame->begin_ns;),

	    TP_printk("stream=%u frame=%llu grant=%u cause=%s khz=%u since_release_ns=%llu left_ns=%lld",
		      __entry->stream, __entry->frame, __entry->grant,
		      dnn_show_cause(__entry->cause), __entry->khz, __entry->late_ns,
		      __entry->left_ns));

TRACE_EVENT(dnn_frame_end,
	    TP_PROTO(const struct dnn_stream *stream, const struct dnn_frame *frame, u64 now,
		     u32 level, u32 mean_khz, u32 other_ppm),
	    TP_ARGS(stream, frame, now, level, mean_khz, other_ppm),

	    TP_STRUCT__entry(__field(u32, stream)
			     __field(u64, frame)
			     __field(u32, level)
			     __field(u64, wall_ns)
			     __field(u64, run_ns)
			     __field(s64, slack_ns)
			     __field(u32, mean_khz)
			     __field(u32, other_ppm)),

	    TP_fast_assign(__entry->stream = stream->id;
			   __entry->frame = frame->id;
			   __entry->level = level;
			   __entry->wall_ns = now - frame->begin_ns;
			   __entry->run_ns = frame->run_ns;
			   __entry->slack_ns = frame->deadline_ns - now;
			   __entry->mean_khz = mean_khz;
			   __entry->other_ppm = other_ppm;),

	    TP_printk("stream=%u frame=%llu level=%u wall_ns=%llu run_ns=%llu slack_ns=%lld mean_khz=%u other_ppm=%u",
		      __entry->stream, __entry->frame, __entry->level, __entry->wall_ns,
		      __entry->run_ns, __entry->slack_ns, __entry->mean_khz, __entry->other_ppm));

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
