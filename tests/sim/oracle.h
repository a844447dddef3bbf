/* SPDX-License-Identifier: MIT */
/*
 * What is possible at all where every frame's cost is known beforehand: all deadlines met, the
 * highest levels with which that can be, and of those the least energy. Changes of frequency
 * are free, CPUs of one cluster that streams use have clocks of their own, and nothing gets
 * hot: nobody can be better, and some of it nobody can do.
 */
#ifndef SIM_ORACLE_H
#define SIM_ORACLE_H

#include "sim.h"

/*
 * Fills frames, missed, mean_level, mean_accuracy, energy.busy (all but what the platform
 * takes when it idles at its lowest OPPs), energy.idle (that) and base_nj. 0; -ENOMEM; or
 * -EOPNOTSUPP where it is not known: other tasks, budgets, goals but the highest accuracy, frames
 * that cannot be met at any level, or too many frames whose times overlap.
 */
int sim_oracle(const struct scenario *scenario, u64 seed, struct sim_result *result);

#endif
