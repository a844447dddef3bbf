/* SPDX-License-Identifier: MIT */
/*
 * Schedules that were found before: a text file, a line for each model, number of threads
 * and highest level on a kind of processor. Models are told apart by what their header says,
 * which has the checksums of all weights.
 */
#ifndef DYNDNN_SCHEDULE_FILE_H
#define DYNDNN_SCHEDULE_FILE_H

#include "session.h"

/* Fill in the session's schedule. Return 0, or a negative errno if the file has none for it. */
int schedule_file_read(const char *path, struct dyndnn_session *session)
	__attribute__((visibility("hidden")));

/* Note the session's schedule, if that can be. */
void schedule_file_note(const char *path, const struct dyndnn_session *session)
	__attribute__((visibility("hidden")));

#endif
