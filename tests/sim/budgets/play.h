/* SPDX-License-Identifier: MIT */
/* A trace as governors, the best fixed operating point and an oracle play it. */
#ifndef BUDGET_PLAY_H
#define BUDGET_PLAY_H

#include <stddef.h>

#include "judge.h"

#define BUDGET_SEED	1

/**
 * struct budget_run - how one of them played it
 * @frames: that began, in the order of their releases; to be freed
 * @nr: their number
 * @sums: of them
 */
struct budget_run {
	struct budget_frame *frames;
	size_t nr;
	struct budget_sums sums;
};

/* All return 0 or -ENOMEM; then there is nothing to be freed. */
int budget_play(const struct budget_trace *trace, const struct sim_governor *governor,
		struct budget_run *run);

/* Changes of frequency and cluster are free. */
int budget_play_oracle(const struct budget_trace *trace, struct budget_run *run);

/*
 * Of all clusters, OPPs and levels the one that violates least often and misses nothing, then
 * the most accurate, then that of least energy.
 */
int budget_play_fixed(const struct budget_trace *trace, struct budget_run *run);

#endif
