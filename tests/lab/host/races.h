/* SPDX-License-Identifier: MIT */
#ifndef LAB_RACES_H
#define LAB_RACES_H

#include <stdbool.h>

/*
 * Data races as KCSAN reports them, between two lines of "=". The kernel has many of its own
 * that nobody minds, so a race counts only if a frame of our modules, or of the self test's, is
 * in one of its stacks.
 */
struct race {
	bool open;
	bool ours;
	char head[256];		/* the line that names it */
};

enum race_end {
	RACE_NONE,		/* nothing ends here */
	RACE_OURS,
	RACE_ELSEWHERE,
};

/* One line of a kernel log, without its time stamp. */
enum race_end race_feed(struct race *race, const char *line);

/* The log is at its end: a report that was cut short may have been about us. */
enum race_end race_finish(struct race *race);

#endif
