// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a frame costs, learnt from those that have finished.
 *
 * Model. A frame at one level takes t = C * x + S, where x is the time of a cycle.
 * Each finished frame is one pair (x, t) with its mean frequency. Of one frequency
 * alone only t can be learnt, not how it divides into C and S; and a governor that
 * does its work well stays at one frequency for long. Hence two parts that forget
 * at different speeds:
 *
 *  - Where: a mean point (x, y) of the last few frames. The line goes through it,
 *    so the prediction near the frequencies in use is right whatever the slope.
 *    The first frame replaces the prior's point outright; the gain then falls to
 *    a quarter.
 *
 *  - The slope: mean products of the changes of x and of t around that point. Only
 *    frames whose frequency differs from the mean point's by 1/32 or more take
 *    part, and only they make older ones fade, so what was learnt from the last
 *    changes of frequency survives a long stay at one. A term of weight x^2 / 256
 *    pulls the slope towards the prior's ratio of C to S: it decides while nothing
 *    is known and is overruled by frequencies that differ by some per cent. Its weight
 *    grows with the square of the spread: a frame that takes long by itself is run
 *    faster towards its end, so where frames differ much, changes of frequency within
 *    them are their effect, not their cause.
 *
 * Surprises. A frame more than a quarter off is odd. One odd frame says little (an
 * interrupt storm, a cold cache) and moves the mean by a sixteenth. Two in a row in
 * the same direction are news. If the first came at the frequency of the frame before,
 * the work has changed: the point jumps, the slope scales with it. If it came along
 * with a new frequency, the slope was wrong: the jump is taken as its evidence, unless
 * the frame took longer at the higher frequency, which only the work can do.
 *
 * Levels. A frame that tells when it is done with each level teaches all of them. All
 * levels of a network run the same kind of code, so what changes one changes the others
 * too: a level that has been seen but that the frame did not tell of is rescaled by every
 * change of the level it ended at, in proportion; what was learnt long ago is then as
 * good as its ratio to the newest. A level never seen takes the cost of the nearest one
 * that was, times the ratio of their priors.
 *
 * Tail. One ratio for all levels (the rarely run ones would never learn theirs), a
 * stochastic quantile: a frame above it raises it by 2 % or by half of what it was
 * above, each other frame lowers it by the miss target's part of the 2 %, so it rests
 * where that part of the frames is above. That is slow to come down from a default or after a
 * disturbance. When no frame of the last 24 was above, it also decays by a 16th of its
 * distance to five mean absolute deviations, or to one and a half beyond the longest frame
 * seen if that is less: costs within bounds end sooner than their deviation lets one expect.
 * The longest fades over as many frames as the miss target allows one to be above.
 */
#include "cost.h"

#define X_SHIFT		14
#define X_MAX		0x100000ULL		/* 1 / 15.6 MHz */
#define TIME_MAX_NS	0x10000000000ULL	/* keeps products of changes in 63 bits */
#define SLOPE_SHIFT	8			/* weight of the prior's slope: x^2 >> 8 */
#define SLOPE_SPREADS	4			/* and so often x^2 times the spread's square */
#define MOVED_SHIFT	5			/* frequencies differ from x >> 5 on */
#define GAIN_SAMPLES	4			/* the mean's gain is 1/4 at the least */
#define MOMENT_GAIN	8
#define ODD_SHIFT	2			/* beyond a quarter a frame is odd */
#define CHANCE_SHIFT	3			/* up to an eighth may be chance */

#define TAIL_DEFAULT_PPM	(PLAN_PPM + 125000)
#define TAIL_MAX_PPM		(4 * PLAN_PPM)
#define TAIL_UP_MIN_PPM		20000U
#define TAIL_UP_MAX_PPM		120000U
#define TAIL_SPREADS		5
#define TAIL_DECAY		16
#define TAIL_CALM		24
#define SPREAD_MAX_PPM		250000U
#define SPREAD_GAIN		16

static u64 diff(u64 a, u64 b)
{
	return a > b ? a - b : b - a;
}

/* a * b / c to the nearest, so that repeated rescaling does not creep */
static u64 rescale(u64 a, u64 b, u64 c)
{
	return (plan_mul_div(plan_min(a, PLAN_NEVER / 2) * 2, b, plan_max(c, 1)) + 1) / 2;
}

static s64 rescale_signed(s64 a, u64 b, u64 c)
{
	u64 size = plan_min(rescale(a < 0 ? -(u64)a : (u64)a, b, c), 1ULL << 60);

	return a < 0 ? -(s64)size : (s64)size;
}

/* Towards @b by one part in @part, for numbers below 2^61. */
static u64 approach(u64 a, u64 b, int part)
{
	return a + ((s64)b - (s64)a) / part;
}

static u64 time_at(const struct plan_cost *cost, u64 x)
{
	return plan_add(plan_mul_div(cost->cycles, x, 1ULL << X_SHIFT), cost->stall_ns);
}

