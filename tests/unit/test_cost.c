// SPDX-License-Identifier: MIT
/* The learning of what a frame costs. Every random sequence has a fixed, printed seed. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cost.h"
#include "planner_kit.h"

static struct cost_model model;
static struct plan_cost prior[PLAN_MAX_LEVELS];
static struct plan_cost cost[PLAN_MAX_LEVELS];
static u64 seed;

/* Prior of level k: k * 10 M cycles. */
static void setup(void)
{
	u32 i;

	seed = 42;
	memset(prior, 0, sizeof(prior));
	for (i = 0; i < PLAN_MAX_LEVELS; i++)
		prior[i].cycles = (i + 1) * 10 * MCYCLES;
	cost_init(&model, 4, prior);
}

TestSuite(cost, .init = setup);

/* What a frame of @cycles and @stall_ns takes, with a noise of @ppm to either side. */
static u64 run(u64 cycles, u64 stall_ns, u32 khz, u32 ppm)
{
	u64 time = cycles * 1000000 / khz + stall_ns;

	return ppm ? time - time * ppm / PLAN_PPM +
		     time * kit_random(&seed, 2 * ppm) / PLAN_PPM : time;
}

static void learn(u32 level, u32 khz, u64 cycles, u64 stall_ns, u32 ppm)
{
	cost_learn(&model, level, khz, run(cycles, stall_ns, khz, ppm), COST_MISS_PPM);
	cost_get(&model, cost);
}

/* How far the expectation at @khz is from the truth, in ppm. */
static u64 error_ppm(u32 level, u32 khz, u64 cycles, u64 stall_ns)
{
	u64 is = plan_time_ns(&cost[level - 1], khz, false), want = run(cycles, stall_ns, khz, 0);

	return llabs((long long)(is - want)) * PLAN_PPM / want;
}

Test(cost, starts_from_the_prior)
{
	prior[1].stall_ns = 3 * MS;
	cost_init(&model, 4, prior);
	cost_get(&model, cost);
	cr_assert_eq(cost[0].cycles, 10 * MCYCLES);
	cr_assert_eq(cost[1].cycles, 20 * MCYCLES);
	cr_assert_eq(cost[1].stall_ns, 3 * MS);
	cr_assert_eq(cost[0].tail_ppm, 1125000, "the default");
	cr_assert_eq(cost[3].tail_ppm, 1125000);
	cr_assert_eq(model.level[0].samples, 0);
}

Test(cost, prior_tail_is_bounded)
{
	prior[2].tail_ppm = 1300000;
	cost_init(&model, 4, prior);
	cost_get(&model, cost);
	cr_assert_eq(cost[0].tail_ppm, 1300000);
	prior[2].tail_ppm = 9000000;
	cost_init(&model, 4, prior);
	cost_get(&model, cost);
	cr_assert_eq(cost[0].tail_ppm, 4000000);
	cost_init(&model, 1, &(struct plan_cost){ .cycles = 1, .tail_ppm = 1 });
	cost_get(&model, cost);
	cr_assert_eq(cost[0].tail_ppm, PLAN_PPM);
}

Test(cost, levels_are_bounded)
{
	cost_init(&model, 99, prior);
	cr_assert_eq(model.levels, PLAN_MAX_LEVELS);
	cost_init(&model, 0, prior);
	cr_assert_eq(model.levels, 1);
}

Test(cost, ignores_what_cannot_be)
{
	struct cost_model before = model;

	cost_learn(&model, 0, 1000000, 1, COST_MISS_PPM);
	cost_learn(&model, 5, 1000000, 1, COST_MISS_PPM);
	cost_learn(&model, 1, 0, 1, COST_MISS_PPM);
	cost_learn(&model, 1, 1000000, 0, COST_MISS_PPM);
	cost_learn_report(&model, 0, 1000000, 1);
	cost_learn_report(&model, 5, 1000000, 1);
	cr_assert_eq(memcmp(&before, &model, sizeof(model)), 0);
}

