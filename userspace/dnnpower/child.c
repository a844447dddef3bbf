// SPDX-License-Identifier: MIT
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define NS_PER_S 1000000000

static struct timespec to_timespec(uint64_t ns)
{
	return (struct timespec){ .tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S) };
}

static void our_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

int child_prepare(struct child *child)
{
	sigset_t set;

	*child = (struct child){ .pid = -1 };
	our_signals(&set);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	child->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	child->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	return child->signals < 0 || child->timer < 0 ? -errno : 0;
}

static void become(char **argv, int report)
{
	sigset_t set;
	int err;

	our_signals(&set);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	execvp(*argv, argv);
	err = errno;
	/* who reads it knows what an empty pipe means */
	if (write(report, &err, sizeof(err)) < 0)
		_exit(126);
	_exit(127);
}

int child_start(struct child *child, char **argv, uint64_t first_ns, uint64_t period_ns)
{
	struct itimerspec ticks = {
		.it_value = to_timespec(first_ns), .it_interval = to_timespec(period_ns),
	};
	int report[2], err;
	ssize_t got;

	if (timerfd_settime(child->timer, TFD_TIMER_ABSTIME, &ticks, NULL) || pipe2(report, O_CLOEXEC))
		return -errno;
	child->pid = fork();
	if (!child->pid)
		become(argv, report[1]);
	err = child->pid < 0 ? errno : 0;
	close(report[1]);
	do
		got = err ? 0 : read(report[0], &err, sizeof(err));
	while (got < 0 && errno == EINTR);
	close(report[0]);
	if (err && child->pid > 0)
		waitpid(child->pid, &child->status, 0);
	return -err;
}

/* True once the command has ended. */
static bool take_signals(struct child *child)
{
	struct signalfd_siginfo info;

	while (read(child->signals, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo != SIGCHLD)
			kill(child->pid, (int)info.ssi_signo);
	return waitpid(child->pid, &child->status, WNOHANG) == child->pid;
}

int child_wait(struct child *child)
{
	struct pollfd fds[] = {
		{ .fd = child->signals, .events = POLLIN }, { .fd = child->timer, .events = POLLIN },
	};
	uint64_t ticks;

	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return -errno;
		if (fds[0].revents && take_signals(child))
			return 0;
		if (fds[1].revents && read(child->timer, &ticks, sizeof(ticks)) == sizeof(ticks))
			return 1;
	}
}

int child_exit_status(const struct child *child)
{
	return WIFEXITED(child->status) ? WEXITSTATUS(child->status) : 128 + WTERMSIG(child->status);
}
