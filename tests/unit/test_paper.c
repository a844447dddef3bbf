// SPDX-License-Identifier: MIT
/* What is computed of the paper's claims: operating points, ranges, trade-offs, rows. */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rows.h"

#define XU3 "tests/sim/platforms/odroid-xu3.platform"

static void assert_near(double got, double want, const char *what)
{
	cr_assert(fabs(got - want) <= 1e-9 * fabs(want), "%s: got %.12g, want %.12g", what, got,
		  want);
}

/* Two clusters, two OPPs each: the big one is the reference. */
static void make_board(struct paper_board *board)
{
	memset(board, 0, sizeof(*board));
	strcpy(board->platform.name, "board");
	board->platform.nr_clusters = 2;
	board->platform.clusters[0] = (struct platform_cluster){
		.name = "little", .nr_cpus = 4, .nr_opps = 2,
		.opps = {
			{ .khz = 200000, .busy_uw = 4000, .idle_uw = 2000, .speed_ppm = 100000 },
			{ .khz = 400000, .busy_uw = 14000, .idle_uw = 2000, .speed_ppm = 200000 },
		},
	};
	board->platform.clusters[1] = (struct platform_cluster){
		.name = "big", .nr_cpus = 1, .nr_opps = 2,
		.opps = {
			{ .khz = 500000, .busy_uw = 100000, .idle_uw = 50000, .speed_ppm = 500000 },
			{ .khz = 999000, .busy_uw = 400000, .idle_uw = 9000, .speed_ppm = 1000000 },
		},
	};
	board->slower = 2;
}

static const struct paper_net net = { .levels = 2, .ms = { 5, 10 }, .top1 = { 80, 85 } };

Test(paper, point_takes_rail_power_for_as_long_as_the_core_is_slow)
{
	struct paper_board board;
	struct paper_point p;

	make_board(&board);
	p = paper_point_make(&board, 0, 1, &net, 2);
	/* 10 ms, a board half as fast, a fifth of its reference; one core and three that idle */
	assert_near(p.takes[PAPER_TIME], 100, "ms");
	assert_near(p.takes[PAPER_POWER], 20, "mW");
	assert_near(p.takes[PAPER_ENERGY], 2, "mJ");
	assert_near(p.top1, 85, "top-1");
}

Test(paper, points_are_every_level_at_every_opp)
{
	struct paper_point *points;
	struct paper_board board;
	size_t count;

	make_board(&board);
	count = paper_points_make(&board, &net, &points);
	cr_assert_eq(count, 8);
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < i; k++)
			cr_assert(points[i].cluster != points[k].cluster ||
				  points[i].opp != points[k].opp ||
				  points[i].level != points[k].level, "%zu and %zu are one", i, k);
	/* 10 ms at 5 % of the reference over 5 ms at the reference */
	assert_near(paper_range(points, count, PAPER_TIME), 20, "range of time");
	/* 400 mW over 4 + 3 * 2 mW */
	assert_near(paper_range(points, count, PAPER_POWER), 40, "range of power");
	free(points);
}

Test(paper, range_of_one_point_is_one)
{
	struct paper_board board;
	struct paper_point p;

	make_board(&board);
	p = paper_point_make(&board, 1, 1, &net, 1);
	assert_near(paper_range(&p, 1, PAPER_ENERGY), 1, "range");
}

static struct paper_point point(double mj, double ms, double top1)
{
	return (struct paper_point){
		.top1 = top1, .takes = { [PAPER_ENERGY] = mj, [PAPER_TIME] = ms },
	};
}

Test(paper, pareto_keeps_what_no_other_beats)
{
	const struct paper_point points[] = {
		point(1, 9, 80),	/* least energy */
		point(2, 8, 80),	/* more energy, but sooner */
		point(3, 9, 85),
		point(4, 9, 85),	/* the one before, only dearer */
		point(9, 1, 84),	/* soonest */
	};
	const unsigned int energy = 1U << PAPER_ENERGY, both = energy | 1U << PAPER_TIME;
	bool best[5];

	cr_assert_eq(paper_pareto(points, 5, energy, best), 2);
	cr_assert(best[0] && !best[1] && best[2] && !best[3] && !best[4]);
	cr_assert_eq(paper_pareto(points, 5, both, best), 4);
	cr_assert(best[0] && best[1] && best[2] && !best[3] && best[4]);
}

Test(paper, pareto_keeps_equals)
{
	const struct paper_point points[] = { point(1, 1, 80), point(1, 1, 80) };
	bool best[2];

	cr_assert_eq(paper_pareto(points, 2, 1U << PAPER_ENERGY, best), 2);
}

