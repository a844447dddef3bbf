/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rules of load following, see load.c: what CPUs ask for by what was seen of them. No
 * clocks, no locks: all comes from the caller, in the kernel and in user space.
 */
#ifndef DNN_GOV_FOLLOW_H
#define DNN_GOV_FOLLOW_H

#include "planner.h"

/* How idle a CPU is to load following. */
enum follow_depth {
	FOLLOW_AWAKE,	/* it asks for what its past needed */
	FOLLOW_DOZING,	/* for what it needs now; where switching is slow */
	FOLLOW_PARKED,	/* for nothing */
};

/**
 * struct follow_policy - what holds for all CPUs of a policy
 * @sample_ns: shortest window
 * @turn_ns: how long a thread keeps a CPU that it shares
 * @top_khz: the highest frequency
 * @thrifty_khz: the OPP that does the most work for its energy
 * @fast: the driver switches without sleeping
 */
struct follow_policy {
	u64 sample_ns;
	u64 turn_ns;
	u32 top_khz;
	u32 thrifty_khz;
	bool fast;
};

/**
 * struct follow_window - what was seen of a CPU since it was last looked at
 * @ns: how long that is
 * @idle_ns: how long it idled
 * @frames_ns: how long it ran frames; with @idle_ns no more than @ns
 * @cycles: of its clock in that time
 * @wakes: it is waking up now
 */
struct follow_window {
	u64 ns;
	u64 idle_ns;
	u64 frames_ns;
	u64 cycles;
	bool wakes;
};

/**
 * struct follow_cpu - what is known of a CPU
 * @spell_ns: length of the present busy spell, in time at the top frequency
 * @lag_ns: how much longer it was in truth
 * @turn_ns: how long other tasks ran that frames have not run since, up to a turn
 * @quiet_ns: how long it has idled; where switching is slow
 * @idle_ppm: share of the last window that it idled
 * @busy_ppm: share of it that tasks other than frames ran
 * @util_ppm: utilisation by tasks other than frames, of the top frequency
 * @past_ppm: what it had come to at the end of earlier busy spells
 * @now_ppm: what it asks for while a frame is pending on it
 * @want_ppm: and while none is, which may be its past
 * @depth: how idle it is
 */
struct follow_cpu {
	u64 spell_ns;
	u64 lag_ns;
	u64 turn_ns;
	u64 quiet_ns;
	u32 idle_ppm;
	u32 busy_ppm;
	u32 util_ppm;
	u32 past_ppm;
	u32 now_ppm;
	u32 want_ppm;
	enum follow_depth depth;
};

/* A CPU without a past asks for @khz, the present frequency, until more is known. */
void follow_start(const struct follow_policy *fp, struct follow_cpu *c, u32 khz);

/* The OPP that does the most work for its energy. */
u32 follow_thrifty_khz(const struct plan_opp *opps, u32 nr_opps, bool fast);

/* Is a window too short to tell how idle a CPU is? */
bool follow_too_short(const struct follow_policy *fp, u64 window_ns);

/*
 * Bring a CPU's account up to date. Return: how idle it is now, which the caller stores
 * in @c, because others may look at it meanwhile.
 */
enum follow_depth follow_observe(const struct follow_policy *fp, struct follow_cpu *c,
				 const struct follow_window *window);

/* Decide what a CPU asks for, as last observed. */
void follow_wish(const struct follow_policy *fp, struct follow_cpu *c);

/* Of a window, by other tasks than frames: they go on. */
#define FOLLOW_OTHERS_PPM	500000U

/* Does a CPU ask for less while a frame is pending on it? */
static inline bool follow_yields(const struct follow_cpu *c)
{
	return c->want_ppm > c->now_ppm && c->busy_ppm < FOLLOW_OTHERS_PPM;
}

/* The frequency for a utilisation of @ppm. */
u32 follow_khz(const struct follow_policy *fp, u32 ppm);

/*
 * When to look again if nobody calls before: @next by the policy's CPUs so far, PLAN_NEVER
 * at first, and by this one. @least_khz is what the policy runs at least.
 */
u64 follow_next_look(const struct follow_policy *fp, const struct follow_cpu *c, u64 next,
		     u32 least_khz, u64 now);

#endif /* DNN_GOV_FOLLOW_H */