/* The first frame replaces the prior, whichever way that was wrong. */
Test(cost, prior_wrong_by_three)
{
	u32 frame;

	for (frame = 1; frame <= 10; frame++) {
		learn(4, 2000000, 120 * MCYCLES, 0, 10000);
		cr_assert_lt(error_ppm(4, 2000000, 120 * MCYCLES, 0), 20000, "frame %u", frame);
		cr_assert_lt(error_ppm(4, 500000, 120 * MCYCLES, 0), 20000, "frame %u", frame);
	}
	setup();
	for (frame = 1; frame <= 10; frame++) {
		learn(4, 2000000, 13 * MCYCLES, 0, 10000);
		cr_assert_lt(error_ppm(4, 2000000, 13 * MCYCLES, 0), 20000, "frame %u", frame);
	}
}

/* A cold first frame, twice as long, is forgotten by the third. */
Test(cost, cold_start)
{
	learn(4, 2000000, 80 * MCYCLES, 0, 0);
	learn(4, 2000000, 40 * MCYCLES, 0, 10000);
	learn(4, 2000000, 40 * MCYCLES, 0, 10000);
	cr_assert_lt(error_ppm(4, 2000000, 40 * MCYCLES, 0), 20000);
}

Test(cost, one_frequency_keeps_the_prior_split)
{
	u32 i;

	prior[3].stall_ns = 40 * MS;	/* 40 M cycles: half and half at 1 GHz */
	cost_init(&model, 4, prior);
	for (i = 0; i < 50; i++)
		learn(4, 1000000, 30 * MCYCLES, 30 * MS, 10000);
	cr_assert_lt(error_ppm(4, 1000000, 30 * MCYCLES, 30 * MS), 10000);
	cr_assert_lt(error_ppm(4, 2000000, 30 * MCYCLES, 30 * MS), 20000);
	cr_assert_lt(error_ppm(4, 500000, 30 * MCYCLES, 30 * MS), 20000);
}

/* The hint knows of no stall, there is one: learnt from the first changes of frequency. */
Test(cost, learns_the_split)
{
	static const u32 khz[] = { 2000000, 1000000, 1500000, 800000 };
	u32 i;

	for (i = 0; i < 24; i++)
		learn(4, khz[i / 2 % 4], 30 * MCYCLES, 20 * MS, 10000);
	cr_assert_lt(error_ppm(4, 2000000, 30 * MCYCLES, 20 * MS), 50000);
	cr_assert_lt(error_ppm(4, 1000000, 30 * MCYCLES, 20 * MS), 50000);
	cr_assert_lt(error_ppm(4, 500000, 30 * MCYCLES, 20 * MS), 80000);

	/* a long stay at one frequency does not undo that */
	for (i = 0; i < 1000; i++)
		learn(4, 1000000, 30 * MCYCLES, 20 * MS, 10000);
	cr_assert_lt(error_ppm(4, 2000000, 30 * MCYCLES, 20 * MS), 60000);
	cr_assert_lt(error_ppm(4, 500000, 30 * MCYCLES, 20 * MS), 80000);
}

/* And the other way: the hint says half is stall, nothing is. */
Test(cost, unlearns_a_wrong_split)
{
	static const u32 khz[] = { 2000000, 1000000, 1500000, 800000 };
	u32 i;

	prior[3].stall_ns = 40 * MS;
	cost_init(&model, 4, prior);
	for (i = 0; i < 24; i++)
		learn(4, khz[i / 2 % 4], 60 * MCYCLES, 0, 10000);
	cr_assert_lt(error_ppm(4, 2000000, 60 * MCYCLES, 0), 50000);
	cr_assert_lt(error_ppm(4, 500000, 60 * MCYCLES, 0), 80000);
}

