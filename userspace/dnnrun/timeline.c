// SPDX-License-Identifier: MIT
/*
 * dnn-timeline: draw runs of dnnrun as one SVG: frequency, level and deadline
 * slack over time, a panel for each run, phases shaded.
 */
#include <argp.h>
#include <errno.h>
#include <error.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "framelog.h"

#define MAX_RUNS 8

enum {
	WIDTH = 1270, LEFT = 116, RIGHT = 20, TOP = 92, BOTTOM = 64,
	KHZ_H = 84, LEVEL_H = 46, SLACK_H = 64, GAP = 10, TITLE_H = 26,
	PANEL_H = TITLE_H + KHZ_H + LEVEL_H + SLACK_H + 2 * GAP + 22,
	PLOT_W = WIDTH - LEFT - RIGHT,
};

/* colours that stay apart for the colour-blind, on white and in print */
static const char blue[] = "#1f5fa8", orange[] = "#d9730d", teal[] = "#2a9d8f", red[] = "#c1121f";

struct step {
	uint64_t us;
	uint32_t khz;
};

struct run {
	const char *name;
	const char *frames_path;
	const char *trace_path;		/* may be NULL */
	struct framelog_row *rows;
	size_t nr_rows;
	struct step *steps;
	size_t nr_steps;
	uint64_t t0;			/* release of the first frame */
};

struct options {
	const char *out;
	const char *title;
	unsigned int cpu;
	struct run runs[MAX_RUNS];
	size_t nr_runs;
};

struct scale {
	uint64_t span_us;
	uint32_t max_khz;
	uint32_t max_level;
	double max_slack_ms;
	double min_slack_ms;
};

static double x_of(const struct scale *scale, double us)
{
	if (us < 0)
		us = 0;
	if (us > scale->span_us)
		us = scale->span_us;
	return LEFT + us * PLOT_W / scale->span_us;
}

static double slack_ms(const struct framelog_row *row)
{
	return ((double)row->deadline_us - (double)row->end_us) / 1000;
}

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
		run->steps[run->nr_steps++] = (struct step){ s * 1000000 + us, khz };
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
	run->t0 = run->rows[0].release_us;
	if (run->trace_path)
		read_trace(run, cpu);
}

static void find_scale(const struct options *opt, struct scale *scale)
{
	*scale = (struct scale){ .span_us = 1, .max_khz = 1, .max_level = 1, .max_slack_ms = 1 };
	for (size_t r = 0; r < opt->nr_runs; r++) {
		const struct run *run = &opt->runs[r];

		for (size_t i = 0; i < run->nr_rows; i++) {
			const struct framelog_row *row = &run->rows[i];
			uint64_t last = row->end_us > row->deadline_us ? row->end_us : row->deadline_us;

			if (last - run->t0 > scale->span_us)
				scale->span_us = last - run->t0;
			if (row->level > scale->max_level)
				scale->max_level = row->level;
			if (!row->end_us)
				continue;
			if (slack_ms(row) > scale->max_slack_ms)
				scale->max_slack_ms = slack_ms(row);
			if (slack_ms(row) < scale->min_slack_ms)
				scale->min_slack_ms = slack_ms(row);
		}
		for (size_t i = 0; i < run->nr_steps; i++)
			if (run->steps[i].khz > scale->max_khz)
				scale->max_khz = run->steps[i].khz;
	}
	/* one very late frame must not flatten all the others */
	if (scale->min_slack_ms < -2 * scale->max_slack_ms)
		scale->min_slack_ms = -2 * scale->max_slack_ms;
}

static void axis_label(FILE *svg, double y, const char *text)
{
	fprintf(svg, "<text x=\"%d\" y=\"%.1f\" class=\"a\">%s</text>\n", LEFT - 8, y + 4, text);
}

