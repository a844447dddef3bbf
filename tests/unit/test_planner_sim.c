// SPDX-License-Identifier: MIT
/*
 * Periodic streams on one A15 of an Odroid XU3, planned as the module does it: at
 * each frame's begin and end, at the guard, and when a limit or the load changes. True
 * costs are 1 % around a mean that the planner has to learn from a wrong prior.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "cost.h"
#include "planner_kit.h"

#define STEP_NS		20000ULL
#define STREAMS		2
#define LEARNING	5	/* frames after a change that may miss */

struct sim_frame {
	bool pending;
	u64 begin;
	u64 release;
	u64 deadline;
	double noise;
	double cycles;
	double ns;
	u32 level_done;
	double level_cycles;	/* when that was done */
	double level_ns;
};

struct sim_stream {
	u64 period;
	u64 deadline;
	double level_cycles;	/* true ones, of each group */
	struct cost_model model;
	struct sim_frame frame;
	u64 next;
	/* since sim_phase() */
	u32 frames;
	u32 misses;
	u32 drops;
	u32 rises;
	u32 levels;
	bool caused[__DNN_GOV_CAUSE_MAX];
};

struct sim {
	struct kit kit;
	struct sim_stream streams[STREAMS];
	u64 seed;
	u64 now;
	u32 khz;
	double other;
	double measured;	/* share of others as the module would know it */
	double lag_ns;		/* time constant of that measurement */
	double energy_nj;
	u32 fixed_khz;		/* no planning of frequency, for comparison */
	u32 infeasible;
};

static struct sim sim;

static void sim_plan(void)
{
	struct kit *kit = &sim.kit;
	u32 i;

	kit->in.nr_frames = 0;
	kit->in.now_ns = sim.now;
	kit->other[0] = sim.measured * PLAN_PPM;

	for (i = 0; i < kit->in.nr_streams; i++) {
		struct sim_stream *stream = &sim.streams[i];
		struct plan_frame *frame;

		cost_get(&stream->model, kit->streams[i].cost);
		if (stream->frame.pending) {
			frame = &kit->frames[kit->in.nr_frames++];
			*frame = (struct plan_frame){
				.stream = i,
				.release_ns = stream->frame.release,
				.deadline_ns = stream->frame.deadline,
				.begin_ns = stream->frame.begin,
				.done_cycles = stream->frame.cycles,
				.done_ns = stream->frame.ns,
				.level_done = stream->frame.level_done,
			};
		}
		frame = &kit->frames[kit->in.nr_frames++];
		*frame = (struct plan_frame){
			.stream = i,
			.release_ns = stream->next,
			.deadline_ns = stream->next + stream->deadline,
		};
	}

	for (i = 0; i < kit->in.nr_streams; i++)
		sim.streams[i].levels = kit->streams[i].grant;
	kit_plan(kit);
	for (i = 0; i < kit->in.nr_streams; i++) {
		struct sim_stream *stream = &sim.streams[i];
		u32 old = stream->levels, new = kit->streams[i].grant;

		stream->drops += new < old;
		stream->rises += new > old;
		cr_assert_leq(new, old + 1, "up one level at a time");
		stream->caused[kit->streams[i].cause] |= new < kit->streams[i].levels || new > old;
		cr_assert(new != old + 1 || kit->streams[i].cause == DNN_GOV_CAUSE_RELIEF);
	}
	sim.infeasible += !kit->out.feasible;
	sim.khz = sim.fixed_khz ?: kit->out.khz ?: kit->opps[0].khz;
}

static void sim_end(u32 index)
{
	struct sim_stream *stream = &sim.streams[index];
	struct sim_frame *frame = &stream->frame;

	/* a frame stopped inside a group tells what the one before it cost */
	cost_learn(&stream->model, frame->level_done,
		   frame->level_cycles * 1000000 / frame->level_ns, frame->level_ns, COST_MISS_PPM);
	frame->pending = false;
	stream->frames++;
	if (sim.now > frame->deadline) {
		if (stream->frames > LEARNING)
			stream->misses++;
		cr_log_info("%llu ms: stream %u late by %llu us at level %u, frame %u",
			    sim.now / MS, index, (sim.now - frame->deadline) / 1000,
			    frame->level_done, stream->frames);
	}
}

