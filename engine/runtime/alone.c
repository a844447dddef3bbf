// SPDX-License-Identifier: MIT
#include "alone.h"

#include <linux/dnn_gov.h>

#define HOLD_FRAMES 12
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

static uint64_t needs(const struct alone *alone, const struct pace *pace, unsigned int level)
{
	uint64_t best = pace_level_ns(pace, level);

	return alone->late_ns + best / 1000 * (alone->slow_ppm / 1000);
}

void alone_learn(struct alone *alone, const struct pace *pace, unsigned int level_done,
		 uint64_t late_ns, uint64_t run_ns, uint64_t deadline_ns)
{
	uint64_t best = pace_level_ns(pace, level_done);
	uint64_t keep = deadline_ns / 100 * KEEP_PERCENT;
	unsigned int level = alone->level;

	if (best)
		alone->slow_ppm = follow(alone->slow_ppm, run_ns * PACE_PPM / best);
	alone->late_ns = follow(alone->late_ns, late_ns);

	if (level_done < level)
		level = level_done;
	else if (late_ns + run_ns > deadline_ns)
		level--;
	while (level > alone->min_level && needs(alone, pace, level) > keep)
		level--;
	if (level < alone->min_level)
		level = alone->min_level;
	if (level < alone->level) {
		alone->level = level;
		alone->good = 0;
		/* Without the kernel nobody knows better than: it did not fit. */
		alone->cause = DNN_GOV_CAUSE_DEADLINE;
		return;
	}
	if (level == alone->max_level ||
	    needs(alone, pace, level + 1) > deadline_ns / 100 * RESTORE_PERCENT) {
		alone->good = 0;
		return;
	}
	if (++alone->good < HOLD_FRAMES)
		return;
	alone->good = 0;
	alone->level = level + 1;
	if (alone->level == alone->max_level)
		alone->cause = DNN_GOV_CAUSE_NONE;
}
