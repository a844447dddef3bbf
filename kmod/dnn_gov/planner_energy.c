// SPDX-License-Identifier: GPL-2.0-only
/*
 * The planner's energy: what OPPs draw, what a frame costs at them, and the levels
 * that follow from goals and from energy budgets.
 */
#include <linux/dnn_gov.h>

#include "planner_parts.h"

/*
 * Power of a CPU whose energy model is unknown, a declared guess: 1 W at the
 * table's top frequency, of which 60 mW do not depend on frequency and the rest
 * falls with its cube. The critical speed that follows is near a third of the top.
 */
#define GUESS_STATIC_UW		60000U
#define GUESS_DYNAMIC_UW	940000U

/* Power in tables was measured, and is rounded: so small a part of it says nothing. */
#define BRIDGE_SHIFT		5

/* What the pace of work at the highest OPP is counted as. */
#define PACE_TOP		0x1000000U

/* A balance that is better by less does not change the target. */
#define BALANCE_STEP_PPM	10000U

/************************************ Power *************************************/

u64 plan_guess_uw(u32 khz, u32 top_khz)
{
	u64 x = plan_mul_div(khz, 1024, top_khz);

	return GUESS_STATIC_UW + (GUESS_DYNAMIC_UW * (x * x * x >> 20) >> 10);
}

/* Power of one busy CPU. */
static u64 busy_uw(const struct plan *p, u32 opp)
{
	const struct plan_opp *opps = p->in->opps;

	return p->known ? opps[opp].busy_uw : plan_guess_uw(opps[opp].khz, opps[p->top].khz);
}

/* Power of the policy when the CPUs of its streams are busy. */
u64 plan_policy_uw(const struct plan *p, u32 opp)
{
	u64 busy = busy_uw(p, opp), idle = p->known ? p->in->opps[opp].idle_uw : 0, uw = 0;
	u32 cpu;

	for (cpu = 0; cpu < p->nr_cpus; cpu++) {
		bool ours = p->s->first[cpu] < p->s->first[cpu + 1];
		u32 share = ours ? PLAN_PPM : plan_min(p->in->other_ppm[cpu], PLAN_PPM);

		uw += plan_mul_div(busy, share, PLAN_PPM) +
		      plan_mul_div(idle, PLAN_PPM - share, PLAN_PPM);
	}
	return uw;
}

/************************************ Energy ************************************/

/* Not from a rounded time, which would break ties at random. */
u64 plan_energy_nj(u64 cycles, u64 stall_ns, u32 khz, u64 uw)
{
	return plan_add(plan_mul_div(cycles, uw, khz), plan_mul_div(stall_ns, uw, 1000000));
}

/*
 * What work costs at an OPP beyond what idling instead of it would: the CPU goes back
 * to the lowest OPP between frames. A change of frequency costs its time.
 */
u64 plan_work_nj(const struct plan *p, const struct plan_work *work, u32 opp)
{
	const struct plan_opp *opps = p->in->opps;
	u64 uw = busy_uw(p, opp), nj;

	if (p->known)
		uw = plan_sub(uw, opps[p->lo].idle_uw);
	nj = plan_energy_nj(work->cycles, work->stall_ns, opps[opp].khz, uw);
	if (opps[opp].khz != p->in->cur_khz)
		nj = plan_add(nj, plan_mul_div(uw, p->in->switch_ns, 1000000));
	return nj;
}

/* The OPP from @from up to the highest allowed at which work costs least. */
u32 plan_cheapest(const struct plan *p, const struct plan_work *work, u32 from)
{
	u64 least = PLAN_NEVER;
	u32 best = from, i;

	for (i = from; i <= p->hi; i++) {
		u64 nj = plan_work_nj(p, work, i);

		if (nj < least) {
			least = nj;
			best = i;
		}
	}
	return best;
}

/* Does OPP @middle clearly draw more than @slow and @fast, beyond it, for the same pace? */
static bool draws_too_much(const struct plan_scratch *s, u32 slow, u32 middle, u32 fast)
{
	s64 draw = (s64)s->draw[middle] - (s->draw[middle] >> BRIDGE_SHIFT) - s->draw[slow];

	return draw * ((s64)s->pace[fast] - s->pace[slow]) >
	       ((s64)s->draw[fast] - s->draw[slow]) * ((s64)s->pace[middle] - s->pace[slow]);
}

