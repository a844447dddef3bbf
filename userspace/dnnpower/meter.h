/* SPDX-License-Identifier: MIT */
/*
 * meter: several sources, read at a fixed rate and added up.
 */
#ifndef DNNPOWER_METER_H
#define DNNPOWER_METER_H

#include <stdio.h>

#include "integral.h"
#include "source.h"

/**
 * struct meter - the sources and what they have told so far
 * @sources: what is read
 * @integrals: of each
 * @failed: readings of each that could not be taken
 * @error: negative errno of the last of those, 0 if there is none
 */
struct meter {
	const struct sources *sources;
	struct integral integrals[SOURCES_MAX];
	uint64_t failed[SOURCES_MAX];
	int error;
};

uint64_t meter_now_ns(void);

/* Read all sources. What fails is counted and leaves a gap, which the next reading spans. */
void meter_sample(struct meter *meter);

/* Energy so far in uJ, of all sources. */
double meter_uj(const struct meter *meter);

/* Whether all sources have two readings, as an integral needs. */
bool meter_complete(const struct meter *meter);

/* Write a table: a row for each source, and one of the sum. */
void meter_write(const struct meter *meter, FILE *file);

/* The same for people. */
void meter_print(const struct meter *meter, FILE *file);

#endif
