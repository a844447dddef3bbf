// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sums over all streams since the module was loaded. One lock for all, so that
 * whoever reads them finds sums that add up. And the bounds of the histograms that
 * streams keep.
 */
#include <linux/spinlock.h>

#include "stats.h"

static struct dnn_stats dnn_stats;

/* Innermost: taken under the policies' locks, nothing is taken under it. */
static DEFINE_RAW_SPINLOCK(dnn_stats_lock);

/* As a share of the deadline, because that is what a latency means something against. */
const u32 dnn_latency_percent[DNN_LATENCY_BUCKETS - 1] = {
	10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 125, 150, 200,
};

/* Exact, so that what is met is in buckets up to 100 and what is missed in those above. */
u32 dnn_latency_bucket(u64 latency_ns, u64 deadline_ns)
{
	u32 i;

	for (i = 0; i < DNN_LATENCY_BUCKETS - 1; i++)
		if (100 * latency_ns <= dnn_latency_percent[i] * deadline_ns)
			break;
	return i;
}

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
