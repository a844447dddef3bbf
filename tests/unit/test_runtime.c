// SPDX-License-Identifier: MIT
/* The co-scheduling client without the kernel's module: its clockwork, and frames run alone. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <dyndnn_runtime.h>

#include "../../engine/runtime/alone.h"
#include "../../engine/runtime/gap.h"
#include "../../engine/runtime/measure.h"
#include "../../engine/runtime/paces.h"
#include "small_model.h"

#define MS 1000000ULL

/* --- pace ---------------------------------------------------------------------- */

/* A frame of groups that take group_ns, of which four layers take 40, 30, 20 and 10 %. */
static uint64_t play(struct pace *pace, unsigned int level, uint64_t start, uint64_t group_ns)
{
	static const unsigned int gone[] = { 0, 40, 70, 90 };
	uint64_t now = start;

	pace_begin(pace, now, true);
	for (unsigned int done = 1; done < level; done++) {
		now += group_ns;
		for (unsigned int layer = 0; layer < 4; layer++)
			pace_step(pace, done, layer, now + group_ns * gone[layer] / 100);
	}
	now += group_ns;
	pace_end(pace, level, now);
	return now;
}

Test(pace, learns_groups_and_layers)
{
	struct pace pace = { 0 };

	cr_expect_eq(pace_level_ns(&pace, 4), 0);
	play(&pace, 4, 0, 10 * MS);
	cr_expect_eq(pace.layers, 4);
	cr_expect_eq(pace.gone_ppm[1], 400000);
	cr_expect_eq(pace.gone_ppm[3], 900000);
	cr_expect_eq(pace_level_ns(&pace, 1), 10 * MS);
	cr_expect_eq(pace_level_ns(&pace, 4), 40 * MS);
}

Test(pace, best_time_is_taken_at_once_and_forgotten_slowly)
{
	struct pace pace = { 0 };

	play(&pace, 4, 0, 10 * MS);
	play(&pace, 4, 0, 5 * MS);
	cr_expect_eq(pace_level_ns(&pace, 4), 20 * MS);
	play(&pace, 4, 0, 10 * MS);
	cr_expect_lt(pace_level_ns(&pace, 4), 22 * MS);
	for (int i = 0; i < 100; i++)
		play(&pace, 4, 0, 10 * MS);
	cr_expect_gt(pace_level_ns(&pace, 4), 39 * MS);
}

Test(pace, groups_that_never_ran_are_taken_for_their_neighbours)
{
	struct pace pace = { 0 };

	play(&pace, 2, 0, 10 * MS);
	cr_expect_eq(pace_level_ns(&pace, 4), 40 * MS);
}

Test(paces, times_belong_to_the_cpus_they_were_taken_on)
{
	cpu_set_t set[PACES + 1];
	struct paces paces;

	for (size_t i = 0; i <= PACES; i++) {
		CPU_ZERO(&set[i]);
		CPU_SET(i, &set[i]);
	}
	paces_init(&paces, &set[0], 1);
	play(paces_now(&paces), 4, 0, 10 * MS);
	paces_move(&paces, &set[1], 1);
	cr_expect_eq(pace_level_ns(paces_now(&paces), 4), 0, "other CPUs may be as fast as any");
	cr_expect_eq(paces_now(&paces)->layers, 4);
	play(paces_now(&paces), 4, 0, 30 * MS);
	paces_move(&paces, &set[0], 1);
	cr_expect_eq(pace_level_ns(paces_now(&paces), 4), 40 * MS);
	paces_move(&paces, &set[1], 1);
	cr_expect_eq(pace_level_ns(paces_now(&paces), 4), 120 * MS);
	/* there is not room for all */
	for (size_t i = 2; i <= PACES; i++) {
		paces_move(&paces, &set[i], 1);
		play(paces_now(&paces), 4, 0, i * MS);
	}
	paces_move(&paces, &set[1], 1);
	cr_expect_eq(pace_level_ns(paces_now(&paces), 4), 120 * MS);
	paces_move(&paces, &set[0], 1);
	cr_expect_eq(pace_level_ns(paces_now(&paces), 4), 0);
}

/* --- frames seen as a whole --------------------------------------------------------- */

Test(whole, levels_that_never_ran_need_a_round_for_each_set_of_threads)
{
	struct whole whole = { .threads = 2 };

	cr_expect_eq(whole_level_ns(&whole, 4), 0);
	whole_learn(&whole, 4, 20 * MS, true);
	cr_expect_eq(whole_level_ns(&whole, 4), 20 * MS);
	cr_expect_eq(whole_level_ns(&whole, 3), 20 * MS);
	cr_expect_eq(whole_level_ns(&whole, 2), 10 * MS);
	cr_expect_eq(whole_level_ns(&whole, 1), 10 * MS);
	whole_learn(&whole, 1, 7 * MS, true);
	cr_expect_eq(whole_level_ns(&whole, 2), 7 * MS);
	cr_expect_lt(whole_level_ns(&whole, 4), 20 * MS, "the others age");
	cr_expect_gt(whole_level_ns(&whole, 4), 19 * MS);
}

Test(whole, best_time_is_taken_at_once_and_forgotten_slowly)
{
	struct whole whole = { .threads = 2 };

	whole_learn(&whole, 4, 20 * MS, true);
	whole_learn(&whole, 4, 10 * MS, true);
	cr_expect_eq(whole_level_ns(&whole, 4), 10 * MS);
	whole_learn(&whole, 4, 20 * MS, true);
	cr_expect_lt(whole_level_ns(&whole, 4), 11 * MS);
	for (int i = 0; i < 20; i++)
		whole_learn(&whole, 4, 20 * MS, false);
	cr_expect_lt(whole_level_ns(&whole, 4), 12 * MS, "slow on purpose");
	for (int i = 0; i < 100; i++)
		whole_learn(&whole, 4, 20 * MS, true);
	cr_expect_gt(whole_level_ns(&whole, 4), 19 * MS);
}

