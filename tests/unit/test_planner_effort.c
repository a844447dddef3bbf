// SPDX-License-Identifier: MIT
/*
 * A plan is made with interrupts off, of what anybody with the right to make streams declares:
 * whatever that is, the plan is bounded in time, and so is what it asks for.
 */
#include <criterion/criterion.h>
#include <linux/dnn_gov.h>

#include "planner_kit.h"

#define TRIES	300
/* The effort is looked at from time to time only. */
#define SLACK	4000

static struct kit kit;

static void setup(void)
{
	kit_init(&kit);
}

TestSuite(effort, .init = setup);

/* Streams on CPU 0 for which no level is low enough, and none is any better than another. */
static void add_hopeless(u32 count)
{
	u32 i, k;

	for (i = 0; i < count; i++) {
		struct plan_stream *stream = kit_stream(&kit, PLAN_MAX_LEVELS, 1000);

		stream->period_ns = MS / 10;
		for (k = 1; k < PLAN_MAX_LEVELS; k++)
			stream->cost[k] = stream->cost[0];
		for (k = 0; k < 3; k++)
			kit_frame(&kit, i, 0, -(int)k, 100 + (int)i)->shares = true;
	}
}

Test(effort, what_is_hopeless_goes_down_without_a_choice)
{
	u32 i;

	add_hopeless(12);
	kit_plan(&kit);
	cr_assert_gt(kit.scratch.most_effort, PLAN_EFFORT_MAX, "%u", kit.scratch.most_effort);
	cr_assert_leq(kit.scratch.most_effort, PLAN_EFFORT_MAX + SLACK, "%u",
		      kit.scratch.most_effort);
	for (i = 0; i < 12; i++)
		cr_assert_eq(kit.streams[i].grant, 1, "stream %u: %u", i, kit.streams[i].grant);
	cr_assert_eq(kit.out.khz, 2000000);
	cr_assert_not(kit.out.feasible);

	/* and there is nothing left to choose the next time */
	kit_plan(&kit);
	cr_assert_eq(kit.scratch.most_effort, 0, "%u", kit.scratch.most_effort);
}

Test(effort, other_cpus_have_their_own)
{
	kit.in.nr_cpus = 2;
	add_hopeless(12);
	kit_stream(&kit, 4, 20);
	kit_frame(&kit, 12, 1, 0, 25);	/* 50 M in 25 ms */
	kit_plan(&kit);
	cr_assert_gt(kit.scratch.most_effort, PLAN_EFFORT_MAX / 2, "%u", kit.scratch.most_effort);
	cr_assert_leq(kit.scratch.most_effort, PLAN_EFFORT_MAX / 2 + SLACK, "%u",
		      kit.scratch.most_effort);
	cr_assert_eq(kit.streams[11].grant, 1);
	cr_assert_eq(kit.streams[12].grant, 2, "%u", kit.streams[12].grant);
}

Test(effort, is_enough_for_as_many_as_there_can_be)
{
	u32 lowered = 0, i;

	for (i = 0; i < PLAN_MAX_STREAMS; i++) {
		kit_stream(&kit, 8, 1)->period_ns = (33 + i) * MS;
		kit_frame(&kit, i, 0, 0, 33 + (int)i);
		kit_frame(&kit, i, 0, 33 + (int)i, 2 * (33 + (int)i));
	}
	kit_plan(&kit);
	cr_assert_leq(kit.scratch.most_effort, PLAN_EFFORT_MAX / 2, "%u",
		      kit.scratch.most_effort);
	for (i = 0; i < PLAN_MAX_STREAMS; i++)
		lowered += kit.streams[i].grant < 8;
	cr_assert_gt(lowered, 0);
	cr_assert(kit.out.feasible);
}

/* Who goes down with the rest takes less on other CPUs, too, and nobody there has to. */
Test(effort, what_goes_down_is_down_on_all_cpus)
{
	kit.in.nr_cpus = 2;
	add_hopeless(12);
	kit_stream(&kit, 4, 20);
	kit_stream(&kit, 2, 10);
	kit_frame(&kit, 12, 0, 0, 50)->level_done = 4;
	kit_frame(&kit, 12, 1, 0, 25);
	kit_frame(&kit, 13, 1, 0, 25);
	kit_plan(&kit);
	cr_assert_gt(kit.scratch.most_effort, PLAN_EFFORT_MAX / 2, "%u", kit.scratch.most_effort);
	cr_assert_eq(kit.streams[12].grant, 1, "%u", kit.streams[12].grant);
	cr_assert_eq(kit.streams[13].grant, 2, "10 and 10 of 25 ms");
}

/* Once nothing is left to lower, what else there is takes no more of it. */
Test(effort, ends_with_the_last_level)
{
	u32 effort[2], n, i;

	for (n = 0; n < 2; n++) {
		setup();
		kit_stream(&kit, 2, 100);
		kit_frame(&kit, 0, 0, 50, 60);
		for (i = 1; i <= 1 + 30 * n; i++) {
			kit_stream(&kit, 1, 1);
			kit_frame(&kit, i, 0, -(int)i, 100 + (int)i);
		}
		kit_plan(&kit);
		cr_assert_eq(kit.streams[0].grant, 1);
		effort[n] = kit.scratch.most_effort;
	}
	cr_assert_gt(effort[0], 0);
	cr_assert_eq(effort[0], effort[1], "%u, %u with more", effort[0], effort[1]);
}

/* --- both ends of every range ------------------------------------------------- */

static u64 one_of(u64 *seed, const u64 *list, u32 count)
{
	return list[kit_random(seed, count)];
}

