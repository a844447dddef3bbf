// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mapping: which cluster each stream should run on.
 *
 * Idea
 *
 * The planner makes the best of one cluster: one clock, and the streams that happen to
 * be there. Which streams are there is decided here, at leisure: when streams come, go
 * or change, and some times a second. Nothing is moved from here; clients are told.
 *
 * What is best. First the accuracy of all streams together, by their weights, as far as
 * their goals want it; then the least power. A frame that cannot be in time at all counts
 * before both.
 *
 * A cluster. Its CPUs share one clock, so streams are dear company to each other: the
 * one in the greatest hurry sets the frequency at which all pay. A stream takes a share of
 * a CPU, by the tail estimate of its frames over the shorter of period and deadline, with
 * the planner's margin. Shares are spread over the CPUs, the largest first, each to where
 * most room is; that is about what a scheduler does. If they do not fit at the highest
 * OPP allowed, levels fall by least weighted accuracy per time, like in the planner;
 * of the OPPs at which they fit, the cheapest is taken. Where other tasks keep the clock
 * up, streams gain nothing from asking for less. The price of a stream is that of its
 * mean frame beyond idling instead of it, plus what other CPUs idle dearer at
 * the frequency meanwhile, plus what a cluster draws that nobody but streams keeps awake.
 *
 * Search. All mappings of a few streams on two clusters could be tried one by one, but
 * not many more. A descent does nearly as well: from the mapping there is, and from
 * one built stream by stream, the most demanding first, each where it makes all the
 * least worse. Then streams move one at a time, or where that does not help two at a
 * time, as long as that improves anything. The effort is bounded: many
 * streams get a mapping that is better, if not the best, and the next run goes on from it.
 * Everything is done in the order of streams and clusters, hence the same question
 * always has the same answer.
 *
 * Standing still. Costs are learnt, so the question is never quite the same twice, and
 * moving has a price that no model knows: cold caches, and a frame that is between
 * two clusters. A stream moves if it makes things more accurate, or else saves a
 * twentieth of its own energy and a hundredth of all. A cluster on which a stream is
 * not running must have some more room for it than one on which it is. Streams that
 * have moved are held there by the caller for a while.
 *
 * Power. A budget for all clusters is shared out by need: OPPs are taken away one by one
 * where it costs least accuracy, until what the clusters would draw with all their
 * streams' CPUs busy is no more than the budget. What then is left goes to those that
 * could still use it.
 */
#include <linux/dnn_gov.h>

#include "mapping_parts.h"

#define EFFORT_MAX	40000
#define PASSES_MAX	32

#define BIT_OF(cluster)	(1U << (cluster))

/*********************************** Targets ************************************/

static u32 floor_level(const struct map_stream *st)
{
	return plan_floor_level(st->accuracy_ppm, st->levels, st->min_level, st->floor_ppm);
}

/* Energy of a mean frame where it is cheapest. */
static u64 least_nj(const struct map *m, u32 stream, u32 level)
{
	u64 least = PLAN_NEVER;
	u32 c;

	for (c = 0; c < m->nr_clusters; c++)
		if (map_allowed(m, stream, c))
			least = plan_min(least, map_frame_nj(m, stream, c, level,
							     map_own_opp(m, stream, c, level)));
	return least;
}

/* The same question as the planner's, but with the choice of a cluster. */
static u32 balanced_level(const struct map *m, u32 stream)
{
	const struct map_stream *st = &m->in->streams[stream];
	u64 top_nj = least_nj(m, stream, st->levels);
	u32 level, best = floor_level(st);
	s64 best_score = 0;

	for (level = best; level <= st->levels; level++) {
		s64 score = plan_balance(st->accuracy_ppm[level - 1],
					 st->accuracy_ppm[st->levels - 1],
					 least_nj(m, stream, level), top_nj, st->balance_ppm);

		if (level > best && score <= best_score)
			continue;
		best = level;
		best_score = score;
	}
	return best;
}