/* OPPs next to each other tell little, and noise must not make a slope of it. */
Test(cost, close_frequencies_do_not_mislead)
{
	u32 i;

	for (i = 0; i < 500; i++) {
		learn(4, i / 3 % 2 ? 1000000 : 1050000, 40 * MCYCLES, 0, 20000);
		cr_assert_lt(error_ppm(4, 1000000, 40 * MCYCLES, 0), 30000, "frame %u", i);
		cr_assert_lt(error_ppm(4, 2000000, 40 * MCYCLES, 0), 150000, "frame %u", i);
	}
}

/*
 * Frames that take long by themselves are run faster towards their end: that a higher
 * frequency comes with more time then is no slope.
 */
Test(cost, haste_is_no_slope)
{
	u32 i;

	for (i = 0; i < 500; i++) {
		u64 cycles = 40 * MCYCLES * (850000 + kit_random(&seed, 300000)) / PLAN_PPM;
		u32 khz = cycles <= 40 * MCYCLES ? 400000 : 400000 + (cycles - 40 * MCYCLES) / 100;

		learn(4, khz, cycles, 10 * MS, 0);
	}
	cr_assert_lt(error_ppm(4, 400000, 40 * MCYCLES, 10 * MS), 150000);
	cr_assert_lt(error_ppm(4, 1600000, 40 * MCYCLES, 10 * MS), 500000);
}

Test(cost, follows_a_step)
{
	u32 i;

	for (i = 0; i < 100; i++)
		learn(4, 1000000, 40 * MCYCLES, 0, 10000);
	for (i = 0; i < 3; i++)
		learn(4, i ? 2000000 : 1000000, 80 * MCYCLES, 0, 10000);
	cr_assert_lt(error_ppm(4, 2000000, 80 * MCYCLES, 0), 30000);
	cr_assert_lt(error_ppm(4, 1000000, 80 * MCYCLES, 0), 50000);
	for (i = 0; i < 5; i++)
		learn(4, 1000000, 20 * MCYCLES, 0, 10000);
	cr_assert_lt(error_ppm(4, 1000000, 20 * MCYCLES, 0), 20000);
	/* a small step, by the gain alone: 85 % of it after five more */
	for (i = 0; i < 7; i++)
		learn(4, 1000000, 24 * MCYCLES, 0, 0);
	cr_assert_lt(error_ppm(4, 1000000, 24 * MCYCLES, 0), 30000);
}

/*
 * Frames become a third lighter just as the frequency goes down: what took less time at
 * the lower one is less work, not a slope.
 */
Test(cost, a_step_along_with_a_frequency)
{
	u32 i;

	for (i = 0; i < 20; i++)
		learn(4, 780000, 60 * MCYCLES, 5 * MS, 0);
	for (i = 0; i < 5; i++)
		learn(4, i % 2 ? 665000 : 678000, 40 * MCYCLES, 3 * MS, 0);
	cr_assert_lt(error_ppm(4, 670000, 40 * MCYCLES, 3 * MS), 20000);
	cr_assert_lt(error_ppm(4, 335000, 40 * MCYCLES, 3 * MS), 100000);
}

Test(cost, step_scales_the_stall)
{
	static const u32 khz[] = { 2000000, 1000000, 1500000, 800000 };
	u32 i;

	for (i = 0; i < 24; i++)
		learn(4, khz[i / 2 % 4], 30 * MCYCLES, 20 * MS, 0);
	for (i = 0; i < 3; i++)
		learn(4, 800000, 60 * MCYCLES, 40 * MS, 0);
	cr_assert_lt(error_ppm(4, 800000, 60 * MCYCLES, 40 * MS), 20000);
	cr_assert_lt(error_ppm(4, 2000000, 60 * MCYCLES, 40 * MS), 60000);
}

