/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sums over all streams since the module was loaded.
 */
#ifndef DNN_GOV_STATS_H
#define DNN_GOV_STATS_H

#include <linux/dnn_gov.h>
#include <linux/types.h>

/* The last one is of all that took longer than the bounds say. */
#define DNN_LATENCY_BUCKETS	15

enum dnn_outcome {
	DNN_MET,
	DNN_MISSED,
	DNN_ABANDONED,
};

/**
 * struct dnn_stats - the sums
 * @frames: begun; always @met + @missed + @abandoned + @pending
 * @energy_nj: the energy model's estimate for frames
 * @pressures: changes of grants by cause; those upward are at DNN_GOV_CAUSE_RELIEF
 */
struct dnn_stats {
	u64 frames;
	u64 met;
	u64 missed;
	u64 abandoned;
	u64 pending;
	u64 energy_nj;
	u64 pressures[DNN_GOV_CAUSE_MAX + 1];
};

/* Latencies of up to so many percent of the deadline are in that bucket. */
extern const u32 dnn_latency_percent[DNN_LATENCY_BUCKETS - 1];

u32 dnn_latency_bucket(u64 latency_ns, u64 deadline_ns);
void dnn_stats_begun(void);
void dnn_stats_ended(enum dnn_outcome outcome, u64 energy_nj);
void dnn_stats_grant(u32 cause);
void dnn_stats_get(struct dnn_stats *stats);

#endif /* DNN_GOV_STATS_H */
