/* SPDX-License-Identifier: MIT */
#ifndef LAB_RACES_H
#define LAB_RACES_H

#include <stdbool.h>

/*
 * Data races as KCSAN reports them, between two lines of "=". The kernel has many of its own
 * that nobody minds, so a race counts only if one of the two functions that touch the memory,
 * which the first line names, is of our modules or the self test's. Who calls them does not
 * matter: the kernel's clock, which we read all the time, is read while it is set.
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
