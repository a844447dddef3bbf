// SPDX-License-Identifier: MIT
#include "policy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CPUFREQ "/sys/devices/system/cpu/cpufreq"

int read_line(const char *path, char *text, unsigned int size)
{
	FILE *file = fopen(path, "re");
	int ret = 0;

	text[0] = '\0';
	if (!file)
		return -errno;
	if (!fgets(text, (int)size, file) && ferror(file))
		ret = -errno;
	fclose(file);
	text[strcspn(text, "\n")] = '\0';
	return ret;
}

static void policy_path(char *path, size_t size, unsigned int number, const char *file)
{
	snprintf(path, size, CPUFREQ "/policy%u/%s", number, file);
}

static int read_text(unsigned int number, const char *file, char *text, unsigned int size)
{
	char path[128];

	policy_path(path, sizeof(path), number, file);
	return read_line(path, text, size);
}

static unsigned long read_khz(unsigned int number, const char *file)
{
	char text[POLICY_TEXT];

	return read_text(number, file, text, sizeof(text)) ? 0 : strtoul(text, NULL, 10);
}

/* Where the governor dnn is not there is no budget either. */
static unsigned long read_budget_uw(unsigned int number)
{
	char path[64], text[POLICY_TEXT];

	snprintf(path, sizeof(path), "/sys/kernel/dnn_gov/policy%u/power_budget_uw", number);
	return read_line(path, text, sizeof(text)) ? 0 : strtoul(text, NULL, 10);
}

static int by_number(const void *a, const void *b)
{
	unsigned int left = *(const unsigned int *)a, right = *(const unsigned int *)b;

	return (left > right) - (left < right);
}

int policy_list(unsigned int *numbers, unsigned int room)
{
	DIR *dir = opendir(CPUFREQ);
	struct dirent *entry;
	unsigned int count = 0;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir)) && count < room) {
		int number = policy_parse(entry->d_name);

		if (!strncmp(entry->d_name, "policy", 6) && number >= 0)
			numbers[count++] = (unsigned int)number;
	}
	closedir(dir);
	qsort(numbers, count, sizeof(*numbers), by_number);
	return (int)count;
}

int policy_read(unsigned int number, struct policy *policy)
{
	int ret;

	*policy = (struct policy) { .number = number };
	ret = read_text(number, "scaling_governor", policy->governor, sizeof(policy->governor));
	if (ret)
		return ret;
	/* Some drivers have no such file; the answer is then "unknown". */
	policy->khz = read_khz(number, "scaling_cur_freq");
	policy->min_khz = read_khz(number, "scaling_min_freq");
	policy->max_khz = read_khz(number, "scaling_max_freq");
	policy->hw_max_khz = read_khz(number, "cpuinfo_max_freq");
	policy->budget_uw = read_budget_uw(number);
	read_text(number, "affected_cpus", policy->cpus, sizeof(policy->cpus));
	return 0;
}

bool policy_has_governor(unsigned int number, const char *governor)
{
	char text[1024], *rest = text, *word;

	if (read_text(number, "scaling_available_governors", text, sizeof(text)))
		return false;
	while ((word = strsep(&rest, " ")))
		if (!strcmp(word, governor))
			return true;
	return false;
}

int policy_set_governor(unsigned int number, const char *governor)
{
	char path[128], now[POLICY_TEXT] = "";
	size_t len = strlen(governor);
	ssize_t n;
	int fd, ret = 0;

	policy_path(path, sizeof(path), number, "scaling_governor");
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = write(fd, governor, len);
	if (n < 0)
		ret = -errno;
	close(fd);
	if (!ret)
		ret = read_line(path, now, sizeof(now));
	return !ret && strcmp(now, governor) ? -EIO : ret;
}

int policy_parse(const char *text)
{
	unsigned long number;
	char *end;

	if (!strncmp(text, "policy", 6))
		text += 6;
	if (*text < '0' || *text > '9')
		return -EINVAL;
	number = strtoul(text, &end, 10);
	return *end || number > INT_MAX ? -EINVAL : (int)number;
}
