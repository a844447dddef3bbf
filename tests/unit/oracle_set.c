// SPDX-License-Identifier: MIT
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "oracle_set.h"

#define MS			1000000.0
#define FRAMES_WANTED		100	/* measured, of all streams */
#define PERIODS_MIN		3	/* measured, of the slowest stream */
#define SURPRISED_FRAMES	5	/* after a step */
#define OUTLIER_SHARE		(1.0 / 60)

/*
 * Power with one core busy and with all idle: for the XU3 measured on the board
 * (PARTSim's tables), for the Nano estimated; the same figures as the emulating driver's.
 */
const struct oracle_platform oracle_platforms[ORACLE_PLATFORMS] = {
	{
		"xu3-a15", 140000, 19, {
			{ 200000, 74, 30 }, { 300000, 111, 37 }, { 400000, 146, 44 },
			{ 500000, 182, 50 }, { 600000, 219, 55 }, { 700000, 255, 62 },
			{ 800000, 299, 71 }, { 900000, 343, 82 }, { 1000000, 401, 96 },
			{ 1100000, 465, 110 }, { 1200000, 540, 124 }, { 1300000, 614, 143 },
			{ 1400000, 697, 161 }, { 1500000, 789, 182 }, { 1600000, 909, 210 },
			{ 1700000, 1049, 241 }, { 1800000, 1188, 282 }, { 1900000, 1405, 326 },
			{ 2000000, 1675, 413 },
		},
	},
	{
		"xu3-a7", 140000, 13, {
			{ 200000, 14, 9 }, { 300000, 21, 12 }, { 400000, 28, 15 },
			{ 500000, 35, 17 }, { 600000, 46, 21 }, { 700000, 58, 27 },
			{ 800000, 70, 33 }, { 900000, 86, 40 }, { 1000000, 103, 48 },
			{ 1100000, 121, 56 }, { 1200000, 142, 65 }, { 1300000, 167, 79 },
			{ 1400000, 198, 93 },
		},
	},
	{
		"nano-a57", 300000, 14, {
			{ 204000, 148, 87 }, { 306000, 182, 90 }, { 408000, 216, 93 },
			{ 510000, 249, 96 }, { 612000, 283, 99 }, { 714000, 325, 105 },
			{ 816000, 387, 117 }, { 918000, 455, 129 }, { 1020000, 530, 142 },
			{ 1122000, 611, 155 }, { 1224000, 700, 170 }, { 1326000, 760, 177 },
			{ 1428000, 809, 182 }, { 1479000, 834, 184 },
		},
	},
};

const char *const oracle_noise_names[ORACLE_NOISES] = {
	"uniform", "normal", "heavy-tail", "outliers", "step",
};

const char *const oracle_load_names[ORACLE_LOADS] = { "light", "medium", "heavy", "over" };

/******************************* Chance ********************************/

