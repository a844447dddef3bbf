/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The slow-down of one CPU; see throttle.c.
 */
#ifndef EMUFREQ_THROTTLE_H
#define EMUFREQ_THROTTLE_H

#include <linux/hrtimer.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "energy.h"

struct emu_opp;

enum emu_state {
	EMU_OFFLINE,
	EMU_IDLE,
	EMU_BUSY,
};

/**
 * struct emu_cpu - a CPU and its accounts
 * @lock: protects all below except @timer and @kick
 * @timer: takes time away; touched only on its own CPU
 * @kick: asks the CPU to look at its new OPP; one sender at a time, because a
 *	cluster's frequency has one setter at a time
 * @state: what it is doing; time counts accordingly
 * @paying: the timer's handler is spinning
 * @opp: the OPP of its cluster
 * @stamp: the accounts are right up to this time
 * @debt_ns: time to be taken away; negative: too much was
 * @busy_ns: time in EMU_BUSY
 * @idle_ns: time in EMU_IDLE
 * @stolen_ns: time taken away
 * @ticks: how often @timer fired
 * @energy: used in both states
 */
struct emu_cpu {
	raw_spinlock_t lock;	/* see above */
	struct hrtimer timer;
	call_single_data_t kick;
	enum emu_state state;
	bool paying;
	const struct emu_opp *opp;
	u64 stamp;
	s64 debt_ns;
	u64 busy_ns;
	u64 idle_ns;
	u64 stolen_ns;
	u64 ticks;
	struct emu_energy energy;
};

void emu_cpu_init(struct emu_cpu *c, const struct emu_opp *opp);
void emu_cpu_set_state(struct emu_cpu *c, enum emu_state state);

#endif /* EMUFREQ_THROTTLE_H */
