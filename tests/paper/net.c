// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"

static const enum table_mode modes[PAPER_KINDS] = {
	[PAPER_DYNAMIC] = MODE_INCREMENTAL,
	[PAPER_TRIANGULAR] = MODE_TRIANGULAR,
	[PAPER_SLIMMABLE] = MODE_SLIMMABLE,
};

const char * const paper_sets[] = { "cifar10", "fashion-mnist", NULL };

const char *paper_set_name(const char *dataset)
{
	return strcmp(dataset, "cifar10") ? "Fashion-MNIST" : "CIFAR-10";
}

unsigned int paper_levels(const struct paper_input *in, const char *dataset, enum table_mode mode,
			  const struct table_row **rows)
{
	unsigned int levels = 0;

	for (size_t i = 0; i < in->nr_accuracy; i++) {
		const struct table_row *row = &in->accuracy[i];

		if (strcmp(row->dataset, dataset) || row->mode != mode)
			continue;
		rows[row->level - 1] = row;
		levels++;
	}
	return levels;
}

int paper_net(const struct paper_input *in, enum paper_kind kind, struct paper_net *net)
{
	const struct table_row *rows[DYNDNN_MAX_LEVELS];
	const struct paper_model *model = &in->models[kind];
	const struct paper_times *times = paper_times_find(in->guest, in->nr_guest, model->name);
	unsigned int measured = paper_levels(in, "cifar10", modes[kind], rows);

	if (!times || times->levels != model->info.levels)
		return -ENOENT;
	net->levels = times->levels;
	for (unsigned int k = 0; k < net->levels; k++) {
		net->ms[k] = times->median_us[k] / 1e3;
		net->top1[k] = measured == net->levels ? rows[k]->top1 :
			       model->info.accuracy_ppm[k] / 1e4;
	}
	return 0;
}

const struct paper_point *paper_board_points(const struct paper_cloud *cloud,
					     const struct paper_board *board, size_t *count)
{
	size_t begin = 0, end;

	while (begin < cloud->count && cloud->points[begin].board != board)
		begin++;
	for (end = begin; end < cloud->count && cloud->points[end].board == board;)
		end++;
	*count = end - begin;
	return cloud->points + begin;
}

int paper_cloud_make(const struct paper_input *in, struct paper_cloud *cloud)
{
	struct paper_net net;
	int ret = paper_net(in, PAPER_DYNAMIC, &net);

	*cloud = (struct paper_cloud){ 0 };
	for (size_t b = 0; !ret && b < in->nr_boards; b++) {
		struct paper_point *points, *all;
		size_t count = paper_points_make(&in->boards[b], &net, &points);

		if (!count)
			return -ENOMEM;
		all = realloc(cloud->points, (cloud->count + count) * sizeof(*all));
		if (all) {
			memcpy(all + cloud->count, points, count * sizeof(*all));
			cloud->points = all;
			cloud->count += count;
		} else {
			ret = -ENOMEM;
		}
		free(points);
	}
	return ret;
}
