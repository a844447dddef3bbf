// SPDX-License-Identifier: MIT
/* The simulator: time, energy and temperature of runs that can be worked out by hand. */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "oracle.h"
#include "sim_kit.h"
#include "thermal.h"

#define MS 1000000ULL

static struct sim_kit kit;

static void expect_near(double a, double b, double by)
{
	cr_expect(fabs(a - b) <= by, "%.9g is not %.9g", a, b);
}

/*************************** Energy ****************************/

Test(sim, energy_at_the_highest_opp)
{
	sim_kit_init(&kit, 1);
	sim_kit_stream(&kit, 10000, 4000);
	sim_kit_run(&kit, &gov_performance, 1);
	cr_expect_eq(kit.result.frames, 10);
	cr_expect_eq(kit.result.missed, 0);
	/* 40 ms of 1000 uW, 60 ms of 100 uW, in nJ */
	expect_near(kit.result.energy.busy, 40e3, 1);
	expect_near(kit.result.energy.idle, 6e3, 1);
	expect_near(sim_energy_uj(&kit.result), 46, 0.001);
	expect_near(kit.result.mean_khz[0], 2e6, 0.1);
	expect_near(kit.result.mean_accuracy, 0.9, 1e-9);
}

Test(sim, energy_at_the_lowest_opp_and_of_the_rest)
{
	sim_kit_init(&kit, 2);
	kit.s.platform.base_uw = 7;
	kit.s.platform.clusters[0].wake_uw = 30;
	sim_kit_stream(&kit, 10000, 4000);
	sim_kit_run(&kit, &gov_powersave, 1);
	cr_expect_eq(kit.result.missed, 0);
	/* 8 of 10 ms at 400 uW, the rest and the other CPU at 50 uW; 30 uW while one is busy */
	expect_near(kit.result.energy.busy, 32e3, 1);
	expect_near(kit.result.energy.idle, 120 * 50, 1);
	expect_near(kit.result.energy.wake, 80 * 30, 1);
	expect_near(kit.result.base_nj, 700, 1e-6);
}

Test(sim, stall_does_not_shrink_with_frequency)
{
	sim_kit_init(&kit, 1);
	sim_kit_stream(&kit, 10000, 2000)->levels[0].stall_ns = 3 * MS;
	sim_kit_run(&kit, &gov_powersave, 1);
	cr_expect_eq(kit.frames[0].end_ns, 7 * MS);
	sim_kit_run(&kit, &gov_performance, 1);
	cr_expect_eq(kit.frames[0].end_ns, 5 * MS);
}

Test(sim, changes_take_time_and_energy)
{
	const struct scenario_change cap = { 20 * MS, CHANGE_CAP, 0, 1000000 };
	const struct scenario_change none = { 60 * MS, CHANGE_CAP, 0, 0 };

	sim_kit_init(&kit, 1);
	kit.s.platform.clusters[0].latency_ns = MS;
	kit.s.platform.clusters[0].fast = false;
	kit.s.platform.clusters[0].switch_nj = 11;
	kit.s.changes[kit.s.nr_changes++] = cap;
	kit.s.changes[kit.s.nr_changes++] = none;
	sim_kit_run(&kit, &gov_performance, 1);
	cr_expect_eq(kit.result.changes, 2);
	expect_near(kit.result.energy.change, 22, 1e-9);
	/* the lower OPP from 21 to 61 ms */
	expect_near(kit.result.energy.idle, 60 * 100 + 40 * 50, 1);
	expect_near(kit.result.mean_khz[0], 1.6e6, 0.1);
}

/**************************** Time *****************************/

