// SPDX-License-Identifier: MIT
/* The planner's arithmetic, feasibility, choice of frequency and guard. */
#include <criterion/criterion.h>

#include "planner_kit.h"

static struct kit kit;

static void setup(void)
{
	kit_init(&kit);
}

TestSuite(math);
TestSuite(frequency, .init = setup);
TestSuite(limits, .init = setup);
TestSuite(guard, .init = setup);

/* --- arithmetic ------------------------------------------------------------ */

/*
 * a * b / c, for want of 128 bits on some machines doubled and added for one bit of a after the
 * other: what there is so far is quotient * c + rest.
 */
static u64 exact_mul_div(u64 a, u64 b, u64 c)
{
	u64 quotient = 0, rest = 0;

	for (int bit = 63; bit >= 0; bit--) {
		bool add = a >> bit & 1, over = quotient >> 63, carry = rest >= c - rest;

		quotient = quotient * 2 + carry;
		rest = carry ? rest - (c - rest) : rest * 2;
		if (add) {
			carry = rest >= c - b % c;
			over |= __builtin_add_overflow(quotient, b / c, &quotient);
			over |= __builtin_add_overflow(quotient, carry, &quotient);
			rest = carry ? rest - (c - b % c) : rest + b % c;
		}
		if (over)
			return PLAN_NEVER;
	}
	return quotient;
}

Test(math, mul_div_is_exact)
{
	u64 seed = 1, i;

	for (i = 0; i < 200000; i++) {
		u64 a = (u64)kit_random(&seed, ~0U) << 33 ^ kit_random(&seed, ~0U);
		u64 b = (u64)kit_random(&seed, ~0U) << 33 ^ kit_random(&seed, ~0U);
		u64 c = (u64)kit_random(&seed, ~0U) << 33 ^ kit_random(&seed, ~0U);
		u64 exact;

		a >>= kit_random(&seed, 64);
		b >>= kit_random(&seed, 64);
		c >>= kit_random(&seed, 64);
		if (!c)
			c = 1;
		exact = exact_mul_div(a, b, c);
		cr_assert_eq(plan_mul_div(a, b, c), exact, "%llu * %llu / %llu", a, b, c);
		cr_assert_eq(plan_mul_div_wide(a, b, c), exact, "%llu * %llu / %llu", a, b, c);
	}
}

Test(math, saturates)
{
	cr_assert_eq(plan_add(PLAN_NEVER, 1), PLAN_NEVER);
	cr_assert_eq(plan_add(PLAN_NEVER - 1, 1), PLAN_NEVER);
	cr_assert_eq(plan_sub(1, 2), 0);
	cr_assert_eq(plan_sub(3, 2), 1);
	cr_assert_eq(plan_mul_div(PLAN_NEVER, PLAN_NEVER, 1), PLAN_NEVER);
	cr_assert_eq(plan_mul_div(PLAN_NEVER, PLAN_NEVER, PLAN_NEVER), PLAN_NEVER);
	cr_assert_eq(plan_mul_div(PLAN_NEVER, 7, 7), PLAN_NEVER);
}

Test(math, time)
{
	struct plan_cost cost = { .cycles = 30 * MCYCLES, .stall_ns = 2 * MS, .tail_ppm = 1100000 };

	cr_assert_eq(plan_time_ns(&cost, 1000000, false), 32 * MS);
	cr_assert_eq(plan_time_ns(&cost, 500000, false), 62 * MS);
	cr_assert_eq(plan_time_ns(&cost, 1000000, true), 35200000);
	cost.tail_ppm = 500000;
	cr_assert_eq(plan_time_ns(&cost, 1000000, true), 32 * MS, "a tail is never below the mean");
	cost.cycles = PLAN_NEVER;
	cr_assert_eq(plan_time_ns(&cost, 1, true), PLAN_NEVER);
	cost.cycles = 0;
	cr_assert_eq(plan_time_ns(&cost, 1, false), 2 * MS);
}

