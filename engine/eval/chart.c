// SPDX-License-Identifier: MIT
/*
 * Modes of one network often lie close together: markers differ in form and size, those of the
 * larger forms are hollow and drawn first, so that none hides another. Levels are not written
 * beside the markers, where they would collide, but above the panel, each over its points.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "chart.h"

enum {
	PLOT_W = 470, PLOT_H = 300,
	LEFT = 70, RIGHT = 24, TOP = 80, BOTTOM = 20, AXIS_H = 48, TITLE_H = 26,
	TAG_H = 15, TAG_W = 18, TAG_ROWS = 8, TAG_GAP = 10,
	COLUMNS = 2,
	TICKS = 6,
	PANEL_W = LEFT + PLOT_W + RIGHT,
};

/* Colours that stay apart for the colour-blind. The white ground is drawn, not the viewer's. */
static const struct style {
	const char *colour;
	double width;			/* of the line */
} styles[MODE_COUNT] = {
	[MODE_INCREMENTAL] = { "#1f5fa8", 2.6 },
	[MODE_STATIC] = { "#d9730d", 1.5 },
	[MODE_TRIANGULAR] = { "#2a9d8f", 1.5 },
	[MODE_SLIMMABLE] = { "#8e3b9e", 1.5 },
	[MODE_INT8] = { "#b3203a", 1.5 },
};

/* Large forms first, the small solid one last. */
static const enum table_mode draw_order[MODE_COUNT] = {
	MODE_SLIMMABLE, MODE_STATIC, MODE_TRIANGULAR, MODE_INT8, MODE_INCREMENTAL,
};

/* Levels that lie over each other share a tag. */
struct tag {
	unsigned int level;
	double x;
	unsigned int row;
	const char *colour;		/* of the only mode that it is for, or grey */
};

struct panel {
	const struct table_row *rows;	/* sorted by mode and level */
	size_t count;
	double max_x, step_x;		/* million multiply-accumulates */
	double min_y, max_y, step_y;	/* percent */
	struct tag *tags;
	size_t tag_count;
	unsigned int tag_rows;
	double left, top;		/* of the plot */
};

/* 1, 2 or 5 times a power of ten, so that a range has at most TICKS of them. */
static double nice_step(double range)
{
	double step = pow(10, floor(log10(range / TICKS)));

	if (range / step <= TICKS)
		return step;
	if (range / (2 * step) <= TICKS)
		return 2 * step;
	return range / (5 * step) <= TICKS ? 5 * step : 10 * step;
}

static void find_scale(struct panel *p)
{
	double low = 100, high = 0, most = 0;

	for (size_t i = 0; i < p->count; i++) {
		low = fmin(low, p->rows[i].top1);
		high = fmax(high, p->rows[i].top1);
		most = fmax(most, p->rows[i].macs / 1e6);
	}
	/* Half a point at least: less is mostly chance. */
	p->step_y = nice_step(fmax(1.2 * (high - low), 0.5));
	p->min_y = p->step_y * floor((low - 0.1 * p->step_y) / p->step_y);
	p->max_y = p->step_y * ceil((high + 0.1 * p->step_y) / p->step_y);
	if (p->min_y < 0)
		p->min_y = 0;
	if (p->max_y > 100)
		p->max_y = 100;
	p->step_x = nice_step(1.05 * most);
	p->max_x = 1.05 * most;
}

static double x_of(const struct panel *p, const struct table_row *row)
{
	return row->macs / 1e6 * PLOT_W / p->max_x;
}

static double y_of(const struct panel *p, double top1)
{
	return PLOT_H - (top1 - p->min_y) * PLOT_H / (p->max_y - p->min_y);
}

static int by_x(const void *a, const void *b)
{
	const struct tag *s = a, *t = b;

	return s->x < t->x ? -1 : s->x > t->x;
}

