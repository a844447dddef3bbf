// SPDX-License-Identifier: MIT
/* What a stream costs on each type of core. */
#include <criterion/criterion.h>

#include "core_cost.h"

#define SMALL	0
#define BIG	1
#define OTHER	2

/* An A7 does 539 parts of what an A15 does in a cycle, of 1024. */
static const u32 speed[CORE_TYPES] = { 539, 1024, 800, 1024 };
static const struct plan_cost prior[] = {
	{ 10000000, 1000000, 0 },
	{ 20000000, 2000000, 0 },
};
static struct core_cost cc;

static u64 cycles(u32 type, u32 level)
{
	struct plan_cost cost[PLAN_MAX_LEVELS];

	core_cost_get(&cc, type, speed, cost);
	return cost[level - 1].cycles;
}

/* Time of the higher level at 1 GHz, in us. */
static u64 us(u32 type)
{
	struct plan_cost cost[PLAN_MAX_LEVELS];

	core_cost_get(&cc, type, speed, cost);
	return plan_time_ns(&cost[1], 1000000, false) / 1000;
}

static void learn(u32 type, u64 frame_us, u32 frames)
{
	for (u32 i = 0; i < frames; i++)
		core_cost_learn(&cc, type, speed, 2, 1000000, frame_us * 1000, COST_MISS_PPM);
}

static void setup(void)
{
	core_cost_init(&cc, 2, BIG, prior);
}

TestSuite(core_cost, .init = setup);

Test(core_cost, a_prior_is_for_its_type)
{
	cr_assert_eq(cycles(BIG, 1), 10000000);
	cr_assert_eq(cycles(SMALL, 1), 10000000ULL * 1024 / 539);
	cr_assert_eq(us(SMALL), (20000000ULL * 1024 / 539 + 2000000) / 1000);
}

Test(core_cost, what_is_learnt_scales_to_types_not_seen)
{
	learn(BIG, 44000, 10);
	cr_assert_eq(us(BIG), 44000);
	cr_assert_float_eq((double)cycles(SMALL, 2) / (double)cycles(BIG, 2), 1024 / 539., 1e-3);
}

Test(core_cost, a_wrong_guess_is_replaced_by_the_first_frame)
{
	learn(BIG, 22000, 10);
	learn(SMALL, 100000, 1);
	cr_assert_eq(us(SMALL), 100000);
	cr_assert_float_eq((double)us(BIG), 22000, 10);
	/* the newest cores are the ones to guess from */
	cr_assert_gt(us(OTHER), 22000 * 1024 / 800 * 2);
}

Test(core_cost, nothing_is_lost_on_a_visit)
{
	learn(BIG, 22000, 10);
	learn(SMALL, 60000, 20);
	cr_assert_float_eq((double)us(BIG), 22000, 10);
	learn(BIG, 22000, 1);
	cr_assert_float_eq((double)us(BIG), 22000, 10);
	cr_assert_float_eq((double)us(SMALL), 60000, 10);
}

Test(core_cost, heavier_frames_are_heavier_everywhere)
{
	learn(BIG, 22000, 10);
	learn(SMALL, 60000, 20);
	learn(SMALL, 120000, 10);
	cr_assert_float_eq((double)us(SMALL), 120000, 100);
	cr_assert_float_eq((double)us(BIG), 44000, 500);
	/* and what that came to is where the other model begins */
	learn(BIG, 40000, 1);
	cr_assert_float_eq((double)us(BIG), 40000, 4000);
	/* lighter again, seen from the other side */
	learn(BIG, 40000, 20);
	learn(BIG, 20000, 20);
	cr_assert_float_eq((double)us(SMALL), 60000, 3000);
}

Test(core_cost, a_short_visit_says_nothing_of_others)
{
	learn(BIG, 22000, 10);
	learn(SMALL, 60000, 20);
	learn(BIG, 33000, 3);
	cr_assert_float_eq((double)us(SMALL), 60000, 10);
}

/*
 * The hint takes half of a frame for stalls, and there are none. A stream that comes to big
 * cores at a low level and clock, and is given more of both, takes less there than was made
 * up from the first frames: that is no change of the frames.
 */
