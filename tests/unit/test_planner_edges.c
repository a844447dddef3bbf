// SPDX-License-Identifier: MIT
/* The planner's choices where two are close: whom it takes, where it stops, what it says. */
#include <criterion/criterion.h>
#include <linux/dnn_gov.h>

#include "planner_kit.h"

static struct kit kit;

static void setup(void)
{
	kit_init(&kit);
}

TestSuite(edge, .init = setup);

static void opp(u32 index, u32 khz, u32 busy_uw)
{
	kit.opps[index] = (struct plan_opp) { khz, busy_uw, 0 };
	kit.in.nr_opps = index + 1;
	kit.in.max_khz = khz;
}

/* A stream whose levels take so many M cycles each; 0 ends them. */
static struct plan_stream *stream_of(u32 first, u32 second, u32 third)
{
	struct plan_stream *stream = kit_stream(&kit, !second ? 1 : !third ? 2 : 3, 1);

	stream->cost[0].cycles = first * MCYCLES;
	stream->cost[1].cycles = second * MCYCLES;
	stream->cost[2].cycles = third * MCYCLES;
	return stream;
}

/* --- who sheds, and who gets it back -------------------------------------------- */

/*
 * The least loss for the time comes first, among more streams than are looked at in one go, in
 * whatever order they come: each sheds 1 ms, and the last one, which has no levels, wants 3.
 */
Test(edge, sheds_the_least_of_many)
{
	static const u32 cheap[][3] = { { 3, 11, 8 }, { 0, 1, 2 }, { 11, 10, 9 }, { 7, 8, 0 } };
	u32 n, i, k;

	for (n = 0; n < sizeof(cheap) / sizeof(cheap[0]); n++) {
		setup();
		for (i = 0; i < 12; i++) {
			stream_of(2, 4, 0)->weight = 100 + i;
			kit_frame(&kit, i, 0, 0, 24)->deadline_ns += 100;
		}
		stream_of(6, 0, 0);
		kit_frame(&kit, i, 0, 0, 24)->deadline_ns += 100;
		for (k = 0; k < 3; k++)
			kit.streams[cheap[n][k]].weight = 1 + k;
		kit_plan(&kit);
		for (i = 0; i < 12; i++) {
			bool sheds = i == cheap[n][0] || i == cheap[n][1] || i == cheap[n][2];

			cr_assert_eq(kit.streams[i].grant, sheds ? 1 : 2, "case %u, stream %u", n,
				     i);
		}
	}
}

/*
 * The first two shed 10 and 1 ms, in vain, and the third enough for the first to have all of it
 * back, which is worth more than the second. It does to the nanosecond: each job takes 2 more.
 */
Test(edge, gives_back_what_is_worth_most)
{
	static const struct { u64 beyond; u32 first; u32 second; } cases[] = {
		{ MS / 2, 2, 1 }, { 6, 2, 1 }, { 5, 1, 2 },
	};
	u32 n, i;

	for (n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
		setup();
		stream_of(2, 22, 0);
		stream_of(2, 4, 0)->weight = 30;
		stream_of(2, 42, 0)->weight = 1000;
		for (i = 0; i < 3; i++)
			kit_frame(&kit, i, 0, 0, 13)->deadline_ns += cases[n].beyond;
		kit_plan(&kit);
		cr_expect_eq(kit.streams[0].grant, cases[n].first, "case %u", n);
		cr_expect_eq(kit.streams[1].grant, cases[n].second, "case %u", n);
		cr_expect_eq(kit.streams[2].grant, 1, "case %u", n);
	}
}

/* Whoever has all of it back is done, others are not. A level that is worth little is one. */
Test(edge, gives_back_to_one_after_the_other)
{
	stream_of(2, 12, 0)->weight = 3;
	stream_of(2, 4, 0)->weight = 1;
	kit.streams[1].accuracy_ppm[1] = kit.streams[1].accuracy_ppm[0] + 1;
	kit.streams[0].accuracy_ppm[1] = kit.streams[0].accuracy_ppm[0] + 1;
	stream_of(2, 42, 0)->weight = 1000;
	kit_frame(&kit, 0, 0, 0, 10);
	kit_frame(&kit, 1, 0, 0, 10);
	kit_frame(&kit, 2, 0, 0, 10);
	kit_plan(&kit);
	cr_expect_eq(kit.streams[0].grant, 2);
	cr_expect_eq(kit.streams[1].grant, 2, "18 of 20 M");
	cr_expect_eq(kit.streams[2].grant, 1);
}