static void extreme_stream(u64 *seed, u32 index)
{
	static const u64 times[] = { DNN_GOV_TIME_MIN_NS, DNN_GOV_TIME_MAX_NS, MS, 16 * MS, 100 * MS };
	static const u64 cycles[] = { 1, DNN_GOV_CYCLES_MAX, 10000000, 1000000000 };
	struct plan_stream *stream = kit_stream(&kit, kit_random(seed, 2) ? PLAN_MAX_LEVELS : 1, 1);
	u64 deadline = one_of(seed, times, 5), work = one_of(seed, cycles, 4);
	bool same = kit_random(seed, 2);
	u32 k, pending = kit_random(seed, 3);

	stream->min_level = kit_random(seed, 4) ? 1 : stream->levels;
	stream->weight = kit_random(seed, 2) ? 1 : DNN_GOV_WEIGHT_MAX;
	stream->goal = kit_random(seed, DNN_GOV_GOAL_MAX + 1);
	stream->floor_ppm = kit_random(seed, 2) * DNN_GOV_PPM;
	stream->balance_ppm = kit_random(seed, 2) * DNN_GOV_PPM;
	stream->energy_budget_nj = kit_random(seed, 3) ? 0 : 1000 * kit_random(seed, 1000000000);
	stream->period_ns = one_of(seed, times, 5);
	for (k = 0; k < stream->levels; k++) {
		stream->accuracy_ppm[k] = same ? kit_random(seed, 2) * DNN_GOV_PPM :
						 DNN_GOV_PPM / stream->levels * (k + 1);
		stream->cost[k] = (struct plan_cost) {
			.cycles = same ? work : work / stream->levels * k + 1,
			.stall_ns = kit_random(seed, 4) ? 0 : one_of(seed, times, 5),
			.tail_ppm = DNN_GOV_PPM + kit_random(seed, 4000000),
		};
	}
	for (k = 0; k <= pending && kit.in.nr_frames < PLAN_MAX_FRAMES - 1; k++) {
		struct plan_frame *frame = kit_frame(&kit, index, kit_random(seed, kit.in.nr_cpus),
						     0, 0);

		frame->release_ns -= plan_min(deadline / 4 * k, KIT_NOW - 1);
		frame->deadline_ns = frame->release_ns + deadline;
		frame->begin_ns = frame->release_ns;
		frame->done_ns = kit_random(seed, 2) * deadline;
		frame->done_cycles = kit_random(seed, 2) * work;
		frame->shares = kit_random(seed, 8);
	}
}

static void extreme_input(u64 *seed)
{
	u32 streams = 1 + kit_random(seed, PLAN_MAX_STREAMS), i;

	kit_init(&kit);
	kit.in.nr_cpus = 1 + kit_random(seed, 2);
	kit.in.min_khz = 200000 + kit_random(seed, 5) * 100000;
	kit.in.max_khz = 800000 + kit_random(seed, 13) * 100000;
	kit.in.budget_uw = kit_random(seed, 2) ? 0 : 100000 + kit_random(seed, 3000000);
	kit.in.margin_ppm = kit_random(seed, 2) * 500000;
	kit.in.switch_ns = kit_random(seed, 2) * MS;
	kit.in.turn_ns = kit_random(seed, 2) * 3 * MS;
	for (i = 0; i < kit.in.nr_cpus; i++)
		kit.other[i] = kit_random(seed, 3) * DNN_GOV_PPM / 2;
	for (i = 0; i < streams; i++)
		extreme_stream(seed, i);
}

/* The highest OPP that limits and budget allow, never below the lowest that limits do. */
static u32 allowed_khz(void)
{
	u32 best = 0, i;

	for (i = 0; i < kit.in.nr_opps; i++) {
		const struct plan_opp *opp = &kit.opps[i];

		if (opp->khz > kit.in.max_khz || opp->khz < kit.in.min_khz)
			continue;
		if (!best || !kit.in.budget_uw || opp->busy_uw <= kit.in.budget_uw)
			best = opp->khz;
	}
	return best;
}

Test(effort, whatever_is_declared_is_within_bounds, .timeout = 60)
{
	u32 tried, tired = 0, planned = 0, i;
	u64 seed = 1;

	for (tried = 0; tried < TRIES; tried++) {
		extreme_input(&seed);
		kit_plan(&kit);
		cr_assert_leq(kit.scratch.most_effort, PLAN_EFFORT_MAX / kit.in.nr_cpus + SLACK,
			      "%u: effort %u", tried, kit.scratch.most_effort);
		tired += kit.scratch.most_effort > PLAN_EFFORT_MAX / kit.in.nr_cpus;
		cr_assert_leq(kit.out.cap_khz, allowed_khz(), "%u: %u of %u kHz", tried,
			      kit.out.cap_khz, allowed_khz());
		if (kit.out.khz) {
			planned++;
			cr_assert(kit.out.khz >= kit.in.min_khz && kit.out.khz <= allowed_khz(),
				  "%u: %u kHz, must be %u..%u", tried, kit.out.khz, kit.in.min_khz,
				  allowed_khz());
		}
		for (i = 0; i < kit.in.nr_streams; i++)
			cr_assert(kit.streams[i].grant >= kit.streams[i].min_level &&
				  kit.streams[i].grant <= kit.streams[i].levels, "%u: %u", tried,
				  kit.streams[i].grant);
	}
	/* or nothing was put to the test */
	cr_assert_gt(tired, 10, "%u", tired);
	cr_assert_gt(planned, TRIES / 2, "%u", planned);
}