Test(whole, frames_that_are_slow_on_purpose_have_something_to_gain)
{
	struct whole whole = { .threads = 2 };

	cr_expect_eq(whole_gain_ns(&whole, 4), 0);
	whole_learn(&whole, 4, 20 * MS, true);
	cr_expect_eq(whole_gain_ns(&whole, 4), 0);
	for (int i = 0; i < 50; i++)
		whole_learn(&whole, 4, 40 * MS, false);
	/* the second round takes nearly 20 ms like this, 10 at its best */
	cr_expect_gt(whole_gain_ns(&whole, 4), 7 * MS);
	cr_expect_leq(whole_gain_ns(&whole, 4), 10 * MS);
	whole_learn(&whole, 4, whole_level_ns(&whole, 4), true);
	cr_expect_eq(whole_gain_ns(&whole, 4), 0, "the engine expects the best again");
}

Test(paces, times_belong_to_the_threads_they_were_taken_with)
{
	struct paces paces;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	CPU_SET(1, &set);
	paces_init(&paces, &set, 2);
	cr_expect(paces_in_whole(&paces));
	whole_learn(paces_whole(&paces), 4, 20 * MS, true);
	cr_expect_eq(paces_level_ns(&paces, 2), 10 * MS);
	paces_move(&paces, &set, 1);
	cr_expect_not(paces_in_whole(&paces));
	cr_expect_eq(paces_level_ns(&paces, 4), 0);
	play(paces_now(&paces), 4, 0, 10 * MS);
	cr_expect_eq(paces_level_ns(&paces, 4), 40 * MS);
	paces_move(&paces, &set, 2);
	cr_expect_eq(paces_level_ns(&paces, 4), 20 * MS);
}

Test(pace, groups_that_nobody_was_asked_about_share_their_time)
{
	struct pace pace = { 0 };

	play(&pace, 4, 0, 10 * MS);
	/* two groups always run, and the frame ends after the third */
	pace_begin(&pace, 0, true);
	pace_step(&pace, 2, 0, 16 * MS);
	pace_step(&pace, 2, 1, 20 * MS);
	pace_end(&pace, 3, 25 * MS);
	cr_expect_eq(pace.best_ns[0], 8 * MS);
	cr_expect_eq(pace.best_ns[1], 8 * MS);
	cr_expect_eq(pace.best_ns[2], 9 * MS);
	/* and another one right after the first two */
	pace_begin(&pace, 0, true);
	pace_end(&pace, 2, 14 * MS);
	cr_expect_eq(pace_level_ns(&pace, 2), 14 * MS);
}

Test(pace, rest_fits_until_its_last_instant)
{
	struct pace pace = { 0 };

	play(&pace, 4, 0, 10 * MS);
	/* the next frame at its best, asked when its second group begins */
	pace_begin(&pace, 0, true);
	pace_step(&pace, 1, 0, 10 * MS);
	cr_expect(pace_fits(&pace, 1, 0, 10 * MS, 20 * MS, false));
	cr_expect_not(pace_fits(&pace, 1, 0, 10 * MS, 20 * MS - 1000, false));
	/* and when 70 % of the group are done */
	pace_step(&pace, 1, 1, 14 * MS);
	pace_step(&pace, 1, 2, 17 * MS);
	cr_expect(pace_fits(&pace, 1, 2, 17 * MS, 20 * MS, false));
	cr_expect_not(pace_fits(&pace, 1, 2, 17 * MS, 20 * MS - 1000, false));
}

Test(pace, slow_frame_may_still_speed_up_unless_nobody_sees_to_it)
{
	struct pace pace = { 0 };

	play(&pace, 4, 0, 10 * MS);
	/* slow on purpose: group 2 begins at 20 ms */
	pace_begin(&pace, 0, false);
	pace_step(&pace, 1, 0, 20 * MS);
	/* the group takes 10 ms at its best, 20 ms like this; its first layer 8 ms like this */
	cr_expect(pace_fits(&pace, 1, 0, 20 * MS, 31 * MS, false));
	cr_expect_not(pace_fits(&pace, 1, 0, 20 * MS, 31 * MS, true));
	cr_expect(pace_fits(&pace, 1, 0, 20 * MS, 41 * MS, true));
}

Test(pace, frames_that_are_slow_on_purpose_hardly_change_the_best_time)
{
	struct pace pace = { 0 };

	play(&pace, 1, 0, 10 * MS);
	for (int i = 0; i < 20; i++) {
		pace_begin(&pace, 0, false);
		pace_end(&pace, 1, 20 * MS);
	}
	cr_expect_lt(pace_level_ns(&pace, 1), 11 * MS);
}

Test(pace, what_one_group_did_in_this_frame_the_next_can_do)
{
	struct pace pace = { 0 };

	/* from a slow time: 20 ms a group */
	play(&pace, 4, 0, 20 * MS);
	pace_begin(&pace, 0, true);
	pace_step(&pace, 1, 0, 10 * MS);
	cr_expect(pace_fits(&pace, 1, 0, 10 * MS, 21 * MS, false));
	cr_expect_not(pace_fits(&pace, 1, 0, 10 * MS, 19 * MS, false));
}

Test(pace, short_delay_in_a_short_layer_is_no_slow_cpu)
{
	struct pace pace = { 0 };

	/* the first layer is a hundredth of the group */
	pace_begin(&pace, 0, true);
	pace_step(&pace, 1, 0, 10 * MS);
	pace_step(&pace, 1, 1, 10 * MS + MS / 10);
	pace_end(&pace, 2, 20 * MS);
	pace_begin(&pace, 0, true);
	pace_step(&pace, 1, 0, 10 * MS);
	pace_step(&pace, 1, 1, 11 * MS);	/* ten times as long */
	cr_expect(pace_fits(&pace, 1, 1, 11 * MS, 22 * MS, false));
}