Test(sim, threads_share_a_cpu_evenly)
{
	sim_kit_init(&kit, 1);
	sim_kit_stream(&kit, 20000, 2000);
	sim_kit_stream(&kit, 20000, 3000);
	sim_kit_run(&kit, &gov_performance, 1);
	cr_expect_eq(kit.frames[0].stream, 0);
	cr_expect_leq(kit.frames[0].end_ns - 4 * MS, 2);
	cr_expect_leq(kit.frames[1].end_ns - 5 * MS, 2);
	sim_kit_init(&kit, 1);
	sim_kit_stream(&kit, 20000, 5000);
	sim_kit_load(&kit, 0, 0);
	sim_kit_run(&kit, &gov_performance, 1);
	cr_expect_leq(kit.frames[0].end_ns - 10 * MS, 2);
	expect_near(kit.result.energy.busy, 100e3, 1);
}

Test(sim, late_frames_delay_the_next_and_overtaken_ones_are_skipped)
{
	static const u64 begin_ms[] = { 0, 12, 24, 36, 48, 60, 72, 84, 96 };
	u32 i;

	sim_kit_init(&kit, 1);
	kit.s.warm_ns = 0;
	kit.s.platform.clusters[0].opps[0] = kit.s.platform.clusters[0].opps[1];
	sim_kit_stream(&kit, 10000, 12000);
	sim_kit_run(&kit, &gov_performance, 1);
	cr_expect_eq(kit.result.frames, 10);
	cr_expect_eq(kit.result.missed, 10);
	cr_expect_eq(kit.nr_frames, 9);
	for (i = 0; i < kit.nr_frames; i++)
		cr_expect_eq(kit.frames[i].begin_ns, begin_ms[i] * MS);
	/* when the fifth ends that of 50 ms is overtaken by that of 60 ms */
	cr_expect_eq(kit.frames[5].release_ns, 60 * MS);
	cr_expect_eq(kit.result.mean_accuracy, 0);
}

/* What a client that looks at the clock does at the highest OPP. */
static void run_anytime(u64 level_1_us, u64 group_us)
{
	struct sim_governor anytime = gov_performance;
	struct scenario_stream *st;
	u32 k;

	sim_kit_init(&kit, 1);
	st = sim_kit_stream(&kit, 10000, level_1_us);
	for (k = 1; k < 4; k++) {
		st->levels[k] = st->levels[k - 1];
		st->levels[k].work_ns += group_us * 1000;
	}
	st->nr_levels = 4;
	anytime.anytime = true;
	sim_kit_run(&kit, &anytime, 1);
}

Test(sim, anytime_frames_answer_with_what_is_complete)
{
	u32 i;

	run_anytime(4000, 4000);
	cr_expect_eq(kit.result.missed, 0);
	cr_expect_eq(kit.nr_frames, 10);
	for (i = 0; i < kit.nr_frames; i++) {
		cr_expect_eq(kit.frames[i].level, 2);
		/* 50 us and a 64th of level 1 before the deadline */
		cr_expect_eq(kit.frames[i].end_ns, kit.frames[i].deadline_ns - 50000 - 62500);
	}
	expect_near(kit.result.energy.busy, 10 * 9887.5, 1);
}

Test(sim, anytime_frames_that_fit_are_complete)
{
	run_anytime(2000, 2000);
	cr_expect_eq(kit.result.mean_level, 4);
	cr_expect_eq(kit.frames[0].end_ns, 8 * MS);
}

Test(sim, anytime_frames_without_an_answer_go_on)
{
	run_anytime(12000, 1000);
	cr_expect_eq(kit.result.missed, 10);
	cr_expect_eq(kit.frames[1].level, 1);
	cr_expect_eq(kit.frames[1].end_ns - kit.frames[1].begin_ns, 12 * MS);
}