static u64 mix(u64 x)
{
	x += 0x9e3779b97f4a7c15ULL;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

double oracle_random(u64 seed, u64 a, u64 b)
{
	return (mix(mix(mix(seed) + a) + b) >> 11) * 0x1p-53;
}

/* Numbers one after the other. */
struct dice {
	u64 seed;
	u64 thrown;
};

static double between(struct dice *dice, double from, double to)
{
	return from + (to - from) * oracle_random(dice->seed, 0, dice->thrown++);
}

/* So that the ratio of two results is what is even. */
static double between_log(struct dice *dice, double from, double to)
{
	return from * pow(to / from, between(dice, 0, 1));
}

static u32 one_of(struct dice *dice, u32 count)
{
	return (u32)between(dice, 0, count) % count;
}

static bool one_in(struct dice *dice, double n)
{
	return between(dice, 0, n) < 1;
}

/******************************** Sets *********************************/

static void init_opps(struct oracle_set *set)
{
	u32 i;

	set->nr_opps = set->platform->nr_opps;
	for (i = 0; i < set->nr_opps; i++) {
		const u32 *row = set->platform->rows[i];

		set->opps[i].khz = row[0];
		set->opps[i].idle_uw = row[2] * 1000 / set->nr_cpus;
		set->opps[i].busy_uw = set->opps[i].idle_uw + (row[1] - row[2]) * 1000;
	}
}

/* @share: of a CPU at the top frequency that the top level takes */
static void init_costs(struct oracle_set *set, struct oracle_stream *stream, double share,
		       struct dice *dice)
{
	double top_ns = share * stream->period_ns, part[ORACLE_LEVELS_MAX], sum = 0;
	double stall = one_in(dice, 2) ? between(dice, 0, 0.3) : 0;
	u32 k;

	for (k = 0; k < stream->levels; k++)
		sum += part[k] = between(dice, 0.7, 1.3);
	for (k = 0; k < stream->levels; k++) {
		double below_cycles = k ? stream->cycles[k - 1] : 0;
		double below_stall = k ? stream->stall_ns[k - 1] : 0;
		double ns = top_ns * part[k] / sum;

		stream->cycles[k] = below_cycles +
				    ns * (1 - stall) * set->opps[set->nr_opps - 1].khz / 1e6;
		stream->stall_ns[k] = below_stall + ns * stall;
	}
}

/* Two sets in three have no costs that nothing announces. */
static void init_noise(struct oracle_stream *stream, bool surprises, struct dice *dice)
{
	stream->noise = one_of(dice, surprises ? ORACLE_NOISES : ORACLE_NORMAL + 1);
	switch (stream->noise) {
	case ORACLE_UNIFORM:
		stream->spread = between(dice, 0.005, 0.1);
		break;
	case ORACLE_NORMAL:
		stream->spread = between(dice, 0.005, 0.04);
		break;
	case ORACLE_HEAVY_TAIL:
		stream->spread = between(dice, 0.03, 0.15);
		break;
	default:
		stream->spread = between(dice, 0.005, 0.03);
		break;
	}
	stream->step_frame = 2 + one_of(dice, 20);
	stream->step_ratio = between_log(dice, 0.5, 2);
}

static void init_stream(struct oracle_set *set, u32 index, bool surprises, struct dice *dice)
{
	struct oracle_stream *stream = &set->streams[index];

	stream->period_ns = between_log(dice, 5, 200) * MS;
	stream->deadline_ns = stream->period_ns * (one_in(dice, 2) ? 1 : between(dice, 0.6, 1));
	stream->phase_ns = between(dice, 0, 1) * stream->period_ns;
	stream->levels = 1 + one_of(dice, ORACLE_LEVELS_MAX);
	stream->prior_ratio = between_log(dice, 1.0 / 3, 3);
	stream->prior_stall = one_in(dice, 2) ? 0 : between_log(dice, 1.0 / 3, 3);
	init_noise(stream, surprises, dice);
}

void oracle_set_init(struct oracle_set *set, u64 seed)
{
	static const double from[ORACLE_LOADS] = { 0.1, 0.3, 0.6, 0.85 };
	static const double to[ORACLE_LOADS] = { 0.3, 0.6, 0.85, 1.3 };
	double share[ORACLE_STREAMS_MAX], sum = 0, rate = 0, longest = 0;
	struct dice dice = { seed, 0 };
	bool surprises;
	u32 i;

	memset(set, 0, sizeof(*set));
	set->seed = seed;
	set->platform = &oracle_platforms[one_of(&dice, ORACLE_PLATFORMS)];
	set->nr_cpus = 1 << one_of(&dice, 3);
	set->slow_switch = one_in(&dice, 2);
	set->fair = one_in(&dice, 6);
	set->load = one_of(&dice, ORACLE_LOADS);
	set->utilisation = between(&dice, from[set->load], to[set->load]);
	set->other = one_in(&dice, 3) ? between(&dice, 0.05, 0.3) : 0;
	set->nr_streams = 1 + one_of(&dice, ORACLE_STREAMS_MAX);
	surprises = one_in(&dice, 3);
	init_opps(set);

	for (i = 0; i < set->nr_streams; i++)
		sum += share[i] = between(&dice, 0.2, 1);
	for (i = 0; i < set->nr_streams; i++) {
		struct oracle_stream *stream = &set->streams[i];

		init_stream(set, i, surprises, &dice);
		init_costs(set, stream,
			   set->utilisation * (1 - set->other) * share[i] / sum, &dice);
		rate += 1.0 / stream->period_ns;
		longest = fmax(longest, stream->period_ns);
	}
	set->measured_ns = fmax(FRAMES_WANTED / rate, PERIODS_MIN * longest);
}

/******************************* Frames ********************************/

static double normal(u64 seed, u64 a, u64 b)
{
	return sqrt(-2 * log(1 - oracle_random(seed, a, 2 * b))) *
	       cos(2 * M_PI * oracle_random(seed, a, 2 * b + 1));
}

double oracle_frame_factor(const struct oracle_set *set, u32 index, u32 frame, bool *surprise)
{
	const struct oracle_stream *stream = &set->streams[index];
	double x = 2 * oracle_random(set->seed, 1 + index, frame) - 1, spread = stream->spread;
	double gauss = normal(set->seed, 101 + index, frame);

	*surprise = false;
	switch (stream->noise) {
	case ORACLE_NORMAL:
		return 1 + spread * fmin(fmax(gauss, -3), 3);
	case ORACLE_HEAVY_TAIL:
		return exp(spread * gauss - spread * spread / 2);
	case ORACLE_OUTLIERS:
		*surprise = oracle_random(set->seed, 201 + index, frame) < OUTLIER_SHARE;
		if (*surprise)
			return 1.3 + 1.2 * oracle_random(set->seed, 301 + index, frame);
		return 1 + spread * x;
	case ORACLE_STEP:
		if (frame < ORACLE_MEASURED + stream->step_frame)
			return 1 + spread * x;
		*surprise = frame < ORACLE_MEASURED + stream->step_frame + SURPRISED_FRAMES;
		return stream->step_ratio * (1 + spread * x);
	default:
		return 1 + spread * x;
	}
}

bool oracle_set_bounded(const struct oracle_set *set)
{
	u32 i;

	for (i = 0; i < set->nr_streams; i++)
		if (set->streams[i].noise != ORACLE_UNIFORM &&
		    set->streams[i].noise != ORACLE_NORMAL)
			return false;
	return true;
}

void oracle_set_print(const struct oracle_set *set)
{
	u32 i, k;

	printf("seed %llu: %s, %u CPUs, %s switch, %s, utilisation %.3f, others %.3f\n",
	       (unsigned long long)set->seed, set->platform->name, set->nr_cpus,
	       set->slow_switch ? "slow" : "fast", set->fair ? "fair" : "EDF", set->utilisation,
	       set->other);
	for (i = 0; i < set->nr_streams; i++) {
		const struct oracle_stream *stream = &set->streams[i];

		printf("  stream %u: period %.3f ms, deadline %.3f, phase %.3f, %s %.3f, prior x%.2f x%.2f,",
		       i, stream->period_ns / MS, stream->deadline_ns / MS, stream->phase_ns / MS,
		       oracle_noise_names[stream->noise], stream->spread, stream->prior_ratio,
		       stream->prior_stall);
		if (stream->noise == ORACLE_STEP)
			printf(" x%.2f from frame %u,", stream->step_ratio, stream->step_frame);
		printf(" levels");
		for (k = 0; k < stream->levels; k++)
			printf(" %.3f M+%.3f ms", stream->cycles[k] / 1e6, stream->stall_ns[k] / MS);
		printf("\n");
	}
}
