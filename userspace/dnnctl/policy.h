/* SPDX-License-Identifier: MIT */
/* The kernel's cpufreq policies, as sysfs shows them. */
#ifndef DNNCTL_POLICY_H
#define DNNCTL_POLICY_H

#include <stdbool.h>

#define POLICY_TEXT 128

/**
 * struct policy - a cpufreq policy
 * @number: N of policyN
 * @governor: the one selected
 * @khz: frequency now, 0: unknown
 * @min_khz: lowest allowed frequency
 * @max_khz: highest allowed frequency
 * @hw_max_khz: highest frequency the hardware has
 * @budget_uw: power that it may draw now, 0: any
 * @cpus: its CPUs, as a text
 */
struct policy {
	unsigned int number;
	char governor[POLICY_TEXT];
	unsigned long khz;
	unsigned long min_khz;
	unsigned long max_khz;
	unsigned long hw_max_khz;
	unsigned long budget_uw;
	char cpus[POLICY_TEXT];
};

/* Numbers of all policies, sorted. Return: how many, or a negative errno. */
int policy_list(unsigned int *numbers, unsigned int room);

int policy_read(unsigned int number, struct policy *policy);

/* Whether the kernel has such a governor for the policy now. */
bool policy_has_governor(unsigned int number, const char *governor);

/* Select a governor and check that it is. Return: 0 or a negative errno. */
int policy_set_governor(unsigned int number, const char *governor);

/* "policy4" or "4". Return: the number, or -EINVAL. */
int policy_parse(const char *text);

/* First line of a file without its newline. Return: 0 or a negative errno. */
int read_line(const char *path, char *text, unsigned int size);

#endif
