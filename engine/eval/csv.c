// SPDX-License-Identifier: MIT
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"

static bool is_replaced(const char *line, const struct csv_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strncmp(line, rows[i].text, rows[i].key))
			return true;
	return false;
}

static int keep_others(FILE *old, FILE *new, const char *header, const struct csv_row *rows,
		       size_t count)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	int ret = 0;

	len = getline(&line, &room, old);
	if (len > 0 && strcmp(line, header))
		ret = -EBADMSG;
	while (!ret && (len = getline(&line, &room, old)) > 0) {
		if (is_replaced(line, rows, count))
			continue;
		fputs(line, new);
		if (line[len - 1] != '\n')
			fputc('\n', new);
	}
	if (!ret && ferror(old))
		ret = -EIO;
	free(line);
	return ret;
}

static int write_all(const char *path, FILE *new, const char *header, const struct csv_row *rows,
		     size_t count)
{
	FILE *old = fopen(path, "r");
	int ret = 0;

	if (!old && errno != ENOENT)
		return -errno;
	fputs(header, new);
	if (old) {
		ret = keep_others(old, new, header, rows, count);
		fclose(old);
	}
	for (size_t i = 0; i < count; i++)
		fprintf(new, "%s\n", rows[i].text);
	return ret;
}

int csv_put(const char *path, const char *header, const struct csv_row *rows, size_t count)
{
	char temp[PATH_MAX];
	FILE *new;
	int ret;

	if (snprintf(temp, sizeof(temp), "%s.tmp", path) >= (int)sizeof(temp))
		return -ENAMETOOLONG;
	new = fopen(temp, "w");
	if (!new)
		return -errno;
	ret = write_all(path, new, header, rows, count);
	if (!ret && ferror(new))
		ret = -EIO;
	if (fclose(new) && !ret)
		ret = -errno;
	if (!ret && rename(temp, path))
		ret = -errno;
	if (ret)
		remove(temp);
	return ret;
}
