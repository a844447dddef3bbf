/* SPDX-License-Identifier: MIT */
/* csv: tables of results that several runs put their rows into. */
#ifndef DYNDNN_EVAL_CSV_H
#define DYNDNN_EVAL_CSV_H

#include <stddef.h>

enum { CSV_LINE = 256 };

/**
 * struct csv_row - a line of a table
 * @text: without its newline
 * @key: number of characters at its start, with a comma as the last of them, that tell it from
 *	other lines
 */
struct csv_row {
	char text[CSV_LINE];
	size_t key;
};

/**
 * csv_put() - put rows into a table
 * @path: the file; made if there is none, replaced in one step
 * @header: its first line, with a newline
 * @rows: to add at the end; older lines with the key of one of them go, all others stay
 * @count: number of rows
 *
 * Return: 0; -EBADMSG if there is a file whose first line is not @header (it stays as it is); or
 * another negative errno.
 */
int csv_put(const char *path, const char *header, const struct csv_row *rows, size_t count);

#endif
