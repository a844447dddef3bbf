/* SPDX-License-Identifier: MIT */
/*
 * Random task sets with costs that are known beforehand: what one policy of a board is
 * asked to do. Everything follows from a seed.
 */
#ifndef ORACLE_SET_H
#define ORACLE_SET_H

#include "planner.h"

#define ORACLE_STREAMS_MAX	4
#define ORACLE_LEVELS_MAX	4
#define ORACLE_PLATFORMS	3

/**
 * struct oracle_platform - the OPPs of one cluster
 * @name: of the board and its cores
 * @latency_ns: of a change of frequency where that is slow
 * @nr_opps: rows in use
 * @rows: kHz, mW of the cluster with one core busy, mW of the idle cluster
 */
struct oracle_platform {
	const char *name;
	u64 latency_ns;
	u32 nr_opps;
	u32 rows[20][3];
};

/* How the costs of a stream's frames differ. */
enum oracle_noise {
	ORACLE_UNIFORM,		/* evenly within some per cent */
	ORACLE_NORMAL,		/* around the mean, no further than three deviations */
	ORACLE_HEAVY_TAIL,	/* lognormal */
	ORACLE_OUTLIERS,	/* now and then one that nothing announces */
	ORACLE_STEP,		/* heavier or lighter from some frame on */
	ORACLE_NOISES,
};

enum oracle_load {
	ORACLE_LIGHT,		/* 10..30 % of the top frequency at the top levels */
	ORACLE_MEDIUM,		/* 30..60 % */
	ORACLE_HEAVY,		/* 60..85 % */
	ORACLE_OVER,		/* 85..130 % */
	ORACLE_LOADS,
};

/**
 * struct oracle_stream - one stream and the truth about it
 * @period_ns: between releases
 * @deadline_ns: after a release, not above the period
 * @phase_ns: of the first release
 * @levels: groups of its network
 * @cpu: index of the CPU that its thread runs on
 * @cycles: true mean of level 1..levels, at index level - 1
 * @stall_ns: likewise
 * @prior_ratio: what the hint says over what is true, of cycles
 * @prior_stall: the same of stall time; many clients do not know it, then 0
 * @noise: kind of noise
 * @spread: its width
 * @step_frame: ORACLE_STEP: the frame, counted from the measured ones, that begins it
 * @step_ratio: ORACLE_STEP: cost from then on over cost before
 */
struct oracle_stream {
	u64 period_ns;
	u64 deadline_ns;
	u64 phase_ns;
	u32 levels;
	u32 cpu;
	double cycles[ORACLE_LEVELS_MAX];
	double stall_ns[ORACLE_LEVELS_MAX];
	double prior_ratio;
	double prior_stall;
	enum oracle_noise noise;
	double spread;
	u32 step_frame;
	double step_ratio;
};

/**
 * struct oracle_set - what a policy is asked to do
 * @seed: everything else follows from it
 * @platform: the board
 * @opps: its OPPs, for each CPU
 * @nr_opps: how many
 * @nr_cpus: CPUs of the policy
 * @slow_switch: a change of frequency takes the platform's latency
 * @fair: frames share a CPU evenly, not by earliest deadline first
 * @one_opp: the planner may not change the OPP within a frame to save energy; not of the seed
 * @load: class of @utilisation
 * @utilisation: of the CPU time that streams can have, at the top frequency and levels
 * @other: share of time that other tasks take while frames are pending
 * @nr_streams: 1..ORACLE_STREAMS_MAX
 * @streams: the streams
 * @measured_ns: length of the measured part of a play
 */
struct oracle_set {
	u64 seed;
	const struct oracle_platform *platform;
	struct plan_opp opps[PLAN_MAX_OPPS];
	u32 nr_opps;
	u32 nr_cpus;
	bool slow_switch;
	bool fair;
	bool one_opp;
	enum oracle_load load;
	double utilisation;
	double other;
	u32 nr_streams;
	struct oracle_stream streams[ORACLE_STREAMS_MAX];
	u64 measured_ns;
};

extern const struct oracle_platform oracle_platforms[ORACLE_PLATFORMS];
extern const char *const oracle_noise_names[ORACLE_NOISES];
extern const char *const oracle_load_names[ORACLE_LOADS];

/* A number that depends on the seed and two others alone, evenly from [0, 1). */
double oracle_random(u64 seed, u64 a, u64 b);

/* The set of a seed: all its streams on one CPU. */
void oracle_set_init(struct oracle_set *set, u64 seed);

/*
 * True cost of a stream's frame over the stream's mean. Frames are counted from 0, the
 * measured ones from 1 << 20 on. @surprise: nothing before it has announced it.
 */
double oracle_frame_factor(const struct oracle_set *set, u32 stream, u32 frame, bool *surprise);

#define ORACLE_MEASURED		(1U << 20)

/* Do all costs stay within some per cent, or within three deviations? */
bool oracle_set_bounded(const struct oracle_set *set);

/* One line that tells all of a set, and one for each stream. */
void oracle_set_print(const struct oracle_set *set);

#endif /* ORACLE_SET_H */