/* How much the prior's slope counts, in units of the mean square of changes. */
static u64 anchor_weight(const struct cost_model *model, const struct cost_level *level)
{
	u64 square = level->x * level->x, spread = model->spread_ppm;

	/* one division after the other: their product would be a long one */
	spread = plan_mul_div(SLOPE_SPREADS * spread, spread, PLAN_PPM);
	return (square >> SLOPE_SHIFT) + 1 + plan_mul_div(square, spread, PLAN_PPM);
}

/* The line through the level's point, see above. */
static void fit(const struct cost_model *model, struct cost_level *level)
{
	u64 most = plan_mul_div(level->y, 1ULL << X_SHIFT, level->x);
	u64 expected = time_at(&level->prior, level->x);
	u64 weight = anchor_weight(model, level);
	u64 anchor = most, cycles, part;

	if (expected)
		anchor = plan_min(plan_mul_div(level->y, level->prior.cycles, expected), most);

	cycles = plan_mul_div(anchor, weight, level->xx + weight);
	part = plan_mul_div(level->xy < 0 ? -(u64)level->xy : (u64)level->xy, 1ULL << X_SHIFT,
			    level->xx + weight);
	cycles = level->xy < 0 ? plan_sub(cycles, part) : plan_add(cycles, part);

	level->mean.cycles = plan_min(cycles, most);
	level->mean.stall_ns = plan_sub(level->y, plan_mul_div(level->mean.cycles, level->x,
							       1ULL << X_SHIFT));
}

static const struct cost_level *nearest_seen(const struct cost_model *model, u32 index)
{
	u32 d;

	for (d = 0; d < model->levels; d++) {
		if (index >= d && model->level[index - d].samples)
			return &model->level[index - d];
		if (index + d < model->levels && model->level[index + d].samples)
			return &model->level[index + d];
	}
	return NULL;
}

static bool differs(u64 x, u64 from)
{
	return diff(x, from) >= plan_max(from >> MOVED_SHIFT, 1);
}

static void learn_slope(struct cost_level *level, u64 x, u64 y, int part)
{
	s64 dx = (s64)x - (s64)level->x, dy = (s64)y - (s64)level->y;

	level->xx = approach(level->xx, dx * dx, part);
	level->xy += (dx * dy - level->xy) / part;
}

static void learn_first(struct cost_model *model, struct cost_level *level, u64 x, u64 y)
{
	const struct cost_level *near = nearest_seen(model, level - model->level);

	if (near) {
		level->xx = near->xx;
		level->xy = rescale_signed(near->xy, y, time_at(&near->mean, x));
	}
	level->x = x;
	level->y = y;
	level->last_x = x;
	fit(model, level);
}

/* No slope makes frames longer at a higher frequency, beyond what chance does. */
static bool contrary(const struct cost_level *level, u64 x, u64 y)
{
	return (x > level->x) != (y > level->y) && diff(y, level->y) > level->y >> CHANCE_SHIFT;
}

static void learn_point(const struct cost_model *model, struct cost_level *level, u64 x, u64 y,
			u64 expected)
{
	bool moved = differs(x, level->x);
	int odd = 0, part;

	if (diff(y, expected) > expected >> ODD_SHIFT)
		odd = y > expected ? 1 : -1;

	if (!odd) {
		/* the first frame of all may have been a cold one: no slope from it */
		if (moved && level->samples > 1)
			learn_slope(level, x, y, MOMENT_GAIN);
		part = plan_min(level->samples + 1, GAIN_SAMPLES);
		level->x = approach(level->x, x, part);
		level->y = approach(level->y, y, part);
	} else if (odd != level->odd) {
		u64 step = level->y >> (ODD_SHIFT + 2);

		level->y = odd > 0 ? plan_min(level->y + step, TIME_MAX_NS) : level->y - step;
		level->odd_moved = differs(x, level->last_x);
	} else {
		if (level->odd_moved && moved && !contrary(level, x, y))
			learn_slope(level, x, y, 2);
		else
			level->xy = rescale_signed(level->xy, y, expected);
		level->x = x;
		level->y = y;
		level->samples = 1;
		odd = 0;
	}
	level->odd = odd;
	level->last_x = x;
	fit(model, level);
}

/* The levels seen that this frame has not told of follow the one that it ended at. */
static void follow(struct cost_model *model, const struct cost_level *leader, u64 now, u64 before)
{
	u32 i;

	for (i = 0; i < model->levels; i++) {
		struct cost_level *level = &model->level[i];

		if (level == leader || level->told || !level->samples)
			continue;
		level->y = plan_min(plan_max(rescale(level->y, now, before), 1), TIME_MAX_NS);
		level->xy = rescale_signed(level->xy, now, before);
		fit(model, level);
	}
}

