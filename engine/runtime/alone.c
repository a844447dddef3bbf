// SPDX-License-Identifier: MIT
#include "alone.h"

#include <linux/dnn_gov.h>

#include "paces.h"

#define HOLD_FRAMES 12
#define LONGEST_HOLD (16 * HOLD_FRAMES)
/* Holds without change until the next level is tried though it would not fit, and for how long. */
#define TRY_HOLDS 8
#define BOLD_FRAMES 4
/* Of the deadline: what a level may take to be kept, and to be restored. */
#define KEEP_PERCENT 95
#define RESTORE_PERCENT 85

void alone_init(struct alone *alone, unsigned int min_level, unsigned int max_level)
{
	*alone = (struct alone) {
		.min_level = min_level,
		.max_level = max_level,
		.level = max_level,
		.slow_ppm = PACE_PPM,
		.hold = HOLD_FRAMES,
	};
}

void alone_follow(struct alone *alone, unsigned int level)
{
	alone_init(alone, alone->min_level, alone->max_level);
	if (level >= alone->min_level && level < alone->max_level) {
		alone->level = level;
		alone->cause = DNN_GOV_CAUSE_DEADLINE;
	}
}

/* Quick to rise, slow to fall: the tail counts, not the mean. */
static uint64_t follow(uint64_t value, uint64_t seen)
{
	return seen > value ? (value + 3 * seen) / 4 : value - (value - seen) / 16;
}

static uint64_t needs(const struct alone *alone, const struct paces *paces, unsigned int level)
{
	return alone->late_ns + pace_part(paces_level_ns(paces, level), alone->slow_ppm);
}

/*
 * Best times that are not reached any more come nearer to what is seen. That is in slow_ppm
 * already, and must not count twice.
 */
static void follow_best(struct alone *alone, uint64_t unit_ns)
{
	if (alone->unit_ns && unit_ns > alone->unit_ns) {
		alone->slow_ppm = alone->slow_ppm * alone->unit_ns / unit_ns;
		if (alone->slow_ppm < PACE_PPM)
			alone->slow_ppm = PACE_PPM;
	}
	alone->unit_ns = unit_ns;
}

/* The level to go on with, by this frame and by what is known. */
static unsigned int sustained(const struct alone *alone, const struct paces *paces,
			      const struct alone_frame *frame, uint64_t deadline_ns)
{
	uint64_t keep = deadline_ns / 100 * KEEP_PERCENT;
	unsigned int level = alone->level;

	if (alone->bold && frame->end_ns <= deadline_ns)
		return level;
	if (frame->gave_up && frame->level_done < level)
		level = frame->level_done;
	else if (frame->end_ns > deadline_ns && level > alone->min_level)
		level--;
	while (level > alone->min_level && needs(alone, paces, level) > keep)
		level--;
	return level > alone->min_level ? level : alone->min_level;
}

static void go_down(struct alone *alone, unsigned int level)
{
	/* The level was restored in vain. */
	if (alone->trial)
		alone->hold = alone->hold * 2 < LONGEST_HOLD ? alone->hold * 2 : LONGEST_HOLD;
	alone->level = level;
	/* Without the kernel nobody knows better than: it did not fit. */
	alone->cause = DNN_GOV_CAUSE_DEADLINE;
	alone->good = 0;
	alone->calm = 0;
	alone->trial = 0;
	alone->bold = 0;
}

static void go_up(struct alone *alone, bool fits)
{
	alone->level++;
	if (alone->level == alone->max_level)
		alone->cause = DNN_GOV_CAUSE_NONE;
	alone->good = 0;
	alone->calm = 0;
	alone->trial = alone->hold;
	alone->bold = fits ? 0 : BOLD_FRAMES;
}

void alone_learn(struct alone *alone, const struct paces *paces, const struct alone_frame *frame,
		 uint64_t deadline_ns)
{
	uint64_t best = paces_level_ns(paces, frame->level_done);
	unsigned int level;
	bool fits;

	follow_best(alone, paces_level_ns(paces, alone->max_level));
	if (frame->run_ns)
		alone->slow_ppm = follow(alone->slow_ppm, pace_over(frame->run_ns, best));
	alone->late_ns = follow(alone->late_ns, frame->late_ns);

	level = sustained(alone, paces, frame, deadline_ns);
	if (level < alone->level) {
		go_down(alone, level);
		return;
	}
	if (alone->bold)
		alone->bold--;
	if (alone->trial && !--alone->trial)
		alone->hold = HOLD_FRAMES;
	if (level == alone->max_level)
		return;
	fits = needs(alone, paces, level + 1) <= deadline_ns / 100 * RESTORE_PERCENT;
	alone->good = fits ? alone->good + 1 : 0;
	alone->calm++;
	if (alone->good >= alone->hold || alone->calm >= TRY_HOLDS * alone->hold)
		go_up(alone, fits);
}
