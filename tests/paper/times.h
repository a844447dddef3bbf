/* SPDX-License-Identifier: MIT */
/* times: what dyndnn-bench --csv wrote. */
#ifndef PAPER_TIMES_H
#define PAPER_TIMES_H

#include <stddef.h>
#include <stdio.h>

#include "dyndnn.h"

enum { PAPER_TIMES_NAME = 64, PAPER_TIMES_ERROR = 160, PAPER_TIMES_MAX = 16 };

/**
 * struct paper_times - times of a model's levels
 * @model: its file's name
 * @levels: highest level
 * @median_us: of level k at [k - 1]
 * @p10_us: tenth percentile
 */
struct paper_times {
	char model[PAPER_TIMES_NAME];
	unsigned int levels;
	double median_us[DYNDNN_MAX_LEVELS];
	double p10_us[DYNDNN_MAX_LEVELS];
};

/**
 * paper_times_read() - all models of a file
 * @file: open for reading
 * @times: room for PAPER_TIMES_MAX
 * @error: on failure, which line and what is wrong; PAPER_TIMES_ERROR bytes
 *
 * Levels of a model must come in order, from 1 on.
 *
 * Return: number of models or -EBADMSG.
 */
int paper_times_read(FILE *file, struct paper_times *times, char *error);

/** paper_times_find() - the model whose file has that name, or NULL */
const struct paper_times *paper_times_find(const struct paper_times *times, int count,
					   const char *model);

#endif
