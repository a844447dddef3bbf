// SPDX-License-Identifier: MIT
#include "source.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The first line of a file. */
static int read_line(const char *path, char *text, int size)
{
	FILE *file = fopen(path, "r");
	int ret = 0;

	if (!file)
		return -errno;
	errno = 0;
	if (!fgets(text, size, file))
		ret = errno ? -errno : -EBADMSG;
	fclose(file);
	if (!ret)
		text[strcspn(text, "\n")] = '\0';
	return ret;
}

int source_read_powercap(const char *path, double *value)
{
	char text[32] = "", *end;
	uint64_t uj;
	int ret = read_line(path, text, sizeof(text));

	if (ret)
		return ret;
	if (*text < '0' || *text > '9')
		return -EBADMSG;
	errno = 0;
	uj = strtoull(text, &end, 10);
	if (errno || *end)
		return -EBADMSG;
	*value = (double)uj;
	return 0;
}

static int add_zone(struct sources *sources, const char *dir, const char *zone)
{
	struct source source = { .kind = SOURCE_COUNTER };
	char path[PATH_MAX], name[SOURCE_NAME / 2];
	int ret;

	snprintf(source.path, sizeof(source.path), "%s/%s/energy_uj", dir, zone);
	/* a control type such as "intel-rapl", or a zone that counts no energy */
	if (access(source.path, F_OK))
		return 0;
	if (access(source.path, R_OK)) {
		sources->unreadable++;
		return 0;
	}
	snprintf(path, sizeof(path), "%s/%s/name", dir, zone);
	ret = read_line(path, name, sizeof(name));
	if (ret)
		return -EBADMSG;
	snprintf(path, sizeof(path), "%s/%s/max_energy_range_uj", dir, zone);
	ret = source_read_powercap(path, &source.range_uj);
	if (ret && ret != -ENOENT)
		return -EBADMSG;
	if (sources->count == SOURCES_MAX)
		return -ENOSPC;
	source_name(&source, zone, name);
	sources->list[sources->count++] = source;
	return 0;
}

int source_powercap(struct sources *sources, const char *dir)
{
	struct dirent **zones;
	int ret = 0, count = scandir(dir, &zones, NULL, alphasort);

	if (count < 0)
		return errno == ENOENT ? 0 : -errno;
	for (int i = 0; i < count; i++) {
		if (!ret && *zones[i]->d_name != '.')
			ret = add_zone(sources, dir, zones[i]->d_name);
		free(zones[i]);
	}
	free(zones);
	return ret;
}
