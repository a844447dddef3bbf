// SPDX-License-Identifier: MIT
#include "plot.h"

#include <math.h>

double plot_x(const struct plot *p, double s)
{
	return PLOT_LEFT + (s - p->from) / (p->to - p->from) * (PLOT_RIGHT - PLOT_LEFT);
}

double plot_y(const struct plot *p, double value)
{
	double part = p->log ? log(value / p->low) / log(p->high / p->low) :
		(value - p->low) / (p->high - p->low);

	return p->top + p->height * (1 - fmin(fmax(part, 0), 1));
}

/* 1, 2 or 5 times a power of ten, so that there are few of it in @span. */
static double step_of(double span, int most)
{
	static const int steps[] = { 1, 2, 5, 10 };
	double ten = pow(10, floor(log10(span / most)));
	int i = 0;

	while (i < 3 && span / (steps[i] * ten) > most)
		i++;
	return steps[i] * ten;
}

static void line(const struct plot *p, double value)
{
	double y = plot_y(p, value);

	fprintf(p->svg, "<path class=\"g\" d=\"M%d %.1fH%d\"/>"
		"<text class=\"r\" x=\"%d\" y=\"%.1f\">%g</text>\n", PLOT_LEFT, y, PLOT_RIGHT,
		PLOT_LEFT - 6, y + 4, value);
}

static void value_axis(const struct plot *p)
{
	static const int steps[] = { 1, 2, 5 };
	double step, value;
	int i;

	if (!p->log) {
		step = step_of(p->high - p->low, p->height / 22);
		value = ceil(p->low / step) * step;
		for (; value <= p->high + step / 1e3; value += step)
			line(p, value);
		return;
	}
	for (value = pow(10, floor(log10(p->low))); value <= p->high; value *= 10)
		for (i = 0; i < 3; i++)
			if (value * steps[i] >= p->low && value * steps[i] <= p->high)
				line(p, value * steps[i]);
}

void plot_axes(const struct plot *p, bool time)
{
	double step = step_of(p->to - p->from, 7), s;
	int bottom = p->top + p->height;

	fprintf(p->svg, "<text x=\"12\" y=\"%d\" font-weight=\"bold\">%s</text>\n", p->top - 8,
		p->title);
	value_axis(p);
	for (s = ceil(p->from / step) * step; s <= p->to; s += step) {
		fprintf(p->svg, "<path class=\"g\" d=\"M%.1f %dV%d\"/>", plot_x(p, s), p->top,
			bottom);
		if (time)
			fprintf(p->svg, "<text class=\"c\" x=\"%.1f\" y=\"%d\">%g</text>",
				plot_x(p, s), bottom + 17, s);
		fputc('\n', p->svg);
	}
	fprintf(p->svg, "<path class=\"k\" d=\"M%d %dV%dH%d\"/>\n", PLOT_LEFT, p->top, bottom,
		PLOT_RIGHT);
	if (time)
		fprintf(p->svg, "<text class=\"c\" x=\"%d\" y=\"%d\">time, s</text>\n",
			(PLOT_LEFT + PLOT_RIGHT) / 2, bottom + 35);
}

void plot_to(const struct plot *p, bool first, double s, double value)
{
	fprintf(p->svg, "%c%.1f %.1f", first ? 'M' : 'L', plot_x(p, s), plot_y(p, value));
}
