// SPDX-License-Identifier: GPL-2.0-only
/* The rules of load following; the opening comment of load.c has the reasons. */
#include "follow.h"

#define MS			1000000ULL
#define HALF_LIFE_NS		(32 * MS)
#define PAST_SHIFT		3	/* a long spell counts an eighth for the next */
#define PAST_NS			(4 * MS)
#define THRIFTY_SHIFT		2	/* of the top, where the power is not known */
#define THRIFTY_DIV		50	/* a faster OPP may do a fiftieth less work */
#define BUSY_PPM		100000U	/* a window with less idling is one of work */

/* Where switching is fast: idling, and how long until somebody looks for it. */
#define IDLE_PPM		900000U
#define LOOK_NS			(2 * MS)
#define LOOK_BUSY_NS		(4 * MS)

/* Where it is slow: idling, how long it must last to doze and to be parked, and work. */
#define SLOW_IDLE_PPM		950000U
#define DOZE_NS			(64 * MS)
#define PARK_NS			(250 * MS)
#define SLOW_WORK_PPM		500000U

void follow_start(const struct follow_policy *fp, struct follow_cpu *c, u32 khz)
{
	u32 ppm = plan_mul_div(khz, PLAN_PPM, fp->top_khz + fp->top_khz / 4);

	*c = (struct follow_cpu) {
		.now_ppm = ppm,
		.want_ppm = ppm,
		.depth = FOLLOW_AWAKE,
	};
}

/* What comes nearly to the least is better still if it is faster, unless CPUs may idle for long. */
u32 follow_thrifty_khz(const struct plan_opp *opps, u32 nr_opps, bool fast)
{
	u32 i, thrifty = opps[nr_opps - 1].khz >> THRIFTY_SHIFT;
	u64 least = PLAN_NEVER, cost;

	for (i = 0; i < nr_opps; i++) {
		cost = plan_mul_div(opps[i].busy_uw, PLAN_PPM, opps[i].khz);
		if (!cost)
			break;
		if (cost < least || (fast && cost - least <= least / THRIFTY_DIV))
			thrifty = opps[i].khz;
		least = plan_min(least, cost);
	}
	return thrifty;
}

/*********************** Utilisation ***********************/

/* What is left of @ppm after @ns: halved each half-life, between those by a parabola. */
static u32 decay(u32 ppm, u64 ns)
{
	u64 lives = plan_div(ns, HALF_LIFE_NS);
	u64 x = plan_mul_div(ns - lives * HALF_LIFE_NS, PLAN_PPM, HALF_LIFE_NS);
	u64 lost = plan_mul_div(x, 671875, PLAN_PPM) -
		   plan_mul_div(plan_mul_div(x, x, PLAN_PPM), 171875, PLAN_PPM);

	return lives >= 32 ? 0 : plan_mul_div(ppm, PLAN_PPM - lost, PLAN_PPM) >> lives;
}

/* A busy spell of the CPU has ended. */
static void end_spell(struct follow_cpu *c)
{
	u32 weight = plan_min(PLAN_PPM >> PAST_SHIFT,
			      plan_mul_div(c->spell_ns, PLAN_PPM, c->spell_ns + PAST_NS));

	if (c->util_ppm >= c->past_ppm)
		c->past_ppm = c->util_ppm;
	else
		c->past_ppm -= plan_mul_div(c->past_ppm - c->util_ppm, weight, PLAN_PPM);
	c->spell_ns = 0;
}

/*
 * Time of frames that the other tasks, which ran for @busy, did not wait for. Turns may
 * fall into different windows: the last one is kept.
 */
static u64 rest_beside_frames(const struct follow_policy *fp, struct follow_cpu *c, u64 busy,
			      u64 frames)
{
	u64 turn = c->turn_ns + busy, waited = plan_min(frames, turn);

	c->turn_ns = plan_min(turn - waited, fp->turn_ns);
	return frames - waited;
}

/*
 * Time is counted slower in a busy spell when the frequency is low, so that what a task needs
 * does not depend on it; the rest of the time passes when the spell ends. Within a window
 * work comes first: it is looked at when a parked CPU wakes, and soon after it has gone idle.
 */
static void observe_util(const struct follow_policy *fp, struct follow_cpu *c,
			 const struct follow_window *window)
{
	u64 busy = window->ns - window->idle_ns - window->frames_ns;
	u64 khz, work, rest;

	if (!window->ns)
		return;
	khz = plan_mul_div(window->cycles, MS, window->ns);
	c->idle_ppm = plan_mul_div(window->idle_ns, PLAN_PPM, window->ns);
	c->busy_ppm = plan_mul_div(busy, PLAN_PPM, window->ns);
	work = plan_min(plan_mul_div(busy, khz, fp->top_khz), busy);
	c->util_ppm = PLAN_PPM - decay(PLAN_PPM - c->util_ppm, work);
	c->spell_ns += work;
	c->lag_ns += busy - work;
	rest = window->idle_ns + rest_beside_frames(fp, c, busy, window->frames_ns);
	if (window->idle_ns)
		c->turn_ns = 0;
	if (!rest)
		return;
	if (c->spell_ns)
		end_spell(c);
	c->util_ppm = decay(c->util_ppm, rest + c->lag_ns);
	c->lag_ns = 0;
}

