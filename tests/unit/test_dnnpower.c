// SPDX-License-Identifier: MIT
/*
 * dnnpower: integrals against closed forms, counters that begin anew, zones of powercap in a
 * folder of our own, and which sensors are added up.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "userspace/dnnpower/child.h"
#include "userspace/dnnpower/integral.h"
#include "userspace/dnnpower/meter.h"
#include "userspace/dnnpower/source.h"

#define S 1000000000ULL
#define MS 1000000ULL

static void close_to(double got, double want, double share)
{
	cr_assert(fabs(got - want) <= fabs(want) * share, "%.9g, not %.9g", got, want);
}

/*********************** Integrals ***********************/

Test(integral, constant_power_at_any_times)
{
	struct integral in = { 0 };
	uint64_t now = 5 * S;

	for (unsigned int i = 0; i < 100; i++) {
		cr_assert_eq(integral_power(&in, now, 2500000), 0);
		now += (1 + i * 7919 % 50) * MS;
	}
	close_to(in.uj, 2500000 * (double)(in.last_ns - 5 * S) / 1e9, 1e-12);
	close_to(integral_mean_uw(&in), 2500000, 1e-12);
	cr_assert_eq(in.samples, 100);
}

Test(integral, a_ramp_is_exact_whatever_the_steps)
{
	struct integral in = { 0 };
	double t = 0;

	/* p = 3 W + 2 W/s t, so E = 3 t + t^2 J */
	for (unsigned int i = 0; i < 40; i++) {
		cr_assert_eq(integral_power(&in, (uint64_t)llround(t * 1e9), 3e6 + 2e6 * t), 0);
		t += 0.01 * (1 + i % 4);
	}
	t = (double)in.last_ns / 1e9;
	close_to(in.uj, 1e6 * (3 * t + t * t), 1e-9);
}

Test(integral, error_of_a_sine_falls_with_the_square_of_the_step)
{
	double errors[2];

	/* p = 1 + sin t over half a turn: pi + 2 */
	for (int fine = 0; fine < 2; fine++) {
		struct integral in = { 0 };
		int steps = fine ? 200 : 100;

		for (int i = 0; i <= steps; i++) {
			double t = M_PI * i / steps;

			cr_assert_eq(integral_power(&in, (uint64_t)llround(t * 1e9), 1e6 * (1 + sin(t))), 0);
		}
		errors[fine] = fabs(in.uj - 1e6 * (M_PI + 2));
		/* of 2 pi^2 / 6 steps^2 for the sine */
		cr_assert_leq(errors[fine], 1.01e6 * M_PI * M_PI / 6 / steps / steps);
	}
	cr_assert(errors[0] / errors[1] > 3.9 && errors[0] / errors[1] < 4.1, "%g", errors[0] / errors[1]);
}

Test(integral, knows_its_longest_gap)
{
	struct integral in = { 0 };

	integral_power(&in, 1 * S, 1);
	cr_assert_eq(in.longest_ns, 0);
	integral_power(&in, 1 * S + 50 * MS, 1);
	integral_power(&in, 1 * S + 170 * MS, 1);
	integral_power(&in, 1 * S + 220 * MS, 1);
	cr_assert_eq(in.longest_ns, 120 * MS);
}

Test(integral, one_reading_is_nothing)
{
	struct integral in = { 0 };

	cr_assert_eq(integral_power(&in, S, 1e6), 0);
	cr_assert_eq(in.uj, 0);
	cr_assert_eq(integral_mean_uw(&in), 0);
}

Test(integral, refuses_what_is_no_reading_and_stays_as_it_was)
{
	struct integral in = { 0 }, before;

	integral_power(&in, 2 * S, 1e6);
	integral_power(&in, 3 * S, 1e6);
	before = in;
	cr_assert_eq(integral_power(&in, 4 * S, NAN), -EINVAL);
	cr_assert_eq(integral_power(&in, 4 * S, INFINITY), -EINVAL);
	cr_assert_eq(integral_power(&in, 2 * S, 1e6), -EINVAL);
	cr_assert_eq(integral_counter(&in, 4 * S, -1, 0), -EINVAL);
	cr_assert_eq(integral_counter(&in, 4 * S, 101, 100), -EINVAL);
	cr_assert_eq(memcmp(&in, &before, sizeof(in)), 0);
	/* a battery that is charged meanwhile */
	cr_assert_eq(integral_power(&in, 4 * S, -1e6), 0);
	close_to(in.uj, 1e6, 1e-12);
}

