// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a stream costs on each type of core.
 *
 * Each type has a model of its own, so that nothing is lost when a stream goes to other
 * cores and comes back. About a type that it has never run on there is a guess:
 * cycles grow as the work done per cycle shrinks, stalls stay. The first frame
 * there replaces it.
 *
 * What is known of a type grows old while the stream runs on another one. When its
 * frames become heavier, they do so everywhere: the models of other types are read with
 * the ratio of what a frame takes now, on the cores in use, to what it took there when
 * the stream was new on them. Otherwise a stream that once was too heavy for small cores
 * would never be tried there again.
 */
#include "core_cost.h"

#define REFERENCE_KHZ	1000000U
#define SETTLED		8	/* frames until the cost on other cores can be relied on */

static void scale(struct plan_cost *cost, u32 levels, u64 num, u64 den, bool stalls)
{
	u32 i;

	if (!num || !den || num == den)
		return;
	for (i = 0; i < levels; i++) {
		cost[i].cycles = plan_mul_div(cost[i].cycles, num, den);
		if (stalls)
			cost[i].stall_ns = plan_mul_div(cost[i].stall_ns, num, den);
	}
}

/*
 * What a frame takes on the cores in use, by what is known of them now: at the level and the
 * frequency it had when that was settled, because elsewhere it was not known then but made up
 * from there, and what is learnt of it since is no change of the frames.
 */
static u64 now_ns(const struct core_cost *cc)
{
	struct plan_cost cost[PLAN_MAX_LEVELS];

	cost_get(&cc->model[cc->type], cost);
	return plan_time_ns(&cost[cc->then_level - 1], cc->then_khz, false);
}

void core_cost_init(struct core_cost *cc, u32 levels, u32 type, const struct plan_cost *prior)
{
	u32 i;

	memset(cc, 0, sizeof(*cc));
	cc->levels = plan_max(plan_min(levels, PLAN_MAX_LEVELS), 1);
	memcpy(cc->prior, prior, cc->levels * sizeof(*prior));
	cc->prior_type = type;
	cc->type = type < CORE_TYPES ? type : 0;
	for (i = 0; i < CORE_TYPES; i++)
		cost_init(&cc->model[i], cc->levels, prior);
}

void core_cost_get(const struct core_cost *cc, u32 type, const u32 *speed,
		   struct plan_cost *cost)
{
	if (cc->seen[type]) {
		cost_get(&cc->model[type], cost);
		if (type != cc->type && cc->seen[cc->type] && cc->then_ns[type])
			scale(cost, cc->levels, now_ns(cc), cc->then_ns[type], true);
		return;
	}
	if (cc->seen[cc->type]) {
		cost_get(&cc->model[cc->type], cost);
		scale(cost, cc->levels, speed[cc->type], speed[type], false);
		return;
	}
	/* fresh: the default tail included */
	cost_get(&cc->model[type], cost);
	if (cc->prior_type < CORE_TYPES)
		scale(cost, cc->levels, speed[cc->prior_type], speed[type], false);
}

/* The stream has come to cores of @type. */
static void enter(struct core_cost *cc, u32 type, const u32 *speed)
{
	struct plan_cost cost[PLAN_MAX_LEVELS], old[PLAN_MAX_LEVELS];
	u64 expected, known;
	u32 i;

	/* other models are only as new as this change of cores from now on */
	for (i = 0; i < CORE_TYPES; i++) {
		if (i == cc->type && cc->seen[i])
			continue;
		core_cost_get(cc, i, speed, cost);
		cost_get(&cc->model[i], old);
		expected = plan_time_ns(&cost[cc->levels - 1], REFERENCE_KHZ, false);
		known = plan_time_ns(&old[cc->levels - 1], REFERENCE_KHZ, false);
		/* a small change is learnt soon enough, and more would be lost */
		if (cc->seen[i] && plan_max(expected, known) - plan_min(expected, known) <=
				   known / 8)
			continue;
		if (cc->seen[i] || i == type)
			cost_init(&cc->model[i], cc->levels, cost);
	}
	memset(cc->then_ns, 0, sizeof(cc->then_ns));
	cc->type = type;
	cc->recent = 0;
	cc->seen[type] = true;
}

void core_cost_learn(struct core_cost *cc, u32 type, const u32 *speed, u32 level, u32 khz,
		     u64 run_ns, u32 miss_ppm)
{
	u64 now;
	u32 i;

	if (type >= CORE_TYPES || !level || level > cc->levels || !khz || !run_ns)
		return;
	if (type != cc->type || !cc->seen[type])
		enter(cc, type, speed);
	cost_learn(&cc->model[type], level, khz, run_ns, miss_ppm);
	if (cc->recent > SETTLED || ++cc->recent != SETTLED)
		return;
	cc->then_level = level;
	cc->then_khz = khz;
	now = now_ns(cc);
	for (i = 0; i < CORE_TYPES; i++)
		if (i != type && cc->seen[i])
			cc->then_ns[i] = now;
}

void core_cost_report(struct core_cost *cc, u32 type, u32 level, u32 khz, u64 run_ns)
{
	/* what comes to other cores begins there with the end of a frame */
	if (type < CORE_TYPES && type == cc->type && cc->seen[type])
		cost_learn_report(&cc->model[type], level, khz, run_ns);
}

void core_cost_forget(struct core_cost *cc, u32 type, const u32 *speed)
{
	u32 i;

	if (cc->type == type || cc->prior_type == type) {
		core_cost_get(cc, type, speed, cc->prior);
		cc->prior_type = CORE_TYPE_ANY;
	}
	cc->seen[type] = false;
	cc->then_ns[type] = 0;
	for (i = 0; i < CORE_TYPES; i++)
		if (!cc->seen[i])
			cost_init(&cc->model[i], cc->levels, cc->prior);
}
