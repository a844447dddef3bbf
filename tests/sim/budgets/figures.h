/* SPDX-License-Identifier: MIT */
/* Pictures; the caller looks at the error flag of @svg. */
#ifndef BUDGET_FIGURES_H
#define BUDGET_FIGURES_H

#include <stdio.h>

#include "play.h"

/* What a run took of its budget, and with which frequency and level; the oracle's level beside. */
void budget_figure(FILE *svg, const struct budget_trace *trace, const struct budget_run *run,
		   const struct budget_run *oracle);

/*
 * Temperature, frequency, level and misses of a scenario's first stream's cluster under a governor;
 * the axes are the same for all governors. 0 or -ENOMEM.
 */
int budget_figure_heat(FILE *svg, const struct scenario *scenario,
		       const struct sim_governor *governor);

#endif
