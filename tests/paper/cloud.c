// SPDX-License-Identifier: MIT
/*
 * All points of a level have its accuracy: those of the clusters are drawn a little apart, so
 * that none hides another. Quantities are on a logarithmic scale.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "figure.h"

enum { TOP = 92, LEFT = 58, PLOT_W = PAPER_WIDTH - LEFT - 18, PLOT_H = 280,
	HEIGHT = TOP + PLOT_H + 46, APART = 4, CORES_MAX = 8 };

struct cloud {
	const struct paper_point *points;
	size_t count;
	enum paper_quantity q;
	double low, high;		/* of the quantity */
	double min_y, max_y;		/* percent */
	const struct paper_point *cores[CORES_MAX];	/* the first point of each */
	unsigned int nr_cores;
};

static const char * const titles[PAPER_QUANTITIES] = {
	[PAPER_ENERGY] = "Energy against accuracy",
	[PAPER_POWER] = "Power against accuracy",
	[PAPER_TIME] = "Time against accuracy",
};

static const char * const axes[PAPER_QUANTITIES] = {
	[PAPER_ENERGY] = "energy of an inference, mJ",
	[PAPER_POWER] = "power, mW",
	[PAPER_TIME] = "time of an inference, ms",
};

static unsigned int core_of(const struct cloud *c, const struct paper_point *p)
{
	unsigned int i = 0;

	while (i < c->nr_cores &&
	       (c->cores[i]->board != p->board || c->cores[i]->cluster != p->cluster))
		i++;
	return i;
}

static void find_scale(struct cloud *c)
{
	c->low = c->min_y = INFINITY;
	for (size_t i = 0; i < c->count; i++) {
		const struct paper_point *p = &c->points[i];

		c->low = fmin(c->low, p->takes[c->q]);
		c->high = fmax(c->high, p->takes[c->q]);
		c->min_y = fmin(c->min_y, p->top1);
		c->max_y = fmax(c->max_y, p->top1);
		if (core_of(c, p) == c->nr_cores && c->nr_cores < CORES_MAX)
			c->cores[c->nr_cores++] = p;
	}
	c->low /= 1.2;
	c->high *= 1.2;
	c->min_y = floor(2 * c->min_y - 0.3) / 2;
	c->max_y = ceil(2 * c->max_y + 0.3) / 2;
}

static double x_of(const struct cloud *c, double value)
{
	return LEFT + log(value / c->low) / log(c->high / c->low) * PLOT_W;
}

static double y_of(const struct cloud *c, double top1)
{
	return TOP + PLOT_H - (top1 - c->min_y) / (c->max_y - c->min_y) * PLOT_H;
}

static double apart(const struct cloud *c, const struct paper_point *p)
{
	return (core_of(c, p) - (c->nr_cores - 1) / 2.0) * APART;
}

static void draw_axes(FILE *svg, const struct cloud *c)
{
	static const int steps[] = { 1, 2, 5 };
	bool all = c->high / c->low < 400;	/* room for all the figures */

	for (double ten = pow(10, floor(log10(c->low))); ten < c->high; ten *= 10) {
		for (int s = 0; s < (all ? 3 : 1); s++) {
			double value = ten * steps[s];

			if (value < c->low || value > c->high)
				continue;
			fprintf(svg, "<path class=\"g\" d=\"M%.1f %dv%d\"/>\n", x_of(c, value), TOP,
				PLOT_H);
			fprintf(svg, "<text class=\"c\" x=\"%.1f\" y=\"%d\">%g</text>\n",
				x_of(c, value), TOP + PLOT_H + 18, value);
		}
	}
	for (double y = c->min_y; y < c->max_y + 0.25; y += 0.5) {
		fprintf(svg, "<path class=\"g\" d=\"M%d %.1fh%d\"/>\n", LEFT, y_of(c, y), PLOT_W);
		fprintf(svg, "<text class=\"r\" x=\"%d\" y=\"%.1f\">%.1f</text>\n", LEFT - 6,
			y_of(c, y) + 4, y);
	}
	fprintf(svg, "<path class=\"k\" d=\"M%d %dv%dh%d\"/>\n", LEFT, TOP, PLOT_H, PLOT_W);
	fprintf(svg, "<text class=\"c\" x=\"%d\" y=\"%d\">%s</text>\n", LEFT + PLOT_W / 2,
		TOP + PLOT_H + 38, axes[c->q]);
	fprintf(svg, "<text class=\"c\" transform=\"translate(15 %d) rotate(-90)\">top-1, %%"
		"</text>\n", TOP + PLOT_H / 2);
}

