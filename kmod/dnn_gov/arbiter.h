/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The arbiter: which policy each stream should run on, and how much of the power
 * budget each policy gets.
 */
#ifndef DNN_GOV_ARBITER_H
#define DNN_GOV_ARBITER_H

#include <linux/types.h>

/* In uW, so that the sum of all policies fits. */
#define DNN_POWER_BUDGET_MAX_MW	4000000U

int dnn_arbiter_init(void);
void dnn_arbiter_stop(void);
void dnn_arbiter_exit(void);

void dnn_arbiter_run(void);
void dnn_arbiter_kick(void);
bool dnn_arbiter_due(u64 now);

u32 dnn_arbiter_budget_mw(void);
void dnn_arbiter_set_budget_mw(u32 mw);

#endif /* DNN_GOV_ARBITER_H */
