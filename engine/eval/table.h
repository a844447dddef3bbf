/* SPDX-License-Identifier: MIT */
/* table: one row for each level of each mode, as dyndnn-eval measures and dyndnn-plot reads it. */
#ifndef DYNDNN_EVAL_TABLE_H
#define DYNDNN_EVAL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "csv.h"

enum {
	TABLE_NAME = 64,	/* bytes of a data set's name with its NUL */
	TABLE_ERR_LEN = 256,
};

/* The order in which tables and pictures show them. */
enum table_mode {
	MODE_INCREMENTAL,
	MODE_STATIC,
	MODE_TRIANGULAR,
	MODE_SLIMMABLE,
	MODE_INT8,		/* an incremental one whose values are 8-bit integers */
	MODE_COUNT,
};

/**
 * struct table_row - what was measured of a level
 * @dataset: name of the data set
 * @mode: how the network was trained
 * @level: 1..DYNDNN_MAX_LEVELS
 * @top1: percent of the images whose class came out best, 0..100
 * @confidence: mean softmax probability of the correct class, 0..1
 * @macs: multiply-accumulates of a frame
 * @params: weights and biases that the level reads
 * @file_bytes: size of the file that holds the level
 * @resident_bytes: memory of a session for this level, see resident.h
 */
struct table_row {
	char dataset[TABLE_NAME];
	enum table_mode mode;
	unsigned int level;
	double top1;
	double confidence;
	uint64_t macs;
	uint64_t params;
	uint64_t file_bytes;
	uint64_t resident_bytes;
};

/** table_header - the first line of the file */
extern const char table_header[];

/** table_mode_name() - "incremental", ... */
const char *table_mode_name(enum table_mode mode);

/** table_mode_parse() - its reverse; false if there is no such mode */
bool table_mode_parse(const char *name, enum table_mode *mode);

/** table_name_ok() - whether a data set may have this name: 1..63 letters, digits or . _ + - */
bool table_name_ok(const char *name);

/** table_format() - a row as a line of the file; its key is data set, mode and level */
void table_format(const struct table_row *row, struct csv_row *line);

/**
 * table_read() - read a file of rows
 * @file: open for reading
 * @rows: the rows in the order of the file, to be freed; NULL after a failure
 * @count: their number
 * @err: on failure, which line and what is wrong with it; TABLE_ERR_LEN bytes
 *
 * Return: 0; -EBADMSG; -EIO; -ENOMEM.
 */
int table_read(FILE *file, struct table_row **rows, size_t *count, char *err);

#endif
