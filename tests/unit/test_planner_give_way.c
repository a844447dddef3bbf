// SPDX-License-Identifier: MIT
/* Frames of threads that share a CPU: who gives way to whom, and what that leaves to the others. */
#include <criterion/criterion.h>
#include <linux/dnn_gov.h>

#include "planner_kit.h"

static struct kit kit;

static void setup(void)
{
	kit_init(&kit);
}

TestSuite(give_way, .init = setup);

/* A stream whose levels take so many us each at 2 GHz; 0: it has one level. */
static struct plan_stream *stream_of(u32 first, u32 second)
{
	struct plan_stream *stream = kit_stream(&kit, second ? 2 : 1, 1);

	stream->cost[0].cycles = (u64)first * 2000;
	stream->cost[1].cycles = (u64)second * 2000;
	return stream;
}

static struct plan_frame *sharing_frame(u32 stream, int release, int deadline)
{
	struct plan_frame *frame = kit_frame(&kit, stream, 0, release, deadline);

	frame->shares = true;
	return frame;
}

/* A stream that is alone shares with nobody, whatever its threads may do. */
Test(give_way, one_stream_is_alone)
{
	u32 done, end, n, guards = 0;

	for (done = 0; done <= 30; done += 3) {
		for (end = 1; end <= 60; end++) {
			struct plan_output out[2];

			for (n = 0; n < 2; n++) {
				struct plan_frame *frame;

				setup();
				kit_stream(&kit, 2, 10)->cost[1].tail_ppm = 1500000;
				frame = kit_frame(&kit, 0, 0, -10, (int)end);
				frame->done_cycles = done * MCYCLES;
				frame->level_done = 1;
				frame->shares = n;
				kit_frame(&kit, 0, 0, 0, (int)end + 30)->shares = n;
				kit_plan(&kit);
				out[n] = kit.out;
			}
			cr_assert_eq(out[0].khz, out[1].khz, "%u M, %u ms", done, end);
			cr_assert_eq(out[0].guard_ns, out[1].guard_ns, "%u M, %u ms", done, end);
			cr_assert_eq(out[0].feasible, out[1].feasible, "%u M, %u ms", done, end);
			guards += out[0].khz == 2000000 && out[0].guard_ns != PLAN_NEVER;
		}
	}
	cr_assert_gt(guards, 10);
}

/* Turns of others are nothing to a frame that has not begun, not even a nanosecond. */
Test(give_way, who_wakes_up_waits_for_no_turn)
{
	u32 beyond, n, differ = 0, first = 0;

	for (beyond = 0; beyond < 20; beyond++) {
		u32 khz[2];

		for (n = 0; n < 2; n++) {
			setup();
			kit_stream(&kit, 1, 10);
			kit_stream(&kit, 1, 40);
			sharing_frame(0, 0, 20)->deadline_ns += beyond;
			sharing_frame(1, 0, 100);
			kit.in.turn_ns = n * 4 * MS;
			kit_plan(&kit);
			khz[n] = kit.out.khz;
		}
		cr_assert_eq(khz[0], khz[1], "%u ns", beyond);
		first = beyond ? first : khz[0];
		differ += khz[0] != first;
	}
	cr_assert(differ, "10 M twice need a little more than 20 ms of 1 GHz");
}

/* From a frame of 10 ms one that takes 50 takes no more than 10, so it may go on until then. */
Test(give_way, is_content_no_sooner_than_it_must)
{
	struct plan_frame *frame;

	stream_of(20000, 0);
	stream_of(5000, 10000);
	stream_of(50000, 0);
	kit_frame(&kit, 0, 0, 0, 10);	/* hopeless, so that there is nothing to hurry */
	frame = sharing_frame(1, 0, 100);
	frame->level_done = 1;
	kit_frame(&kit, 2, 0, 0, 300);
	kit_plan(&kit);
	cr_assert_eq(kit.out.khz, 2000000);
	cr_assert_not(kit.out.feasible);
	cr_assert_eq(kit.streams[1].grant, 2);
	cr_assert(kit.out.guard_ns > frame->deadline_ns - 11 * MS &&
		  kit.out.guard_ns < frame->deadline_ns - 10 * MS, "%llu ns before",
		  frame->deadline_ns - kit.out.guard_ns);
}

/* --- room ---------------------------------------------------------------------- */

/* Of two that are due later one takes 2 ms, the other as much as the frame: 5.5, 2 and 5.5. */
Test(give_way, room_minds_how_little_others_take)
{
	struct plan_stream *stream = stream_of(5000, 5500);

	stream->grant = 1;
	stream_of(2000, 0);
	stream_of(50000, 0);
	sharing_frame(0, 0, 13)->deadline_ns += MS / 2;
	sharing_frame(1, 0, 200);
	sharing_frame(2, 0, 200);
	kit_plan(&kit);
	cr_assert_eq(stream->fit_since_ns, KIT_NOW);
	stream->fit_since_ns = PLAN_NEVER;
	kit.frames[0].deadline_ns -= MS;
	kit_plan(&kit);
	cr_assert_eq(stream->fit_since_ns, PLAN_NEVER, "13 of 12.5 ms");
}

