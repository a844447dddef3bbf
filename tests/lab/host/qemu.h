/* SPDX-License-Identifier: MIT */
#ifndef LAB_QEMU_H
#define LAB_QEMU_H

#include <signal.h>
#include <sys/types.h>

#include "port.h"

struct qemu {
	pid_t pid;	/* 0: none runs */
	int port;	/* the results port's end here */
	int status;	/* once it ended: its exit status, -N when signal N ended it */
};

enum qemu_end {
	QEMU_ENDED,
	QEMU_LATE,		/* still running at the deadline */
	QEMU_INTERRUPTED,	/* a signal came for us */
};

/*
 * Start the command; its file descriptor 3 is the results port. It has a process group of its
 * own (the terminal's signals are ours to pass on) and ends with this process, however that
 * ends. What it prints goes to the file said; its signal mask is mask. 0 or a negative errno.
 */
int qemu_start(struct qemu *qemu, char *const command[], const char *said, const sigset_t *mask);

/*
 * Feed the port until QEMU ended and all it said is read. signals is a signalfd of SIGCHLD
 * and the signals that end us; *sig is the one that came. An enum qemu_end or a negative
 * errno.
 */
int qemu_follow(struct qemu *qemu, struct port *port, int signals, double deadline, int *sig);

/* End it when it still runs, and close the port. */
void qemu_stop(struct qemu *qemu);

#endif