static void add_tag(struct panel *p, const struct table_row *row)
{
	double x = x_of(p, row);

	for (size_t i = 0; i < p->tag_count; i++) {
		struct tag *tag = &p->tags[i];

		if (tag->level != row->level || fabs(tag->x - x) > 3)
			continue;
		tag->colour = "#555";
		return;
	}
	p->tags[p->tag_count++] = (struct tag){
		.level = row->level, .x = x, .colour = styles[row->mode].colour,
	};
}

/* Tags too close to their left neighbour go to a row above. */
static int place_tags(struct panel *p)
{
	double end[TAG_ROWS];

	p->tags = calloc(p->count, sizeof(*p->tags));
	if (!p->tags)
		return -ENOMEM;
	for (size_t i = 0; i < p->count; i++)
		add_tag(p, &p->rows[i]);
	qsort(p->tags, p->tag_count, sizeof(*p->tags), by_x);
	for (unsigned int r = 0; r < TAG_ROWS; r++)
		end[r] = -TAG_W;
	for (size_t i = 0; i < p->tag_count; i++) {
		struct tag *tag = &p->tags[i];

		while (tag->row + 1 < TAG_ROWS && tag->x - end[tag->row] < TAG_W)
			tag->row++;
		end[tag->row] = tag->x;
		if (tag->row + 1 > p->tag_rows)
			p->tag_rows = tag->row + 1;
	}
	return 0;
}

static void draw_marker(FILE *svg, enum table_mode mode, double x, double y)
{
	const char *colour = styles[mode].colour;

	switch (mode) {
	case MODE_INCREMENTAL:
		fprintf(svg, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.6\" fill=\"%s\"", x, y, colour);
		break;
	case MODE_STATIC:
		fprintf(svg, "<rect x=\"%.1f\" y=\"%.1f\" width=\"13\" height=\"13\" class=\"h\" "
			"stroke=\"%s\"", x - 6.5, y - 6.5, colour);
		break;
	case MODE_TRIANGULAR:
		fprintf(svg, "<path d=\"M%.1f %.1fl6.5 11h-13z\" class=\"h\" stroke=\"%s\"", x,
			y - 7.3, colour);
		break;
	case MODE_INT8:
		fprintf(svg, "<path d=\"M%.1f %.1fl12 12m0 -12l-12 12\" class=\"h\" "
			"stroke=\"%s\"", x - 6, y - 6, colour);
		break;
	default:
		fprintf(svg, "<path d=\"M%.1f %.1fl9 9l-9 9l-9 -9z\" class=\"h\" "
			"stroke=\"%s\"", x, y - 9, colour);
	}
}

static void draw_axes(FILE *svg, const struct panel *p)
{
	int decimals = p->step_y < 0.999 ? p->step_y < 0.0999 ? 2 : 1 : 0;

	for (double y = p->min_y; y < p->max_y + p->step_y / 2; y += p->step_y) {
		double at = p->top + y_of(p, y);

		fprintf(svg, "<path class=\"g\" d=\"M%.1f %.1fh%d\"/>\n", p->left, at, PLOT_W);
		fprintf(svg, "<text class=\"r\" x=\"%.1f\" y=\"%.1f\">%.*f</text>\n", p->left - 8,
			at + 4, decimals, y);
	}
	decimals = p->step_x < 0.999 ? (int)ceil(-log10(p->step_x) - 1e-9) : 0;
	for (double x = 0; x <= p->max_x; x += p->step_x) {
		double at = p->left + x * PLOT_W / p->max_x;

		fprintf(svg, "<path class=\"k\" d=\"M%.1f %.1fv5\"/>\n", at, p->top + PLOT_H);
		fprintf(svg, "<text class=\"c\" x=\"%.1f\" y=\"%.1f\">%.*f</text>\n", at,
			p->top + PLOT_H + 19, decimals, x);
	}
	fprintf(svg, "<path class=\"k\" d=\"M%.1f %.1fv%dh%d\"/>\n", p->left, p->top, PLOT_H,
		PLOT_W);
	fprintf(svg,
		"<text class=\"c\" x=\"%.1f\" y=\"%.1f\">million multiply-accumulates</text>\n",
		p->left + PLOT_W / 2.0, p->top + PLOT_H + 38);
	fprintf(svg, "<text class=\"c\" transform=\"translate(%.1f %.1f) rotate(-90)\">top-1, %%"
		"</text>\n", p->left - 48, p->top + PLOT_H / 2.0);
}

