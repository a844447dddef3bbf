// SPDX-License-Identifier: MIT

#include "splats.h"
#include "races.h"

#include <errno.h>
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char stamp[] = "\\[ *[0-9]+\\.[0-9]{6}\\] ";

static const char words[] =
	"WARNING:|BUG:|\\bOops\\b|Internal error:|Kernel panic|Unable to handle|Call trace:|"
	"KASAN|UBSAN|KCSAN|KFENCE|ODEBUG:|refcount_t:|"
	"possible (circular|recursive) locking|possible irq lock inversion|"
	"inconsistent lock state|suspicious RCU usage|bad unlock balance|held lock freed|"
	"DEBUG_LOCKS_WARN_ON|rcu:? .*(stall|self-detected|starved)|soft lockup|hard LOCKUP|"
	"blocked for more than|scheduling while atomic|sleeping function called|"
	"list_(add|del) corruption|kmemleak: [1-9]|"
	/* for any reason but a lack of memory (-12), which a scenario may bring about */
	"kobject_add_internal failed for [^ ]+ (with|\\(error: -([02-9]|1([^2]|2[0-9])))|"
	"sysfs: cannot create duplicate|Trying to vfree|Bad page state|double free|"
	"unregister_netdevice: waiting";

/*
 * Only what follows the kernel's time stamp counts, and not the names of checks among it: a
 * scenario may print what it likes.
 */
static bool is_splat(const regex_t *kernel, const regex_t *splat, const char *line)
{
	regmatch_t at;

	while (!regexec(kernel, line, 1, &at, 0)) {
		line += at.rm_eo;
		if (strncmp(line, "lab: ", 5) && !regexec(splat, line, 0, NULL, 0))
			return true;
	}
	return false;
}

static int add(struct lines *to, const char *line)
{
	if (to->count == SPLATS_SHOWN)
		return 0;
	for (int i = 0; i < to->count; i++)
		if (!strcmp(to->lines[i], line))
			return 0;
	to->lines[to->count] = strdup(line);
	if (!to->lines[to->count])
		return -ENOMEM;
	to->count++;
	return 0;
}

static int add_race(struct splats *splats, const struct race *race, enum race_end end)
{
	if (end == RACE_NONE)
		return 0;
	return add(end == RACE_OURS ? &splats->found : &splats->races, race->head);
}

/* What the kernel says in a line, or NULL. */
static const char *said(const regex_t *kernel, const char *line)
{
	regmatch_t at;

	return regexec(kernel, line, 1, &at, 0) ? NULL : line + at.rm_eo;
}

static int scan_line(struct splats *splats, struct race *race, const regex_t *kernel,
		     const regex_t *splat, const char *line)
{
	const char *text = said(kernel, line);
	enum race_end end;

	if (text) {
		end = race_feed(race, text);
		if (end != RACE_NONE || race->open)
			return add_race(splats, race, end);
	}
	return is_splat(kernel, splat, line) ? add(&splats->found, line) : 0;
}

int splats_scan(struct splats *splats, const char *path)
{
	size_t capacity = 0;
	char *line = NULL;
	struct race race = { .open = false };
	regex_t kernel, splat;
	int ret = 0;
	ssize_t len;
	FILE *in;

	in = fopen(path, "re");
	if (!in)
		return errno == ENOENT ? 0 : -errno;
	if (regcomp(&kernel, stamp, REG_EXTENDED)) {
		ret = -ENOMEM;
		goto close;
	}
	if (regcomp(&splat, words, REG_EXTENDED | REG_NOSUB)) {
		ret = -ENOMEM;
		goto free_kernel;
	}

	while (!ret && (len = getline(&line, &capacity, in)) > 0) {
		while (len && (line[len - 1] == '\n' || line[len - 1] == '\r'))
			line[--len] = 0;
		/* a broken guest may say anything, and a line must be one string */
		for (ssize_t i = 0; i < len; i++)
			if (!line[i])
				line[i] = '?';
		ret = scan_line(splats, &race, &kernel, &splat, line);
	}
	if (!ret && ferror(in))
		ret = -EIO;
	if (!ret)
		ret = add_race(splats, &race, race_finish(&race));

	free(line);
	regfree(&splat);
free_kernel:
	regfree(&kernel);
close:
	fclose(in);
	return ret;
}

static void lines_free(struct lines *lines)
{
	while (lines->count)
		free(lines->lines[--lines->count]);
}

void splats_free(struct splats *splats)
{
	lines_free(&splats->found);
	lines_free(&splats->races);
}
