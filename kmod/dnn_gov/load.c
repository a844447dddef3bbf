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

/*********************** Windows ***********************/

/* Bring @cpu's account up to @now, @ns after it was last looked at. */
static enum follow_depth observe_cpu(struct dnn_policy *dp, unsigned int cpu, bool wakes, u64 ns,
				     u64 now)
{
	struct dnn_cpu *c = dnn_cpu(cpu);
	struct follow_window window = { .ns = ns, .wakes = wakes };
	u64 idle_us = dnn_load_idle_us(cpu);
	u64 frame_ns = dnn_load_frame_ns(dp, cpu, now);

	window.idle_ns = min(plan_sub(idle_us, c->mark_idle_us) * NSEC_PER_USEC, ns);
	window.frames_ns = min(plan_sub(frame_ns, c->mark_frame_ns), ns - window.idle_ns);
	window.cycles = dp->cycles - c->mark_cycles;
	c->mark_ns = now;
	c->mark_idle_us = idle_us;
	c->mark_frame_ns = frame_ns;
	c->mark_cycles = dp->cycles;
	return follow_observe(&dp->follow, &c->follow, &window);
}

/* Observe all CPUs; @waking, unless NULL, wakes. Whether one has come to idle or work. */
static bool observe(struct dnn_policy *dp, const struct dnn_cpu *waking, u64 now)
{
	bool changed = false;
	unsigned int cpu;

	dnn_freq_account(dp, now);
	for_each_cpu(cpu, dp->policy->cpus) {
		struct dnn_cpu *c = dnn_cpu(cpu);
		u64 ns = plan_sub(now, c->mark_ns);
		enum follow_depth depth;

		if (follow_too_short(&dp->follow, ns))
			continue;
		depth = observe_cpu(dp, cpu, c == waking, ns, now);
		changed |= depth != c->follow.depth;
		/* The hook looks at it without the lock. */
		WRITE_ONCE(c->follow.depth, depth);
	}
	return changed;
}

/*********************** The frequency ***********************/

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
	unsigned int cpu;
	u32 ppm = 0;

	for_each_cpu(cpu, dp->policy->cpus) {
		const struct follow_cpu *c = &dnn_cpu(cpu)->follow;

		if (follow_yields(c) && has_frame(dp, cpu))
			ppm = max(ppm, c->now_ppm);
		else
			ppm = max(ppm, c->want_ppm);
	}
	dp->follow_khz = follow_khz(&dp->follow, ppm);
}

/* What the CPUs ask for, as last observed. */
static void wish(struct dnn_policy *dp, u64 now)
{
	bool awake = false;
	unsigned int cpu;

	for_each_cpu(cpu, dp->policy->cpus) {
		struct follow_cpu *c = &dnn_cpu(cpu)->follow;

		awake |= c->depth != FOLLOW_PARKED;
		follow_wish(&dp->follow, c);
	}
	dp->mark_ns = now;
	dp->floor_khz = awake ? dp->follow.thrifty_khz : 0;
	dnn_load_follow(dp);
}

/* When to look again if the hook is not called before. */
static u64 next_look_at(const struct dnn_policy *dp, u64 now)
{
	u32 least = max(dp->floor_khz, READ_ONCE(dp->policy->min));
	u64 next = PLAN_NEVER;
	unsigned int cpu;

	for_each_cpu(cpu, dp->policy->cpus)
		next = follow_next_look(&dp->follow, &dnn_cpu(cpu)->follow, next, least, now);
	return next;
}

/*
 * The timer looks which CPUs have gone idle. That changes the frequency at once, all else
 * waits for the end of a window. The caller then updates the frequency.
 */
void dnn_load_sample(struct dnn_policy *dp, u64 now)
{
	if (!dp->running)
		return;
	if (observe(dp, NULL, now) || now - dp->mark_ns >= dp->follow.sample_ns)
		wish(dp, now);
	dp->relax_ns = next_look_at(dp, now);
}

/*
 * Begin with the present, without a past. Nothing is known of the load yet: stay where the
 * CPUs are for a window.
 */
void dnn_load_start(struct dnn_policy *dp, u64 now)
{
	unsigned int cpu;

	dp->follow.fast = dp->fast;
	dp->follow.turn_ns = dp->in.turn_ns;
	dp->follow.top_khz = dp->opps[dp->in.nr_opps - 1].khz;
	dp->follow.thrifty_khz = follow_thrifty_khz(dp->opps, dp->in.nr_opps, dp->fast);
	for_each_cpu(cpu, dp->policy->cpus) {
		struct dnn_cpu *c = dnn_cpu(cpu);

		c->mark_ns = now;
		c->mark_idle_us = dnn_load_idle_us(cpu);
		c->mark_frame_ns = dnn_load_frame_ns(dp, cpu, now);
		c->mark_cycles = dp->cycles;
		follow_start(&dp->follow, &c->follow, dp->policy->cur);
	}
	dp->mark_ns = now;
	dp->next_sample = 0;
	dnn_load_follow(dp);
	dp->floor_khz = 0;
	dp->relax_ns = now + dp->follow.sample_ns;
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
	    !(dp->fast && READ_ONCE(c->follow.depth) == FOLLOW_PARKED))
		return;

	/* Interrupts are off: the runqueue's lock is held. */
	raw_spin_lock(&dp->lock);
	if (dp->running && cpumask_test_cpu(smp_processor_id(), dp->policy->cpus)) {
		u64 now = dnn_now();

		WRITE_ONCE(dp->next_sample, time + dp->follow.sample_ns);
		observe(dp, c, now);
		wish(dp, now);
		dp->relax_ns = next_look_at(dp, now);
		/* It was but a moment after a look: see soon whether the CPU went on. */
		if (c->mark_ns != now)
			dp->relax_ns = min(dp->relax_ns, now + dp->follow.sample_ns);
		dnn_freq_update(dp, now);
		dnn_plan_arm_timer(dp);
	}
	kick = dp->kick_switch;
	dp->kick_switch = false;
	raw_spin_unlock(&dp->lock);

	if (kick)
		irq_work_queue(&dp->irq_work);
}
