/* SPDX-License-Identifier: MIT */
/* What is known of a network's times at each operating point: CPUs and threads. */
#ifndef DYNDNN_PACES_H
#define DYNDNN_PACES_H

#include <sched.h>

#include "pace.h"
#include "whole.h"

#define PACES 4

/**
 * struct pace_point - an operating point and what is known there
 * @cpus: where the threads are
 * @threads: their number
 * @pace: of frames with one thread
 * @whole: of frames with more
 */
struct pace_point {
	cpu_set_t cpus;
	unsigned int threads;
	struct pace pace;
	struct whole whole;
};

/**
 * struct paces - what is known at each operating point
 * @now: index of the one in use
 * @used: how many there are
 * @next: which one goes when there is no room
 * @point: the points
 */
struct paces {
	unsigned int now;
	unsigned int used;
	unsigned int next;
	struct pace_point point[PACES];
};

/* With one point, where the threads are. */
void paces_init(struct paces *paces, const cpu_set_t *cpus, unsigned int threads);

/* So many threads go on, on these CPUs. */
void paces_move(struct paces *paces, const cpu_set_t *cpus, unsigned int threads);

/* Best time of a frame at a level where the threads are; 0: unknown. */
uint64_t paces_level_ns(const struct paces *paces, unsigned int level);

/* Whether groups run at the same time, so that frames are only seen as a whole. */
static inline bool paces_in_whole(const struct paces *paces)
{
	return paces->point[paces->now].threads > 1;
}

/* Of frames seen group by group, at the point in use. */
static inline struct pace *paces_now(struct paces *paces)
{
	return &paces->point[paces->now].pace;
}

/* Of frames seen as a whole, at the point in use. */
static inline struct whole *paces_whole(struct paces *paces)
{
	return &paces->point[paces->now].whole;
}

#endif
