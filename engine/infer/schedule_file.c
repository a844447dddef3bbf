// SPDX-License-Identifier: MIT
#include "schedule_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <zlib.h>

#define HEADER		"dyndnn-schedule 2\n"
#define KEY_BYTES	64
#define LINE_BYTES	(KEY_BYTES + 2 * DYNDNN_MAX_LEVELS + 2)
/* Older lines go when there are more. */
#define MAX_LINES	256

static const char letters[SCHEDULE_WAYS + 1] = "ALG";

/* Of what /proc/cpuinfo says that does not change from one moment to the next. */
static uLong processor(void)
{
	static const char *const fields[] = {
		"model name", "CPU implementer", "CPU variant", "CPU part", "Hardware",
	};
	FILE *file = fopen("/proc/cpuinfo", "re");
	struct utsname name;
	char line[256];
	uLong crc = 0;

	if (!uname(&name))
		crc = crc32(crc, (const Bytef *)name.machine, strlen(name.machine));
	while (file && fgets(line, sizeof(line), file)) {
		for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
			if (!strncmp(line, fields[i], strlen(fields[i])))
				crc = crc32(crc, (const Bytef *)line, strlen(line));
		}
	}
	if (file)
		fclose(file);
	return crc;
}

/* With a space at its end. */
static void make_key(const struct dyndnn_session *session, char key[KEY_BYTES])
{
	const struct dnnfile_header *header = (const void *)session->model->data;

	snprintf(key, KEY_BYTES, "%08lx %s %08lx %llu %u %u ", processor(),
		 session->compute->name, (unsigned long)header->header_crc, (unsigned long long)header->file_bytes,
		 session->workers.threads, session->max_level);
}

static int read_ways(const char *text, struct dyndnn_session *session)
{
	struct schedule schedule = { { { 0 } } };
	unsigned int levels = session->max_level;

	for (unsigned int i = 0; i < 2 * levels; i++) {
		const char *letter = text[i] ? strchr(letters, text[i]) : NULL;

		if (!letter || (letter - letters == SCHEDULE_GROUPS && session->lanes == 1))
			return -EINVAL;
		schedule.way[i / levels][i % levels] = letter - letters;
	}
	if (text[2 * levels] != '\n')
		return -EINVAL;
	session->schedule = schedule;
	return 0;
}

int schedule_file_read(const char *path, struct dyndnn_session *session)
{
	FILE *file = fopen(path, "re");
	char key[KEY_BYTES], line[LINE_BYTES];
	int ret = -ENOENT;

	if (!file)
		return -errno;
	make_key(session, key);
	if (!fgets(line, sizeof(line), file) || strcmp(line, HEADER))
		ret = -EINVAL;
	while (ret == -ENOENT && fgets(line, sizeof(line), file)) {
		if (!strncmp(line, key, strlen(key)))
			ret = read_ways(line + strlen(key), session);
	}
	fclose(file);
	return ret;
}

/* All lines but those of this key, the newest MAX_LINES - 1. */
static void copy_others(FILE *from, FILE *to, const char *key)
{
	char line[LINE_BYTES];
	unsigned int others = 0;

	if (!fgets(line, sizeof(line), from) || strcmp(line, HEADER))
		return;
	while (fgets(line, sizeof(line), from))
		others += strncmp(line, key, strlen(key)) != 0;
	rewind(from);
	if (!fgets(line, sizeof(line), from))
		return;
	while (fgets(line, sizeof(line), from)) {
		if (!strncmp(line, key, strlen(key)))
			continue;
		if (others-- < MAX_LINES)
			fputs(line, to);
	}
}

static void write_file(const char *path, FILE *to, const struct dyndnn_session *session)
{
	FILE *from = fopen(path, "re");
	char key[KEY_BYTES];

	make_key(session, key);
	fputs(HEADER, to);
	if (from) {
		copy_others(from, to, key);
		fclose(from);
	}
	fputs(key, to);
	for (unsigned int i = 0; i < 2 * session->max_level; i++)
		fputc(letters[session->schedule.way[i / session->max_level]
						   [i % session->max_level]], to);
	fputc('\n', to);
}

/* Through a temporary file: others may read it at any time. */
void schedule_file_note(const char *path, const struct dyndnn_session *session)
{
	char *temp;
	FILE *to = NULL;
	int fd, bad;

	if (asprintf(&temp, "%s.XXXXXX", path) < 0)
		return;
	fd = mkstemp(temp);
	if (fd < 0)
		goto out_free;
	fchmod(fd, 0644);
	to = fdopen(fd, "w");
	if (!to) {
		close(fd);
		goto out_unlink;
	}
	write_file(path, to, session);
	bad = ferror(to);
	if (!fclose(to) && !bad && !rename(temp, path))
		goto out_free;
out_unlink:
	unlink(temp);
out_free:
	free(temp);
}
