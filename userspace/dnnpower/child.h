/* SPDX-License-Identifier: MIT */
/*
 * child: the command that is measured.
 */
#ifndef DNNPOWER_CHILD_H
#define DNNPOWER_CHILD_H

#include <stdint.h>
#include <sys/types.h>

/**
 * struct child - a running command, and what wakes us
 * @pid: of it
 * @signals: descriptor of its end, and of the signals that would end us
 * @timer: descriptor of the ticks
 * @status: of waitpid(), once it has ended
 */
struct child {
	pid_t pid;
	int signals;
	int timer;
	int status;
};

/**
 * child_prepare() - take the signals over, before the command starts
 * @child: filled
 *
 * Return: 0 or a negative errno.
 */
int child_prepare(struct child *child);

/**
 * child_start() - start the command, and the ticks with it
 * @child: prepared
 * @argv: the command
 * @first_ns: CLOCK_MONOTONIC of the first tick
 * @period_ns: from one to the next
 *
 * Return: 0, or the negative errno of what failed, exec included.
 */
int child_start(struct child *child, char **argv, uint64_t first_ns, uint64_t period_ns);

/**
 * child_wait() - until the next tick, or the end of the command
 * @child: running
 *
 * Signals that arrive meanwhile are handed on to the command. Ticks that were missed are none.
 *
 * Return: 1 for a tick, 0 when the command has ended, or a negative errno.
 */
int child_wait(struct child *child);

/* The exit status that a shell would have for it. */
int child_exit_status(const struct child *child);

#endif
