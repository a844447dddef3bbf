// SPDX-License-Identifier: MIT
/* Two OPPs for one frame, where neighbours are not the best two. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "planner_kit.h"

#define OPPS	12

static struct kit kit;

/* Jetson Nano's GPU as measured, tests/sim/platforms/jetson-nano.platform. */
static void nano_gpu(void)
{
	static const struct plan_opp opps[] = {
		{ 153600, 341000, 68200 }, { 230400, 1057000, 211400 }, { 307200, 1375000, 275000 },
		{ 384000, 1631000, 326200 }, { 460800, 1854000, 370800 },
		{ 537600, 2073000, 414600 }, { 614400, 2521000, 504200 },
	};

	kit_init(&kit);
	memcpy(kit.opps, opps, sizeof(opps));
	kit.in.nr_opps = sizeof(opps) / sizeof(opps[0]);
	kit.in.min_khz = opps[0].khz;
	kit.in.max_khz = opps[kit.in.nr_opps - 1].khz;
	kit.in.cur_khz = opps[0].khz;
	kit.in.two_opps = true;
}

/*
 * Play the frame, which takes what its stream says; its energy beyond that of idling. Says
 * in @used by bits which OPPs it ran at for more than a twentieth of its time.
 */
static double play(struct plan_frame *frame, u32 *used)
{
	const struct plan_cost *cost = &kit.streams[0].cost[0];
	double left = 1, now = 0, nj = 0, spent[OPPS] = { 0 };
	u32 i, plans;

	for (plans = 0; left > 1e-9; plans++) {
		u64 guard;
		double t, ns;

		kit_plan(&kit);
		cr_assert(kit.out.feasible);
		cr_assert_lt(plans, 200);
		for (i = 0; kit.opps[i].khz < kit.out.khz; i++)
			;
		t = (double)cost->cycles * 1e6 / kit.out.khz + (double)cost->stall_ns;
		ns = left * t;
		/* the module's timer does not come sooner */
		guard = plan_max(kit.out.guard_ns, kit.in.now_ns + 100000);
		if (kit.out.guard_ns != PLAN_NEVER && now + ns > (double)(guard - KIT_NOW))
			ns = (double)(guard - KIT_NOW) - now;
		left -= ns / t;
		now += ns;
		spent[i] += ns;
		nj += ns * 1e-6 * (kit.opps[i].busy_uw - kit.opps[0].idle_uw);
		frame->done_ns = (u64)now;
		frame->done_cycles += (u64)(ns * 1e-6 * kit.out.khz);
		kit.in.now_ns = KIT_NOW + (u64)now;
		kit.in.cur_khz = kit.out.khz;
	}
	cr_assert_leq(now, (double)(frame->deadline_ns - KIT_NOW));
	*used = 0;
	for (i = 0; i < kit.in.nr_opps; i++)
		if (spent[i] > now / 20)
			*used |= 1U << i;
	return nj;
}

/* The least of all single OPPs and of all pairs that fill @window. */
static double least(double window)
{
	const struct plan_cost *cost = &kit.streams[0].cost[0];
	double t[OPPS], nj[OPPS], best = INFINITY;
	u32 i, k;

	for (i = 0; i < kit.in.nr_opps; i++) {
		t[i] = (double)cost->cycles * 1e6 / kit.opps[i].khz + (double)cost->stall_ns;
		nj[i] = t[i] * 1e-6 * (kit.opps[i].busy_uw - kit.opps[0].idle_uw);
	}
	for (i = 0; i < kit.in.nr_opps; i++) {
		if (t[i] <= window && nj[i] < best)
			best = nj[i];
		for (k = i + 1; k < kit.in.nr_opps; k++) {
			double x = (window - t[k]) / (t[i] - t[k]), mix = x * nj[i] + (1 - x) * nj[k];

			if (x >= 0 && x <= 1 && mix < best)
				best = mix;
		}
	}
	return best;
}

static struct plan_frame *frame_of(u64 cycles, u64 stall_ns)
{
	struct plan_cost *cost = kit_stream(&kit, 1, 1)->cost;

	cost->cycles = cycles;
	cost->stall_ns = stall_ns;
	cost->tail_ppm = 1030000;
	return kit_frame(&kit, 0, 0, 0, 40);
}

/* 345.6 MHz would do, between 307.2 and 384. */
Test(bridge, leaves_out_opps_that_draw_too_much)
{
	struct plan_frame *frame;
	double nj;
	u32 used;

	nano_gpu();
	frame = frame_of(345600 * 40, 0);
	nj = play(frame, &used);
	cr_expect_eq(used, 1 << 0 | 1 << 5, "%#x", used);
	cr_expect_lt(nj, 1.04 * least(40e6));
}

Test(bridge, rests_on_what_is_allowed)
{
	u32 used;

	nano_gpu();
	kit.in.max_khz = 460800;
	play(frame_of(345600 * 40, 0), &used);
	cr_expect_eq(used, 1 << 0 | 1 << 4, "%#x", used);

	nano_gpu();
	kit.in.min_khz = 230400;
	kit.in.cur_khz = 230400;
	play(frame_of(345600 * 40, 0), &used);
	cr_expect_eq(used, 1 << 5, "no lower one is worth it: %#x", used);
}