static void learn_tail(struct cost_model *model, u64 y, u64 expected, u32 miss_ppm)
{
	u64 ratio = plan_mul_div(y, PLAN_PPM, expected), rest;
	u64 spread = plan_min(diff(ratio, PLAN_PPM), SPREAD_MAX_PPM);
	u64 down = plan_max((u64)TAIL_UP_MIN_PPM * miss_ppm / PLAN_PPM, 1);

	model->spread_ppm = approach(model->spread_ppm, spread, SPREAD_GAIN);
	model->peak_ppm -= plan_mul_div(model->peak_ppm - PLAN_PPM, miss_ppm, PLAN_PPM);
	model->peak_ppm = plan_max(model->peak_ppm, plan_min(ratio, TAIL_MAX_PPM));

	if (ratio > model->tail_ppm) {
		u64 up = plan_max((ratio - model->tail_ppm) / 2, TAIL_UP_MIN_PPM);

		model->tail_ppm = plan_min(model->tail_ppm + plan_min(up, TAIL_UP_MAX_PPM),
					   TAIL_MAX_PPM);
		model->calm = 0;
		return;
	}

	if (model->calm < TAIL_CALM) {
		model->calm++;
	} else {
		rest = plan_min(PLAN_PPM + (u64)TAIL_SPREADS * model->spread_ppm,
				model->peak_ppm + (u64)model->spread_ppm * 3 / 2);
		model->tail_ppm -= plan_sub(model->tail_ppm, rest) / TAIL_DECAY;
	}
	model->tail_ppm = plan_max(plan_sub(model->tail_ppm, down), PLAN_PPM);
}

void cost_init(struct cost_model *model, u32 levels, const struct plan_cost *prior)
{
	bool hinted = false;
	u32 i;

	memset(model, 0, sizeof(*model));
	model->levels = plan_max(plan_min(levels, PLAN_MAX_LEVELS), 1);
	for (i = 0; i < model->levels; i++) {
		model->level[i].prior = prior[i];
		model->level[i].mean = prior[i];
		hinted |= prior[i].tail_ppm != 0;
		model->tail_ppm = plan_max(model->tail_ppm,
					   prior[i].tail_ppm ?: TAIL_DEFAULT_PPM);
	}
	model->tail_ppm = plan_max(plan_min(model->tail_ppm, TAIL_MAX_PPM), PLAN_PPM);
	/* the default is no longest frame, a hint is */
	model->peak_ppm = hinted ? model->tail_ppm : PLAN_PPM;
	model->calm = TAIL_CALM;
	model->spread_ppm = plan_min((model->tail_ppm - PLAN_PPM) / TAIL_SPREADS, SPREAD_MAX_PPM);
}

/* Returns what was expected, 0 if nothing was. */
static u64 learn_level(struct cost_model *model, struct cost_level *level, u64 x, u64 y)
{
	u64 before = 0;

	if (level->samples) {
		before = plan_max(time_at(&level->mean, x), 1);
		learn_point(model, level, x, y, before);
	} else {
		learn_first(model, level, x, y);
	}
	if (level->samples < ~0U)
		level->samples++;
	return before;
}

static bool is_sample(const struct cost_model *model, u32 level, u32 khz, u64 run_ns)
{
	return level && level <= model->levels && khz && run_ns;
}

static u64 cycle_time(u32 khz)
{
	return plan_max(plan_min(plan_div((u64)PLAN_PPM << X_SHIFT, khz), X_MAX), 1);
}

void cost_learn_report(struct cost_model *model, u32 level, u32 khz, u64 run_ns)
{
	struct cost_level *this;

	if (!is_sample(model, level, khz, run_ns))
		return;
	this = &model->level[level - 1];
	learn_level(model, this, cycle_time(khz), plan_min(run_ns, TIME_MAX_NS));
	this->told = true;
}

void cost_learn(struct cost_model *model, u32 level, u32 khz, u64 run_ns, u32 miss_ppm)
{
	struct cost_level *this;
	u64 x, y, before;
	bool known;
	u32 i;

	if (!is_sample(model, level, khz, run_ns))
		return;

	this = &model->level[level - 1];
	x = cycle_time(khz);
	y = plan_min(run_ns, TIME_MAX_NS);
	if (!this->told) {
		/* the first frame of all may have been a cold one */
		known = this->samples > 1;
		before = learn_level(model, this, x, y);
		if (known) {
			learn_tail(model, y, before, miss_ppm);
			follow(model, this, time_at(&this->mean, x), before);
		}
	}
	for (i = 0; i < model->levels; i++)
		model->level[i].told = false;
}

void cost_get(const struct cost_model *model, struct plan_cost *cost)
{
	u32 i;

	for (i = 0; i < model->levels; i++) {
		const struct cost_level *level = &model->level[i];
		const struct cost_level *near = nearest_seen(model, i);

		cost[i] = level->mean;
		if (near && near != level) {
			u64 num = time_at(&level->prior, near->x);
			u64 den = time_at(&near->prior, near->x);

			if (den) {
				cost[i].cycles = plan_mul_div(near->mean.cycles, num, den);
				cost[i].stall_ns = plan_mul_div(near->mean.stall_ns, num, den);
			}
		}
		cost[i].tail_ppm = model->tail_ppm;
	}
}
