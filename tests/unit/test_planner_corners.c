// SPDX-License-Identifier: MIT
/* The planner's corners: mistakes that no other test of it would notice. */
#include <criterion/criterion.h>
#include <linux/dnn_gov.h>

#include "planner_kit.h"

static struct kit kit;

static void setup(void)
{
	kit_init(&kit);
}

TestSuite(corner, .init = setup);

/* Two OPPs, of which the upper one is a little dearer. */
static void two_opps(u32 slow_uw, u32 fast_uw)
{
	kit.in.nr_opps = 2;
	kit.opps[0] = (struct plan_opp) { 1000000, slow_uw, 0 };
	kit.opps[1] = (struct plan_opp) { 2000000, fast_uw, 0 };
	kit.in.max_khz = 2000000;
}

/* --- jobs ------------------------------------------------------------------- */

/* The first frame that follows has its period to itself, as every other one. */
Test(corner, the_first_repeat_is_one)
{
	struct plan_stream *stream = kit_stream(&kit, 2, 12);

	stream->period_ns = 10 * MS;
	kit_frame(&kit, 0, 0, 0, 25);
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 1, "24 M take 12 ms of 10");
}

/* A CPU on which nothing is pending has no say, whatever was there before. */
Test(corner, idle_cpus_have_no_deadline)
{
	kit.in.nr_cpus = 2;
	kit_stream(&kit, 1, 2);
	kit_stream(&kit, 1, 30);
	kit_frame(&kit, 0, 0, 0, 20);
	kit_frame(&kit, 1, 1, 1, 20);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 200000, "%u", kit.out.khz);
}

/* --- energy ----------------------------------------------------------------- */

/* A change of frequency takes energy, too: 5 mJ and 5.1, and 0.5 or 1 for the change. */
Test(corner, a_change_of_frequency_has_its_price)
{
	two_opps(500000, 1020000);
	kit_stream(&kit, 1, 10);
	kit_frame(&kit, 0, 0, 0, 100);
	kit.in.cur_khz = 2000000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1000000);
	kit.in.switch_ns = 1 * MS;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 2000000);
	kit.in.cur_khz = 1000000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1000000);
}

Test(corner, a_floor_above_all_levels_is_the_highest)
{
	static const u32 accuracy[] = { 500000, 600000, 0, 900000 };

	cr_assert_eq(plan_floor_level(accuracy, 2, 1, 700000), 2);
	cr_assert_eq(plan_floor_level(accuracy, 2, 1, 600000), 2);
	cr_assert_eq(plan_floor_level(accuracy, 2, 1, 500000), 1);
}

/* 19 M fit into 20 ms of 1 GHz, with a margin of 10 % they need an OPP that is dear. */
Test(corner, a_balance_minds_the_margin)
{
	struct plan_stream *stream;

	two_opps(500000, 5000000);
	stream = kit_stream(&kit, 2, 10);
	stream->cost[1].cycles = 19 * MCYCLES;
	stream->accuracy_ppm[0] = 400000;
	stream->accuracy_ppm[1] = 1000000;
	stream->goal = DNN_GOV_GOAL_BALANCED;
	stream->balance_ppm = 500000;
	stream->period_ns = 20 * MS;
	kit_frame(&kit, 0, 0, 0, 100);
	kit_plan(&kit);
	cr_assert_eq(stream->target, 2);
	stream->target = 0;
	kit.in.margin_ppm = 100000;
	kit_plan(&kit);
	cr_assert_eq(stream->target, 1);
}

/* Of levels that are as good as each other, the lowest. */
Test(corner, a_balance_of_equals_is_the_lowest)
{
	struct plan_stream *stream = kit_stream(&kit, 3, 10);

	stream->accuracy_ppm[1] = stream->accuracy_ppm[2] = stream->accuracy_ppm[0];
	stream->goal = DNN_GOV_GOAL_BALANCED;
	kit_frame(&kit, 0, 0, 0, 100);
	kit_plan(&kit);
	cr_assert_eq(stream->target, 1);
}

/* --- guards ----------------------------------------------------------------- */

/* 10 of 20 ms are for the frame and for those that share, of which one needs but 0.5 ms. */
Test(corner, a_guard_is_as_late_as_sharing_permits)
{
	kit_stream(&kit, 1, 10);
	kit_stream(&kit, 1, 1);
	kit_stream(&kit, 1, 40);
	kit_frame(&kit, 0, 0, 0, 20);
	kit_frame(&kit, 1, 0, 0, 100);
	kit_frame(&kit, 2, 0, 0, 100);
	kit_share_all(&kit, true);
	kit_plan(&kit);
	cr_assert_leq(kit.out.guard_ns, KIT_NOW + 19 * MS / 2);
	cr_assert_geq(kit.out.guard_ns, KIT_NOW + 19 * MS / 2 - 20);
}