static u32 target_level(const struct map *m, u32 stream)
{
	const struct map_stream *st = &m->in->streams[stream];

	switch (st->goal) {
	case DNN_GOV_GOAL_MIN_ENERGY:
		return floor_level(st);
	case DNN_GOV_GOAL_BALANCED:
		return balanced_level(m, stream);
	default:
		return st->levels;
	}
}

/*********************************** Scores *************************************/

static void sum_up(const struct map *m, const struct map_load *load, struct map_score *sum)
{
	u32 c;

	*sum = (struct map_score) { };
	for (c = 0; c < m->nr_clusters; c++) {
		sum->late_ppm = plan_add(sum->late_ppm, load[c].late_ppm);
		sum->accuracy += load[c].accuracy;
		sum->uw = plan_add(sum->uw, load[c].uw);
	}
}

/* What @load, without the common budget, comes to with it. */
static void score_load(struct map *m, const u8 *assign, const struct map_load *load,
		       struct map_score *score)
{
	struct map_load *cut = m->s->cut;
	u32 c;

	if (!m->in->budget_uw) {
		sum_up(m, load, score);
		return;
	}
	for (c = 0; c < m->nr_clusters; c++)
		cut[c] = load[c];
	map_cut(m, assign, cut);
	sum_up(m, cut, score);
}

static void look_at_all(struct map *m, const u8 *assign, struct map_load *load)
{
	u32 c;

	for (c = 0; c < m->nr_clusters; c++)
		map_look(m, c, assign, PLAN_MAX_OPPS, &load[c]);
}

/* The score of @assign, of which only @clusters differ from the loads known. */
static void try_assign(struct map *m, const u8 *assign, u32 clusters, struct map_score *score)
{
	struct map_scratch *s = m->s;
	u32 c;

	for (c = 0; c < m->nr_clusters; c++) {
		if (clusters >> c & 1)
			map_look(m, c, assign, PLAN_MAX_OPPS, &s->trial[c]);
		else
			s->trial[c] = s->load[c];
	}
	score_load(m, assign, s->trial, score);
}

static void accept_trial(struct map *m)
{
	u32 c;

	for (c = 0; c < m->nr_clusters; c++)
		m->s->load[c] = m->s->trial[c];
}

/*********************************** Search *************************************/

static bool movable(const struct map *m, u32 stream, u32 from)
{
	return from != MAP_NOWHERE && !m->in->streams[stream].held;
}

/* Put a stream elsewhere if that is better; @assign and loads follow. */
static bool try_move(struct map *m, u8 *assign, u32 stream, struct map_score *score)
{
	u32 from = assign[stream], best = from, to;
	struct map_score trial;

	for (to = 0; to < m->nr_clusters; to++) {
		if (to == from || !map_allowed(m, stream, to))
			continue;
		assign[stream] = to;
		try_assign(m, assign, BIT_OF(from) | BIT_OF(to), &trial);
		if (!map_better(&trial, score))
			continue;
		*score = trial;
		best = to;
	}
	assign[stream] = best;
	if (best == from)
		return false;
	try_assign(m, assign, BIT_OF(from) | BIT_OF(best), &trial);
	accept_trial(m);
	return true;
}

/* Two at once: change places, go together, or go apart. */
static bool try_pair(struct map *m, u8 *assign, u32 a, u32 b, struct map_score *score)
{
	u32 at_a = assign[a], at_b = assign[b], to_a, to_b;
	struct map_score trial;

	for (to_a = 0; to_a < m->nr_clusters; to_a++) {
		if (to_a == at_a || !map_allowed(m, a, to_a))
			continue;
		for (to_b = 0; to_b < m->nr_clusters; to_b++) {
			if (to_b == at_b || !map_allowed(m, b, to_b))
				continue;
			assign[a] = to_a;
			assign[b] = to_b;
			try_assign(m, assign, BIT_OF(at_a) | BIT_OF(at_b) | BIT_OF(to_a) |
				   BIT_OF(to_b), &trial);
			if (map_better(&trial, score)) {
				*score = trial;
				accept_trial(m);
				return true;
			}
		}
	}
	assign[a] = at_a;
	assign[b] = at_b;
	return false;
}

