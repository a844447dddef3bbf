/* SPDX-License-Identifier: MIT */
/*
 * A governor that knows each frame's cost and the budgets to come: for each frame the highest level
 * that keeps all budgets on some cluster, with one OPP or two one after the other, and of those
 * ways the least energy. The platform must switch for free. A bound, as far as single frames
 * go: it does not save energy in one for another, nor let one overlap the next.
 */
#ifndef BUDGET_SEER_H
#define BUDGET_SEER_H

#include "sim.h"

extern const struct sim_governor gov_seer;

#endif
