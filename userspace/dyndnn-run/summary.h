/* SPDX-License-Identifier: MIT */
/* summary: a whole run in a few lines. */
#ifndef DYNDNN_RUN_SUMMARY_H
#define DYNDNN_RUN_SUMMARY_H

#include <stdio.h>

#include "histogram.h"
#include "result.h"

/**
 * struct summary - all-zero at first
 * @levels: frames that ended at level k, at [k]
 * @missed: frames that ended after their deadline
 * @dropped: frames that a newer one overtook
 * @unreadable: files, or images in them, that could not be read
 * @labelled: images whose class is known
 * @correct: those among them whose best class is right
 * @first_ns: release of the first frame
 * @last_ns: answer of the last one
 * @latency_us: of all frames
 */
struct summary {
	uint64_t frames;
	uint64_t levels[DYNDNN_MAX_LEVELS + 1];
	uint64_t missed;
	uint64_t dropped;
	uint64_t unreadable;
	uint64_t labelled;
	uint64_t correct;
	uint64_t first_ns;
	uint64_t last_ns;
	struct histogram latency_us;
};

void summary_add(struct summary *summary, const struct result *result);

/* @levels of the model; @deadline_ns 0: none */
void summary_print(const struct summary *summary, unsigned int levels, uint64_t deadline_ns,
		   FILE *file);

#endif