/* Move @slow down and @fast up as long as what they leave behind draws too much. */
static void spread(const struct plan *p, u32 *slow, u32 *fast)
{
	bool again;
	u32 i;

	do {
		again = false;
		for (i = *slow; i-- > p->lo; ) {
			if (draws_too_much(p->s, i, *slow, *fast))
				*slow = i;
		}
		for (i = *fast + 1; i <= p->hi; i++) {
			if (!draws_too_much(p->s, *slow, *fast, i))
				continue;
			*fast = i;
			again = true;
		}
	} while (again);
}

/*
 * How far a frame is when it has run at both is told from their mean, see progress_cycles():
 * is that nearly right? Frames that stall seem to be farther than they are.
 */
static bool mean_is_true(const struct plan *p, const struct plan_cost *cost, u32 slow, u32 fast)
{
	const struct plan_opp *opps = p->in->opps;
	u64 mean = plan_time_ns(cost, (opps[slow].khz + opps[fast].khz) / 2, false);
	u64 pace = ((u64)p->s->pace[slow] + p->s->pace[fast]) / 2;

	return plan_mul_div(mean, pace + (pace >> BRIDGE_SHIFT), PACE_TOP) >=
	       plan_time_ns(cost, opps[p->hi].khz, false);
}

/*
 * The two OPPs, the first below @opp, the second not, that do @work at a pace between theirs
 * for least: neighbours, unless one of those draws more than two others would in its place.
 * Few do, and where the pace goes with the frequency, as it nearly does, it takes no division
 * to see that none does.
 */
void plan_bridge(struct plan *p, const struct plan_work *work, u32 opp, u32 *slow, u32 *fast)
{
	const struct plan_cost cost = { work->cycles, work->stall_ns, PLAN_PPM };
	const struct plan_opp *opps = p->in->opps;
	struct plan_scratch *s = p->s;
	u64 least;
	u32 i;

	*slow = opp - 1;
	*fast = opp;
	if (!p->known)
		return;		/* a guess is a curve */
	for (i = p->lo; i <= p->hi; i++) {
		s->pace[i] = opps[i].khz / 2;	/* times any power it fits */
		s->draw[i] = opps[i].busy_uw;
	}
	spread(p, slow, fast);
	if (!work->stall_ns || *fast - *slow == 1)
		return;

	*slow = opp - 1;
	*fast = opp;
	least = plan_time_ns(&cost, opps[p->hi].khz, false);
	for (i = p->lo; i <= p->hi; i++)
		s->pace[i] = plan_min(plan_mul_div(least, PACE_TOP,
						   plan_time_ns(&cost, opps[i].khz, false)),
				      PACE_TOP);
	spread(p, slow, fast);
	if (mean_is_true(p, &cost, *slow, *fast))
		return;
	*slow = opp - 1;
	*fast = opp;
}

/* Energy of a mean frame at the cheapest OPP from @from on. */
static u64 frame_nj(const struct plan *p, const struct plan_cost *cost, u32 from)
{
	struct plan_work work = { cost->cycles, cost->stall_ns };
	u32 opp = plan_cheapest(p, &work, from);

	return plan_energy_nj(cost->cycles, cost->stall_ns, p->in->opps[opp].khz, busy_uw(p, opp));
}

/************************************ Goals *************************************/

u32 plan_floor_level(const u32 *accuracy_ppm, u32 levels, u32 min_level, u32 floor_ppm)
{
	u32 level = min_level;

	while (level < levels && accuracy_ppm[level - 1] < floor_ppm)
		level++;
	return level;
}

static u32 floor_level(const struct plan_stream *stream)
{
	return plan_floor_level(stream->accuracy_ppm, stream->levels, stream->min_level,
				stream->floor_ppm);
}

s64 plan_balance(u32 accuracy_ppm, u32 top_accuracy_ppm, u64 nj, u64 top_nj, u32 balance_ppm)
{
	u64 accuracy = plan_mul_div(accuracy_ppm, PLAN_PPM, plan_max(top_accuracy_ppm, 1));
	u64 energy = plan_mul_div(nj, PLAN_PPM, plan_max(top_nj, 1));
	u32 worth = plan_min(balance_ppm, PLAN_PPM);

	return (s64)(plan_min(accuracy, 4 * PLAN_PPM) * (PLAN_PPM - worth)) -
	       (s64)(plan_min(energy, 4 * PLAN_PPM) * worth);
}

/* The lowest OPP allowed at which a frame at @level fits into its period. */
static u32 own_opp(const struct plan *p, const struct plan_stream *stream, u32 level)
{
	const struct plan_cost *cost = &stream->cost[level - 1];
	u64 period = stream->period_ns ?: PLAN_NEVER;
	u32 opp = p->lo;

	while (opp < p->hi && plan_mul_div(plan_time_ns(cost, p->in->opps[opp].khz, true),
					   PLAN_PPM + p->in->margin_ppm, PLAN_PPM) > period)
		opp++;
	return opp;
}

