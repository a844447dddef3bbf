// SPDX-License-Identifier: MIT
/* Which levels the planner grants, when it gives them back, and what it says is the cause. */
#include <criterion/criterion.h>

#include "planner_kit.h"

static struct kit kit;

static void setup(void)
{
	kit_init(&kit);
}

TestSuite(drop, .init = setup);
TestSuite(cause, .init = setup);
TestSuite(restore, .init = setup);

static void plan_at(u64 ms)
{
	kit.in.now_ns = KIT_NOW + ms * MS;
	kit_plan(&kit);
}

/* --- dropping -------------------------------------------------------------- */

/* 10 M a level in 21 ms: 4 levels at 2 GHz, 2 at 1 GHz, 1 at 500 MHz, none at 400. */
Test(drop, to_the_highest_that_fits)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 10);

	kit_frame(&kit, 0, 0, 0, 21);
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 4);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_NONE);
	kit.in.max_khz = 1000000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 2);
	cr_assert(kit.out.feasible);
	kit.in.max_khz = 500000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 1);
	cr_assert(kit.out.feasible);
	kit.in.max_khz = 400000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 1);
	cr_assert_not(kit.out.feasible);
	cr_assert_eq(kit.out.khz, 400000);
}

Test(drop, not_below_min_level)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 10);

	stream->min_level = 3;
	kit_frame(&kit, 0, 0, 0, 21);
	kit.in.max_khz = 1000000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 3);
	cr_assert_not(kit.out.feasible);
}

/* Groups that are complete stay complete; they cost nothing any more. */
Test(drop, not_below_what_is_done)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 10);
	struct plan_frame *frame = kit_frame(&kit, 0, 0, -18, 3);

	frame->done_cycles = 35 * MCYCLES;
	frame->level_done = 3;
	kit.in.max_khz = 1000000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 3);
	cr_assert(kit.out.feasible);
	cr_assert_eq(kit.out.khz, 200000);
	/* level 4 would still need 5 M: at 2 GHz it fits, and so it is granted there */
	kit_init(&kit);
	stream = kit_stream(&kit, 4, 10);
	frame = kit_frame(&kit, 0, 0, -18, 3);
	frame->done_cycles = 35 * MCYCLES;
	frame->level_done = 3;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 4);
	cr_assert_eq(kit.out.khz, 1700000);
}

Test(drop, more_done_than_there_are_levels)
{
	struct plan_stream *stream = kit_stream(&kit, 2, 10);

	kit_frame(&kit, 0, 0, -18, 3)->level_done = 9;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 2);
	cr_assert(kit.out.feasible);
}

Test(drop, predicted_frames_count)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 10);

	kit_frame(&kit, 0, 0, 10, 31);
	kit.in.max_khz = 1000000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 2);
	cr_assert_eq(kit.out.khz, 0);
}

/* Level 3 adds little for its time and level 2 much: 4, then 2 is the hull. */
Test(drop, walks_the_hull_and_gives_back)
{
	struct plan_stream *a = kit_stream(&kit, 4, 10);
	struct plan_stream *b = kit_stream(&kit, 4, 10);

	b->accuracy_ppm[0] = 500000;
	b->accuracy_ppm[1] = 700000;
	b->accuracy_ppm[2] = 700001;
	b->accuracy_ppm[3] = 760000;
	a->weight = 1000;
	kit_frame(&kit, 0, 0, 0, 100);
	kit_frame(&kit, 1, 0, 0, 100);
	kit.in.max_khz = 800000;
	kit.frames[0].deadline_ns += 1000;
	kit.frames[1].deadline_ns += 1000;
	kit_plan(&kit);
	cr_assert_eq(a->grant, 4);
	cr_assert_eq(b->grant, 4);
	/* 1 M too much: 3 would do, and after the hull's step to 2 it is given back */
	kit.in.max_khz = 700000;
	kit_plan(&kit);
	cr_assert_eq(a->grant, 4);
	cr_assert_eq(b->grant, 3);
	/* 60 M fit: 4 and 2 */
	kit.in.max_khz = 600000;
	kit_plan(&kit);
	cr_assert_eq(a->grant, 4);
	cr_assert_eq(b->grant, 2);
}

/* A level that is more expensive and worse than one above is stepped over both ways. */
Test(drop, useless_levels_are_not_used)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 10);

	stream->accuracy_ppm[2] = stream->accuracy_ppm[1];
	kit_frame(&kit, 0, 0, 0, 41);
	kit.in.hold_ns = 0;
	/* 40 M need 976 MHz, 30 M would fit 800 */
	kit.in.max_khz = 800000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 2);
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 2);
	kit.in.max_khz = 1000000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 4);
}

