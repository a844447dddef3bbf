// SPDX-License-Identifier: GPL-2.0-only
/*
 * Load following: the frequency for tasks that give no hints.
 *
 * The utilisation of each CPU is kept as the scheduler keeps its own, which modules
 * cannot read: a mean with a half-life of 32 ms of the time that the CPU was busy, in
 * units of time at the top frequency. What a busy spell had come to when it ended is
 * remembered, so that the next one begins at the frequency that the last one turned out
 * to need; a spell counts the less for it the shorter it was, because most short ones are
 * other tasks'. The frequency leaves a fifth of the time free.
 *
 * The plan sets the frequency of frames: their CPU time is no load. Tasks that share a CPU
 * evenly with a frame wait for it as long as they run themselves, which is taken out as if
 * it had never been; the rest of the frame's time they sleep, and the CPU idles to them.
 * What is remembered is a guess at what a CPU has woken for. While a frame is pending there
 * that is known, and other tasks ask for what they need now, until they have worked for a
 * while.
 *
 * An idle CPU is parked: it asks for nothing. Idling at a high frequency is expensive,
 * and where the driver switches fast it costs nothing to come back: the hook that the
 * scheduler calls when the CPU wakes does it before the task runs. Where switching takes
 * a thread's work, that thread would wake the CPU in turn. There a CPU that idles dozes
 * at first, without its past; it is parked after a long time, dozes again when it has
 * worked at all, and is awake when it has worked for a while.
 *
 * A CPU that is not parked runs at least at the OPP that does the most work for its
 * energy: whatever the CPU does at a lower one takes longer and costs more, as it keeps
 * the machine awake.
 *
 * The hook is never called on an idle CPU, so a timer looks after those that have not
 * been parked. A look is work too: it wakes a CPU, and what runs there next has to make up
 * for it. Where switching is fast, the look that parks a CPU comes soon and is the last.
 * Where it is slow, a CPU idles long before it is parked, and is not looked at each window
 * until then: the timer is set to when it will doze or be parked if it idles on, or while
 * what it asks for still falls. It need not see work, which calls the hook by waking the
 * CPU and at each tick. A window may be long then; work comes first in it, idling after.
 */
#include <linux/cpufreq.h>
#include <linux/smp.h>

#include "frame.h"
#include "policy.h"
#include "stream.h"

#define HALF_LIFE_NS	(32 * NSEC_PER_MSEC)
#define PAST_SHIFT	3		/* a long spell counts an eighth for the next */
#define PAST_NS		(4 * NSEC_PER_MSEC)
#define FLOOR_SHIFT	2		/* of the top, where the power is not known */
#define FLOOR_DIV	50		/* a faster OPP may do a fiftieth less work */
#define BUSY_PPM	100000U		/* a window with less idling is one of work */
#define OTHERS_PPM	500000U		/* of one, by other tasks than a frame: they go on */

/* Where switching is fast: idling, and how long until somebody looks for it. */
#define IDLE_PPM	900000U
#define LOOK_NS		(2 * NSEC_PER_MSEC)
#define LOOK_BUSY_NS	(4 * NSEC_PER_MSEC)

/* Where it is slow: idling, how long it must last to doze and to be parked, and work. */
#define SLOW_IDLE_PPM	950000U
#define DOZE_NS		(64 * NSEC_PER_MSEC)
#define PARK_NS		(250 * NSEC_PER_MSEC)
#define SLOW_WORK_PPM	500000U

/* CPU time of all frames on @cpu so far. */
u64 dnn_load_frame_ns(struct dnn_policy *dp, unsigned int cpu, u64 now)
{
	u64 sum = dnn_cpu(cpu)->frame_ns;
	u32 i, k;

	for (i = 0; i < dp->nr_streams; i++) {
		struct dnn_stream *stream = dp->streams[i];

		for (k = 0; stream->pending && k < DNN_GOV_FRAMES_MAX; k++) {
			struct dnn_frame *frame = &stream->frames[k];

			if (!frame->id)
				continue;
			dnn_frame_observe(dp, frame, now);
			if (frame->cpu == cpu)
				sum += frame->run_ns - frame->moved_ns;
		}
	}
	return sum;
}

