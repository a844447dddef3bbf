/* SPDX-License-Identifier: MIT */
#ifndef DYNDNN_RUN_H
#define DYNDNN_RUN_H

#include "session.h"

/*
 * Run groups 1..level in the given way with so many threads, within limits that have been
 * checked; limits->stop is only for ways other than SCHEDULE_GROUPS. Return the groups
 * that are complete, 1..level, or a negative errno.
 */
int run_groups(struct dyndnn_session *session, unsigned int level, enum schedule_way way,
	       const struct dyndnn_limits *limits, float *logits)
	__attribute__((visibility("hidden")));

#endif
