/* SPDX-License-Identifier: MIT */
/* A budget that changes over time, as a small text file; the format is in README. */
#ifndef BUDGET_TRACE_H
#define BUDGET_TRACE_H

#include "scenario.h"

enum budget_kind { BUDGET_TIME, BUDGET_ENERGY, BUDGET_POWER, BUDGET_KINDS };

/* "time", "energy", "power"; "ns", "uj", "uw" */
extern const char * const budget_kinds[BUDGET_KINDS];
extern const char * const budget_units[BUDGET_KINDS];

/**
 * struct budget_step - a budget from a time on
 * @at_ns: when, from the begin of what counts
 * @value: ns, uJ or uW
 */
struct budget_step {
	u64 at_ns;
	u64 value;
};

/**
 * struct budget_trace - a budget over time
 * @name: its name
 * @kind: of what
 * @nr: steps in use, at least one
 * @steps: them; the first is at 0
 * @scenario: what is played, with one stream and the steps as its changes
 */
struct budget_trace {
	char name[TEXT_NAME_MAX];
	enum budget_kind kind;
	u32 nr;
	struct budget_step steps[SCENARIO_CHANGES_MAX];
	struct scenario scenario;
};

/* Read a trace and its scenario. Errors as of platform_load(). */
int budget_trace_load(const char *path, struct budget_trace *trace, char *error);

/* The budget at a time, and its mean over one; @from < @to. */
u64 budget_at(const struct budget_trace *trace, u64 ns);
double budget_mean(const struct budget_trace *trace, u64 from, u64 to);

#endif