Test(cost, one_outlier_is_not_followed)
{
	u64 before, after;
	u32 i, tail;

	for (i = 0; i < 100; i++)
		learn(4, 1000000, 40 * MCYCLES, 0, 10000);
	before = cost[3].cycles;
	tail = cost[3].tail_ppm;
	cost_learn(&model, 4, 1000000, 60000 * MS, COST_MISS_PPM);
	cost_get(&model, cost);
	after = plan_time_ns(&cost[3], 1000000, false);
	cr_assert_lt(after, before * 107 / 100, "%llu to %llu", before, after);
	cr_assert_leq(cost[3].tail_ppm, tail + 120000);
	for (i = 0; i < 8; i++)
		learn(4, 1000000, 40 * MCYCLES, 0, 10000);
	cr_assert_lt(error_ppm(4, 1000000, 40 * MCYCLES, 0), 20000);
	cost_learn(&model, 4, 1000000, 1, COST_MISS_PPM);
	cost_get(&model, cost);
	cr_assert_gt(plan_time_ns(&cost[3], 1000000, false), before * 90 / 100);
	/* one up, one down: not two of a kind */
	cost_learn(&model, 4, 1000000, 60000 * MS, COST_MISS_PPM);
	cost_get(&model, cost);
	cr_assert_lt(plan_time_ns(&cost[3], 1000000, false), before * 110 / 100);
}

/* Run time off by up to a tick of 4 ms, on frames of 40. */
Test(cost, tick_noise)
{
	u32 i, misses = 0;

	for (i = 0; i < 4000; i++) {
		u64 time = run(40 * MCYCLES, 0, 1000000, 100000);

		if (i > 100 && time > plan_time_ns(&cost[3], 1000000, true))
			misses++;
		cost_learn(&model, 4, 1000000, time, COST_MISS_PPM);
		cost_get(&model, cost);
		if (i > 5)
			cr_assert_lt(error_ppm(4, 1000000, 40 * MCYCLES, 0), 100000);
	}
	cr_assert_lt(misses, 20, "%u", misses);
}

/* Levels not seen follow the nearest seen, by the ratio of their priors. */
Test(cost, unseen_levels_follow)
{
	learn(2, 1000000, 40 * MCYCLES, 0, 0);
	cr_assert_lt(error_ppm(1, 1000000, 20 * MCYCLES, 0), 1000);
	cr_assert_lt(error_ppm(2, 1000000, 40 * MCYCLES, 0), 1000);
	cr_assert_lt(error_ppm(3, 1000000, 60 * MCYCLES, 0), 1000);
	cr_assert_lt(error_ppm(4, 1000000, 80 * MCYCLES, 0), 1000);
	/* level 4 now follows 3, which turns out cheaper; 1 still 2 */
	learn(3, 1000000, 45 * MCYCLES, 0, 0);
	cr_assert_lt(error_ppm(4, 1000000, 60 * MCYCLES, 0), 1000);
	cr_assert_lt(error_ppm(1, 1000000, 20 * MCYCLES, 0), 1000);
	cr_assert_lt(error_ppm(2, 1000000, 40 * MCYCLES, 0), 1000);
}

/* A frame of level 4 tells of 1 and 2 on its way, and those cost what they do. */
static void learn_with_reports(u32 khz, u64 mcycles, u64 stall_ns)
{
	u32 k;

	for (k = 1; k <= 2; k++)
		cost_learn_report(&model, k, khz,
				  run(k * mcycles * MCYCLES / 4, k * stall_ns / 4, khz, 0));
	learn(4, khz, mcycles * MCYCLES, stall_ns, 0);
}