static void draw_legend(FILE *svg, const struct cloud *c)
{
	unsigned int levels = 0;
	char name[PAPER_LABEL];

	for (unsigned int i = 0; i < c->nr_cores; i++) {
		int x = 14 + (int)i * 68;

		fprintf(svg,
			"<rect x=\"%d\" y=\"35\" width=\"12\" height=\"12\" fill=\"%s\"/>\n", x,
			paper_colours[i % PAPER_COLOURS]);
		fprintf(svg, "<text x=\"%d\" y=\"46\">%s</text>\n", x + 17,
			paper_core_name(c->cores[i]->board, c->cores[i]->cluster, name));
	}
	for (size_t i = 0; i < c->count; i++)
		if (c->points[i].level > levels)
			levels = c->points[i].level;
	for (unsigned int k = 1; k <= levels; k++) {
		int x = 20 + (int)(k - 1) * 68;

		paper_form_draw(svg, k, x, 64, "#888");
		fprintf(svg, "/>\n<text x=\"%d\" y=\"69\">level %u</text>\n", x + 9, k);
	}
	fprintf(svg, "<path class=\"b\" d=\"M%d 64h24\"/><text x=\"%d\" y=\"69\">best</text>\n",
		14 + (int)levels * 68, 43 + (int)levels * 68);
}

/* Up from accuracy to accuracy. */
static const struct paper_point *next_best(const struct paper_point *points, size_t count,
					   const bool *best, const struct paper_point *after)
{
	const struct paper_point *next = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct paper_point *p = &points[i];

		if (best[i] && (!after || p->top1 > after->top1) && (!next || p->top1 < next->top1))
			next = p;
	}
	return next;
}

static void draw_line(FILE *svg, const struct cloud *c, const struct paper_point *points,
		      size_t count, bool *best)
{
	const struct paper_point *p = NULL;

	paper_pareto(points, count, 1U << c->q, best);
	fputs("<path class=\"b\" d=\"", svg);
	for (char command = 'M'; (p = next_best(points, count, best, p)); command = 'L')
		fprintf(svg, "%c%.1f %.1f", command, x_of(c, p->takes[c->q]),
			y_of(c, p->top1) + apart(c, p));
	fputs("\"/>\n", svg);
}

static int draw_best(FILE *svg, const struct cloud *c)
{
	bool *best = calloc(c->count, sizeof(*best));

	if (!best)
		return -ENOMEM;
	for (size_t begin = 0, end; begin < c->count; begin = end) {
		for (end = begin; end < c->count && c->points[end].board == c->points[begin].board;)
			end++;
		draw_line(svg, c, c->points + begin, end - begin, best);
	}
	free(best);
	return 0;
}

int paper_cloud_draw(FILE *svg, const struct paper_point *points, size_t count,
		     enum paper_quantity q)
{
	struct cloud c = { .points = points, .count = count, .q = q };
	char name[PAPER_LABEL];
	int ret;

	find_scale(&c);
	paper_figure_begin(svg, HEIGHT, titles[q]);
	draw_legend(svg, &c);
	draw_axes(svg, &c);
	for (size_t i = 0; i < count; i++) {
		const struct paper_point *p = &points[i];

		paper_form_draw(svg, p->level, x_of(&c, p->takes[q]),
				y_of(&c, p->top1) + apart(&c, p),
				paper_colours[core_of(&c, p) % PAPER_COLOURS]);
		fprintf(svg, "><title>%s at %u MHz, level %u: %.2f mJ, %.0f mW, %.2f ms, %.2f %%"
			"</title></%s>\n", paper_core_name(p->board, p->cluster, name),
			p->board->platform.clusters[p->cluster].opps[p->opp].khz / 1000, p->level,
			p->takes[PAPER_ENERGY], p->takes[PAPER_POWER], p->takes[PAPER_TIME],
			p->top1,
			p->level <= PAPER_FORMS ? "path" : "circle");
	}
	ret = draw_best(svg, &c);
	paper_figure_end(svg);
	return ret;
}
