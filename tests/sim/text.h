/* SPDX-License-Identifier: MIT */
/*
 * Small text files: words on lines, # begins a comment. Errors name the file, the line, the
 * field and the range that is allowed.
 */
#ifndef SIM_TEXT_H
#define SIM_TEXT_H

#include <stddef.h>
#include <stdio.h>

#include "plan_math.h"

#define TEXT_WORDS_MAX	24
#define TEXT_NAME_MAX	32
#define TEXT_ERROR_MAX	256

/**
 * struct text - a file that is read
 * @file: it
 * @path: its name, for errors
 * @line: number of the line
 * @nr_words: words of that line
 * @words: them
 * @error: what is wrong, the caller's room of TEXT_ERROR_MAX characters
 * @buffer: the line
 */
struct text {
	FILE *file;
	const char *path;
	unsigned int line;
	unsigned int nr_words;
	char *words[TEXT_WORDS_MAX];
	char *error;
	char buffer[512];
};

/* 0, or a negative errno with @error set. */
int text_open(struct text *text, const char *path, char *error);
void text_close(struct text *text);

/* The next line that has words: 1; 0 at the end; -E2BIG, -EIO. */
int text_next(struct text *text);

/* Write an error about the present line; returns @ret. */
int text_fail(struct text *text, int ret, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The number in @word: -EINVAL where it is none, -ERANGE outside @min..@max. */
int text_number(struct text *text, const char *field, const char *word, u64 min, u64 max,
		u64 *value);

/* A name of letters, digits, '-' and '_', shorter than TEXT_NAME_MAX. */
int text_name(struct text *text, const char *field, const char *word, char *name);

/* A path that counts from the file's directory; -ENAMETOOLONG. */
int text_path(struct text *text, const char *field, const char *word, char *path, size_t room);

/**
 * struct text_field - a number that is named on its line
 * @name: its name
 * @min: lowest
 * @max: highest
 * @value: where it goes; keeps what was there if the line does not have it
 * @needed: it must be there
 */
struct text_field {
	const char *name;
	u64 min;
	u64 max;
	u64 *value;
	int needed;
};

/* Pairs of name and number from word @first on. */
int text_fields(struct text *text, unsigned int first, const struct text_field *fields,
		size_t nr_fields);

#endif