/* Not only what the first to be due leaves counts: 0.5, 10 and 3 ms, or 9. */
Test(give_way, room_is_what_the_second_leaves_as_well)
{
	struct plan_stream *stream;

	stream_of(500, 0);
	stream_of(10000, 0);
	stream = stream_of(3000, 9000);
	stream->grant = 1;
	sharing_frame(0, 0, 10);
	sharing_frame(1, 0, 18);
	sharing_frame(2, 0, 100);
	kit_plan(&kit);
	cr_assert_eq(stream->fit_since_ns, PLAN_NEVER, "19.5 of 18 ms");
	cr_assert_eq(stream->cause, DNN_GOV_CAUSE_CONTENTION);
	kit.frames[1].deadline_ns += 2 * MS;
	kit_plan(&kit);
	cr_assert_eq(stream->fit_since_ns, KIT_NOW);
}

/* A frame that comes when the first is due takes nothing from it, and no room from the other. */
Test(give_way, room_is_for_frames_that_take_something)
{
	struct plan_stream *stream;

	stream_of(10000, 0);
	stream = stream_of(3000, 7000);
	stream->grant = 1;
	sharing_frame(0, 0, 18);
	sharing_frame(1, 0, 100);
	sharing_frame(1, 150, 200);
	kit_plan(&kit);
	cr_assert_eq(stream->fit_since_ns, KIT_NOW, "10 and 7 of 18 ms");
}

/* Who gives way to nobody keeps nobody down. */
Test(give_way, room_is_not_for_who_does_not_share)
{
	struct plan_stream *stream;

	stream_of(8000, 0);
	stream = stream_of(3000, 8000);
	stream->grant = 1;
	kit_frame(&kit, 0, 0, 0, 9);
	sharing_frame(1, 0, 100);
	kit_plan(&kit);
	cr_assert_eq(stream->fit_since_ns, KIT_NOW);
	stream->fit_since_ns = PLAN_NEVER;
	kit.frames[0].shares = true;
	kit.frames[0].deadline_ns += 3 * MS;
	kit_plan(&kit);
	cr_assert_eq(stream->fit_since_ns, PLAN_NEVER, "8 and 8 of 12 ms");
}

/* Whole frames would share 16 of 24 ms, but the first has waited: another rises at once. */
Test(give_way, who_does_not_fit_now_is_not_in_the_way)
{
	struct plan_stream *shared, *other;

	kit.in.nr_cpus = 2;
	stream_of(8000, 0);
	shared = stream_of(3000, 8000);
	other = stream_of(3000, 8000);
	shared->weight = 1000;
	shared->grant = other->grant = 1;
	shared->fit_since_ns = other->fit_since_ns = KIT_NOW - kit.in.hold_ns;
	sharing_frame(0, -10, 14);
	sharing_frame(1, 0, 100);
	kit_frame(&kit, 2, 1, 0, 100);
	kit_plan(&kit);
	cr_expect_eq(shared->grant, 1);
	cr_expect_eq(shared->fit_since_ns, KIT_NOW - kit.in.hold_ns);
	cr_expect_eq(other->grant, 2);
}

/* A rise that would not last is left for later, so that it is not in the way of another. */
Test(give_way, what_would_not_last_keeps_nobody_from_rising)
{
	struct plan_stream *shared, *other;
	u32 t;

	kit.in.nr_cpus = 2;
	shared = stream_of(5000, 10000);
	other = stream_of(5000, 10000);
	stream_of(50000, 0);
	shared->weight = 1000;
	shared->grant = other->grant = 1;
	shared->fit_since_ns = other->fit_since_ns = KIT_NOW - kit.in.hold_ns;
	sharing_frame(0, 0, 16);
	kit_frame(&kit, 1, 1, 0, 100);
	sharing_frame(2, 0, 300);
	for (t = 0; t < 2; t++)
		kit_plan(&kit);
	cr_assert_eq(shared->grant, 1, "20 of 16 ms");
	cr_assert_eq(other->grant, 2);
}

/* --- shedding ------------------------------------------------------------------- */

/*
 * All shed, and 6 ms are free then. For the first, which is worth most, 4 would do, but it would
 * have to share as much again; so the second gets them.
 */
Test(give_way, gives_back_to_the_next_what_would_have_to_be_shared)
{
	struct plan_stream *first = stream_of(2000, 6000), *second = stream_of(2000, 4400);

	stream_of(2000, 9000)->weight = 100;
	stream_of(20000, 0);
	first->weight = 30;
	second->weight = 20;
	kit_frame(&kit, 1, 0, 0, 14);
	kit_frame(&kit, 2, 0, 0, 14);
	sharing_frame(0, 0, 14);
	kit_frame(&kit, 3, 0, 0, 100);
	kit_plan(&kit);
	cr_expect_eq(kit.streams[2].grant, 1);
	cr_expect_eq(first->grant, 1);
	cr_expect_eq(second->grant, 2);
	cr_assert(kit.out.feasible);
}

/*
 * To give way to the first does not help it, at no level. That says nothing of windows that end
 * later: 5, 5 and 32 of 40 ms are too much.
 */
Test(give_way, who_is_no_help_sheds_in_its_own_window)
{
	struct plan_stream *cheap, *dear;

	stream_of(5000, 0);
	cheap = stream_of(5000, 10000);
	dear = stream_of(10000, 32000);
	dear->weight = 10000;
	sharing_frame(0, 0, 8);
	kit_frame(&kit, 1, 0, 1, 30);
	kit_frame(&kit, 2, 0, 1, 40);
	kit_plan(&kit);
	cr_assert_eq(cheap->grant, 1, "42 of 39 ms");
	cr_assert_eq(dear->grant, 1);
}
