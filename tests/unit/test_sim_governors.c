// SPDX-License-Identifier: MIT
/* Each governor's rule, on a case that can be worked out by hand. */
#include <criterion/criterion.h>
#include <linux/dnn_gov.h>
#include <math.h>

#include "pelt.h"
#include "sim_kit.h"

#define MS	1000000ULL
#define STEPS	64

static struct sim_kit kit;
static struct sim_kit_step steps[STEPS];

static void expect_near(double a, double b, double by)
{
	cr_expect(fabs(a - b) <= by, "%.9g is not %.9g", a, b);
}

/* Ten OPPs, and a task that begins at once and never sleeps, or in bursts. */
static u32 watch_load(const struct sim_governor *governor, u64 period_us, u64 work_us)
{
	sim_kit_init(&kit, 2);
	sim_kit_ten_opps(&kit);
	kit.s.warm_ns = 0;
	kit.s.duration_ns = 2000 * MS;
	/* what a change takes sets rate limits and sampling intervals: 10 ms */
	kit.s.platform.clusters[0].latency_ns = 10000;
	sim_kit_load(&kit, period_us, work_us);
	return sim_kit_watch(&kit, governor, steps, STEPS);
}

Test(sim_governors, names)
{
	u32 i;

	for (i = 0; i < GOVERNORS; i++)
		cr_expect_eq(governor_find(governors[i]->name), governors[i]);
	cr_expect_null(governor_find("none"));
}

/************************* Utilisation *************************/

Test(sim_governors, utilisation_has_a_half_life_of_32_ms)
{
	expect_near(pelt_update(0, 1, 32768e3), 512, 1e-9);
	expect_near(pelt_update(1024, 0, 65536e3), 256, 1e-9);
	expect_near(pelt_update(512, 0.5, 1e9), 512, 1e-5);
	/* what is remembered rises at once and falls by a quarter of the difference */
	expect_near(pelt_estimate(100, 300), 300, 0);
	expect_near(pelt_estimate(300, 100), 250, 0);
}

Test(sim_governors, schedutil_follows_utilisation)
{
	u32 nr = watch_load(&gov_schedutil, 0, 0), i;

	cr_assert_geq(nr, 3);
	/* no utilisation is known yet */
	cr_expect_eq(steps[0].khz, 100000);
	for (i = 1; i < nr; i++) {
		cr_expect_gt(steps[i].khz, steps[i - 1].khz);
		cr_expect(i == 1 || steps[i].at_us - steps[i - 1].at_us >= 10000);
	}
	cr_expect_eq(steps[nr - 1].khz, 1000000);
}

Test(sim_governors, schedutil_leaves_a_fifth_of_the_time_free)
{
	/* 100 us of each 500 at the highest OPP: a fifth, so 1.25 times a fifth of 1 GHz */
	u32 nr = watch_load(&gov_schedutil, 500, 100), i;

	for (i = 0; i < nr; i++)
		cr_expect_leq(steps[i].khz, 300000);
	cr_expect_eq(steps[nr - 1].khz, 300000);
}

Test(sim_governors, schedutil_goes_with_tasks_that_fit_on_small_cores)
{
	struct platform_cluster *little = &kit.s.platform.clusters[1];
	struct scenario_stream *st;
	u32 i;

	sim_kit_init(&kit, 2);
	sim_kit_ten_opps(&kit);
	kit.s.warm_ns = 500 * MS;
	kit.s.duration_ns = 2000 * MS;
	*little = kit.s.platform.clusters[0];
	for (i = 0; i < little->nr_opps; i++)
		little->opps[i].speed_ppm = little->opps[i].speed_ppm * 4 / 10;
	kit.s.platform.nr_clusters = 2;
	st = sim_kit_stream(&kit, 20000, 2000);
	sim_kit_run(&kit, &gov_schedutil, 1);
	cr_expect_eq(kit.frames[kit.nr_frames - 1].cluster, 0);
	/* a tenth of the time, where 0.4 are to be had */
	st->free = true;
	sim_kit_run(&kit, &gov_schedutil, 1);
	cr_expect_eq(kit.frames[kit.nr_frames - 1].cluster, 1);
	cr_expect_eq(kit.result.missed, 0);
	/* half of the time */
	st->levels[0].work_ns = 10 * MS;
	sim_kit_run(&kit, &gov_schedutil, 1);
	cr_expect_eq(kit.frames[kit.nr_frames - 1].cluster, 0);
	cr_expect_eq(kit.result.missed, 0);
}