/* --- frequency ------------------------------------------------------------- */

Test(frequency, nothing_to_do)
{
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 0);
	cr_assert(kit.out.feasible);
	cr_assert_eq(kit.out.guard_ns, PLAN_NEVER);

	kit_stream(&kit, 4, 10);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 0);
}

Test(frequency, predicted_frames_have_no_vote)
{
	kit_stream(&kit, 1, 20);
	kit_frame(&kit, 0, 0, 5, 30);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 0);
	cr_assert(kit.out.feasible);
	cr_assert_eq(kit.out.guard_ns, PLAN_NEVER);
}

/* 30 M cycles in 20 ms: 1500 MHz make it exactly, but for the rounding allowance. */
Test(frequency, lowest_that_fits_is_exact)
{
	struct plan_frame *frame;

	kit_stream(&kit, 1, 30);
	frame = kit_frame(&kit, 0, 0, 0, 20);
	frame->deadline_ns += 2;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1500000);
	frame->deadline_ns -= 1;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1600000);
	cr_assert(kit.out.feasible);
}

/*
 * 10 M cycles in a second. At 200 MHz they cost (91 - 30) mW * 50 ms = 3.05 mJ more
 * than idling, at 300 MHz (135 - 30) * 33.3 = 3.5: the lowest is the cheapest. With
 * a static share of 200 mW the critical speed moves up.
 */
Test(frequency, cheapest_is_not_always_the_lowest)
{
	u32 i;

	kit_stream(&kit, 1, 10);
	kit_frame(&kit, 0, 0, 0, 1000);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 200000);

	for (i = 0; i < kit.in.nr_opps; i++)
		kit.opps[i].busy_uw += 200000;
	kit_plan(&kit);
	/* (mW - 30) / MHz: 600: 0.7267, 700: 0.6857, 800: 0.665, 900: 0.6544, 1000: 0.662 */
	cr_assert_eq(kit.out.khz, 900000);

	/* idle at the lowest OPP counts, not at the OPP of the frame: 330 mW of it ... */
	kit.opps[0].idle_uw = 270000;
	kit_plan(&kit);
	/* (mW + 200 - 270) / MHz: 200: 0.105, 300: 0.217 */
	cr_assert_eq(kit.out.khz, 200000);

	/* ... and the lowest allowed one at that */
	kit.in.min_khz = 300000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 900000);
}

Test(frequency, ties_go_to_the_lower)
{
	u32 i;

	for (i = 0; i < kit.in.nr_opps; i++) {
		kit.opps[i].busy_uw = kit.opps[i].khz;
		kit.opps[i].idle_uw = 0;
	}
	kit_stream(&kit, 1, 60);
	kit_frame(&kit, 0, 0, 0, 101);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 600000);
}

Test(frequency, stall_makes_slow_dearer)
{
	struct plan_stream *stream = kit_stream(&kit, 1, 10);

	/* 50 ms of stall: P_busy decides alone, and it grows with f; so still the lowest */
	stream->cost[0].stall_ns = 50 * MS;
	kit_frame(&kit, 0, 0, 0, 102);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 200000);
	/* but it takes 100 ms there, not 50 */
	kit.frames[0].deadline_ns -= 10 * MS;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 300000);
}

/*
 * With 200 mW more: 10 M cycles are cheapest at 900 MHz, and 50 ms of stall with them
 * at 300: (mW + 170) * (ms + 50) is 26.1 at 200, 25.4 at 300, 26.1 at 400 MHz. Only
 * what pending frames still have to do may decide.
 */
