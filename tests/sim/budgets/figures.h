/* SPDX-License-Identifier: MIT */
/* Pictures; the caller looks at the error flag of @svg. */
#ifndef BUDGET_FIGURES_H
#define BUDGET_FIGURES_H

#include <stdio.h>

#include "play.h"

/* What a run took of its budget, and with which frequency and level; the oracle's level beside. */
void budget_figure(FILE *svg, const struct budget_trace *trace, const struct budget_run *run,
		   const struct budget_run *oracle);

struct budget_heat;

/*
 * What comes of a scenario's first stream's cluster under a governor: temperature, frequency, level
 * and misses over time. NULL without memory; else to be freed with free().
 */
struct budget_heat *budget_heat_play(const struct scenario *scenario,
				     const struct sim_governor *governor);

/* One of several that are drawn on the same scales. */
void budget_figure_heat(FILE *svg, struct budget_heat *const *all, size_t nr, size_t which);

#endif