/*
 * Stalls: the higher one gains less. From when frames run at both it is told by their mean
 * frequency how far they are, which is as good as right as long as they stall little.
 */
Test(bridge, knows_what_stalls)
{
	u32 used;

	nano_gpu();
	kit.in.margin_ppm = 10000;
	cr_expect_lt(play(frame_of(345600 * 36, 2 * MS), &used), 1.04 * least(40e6));
	cr_expect_eq(used & ~0x40U, 1 << 0 | 1 << 5, "%#x", used);

	nano_gpu();
	kit.in.margin_ppm = 10000;
	play(frame_of(345600 * 15, 25 * MS), &used);
	cr_expect_eq(used & 1, 0, "%#x", used);

	/* 38 ms at the mean frequency, 40 at half the pace of each: it would come too late by that */
	nano_gpu();
	kit.in.margin_ppm = 10000;
	play(frame_of(345600 * 30, 8 * MS), &used);
}

/* Three OPPs, the lowest at 1 GHz and 0.5 W, the highest at 2 W. */
static void three_opps(u32 middle_khz, u32 middle_uw, u32 top_khz)
{
	kit_init(&kit);
	kit.opps[0] = (struct plan_opp) { 1000000, 500000, 0 };
	kit.opps[1] = (struct plan_opp) { middle_khz, middle_uw, 0 };
	kit.opps[2] = (struct plan_opp) { top_khz, 2000000, 0 };
	kit.in.nr_opps = 3;
	kit.in.min_khz = kit.in.cur_khz = 1000000;
	kit.in.max_khz = top_khz;
	kit.in.two_opps = true;
}

/*
 * 1.35 W at 1.5 GHz are too much for what cycles gain there, not for what a frame does that
 * stalls a third of its time: that is not worth going to 2 GHz. 1 ms is no reason not to.
 */
Test(bridge, is_of_neighbours_for_what_stalls)
{
	static const struct { u64 mcycles; u64 stall_ns; u32 used; } cases[] = {
		{ 30, 0, 1 << 0 | 1 << 2 },
		{ 29, MS, 1 << 0 | 1 << 2 },
		{ 20, 10 * MS, 1 << 0 | 1 << 1 },
	};
	u32 n, used;

	for (n = 0; n < 3; n++) {
		struct plan_frame *frame;

		three_opps(1500000, 1350000, 2000000);
		frame = frame_of(cases[n].mcycles * MCYCLES, cases[n].stall_ns);
		frame->deadline_ns -= 13 * MS;
		kit.streams[0].cost[0].tail_ppm = 1000000;
		play(frame, &used);
		cr_expect_eq(used, cases[n].used, "case %u: %#x", n, used);
	}
}

/* Neighbours also have to do where the mean of those that are better says little of a frame. */
Test(bridge, falls_back_on_neighbours)
{
	three_opps(2000000, 1600000, 3000000);
	frame_of(30 * MCYCLES, 10 * MS)->deadline_ns -= 10 * MS;
	kit.streams[0].cost[0].tail_ppm = 1000000;
	kit_plan(&kit);
	cr_expect_eq(kit.out.khz, 1000000, "%u", kit.out.khz);
}

/* What is measured is rounded: a curve with a little noise is a curve. */
Test(bridge, neighbours_on_a_rough_curve)
{
	u32 used;

	nano_gpu();
	kit.opps[1].busy_uw = 515000;
	kit.opps[2].busy_uw = 692000;
	kit.opps[3].busy_uw = 862000;
	kit.opps[4].busy_uw = 1038000;
	kit.opps[5].busy_uw = 1200000;
	play(frame_of(345600 * 40, 0), &used);
	cr_expect_eq(used, 1 << 2 | 1 << 3, "%#x", used);
}

Test(bridge, little_is_left_to_gain)
{
	u64 seed = 7;
	u32 i, k, used;
	double sum = 0;

	for (i = 0; i < 3000; i++) {
		double nj, best;
		u64 khz;

		kit_init(&kit);
		kit.in.nr_opps = 3 + kit_random(&seed, OPPS - 3);
		for (k = 0; k < kit.in.nr_opps; k++) {
			kit.opps[k].khz = 200000 * (k + 1);
			kit.opps[k].busy_uw = 100000 + 20000 * k * k + kit_random(&seed, 600000) +
				(k ? kit.opps[k - 1].busy_uw / 2 : 0);
			kit.opps[k].idle_uw = 20000;
		}
		kit.in.min_khz = kit.opps[0].khz;
		kit.in.max_khz = kit.opps[k - 1].khz;
		kit.in.cur_khz = kit.opps[0].khz;
		kit.in.two_opps = true;
		kit.in.margin_ppm = 10000;
		khz = 200000 + kit_random(&seed, kit.in.max_khz * 9 / 10 - 200000);
		nj = play(frame_of(khz * 40, 0), &used);
		best = least(40e6);
		cr_expect_lt(nj, 1.15 * best, "%u: %f of %f", i, nj, best);
		sum += nj / best;
	}
	cr_expect_lt(sum / i, 1.015, "%f", sum / i);
}
