// SPDX-License-Identifier: MIT
/* Budgets over time: their files, and which frames keep them. */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file_kit.h"
#include "governors.h"
#include "play.h"
#include "report.h"

#define MS 1000000ULL

static struct budget_trace t;
static char error[TEXT_ERROR_MAX];

/* @content after a good head of four lines. */
static int load(const char *kind, const char *content)
{
	char path[] = FILE_KIT_PATH, cwd[512];
	int ret;

	cr_assert(getcwd(cwd, sizeof(cwd)));
	file_kit_put(path, "trace x\nscenario %s/tests/sim/budgets/camera.scenario\nbudget %s\n"
		     "duration 1000\n%s", cwd, kind, content);
	ret = budget_trace_load(path, &t, error);
	unlink(path);
	return ret;
}

static void expect_error(const char *kind, const char *content, int ret, const char *text)
{
	cr_expect_eq(load(kind, content), ret, "%s", content);
	cr_expect(strstr(error, text), "'%s' is not in '%s'", text, error);
}

static void expect_near(double a, double b)
{
	cr_expect(fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b)), "%.12g is not %.12g", a, b);
}

/**************************** Files ****************************/

Test(sim_budgets, what_is_read)
{
	cr_assert_eq(load("energy uj", "at 0 100\nat 10 50\nramp 20 40 90 steps 4\n"
			  "switch 50 56 7 every_ms 2\n"), 0, "%s", error);
	cr_expect_eq(t.kind, BUDGET_ENERGY);
	cr_expect_eq(t.nr, 9);
	cr_expect_eq(t.scenario.duration_ns, 1000 * MS);
	/* the ramp */
	cr_expect_eq(t.steps[2].at_ns, 20 * MS);
	cr_expect_eq(t.steps[2].value, 60);
	cr_expect_eq(t.steps[5].at_ns, 35 * MS);
	cr_expect_eq(t.steps[5].value, 90);
	/* back and forth */
	cr_expect_eq(t.steps[6].value, 7);
	cr_expect_eq(t.steps[7].value, 90);
	cr_expect_eq(t.steps[8].at_ns, 54 * MS);
	cr_expect_eq(t.steps[8].value, 7);
	/* what is played */
	cr_expect_eq(t.scenario.nr_changes, 9);
	cr_expect_eq(t.scenario.changes[1].what, CHANGE_ENERGY);
	cr_expect_eq(t.scenario.changes[1].at_ns, 10 * MS);
	cr_expect_eq(t.scenario.changes[1].value, 50000);
}

Test(sim_budgets, errors_name_line_field_and_range)
{
	expect_error("time ns", "at 0 99999\n", -ERANGE,
		     ":5: time: 99999 is not in 100000..60000000000");
	expect_error("energy uj", "at 0 0\n", -ERANGE, ":5: energy: 0 is not in 1..1000000000");
	expect_error("power uw", "at 0 x\n", -EINVAL,
		     ":5: power: 'x' is not a number in 1..4000000000");
	expect_error("power uw", "at 1 5\n", -ERANGE, ":5: at: 1 is not in 0..0");
	expect_error("power uw", "at 0 5\nat 0 6\n", -ERANGE, ":6: at: 0 is not in 1..86400000");
	expect_error("power uw", "at 0 5\nramp 9 9 6 steps 2\n", -ERANGE,
		     ":6: to_ms: 9 is not in 10..");
	expect_error("power uw", "at 0 5\nramp 1 9 6\n", -EINVAL, ":6: steps: is missing, 1..256");
	expect_error("power uw", "at 0 5\nramp 1 9 6 steps 257\n", -ERANGE,
		     ":6: steps: 257 is not in 1..256");
	expect_error("power uw", "at 0 5\nramp 1 9 6 steps 256\n", -E2BIG,
		     ":6: ramp: more than 256 steps");
	expect_error("power uw", "at 0 5\nswitch 1 9 6 every_ms 0\n", -ERANGE,
		     ":6: every_ms: 0 is not in 1..");
	expect_error("power uw", "ramp 1 9 6 steps 2\n", -EINVAL,
		     ":5: ramp: 'at 0' must come first");
	expect_error("power uw", "at 0 5\nat 1000 6\n", -ERANGE, "duration: 1000 is not in 1001..");
	expect_error("power uw", "at 0\n", -EINVAL, ":5: at: takes MS VALUE");
	expect_error("power uw", "", -EINVAL, "at: is missing");
	expect_error("power ns", "", -EINVAL, ":3: budget: the unit of power is uw, not 'ns'");
	expect_error("heat uw", "", -EINVAL, ":3: budget: 'heat' is not time, energy or power");
	expect_error("power uw", "up 0 5\n", -EINVAL, ":5: up: is not trace, scenario,");
	expect_error("power uw", "scenario x\n", -ENOENT, "x: No such file");
}

