// SPDX-License-Identifier: MIT
/* Load following beside frames: what is no frame's asks for its own time, and no more. */
#include <criterion/criterion.h>

#include "sim_kit.h"

#define MS	1000000ULL
#define STEPS	4096

static struct sim_kit kit;
static struct sim_kit_step steps[STEPS];

/* Frames of 20 ms at the highest of ten OPPs each 200 ms: 0.2 GHz is fast enough. */
static struct scenario_stream *frames(void)
{
	sim_kit_init(&kit, 1);
	sim_kit_ten_opps(&kit);
	kit.s.warm_ns = 2000 * MS;
	kit.s.duration_ns = 8000 * MS;
	return sim_kit_stream(&kit, 200000, 20000);
}

static void expect_slow_frames(u32 from)
{
	u32 i;

	cr_assert_eq(kit.nr_frames, 40);
	cr_expect_eq(kit.result.missed, 0);
	for (i = from; i < kit.nr_frames; i++)
		cr_expect_geq(kit.frames[i].end_ns - kit.frames[i].begin_ns, 99 * MS);
}

Test(sim_follow, work_before_the_first_frame_is_not_that_of_frames)
{
	struct scenario_stream *st = frames();

	st->own_ns = MS / 10;
	st->startup_ns = 400 * MS;
	sim_kit_run(&kit, &gov_dnn, 1);
	expect_slow_frames(0);
}

Test(sim_follow, nor_is_that_of_a_task_that_is_gone)
{
	frames();
	sim_kit_load(&kit, 0, 0)->to_ns = 1;
	sim_kit_run(&kit, &gov_dnn, 1);
	/* the plan allows for its share of the time, and forgets it frame by frame */
	expect_slow_frames(10);
}

Test(sim_follow, bursts_beside_frames_are_no_denser_than_they_are)
{
	sim_kit_init(&kit, 1);
	sim_kit_ten_opps(&kit);
	/* too slow to be parked at once */
	kit.s.platform.clusters[0].fast = false;
	kit.s.platform.clusters[0].latency_ns = 10000;
	kit.s.duration_ns = 4000 * MS;
	kit.s.warm_ns = 1000 * MS;
	sim_kit_stream(&kit, 100000, 40000);
	sim_kit_load(&kit, 10000, 1000);
	sim_kit_run(&kit, &gov_dnn, 1);
	cr_expect_eq(kit.result.missed, 0);
	/* frames have about 90 ms of each 100, at 0.5 GHz and some, and bursts ask for 0.2 */
	cr_expect_lt(kit.result.mean_khz[0], 530e3);
}

Test(sim_follow, a_task_that_shares_the_cpu_all_the_time_is_as_if_alone)
{
	u32 nr, i;

	sim_kit_init(&kit, 1);
	sim_kit_ten_opps(&kit);
	kit.s.duration_ns = 4000 * MS;
	kit.s.warm_ns = 1000 * MS;
	sim_kit_stream(&kit, 100000, 10000);
	sim_kit_load(&kit, 0, 0);
	nr = sim_kit_watch(&kit, &gov_dnn, steps, STEPS);
	cr_assert(nr && nr < STEPS);
	cr_expect_eq(kit.result.missed, 0);
	for (i = 0; i < nr; i++)
		cr_expect(steps[i].khz == 1000000 || steps[i].at_us < 500000, "%u at %llu us",
			  steps[i].khz, steps[i].at_us);
	cr_expect_eq(steps[nr - 1].khz, 1000000);
}