Test(drop, the_lighter_stream_first)
{
	struct plan_stream *a = kit_stream(&kit, 4, 10);
	struct plan_stream *b = kit_stream(&kit, 4, 10);

	kit_frame(&kit, 0, 0, 0, 41);
	kit_frame(&kit, 1, 0, 0, 41);
	b->weight = 10;
	kit.in.max_khz = 1500000;
	kit_plan(&kit);
	cr_assert_eq(a->grant, 4);
	cr_assert_eq(b->grant, 2);
	kit.in.max_khz = 1000000;
	kit_plan(&kit);
	cr_assert_eq(a->grant, 3);
	cr_assert_eq(b->grant, 1);
}

/* Equal weights and times: what is lost decides, not what there is. */
Test(drop, the_least_loss_first)
{
	struct plan_stream *a = kit_stream(&kit, 2, 10);
	struct plan_stream *b = kit_stream(&kit, 2, 10);

	a->accuracy_ppm[0] = 900000;
	a->accuracy_ppm[1] = 901000;
	b->accuracy_ppm[0] = 100000;
	b->accuracy_ppm[1] = 300000;
	kit_frame(&kit, 1, 0, 0, 41);
	kit_frame(&kit, 0, 0, 0, 41);
	kit.in.max_khz = 800000;
	kit_plan(&kit);
	cr_assert_eq(a->grant, 1);
	cr_assert_eq(b->grant, 2);
}

/* Stall does not grow under a cap, cycles do: what a step saves is asked at the cap. */
Test(drop, saving_is_that_at_the_cap)
{
	struct plan_stream *a = kit_stream(&kit, 2, 10);
	struct plan_stream *b = kit_stream(&kit, 2, 10);

	/* the step: 10 ms of stall against 10 M cycles, 5 ms at 2 GHz and 20 at 500 MHz */
	a->cost[1].cycles = a->cost[0].cycles;
	a->cost[1].stall_ns = 10 * MS;
	kit_frame(&kit, 0, 0, 0, 61);
	kit_frame(&kit, 1, 0, 0, 61);
	kit.in.max_khz = 500000;
	kit_plan(&kit);
	cr_assert_eq(a->grant, 2);
	cr_assert_eq(b->grant, 1);
	kit_init(&kit);
	a = kit_stream(&kit, 2, 10);
	b = kit_stream(&kit, 2, 10);
	a->cost[1].cycles = a->cost[0].cycles;
	a->cost[1].stall_ns = 10 * MS;
	kit_frame(&kit, 0, 0, 0, 21);
	kit_frame(&kit, 1, 0, 0, 21);
	kit_plan(&kit);
	cr_assert_eq(a->grant, 1);
	cr_assert_eq(b->grant, 2);
}

/* A level that saves nothing is no step, but those below it are. */
Test(drop, steps_over_levels_that_save_nothing)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 10);

	stream->cost[2] = stream->cost[3];
	kit_frame(&kit, 0, 0, 0, 31);
	kit.in.max_khz = 1000000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 2);
}

/* What is given back is judged by what is left of the frame, as the drop was. */
Test(drop, gives_back_what_is_half_done)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 10);

	stream->accuracy_ppm[2] = stream->accuracy_ppm[1] + 1;
	kit_frame(&kit, 0, 0, -20, 16)->done_cycles = 15 * MCYCLES;
	kit.in.max_khz = 1000000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 3);
}

/* Equal weights: what saves more time for the same accuracy goes first. */
Test(drop, the_slower_stream_first)
{
	struct plan_stream *a = kit_stream(&kit, 4, 5);
	struct plan_stream *b = kit_stream(&kit, 4, 15);

	kit_frame(&kit, 0, 0, 0, 41);
	kit_frame(&kit, 1, 0, 0, 41);
	kit.in.max_khz = 1700000;
	kit_plan(&kit);
	cr_assert_eq(a->grant, 4);
	cr_assert_eq(b->grant, 3);
}

/* Only frames inside the window that is too full can help it. */
Test(drop, bystanders_are_left_alone)
{
	struct plan_stream *a = kit_stream(&kit, 4, 10);
	struct plan_stream *b = kit_stream(&kit, 4, 10);
	struct plan_stream *c = kit_stream(&kit, 4, 10);

	a->weight = 1000;
	kit.in.nr_cpus = 2;
	kit_frame(&kit, 0, 0, 0, 21);
	kit_frame(&kit, 1, 0, 0, 500);
	kit_frame(&kit, 2, 1, 0, 41);
	kit.in.max_khz = 1000000;
	kit_plan(&kit);
	cr_assert_eq(a->grant, 2);
	cr_assert_eq(b->grant, 4);
	cr_assert_eq(c->grant, 4);
}