/* All of the most levels that there can be, and not one more. */
Test(edge, gives_the_most_levels_back)
{
	struct plan_stream *light = kit_stream(&kit, PLAN_MAX_LEVELS, 1);
	u32 i;

	light->weight = 1;
	for (i = 0; i < PLAN_MAX_LEVELS; i++)
		light->cost[i].cycles = (i + 1) * MCYCLES / 4;
	stream_of(10, 30, 0);
	stream_of(11, 0, 0);
	for (i = 0; i < 3; i++)
		kit_frame(&kit, i, 0, 0, 20);
	kit_plan(&kit);
	cr_assert_eq(kit.streams[1].grant, 1);
	cr_assert_eq(light->grant, PLAN_MAX_LEVELS, "11, 10 and 4 of 40 M");
}

/* Each time the least of all that there are, of as many as there can be. */
Test(edge, sheds_the_least_of_all)
{
	u32 least, i;

	for (least = 0; least < PLAN_MAX_STREAMS; least++) {
		setup();
		for (i = 0; i < PLAN_MAX_STREAMS; i++) {
			stream_of(1, 2, 0)->weight = i == least ? 50 : 100;
			kit_frame(&kit, i, 0, 0, 63)->deadline_ns += MS / 2 + 1000;
		}
		kit_plan(&kit);
		for (i = 0; i < PLAN_MAX_STREAMS; i++)
			cr_assert_eq(kit.streams[i].grant, i == least ? 1 : 2, "%u: %u", least, i);
	}
}

/* The loss is that of the next step, not of all that is below: 0.01 for 5 ms against 0.1. */
Test(edge, sheds_by_the_next_step)
{
	struct plan_stream *stream = stream_of(10, 30, 40);

	stream->accuracy_ppm[0] = 100000;
	stream->accuracy_ppm[1] = 890000;
	stream->accuracy_ppm[2] = 900000;
	stream_of(30, 40, 0);
	kit_frame(&kit, 0, 0, 0, 36);
	kit_frame(&kit, 1, 0, 0, 36);
	kit_plan(&kit);
	cr_expect_eq(stream->grant, 2);
	cr_expect_eq(kit.streams[1].grant, 2);
}

/* What the first window has shed is not in those that follow. */
Test(edge, sheds_once_for_all_windows)
{
	stream_of(4, 20, 0)->weight = 1;
	stream_of(20, 0, 0);
	stream_of(4, 20, 0);
	kit_frame(&kit, 0, 0, 0, 17);
	kit_frame(&kit, 1, 0, 0, 18);
	kit_frame(&kit, 2, 0, 0, 24);
	kit_plan(&kit);
	cr_expect_eq(kit.streams[0].grant, 1, "20 ms of 18");
	cr_expect_eq(kit.streams[2].grant, 2, "22 ms of 24");
}

/* Who has done all its levels has none to give, however cheap they are. */
Test(edge, nobody_sheds_what_is_done)
{
	struct plan_stream *done = kit_stream(&kit, 2, 10);

	done->weight = 1;
	stream_of(20, 40, 0);
	kit_frame(&kit, 0, 0, -10, 15)->level_done = 2;
	kit_frame(&kit, 1, 0, 0, 15);
	kit_plan(&kit);
	cr_expect_eq(done->grant, 2);
	cr_expect_eq(kit.streams[1].grant, 1, "20 ms of 15");
}

/* What a stream does before a window opens is nothing to it, to the nanosecond. */
Test(edge, sheds_for_what_is_in_the_window)
{
	u32 beyond, n, first = 0, differ = 0;

	for (beyond = 0; beyond < 20; beyond++) {
		u32 grant[2];

		for (n = 0; n < 2; n++) {
			setup();
			stream_of(10, 30, 0)->weight = 1;
			stream_of(30, 40, 0);
			if (n)
				kit_frame(&kit, 0, 0, 0, 20);
			kit_frame(&kit, 0, 0, 50, 75)->deadline_ns += beyond;
			kit_frame(&kit, 1, 0, 50, 75)->deadline_ns += beyond;
			kit_plan(&kit);
			cr_assert_eq(kit.streams[0].grant, 1);
			grant[n] = kit.streams[1].grant;
		}
		cr_assert_eq(grant[0], grant[1], "%u ns", beyond);
		first = beyond ? first : grant[0];
		differ += grant[0] != first;
	}
	cr_assert(differ, "10 and 40 M need a little more than 25 ms");
}

