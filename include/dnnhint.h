/* SPDX-License-Identifier: MIT */
/*
 * libdnnhint: tell the cpufreq governor dnn what an application must compute and by
 * when, and hear how much of its network (which level) still fits.
 *
 *	struct dnnhint *h;
 *	struct dnnhint_stream_params params = {
 *		.name = "camera", .period_ns = 33000000, .deadline_ns = 33000000, .levels = 4,
 *	};
 *	struct dnnhint_grant grant;
 *	struct dnnhint_result result;
 *	uint32_t id;
 *
 *	err = dnnhint_open(&h);
 *	err = dnnhint_stream_add(h, &params, &id, &grant);
 *	for each frame:
 *		err = dnnhint_frame_begin(h, id, 0, &grant);
 *		... run groups 1..grant.level ...
 *		err = dnnhint_frame_end(h, id, grant.frame_id, level_done, &result);
 *	dnnhint_close(h);
 *
 * All times are CLOCK_MONOTONIC nanoseconds, all frequencies kHz, levels count from 1.
 *
 * Errors: a call that can fail returns a negative errno, and dnnhint_error() then has a
 * line of text, the kernel's own words included. Meanings that all calls share:
 *
 *	-EPROTONOSUPPORT	the module dnn_gov is not loaded, or was unloaded
 *	-ENOBUFS		the answer was lost because too many events were waiting
 *	-ETIMEDOUT		the kernel gave no answer within a second
 *	-EBADMSG		the kernel's answer lacks a part or is malformed
 *	-EPERM			the caller may not do this
 *	-ENOENT			there is no such stream or frame
 *
 * Threads: a handle is used by one thread at a time, unless the caller locks. Different
 * handles are independent. No call allocates behind the caller's back but for the length
 * of the call; none prints; the library keeps no state outside its handles.
 *
 * A stream belongs to the handle that made it and goes away with it.
 */
#ifndef DNNHINT_H
#define DNNHINT_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/dnn_gov.h>