Test(integral, a_counter_that_begins_anew)
{
	const double range = 262143328850.0;	/* of a package of RAPL */
	struct integral in = { 0 };

	cr_assert_eq(integral_counter(&in, 1 * S, range - 100, range), 0);
	cr_assert_eq(in.uj, 0);
	cr_assert_eq(integral_counter(&in, 2 * S, range, range), 0);
	cr_assert_eq(in.uj, 100);
	cr_assert_eq(integral_counter(&in, 3 * S, 0, range), 0);
	cr_assert_eq(in.uj, 101);
	cr_assert_eq(integral_counter(&in, 4 * S, 49, range), 0);
	cr_assert_eq(in.uj, 150);
}

Test(integral, many_rounds_of_a_small_counter)
{
	struct integral in = { 0 };
	uint64_t sum = 0;

	for (unsigned int i = 0; i < 1000; i++) {
		cr_assert_eq(integral_counter(&in, i * MS, (double)(sum % 1000), 999), 0);
		sum += i * 31 % 1000;
	}
	cr_assert_eq(in.uj, sum - 999 * 31 % 1000);
}

Test(integral, a_counter_of_unknown_range_must_not_go_back)
{
	struct integral in = { 0 };

	integral_counter(&in, 1 * S, 1000, 0);
	integral_counter(&in, 2 * S, 1500, 0);
	cr_assert_eq(integral_counter(&in, 3 * S, 1400, 0), -ERANGE);
	cr_assert_eq(integral_counter(&in, 4 * S, 1700, 0), 0);
	cr_assert_eq(in.uj, 700);
	cr_assert_eq(in.longest_ns, 2 * S);
}

/*********************** Zones of powercap ***********************/

static char root[64];

static void make_root(void)
{
	strcpy(root, "/tmp/dnnpower.XXXXXX");
	cr_assert_not_null(mkdtemp(root));
}

static void remove_root(void)
{
	char command[96];

	snprintf(command, sizeof(command), "rm -rf %s", root);
	cr_assert_eq(system(command), 0);
}

static void put(const char *zone, const char *file, const char *text)
{
	char path[160];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", root, zone);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/%s/%s", root, zone, file);
	out = fopen(path, "w");
	cr_assert_not_null(out);
	fputs(text, out);
	fclose(out);
}

static void put_zone(const char *zone, const char *name, const char *uj, const char *range)
{
	put(zone, "name", name);
	put(zone, "energy_uj", uj);
	if (range)
		put(zone, "max_energy_range_uj", range);
}

TestSuite(powercap, .init = make_root, .fini = remove_root);

Test(powercap, finds_zones)
{
	struct sources all = { 0 };
	double uj;

	put("intel-rapl", "enabled", "1\n");
	put_zone("intel-rapl:0", "package-0\n", "12345678901\n", "262143328850\n");
	put_zone("intel-rapl:0:0", "core\n", "0\n", NULL);
	cr_assert_eq(source_powercap(&all, root), 0);
	cr_assert_eq(all.count, 2);
	cr_assert_str_eq(all.list[0].name, "intel-rapl:0/package-0");
	cr_assert_eq(all.list[0].range_uj, 262143328850.0);
	cr_assert_str_eq(all.list[1].name, "intel-rapl:0:0/core");
	cr_assert_eq(all.list[1].range_uj, 0);
	cr_assert_eq(source_read(&all.list[0], &uj), 0);
	cr_assert_eq(uj, 12345678901.0);
}

Test(powercap, none_is_no_error)
{
	struct sources all = { 0 };
	char none[96];

	snprintf(none, sizeof(none), "%s/none", root);
	cr_assert_eq(source_powercap(&all, none), 0);
	cr_assert_eq(source_powercap(&all, root), 0);
	cr_assert_eq(all.count, 0);
}

