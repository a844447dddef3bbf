/* SPDX-License-Identifier: MIT */
/* Times of the levels of a network on several engines that take turns. */
#ifndef SPEED_MEASURE_H
#define SPEED_MEASURE_H

#include <stdbool.h>

#include "engine.h"

/**
 * struct speed_entry - a file to measure
 * @net: name of the network, the same for all number formats of it
 * @dtype: its number format
 * @model: the opened file
 */
struct speed_entry {
	char net[64];
	const char *dtype;
	struct dyndnn_model *model;
};

/**
 * struct speed_row - the times of a level
 * @net: of the entry; valid as long as that is
 * @dtype: likewise
 * @engine: name of the engine
 * @threads: that shared the work
 * @level: from 1
 * @median_us: time of a frame
 * @p10_us: a tenth of the frames took no more
 * @p99_us: all but a hundredth took no more
 * @macs: multiply-accumulates of a frame
 * @peak: GFLOP/s of so many cores in the same minutes, median
 * @peak_best: reached by the best tenth of the measurements
 */
struct speed_row {
	const char *net;
	const char *dtype;
	const char *engine;
	unsigned int threads;
	unsigned int level;
	double median_us, p10_us, p99_us;
	double macs;
	double peak, peak_best;
};

struct speed_rows {
	struct speed_row *row;
	size_t nr;
};

/**
 * struct speed_plan - how much to measure
 * @rounds: in each, every engine has its turn at every level
 * @frames: at a level in one turn
 * @seconds: no new round after so much time, but never less than MIN_ROUNDS
 * @threads: that share the work
 * @library: path of onnxruntime, or NULL
 */
struct speed_plan {
	unsigned int rounds;
	unsigned int frames;
	unsigned int seconds;
	unsigned int threads;
	const char *library;
};

/*
 * Measure entries of one network and append to rows. Says on standard output which engines
 * cannot take part and why. Return 0, or a negative errno after saying what failed: -EDOM if an
 * engine computes something else.
 */
int speed_measure(const struct speed_plan *plan, const struct speed_entry *entry, size_t entries,
		  struct speed_rows *rows);

#endif