/* Time that @cpu has been idle, waiting for I/O included. */
u64 dnn_load_idle_us(unsigned int cpu)
{
	u64 wall;

	return get_cpu_idle_time(cpu, &wall, 0);
}

/*********************** Utilisation ***********************/

/* What is left of @ppm after @ns: halved each half-life, between those by a parabola. */
static u32 decay(u32 ppm, u64 ns)
{
	u64 lives = ns / HALF_LIFE_NS;
	u64 x = plan_mul_div(ns - lives * HALF_LIFE_NS, PLAN_PPM, HALF_LIFE_NS);
	u64 lost = x * 671875 / PLAN_PPM - x * x / PLAN_PPM * 171875 / PLAN_PPM;

	return lives >= 32 ? 0 : plan_mul_div(ppm, PLAN_PPM - lost, PLAN_PPM) >> lives;
}

/* A busy spell of the CPU has ended. */
static void end_spell(struct dnn_cpu *c)
{
	u32 weight = min_t(u64, PLAN_PPM >> PAST_SHIFT,
			   plan_mul_div(c->spell_ns, PLAN_PPM, c->spell_ns + PAST_NS));

	if (c->util_ppm >= c->past_ppm)
		c->past_ppm = c->util_ppm;
	else
		c->past_ppm -= plan_mul_div(c->past_ppm - c->util_ppm, weight, PLAN_PPM);
	c->spell_ns = 0;
}

/*
 * Time of @frames that the other tasks, which ran for @busy, did not wait for. Turns may
 * fall into different windows: the last one is kept.
 */
static u64 rest_beside_frames(const struct dnn_policy *dp, struct dnn_cpu *c, u64 busy,
			      u64 frames)
{
	u64 turn = c->turn_ns + busy, waited = plan_min(frames, turn);

	c->turn_ns = plan_min(turn - waited, dp->in.turn_ns);
	return frames - waited;
}

/*
 * Bring @cpu's utilisation up to @now. Time is counted slower in a busy spell when the
 * frequency is low, so that what a task needs does not depend on it; the rest of the
 * time passes when the spell ends. Within a window work comes first: it is looked at
 * when a parked CPU wakes, and soon after it has gone idle.
 */
static void observe_cpu(struct dnn_policy *dp, unsigned int cpu, u64 now)
{
	struct dnn_cpu *c = dnn_cpu(cpu);
	u64 window = plan_sub(now, c->mark_ns), khz, work, busy;
	u64 idle_us, idle, frame_ns, frames, rest;

	if (!window)
		return;
	idle_us = dnn_load_idle_us(cpu);
	frame_ns = dnn_load_frame_ns(dp, cpu, now);
	idle = plan_min(plan_sub(idle_us, c->mark_idle_us) * NSEC_PER_USEC, window);
	frames = plan_min(plan_sub(frame_ns, c->mark_frame_ns), window - idle);
	khz = plan_mul_div(dp->cycles - c->mark_cycles, NSEC_PER_MSEC, window);
	c->mark_ns = now;
	c->mark_idle_us = idle_us;
	c->mark_frame_ns = frame_ns;
	c->mark_cycles = dp->cycles;
	c->idle_ppm = plan_mul_div(idle, PLAN_PPM, window);
	busy = window - idle - frames;
	c->busy_ppm = plan_mul_div(busy, PLAN_PPM, window);

	work = plan_min(plan_mul_div(busy, khz, dp->opps[dp->in.nr_opps - 1].khz), busy);
	c->util_ppm = PLAN_PPM - decay(PLAN_PPM - c->util_ppm, work);
	c->spell_ns += work;
	c->lag_ns += busy - work;
	rest = idle + rest_beside_frames(dp, c, busy, frames);
	if (idle)
		c->turn_ns = 0;
	if (!rest)
		return;
	if (c->spell_ns)
		end_spell(c);
	c->util_ppm = decay(c->util_ppm, rest + c->lag_ns);
	c->lag_ns = 0;
}