Test(core_cost, what_is_learnt_of_other_levels_is_no_change)
{
	static const struct plan_cost wrong[] = { { 10000000, 10000000, 0 }, { 20000000, 20000000, 0 } };

	core_cost_init(&cc, 2, SMALL, wrong);
	learn(SMALL, 60000, 20);
	for (u32 i = 0; i < 10; i++)
		core_cost_learn(&cc, BIG, speed, 1, 400000, 11000000ULL * 5 / 2, COST_MISS_PPM);
	cr_assert_float_eq((double)us(SMALL), 60000, 600);
	for (u32 i = 0; i < 20; i++)
		core_cost_learn(&cc, BIG, speed, 2, i % 2 ? 1000000 : 900000,
				i % 2 ? 22000000 : 24444444, COST_MISS_PPM);
	cr_log_info("big %llu us, small %llu us", us(BIG), us(SMALL));
	cr_assert_float_eq((double)us(BIG), 22000, 700);
	cr_assert_float_eq((double)us(SMALL), 60000, 6000);
}

Test(core_cost, a_number_may_come_to_stand_for_other_cores)
{
	learn(BIG, 44000, 10);
	core_cost_forget(&cc, BIG, speed);
	cr_assert_float_eq((double)us(BIG), 44000, 10, "the best guess there is");
	learn(BIG, 10000, 1);
	cr_assert_eq(us(BIG), 10000);
	core_cost_forget(&cc, SMALL, speed);
	core_cost_forget(&cc, BIG, speed);
	cr_assert_float_eq((double)us(SMALL), 10000, 10);
}

Test(core_cost, bad_input_is_ignored)
{
	core_cost_learn(&cc, CORE_TYPES, speed, 1, 1000000, 1000000, COST_MISS_PPM);
	core_cost_learn(&cc, SMALL, speed, 3, 1000000, 1000000, COST_MISS_PPM);
	core_cost_learn(&cc, SMALL, speed, 0, 1000000, 1000000, COST_MISS_PPM);
	core_cost_learn(&cc, SMALL, speed, 1, 0, 1000000, COST_MISS_PPM);
	core_cost_learn(&cc, SMALL, speed, 1, 1000000, 0, COST_MISS_PPM);
	core_cost_report(&cc, CORE_TYPES, 1, 1000000, 1000000);
	cr_assert_eq(cycles(BIG, 1), 10000000);
	cr_assert(!cc.seen[SMALL]);
}

/* A level that is passed on the way tells of itself, on the cores that the stream is known on. */
Test(core_cost, levels_that_are_passed_are_learnt)
{
	core_cost_report(&cc, BIG, 1, 1000000, 5000000);
	cr_assert_eq(cycles(BIG, 1), 10000000, "before the first frame");
	learn(BIG, 22000, 10);
	for (u32 i = 0; i < 50; i++) {
		core_cost_report(&cc, SMALL, 1, 1000000, 900000000);
		core_cost_report(&cc, BIG, 1, 1000000, 5000000);
		learn(BIG, 22000, 1);
	}
	cr_assert_lt(cycles(BIG, 1), 6000000, "%llu", cycles(BIG, 1));
	cr_assert_float_eq((double)us(BIG), 22000, 100);
	cr_assert(!cc.seen[SMALL]);
}

/* A prior that is for no type in particular is for all, and so is one that was forgotten. */
Test(core_cost, a_prior_for_any_type)
{
	core_cost_init(&cc, 2, CORE_TYPE_ANY, prior);
	for (u32 type = 0; type < CORE_TYPES; type++)
		cr_assert_eq(cycles(type, 1), 10000000);
	core_cost_init(&cc, 2, BIG, prior);
	learn(SMALL, 60000, 10);
	core_cost_forget(&cc, BIG, speed);
	/* as it was guessed from what is known now */
	cr_assert_float_eq((double)us(SMALL), 60000, 10);
	core_cost_forget(&cc, SMALL, speed);
	cr_assert_float_eq((double)us(SMALL), 60000, 10);
}

/* What is known of other cores stays where those in use are forgotten. */
Test(core_cost, forgetting_takes_nothing_from_others)
{
	learn(BIG, 22000, 10);
	learn(SMALL, 60000, 20);
	core_cost_forget(&cc, SMALL, speed);
	cr_assert_float_eq((double)us(BIG), 22000, 10);
}

/* Cores of unknown speed are as fast as those that are known. */
Test(core_cost, an_unknown_speed_scales_nothing)
{
	static const u32 unknown[CORE_TYPES] = { 0, 1024, 0, 0 };
	struct plan_cost cost[PLAN_MAX_LEVELS];

	core_cost_get(&cc, SMALL, unknown, cost);
	cr_assert_eq(cost[0].cycles, 10000000);
	core_cost_init(&cc, 2, SMALL, prior);
	core_cost_get(&cc, BIG, unknown, cost);
	cr_assert_eq(cost[0].cycles, 10000000);
}