/* The levels below never end a frame; the priors have them in other proportions. */
Test(cost, reports_teach_the_levels_below)
{
	static const struct plan_cost wrong[] = {
		{ 40 * MCYCLES, 0, 0 }, { 50 * MCYCLES, 0, 0 },
		{ 60 * MCYCLES, 0, 0 }, { 70 * MCYCLES, 0, 0 },
	};
	u32 i;

	cost_init(&model, 4, wrong);
	for (i = 0; i < 10; i++)
		learn_with_reports(1000000, 80, 0);
	for (i = 1; i <= 4; i++)
		if (i != 3)
			cr_assert_lt(error_ppm(i, 1000000, 20 * MCYCLES * i, 0), 10000, "%u", i);
	/* a step that all of them tell of is not followed twice */
	for (i = 0; i < 3; i++)
		learn_with_reports(1000000, 120, 0);
	for (i = 1; i <= 4; i++)
		if (i != 3)
			cr_assert_lt(error_ppm(i, 1000000, 30 * MCYCLES * i, 0), 20000, "%u", i);
	/* one that ends where it has told already is not counted twice, and learning goes on */
	cost_learn_report(&model, 2, 1000000, 60 * MS);
	cost_learn(&model, 2, 1000000, 600 * MS, COST_MISS_PPM);
	cost_get(&model, cost);
	cr_assert_lt(error_ppm(2, 1000000, 60 * MCYCLES, 0), 20000);
	for (i = 0; i < 6; i++)
		learn(2, 1000000, 90 * MCYCLES, 0, 0);
	cr_assert_lt(error_ppm(2, 1000000, 90 * MCYCLES, 0), 20000);
}

/* Nothing drifts over many frames at changing frequencies. */
Test(cost, reports_keep_the_levels_below)
{
	u32 i;

	for (i = 0; i < 5000; i++)
		learn_with_reports((5 + kit_random(&seed, 15)) * 100000, 80, 20 * MS);
	for (i = 1; i <= 4; i++)
		if (i != 3)
			cr_assert_lt(error_ppm(i, 1000000, 20 * MCYCLES * i, 5 * MS * i), 30000, "%u", i);
}

/* The only level seen may be far away, below or above. */
Test(cost, unseen_levels_follow_from_afar)
{
	cost_init(&model, PLAN_MAX_LEVELS, prior);
	learn(1, 1000000, 20 * MCYCLES, 0, 0);
	cr_assert_lt(error_ppm(PLAN_MAX_LEVELS, 1000000, 320 * MCYCLES, 0), 1000);
	cost_init(&model, PLAN_MAX_LEVELS, prior);
	learn(PLAN_MAX_LEVELS, 1000000, 320 * MCYCLES, 0, 0);
	cr_assert_lt(error_ppm(1, 1000000, 20 * MCYCLES, 0), 1000);
	/* between two that are as near, the lower */
	learn(PLAN_MAX_LEVELS - 2, 1000000, 140 * MCYCLES, 0, 0);
	cr_assert_lt(error_ppm(PLAN_MAX_LEVELS - 1, 1000000, 150 * MCYCLES, 0), 1000);
}

/* Slower at a higher frequency: nothing of the frame scales, and no more than nothing. */
Test(cost, time_that_rises_with_frequency)
{
	u32 i;

	for (i = 0; i < 40; i++)
		cost_learn(&model, 4, i / 2 % 2 ? 2000000 : 1000000, (i / 2 % 2 ? 22 : 20) * MS, COST_MISS_PPM);
	cost_get(&model, cost);
	cr_assert_lt(cost[3].cycles, 1 * MCYCLES);
	cr_assert(cost[3].stall_ns > 19 * MS && cost[3].stall_ns < 22 * MS);
}

/* The spread starts from the tail, or the first calm frames would undo a hint's. */
Test(cost, a_hinted_tail_is_kept_for_a_while)
{
	u32 i;

	prior[0].tail_ppm = 1600000;
	cost_init(&model, 4, prior);
	cr_assert_eq(model.spread_ppm, 120000);
	for (i = 0; i < 5; i++)
		learn(4, 1000000, 40 * MCYCLES, 0, 0);
	cr_assert_gt(cost[3].tail_ppm, 1550000);
	prior[0].tail_ppm = 4000000;
	cost_init(&model, 4, prior);
	cr_assert_eq(model.spread_ppm, 250000, "bounded as what is learnt is");
}

