/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mapping: which cluster each stream runs on, and how much of the power budget
 * each cluster gets. Pure integer C like the planner, whose rules it looks ahead at.
 */
#ifndef DNN_GOV_MAPPING_H
#define DNN_GOV_MAPPING_H

#include "planner.h"

#define MAP_MAX_CLUSTERS	8
#define MAP_MAX_TYPES		4
#define MAP_MAX_STREAMS		64	/* on all clusters */
#define MAP_NOWHERE		255	/* the cluster of a stream that has none yet */

/* A stream moves for energy only if it saves so much of its own, and of all. */
#define MAP_OWN_SAVING_PPM	50000U
#define MAP_SAVING_PPM		10000U
/* What is not tried yet must fit with so much room to spare. */
#define MAP_DOUBT_PPM		50000U

/**
 * struct map_cluster - CPUs with one clock
 * @opps: its OPPs, lowest frequency first
 * @nr_opps: 1..PLAN_MAX_OPPS
 * @min_khz: lowest allowed frequency
 * @max_khz: highest allowed frequency
 * @budget_uw: power at the most by its own budget; 0: any
 * @type: the type of its cores, below MAP_MAX_TYPES
 * @capacity: of one of them at the highest OPP; for a guess where the power is unknown
 * @cpus: those that can be used, one bit each by their number in the cluster
 * @nr_cpus: all of them, 1..PLAN_MAX_CPUS
 * @other_ppm: per CPU, share of time that tasks other than stream threads take
 * @follow_khz: frequency that those tasks ask for
 * @wake_uw: what the cluster draws more when it is used than when nobody uses it
 * @margin_ppm: as plan_input.margin_ppm
 * @switch_ns: as plan_input.switch_ns
 */
struct map_cluster {
	const struct plan_opp *opps;
	u32 nr_opps;
	u32 min_khz;
	u32 max_khz;
	u32 budget_uw;
	u32 type;
	u32 capacity;
	u64 cpus;
	u32 nr_cpus;
	const u32 *other_ppm;
	u32 follow_khz;
	u32 wake_uw;
	u32 margin_ppm;
	u64 switch_ns;
};

/**
 * struct map_stream - a stream as the mapping sees it
 * @levels: as in struct plan_stream, and so on to @accuracy_ppm
 * @deadline_ns: from a frame's release
 * @cost: cost of level 1..@levels on each type of core
 * @cpus: per cluster, which of its CPUs the stream may use; 0: none
 * @cluster: in and out: where it is, and where it should be
 * @held: it stays where it is
 * @level: out: the level that is expected there
 */
struct map_stream {
	u32 levels;
	u32 min_level;
	u64 period_ns;
	u64 deadline_ns;
	u32 weight;
	u32 goal;
	u32 floor_ppm;
	u32 balance_ppm;
	u64 energy_budget_nj;
	u32 accuracy_ppm[PLAN_MAX_LEVELS];
	struct plan_cost cost[MAP_MAX_TYPES][PLAN_MAX_LEVELS];
	u64 cpus[MAP_MAX_CLUSTERS];
	u32 cluster;
	bool held;
	u32 level;
};

/**
 * struct map_load - what a cluster makes of its streams
 * @late_ppm: CPU time that is missing, in parts of one CPU
 * @accuracy: weighted accuracy of the levels
 * @uw: mean power of the streams
 * @peak_uw: power while they run
 * @opp: where they run
 * @lo: lowest OPP that limits and other tasks allow
 * @hi: highest OPP
 * @level: per stream of the mapping; of those that are here
 */
struct map_load {
	u64 late_ppm;
	u64 accuracy;
	u64 uw;
	u64 peak_uw;
	u32 opp;
	u32 lo;
	u32 hi;
	u8 level[MAP_MAX_STREAMS];
};

/**
 * struct map_share - how much of a CPU a stream takes, at a frequency f
 * @ppm_khz: this over f in kHz, in ppm
 * @ppm: and this
 */
struct map_share {
	u64 ppm_khz;
	u64 ppm;
};

/**
 * struct map_scratch - working memory of map_streams(), nothing in it outlives a call
 */
struct map_scratch {
	u8 target[MAP_MAX_STREAMS];
	u8 start[MAP_MAX_STREAMS];
	u8 best[MAP_MAX_STREAMS];
	u8 work[MAP_MAX_STREAMS];
	u8 order[MAP_MAX_STREAMS];
	u64 size[MAP_MAX_STREAMS];
	/* one cluster that is looked at */
	u8 member[MAP_MAX_STREAMS];
	u8 cpu_of[MAP_MAX_STREAMS];
	u8 share_of[MAP_MAX_STREAMS];
	struct map_share share[MAP_MAX_STREAMS];
	u64 density[MAP_MAX_STREAMS];
	u64 room[PLAN_MAX_CPUS];
	/* per cluster: as it is, as it would be, as it would be with less power */
	struct map_load load[MAP_MAX_CLUSTERS];
	struct map_load trial[MAP_MAX_CLUSTERS];
	struct map_load cut[MAP_MAX_CLUSTERS];
	struct map_load lower[MAP_MAX_CLUSTERS];
};

/**
 * struct map_input - everything a mapping depends on
 * @clusters: them
 * @nr_clusters: 1..MAP_MAX_CLUSTERS
 * @streams: them; @cluster and @level are updated
 * @nr_streams: 0..MAP_MAX_STREAMS
 * @budget_uw: power of all clusters together at the most; 0: any
 * @scratch: working memory
 */
struct map_input {
	const struct map_cluster *clusters;
	u32 nr_clusters;
	struct map_stream *streams;
	u32 nr_streams;
	u64 budget_uw;
	struct map_scratch *scratch;
};

/**
 * struct map_output - what belongs to the mapping
 * @late_ppm: sum over the clusters
 * @accuracy: sum over the clusters
 * @uw: sum over the clusters
 * @moved: streams whose cluster has changed
 * @khz: per cluster, the OPP expected while its streams run
 * @budget_uw: per cluster, its part of the budget; 0 where that is any. Their sum is
 *	never above the budget
 */
struct map_output {
	u64 late_ppm;
	u64 accuracy;
	u64 uw;
	u32 moved;
	u32 khz[MAP_MAX_CLUSTERS];
	u32 budget_uw[MAP_MAX_CLUSTERS];
};

/**
 * map_streams() - find a place for each stream
 * @in: what is known; the streams in it are updated
 * @out: the rest of the result
 *
 * A stream whose mask names no CPU that can be used stays where it is and counts
 * nowhere.
 */
void map_streams(const struct map_input *in, struct map_output *out);

#endif /* DNN_GOV_MAPPING_H */
