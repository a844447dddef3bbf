/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Energy of one CPU: power times time, exact to the last microwatt nanosecond.
 */
#ifndef EMUFREQ_ENERGY_H
#define EMUFREQ_ENERGY_H

#include <linux/types.h>

/**
 * struct emu_energy - an integral of power over time
 * @uj: whole microjoules
 * @fj: the rest in femtojoules (1 uW * 1 ns), less than one microjoule
 */
struct emu_energy {
	u64 uj;
	u64 fj;
};

void emu_energy_add(struct emu_energy *energy, u32 power_uw, u64 time_ns);

#endif /* EMUFREQ_ENERGY_H */
