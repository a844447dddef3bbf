// SPDX-License-Identifier: MIT

#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

char *folder_path(const char *format, ...)
{
	char *path;
	va_list args;
	int len;

	va_start(args, format);
	len = vasprintf(&path, format, args);
	va_end(args);
	return len < 0 ? NULL : path;
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *where)
{
	(void)stat;
	(void)type;
	(void)where;
	remove(path);
	return 0;
}

void folder_remove(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int keep_log(const char *logs, const char *lab, const char *name, const char *log)
{
	char *from = folder_path("%s/%s", logs, log);
	char *to = folder_path("%s/logs/%s.%s", lab, name, log);
	int ret = -ENOMEM;

	if (from && to)
		ret = rename(from, to) ? -errno : 0;
	free(to);
	free(from);
	return ret;
}

static int keep_logs(const char *logs, const char *lab, const char *name)
{
	struct dirent *entry;
	int ret = 0;
	DIR *dir;

	dir = opendir(logs);
	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while (!ret && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			ret = keep_log(logs, lab, name, entry->d_name);
	closedir(dir);
	return ret;
}

/*
 * A folder cannot take another's place in one step, and another run of the same name may come
 * in between, hence the loop: the last one to come is kept.
 */
static int replace(const char *from, const char *to, const char *away)
{
	for (;;) {
		if (rename(to, away) && errno != ENOENT)
			return -errno;
		folder_remove(away);
		if (!rename(from, to))
			return 0;
		if (errno == ENOENT && access(from, F_OK))
			return 0;	/* this run made no results */
		if (errno != ENOTEMPTY && errno != EEXIST)
			return -errno;
	}
}

int folder_keep(const char *folder, const char *lab, const char *name)
{
	char *console = folder_path("%s/console.log", folder);
	char *log = folder_path("%s/logs/%s.log", lab, name);
	char *logs = folder_path("%s/logs", folder);
	char *from = folder_path("%s/results", folder);
	char *to = folder_path("%s/results/%s", lab, name);
	char *away = folder_path("%s/replaced", folder);
	int ret = -ENOMEM;

	if (!console || !log || !logs || !from || !to || !away)
		goto free;
	ret = rename(console, log) ? -errno : 0;
	if (!ret)
		ret = keep_logs(logs, lab, name);
	if (!ret)
		ret = replace(from, to, away);
free:
	free(away);
	free(to);
	free(from);
	free(logs);
	free(log);
	free(console);
	return ret;
}
