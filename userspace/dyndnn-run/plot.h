/* SPDX-License-Identifier: MIT */
/* plot: the frames of a run, kept to be drawn at its end. */
#ifndef DYNDNN_RUN_PLOT_H
#define DYNDNN_RUN_PLOT_H

#include <stdbool.h>
#include <stdio.h>

#include "result.h"
#include "userspace/dnnrun/draw.h"
#include "userspace/dnnrun/framelog.h"

/* Newest frames that are kept: what a picture can hold, whatever the run's length. */
#define PLOT_FRAMES_MAX 20000

/**
 * struct plot - all-zero at first; release it with plot_free()
 * @rows: a ring of frames
 * @room: how many it holds
 * @added: frames that were ever added
 */
struct plot {
	struct framelog_row *rows;
	size_t room;
	uint64_t added;
};

/* Return: 0 or -ENOMEM. */
int plot_add(struct plot *plot, const struct result *result);

/* A frame that was dropped. @deadline_ns from its release, 0: none. Return: 0 or -ENOMEM. */
int plot_add_dropped(struct plot *plot, uint64_t number, uint64_t release_ns, uint64_t deadline_ns);

/**
 * plot_svg() - write the picture
 * @plot: at least one frame; put in order
 * @title: of the picture
 * @name: of the run
 * @levels: of the model
 * @file: where to
 *
 * Return: 0, -ENOMEM or -EIO.
 */
int plot_svg(struct plot *plot, const char *title, const char *name, unsigned int levels,
	     FILE *file);

/**
 * plot_text() - the same with characters, one line for the level and one for the slack
 * @plot: at least one frame; put in order
 * @levels: of the model
 * @columns: of the terminal
 * @file: where to
 */
void plot_text(struct plot *plot, unsigned int levels, unsigned int columns, FILE *file);

/* The frames from the oldest that is kept. */
size_t plot_rows(struct plot *plot, const struct framelog_row **rows);

void plot_free(struct plot *plot);

#endif
