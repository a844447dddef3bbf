// SPDX-License-Identifier: MIT
/*
 * A dynamic range is the greatest over the least of what an inference takes. The paper's abstract
 * gives 2.36 (energy) and 2.73 (time) for its network "compared to existing works" and 10.6 and
 * 41.6 with mapping and DVFS, without the formula. Two readings are computed: the range itself,
 * and the range over that of an existing dynamic network, a triangular one, in the same memory.
 * What mapping and DVFS add, 10.6 / 2.36 and 41.6 / 2.73, is the same in both.
 */
#include <errno.h>
#include <math.h>

#include "rows.h"

static const struct {
	enum paper_quantity q;
	const char *name;
	double alone, all;		/* the paper's */
} told[] = {
	{ PAPER_ENERGY, "energy", 2.36, 10.6 },
	{ PAPER_TIME, "time", 2.73, 41.6 },
};

enum { TOLD = sizeof(told) / sizeof(*told) };

/* Range of the lowest @levels of a network where nothing else changes. */
static double alone(const struct paper_board *board, const struct paper_net *net,
		    unsigned int levels, enum paper_quantity q)
{
	unsigned int cluster = board->platform.nr_clusters - 1;
	unsigned int opp = board->platform.clusters[cluster].nr_opps - 1;
	struct paper_point points[DYNDNN_MAX_LEVELS];

	for (unsigned int k = 1; k <= levels; k++)
		points[k - 1] = paper_point_make(board, cluster, opp, net, k);
	return paper_range(points, levels, q);
}

/* Levels of a network whose weights are no more than those of ours. */
static unsigned int levels_that_fit(const struct paper_input *in, enum paper_kind kind)
{
	const struct dyndnn_info *ours = &in->models[PAPER_DYNAMIC].info;
	const struct dyndnn_info *info = &in->models[kind].info;
	unsigned int levels = 1;

	while (levels < info->levels &&
	       info->weights_bytes[levels] <= ours->weights_bytes[ours->levels - 1])
		levels++;
	return levels;
}

/* Range of all points of a board, of all boards if it is NULL. */
static double all(const struct paper_cloud *cloud, const struct paper_board *board,
		  enum paper_quantity q)
{
	const struct paper_point *points = cloud->points;
	size_t count = cloud->count;

	if (board)
		points = paper_board_points(cloud, board, &count);
	return paper_range(points, count, q);
}

/* What both boards together reach is no board's: only the range itself is told of it. */
static int board_rows(struct paper_claims *claims, const struct paper_cloud *cloud,
		      const struct paper_board *board, double one, int t)
{
	const char *name = board ? board->platform.name : "both boards";
	double range = all(cloud, board, told[t].q);
	char claim[PAPER_CLAIM];
	int ret;

	snprintf(claim, sizeof(claim), "range of %s with mapping and DVFS; %s", told[t].name, name);
	ret = paper_claims_add(claims, claim, told[t].all, range, "x",
			       "reading 1: greatest over least of all operating points");
	if (ret || !board)
		return ret;
	snprintf(claim, sizeof(claim), "what mapping and DVFS add to the range of %s; %s",
		 told[t].name, name);
	return paper_claims_add(claims, claim, told[t].all / told[t].alone, range / one, "x",
				"range with them over range without; paper: %g / %g", told[t].all,
				told[t].alone);
}

static int quantity_rows(struct paper_claims *claims, const struct paper_input *in,
			 const struct paper_cloud *cloud, const struct paper_net *nets, int t)
{
	const struct paper_board *board = &in->boards[0];
	unsigned int fit = levels_that_fit(in, PAPER_TRIANGULAR);
	const struct paper_net *ours = &nets[PAPER_DYNAMIC], *theirs = &nets[PAPER_TRIANGULAR];
	double one = alone(board, ours, ours->levels, told[t].q);
	double existing = alone(board, theirs, fit, told[t].q);
	char claim[PAPER_CLAIM];
	int ret;

	snprintf(claim, sizeof(claim), "range of %s; dynamic DNN alone", told[t].name);
	ret = paper_claims_add(claims, claim, told[t].alone, one, "x",
			       "reading 1: greatest over least of its levels; one OPP");
	snprintf(claim, sizeof(claim), "range of %s; triangular network; levels in our memory",
		 told[t].name);
	if (!ret)
		ret = paper_claims_add(claims, claim, NAN, existing, "x",
				       "levels 1..%u: no more weights than ours", fit);
	snprintf(claim, sizeof(claim), "range of %s; dynamic DNN over existing; same memory",
		 told[t].name);
	if (!ret)
		ret = paper_claims_add(claims, claim, told[t].alone, one / existing, "x",
				       "reading 2: over the triangular network's in our memory");
	snprintf(claim, sizeof(claim), "range of %s; triangular network; all levels", told[t].name);
	if (!ret)
		ret = paper_claims_add(claims, claim, NAN,
				       alone(board, theirs, theirs->levels, told[t].q), "x",
				       "wider; but its top level takes %.2f times ours",
				       theirs->ms[theirs->levels - 1] / ours->ms[ours->levels - 1]);
	snprintf(claim, sizeof(claim), "range of %s; slimmable network", told[t].name);
	if (!ret)
		ret = paper_claims_add(claims, claim, NAN,
				       alone(board, &nets[PAPER_SLIMMABLE],
					     nets[PAPER_SLIMMABLE].levels, told[t].q), "x",
				       "same groups as ours; trained together");
	for (size_t b = 0; !ret && b < in->nr_boards; b++)
		ret = board_rows(claims, cloud, &in->boards[b], one, t);
	if (!ret && in->nr_boards > 1)
		ret = board_rows(claims, cloud, NULL, one, t);
	snprintf(claim, sizeof(claim), "range of %s with mapping and DVFS over existing; %s",
		 told[t].name, board->platform.name);
	if (!ret)
		ret = paper_claims_add(claims, claim, told[t].all,
				       all(cloud, board, told[t].q) / existing, "x",
				       "reading 2: over the triangular network's in our memory");
	return ret;
}

int paper_rows_ranges(struct paper_claims *claims, const struct paper_input *in,
		      const struct paper_cloud *cloud)
{
	const char *name = in->models[PAPER_DYNAMIC].name;
	const struct paper_times *native = paper_times_find(in->native, in->nr_native, name);
	struct paper_net nets[PAPER_KINDS];
	int ret = in->nr_boards ? 0 : -ENOENT;

	for (int k = 0; !ret && k < PAPER_KINDS; k++)
		ret = paper_net(in, k, &nets[k]);
	for (int t = 0; !ret && t < TOLD; t++)
		ret = quantity_rows(claims, in, cloud, nets, t);
	if (!ret && native)
		ret = paper_claims_add(claims, "range of time; dynamic DNN alone; here", 2.73,
				       native->p10_us[native->levels - 1] / native->p10_us[0], "x",
				       "dyndnn-bench; one thread; tenth percentile");
	return ret;
}