static void draw_phases(FILE *svg, const struct run *run, const struct scale *scale, double y,
			double height)
{
	size_t first = 0;
	unsigned int shade = 0;

	for (size_t i = 1; i <= run->nr_rows; i++) {
		double x0, x1;

		if (i < run->nr_rows && !strcmp(run->rows[i].phase, run->rows[first].phase))
			continue;
		x0 = x_of(scale, (double)(run->rows[first].release_us - run->t0));
		x1 = i < run->nr_rows ? x_of(scale, (double)(run->rows[i].release_us - run->t0)) :
					x_of(scale, (double)(run->rows[i - 1].deadline_us - run->t0));
		fprintf(svg, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>\n",
			x0, y, x1 - x0, height, shade++ % 2 ? "#eceff3" : "#f7f8fa");
		fprintf(svg, "<text x=\"%.1f\" y=\"%.1f\" class=\"p\">%s</text>\n", x0 + 4, y - 5,
			run->rows[first].phase);
		first = i;
	}
}

static void draw_khz(FILE *svg, const struct run *run, const struct scale *scale, double y)
{
	uint64_t end_us = run->t0 + scale->span_us;
	uint32_t khz = 0;
	char text[32];

	snprintf(text, sizeof(text), "%.1f GHz", scale->max_khz / 1e6);
	axis_label(svg, y + 4, text);
	axis_label(svg, y + KHZ_H, "0");
	if (!run->nr_steps)
		return;
	for (size_t i = 0; i < run->nr_steps && run->steps[i].us <= run->t0; i++)
		khz = run->steps[i].khz;
	fprintf(svg, "<path fill=\"none\" stroke=\"%s\" stroke-width=\"1\" d=\"", blue);
	if (khz)
		fprintf(svg, "M%d %.1f", LEFT, y + KHZ_H - (double)khz * KHZ_H / scale->max_khz);
	for (size_t i = 0; i < run->nr_steps; i++) {
		const struct step *step = &run->steps[i];
		double x;

		if (step->us <= run->t0 || step->us > end_us)
			continue;
		x = x_of(scale, (double)(step->us - run->t0));
		fprintf(svg, "%c%.1f %.1f", khz ? 'L' : 'M', x,
			y + KHZ_H - (double)(khz ? khz : step->khz) * KHZ_H / scale->max_khz);
		khz = step->khz;
		fprintf(svg, "V%.1f", y + KHZ_H - (double)khz * KHZ_H / scale->max_khz);
	}
	/* no event since: it still runs at that */
	fprintf(svg, "H%d\"/>\n", WIDTH - RIGHT);
}

static void draw_frames(FILE *svg, const struct run *run, const struct scale *scale, double level_y,
			double slack_y)
{
	double range = scale->max_slack_ms - scale->min_slack_ms;
	double zero_y = slack_y + scale->max_slack_ms * SLACK_H / range;
	double floor_y = slack_y + SLACK_H;
	char text[32];

	snprintf(text, sizeof(text), "level %" PRIu32, scale->max_level);
	axis_label(svg, level_y + 6, text);
	snprintf(text, sizeof(text), "+%.0f ms", scale->max_slack_ms);
	axis_label(svg, slack_y + 4, text);
	axis_label(svg, zero_y, "deadline");
	for (size_t i = 0; i < run->nr_rows; i++) {
		const struct framelog_row *row = &run->rows[i];
		double x = x_of(scale, (double)(row->release_us - run->t0));
		double width = x_of(scale, (double)(row->deadline_us - run->t0)) - x;
		double height = (double)row->level * LEVEL_H / scale->max_level;
		double y;

		if (width > 1.5)
			width -= 0.8;
		fprintf(svg,
			"<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\" fill=\"%s\">"
			"<title>frame %" PRIu32 ", %s: level %" PRIu32 " of grant %" PRIu32 "</title></rect>\n",
			x, level_y + LEVEL_H - height, width, height, teal, row->frame, row->phase,
			row->level, row->grant);
		if (framelog_met(row)) {
			y = zero_y - slack_ms(row) * SLACK_H / range;
			fprintf(svg,
				"<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\" fill=\"%s\"/>\n",
				x, y, width, zero_y - y, orange);
			continue;
		}
		/* a frame that never ran reaches down to the floor */
		y = row->end_us ? zero_y - slack_ms(row) * SLACK_H / range : floor_y;
		if (y > floor_y)
			y = floor_y;
		if (y < zero_y + 2)
			y = zero_y + 2;
		fprintf(svg,
			"<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\" fill=\"%s\"/>\n",
			x, zero_y, width, y - zero_y, red);
	}
	fprintf(svg, "<path stroke=\"#333\" stroke-width=\"0.8\" d=\"M%d %.1fH%d\"/>\n", LEFT, zero_y,
		WIDTH - RIGHT);
}