/* Gains of 1, 1/2, 1/3, 1/4, 1/4 ... */
Test(cost, gains)
{
	static const u64 want[] = { 40000000, 41000000, 41333333, 41500000, 41625000 };
	u32 i;

	for (i = 0; i < 5; i++) {
		learn(4, 1000000, (i ? 42 : 40) * MCYCLES, 0, 0);
		cr_assert_leq(llabs((long long)(model.level[3].y - want[i])), 1, "%u: %llu", i,
			      model.level[3].y);
		cr_assert_eq(model.level[3].samples, i + 1);
	}
}

Test(cost, a_prior_of_nothing)
{
	memset(prior, 0, sizeof(prior));
	cost_init(&model, 4, prior);
	cost_get(&model, cost);
	cr_assert_eq(plan_time_ns(&cost[0], 1000000, true), 0);
	learn(2, 1000000, 40 * MCYCLES, 0, 0);
	cr_assert_lt(error_ppm(2, 2000000, 40 * MCYCLES, 0), 1000);
	cr_assert_eq(cost[0].cycles, 0, "no ratio to scale by");
}

/* What was learnt long ago keeps its ratio to what is learnt now. */
Test(cost, seen_levels_are_rescaled)
{
	u32 i;

	for (i = 0; i < 10; i++)
		learn(4, 1000000, 44 * MCYCLES, 0, 0);
	for (i = 0; i < 10; i++)
		learn(1, 1000000, 8 * MCYCLES, 0, 0);
	cr_assert_lt(error_ppm(4, 1000000, 44 * MCYCLES, 0), 1000, "a first look is no change");
	/* everything becomes half as heavy again while only level 1 runs */
	for (i = 0; i < 20; i++)
		learn(1, 1000000, 12 * MCYCLES, 0, 0);
	cr_assert_lt(error_ppm(1, 1000000, 12 * MCYCLES, 0), 1000);
	cr_assert_lt(error_ppm(4, 1000000, 66 * MCYCLES, 0), 10000);
	/* and back, over a long and noisy time */
	for (i = 0; i < 20000; i++)
		learn(1, 1000000, 8 * MCYCLES, 0, 20000);
	cr_assert_lt(error_ppm(4, 1000000, 44 * MCYCLES, 0), 40000);
}

/* The slope of a level that has just been met is that of its neighbours. */
Test(cost, new_levels_inherit_the_split)
{
	static const u32 khz[] = { 2000000, 1000000, 1500000, 800000 };
	u32 i;

	for (i = 0; i < 24; i++)
		learn(4, khz[i / 2 % 4], 30 * MCYCLES, 20 * MS, 0);
	cr_assert_lt(error_ppm(2, 500000, 15 * MCYCLES, 10 * MS), 80000);
	for (i = 0; i < 3; i++)
		learn(2, 2000000, 15 * MCYCLES, 10 * MS, 0);
	cr_assert_lt(error_ppm(2, 500000, 15 * MCYCLES, 10 * MS), 80000);
}

/* Near one miss in a thousand, and not far above what that takes. */
Test(cost, tail_meets_its_target)
{
	u32 i, misses = 0, most = 0;

	for (i = 0; i < 100000; i++) {
		u64 time = run(40 * MCYCLES, 0, 1000000, 10000);
		u32 k;

		/* of triangular shape, 0.1 % of it beyond +2.9 %; now and then an outlier */
		for (k = 0; k < 2; k++)
			time += run(40 * MCYCLES, 0, 1000000, 10000) - 40 * MS;
		if (i > 5000 && time > plan_time_ns(&cost[3], 1000000, true))
			misses++;
		cost_learn(&model, 4, 1000000, time, COST_MISS_PPM);
		cost_get(&model, cost);
		if (i > 5000 && cost[3].tail_ppm > most)
			most = cost[3].tail_ppm;
	}
	cr_log_info("misses %u of 95000, tail at most %u ppm", misses, most);
	cr_assert_lt(misses, 190, "%u", misses);
	cr_assert_gt(misses, 5, "%u", misses);
	cr_assert_lt(most, 1080000, "%u", most);
}

