/* SPDX-License-Identifier: MIT */
/* progress: how far a long run is, on one line of the terminal. */
#ifndef DYNDNN_RUN_PROGRESS_H
#define DYNDNN_RUN_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "summary.h"

/* All-zero but for @wanted at first. */
struct progress {
	bool wanted;
	bool shown;
	uint64_t start_ns;
	uint64_t next_ns;
};

/**
 * progress_show() - draw the line anew, if it is time to
 * @progress: its state
 * @summary: of the frames so far
 * @total: images of the whole run, 0: not known
 * @now_ns: CLOCK_MONOTONIC
 *
 * The first line comes after two seconds, then five a second.
 */
void progress_show(struct progress *progress, const struct summary *summary, uint64_t total,
		   uint64_t now_ns);

/* Take the line away, before something else is written to the terminal. */
void progress_clear(struct progress *progress);

#endif
