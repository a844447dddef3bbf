// SPDX-License-Identifier: GPL-2.0-only
/*
 * Integration of energy.
 */
#include <linux/math64.h>
#include <linux/time64.h>

#include "energy.h"

#define FJ_PER_UJ	1000000000U

/*
 * Whole seconds apart, so that nothing overflows: with power below 2^32 uW the
 * rest stays below 2^62 fJ, and 2^64 uJ last for longer than anybody waits.
 */
void emu_energy_add(struct emu_energy *energy, u32 power_uw, u64 time_ns)
{
	u64 seconds = 0;
	u32 rest;

	if (time_ns >= NSEC_PER_SEC) {
		seconds = div_u64_rem(time_ns, NSEC_PER_SEC, &rest);
		time_ns = rest;
	}
	energy->uj += seconds * power_uw;
	energy->fj += time_ns * power_uw;
	if (energy->fj >= FJ_PER_UJ) {
		energy->uj += div_u64_rem(energy->fj, FJ_PER_UJ, &rest);
		energy->fj = rest;
	}
}