/* What a later window took from a stream is no reason not to give back what an earlier one did. */
Test(edge, gives_back_in_each_window)
{
	struct plan_stream *stream = stream_of(18, 30, 45);

	stream->weight = 1;
	stream_of(2, 30, 0);
	kit_frame(&kit, 0, 0, 0, 20);
	kit_frame(&kit, 1, 0, 0, 20);
	kit_frame(&kit, 0, 0, 50, 70);
	kit_plan(&kit);
	cr_assert_eq(kit.streams[1].grant, 1);
	cr_assert_eq(stream->grant, 2, "45 of 40 M do not do later, 30 and 2 now: %u",
		     stream->grant);
}

/* Of two frames without end in one window, neither makes the other fit. One is late already. */
Test(edge, sheds_all_that_has_no_end)
{
	u32 i;

	kit.in.max_khz = 500000;
	for (i = 0; i < 2; i++) {
		stream_of(1, 1, 0)->cost[1].cycles = ~0ULL;
		kit_frame(&kit, i, 0, -30, i ? 20 : -1);
	}
	kit_plan(&kit);
	cr_assert_eq(kit.streams[0].grant, 1);
	cr_assert_eq(kit.streams[1].grant, 1);
}

/* Two who share the CPU with a frame of 8 ms and are due later. It has 9.5 ms to share. */
static void two_sharers(struct plan_stream **a, struct plan_stream **b, bool three_levels)
{
	stream_of(16, 0, 0);
	*a = three_levels ? stream_of(2, 14, 20) : stream_of(2, 20, 0);
	*b = stream_of(2, 20, 0);
	kit_frame(&kit, 0, 0, 0, 17)->deadline_ns += MS / 2;
	kit_frame(&kit, 1, 0, 0, 100);
	kit_frame(&kit, 2, 0, 0, 100);
}

/*
 * One level less of the first gains 1 ms for a tenth, two gain 7 for 0.15; the second one 7 for
 * 0.2. One of them has to.
 */
Test(edge, who_shares_gives_way_by_as_many_levels_as_are_best)
{
	struct plan_stream *a, *b;

	two_sharers(&a, &b, true);
	a->accuracy_ppm[0] = 750000;
	a->accuracy_ppm[1] = 800000;
	a->accuracy_ppm[2] = 900000;
	b->accuracy_ppm[0] = 700000;
	b->accuracy_ppm[1] = 900000;
	kit_share_all(&kit, true);
	kit_plan(&kit);
	cr_expect_eq(a->grant, 1, "%u", a->grant);
	cr_expect_eq(b->grant, 2, "%u", b->grant);
}

/* What it does on another CPU is no gain here. */
Test(edge, who_shares_gives_way_for_what_is_gained_here)
{
	struct plan_stream *a, *b;

	kit.in.nr_cpus = 2;
	two_sharers(&a, &b, false);
	kit_frame(&kit, 1, 1, 0, 100);
	a->accuracy_ppm[0] = 650000;
	a->accuracy_ppm[1] = 900000;
	b->accuracy_ppm[0] = 700000;
	b->accuracy_ppm[1] = 900000;
	kit_share_all(&kit, true);
	kit_plan(&kit);
	cr_expect_eq(a->grant, 2, "%u", a->grant);
	cr_expect_eq(b->grant, 1, "%u", b->grant);
}

/* Nor does it take room here: 10 ms may be shared, of which 3 are, and 7.5 are free. */
Test(edge, who_shares_has_the_room_of_this_cpu)
{
	struct plan_stream *stream;

	kit.in.nr_cpus = 2;
	stream_of(20, 0, 0);
	stream = stream_of(6, 18, 0);
	stream->grant = 1;
	kit_frame(&kit, 0, 0, 0, 20)->deadline_ns += MS / 2;
	kit_frame(&kit, 1, 0, 0, 100);
	kit_frame(&kit, 1, 1, 0, 100);
	kit_share_all(&kit, true);
	kit_plan(&kit);
	cr_assert_eq(stream->fit_since_ns, KIT_NOW);
}

