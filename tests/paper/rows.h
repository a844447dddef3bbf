/* SPDX-License-Identifier: MIT */
/* rows: from what was measured to the rows of the table, and what the pictures show. */
#ifndef PAPER_ROWS_H
#define PAPER_ROWS_H

#include "claims.h"
#include "figure.h"
#include "input.h"

/* Of all points there are. */
struct paper_cloud {
	struct paper_point *points;
	size_t count;
};

/**
 * paper_net() - a network as times in the guest and its accuracy tell
 * @in: what was measured
 * @kind: which network
 * @net: the result
 *
 * Accuracy is that of the test set if images were there, else the model file's.
 *
 * Return: 0; -ENOENT where times of the network are missing.
 */
int paper_net(const struct paper_input *in, enum paper_kind kind, struct paper_net *net);

/** paper_levels() - rows of a network in the table of accuracy; their number */
unsigned int paper_levels(const struct paper_input *in, const char *dataset, enum table_mode mode,
			  const struct table_row **rows);

/**
 * paper_board_points() - the points of a board
 * @cloud: points of one board follow each other
 * @board: it
 * @count: their number
 *
 * Return: the first of them.
 */
const struct paper_point *paper_board_points(const struct paper_cloud *cloud,
					     const struct paper_board *board, size_t *count);

/** paper_cloud_make() - the points of all boards; 0, -ENOENT or -ENOMEM */
int paper_cloud_make(const struct paper_input *in, struct paper_cloud *cloud);

/*
 * Rows of the table; 0 or a negative errno. Accuracy: figures 2 and 3; times: figure 4; cloud:
 * figure 5; ranges: how far the points reach; memory: what one file saves.
 */
int paper_rows_accuracy(struct paper_claims *claims, const struct paper_input *in);
int paper_rows_times(struct paper_claims *claims, const struct paper_input *in);
int paper_rows_cloud(struct paper_claims *claims, const struct paper_input *in,
		     const struct paper_cloud *cloud);
int paper_rows_ranges(struct paper_claims *claims, const struct paper_input *in,
		      const struct paper_cloud *cloud);
int paper_rows_memory(struct paper_claims *claims, const struct paper_input *in);

/* Figures 2 to 4; the caller looks at the file's error flag. */
int paper_figure_accuracy(FILE *svg, const struct paper_input *in);
int paper_figure_confidence(FILE *svg, const struct paper_input *in);
int paper_figure_times(FILE *svg, const struct paper_input *in);

/* Data sets that figures 2 and 3 show, NULL at the end; and what people call them. */
extern const char * const paper_sets[];
const char *paper_set_name(const char *dataset);

#endif
