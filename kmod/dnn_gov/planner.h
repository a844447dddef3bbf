/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The decision: which frequency a policy runs at and which level each of its
 * streams may use. Pure integer C without kernel calls, allocation or
 * unbounded loops; the module, the unit tests and the simulator all link it.
 */
#ifndef DNN_GOV_PLANNER_H
#define DNN_GOV_PLANNER_H

#include "plan_math.h"	/* u8, u32, u64, bool, checked 64-bit helpers */

#define PLAN_MAX_LEVELS		16
#define PLAN_MAX_OPPS		64
#define PLAN_MAX_CPUS		64	/* of one policy */
#define PLAN_MAX_STREAMS	64	/* of one policy */
#define PLAN_MAX_FRAMES		128	/* pending and predicted, of one policy */
#define PLAN_MAX_JOBS		192	/* the same, and those that follow within the horizon */

/*
 * Looks at jobs and levels that a choice of levels may take on all CPUs, because plans are made
 * with interrupts off. 64 streams on one CPU that all have to go down take a quarter of it.
 */
#define PLAN_EFFORT_MAX		150000
#define PLAN_BATCH		8	/* streams whose least is kept */
#define PLAN_PPM		1000000U
#define PLAN_NEVER		(~0ULL)

/**
 * struct plan_opp - one frequency of a policy
 * @khz: frequency
 * @busy_uw: power of one CPU that runs, idle share included; 0 where unknown
 * @idle_uw: power of one CPU that idles at this frequency; 0 where unknown
 */
struct plan_opp {
	u32 khz;
	u32 busy_uw;
	u32 idle_uw;
};

/**
 * struct plan_cost - what a frame at one level takes: cycles / f + stall
 * @cycles: mean of the cycles that scale with frequency
 * @stall_ns: time that does not
 * @tail_ppm: the tail estimate over the mean, PLAN_PPM is no tail
 */
struct plan_cost {
	u64 cycles;
	u64 stall_ns;
	u32 tail_ppm;
};

/**
 * struct plan_stream - a stream as the planner sees it
 * @levels: number of groups of the network
 * @min_level: grants never go below
 * @period_ns: between releases, so that frames after the last given one count; 0: unknown
 * @weight: worth of this stream's accuracy
 * @goal: what the client wants (enum dnn_gov_goal)
 * @floor_ppm: accuracy that a goal other than the highest does not go below of itself
 * @balance_ppm: worth of energy against accuracy where the goal is a balance of them
 * @energy_budget_nj: energy of a frame at the most; 0: any
 * @accuracy_ppm: expected accuracy of level 1..levels, at index level - 1
 * @cost: cost of level 1..levels on this policy's core type, at index level - 1
 * @grant: in and out: the level granted, 1..levels
 * @cause: in and out: why @grant is below @levels (enum dnn_gov_cause)
 * @fit_since_ns: in and out: since when a higher level has fitted, PLAN_NEVER: it does not
 * @target: in and out: the level that the goal asks for; 0 at first
 * @rose_ns: in and out: when @grant rose last; 0 at first
 * @hold_shift: in and out: the hold time is doubled so often; 0 at first
 */
struct plan_stream {
	u32 levels;
	u32 min_level;
	u64 period_ns;
	u32 weight;
	u32 goal;
	u32 floor_ppm;
	u32 balance_ppm;
	u64 energy_budget_nj;
	u32 accuracy_ppm[PLAN_MAX_LEVELS];
	struct plan_cost cost[PLAN_MAX_LEVELS];
	u32 grant;
	u32 cause;
	u64 fit_since_ns;
	u32 target;
	u64 rose_ns;
	u32 hold_shift;
};

/**
 * struct plan_frame - a frame that is pending, or predicted from its stream's period
 * @stream: index into plan_input.streams
 * @cpu: index of the CPU within the policy, below plan_input.nr_cpus
 * @release_ns: when it can start; at or before now for a pending frame
 * @deadline_ns: absolute deadline
 * @done_cycles: cycles this frame has had so far, those of stalls included
 * @level_done: complete groups so far; the frame cannot get less
 * @begin_ns: when it began, to tell time taken by others from its own; 0: unknown
 * @done_ns: CPU time this frame has had so far; 0: unknown
 * @shares: its thread shares the CPU evenly with those of other frames, whatever is due
 *	first; else the earliest deadline comes first
 */
struct plan_frame {
	u32 stream;
	u32 cpu;
	u64 release_ns;
	u64 deadline_ns;
	u64 done_cycles;
	u32 level_done;
	u64 begin_ns;
	u64 done_ns;
	bool shares;
};