/* --- causes ------------------------------------------------------------------------ */

/*
 * Level 3 of 5 fits alone, without the cap only level 2 beside the other: it is the other's
 * doing, and not that of levels 4 and 5, which do not fit at all.
 */
Test(edge, contention_where_some_levels_never_fit)
{
	struct plan_stream *stream = kit_stream(&kit, 5, 6);

	stream->grant = 1;
	kit_stream(&kit, 1, 1)->cost[0].cycles = 1000;
	kit.streams[1].cost[0].stall_ns = 12 * MS;
	kit_frame(&kit, 0, 0, 0, 20);
	kit_frame(&kit, 1, 0, 0, 20);
	kit.in.max_khz = 1000000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 1);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_CONTENTION, "%u", stream->cause);
}

/* The first of two frames is nearly done and fits at any level, the second needs the cap away. */
Test(edge, the_cause_of_a_drop_is_that_of_the_frame_which_does_not_fit)
{
	struct plan_stream *stream = kit_stream(&kit, 2, 10);

	kit_frame(&kit, 0, 0, -30, 5)->done_cycles = 20 * MCYCLES;
	kit_frame(&kit, 0, 0, -5, 16);
	kit.in.max_khz = 1000000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 1, "20 ms of 16");
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_FREQ_CAP, "%u", stream->cause);
}

/* Sharing is not the cause where a level does not even fit alone. */
Test(edge, too_long_to_share)
{
	struct plan_stream *stream = stream_of(10, 60, 0);

	stream->grant = 1;
	stream_of(1, 0, 0);
	kit_frame(&kit, 0, 0, 0, 20);
	kit_frame(&kit, 1, 0, 0, 100);
	kit_share_all(&kit, true);
	kit_plan(&kit);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_DEADLINE, "%u", stream->cause);
}

/* Costs are those at the cap that there is now, whatever was planned before. */
Test(edge, a_cause_is_of_this_cap)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 15);
	u32 k;

	for (k = 0; k < 4; k++)
		stream->cost[k].cycles = (6 + 15 * k) * MCYCLES;
	kit_stream(&kit, 1, 1)->cost[0].cycles = 1000;
	kit.streams[1].cost[0].stall_ns = 12 * MS;
	kit_frame(&kit, 0, 0, 0, 20);
	kit_frame(&kit, 1, 0, 0, 20);
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 1);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_CONTENTION, "10.5 of 8 ms");
	kit.in.max_khz = 1000000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 1);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_FREQ_CAP, "21 of 20 ms: %u", stream->cause);
}

/* --- energy -------------------------------------------------------------------------- */

/* 20 M take 10 mJ of 7 at 1 GHz and 0.5 W. It is so for the second stream as for the first. */
Test(edge, a_budget_of_any_stream)
{
	u32 n;

	for (n = 0; n < 3; n++) {
		u32 i;

		setup();
		opp(0, 1000000, 500000);
		for (i = 0; i < 3; i++) {
			kit_stream(&kit, 2, 10);
			kit_frame(&kit, i, 0, 0, 100);
		}
		kit.streams[n].energy_budget_nj = 7000000;
		kit_plan(&kit);
		for (i = 0; i < 3; i++)
			cr_assert_eq(kit.streams[i].grant, i == n ? 1 : 2, "%u of %u", i, n);
		cr_assert_eq(kit.streams[n].cause, DNN_GOV_CAUSE_ENERGY_BUDGET);
		kit_plan(&kit);
		cr_assert_eq(kit.streams[n].fit_since_ns, PLAN_NEVER);
		cr_assert_eq(kit.streams[n].cause, DNN_GOV_CAUSE_ENERGY_BUDGET);
	}
}

/* One that is not there has none. */
Test(edge, a_budget_of_no_stream)
{
	opp(0, 1000000, 500000);
	kit_stream(&kit, 2, 10)->energy_budget_nj = 7000000;
	kit_frame(&kit, 0, 0, 0, 100);
	kit.streams[1].energy_budget_nj = 7000000;
	kit_plan(&kit);
	cr_assert_eq(kit.streams[0].grant, 1);
}