/*********************** The frequency ***********************/

/*
 * Where switching is slow: what @c has come to by @window, at the end of which it had been
 * idle for @c->quiet_ns. Work that was over long ago does not keep it awake, and work before
 * a shorter rest counts in full, however long the window is.
 */
static enum dnn_cpu_depth depth_slow(const struct dnn_policy *dp, const struct dnn_cpu *c,
				     u64 window, bool wakes)
{
	u64 worked = plan_mul_div(min(window, dp->sample_ns), SLOW_WORK_PPM, PLAN_PPM);

	if (c->quiet_ns < DOZE_NS && plan_mul_div(window, c->busy_ppm, PLAN_PPM) >= worked)
		return DNN_CPU_AWAKE;
	if (c->depth == DNN_CPU_PARKED)
		return wakes || c->idle_ppm < SLOW_IDLE_PPM ? DNN_CPU_DOZING : DNN_CPU_PARKED;
	if (c->quiet_ns >= PARK_NS)
		return wakes ? DNN_CPU_DOZING : DNN_CPU_PARKED;
	return c->quiet_ns >= DOZE_NS ? DNN_CPU_DOZING : c->depth;
}

/* What @c has come to by the window observed last, or, if @wakes, by waking. */
static void set_depth(const struct dnn_policy *dp, struct dnn_cpu *c, u64 window, bool wakes)
{
	enum dnn_cpu_depth depth = c->depth;

	if (dp->fast) {
		if (wakes)
			depth = DNN_CPU_AWAKE;
		else if (c->idle_ppm >= IDLE_PPM)
			depth = DNN_CPU_PARKED;
	} else {
		/* Within a window work came first. */
		if (c->idle_ppm >= SLOW_IDLE_PPM)
			c->quiet_ns += window;
		else
			c->quiet_ns = plan_mul_div(window, c->idle_ppm, PLAN_PPM);
		depth = depth_slow(dp, c, window, wakes);
		if (wakes)
			c->quiet_ns = 0;
	}
	WRITE_ONCE(c->depth, depth);
}

/* The frequency for a utilisation of @ppm. */
static u32 wanted_khz(const struct dnn_policy *dp, u32 ppm)
{
	u32 top = dp->opps[dp->in.nr_opps - 1].khz;

	return plan_mul_div(top + top / 4, ppm, PLAN_PPM);
}

/* Is a frame pending on @cpu? */
static bool has_frame(const struct dnn_policy *dp, unsigned int cpu)
{
	u32 i, k;

	for (i = 0; dp->pending && i < dp->nr_streams; i++) {
		const struct dnn_stream *stream = dp->streams[i];

		for (k = 0; stream->pending && k < DNN_GOV_FRAMES_MAX; k++)
			if (stream->frames[k].id && stream->frames[k].cpu == cpu)
				return true;
	}
	return false;
}

/* The frequency that the CPUs ask for, by their wishes and by where frames are pending. */
void dnn_load_follow(struct dnn_policy *dp)
{
	u32 top = dp->opps[dp->in.nr_opps - 1].khz, ppm = 0;
	unsigned int cpu;

	for_each_cpu(cpu, dp->policy->cpus) {
		const struct dnn_cpu *c = dnn_cpu(cpu);
		u32 want = c->want_ppm;

		if (want > c->now_ppm && c->busy_ppm < OTHERS_PPM && has_frame(dp, cpu))
			want = c->now_ppm;
		ppm = max(ppm, want);
	}
	dp->follow_khz = min(wanted_khz(dp, ppm), top);
}