Test(sim, a_seed_decides_all_and_governors_nothing_of_what_frames_cost)
{
	struct sim_result first;
	double factor[3];
	u32 i;

	sim_kit_init(&kit, 1);
	sim_kit_stream(&kit, 5000, 1000)->noise = NOISE_LOGNORMAL;
	kit.s.streams[0].spread_ppm = 100000;
	sim_kit_run(&kit, &gov_dnn, 5);
	first = kit.result;
	for (i = 0; i < 3; i++)
		factor[i] = kit.frames[i].factor;
	sim_kit_run(&kit, &gov_dnn, 5);
	cr_expect_eq(memcmp(&first, &kit.result, sizeof(first)), 0);
	sim_kit_run(&kit, &gov_performance, 5);
	for (i = 0; i < 3; i++)
		cr_expect_eq(factor[i], kit.frames[i].factor);
	sim_kit_run(&kit, &gov_dnn, 6);
	cr_expect_neq(factor[0], kit.frames[0].factor);
}

Test(sim, noise_has_the_spread_that_it_says)
{
	double sum = 0, squares = 0, factor;
	u32 i, outliers = 0;

	sim_kit_init(&kit, 1);
	sim_kit_stream(&kit, 5000, 1000)->noise = NOISE_NORMAL;
	kit.s.streams[0].spread_ppm = 50000;
	for (i = 0; i < 20000; i++) {
		factor = scenario_factor(&kit.s, 3, 0, i);
		sum += factor;
		squares += (factor - 1) * (factor - 1);
		cr_assert(factor >= 0.85 && factor <= 1.15);
	}
	expect_near(sum / 20000, 1, 0.002);
	expect_near(sqrt(squares / 20000), 0.05, 0.001);
	kit.s.streams[0].outlier_ppm = 100000;
	kit.s.streams[0].outlier_factor_ppm = 2000000;
	for (i = 0; i < 20000; i++)
		outliers += scenario_factor(&kit.s, 3, 0, i) == 2;
	expect_near(outliers / 20000.0, 0.1, 0.01);
}

/************************* Temperature *************************/

Test(sim, a_node_warms_up_as_the_closed_form_says)
{
	/* 2 W through 6 K/W above 25 C: 37 C in the end; 5 J/K: 30 s */
	double once = thermal_step(25000, 25000, 6000, 5000, 2e6, 30 * 1000 * MS), often = 25000;
	u32 i;

	expect_near(once, 25000 + 12000 * (1 - exp(-1)), 1e-6);
	for (i = 0; i < 300; i++)
		often = thermal_step(often, 25000, 6000, 5000, 2e6, 100 * MS);
	expect_near(often, once, 1e-6);
	expect_near(thermal_step(25000, 25000, 6000, 5000, 2e6, 3600 * 1000 * MS), 37000, 1e-6);
	expect_near(thermal_step(50000, 25000, 6000, 5000, 0, 30 * 1000 * MS),
		    25000 + 25000 * exp(-1), 1e-6);
}

static void heat(struct platform_cluster *c)
{
	c->heats = true;
	c->r_mk_per_w = 6000;
	c->c_mj_per_k = 5000;
	c->poll_ns = 100 * MS;
}

Test(sim, a_busy_cluster_warms_up)
{
	struct platform_cluster *c = &kit.s.platform.clusters[0];

	sim_kit_init(&kit, 1);
	heat(c);
	c->opps[1].busy_uw = 2000000;
	kit.s.platform.ambient_mc = 25000;
	kit.s.duration_ns = 30000 * MS;
	kit.s.warm_ns = 0;
	sim_kit_load(&kit, 0, 0);
	sim_kit_run(&kit, &gov_performance, 1);
	expect_near(kit.result.max_mc[0], 25000 + 12000 * (1 - exp(-1)), 1);
}