/* Down to where no move of one and none of two helps. */
static void descend(struct map *m, u8 *assign, struct map_score *score)
{
	u32 pass, a, b;

	look_at_all(m, assign, m->s->load);
	score_load(m, assign, m->s->load, score);
	for (pass = 0; pass < PASSES_MAX; pass++) {
		bool improved = false;

		for (a = 0; a < m->nr_streams && m->effort; a++)
			if (movable(m, a, assign[a]))
				improved |= try_move(m, assign, a, score);
		if (improved)
			continue;
		for (a = 0; a < m->nr_streams && m->effort; a++) {
			if (!movable(m, a, assign[a]))
				continue;
			for (b = a + 1; b < m->nr_streams && m->effort; b++)
				if (movable(m, b, assign[b]))
					improved |= try_pair(m, assign, a, b, score);
		}
		if (!improved)
			return;
	}
}

/* Streams by what they take where they take least, the largest first. */
static void order_streams(struct map *m)
{
	struct map_scratch *s = m->s;
	u32 i, k, c;

	for (i = 0; i < m->nr_streams; i++) {
		s->size[i] = PLAN_NEVER;
		for (c = 0; c < m->nr_clusters; c++)
			if (map_allowed(m, i, c))
				s->size[i] = plan_min(s->size[i],
						      map_density(m, i, c, s->target[i],
								  m->in->clusters[c].nr_opps - 1));
		for (k = i; k && s->size[s->order[k - 1]] < s->size[i]; k--)
			s->order[k] = s->order[k - 1];
		s->order[k] = i;
	}
}

/* One by one, each where it does least harm. */
static void build(struct map *m, u8 *assign)
{
	struct map_scratch *s = m->s;
	struct map_score score, best;
	u32 i, to;

	for (i = 0; i < m->nr_streams; i++)
		assign[i] = movable(m, i, s->start[i]) ? MAP_NOWHERE : s->start[i];
	look_at_all(m, assign, s->load);
	order_streams(m);
	for (i = 0; i < m->nr_streams; i++) {
		u32 stream = s->order[i], place = s->start[stream];
		bool placed = false;

		if (!movable(m, stream, place))
			continue;
		for (to = 0; to < m->nr_clusters; to++) {
			if (!map_allowed(m, stream, to) || !m->effort)
				continue;
			assign[stream] = to;
			try_assign(m, assign, BIT_OF(to), &score);
			if (placed && !map_better(&score, &best))
				continue;
			best = score;
			place = to;
			placed = true;
		}
		assign[stream] = place;
		map_look(m, place, assign, PLAN_MAX_OPPS, &s->load[place]);
	}
}

/******************************* Standing still *********************************/

/* Is what @b has over @a worth moving a stream that draws @own_uw now? */
static bool worth_moving(const struct map_score *a, const struct map_score *b, u64 own_uw)
{
	u64 least = plan_max(plan_mul_div(own_uw, MAP_OWN_SAVING_PPM, PLAN_PPM),
			     plan_mul_div(a->uw, MAP_SAVING_PPM, PLAN_PPM));

	if (b->late_ppm != a->late_ppm)
		return b->late_ppm < a->late_ppm;
	if (b->accuracy != a->accuracy)
		return b->accuracy > a->accuracy;
	return plan_sub(a->uw, b->uw) > least;
}

/*
 * Take back the moves that bring too little by themselves. @own_uw: what each stream
 * draws where it is now.
 */