static s64 balance(const struct plan *p, const struct plan_stream *stream, u32 level, u64 top_nj)
{
	u64 nj = frame_nj(p, &stream->cost[level - 1], own_opp(p, stream, level));

	return plan_balance(stream->accuracy_ppm[level - 1],
			    stream->accuracy_ppm[stream->levels - 1], nj, top_nj,
			    stream->balance_ppm);
}

static u32 balanced_level(const struct plan *p, const struct plan_stream *stream)
{
	u64 most = frame_nj(p, &stream->cost[stream->levels - 1],
			    own_opp(p, stream, stream->levels));
	u32 level = floor_level(stream), best = level;
	s64 score, best_score;

	best_score = balance(p, stream, level, most);
	while (++level <= stream->levels) {
		score = balance(p, stream, level, most);
		if (score <= best_score)
			continue;
		best = level;
		best_score = score;
	}

	/* costs are learnt anew with each frame: stay where it makes no difference */
	if (stream->target >= floor_level(stream) && stream->target <= stream->levels &&
	    balance(p, stream, stream->target, most) + (s64)BALANCE_STEP_PPM * PLAN_PPM >=
	    best_score)
		return stream->target;
	return best;
}

/* The level that a stream's goal asks for. */
u32 plan_target(const struct plan *p, const struct plan_stream *stream)
{
	switch (stream->goal) {
	case DNN_GOV_GOAL_MIN_ENERGY:
		return floor_level(stream);
	case DNN_GOV_GOAL_BALANCED:
		return balanced_level(p, stream);
	default:
		return stream->levels;
	}
}

/******************************** Energy budgets ********************************/

/* Do all windows of whole frames fit at this OPP? */
static bool fits_fresh(struct plan *p, u32 opp)
{
	struct plan_scratch *s = p->s;
	u32 cpu, i;

	plan_look(p, p->in->opps[opp].khz, VIEW_FRESH);
	for (cpu = 0; cpu < p->nr_cpus; cpu++) {
		struct plan_opening o;

		plan_openings(p, cpu, &o);
		while (plan_next_opening(p, &o)) {
			u64 demand = 0;

			for (i = 0; i < o.nr; i++) {
				demand = plan_add(demand, s->need[s->open[i]]);
				if (demand > plan_window_ns(p, o.release, s->open[i]))
					return false;
			}
		}
	}
	return true;
}

/* The lowest OPP that the frames need as a whole, at their grants. */
static u32 fresh_opp(struct plan *p)
{
	u32 lo = p->lo, hi = p->hi;

	while (lo < hi) {
		u32 mid = (lo + hi) / 2;

		if (fits_fresh(p, mid))
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

static bool over_budget(const struct plan *p, const struct plan_stream *stream, u32 opp)
{
	return stream->energy_budget_nj &&
	       frame_nj(p, &stream->cost[stream->grant - 1], opp) > stream->energy_budget_nj;
}

/*
 * Would the stream keep its energy budget at @level? Leaves needs and releases of
 * that level's fresh view behind.
 */
bool plan_affordable(struct plan *p, u32 index, u32 level)
{
	struct plan_stream *stream = &p->in->streams[index];
	u32 grant = stream->grant;
	bool over;

	if (!stream->energy_budget_nj)
		return true;
	stream->grant = level;
	over = over_budget(p, stream, fresh_opp(p));
	stream->grant = grant;
	return !over;
}

/*
 * Lower the grants of streams whose frames take more energy than they may. What one
 * saves can lower the frequency for all, so it goes step by step.
 */
void plan_spend_levels(struct plan *p)
{
	bool changed;
	u32 i;

	for (i = 0; i < p->nr_streams && !p->in->streams[i].energy_budget_nj; i++)
		;
	if (i == p->nr_streams)
		return;

	do {
		u32 opp = fresh_opp(p);

		changed = false;
		for (i = 0; i < p->nr_streams; i++) {
			struct plan_stream *stream = &p->in->streams[i];

			if (p->s->head[i] == PLAN_NO_JOB || stream->grant == stream->min_level ||
			    !over_budget(p, stream, opp))
				continue;
			stream->grant--;
			p->s->cause[i] = DNN_GOV_CAUSE_ENERGY_BUDGET;
			changed = true;
		}
	} while (changed);
}