/* The narrow window forces its own stream down, which is enough for the wide one. */
Test(drop, narrow_windows_first)
{
	struct plan_stream *a = kit_stream(&kit, 4, 10);
	struct plan_stream *b = kit_stream(&kit, 4, 10);

	a->weight = 1;
	b->weight = 1000;
	kit_frame(&kit, 0, 0, 0, 62);
	kit_frame(&kit, 1, 0, 40, 61);
	kit.in.max_khz = 1000000;
	kit_plan(&kit);
	cr_assert_eq(b->grant, 2);
	cr_assert_eq(a->grant, 4);
}

/* A late frame's work delays those behind it, and its level is one that can go. */
Test(drop, late_work_is_in_the_way)
{
	struct plan_stream *a = kit_stream(&kit, 4, 10);
	struct plan_stream *b = kit_stream(&kit, 4, 10);

	a->weight = 1;
	kit_frame(&kit, 0, 0, -50, -1);
	kit_frame(&kit, 1, 0, 0, 31);
	kit_plan(&kit);
	cr_assert_eq(a->grant, 2);
	cr_assert_eq(b->grant, 4);
	cr_assert_eq(kit.out.khz, 2000000);
	cr_assert_not(kit.out.feasible);
}

/*
 * 40 ms of work every 33 ms, each due after 66: every frame alone would make it, but
 * one more waits each time. The cap is the cause.
 */
Test(drop, must_keep_up_with_the_period)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 10);
	u32 i;

	stream->period_ns = 33 * MS;
	kit_frame(&kit, 0, 0, 0, 66);
	kit_frame(&kit, 0, 0, 33, 99);
	kit.in.max_khz = 1000000;
	for (i = 0; i < 3; i++) {
		kit_plan(&kit);
		cr_assert_eq(stream->grant, 3);
		cr_assert_eq(stream->cause, DNN_GOV_CAUSE_FREQ_CAP);
		cr_assert_eq(stream->fit_since_ns, PLAN_NEVER);
	}
	/* the frame that is pending may take its time, as far as the next one permits */
	cr_assert_eq(kit.out.khz, 1000000);
	stream->period_ns = 0;
	kit_plan(&kit);
	cr_assert_eq(stream->fit_since_ns, KIT_NOW, "nobody knows of a period");
	/* the frame that is to come need not be given to be known */
	kit.in.nr_frames = 1;
	stream->grant = 4;
	stream->period_ns = 33 * MS;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 3);
}

/* A level that costs no less cannot be dropped to with profit. */
Test(drop, no_profit_no_drop)
{
	struct plan_stream *stream = kit_stream(&kit, 2, 30);

	stream->cost[0] = stream->cost[1];
	kit_frame(&kit, 0, 0, 0, 10);
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 2);
	cr_assert_not(kit.out.feasible);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_NONE);
}

Test(drop, where_time_begins)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 10);

	kit.in.now_ns = 0;
	/* 2 ns for rounding */
	kit_frame(&kit, 0, 0, 0, 20)->deadline_ns += 2;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 4);
	stream->cost[3].cycles += 2;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 3);
	cr_assert(kit.out.feasible);
}

/* Only how weights compare matters, also where they are huge. */
Test(drop, weights_of_any_size)
{
	static const u32 scales[] = { 1, 1000, 40000000 };
	u32 grants[3], i, n;

	for (n = 0; n < 3; n++) {
		setup();
		for (i = 0; i < 3; i++) {
			kit_stream(&kit, 4, 4)->weight = (100 - 37 * i) * scales[n];
			kit_frame(&kit, i, 0, 0, 20);
		}
		kit_plan(&kit);
		for (i = 0; i < 3; i++) {
			if (!n)
				grants[i] = kit.streams[i].grant;
			cr_assert_eq(kit.streams[i].grant, grants[i], "times %u", scales[n]);
		}
	}
	cr_assert_gt(grants[0], grants[2]);
}

/*
 * What is left over brings no stream above what it had: here the next more accurate level,
 * which even takes less.
 */
Test(drop, gives_back_nothing_new)
{
	struct plan_stream *stream = kit_stream(&kit, 3, 10);

	stream->accuracy_ppm[1] = stream->accuracy_ppm[0];
	stream->cost[2].cycles = 18 * MCYCLES;
	stream->grant = 2;
	kit_stream(&kit, 1, 21);
	kit_frame(&kit, 0, 0, 0, 20);
	kit_frame(&kit, 1, 0, 0, 20);
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 1, "21 and 10 of 40 M: %u", stream->grant);
}

