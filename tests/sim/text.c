// SPDX-License-Identifier: MIT
#include "text.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int text_open(struct text *text, const char *path, char *error)
{
	memset(text, 0, sizeof(*text));
	text->path = path;
	text->error = error;
	*error = '\0';
	text->file = fopen(path, "re");
	if (!text->file)
		return text_fail(text, -errno, "%s", strerror(errno));
	return 0;
}

void text_close(struct text *text)
{
	if (text->file)
		fclose(text->file);
	text->file = NULL;
}

int text_fail(struct text *text, int ret, const char *format, ...)
{
	int used = text->line ?
		snprintf(text->error, TEXT_ERROR_MAX, "%s:%u: ", text->path, text->line) :
		snprintf(text->error, TEXT_ERROR_MAX, "%s: ", text->path);
	va_list args;

	if (used < 0 || used >= TEXT_ERROR_MAX)
		return ret;
	va_start(args, format);
	vsnprintf(text->error + used, TEXT_ERROR_MAX - (size_t)used, format, args);
	va_end(args);
	return ret;
}

static int split(struct text *text)
{
	char *save, *word = strtok_r(text->buffer, " \t\r\n", &save);

	text->nr_words = 0;
	for (; word; word = strtok_r(NULL, " \t\r\n", &save)) {
		if (text->nr_words == TEXT_WORDS_MAX)
			return text_fail(text, -E2BIG, "more than %d words", TEXT_WORDS_MAX);
		text->words[text->nr_words++] = word;
	}
	return 0;
}

int text_next(struct text *text)
{
	while (fgets(text->buffer, sizeof(text->buffer), text->file)) {
		char *comment = strchr(text->buffer, '#');
		bool whole = strchr(text->buffer, '\n') || feof(text->file);
		int ret;

		text->line++;
		if (!whole)
			return text_fail(text, -E2BIG, "more than %zu characters",
					 sizeof(text->buffer) - 2);
		if (comment)
			*comment = '\0';
		ret = split(text);
		if (ret)
			return ret;
		if (text->nr_words)
			return 1;
	}
	return ferror(text->file) ? text_fail(text, -EIO, "cannot be read") : 0;
}

int text_number(struct text *text, const char *field, const char *word, u64 min, u64 max,
		u64 *value)
{
	char *end;
	u64 number;

	errno = 0;
	number = strtoull(word, &end, 10);
	if (!isdigit((unsigned char)*word) || *end)
		return text_fail(text, -EINVAL, "%s: '%s' is not a number in %llu..%llu", field,
				 word, min, max);
	if (errno || number < min || number > max)
		return text_fail(text, -ERANGE, "%s: %s is not in %llu..%llu", field, word, min,
				 max);
	*value = number;
	return 0;
}

int text_name(struct text *text, const char *field, const char *word, char *name)
{
	const char *c;

	for (c = word; *c; c++)
		if (!isalnum((unsigned char)*c) && *c != '-' && *c != '_')
			break;
	if (*c || c == word || c - word >= TEXT_NAME_MAX)
		return text_fail(text, -EINVAL,
				 "%s: '%s' is not 1..%d letters, digits, '-' and '_'", field, word,
				 TEXT_NAME_MAX - 1);
	memcpy(name, word, (size_t)(c - word) + 1);
	return 0;
}

int text_path(struct text *text, const char *field, const char *word, char *path, size_t room)
{
	const char *slash = strrchr(text->path, '/');
	int dir = slash && *word != '/' ? (int)(slash - text->path) + 1 : 0;
	int length = snprintf(path, room, "%.*s%s", dir, text->path, word);

	if (length < 0 || (size_t)length >= room)
		return text_fail(text, -ENAMETOOLONG, "%s: the path is too long", field);
	return 0;
}

int text_fields(struct text *text, unsigned int first, const struct text_field *fields,
		size_t nr_fields)
{
	u64 seen = 0;
	unsigned int word;
	size_t i;

	for (word = first; word < text->nr_words; word += 2) {
		int ret;

		for (i = 0; i < nr_fields; i++)
			if (!strcmp(text->words[word], fields[i].name))
				break;
		if (i == nr_fields)
			return text_fail(text, -EINVAL, "%s: there is no such field of '%s'",
					 text->words[word], text->words[0]);
		if (seen & 1ULL << i)
			return text_fail(text, -EINVAL, "%s: is there twice", fields[i].name);
		if (word + 1 == text->nr_words)
			return text_fail(text, -EINVAL, "%s: a number in %llu..%llu is missing",
					 fields[i].name, fields[i].min, fields[i].max);
		ret = text_number(text, fields[i].name, text->words[word + 1], fields[i].min,
				  fields[i].max, fields[i].value);
		if (ret)
			return ret;
		seen |= 1ULL << i;
	}
	for (i = 0; i < nr_fields; i++)
		if (fields[i].needed && !(seen & 1ULL << i))
			return text_fail(text, -EINVAL, "%s: is missing, %llu..%llu",
					 fields[i].name, fields[i].min, fields[i].max);
	return 0;
}
