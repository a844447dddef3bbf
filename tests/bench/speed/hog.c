// SPDX-License-Identifier: MIT
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hog.h"

static int last_cpu(void)
{
	cpu_set_t cpus;
	int last = CPU_SETSIZE - 1;

	if (sched_getaffinity(0, sizeof(cpus), &cpus))
		return -errno;
	if (CPU_COUNT(&cpus) < 2)
		return -ENODEV;
	while (!CPU_ISSET(last, &cpus))
		last--;
	return last;
}

pid_t hog_start(void)
{
	int cpu = last_cpu();
	pid_t parent = getpid(), pid;
	cpu_set_t cpus;

	if (cpu < 0)
		return cpu;
	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	pid = fork();
	if (pid)
		return pid < 0 ? -errno : pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || sched_setaffinity(0, sizeof(cpus), &cpus))
		_exit(1);
	for (volatile unsigned int i = 0;; i++)
		;
}

void hog_stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
