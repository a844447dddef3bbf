// SPDX-License-Identifier: MIT

#include "qemu.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define RESULTS_FD 3

static void become(char *const command[], pid_t parent, int in, int out, int port,
		   const sigset_t *mask)
{
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* the parent may have died before the line above */
	if (getppid() != parent)
		_exit(127);
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		_exit(127);
	/* dup2() onto itself would leave the descriptor to be closed */
	if (port == RESULTS_FD ? fcntl(port, F_SETFD, 0) < 0 : dup2(port, RESULTS_FD) < 0)
		_exit(127);
	close_range(RESULTS_FD + 1, ~0U, 0);
	sigprocmask(SIG_SETMASK, mask, NULL);
	execvp(command[0], command);
	dprintf(2, "%s: %s\n", command[0], strerror(errno));
	_exit(127);
}

int qemu_start(struct qemu *qemu, char *const command[], const char *said, const sigset_t *mask)
{
	pid_t parent = getpid();
	int in, out, ends[2];
	int ret = 0;

	in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (in < 0)
		return -errno;
	out = open(said, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (out < 0) {
		ret = -errno;
		goto close_in;
	}
	if (pipe2(ends, O_CLOEXEC)) {
		ret = -errno;
		goto close_out;
	}

	qemu->pid = fork();
	if (!qemu->pid)
		become(command, parent, in, out, ends[1], mask);
	if (qemu->pid < 0) {
		ret = -errno;
		qemu->pid = 0;
		close(ends[0]);
	} else {
		qemu->port = ends[0];
	}
	close(ends[1]);
close_out:
	close(out);
close_in:
	close(in);
	return ret;
}

/* True when it has ended. */
static bool reap(struct qemu *qemu, int options)
{
	int status;
	pid_t pid;

	do {
		pid = waitpid(qemu->pid, &status, options);
	} while (pid < 0 && errno == EINTR);
	if (pid != qemu->pid)
		return false;
	qemu->status = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
	qemu->pid = 0;
	return true;
}

static int milliseconds(double seconds)
{
	return seconds * 1000 < INT_MAX ? (int)ceil(seconds * 1000) : INT_MAX;
}

int qemu_follow(struct qemu *qemu, struct port *port, int signals, double deadline, int *sig)
{
	struct pollfd fds[2] = {
		{ .fd = qemu->port, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};
	struct signalfd_siginfo info;
	char data[65536];
	ssize_t len;
	int ret;

	while (qemu->pid || fds[0].fd >= 0) {
		double left = deadline - lab_now();

		if (left <= 0)
			return QEMU_LATE;
		if (poll(fds, 2, milliseconds(left)) < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		if (fds[0].revents) {
			len = read(qemu->port, data, sizeof(data));
			if (len < 0)
				return -errno;
			if (!len)
				fds[0].fd = -1;
			ret = port_feed(port, data, (size_t)len);
			if (ret)
				return ret;
		}
		if (fds[1].revents) {
			if (read(signals, &info, sizeof(info)) != sizeof(info))
				return -EIO;
			if (info.ssi_signo != SIGCHLD) {
				*sig = (int)info.ssi_signo;
				return QEMU_INTERRUPTED;
			}
			if (qemu->pid)
				reap(qemu, WNOHANG);
		}
	}
	return QEMU_ENDED;
}

void qemu_stop(struct qemu *qemu)
{
	if (qemu->pid) {
		kill(qemu->pid, SIGKILL);
		reap(qemu, 0);
	}
	if (qemu->port >= 0) {
		close(qemu->port);
		qemu->port = -1;
	}
}