static void settle(struct map *m, u8 *assign, const u64 *own_uw, struct map_score *score)
{
	const u8 *start = m->s->start;
	struct map_score trial;
	u32 i;

	look_at_all(m, assign, m->s->load);
	for (i = 0; i < m->nr_streams && m->effort; i++) {
		u32 to = assign[i];

		if (to == start[i] || !map_allowed(m, i, start[i]) ||
		    m->in->streams[i].cluster == MAP_NOWHERE)
			continue;
		assign[i] = start[i];
		try_assign(m, assign, BIT_OF(start[i]) | BIT_OF(to), &trial);
		if (worth_moving(&trial, score, own_uw[i])) {
			assign[i] = to;
			continue;
		}
		*score = trial;
		accept_trial(m);
	}
}

/************************************ Entry *************************************/

static void prepare(struct map *m)
{
	const struct map_input *in = m->in;
	u32 i, c, opp;

	m->known = true;
	for (c = 0; c < m->nr_clusters; c++)
		for (opp = 0; opp < in->clusters[c].nr_opps; opp++)
			m->known &= in->clusters[c].opps[opp].busy_uw != 0;

	for (i = 0; i < m->nr_streams; i++) {
		struct map_stream *st = &in->streams[i];

		st->levels = plan_max(plan_min(st->levels, PLAN_MAX_LEVELS), 1);
		st->min_level = plan_max(plan_min(st->min_level, st->levels), 1);
		if (st->cluster >= m->nr_clusters)
			st->cluster = MAP_NOWHERE;
		m->s->target[i] = target_level(m, i);

		/* somewhere to begin with: where it is, or else where it may be */
		m->s->start[i] = map_allowed(m, i, st->cluster) ? st->cluster : MAP_NOWHERE;
		for (c = 0; c < m->nr_clusters && m->s->start[i] == MAP_NOWHERE; c++)
			if (map_allowed(m, i, c))
				m->s->start[i] = c;
		if (m->s->start[i] != st->cluster)
			st->held = false;
	}
}

void map_streams(const struct map_input *in, struct map_output *out)
{
	struct map map = {
		.in = in,
		.s = in->scratch,
		.nr_clusters = plan_min(in->nr_clusters, MAP_MAX_CLUSTERS),
		.nr_streams = plan_min(in->nr_streams, MAP_MAX_STREAMS),
		.effort = EFFORT_MAX,
	};
	struct map_scratch *s = in->scratch;
	struct map_score best, built;
	struct map *m = &map;
	u32 i, c;

	*out = (struct map_output) { };
	prepare(m);

	memcpy(s->best, s->start, sizeof(s->best));
	descend(m, s->best, &best);

	if (m->nr_clusters > 1 && m->effort) {
		build(m, s->work);
		descend(m, s->work, &built);
		if (map_better(&built, &best)) {
			memcpy(s->best, s->work, sizeof(s->best));
			best = built;
		}
	}
	/* what each stream draws where it is now */
	look_at_all(m, s->start, s->load);
	for (i = 0; i < m->nr_streams; i++) {
		c = s->start[i];
		s->size[i] = c == MAP_NOWHERE ? 0 :
			     map_stream_uw(m, i, c, s->load[c].level[i], s->load[c].opp);
	}
	m->effort = EFFORT_MAX / 4;
	settle(m, s->best, s->size, &best);

	look_at_all(m, s->best, s->load);
	map_cut(m, s->best, s->load);
	sum_up(m, s->load, &best);
	out->late_ppm = best.late_ppm;
	out->accuracy = best.accuracy;
	out->uw = best.uw;
	for (i = 0; i < m->nr_streams; i++) {
		struct map_stream *st = &in->streams[i];

		c = s->best[i];
		st->level = c == MAP_NOWHERE ? 0 : s->load[c].level[i];
		if (c == MAP_NOWHERE || c == st->cluster)
			continue;
		st->cluster = c;
		out->moved++;
	}
	for (c = 0; c < m->nr_clusters; c++)
		out->khz[c] = in->clusters[c].opps[s->load[c].opp].khz;
	map_share(m, s->best, s->load, out->budget_uw);
}