/* One power that nobody knows, and all are guessed: the least energy is at a third of the top. */
Test(edge, a_power_that_is_unknown)
{
	opp(0, 200000, 0);
	opp(1, 700000, 1000000);
	opp(2, 2000000, 2000000);
	kit_stream(&kit, 1, 10);
	kit_frame(&kit, 0, 0, 0, 100);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 700000, "%u", kit.out.khz);
}

/* 20 M that fit into their period at 1 GHz to the nanosecond do not need 2 GHz, which are dear. */
Test(edge, a_balance_of_what_just_fits)
{
	struct plan_stream *stream;
	u32 n;

	for (n = 0; n < 2; n++) {
		setup();
		opp(0, 1000000, 500000);
		opp(1, 2000000, 5000000);
		stream = stream_of(13, 20, 0);
		stream->accuracy_ppm[0] = 400000;
		stream->accuracy_ppm[1] = 1000000;
		stream->goal = DNN_GOV_GOAL_BALANCED;
		stream->balance_ppm = 500000;
		stream->period_ns = 20 * MS - n;
		kit_frame(&kit, 0, 0, 0, 100);
		kit_plan(&kit);
		cr_expect_eq(stream->target, 2 - n);
	}
}

/* Whole it would not fit under the cap, but what is left of it does: only the budget lowers it. */
Test(edge, a_budget_is_the_cause_whatever_else_there_is)
{
	struct plan_stream *stream;

	opp(0, 1000000, 500000);
	opp(1, 2000000, 1500000);
	kit.in.max_khz = 1000000;
	stream = stream_of(5, 20, 0);
	stream->energy_budget_nj = 7000000;
	kit_frame(&kit, 0, 0, -10, 8)->done_cycles = 15 * MCYCLES;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 1);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_ENERGY_BUDGET, "%u", stream->cause);
}

/* A level that does not fit into its period is not worse for an OPP that the cap forbids. */
Test(edge, a_balance_is_of_what_is_allowed)
{
	struct plan_stream *stream;

	opp(0, 1000000, 500000);
	opp(1, 2000000, 5000000);
	kit.in.max_khz = 1000000;
	stream = stream_of(13, 30, 0);
	stream->accuracy_ppm[0] = 400000;
	stream->accuracy_ppm[1] = 1000000;
	stream->goal = DNN_GOV_GOAL_BALANCED;
	stream->balance_ppm = 500000;
	stream->period_ns = 20 * MS;
	kit_frame(&kit, 0, 0, 0, 100);
	kit_plan(&kit);
	cr_assert_eq(stream->target, 2, "0.5 - 0.5 beats 0.2 - 0.22");
}

/* A level that is worse than the one below does not hide a better one above. */
Test(edge, a_balance_looks_at_all_levels)
{
	struct plan_stream *stream;

	opp(0, 1000000, 500000);
	stream = stream_of(10, 20, 21);
	stream->accuracy_ppm[0] = stream->accuracy_ppm[1] = 500000;
	stream->accuracy_ppm[2] = 1000000;
	stream->goal = DNN_GOV_GOAL_BALANCED;
	stream->balance_ppm = 300000;
	kit_frame(&kit, 0, 0, 0, 100);
	kit_plan(&kit);
	cr_assert_eq(stream->target, 3);
}

/* All for accuracy: what is better by a hundredth is not worth a change, more is. */
Test(edge, a_balance_stays_for_a_hundredth)
{
	struct plan_stream *stream = kit_stream(&kit, 3, 10);

	stream->accuracy_ppm[0] = 500000;
	stream->accuracy_ppm[1] = 990000;
	stream->accuracy_ppm[2] = 1000000;
	stream->goal = DNN_GOV_GOAL_BALANCED;
	stream->target = 2;
	kit_frame(&kit, 0, 0, 0, 100);
	kit_plan(&kit);
	cr_assert_eq(stream->target, 2);
	stream->accuracy_ppm[1]--;
	kit_plan(&kit);
	cr_assert_eq(stream->target, 3);
}

/* --- the frequency --------------------------------------------------------------------- */