Test(powercap, refuses_what_is_no_number)
{
	static const char *const bad[] = {
		"", "\n", "-1\n", " 1\n", "1 2\n", "0x10\n", "1.5\n", "99999999999999999999\n",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct sources all = { 0 };
		double uj = 42;

		put_zone("intel-rapl:0", "package-0\n", bad[i], "1000\n");
		cr_assert_eq(source_powercap(&all, root), 0);
		cr_assert_eq(source_read(&all.list[0], &uj), -EBADMSG, "'%s'", bad[i]);
		cr_assert_eq(uj, 42);

		put_zone("intel-rapl:0", "package-0\n", "1\n", bad[i]);
		cr_assert_eq(source_powercap(&all, root), -EBADMSG, "'%s'", bad[i]);
	}
}

Test(powercap, a_zone_that_went_away)
{
	struct sources all = { 0 };
	double uj;

	put_zone("intel-rapl:0", "package-0\n", "1\n", "1000\n");
	source_powercap(&all, root);
	remove_root();
	cr_assert_eq(source_read(&all.list[0], &uj), -ENOENT);
	make_root();
}

/*********************** What is added up ***********************/

static void add(struct sources *all, const char *chip, const char *feature, bool hwmon)
{
	struct source *source = &all->list[all->count++];

	/* never followed */
	source->chip = hwmon ? (const void *)all : NULL;
	source_name(source, chip, feature);
}

Test(sources, a_name_fits_a_table)
{
	struct source source;

	source_name(&source, "ina3221-i2c-1-40", "VDD IN, \"5V\"");
	cr_assert_str_eq(source.name, "ina3221-i2c-1-40/VDD_IN___5V_");
	cr_assert(source_matches(&source, "ina3221-i2c-1-40"));
	cr_assert(source_matches(&source, "ina3221*"));
	cr_assert(source_matches(&source, "*/VDD_*"));
	cr_assert(!source_matches(&source, "ina3221"));
	cr_assert(!source_matches(&source, "VDD_IN*"));
}

Test(sources, the_only_one_needs_no_choice)
{
	struct sources all = { 0 };
	size_t odd;

	cr_assert_eq(source_keep(&all, NULL, 0, &odd), -ENODEV);
	add(&all, "ina231-i2c-0-40", "power1", true);
	cr_assert_eq(source_keep(&all, NULL, 0, &odd), 0);
	cr_assert_eq(all.count, 1);
}

Test(sources, several_need_one)
{
	const char *const rails[] = { "ina231-i2c-0-4[05]" }, *const bad[] = { "ina231*", "ina3221*" };
	struct sources all = { 0 };
	size_t odd = 9;

	add(&all, "ina231-i2c-0-40", "power1", true);
	add(&all, "ina231-i2c-0-41", "power1", true);
	add(&all, "ina231-i2c-0-45", "power1", true);
	cr_assert_eq(source_keep(&all, NULL, 0, &odd), -ENOTUNIQ);
	cr_assert_eq(source_keep(&all, bad, 2, &odd), -ENOENT);
	cr_assert_eq(odd, 1);
	cr_assert_eq(all.count, 3);
	cr_assert_eq(source_keep(&all, rails, 1, &odd), 0);
	cr_assert_eq(all.count, 2);
	cr_assert_str_eq(all.list[0].name, "ina231-i2c-0-40/power1");
	cr_assert_str_eq(all.list[1].name, "ina231-i2c-0-45/power1");
}

Test(sources, of_rapl_alone_the_packages)
{
	struct sources all = { 0 }, mixed;
	size_t odd;

	add(&all, "intel-rapl-mmio:0", "package-0", false);
	add(&all, "intel-rapl:0", "package-0", false);
	add(&all, "intel-rapl:0:0", "core", false);
	add(&all, "intel-rapl:1", "package-1", false);
	add(&all, "intel-rapl:2", "psys", false);
	mixed = all;
	cr_assert_eq(source_keep(&all, NULL, 0, &odd), 0);
	cr_assert_eq(all.count, 2);
	cr_assert_str_eq(all.list[0].name, "intel-rapl:0/package-0");
	cr_assert_str_eq(all.list[1].name, "intel-rapl:1/package-1");
	add(&mixed, "amdgpu-pci-0300", "PPT", true);
	cr_assert_eq(source_keep(&mixed, NULL, 0, &odd), -ENOTUNIQ);
}

/*********************** The program ***********************/

static char output[128];

