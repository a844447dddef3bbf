// SPDX-License-Identifier: MIT
#include <math.h>

#include "figure.h"
#include "figures.h"
#include "plot.h"

enum { LEGEND = 36, TOP = 108, HEIGHT = 200, DOTS_MAX = 110, RING = 5, GAP = 40 };

/* What is shown: units for people. */
static const struct {
	const char *title;
	const char *axis;
	double unit;
} shown[BUDGET_KINDS] = {
	[BUDGET_TIME] = { "Time of a frame", "time, ms", 1e-6 },
	[BUDGET_ENERGY] = { "Energy of a frame", "energy, mJ", 1e-3 },
	[BUDGET_POWER] = { "Power over 10 ms", "power, W", 1e-6 },
};

struct figure {
	FILE *svg;
	const struct budget_trace *trace;
	const struct budget_run *run;
	double end;	/* s */
};

static double seconds(u64 ns)
{
	return (double)ns * 1e-9;
}

static double shown_of(const struct figure *f, double value)
{
	return value * shown[f->trace->kind].unit;
}

static void legend(const struct figure *f)
{
	const struct platform *p = &f->trace->scenario.platform;
	u32 i;

	for (i = 0; i < p->nr_clusters; i++) {
		fprintf(f->svg, "<rect x=\"%u\" y=\"%d\" width=\"12\" height=\"12\" fill=\"%s\"/>",
			14 + i * 60, LEGEND, paper_colours[i % PAPER_COLOURS]);
		fprintf(f->svg, "<text x=\"%u\" y=\"%d\">%s</text>\n", 31 + i * 60, LEGEND + 11,
			p->clusters[i].name);
	}
	fprintf(f->svg, "<path class=\"k\" stroke-width=\"2\" d=\"M150 %dh24\"/><text x=\"180\" "
		"y=\"%d\">budget</text>\n", LEGEND + 6, LEGEND + 11);
	fprintf(f->svg, "<circle cx=\"252\" cy=\"%d\" r=\"5\" fill=\"none\" stroke-width=\"1.5\" "
		"stroke=\"%s\"/><text x=\"264\" y=\"%d\">violated</text>\n", LEGEND + 6,
		paper_colours[5], LEGEND + 11);
	for (i = 1; i <= f->trace->scenario.streams[0].nr_levels; i++) {
		paper_form_draw(f->svg, i, 20 + 72 * (i - 1), LEGEND + 28, "#888");
		fprintf(f->svg, "/><text x=\"%u\" y=\"%d\">level %u</text>\n", 30 + 72 * (i - 1),
			LEGEND + 33, i);
	}
}

static void range(const struct figure *f, struct plot *p)
{
	size_t i;

	p->low = INFINITY;
	p->high = 0;
	for (i = 0; i < f->trace->nr; i++) {
		p->low = fmin(p->low, shown_of(f, (double)f->trace->steps[i].value));
		p->high = fmax(p->high, shown_of(f, (double)f->trace->steps[i].value));
	}
	for (i = 0; i < f->run->nr; i++) {
		p->low = fmin(p->low, shown_of(f, f->run->frames[i].used));
		p->high = fmax(p->high, shown_of(f, f->run->frames[i].used));
	}
	p->low /= 1.15;
	p->high *= 1.15;
}

static void budget_line(const struct figure *f, const struct plot *p)
{
	u32 i;

	fputs("<path class=\"k\" stroke-width=\"2\" d=\"", f->svg);
	for (i = 0; i < f->trace->nr; i++) {
		const struct budget_step *step = &f->trace->steps[i];
		double to = i + 1 < f->trace->nr ? seconds(step[1].at_ns) : f->end;

		plot_to(p, !i, seconds(step->at_ns), shown_of(f, (double)step->value));
		plot_to(p, false, to, shown_of(f, (double)step->value));
	}
	fputs("\"/>\n", f->svg);
}

static void dot(const struct figure *f, const struct plot *p, const struct budget_frame *frame)
{
	double x = plot_x(p, seconds(frame->release_ns));
	double y = plot_y(p, shown_of(f, frame->used));

	paper_form_draw(f->svg, frame->level, x, y,
			paper_colours[frame->cluster % PAPER_COLOURS]);
	fputs("/>\n", f->svg);
	if (frame->violated)
		fprintf(f->svg, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%d\" fill=\"none\" "
			"stroke-width=\"1.5\" stroke=\"%s\"/>\n", x, y, RING, paper_colours[5]);
}

