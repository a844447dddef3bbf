// SPDX-License-Identifier: MIT
#include "pace.h"

/*
 * A best time is forgotten: it may never be reached again. Quickly by frames that run as
 * fast as they may, hardly by those that are slow on purpose.
 */
#define FORGET_FLAT_OUT 16
#define FORGET_SLOW 256
/* Parts of a group's time: one odd frame must not change much. */
#define BLEND 8
/* What was interrupted says little about what comes. */
#define SLOWEST (8 * PACE_PPM)
/* Of a group: less of it, and a timer's tick would look like a slow CPU. */
#define TELLING_PPM 100000

/* Best time of a group of late; that of the one before for a group that never ran. */
static uint64_t best_of(const struct pace *pace, unsigned int group)
{
	for (unsigned int g = group; g; g--)
		if (pace->best_ns[g - 1])
			return pace->best_ns[g - 1];
	return 0;
}

/* What the group after those that are done can take, by what is known and by this frame. */
static uint64_t best_next(const struct pace *pace, unsigned int group)
{
	uint64_t best = best_of(pace, group);

	return pace->last_ns && pace->last_ns < best ? pace->last_ns : best;
}

uint64_t pace_part(uint64_t ns, uint64_t ppm)
{
	return ns / PACE_PPM * ppm + ns % PACE_PPM * ppm / PACE_PPM;
}

uint64_t pace_over(uint64_t ns, uint64_t best_ns)
{
	uint64_t ppm = best_ns ? ns * PACE_PPM / best_ns : PACE_PPM;

	return ppm > SLOWEST ? SLOWEST : ppm;
}

void pace_forget(uint64_t *best_ns, uint64_t seen_ns, bool flat_out)
{
	int64_t away = (int64_t)seen_ns - (int64_t)*best_ns;

	*best_ns = (uint64_t)((int64_t)*best_ns +
			      away / (flat_out ? FORGET_FLAT_OUT : FORGET_SLOW));
}

static void learn_best(struct pace *pace, unsigned int group, uint64_t ns)
{
	uint64_t *best = &pace->best_ns[group - 1];

	if (!*best || ns < *best)
		*best = ns ? ns : 1;
	else
		pace_forget(best, ns, pace->flat_out);
}

static void learn_parts(struct pace *pace, uint64_t total_ns)
{
	bool fresh = !pace->layers;

	pace->layers = pace->layer + 1;
	for (unsigned int i = 0; i < pace->layers; i++) {
		uint32_t ppm = total_ns ? (uint32_t)((pace->mark_ns[i] - pace->group_ns) *
						     PACE_PPM / total_ns) : 0;

		if (fresh)
			pace->gone_ppm[i] = ppm;
		else
			pace->gone_ppm[i] += (ppm - (int64_t)pace->gone_ppm[i]) / BLEND;
	}
	pace->gone_ppm[pace->layers] = PACE_PPM;
}

static void group_done(struct pace *pace, unsigned int group, uint64_t ns)
{
	learn_best(pace, group, ns);
	pace->expected_ns += best_of(pace, group);
	pace->slow_ppm = pace_over(ns, best_of(pace, group));
	pace->last_ns = ns;
	pace->done = group;
}

/* All groups up to this one are complete. */
static void groups_done(struct pace *pace, unsigned int group, uint64_t now_ns)
{
	uint64_t own_ns = now_ns - pace->lost_ns;
	uint64_t ns = own_ns - pace->group_ns;
	unsigned int before = pace->done;

	/* Groups that always run are not asked layer by layer. */
	if (pace->asked == group)
		learn_parts(pace, ns);
	for (unsigned int g = before + 1; g <= group; g++)
		group_done(pace, g, ns / (group - before));
	pace->group_ns = own_ns;
	pace->done_ns = now_ns;
}

void pace_begin(struct pace *pace, uint64_t now_ns, bool flat_out)
{
	pace->frame_ns = now_ns;
	pace->lost_ns = 0;
	pace->done_ns = now_ns;
	pace->group_ns = now_ns;
	pace->expected_ns = 0;
	pace->last_ns = 0;
	pace->slow_ppm = PACE_PPM;
	pace->done = 0;
	pace->asked = 0;
	pace->flat_out = flat_out;
	pace->layer = 0;
}

void pace_lose(struct pace *pace, uint64_t ns)
{
	pace->lost_ns += ns;
}

void pace_step(struct pace *pace, unsigned int level_done, unsigned int layer, uint64_t now_ns)
{
	if (!layer) {
		groups_done(pace, level_done, now_ns);
		pace->asked = level_done + 1;
	} else if (layer < pace->layers && pace->gone_ppm[layer] >= TELLING_PPM) {
		uint64_t best = best_next(pace, level_done + 1);

		pace->slow_ppm = pace_over(now_ns - pace->lost_ns - pace->group_ns,
					   pace_part(best, pace->gone_ppm[layer]));
	}
	if (layer < PACE_LAYERS) {
		pace->mark_ns[layer] = now_ns - pace->lost_ns;
		pace->layer = layer;
	}
}

/*
 * What groups took that do not run any more grows old; they are made like the others. A
 * time from a bad hour would keep them out for ever.
 */
static void age_rest(struct pace *pace, unsigned int level_done)
{
	for (unsigned int g = level_done; g < DYNDNN_MAX_LEVELS; g++)
		if (pace->best_ns[g])
			pace_forget(&pace->best_ns[g], best_of(pace, level_done), true);
}

void pace_end(struct pace *pace, unsigned int level_done, uint64_t now_ns)
{
	groups_done(pace, level_done, now_ns);
	age_rest(pace, level_done);
}

static uint64_t gone_at(const struct pace *pace, unsigned int layer)
{
	return layer < pace->layers ? pace->gone_ppm[layer] : 0;
}

uint64_t pace_left_ns(const struct pace *pace, unsigned int level_done, unsigned int layer)
{
	return pace_part(best_next(pace, level_done + 1), PACE_PPM - gone_at(pace, layer));
}

bool pace_fits(const struct pace *pace, unsigned int level_done, unsigned int layer,
	       uint64_t now_ns, uint64_t until_ns, bool steady)
{
	uint64_t best = best_next(pace, level_done + 1);
	uint64_t gone = gone_at(pace, layer);
	uint64_t next = layer < pace->layers ? pace->gone_ppm[layer + 1] : 0;
	uint64_t left = pace_left_ns(pace, level_done, layer);
	uint64_t step = next > gone ? pace_part(best, next - gone) : 0;
	uint64_t slow = pace->slow_ppm > PACE_PPM ? pace->slow_ppm : PACE_PPM;

	if (steady) {
		uint64_t frame = pace_over(now_ns - pace->frame_ns,
					   pace->expected_ns + pace_part(best, gone));

		left = pace_part(left, frame > PACE_PPM ? frame : PACE_PPM);
	}
	return now_ns + left <= until_ns && now_ns + pace_part(step, slow) <= until_ns;
}

uint64_t pace_level_ns(const struct pace *pace, unsigned int level)
{
	uint64_t sum = 0;

	for (unsigned int g = 1; g <= level; g++)
		sum += best_of(pace, g);
	return sum;
}
