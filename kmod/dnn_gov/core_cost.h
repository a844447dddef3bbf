/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a stream costs on each type of core: one cost model per type. Pure integer C
 * like the planner; the caller serialises calls on one set of models.
 */
#ifndef DNN_GOV_CORE_COST_H
#define DNN_GOV_CORE_COST_H

#include "cost.h"

#define CORE_TYPES	4	/* as many as can be told apart */
#define CORE_TYPE_ANY	255	/* a prior that is taken as it is */

/**
 * struct core_cost - what one stream costs
 * @levels: levels in use
 * @prior: costs to begin with
 * @prior_type: the type they are for
 * @type: the type of the newest frame
 * @recent: frames learnt from since there was one of another type, saturating
 * @seen: types that frames have been learnt from
 * @then_ns: per type seen before @type, what a frame took on @type when that was new
 *	there; 0: not known yet
 * @then_level: level of the frame that settled @then_ns
 * @then_khz: and its frequency
 * @model: per type
 */
struct core_cost {
	u32 levels;
	struct plan_cost prior[PLAN_MAX_LEVELS];
	u32 prior_type;
	u32 type;
	u32 recent;
	bool seen[CORE_TYPES];
	u64 then_ns[CORE_TYPES];
	u32 then_level;
	u32 then_khz;
	struct cost_model model[CORE_TYPES];
};

/* Forget everything; @prior are costs on cores of @type. */
void core_cost_init(struct core_cost *cc, u32 levels, u32 type, const struct plan_cost *prior);

/* As cost_learn(). @speed: per type, work done per cycle, in any unit. */
void core_cost_learn(struct core_cost *cc, u32 type, const u32 *speed, u32 level, u32 khz,
		     u64 run_ns, u32 miss_ppm);

/* A frame that goes on, on @type, has told that @level is behind it; see cost_learn_report(). */
void core_cost_report(struct core_cost *cc, u32 type, u32 level, u32 khz, u64 run_ns);

/* As cost_get(), for cores of @type, seen or not. */
void core_cost_get(const struct core_cost *cc, u32 type, const u32 *speed,
		   struct plan_cost *cost);

/* The number @type will stand for other cores from now on. */
void core_cost_forget(struct core_cost *cc, u32 type, const u32 *speed);

#endif /* DNN_GOV_CORE_COST_H */