/* As many as there is room for; of violations each has a mark below, too. */
static void dots(const struct figure *f, const struct plot *p)
{
	size_t every = f->run->nr / DOTS_MAX + 1, i;
	double last = -2 * RING, x;

	for (i = 0; i < f->run->nr; i++)
		if (!(i % every) && !f->run->frames[i].violated)
			dot(f, p, &f->run->frames[i]);
	for (i = 0; i < f->run->nr; i++) {
		if (!f->run->frames[i].violated)
			continue;
		x = plot_x(p, seconds(f->run->frames[i].release_ns));
		fprintf(f->svg, "<path stroke=\"%s\" d=\"M%.1f %dv-7\"/>\n", paper_colours[5], x,
			p->top + p->height);
		if (x - last < 2 * RING)
			continue;
		last = x;
		dot(f, p, &f->run->frames[i]);
	}
}

static double frequency(const struct budget_frame *frame)
{
	return frame->khz * 1e-6;
}

static double level(const struct budget_frame *frame)
{
	return frame->level;
}

/* Steps from release to release, a path for each stretch on one cluster. */
static void steps(const struct figure *f, const struct plot *p, const struct budget_run *run,
		  double (*value)(const struct budget_frame *frame), const char *style)
{
	size_t i;

	for (i = 0; i < run->nr; i++) {
		const struct budget_frame *frame = &run->frames[i];
		bool first = !i || (!style && frame[-1].cluster != frame->cluster);
		double to = i + 1 < run->nr ? seconds(frame[1].release_ns) : f->end;

		if (first && i)
			fputs("\"/>\n", f->svg);
		if (first)
			fprintf(f->svg, "<path fill=\"none\" stroke-width=\"2\" %s%s%s d=\"",
				style ? style : "stroke=\"",
				style ? "" : paper_colours[frame->cluster % PAPER_COLOURS],
				style ? "" : "\"");
		plot_to(p, first, seconds(frame->release_ns), value(frame));
		plot_to(p, false, to, value(frame));
	}
	if (run->nr)
		fputs("\"/>\n", f->svg);
}

static double top_ghz(const struct platform *p)
{
	double ghz = 0;
	u32 c;

	for (c = 0; c < p->nr_clusters; c++)
		ghz = fmax(ghz, p->clusters[c].opps[p->clusters[c].nr_opps - 1].khz * 1e-6);
	return ghz;
}

void budget_figure(FILE *svg, const struct budget_trace *trace, const struct budget_run *run,
		   const struct budget_run *oracle)
{
	const struct figure f = { svg, trace, run, seconds(trace->scenario.duration_ns) };
	u32 levels = trace->scenario.streams[0].nr_levels;
	struct plot p = {
		.svg = svg, .title = shown[trace->kind].axis, .top = TOP, .height = HEIGHT,
		.log = true, .to = f.end,
	};
	char title[2 * PAPER_LABEL];

	snprintf(title, sizeof(title), "%s under budget: %s", shown[trace->kind].title,
		 trace->name);
	paper_figure_begin(svg, TOP + HEIGHT + 110 + 92 + 2 * GAP + 48, title);
	legend(&f);
	range(&f, &p);
	plot_axes(&p, false);
	budget_line(&f, &p);
	dots(&f, &p);
	p.title = "mean frequency of each frame, GHz";
	p.top += p.height + GAP;
	p.height = 110;
	p.log = false;
	p.low = 0;
	p.high = top_ghz(&trace->scenario.platform);
	plot_axes(&p, false);
	steps(&f, &p, run, frequency, NULL);
	p.title = "level; dashed: the oracle&apos;s";
	p.top += p.height + GAP;
	p.height = 92;
	p.low = 0.5;
	p.high = levels + 0.5;
	plot_axes(&p, true);
	steps(&f, &p, run, level, NULL);
	steps(&f, &p, oracle, level, "class=\"b\"");
	paper_figure_end(svg);
}
