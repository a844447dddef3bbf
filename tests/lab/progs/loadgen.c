// SPDX-License-Identifier: MIT
/*
 * Ordinary loads, of tasks that give no hints: jobs that come at fixed times, each a loop
 * of a length given as its time at full speed. Prints how long they took from their
 * release on, and the energy from the first release to the end of the last period.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "prog.h"

#define NS_PER_US	UINT64_C(1000)
#define JOBS_MAX	100000

/*
 * Each load is a cycle of lengths, one job per period: so many steps from the first
 * length to the last, a straight line, or a list.
 */
struct load {
	const char *name;
	uint32_t period_us;
	uint32_t jobs;
	uint32_t steps;			/* of a ramp up, and as many down; 0: @us is a list */
	uint32_t us[6];			/* 0 ends a list */
};

static const struct load loads[] = {
	/* bursts of several lengths, 13 % of the time in all */
	{ .name = "bursts", .period_us = 50000, .jobs = 60, .us = { 1000, 15000, 3000, 8000 } },
	/* a player of 60 pictures a second */
	{ .name = "video", .period_us = 16667, .jobs = 150, .us = { 5000 } },
	/* from a twentieth of the time to nearly all of it, and back */
	{ .name = "ramp", .period_us = 20000, .jobs = 160, .steps = 80, .us = { 1000, 17000 } },
	/* a second of work now and then */
	{ .name = "sustained", .period_us = 3000000, .jobs = 2, .us = { 1000000 } },
	/* hardly anything: a clock that is drawn anew */
	{ .name = "idle", .period_us = 100000, .jobs = 30, .us = { 300 } },
};

struct arguments {
	const struct load *load;
	const char *energy_file;
	uint64_t cpu;
	uint64_t rate;
	uint64_t settle_ms;
	uint64_t jobs;
	bool pinned;
	bool verbose;
};

static const struct argp_option options[] = {
	{ "cpu", 'c', "N", 0, "Run on this CPU only", 0 },
	{ "rate", 'r', "COUNT", 0, "Turns of the loop per us at full speed (default 166)", 0 },
	{ "energy", 'e', "FILE", 0, "A counter of uJ", 0 },
	{ "settle", 's', "MS", 0, "Idle before the first release (default 500)", 0 },
	{ "jobs", 'n', "COUNT", 0, "Instead of the load's own number", 0 },
	{ "verbose", 'v', NULL, 0, "A line per job", 0 },
	{ 0 },
};

static const struct load *find_load(const char *name)
{
	for (size_t i = 0; i < sizeof(loads) / sizeof(loads[0]); i++)
		if (!strcmp(loads[i].name, name))
			return &loads[i];
	return NULL;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'c':
		a->cpu = prog_number(state, "cpu", text, 0, CPU_SETSIZE - 1);
		a->pinned = true;
		return 0;
	case 'r':
		a->rate = prog_number(state, "rate", text, 1, 1000000);
		return 0;
	case 'e':
		a->energy_file = text;
		return 0;
	case 's':
		a->settle_ms = prog_number(state, "settle", text, 0, 60000);
		return 0;
	case 'n':
		a->jobs = prog_number(state, "jobs", text, 1, JOBS_MAX);
		return 0;
	case 'v':
		a->verbose = true;
		return 0;
	case ARGP_KEY_ARG:
		if (a->load)
			argp_error(state, "one load at a time");
		a->load = find_load(text);
		if (!a->load)
			argp_error(state, "no load '%s': bursts, video, ramp, sustained, idle", text);
		return 0;
	case ARGP_KEY_END:
		if (!a->load)
			argp_error(state, "which load?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static uint32_t length_us(const struct load *load, uint64_t job)
{
	uint32_t nr = 0;

	if (load->steps) {
		uint64_t step = job % (2 * load->steps);

		if (step >= load->steps)
			step = 2 * load->steps - 1 - step;
		return (uint32_t)(load->us[0] + (load->us[1] - load->us[0]) * step / (load->steps - 1));
	}
	while (nr < sizeof(load->us) / sizeof(load->us[0]) && load->us[nr])
		nr++;
	return load->us[job % nr];
}

static uint64_t energy_uj(const char *path)
{
	uint64_t uj;
	FILE *file;

	if (!path)
		return 0;
	file = fopen(path, "r");
	if (!file || fscanf(file, "%" SCNu64, &uj) != 1)
		error(1, errno, "%s", path);
	fclose(file);
	return uj;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		options, parse, "bursts|video|ramp|sustained|idle",
		"One load. Prints: load,jobs,response_mean_us,response_p95_us,slowdown,energy_mj; "
		"slowdown is the mean over the jobs of their response over their time at full speed.",
		NULL, NULL, NULL
	};
	struct arguments a = { .rate = 166, .settle_ms = 500 };
	uint64_t release, uj, sum = 0, *took;
	double slowdown = 0;

	argp_parse(&argp, argc, argv, 0, NULL, &a);
	if (!a.jobs)
		a.jobs = a.load->jobs;
	took = calloc(a.jobs, sizeof(*took));
	if (!took)
		error(1, errno, "no memory");
	if (a.pinned)
		prog_run_on(a.cpu);

	release = prog_now_ns() + a.settle_ms * 1000 * NS_PER_US;
	prog_sleep_until(release);
	uj = energy_uj(a.energy_file);
	for (uint64_t job = 0; job < a.jobs; job++) {
		uint32_t us = length_us(a.load, job);

		prog_sleep_until(release);
		prog_loop(us * a.rate);
		took[job] = prog_now_ns() - release;
		sum += took[job];
		slowdown += (double)took[job] / (double)(us * NS_PER_US);
		if (a.verbose)
			fprintf(stderr, "%" PRIu64 " %" PRIu32 " %" PRIu64 "\n", job, us,
				took[job] / NS_PER_US);
		release += a.load->period_us * NS_PER_US;
	}
	prog_sleep_until(release);
	uj = energy_uj(a.energy_file) - uj;

	qsort(took, a.jobs, sizeof(*took), compare);
	printf("%s,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%.4f,%.3f\n", a.load->name, a.jobs,
	       sum / a.jobs / NS_PER_US, took[a.jobs * 95 / 100] / NS_PER_US,
	       slowdown / (double)a.jobs, (double)uj / 1000);
	free(took);
	return 0;
}