Test(frequency, energy_is_of_pending_work)
{
	struct plan_stream *a = kit_stream(&kit, 1, 10);
	struct plan_stream *b = kit_stream(&kit, 2, 0);
	u32 i;

	for (i = 0; i < kit.in.nr_opps; i++)
		kit.opps[i].busy_uw += 200000;
	b->cost[1].stall_ns = 50 * MS;
	b->cost[0].stall_ns = 1000;
	/* complete, then pending, then to come: stall only where it is pending */
	kit_frame(&kit, 1, 0, 0, 900)->level_done = 2;
	kit_frame(&kit, 0, 0, 0, 1000);
	kit_frame(&kit, 1, 0, 950, 1050);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 900000);
	kit.frames[0].level_done = 0;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 300000);
	kit.in.nr_frames = 1;
	a->cost[0].cycles = 0;
	b->cost[1].cycles = 10 * MCYCLES;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 300000);
}

/* A CPU with nothing to do says nothing of the others. */
Test(frequency, idle_cpus)
{
	kit_stream(&kit, 1, 30);
	kit.in.nr_cpus = 3;
	kit_frame(&kit, 0, 0, 100, 200);
	kit_frame(&kit, 0, 2, 0, 20)->deadline_ns += 2;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1500000);
}

/* What is to come does not fit, what is there does: at the top, and feasible. */
Test(frequency, feasible_is_about_pending_frames)
{
	kit_stream(&kit, 1, 20);
	kit_stream(&kit, 1, 200);
	kit_frame(&kit, 0, 0, 0, 51);
	kit_frame(&kit, 1, 0, 40, 61);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 2000000);
	cr_assert(kit.out.feasible);
	cr_assert_eq(kit.out.guard_ns, PLAN_NEVER);
}

Test(frequency, unknown_power_is_guessed)
{
	kit_stream(&kit, 1, 10);
	kit_frame(&kit, 0, 0, 0, 1000);
	kit.opps[18].busy_uw = 0;
	kit_plan(&kit);
	/* 60 + 940 x^3 per x is least at x^3 = 60 / 1880, x = 0.317: 600 or 700 of 2000 */
	cr_assert_eq(kit.out.khz, 600000);
	/* the guess also holds where a cap hides the unknown OPP */
	kit.in.max_khz = 500000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 500000);
}

Test(frequency, infeasible_means_max)
{
	kit_stream(&kit, 1, 30);
	kit_frame(&kit, 0, 0, 0, 14);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 2000000);
	cr_assert_not(kit.out.feasible);
	cr_assert_eq(kit.out.guard_ns, PLAN_NEVER);
	cr_assert_eq(kit.streams[0].grant, 1);
}

Test(frequency, frames_of_one_cpu_add_up)
{
	kit_stream(&kit, 1, 10);
	kit_stream(&kit, 1, 10);
	kit_frame(&kit, 1, 0, 0, 31);
	kit_frame(&kit, 0, 0, 0, 26);
	kit_plan(&kit);
	/* by 26: 10 M, 400 MHz; by 31: 20 M, 700 MHz */
	cr_assert_eq(kit.out.khz, 700000);
	kit.in.nr_cpus = 2;
	kit.frames[0].cpu = 1;
	kit_plan(&kit);
	/* alone: 26 ms for 10 M */
	cr_assert_eq(kit.out.khz, 400000);
}

/* The later deadline can be the harder one, and the earlier one. */
Test(frequency, every_deadline_counts)
{
	kit_stream(&kit, 1, 10);
	kit_stream(&kit, 1, 30);
	kit_frame(&kit, 0, 0, 0, 11);
	kit_frame(&kit, 1, 0, 0, 200);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1000000);
	kit.frames[1].deadline_ns = KIT_NOW + 25 * MS;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1700000);
}

Test(frequency, predicted_before_the_last_deadline_constrain)
{
	kit_stream(&kit, 1, 20);
	kit_stream(&kit, 1, 20);
	kit_frame(&kit, 0, 0, 0, 51);
	kit_frame(&kit, 1, 0, 40, 61);
	kit_plan(&kit);
	/* 40 M by 61 ms */
	cr_assert_eq(kit.out.khz, 700000);
	kit.frames[1].release_ns = KIT_NOW + 51 * MS;
	kit.frames[1].deadline_ns = KIT_NOW + 72 * MS;
	kit_plan(&kit);
	/* alone: 20 M by 51 ms */
	cr_assert_eq(kit.out.khz, 400000);

	/* on another CPU it can wait until it is there */
	kit.in.nr_cpus = 2;
	kit.frames[1].cpu = 1;
	kit.frames[1].release_ns = KIT_NOW + 40 * MS;
	kit.frames[1].deadline_ns = KIT_NOW + 61 * MS;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 400000);
}