/* What the CPUs ask for, as last observed. */
static void wish(struct dnn_policy *dp, u64 now)
{
	bool awake = false;
	unsigned int cpu;

	for_each_cpu(cpu, dp->policy->cpus) {
		struct dnn_cpu *c = dnn_cpu(cpu);

		awake |= c->depth != DNN_CPU_PARKED;
		c->now_ppm = dp->fast && c->depth == DNN_CPU_PARKED ? 0 : c->util_ppm;
		c->want_ppm = c->now_ppm;
		if (c->depth == DNN_CPU_AWAKE)
			c->want_ppm = max(c->util_ppm, c->past_ppm);
	}
	dp->mark_ns = now;
	dp->floor_khz = awake ? dp->thrifty_khz : 0;
	dnn_load_follow(dp);
}

/*
 * The OPP that does the most work for its energy. What comes to it nearly is better still
 * if it is faster, unless CPUs may idle there for long.
 */
static u32 find_thrifty(const struct dnn_policy *dp)
{
	u32 i, thrifty = dp->opps[dp->in.nr_opps - 1].khz >> FLOOR_SHIFT;
	u64 least = PLAN_NEVER, cost;

	for (i = 0; i < dp->in.nr_opps; i++) {
		cost = plan_mul_div(dp->opps[i].busy_uw, PLAN_PPM, dp->opps[i].khz);
		if (!cost)
			break;
		if (cost < least || (dp->fast && cost - least <= least / FLOOR_DIV))
			thrifty = dp->opps[i].khz;
		least = min(least, cost);
	}
	return thrifty;
}

/* Where switching is fast: when to look whether @dp's CPUs have gone idle. */
static u64 next_look_fast(const struct dnn_policy *dp, u64 now)
{
	bool awake = false, busy = false;
	unsigned int cpu;

	for_each_cpu(cpu, dp->policy->cpus) {
		const struct dnn_cpu *c = dnn_cpu(cpu);
		bool parked = c->depth == DNN_CPU_PARKED;

		awake |= !parked;
		busy |= !parked && c->idle_ppm < BUSY_PPM;
	}
	if (!awake)
		return PLAN_NEVER;
	return now + (busy ? LOOK_BUSY_NS : LOOK_NS);
}

/*
 * Where it is slow: when @c will have come to something by idling on. One that is not awake
 * asks for less and less meanwhile, which matters as long as it is more than @least.
 */
static u64 next_look_slow(const struct dnn_policy *dp, const struct dnn_cpu *c, u32 least,
			  u64 now)
{
	u64 after = c->depth == DNN_CPU_AWAKE ? DOZE_NS : PARK_NS;

	if (c->depth != DNN_CPU_AWAKE && wanted_khz(dp, c->util_ppm) > least)
		return now + dp->sample_ns;
	if (c->depth == DNN_CPU_PARKED)
		return PLAN_NEVER;
	return now + max(plan_sub(after, c->quiet_ns), dp->sample_ns);
}

/* When to look again if the hook is not called before. */
static u64 next_look_at(const struct dnn_policy *dp, u64 now)
{
	u32 least = max(dp->floor_khz, READ_ONCE(dp->policy->min));
	u64 next = PLAN_NEVER;
	unsigned int cpu;

	if (dp->fast)
		return next_look_fast(dp, now);
	for_each_cpu(cpu, dp->policy->cpus)
		next = min(next, next_look_slow(dp, dnn_cpu(cpu), least, now));
	return next;
}

