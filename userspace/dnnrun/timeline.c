// SPDX-License-Identifier: MIT
/* dnn-timeline: draw logs of dnnrun, and traces of the frequency beside them, as one SVG. */
#include <argp.h>
#include <errno.h>
#include <error.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"

#define MAX_RUNS 8

struct run {
	const char *name;
	const char *frames_path;
	const char *trace_path;		/* may be NULL */
	struct framelog_row *rows;
	size_t nr_rows;
	struct draw_step *steps;
	size_t nr_steps;
};

struct options {
	const char *out;
	const char *title;
	unsigned int cpu;
	struct run runs[MAX_RUNS];
	size_t nr_runs;
};

/* "  task-7  [002] d..3.  12.345678: cpu_frequency: state=1400000 cpu_id=2" */
static void read_trace(struct run *run, unsigned int cpu)
{
	static const char event[] = ": cpu_frequency: state=";
	size_t room = 0, line_room = 0;
	char *line = NULL;
	FILE *file = fopen(run->trace_path, "r");

	if (!file)
		error(1, errno, "%s", run->trace_path);
	while (getline(&line, &line_room, file) >= 0) {
		char *at = strstr(line, event), *stamp;
		unsigned int khz, on;
		uint64_t s, us;

		if (!at || sscanf(at + sizeof(event) - 1, "%u cpu_id=%u", &khz, &on) != 2 || on != cpu)
			continue;
		*at = '\0';
		stamp = strrchr(line, ' ');
		if (!stamp || sscanf(stamp, "%" SCNu64 ".%6" SCNu64, &s, &us) != 2)
			error(1, 0, "%s: no time stamp in front of cpu_frequency", run->trace_path);
		if (run->nr_steps == room) {
			room = room ? 2 * room : 256;
			run->steps = realloc(run->steps, room * sizeof(*run->steps));
			if (!run->steps)
				error(1, ENOMEM, "%s", run->trace_path);
		}
		run->steps[run->nr_steps++] = (struct draw_step){ s * 1000000 + us, khz };
	}
	free(line);
	fclose(file);
}

static void read_run(struct run *run, unsigned int cpu)
{
	unsigned int bad_line = 0;
	FILE *file = fopen(run->frames_path, "r");
	int ret;

	if (!file)
		error(1, errno, "%s", run->frames_path);
	ret = framelog_read(file, &run->rows, &run->nr_rows, &bad_line);
	fclose(file);
	if (ret == -EBADMSG)
		error(1, 0, "%s: line %u is not of dnnrun's format", run->frames_path, bad_line);
	if (ret)
		error(1, -ret, "%s", run->frames_path);
	if (!run->nr_rows)
		error(1, 0, "%s: no frame", run->frames_path);
	if (run->trace_path)
		read_trace(run, cpu);
}

static int draw(const struct options *opt, FILE *svg)
{
	struct draw_run runs[MAX_RUNS];

	for (size_t r = 0; r < opt->nr_runs; r++)
		runs[r] = (struct draw_run){
			.name = opt->runs[r].name,
			.rows = opt->runs[r].rows, .nr_rows = opt->runs[r].nr_rows,
			.steps = opt->runs[r].steps, .nr_steps = opt->runs[r].nr_steps,
		};
	return draw_svg(svg, opt->title, runs, opt->nr_runs);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *opt = state->input;
	char *end;

	switch (key) {
	case 'o':
		opt->out = arg;
		break;
	case 't':
		opt->title = arg;
		break;
	case 'c':
		opt->cpu = (unsigned int)strtoul(arg, &end, 10);
		if (end == arg || *end)
			argp_error(state, "--cpu must be the number of a CPU, not '%s'", arg);
		break;
	case ARGP_KEY_ARG: {
		struct run *run = &opt->runs[opt->nr_runs];

		if (opt->nr_runs == MAX_RUNS)
			argp_error(state, "at most %d runs", MAX_RUNS);
		run->name = strsep(&arg, ":");
		run->frames_path = strsep(&arg, ":");
		run->trace_path = arg;
		if (!run->frames_path)
			argp_error(state, "a run is NAME:FRAMES.csv[:TRACE]");
		opt->nr_runs++;
		break;
	}
	case ARGP_KEY_END:
		if (!opt->nr_runs)
			argp_error(state, "no run given");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct argp_option args[] = {
		{ "output", 'o', "FILE", 0, "write the SVG to FILE (default: standard output)", 0 },
		{ "cpu", 'c', "CPU", 0, "CPU whose frequency is drawn (default 0)", 0 },
		{ "title", 't', "TEXT", 0, "title of the picture", 0 },
		{ 0 }
	};
	static const struct argp argp = {
		args, parse, "NAME:FRAMES.csv[:TRACE]...",
		"Draw frequency, level and deadline slack of runs of dnnrun over time.\v"
		"TRACE is the text of the kernel's cpu_frequency trace event, taken with "
		"trace_clock mono.", NULL, NULL, NULL
	};
	struct options opt = { .title = "dnn_gov: frequency, level and slack over time" };
	FILE *svg = stdout;
	int ret;

	argp_parse(&argp, argc, argv, 0, NULL, &opt);
	for (size_t r = 0; r < opt.nr_runs; r++)
		read_run(&opt.runs[r], opt.cpu);
	if (opt.out) {
		svg = fopen(opt.out, "w");
		if (!svg)
			error(1, errno, "%s", opt.out);
	}
	ret = draw(&opt, svg);
	if (fclose(svg) || ret)
		error(1, errno, "%s", opt.out ? opt.out : "standard output");
	for (size_t r = 0; r < opt.nr_runs; r++) {
		free(opt.runs[r].rows);
		free(opt.runs[r].steps);
	}
	return 0;
}