static FILE *text_file(const char *text)
{
	FILE *file = tmpfile();

	cr_assert(file);
	fputs(text, file);
	rewind(file);
	return file;
}

#define HEADER "model,threads,level,median_us,p10_us,p99_us,gflops\n"

Test(paper, times_are_read)
{
	struct paper_times times[PAPER_TIMES_MAX];
	char error[PAPER_TIMES_ERROR];
	const struct paper_times *found;
	FILE *file = text_file(HEADER "a.dnn,1,1,10.5,10.0,11,1\na.dnn,1,2,20.5,20,21,1\n"
			       "b.dnn,1,1,7.5,7,8,1\n");

	cr_assert_eq(paper_times_read(file, times, error), 2);
	fclose(file);
	found = paper_times_find(times, 2, "a.dnn");
	cr_assert(found);
	cr_assert_eq(found->levels, 2);
	assert_near(found->median_us[1], 20.5, "median");
	assert_near(found->p10_us[0], 10, "p10");
	cr_assert_null(paper_times_find(times, 2, "c.dnn"));
}

Test(paper, times_that_are_none_are_refused)
{
	static const struct {
		const char *text, *error;
	} bad[] = {
		{ "", "line 1: must begin with" },
		{ "a,b\n", "line 1: must begin with" },
		{ HEADER, "there is no level below" },
		{ HEADER "a.dnn,1,1,ten,10,11,1\n", "line 2: must be a name" },
		{ HEADER "a.dnn,1,1,0,10,11,1\n", "line 2: times must be above 0" },
		{ HEADER "a.dnn,1,1,nan,10,11,1\n", "line 2: times must be above 0" },
		{ HEADER "a.dnn,1,2,10,10,11,1\n", "line 2: levels of a model" },
		{ HEADER "a.dnn,1,1,9,9,9,1\na.dnn,1,1,9,9,9,1\n", "line 3: levels of a model" },
		{ HEADER "a,1,1,9,9,9,1\nb,1,1,9,9,9,1\na,1,1,9,9,9,1\n", "that is there twice" },
	};
	struct paper_times times[PAPER_TIMES_MAX];
	char error[PAPER_TIMES_ERROR];

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		FILE *file = text_file(bad[i].text);

		cr_assert_eq(paper_times_read(file, times, error), -EBADMSG, "%zu", i);
		cr_assert(strstr(error, bad[i].error), "%zu: %s", i, error);
		fclose(file);
	}
}

Test(paper, claims_are_numbers_and_plain_texts)
{
	struct paper_claims *claims = calloc(1, sizeof(*claims));
	char text[256] = "", *got = text;
	FILE *file = tmpfile();

	cr_assert(claims && file);
	cr_assert_eq(paper_claims_add(claims, "a", 2.5, 3.25, "x", "%s %d", "so", 1), 0);
	cr_assert_eq(paper_claims_add(claims, "b", NAN, 1, "%", "thus"), 0);
	cr_assert_eq(paper_claims_add(claims, "c", 1, NAN, "x", "thus"), -EINVAL);
	cr_assert_eq(paper_claims_add(claims, "c", 1, INFINITY, "x", "thus"), -EINVAL);
	cr_assert_eq(paper_claims_add(claims, "c,d", 1, 1, "x", "thus"), -EINVAL);
	cr_assert_eq(paper_claims_add(claims, "c", 1, 1, "x", "a\nb"), -EINVAL);
	cr_assert_eq(paper_claims_add(claims, "c", 1, 1, "x", "%*d", PAPER_HOW, 1), -E2BIG);
	paper_claims_write(claims, file);
	rewind(file);
	cr_assert_gt(fread(got, 1, sizeof(text) - 1, file), 0);
	cr_assert_str_eq(got, "claim,paper,ours,unit,how\na,2.5,3.25,x,so 1\n"
			 "b,not found,1,%,thus\n");
	fclose(file);
	free(claims);
}

static double claim(const struct paper_claims *claims, const char *name)
{
	for (size_t i = 0; i < claims->count; i++)
		if (!strcmp(claims->rows[i].claim, name))
			return claims->rows[i].ours;
	cr_assert(false, "no row '%s'", name);
	return NAN;
}

/* A network of two groups, a triangular one of which only level 1 has room beside it. */
static struct paper_input *make_input(void)
{
	static const char * const names[PAPER_KINDS] = { "ours", "triangular", "slimmable" };
	struct paper_input *in = calloc(1, sizeof(*in));