/**
 * struct plan_scratch - working memory of plan_policy(), too large for a kernel stack
 *
 * Nothing in it outlives a call; the fields are the planner's own. A job is a
 * frame given, or one that follows the last frame given of its stream.
 */
struct plan_scratch {
	/* per stream */
	u64 level_ns[PLAN_MAX_STREAMS][PLAN_MAX_LEVELS];
	u64 room[PLAN_MAX_STREAMS];
	u64 room_hw[PLAN_MAX_STREAMS];
	u64 rate[PLAN_MAX_STREAMS];
	u8 head[PLAN_MAX_STREAMS];
	u8 last_frame[PLAN_MAX_STREAMS];
	u8 entry_grant[PLAN_MAX_STREAMS];
	u8 shed_grant[PLAN_MAX_STREAMS];
	u8 lower[PLAN_MAX_STREAMS];
	bool weighed[PLAN_MAX_STREAMS];
	u8 cause[PLAN_MAX_STREAMS];
	u8 top[PLAN_MAX_STREAMS];
	u16 timed[PLAN_MAX_STREAMS];
	bool affordable[PLAN_MAX_STREAMS];
	u8 members[PLAN_MAX_STREAMS + 1];
	u8 gave[PLAN_MAX_STREAMS];
	u8 least_of[PLAN_MAX_STREAMS / PLAN_BATCH];
	/* per job, by CPU, then by deadline */
	u64 whole_release[PLAN_MAX_JOBS];
	u64 release[PLAN_MAX_JOBS];
	u64 deadline[PLAN_MAX_JOBS];
	u64 need[PLAN_MAX_JOBS];
	u64 need_lower[PLAN_MAX_JOBS];
	u64 alone[PLAN_MAX_JOBS];
	u64 shared[PLAN_MAX_JOBS];
	u64 bound[PLAN_MAX_JOBS];
	u64 slack[PLAN_MAX_JOBS];
	u64 slow[PLAN_MAX_JOBS];
	u64 fast[PLAN_MAX_JOBS];
	u64 left_cycles[PLAN_MAX_JOBS];
	u64 left_stall_ns[PLAN_MAX_JOBS];
	u8 kind[PLAN_MAX_JOBS];
	u8 nth[PLAN_MAX_JOBS];
	u8 frame[PLAN_MAX_JOBS];
	u8 stream[PLAN_MAX_JOBS];
	u8 cpu[PLAN_MAX_JOBS];
	u8 next[PLAN_MAX_JOBS];
	u8 prev[PLAN_MAX_JOBS];
	bool repeat[PLAN_MAX_JOBS];
	bool pending[PLAN_MAX_JOBS];
	/* per job as they are made, and their order */
	u64 made_deadline[PLAN_MAX_JOBS];
	u8 made_frame[PLAN_MAX_JOBS];
	u8 made_cpu[PLAN_MAX_JOBS];
	u8 order[PLAN_MAX_JOBS];
	/* jobs by CPU, then latest release first; those of a window by deadline */
	u8 by_release[PLAN_MAX_JOBS];
	u8 open[PLAN_MAX_JOBS];
	u64 demand[PLAN_MAX_JOBS];
	u64 latest[PLAN_MAX_JOBS];
	/* per CPU */
	u64 wall_ppm[PLAN_MAX_CPUS];
	u8 first[PLAN_MAX_CPUS + 1];
	u64 horizon[PLAN_MAX_CPUS];
	/* per OPP */
	u32 pace[PLAN_MAX_OPPS];
	u32 draw[PLAN_MAX_OPPS];
	/* spent on the choice of levels on the CPU in hand, and on the most difficult one */
	u32 effort;
	u32 most_effort;
};

/**
 * struct plan_input - everything a plan of one policy depends on
 * @now_ns: time of the plan
 * @opps: the policy's OPPs, lowest frequency first
 * @nr_opps: 1..PLAN_MAX_OPPS
 * @min_khz: lowest allowed frequency (policy->min)
 * @max_khz: highest allowed frequency (policy->max): thermal, user and QoS caps
 * @budget_uw: power of the policy at the most while its streams run; 0: any
 * @nr_cpus: CPUs of the policy, 1..PLAN_MAX_CPUS
 * @other_ppm: per CPU, share of time that tasks other than stream threads take
 * @streams: streams of the policy; grant, cause and fit_since_ns are updated
 * @nr_streams: 0..PLAN_MAX_STREAMS
 * @frames: pending and predicted frames
 * @nr_frames: 0..PLAN_MAX_FRAMES
 * @hold_ns: a higher level must have fitted for so long before it is restored
 * @margin_ppm: time kept free before a deadline, share of the frame's time; covers
 *	switching latency and the timer's grain
 * @switch_ns: latency of a frequency change
 * @turn_ns: how long a thread keeps a CPU that it shares; 0: they take turns all the time
 * @cur_khz: frequency now; 0: unknown
 * @two_opps: frames may begin at one OPP and go on at a higher one: the caller plans again
 *	at guard_ns to the point
 * @scratch: working memory, the caller's; one plan at a time may use it
 */
