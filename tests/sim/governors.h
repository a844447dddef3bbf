/* SPDX-License-Identifier: MIT */
/*
 * The governors there are. Stock ones know nothing of frames: they run at the highest level.
 */
#ifndef SIM_GOVERNORS_H
#define SIM_GOVERNORS_H

#include "sim.h"

extern const struct sim_governor gov_dnn;
extern const struct sim_governor gov_schedutil;
extern const struct sim_governor gov_ondemand;
extern const struct sim_governor gov_conservative;
extern const struct sim_governor gov_interactive;
extern const struct sim_governor gov_performance;
extern const struct sim_governor gov_powersave;
extern const struct sim_governor gov_alert;
extern const struct sim_governor gov_deadline;

#define GOVERNORS 9
extern const struct sim_governor *const governors[GOVERNORS];

/* NULL: there is none of that name. */
const struct sim_governor *governor_find(const char *name);

/* How long the kernel waits by default between changes, for what a change takes. */
u64 governor_delay_ns(const struct platform_cluster *cluster);

#endif