/* The last frame given of a stream with a period repeats up to the last deadline. */
Test(frequency, periods_repeat)
{
	kit_stream(&kit, 1, 4);
	kit_stream(&kit, 1, 30);
	kit_frame(&kit, 0, 0, 0, 10);
	kit_frame(&kit, 1, 0, 0, 101);
	kit_plan(&kit);
	/* 34 M by 101; 4 M by 10 need 500 MHz for the rounding */
	cr_assert_eq(kit.out.khz, 500000);
	kit.streams[0].period_ns = 10 * MS;
	kit_plan(&kit);
	/* 10 frames of 4 M end by 100 ms: 70 M by 101 ms */
	cr_assert_eq(kit.out.khz, 700000);
	/* the last of them just counts; 70 M by 100 ms, and rounding */
	kit.frames[1].deadline_ns -= 1 * MS;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 800000);
	/* what the first has done, the others have not */
	kit.frames[1].deadline_ns += 1 * MS;
	kit.frames[0].done_cycles = 4 * MCYCLES - 1000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 700000, "66 M in 101 ms");
}

/* A frame that is pending has all the time to its deadline, whatever the period. */
Test(frequency, deadline_beyond_the_period)
{
	kit_stream(&kit, 1, 10)->period_ns = 33 * MS;
	kit.in.nr_cpus = 2;
	kit_frame(&kit, 0, 0, 0, 51);
	kit_frame(&kit, 0, 1, 33, 84);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 200000);
	kit.frames[0].release_ns -= 5 * MS;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 200000);
}

Test(frequency, other_tasks_take_their_share)
{
	kit_stream(&kit, 1, 10);
	kit_frame(&kit, 0, 0, 0, 21);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 500000);
	kit.other[0] = 500000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1000000);
	kit.other[0] = 750000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 2000000);
	cr_assert(kit.out.feasible);
	kit.other[0] = 1000000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 2000000);
	cr_assert_not(kit.out.feasible);
	kit.other[0] = ~0U;
	kit_plan(&kit);
	cr_assert_not(kit.out.feasible);
}

Test(frequency, margin_switch_and_tail)
{
	struct plan_stream *stream = kit_stream(&kit, 1, 10);

	kit_frame(&kit, 0, 0, 0, 20);
	kit.frames[0].deadline_ns += 2;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 500000);
	kit.in.switch_ns = 1;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 600000);
	kit.in.switch_ns = 0;
	kit.in.margin_ppm = 1;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 600000);
	kit.in.margin_ppm = 300000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 700000);
	kit.in.margin_ppm = 0;
	stream->cost[0].tail_ppm = 1500000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 800000);
}

/* --- progress -------------------------------------------------------------- */

Test(frequency, work_done_is_not_done_again)
{
	struct plan_frame *frame;

	kit_stream(&kit, 1, 20);
	frame = kit_frame(&kit, 0, 0, -10, 10);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 2000000);
	cr_assert_not(kit.out.feasible, "2 ns of rounding");
	frame->done_cycles = 15 * MCYCLES + 1000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 500000);
	/* the tail is of the whole frame, not of what is left */
	kit.streams[0].cost[0].tail_ppm = 1500000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1500000);
}

