/* SPDX-License-Identifier: MIT */
/* What the parts of the simulator share. Nobody else includes this. */
#ifndef SIM_PARTS_H
#define SIM_PARTS_H

#include "sim.h"

/* sim_cluster.c */
void sim_init_cluster(struct sim *sim, u32 cluster);
void sim_end_switch(struct sim *sim, struct sim_cluster *c);
void sim_limits(struct sim *sim, u32 cluster);
void sim_account_cluster(struct sim *sim, struct sim_cluster *c, u64 ns);
void sim_heat(struct sim *sim, u32 cluster);

/* sim_task.c */
void sim_util_sync(struct sim *sim, struct sim_cluster *c);
void sim_enqueue(struct sim *sim, struct sim_task *task);
void sim_dequeue(struct sim *sim, struct sim_task *task);
void sim_run_tasks(struct sim *sim, u64 ns);
u64 sim_chunk_end(const struct sim *sim, const struct sim_task *task);
bool sim_ticks(const struct sim *sim);
void sim_tick(struct sim *sim);

/* sim_stream.c */
void sim_init_streams(struct sim *sim);
void sim_start_streams(struct sim *sim);
u64 sim_next_release(const struct sim *sim);
u64 sim_next_answer(const struct sim *sim);
void sim_give_up(struct sim *sim);
void sim_begin_frames(struct sim *sim);
void sim_end_frames(struct sim *sim);
void sim_chunk_done(struct sim *sim, struct sim_task *task);
bool sim_any_pending(const struct sim *sim);

#endif
