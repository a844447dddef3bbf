// SPDX-License-Identifier: MIT
/* Scenario files: what is read, and what is said of a bad one. */
#include <criterion/criterion.h>
#include <errno.h>
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file_kit.h"
#include "scenario.h"
#include "sim_kit.h"

#define MS 1000000ULL

static struct scenario s;
static char error[TEXT_ERROR_MAX];

static int load(const char *content)
{
	char path[] = FILE_KIT_PATH, cwd[512];
	int ret;

	cr_assert(getcwd(cwd, sizeof(cwd)));
	file_kit_put(path, "scenario x\nplatform %s/tests/sim/platforms/odroid-xu3.platform\n%s", cwd,
		     content);
	ret = scenario_load(path, &s, error);
	unlink(path);
	return ret;
}

static void expect_error(const char *content, int ret, const char *text)
{
	cr_expect_eq(load(content), ret, "%s", content);
	cr_expect(strstr(error, text), "'%s' is not in '%s'", text, error);
}

#define GOOD "time duration_ms 10\nstream a a15 period_us 1000\nlevel 100 10 900000\n"

Test(sim_scenario, what_is_read)
{
	cr_assert_eq(load("time duration_ms 100 warm_ms 20\n"
			  "stream a a15 period_us 5000 deadline_us 4000 cpu 2 free 1 goal 2 energy_uj 7\n"
			  "level 100 10 800000\nlevel 200 20 900000\non a7 factor_ppm 1500000\n"
			  "noise lognormal spread_ppm 1000 outlier_ppm 5 outlier_factor_ppm 2000000\n"
			  "load b a7 cpu 3 period_us 10 work_us 2 from_ms 5 to_ms 6\n"
			  "at 3 deadline a 2000\nat 3 cap a7 600000\nat 4 power 1000\n"), 0, "%s", error);
	cr_expect_eq(s.duration_ns, 100 * MS);
	cr_expect_eq(s.warm_ns, 20 * MS);
	cr_expect_eq(s.streams[0].cluster, 1);
	cr_expect_eq(s.streams[0].deadline_ns, 4 * MS);
	cr_expect_eq(s.streams[0].nr_levels, 2);
	cr_expect_eq(s.streams[0].levels[1].work_ns, 200000);
	cr_expect_eq(s.streams[0].factor_ppm[0], 1500000);
	cr_expect_eq(s.streams[0].factor_ppm[1], PLAN_PPM);
	cr_expect_eq(s.streams[0].energy_budget_nj, 7000);
	cr_expect_eq(s.loads[0].to_ns, 6 * MS);
	cr_expect_eq(s.nr_changes, 3);
	cr_expect_eq(s.changes[1].what, CHANGE_CAP);
	cr_expect_eq(s.changes[2].value, 1000000);
}

Test(sim_scenario, errors_name_line_field_and_range)
{
	expect_error("", -EINVAL, "duration_ms: is missing, 1..86400000");
	expect_error("time duration_ms 0\n", -ERANGE, ":3: duration_ms: 0 is not in 1..86400000");
	expect_error("time duration_ms 5\nstream a a15 period_us 1000\n", -EINVAL,
		     "level: stream 'a' has none, 1..16");
	expect_error("stream a a99 period_us 1000\n", -EINVAL, "has no cluster 'a99'");
	expect_error("stream a a15 period_us 99\n", -ERANGE, ":3: period_us: 99 is not in 100..");
	expect_error("stream a a15 period_us 1000 cpu 4\n", -ERANGE, "cpu: 4 is not in 0..3");
	expect_error("stream a a15 period_us 1000 goal 3\n", -ERANGE, "goal: 3 is not in 0..2");
	expect_error("level 1 0 0\n", -EINVAL, ":3: level: a stream must come first");
	expect_error(GOOD "level 100 10 900000\n", -ERANGE, ":6: work_us: 100 is not in 101..");
	expect_error(GOOD "level 200 9 900000\n", -ERANGE, "stall_us: 9 is not in 10..");
	expect_error(GOOD "level 200 10 1000001\n", -ERANGE, "accuracy_ppm: 1000001 is not in 0..");
	expect_error(GOOD "noise loud\n", -EINVAL, "noise: 'loud' is not none, uniform,");
	expect_error(GOOD "load b a15 period_us 5\n", -EINVAL, "work_us: is missing, 1..");
	expect_error(GOOD "at 5 cap a15\n", -EINVAL, "at: cap takes a name and a number");
	expect_error(GOOD "at 5 energy b 1\n", -EINVAL, "energy: there is no stream 'b' before");
	expect_error(GOOD "at 5 power 1\nat 4 power 1\n", -ERANGE, ":7: at: 4 is not in 5..");
	expect_error(GOOD "at 5 colour 1\n", -EINVAL, "'colour' is not cap, power,");
	expect_error(GOOD "colour red\n", -EINVAL, ":6: colour: is not scenario, platform,");
	expect_error("platform x\n", -EINVAL, ":3: platform: is there twice");
}

Test(sim_scenario, shipped_ones_can_be_read)
{
	glob_t found;

	cr_assert_eq(glob("tests/sim/scenarios/*.scenario", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		cr_expect_eq(scenario_load(found.gl_pathv[i], &s, error), 0, "%s", error);
	cr_expect_geq(found.gl_pathc, 8);
	globfree(&found);
}

/* What clients do beside frames is on the CPU, but in no frame. */
Test(sim_scenario, own_work_delays_a_frame)
{
	static struct sim_kit kit;

	sim_kit_init(&kit, 1);
	sim_kit_stream(&kit, 10000, 4000)->own_ns = MS;
	kit.s.streams[0].startup_ns = 5 * MS;
	sim_kit_run(&kit, &gov_performance, 1);
	cr_expect_eq(kit.frames[0].begin_ns, MS);
	cr_expect_eq(kit.frames[0].end_ns, 5 * MS);
	cr_expect_eq(kit.frames[0].release_ns, 0);
	cr_expect_eq(kit.result.missed, 0);
	cr_expect_leq(fabs(kit.result.energy.busy - 50e3), 1);
}
