/* SPDX-License-Identifier: MIT */
#ifndef LAB_FRAMES_H
#define LAB_FRAMES_H

#include "verdicts.h"

struct frame;

/*
 * Files on their way from the guest: "@result ID NAME SIZE CRC32" or "@log ID NAME SIZE CRC32"
 * opens one, lines "=ID BASE64" carry it, "@end ID" closes it. Frames of several processes may
 * mix. Whole ones land in FOLDER/results/NAME or FOLDER/logs/NAME.
 */
struct frames {
	struct verdicts *verdicts;
	const char *folder;
	struct frame *first;
};

/*
 * Each takes what follows the line's first sign. Damage goes to the verdicts; below 0 is a
 * negative errno of the host. frames_open() says -EBADMSG when the line is not understood.
 * frames_data() may change the line.
 */
int frames_open(struct frames *f, const char *line);
int frames_data(struct frames *f, char *line);
int frames_close(struct frames *f, const char *id);

/* No more will come: what did not arrive whole is a failure. */
void frames_finish(const struct frames *f);

void frames_free(struct frames *f);

#endif
