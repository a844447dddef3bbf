// SPDX-License-Identifier: MIT
#include "draw.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

enum {
	WIDTH = 1270, LEFT = 116, RIGHT = 20, TOP = 92, BOTTOM = 64,
	KHZ_H = 84, LEVEL_H = 46, SLACK_H = 64, GAP = 10, TITLE_H = 26,
	PANEL_H = TITLE_H + KHZ_H + LEVEL_H + SLACK_H + 2 * GAP + 22,
	PLOT_W = WIDTH - LEFT - RIGHT,
};

/* colours that stay apart for the colour-blind, on white and in print */
static const char blue[] = "#1f5fa8", orange[] = "#d9730d", teal[] = "#2a9d8f", red[] = "#c1121f";

/*
 * What all panels share. The lowest strip shows from @min_ms (0 or less) to @max_ms: slack before
 * the deadline, or, where frames have none, latency.
 */
struct scale {
	bool deadlines;
	uint64_t span_us;
	uint32_t max_khz;
	uint32_t max_level;
	double max_ms;
	double min_ms;
};

static double x_of(const struct scale *scale, double us)
{
	if (us < 0)
		us = 0;
	if (us > scale->span_us)
		us = scale->span_us;
	return LEFT + us * PLOT_W / scale->span_us;
}

static uint64_t first_us(const struct draw_run *run)
{
	return run->rows[0].release_us;
}

/* Where the picture of a frame ends. */
static uint64_t last_us(const struct framelog_row *row)
{
	uint64_t last = row->end_us > row->deadline_us ? row->end_us : row->deadline_us;

	return last > row->release_us ? last : row->release_us;
}

static double value_ms(const struct scale *scale, const struct framelog_row *row)
{
	if (!scale->deadlines)
		return ((double)row->end_us - (double)row->release_us) / 1000;
	return ((double)row->deadline_us - (double)row->end_us) / 1000;
}

/* A frame without a deadline is only missed when it was never run. */
static bool is_met(const struct framelog_row *row)
{
	return row->deadline_us ? framelog_met(row) : row->end_us != 0;
}

/* Text between tags and in attributes: what has a meaning there, and what XML forbids. */
static void put_text(FILE *svg, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c == 0x7f || strchr("<>&\"", c))
			fprintf(svg, "&#%d;", c < 0x20 || c == 0x7f ? '?' : c);
		else
			fputc(c, svg);
	}
}

static void find_scale(const struct draw_run *runs, size_t nr_runs, struct scale *scale)
{
	*scale = (struct scale){ .span_us = 1, .max_khz = 1, .max_level = 1, .max_ms = 1 };
	scale->deadlines = runs[0].rows[0].deadline_us;
	for (size_t r = 0; r < nr_runs; r++) {
		const struct draw_run *run = &runs[r];

		if (run->levels > scale->max_level)
			scale->max_level = run->levels;
		for (size_t i = 0; i < run->nr_rows; i++) {
			const struct framelog_row *row = &run->rows[i];

			if (last_us(row) - first_us(run) > scale->span_us)
				scale->span_us = last_us(row) - first_us(run);
			if (row->level > scale->max_level)
				scale->max_level = row->level;
			if (!row->end_us)
				continue;
			if (value_ms(scale, row) > scale->max_ms)
				scale->max_ms = value_ms(scale, row);
			if (value_ms(scale, row) < scale->min_ms)
				scale->min_ms = value_ms(scale, row);
		}
		for (size_t i = 0; i < run->nr_steps; i++)
			if (run->steps[i].khz > scale->max_khz)
				scale->max_khz = run->steps[i].khz;
	}
	/* one very late frame must not flatten all the others */
	if (scale->min_ms < -2 * scale->max_ms)
		scale->min_ms = -2 * scale->max_ms;
}

static void axis_label(FILE *svg, double y, const char *text)
{
	fprintf(svg, "<text x=\"%d\" y=\"%.1f\" class=\"a\">%s</text>\n", LEFT - 8, y + 4, text);
}

