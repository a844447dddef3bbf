/* SPDX-License-Identifier: MIT */
/*
 * A platform that plays a scenario under a governor, event by event. Between two events all
 * speeds and powers are constant, so the next event is known exactly.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "scenario.h"

#define SIM_TASKS_MAX	(SCENARIO_STREAMS_MAX + SCENARIO_LOADS_MAX)
#define SIM_TICK_NS	4000000ULL	/* 250 Hz */
#define SIM_START_NS	1000000000ULL	/* 0 stands for never in many places */

struct sim;

/* Why a governor is called for a CPU. */
enum sim_event {
	SIM_ENQUEUE,
	SIM_TICK,
	SIM_DEQUEUE,
};

/**
 * struct sim_governor - who decides
 * @name: its name
 * @size: of its state, which is zero at first
 * @anytime: its frames answer at their deadline with the level that they have by then
 * @start: before anything happens
 * @begin: a frame of a stream has begun
 * @group: it has finished a group that is not the last there is; it goes on if it may
 * @end: it is about to end, its accounts are still there
 * @ended: it has ended
 * @cpu: something has happened on a CPU that its tasks can be seen from
 * @timer: the time that it has set for a cluster has come
 * @limits: what a cluster is allowed has changed, or a budget
 * @deadline: the deadline or the energy budget of a stream has changed
 *
 * All but @name and @start may be missing.
 */
struct sim_governor {
	const char *name;
	size_t size;
	bool anytime;
	void (*start)(struct sim *sim);
	void (*begin)(struct sim *sim, u32 stream);
	void (*group)(struct sim *sim, u32 stream);
	void (*end)(struct sim *sim, u32 stream);
	void (*ended)(struct sim *sim, u32 stream);
	void (*cpu)(struct sim *sim, u32 cluster, u32 cpu, enum sim_event event);
	void (*timer)(struct sim *sim, u32 cluster);
	void (*limits)(struct sim *sim, u32 cluster);
	void (*stream)(struct sim *sim, u32 stream);
};

/**
 * struct sim_task - a thread
 * @cluster: where it is
 * @cpu: number of the CPU in that cluster
 * @runs: it is runnable
 * @work_ns: work of the chunk at hand, on the reference
 * @stall_ns: its time that is the same everywhere
 * @done: part of the chunk that is done
 * @run_ns: CPU time since its frame or burst began
 * @busy_nj: energy of its CPU in that time
 * @khz_ns: integral of the frequency over it
 * @util: utilisation, as the scheduler keeps it
 * @util_est: what it had come to when it last slept
 */
struct sim_task {
	u32 cluster;
	u32 cpu;
	bool runs;
	double work_ns;
	double stall_ns;
	double done;
	double run_ns;
	double busy_nj;
	double khz_ns;
	double util;
	double util_est;
};

/**
 * struct sim_sums - what became of a stream's frames
 * @frames: released
 * @begun: of those, how many began
 * @missed: late ones, and those never begun
 * @levels: sum of the levels reached
 * @accuracy: sum of the accuracy of those that were in time
 */
struct sim_sums {
	u64 frames;
	u64 begun;
	u64 missed;
	u64 levels;
	double accuracy;
};

/**
 * struct sim_stream - a stream
 * @task: its thread
 * @number: of the next frame
 * @next_ns: its release
 * @deadline_after_ns: after a release
 * @energy_budget_nj: of a frame
 * @prepares: its client does work of its own, before a frame or before all
 * @started: the latter is behind it
 * @pending: a frame is there
 * @release_ns: its release; of the last one if there is none
 * @deadline_ns: its deadline
 * @begin_ns: when it began
 * @until_ns: when it answers with what it has
 * @factor: its cost over the mean
 * @level_done: complete groups
 * @grant: groups that it may run
 * @aim: groups that its frame set out for
 * @begin_khz: frequency it began with
 * @sums: what counts
 */
struct sim_stream {
	struct sim_task task;
	u64 number;
	u64 next_ns;
	u64 deadline_after_ns;
	u64 energy_budget_nj;
	bool prepares;
	bool started;
	bool pending;
	u64 release_ns;
	u64 deadline_ns;
	u64 begin_ns;
	u64 until_ns;
	double factor;
	u32 level_done;
	u32 grant;
	u32 aim;
	u32 begin_khz;
	struct sim_sums sums;
};

/**
 * struct sim_load - another task
 * @task: its thread
 * @next_ns: when it wakes; PLAN_NEVER: no more, or it is awake
 */
struct sim_load {
	struct sim_task task;
	u64 next_ns;
};

/**
 * struct sim_cpu - a CPU
 * @used: some task runs here
 * @ticks: it idles, but its tick has not been stopped yet
 * @nr_running: runnable tasks
 * @busy_ns: time that it was busy
 * @util_ns: when utilisation was last brought up to date
 * @lag_ns: how much the clock of utilisation is behind
 */
struct sim_cpu {
	bool used;
	bool ticks;
	u32 nr_running;
	double busy_ns;
	u64 util_ns;
	double lag_ns;
};

/**
 * struct sim_energy - where energy went, nJ
 */
struct sim_energy {
	double busy;
	double idle;
	double wake;
	double change;
};

/**
 * struct sim_cluster - CPUs with one clock
 * @p: what it is
 * @cur: index of its OPP
 * @want: the one that it is to have
 * @switch_to: the one that a change under way leads to
 * @switch_end: when; PLAN_NEVER: none is under way
 * @user_cap: highest OPP by the scenario
 * @heat_cap: highest OPP by temperature
 * @armed: trips that have been reached
 * @temp_mc: temperature
 * @heat_nj: energy since @heat_ns
 * @heat_ns: when the temperature was last looked at
 * @poll_ns: when it will be
 * @nr_busy: busy CPUs
 * @timer_ns: when the governor wants to be called
 * @cycles: of a CPU that never idles
 * @cpus: them
 * @energy: where it went
 * @khz_ns: integral of the frequency, kHz times ns
 * @changes: of frequency
 * @max_mc: highest temperature
 */