struct plan_input {
	u64 now_ns;
	const struct plan_opp *opps;
	u32 nr_opps;
	u32 min_khz;
	u32 max_khz;
	u32 budget_uw;
	u32 nr_cpus;
	const u32 *other_ppm;
	struct plan_stream *streams;
	u32 nr_streams;
	const struct plan_frame *frames;
	u32 nr_frames;
	u64 hold_ns;
	u32 margin_ppm;
	u64 switch_ns;
	u64 turn_ns;
	u32 cur_khz;
	bool two_opps;
	struct plan_scratch *scratch;
};

/**
 * struct plan_output - the plan
 * @khz: frequency for the pending frames, an OPP within [min_khz, max_khz]; 0
 *	when no frame is pending (the governor then follows load alone)
 * @cap_khz: highest OPP that the limits and the power budget allow; what follows load
 *	must not go above it either
 * @feasible: every pending frame makes its deadline at @khz and the grants
 * @guard_ns: when the caller must plan again if nothing happens before: at the last
 *	instant from which the highest allowed frequency still makes every deadline, by
 *	the tail estimate, should nothing be done until then; or where @khz was chosen
 *	to be raised later; or, where @khz is already the highest allowed, when
 *	a frame has to be content with the levels that it has done. PLAN_NEVER: not at all
 */
struct plan_output {
	u32 khz;
	u32 cap_khz;
	bool feasible;
	u64 guard_ns;
};

#define PLAN_HOLD_SHIFT_MAX	3

/* How long a stream's next level must have fitted before it is restored. */
static inline u64 plan_hold_ns(const struct plan_input *in, const struct plan_stream *stream)
{
	return in->hold_ns << plan_min(stream->hold_shift, PLAN_HOLD_SHIFT_MAX);
}

/**
 * plan_policy() - plan one policy
 * @in: what is known; the streams in it are updated
 * @out: the plan
 *
 * Grants drop at once and by least weighted accuracy lost per time saved; they
 * rise one level at a time, after that level has fitted for hold_ns.
 */
void plan_policy(const struct plan_input *in, struct plan_output *out);

/**
 * plan_time_ns() - time of a cost at a frequency: cycles / khz + stall
 * @cost: cost
 * @khz: frequency, not 0
 * @tail: with the tail estimate instead of the mean
 *
 * Saturates at PLAN_NEVER.
 */
u64 plan_time_ns(const struct plan_cost *cost, u32 khz, bool tail);

/* What the mapping asks in the same words. */

/*
 * Fill in what an idle CPU draws at each OPP: @lowest_uw at the lowest, @top_uw at the top, 0
 * where nobody knows.
 */
void plan_set_idle_power(struct plan_opp *opps, u32 nr_opps, u32 lowest_uw, u32 top_uw);

/* Power of a busy CPU whose energy model is unknown: a declared guess. */
u64 plan_guess_uw(u32 khz, u32 top_khz);

/* Energy of work at a frequency and a power, nJ. */
u64 plan_energy_nj(u64 cycles, u64 stall_ns, u32 khz, u64 uw);

/* The lowest and the highest OPP within limits; at least one is. */
void plan_limits(const struct plan_opp *opps, u32 nr_opps, u32 min_khz, u32 max_khz, u32 *lo,
		 u32 *hi);

/* The lowest level from @min_level on that has the accuracy @floor_ppm, or the highest. */
u32 plan_floor_level(const u32 *accuracy_ppm, u32 levels, u32 min_level, u32 floor_ppm);

/*
 * Worth of a level: its accuracy and its energy as parts of those of the highest level,
 * with @balance_ppm the weight of energy.
 */
s64 plan_balance(u32 accuracy_ppm, u32 top_accuracy_ppm, u64 nj, u64 top_nj, u32 balance_ppm);

#endif /* DNN_GOV_PLANNER_H */