static void draw_phases(FILE *svg, const struct draw_run *run, const struct scale *scale, double y,
			double height)
{
	size_t first = 0;
	unsigned int shade = 0;

	for (size_t i = 1; i <= run->nr_rows; i++) {
		double x0, x1;
		uint64_t end;

		if (i < run->nr_rows && !strcmp(run->rows[i].phase, run->rows[first].phase))
			continue;
		x0 = x_of(scale, (double)(run->rows[first].release_us - first_us(run)));
		end = i < run->nr_rows ? run->rows[i].release_us :
		      scale->deadlines ? run->rows[i - 1].deadline_us : last_us(&run->rows[i - 1]);
		x1 = x_of(scale, (double)(end - first_us(run)));
		fprintf(svg, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>\n",
			x0, y, x1 - x0, height, shade++ % 2 ? "#eceff3" : "#f7f8fa");
		fprintf(svg, "<text x=\"%.1f\" y=\"%.1f\" class=\"p\">%s</text>\n", x0 + 4, y - 5,
			run->rows[first].phase);
		first = i;
	}
}

static void draw_khz(FILE *svg, const struct draw_run *run, const struct scale *scale, double y)
{
	uint64_t end_us = first_us(run) + scale->span_us;
	uint32_t khz = 0;
	char text[32];

	if (!run->nr_steps) {
		fprintf(svg, "<text x=\"%d\" y=\"%.1f\" class=\"p\">frequency not known</text>\n",
			LEFT + 4, y + (double)KHZ_H / 2);
		return;
	}
	snprintf(text, sizeof(text), "%.1f GHz", scale->max_khz / 1e6);
	axis_label(svg, y + 4, text);
	axis_label(svg, y + KHZ_H, "0");
	for (size_t i = 0; i < run->nr_steps && run->steps[i].us <= first_us(run); i++)
		khz = run->steps[i].khz;
	fprintf(svg, "<path fill=\"none\" stroke=\"%s\" stroke-width=\"1\" d=\"", blue);
	if (khz)
		fprintf(svg, "M%d %.1f", LEFT, y + KHZ_H - (double)khz * KHZ_H / scale->max_khz);
	for (size_t i = 0; i < run->nr_steps; i++) {
		const struct draw_step *step = &run->steps[i];
		double x;

		if (step->us <= first_us(run) || step->us > end_us)
			continue;
		x = x_of(scale, (double)(step->us - first_us(run)));
		fprintf(svg, "%c%.1f %.1f", khz ? 'L' : 'M', x,
			y + KHZ_H - (double)(khz ? khz : step->khz) * KHZ_H / scale->max_khz);
		khz = step->khz;
		fprintf(svg, "V%.1f", y + KHZ_H - (double)khz * KHZ_H / scale->max_khz);
	}
	/* no event since: it still runs at that */
	fprintf(svg, "H%d\"/>\n", WIDTH - RIGHT);
}