static int run(const char *options, const char *command)
{
	char line[512];
	int status;

	snprintf(output, sizeof(output), "%s/out", root);
	snprintf(line, sizeof(line), BIN "/dnnpower --powercap %s -o %s %s %s 2>%s/err", root, output, options,
		 command, root);
	status = system(line);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* A counter that the command itself moves, so that what comes out is known. */
static const char counts[] =
	"sh -c 'set_to() { echo $1 >$Z/new; mv $Z/new $Z/energy_uj; }; "
	"set_to 900; sleep 0.2; set_to 150; sleep 0.2; exit 7'";

TestSuite(program, .init = make_root, .fini = remove_root);

Test(program, adds_up_what_a_command_takes)
{
	char zone[96], source[64];
	double uj, uw;
	unsigned long samples, gap, time_us, failed;
	FILE *file;

	snprintf(zone, sizeof(zone), "%s/intel-rapl:0", root);
	put_zone("intel-rapl:0", "package-0\n", "500\n", "999\n");
	setenv("Z", zone, 1);
	/* 500 to 900 and over 999 to 150 */
	cr_assert_eq(run("--rate 50 --sensor intel-rapl:0", counts), 7);
	file = fopen(output, "r");
	cr_assert_not_null(file);
	cr_assert_eq(fscanf(file, "source,energy_uj,mean_uw,samples,longest_gap_us,time_us,failed "
			    "%63[^,],%lf,%lf,%lu,%lu,%lu,%lu", source, &uj, &uw, &samples, &gap, &time_us, &failed), 7);
	fclose(file);
	cr_assert_str_eq(source, "intel-rapl:0/package-0");
	cr_assert_eq(uj, 650);
	cr_assert_eq(failed, 0);
	cr_assert_geq(time_us, 400000);
	cr_assert_geq(samples, 3);
	cr_assert_geq(gap, 20000 - 1000);
	cr_assert_leq(gap, time_us);
	close_to(uw, uj / (double)time_us * 1e6, 0.01);
}

/* The counter cannot be read for a while; what it grew by then is not lost. */
Test(program, a_reading_that_fails_is_a_gap)
{
	char zone[96], line[160];
	double uj;
	unsigned long gap, failed;
	FILE *file;

	snprintf(zone, sizeof(zone), "%s/intel-rapl:0", root);
	put_zone("intel-rapl:0", "package-0\n", "500\n", "999\n");
	setenv("Z", zone, 1);
	cr_assert_eq(run("--rate 50 --sensor intel-rapl:0",
			 "sh -c 'mv $Z/energy_uj $Z/e; sleep 0.3; echo 700 >$Z/energy_uj; sleep 0.1'"), 0);
	file = fopen(output, "r");
	cr_assert_not_null(file);
	cr_assert_not_null(fgets(line, sizeof(line), file));
	cr_assert_eq(fscanf(file, "%*[^,],%lf,%*f,%*u,%lu,%*u,%lu", &uj, &gap, &failed), 3);
	fclose(file);
	cr_assert_eq(uj, 200);
	cr_assert_geq(gap, 300000);
	cr_assert_geq(failed, 1);
}

Test(program, refuses)
{
	char folder[96];

	cr_assert_eq(run("--rate 0", "true"), 64);
	cr_assert_eq(run("--rate 1001", "true"), 64);
	cr_assert_eq(run("", ""), 64);
	put_zone("intel-rapl:0", "package-0\n", "1\n", "999\n");
	cr_assert_eq(run("--sensor none", "true"), 64);
	cr_assert_eq(run("--sensor intel-rapl:0", "/none/such"), 127);
	cr_assert_eq(run("--sensor intel-rapl:0", "true"), 0);
	put_zone("intel-rapl:0", "package-0\n", "x\n", "999\n");
	cr_assert_eq(run("--sensor intel-rapl:0", "true"), 71);
	snprintf(folder, sizeof(folder), "--output %s/none/out", root);
	put_zone("intel-rapl:0", "package-0\n", "1\n", "999\n");
	cr_assert_eq(run(folder, "--sensor intel-rapl:0 true"), 73);
}

Test(program, hands_signals_on)
{
	struct child child;
	char *sleeper[] = { "sleep", "100", NULL };

	cr_assert_eq(child_prepare(&child), 0);
	cr_assert_eq(child_start(&child, sleeper, meter_now_ns() + 3600 * S, S), 0);
	kill(getpid(), SIGTERM);
	cr_assert_eq(child_wait(&child), 0);
	cr_assert_eq(child_exit_status(&child), 128 + SIGTERM);
}
