/* SPDX-License-Identifier: MIT */
#ifndef DYNDNN_RUN_CPULIST_H
#define DYNDNN_RUN_CPULIST_H

#include <sched.h>

/**
 * cpulist_parse() - read "0-3,6" as the kernel writes it
 * @text: the list: at least one CPU, each below CPU_SETSIZE
 * @cpus: receives it
 *
 * Return: 0 or -EINVAL.
 */
int cpulist_parse(const char *text, cpu_set_t *cpus);

#endif
