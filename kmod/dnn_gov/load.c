// SPDX-License-Identifier: GPL-2.0-only
/*
 * Load following: the frequency for tasks that give no hints.
 *
 * In windows of some ten milliseconds the busy time of each CPU is taken, less the
 * CPU time of frames, whose frequency the plan sets. A CPU that the remaining tasks
 * fill asks for twice the frequency; one that they fill in part asks for a
 * quarter more than their load needs, as schedutil does. Wishes are smoothed over
 * some windows, up and down: a CPU that has little to do is idle between short
 * bursts, and running those at the top costs more than it gives.
 *
 * Windows end when the scheduler calls the update hook. An idle CPU never does, so
 * a timer looks again while a wish stands that nobody else would take back; idling
 * at a high frequency is expensive.
 */
#include <linux/cpufreq.h>
#include <linux/smp.h>

#include "frame.h"
#include "policy.h"
#include "stream.h"

#define FULL_PPM	900000U		/* from here on a CPU counts as filled */
#define RISE_NS		(23 * NSEC_PER_MSEC)	/* a half-life of 16 ms */
#define FALL_NS		(46 * NSEC_PER_MSEC)	/* and one of 32 ms, like that of PELT */
#define RELAX_WINDOWS	2

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

/* What the tasks other than frames on @cpu ask for, from the window that ends @now. */
static u32 cpu_demand(struct dnn_policy *dp, unsigned int cpu, u64 now, u32 mean_khz)
{
	struct dnn_cpu *c = dnn_cpu(cpu);
	u64 window = now - dp->mark_ns, idle_us = dnn_load_idle_us(cpu);
	u64 frame_ns = dnn_load_frame_ns(dp, cpu, now);
	u64 frames, other, room, share;

	frames = plan_min(plan_sub(frame_ns, c->mark_frame_ns), window);
	other = plan_sub(window - frames, plan_sub(idle_us, c->mark_idle_us) * NSEC_PER_USEC);
	c->mark_idle_us = idle_us;
	c->mark_frame_ns = frame_ns;

	/* They can only fill what frames leave; unless that is too little to judge. */
	room = window - frames;
	if (room < window / 8)
		room = window;
	share = plan_mul_div(other, PLAN_PPM, room);
	if (share >= FULL_PPM)
		return 2 * mean_khz;
	return plan_mul_div(mean_khz + mean_khz / 4, share, PLAN_PPM);
}

/* End the window if it is long enough. The caller then updates the frequency. */
void dnn_load_sample(struct dnn_policy *dp, u64 now)
{
	u64 window = plan_sub(now, dp->mark_ns);
	u32 demand, mean_khz, follow = 0;
	unsigned int cpu;

	if (!dp->running)
		return;
	if (window < dp->sample_ns / 2) {
		dp->relax_ns = max(dp->relax_ns, dp->mark_ns + dp->sample_ns);
		return;
	}
	dnn_freq_account(dp, now);
	mean_khz = min_t(u64, plan_mul_div(dp->cycles - dp->mark_cycles, NSEC_PER_MSEC, window),
			 dp->opps[dp->in.nr_opps - 1].khz);

	for_each_cpu(cpu, dp->policy->cpus) {
		struct dnn_cpu *c = dnn_cpu(cpu);

		demand = cpu_demand(dp, cpu, now, mean_khz);
		if (demand < c->follow_khz)
			c->follow_khz -= plan_mul_div(c->follow_khz - demand, window,
						      window + FALL_NS);
		else
			c->follow_khz += plan_mul_div(demand - c->follow_khz, window,
						      window + RISE_NS);
		follow = max(follow, c->follow_khz);
	}
	dp->mark_ns = now;
	dp->mark_cycles = dp->cycles;
	dp->follow_khz = min(follow, dp->opps[dp->in.nr_opps - 1].khz);
	dp->relax_ns = dp->follow_khz > READ_ONCE(dp->policy->min) ?
		       now + RELAX_WINDOWS * dp->sample_ns : PLAN_NEVER;
}

/* Begin with the present, without a past. */
void dnn_load_start(struct dnn_policy *dp, u64 now)
{
	unsigned int cpu;

	for_each_cpu(cpu, dp->policy->cpus) {
		struct dnn_cpu *c = dnn_cpu(cpu);

		c->mark_idle_us = dnn_load_idle_us(cpu);
		c->mark_frame_ns = dnn_load_frame_ns(dp, cpu, now);
		c->follow_khz = 0;
	}
	dp->mark_ns = now;
	dp->mark_cycles = dp->cycles;
	dp->next_sample = 0;
	/* Nothing is known of the load yet: stay where the CPUs are for a window. */
	dp->follow_khz = dp->policy->cur;
	dp->relax_ns = now + RELAX_WINDOWS * dp->sample_ns;
}

/*
 * Called by the scheduler, in general under a runqueue's lock: nothing here may
 * wake a task, so a switch that needs the worker goes by way of an irq_work. The
 * first look at @next_sample is without the lock; what it misses, the next call
 * finds.
 */
void dnn_load_hook(struct update_util_data *hook, u64 time, unsigned int flags)
{
	struct dnn_policy *dp = container_of(hook, struct dnn_cpu, update_util)->dp;
	bool kick;

	if ((s64)(time - READ_ONCE(dp->next_sample)) < 0)
		return;

	/* Interrupts are off: the runqueue's lock is held. */
	raw_spin_lock(&dp->lock);
	if (dp->running && cpumask_test_cpu(smp_processor_id(), dp->policy->cpus) &&
	    (s64)(time - dp->next_sample) >= 0) {
		u64 now = dnn_now();

		WRITE_ONCE(dp->next_sample, time + dp->sample_ns);
		dnn_load_sample(dp, now);
		dnn_freq_update(dp, now);
		dnn_plan_arm_timer(dp);
	}
	kick = dp->kick_switch;
	dp->kick_switch = false;
	raw_spin_unlock(&dp->lock);

	if (kick)
		irq_work_queue(&dp->irq_work);
}
