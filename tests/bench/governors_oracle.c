// SPDX-License-Identifier: MIT
/*
 * The least energy that frames of known cost could have taken: what the table of
 * governors is held against. Costs are those of a run at the top frequency.
 */
#include <stdio.h>
#include <string.h>

#include "oracle_optimal.h"
#include "tests/lab/progs/prog.h"
#include "userspace/dnnrun/framelog.h"

#define STREAMS_MAX	8
#define JOBS_MAX	10000

struct arguments {
	const char *costs;
	const char *opps;
	uint64_t cpus;
	uint64_t base_uw;
	uint64_t period_us[STREAMS_MAX];
	uint64_t frames[STREAMS_MAX];
	unsigned int streams;
};

static const struct argp_option options[] = {
	{ "costs", 'c', "FILE", 0, "Log of dnnrun, at the top frequency; its phase run counts", 0 },
	{ "opps", 'o', "FILE", 0, "Lines of kHz, uW of a busy CPU, uW of an idle one", 0 },
	{ "cpus", 'n', "COUNT", 0, "CPUs with this clock (default 1)", 0 },
	{ "base-uw", 'b', "UW", 0, "What the rest of the machine draws (default 0)", 0 },
	{ 0 },
};

static void add_stream(struct argp_state *state, struct arguments *a, char *text)
{
	char *colon = strchr(text, ':');

	if (!colon)
		argp_error(state, "a stream is PERIOD_US:FRAMES, not '%s'", text);
	if (a->streams == STREAMS_MAX)
		argp_error(state, "at most %d streams", STREAMS_MAX);
	*colon = '\0';
	a->period_us[a->streams] = prog_number(state, "period", text, 100, 60000000);
	a->frames[a->streams] = prog_number(state, "frames", colon + 1, 1, JOBS_MAX / STREAMS_MAX);
	a->streams++;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'c':
		a->costs = text;
		return 0;
	case 'o':
		a->opps = text;
		return 0;
	case 'n':
		a->cpus = prog_number(state, "cpus", text, 1, PLAN_MAX_CPUS);
		return 0;
	case 'b':
		a->base_uw = prog_number(state, "base-uw", text, 0, UINT32_MAX);
		return 0;
	case ARGP_KEY_ARG:
		add_stream(state, a, text);
		return 0;
	case ARGP_KEY_END:
		if (!a->costs || !a->opps || !a->streams)
			argp_error(state, "--costs, --opps and a stream are needed");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static uint32_t read_opps(const char *path, struct plan_opp *opps)
{
	FILE *file = fopen(path, "r");
	uint32_t nr = 0;

	if (!file)
		error(1, errno, "%s", path);
	while (nr < PLAN_MAX_OPPS && fscanf(file, "%" SCNu32 " %" SCNu32 " %" SCNu32, &opps[nr].khz,
					    &opps[nr].busy_uw, &opps[nr].idle_uw) == 3)
		nr++;
	if (!nr || !feof(file))
		error(1, 0, "%s: not lines of kHz, uW, uW", path);
	fclose(file);
	return nr;
}

/* Times of the frames that count, in us. */
static size_t read_costs(const char *path, double **times)
{
	struct framelog_row *rows;
	unsigned int bad_line = 0;
	size_t count, nr = 0;
	FILE *file = fopen(path, "r");
	int ret;

	if (!file)
		error(1, errno, "%s", path);
	ret = framelog_read(file, &rows, &count, &bad_line);
	if (ret)
		error(1, -ret, "%s: line %u", path, bad_line);
	fclose(file);
	*times = calloc(count + 1, sizeof(**times));
	if (!*times)
		error(1, errno, "no memory");
	for (size_t i = 0; i < count; i++)
		if (!strcmp(rows[i].phase, "run") && rows[i].end_us)
			(*times)[nr++] = (double)(rows[i].end_us - rows[i].release_us);
	free(rows);
	if (!nr)
		error(1, 0, "%s: no frame of a phase run", path);
	return nr;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		options, parse, "PERIOD_US:FRAMES...",
		"Least energy of streams whose deadlines are their periods, all frames at the full "
		"level. Prints mJ per frame, idle time included, or nothing if no frequency meets "
		"all deadlines.",
		NULL, NULL, NULL
	};
	static struct oracle_job jobs[JOBS_MAX];
	struct plan_opp opps[PLAN_MAX_OPPS];
	struct arguments a = { .cpus = 1 };
	uint64_t window_us = 0;
	uint32_t nr_opps, nr = 0;
	double *times, nj, idle_uw;
	size_t nr_times;

	argp_parse(&argp, argc, argv, 0, NULL, &a);
	nr_opps = read_opps(a.opps, opps);
	nr_times = read_costs(a.costs, &times);
	for (unsigned int s = 0; s < a.streams; s++) {
		for (uint64_t i = 0; i < a.frames[s]; i++) {
			uint64_t release = i * a.period_us[s] * 1000;

			jobs[nr++] = (struct oracle_job) {
				.release_ns = release,
				.deadline_ns = release + a.period_us[s] * 1000,
				.cycles = times[i % nr_times] * opps[nr_opps - 1].khz / 1000,
				.wall = 1,
			};
		}
		if (a.frames[s] * a.period_us[s] > window_us)
			window_us = a.frames[s] * a.period_us[s];
	}
	nj = oracle_least_nj(jobs, nr, opps, nr_opps, (uint32_t)a.cpus, NULL);
	idle_uw = (double)a.base_uw + (double)a.cpus * opps[0].idle_uw;
	/* uW times us is pJ. */
	if (nj >= 0)
		printf("%.3f\n", (nj / 1e6 + idle_uw * (double)window_us / 1e9) / nr);
	free(times);
	return 0;
}
