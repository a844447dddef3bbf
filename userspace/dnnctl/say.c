// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "dnnctl.h"

/* Say what is wrong. Return: the exit status that an error stands for. */
int say_error(int err, const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("dnnctl: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	switch (err) {
	case -EPROTONOSUPPORT:
		return DNNCTL_NO_MODULE;
	case -EPERM:
	case -EACCES:
		return DNNCTL_NOT_ALLOWED;
	default:
		return DNNCTL_FAILED;
	}
}

int say_no_module(void)
{
	return say_error(-EPROTONOSUPPORT,
			 "%s: load it with 'modprobe dnn_gov' or 'insmod dnn_gov.ko'",
			 dnnhint_strerror(-EPROTONOSUPPORT));
}

int open_module(struct dnnhint **h)
{
	int ret = dnnhint_open(h);

	if (ret == -EPROTONOSUPPORT)
		return say_no_module();
	return ret ? say_error(ret, "%s", dnnhint_strerror(ret)) : 0;
}

/* As the kernel writes lists of CPUs: 0-3,6 */
void print_cpus(const cpu_set_t *cpus)
{
	const char *comma = "";

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		int last = cpu;

		if (!CPU_ISSET((size_t)cpu, cpus))
			continue;
		while (last + 1 < CPU_SETSIZE && CPU_ISSET((size_t)last + 1, cpus))
			last++;
		printf(last > cpu ? "%s%d-%d" : "%s%d", comma, cpu, last);
		comma = ",";
		cpu = last;
	}
}