Test(frequency, a_frame_that_overran_needs_more)
{
	struct plan_frame *frame;

	kit_stream(&kit, 1, 80);
	frame = kit_frame(&kit, 0, 0, -100, 50);
	frame->done_cycles = 80 * MCYCLES;
	/* a quarter, 20 M, in 50 ms; in 18; in none */
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 500000);
	frame->deadline_ns = KIT_NOW + 18 * MS;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1200000);
	frame->done_cycles = 1000 * MCYCLES;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1200000);
	frame->deadline_ns = KIT_NOW + 9 * MS;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 2000000);
	cr_assert(kit.out.feasible, "levels are not lost for doubts");
	/* a 128th, 0.625 M, in less than its time */
	frame->deadline_ns = KIT_NOW + MS / 4;
	kit_plan(&kit);
	cr_assert_not(kit.out.feasible);
}

/*
 * A frame that has used up its mean is not slowed down at the end of its tail: 100 M cycles
 * on the mean, 10 M of tail, which are kept.
 */
Test(frequency, the_end_of_the_tail_is_no_rest)
{
	struct plan_stream *stream = kit_stream(&kit, 1, 100);
	struct plan_frame *frame = kit_frame(&kit, 0, 0, -100, 10);

	stream->cost[0].tail_ppm = 1100000;
	/* 10 M remain of the tail, in 12 ms */
	frame->deadline_ns = KIT_NOW + 12 * MS;
	frame->done_cycles = 100 * MCYCLES;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 900000);
	/* 5 M and 1 M would remain, were it certain */
	frame->done_cycles = 105 * MCYCLES;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 900000);
	frame->done_cycles = 109 * MCYCLES;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 900000);
	/* what there is of time for levels is another thing */
	frame->deadline_ns = KIT_NOW + 1 * MS;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 2000000);
	cr_assert(kit.out.feasible);
}

/* Who is beyond the mean may go beyond the tail: the highest frequency is kept for that. */
Test(frequency, a_frame_beyond_its_mean_is_watched)
{
	struct plan_stream *stream = kit_stream(&kit, 1, 40);
	struct plan_frame *frame = kit_frame(&kit, 0, 0, -50, 5);

	stream->cost[0].tail_ppm = 1100000;
	frame->deadline_ns += 9;
	frame->done_cycles = 40 * MCYCLES;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 800000, "4 M in 5 ms: %u", kit.out.khz);
	cr_assert_leq(kit.out.guard_ns, KIT_NOW + MS + 9, "8 M take 4 ms at the most");
	frame->deadline_ns = KIT_NOW + 3900000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 2000000, "8 M in 3.9 ms");
	cr_assert(kit.out.feasible);
	frame->done_cycles = 39 * MCYCLES;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1300000, "5 M in 3.9 ms: %u", kit.out.khz);
}

/*
 * 10 M cycles and 10 ms of stall at 1 GHz: half way after 10 ms, when 10 M cycles
 * have gone by. Without done_ns they would be taken for all of the frame.
 */
Test(frequency, stall_cycles_are_not_progress)
{
	struct plan_stream *stream = kit_stream(&kit, 1, 10);
	struct plan_frame *frame = kit_frame(&kit, 0, 0, -10, 11);

	stream->cost[0].stall_ns = 10 * MS;
	frame->done_cycles = 10 * MCYCLES;
	frame->done_ns = 10 * MS;
	/* 5 ms of stall and 5 M cycles in 11 ms: 834 MHz */
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 900000);
	frame->done_ns = 0;
	/* overran: a quarter of 10 M and of 10 ms */
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 300000);
}

Test(frequency, a_frame_of_stalls_alone)
{
	struct plan_stream *stream = kit_stream(&kit, 1, 0);
	struct plan_frame *frame = kit_frame(&kit, 0, 0, -16, 10);

	stream->cost[0].stall_ns = 32 * MS;
	kit_plan(&kit);
	cr_assert_not(kit.out.feasible, "32 ms in 10");
	frame->done_ns = 24 * MS;
	kit_plan(&kit);
	cr_assert(kit.out.feasible);
	cr_assert_eq(kit.out.khz, 200000);
	frame->done_ns = 40 * MS;
	frame->deadline_ns = KIT_NOW + 9 * MS;
	kit_plan(&kit);
	cr_assert(kit.out.feasible);
	cr_assert_eq(kit.out.khz, 200000, "a quarter is 8 ms");
	frame->deadline_ns = KIT_NOW + 8 * MS + 1;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 2000000);
	frame->deadline_ns = KIT_NOW + MS / 4 + 2;
	kit_plan(&kit);
	cr_assert(kit.out.feasible, "a 128th is 0.25 ms");
	frame->deadline_ns -= 1;
	kit_plan(&kit);
	cr_assert_not(kit.out.feasible);
}