Test(drop, a_stream_on_two_cpus)
{
	struct plan_stream *a = kit_stream(&kit, 4, 10);

	kit.in.nr_cpus = 2;
	kit_frame(&kit, 0, 0, 0, 41);
	kit_frame(&kit, 0, 1, 0, 31);
	kit.in.max_khz = 1000000;
	kit_plan(&kit);
	cr_assert_eq(a->grant, 3);
	cr_assert_eq(a->cause, DNN_GOV_CAUSE_FREQ_CAP);
	kit.in.max_khz = 2000000;
	kit.in.hold_ns = 0;
	kit_plan(&kit);
	cr_assert_eq(a->grant, 4);
	/* the CPU that is fuller counts, wherever it comes in the order */
	kit.other[0] = 400000;
	kit_plan(&kit);
	cr_assert_eq(a->grant, 4);
	kit.other[0] = 600000;
	kit_plan(&kit);
	cr_assert_eq(a->grant, 3);
	cr_assert_eq(a->cause, DNN_GOV_CAUSE_CONTENTION);
}

/* --- causes ---------------------------------------------------------------- */

Test(cause, freq_cap)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 10);

	kit_frame(&kit, 0, 0, 0, 21);
	kit.in.max_khz = 1900000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 3);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_FREQ_CAP);
	kit_plan(&kit);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_FREQ_CAP, "the same while nothing changes");
}

Test(cause, other_tasks)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 10);

	kit_frame(&kit, 0, 0, 0, 21);
	kit.other[0] = 200000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 3);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_CONTENTION);
	kit_plan(&kit);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_CONTENTION);
	kit.other[0] = 1000000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 1);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_CONTENTION);
}

Test(cause, other_streams)
{
	struct plan_stream *a = kit_stream(&kit, 4, 10);
	struct plan_stream *b = kit_stream(&kit, 1, 10);

	kit_frame(&kit, 0, 0, 0, 21);
	kit_frame(&kit, 1, 0, 0, 21);
	kit_plan(&kit);
	cr_assert_eq(a->grant, 3);
	cr_assert_eq(a->cause, DNN_GOV_CAUSE_CONTENTION);
	cr_assert_eq(b->cause, DNN_GOV_CAUSE_NONE);
	kit_plan(&kit);
	cr_assert_eq(a->cause, DNN_GOV_CAUSE_CONTENTION);
}

/* A stream of another CPU is not in anybody's way. */
Test(cause, deadline)
{
	struct plan_stream *a = kit_stream(&kit, 4, 10);

	kit_stream(&kit, 4, 10);
	kit.in.nr_cpus = 2;
	kit.other[1] = 900000;
	kit_frame(&kit, 0, 0, 0, 19);
	kit_frame(&kit, 1, 1, 0, 500);
	kit_plan(&kit);
	cr_assert_eq(a->grant, 3);
	cr_assert_eq(a->cause, DNN_GOV_CAUSE_DEADLINE);
	kit_plan(&kit);
	cr_assert_eq(a->cause, DNN_GOV_CAUSE_DEADLINE);
}

/* Capped and crowded, but the deadline is too short for the whole machine anyway. */
Test(cause, deadline_even_if_capped)
{
	struct plan_stream *stream = kit_stream(&kit, 2, 30);

	kit_frame(&kit, 0, 0, 0, 29);
	kit.in.max_khz = 1900000;
	kit.other[0] = 10000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 1);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_DEADLINE);
}

/* 40 M by 41 ms: at 800 MHz half of the CPU is enough for 1; levels without ... */
Test(cause, the_bigger_help_wins)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 10);

	kit_frame(&kit, 0, 0, 0, 41);
	kit.in.max_khz = 800000;
	kit.other[0] = 500000;
	kit_plan(&kit);
	/* ... the cap: 4; without the other: 3 */
	cr_assert_eq(stream->grant, 1);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_FREQ_CAP);
	kit_plan(&kit);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_FREQ_CAP);

	kit.in.max_khz = 1000000;
	kit.other[0] = 700000;
	kit_plan(&kit);
	/* without the cap: 2; without the other: 4 */
	cr_assert_eq(stream->grant, 1);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_CONTENTION);

	kit.in.max_khz = 1000000;
	kit.other[0] = 500000;
	kit.in.hold_ns = 0;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 2);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_RELIEF);
	kit_plan(&kit);
	/* both 4: the cap */
	cr_assert_eq(stream->grant, 2);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_FREQ_CAP);
}

Test(cause, both_together)
{
	struct plan_stream *stream = kit_stream(&kit, 2, 20);

	kit_frame(&kit, 0, 0, 0, 21);
	kit.in.max_khz = 1500000;
	kit.other[0] = 250000;
	kit_plan(&kit);
	/* 2 GHz and the whole CPU are needed for level 2 */
	cr_assert_eq(stream->grant, 1);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_FREQ_CAP);
	kit_plan(&kit);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_FREQ_CAP);
}

