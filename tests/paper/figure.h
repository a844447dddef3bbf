/* SPDX-License-Identifier: MIT */
/*
 * figure: the paper's pictures as SVG. They are narrow, for a phone's screen, and their rules
 * begin with their class, so that they can stand inside a page; dark where the page is.
 */
#ifndef PAPER_FIGURE_H
#define PAPER_FIGURE_H

#include "points.h"

#include <stdio.h>

enum { PAPER_BARS = DYNDNN_MAX_LEVELS, PAPER_LABEL = 48 };

/**
 * struct paper_bars - bars that belong together
 * @title: above them
 * @count: of the bars
 * @label: before each
 * @value: of each, at least 0
 */
struct paper_bars {
	char title[PAPER_LABEL];
	unsigned int count;
	char label[PAPER_BARS][PAPER_LABEL];
	double value[PAPER_BARS];
};

/**
 * paper_bars_draw() - groups of bars on one scale from 0 on, values beside them
 * @svg: where the picture goes; the caller looks at its error flag
 * @title: of all
 * @unit: of the values
 * @decimals: of the values
 * @groups: them
 * @count: their number, at least 1
 */
void paper_bars_draw(FILE *svg, const char *title, const char *unit, int decimals,
		     const struct paper_bars *groups, size_t count);

/**
 * paper_cloud_draw() - accuracy against a quantity: a colour for each cluster, a form for each
 *			level, and for each board a line through the points that no other one
 *			of the board beats
 * @svg: where the picture goes; the caller looks at its error flag
 * @points: at least 1
 * @count: their number
 * @q: quantity
 *
 * Return: 0 or -ENOMEM.
 */
int paper_cloud_draw(FILE *svg, const struct paper_point *points, size_t count,
		     enum paper_quantity q);

/** paper_core_name() - "A7", "GPU"; PAPER_LABEL bytes at @name, which it returns */
const char *paper_core_name(const struct paper_board *board, unsigned int cluster, char *name);

/* What both kinds begin and end with. */
extern const char * const paper_colours[];
enum { PAPER_COLOURS = 6, PAPER_WIDTH = 420 };
void paper_figure_begin(FILE *svg, int height, const char *title);
void paper_figure_end(FILE *svg);

/*
 * The form of a level: a path, or a circle above PAPER_FORMS. Left open for a title or attributes;
 * end it with "/>" or "><title>...".
 */
enum { PAPER_FORMS = 3 };
void paper_form_draw(FILE *svg, unsigned int level, double x, double y, const char *colour);

#endif