Test(frequency, late_frames_run_at_max)
{
	kit_stream(&kit, 4, 1);
	kit_frame(&kit, 0, 0, -50, -10);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 2000000);
	cr_assert_not(kit.out.feasible);
	cr_assert_eq(kit.streams[0].grant, 4, "no level helps a deadline that has passed");
	cr_assert_eq(kit.out.guard_ns, PLAN_NEVER);
}

/* --- limits ---------------------------------------------------------------- */

Test(limits, max_khz)
{
	kit_stream(&kit, 1, 30);
	kit_frame(&kit, 0, 0, 0, 14);
	kit.in.max_khz = 1000000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1000000);
	kit.in.max_khz = 999999;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 900000);
}

Test(limits, min_khz)
{
	kit_stream(&kit, 1, 1);
	kit_frame(&kit, 0, 0, 0, 1000);
	kit.in.min_khz = 1000000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1000000);
	kit.in.min_khz = 1000001;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1100000);
}

Test(limits, none_inside)
{
	kit_stream(&kit, 1, 30);
	kit_frame(&kit, 0, 0, 0, 100);
	kit.in.min_khz = 1010000;
	kit.in.max_khz = 1090000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1000000, "the highest that is not above max");
	kit.in.min_khz = 1500000;
	kit.in.max_khz = 700000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 700000, "max wins over min");
	kit.in.max_khz = 100;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 200000, "the lowest where all are above max");
	kit.in.min_khz = ~0U;
	kit.in.max_khz = ~0U;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 2000000);
}

Test(limits, one_opp)
{
	kit.in.nr_opps = 1;
	kit_stream(&kit, 1, 1);
	kit_frame(&kit, 0, 0, 0, 10);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 200000);
	cr_assert(kit.out.feasible);
	cr_assert_eq(kit.out.guard_ns, PLAN_NEVER);
	kit.in.nr_opps = 0;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 0);
}

Test(limits, frames_of_nobody_are_skipped)
{
	kit_stream(&kit, 1, 100);
	kit_stream(&kit, 1, 10);
	kit.streams[2] = kit.streams[0];
	kit_frame(&kit, 2, 0, 0, 20);
	kit_frame(&kit, 1, 1, 0, 2);
	kit_frame(&kit, 1, 0, 0, 21);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 500000);
	cr_assert(kit.out.feasible);
	cr_assert_eq(kit.scratch.head[1], 0);
	cr_assert_eq(kit.scratch.frame[0], 2, "the only job");
}

Test(limits, nonsense_is_bounded)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 1);

	stream->levels = 100;
	stream->grant = 200;
	stream->min_level = 300;
	kit_plan(&kit);
	cr_assert_eq(stream->levels, PLAN_MAX_LEVELS);
	cr_assert_eq(stream->min_level, PLAN_MAX_LEVELS);
	cr_assert_eq(stream->grant, PLAN_MAX_LEVELS);
	stream->levels = 0;
	stream->grant = 0;
	stream->min_level = 0;
	kit_plan(&kit);
	cr_assert_eq(stream->levels, 1);
	cr_assert_eq(stream->min_level, 1);
	cr_assert_eq(stream->grant, 1);
}

