// SPDX-License-Identifier: MIT
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "rows.h"

/* A trade-off is a point that no other one of the board beats in time, energy and accuracy. */
static int board_row(struct paper_claims *claims, const struct paper_cloud *cloud,
		     const struct paper_board *board, bool *best)
{
	const unsigned int what = 1U << PAPER_ENERGY | 1U << PAPER_TIME;
	char claim[PAPER_CLAIM];
	size_t count;
	const struct paper_point *points = paper_board_points(cloud, board, &count);

	snprintf(claim, sizeof(claim), "Fig. 5: trade-offs; with mapping and DVFS; %s",
		 board->platform.name);
	return paper_claims_add(claims, claim, NAN, paper_pareto(points, count, what, best),
				"points", "of %zu; none beats them in time; energy and accuracy",
				count);
}

int paper_rows_cloud(struct paper_claims *claims, const struct paper_input *in,
		     const struct paper_cloud *cloud)
{
	bool *best = calloc(cloud->count, sizeof(*best));
	int ret;

	if (!best)
		return -ENOMEM;
	ret = paper_claims_add(claims, "Fig. 5: trade-offs; dynamic DNN alone", 4,
			       in->models[PAPER_DYNAMIC].info.levels, "points",
			       "its levels; paper: text under the figure");
	for (size_t b = 0; !ret && b < in->nr_boards; b++)
		ret = board_row(claims, cloud, &in->boards[b], best);
	free(best);
	return ret;
}