static bool sim_begin(u32 index)
{
	struct sim_stream *stream = &sim.streams[index];

	if (sim.now < stream->next || stream->frame.pending)
		return false;
	stream->frame = (struct sim_frame){
		.pending = true,
		.begin = sim.now,
		.release = stream->next,
		.deadline = stream->next + stream->deadline,
		.noise = 0.99 + kit_random(&sim.seed, 20000) / 1e6,
	};
	stream->next += stream->period;
	return true;
}

/* Run the pending frame with the earliest deadline; has one ended? */
static bool sim_step(void)
{
	struct sim_stream *best = NULL;
	struct sim_frame *frame;
	struct plan_opp *opp = sim.kit.opps;
	double ns = STEP_NS * (1 - sim.other);
	u32 i;

	for (i = 0; i < sim.kit.in.nr_streams; i++) {
		struct sim_stream *stream = &sim.streams[i];

		if (stream->frame.pending &&
		    (!best || stream->frame.deadline < best->frame.deadline))
			best = stream;
	}
	sim.measured += (sim.other - sim.measured) * STEP_NS / (sim.lag_ns + STEP_NS);
	sim.now += STEP_NS;
	while (opp->khz != sim.khz)
		opp++;
	if (!best) {
		sim.energy_nj += STEP_NS * (double)opp->idle_uw * 1e-6;
		return false;
	}

	sim.energy_nj += STEP_NS * (double)opp->busy_uw * 1e-6;
	frame = &best->frame;
	frame->ns += ns;
	frame->cycles += ns * sim.khz / 1e6;
	if (frame->cycles >= (frame->level_done + 1) * best->level_cycles * frame->noise) {
		frame->level_done++;
		frame->level_cycles = frame->cycles;
		frame->level_ns = frame->ns;
	}
	/* also in the middle of a group that is not granted any more */
	if (!frame->level_done || frame->level_done < sim.kit.streams[best - sim.streams].grant)
		return false;
	sim_end(best - sim.streams);
	return true;
}

static void sim_run(u64 ms)
{
	u64 end = sim.now + ms * MS;

	sim_plan();
	while (sim.now < end) {
		u32 infeasible = sim.infeasible, i;
		bool plan = sim_step();

		for (i = 0; i < sim.kit.in.nr_streams; i++)
			plan |= sim_begin(i);
		plan |= sim.now >= sim.kit.out.guard_ns;
		/* the measured load is looked at every 4 ms, as an update hook would */
		plan |= sim.lag_ns && sim.now % (4 * MS) < STEP_NS;
		if (plan)
			sim_plan();
		cr_assert_leq(sim.infeasible, infeasible + 1);
	}
}

static void sim_phase(void)
{
	u32 i;

	sim.energy_nj = 0;
	sim.infeasible = 0;
	for (i = 0; i < STREAMS; i++) {
		struct sim_stream *stream = &sim.streams[i];

		stream->frames = 0;
		stream->misses = 0;
		stream->drops = 0;
		stream->rises = 0;
		memset(stream->caused, 0, sizeof(stream->caused));
	}
}

/* @prior_ratio: what the hint says over what is true */
static struct plan_stream *sim_stream(u32 levels, double mcycles, u64 period_ms, u64 deadline_ms,
				      double prior_ratio)
{
	struct sim_stream *stream = &sim.streams[sim.kit.in.nr_streams];
	struct plan_stream *plan = kit_stream(&sim.kit, levels, 1);
	u32 k;

	for (k = 0; k < levels; k++) {
		plan->cost[k].cycles = (k + 1) * mcycles * MCYCLES * prior_ratio;
		plan->cost[k].tail_ppm = 0;
	}
	plan->period_ns = period_ms * MS;
	cost_init(&stream->model, levels, plan->cost);
	stream->level_cycles = mcycles * MCYCLES;
	stream->period = period_ms * MS;
	stream->deadline = deadline_ms * MS;
	stream->next = sim.now;
	return plan;
}

static void setup(void)
{
	memset(&sim, 0, sizeof(sim));
	kit_init(&sim.kit);
	sim.kit.in.margin_ppm = 20000;
	sim.kit.in.switch_ns = 100000;
	sim.now = KIT_NOW;
	sim.seed = 7;
}

TestSuite(sim, .init = setup, .timeout = 120);

/* Only the causes in @expected (and relief) have come up. */
static void assert_causes(struct sim_stream *stream, u32 expected)
{
	u32 cause;

	for (cause = DNN_GOV_CAUSE_FREQ_CAP; cause < DNN_GOV_CAUSE_RELIEF; cause++)
		cr_assert_eq(stream->caused[cause], cause == expected, "cause %u", cause);
}