Test(limits, huge_values_are_infeasible)
{
	struct plan_stream *stream = kit_stream(&kit, 2, 1);
	struct plan_frame *frame = kit_frame(&kit, 0, 0, 0, 1000);

	stream->cost[1].cycles = PLAN_NEVER;
	stream->cost[1].stall_ns = PLAN_NEVER;
	stream->cost[1].tail_ppm = ~0U;
	stream->weight = ~0U;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 1);
	cr_assert(kit.out.feasible);
	stream->cost[0] = stream->cost[1];
	kit_plan(&kit);
	cr_assert_not(kit.out.feasible);
	cr_assert_eq(kit.out.khz, 2000000);

	frame->deadline_ns = PLAN_NEVER;
	frame->done_cycles = PLAN_NEVER;
	frame->done_ns = 1;
	kit.in.margin_ppm = ~0U;
	kit.in.switch_ns = PLAN_NEVER;
	stream->period_ns = 1;
	kit_plan(&kit);
	cr_assert_not(kit.out.feasible);
}

Test(limits, as_many_as_there_can_be)
{
	u32 i;

	kit.in.nr_cpus = PLAN_MAX_CPUS;
	for (i = 0; i < PLAN_MAX_STREAMS; i++) {
		kit_stream(&kit, PLAN_MAX_LEVELS, 1)->period_ns = 10 * MS;
		kit_frame(&kit, i, i % 3, -(int)i % 5, 10 + i * 3);
		kit_frame(&kit, i, i % 3, 10 + i, 40 + i * 2);
	}
	kit.in.nr_cpus = 0xffffffff;
	kit.in.nr_streams = 0xffffffff;
	kit.in.nr_frames = 0xffffffff;
	kit_plan(&kit);
	cr_assert_geq(kit.out.khz, 200000);
	for (i = 0; i < PLAN_MAX_STREAMS; i++)
		cr_assert(kit.streams[i].grant >= 1 && kit.streams[i].grant <= PLAN_MAX_LEVELS);

	/* all of them again on one CPU, which they share */
	for (i = 0; i < PLAN_MAX_FRAMES; i++) {
		kit.frames[i].cpu = PLAN_MAX_CPUS - 1;
		kit.frames[i].shares = true;
	}
	for (i = 0; i < PLAN_MAX_STREAMS; i++)
		kit.streams[i].grant = PLAN_MAX_LEVELS;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 2000000);
	for (i = 0; i < PLAN_MAX_STREAMS; i++)
		cr_assert_eq(kit.streams[i].grant, 1);
}

/* --- guard ----------------------------------------------------------------- */

Test(guard, is_where_max_still_makes_it)
{
	kit_stream(&kit, 1, 20);
	kit_frame(&kit, 0, 0, 0, 41);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 500000);
	/* 10 ms at 2 GHz */
	cr_assert_eq(kit.out.guard_ns, KIT_NOW + 31 * MS - 2);
	kit.in.switch_ns = 100000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.guard_ns, KIT_NOW + 31 * MS - 2 - 200000);
	kit.in.switch_ns = 0;
	kit.in.max_khz = 1000000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.guard_ns, KIT_NOW + 21 * MS - 2, "max allowed, not max");
	kit.streams[0].cost[0].tail_ppm = 1500000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.guard_ns, KIT_NOW + 11 * MS - 2);
	kit.other[0] = 100000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.guard_ns, KIT_NOW + 41 * MS - 33333360 - 2, "rounded up to 1 ppm");
}

Test(guard, is_the_least_of_all_deadlines)
{
	kit_stream(&kit, 1, 20);
	kit_stream(&kit, 1, 20);
	kit_frame(&kit, 0, 0, 0, 41);
	kit_frame(&kit, 1, 0, 0, 50);
	kit_plan(&kit);
	/* 50 - 20 is before 41 - 10 */
	cr_assert_eq(kit.out.guard_ns, KIT_NOW + 30 * MS - 4);
	kit.frames[1].deadline_ns = KIT_NOW + 90 * MS;
	kit_plan(&kit);
	cr_assert_eq(kit.out.guard_ns, KIT_NOW + 31 * MS - 2);
	/* each CPU has its own; a predicted frame takes time but has no guard of its own */
	kit.in.nr_cpus = 2;
	kit.frames[1].cpu = 1;
	kit.frames[1].deadline_ns = KIT_NOW + 40 * MS;
	kit_frame(&kit, 0, 1, 20, 30);
	kit_plan(&kit);
	cr_assert_eq(kit.out.guard_ns, KIT_NOW + 20 * MS - 4);
}