/* What a goal leaves out might as well not be there, wherever a frame is. */
Test(edge, levels_above_the_goal_do_not_matter)
{
	u32 done, deadline, differ = 0;

	for (done = 0; done < 26; done++) {
		for (deadline = 1; deadline < 25; deadline++) {
			struct plan_output one = { 0 };
			u32 levels;

			for (levels = 1; levels <= 3; levels += 2) {
				setup();
				kit_stream(&kit, levels, 20)->goal = DNN_GOV_GOAL_MIN_ENERGY;
				kit.streams[0].cost[0].tail_ppm = 1200000;
				kit_frame(&kit, 0, 0, -12, (int)deadline)->done_cycles =
					done * MCYCLES;
				kit_plan(&kit);
				if (levels == 1)
					one = kit.out;
			}
			cr_assert_eq(kit.out.khz, one.khz, "%u M, %u ms", done, deadline);
			cr_assert_eq(kit.out.guard_ns, one.guard_ns, "%u M, %u ms", done, deadline);
			differ += one.khz != 2000000 && one.khz != 200000;
		}
	}
	cr_assert_gt(differ, 50);
}

/* Without an OPP there is nothing to choose. */
Test(edge, no_opps)
{
	kit_stream(&kit, 1, 10);
	kit_frame(&kit, 0, 0, 0, 20);
	kit.in.nr_opps = 0;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 0);
	cr_assert_eq(kit.out.cap_khz, 0);
	cr_assert_eq(kit.out.guard_ns, PLAN_NEVER);
}

/*
 * Close to the end of its tail estimate a quarter of the mean is kept, not all of a long tail:
 * 5 M in 20 ms.
 */
Test(edge, a_quarter_remains_of_a_long_tail)
{
	kit_stream(&kit, 1, 20)->cost[0].tail_ppm = 2000000;
	kit_frame(&kit, 0, 0, -30, 20)->done_cycles = 38 * MCYCLES;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 300000, "%u", kit.out.khz);
}

/* A frame to come that cannot be helped is no reason to hurry before. */
Test(edge, what_comes_later_does_not_matter_yet)
{
	kit_stream(&kit, 1, 10);
	kit_stream(&kit, 1, 100);
	kit_frame(&kit, 0, 0, 0, 20)->deadline_ns += 9;
	kit_frame(&kit, 1, 0, 30, 31);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 500000, "%u", kit.out.khz);
}

/* What is done takes nothing from others, not even a nanosecond. */
Test(edge, what_is_done_is_as_good_as_gone)
{
	u32 beyond, n, first = 0, differ = 0;

	for (beyond = 0; beyond < 20; beyond++) {
		u32 khz[2];

		for (n = 0; n < 2; n++) {
			setup();
			kit_stream(&kit, 1, 10);
			kit_stream(&kit, 1, 10);
			kit_frame(&kit, 0, 0, 0, 20)->deadline_ns += beyond;
			if (n)
				kit_frame(&kit, 1, 0, -5, 15)->level_done = 1;
			kit_plan(&kit);
			khz[n] = kit.out.khz;
		}
		cr_assert_eq(khz[0], khz[1], "%u ns", beyond);
		first = beyond ? first : khz[0];
		differ += khz[0] != first;
	}
	cr_assert(differ, "10 M need a little more than 20 ms of 500 MHz");
}

/* What is late already is answered when it is ready: there is nothing to be content with. */
Test(edge, no_guard_for_what_is_late)
{
	kit_stream(&kit, 2, 10);
	kit_frame(&kit, 0, 0, -30, -1)->level_done = 1;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 2000000);
	cr_assert_eq(kit.out.guard_ns, PLAN_NEVER);
}

/* What takes the same at any frequency, and is nearly due, leaves no time for a step. */
Test(edge, no_step_beside_a_stall_that_is_nearly_due)
{
	struct plan_cost *stall;

	kit.in.nr_cpus = 2;
	stall = kit_stream(&kit, 1, 1)->cost;
	stall->cycles = 0;
	stall->stall_ns = 1970000;
	kit_stream(&kit, 1, 1)->cost[0].cycles = 30400000;
	kit_frame(&kit, 0, 0, 0, 2);
	kit_frame(&kit, 1, 1, 0, 20);
	kit.in.two_opps = true;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1600000, "%u", kit.out.khz);
	kit.frames[0].deadline_ns += MS;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1500000, "%u", kit.out.khz);
}

