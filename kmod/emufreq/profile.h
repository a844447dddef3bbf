/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Boards as tables.
 */
#ifndef EMUFREQ_PROFILE_H
#define EMUFREQ_PROFILE_H

#include <linux/types.h>

struct emu_machine;

/**
 * struct emu_row - a frequency as a board's table gives it
 * @khz: frequency
 * @run_mw: power of the cluster while one of its cores runs and the others idle
 * @idle_mw: power of the cluster while all of its cores idle
 */
struct emu_row {
	u32 khz;
	u32 run_mw;
	u32 idle_mw;
};

/**
 * struct emu_core_type - the cores of a cluster
 * @name: for the log
 * @capacity: of a core at the top frequency; the board's fastest has 1024
 * @nr_rows: entries of @rows
 * @rows: ascending frequency
 */
struct emu_core_type {
	const char *name;
	unsigned int capacity;
	unsigned int nr_rows;
	const struct emu_row *rows;
};

/**
 * struct emu_profile - a board
 * @name: for the parameter "profile"
 * @latency_us: what a slow change of frequency takes
 * @nr_types: 1 or 2 clusters
 * @types: the slower first; CPUs are dealt out in this order
 */
struct emu_profile {
	const char *name;
	unsigned int latency_us;
	unsigned int nr_types;
	const struct emu_core_type *types;
};

const struct emu_profile *emu_profile_find(const char *name);
int emu_profile_build(struct emu_machine *machine, const struct emu_profile *profile);

#endif /* EMUFREQ_PROFILE_H */
