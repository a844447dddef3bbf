// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sums over all streams since the module was loaded. One lock for all, so that
 * whoever reads them finds sums that add up.
 */
#include <linux/spinlock.h>

#include "stats.h"

static struct dnn_stats dnn_stats;

/* Innermost: taken under the policies' locks, nothing is taken under it. */
static DEFINE_RAW_SPINLOCK(dnn_stats_lock);

void dnn_stats_begun(void)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&dnn_stats_lock, flags);
	dnn_stats.frames++;
	dnn_stats.pending++;
	raw_spin_unlock_irqrestore(&dnn_stats_lock, flags);
}

void dnn_stats_ended(enum dnn_outcome outcome, u64 energy_nj)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&dnn_stats_lock, flags);
	dnn_stats.pending--;
	dnn_stats.energy_nj += energy_nj;
	switch (outcome) {
	case DNN_MET:
		dnn_stats.met++;
		break;
	case DNN_MISSED:
		dnn_stats.missed++;
		break;
	case DNN_ABANDONED:
		dnn_stats.abandoned++;
		break;
	}
	raw_spin_unlock_irqrestore(&dnn_stats_lock, flags);
}

void dnn_stats_grant(u32 cause)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&dnn_stats_lock, flags);
	dnn_stats.pressures[cause]++;
	raw_spin_unlock_irqrestore(&dnn_stats_lock, flags);
}

void dnn_stats_get(struct dnn_stats *stats)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&dnn_stats_lock, flags);
	*stats = dnn_stats;
	raw_spin_unlock_irqrestore(&dnn_stats_lock, flags);
}
