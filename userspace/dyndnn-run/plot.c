// SPDX-License-Identifier: MIT
#include "plot.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>

#include "khz.h"

static struct framelog_row *new_row(struct plot *plot)
{
	struct framelog_row *row;

	if (plot->added == plot->room && plot->room < PLOT_FRAMES_MAX) {
		size_t room = plot->room ? 2 * plot->room : 256;
		struct framelog_row *moved;

		if (room > PLOT_FRAMES_MAX)
			room = PLOT_FRAMES_MAX;
		moved = realloc(plot->rows, room * sizeof(*moved));
		if (!moved)
			return NULL;
		plot->rows = moved;
		plot->room = room;
	}
	row = &plot->rows[plot->added % plot->room];
	*row = (struct framelog_row){ .phase = "run", .cause = "none" };
	plot->added++;
	return row;
}

int plot_add(struct plot *plot, const struct result *result)
{
	const struct dyndnn_client_frame *frame = &result->frame;
	struct framelog_row *row = new_row(plot);

	if (!row)
		return -ENOMEM;
	row->frame = (uint32_t)result->number;
	row->release_us = frame->release_ns / 1000;
	row->end_us = frame->end_ns / 1000;
	row->deadline_us = result->has_deadline ? frame->deadline_ns / 1000 : 0;
	row->grant = frame->grant;
	row->level = frame->level_done;
	row->khz = frame->khz ? frame->khz : khz_now((unsigned int)sched_getcpu());
	return 0;
}

int plot_add_dropped(struct plot *plot, uint64_t number, uint64_t release_ns, uint64_t deadline_ns)
{
	struct framelog_row *row = new_row(plot);

	if (!row)
		return -ENOMEM;
	row->frame = (uint32_t)number;
	row->release_us = release_ns / 1000;
	row->deadline_us = deadline_ns ? (release_ns + deadline_ns) / 1000 : 0;
	return 0;
}

static void reverse(struct framelog_row *rows, size_t first, size_t end)
{
	while (first + 1 < end) {
		struct framelog_row row = rows[first];

		rows[first++] = rows[--end];
		rows[end] = row;
	}
}

size_t plot_rows(struct plot *plot, const struct framelog_row **rows)
{
	size_t oldest;

	*rows = plot->rows;
	if (plot->added <= plot->room)
		return (size_t)plot->added;
	/* turn the ring so that the oldest is at the begin */
	oldest = (size_t)(plot->added % plot->room);
	reverse(plot->rows, 0, oldest);
	reverse(plot->rows, oldest, plot->room);
	reverse(plot->rows, 0, plot->room);
	plot->added = plot->room;
	return plot->room;
}

int plot_svg(struct plot *plot, const char *title, const char *name, unsigned int levels,
	     FILE *file)
{
	struct draw_run run = { .name = name, .levels = levels };
	struct draw_step *steps;
	int ret;

	run.nr_rows = plot_rows(plot, &run.rows);
	steps = malloc(run.nr_rows * sizeof(*steps));
	if (!steps)
		return -ENOMEM;
	for (size_t i = 0; i < run.nr_rows; i++) {
		const struct framelog_row *row = &run.rows[i];

		if (row->khz && (!run.nr_steps || steps[run.nr_steps - 1].khz != row->khz))
			steps[run.nr_steps++] = (struct draw_step){ row->release_us, row->khz };
	}
	run.steps = steps;
	ret = draw_svg(file, title, &run, 1);
	free(steps);
	return ret;
}

void plot_free(struct plot *plot)
{
	free(plot->rows);
	*plot = (struct plot){ 0 };
}