/*************************** Sampling **************************/

Test(sim_governors, ondemand_goes_to_the_top_above_95_per_cent)
{
	u32 nr = watch_load(&gov_ondemand, 0, 0);

	cr_assert_eq(nr, 2);
	cr_expect_eq(steps[0].khz, 100000);
	/* at the first tick after a sampling interval */
	cr_expect_eq(steps[1].at_us, 12000);
	cr_expect_eq(steps[1].khz, 1000000);
}

Test(sim_governors, ondemand_goes_with_load_below)
{
	u32 nr = watch_load(&gov_ondemand, 1000, 40);

	/* 400 of each 1000 us at the lowest OPP: 100 + 0.4 * 900 MHz, the closest is 500 MHz */
	cr_assert_geq(nr, 2);
	cr_expect_eq(steps[1].khz, 500000);
}

Test(sim_governors, conservative_goes_in_steps_of_5_per_cent)
{
	u32 nr = watch_load(&gov_conservative, 0, 0), i;

	/* every 12 ms 50 MHz more, so every 24 ms the next OPP */
	cr_assert_eq(nr, 10);
	for (i = 1; i < nr; i++) {
		cr_expect_eq(steps[i].khz, 100000 * (i + 1));
		cr_expect_eq(steps[i].at_us, 24000 * i);
	}
}

Test(sim_governors, interactive_jumps_and_holds)
{
	u32 nr = watch_load(&gov_interactive, 0, 0);

	cr_assert_eq(nr, 2);
	cr_expect_eq(steps[1].at_us, 20000);
	cr_expect_eq(steps[1].khz, 1000000);
}

Test(sim_governors, interactive_lets_go_after_80_ms)
{
	u32 nr, i;

	/* always busy at first, then a fifth of the time */
	sim_kit_init(&kit, 1);
	sim_kit_ten_opps(&kit);
	kit.s.warm_ns = 0;
	kit.s.duration_ns = 500 * MS;
	sim_kit_load(&kit, 0, 0)->to_ns = 50 * MS;
	sim_kit_load(&kit, 1000, 200)->from_ns = 0;
	nr = sim_kit_watch(&kit, &gov_interactive, steps, STEPS);
	cr_assert_geq(nr, 3);
	for (i = 0; i < nr && steps[i].khz < 1000000; i++)
		;
	cr_assert_lt(i + 1, nr);
	cr_expect_lt(steps[i].at_us, 50000);
	cr_expect_geq(steps[i + 1].at_us - steps[i].at_us, 80000);
	cr_expect_lt(steps[i + 1].khz, 1000000);
}

/*********************** Fixed frequencies *********************/

Test(sim_governors, performance_and_powersave)
{
	const struct scenario_change cap = { 50 * MS, CHANGE_CAP, 0, 1000000 };

	sim_kit_init(&kit, 1);
	sim_kit_stream(&kit, 20000, 1000);
	kit.s.changes[kit.s.nr_changes++] = cap;
	sim_kit_run(&kit, &gov_performance, 1);
	expect_near(kit.result.mean_khz[0], 1.5e6, 1);
	sim_kit_run(&kit, &gov_powersave, 1);
	expect_near(kit.result.mean_khz[0], 1e6, 1);
}

/************************ Those with deadlines *****************/

static struct scenario_stream *levels(u64 period_us)
{
	struct scenario_stream *st;
	u32 k;

	sim_kit_init(&kit, 1);
	sim_kit_ten_opps(&kit);
	kit.s.duration_ns = 10000 * MS;
	kit.s.warm_ns = 1000 * MS;
	st = sim_kit_stream(&kit, period_us, 1);
	st->nr_levels = 4;
	for (k = 0; k < 4; k++)
		st->levels[k] = (struct scenario_level) {
			.work_ns = 2500000 * (k + 1),
			.accuracy_ppm = 600000 + 100000 * k,
		};
	return st;
}

Test(sim_governors, deadline_takes_the_lowest_opp_that_fits)
{
	levels(20000);
	sim_kit_run(&kit, &gov_deadline, 1);
	/* 10 ms at the highest, a twentieth to spare: 0.5 GHz takes 20 ms, 0.6 16.7 */
	cr_expect_eq(kit.frames[10].begin_khz, 600000);
	expect_near(kit.result.mean_level, 4, 1e-9);
	cr_expect_eq(kit.result.missed, 0);
	/* levels are not its business */
	levels(8000);
	sim_kit_run(&kit, &gov_deadline, 1);
	expect_near(kit.result.mean_level, 4, 1e-9);
	cr_expect_eq(kit.result.missed, kit.result.frames);
}