struct sim_cluster {
	const struct platform_cluster *p;
	u32 cur;
	u32 want;
	u32 switch_to;
	u64 switch_end;
	u32 user_cap;
	u32 heat_cap;
	bool armed[PLATFORM_TRIPS_MAX];
	double temp_mc;
	double heat_nj;
	u64 heat_ns;
	u64 poll_ns;
	u32 nr_busy;
	u64 timer_ns;
	double cycles;
	struct sim_cpu cpus[PLATFORM_CPUS_MAX];
	struct sim_energy energy;
	double khz_ns;
	u64 changes;
	double max_mc;
};

/**
 * struct sim_frame - a frame as it went, for a trace
 * @mean_khz: while its thread ran
 * @cluster: where it ended
 * @busy_nj: energy of the CPUs that it ran on while it did
 * @factor: its cost over the mean
 */
struct sim_frame {
	u32 stream;
	u64 number;
	u64 release_ns;
	u64 begin_ns;
	u64 end_ns;
	u64 deadline_ns;
	u32 level;
	u32 begin_khz;
	u32 end_khz;
	u32 mean_khz;
	u32 cluster;
	double busy_nj;
	double factor;
};

typedef void (*sim_trace)(void *ctx, const struct scenario *scenario,
			  const struct sim_frame *frame);

/**
 * struct sim_sample - a platform at an instant of the part that counts
 * @at_ns: from its begin
 * @nj: energy since, of all
 * @khz_ns: of each cluster, integral of the frequency since
 * @temp_mc: of each cluster, when it was last looked at
 */
struct sim_sample {
	u64 at_ns;
	double nj;
	double khz_ns[PLATFORM_CLUSTERS_MAX];
	double temp_mc[PLATFORM_CLUSTERS_MAX];
};

/**
 * struct sim_watcher - who looks on
 * @frame: called with each frame that has ended; may be NULL
 * @sample: called every @every_ns, from the begin to the end of what counts; may be NULL
 * @every_ns: at least 1
 * @ctx: for both
 */
struct sim_watcher {
	sim_trace frame;
	void (*sample)(void *ctx, const struct sim_sample *sample);
	u64 every_ns;
	void *ctx;
};

/**
 * struct sim - a run
 */
struct sim {
	const struct scenario *scenario;
	const struct sim_governor *governor;
	void *state;
	u64 seed;
	u64 now;
	u64 end;
	bool counts;
	u64 tick_ns;
	u64 power_budget_uw;
	double ambient_mc;
	u32 next_change;
	struct sim_cluster clusters[PLATFORM_CLUSTERS_MAX];
	struct sim_stream streams[SCENARIO_STREAMS_MAX];
	struct sim_load loads[SCENARIO_LOADS_MAX];
	u32 nr_tasks;
	struct sim_task *tasks[SIM_TASKS_MAX];
	u64 counted_from;
	u64 sample_ns;
	const struct sim_watcher *watcher;
};

/**
 * struct sim_result - what came of a run
 * @energy: of the part that counts, all clusters
 * @base_nj: of the rest of the platform
 * @mean_khz: per cluster
 * @max_mc: per cluster, highest temperature
 * @length_ns: of the part that counts
 */
struct sim_result {
	u64 frames;
	u64 missed;
	double mean_level;
	double mean_accuracy;
	struct sim_energy energy;
	double base_nj;
	double mean_khz[PLATFORM_CLUSTERS_MAX];
	double max_mc[PLATFORM_CLUSTERS_MAX];
	u64 changes;
	u64 length_ns;
	struct sim_sums streams[SCENARIO_STREAMS_MAX];
};

/*
 * Play @scenario; 0 or -ENOMEM. @trace, unless NULL, is called with each frame that has
 * ended.
 */
int sim_run(const struct scenario *scenario, const struct sim_governor *governor, u64 seed,
	    sim_trace trace, void *ctx, struct sim_result *result);

/* The same for one who looks at more than frames. */
int sim_run_watched(const struct scenario *scenario, const struct sim_governor *governor, u64 seed,
		    const struct sim_watcher *watcher, struct sim_result *result);

/* All energy of a run, uJ. */
double sim_energy_uj(const struct sim_result *result);

/* What governors ask and do. */

/* The highest OPP that a cluster may have now. */
u32 sim_cap(const struct sim_cluster *cluster);
/* The lowest OPP not below @khz, or the highest. */
u32 sim_opp_of(const struct sim_cluster *cluster, double khz);
/* A cluster is to have an OPP, within what is allowed. */
void sim_want(struct sim *sim, u32 cluster, u32 opp);
/* Utilisation of a CPU by the scheduler's account: of its runnable tasks, and the larger of
 * it and what they are expected to come to.
 */
double sim_util(struct sim *sim, u32 cluster, u32 cpu);
/* CPU time that the chunk at hand takes as a whole, at an OPP. */
double sim_chunk_ns(const struct sim_cluster *cluster, const struct sim_task *task, u32 opp);
/* Mean time of a stream's level at an OPP of a cluster. */
double sim_level_ns(const struct scenario *scenario, u32 stream, u32 level, u32 cluster, u32 opp);
/* The CPU of a cluster that a stream is least in the way on. */
u32 sim_quiet_cpu(const struct sim *sim, u32 stream, u32 cluster);
/* A stream goes elsewhere, with the frame that it has. */
void sim_move(struct sim *sim, u32 stream, u32 cluster, u32 cpu);

#endif
