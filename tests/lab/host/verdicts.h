/* SPDX-License-Identifier: MIT */
#ifndef LAB_VERDICTS_H
#define LAB_VERDICTS_H

#include <stdbool.h>

/* Counts the verdicts of one run and shows them as they come. */
struct verdicts {
	const char *name;	/* of the run */
	bool quiet;		/* show failures only */
	double begun;		/* lab_now() at the run's begin */
	double first;		/* seconds from there to the first sign of life, below 0: none yet */
	int passed;
	int failed;
	int skipped;
};

/* Seconds of a clock that never jumps: the one of /proc/uptime. */
double lab_now(void);

#define LAB_PRINTF __attribute__((format(printf, 2, 3)))

LAB_PRINTF void verdict_ok(struct verdicts *v, const char *format, ...);
LAB_PRINTF void verdict_fail(struct verdicts *v, const char *format, ...);
LAB_PRINTF void verdict_skip(struct verdicts *v, const char *format, ...);

/* A line that is no verdict. */
LAB_PRINTF void verdict_note(struct verdicts *v, const char *format, ...);

/* The guest is up. */
void verdict_boot(struct verdicts *v);

#endif