Test(sim_budgets, a_scenario_with_changes_is_refused)
{
	char line[640], cwd[512];

	cr_assert(getcwd(cwd, sizeof(cwd)));
	snprintf(line, sizeof(line), "scenario %s/tests/sim/scenarios/xu3-budget.scenario\n", cwd);
	expect_error("power uw", line, -EINVAL, "has 1 streams and 6 changes, not 1 and 0");
}

Test(sim_budgets, shipped_traces_can_be_read)
{
	static const char * const names[] = { "time", "energy", "power", "fast" };
	char path[64];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "tests/sim/budgets/%s.trace", names[i]);
		cr_expect_eq(budget_trace_load(path, &t, error), 0, "%s", error);
		cr_expect_str_eq(t.name, names[i]);
	}
}

/************************** Accounting *************************/

Test(sim_budgets, budget_over_time)
{
	cr_assert_eq(load("power uw", "at 0 100\nat 10 40\nat 20 70\n"), 0, "%s", error);
	cr_expect_eq(budget_at(&t, 0), 100);
	cr_expect_eq(budget_at(&t, 10 * MS - 1), 100);
	cr_expect_eq(budget_at(&t, 10 * MS), 40);
	cr_expect_eq(budget_at(&t, 900 * MS), 70);
	expect_near(budget_mean(&t, 0, 10 * MS), 100);
	expect_near(budget_mean(&t, 5 * MS, 15 * MS), 70);
	expect_near(budget_mean(&t, 8 * MS, 28 * MS), (2 * 100 + 10 * 40 + 8 * 70) / 20.0);
}

static struct sim_frame frame_of(u64 release_ms, u64 end_us, double busy_nj)
{
	return (struct sim_frame) {
		.release_ns = release_ms * MS, .end_ns = release_ms * MS + end_us * 1000,
		.deadline_ns = (release_ms + 30) * MS, .level = 2, .mean_khz = 5, .cluster = 1,
		.busy_nj = busy_nj,
	};
}

Test(sim_budgets, time_and_energy_are_judged_by_the_budget_at_release)
{
	struct sim_frame frame = frame_of(9, 20000, 99000);
	struct budget_frame f;

	cr_assert_eq(load("time ns", "at 0 20000000\nat 10 15000000\n"), 0, "%s", error);
	f = budget_frame_of(&t, &frame);
	cr_expect_not(f.violated, "just in time");
	expect_near(f.used, 20e6);
	expect_near(f.accuracy, 0.905);
	cr_expect_eq(f.khz, 5);
	frame = frame_of(10, 15001, 0);
	f = budget_frame_of(&t, &frame);
	cr_expect(f.violated);
	expect_near(f.budget, 15e6);
	cr_assert_eq(load("energy uj", "at 0 100\nat 10 90\n"), 0, "%s", error);
	frame = frame_of(9, 40000, 99000);
	f = budget_frame_of(&t, &frame);
	cr_expect_not(f.violated, "late, but cheap");
	cr_expect_eq(f.accuracy, 0);
	frame = frame_of(10, 20000, 99000);
	cr_expect(budget_frame_of(&t, &frame).violated);
}

