/* SPDX-License-Identifier: MIT */
/* chart: accuracy against multiply-accumulates as SVG, a panel for each data set. */
#ifndef DYNDNN_EVAL_CHART_H
#define DYNDNN_EVAL_CHART_H

#include <stdio.h>

#include "table.h"

/**
 * chart_draw() - draw a table
 * @svg: where the picture goes; the caller looks at its error flag
 * @rows: in any order; sorted by data set (in the order of their first rows), mode and level
 * @count: their number, at least 1
 *
 * Return: 0 or -ENOMEM.
 */
int chart_draw(FILE *svg, struct table_row *rows, size_t count);

#endif
