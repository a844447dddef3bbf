// SPDX-License-Identifier: MIT
#include <inttypes.h>

#include "plot.h"

enum { MARGIN = 8, COLUMNS_MAX = 500 };

/*
 * What one column stands for: the frames that ran, or were dropped, in its share of the time.
 * @run: those that were not dropped
 * @levels: sum of theirs
 * @worst: least share of the time to the deadline that was left over, 0..1
 */
struct column {
	unsigned int frames, run, missed;
	double levels;
	double worst;
};

/* 0..1 as a block of 1/8 to 8/8. */
static void put_block(FILE *file, double share)
{
	static const char * const blocks[] = {
		"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█",
	};
	int i = (int)(share * 8);

	fputs(blocks[i < 0 ? 0 : i > 7 ? 7 : i], file);
}

static void add(struct column *column, const struct framelog_row *row)
{
	double slack = 0;

	column->frames++;
	if (row->end_us) {
		column->run++;
		column->levels += row->level;
	}
	if (!row->deadline_us)
		return;
	if (framelog_met(row))
		slack = (double)(row->deadline_us - row->end_us) /
			(double)(row->deadline_us - row->release_us);
	else
		column->missed++;
	if (column->frames == 1 || slack < column->worst)
		column->worst = slack;
}

static void put_levels(FILE *file, const struct column *columns, unsigned int count,
		       unsigned int levels)
{
	fprintf(file, "%-*s", MARGIN, "level");
	for (unsigned int i = 0; i < count; i++) {
		if (columns[i].run)
			put_block(file, columns[i].levels / columns[i].run / levels - 0.01);
		else
			fputc(columns[i].frames ? 'x' : ' ', file);
	}
	fputc('\n', file);
}

static void put_slack(FILE *file, const struct column *columns, unsigned int count)
{
	fprintf(file, "%-*s", MARGIN, "slack");
	for (unsigned int i = 0; i < count; i++) {
		if (columns[i].missed)
			fputc('x', file);
		else if (columns[i].frames)
			put_block(file, columns[i].worst);
		else
			fputc(' ', file);
	}
	fputc('\n', file);
}

static uint64_t end_us(const struct framelog_row *row)
{
	uint64_t end = row->end_us > row->deadline_us ? row->end_us : row->deadline_us;

	return end > row->release_us ? end : row->release_us;
}

void plot_text(struct plot *plot, unsigned int levels, unsigned int width, FILE *file)
{
	struct column columns[COLUMNS_MAX] = { 0 };
	const struct framelog_row *rows;
	size_t count = plot_rows(plot, &rows);
	uint64_t span = end_us(&rows[count - 1]) - rows[0].release_us + 1;
	unsigned int used = width > MARGIN + 10 ? width - MARGIN : 10;

	if (used > COLUMNS_MAX)
		used = COLUMNS_MAX;
	if (used > count)
		used = (unsigned int)count;
	for (size_t i = 0; i < count; i++) {
		uint64_t begin = rows[i].release_us - rows[0].release_us, end = begin;

		if (rows[i].end_us)
			end = rows[i].end_us - rows[0].release_us;
		for (uint64_t c = begin * used / span; c <= end * used / span && c < used; c++)
			add(&columns[c], &rows[i]);
	}
	put_levels(file, columns, used, levels);
	if (rows[0].deadline_us)
		put_slack(file, columns, used);
	fprintf(file, "%-*s0 .. %.2f s; level: mean of 1..%u%s\n", MARGIN, "time",
		(double)span / 1e6, levels, rows[0].deadline_us ?
		"; slack: least share of the deadline left, x missed" : "");
}
