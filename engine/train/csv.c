// SPDX-License-Identifier: MIT
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "csv.h"

static const char header[] = "dataset,level,top1,images\n";

static void keep_others(FILE *old, FILE *new, const char *dataset)
{
	size_t len = strlen(dataset);
	char line[512];

	while (fgets(line, sizeof(line), old)) {
		if (!strcmp(line, header))
			continue;
		if (!strncmp(line, dataset, len) && line[len] == ',')
			continue;
		fputs(line, new);
	}
}

int csv_put(const char *path, const char *dataset, const uint32_t *correct, unsigned int levels,
	    uint32_t images)
{
	char temp[PATH_MAX];
	FILE *new, *old;
	int ret = 0;

	if (snprintf(temp, sizeof(temp), "%s.tmp", path) >= (int)sizeof(temp))
		return -ENAMETOOLONG;
	new = fopen(temp, "w");
	if (!new)
		return -errno;
	fputs(header, new);
	old = fopen(path, "r");
	if (old) {
		keep_others(old, new, dataset);
		fclose(old);
	}
	for (unsigned int g = 0; g < levels; g++)
		fprintf(new, "%s,%u,%.2f,%u\n", dataset, g + 1, 100.0 * correct[g] / images,
			images);
	if (ferror(new))
		ret = -EIO;
	if (fclose(new) && !ret)
		ret = -errno;
	if (!ret && rename(temp, path))
		ret = -errno;
	if (ret)
		remove(temp);
	return ret;
}
