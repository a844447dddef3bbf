/* SPDX-License-Identifier: MIT */
/*
 * The client's own level control, for want of the governor: down at once when a frame
 * would not fit, up by one after the next level would have fitted for a while. A level that
 * had to be left soon after it was restored is tried again only after twice the time.
 *
 * What a level takes is known for the CPU as it runs now. A stock governor lowers the
 * frequency when there is less to do, so that the next level never seems to fit, and would
 * raise it if there were more. So after a long time the next level is tried all the same,
 * for some frames: the engine stops in time if it does not fit.
 */
#ifndef DYNDNN_ALONE_H
#define DYNDNN_ALONE_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct alone - state of the control
 * @min_level: never below
 * @max_level: never above
 * @level: for the next frame
 * @cause: why it is below @max_level (enum dnn_gov_cause)
 * @slow_ppm: time of a frame over its best time, quick to rise and slow to fall
 * @late_ns: time from release to begin, likewise
 * @unit_ns: best time of @max_level, as last seen
 * @good: frames in a row for which the next level would have fitted
 * @calm: frames in a row at this level
 * @hold: how many must have been good before it goes up
 * @trial: frames until a level that was restored has proved to fit
 * @bold: frames in which it need not fit as long as they are met
 */
struct alone {
	unsigned int min_level;
	unsigned int max_level;
	unsigned int level;
	uint32_t cause;
	uint64_t slow_ppm;
	uint64_t late_ns;
	uint64_t unit_ns;
	unsigned int good;
	unsigned int calm;
	unsigned int hold;
	unsigned int trial;
	unsigned int bold;
};

/**
 * struct alone_frame - what became of a frame
 * @level_done: level that it reached
 * @gave_up: it did not go on for want of time
 * @late_ns: from its release to its begin
 * @run_ns: from its begin until @level_done was complete; 0: unknown
 * @end_ns: from its release to its end
 */
struct alone_frame {
	unsigned int level_done;
	bool gave_up;
	uint64_t late_ns;
	uint64_t run_ns;
	uint64_t end_ns;
};

struct paces;

void alone_init(struct alone *alone, unsigned int min_level, unsigned int max_level);

/* Somebody else has chosen the level: start from there when that ends. */
void alone_follow(struct alone *alone, unsigned int level);

/**
 * alone_learn() - a frame is done: choose the level of the next one
 * @alone: the control
 * @paces: what levels take
 * @frame: the frame
 * @deadline_ns: from release to deadline
 */
void alone_learn(struct alone *alone, const struct paces *paces, const struct alone_frame *frame,
		 uint64_t deadline_ns);

#endif