Test(pace, time_that_others_took_does_not_make_a_group_slow)
{
	struct pace pace = { 0 };

	play(&pace, 4, 0, 10 * MS);
	pace_begin(&pace, 0, true);
	pace_step(&pace, 1, 0, 10 * MS);
	/* 8 ms were lost in the first layer; its group goes on as fast as ever */
	pace_lose(&pace, 8 * MS);
	pace_step(&pace, 1, 1, 22 * MS);
	cr_expect(pace_fits(&pace, 1, 1, 22 * MS, 28 * MS, false));
	cr_expect_not(pace_fits(&pace, 1, 1, 22 * MS, 28 * MS - 1000, false));
	pace_step(&pace, 2, 0, 28 * MS);
	cr_expect_eq(pace_level_ns(&pace, 2), 20 * MS);
	cr_expect_eq(pace.gone_ppm[1], 400000);
	cr_expect_eq(pace.done_ns, 28 * MS);
	/* but unless somebody speeds up, what was lost will be lost again */
	cr_expect_not(pace_fits(&pace, 2, 0, 28 * MS, 39 * MS, true));
}

Test(pace, layer_that_would_pass_the_instant_is_not_begun)
{
	struct pace pace = { 0 };

	play(&pace, 4, 0, 10 * MS);
	pace_begin(&pace, 0, true);
	pace_step(&pace, 1, 0, 10 * MS);
	/* the first layer took three times its best */
	pace_step(&pace, 1, 1, 22 * MS);
	/* the rest is 6 ms at best, its next layer 9 ms like this */
	cr_expect(pace_fits(&pace, 1, 1, 22 * MS, 32 * MS, false));
	cr_expect_not(pace_fits(&pace, 1, 1, 22 * MS, 30 * MS, false));
}

/* --- time lost to others ----------------------------------------------------------- */

static void set_first_cpu(cpu_set_t *one, const cpu_set_t *of)
{
	size_t cpu = 0;

	while (!CPU_ISSET(cpu, of))
		cpu++;
	CPU_ZERO(one);
	CPU_SET(cpu, one);
}

static void spin(uint64_t ns)
{
	uint64_t end = measure_now_ns() + ns;

	while (measure_now_ns() < end)
		;
}

static long preemptions(void)
{
	struct rusage usage;

	cr_assert_eq(getrusage(RUSAGE_THREAD, &usage), 0);
	return usage.ru_nivcsw;
}

Test(gap, sleeping_is_not_losing, .timeout = 60)
{
	const struct timespec pause = { .tv_nsec = 20 * MS };
	struct gap gap = { .losses = 0 };
	long before;

	/* a host that preempts the test right here takes time away indeed: again then */
	do {
		before = preemptions();
		gap_begin(&gap, measure_now_ns());
		nanosleep(&pause, NULL);
		gap_look(&gap, measure_now_ns());
	} while (preemptions() != before);
	cr_expect_eq(gap.worst_ns, 0);
}

Test(gap, sharing_the_cpu_is, .timeout = 60)
{
	struct gap gap = { .losses = 0 };
	cpu_set_t all, one;
	uint64_t lost = 0;
	pid_t hog;

	cr_assert_eq(sched_getaffinity(0, sizeof(all), &all), 0);
	set_first_cpu(&one, &all);
	cr_assert_eq(sched_setaffinity(0, sizeof(one), &one), 0);
	hog = fork();
	while (!hog)
		;
	gap_begin(&gap, measure_now_ns());
	/* as long as it takes: the scheduler is fair in the end */
	while (gap.losses < 2) {
		spin(MS);
		lost += gap_look(&gap, measure_now_ns());
	}
	kill(hog, SIGKILL);
	waitpid(hog, NULL, 0);
	cr_expect_gt(gap.worst_ns, 0);
	cr_expect_lt(gap.worst_ns, 10000 * MS);
	cr_expect_gt(gap.turn_ns, 0);
	cr_expect_gt(lost, gap.worst_ns);
	gap_begin(&gap, measure_now_ns());
	cr_expect_eq(gap.worst_ns, 0);
}

/* What others took comes again after a turn, not before, and not for ever. */
Test(gap, is_due_after_a_turn)
{
	struct gap gap = {
		.worst_ns = 8 * MS, .turn_ns = 6 * MS, .ran_ns = 2 * MS, .losses = 2,
	};

	/* not before half a turn */
	cr_expect_eq(gap_reserve(&gap, MS), 0);
	cr_expect_eq(gap_reserve(&gap, MS + 1), 8 * MS);
	/* one is due */
	gap.ran_ns = 7 * MS;
	cr_expect_eq(gap_reserve(&gap, MS / 100), 8 * MS);
	gap.ran_ns = 13 * MS;
	cr_expect_eq(gap_reserve(&gap, 20 * MS), 0);
	gap = (struct gap) { .ran_ns = MS };
	cr_expect_eq(gap_reserve(&gap, 20 * MS), 0, "nothing was lost");
}

/* The first turn had begun before the frame: that it is over tells little. */
Test(gap, is_not_gone_for_a_short_first_turn)
{
	struct gap gap = {
		.worst_ns = 8 * MS, .turn_ns = MS, .ran_ns = 7 * MS, .losses = 1,
	};

	cr_expect_eq(gap_reserve(&gap, 2 * MS), 8 * MS);
	gap.ran_ns = 17 * MS;
	cr_expect_eq(gap_reserve(&gap, 2 * MS), 0);
	/* a whole turn is known */
	gap.losses = 2;
	gap.ran_ns = 7 * MS;
	cr_expect_eq(gap_reserve(&gap, 2 * MS), 0);
}

/* --- own level control ------------------------------------------------------------ */

/* A machine and a network of four groups, under the control. */
struct plant {
	struct alone alone;
	struct paces paces;
	uint64_t deadline_ns;
	uint64_t late_ns;
	unsigned int level_done;	/* of the last frame */
	uint64_t busy_ns;
};