static void draw_panel(FILE *svg, const struct run *run, const struct scale *scale, double y)
{
	double khz_y = y + TITLE_H, level_y = khz_y + KHZ_H + GAP, slack_y = level_y + LEVEL_H + GAP;
	size_t missed = 0;

	for (size_t i = 0; i < run->nr_rows; i++)
		missed += !framelog_met(&run->rows[i]);
	fprintf(svg, "<text x=\"%d\" y=\"%.1f\" class=\"a t\">%s</text>\n", LEFT - 8, y + 18, run->name);
	fprintf(svg, "<text x=\"%d\" y=\"%.1f\" class=\"a m\" fill=\"%s\">%zu of %zu missed</text>\n",
		WIDTH - RIGHT, y + 18, missed ? red : "#333", missed, run->nr_rows);
	draw_phases(svg, run, scale, khz_y, slack_y + SLACK_H - khz_y);
	draw_khz(svg, run, scale, khz_y);
	draw_frames(svg, run, scale, level_y, slack_y);
}

static void draw_time_axis(FILE *svg, const struct scale *scale, double y)
{
	double step = 1e5;

	while (scale->span_us / step > 16)
		step *= scale->span_us / step > 32 ? 5 : 2;
	for (double us = 0; us <= scale->span_us; us += step)
		fprintf(svg, "<text x=\"%.1f\" y=\"%.1f\" class=\"x\">%.1f s</text>\n",
			x_of(scale, us), y, us / 1e6);
}

static void draw_legend(FILE *svg, double y)
{
	static const struct {
		const char *colour, *text;
	} entries[] = {
		{ blue, "frequency of the stream's CPU" },
		{ teal, "level (channel groups) of each frame" },
		{ orange, "slack: time left before the deadline" },
		{ red, "missed or skipped frame" },
	};
	double x = LEFT;

	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		fprintf(svg, "<rect x=\"%.1f\" y=\"%.1f\" width=\"12\" height=\"12\" fill=\"%s\"/>\n", x,
			y - 10, entries[i].colour);
		fprintf(svg, "<text x=\"%.1f\" y=\"%.1f\" class=\"l\">%s</text>\n", x + 17, y,
			entries[i].text);
		x += 282;
	}
}

static int draw(const struct options *opt, FILE *svg)
{
	struct scale scale;
	double height = TOP + (double)opt->nr_runs * PANEL_H + BOTTOM;
	double y = TOP;

	find_scale(opt, &scale);
	fprintf(svg,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %.0f\" width=\"%d\" "
		"height=\"%.0f\" font-family=\"sans-serif\" font-size=\"12\">\n"
		"<style>.a{text-anchor:end;fill:#555}.t{font-size:14px;font-weight:bold;fill:#111}"
		".m{font-size:12px}.x{text-anchor:middle;fill:#555}.p{fill:#777;font-size:11px}"
		".l{fill:#333}</style>\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
		"<text x=\"%d\" y=\"34\" font-size=\"18\" font-weight=\"bold\">%s</text>\n",
		WIDTH, height, WIDTH, height, LEFT, opt->title);
	draw_legend(svg, 62);
	for (size_t r = 0; r < opt->nr_runs; r++, y += PANEL_H)
		draw_panel(svg, &opt->runs[r], &scale, y);
	draw_time_axis(svg, &scale, y + 14);
	fprintf(svg, "</svg>\n");
	return ferror(svg) ? -EIO : 0;
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
