/* SPDX-License-Identifier: MIT */
/* Results as tables: for people, CSV, JSON. */
#ifndef SIM_REPORT_H
#define SIM_REPORT_H

#include <stdio.h>

#include "sim.h"

/**
 * struct report - one run
 * @scenario: what was played
 * @governor: under whom
 * @seed: seed
 * @result: what came of it
 * @seconds: what it took
 */
struct report {
	const struct scenario *scenario;
	const char *governor;
	u64 seed;
	struct sim_result result;
	double seconds;
};

void report_text_head(FILE *file);
void report_text(FILE *file, const struct report *report);
void report_csv_head(FILE *file);
void report_csv(FILE *file, const struct report *report);
void report_json(FILE *file, const struct report *reports, size_t nr);

/* For sim_run(); the context is a FILE. */
void report_trace_head(FILE *file);
void report_trace(void *file, const struct scenario *scenario, const struct sim_frame *frame);

#endif