Test(sim_governors, alert_takes_the_highest_level_in_time_and_its_least_energy)
{
	levels(20000);
	sim_kit_run(&kit, &gov_alert, 1);
	cr_expect_eq(kit.frames[10].begin_khz, 600000);
	expect_near(kit.result.mean_level, 4, 1e-9);
	cr_expect_eq(kit.result.missed, 0);
	/* 7.5 ms of 8 for three levels, and a deviation of a hundredth: it fits */
	levels(8000);
	sim_kit_run(&kit, &gov_alert, 1);
	expect_near(kit.result.mean_level, 3, 1e-9);
	cr_expect_eq(kit.result.missed, 0);
}

Test(sim_governors, dnn_meets_deadlines_at_little_energy)
{
	struct sim_result dnn;

	levels(20000);
	sim_kit_run(&kit, &gov_dnn, 1);
	dnn = kit.result;
	cr_expect_eq(dnn.missed, 0);
	expect_near(dnn.mean_level, 4, 1e-9);
	sim_kit_run(&kit, &gov_deadline, 1);
	cr_expect_lt(sim_energy_uj(&dnn), sim_energy_uj(&kit.result));
}

Test(sim_governors, dnn_drops_levels_under_a_cap_and_restores_them)
{
	const struct scenario_change cap = { 2000 * MS, CHANGE_CAP, 0, 300000 };
	const struct scenario_change none = { 4000 * MS, CHANGE_CAP, 0, 0 };
	u32 i;

	levels(20000);
	kit.s.changes[kit.s.nr_changes++] = cap;
	kit.s.changes[kit.s.nr_changes++] = none;
	sim_kit_run(&kit, &gov_dnn, 1);
	cr_expect_eq(kit.result.missed, 0);
	/* at 0.3 GHz a level takes 8.3 ms: two fit */
	for (i = 0; i < kit.nr_frames; i++) {
		if (kit.frames[i].release_ns >= 2000 * MS && kit.frames[i].release_ns < 4000 * MS)
			cr_expect_eq(kit.frames[i].level, 2);
		if (kit.frames[i].release_ns < 1980 * MS || kit.frames[i].release_ns > 6000 * MS)
			cr_expect_eq(kit.frames[i].level, 4);
	}
}

Test(sim_governors, dnn_learns_costs_that_the_client_does_not_know)
{
	levels(20000)->prior_ppm = 300000;
	kit.s.warm_ns = 2000 * MS;
	sim_kit_run(&kit, &gov_dnn, 1);
	cr_expect_eq(kit.result.missed, 0);
	expect_near(kit.result.mean_level, 4, 1e-9);
}

Test(sim_governors, dnn_keeps_a_power_budget)
{
	const struct scenario_change budget = { 0, CHANGE_POWER, 0, 16100 };
	u32 i;

	levels(20000);
	kit.s.changes[kit.s.nr_changes++] = budget;
	sim_kit_run(&kit, &gov_dnn, 1);
	cr_expect_eq(kit.result.missed, 0);
	cr_expect_lt(kit.result.mean_level, 4);
	for (i = 1; i < kit.nr_frames; i++)
		cr_expect_leq(kit.frames[i].end_khz, 400000);
}

Test(sim_governors, dnn_moves_a_stream_to_where_it_is_cheaper)
{
	struct platform_cluster *little = &kit.s.platform.clusters[1];
	struct scenario_stream *st = levels(100000);
	u32 i;

	st->free = true;
	*little = kit.s.platform.clusters[0];
	for (i = 0; i < little->nr_opps; i++) {
		little->opps[i].busy_uw /= 40;
		little->opps[i].idle_uw /= 10;
		little->opps[i].speed_ppm /= 4;
	}
	kit.s.platform.nr_clusters = 2;
	sim_kit_run(&kit, &gov_dnn, 1);
	cr_expect_eq(kit.result.missed, 0);
	cr_expect_eq(kit.frames[kit.nr_frames - 1].cluster, 1);
	/* and one that is too much for it stays */
	st->period_ns = 30 * MS;
	st->deadline_ns = 30 * MS;
	sim_kit_run(&kit, &gov_dnn, 1);
	cr_expect_eq(kit.result.missed, 0);
	cr_expect_eq(kit.frames[kit.nr_frames - 1].cluster, 0);
}
