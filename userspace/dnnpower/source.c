// SPDX-License-Identifier: MIT
#include "source.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

void source_name(struct source *source, const char *chip, const char *feature)
{
	snprintf(source->name, sizeof(source->name), "%.*s/%s", SOURCE_NAME / 2 - 1, chip, feature);
	for (char *c = source->name; *c; c++)
		if (strchr(" ,\"\t\r\n", *c))
			*c = '_';
	source->chip_len = strcspn(source->name, "/");
}

bool source_matches(const struct source *source, const char *pattern)
{
	char chip[SOURCE_NAME];

	snprintf(chip, sizeof(chip), "%.*s", (int)source->chip_len, source->name);
	return !fnmatch(pattern, chip, 0) || !fnmatch(pattern, source->name, 0);
}

/*
 * Packages are what adds up without counting twice: their parts are zones of their own, "psys"
 * holds them all, and a second driver may show the same ones.
 */
static bool is_package(const struct source *source)
{
	return source_matches(source, "intel-rapl:[0-9]/package-*") ||
	       source_matches(source, "intel-rapl:[0-9][0-9]/package-*");
}

static bool all_powercap(const struct sources *sources)
{
	for (size_t i = 0; i < sources->count; i++)
		if (sources->list[i].chip)
			return false;
	return true;
}

static void keep(struct sources *sources, const bool *wanted)
{
	size_t kept = 0;

	for (size_t i = 0; i < sources->count; i++)
		if (wanted[i])
			sources->list[kept++] = sources->list[i];
	sources->count = kept;
}

int source_keep(struct sources *sources, const char *const *patterns, size_t count, size_t *odd)
{
	bool wanted[SOURCES_MAX] = { false }, any = false;

	if (!sources->count)
		return -ENODEV;
	for (size_t p = 0; p < count; p++) {
		bool found = false;

		for (size_t i = 0; i < sources->count; i++) {
			if (source_matches(&sources->list[i], patterns[p]))
				wanted[i] = found = true;
		}
		if (!found) {
			*odd = p;
			return -ENOENT;
		}
	}
	if (!count && sources->count > 1) {
		for (size_t i = 0; all_powercap(sources) && i < sources->count; i++)
			any |= wanted[i] = is_package(&sources->list[i]);
		if (!any)
			return -ENOTUNIQ;
		count = 1;
	}
	if (count)
		keep(sources, wanted);
	return 0;
}

int source_read(const struct source *source, double *value)
{
	return source->chip ? source_read_hwmon(source, value) :
			      source_read_powercap(source->path, value);
}
