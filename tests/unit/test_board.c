// SPDX-License-Identifier: MIT
/* What scripts/board computes of samples and logs: energy of a phase, and ranges. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[32];

static void make_folder(void)
{
	strcpy(folder, "/tmp/test_board.XXXXXX");
	cr_assert_not_null(mkdtemp(folder));
}

static void remove_folder(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", folder);
	cr_assert_eq(system(command), 0);
}

static FILE *create(const char *name)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	cr_assert_not_null(file);
	return file;
}

static void put(const char *name, const char *text)
{
	FILE *file = create(name);

	fputs(text, file);
	cr_assert_eq(fclose(file), 0);
}

/* Samples every @step from 1 s on, of a power that grows: 2 W + 1 W/s t, exact between samples only. */
static void put_samples(double step, double until)
{
	FILE *file = create("samples");

	fputs("time_us,energy_uj\n", file);
	for (double t = 0; t <= until; t += step)
		fprintf(file, "%.0f,%.0f\n", 1e6 * (1 + t), 1e6 * (2 * t + t * t / 2));
	cr_assert_eq(fclose(file), 0);
}

/* Frames of the phases "learn" and "run", the latter from @begin on. */
static void put_log(const char *name, double begin, double period, int frames)
{
	FILE *file = create(name);

	fputs("phase,frame,release_us,end_us,deadline_us,grant,level,cause,khz,correct,met\n", file);
	for (int i = -2; i < frames; i++) {
		double release = 1e6 * (1 + begin + i * period);

		fprintf(file, "%s,%d,%.0f,%.0f,%.0f,4,4,none,0,1,1\n", i < 0 ? "learn" : "run", i + 2,
			release, release + 1000, release + 2000);
	}
	cr_assert_eq(fclose(file), 0);
}

/* The exit status; what it printed is in @text. */
static int run(const char *script, const char *files, char *text, size_t size)
{
	char command[256];
	FILE *out;
	size_t len;
	int status;

	snprintf(command, sizeof(command), "r=$PWD && cd %s && LC_ALL=C awk -v phase=run -f $r/tests/board/%s %s",
		 folder, script, files);
	out = popen(command, "r");
	cr_assert_not_null(out);
	len = fread(text, 1, size - 1, out);
	text[len] = '\0';
	status = pclose(out);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TestSuite(board, .init = make_folder, .fini = remove_folder);

Test(board, energy_is_that_between_first_release_and_last_period)
{
	char text[64];

	put_samples(0.05, 20);
	put_log("one", 2.5, 0.1, 50);
	/* from 2.5 s to 7.5 s, both a sample's time */
	cr_assert_eq(run("energy.awk", "samples one", text, sizeof(text)), 0);
	cr_assert_float_eq(atof(text), 1e6 * (2 * 5 + (7.5 * 7.5 - 2.5 * 2.5) / 2), 1);
}

Test(board, between_samples_is_a_straight_line)
{
	char text[64];

	put_samples(0.05, 20);
	put_log("one", 2.512, 0.1, 50);
	cr_assert_eq(run("energy.awk", "samples one", text, sizeof(text)), 0);
	/* of a curve, at most a step's square over eight away at either end */
	cr_assert_float_eq(atof(text), 1e6 * (2 * 5 + (7.512 * 7.512 - 2.512 * 2.512) / 2),
			   1e6 * 0.05 * 0.05 / 8 + 1);
}

Test(board, two_streams_are_one_window)
{
	char text[64];

	put_samples(0.05, 20);
	put_log("one", 2.0, 0.1, 30);
	put_log("two", 2.5, 0.15, 30);
	/* from the first's begin to the second's end at 2.5 + 4.5 s */
	cr_assert_eq(run("energy.awk", "samples one two", text, sizeof(text)), 0);
	cr_assert_float_eq(atof(text), 1e6 * (2 * 5 + (7.0 * 7.0 - 2.0 * 2.0) / 2), 1);
}

Test(board, what_was_not_sampled_has_no_energy)
{
	char text[64];

	put_samples(0.05, 7.4);
	put_log("one", 2.5, 0.1, 50);
	cr_assert_eq(run("energy.awk", "samples one", text, sizeof(text)), 1);
	cr_assert_str_eq(text, "");
	put("none", "phase,frame,release_us\n");
	cr_assert_eq(run("energy.awk", "samples none", text, sizeof(text)), 1);
	put("samples", "time_us,energy_uj\n1000000,0\n");
	cr_assert_eq(run("energy.awk", "samples one", text, sizeof(text)), 1);
}

Test(board, ranges_are_greatest_over_least)
{
	char text[1024];

	put("range", "cpu,khz,level,frames,time_us,energy_uj,source\n"
		     "3,2000,1,20,5000,8000,c\n3,2000,4,20,20000,30000,c\n"
		     "3,200,1,20,50000,2000,c\n0,200,4,20,400000,9000,c\n");
	cr_assert_eq(run("ranges.awk", "range", text, sizeof(text)), 0);
	cr_assert(strstr(text, "range of energy; dynamic DNN alone; measured on a board,2.36,3.75,x,"), "%s", text);
	cr_assert(strstr(text, "range of energy with mapping and DVFS; measured on a board,10.6,15,x,"), "%s", text);
	cr_assert(strstr(text, "range of time; dynamic DNN alone; measured on a board,2.73,4,x,"), "%s", text);
	cr_assert(strstr(text, "range of time with mapping and DVFS; measured on a board,41.6,80,x,"), "%s", text);
}

Test(board, without_energy_there_is_no_range_of_it)
{
	char text[1024];

	put("range", "cpu,khz,level,frames,time_us,energy_uj,source\n"
		     "3,2000,1,20,5000,,none\n3,2000,4,20,20000,,none\n");
	cr_assert_eq(run("ranges.awk", "range", text, sizeof(text)), 0);
	cr_assert_null(strstr(text, "energy"));
	cr_assert(strstr(text, "range of time; dynamic DNN alone"));
}

/* Lines of the table of claims, which the check of that table takes. */
Test(board, ranges_are_claims)
{
	char text[1024], *line;
	int rows = 0;

	put("range", "cpu,khz,level,frames,time_us,energy_uj,source\n"
		     "3,2000,1,20,5000,8000,c\n3,2000,4,20,20000,30000,c\n");
	run("ranges.awk", "range", text, sizeof(text));
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), rows++) {
		int commas = 0;

		for (const char *c = line; *c; c++)
			commas += *c == ',';
		cr_assert_eq(commas, 4, "%s", line);
	}
	cr_assert_eq(rows, 4);
}

/* Nothing of a machine is changed before all is known to be there. */
Test(board, refuses)
{
	static const struct {
		const char *settings, *says;
	} bad[] = {
		{ "BIN=/none", "no /none/dnnrun: run make user first" },
		{ "BIN=/bin DURATION=0", "DURATION must be 1..3600 s, not '0'" },
		{ "BIN=/bin DURATION=3601", "DURATION must be 1..3600 s, not '3601'" },
		{ "BIN=/bin SCENARIOS=3-light", "SCENARIOS: '3-light' is none of" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char command[160], text[512];
		FILE *out;
		size_t len;
		int status;

		snprintf(command, sizeof(command), "%s scripts/board 2>&1", bad[i].settings);
		out = popen(command, "r");
		cr_assert_not_null(out);
		len = fread(text, 1, sizeof(text) - 1, out);
		text[len] = '\0';
		status = pclose(out);
		cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 2);
		cr_assert(strstr(text, bad[i].says), "%s", text);
	}
}
