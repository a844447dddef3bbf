// SPDX-License-Identifier: MIT
/* dnnsim: plays scenarios under governors. */
#include <argp.h>
#include <errno.h>
#include <error.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compare.h"
#include "governors.h"
#include "oracle.h"
#include "report.h"

#define RUNS_MAX	1024
#define SCENARIOS_MAX	128
#define COMPARE_SEEDS	5
#define SEEDS_MAX	1000
#define GOVERNORS_MAX	(GOVERNORS + 1)

enum {
	KEY_CSV = 256, KEY_SEEDS, KEY_JSON, KEY_TRACE, KEY_FRAMES, KEY_COMPARE, KEY_LIST,
};

struct arguments {
	const char *governors[GOVERNORS_MAX];
	u32 nr_governors;
	const char *paths[SCENARIOS_MAX];
	u32 nr_paths;
	u64 seed;
	u32 seeds;
	u64 frames;
	const char *csv;
	const char *trace;
	bool json;
	bool compare;
};

static const struct argp_option options[] = {
	{ "governor", 'g', "NAME", 0,
	  "Governor, or oracle; more than once for several, 'all' for all (default dnn)", 0 },
	{ "seed", 's', "N", 0, "What the noise follows from (default 1)", 0 },
	{ "seeds", KEY_SEEDS, "N", 0,
	  "Play N seeds from there on and tell their means (default 1; 5 with --compare)", 0 },
	{ "frames", KEY_FRAMES, "N", 0, "Play as long as N frames of all streams take", 0 },
	{ "csv", KEY_CSV, "FILE", 0, "Write a line for each run", 0 },
	{ "json", KEY_JSON, NULL, 0, "JSON instead of a table", 0 },
	{ "trace", KEY_TRACE, "FILE", 0, "Write a line for each frame of a single run", 0 },
	{ "compare", KEY_COMPARE, NULL, 0,
	  "All governors; say where dnn is dominated and how far it is from the oracle", 0 },
	{ "list-governors", KEY_LIST, NULL, 0, "List governors and exit", 0 },
	{ 0 },
};

static u64 parse_number(struct argp_state *state, const char *name, const char *text, u64 min,
			u64 max)
{
	char *end;
	u64 value;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || *text < '0' || *text > '9' || *end || value < min || value > max)
		argp_error(state, "%s must be %llu..%llu, not '%s'", name, min, max, text);
	return value;
}

static void add_governor(struct argp_state *state, struct arguments *a, const char *name)
{
	u32 i;

	if (!strcmp(name, "all")) {
		a->nr_governors = 0;
		for (i = 0; i < GOVERNORS; i++)
			a->governors[a->nr_governors++] = governors[i]->name;
		a->governors[a->nr_governors++] = "oracle";
		return;
	}
	if (strcmp(name, "oracle") && !governor_find(name))
		argp_error(state, "--governor must be one that --list-governors names, not '%s'",
			   name);
	if (a->nr_governors == GOVERNORS_MAX)
		argp_error(state, "at most %d governors", GOVERNORS_MAX);
	a->governors[a->nr_governors++] = name;
}

