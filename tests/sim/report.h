/* SPDX-License-Identifier: MIT */
/* Results as tables: for people, CSV, JSON. All figures are means over seeds. */
#ifndef SIM_REPORT_H
#define SIM_REPORT_H

#include <stdio.h>

#include "sim.h"

/**
 * struct report - runs of a scenario under a governor that differ in their seed alone
 * @scenario: what was played
 * @governor: under whom
 * @seed: the first seed
 * @seeds: how many
 * @result: what came of it: sums over seeds; of levels, accuracy and frequencies means, of
 *	temperatures the highest
 * @worst_missed: misses of the seed that had most
 * @seconds: what all took
 */
struct report {
	const struct scenario *scenario;
	const char *governor;
	u64 seed;
	u32 seeds;
	struct sim_result result;
	u64 worst_missed;
	double seconds;
};

/* One more seed, the first one too, of a report that is otherwise filled. */
void report_add(struct report *report, const struct sim_result *result);

void report_text_head(FILE *file);
void report_text(FILE *file, const struct report *report);
void report_csv_head(FILE *file);
void report_csv(FILE *file, const struct report *report);
void report_json(FILE *file, const struct report *reports, size_t nr);

/* For sim_run(); the context is a FILE. */
void report_trace_head(FILE *file);
void report_trace(void *file, const struct scenario *scenario, const struct sim_frame *frame);

#endif