	cr_assert(in);
	make_board(&in->boards[0]);
	in->nr_boards = 1;
	for (int k = 0; k < PAPER_KINDS; k++) {
		struct paper_times *t = &in->guest[in->nr_guest++];
		struct paper_model *m = &in->models[k];

		strcpy(m->name, names[k]);
		m->info.levels = 2;
		m->info.accuracy_ppm[0] = 800000;
		m->info.accuracy_ppm[1] = 850000;
		m->info.weights_bytes[0] = 100;
		m->info.weights_bytes[1] = k == PAPER_TRIANGULAR ? 300 : 200;
		strcpy(t->model, names[k]);
		t->levels = 2;
		t->median_us[0] = t->p10_us[0] = 5000;
		t->median_us[1] = t->p10_us[1] = k == PAPER_TRIANGULAR ? 15000 : 10000;
	}
	in->nr_memory = 3;
	in->memory[0] = (struct paper_memory){ "incremental", 200, 250 };
	in->memory[1] = (struct paper_memory){ "triangular", 500, 550 };
	in->memory[2] = (struct paper_memory){ "static", 300, 400 };
	return in;
}

Test(paper, rows_follow_from_times_and_boards)
{
	static const struct {
		const char *claim;
		double ours;
	} expected[] = {
		{ "Fig. 2: top-1; CIFAR-10; 50 % of the groups", 80 },
		{ "Fig. 4: time; LITTLE at 400 MHz; 100 % of the groups", 100 },
		{ "range of time; dynamic DNN alone", 2 },
		{ "range of time; triangular network; all levels", 3 },
		{ "range of time; triangular network; levels in our memory", 1 },
		{ "range of time; dynamic DNN over existing; same memory", 2 },
		{ "range of time with mapping and DVFS; board", 20 },
		{ "what mapping and DVFS add to the range of time; board", 10 },
		{ "range of time with mapping and DVFS over existing; board", 20 },
		{ "memory of a triangular network over ours; files", 2.5 },
		{ "memory of a network for each level over ours; process", 1.6 },
	};
	struct paper_claims *claims = calloc(1, sizeof(*claims));
	struct paper_input *in = make_input();
	struct paper_cloud cloud;

	cr_assert(claims);
	cr_assert_eq(paper_cloud_make(in, &cloud), 0);
	cr_assert_eq(cloud.count, 8);
	cr_assert_eq(paper_rows_accuracy(claims, in), 0);
	cr_assert_eq(paper_rows_times(claims, in), 0);
	cr_assert_eq(paper_rows_cloud(claims, in, &cloud), 0);
	cr_assert_eq(paper_rows_ranges(claims, in, &cloud), 0);
	cr_assert_eq(paper_rows_memory(claims, in), 0);

	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++)
		assert_near(claim(claims, expected[i].claim), expected[i].ours, expected[i].claim);
	free(cloud.points);
	free(claims);
	free(in);
}

static unsigned int count_of(const char *text, const char *part)
{
	unsigned int count = 0;

	while ((text = strstr(text, part))) {
		text += strlen(part);
		count++;
	}
	return count;
}

Test(paper, every_point_is_in_the_picture)
{
	struct paper_input *in = make_input();
	struct paper_cloud cloud;
	char *svg;
	size_t size;
	FILE *file = open_memstream(&svg, &size);

	cr_assert(file);
	cr_assert_eq(paper_cloud_make(in, &cloud), 0);
	cr_assert_eq(paper_cloud_draw(file, cloud.points, cloud.count, PAPER_ENERGY), 0);
	cr_assert_eq(fclose(file), 0);
	cr_assert_eq(count_of(svg, "<title>"), cloud.count);
	cr_assert_eq(count_of(svg, "<title>LITTLE at 200 MHz, level 2: "), 1);
	cr_assert_eq(count_of(svg, "nan") + count_of(svg, "inf\""), 0);
	cr_assert_eq(count_of(svg, "</svg>\n"), 1);
	free(svg);
	free(cloud.points);
	free(in);
}

Test(paper, a_network_without_times_is_missed)
{
	struct paper_input *in = make_input();
	struct paper_cloud cloud;

	strcpy(in->guest[PAPER_DYNAMIC].model, "other");
	cr_assert_eq(paper_cloud_make(in, &cloud), -ENOENT);
	free(in);
}

