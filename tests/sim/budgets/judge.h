/* SPDX-License-Identifier: MIT */
/* Whether frames keep a budget. docs/budgets.md says what that means. */
#ifndef BUDGET_JUDGE_H
#define BUDGET_JUDGE_H

#include "sim.h"
#include "trace.h"

/* Power is a mean over this long, looked at this often. */
#define BUDGET_WINDOW_NS	10000000ULL
#define BUDGET_SAMPLE_NS	1000000ULL

/**
 * struct budget_frame - a frame beside its budget
 * @release_ns: its release, from the begin of what counts
 * @budget: ns, uJ or uW
 * @used: of it
 * @cluster: where it ran
 * @khz: mean frequency while it did
 * @level: that it reached
 * @accuracy: of that level; 0 if it was late
 * @violated: it used more than it had
 */
struct budget_frame {
	u64 release_ns;
	double budget;
	double used;
	u32 cluster;
	u32 khz;
	u32 level;
	double accuracy;
	bool violated;
};

/**
 * struct budget_sums - what comes of a run
 * @frames: released
 * @missed: late, or never begun
 * @violations: frames over the budget; of time those never begun, too
 * @worst_percent: the most that a frame used over its budget
 * @settle_ms: the longest from a change to the release of the first frame that keeps the new budget
 * @mean_level: of the frames that began
 * @mean_accuracy: of all; a late one has none
 * @uj_per_frame: energy of the whole platform
 */
struct budget_sums {
	u64 frames;
	u64 missed;
	u64 violations;
	double worst_percent;
	double settle_ms;
	double mean_level;
	double mean_accuracy;
	double uj_per_frame;
};

/* Time and energy: from the frame as it went. Of power what it does not know is left 0. */
struct budget_frame budget_frame_of(const struct budget_trace *trace,
				    const struct sim_frame *frame);

/*
 * Power: the window that ends in the period from the frame's release on whose mean is highest over
 * the budget's. @nj is energy so far, every BUDGET_SAMPLE_NS from 0 on.
 */
void budget_judge_power(const struct budget_trace *trace, const double *nj, size_t nr_nj,
			struct budget_frame *frame);

/* Frames in the order of their releases. */
void budget_sum(const struct budget_trace *trace, const struct budget_frame *frames, size_t nr,
		const struct sim_result *result, struct budget_sums *sums);

#endif
