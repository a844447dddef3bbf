/* SPDX-License-Identifier: MIT */
/*
 * The module around the planner, as far as it decides: what the governor `dnn` keeps. The
 * planner, the cost models, the mapping and the rules of load following are the module's own
 * objects; what is around them and needs a kernel (kmod/dnn_gov plan.c, frame.c, load.c, freq.c,
 * arbiter.c) is played here.
 */
#ifndef SIM_GOV_DNN_H
#define SIM_GOV_DNN_H

#include "core_cost.h"
#include "follow.h"
#include "mapping.h"
#include "sim.h"

/* The module's defaults and constants. */
#define DNN_HOLD_NS		500000000ULL
#define DNN_MARGIN_PPM		20000
#define DNN_TIMER_MIN_NS	100000ULL
#define DNN_RESTORE_MIN_NS	10000000ULL
#define DNN_OTHER_UP_SHIFT	1
#define DNN_OTHER_DOWN_SHIFT	3
#define DNN_OTHER_MIN_NS	200000ULL

/**
 * struct dnn_cpu - load following's view of a CPU, see load.c
 * @frame_ns: CPU time of frames that have ended here
 * @mark_ns: up to when it has been looked at
 * @mark_busy_ns: busy time then
 * @mark_frame_ns: CPU time of frames then
 * @mark_cycles: cycles then
 * @follow: what is known of it
 * @map_busy_ns: busy time when the mapping last looked
 * @map_frame_ns: CPU time of frames then
 * @map_other_ppm: share of other tasks, as the mapping has it
 */
struct dnn_cpu {
	double frame_ns;
	u64 mark_ns;
	double mark_busy_ns;
	double mark_frame_ns;
	double mark_cycles;
	struct follow_cpu follow;
	double map_busy_ns;
	double map_frame_ns;
	u32 map_other_ppm;
};

/**
 * struct dnn_policy - a cluster
 * @streams: by slot, the stream's number
 */
struct dnn_policy {
	u32 pending;
	u32 nr_streams;
	u32 streams[SCENARIO_STREAMS_MAX];
	u64 plan_timer_ns;
	u64 relax_ns;
	struct follow_policy follow;
	u64 next_sample;
	u64 wish_ns;
	u32 follow_khz;
	u32 floor_khz;
	u32 share_uw;
	u32 map_follow_khz;
	u32 other_ppm[PLAN_MAX_CPUS];
	struct dnn_cpu cpus[PLATFORM_CPUS_MAX];
	struct plan_opp opps[PLAN_MAX_OPPS];
	struct plan_stream plan_streams[SCENARIO_STREAMS_MAX];
	struct plan_frame plan_frames[2 * SCENARIO_STREAMS_MAX];
	struct plan_scratch scratch;
	struct plan_input in;
	struct plan_output out;
};

/**
 * struct dnn_stream - a stream
 * @told: level that its frame has reported
 * @want: cluster where it should run
 */
struct dnn_stream {
	struct core_cost costs;
	u32 slot;
	bool seen;
	u32 begin_grant;
	u64 last_release_ns;
	u64 cycles;
	u64 run_ns;
	u64 seen_ns;
	double seen_cycles;
	double level_cycles;
	u32 told;
	u64 level_ns;
	double begin_busy_ns;
	double begin_frame_ns;
	u32 want;
	u64 want_ns;
};

struct dnn {
	struct dnn_policy policies[PLATFORM_CLUSTERS_MAX];
	struct dnn_stream streams[SCENARIO_STREAMS_MAX];
	u32 speed[CORE_TYPES];
	bool kick;
	u64 map_last_ns;
	u64 map_next_ns;
	struct map_cluster map_clusters[MAP_MAX_CLUSTERS];
	struct map_stream map_streams[SCENARIO_STREAMS_MAX];
	struct map_scratch map_scratch;
};

static inline struct dnn *dnn_of(struct sim *sim)
{
	return sim->state;
}

/* gov_dnn.c */
void dnn_apply(struct sim *sim, u32 cluster);
void dnn_update(struct sim *sim, u32 cluster);
double dnn_frame_ns(struct sim *sim, u32 cluster, u32 cpu);

/* gov_dnn_follow.c */
void dnn_follow_start(struct sim *sim, u32 cluster);
void dnn_follow_sample(struct sim *sim, u32 cluster);
void dnn_follow(struct sim *sim, u32 cluster);
bool dnn_follow_hook(struct sim *sim, u32 cluster, u32 cpu);

/* gov_dnn_map.c */
void dnn_map(struct sim *sim);

#endif