Test(paper, test_set_comes_before_the_model_file)
{
	struct table_row rows[] = {
		{ .dataset = "cifar10", .mode = MODE_INCREMENTAL, .level = 1, .top1 = 70 },
		{ .dataset = "cifar10", .mode = MODE_INCREMENTAL, .level = 2, .top1 = 75 },
	};
	struct paper_input *in = make_input();
	struct paper_net measured;

	in->accuracy = rows;
	in->nr_accuracy = 2;
	cr_assert_eq(paper_net(in, PAPER_DYNAMIC, &measured), 0);
	assert_near(measured.top1[1], 75, "top-1");
	assert_near(measured.ms[1], 10, "ms");
	free(in);
}

Test(paper, a_board_names_its_speed)
{
	struct paper_input *in = make_input();
	char error[PAPER_ERROR];

	cr_assert_eq(paper_input_board(in, XU3 ":8000", error), 0, "%s", error);
	assert_near(in->boards[1].slower, 2, "slower");
	cr_assert_eq(paper_input_board(in, "no-speed", error), -EINVAL);
	cr_assert(strstr(error, "MFLOPS in 1..1000000000"), "%s", error);
	cr_assert_eq(paper_input_board(in, "file:0", error), -EINVAL);
	free(in);
}

/* A table that has all that is asked for, every number of ours being @number. */
static void put_table(FILE *file, const char *number)
{
	static const char * const cores[] = { "A7 at 1400", "A15 at 2000", "A57 at 1479",
					      "GPU at 921" };
	static const char * const ranges[] = {
		"range of %s; dynamic DNN alone",
		"range of %s; dynamic DNN over existing; same memory",
		"range of %s with mapping and DVFS; odroid-xu3",
		"range of %s with mapping and DVFS; jetson-nano",
		"what mapping and DVFS add to the range of %s; odroid-xu3",
	};

	fputs("claim,paper,ours,unit,how\n", file);
	for (int k = 25; k <= 100; k += 25) {
		fprintf(file, "Fig. 2: top-1; CIFAR-10; %d %% of the groups,1,%s,%%,so\n", k,
			number);
		fprintf(file, "Fig. 3: confidence; Fashion-MNIST; %d %% of the groups,1,%s,%%,so\n",
			k, number);
		for (int c = 0; c < 4; c++)
			fprintf(file, "Fig. 4: time; %s MHz; %d %% of the groups,1,%s,ms,so\n",
				cores[c], k, number);
	}
	fprintf(file, "Fig. 5: trade-offs; dynamic DNN alone,4,%s,points,so\n", number);
	fprintf(file, "Fig. 5: trade-offs; with mapping and DVFS; odroid-xu3,1,%s,x,so\n", number);
	fprintf(file, "Fig. 5: trade-offs; with mapping and DVFS; jetson-nano,1,%s,x,so\n", number);
	for (size_t r = 0; r < 2 * sizeof(ranges) / sizeof(*ranges); r++) {
		fprintf(file, ranges[r / 2], r % 2 ? "time" : "energy");
		fprintf(file, ",not found,%s,x,so\n", number);
	}
	fprintf(file, "memory of a triangular network over ours; files,2.4,%s,x,so", number);
}

/* What tests/paper/check makes of such a table and what follows it. */
static int run_check(const char *number, const char *after)
{
	char path[] = "/tmp/test_paper.XXXXXX", command[128];
	int fd = mkstemp(path), status;
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	cr_assert(file);
	put_table(file, number);
	fputs(after, file);
	cr_assert_eq(fclose(file), 0);
	snprintf(command, sizeof(command), "tests/paper/check %s >/dev/null", path);
	status = system(command);
	remove(path);
	return status;
}

Test(paper, check_takes_whole_tables_only)
{
	cr_assert_eq(run_check("1.5", "\n"), 0);
	cr_assert_eq(run_check("1e+03", "\nanother,not found,-2,x,so\n"), 0);
	cr_assert_neq(run_check("nan", "\n"), 0);
	cr_assert_neq(run_check("inf", "\n"), 0);
	cr_assert_neq(run_check("", "\n"), 0);
	cr_assert_neq(run_check("1", ",more\n"), 0, "six fields");
	cr_assert_neq(run_check("1", "\nanother,none,1,x,so\n"), 0, "no number of the paper's");
	cr_assert_neq(run_check("1", "\nFig. 5: trade-offs; dynamic DNN alone,4,1,x,so\n"), 0,
		      "a claim twice");
}

Test(paper, check_misses_claims)
{
	cr_assert_neq(system("echo claim,paper,ours,unit,how | tests/paper/check /dev/stdin "
			     ">/dev/null"), 0);
}