static void draw_tags(FILE *svg, const struct panel *p)
{
	fprintf(svg, "<text class=\"r\" x=\"%.1f\" y=\"%.1f\">level</text>\n", p->left - 8,
		p->top - TAG_GAP - 2);
	for (size_t i = 0; i < p->tag_count; i++) {
		const struct tag *tag = &p->tags[i];

		fprintf(svg, "<path class=\"d\" stroke=\"%s\" d=\"M%.1f %.1fV%.1f\"/>\n",
			tag->colour, p->left + tag->x, p->top - TAG_GAP - tag->row * TAG_H,
			p->top + PLOT_H);
	}
	for (size_t i = 0; i < p->tag_count; i++) {
		const struct tag *tag = &p->tags[i];
		double x = p->left + tag->x, y = p->top - TAG_GAP - tag->row * TAG_H;

		/* Its own ground keeps guides of other tags out of the figure. */
		fprintf(svg,
			"<rect x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"13\" fill=\"white\"/>\n"
			"<text class=\"c b\" fill=\"%s\" x=\"%.1f\" y=\"%.1f\">%u</text>\n",
			x - TAG_W / 2.0 + 1, y - 13, TAG_W - 2, tag->colour, x, y - 2, tag->level);
	}
}

static void draw_line(FILE *svg, const struct panel *p, enum table_mode mode)
{
	bool begun = false;

	for (size_t i = 0; i < p->count; i++) {
		const struct table_row *row = &p->rows[i];

		if (row->mode != mode)
			continue;
		if (!begun)
			fprintf(svg,
				"<path fill=\"none\" stroke=\"%s\" stroke-width=\"%.1f\" d=\"M",
				styles[mode].colour, styles[mode].width);
		fprintf(svg, "%s%.1f %.1f", begun ? "L" : "", p->left + x_of(p, row),
			p->top + y_of(p, row->top1));
		begun = true;
	}
	if (begun)
		fputs("\"/>\n", svg);
}

static void draw_points(FILE *svg, const struct panel *p, enum table_mode mode)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct table_row *row = &p->rows[i];

		if (row->mode != mode)
			continue;
		draw_marker(svg, mode, p->left + x_of(p, row), p->top + y_of(p, row->top1));
		fprintf(svg,
			"><title>%s, level %u: %.2f %%, %" PRIu64 " multiply-accumulates</title>"
			"</%s>\n", table_mode_name(mode), row->level, row->top1, row->macs,
			mode == MODE_INCREMENTAL ? "circle" :
			mode == MODE_STATIC ? "rect" : "path");
	}
}

static void draw_panel(FILE *svg, const struct panel *p, unsigned int tag_rows)
{
	fprintf(svg, "<text class=\"t\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", p->left,
		p->top - TAG_GAP - 8 - tag_rows * TAG_H, p->rows[0].dataset);
	draw_axes(svg, p);
	draw_tags(svg, p);
	for (int m = 0; m < MODE_COUNT; m++)
		draw_line(svg, p, draw_order[m]);
	for (int m = 0; m < MODE_COUNT; m++)
		draw_points(svg, p, draw_order[m]);
}