static void plant_init(struct plant *plant, unsigned int min_level, unsigned int max_level)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	*plant = (struct plant) { .deadline_ns = 30 * MS };
	paces_init(&plant->paces, &cpus, 1);
	alone_init(&plant->alone, min_level, max_level);
}

/* A frame, group g of which takes group_ns[g - 1]; the engine stops it at the deadline. */
static void plant_run(struct plant *plant, const uint64_t *group_ns)
{
	struct pace *pace = paces_now(&plant->paces);
	struct alone_frame frame = { .late_ns = plant->late_ns };
	unsigned int level = plant->alone.level;
	uint64_t now = group_ns[0];

	pace_begin(pace, 0, true);
	for (frame.level_done = 1; frame.level_done < level; frame.level_done++) {
		pace_step(pace, frame.level_done, 0, now);
		frame.run_ns = now;
		if (plant->late_ns + now + group_ns[frame.level_done] > plant->deadline_ns) {
			frame.gave_up = true;
			if (plant->late_ns + now < plant->deadline_ns)
				now = plant->deadline_ns - plant->late_ns;
			break;
		}
		now += group_ns[frame.level_done];
	}
	if (!frame.gave_up) {
		pace_end(pace, frame.level_done, now);
		frame.run_ns = now;
	}
	frame.end_ns = plant->late_ns + now;
	plant->level_done = frame.level_done;
	plant->busy_ns = now;
	alone_learn(&plant->alone, &plant->paces, &frame, plant->deadline_ns);
}

/* All groups alike. */
static void plant_run_even(struct plant *plant, uint64_t group_ns)
{
	plant_run(plant, (const uint64_t[]) { group_ns, group_ns, group_ns, group_ns });
}

Test(alone, stays_up_while_it_fits)
{
	struct plant plant;

	plant_init(&plant, 1, 4);
	for (int i = 0; i < 100; i++) {
		plant_run_even(&plant, 5 * MS);
		cr_assert_eq(plant.alone.level, 4);
		cr_assert_eq(plant.alone.cause, DNN_GOV_CAUSE_NONE);
	}
}

Test(alone, drops_at_once_and_restores_after_a_while)
{
	struct plant plant;
	int frames, above = 0;

	plant_init(&plant, 1, 4);
	for (int i = 0; i < 20; i++)
		plant_run_even(&plant, 5 * MS);
	plant_run_even(&plant, 10 * MS);		/* now 40 ms in all */
	cr_assert_leq(plant.alone.level, 3);
	plant_run_even(&plant, 10 * MS);
	cr_expect_leq(plant.alone.level, 2);
	cr_expect_eq(plant.alone.cause, DNN_GOV_CAUSE_DEADLINE);
	for (int i = 0; i < 200; i++) {
		plant_run_even(&plant, 10 * MS);
		above += plant.alone.level > 2;
	}
	cr_expect_leq(above, 8, "%d frames at a level that does not fit", above);
	for (frames = 0; plant.alone.level < 4 && frames < 100; frames++)
		plant_run_even(&plant, 5 * MS);
	cr_expect_eq(plant.alone.level, 4);
	cr_expect_geq(frames, 12, "restored after %d frames", frames);
	cr_expect_eq(plant.alone.cause, DNN_GOV_CAUSE_NONE);
}

Test(alone, never_leaves_its_bounds)
{
	struct plant plant;

	plant_init(&plant, 2, 3);
	for (int i = 0; i < 50; i++) {
		plant_run_even(&plant, 100 * MS);
		cr_assert(plant.alone.level == 2 || plant.alone.level == 3);
	}
	cr_expect_eq(plant.alone.level, 2);
	for (int i = 0; i < 500; i++) {
		plant_run_even(&plant, MS);
		cr_assert(plant.alone.level == 2 || plant.alone.level == 3);
	}
	cr_expect_eq(plant.alone.level, 3);
}

Test(alone, starts_from_where_somebody_else_was)
{
	struct plant plant;

	plant_init(&plant, 1, 4);
	for (int i = 0; i < 20; i++)
		plant_run_even(&plant, 20 * MS);
	cr_expect_eq(plant.alone.level, 1);
	alone_follow(&plant.alone, 3);
	cr_expect_eq(plant.alone.level, 3);
	alone_follow(&plant.alone, 4);
	cr_expect_eq(plant.alone.level, 4);
	cr_expect_eq(plant.alone.cause, DNN_GOV_CAUSE_NONE);
}

Test(alone, late_begin_counts)
{
	struct plant plant;

	plant_init(&plant, 1, 4);
	plant.late_ns = 15 * MS;
	plant_run_even(&plant, 5 * MS);
	cr_expect_leq(plant.alone.level, 3);
}

/* What was wasted on a group that was given up says nothing about the complete ones. */
Test(alone, group_that_was_given_up_does_not_drag_others_down)
{
	struct plant plant;

	plant_init(&plant, 1, 4);
	for (int i = 0; i < 10; i++)
		plant_run_even(&plant, 7 * MS);
	for (int i = 0; i < 10; i++) {
		plant_run_even(&plant, 9 * MS);
		cr_assert_eq(plant.alone.level, 3, "frame %d", i);
	}
}

/* The highest level never fits, but looks as if: its group takes twice what others do. */
Test(alone, level_that_was_restored_in_vain_is_left_alone_for_longer_and_longer)
{
	const uint64_t group_ns[] = { 6 * MS, 6 * MS, 6 * MS, 14 * MS };
	int ups = 0, last_up = 0, gap = 0;
	struct plant plant;

	plant_init(&plant, 1, 4);
	for (int i = 1; i <= 2000; i++) {
		unsigned int before = plant.alone.level;

		plant_run(&plant, group_ns);
		cr_assert_geq(plant.level_done, 3);
		if (plant.alone.level <= before)
			continue;
		gap = i - last_up;
		last_up = i;
		ups++;
		cr_assert_geq(gap, 12, "up and down within %d frames", gap);
	}
	cr_expect_geq(ups, 2, "it is tried again");
	cr_expect_leq(ups, 20, "%d times", ups);
	cr_expect_geq(gap, 100);
}