/* 1 W, but 3 W from 20 to 25 ms and 5 W from 70 to 72 ms. */
static size_t fill_nj(double *nj, size_t room)
{
	size_t i;

	nj[0] = 0;
	for (i = 1; i < room; i++)
		nj[i] = nj[i - 1] + 1e6 *
			(i > 20 && i <= 25 ? 3 : i > 70 && i <= 72 ? 5 : 1);
	return room;
}

Test(sim_budgets, power_is_judged_by_its_worst_window)
{
	double nj[200];
	size_t nr = fill_nj(nj, 200);
	struct budget_frame f = { .release_ns = 0 };

	/* 10 ms with all five of 3 W: 2 W */
	cr_assert_eq(load("power uw", "at 0 1990000\nat 69 1700000\n"), 0, "%s", error);
	budget_judge_power(&t, nj, nr, &f);
	cr_expect(f.violated);
	expect_near(f.used, 2e6);
	expect_near(f.budget, 1.99e6);
	/* both ms of 5 W: (8 * 1 + 2 * 5) / 10 W, with the budget of after 69 ms */
	f = (struct budget_frame){ .release_ns = 66 * MS };
	budget_judge_power(&t, nj, nr, &f);
	cr_expect(f.violated, "1.8 W of 1.7");
	expect_near(f.used, 1.8e6);
	expect_near(f.budget, 1.7e6);
	/* one that begins after it */
	f = (struct budget_frame){ .release_ns = 132 * MS };
	budget_judge_power(&t, nj, nr, &f);
	cr_expect_not(f.violated);
	expect_near(f.used, 1e6);
	/* windows before there is energy for them, or after it, do not count */
	f = (struct budget_frame){ .release_ns = 190 * MS };
	budget_judge_power(&t, nj, 150, &f);
	cr_expect_not(f.violated);
	expect_near(f.used, 0);
}

Test(sim_budgets, a_window_over_a_change_has_the_mean_of_both_budgets)
{
	double nj[200];
	size_t nr = fill_nj(nj, 200);
	struct budget_frame f = { .release_ns = 0 };

	/* as much as there was is used until the budget goes down */
	cr_assert_eq(load("power uw", "at 0 3000000\nat 25 1000000\n"), 0, "%s", error);
	budget_judge_power(&t, nj, nr, &f);
	cr_expect_not(f.violated, "%.0f of %.0f", f.used, f.budget);
	/* a millisecond earlier it is too much: 1.2 W of 1 W in the end */
	cr_assert_eq(load("power uw", "at 0 3000000\nat 24 1000000\n"), 0, "%s", error);
	budget_judge_power(&t, nj, nr, &f);
	cr_expect(f.violated, "%.0f of %.0f", f.used, f.budget);
}

Test(sim_budgets, sums)
{
	/* steps at 0, 100 and 200 ms */
	const struct budget_frame frames[] = {
		{ .release_ns = 0, .budget = 10, .used = 9 },
		{ .release_ns = 66 * MS, .budget = 10, .used = 11, .violated = true },
		{ .release_ns = 132 * MS, .budget = 10, .used = 15, .violated = true },
		{ .release_ns = 150 * MS, .budget = 10, .used = 9 },
		{ .release_ns = 198 * MS, .budget = 10, .used = 12, .violated = true },
		{ .release_ns = 264 * MS, .budget = 10, .used = 12, .violated = true },
	};
	struct sim_result result = {
		.frames = 8, .missed = 3, .mean_level = 2.5, .mean_accuracy = 0.5,
		.energy = { .busy = 12000, .idle = 4000 },
	};
	struct budget_sums sums;

	cr_assert_eq(load("power uw", "at 0 3\nat 100 2\nat 200 1\nat 500 1\n"), 0, "%s", error);
	budget_sum(&t, frames, 4, &result, &sums);
	cr_expect_eq(sums.frames, 8);
	cr_expect_eq(sums.missed, 3);
	cr_expect_eq(sums.violations, 2, "of power what never began is none");
	expect_near(sums.worst_percent, 50);
	expect_near(sums.settle_ms, 50);
	expect_near(sums.uj_per_frame, 2);
	/* that of 264 ms is first after 200 ms, and nothing keeps the budget until 500 ms */
	budget_sum(&t, frames, 6, &result, &sums);
	cr_expect_eq(sums.violations, 4);
	expect_near(sums.settle_ms, 300);
	/* two of eight frames were never begun */
	t.kind = BUDGET_TIME;
	budget_sum(&t, frames, 6, &result, &sums);
	cr_expect_eq(sums.violations, 6);
	budget_sum(&t, frames, 0, &result, &sums);
	expect_near(sums.settle_ms, 0);
}

