/* SPDX-License-Identifier: MIT */
/* What pictures over time are made of: panels one below the other with a common time axis. */
#ifndef BUDGET_PLOT_H
#define BUDGET_PLOT_H

#include <stdbool.h>
#include <stdio.h>

enum { PLOT_LEFT = 54, PLOT_RIGHT = 402 };

/**
 * struct plot - a panel
 * @svg: where it is drawn
 * @title: above it
 * @top: of its frame
 * @height: of that
 * @low: least value
 * @high: greatest
 * @log: the scale is logarithmic
 * @from: time at the left, s
 * @to: at the right
 */
struct plot {
	FILE *svg;
	const char *title;
	int top;
	int height;
	double low;
	double high;
	bool log;
	double from;
	double to;
};

double plot_x(const struct plot *p, double s);
/* Values outside the panel end at its border. */
double plot_y(const struct plot *p, double value);

/* Grid, figures and title; with @time figures of the time axis, too. */
void plot_axes(const struct plot *p, bool time);

/* A path is begun with "M" and goes on with "L": begin with @first. */
void plot_to(const struct plot *p, bool first, double s, double value);

#endif