#ifdef __cplusplus
extern "C" {
#endif

struct dnnhint;

/**
 * struct dnnhint_cost - what a frame at one level is expected to cost
 * @cycles: CPU cycles that scale with frequency, 1..DNN_GOV_CYCLES_MAX
 * @stall_ns: time that does not scale, 0..DNN_GOV_TIME_MAX_NS
 * @accuracy_ppm: expected top-1 accuracy, 1..1000000; 0: level * 1000000 / levels
 *
 * Only where learning starts from: the kernel learns the true cost from finished frames.
 */
struct dnnhint_cost {
	uint64_t cycles;
	uint64_t stall_ns;
	uint32_t accuracy_ppm;
};

/**
 * enum dnnhint_goal - what a stream wants of the levels that are feasible
 * @DNNHINT_GOAL_UNCHANGED: dnnhint_stream_add(): the default, which is
 *	@DNNHINT_GOAL_MAX_ACCURACY; dnnhint_stream_set(): as it is
 * @DNNHINT_GOAL_MAX_ACCURACY: the highest, at the least energy
 * @DNNHINT_GOAL_BALANCED: the one with the best balance of accuracy and energy
 * @DNNHINT_GOAL_MIN_ENERGY: the lowest that is accurate enough
 *
 * One more than enum dnn_gov_goal, so that 0 stands for none.
 */
enum dnnhint_goal {
	DNNHINT_GOAL_UNCHANGED = 0,
	DNNHINT_GOAL_MAX_ACCURACY = DNN_GOV_GOAL_MAX_ACCURACY + 1,
	DNNHINT_GOAL_BALANCED = DNN_GOV_GOAL_BALANCED + 1,
	DNNHINT_GOAL_MIN_ENERGY = DNN_GOV_GOAL_MIN_ENERGY + 1,
};

/*
 * Stands for 0 in members of struct dnnhint_stream_params that may be 0: there 0 itself
 * leaves the value as it is.
 */
#define DNNHINT_ZERO UINT32_MAX

/**
 * struct dnnhint_stream_params - what an application must do
 * @name: 1..31 bytes, no control characters; NULL in dnnhint_stream_set()
 * @period_ns: from one frame to the next, 100 us .. 60 s; 0: as @deadline_ns
 * @deadline_ns: from a frame's release, 100 us .. 60 s
 * @levels: channel groups of the network, 1..16
 * @min_level: lowest level that is of use, 1..@levels; 0: 1
 * @weight: worth of this stream's accuracy against the others', 1..1000; 0: 100
 * @cpus: where the stream may run; NULL: the policy of the calling CPU
 * @costs: @levels entries, level 1 first; NULL: the kernel learns from nothing
 * @goal: what it wants of the levels that are feasible (enum dnnhint_goal)
 * @accuracy_floor_ppm: accuracy that a goal other than the highest does not go below of
 *	itself, 1..1000000, or DNNHINT_ZERO, the default: none
 * @balance_ppm: of DNNHINT_GOAL_BALANCED: worth of energy against accuracy, from
 *	DNNHINT_ZERO (accuracy alone) to 1000000 (energy alone); 0: 500000
 * @energy_budget_uj: energy of a frame at the most, by the kernel's energy model, uJ,
 *	1..DNN_GOV_ENERGY_MAX_UJ, or DNNHINT_ZERO, the default: any
 *
 * In dnnhint_stream_set() a member that is 0 or NULL leaves the stream's value as it is;
 * @levels must be 0 or the stream's.
 */
struct dnnhint_stream_params {
	const char *name;
	uint64_t period_ns;
	uint64_t deadline_ns;
	uint32_t levels;
	uint32_t min_level;
	uint32_t weight;
	const cpu_set_t *cpus;
	const struct dnnhint_cost *costs;
	uint32_t goal;
	uint32_t accuracy_floor_ppm;
	uint32_t balance_ppm;
	uint64_t energy_budget_uj;
};

/**
 * struct dnnhint_grant - what the planner allows
 * @frame_id: names the frame; 0 where there is none
 * @level: highest level to run
 * @cause: why it is below the network's levels (enum dnn_gov_cause)
 * @cpus: where the plan wants the stream to run; empty: no wish
 * @deadline_ns: absolute deadline of the frame; 0 where there is none
 * @khz: frequency of the policy; 0 where unknown
 */
struct dnnhint_grant {
	uint64_t frame_id;
	uint32_t level;
	uint32_t cause;
	cpu_set_t cpus;
	uint64_t deadline_ns;
	uint32_t khz;
};

/**
 * struct dnnhint_result - what became of a frame
 * @latency_ns: from its release to its end
 * @met: it ended by its deadline
 * @grant: level that the planner allows from now on
 */
struct dnnhint_result {
	uint64_t latency_ns;
	bool met;
	uint32_t grant;
};

/**
 * struct dnnhint_event - the grant of a stream changed
 * @stream_id: the stream
 * @grant: level allowed from now on; below @grant_old it is pressure, above it relief
 * @grant_old: level allowed before
 * @cause: why (enum dnn_gov_cause)
 * @khz: frequency of the policy; 0 where unknown
 * @time_ns: when
 */
struct dnnhint_event {
	uint32_t stream_id;
	uint32_t grant;
	uint32_t grant_old;
	uint32_t cause;
	uint32_t khz;
	uint64_t time_ns;
};

/**
 * struct dnnhint_callbacks - called by dnnhint_dispatch(); each may be NULL
 * @on_grant: a grant changed
 * @on_lost: events were lost. Own streams are then read anew, and @on_grant follows for
 *	each whose grant differs from what the application was last told. An observer reads
 *	the other streams itself, with dnnhint_streams_get().
 *
 * Callbacks may make any call on the handle but dnnhint_close() and dnnhint_dispatch().
 */
struct dnnhint_callbacks {
	void (*on_grant)(const struct dnnhint_event *event, void *ctx);
	void (*on_lost)(void *ctx);
};

/**
 * dnnhint_open() - connect to the module
 * @h: the new handle, to be released with dnnhint_close()
 *
 * Needs no privilege.
 *
 * Return: 0; -EPROTONOSUPPORT if the module is not loaded; -ENOMEM; or the errno of the
 * system call that failed. dnnhint_strerror() has a text.
 */
int dnnhint_open(struct dnnhint **h);

/**
 * dnnhint_close() - remove the handle's streams and release it
 * @h: the handle, or NULL
 */
void dnnhint_close(struct dnnhint *h);

/**
 * dnnhint_error() - text of the handle's last failed call
 * @h: the handle
 *
 * Return: one line, "" if no call has failed; valid until the next call on the handle.
 */
const char *dnnhint_error(const struct dnnhint *h);

/**
 * dnnhint_strerror() - text of an error without a handle
 * @err: what a call returned
 *
 * Return: a constant string.
 */
const char *dnnhint_strerror(int err);

/**
 * dnnhint_cause_name() - name of a cause
 * @cause: enum dnn_gov_cause
 *
 * Return: "none", "freq_cap", "power_budget", "energy_budget", "contention", "deadline",
 * "relief", or "unknown".
 */
const char *dnnhint_cause_name(uint32_t cause);

/**
 * dnnhint_goal_name() - name of a goal
 * @goal: enum dnnhint_goal
 *
 * Return: "unchanged", "max-accuracy", "balanced", "min-energy", or "unknown".
 */
const char *dnnhint_goal_name(uint32_t goal);

/**
 * dnnhint_goal_parse() - the goal of a name
 * @name: "max-accuracy", "balanced" or "min-energy"
 *
 * Return: enum dnnhint_goal; -EINVAL if @name is none of them.
 */
int dnnhint_goal_parse(const char *name);

/**
 * dnnhint_stream_add() - declare a stream
 * @h: the handle
 * @params: what it must do; every range is checked before anything is sent
 * @stream_id: the stream's name from now on
 * @grant: level and CPUs to start with, or NULL
 *
 * Return: 0; -ERANGE or -EINVAL with the field and its range as text; -EPERM without
 * CAP_SYS_NICE and outside the administrator's group, now or when the handle was opened;
 * -ENODEV if no CPU of the stream is under the governor dnn; -ENOSPC at the limits per user
 * and in all.
 */
int dnnhint_stream_add(struct dnnhint *h, const struct dnnhint_stream_params *params,
		       uint32_t *stream_id, struct dnnhint_grant *grant);

/**
 * dnnhint_stream_set() - change an own stream
 * @h: the handle
 * @stream_id: the stream
 * @params: what to change
 * @grant: level and CPUs afterwards, or NULL
 *
 * Return: as dnnhint_stream_add(); -ENOENT if there is no such stream; -EPERM if it is
 * somebody else's.
 */
int dnnhint_stream_set(struct dnnhint *h, uint32_t stream_id,
		       const struct dnnhint_stream_params *params, struct dnnhint_grant *grant);

/**
 * dnnhint_stream_del() - remove an own stream
 * @h: the handle
 * @stream_id: the stream
 *
 * Return: as dnnhint_stream_set().
 */
int dnnhint_stream_del(struct dnnhint *h, uint32_t stream_id);

/**
 * dnnhint_frame_begin() - a frame's input is there
 * @h: the handle
 * @stream_id: an own stream
 * @release_ns: since when; 0: now
 * @grant: the frame's id, level, CPUs and absolute deadline
 *
 * Two system calls. If it fails with -ENOBUFS the kernel may know the frame but its id is
 * lost: the frame goes stale by itself.
 *
 * Return: 0; -EBUSY if DNN_GOV_FRAMES_MAX frames are pending; -ERANGE if @release_ns is in
 * the future or more than a deadline ago; -ENOENT, -EPERM as dnnhint_stream_set().
 */
int dnnhint_frame_begin(struct dnnhint *h, uint32_t stream_id, uint64_t release_ns,
			struct dnnhint_grant *grant);

/**
 * dnnhint_frame_progress() - some groups of a frame are complete
 * @h: the handle
 * @stream_id: an own stream
 * @frame_id: the frame
 * @level_done: complete groups so far
 *
 * Optional: lets the planner know better what is left to do.
 *
 * Return: 0; -ENOENT if there is no such stream or frame; -ERANGE for @level_done.
 */
int dnnhint_frame_progress(struct dnnhint *h, uint32_t stream_id, uint64_t frame_id,
			   uint32_t level_done);

/**
 * dnnhint_frame_post_progress() - the same without waiting for the kernel to agree
 * @h: the handle
 * @stream_id: an own stream
 * @frame_id: the frame
 * @level_done: complete groups so far
 *
 * One system call instead of two. Nobody is told if there is no such stream or frame.
 *
 * Return: 0; -ERANGE for @level_done; a negative errno if it could not be sent.
 */
int dnnhint_frame_post_progress(struct dnnhint *h, uint32_t stream_id, uint64_t frame_id,
				uint32_t level_done);

/**
 * dnnhint_frame_end() - a frame is done
 * @h: the handle
 * @stream_id: an own stream
 * @frame_id: the frame
 * @level_done: complete groups; 0: the frame was abandoned
 * @result: what became of it, or NULL
 *
 * Two system calls. The kernel learns the level's cost from it.
 *
 * Return: as dnnhint_frame_progress().
 */
int dnnhint_frame_end(struct dnnhint *h, uint32_t stream_id, uint64_t frame_id,
		      uint32_t level_done, struct dnnhint_result *result);

/**
 * dnnhint_frame_post_end() - the same without waiting for what became of it
 * @h: the handle
 * @stream_id: an own stream
 * @frame_id: the frame
 * @level_done: complete groups; 0: the frame was abandoned
 *
 * One system call instead of two, for those who learn the grant from the next
 * dnnhint_frame_begin() anyway. Nobody is told if there is no such stream or frame.
 *
 * Return: as dnnhint_frame_post_progress().
 */
int dnnhint_frame_post_end(struct dnnhint *h, uint32_t stream_id, uint64_t frame_id,
			   uint32_t level_done);

/**
 * dnnhint_event_fd() - a file descriptor for the caller's poll loop
 * @h: the handle
 *
 * Readable as long as dnnhint_dispatch() has something to deliver, also when the event
 * came in while another call was waiting for its answer. It belongs to the handle: poll it,
 * do not read or close it.
 *
 * Return: the file descriptor.
 */
int dnnhint_event_fd(const struct dnnhint *h);

/**
 * dnnhint_dispatch() - deliver the events that are waiting
 * @h: the handle
 * @callbacks: what to call
 * @ctx: handed to the callbacks
 *
 * Never blocks. Also to be called now and then by an application that does not poll, but
 * not doing so costs nothing but the events.
 *
 * Return: number of callbacks that were due, or a negative errno.
 */
int dnnhint_dispatch(struct dnnhint *h, const struct dnnhint_callbacks *callbacks, void *ctx);

/**
 * dnnhint_observe() - hear of the events of every stream
 * @h: the handle
 *
 * Each event is delivered once, also that of an own stream.
 *
 * Return: 0, or a negative errno.
 */
int dnnhint_observe(struct dnnhint *h);

/**
 * dnnhint_set_event_room() - how many bytes of events may wait in the kernel
 * @h: the handle
 * @bytes: 1..INT_MAX; the kernel rounds and limits it (see SO_RCVBUF in socket(7))
 *
 * Return: 0, or a negative errno.
 */
int dnnhint_set_event_room(struct dnnhint *h, int bytes);

/**
 * struct dnnhint_stream_info - a stream as the kernel sees it
 * @id: its id
 * @name: its name; "" if it belongs to another user
 * @period_ns: from one frame to the next
 * @deadline_ns: from a frame's release
 * @levels: channel groups of the network
 * @min_level: grants never go below
 * @weight: worth of its accuracy
 * @grant: level allowed now
 * @cause: why @grant is below @levels
 * @khz: frequency of its policy; 0: unknown
 * @cpus: where it may run, or where the plan wants it
 * @pending: frames begun and not ended
 * @frames: frames begun
 * @met: frames that ended by their deadline
 * @missed: frames that ended later
 * @abandoned: frames that never ended properly
 * @energy_uj: the energy model's estimate for its frames; 0: there is no model
 * @costs: learnt costs, @levels of them if @has_costs
 * @has_costs: the kernel sent @costs
 * @goal: what it wants (enum dnnhint_goal); DNNHINT_GOAL_UNCHANGED: the kernel did not say
 * @accuracy_floor_ppm: accuracy that its goal does not go below of itself; 0: none
 * @balance_ppm: worth of energy against accuracy for DNNHINT_GOAL_BALANCED
 * @energy_budget_uj: energy of a frame at the most; 0: any
 */
struct dnnhint_stream_info {
	uint32_t id;
	char name[DNN_GOV_NAME_MAX];
	uint64_t period_ns;
	uint64_t deadline_ns;
	uint32_t levels;
	uint32_t min_level;
	uint32_t weight;
	uint32_t grant;
	uint32_t cause;
	uint32_t khz;
	cpu_set_t cpus;
	uint32_t pending;
	uint64_t frames;
	uint64_t met;
	uint64_t missed;
	uint64_t abandoned;
	uint64_t energy_uj;
	struct dnnhint_cost costs[DNN_GOV_LEVELS_MAX];
	bool has_costs;
	uint32_t goal;
	uint32_t accuracy_floor_ppm;
	uint32_t balance_ppm;
	uint64_t energy_budget_uj;
};

/**
 * struct dnnhint_policy_info - a cpufreq policy under the governor dnn
 * @cpu: its first CPU
 * @cpus: all its CPUs
 * @khz: frequency now
 * @min_khz: lowest allowed frequency
 * @max_khz: highest allowed frequency
 * @fast_switch: the driver switches from any context
 * @streams: streams on it
 * @power_budget_uw: power that it may draw now; 0: any
 */
struct dnnhint_policy_info {
	uint32_t cpu;
	cpu_set_t cpus;
	uint32_t khz;
	uint32_t min_khz;
	uint32_t max_khz;
	bool fast_switch;
	uint32_t streams;
	uint32_t power_budget_uw;
};

/**
 * struct dnnhint_stats - sums over all streams since the module was loaded
 * @streams: streams there are
 * @pending: frames begun and not ended
 * @frames: frames begun
 * @met: frames that ended by their deadline
 * @missed: frames that ended later
 * @abandoned: frames that never ended properly
 * @energy_uj: the energy model's estimate for frames; 0: there is no model
 * @events: events by cause, indexed by enum dnn_gov_cause
 */
struct dnnhint_stats {
	uint32_t streams;
	uint32_t pending;
	uint64_t frames;
	uint64_t met;
	uint64_t missed;
	uint64_t abandoned;
	uint64_t energy_uj;
	uint64_t events[DNN_GOV_CAUSE_MAX + 1];
};

/**
 * dnnhint_stream_get() - read one stream
 * @h: the handle
 * @stream_id: any stream
 * @info: what the kernel says of it
 *
 * Return: 0; -ENOENT if there is no such stream.
 */
int dnnhint_stream_get(struct dnnhint *h, uint32_t stream_id, struct dnnhint_stream_info *info);

/**
 * dnnhint_streams_get() - read all streams
 * @h: the handle
 * @fn: called for each; other than 0 ends the reading and is returned
 * @ctx: handed to @fn
 *
 * @fn must not make calls on the handle.
 *
 * Return: 0; what @fn returned; -EINTR if streams came or went meanwhile, so that some may
 * be missing; or another negative errno.
 */
int dnnhint_streams_get(struct dnnhint *h,
			int (*fn)(const struct dnnhint_stream_info *info, void *ctx), void *ctx);

/**
 * dnnhint_policies_get() - read all cpufreq policies that are under the governor dnn
 * @h: the handle
 * @fn: called for each; other than 0 ends the reading and is returned
 * @ctx: handed to @fn
 *
 * Return: as dnnhint_streams_get().
 */
int dnnhint_policies_get(struct dnnhint *h,
			 int (*fn)(const struct dnnhint_policy_info *info, void *ctx), void *ctx);

/**
 * dnnhint_stats_get() - read the sums over all streams
 * @h: the handle
 * @stats: where they go
 *
 * Return: 0, or a negative errno.
 */
int dnnhint_stats_get(struct dnnhint *h, struct dnnhint_stats *stats);

#ifdef __cplusplus
}
#endif

#endif