/* A frame without an answer has nothing to give up, but the next one may. */
Test(corner, whoever_has_an_answer_gives_up)
{
	struct plan_frame *frame;
	u32 order;

	for (order = 0; order < 2; order++) {
		setup();
		kit.in.nr_cpus = 2;
		kit_stream(&kit, 2, 20);
		kit_stream(&kit, 2, 20);
		kit_frame(&kit, 0, order, -18, 2)->done_cycles = 36 * MCYCLES;
		kit.frames[0].deadline_ns += 2;
		frame = kit_frame(&kit, 1, !order, -18, 2);
		frame->done_cycles = 36 * MCYCLES;
		frame->level_done = 1;
		frame->deadline_ns += 2;
		kit_plan(&kit);
		cr_assert_eq(kit.out.khz, 2000000);
		cr_assert_eq(kit.out.guard_ns, KIT_NOW + 2 * MS - 40 * MS / 2 / 128 + 1000);
	}
}

/* The lower OPP is not worth a change where what comes meanwhile soon needs the upper one. */
Test(corner, a_step_looks_ahead)
{
	kit_stream(&kit, 1, 20);
	kit_stream(&kit, 1, 1)->cost[0].cycles = 11890000;
	kit_frame(&kit, 0, 0, 0, 18);
	kit_frame(&kit, 1, 0, 5, 20);
	kit.in.two_opps = true;
	kit.in.cur_khz = 200000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1600000, "31.89 of 32 M: %u", kit.out.khz);
	/* alone it can */
	kit.in.nr_frames = 0;
	kit_frame(&kit, 0, 0, 0, 20);
	kit.streams[0].cost[0].cycles = 30400000;
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 1500000);
}

/*
 * 30.4 M in 20 ms, less twice what a change takes and 0.05 ms for the timer: 19.75, of which 12 ms
 * are for 1500 MHz.
 */
Test(corner, a_step_leaves_time_for_two_changes)
{
	struct plan_frame *frame;
	u32 plans;

	kit_stream(&kit, 1, 1)->cost[0].cycles = 30400000;
	frame = kit_frame(&kit, 0, 0, 0, 20);
	kit.in.two_opps = true;
	kit.in.switch_ns = MS / 10;
	for (plans = 0; plans < 30; plans++) {
		kit.in.cur_khz = 1500000;
		kit_plan(&kit);
		if (kit.out.khz != 1500000)
			break;
		kit.in.now_ns = kit.out.guard_ns;
		frame->done_ns = kit.in.now_ns - KIT_NOW;
		frame->done_cycles = frame->done_ns * 3 / 2;
	}
	cr_assert_eq(kit.out.khz, 1600000);
	/* a change that would come within 16 times of what it takes comes now */
	cr_assert_geq(frame->done_ns, 12 * MS - 16 * MS / 10, "%llu", frame->done_ns);
	cr_assert_leq(frame->done_ns, 12 * MS, "%llu", frame->done_ns);
}

/* --- levels ----------------------------------------------------------------- */

/* What the cheaper step did not need is given back up to where it was. */
Test(corner, gives_all_of_it_back)
{
	struct plan_stream *light = kit_stream(&kit, 2, 2), *heavy = kit_stream(&kit, 2, 10);

	light->weight = 1;
	heavy->cost[1].cycles = 30 * MCYCLES;
	kit_stream(&kit, 1, 11);
	kit_frame(&kit, 0, 0, 0, 20);
	kit_frame(&kit, 1, 0, 0, 20);
	kit_frame(&kit, 2, 0, 0, 20);
	kit_plan(&kit);
	cr_assert_eq(heavy->grant, 1);
	cr_assert_eq(light->grant, 2, "11, 10 and 4 of 40 M");
}

/* Of two frames without end, neither is counted as an end of the other; one is late already. */
Test(corner, sheds_what_has_no_end)
{
	u32 i;

	for (i = 0; i < 2; i++) {
		kit_stream(&kit, 2, 1)->cost[1].cycles = ~0ULL;
		kit_frame(&kit, i, 0, -30, i ? 20 : -1);
	}
	kit_plan(&kit);
	cr_assert_eq(kit.streams[0].grant, 1);
	cr_assert_eq(kit.streams[1].grant, 1);
}

/* A level that fits to the nanosecond where nobody else is there is lost to others. */
Test(corner, fits_alone_to_the_nanosecond)
{
	struct plan_stream *stream = kit_stream(&kit, 2, 20);

	kit_stream(&kit, 1, 1);
	kit_frame(&kit, 0, 0, 0, 20)->deadline_ns += 2;
	kit_frame(&kit, 1, 0, 0, 20);
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 1);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_CONTENTION);
	stream->grant = 2;
	kit.frames[0].deadline_ns--;
	kit_plan(&kit);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_DEADLINE);
}

