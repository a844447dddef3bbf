// SPDX-License-Identifier: MIT
#include "rows.h"

enum { SETS_MAX = 4, CORES_MAX = PAPER_BOARDS_MAX * PLATFORM_CLUSTERS_MAX };

static void label_levels(struct paper_bars *bars, unsigned int levels)
{
	bars->count = levels;
	for (unsigned int k = 1; k <= levels; k++)
		snprintf(bars->label[k - 1], PAPER_LABEL, "%u %%", 100 * k / levels);
}

int paper_figure_accuracy(FILE *svg, const struct paper_input *in)
{
	const struct table_row *rows[DYNDNN_MAX_LEVELS];
	struct paper_bars bars[SETS_MAX] = { 0 };
	size_t count = 0;

	for (int s = 0; paper_sets[s]; s++) {
		unsigned int levels = paper_levels(in, paper_sets[s], MODE_INCREMENTAL, rows);
		const struct dyndnn_info *info = &in->models[PAPER_DYNAMIC].info;
		bool file = !levels && !s;

		if (!levels && !file)
			continue;
		snprintf(bars[count].title, PAPER_LABEL, "%s", paper_set_name(paper_sets[s]));
		label_levels(&bars[count], file ? info->levels : levels);
		for (unsigned int k = 0; k < bars[count].count; k++)
			bars[count].value[k] = file ? info->accuracy_ppm[k] / 1e4 : rows[k]->top1;
		count++;
	}
	paper_bars_draw(svg, "Top-1 by share of the groups", "%", 2, bars, count);
	return 0;
}

int paper_figure_confidence(FILE *svg, const struct paper_input *in)
{
	const struct table_row *rows[DYNDNN_MAX_LEVELS];
	struct paper_bars bars[SETS_MAX] = { 0 };
	size_t count = 0;

	for (int s = 0; paper_sets[s]; s++) {
		unsigned int levels = paper_levels(in, paper_sets[s], MODE_INCREMENTAL, rows);

		if (!levels)
			continue;
		snprintf(bars[count].title, PAPER_LABEL, "%s", paper_set_name(paper_sets[s]));
		label_levels(&bars[count], levels);
		for (unsigned int k = 0; k < levels; k++)
			bars[count].value[k] = 100 * rows[k]->confidence /
					       rows[levels - 1]->confidence;
		count++;
	}
	paper_bars_draw(svg, "Confidence over that of all groups", "%", 1, bars, count);
	return 0;
}

int paper_figure_times(FILE *svg, const struct paper_input *in)
{
	struct paper_bars bars[CORES_MAX] = { 0 };
	struct paper_net net;
	size_t count = 0;
	int ret = paper_net(in, PAPER_DYNAMIC, &net);

	if (ret)
		return ret;
	for (size_t b = 0; b < in->nr_boards; b++) {
		for (unsigned int c = 0; c < in->boards[b].platform.nr_clusters; c++) {
			const struct paper_board *board = &in->boards[b];
			const struct platform_cluster *cluster = &board->platform.clusters[c];
			unsigned int top = cluster->nr_opps - 1;

			paper_core_name(board, c, bars[count].title);
			label_levels(&bars[count], net.levels);
			for (unsigned int k = 1; k <= net.levels; k++)
				bars[count].value[k - 1] =
					paper_point_make(board, c, top, &net, k).takes[PAPER_TIME];
			count++;
		}
	}
	paper_bars_draw(svg, "Time at the highest OPP (estimates)", "ms", 2, bars, count);
	return 0;
}
