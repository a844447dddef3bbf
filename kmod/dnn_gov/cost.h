/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Learning what a frame costs: cycles that scale with frequency, stall time that
 * does not, and the tail over the mean, from finished frames. Pure integer C like
 * the planner; the caller serialises calls on one model.
 */
#ifndef DNN_GOV_COST_H
#define DNN_GOV_COST_H

#include "planner.h"

#define COST_MISS_PPM	1000U	/* the usual miss target */

/**
 * struct cost_level - what is known of one level
 * @prior: from the hint
 * @mean: learnt; the prior as long as @samples is 0. Its tail_ppm is not used
 * @samples: frames learnt from, saturating
 * @told: learnt from the frame that is under way, by its report
 * @odd: the last sample was far above (1) or far below (-1) what was expected
 * @odd_moved: and its frequency was not that of the sample before
 * @last_x: 1 / frequency of the last sample
 * @x: mean of recent 1 / frequency, in units of 2^-14 ns per cycle
 * @y: mean of recent times, ns, belongs to @x
 * @xx: mean square of the changes of 1 / frequency
 * @xy: mean product of those with the changes of time
 */
struct cost_level {
	struct plan_cost prior;
	struct plan_cost mean;
	u32 samples;
	bool told;
	int odd;
	bool odd_moved;
	u64 last_x;
	u64 x;
	u64 y;
	u64 xx;
	s64 xy;
};

/**
 * struct cost_model - what one stream costs on one core type, at each level
 * @levels: levels in use
 * @tail_ppm: tail estimate over the mean, of all levels
 * @spread_ppm: mean absolute deviation from the mean, bounded
 * @peak_ppm: the longest frame over the mean, fading
 * @calm: frames since the last one above the tail estimate, bounded
 * @level: per level, at index level - 1
 */
struct cost_model {
	u32 levels;
	u32 tail_ppm;
	u32 spread_ppm;
	u32 peak_ppm;
	u32 calm;
	struct cost_level level[PLAN_MAX_LEVELS];
};

/* Start from the hint's prior; prior[i].tail_ppm of 0 means the default tail. */
void cost_init(struct cost_model *model, u32 levels, const struct plan_cost *prior);

/*
 * A frame at @level (1..levels) has finished after @run_ns of its own CPU time
 * at a mean frequency of @khz. Anything else is ignored. The tail comes to rest where
 * @miss_ppm of the frames, 1..PLAN_PPM / 2, are above it.
 */
void cost_learn(struct cost_model *model, u32 level, u32 khz, u64 run_ns, u32 miss_ppm);

/*
 * A frame that goes on to a higher level has @level behind it, with so much CPU time. Its
 * end is told to cost_learn() all the same.
 */
void cost_learn_report(struct cost_model *model, u32 level, u32 khz, u64 run_ns);

/* Fill cost[0..levels-1] for the planner; levels not seen yet follow those seen. */
void cost_get(const struct cost_model *model, struct plan_cost *cost);

#endif /* DNN_GOV_COST_H */