/* A stock governor: so fast that the CPU would be busy for four fifths of the time. */
static void follow_load(double *speed, const struct plant *plant)
{
	*speed *= (double)plant->busy_ns / (double)plant->deadline_ns / .8;
	if (*speed > 1)
		*speed = 1;
	if (*speed < .1)
		*speed = .1;
}

Test(alone, comes_back_though_a_stock_governor_slows_the_cpu_down)
{
	struct plant plant;
	double speed = 1;
	int changes = 0;

	plant_init(&plant, 1, 4);
	/* somebody else has the CPU for some frames */
	for (int i = 0; i < 10; i++)
		plant_run_even(&plant, 20 * MS);
	cr_expect_eq(plant.alone.level, 1);
	/* a low level keeps the frequency low, at which the next one does not fit */
	for (int i = 0; plant.alone.level < 4 && i < 600; i++) {
		plant_run_even(&plant, (uint64_t)((double)(5 * MS) / speed));
		follow_load(&speed, &plant);
	}
	cr_expect_eq(plant.alone.level, 4);
	for (int i = 0; i < 500; i++) {
		unsigned int before = plant.alone.level;

		plant_run_even(&plant, (uint64_t)((double)(5 * MS) / speed));
		follow_load(&speed, &plant);
		changes += plant.alone.level != before;
	}
	cr_expect_leq(changes, 4, "%d changes", changes);
}

/* A second program that comes and goes at random. */
Test(alone, does_not_swing_with_noise)
{
	unsigned int seed = 3, state = 1;
	int changes = 0, missed = 0;
	struct plant plant;

	plant_init(&plant, 1, 4);
	for (int i = 0; i < 3000; i++) {
		unsigned int before = plant.alone.level;

		state = state * 1103515245 + 12345 + seed;
		plant_run_even(&plant, 5 * MS + (state >> 16) % (5 * MS));
		changes += plant.alone.level != before;
		missed += plant.late_ns + plant.busy_ns > plant.deadline_ns;
	}
	cr_expect_leq(changes, 300, "%d changes", changes);
	cr_expect_eq(missed, 0);
}

/* The answer was sure enough at a low level: nothing speaks against the higher ones. */
Test(alone, early_exit_is_no_lack_of_time)
{
	struct plant plant;

	plant_init(&plant, 1, 4);
	for (int i = 0; i < 50; i++) {
		const struct alone_frame sure = {
			.level_done = 1, .run_ns = 5 * MS, .end_ns = 5 * MS,
		};

		pace_begin(paces_now(&plant.paces), 0, true);
		pace_end(paces_now(&plant.paces), 1, 5 * MS);
		alone_learn(&plant.alone, &plant.paces, &sure, plant.deadline_ns);
		cr_assert_eq(plant.alone.level, 4);
	}
}

/* --- the client -------------------------------------------------------------------- */

struct fixture {
	void *image;
	struct dyndnn_model *model;
	struct dyndnn_session *session;
};

static void fixture_open_threads(struct fixture *f, enum small_shape shape, unsigned int threads)
{
	const struct dyndnn_session_options options = { .threads = threads };
	struct small_model small;
	struct dyndnn_error err;
	size_t bytes;

	small_model_init(&small, shape, 4, 1);
	f->image = small_model_encode(&small, &bytes);
	small_model_free(&small);
	cr_assert_eq(dyndnn_model_open_memory(f->image, bytes, &f->model, &err), 0, "%s", err.text);
	cr_assert_eq(dyndnn_session_open(f->model, &options, &f->session, &err), 0, "%s",
		     err.text);
}

static void fixture_open(struct fixture *f, enum small_shape shape)
{
	fixture_open_threads(f, shape, 1);
}

static void fixture_close(struct fixture *f)
{
	dyndnn_session_close(f->session);
	dyndnn_model_close(f->model);
	free(f->image);
}

static void set_noise(struct fixture *f)
{
	const struct dyndnn_info *info = dyndnn_model_info(f->model);
	size_t count = (size_t)info->channels * info->height * info->width;
	float *values = malloc(count * sizeof(*values));
	unsigned int seed = 5;

	small_model_noise(values, count, 1, &seed);
	cr_assert_eq(dyndnn_set_input_f32(f->session, values, count, DYNDNN_CHW), 0);
	free(values);
}

static void assert_refused(const struct dyndnn_client_options *options, int code, const char *text)
{
	struct dyndnn_client *client;
	struct dyndnn_error err = { 0 };
	struct fixture f;

	fixture_open(&f, SMALL_TINY);
	cr_assert_eq(dyndnn_client_open(f.session, options, &client, &err), code);
	cr_assert_null(client);
	cr_expect_eq(err.code, code);
	cr_expect_str_eq(err.text, text);
	fixture_close(&f);
}