/************************* Idling **************************/

/*
 * Where switching is slow: what @c has come to, having been idle for @c->quiet_ns at the end
 * of the window. Work that was over long ago does not keep it awake, and work before a shorter
 * rest counts in full, however long the window is.
 */
static enum follow_depth depth_slow(const struct follow_policy *fp, const struct follow_cpu *c,
				    const struct follow_window *window)
{
	u64 worked = plan_mul_div(plan_min(window->ns, fp->sample_ns), SLOW_WORK_PPM, PLAN_PPM);

	if (c->quiet_ns < DOZE_NS && plan_mul_div(window->ns, c->busy_ppm, PLAN_PPM) >= worked)
		return FOLLOW_AWAKE;
	if (c->depth == FOLLOW_PARKED)
		return window->wakes || c->idle_ppm < SLOW_IDLE_PPM ? FOLLOW_DOZING :
								      FOLLOW_PARKED;
	if (c->quiet_ns >= PARK_NS)
		return window->wakes ? FOLLOW_DOZING : FOLLOW_PARKED;
	return c->quiet_ns >= DOZE_NS ? FOLLOW_DOZING : c->depth;
}

static enum follow_depth depth_fast(const struct follow_cpu *c, const struct follow_window *window)
{
	if (window->wakes)
		return FOLLOW_AWAKE;
	return c->idle_ppm >= IDLE_PPM ? FOLLOW_PARKED : c->depth;
}

/* A moment says nothing of how idle a CPU is. */
bool follow_too_short(const struct follow_policy *fp, u64 window_ns)
{
	return !fp->fast && window_ns < fp->sample_ns / 2;
}

enum follow_depth follow_observe(const struct follow_policy *fp, struct follow_cpu *c,
				 const struct follow_window *window)
{
	enum follow_depth depth;

	observe_util(fp, c, window);
	if (fp->fast)
		return depth_fast(c, window);
	/* Within a window work came first. */
	if (c->idle_ppm >= SLOW_IDLE_PPM)
		c->quiet_ns += window->ns;
	else
		c->quiet_ns = plan_mul_div(window->ns, c->idle_ppm, PLAN_PPM);
	depth = depth_slow(fp, c, window);
	if (window->wakes)
		c->quiet_ns = 0;
	return depth;
}

/*********************** The frequency ***********************/

void follow_wish(const struct follow_policy *fp, struct follow_cpu *c)
{
	c->now_ppm = fp->fast && c->depth == FOLLOW_PARKED ? 0 : c->util_ppm;
	c->want_ppm = c->now_ppm;
	if (c->depth == FOLLOW_AWAKE)
		c->want_ppm = plan_max(c->util_ppm, c->past_ppm);
}

/* A fifth of the time is left free. */
u32 follow_khz(const struct follow_policy *fp, u32 ppm)
{
	return plan_min(plan_mul_div(fp->top_khz + fp->top_khz / 4, ppm, PLAN_PPM), fp->top_khz);
}

/* The look for a CPU that has gone idle comes later while any of them works. */
static u64 next_look_fast(const struct follow_cpu *c, u64 next, u64 now)
{
	u64 at = now + (c->idle_ppm < BUSY_PPM ? LOOK_BUSY_NS : LOOK_NS);

	if (c->depth == FOLLOW_PARKED)
		return next;
	return next == PLAN_NEVER ? at : plan_max(next, at);
}

/*
 * When @c will have come to something by idling on. One that is not awake asks for less and
 * less meanwhile, which matters as long as it is more than @least_khz.
 */
static u64 next_look_slow(const struct follow_policy *fp, const struct follow_cpu *c,
			  u32 least_khz, u64 now)
{
	u64 after = c->depth == FOLLOW_AWAKE ? DOZE_NS : PARK_NS;

	if (c->depth != FOLLOW_AWAKE && follow_khz(fp, c->util_ppm) > least_khz)
		return now + fp->sample_ns;
	if (c->depth == FOLLOW_PARKED)
		return PLAN_NEVER;
	return now + plan_max(plan_sub(after, c->quiet_ns), fp->sample_ns);
}

u64 follow_next_look(const struct follow_policy *fp, const struct follow_cpu *c, u64 next,
		     u32 least_khz, u64 now)
{
	if (fp->fast)
		return next_look_fast(c, next, now);
	return plan_min(next, next_look_slow(fp, c, least_khz, now));
}