/* The demo's four acts: steady, capped, restored, hog; and its end. */
Test(sim, cap_and_hog)
{
	struct plan_stream *plan = sim_stream(4, 10.85, 66, 66, 1.0 / 3);
	struct sim_stream *stream = &sim.streams[0];
	double steady;

	sim_run(5000);
	cr_assert_eq(stream->misses, 0);
	cr_assert_eq(stream->drops, 1, "the first frame is heavier than the hint says");
	cr_assert_eq(plan->grant, 4);

	sim_phase();
	sim_run(5000);
	steady = sim.energy_nj / stream->frames / 1e6;
	cr_log_info("steady: %.2f mJ a frame", steady);
	cr_assert_eq(stream->misses, 0);
	cr_assert_eq(stream->drops, 0);
	cr_assert_eq(sim.infeasible, 0);

	/* 43.4 M in 66 ms need 658 MHz; at 400, 26 M fit: level 2 */
	sim_phase();
	sim.kit.in.max_khz = 400000;
	sim_run(5000);
	cr_assert_eq(stream->misses, 0);
	cr_assert_eq(plan->grant, 2);
	cr_assert_leq(stream->drops, 2);
	cr_assert_eq(stream->rises, 0);
	assert_causes(stream, DNN_GOV_CAUSE_FREQ_CAP);

	sim_phase();
	sim.kit.in.max_khz = 2000000;
	sim_run(450);
	cr_assert_eq(plan->grant, 2, "not before the hold time");
	sim_run(200);
	cr_assert_eq(plan->grant, 3);
	sim_run(4350);
	cr_assert_eq(plan->grant, 4);
	cr_assert_eq(plan->cause, DNN_GOV_CAUSE_RELIEF);
	cr_assert_eq(stream->misses, 0);
	cr_assert_eq(stream->rises, 2);
	cr_assert_eq(stream->drops, 0);

	/* a quarter of 2 GHz: 33 M in 66 ms, less margins: level 2, at times 3 */
	sim_phase();
	sim.other = 0.78;
	sim.measured = 0.78;
	sim_run(5000);
	cr_assert_eq(stream->misses, 0);
	cr_assert_eq(plan->grant, 2);
	cr_assert_leq(stream->drops, 2);
	assert_causes(stream, DNN_GOV_CAUSE_CONTENTION);

	sim_phase();
	sim.other = 0;
	sim.measured = 0;
	sim_run(5000);
	cr_assert_eq(plan->grant, 4);
	cr_assert_eq(stream->misses, 0);
	cr_assert_eq(stream->rises, 2);

	/* what was learnt has made it no worse */
	sim_phase();
	sim_run(5000);
	cr_assert_eq(stream->misses, 0);
	cr_assert_lt(sim.energy_nj / stream->frames / 1e6, steady * 1.02);
}

/* A hog whose share takes 100 ms to be measured: frames may miss meanwhile, the cause not. */
Test(sim, hog_measured_late)
{
	struct plan_stream *plan = sim_stream(4, 10.85, 66, 66, 1);
	struct sim_stream *stream = &sim.streams[0];

	sim.lag_ns = 100 * MS;
	sim_run(3000);
	sim_phase();
	sim.other = 0.75;
	sim_run(5000);
	cr_assert_eq(stream->misses, 0);
	cr_assert_lt(plan->grant, 4);
	assert_causes(stream, DNN_GOV_CAUSE_CONTENTION);
	cr_assert_leq(stream->rises, 1);

	/* the cap falls on top, and soon it is what matters most: one of 300 MHz */
	sim_phase();
	sim.other = 0.1;
	sim.kit.in.max_khz = 300000;
	sim_run(5000);
	cr_assert_eq(plan->grant, 1);
	cr_assert_eq(plan->cause, DNN_GOV_CAUSE_FREQ_CAP);
	cr_assert_eq(stream->misses, 0);
	cr_assert_not(stream->caused[DNN_GOV_CAUSE_DEADLINE]);
}