Test(cause, follows_what_holds_it_down)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 10);

	kit_frame(&kit, 0, 0, 0, 21);
	kit.in.max_khz = 1000000;
	kit_plan(&kit);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_FREQ_CAP);
	kit.in.max_khz = 2000000;
	kit.other[0] = 490000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 2);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_CONTENTION);
	kit.other[0] = 0;
	kit.frames[0].deadline_ns = KIT_NOW + 11 * MS;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 2);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_DEADLINE);
	/* nothing does any more: what it was stays until it rises */
	kit.frames[0].deadline_ns = KIT_NOW + 41 * MS;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 2);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_DEADLINE);
}

/*
 * A frame of 40 M began 20 ms ago with 41 ms to go, and is half done, as planned, at
 * 1 GHz. Now only 700 MHz are allowed: nothing but the cap is to blame.
 */
Test(cause, cap_in_the_middle_of_a_frame)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 10);
	struct plan_frame *frame = kit_frame(&kit, 0, 0, -20, 21);

	frame->begin_ns = frame->release_ns;
	frame->done_ns = 20 * MS;
	frame->done_cycles = 20 * MCYCLES;
	frame->level_done = 2;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 4);
	kit.in.max_khz = 700000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 3);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_FREQ_CAP);
}

/*
 * A hog has taken 15 of the first 16 ms, and its share is not yet measured. No cure
 * from now on saves the level, but the time it waited would have.
 */
Test(cause, time_lost_to_others)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 10);
	struct plan_frame *frame = kit_frame(&kit, 0, 0, -16, 5);

	frame->begin_ns = frame->release_ns;
	frame->done_ns = 1 * MS;
	frame->done_cycles = 2 * MCYCLES;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 1);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_CONTENTION);
}

/* As before, with the next frame on another CPU and the one before it still not done. */
Test(cause, time_lost_by_one_of_several)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 10);
	struct plan_frame *frame;

	kit.in.nr_cpus = 2;
	kit_frame(&kit, 0, 0, 5, 26);
	frame = kit_frame(&kit, 0, 1, -40, -1);
	frame->begin_ns = frame->release_ns;
	frame->done_ns = 20 * MS;
	frame->done_cycles = 39 * MCYCLES;
	frame = kit_frame(&kit, 0, 1, -16, 5);
	frame->begin_ns = frame->release_ns;
	frame->done_ns = 1 * MS;
	frame->done_cycles = 2 * MCYCLES;
	kit_plan(&kit);
	cr_assert_lt(stream->grant, 4);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_CONTENTION);
}

/*
 * Alone as well, the late frame would be late; that is not what is asked. The other
 * one would make it, had they not waited.
 */
Test(cause, time_lost_behind_a_late_frame)
{
	struct plan_stream *stream = kit_stream(&kit, 2, 17);
	struct plan_frame *frame = kit_frame(&kit, 0, 0, -40, -1);

	frame->begin_ns = frame->release_ns;
	frame->done_ns = 25 * MS;
	frame = kit_frame(&kit, 0, 0, -24, 3);
	frame->begin_ns = frame->release_ns;
	frame->done_ns = 9 * MS;
	frame->done_cycles = 33 * MCYCLES;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 1);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_CONTENTION);
}

/* Time lost by the pending frame does not help the next, whose deadline is too short. */
Test(cause, time_lost_is_not_lent)
{
	struct plan_stream *stream = kit_stream(&kit, 2, 10);
	struct plan_frame *frame = kit_frame(&kit, 0, 0, -16, 5);

	frame->begin_ns = frame->release_ns;
	frame->done_ns = 1 * MS;
	frame->done_cycles = 2 * MCYCLES;
	kit_frame(&kit, 0, 0, 21, 30);
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 1);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_DEADLINE);
}

/* Nor does it explain a level that would not fit a frame that had waited for nobody. */
Test(cause, time_lost_is_not_the_lasting_cause)
{
	struct plan_stream *stream = kit_stream(&kit, 2, 21);
	struct plan_frame *frame = kit_frame(&kit, 0, 0, -16, 5);

	stream->grant = 1;
	frame->begin_ns = frame->release_ns;
	frame->done_ns = 1 * MS;
	frame->done_cycles = 4 * MCYCLES;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 1);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_DEADLINE);
}

/* On one of two CPUs the deadline is too short, whoever else is there. */
Test(cause, deadline_on_one_of_two_cpus)
{
	struct plan_stream *stream = kit_stream(&kit, 2, 30);

	kit.in.nr_cpus = 2;
	kit.other[1] = 10000;
	kit_frame(&kit, 0, 0, 0, 100);
	kit_frame(&kit, 0, 1, 0, 29);
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 1);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_DEADLINE);
}