/* It moves on with the frame. */
Test(guard, knows_what_is_done)
{
	kit_stream(&kit, 1, 20);
	kit_frame(&kit, 0, 0, 0, 41)->done_cycles = 10 * MCYCLES;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 300000);
	cr_assert_eq(kit.out.guard_ns, KIT_NOW + 36 * MS - 2);
}

Test(guard, never_when_at_the_cap)
{
	kit_stream(&kit, 1, 20);
	kit_frame(&kit, 0, 0, 0, 41);
	kit.in.max_khz = 500000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 500000);
	cr_assert_eq(kit.out.guard_ns, PLAN_NEVER);
}

Test(guard, never_when_at_max)
{
	kit_stream(&kit, 1, 20);
	kit_frame(&kit, 0, 0, 0, 10)->deadline_ns += 2;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 2000000);
	cr_assert(kit.out.feasible);
	cr_assert_eq(kit.out.guard_ns, PLAN_NEVER);
}

/* Nothing done until the guard: the plan made there is the top, and feasible. */
Test(guard, planning_there_saves_the_frame)
{
	kit.in.switch_ns = 50000;
	kit.in.margin_ppm = 20000;
	kit_stream(&kit, 4, 5);
	kit_frame(&kit, 0, 0, 0, 41);
	kit_plan(&kit);
	cr_assert_lt(kit.out.khz, 2000000);
	kit.in.now_ns = kit.out.guard_ns + 40000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 2000000);
	cr_assert(kit.out.feasible);
	cr_assert_eq(kit.streams[0].grant, 4);
}

/* The OPP just below the top is the cheapest, but a guard that would come soon is there. */
Test(guard, is_not_at_once)
{
	kit_stream(&kit, 1, 18);
	kit_frame(&kit, 0, 0, 0, 10);
	kit.in.switch_ns = 400000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1900000);
	cr_assert_eq(kit.out.guard_ns, KIT_NOW + 200000 - 2);
	kit.in.switch_ns = 470000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 2000000);
	cr_assert(kit.out.feasible);
	cr_assert_eq(kit.out.guard_ns, PLAN_NEVER);
}

/*
 * At the top a frame that has a level done is guarded until that is all there will be: the
 * next one still needs a 128th of 40 M cycles.
 */
Test(guard, gives_up_a_level_in_time)
{
	struct plan_frame *frame;
	u64 left = 40 * MS / 2 / 128;

	kit_stream(&kit, 2, 20);
	frame = kit_frame(&kit, 0, 0, -18, 2);
	frame->deadline_ns += 2;
	frame->done_cycles = 36 * MCYCLES;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 2000000);
	cr_assert_eq(kit.out.guard_ns, PLAN_NEVER, "there is no answer yet");
	frame->level_done = 1;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 2000000);
	cr_assert_eq(kit.out.guard_ns, KIT_NOW + 2 * MS - left + 1000);
	cr_assert_eq(kit.streams[0].grant, 2);

	/* it takes longer than ever */
	kit.in.now_ns = kit.out.guard_ns - 2000;
	frame->done_cycles = 50 * MCYCLES;
	kit_plan(&kit);
	cr_assert_eq(kit.streams[0].grant, 2, "a frame takes a moment longer");
	kit.in.now_ns = kit.out.guard_ns;
	kit_plan(&kit);
	cr_assert_eq(kit.streams[0].grant, 1);
	cr_assert_eq(kit.streams[0].cause, DNN_GOV_CAUSE_DEADLINE);
	cr_assert_eq(kit.out.guard_ns, PLAN_NEVER);
}
