/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Learning what a frame costs: cycles that scale with frequency, stall time that
 * does not, and the tail over the mean, from finished frames. Pure integer C like
 * the planner.
 */
#ifndef DNN_GOV_COST_H
#define DNN_GOV_COST_H

#include "planner.h"

/**
 * struct cost_level - what is known of one level
 * @prior: from the hint
 * @mean: learnt
 * @samples: frames learnt from, saturating
 * (further fields are the estimator's own)
 */
struct cost_level {
	struct plan_cost prior;
	struct plan_cost mean;
	u32 samples;
	u64 sum_w;	/* see cost.c */
	u64 state[6];
};

/**
 * struct cost_model - what one stream costs on one core type, at each level
 * @levels: levels in use
 * @level: per level, at index level - 1
 */
struct cost_model {
	u32 levels;
	struct cost_level level[PLAN_MAX_LEVELS];
};

/* Start from the hint's prior; prior[i].tail_ppm of 0 means the default tail. */
void cost_init(struct cost_model *model, u32 levels, const struct plan_cost *prior);

/*
 * A frame at @level (1..levels) has finished after @run_ns of its own CPU time
 * at a mean frequency of @khz.
 */
void cost_learn(struct cost_model *model, u32 level, u32 khz, u64 run_ns);

/* Fill cost[0..levels-1] for the planner; levels not seen yet follow those seen. */
void cost_get(const struct cost_model *model, struct plan_cost *cost);

#endif /* DNN_GOV_COST_H */