static void draw_legend(FILE *svg, const struct table_row *rows, size_t count)
{
	double x = LEFT, y = 58;

	for (int m = 0; m < MODE_COUNT; m++) {
		bool used = false;

		for (size_t i = 0; i < count; i++)
			used |= (int)rows[i].mode == m;
		if (!used)
			continue;
		fprintf(svg, "<path stroke=\"%s\" stroke-width=\"%.1f\" d=\"M%.1f %.1fh32\"/>\n",
			styles[m].colour, styles[m].width, x, y);
		draw_marker(svg, m, x + 16, y);
		fprintf(svg, "/>\n<text x=\"%.1f\" y=\"%.1f\">%s</text>\n", x + 39, y + 4,
			table_mode_name(m));
		x += 112;
	}
}

static int by_mode(const void *a, const void *b)
{
	const struct table_row *r = a, *s = b;

	if (r->mode != s->mode)
		return r->mode < s->mode ? -1 : 1;
	return r->level < s->level ? -1 : r->level > s->level;
}

/* Rows of a data set next to each other, each set sorted by mode and level; fills in panels. */
static size_t split(struct table_row *rows, size_t count, struct panel *panels)
{
	size_t sets = 0;

	for (size_t begin = 0, end; begin < count; begin = end) {
		end = begin + 1;
		for (size_t i = end; i < count; i++) {
			struct table_row row = rows[i];

			if (strcmp(row.dataset, rows[begin].dataset))
				continue;
			memmove(&rows[end + 1], &rows[end], (i - end) * sizeof(*rows));
			rows[end++] = row;
		}
		qsort(&rows[begin], end - begin, sizeof(*rows), by_mode);
		panels[sets++] = (struct panel){ .rows = &rows[begin], .count = end - begin };
	}
	return sets;
}

static void draw_all(FILE *svg, const struct table_row *rows, size_t count, struct panel *panels,
		     size_t sets, unsigned int tag_rows)
{
	int columns = sets < COLUMNS ? sets : COLUMNS;
	int above = TITLE_H + TAG_GAP + tag_rows * TAG_H, panel_h = above + PLOT_H + AXIS_H;
	int width = columns * PANEL_W;
	int height = TOP + (sets + columns - 1) / columns * panel_h + BOTTOM;

	fprintf(svg,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
		"height=\"%d\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#333\">\n"
		"<style>.t{font-size:14px;font-weight:bold;fill:#111}.r{text-anchor:end}"
		".c{text-anchor:middle}.b{font-weight:bold}.g{stroke:#e3e6ea}"
		".k{stroke:#555;fill:none}.d{stroke-dasharray:1 3;opacity:.75}"
		".h{fill:white;fill-opacity:.6;stroke-width:1.6}</style>\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
		"<text x=\"%d\" y=\"32\" font-size=\"18\" font-weight=\"bold\">"
		"Accuracy against compute, level by level</text>\n",
		width, height, width, height, LEFT);
	draw_legend(svg, rows, count);
	for (size_t i = 0; i < sets; i++) {
		panels[i].left = LEFT + (int)(i % columns) * PANEL_W;
		panels[i].top = TOP + above + (int)(i / columns) * panel_h;
		draw_panel(svg, &panels[i], tag_rows);
	}
	fputs("</svg>\n", svg);
}

int chart_draw(FILE *svg, struct table_row *rows, size_t count)
{
	struct panel *panels = calloc(count, sizeof(*panels));
	unsigned int tag_rows = 1;
	int ret = panels ? 0 : -ENOMEM;
	size_t sets = 0;

	if (panels)
		sets = split(rows, count, panels);
	for (size_t i = 0; !ret && i < sets; i++) {
		find_scale(&panels[i]);
		ret = place_tags(&panels[i]);
		if (panels[i].tag_rows > tag_rows)
			tag_rows = panels[i].tag_rows;
	}
	if (!ret)
		draw_all(svg, rows, count, panels, sets, tag_rows);
	for (size_t i = 0; i < sets; i++)
		free(panels[i].tags);
	free(panels);
	return ret;
}