/* Observe all CPUs; @waking, unless NULL, wakes. Whether one has come to idle or work. */
static bool observe(struct dnn_policy *dp, const struct dnn_cpu *waking, u64 now)
{
	bool changed = false;
	unsigned int cpu;

	dnn_freq_account(dp, now);
	for_each_cpu(cpu, dp->policy->cpus) {
		struct dnn_cpu *c = dnn_cpu(cpu);
		u64 window = plan_sub(now, c->mark_ns);
		enum dnn_cpu_depth was = c->depth;

		/* A moment says nothing of how idle a CPU is. */
		if (!dp->fast && window < dp->sample_ns / 2)
			continue;
		observe_cpu(dp, cpu, now);
		set_depth(dp, c, window, c == waking);
		changed |= c->depth != was;
	}
	return changed;
}

/*
 * The timer looks which CPUs have gone idle. That changes the frequency at once, all else
 * waits for the end of a window. The caller then updates the frequency.
 */
void dnn_load_sample(struct dnn_policy *dp, u64 now)
{
	if (!dp->running)
		return;
	if (observe(dp, NULL, now) || now - dp->mark_ns >= dp->sample_ns)
		wish(dp, now);
	dp->relax_ns = next_look_at(dp, now);
}

/*
 * Begin with the present, without a past. Nothing is known of the load yet: stay where the
 * CPUs are for a window.
 */
void dnn_load_start(struct dnn_policy *dp, u64 now)
{
	u32 top = dp->opps[dp->in.nr_opps - 1].khz;
	u32 ppm = plan_mul_div(dp->policy->cur, PLAN_PPM, top + top / 4);
	unsigned int cpu;

	for_each_cpu(cpu, dp->policy->cpus) {
		struct dnn_cpu *c = dnn_cpu(cpu);

		c->mark_ns = now;
		c->mark_idle_us = dnn_load_idle_us(cpu);
		c->mark_frame_ns = dnn_load_frame_ns(dp, cpu, now);
		c->mark_cycles = dp->cycles;
		c->util_ppm = 0;
		c->past_ppm = 0;
		c->now_ppm = ppm;
		c->want_ppm = ppm;
		c->spell_ns = 0;
		c->lag_ns = 0;
		c->turn_ns = 0;
		c->idle_ppm = 0;
		c->busy_ppm = 0;
		c->quiet_ns = 0;
		c->depth = DNN_CPU_AWAKE;
	}
	dp->mark_ns = now;
	dp->next_sample = 0;
	dnn_load_follow(dp);
	dp->floor_khz = 0;
	dp->thrifty_khz = find_thrifty(dp);
	dp->relax_ns = now + dp->sample_ns;
}

/*
 * Called by the scheduler, in general under a runqueue's lock: nothing here may
 * wake a task, so a switch that needs the worker goes by way of an irq_work. The
 * first looks at @next_sample and @depth are without the lock; what they miss, the
 * next call or the timer finds.
 */
void dnn_load_hook(struct update_util_data *hook, u64 time, unsigned int flags)
{
	struct dnn_cpu *c = container_of(hook, struct dnn_cpu, update_util);
	struct dnn_policy *dp = c->dp;
	bool kick;

	if ((s64)(time - READ_ONCE(dp->next_sample)) < 0 &&
	    !(dp->fast && READ_ONCE(c->depth) == DNN_CPU_PARKED))
		return;

	/* Interrupts are off: the runqueue's lock is held. */
	raw_spin_lock(&dp->lock);
	if (dp->running && cpumask_test_cpu(smp_processor_id(), dp->policy->cpus)) {
		u64 now = dnn_now();

		WRITE_ONCE(dp->next_sample, time + dp->sample_ns);
		observe(dp, c, now);
		wish(dp, now);
		dp->relax_ns = next_look_at(dp, now);
		/* It was but a moment after a look: see soon whether the CPU went on. */
		if (c->mark_ns != now)
			dp->relax_ns = min(dp->relax_ns, now + dp->sample_ns);
		dnn_freq_update(dp, now);
		dnn_plan_arm_timer(dp);
	}
	kick = dp->kick_switch;
	dp->kick_switch = false;
	raw_spin_unlock(&dp->lock);

	if (kick)
		irq_work_queue(&dp->irq_work);
}
