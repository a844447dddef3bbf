/* SPDX-License-Identifier: MIT */
/*
 * draw: runs as one SVG: frequency, level and deadline slack over time, a panel for each run,
 * phases shaded. Frames without a deadline show their latency instead.
 */
#ifndef DNNRUN_DRAW_H
#define DNNRUN_DRAW_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "framelog.h"

/* From @us on, CLOCK_MONOTONIC, the frequency is @khz. */
struct draw_step {
	uint64_t us;
	uint32_t khz;
};

/**
 * struct draw_run - one panel
 * @name: its title
 * @levels: of the network, 0: the highest that was run
 * @rows: frames in the order of their release; deadline_us is 0 in all of them or in none
 * @nr_rows: their number, at least 1
 * @steps: frequency over time, in order
 * @nr_steps: their number, 0 where it is not known
 */
struct draw_run {
	const char *name;
	uint32_t levels;
	const struct framelog_row *rows;
	size_t nr_rows;
	const struct draw_step *steps;
	size_t nr_steps;
};

/**
 * draw_svg() - write the picture
 * @svg: where to
 * @title: of the picture
 * @runs: the panels, from the top, on one time scale that starts at the first release of each
 * @nr_runs: their number
 *
 * Return: 0 or -EIO.
 */
int draw_svg(FILE *svg, const char *title, const struct draw_run *runs, size_t nr_runs);

#endif