static void list(void)
{
	u32 i;

	for (i = 0; i < GOVERNORS; i++)
		printf("%s\n", governors[i]->name);
	printf("oracle\n");
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'g':
		add_governor(state, a, text);
		return 0;
	case 's':
		a->seed = parse_number(state, "--seed", text, 0, ~0ULL - SEEDS_MAX);
		return 0;
	case KEY_SEEDS:
		a->seeds = (u32)parse_number(state, "--seeds", text, 1, SEEDS_MAX);
		return 0;
	case KEY_FRAMES:
		a->frames = parse_number(state, "--frames", text, 1, 1000000000);
		return 0;
	case KEY_CSV:
		a->csv = text;
		return 0;
	case KEY_JSON:
		a->json = true;
		return 0;
	case KEY_TRACE:
		a->trace = text;
		return 0;
	case KEY_COMPARE:
		a->compare = true;
		return 0;
	case KEY_LIST:
		list();
		exit(0);
	case ARGP_KEY_ARG:
		if (a->nr_paths == SCENARIOS_MAX)
			argp_error(state, "at most %d scenarios", SCENARIOS_MAX);
		a->paths[a->nr_paths++] = text;
		return 0;
	case ARGP_KEY_END:
		if (!a->nr_paths)
			argp_error(state, "a scenario is needed");
		if (a->compare)
			add_governor(state, a, "all");
		if (!a->nr_governors)
			add_governor(state, a, "dnn");
		if (!a->seeds)
			a->seeds = a->compare ? COMPARE_SEEDS : 1;
		if (a->trace && a->nr_paths * a->nr_governors * a->seeds != 1)
			argp_error(state,
				   "--trace is of one scenario under one governor with one seed");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static FILE *open_file(const char *path)
{
	FILE *file = path ? fopen(path, "we") : NULL;

	if (path && !file)
		error(1, errno, "%s", path);
	return file;
}

static void close_file(FILE *file, const char *path)
{
	if (file && fclose(file))
		error(1, errno, "%s", path);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static struct scenario *load(const struct arguments *a, const char *path)
{
	struct scenario *s = calloc(1, sizeof(*s));
	char text[TEXT_ERROR_MAX];
	double rate = 0;
	u32 i;

	if (!s)
		error(1, ENOMEM, "%s", path);
	if (scenario_load(path, s, text))
		error(2, 0, "%s", text);
	for (i = 0; i < s->nr_streams; i++)
		rate += 1 / (double)s->streams[i].period_ns;
	if (a->frames && rate > 0)
		s->duration_ns = (u64)((double)a->frames / rate);
	return s;
}

/* False: there is nothing to be told, of the oracle alone, be it of one seed. */
static bool run(const struct arguments *a, const struct scenario *s, const char *name, FILE *trace,
		struct report *r)
{
	double from = seconds();
	struct sim_result result;
	u64 seed;
	int ret;

	*r = (struct report){ .scenario = s, .governor = name, .seed = a->seed };
	for (seed = a->seed; seed - a->seed < a->seeds; seed++) {
		if (strcmp(name, "oracle"))
			ret = sim_run(s, governor_find(name), seed, trace ? report_trace : NULL,
				      trace, &result);
		else
			ret = sim_oracle(s, seed, &result);
		if (ret == -EOPNOTSUPP)
			return false;
		if (ret)
			error(1, -ret, "%s", s->name);
		report_add(r, &result);
	}
	r->seconds = seconds() - from;
	return true;
}

static void print_speed(const struct report *reports, size_t nr)
{
	double frames = 0, time = 0;
	size_t i;

	for (i = 0; i < nr; i++) {
		if (strcmp(reports[i].governor, "dnn"))
			continue;
		frames += (double)reports[i].result.frames;
		time += reports[i].seconds;
	}
	if (time > 0)
		printf("dnn: %.0f frames/s\n", frames / time);
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		options, parse, "SCENARIO...",
		"Plays whole platforms: what streams of a dynamic network take under a governor.",
		NULL, NULL, NULL
	};
	static struct report reports[RUNS_MAX];
	struct scenario *scenarios[SCENARIOS_MAX];
	struct arguments a = { .seed = 1 };
	FILE *csv, *trace;
	size_t nr = 0;
	u32 i, g;

	argp_parse(&argp, argc, argv, 0, NULL, &a);
	for (i = 0; i < a.nr_paths; i++)
		scenarios[i] = load(&a, a.paths[i]);
	csv = open_file(a.csv);
	trace = open_file(a.trace);
	if (csv)
		report_csv_head(csv);
	if (trace)
		report_trace_head(trace);
	if (!a.json)
		report_text_head(stdout);
	for (i = 0; i < a.nr_paths; i++) {
		for (g = 0; g < a.nr_governors && nr < RUNS_MAX; g++) {
			if (!run(&a, scenarios[i], a.governors[g], trace, &reports[nr]))
				continue;
			if (csv)
				report_csv(csv, &reports[nr]);
			if (!a.json)
				report_text(stdout, &reports[nr]);
			nr++;
		}
		fflush(stdout);
	}
	if (a.json)
		report_json(stdout, reports, nr);
	else
		print_speed(reports, nr);
	if (a.compare)
		compare_judge(a.json ? stderr : stdout, reports, nr);
	close_file(csv, a.csv);
	close_file(trace, a.trace);
	for (i = 0; i < a.nr_paths; i++)
		free(scenarios[i]);
	return 0;
}
