// SPDX-License-Identifier: MIT
/* dnnctl enable, disable: select a governor. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dnnctl.h"
#include "policy.h"

#define MAX_POLICIES 1024

/* Which policies are meant. Return: how many; 0 after having said what is wrong. */
static int chosen(const struct dnnctl *ctl, unsigned int *numbers, int *status)
{
	unsigned int all[MAX_POLICIES], count = 0;
	int n = policy_list(all, MAX_POLICIES);

	*status = DNNCTL_FAILED;
	if (n <= 0) {
		say_error(0, "this machine has no cpufreq policy: its kernel has no driver for it");
		return 0;
	}
	for (unsigned int i = 0; i < ctl->nr_policies; i++) {
		int number = policy_parse(ctl->policies[i]);
		bool known = false;

		for (int j = 0; number >= 0 && j < n; j++)
			known |= all[j] == (unsigned int)number;
		if (!known) {
			say_error(0, "there is no policy '%s', there are policy%u..policy%u",
				  ctl->policies[i], all[0], all[n - 1]);
			*status = DNNCTL_USAGE;
			return 0;
		}
		numbers[count++] = (unsigned int)number;
	}
	if (ctl->nr_policies)
		return (int)count;
	memcpy(numbers, all, (size_t)n * sizeof(*all));
	return n;
}

static int set_all(const struct dnnctl *ctl, const char *governor, const char *instead_of)
{
	unsigned int numbers[MAX_POLICIES];
	int status, n = chosen(ctl, numbers, &status);
	struct policy policy;

	if (!n)
		return status;
	for (int i = 0; i < n; i++) {
		int ret = policy_read(numbers[i], &policy);

		if (!ret && instead_of && strcmp(policy.governor, instead_of))
			continue;
		if (!ret)
			ret = policy_set_governor(numbers[i], governor);
		if (ret == -EACCES || ret == -EPERM)
			return say_error(ret, "policy%u: only root may select a governor",
					 numbers[i]);
		if (ret == -EINVAL) {
			say_error(0, "policy%u: there is no governor %s", numbers[i], governor);
			return DNNCTL_NO_GOVERNOR;
		}
		if (ret)
			return say_error(ret, "policy%u: governor %s cannot be selected: %s",
					 numbers[i], governor, strerror(-ret));
		printf("policy%u: governor %s\n", numbers[i], governor);
	}
	return DNNCTL_OK;
}

int cmd_enable(const struct dnnctl *ctl)
{
	unsigned int numbers[MAX_POLICIES];
	int status, n = chosen(ctl, numbers, &status);

	if (!n)
		return status;
	for (int i = 0; i < n; i++)
		if (!policy_has_governor(numbers[i], "dnn"))
			return say_no_module();
	return set_all(ctl, "dnn", NULL);
}

int cmd_disable(const struct dnnctl *ctl)
{
	const char *governor = ctl->governor ? ctl->governor : "schedutil";
	unsigned int numbers[MAX_POLICIES];
	int status, n = chosen(ctl, numbers, &status);

	if (!n)
		return status;
	for (int i = 0; i < n; i++) {
		/* A governor that is a module is loaded by the kernel when it is asked for. */
		if (ctl->governor || policy_has_governor(numbers[i], governor))
			continue;
		say_error(0, "policy%u has no governor %s, name one with --governor", numbers[i],
			  governor);
		return DNNCTL_NO_GOVERNOR;
	}
	/* Policies that somebody else governs are left alone, unless named. */
	return set_all(ctl, governor, ctl->nr_policies ? NULL : "dnn");
}
