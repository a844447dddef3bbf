/* SPDX-License-Identifier: MIT */
/* How the groups of a level share the threads: chosen by measurement. */
#ifndef DYNDNN_SCHEDULE_H
#define DYNDNN_SCHEDULE_H

#include <dyndnn.h>

struct dyndnn_session;

enum schedule_way {
	SCHEDULE_ALONE,		/* the caller's thread runs all */
	SCHEDULE_LAYERS,	/* one group after the other, all threads inside a layer */
	SCHEDULE_GROUPS,	/* a group per thread at the same time */
	SCHEDULE_WAYS,
};

/**
 * struct schedule - the way of each level
 * @way: of level k at [0][k - 1] (enum schedule_way), with all threads in use, and at [1][k - 1]
 *	if the helping ones are awake
 */
struct schedule {
	uint8_t way[2][DYNDNN_MAX_LEVELS];
};

/*
 * Choose for a session with more than one thread: from the file at path if it knows this
 * model on this machine, else by measurement, which is then noted there. NULL: no file;
 * trouble with the file is none. Return 0 or a negative errno of a run that failed.
 */
int schedule_choose(struct dyndnn_session *session, const char *path)
	__attribute__((visibility("hidden")));

#endif
