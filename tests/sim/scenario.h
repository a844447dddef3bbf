/* SPDX-License-Identifier: MIT */
/*
 * What a platform is asked to do, as a small text file: streams, other tasks, and what
 * changes over time. The format is in scenarios/README.
 */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include "platform.h"

#define SCENARIO_STREAMS_MAX	8
#define SCENARIO_LOADS_MAX	8
#define SCENARIO_CHANGES_MAX	256

/* How the costs of a stream's frames differ from the mean. */
enum scenario_noise {
	NOISE_NONE,
	NOISE_UNIFORM,		/* evenly within the spread */
	NOISE_NORMAL,		/* the spread is the deviation; no further than three of it */
	NOISE_LOGNORMAL,	/* the spread is the deviation of the logarithm */
};

/**
 * struct scenario_level - what a level takes, all groups up to it
 * @work_ns: on the platform's reference
 * @stall_ns: whatever core it is
 * @accuracy_ppm: expected accuracy
 */
struct scenario_level {
	u64 work_ns;
	u64 stall_ns;
	u32 accuracy_ppm;
};

/**
 * struct scenario_stream - a periodic source of frames
 * @name: its name
 * @cluster: where it runs, or begins to
 * @cpu: number of the CPU in that cluster
 * @free: it goes where the governor wants it
 * @period_ns: between releases
 * @deadline_ns: after a release
 * @phase_ns: of the first release
 * @weight: worth of its accuracy
 * @goal: enum dnn_gov_goal
 * @floor_ppm: accuracy that such a goal does not go below of itself
 * @balance_ppm: worth of energy
 * @energy_budget_nj: of a frame; 0: any
 * @own_ns: work of the client before each frame, on the reference, at its release
 * @startup_ns: and before it begins at all, when the run does
 * @prior_ppm: what it says of its costs, over what they are
 * @noise: kind of noise
 * @spread_ppm: its width
 * @outlier_ppm: share of frames that nothing announces
 * @outlier_factor_ppm: what they take over the mean
 * @factor_ppm: per cluster, what work takes there over what the cluster's speed says
 * @nr_levels: levels in use
 * @levels: level 1..@nr_levels, at index level - 1
 */
struct scenario_stream {
	char name[TEXT_NAME_MAX];
	u32 cluster;
	u32 cpu;
	bool free;
	u64 period_ns;
	u64 deadline_ns;
	u64 phase_ns;
	u32 weight;
	u32 goal;
	u32 floor_ppm;
	u32 balance_ppm;
	u64 energy_budget_nj;
	u64 own_ns;
	u64 startup_ns;
	u32 prior_ppm;
	enum scenario_noise noise;
	u32 spread_ppm;
	u32 outlier_ppm;
	u32 outlier_factor_ppm;
	u32 factor_ppm[PLATFORM_CLUSTERS_MAX];
	u32 nr_levels;
	struct scenario_level levels[PLAN_MAX_LEVELS];
};

/**
 * struct scenario_load - another task
 * @name: its name
 * @cluster: where it runs
 * @cpu: number of the CPU in that cluster
 * @period_ns: between its bursts; 0: it never sleeps
 * @work_ns: work of a burst, on the reference
 * @from_ns: when it comes
 * @to_ns: when it goes
 */
struct scenario_load {
	char name[TEXT_NAME_MAX];
	u32 cluster;
	u32 cpu;
	u64 period_ns;
	u64 work_ns;
	u64 from_ns;
	u64 to_ns;
};

enum scenario_what {
	CHANGE_CAP,		/* kHz of a cluster; 0: none */
	CHANGE_POWER,		/* power budget of all, uW; 0: any */
	CHANGE_ENERGY,		/* energy budget of a stream's frame, nJ; 0: any */
	CHANGE_DEADLINE,	/* of a stream, ns */
	CHANGE_AMBIENT,		/* thousandths of a degree */
};

/**
 * struct scenario_change - something that changes
 * @at_ns: when
 * @what: what
 * @index: of the cluster or stream
 * @value: to what
 */
struct scenario_change {
	u64 at_ns;
	enum scenario_what what;
	u32 index;
	u64 value;
};

/**
 * struct scenario - what a platform is asked to do
 * @name: its name
 * @platform: it
 * @warm_ns: time before the part that counts
 * @duration_ns: of the part that counts
 * @nr_streams: streams in use
 * @streams: them
 * @nr_loads: other tasks in use
 * @loads: them
 * @nr_changes: changes in use
 * @changes: them, by time from the begin of the part that counts
 */
struct scenario {
	char name[TEXT_NAME_MAX];
	struct platform platform;
	u64 warm_ns;
	u64 duration_ns;
	u32 nr_streams;
	struct scenario_stream streams[SCENARIO_STREAMS_MAX];
	u32 nr_loads;
	struct scenario_load loads[SCENARIO_LOADS_MAX];
	u32 nr_changes;
	struct scenario_change changes[SCENARIO_CHANGES_MAX];
};

/*
 * Read a scenario and its platform, whose path counts from the scenario's directory. Errors
 * as of platform_load().
 */
int scenario_load(const char *path, struct scenario *scenario, char *error);

/* Cost of a stream's frame over the mean; frames are counted from 0. */
double scenario_factor(const struct scenario *scenario, u64 seed, u32 stream, u64 frame);

#endif
