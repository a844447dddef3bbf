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
	kit_share_all(&kit, true);
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
	kit_share_all(&kit, true);
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
	kit_share_all(&kit, true);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, alone);
}

/* Frames on other CPUs have nothing to do with it. */
Test(sharing, is_on_one_cpu)
{
	kit.in.nr_cpus = 2;
	short_and_long(1);
	kit_share_all(&kit, true);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 500000);
}

/* A frame that is under way may have to wait for the end of another's turn. */
Test(sharing, minds_a_turn_that_has_begun)
{
	u32 khz;

	short_and_long(0);
	kit_share_all(&kit, true);
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
	kit_share_all(&kit, true);
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
	kit_share_all(&kit, true);
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
	kit_share_all(&kit, true);
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 2, "16 of 40 M in 20 ms: %u", stream->grant);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_CONTENTION);
	cr_assert(kit.out.feasible);
}

/*
 * 16 M cycles in @deadline ms that nobody can do without, and @mcycles for each of 3 levels
 * in 100.
 */
static struct plan_stream *firm_and_lowerable(u32 deadline, u64 mcycles)
{
	struct plan_stream *stream;

	kit_stream(&kit, 1, 16);
	stream = kit_stream(&kit, 3, mcycles);
	kit_frame(&kit, 0, 0, 0, deadline)->deadline_ns += 9;
	kit_frame(&kit, 1, 0, 0, 100);
	kit_share_all(&kit, true);
	return stream;
}

/* All that is there is moved to @ms later. */
static void shift(u32 ms)
{
	u32 i;

	kit.in.now_ns += ms * MS;
	for (i = 0; i < kit.in.nr_frames; i++) {
		kit.frames[i].release_ns += ms * MS;
		kit.frames[i].deadline_ns += ms * MS;
	}
}

/* Who is due later gives way, and only if it takes anything. */
Test(sharing, lowers_who_is_due_later)
{
	struct plan_stream *stream = firm_and_lowerable(15, 7);

	kit_plan(&kit);
	cr_assert_eq(stream->grant, 2, "16 and 14 of 30 M: %u", stream->grant);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_CONTENTION);
	cr_assert(kit.out.feasible);
	stream->grant = 3;
	kit_share_all(&kit, false);
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 3, "by earliest deadline first");
}

/* At 3 and 2 it takes what the frame itself takes; a level that is no help is passed over. */
Test(sharing, lowers_as_far_as_it_helps)
{
	struct plan_stream *stream = firm_and_lowerable(13, 9);

	kit_plan(&kit);
	cr_assert_eq(stream->grant, 1, "16 and 9 of 26 M: %u", stream->grant);
	cr_assert(kit.out.feasible);
}

/* Those due in the window come first; who is due later gives way only if they do not do. */
Test(sharing, lowers_who_is_due_first_before)
{
	struct plan_stream *first = kit_stream(&kit, 2, 12), *later = kit_stream(&kit, 2, 12);

	kit_frame(&kit, 0, 0, 0, 20);
	kit_frame(&kit, 1, 0, 0, 100);
	kit_share_all(&kit, true);
	kit_plan(&kit);
	cr_assert_eq(first->grant, 1);
	cr_assert_eq(later->grant, 2, "24 of 40 M");
	cr_assert_eq(first->cause, DNN_GOV_CAUSE_CONTENTION);
}

/* Of several, those give way that lose least for it. */
Test(sharing, lowers_who_loses_least)
{
	struct plan_stream *dear = firm_and_lowerable(21, 4), *cheap = kit_stream(&kit, 3, 4);

	dear->weight = 1000;
	kit_frame(&kit, 2, 0, 0, 100);
	kit_share_all(&kit, true);
	kit_plan(&kit);
	cr_assert_eq(dear->grant, 3);
	cr_assert_eq(cheap->grant, 3, "16, 12 and 12 of 42 M: %u", cheap->grant);
	kit.frames[0].deadline_ns -= 3 * MS;
	kit_plan(&kit);
	cr_assert_eq(dear->grant, 3);
	cr_assert_eq(cheap->grant, 2, "16, 12 and 8 of 36 M: %u", cheap->grant);
}

/* Nobody gives way on another CPU, or where the earliest deadline comes first. */
Test(sharing, lowers_nobody_who_takes_nothing)
{
	struct plan_stream *stream;

	kit.in.nr_cpus = 2;
	stream = firm_and_lowerable(7, 12);
	kit.frames[1].cpu = 1;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 3);
	kit.frames[1].cpu = 0;
	kit.frames[0].shares = false;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 3);
}

