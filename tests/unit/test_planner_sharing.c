// SPDX-License-Identifier: MIT
/*
 * Frames of threads that share a CPU evenly, as most schedulers have it, whatever is due
 * first. Seeds are printed.
 */
#include <criterion/criterion.h>
#include <linux/dnn_gov.h>

#include "planner_kit.h"

static struct kit kit;

static void setup(void)
{
	kit_init(&kit);
}

TestSuite(sharing, .init = setup, .timeout = 120);

static void share_all(bool shares)
{
	u32 i;

	for (i = 0; i < kit.in.nr_frames; i++)
		kit.frames[i].shares = shares;
}

/* 10 M cycles in 20 ms on CPU 0, and 40 M in 100. */
static void short_and_long(u32 cpu_of_long)
{
	kit_stream(&kit, 1, 10);
	kit_stream(&kit, 1, 40);
	kit_frame(&kit, 0, 0, 0, 20);
	kit_frame(&kit, 1, cpu_of_long, 0, 100);
	kit.frames[0].deadline_ns += 9;
	kit.frames[1].deadline_ns += 9;
}

/* Half a CPU must do for the short one. */
Test(sharing, takes_a_higher_frequency)
{
	short_and_long(0);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 500000, "by earliest deadline first");
	share_all(true);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1000000, "%u", kit.out.khz);
}

/* A short frame beside a long one waits no longer than it runs. */
Test(sharing, takes_no_more_than_the_frame_itself)
{
	kit_stream(&kit, 1, 1);
	kit_stream(&kit, 1, 150);
	kit_frame(&kit, 0, 0, 0, 4);
	kit_frame(&kit, 1, 0, 0, 1000);
	share_all(true);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 600000, "2 M in 4 ms: %u", kit.out.khz);
}

/* One thread runs the frames of a stream one after the other. */
Test(sharing, is_not_between_frames_of_one_stream)
{
	u32 alone;

	kit_stream(&kit, 1, 10);
	kit_frame(&kit, 0, 0, 0, 20);
	kit_frame(&kit, 0, 0, 0, 40);
	kit_plan(&kit);
	alone = kit.out.khz;
	share_all(true);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, alone);
}

/* Frames on other CPUs have nothing to do with it. */
Test(sharing, is_on_one_cpu)
{
	kit.in.nr_cpus = 2;
	short_and_long(1);
	share_all(true);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 500000);
}

/* A frame that is under way may have to wait for the end of another's turn. */
Test(sharing, minds_a_turn_that_has_begun)
{
	u32 khz;

	short_and_long(0);
	share_all(true);
	kit.in.turn_ns = 4 * MS;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1000000, "it has just woken up: %u", kit.out.khz);
	kit.frames[0].begin_ns = kit.frames[0].release_ns;
	kit.frames[0].done_ns = 1;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1300000, "10 M in 8 of 20 ms: %u", kit.out.khz);
	cr_assert(kit.out.feasible);
	/* the rest of it fits into the turn that it has begun itself */
	kit.frames[0].done_ns = MS;
	kit.frames[0].done_cycles = 9 * MCYCLES;
	kit.frames[0].deadline_ns -= 14 * MS;
	kit_plan(&kit);
	khz = kit.out.khz;
	kit.in.turn_ns = 0;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, khz, "%u instead of %u", khz, kit.out.khz);
}

/* A turn is no reason to give up levels, and nobody waits who has nothing left to do. */
Test(sharing, turns_take_no_levels)
{
	struct plan_stream *stream = kit_stream(&kit, 2, 9);

	kit_stream(&kit, 1, 100);
	kit_frame(&kit, 0, 0, 0, 20);
	kit_frame(&kit, 1, 0, 0, 200);
	share_all(true);
	kit.in.turn_ns = 8 * MS;
	kit.frames[0].begin_ns = kit.frames[0].release_ns;
	kit.frames[0].done_ns = 1;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 2);
	cr_assert_eq(kit.out.khz, 2000000, "at least as early as can be: %u", kit.out.khz);
	kit.frames[0].level_done = 2;
	kit.frames[0].deadline_ns = kit.in.now_ns + MS;
	kit_plan(&kit);
	cr_assert_gt(kit.out.guard_ns, kit.in.now_ns);
}

/* One that wakes up has the first turn. */
Test(sharing, minds_the_turn_of_one_that_comes)
{
	kit_stream(&kit, 1, 10);
	kit_stream(&kit, 1, 100);
	kit_frame(&kit, 0, 0, 0, 20)->deadline_ns += 9;
	kit_frame(&kit, 1, 0, 10, 200);
	share_all(true);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 700000, "10 M in 15 ms: %u", kit.out.khz);
	kit.in.turn_ns = 4 * MS;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 800000, "10 M in 13 ms: %u", kit.out.khz);
}

/* What does not fit when it is shared is lost to others, not to the deadline. */
Test(sharing, takes_levels)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 8);

	kit_stream(&kit, 1, 100);
	kit_frame(&kit, 0, 0, 0, 20);
	kit_frame(&kit, 1, 0, 0, 200);
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 4);
	share_all(true);
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 2, "16 of 40 M in 20 ms: %u", stream->grant);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_CONTENTION);
	cr_assert(kit.out.feasible);
}

/* All pending frames run at once, each as fast as the others: is none late? */
static bool all_make_it(u32 khz)
{
	double left[PLAN_MAX_FRAMES], now = kit.in.now_ns;
	u32 nr = kit.in.nr_frames, i;

	for (i = 0; i < nr; i++)
		left[i] = plan_time_ns(&kit.streams[i].cost[kit.streams[i].grant - 1], khz, true);
	for (;;) {
		double least = 1e30;
		u32 running = 0;

		for (i = 0; i < nr; i++) {
			if (left[i] <= 0)
				continue;
			running++;
			if (left[i] < least)
				least = left[i];
		}
		if (!running)
			return true;
		now += least * running;
		for (i = 0; i < nr; i++) {
			if (left[i] <= 0)
				continue;
			left[i] -= least;
			if (left[i] < 1e-3)
				left[i] = 0;
			if (!left[i] && now > kit.frames[i].deadline_ns + 1.0)
				return false;
		}
	}
}

/* Feasible plans hold, and the OPP below would not, but for rounding. */
Test(sharing, random_frames_make_it)
{
	u32 n, feasible = 0, tight = 0, compared = 0;

	for (n = 1; n <= 20000; n++) {
		u64 seed = n;
		u32 i, nr, opp;

		setup();
		nr = 1 + kit_random(&seed, 5);
		for (i = 0; i < nr; i++) {
			struct plan_stream *stream = kit_stream(&kit, 1, 1 + kit_random(&seed, 30));

			stream->cost[0].stall_ns = kit_random(&seed, 2) * 500000;
			stream->cost[0].tail_ppm = PLAN_PPM + kit_random(&seed, 100000);
			kit_frame(&kit, i, 0, 0, 5 + kit_random(&seed, 95));
		}
		share_all(true);
		kit_plan(&kit);
		if (!kit.out.feasible || !kit.out.khz)
			continue;
		feasible++;
		cr_assert(all_make_it(kit.out.khz), "seed %u: late at %u", n, kit.out.khz);
		for (opp = 0; kit.opps[opp].khz < kit.out.khz; opp++)
			;
		if (!opp)
			continue;
		compared++;
		tight += !all_make_it(kit.opps[opp - 1].khz);
	}
	cr_log_info("%u feasible, %u of %u no lower than needed", feasible, tight, compared);
	cr_assert_gt(feasible, 5000);
	cr_assert_gt(tight, compared / 2);
}
