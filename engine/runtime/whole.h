/* SPDX-License-Identifier: MIT */
/*
 * How long frames take whose groups run at the same time: nobody sees when a group begins
 * or ends, so times are those of whole frames, by their level. A level that never ran is
 * taken to need so many rounds of one group per thread.
 */
#ifndef DYNDNN_WHOLE_H
#define DYNDNN_WHOLE_H

#include <stdbool.h>
#include <stdint.h>

#include <dyndnn.h>

/**
 * struct whole - what is known of frames' times
 * @threads: that share a frame
 * @best_ns: best time of late of a frame at level k, at [k - 1]; 0: it never ran
 * @slow_ppm: what frames take over it; quick to fall and slow to rise, as what the engine
 *	expects of them; 0: unknown
 */
struct whole {
	unsigned int threads;
	uint64_t best_ns[DYNDNN_MAX_LEVELS];
	uint64_t slow_ppm;
};

/* A frame has run to this level. flat_out: as fast as it may, so that its time is the best. */
void whole_learn(struct whole *whole, unsigned int level, uint64_t ns, bool flat_out);

/* Best time of a frame at a level; 0: unknown. */
uint64_t whole_level_ns(const struct whole *whole, unsigned int level);

/* What the last round of a frame at this level would gain by running at its best. */
uint64_t whole_gain_ns(const struct whole *whole, unsigned int level);

#endif
