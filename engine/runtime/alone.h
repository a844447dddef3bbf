/* SPDX-License-Identifier: MIT */
/*
 * The client's own level control, for want of the governor: down at once when a frame
 * would not fit, up by one after the next level would have fitted for a while.
 */
#ifndef DYNDNN_ALONE_H
#define DYNDNN_ALONE_H

#include <stdint.h>

#include "pace.h"

/**
 * struct alone - state of the control
 * @min_level: never below
 * @max_level: never above
 * @level: for the next frame
 * @cause: why it is below @max_level (enum dnn_gov_cause)
 * @slow_ppm: time of a frame over its best time, quick to rise and slow to fall
 * @late_ns: time from release to begin, likewise
 * @good: frames in a row for which the next level would have fitted
 */
struct alone {
	unsigned int min_level;
	unsigned int max_level;
	unsigned int level;
	uint32_t cause;
	uint64_t slow_ppm;
	uint64_t late_ns;
	unsigned int good;
};

void alone_init(struct alone *alone, unsigned int min_level, unsigned int max_level);

/* Somebody else has chosen the level: start from there when that ends. */
void alone_follow(struct alone *alone, unsigned int level);

/**
 * alone_learn() - a frame is done: choose the level of the next one
 * @alone: the control
 * @pace: what the groups take
 * @level_done: level that the frame reached
 * @late_ns: from its release to its begin
 * @run_ns: from its begin to its end
 * @deadline_ns: from release to deadline
 */
void alone_learn(struct alone *alone, const struct pace *pace, unsigned int level_done,
		 uint64_t late_ns, uint64_t run_ns, uint64_t deadline_ns);

#endif
