// SPDX-License-Identifier: MIT
/* Platform files: what is read, and what is said of a bad one. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "file_kit.h"
#include "platform.h"

static struct platform p;
static char error[TEXT_ERROR_MAX];

static int load(const char *content)
{
	char path[] = FILE_KIT_PATH;
	int ret;

	file_kit_put(path, "%s", content);
	ret = platform_load(path, &p, error);
	unlink(path);
	return ret;
}

static void expect_error(const char *content, int ret, const char *text)
{
	cr_expect_eq(load(content), ret, "%s", content);
	cr_expect(strstr(error, text), "'%s' is not in '%s'", text, error);
}

#define GOOD "platform x\ncluster a cpus 2 latency_us 3\nopp 1000 100 20 500000\n"

Test(sim_platform, power_of_a_cluster_is_shared_out)
{
	cr_assert_eq(load(GOOD "opp 2000 300 40 1000000 # top\n"), 0, "%s", error);
	cr_expect_eq(p.nr_clusters, 1);
	cr_expect_eq(p.clusters[0].nr_opps, 2);
	cr_expect_eq(p.clusters[0].latency_ns, 3000);
	cr_expect_eq(p.clusters[0].opps[1].idle_uw, 20);
	cr_expect_eq(p.clusters[0].opps[1].busy_uw, 280);
	cr_expect_eq(platform_find(&p, "a"), 0);
	cr_expect_eq(platform_find(&p, "b"), -ENOENT);
}

Test(sim_platform, errors_name_line_field_and_range)
{
	expect_error("", -EINVAL, "cluster: there is none, 1..4");
	expect_error("cluster a cpus 2\n", -EINVAL, ":1: cluster: 'platform' must come first");
	expect_error("platform x\ncluster a\n", -EINVAL, ":2: cpus: is missing, 1..16");
	expect_error("platform x\ncluster a cpus 17\n", -ERANGE, ":2: cpus: 17 is not in 1..16");
	expect_error("platform x\ncluster a cpus 2 cpus 3\n", -EINVAL, "cpus: is there twice");
	expect_error("platform x\ncluster a cpus\n", -EINVAL, "cpus: a number in 1..16 is missing");
	expect_error("platform x\ndevice a cpus 1\n", -EINVAL, "cpus: there is no such field");
	expect_error("platform x\ncluster a cpus 2\n", -EINVAL, "opp: cluster 'a' has none, 1..64");
	expect_error(GOOD "opp 1000 100 20 600000\n", -ERANGE, ":4: khz: 1000 is not in 1001..");
	expect_error(GOOD "opp 2000 10 20 600000\n", -ERANGE, ":4: one_busy_uw: 10 is not in 20..");
	expect_error(GOOD "opp 2000 1x 20 600000\n", -EINVAL, "one_busy_uw: '1x' is not a number");
	expect_error(GOOD "opp 2000 100 20 1000001\n", -ERANGE, "speed_ppm: 1000001 is not in 5000");
	expect_error(GOOD "opp 2000 100 20\n", -EINVAL, "opp: 4 numbers");
	expect_error(GOOD "cluster a cpus 1\n", -EINVAL, "there is a 'a' already");
	expect_error(GOOD "cluster b! cpus 1\n", -EINVAL, "'b!' is not 1..31 letters");
	expect_error(GOOD "trip temp_mc 1 floor_khz 1\n", -EINVAL, "'thermal' must come first");
	expect_error(GOOD "thermal r_mk_per_w 0 c_mj_per_k 1\n", -ERANGE, "r_mk_per_w: 0 is not in 1..");
	expect_error(GOOD "thermal r_mk_per_w 1 c_mj_per_k 1\ntrip temp_mc 1 floor_khz 1\n", -ERANGE,
		     "floor_khz: 1 is below the OPPs of cluster 'a', 1000..1000");
	expect_error("opp 1 1 1 1\n", -EINVAL, ":1: opp: a cluster or device must come first");
	expect_error(GOOD "color red\n", -EINVAL, ":4: color: is not platform, cluster,");
	cr_expect_eq(platform_load("/nonexistent/x", &p, error), -ENOENT);
	cr_expect(strstr(error, "/nonexistent/x: No such file"), "%s", error);
}

Test(sim_platform, shipped_ones_are_sound)
{
	static const char * const names[] = { "odroid-xu3", "jetson-nano", "emufreq-xu3" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char path[128];
		u32 fastest = 0;

		snprintf(path, sizeof(path), "tests/sim/platforms/%s.platform", names[i]);
		cr_assert_eq(platform_load(path, &p, error), 0, "%s", error);
		cr_expect_str_eq(p.name, names[i]);
		cr_expect_eq(p.nr_clusters, 2);
		for (u32 c = 0; c < p.nr_clusters; c++) {
			const struct platform_cluster *cluster = &p.clusters[c];

			fastest = plan_max(fastest, cluster->opps[cluster->nr_opps - 1].speed_ppm);
		}
		cr_expect_eq(fastest, PLAN_PPM);
	}
}