Test(client, options_are_checked)
{
	cpu_set_t none;

	CPU_ZERO(&none);
#define OPTIONS(...) (&(struct dyndnn_client_options) { .deadline_ns = MS, __VA_ARGS__ })
	assert_refused(&(struct dyndnn_client_options) { 0 }, -ERANGE,
		       "deadline_ns: 0 is out of range, must be 100000..60000000000");
	assert_refused(&(struct dyndnn_client_options) { .deadline_ns = 61000000000 }, -ERANGE,
		       "deadline_ns: 61000000000 is out of range, must be 100000..60000000000");
	assert_refused(OPTIONS(.period_ns = 1), -ERANGE,
		       "period_ns: 1 is out of range, must be 100000..60000000000");
	assert_refused(OPTIONS(.level = 5), -ERANGE, "level: 5 is out of range, must be 1..4");
	assert_refused(OPTIONS(.level = 2, .min_level = 3), -ERANGE,
		       "min_level: 3 is out of range, must be 1..2");
	assert_refused(OPTIONS(.weight = 1001), -ERANGE,
		       "weight: 1001 is out of range, must be 1..1000");
	assert_refused(OPTIONS(.name = ""), -EINVAL, "name: must be 1..31 bytes");
	assert_refused(OPTIONS(.mode = 3), -EINVAL, "mode: 3 is none");
	assert_refused(OPTIONS(.margin = 1.5f), -ERANGE,
		       "margin: 1.5 is out of range, must be 0..1");
	assert_refused(OPTIONS(.cpus = &none), -EINVAL, "cpus: must hold a CPU, or be NULL");
#undef OPTIONS
}

static void run_all(enum dyndnn_client_mode mode, unsigned int level, unsigned int threads)
{
	struct dyndnn_client_options options = { .deadline_ns = 10000 * MS, .mode = mode,
						 .level = level };
	float logits[16], expected[16];
	struct dyndnn_client_status status;
	struct dyndnn_client *client;
	struct dyndnn_error err;
	struct fixture f;

	fixture_open_threads(&f, SMALL_ODD, threads);
	cr_assert_leq(dyndnn_model_info(f.model)->classes, 16);
	cr_assert_eq(dyndnn_client_open(f.session, &options, &client, &err), 0, "%s", err.text);
	set_noise(&f);
	for (int i = 0; i < 20; i++) {
		struct dyndnn_client_frame frame = { 0 };

		cr_assert_eq(dyndnn_client_run(client, &frame, logits), 0);
		cr_assert_eq(frame.level_done, level ? level : 4);
		cr_assert_eq(frame.grant, frame.level_done);
		cr_assert(frame.met && !frame.stopped && !frame.sure);
		cr_assert_gt(frame.release_ns, 0);
		cr_assert_eq(frame.deadline_ns, frame.release_ns + options.deadline_ns);
		cr_assert_geq(frame.end_ns, frame.release_ns);
	}
	cr_assert_eq(dyndnn_run(f.session, level ? level : 4, expected), 0);
	cr_expect_arr_eq(logits, expected,
			 dyndnn_model_info(f.model)->classes * sizeof(float));
	dyndnn_client_status(client, &status);
	cr_expect_eq(status.frames, 20);
	cr_expect_eq(status.met, 20);
	cr_expect_eq(status.stopped, 0);
	dyndnn_client_close(client);
	fixture_close(&f);
}

Test(client, alone_runs_all_levels_when_there_is_time)
{
	run_all(DYNDNN_CLIENT_ALONE, 0, 1);
	run_all(DYNDNN_CLIENT_ALONE, 3, 1);
	run_all(DYNDNN_CLIENT_ALONE, 0, 2);
	run_all(DYNDNN_CLIENT_ALONE, 3, 3);
}

Test(client, fixed_runs_its_level)
{
	run_all(DYNDNN_CLIENT_FIXED, 0, 1);
	run_all(DYNDNN_CLIENT_FIXED, 2, 1);
	run_all(DYNDNN_CLIENT_FIXED, 3, 2);
}

Test(client, runs_on_without_the_module)
{
	struct dyndnn_client_options options = { .deadline_ns = 10000 * MS };
	struct dyndnn_client_frame frame = { 0 };
	struct dyndnn_client_status status;
	struct dyndnn_client *client;
	struct dyndnn_error err;
	struct fixture f;
	float logits[16];

	if (!access("/sys/module/dnn_gov", F_OK))
		cr_skip_test("the module is loaded");
	fixture_open(&f, SMALL_TINY);
	cr_assert_eq(dyndnn_client_open(f.session, &options, &client, &err), 0, "%s", err.text);
	dyndnn_client_status(client, &status);
	cr_expect_not(status.hinted);
	cr_expect_str_eq(status.why, "the dnn_gov module is not loaded");
	set_noise(&f);
	cr_assert_eq(dyndnn_client_run(client, &frame, logits), 0);
	cr_expect_not(frame.hinted);
	cr_expect_eq(frame.level_done, 4);
	dyndnn_client_status(client, &status);
	cr_expect_eq(status.alone, 1);
	dyndnn_client_close(client);
	fixture_close(&f);
}

/* The shortest deadline there can be, in which no machine runs 32 M multiply-accumulates. */
static void run_short_of_time(unsigned int threads)
{
	struct dyndnn_client_options options = {
		.mode = DYNDNN_CLIENT_ALONE, .deadline_ns = DNN_GOV_TIME_MIN_NS,
	};
	struct dyndnn_client_frame frame;
	struct dyndnn_client_status status;
	struct dyndnn_client *client;
	struct dyndnn_error err;
	float logits[16], expected[16];
	unsigned int top = 0;
	struct fixture f;

	fixture_open_threads(&f, SMALL_SHIPPED, threads);
	cr_assert_eq(dyndnn_client_open(f.session, &options, &client, &err), 0, "%s", err.text);
	set_noise(&f);
	for (int i = 0; i < 30; i++) {
		frame = (struct dyndnn_client_frame){ 0 };
		cr_assert_eq(dyndnn_client_run(client, &frame, logits), 0);
		cr_assert_geq(frame.level_done, 1);
		/* stopped or not, the answer is that of the level it names */
		cr_assert_eq(dyndnn_run(f.session, frame.level_done, expected), 0);
		cr_assert_arr_eq(logits, expected, 10 * sizeof(float));
		if (i >= 10 && frame.level_done > top)
			top = frame.level_done;
	}
	cr_expect_lt(top, 4);
	dyndnn_client_status(client, &status);
	cr_expect_eq(status.frames, 30);
	dyndnn_client_close(client);
	fixture_close(&f);
}