/* A cap that toggles every 100 ms, thermal throttling at its worst. */
Test(sim, toggling_cap)
{
	struct plan_stream *plan = sim_stream(4, 10.85, 66, 66, 1);
	struct sim_stream *stream = &sim.streams[0];
	u32 i;

	sim_run(2000);
	sim_phase();
	for (i = 0; i < 100; i++) {
		sim.kit.in.max_khz = i % 2 ? 2000000 : 400000;
		sim_run(100);
	}
	cr_assert_eq(stream->rises, 0);
	cr_assert_leq(stream->drops, 2);
	cr_assert_eq(plan->grant, 2);
	cr_assert_eq(stream->misses, 0);
	assert_causes(stream, DNN_GOV_CAUSE_FREQ_CAP);

	/* slower than the hold time: up once each time */
	sim_phase();
	for (i = 0; i < 10; i++) {
		sim.kit.in.max_khz = i % 2 ? 2000000 : 400000;
		sim_run(700);
	}
	cr_assert_leq(stream->rises, 5);
	cr_assert_leq(stream->drops, 5);
	cr_assert_eq(stream->misses, 0);
}

/*
 * Two streams of different periods and weights; one is a third of a second's work at
 * level 4, the other a half: 2 GHz hold them, 900 MHz do not.
 */
Test(sim, two_streams)
{
	struct plan_stream *fast = sim_stream(4, 4, 33, 33, 1.5);
	struct plan_stream *slow = sim_stream(4, 15, 100, 90, 0.5);
	struct sim_stream *a = &sim.streams[0], *b = &sim.streams[1];

	fast->weight = 300;
	sim_run(2000);
	sim_phase();
	sim_run(5000);
	cr_assert_eq(a->misses + b->misses, 0);
	cr_assert_eq(fast->grant, 4);
	cr_assert_eq(slow->grant, 4);
	cr_assert_eq(a->drops + b->drops, 0);

	sim_phase();
	sim.kit.in.max_khz = 900000;
	sim_run(5000);
	cr_assert_eq(a->misses + b->misses, 0);
	cr_assert_eq(fast->grant, 4, "the heavier keeps its level");
	cr_assert_lt(slow->grant, 4);
	assert_causes(b, DNN_GOV_CAUSE_FREQ_CAP);
	cr_assert_leq(b->drops, 3);
	cr_assert_leq(b->rises, 1);

	/* at the top with a third of the CPU gone */
	sim_phase();
	sim.kit.in.max_khz = 2000000;
	sim.other = 0.5;
	sim.measured = 0.5;
	sim_run(5000);
	cr_assert_eq(a->misses + b->misses, 0);
	cr_assert_eq(b->caused[DNN_GOV_CAUSE_DEADLINE], false);

	sim_phase();
	sim.other = 0;
	sim.measured = 0;
	sim_run(5000);
	cr_assert_eq(a->misses + b->misses, 0);
	cr_assert_eq(fast->grant, 4);
	cr_assert_eq(slow->grant, 4);
}

/* Against every fixed OPP that misses nothing, and against the top. */
Test(sim, energy)
{
	double mine, best = 1e18, top = 0;
	u32 i, best_khz = 0;

	sim_stream(4, 10.85, 66, 66, 1);
	sim_run(1000);
	sim_phase();
	sim_run(5000);
	mine = sim.energy_nj;
	cr_assert_eq(sim.streams[0].misses, 0);

	for (i = 5; i < 19; i++) {
		setup();
		sim_stream(4, 10.85, 66, 66, 1);
		sim.fixed_khz = sim.kit.opps[i].khz;
		sim_run(1000);
		sim_phase();
		sim_run(5000);
		top = sim.energy_nj;
		if (sim.energy_nj < best && !sim.streams[0].misses) {
			best = sim.energy_nj;
			best_khz = sim.fixed_khz;
		}
	}
	cr_log_info("planned %.2f, best fixed OPP (%u MHz) %.2f, top OPP %.2f mJ a second",
		    mine / 5e6, best_khz / 1000, best / 5e6, top / 5e6);
	cr_assert_lt(mine, best * 1.01);
	cr_assert_lt(mine, top / 2);
}

/* A frame in ten takes half as long again: the tail learns it from the first few. */
Test(sim, heavy_tail)
{
	struct plan_stream *plan = sim_stream(4, 10.85, 66, 66, 1);
	struct sim_stream *stream = &sim.streams[0];
	u32 i;

	sim_run(2000);
	sim_phase();
	for (i = 0; i < 20; i++) {
		stream->level_cycles = 16.3 * MCYCLES;
		sim_run(66);
		stream->level_cycles = 10.85 * MCYCLES;
		sim_run(66 * 9);
	}
	cr_log_info("heavy tail: %u of 20 missed", stream->misses);
	cr_assert_leq(stream->misses, 5, "%u", stream->misses);
	cr_assert_eq(plan->grant, 4);
}