/* Regular frames bring the default tail down in seconds, not minutes. */
Test(cost, tail_falls)
{
	u32 i, last = 1125000;

	for (i = 0; i < 150; i++) {
		learn(4, 1000000, 40 * MCYCLES, 0, 5000);
		cr_assert_leq(cost[3].tail_ppm, last);
		last = cost[3].tail_ppm;
	}
	cr_assert_lt(last, 1030000, "%u", last);
	for (; i < 20000; i++)
		learn(4, 1000000, 40 * MCYCLES, 0, 0);
	cr_assert_lt(cost[3].tail_ppm, 1001000);
	cr_assert_geq(cost[3].tail_ppm, PLAN_PPM);
}

/* Nor has the tail of costs within bounds to wait until the target's share was above. */
Test(cost, tail_falls_to_the_longest)
{
	u32 i;

	for (i = 0; i < 300; i++)
		learn(4, 1000000, 40 * MCYCLES, 0, 50000);
	cr_assert_lt(cost[3].tail_ppm, 1095000, "%u", cost[3].tail_ppm);
	cr_assert_gt(cost[3].tail_ppm, 1050000, "%u", cost[3].tail_ppm);
}

Test(cost, tail_rises_fast_and_is_bounded)
{
	u32 i;

	for (i = 0; i < 200; i++)
		learn(4, 1000000, 40 * MCYCLES, 0, 0);
	/* every tenth frame half as long again */
	for (i = 0; i < 100; i++)
		learn(4, 1000000, (i % 10 ? 40 : 60) * MCYCLES, 0, 0);
	cr_assert_gt(cost[3].tail_ppm, 1300000, "%u", cost[3].tail_ppm);
	for (i = 0; i < 3000; i++) {
		cost_learn(&model, 4, 1000000, i % 2 ? 1 : 60000 * MS, COST_MISS_PPM);
		cost_get(&model, cost);
		cr_assert_leq(cost[3].tail_ppm, 4000000);
		cr_assert_geq(cost[3].tail_ppm, PLAN_PPM);
	}
}

/* Nothing wraps, whatever comes: the point stays in range, the parts never negative. */
Test(cost, anything_goes)
{
	u64 n;

	for (n = 1; n <= 200; n++) {
		u32 i;

		seed = n;
		prior[1].cycles = n % 3 ? 10 * MCYCLES : PLAN_NEVER;
		prior[2].stall_ns = n % 5 ? 0 : PLAN_NEVER;
		cost_init(&model, 4, prior);
		for (i = 0; i < 300; i++) {
			u64 time = ((u64)kit_random(&seed, ~0U) << 32 |
				    kit_random(&seed, ~0U)) >> kit_random(&seed, 64);
			u32 khz = kit_random(&seed, ~0U) >> kit_random(&seed, 32);
			u32 k;

			cost_learn(&model, kit_random(&seed, 6), khz, time, COST_MISS_PPM);
			cost_get(&model, cost);
			for (k = 0; k < 4; k++) {
				const struct cost_level *level = &model.level[k];

				if (!level->samples)
					continue;
				cr_assert_leq(level->y, 1ULL << 40, "seed %llu, y", n);
				cr_assert_leq(level->x, 1ULL << 20, "seed %llu, x", n);
				cr_assert_geq(level->x, 1, "seed %llu, x", n);
				cr_assert_geq(level->y, 1, "seed %llu, y", n);
				cr_assert_leq(level->mean.stall_ns, 1ULL << 40, "seed %llu", n);
				cr_assert_leq(level->mean.cycles, 1ULL << 54, "seed %llu", n);
			}
		}
	}
}
