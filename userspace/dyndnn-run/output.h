/* SPDX-License-Identifier: MIT */
/* output: results for people and for programs. */
#ifndef DYNDNN_RUN_OUTPUT_H
#define DYNDNN_RUN_OUTPUT_H

#include <stdio.h>

#include "result.h"

/**
 * struct output_format - one way to write results
 * @name: as --format has it
 * @header: write what comes before the first result; NULL: nothing
 * @row: write a result
 *
 * What cannot be written, the stream's error flag tells.
 */
struct output_format {
	const char *name;
	void (*header)(FILE *file, unsigned int nr_top);
	void (*row)(FILE *file, const struct result *result);
};

extern const struct output_format output_text, output_csv, output_json;

/* The format of a name; NULL if there is none. */
const struct output_format *output_find(const char *name);

#endif
