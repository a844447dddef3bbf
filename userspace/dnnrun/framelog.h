/* SPDX-License-Identifier: MIT */
/*
 * framelog: one line per frame of a run, as CSV. dnnrun writes it, dnn-timeline
 * reads it. Times are CLOCK_MONOTONIC microseconds.
 */
#ifndef DNNRUN_FRAMELOG_H
#define DNNRUN_FRAMELOG_H

#include <stdint.h>
#include <stdio.h>

#define FRAMELOG_PHASE_MAX 32

/**
 * struct framelog_row - one frame
 * @phase: name of the phase, at most FRAMELOG_PHASE_MAX - 1 bytes of [a-z0-9_-]
 * @frame: counts from 0 over the whole run
 * @release_us: when its input was there
 * @end_us: when its answer was there; 0 for a frame that was skipped
 * @deadline_us: absolute deadline
 * @grant: level the planner allowed, or the fixed level
 * @level: level that was run to its end, 0 for a frame that was skipped
 * @cause: why the grant is below the network's levels
 * @khz: frequency planned at the frame's begin, 0 where unknown
 * @correct: the class with the highest logit is the image's label
 */
struct framelog_row {
	char phase[FRAMELOG_PHASE_MAX];
	uint32_t frame;
	uint64_t release_us;
	uint64_t end_us;
	uint64_t deadline_us;
	uint32_t grant;
	uint32_t level;
	char cause[FRAMELOG_PHASE_MAX];
	uint32_t khz;
	uint32_t correct;
};

/* A frame is met when its answer was there by the deadline. */
static inline int framelog_met(const struct framelog_row *row)
{
	return row->end_us && row->end_us <= row->deadline_us;
}

int framelog_write_header(FILE *file);
int framelog_write(FILE *file, const struct framelog_row *row);

/**
 * framelog_read() - read a whole log
 * @file: open for reading, at its begin
 * @rows: receives an array that the caller frees
 * @count: receives its length
 * @bad_line: receives the number of the line at fault, when the result is -EBADMSG
 *
 * Return: 0, -EBADMSG for a line that is not of the format, -ENOMEM or -EIO.
 */
int framelog_read(FILE *file, struct framelog_row **rows, size_t *count, unsigned int *bad_line);

#endif