static void draw_frames(FILE *svg, const struct draw_run *run, const struct scale *scale, double level_y,
			double slack_y)
{
	double range = scale->max_ms - scale->min_ms;
	double zero_y = slack_y + scale->max_ms * SLACK_H / range;
	double floor_y = slack_y + SLACK_H;
	char text[32];

	snprintf(text, sizeof(text), "level %" PRIu32, scale->max_level);
	axis_label(svg, level_y + 6, text);
	snprintf(text, sizeof(text), "%s%.*f ms", scale->deadlines ? "+" : "", scale->max_ms < 10,
		 scale->max_ms);
	axis_label(svg, slack_y + 4, text);
	axis_label(svg, zero_y, scale->deadlines ? "deadline" : "0");
	for (size_t i = 0; i < run->nr_rows; i++) {
		const struct framelog_row *row = &run->rows[i];
		uint64_t width_end = scale->deadlines ? row->deadline_us : last_us(row);
		double x = x_of(scale, (double)(row->release_us - first_us(run)));
		double width = x_of(scale, (double)(width_end - first_us(run))) - x;
		double height = (double)row->level * LEVEL_H / scale->max_level;
		double y;

		if (width > 1.5)
			width -= 0.8;
		fprintf(svg,
			"<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\" fill=\"%s\">"
			"<title>frame %" PRIu32 ", %s: level %" PRIu32 " of grant %" PRIu32 "</title></rect>\n",
			x, level_y + LEVEL_H - height, width, height, teal, row->frame, row->phase,
			row->level, row->grant);
		if (is_met(row)) {
			y = zero_y - value_ms(scale, row) * SLACK_H / range;
			fprintf(svg,
				"<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\" fill=\"%s\"/>\n",
				x, y, width, zero_y - y, orange);
			continue;
		}
		/* a frame that never ran reaches down to the floor */
		y = row->end_us ? zero_y - value_ms(scale, row) * SLACK_H / range : floor_y;
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

static void draw_panel(FILE *svg, const struct draw_run *run, const struct scale *scale, double y)
{
	double khz_y = y + TITLE_H, level_y = khz_y + KHZ_H + GAP, slack_y = level_y + LEVEL_H + GAP;
	size_t missed = 0;

	for (size_t i = 0; i < run->nr_rows; i++)
		missed += !is_met(&run->rows[i]);
	fprintf(svg, "<text x=\"%d\" y=\"%.1f\" class=\"a t\">", LEFT - 8, y + 18);
	put_text(svg, run->name);
	fprintf(svg, "</text>\n<text x=\"%d\" y=\"%.1f\" class=\"a m\" fill=\"%s\">%zu of %zu missed</text>\n",
		WIDTH - RIGHT, y + 18, missed ? red : "#333", missed, run->nr_rows);
	draw_phases(svg, run, scale, khz_y, slack_y + SLACK_H - khz_y);
	draw_khz(svg, run, scale, khz_y);
	draw_frames(svg, run, scale, level_y, slack_y);
}

static void draw_time_axis(FILE *svg, const struct scale *scale, double y)
{
	bool is_short = scale->span_us < 800000;
	double step = is_short ? 100 : 1e5;

	while (scale->span_us / step > 16)
		step *= scale->span_us / step > 32 ? 5 : 2;
	for (double us = 0; us <= scale->span_us; us += step)
		fprintf(svg, "<text x=\"%.1f\" y=\"%.1f\" class=\"x\">%.1f %s</text>\n",
			x_of(scale, us), y, is_short ? us / 1e3 : us / 1e6, is_short ? "ms" : "s");
}

static void draw_legend(FILE *svg, const struct scale *scale, double y)
{
	const struct {
		const char *colour, *text;
	} entries[] = {
		{ blue, "frequency of the stream's CPU" },
		{ teal, "level (channel groups) of each frame" },
		{ orange, scale->deadlines ? "slack: time left before the deadline" :
				     "latency: from release to answer" },
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

int draw_svg(FILE *svg, const char *title, const struct draw_run *runs, size_t nr_runs)
{
	struct scale scale;
	double height = TOP + (double)nr_runs * PANEL_H + BOTTOM;
	double y = TOP;

	find_scale(runs, nr_runs, &scale);
	fprintf(svg,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %.0f\" width=\"%d\" "
		"height=\"%.0f\" font-family=\"sans-serif\" font-size=\"12\">\n"
		"<style>.a{text-anchor:end;fill:#555}.t{font-size:14px;font-weight:bold;fill:#111}"
		".m{font-size:12px}.x{text-anchor:middle;fill:#555}.p{fill:#777;font-size:11px}"
		".l{fill:#333}</style>\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
		"<text x=\"%d\" y=\"34\" font-size=\"18\" font-weight=\"bold\">",
		WIDTH, height, WIDTH, height, LEFT);
	put_text(svg, title);
	fputs("</text>\n", svg);
	draw_legend(svg, &scale, 62);
	for (size_t r = 0; r < nr_runs; r++, y += PANEL_H)
		draw_panel(svg, &runs[r], &scale, y);
	draw_time_axis(svg, &scale, y + 14);
	fprintf(svg, "</svg>\n");
	return ferror(svg) ? -EIO : 0;
}