/* Where both OPPs take the same energy, one does for the whole frame. */
Test(edge, no_step_for_nothing)
{
	opp(0, 1000000, 500000);
	opp(1, 2000000, 1000000);
	kit_stream(&kit, 1, 30);
	kit_frame(&kit, 0, 0, 0, 20);
	kit.in.two_opps = true;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 2000000, "%u", kit.out.khz);
	kit.opps[1].busy_uw++;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1000000, "%u", kit.out.khz);
}

/*
 * Two OPPs that are not neighbours: 1.5 of 20 ms at the lower one are worth it at the beginning,
 * not going back for.
 */
Test(edge, no_step_back_for_little)
{
	opp(0, 1000000, 500000);
	opp(1, 1500000, 3000000);
	opp(2, 2000000, 1500000);
	kit_stream(&kit, 1, 1)->cost[0].cycles = 38400000;
	kit_frame(&kit, 0, 0, 0, 20);
	kit.in.two_opps = true;
	kit.in.cur_khz = 1000000;
	kit_plan(&kit);
	cr_expect_eq(kit.out.khz, 1000000, "%u", kit.out.khz);
	kit.in.cur_khz = 2000000;
	kit_plan(&kit);
	cr_expect_eq(kit.out.khz, 2000000, "%u", kit.out.khz);
	/* 3 ms are worth it */
	kit.streams[0].cost[0].cycles = 36900000;
	kit_plan(&kit);
	cr_expect_eq(kit.out.khz, 1000000, "%u", kit.out.khz);
}

/* It is so on each CPU. */
Test(edge, no_step_back_for_little_on_the_second_cpu)
{
	opp(0, 1000000, 500000);
	opp(1, 1500000, 3000000);
	opp(2, 2000000, 1500000);
	kit.in.nr_cpus = 2;
	kit_stream(&kit, 1, 1)->cost[0].cycles = 38400000;
	kit_frame(&kit, 0, 1, 0, 20);
	kit.in.two_opps = true;
	kit.in.cur_khz = 2000000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 2000000, "%u", kit.out.khz);
}

/* Between neighbours it is worth going back for 1.5 ms. */
Test(edge, a_small_step_back)
{
	opp(0, 1000000, 500000);
	opp(1, 2000000, 1500000);
	kit_stream(&kit, 1, 1)->cost[0].cycles = 38400000;
	kit_frame(&kit, 0, 0, 0, 20);
	kit.in.two_opps = true;
	kit.in.cur_khz = 2000000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1000000, "%u", kit.out.khz);
}

/* --- rising ------------------------------------------------------------------------------ */

/* So many streams of two levels, each of them ready to rise. */
static void ready(u32 count)
{
	u32 i;

	for (i = 0; i < count; i++) {
		struct plan_stream *stream = stream_of(10, 20, 0);

		stream->grant = 1;
		stream->fit_since_ns = KIT_NOW - kit.in.hold_ns;
		kit_frame(&kit, i, 0, 0, 100);
	}
}

static u32 who_rises(void)
{
	u32 i, who = PLAN_MAX_STREAMS, count = 0;

	kit_plan(&kit);
	for (i = 0; i < kit.in.nr_streams; i++) {
		if (kit.streams[i].grant == 1)
			continue;
		who = i;
		count++;
	}
	cr_assert_eq(count, 1, "%u rise", count);
	return who;
}

/* What is gained most for comes first, in whatever order. */
Test(edge, who_gains_most_rises)
{
	static const u32 weights[][3] = { { 200, 100, 300 }, { 300, 100, 200 }, { 100, 300, 200 } };
	static const u32 best[] = { 2, 0, 1 };
	u32 n, i;

	for (n = 0; n < 3; n++) {
		setup();
		ready(3);
		for (i = 0; i < 3; i++)
			kit.streams[i].weight = weights[n][i];
		cr_expect_eq(who_rises(), best[n], "case %u", n);
	}
}

/* And the time that it takes is that of the tail estimate: 7.5 ms more, against 8.5 and 6. */
Test(edge, who_rises_is_by_the_tail)
{
	static const u32 other[] = { 27, 22 };
	u32 n;

	for (n = 0; n < 2; n++) {
		setup();
		ready(2);
		kit.streams[0].cost[0].tail_ppm = kit.streams[0].cost[1].tail_ppm = 1500000;
		kit.streams[1].cost[1].cycles = other[n] * MCYCLES;
		cr_expect_eq(who_rises(), n, "case %u", n);
	}
}
