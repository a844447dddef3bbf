// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mapping's power budget: who gets how much of one for all clusters.
 */
#include "mapping_parts.h"

static u64 peak_of_all(const struct map *m, const struct map_load *load)
{
	u64 uw = 0;
	u32 c;

	for (c = 0; c < m->nr_clusters; c++)
		uw = plan_add(uw, load[c].peak_uw);
	return uw;
}

/* Is taking power from @a rather than from @b the lesser evil? */
static bool cut_better(const struct map_load *a, const struct map_load *a_less,
		       const struct map_load *b, const struct map_load *b_less)
{
	u64 late_a = plan_sub(a_less->late_ppm, a->late_ppm);
	u64 late_b = plan_sub(b_less->late_ppm, b->late_ppm);
	u64 loss_a = plan_sub(a->accuracy, a_less->accuracy);
	u64 loss_b = plan_sub(b->accuracy, b_less->accuracy);
	u64 saved_a = plan_max(plan_sub(a->peak_uw, a_less->peak_uw), 1);
	u64 saved_b = plan_max(plan_sub(b->peak_uw, b_less->peak_uw), 1);
	u64 rate_a, rate_b;

	if (!late_a != !late_b)
		return !late_a;
	rate_a = plan_mul_div(late_a, 1ULL << 20, saved_a);
	rate_b = plan_mul_div(late_b, 1ULL << 20, saved_b);
	if (rate_a != rate_b)
		return rate_a < rate_b;
	rate_a = plan_mul_div(loss_a, 1ULL << 20, saved_a);
	rate_b = plan_mul_div(loss_b, 1ULL << 20, saved_b);
	if (rate_a != rate_b)
		return rate_a < rate_b;
	return saved_a > saved_b;
}

/*
 * Take power away until the clusters together keep the budget: one OPP at a time, where
 * it costs least accuracy. Below its lowest OPP no cluster can go.
 */
void map_cut(struct map *m, const u8 *assign, struct map_load *load)
{
	struct map_load *lower = m->s->lower;
	u64 fresh = 0;
	u32 c;

	if (!m->in->budget_uw)
		return;
	while (peak_of_all(m, load) > m->in->budget_uw) {
		u32 best = MAP_MAX_CLUSTERS;

		for (c = 0; c < m->nr_clusters; c++) {
			if (load[c].opp <= load[c].lo)
				continue;
			if (!(fresh >> c & 1))
				map_look(m, c, assign, load[c].opp - 1, &lower[c]);
			fresh |= 1ULL << c;
			if (best == MAP_MAX_CLUSTERS ||
			    cut_better(&load[c], &lower[c], &load[best], &lower[best]))
				best = c;
		}
		if (best == MAP_MAX_CLUSTERS)
			return;
		load[best] = lower[best];
		fresh &= ~(1ULL << best);
	}
}

/*
 * Each cluster gets what it needs. What is left goes to those that could use more, by
 * how much they could: streams may need more for a while than was expected, and so
 * may other tasks.
 */
void map_share(const struct map *m, const u8 *assign, const struct map_load *load,
	       u32 *budget_uw)
{
	u64 left, wishes = 0, wish[MAP_MAX_CLUSTERS];
	u32 c;

	for (c = 0; c < m->nr_clusters; c++)
		budget_uw[c] = 0;
	if (!m->in->budget_uw)
		return;
	/* one for each, because none would mean any */
	left = plan_sub(m->in->budget_uw, m->nr_clusters);
	for (c = 0; c < m->nr_clusters; c++) {
		u64 most;
		u32 lo, hi;

		/* where even the lowest OPPs are too much, the last ones get nothing */
		budget_uw[c] = plan_min(plan_min(plan_sub(load[c].peak_uw, 1), left), ~0U - 1) + 1;
		left -= budget_uw[c] - 1;
		map_limits(m, c, &lo, &hi);
		most = map_peak_uw(m, c, assign, hi);
		if (m->in->clusters[c].budget_uw)
			most = plan_min(most, m->in->clusters[c].budget_uw);
		wish[c] = plan_sub(most, load[c].peak_uw);
		wishes = plan_add(wishes, wish[c]);
	}
	for (c = 0; c < m->nr_clusters; c++) {
		u64 more = wishes ? plan_min(plan_mul_div(left, wish[c], wishes), wish[c]) : 0;

		budget_uw[c] = plan_min(budget_uw[c] + more, ~0U);
	}
}
