/* SPDX-License-Identifier: MIT */
/* memory: what networks take against what they replace, on disk and in memory. */
#ifndef DYNDNN_EVAL_MEMORY_H
#define DYNDNN_EVAL_MEMORY_H

#include <stdio.h>

#include "csv.h"
#include "resident.h"

enum { MEMORY_NAME = 64 };

/** memory_header - the first line of the file */
extern const char memory_header[];

/**
 * struct memory_set - models that one process holds at once, a session of each
 * @what: its name, as in table_name_ok()
 * @paths: of the models, pointing into what was parsed
 * @count: their number, at least 1
 * @file_bytes: sum of the files
 * @resident: of the process
 */
struct memory_set {
	char what[MEMORY_NAME];
	const char **paths;
	size_t count;
	uint64_t file_bytes;
	struct resident resident;
};

/**
 * memory_parse() - "WHAT=FILE[,FILE...]" to a set
 * @text: it; stays the caller's, and is changed: commas become NULs
 * @set: filled on success; end with memory_free()
 *
 * Return: 0; -EINVAL; -ENOMEM.
 */
int memory_parse(char *text, struct memory_set *set);

/** memory_free() - release what memory_parse() allocated */
void memory_free(struct memory_set *set);

/** memory_measure() - fill in sizes; 0 or a negative errno with the reason in @err */
int memory_measure(struct memory_set *set, struct dyndnn_error *err);

/** memory_print() - the table, with ratios to the first set */
void memory_print(FILE *to, const struct memory_set *sets, size_t count);

/** memory_put() - put @count sets, and the libraries' code, into the table at @path */
int memory_put(const char *path, const char *dataset, const struct memory_set *sets, size_t count);

#endif
