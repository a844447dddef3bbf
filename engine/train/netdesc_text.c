// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netdesc_text.h"

/*
 * libconfig would read the file that "@include" names, whatever it is: with the rights of whoever
 * trains, chosen by whoever wrote the description.
 */
static int refuse_include(const char *text, char *err, size_t err_len)
{
	int nr = 1;

	for (const char *line = text;; nr++) {
		if (!strncmp(line + strspn(line, " \t"), "@include", strlen("@include"))) {
			snprintf(err, err_len, "line %d: @include is not taken: one file has it all",
				 nr);
			return -EINVAL;
		}
		line = strchr(line, '\n');
		if (!line)
			return 0;
		line++;
	}
}

static int fail_errno(int error, char *err, size_t err_len)
{
	snprintf(err, err_len, "%s", strerror(error));
	return -error;
}

static int load(FILE *file, char **text, char *err, size_t err_len)
{
	size_t room = 0;
	ssize_t bytes = getdelim(text, &room, '\0', file);

	if (bytes < 0 && !feof(file))
		return fail_errno(errno, err, err_len);
	if (bytes < 0) {
		/* Nothing is a text, too, of which getdelim() makes no string. */
		free(*text);
		*text = strdup("");
		return *text ? 0 : fail_errno(ENOMEM, err, err_len);
	}
	if (!(*text)[bytes - 1]) {
		snprintf(err, err_len, "no text: byte %zd is 0", bytes);
		return -EINVAL;
	}
	return refuse_include(*text, err, err_len);
}

int netdesc_load_text(const char *path, char **text, char *err, size_t err_len)
{
	FILE *file = fopen(path, "r");
	int ret;

	*text = NULL;
	if (!file)
		return fail_errno(errno, err, err_len);
	ret = load(file, text, err, err_len);
	fclose(file);
	if (ret) {
		free(*text);
		*text = NULL;
	}
	return ret;
}