Test(client, alone_drops_groups_when_time_is_short)
{
	run_short_of_time(1);
	run_short_of_time(2);
}

/* Frames that begin late_ns after their release; their grants are noted. */
static void run_late(struct dyndnn_client *client, const uint64_t *late_ns, size_t frames,
		     uint32_t *grants)
{
	float logits[16];

	for (size_t i = 0; i < frames; i++) {
		struct dyndnn_client_frame frame = {
			.release_ns = measure_now_ns() - late_ns[i],
		};

		cr_assert_eq(dyndnn_client_run(client, &frame, logits), 0);
		cr_assert_leq(frame.level_done, frame.grant);
		grants[i] = frame.grant;
	}
}

#define LATE_FRAMES 60

/*
 * Being late by all of a deadline of a minute stands for a busy program: no load that a
 * machine has beside can blur that.
 */
static void run_disturbed(unsigned int threads)
{
	struct dyndnn_client_options options = {
		.deadline_ns = 60000 * MS, .mode = DYNDNN_CLIENT_ALONE, .min_level = 2,
	};
	uint64_t late_ns[LATE_FRAMES] = { 0 };
	uint32_t grants[LATE_FRAMES];
	struct dyndnn_client *client;
	unsigned int changes = 0;
	struct fixture f;

	fixture_open_threads(&f, SMALL_TINY, threads);
	cr_assert_eq(dyndnn_client_open(f.session, &options, &client, NULL), 0);
	set_noise(&f);
	for (size_t i = 4; i < 14; i += 2)
		late_ns[i] = options.deadline_ns;
	run_late(client, late_ns, LATE_FRAMES, grants);
	for (size_t i = 0; i <= 4; i++)
		cr_assert_eq(grants[i], 4, "frame %zu: %u", i, grants[i]);
	/* down within two frames, and there while it goes on, though every other frame is well */
	for (size_t i = 6; i < 14; i++)
		cr_assert_eq(grants[i], 2, "frame %zu: %u", i, grants[i]);
	/* each level is restored after a hold */
	for (size_t i = 14; i < 25; i++)
		cr_assert_eq(grants[i], 2, "frame %zu: %u", i, grants[i]);
	cr_expect_eq(grants[LATE_FRAMES - 1], 4);
	for (size_t i = 1; i < LATE_FRAMES; i++)
		changes += grants[i] != grants[i - 1];
	cr_expect_leq(changes, 4, "%u changes", changes);
	dyndnn_client_close(client);
	fixture_close(&f);
}

Test(client, alone_goes_down_soon_and_up_after_a_hold)
{
	run_disturbed(1);
	run_disturbed(2);
}

static void run_sure(enum dyndnn_client_mode mode, unsigned int threads, unsigned int min_level)
{
	struct dyndnn_client_options options = {
		.deadline_ns = 60000 * MS, .mode = mode, .min_level = min_level, .margin = 1e-6f,
	};
	struct dyndnn_client_status status;
	struct dyndnn_client *client;
	float logits[16], expected[16];
	struct fixture f;

	fixture_open_threads(&f, SMALL_ODD, threads);
	cr_assert_eq(dyndnn_client_open(f.session, &options, &client, NULL), 0);
	set_noise(&f);
	for (int i = 0; i < 20; i++) {
		struct dyndnn_client_frame frame = { 0 };

		cr_assert_eq(dyndnn_client_run(client, &frame, logits), 0);
		cr_assert_geq(frame.level_done, min_level);
		/* groups that run at the same time are complete together: two are never all */
		cr_assert_lt(frame.level_done, min_level + threads);
		cr_assert_eq(frame.grant, 4, "what is sure is not short of time");
		cr_assert(frame.sure && !frame.stopped && frame.met);
		cr_assert_eq(dyndnn_run(f.session, frame.level_done, expected), 0);
		cr_assert_arr_eq(logits, expected,
				 dyndnn_model_info(f.model)->classes * sizeof(float));
	}
	dyndnn_client_status(client, &status);
	cr_expect_eq(status.sure, 20);
	cr_expect_eq(status.stopped, 0);
	dyndnn_client_close(client);
	fixture_close(&f);
}

Test(client, frame_ends_early_when_the_answer_is_sure)
{
	run_sure(DYNDNN_CLIENT_ALONE, 1, 1);
	run_sure(DYNDNN_CLIENT_ALONE, 1, 3);
	run_sure(DYNDNN_CLIENT_ALONE, 2, 1);
	run_sure(DYNDNN_CLIENT_ALONE, 2, 2);
	run_sure(DYNDNN_CLIENT_FIXED, 1, 2);
}

/* No answer of these is sure, and there is no time: that is not to be mixed up. */
static void run_unsure(unsigned int threads)
{
	struct dyndnn_client_options options = {
		.deadline_ns = 10000 * MS, .mode = DYNDNN_CLIENT_ALONE, .margin = 1,
	};
	struct dyndnn_client_frame frame = { 0 };
	struct dyndnn_client *client;
	struct fixture f;
	float logits[16];

	fixture_open_threads(&f, SMALL_ODD, threads);
	cr_assert_eq(dyndnn_client_open(f.session, &options, &client, NULL), 0);
	set_noise(&f);
	cr_assert_eq(dyndnn_client_run(client, &frame, logits), 0);
	cr_expect_eq(frame.level_done, 4);
	frame.release_ns = measure_now_ns() - options.deadline_ns;
	cr_assert_eq(dyndnn_client_run(client, &frame, logits), 0);
	cr_expect_lt(frame.level_done, 4);
	cr_expect(frame.stopped && !frame.sure);
	dyndnn_client_close(client);
	fixture_close(&f);
}

Test(client, frame_that_was_stopped_is_not_sure)
{
	run_unsure(1);
	run_unsure(2);
}

