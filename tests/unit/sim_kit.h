/* SPDX-License-Identifier: MIT */
/* Small scenarios for tests of the simulator. */
#ifndef SIM_KIT_H
#define SIM_KIT_H

#include "governors.h"
#include "sim.h"

#define KIT_TRACE_MAX	4096

struct sim_kit {
	struct scenario s;
	struct sim_result result;
	u32 nr_frames;
	struct sim_frame frames[KIT_TRACE_MAX];
};

/*
 * One cluster of @cpus with two OPPs, 1 and 2 GHz, half and full speed: a busy CPU takes 400 and
 * 1000 uW, an idle one 50 and 100. Nothing runs, for 100 ms, after 10 ms to settle.
 */
void sim_kit_init(struct sim_kit *kit, u32 cpus);

/* OPPs of 0.1 .. 1 GHz, in steps of 0.1, instead. */
void sim_kit_ten_opps(struct sim_kit *kit);

/* A stream of one level on CPU 0. */
struct scenario_stream *sim_kit_stream(struct sim_kit *kit, u64 period_us, u64 work_us);

/* Another task on CPU 0. */
struct scenario_load *sim_kit_load(struct sim_kit *kit, u64 period_us, u64 work_us);

void sim_kit_run(struct sim_kit *kit, const struct sim_governor *governor, u64 seed);

/* The same, remembering each frequency that the first cluster was given, and when. */
struct sim_kit_step {
	u64 at_us;
	u32 khz;
};

u32 sim_kit_watch(struct sim_kit *kit, const struct sim_governor *governor,
		  struct sim_kit_step *steps, u32 room);

#endif