Test(sim, trips_cap_step_by_step_and_let_go_after_hysteresis)
{
	struct platform_cluster *c = &kit.s.platform.clusters[0];
	bool armed[PLATFORM_TRIPS_MAX] = { false };
	u32 cap = 9;

	sim_kit_init(&kit, 1);
	sim_kit_ten_opps(&kit);
	heat(c);
	c->nr_trips = 2;
	c->trips[0] = (struct platform_trip){ 70000, 10000, 800000 };
	c->trips[1] = (struct platform_trip){ 85000, 10000, 300000 };
	cr_expect_eq(thermal_cap(c, 69999, cap, armed), 9);
	cap = thermal_cap(c, 70000, cap, armed);
	cr_expect_eq(cap, 8);
	cap = thermal_cap(c, 75000, cap, armed);
	cr_expect_eq(cap, 7);
	/* no lower than the first trip's floor */
	cap = thermal_cap(c, 84999, cap, armed);
	cr_expect_eq(cap, 7);
	cap = thermal_cap(c, 85000, cap, armed);
	cr_expect_eq(cap, 6);
	/* within the hysteresis of both nothing changes, below it up to the first's floor */
	cap = thermal_cap(c, 80000, cap, armed);
	cr_expect_eq(cap, 6);
	cap = thermal_cap(c, 74999, cap, armed);
	cr_expect_eq(cap, 7);
	cap = thermal_cap(c, 60000, cap, armed);
	cr_expect_eq(cap, 7);
	cap = thermal_cap(c, 59999, cap, armed);
	cr_expect_eq(cap, 8);
}

Test(sim, a_hot_cluster_is_throttled)
{
	struct platform_cluster *c = &kit.s.platform.clusters[0];

	sim_kit_init(&kit, 1);
	heat(c);
	c->opps[1].busy_uw = 10000000;
	c->opps[0].busy_uw = 1000000;
	c->nr_trips = 1;
	c->trips[0] = (struct platform_trip){ 50000, 5000, 1000000 };
	kit.s.platform.ambient_mc = 25000;
	kit.s.duration_ns = 120000 * MS;
	sim_kit_load(&kit, 0, 0);
	sim_kit_run(&kit, &gov_performance, 1);
	cr_expect_geq(kit.result.max_mc[0], 50000);
	cr_expect_leq(kit.result.max_mc[0], 50500);
	cr_expect_lt(kit.result.mean_khz[0], 1900000);
	cr_expect_gt(kit.result.changes, 2);
}

/*************************** Oracle ****************************/

Test(sim, the_oracle_mixes_two_opps)
{
	struct sim_result oracle;

	sim_kit_init(&kit, 1);
	sim_kit_stream(&kit, 10000, 6000);
	cr_assert_eq(sim_oracle(&kit.s, 1, &oracle), 0);
	/*
	 * 6 ms of work: t at full speed, 10 - t at half: t = 2. Per frame beyond 50 uW:
	 * 2 ms of 950 uW and 8 ms of 350 uW.
	 */
	cr_expect_eq(oracle.frames, 10);
	cr_expect_eq(oracle.missed, 0);
	expect_near(oracle.energy.busy, 10 * (2 * 950 + 8 * 350), 10);
	expect_near(oracle.energy.idle, 5e3, 1e-6);
}

Test(sim, the_oracle_drops_levels_only_where_it_must)
{
	const struct scenario_change cap = { 50 * MS, CHANGE_CAP, 0, 1000000 };
	struct scenario_stream *st;
	struct sim_result oracle;

	sim_kit_init(&kit, 1);
	st = sim_kit_stream(&kit, 10000, 4000);
	st->nr_levels = 2;
	st->levels[1] = (struct scenario_level){ 8 * MS, 0, 950000 };
	kit.s.changes[kit.s.nr_changes++] = cap;
	cr_assert_eq(sim_oracle(&kit.s, 1, &oracle), 0);
	expect_near(oracle.mean_level, 1.5, 1e-9);
	expect_near(oracle.mean_accuracy, 0.925, 1e-9);
	st->levels[0].work_ns = 6 * MS;
	cr_expect_eq(sim_oracle(&kit.s, 1, &oracle), -EOPNOTSUPP);
	sim_kit_load(&kit, 0, 0);
	cr_expect_eq(sim_oracle(&kit.s, 1, &oracle), -EOPNOTSUPP);
}