/* What scripts/report makes of a folder with such a table of that name in it; none: NULL. */
static char *report_named(const char *name, const char *table, int *status)
{
	char dir[] = "/tmp/test_paper.XXXXXX", command[256];
	static char page[65536];
	FILE *file;
	size_t len = 0;

	cr_assert(mkdtemp(dir));
	if (table) {
		snprintf(command, sizeof(command), "%s/%s.csv", dir, name);
		file = fopen(command, "w");
		cr_assert(file);
		fputs(table, file);
		cr_assert_eq(fclose(file), 0);
	}
	snprintf(command, sizeof(command), "RESULTS=%s scripts/report >/dev/null 2>&1", dir);
	*status = system(command);
	snprintf(command, sizeof(command), "%s/report.html", dir);
	file = fopen(command, "r");
	if (file) {
		len = fread(page, 1, sizeof(page) - 1, file);
		fclose(file);
	}
	page[len] = '\0';
	snprintf(command, sizeof(command), "rm -r %s", dir);
	cr_assert_eq(system(command), 0);
	return page;
}

static char *report_of(const char *table, int *status)
{
	return report_named("some", table, status);
}

Test(paper, report_shows_tables)
{
	int status;
	const char *page = report_of("what,mean_us\na<b & \"c\",1.5\n", &status);

	cr_assert_eq(status, 0);
	cr_assert(strstr(page, "<th>what</th><th>mean us</th>"), "%s", page);
	cr_assert(strstr(page, "<tr><td>a&lt;b &amp; &quot;c&quot;</td><td class=n>1.5</td></tr>"),
		  "%s", page);
	cr_assert(strstr(page, "</body></html>"));
	cr_assert_null(strstr(page, "http"), "it must have everything in itself");
}

Test(paper, report_names_what_makes_the_missing)
{
	static const char * const targets[] = {
		"paper", "budgets", "sim-compare", "bench-engine", "check-sim-lab",
	};
	char text[64];
	int status;
	const char *page = report_of("what\na\n", &status);

	for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++) {
		snprintf(text, sizeof(text), "Not here yet: <code>make %s</code> makes it.",
			 targets[i]);
		cr_expect(strstr(page, text), "%s", text);
	}
}

Test(paper, report_marks_governors_that_others_beat)
{
	int status;
	const char *page = report_named("governors_sim",
		"scenario,governor,missed,energy_uj,base_uj,mean_accuracy\n"
		"x,dnn,0,1030,10,0.9\nx,slow,0,1500,10,0.9\nx,rough,0,1500,10,0.95\n"
		"x,oracle,0,1010,10,0.9\ny,dnn,2,400,0,0.9\ny,best,1,200,0,0.9\n", &status);

	cr_assert_eq(status, 0);
	cr_expect(strstr(page, "<b>x</b>: dnn takes 1.02x the oracle&#39;s energy, misses 0"), "%s",
		  page);
	cr_expect(strstr(page, "<tr class=u><td>dnn</td><td class=n>1.020</td>"), "%s", page);
	cr_expect(strstr(page, "<tr class=d><td>slow<small>dominated by dnn and 1 more</small></td>"
			 "<td class=n>1.490</td><td class=n>0</td><td class=n>90.00</td></tr>"), "%s", page);
	cr_expect(strstr(page, "<tr><td>rough</td>"), "%s", page);
	/* no oracle: over dnn's */
	cr_expect(strstr(page, "<b>y</b>: dnn misses 2, accuracy 90.00 %, dominated by best"), "%s",
		  page);
	cr_expect(strstr(page, "<tr><td>best</td><td class=n>0.500</td>"), "%s", page);
}

Test(paper, report_compares_medians)
{
	int status;
	const char *page = report_named("speed",
		"net,dtype,engine,threads,level,median_us\na,f32,dyndnn,1,1,10\n"
		"a,f32,dyndnn,1,2,20\na,f32,other,1,1,5\na,f32,other,1,2,30\n", &status);

	cr_assert_eq(status, 0);
	cr_expect(strstr(page, "<th>other over ours</th>"), "%s", page);
	cr_expect(strstr(page, "<td class=n>10</td><td class=n>20</td><td class=n>1.50</td>"), "%s",
		  page);
}

Test(paper, report_of_nothing_is_refused)
{
	int status;
	const char *page = report_of(NULL, &status);

	cr_assert_neq(status, 0);
	cr_assert_str_eq(page, "");
}
