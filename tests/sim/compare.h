/* SPDX-License-Identifier: MIT */
/* All governors over all scenarios, and what `dnn` comes to among them. */
#ifndef SIM_COMPARE_H
#define SIM_COMPARE_H

#include <stdio.h>

#include "report.h"

/*
 * Judge runs of one scenario, the oracle's among them, one after the other for each scenario.
 * Writes what there is to say to @file; the number of scenarios where another governor is no
 * worse in misses, energy and accuracy, and better in one.
 */
u32 compare_judge(FILE *file, const struct report *reports, size_t nr);

#endif
