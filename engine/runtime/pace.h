/* SPDX-License-Identifier: MIT */
/*
 * How long groups take, and whether the rest of a frame still fits.
 *
 * Of each group the best time of late is kept: what it takes at the highest frequency
 * with the CPU to itself: what other tasks took of it in between does not make the group a
 * slow one. The planner runs a frame slowly on purpose and speeds up before
 * it is too late, so a frame is only given up when it would not fit even at its best.
 * All groups have the same layers: what one took in this frame the next can do as well,
 * and one table says how much of a group's time has gone by when a layer starts.
 */
#ifndef DYNDNN_PACE_H
#define DYNDNN_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include <dyndnn.h>

#define PACE_LAYERS 64
#define PACE_PPM 1000000

/**
 * struct pace - what is known of a network's times
 * @best_ns: group g's best time of late, at [g - 1]; 0: it never ran
 * @gone_ppm: part of a group's time that has gone by when a layer starts; PACE_PPM after
 *	the last
 * @layers: layers in a group; 0: unknown
 * @frame_ns: when the frame that runs now began
 * @lost_ns: time that it lost to other tasks so far; groups' times are without it
 * @done_ns: when its last complete group ended
 * @group_ns: when its group that runs now began, less what it had lost by then
 * @done: its groups that are complete
 * @asked: its last group that was asked layer by layer; 0: none
 * @expected_ns: best time of all that it has done
 * @last_ns: what its last complete group took; 0: none yet
 * @slow_ppm: what its group that runs now, or its last one, took so far over the best time
 * @flat_out: it runs as fast as it may
 * @mark_ns: when the layers of the group that runs now began, likewise
 * @layer: the layer that runs now
 */
struct pace {
	uint64_t best_ns[DYNDNN_MAX_LEVELS];
	uint32_t gone_ppm[PACE_LAYERS + 1];
	unsigned int layers;

	uint64_t frame_ns;
	uint64_t lost_ns;
	uint64_t done_ns;
	uint64_t group_ns;
	unsigned int done;
	unsigned int asked;
	uint64_t expected_ns;
	uint64_t last_ns;
	uint64_t slow_ppm;
	bool flat_out;
	uint64_t mark_ns[PACE_LAYERS];
	unsigned int layer;
};

/* A frame begins. flat_out: it runs as fast as it may, so that its times are the best. */
void pace_begin(struct pace *pace, uint64_t now_ns, bool flat_out);

/* The frame that runs lost so much time to other tasks since the last step. */
void pace_lose(struct pace *pace, uint64_t ns);

/*
 * Layers before this one, of the group after level_done, are complete. Groups that nobody
 * was asked about meanwhile share what they took together.
 */
void pace_step(struct pace *pace, unsigned int level_done, unsigned int layer, uint64_t now_ns);

/* The frame ended with its last group complete. */
void pace_end(struct pace *pace, unsigned int level_done, uint64_t now_ns);

/**
 * pace_fits() - whether the group that comes or runs can be complete by an instant
 * @pace: after pace_step()
 * @level_done: as given to it
 * @layer: as given to it
 * @now_ns: as given to it
 * @until_ns: the instant
 * @steady: nobody will speed up: expect the pace that the frame had so far
 *
 * Also false if the next layer, at the pace of its group so far, would pass the instant:
 * there is no stopping in between.
 */
bool pace_fits(const struct pace *pace, unsigned int level_done, unsigned int layer,
	       uint64_t now_ns, uint64_t until_ns, bool steady);

/* What is left of the group that comes or runs, at its best; arguments as for pace_fits(). */
uint64_t pace_left_ns(const struct pace *pace, unsigned int level_done, unsigned int layer);

/* Best time of levels 1..level in all; 0: unknown. */
uint64_t pace_level_ns(const struct pace *pace, unsigned int level);

/* Let a best time that was not reached come nearer to what was seen. */
void pace_forget(uint64_t *best_ns, uint64_t seen_ns, bool flat_out);

/* A time over the best one, ppm; the best one unknown: PACE_PPM. */
uint64_t pace_over(uint64_t ns, uint64_t best_ns);

/* So many ppm of a time. */
uint64_t pace_part(uint64_t ns, uint64_t ppm);

#endif