/**************************** Playing **************************/

static void play(const char *name, struct budget_run *dnn, struct budget_run *fixed,
		 struct budget_run *oracle)
{
	char path[64];

	snprintf(path, sizeof(path), "tests/sim/budgets/%s.trace", name);
	cr_assert_eq(budget_trace_load(path, &t, error), 0, "%s", error);
	cr_assert_eq(budget_play(&t, &gov_dnn, dnn), 0);
	cr_assert_eq(budget_play_fixed(&t, fixed), 0);
	cr_assert_eq(budget_play_oracle(&t, oracle), 0);
}

static void expect_between(const char *name)
{
	struct budget_run dnn, fixed, oracle;

	play(name, &dnn, &fixed, &oracle);
	cr_expect_eq(fixed.sums.violations + fixed.sums.missed, 0, "%s", name);
	cr_expect_eq(oracle.sums.violations + oracle.sums.missed, 0, "%s", name);
	cr_expect_eq(oracle.nr, oracle.sums.frames);
	cr_expect_gt(dnn.sums.mean_accuracy, fixed.sums.mean_accuracy, "%s", name);
	cr_expect_geq(oracle.sums.mean_accuracy, dnn.sums.mean_accuracy, "%s", name);
	free(dnn.frames);
	free(fixed.frames);
	free(oracle.frames);
}

Test(sim_budgets, following_is_between_the_fixed_point_and_the_oracle)
{
	expect_between("time");
	expect_between("energy");
	expect_between("power");
	expect_between("fast");
}

Test(sim_budgets, a_budget_of_time_is_kept)
{
	struct budget_run dnn;

	cr_assert_eq(budget_trace_load("tests/sim/budgets/time.trace", &t, error), 0, "%s", error);
	cr_assert_eq(budget_play(&t, &gov_dnn, &dnn), 0);
	cr_expect_eq(dnn.sums.violations, 0);
	cr_expect_eq(dnn.sums.violations, dnn.sums.missed);
	free(dnn.frames);
}

/************************ Several seeds ************************/

Test(sim_budgets, reports_are_means_over_seeds)
{
	static struct scenario s = { .nr_streams = 1, .platform.nr_clusters = 1 };
	struct report r = { .scenario = &s, .governor = "x" };
	struct sim_result a = {
		.frames = 10, .missed = 1, .mean_level = 4, .mean_accuracy = 0.8,
		.energy = { .busy = 100 }, .mean_khz = { 1000 }, .max_mc = { 50 },
	}, b = {
		.frames = 10, .missed = 4, .mean_level = 2, .mean_accuracy = 0.6,
		.energy = { .busy = 300 }, .mean_khz = { 2000 }, .max_mc = { 40 },
	};
	char text[512] = "";
	FILE *file = fmemopen(text, sizeof(text), "w");

	report_add(&r, &a);
	report_add(&r, &b);
	report_csv(file, &r);
	fclose(file);
	cr_expect_eq(r.seeds, 2);
	cr_expect_eq(r.worst_missed, 4);
	cr_expect(strstr(text, "x,1,10,2.5,0.200,3.0000,0.700000,0,"), "%s", text);
	cr_expect(strstr(text, ",1500,50,0,0,2,4\n"), "%s", text);
}
