/* SPDX-License-Identifier: MIT */
#ifndef LAB_PORT_H
#define LAB_PORT_H

#include <stddef.h>

#include "frames.h"
#include "verdicts.h"

/*
 * What the guest says on its results port, line by line: "ok - TEXT", "not ok - TEXT",
 * "skip - TEXT" (verdicts), "# TEXT" (shown), "@boot UPTIME" (the scenario starts), "@done
 * STATUS UPTIME" (it ended), and frames (see frames.h).
 */
struct port {
	struct verdicts *verdicts;
	struct frames *frames;
	bool done;		/* the scenario came to its end: */
	int status;		/* with this exit status, */
	double uptime;		/* after these seconds of guest time */
	char *rest;		/* a line that is not whole yet */
	size_t len;
	size_t capacity;
};

/* Bytes as they come; below 0 is a negative errno of the host. */
int port_feed(struct port *port, const char *data, size_t len);

/* The port is closed; frees what port_feed() took. */
void port_finish(struct port *port);

#endif