/* The same frame, but it has had the CPU all the time: it just takes longer than ever. */
Test(cause, a_frame_that_takes_too_long)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 10);
	struct plan_frame *frame = kit_frame(&kit, 0, 0, -16, 5);

	frame->begin_ns = frame->release_ns;
	frame->done_ns = 16 * MS;
	frame->done_cycles = 16 * MCYCLES;
	frame->level_done = 0;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 2);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_DEADLINE);
	/* and unknown progress is not held against others */
	kit_init(&kit);
	stream = kit_stream(&kit, 4, 10);
	kit_frame(&kit, 0, 0, -16, 5);
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 1);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_DEADLINE);
}

/*
 * It began late: the application's own doing. Its whole self would not fit under
 * the cap either, though, and that is the cause that will last.
 */
Test(cause, lasting_causes_before_passing_ones)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 10);

	kit_frame(&kit, 0, 0, -16, 5);
	kit.in.max_khz = 900000;
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 1);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_FREQ_CAP);
}

/* Two frames of one stream are not contention. */
Test(cause, its_own_frames)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 10);

	kit_frame(&kit, 0, 0, 0, 30);
	kit_frame(&kit, 0, 0, 0, 30);
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 2);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_DEADLINE);
	kit_plan(&kit);
	cr_assert_eq(stream->grant, 2, "3 fits once, not twice");
	cr_assert_eq(stream->fit_since_ns, PLAN_NEVER);
}

/* --- restoring ------------------------------------------------------------- */

Test(restore, one_level_per_hold)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 10);

	kit_frame(&kit, 0, 0, 5000, 5021);
	kit.in.max_khz = 500000;
	plan_at(0);
	cr_assert_eq(stream->grant, 1);
	cr_assert_eq(stream->fit_since_ns, PLAN_NEVER);
	kit.in.max_khz = 1500000;
	plan_at(100);
	cr_assert_eq(stream->grant, 1);
	cr_assert_eq(stream->fit_since_ns, KIT_NOW + 100 * MS);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_FREQ_CAP);
	plan_at(599);
	cr_assert_eq(stream->grant, 1);
	plan_at(600);
	cr_assert_eq(stream->grant, 2);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_RELIEF);
	cr_assert_eq(stream->fit_since_ns, KIT_NOW + 600 * MS);
	plan_at(601);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_RELIEF);
	plan_at(1099);
	cr_assert_eq(stream->grant, 2);
	plan_at(1100);
	cr_assert_eq(stream->grant, 3);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_RELIEF);
	cr_assert_eq(stream->fit_since_ns, PLAN_NEVER, "4 does not fit at 1500 MHz");
	plan_at(1101);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_FREQ_CAP);
	kit.in.max_khz = 2000000;
	plan_at(1102);
	plan_at(1602);
	cr_assert_eq(stream->grant, 4);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_RELIEF);
	cr_assert_eq(stream->fit_since_ns, PLAN_NEVER);
	plan_at(1603);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_RELIEF, "it stays what the last change was");
}

Test(restore, top_level_has_no_other_cause)
{
	struct plan_stream *stream = kit_stream(&kit, 2, 1);

	stream->cause = DNN_GOV_CAUSE_FREQ_CAP;
	stream->fit_since_ns = 0;
	kit_plan(&kit);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_NONE);
	cr_assert_eq(stream->fit_since_ns, PLAN_NEVER);
}

Test(restore, fitting_must_not_be_interrupted)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 10);
	u32 i;

	kit_frame(&kit, 0, 0, 9000, 9021);
	kit.in.max_khz = 1000000;
	plan_at(0);
	cr_assert_eq(stream->grant, 2);
	/* a cap that toggles every 100 ms: never up, for it never fits for 500 ms */
	for (i = 1; i < 50; i++) {
		kit.in.max_khz = i % 2 ? 2000000 : 1000000;
		plan_at(i * 100);
		cr_assert_eq(stream->grant, 2);
	}
	kit.in.max_khz = 2000000;
	plan_at(5399);
	cr_assert_eq(stream->grant, 2);
	plan_at(5400);
	cr_assert_eq(stream->grant, 3);
}

/*
 * A frame planned to just make it at a low frequency cannot grow half way, and that
 * is no reason to start the hold over; it rises at the next frame.
 */