/* Those who share give way on every CPU. */
Test(corner, gives_way_on_the_second_cpu)
{
	struct plan_stream *stream;

	kit.in.nr_cpus = 2;
	kit_stream(&kit, 1, 16);
	stream = kit_stream(&kit, 3, 7);
	kit_frame(&kit, 0, 1, 0, 15)->deadline_ns += 9;
	kit_frame(&kit, 1, 1, 0, 100);
	kit_share_all(&kit, true);
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 2, "16 and 14 of 30 M: %u", stream->grant);
}

/*
 * Two later frames of a stream take 3 of 26.5 ms each, beside 10 ms. They could take 9, and
 * there are 10.5 left, but for both.
 */
Test(corner, room_is_for_all_frames_of_a_stream)
{
	struct plan_stream *stream;

	kit_stream(&kit, 1, 20);
	stream = kit_stream(&kit, 2, 6);
	stream->cost[1].cycles = 18 * MCYCLES;
	stream->grant = 1;
	kit_frame(&kit, 0, 0, 0, 26)->deadline_ns += MS / 2;
	kit_frame(&kit, 1, 0, 0, 100);
	kit_frame(&kit, 1, 0, 0, 200);
	kit_share_all(&kit, true);
	kit_plan(&kit);
	cr_assert_eq(stream->fit_since_ns, PLAN_NEVER);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_CONTENTION);
	kit.frames[0].deadline_ns += 2 * MS;
	kit_plan(&kit);
	cr_assert_eq(stream->fit_since_ns, KIT_NOW, "12.5 ms for twice 6");
}

/* Frames on another CPU are no reason to forget those that share here. */
Test(corner, room_is_on_each_cpu)
{
	struct plan_stream *stream;

	kit.in.nr_cpus = 2;
	kit_stream(&kit, 1, 20);
	stream = kit_stream(&kit, 2, 6);
	stream->cost[1].cycles = 18 * MCYCLES;
	stream->grant = 1;
	kit_frame(&kit, 1, 0, 0, 100);
	kit_frame(&kit, 0, 1, 0, 18);
	kit_frame(&kit, 1, 1, 0, 200);
	kit_share_all(&kit, true);
	kit_plan(&kit);
	cr_assert_eq(stream->fit_since_ns, PLAN_NEVER, "10 and 9 of 18 ms");
	kit.frames[1].deadline_ns += 2 * MS;
	kit_plan(&kit);
	cr_assert_eq(stream->fit_since_ns, KIT_NOW);
}

/* One stream that cannot rise now does not keep the next from it. */
Test(corner, whoever_fits_rises)
{
	u32 n;

	for (n = 0; n < 2; n++) {
		struct plan_stream *stuck, *free;

		setup();
		kit.in.nr_cpus = 2;
		kit_stream(&kit, 2, 10);
		kit_stream(&kit, 2, 10);
		stuck = &kit.streams[n];
		free = &kit.streams[!n];
		stuck->grant = free->grant = 1;
		stuck->fit_since_ns = free->fit_since_ns = KIT_NOW - 1000 * MS;
		/* it has been waiting: whole it would fit, as it is it does not */
		kit_frame(&kit, n, 0, -14, 6);
		kit_frame(&kit, !n, 1, 0, 20);
		kit_plan(&kit);
		cr_assert_eq(stuck->grant, 1);
		cr_assert_eq(free->grant, 2);
	}
}

/* --- the hold time ---------------------------------------------------------- */

static struct plan_stream *low_beside(u32 others_ppm)
{
	struct plan_stream *stream = kit_stream(&kit, 2, 15);

	kit.other[0] = others_ppm;
	kit_frame(&kit, 0, 0, 0, 20);
	return stream;
}

/* Nobody is there who could take the level again. */
Test(corner, a_calm_cpu_needs_no_patience)
{
	struct plan_stream *stream = low_beside(60000);

	stream->grant = 1;
	stream->hold_shift = 3;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 1);
	cr_assert_eq(stream->hold_shift, 3);
	kit.other[0] = 40000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 1);
	cr_assert_eq(stream->hold_shift, 0);
}

/* A level that was kept for long was no mistake; one that was not is, and only once. */
Test(corner, patience_is_for_levels_lost_soon)
{
	struct plan_stream *stream = low_beside(400000);

	stream->hold_shift = 1;
	stream->rose_ns = KIT_NOW - 4 * 1000 * MS - 1;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 1);
	cr_assert_eq(stream->hold_shift, 0);

	stream->grant = 2;
	stream->hold_shift = 1;
	stream->rose_ns = KIT_NOW - 4 * 1000 * MS;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 1);
	cr_assert_eq(stream->hold_shift, 2);
	stream->grant = 2;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 1);
	cr_assert_eq(stream->hold_shift, 2, "it had not risen");
}
