/* SPDX-License-Identifier: MIT */
/* points: operating points, what an inference takes at each, and how far they reach. */
#ifndef PAPER_POINTS_H
#define PAPER_POINTS_H

#include <stdbool.h>
#include <stddef.h>

#include "dyndnn.h"
#include "platform.h"

enum paper_quantity { PAPER_ENERGY, PAPER_POWER, PAPER_TIME, PAPER_QUANTITIES };

/**
 * struct paper_net - what a network's levels take and give
 * @levels: their number
 * @ms: time of an inference on the reference core, by level - 1
 * @top1: percent, likewise
 */
struct paper_net {
	unsigned int levels;
	double ms[DYNDNN_MAX_LEVELS];
	double top1[DYNDNN_MAX_LEVELS];
};

/**
 * struct paper_board - a platform, and how fast it is beside the others
 * @platform: its clusters and devices
 * @slower: time on the platform's reference over time on the reference core of struct paper_net
 */
struct paper_board {
	struct platform platform;
	double slower;
};

/**
 * struct paper_point - a level at an OPP of a cluster
 * @board: which
 * @cluster: which of the board's
 * @opp: which of the cluster's
 * @level: 1..levels
 * @top1: percent
 * @takes: mJ, mW of the cluster with one core at work, and ms of an inference
 */
struct paper_point {
	const struct paper_board *board;
	unsigned int cluster;
	unsigned int opp;
	unsigned int level;
	double top1;
	double takes[PAPER_QUANTITIES];
};

/** paper_point_make() - what a level takes at an OPP */
struct paper_point paper_point_make(const struct paper_board *board, unsigned int cluster,
				    unsigned int opp, const struct paper_net *net,
				    unsigned int level);

/**
 * paper_points_make() - all points of a board
 * @board: it
 * @net: the network
 * @points: the new points, to be freed
 *
 * Return: their number; 0 without memory.
 */
size_t paper_points_make(const struct paper_board *board, const struct paper_net *net,
			 struct paper_point **points);

/** paper_range() - greatest over least of a quantity; @count at least 1, values above 0 */
double paper_range(const struct paper_point *points, size_t count, enum paper_quantity q);

/**
 * paper_pareto() - mark the points that no other one beats
 * @what: bits of the quantities that count, 1 << PAPER_ENERGY, beside accuracy
 * @best: of each point: no other one is as good in all that counts and better in something
 *
 * Return: how many they are.
 */
size_t paper_pareto(const struct paper_point *points, size_t count, unsigned int what, bool *best);

#endif