Test(restore, waits_for_a_frame_to_begin)
{
	struct plan_stream *stream = kit_stream(&kit, 2, 20);
	struct plan_frame *frame = kit_frame(&kit, 0, 0, 0, 41);
	u64 k;

	stream->period_ns = 41 * MS;
	kit.in.max_khz = 500000;
	plan_at(0);
	cr_assert_eq(stream->grant, 1);
	cr_assert_eq(kit.out.khz, 500000);
	kit.in.max_khz = 1000000;
	for (k = 0; k <= 12; k++) {
		frame->release_ns = KIT_NOW + k * 41 * MS;
		frame->deadline_ns = frame->release_ns + 41 * MS;
		frame->begin_ns = frame->release_ns;
		frame->done_cycles = 0;
		frame->done_ns = 0;
		plan_at(k * 41);
		cr_assert_eq(stream->grant, 1, "after %llu ms", k * 41);
		cr_assert_eq(kit.out.khz, 500000);
		frame->done_cycles = 19 * MCYCLES;
		frame->done_ns = 30 * MS;
		plan_at(k * 41 + 30);
		cr_assert_eq(stream->grant, 1);
		cr_assert_eq(stream->fit_since_ns, KIT_NOW);
	}
	/* 12 * 41 + 30 is beyond the hold; level 2 fits a frame that is whole */
	frame->release_ns = KIT_NOW + k * 41 * MS;
	frame->deadline_ns = frame->release_ns + 41 * MS;
	frame->done_cycles = 0;
	frame->done_ns = 0;
	plan_at(k * 41);
	cr_assert_eq(stream->grant, 2);
	cr_assert_eq(kit.out.khz, 1000000);
	cr_assert(kit.out.feasible);
}

/* What remains of a frame would fit its whole window at level 2; a frame would not. */
Test(restore, judges_whole_frames)
{
	struct plan_stream *stream = kit_stream(&kit, 2, 20);
	struct plan_frame *frame = kit_frame(&kit, 0, 0, -10, 20);

	stream->grant = 1;
	stream->cause = DNN_GOV_CAUSE_CONTENTION;
	frame->done_cycles = 15 * MCYCLES;
	frame->done_ns = 10 * MS;
	frame->level_done = 1;
	kit.in.max_khz = 1300000;
	kit.in.hold_ns = 0;
	plan_at(0);
	cr_assert_eq(stream->grant, 1);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_FREQ_CAP);
	kit.in.max_khz = 1400000;
	plan_at(0);
	cr_assert_eq(stream->grant, 2);
}

Test(restore, needs_a_frame_to_judge_by)
{
	struct plan_stream *stream = kit_stream(&kit, 2, 20);

	kit_frame(&kit, 0, 0, 900, 921);
	kit.in.max_khz = 1000000;
	plan_at(0);
	cr_assert_eq(stream->grant, 1);
	kit.in.max_khz = 2000000;
	plan_at(1);
	cr_assert_eq(stream->fit_since_ns, KIT_NOW + 1 * MS);
	kit.in.nr_frames = 0;
	plan_at(600);
	cr_assert_eq(stream->grant, 1);
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_FREQ_CAP);
	cr_assert_eq(stream->fit_since_ns, PLAN_NEVER);
	kit.in.nr_frames = 1;
	plan_at(601);
	cr_assert_eq(stream->grant, 1);
}

/* Each of two would fit alone, not both: one rises, the better one. */
Test(restore, one_stream_at_a_time)
{
	struct plan_stream *a = kit_stream(&kit, 2, 10);
	struct plan_stream *b = kit_stream(&kit, 2, 10);

	kit_frame(&kit, 0, 0, 900, 921);
	kit_frame(&kit, 1, 0, 900, 921);
	b->weight = 200;
	kit.in.max_khz = 1000000;
	plan_at(0);
	cr_assert_eq(a->grant, 1);
	cr_assert_eq(b->grant, 1);
	kit.in.max_khz = 1500000;
	plan_at(1);
	plan_at(501);
	cr_assert_eq(a->grant, 1);
	cr_assert_eq(b->grant, 2);
	cr_assert_eq(a->cause, DNN_GOV_CAUSE_FREQ_CAP);
	cr_assert_eq(b->cause, DNN_GOV_CAUSE_RELIEF);
	plan_at(502);
	cr_assert_eq(a->grant, 1);
	cr_assert_eq(a->fit_since_ns, PLAN_NEVER);
	plan_at(2000);
	cr_assert_eq(a->grant, 1);
	/* room for both, and both are ready: one after the other */
	kit.in.max_khz = 2000000;
	plan_at(2001);
	plan_at(2501);
	cr_assert_eq(a->grant, 2);
}