Test(client, release_in_the_future_is_refused)
{
	struct dyndnn_client_options options = { .deadline_ns = 10 * MS,
						 .mode = DYNDNN_CLIENT_ALONE };
	struct dyndnn_client_frame frame = { .release_ns = UINT64_MAX };
	struct dyndnn_client *client;
	struct fixture f;
	float logits[16];

	fixture_open(&f, SMALL_TINY);
	cr_assert_eq(dyndnn_client_open(f.session, &options, &client, NULL), 0);
	cr_expect_str_eq(dyndnn_client_error(client), "");
	cr_expect_eq(dyndnn_client_run(client, &frame, logits), -ERANGE);
	cr_expect(strstr(dyndnn_client_error(client), "release_ns: 18446744073709551615"));
	dyndnn_client_close(client);
	fixture_close(&f);
}

Test(client, thread_gets_its_affinity_back)
{
	struct dyndnn_client_options options = { .deadline_ns = 10 * MS,
						 .mode = DYNDNN_CLIENT_ALONE };
	struct dyndnn_client_status status;
	struct dyndnn_client *client;
	cpu_set_t before, one, now;
	struct fixture f;

	fixture_open(&f, SMALL_TINY);
	cr_assert_eq(sched_getaffinity(0, sizeof(before), &before), 0);
	set_first_cpu(&one, &before);
	options.cpus = &one;
	cr_assert_eq(dyndnn_client_open(f.session, &options, &client, NULL), 0);
	cr_assert_eq(sched_getaffinity(0, sizeof(now), &now), 0);
	cr_expect(CPU_EQUAL(&now, &one));
	dyndnn_client_status(client, &status);
	cr_expect(CPU_EQUAL(&status.cpus, &one));
	dyndnn_client_close(client);
	cr_assert_eq(sched_getaffinity(0, sizeof(now), &now), 0);
	cr_expect(CPU_EQUAL(&now, &before));
	fixture_close(&f);
}

#define MOST_TASKS 64

static size_t list_tasks(pid_t *tid)
{
	DIR *dir = opendir("/proc/self/task");
	const struct dirent *entry;
	size_t count = 0;

	cr_assert(dir);
	while ((entry = readdir(dir))) {
		cr_assert_lt(count, MOST_TASKS);
		if (entry->d_name[0] != '.')
			tid[count++] = (pid_t)atoi(entry->d_name);
	}
	closedir(dir);
	return count;
}

/* A session with more threads, and which they are. */
struct crew {
	struct fixture f;
	pid_t tid[MOST_TASKS];
	size_t count;
};

static void crew_open(struct crew *crew, unsigned int threads)
{
	pid_t before[MOST_TASKS], after[MOST_TASKS];
	size_t had = list_tasks(before), has;

	fixture_open_threads(&crew->f, SMALL_TINY, threads);
	has = list_tasks(after);
	crew->count = 0;
	for (size_t i = 0; i < has; i++) {
		size_t k = 0;

		while (k < had && before[k] != after[i])
			k++;
		if (k == had)
			crew->tid[crew->count++] = after[i];
	}
	cr_assert_eq(crew->count, threads - 1);
}

static void assert_crew_is_on(const struct crew *crew, const cpu_set_t *cpus)
{
	cpu_set_t now;

	for (size_t i = 0; i < crew->count; i++) {
		cr_assert_eq(sched_getaffinity(crew->tid[i], sizeof(now), &now), 0);
		cr_assert(CPU_EQUAL(&now, cpus), "thread %zu", i);
	}
}

Test(client, threads_follow_to_the_cpus_and_are_no_more_than_these)
{
	struct dyndnn_client_options options = { .deadline_ns = 10000 * MS,
						 .mode = DYNDNN_CLIENT_ALONE };
	struct dyndnn_client_frame frame = { 0 };
	struct dyndnn_client_status status;
	struct dyndnn_client *client;
	struct crew crew;
	cpu_set_t before, one;
	float logits[16];

	cr_assert_eq(sched_getaffinity(0, sizeof(before), &before), 0);
	set_first_cpu(&one, &before);
	crew_open(&crew, 3);
	options.cpus = &one;
	cr_assert_eq(dyndnn_client_open(crew.f.session, &options, &client, NULL), 0);
	assert_crew_is_on(&crew, &one);
	cr_expect_eq(dyndnn_session_threads(crew.f.session), 1);
	dyndnn_client_status(client, &status);
	cr_expect_eq(status.threads, 1);
	set_noise(&crew.f);
	cr_assert_eq(dyndnn_client_run(client, &frame, logits), 0);
	cr_expect_eq(frame.level_done, 4);
	dyndnn_client_close(client);
	assert_crew_is_on(&crew, &before);
	cr_expect_eq(dyndnn_session_threads(crew.f.session), 3);
	fixture_close(&crew.f);
}

Test(client, all_threads_are_used_where_there_are_cpus_for_them)
{
	struct dyndnn_client_options options = { .deadline_ns = 10000 * MS,
						 .mode = DYNDNN_CLIENT_ALONE };
	struct dyndnn_client_status status;
	struct dyndnn_client *client;
	unsigned int cpus, most;
	cpu_set_t before;
	struct crew crew;

	cr_assert_eq(sched_getaffinity(0, sizeof(before), &before), 0);
	cpus = (unsigned int)CPU_COUNT(&before);
	crew_open(&crew, 3);
	/* two of the three are what the application wants to be in use */
	cr_assert_eq(dyndnn_session_set_threads(crew.f.session, 2), 0);
	most = cpus < 2 ? cpus : 2;
	cr_assert_eq(dyndnn_client_open(crew.f.session, &options, &client, NULL), 0);
	dyndnn_client_status(client, &status);
	cr_expect_eq(status.threads, most);
	cr_expect_eq(dyndnn_session_threads(crew.f.session), most);
	assert_crew_is_on(&crew, &before);
	dyndnn_client_close(client);
	cr_expect_eq(dyndnn_session_threads(crew.f.session), 2);
	fixture_close(&crew.f);
}
