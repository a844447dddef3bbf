// SPDX-License-Identifier: MIT
#include <math.h>
#include <stdlib.h>

#include "points.h"

/* A sensor on the rail sees one core at work and the others idle. */
static double rail_mw(const struct platform_cluster *c, const struct platform_opp *opp)
{
	return (opp->busy_uw + (c->nr_cpus - 1.0) * opp->idle_uw) / 1e3;
}

struct paper_point paper_point_make(const struct paper_board *board, unsigned int cluster,
				    unsigned int opp, const struct paper_net *net,
				    unsigned int level)
{
	const struct platform_cluster *c = &board->platform.clusters[cluster];
	double ms = net->ms[level - 1] * board->slower * PLAN_PPM / c->opps[opp].speed_ppm;
	double mw = rail_mw(c, &c->opps[opp]);

	return (struct paper_point){
		.board = board, .cluster = cluster, .opp = opp, .level = level,
		.top1 = net->top1[level - 1],
		.takes = {
			[PAPER_ENERGY] = mw * ms / 1e3, [PAPER_POWER] = mw, [PAPER_TIME] = ms,
		},
	};
}

size_t paper_points_make(const struct paper_board *board, const struct paper_net *net,
			 struct paper_point **points)
{
	const struct platform *p = &board->platform;
	size_t room = 0, count = 0;

	for (unsigned int c = 0; c < p->nr_clusters; c++)
		room += p->clusters[c].nr_opps * net->levels;
	*points = calloc(room, sizeof(**points));
	if (!*points)
		return 0;
	for (unsigned int c = 0; c < p->nr_clusters; c++)
		for (unsigned int o = 0; o < p->clusters[c].nr_opps; o++)
			for (unsigned int k = 1; k <= net->levels; k++)
				(*points)[count++] = paper_point_make(board, c, o, net, k);
	return count;
}

double paper_range(const struct paper_point *points, size_t count, enum paper_quantity q)
{
	double least = points[0].takes[q], most = least;

	for (size_t i = 1; i < count; i++) {
		least = fmin(least, points[i].takes[q]);
		most = fmax(most, points[i].takes[q]);
	}
	return most / least;
}

static bool beats(const struct paper_point *a, const struct paper_point *b, unsigned int what)
{
	bool better = a->top1 > b->top1;

	if (a->top1 < b->top1)
		return false;
	for (int q = 0; q < PAPER_QUANTITIES; q++) {
		if (!(what & 1U << q))
			continue;
		if (a->takes[q] > b->takes[q])
			return false;
		better |= a->takes[q] < b->takes[q];
	}
	return better;
}

size_t paper_pareto(const struct paper_point *points, size_t count, unsigned int what, bool *best)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		best[i] = true;
		for (size_t k = 0; best[i] && k < count; k++)
			best[i] = !beats(&points[k], &points[i], what);
		found += best[i];
	}
	return found;
}