/* The better one has not fitted for long enough; a third cannot rise at all. */
Test(restore, each_has_its_own_hold)
{
	struct plan_stream *a = kit_stream(&kit, 2, 5);
	struct plan_stream *b = kit_stream(&kit, 2, 5);
	struct plan_stream *c = kit_stream(&kit, 2, 30);

	kit_frame(&kit, 0, 0, 900, 931);
	kit_frame(&kit, 1, 0, 900, 931);
	kit_frame(&kit, 2, 0, 900, 931);
	a->grant = 1;
	b->grant = 1;
	c->grant = 1;
	a->weight = 200;
	a->fit_since_ns = KIT_NOW + 300 * MS;
	b->fit_since_ns = KIT_NOW;
	c->fit_since_ns = KIT_NOW;
	plan_at(499);
	cr_assert_eq(b->grant, 1);
	plan_at(500);
	cr_assert_eq(a->grant, 1);
	cr_assert_eq(b->grant, 2);
	cr_assert_eq(c->grant, 1);
	plan_at(800);
	cr_assert_eq(a->grant, 2);
	cr_assert_eq(c->grant, 1);
}

/* Of equal weight: more accuracy for the time, wherever it stands in the list. */
Test(restore, the_cheapest_gain_first)
{
	struct plan_stream *a = kit_stream(&kit, 2, 10);
	struct plan_stream *b = kit_stream(&kit, 2, 5);
	struct plan_stream *c = kit_stream(&kit, 2, 10);

	kit_frame(&kit, 0, 0, 900, 1000);
	kit_frame(&kit, 1, 0, 900, 1000);
	kit_frame(&kit, 2, 0, 900, 1000);
	a->grant = 1;
	b->grant = 1;
	c->grant = 1;
	kit.in.hold_ns = 0;
	plan_at(0);
	cr_assert_eq(b->grant, 2);
	cr_assert_eq(a->grant, 1);
	plan_at(0);
	cr_assert_eq(a->grant, 2, "the first of equals");
	cr_assert_eq(c->grant, 1);
	/* the step counts, not the level it leads to; and its tail */
	a->cost[0].cycles = 19 * MCYCLES;
	a->grant = 1;
	b->grant = 1;
	plan_at(0);
	cr_assert_eq(a->grant, 2);
	a->grant = 1;
	b->grant = 1;
	a->cost[1].tail_ppm = 1500000;
	plan_at(0);
	cr_assert_eq(b->grant, 2);
}

Test(restore, with_margin_and_tail)
{
	struct plan_stream *stream = kit_stream(&kit, 2, 20);

	kit_frame(&kit, 0, 0, 900, 920);
	kit.frames[0].deadline_ns += 2;
	stream->grant = 1;
	stream->cause = DNN_GOV_CAUSE_FREQ_CAP;
	kit.in.hold_ns = 0;
	kit.in.switch_ns = 1;
	plan_at(0);
	cr_assert_eq(stream->grant, 1);
	kit.in.switch_ns = 0;
	kit.in.margin_ppm = 1;
	plan_at(0);
	cr_assert_eq(stream->grant, 1);
	kit.in.margin_ppm = 0;
	stream->cost[1].tail_ppm += 1;
	plan_at(0);
	cr_assert_eq(stream->grant, 1);
	stream->cost[1].tail_ppm -= 1;
	plan_at(0);
	cr_assert_eq(stream->grant, 2);
}

/* Levels of one accuracy: the next is as good as any. */
Test(restore, levels_that_bring_nothing)
{
	struct plan_stream *stream = kit_stream(&kit, 4, 10);
	u32 k;

	for (k = 0; k < 4; k++)
		stream->accuracy_ppm[k] = 500000;
	stream->grant = 1;
	kit.in.hold_ns = 0;
	kit_frame(&kit, 0, 0, 0, 100);
	for (k = 2; k <= 4; k++) {
		plan_at(0);
		cr_assert_eq(stream->grant, k);
	}
}

/* A drop elsewhere in the same plan: the machine is not the one that had room. */
Test(restore, not_while_others_drop)
{
	struct plan_stream *a = kit_stream(&kit, 2, 10);
	struct plan_stream *b = kit_stream(&kit, 2, 20);

	kit.in.nr_cpus = 2;
	kit_frame(&kit, 0, 0, 900, 921);
	kit_frame(&kit, 1, 1, 900, 921);
	a->grant = 1;
	a->fit_since_ns = KIT_NOW;
	kit.other[1] = 100000;
	plan_at(500);
	cr_assert_eq(b->grant, 1);
	cr_assert_eq(a->grant, 1);
	plan_at(501);
	cr_assert_eq(a->grant, 2);
}

/* Time that runs backwards (a plan prepared before another) starts nothing. */
Test(restore, time_may_step_back)
{
	struct plan_stream *stream = kit_stream(&kit, 2, 10);

	kit_frame(&kit, 0, 0, 900, 921);
	stream->grant = 1;
	stream->fit_since_ns = KIT_NOW + 10000 * MS;
	plan_at(0);
	cr_assert_eq(stream->grant, 1);
}