/* What it has on another CPU takes nothing here. */
Test(sharing, lowers_who_is_on_two_cpus)
{
	struct plan_stream *stream;

	kit.in.nr_cpus = 2;
	stream = firm_and_lowerable(15, 7);
	kit_frame(&kit, 1, 1, 0, 120);
	kit_share_all(&kit, true);
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 2, "16 and 14 of 30 M: %u", stream->grant);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_CONTENTION);
}

/* Nor do frames of one stream from each other, whatever others do. */
Test(sharing, is_not_with_itself)
{
	kit.in.nr_cpus = 2;
	kit_stream(&kit, 1, 10);
	kit_stream(&kit, 1, 1);
	kit_frame(&kit, 0, 0, 0, 20)->deadline_ns += 9;
	kit_frame(&kit, 0, 0, 0, 40)->deadline_ns += 9;
	kit_frame(&kit, 1, 1, 0, 100);
	kit_share_all(&kit, true);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 500000, "10 M in 20 ms: %u", kit.out.khz);
}

/* Work without end does not wrap into a little. */
Test(sharing, saturates)
{
	kit_stream(&kit, 1, 1)->cost[0].cycles = ~0ULL;
	kit_stream(&kit, 1, 1)->cost[0].cycles = ~0ULL;
	kit_stream(&kit, 1, 1)->cost[0].cycles = ~0ULL;
	kit_frame(&kit, 0, 0, 0, 20);
	kit_frame(&kit, 1, 0, 0, 40);
	kit_frame(&kit, 2, 0, 0, 60);
	kit_share_all(&kit, true);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 2000000);
	cr_assert(!kit.out.feasible);
}

/*
 * A frame that is late already, or that gives way to nobody, holds down nobody who is due
 * later.
 */
Test(sharing, restores_beside_who_cannot_be_helped)
{
	u32 late, t;

	for (late = 0; late < 2; late++) {
		struct plan_stream *stream;

		setup();
		stream = firm_and_lowerable(late ? 100 : 15, 7);
		stream->grant = 2;
		kit.frames[0].shares = late;
		for (t = 0; t < 60; t++) {
			shift(10);
			if (late)
				kit.frames[0].deadline_ns = kit.in.now_ns - MS;
			kit_plan(&kit);
		}
		cr_assert_eq(stream->grant, 3, "%u", late);
	}
}

/* A level that was given up for another comes back when that is gone, and not before. */
Test(sharing, restores_who_gave_way)
{
	struct plan_stream *stream = firm_and_lowerable(15, 7);
	u32 t;

	kit_plan(&kit);
	for (t = 0; t < 200; t++) {
		shift(10);
		kit_plan(&kit);
		cr_assert_eq(stream->grant, 2, "after %u ms", t * 10 + 10);
		cr_assert_eq(stream->fit_since_ns, PLAN_NEVER);
		cr_assert_eq(stream->cause, DNN_GOV_CAUSE_CONTENTION);
	}
	kit.frames[0].deadline_ns += 2 * MS;
	for (t = 0; t < 60; t++) {
		shift(10);
		kit_plan(&kit);
	}
	cr_assert_eq(stream->grant, 3);
}

/* In a situation that stays as it is, what was restored is not lost again. */
Test(sharing, random_levels_do_not_flap)
{
	u32 n, lowered = 0, rises = 0;

	for (n = 1; n <= 2000; n++) {
		u32 nr, i, t, grants[5];
		u64 seed = n;

		setup();
		kit.in.hold_ns = 10 * MS;
		nr = 2 + kit_random(&seed, 4);
		for (i = 0; i < nr; i++) {
			u32 deadline = 5 + kit_random(&seed, 95), levels = 1 + kit_random(&seed, 4);
			struct plan_stream *stream = kit_stream(&kit, levels,
								1 + kit_random(&seed, 12));

			stream->weight = 1 + kit_random(&seed, 10);
			kit_frame(&kit, i, 0, 0, deadline);
			if (kit_random(&seed, 2))
				kit_frame(&kit, i, 0, deadline, 2 * deadline);
		}
		kit_share_all(&kit, true);
		kit_plan(&kit);
		for (i = 0; i < nr; i++) {
			grants[i] = kit.streams[i].grant;
			lowered += grants[i] < kit.streams[i].levels;
		}
		for (t = 0; t < 100; t++) {
			shift(1);
			kit_plan(&kit);
			for (i = 0; i < nr; i++) {
				cr_assert_geq(kit.streams[i].grant, grants[i],
					      "seed %u stream %u", n, i);
				rises += kit.streams[i].grant > grants[i];
				grants[i] = kit.streams[i].grant;
			}
		}
	}
	cr_log_info("%u lowered, %u rises", lowered, rises);
	cr_assert_gt(lowered, 500);
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
		kit_share_all(&kit, true);
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
