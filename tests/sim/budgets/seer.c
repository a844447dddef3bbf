// SPDX-License-Identifier: MIT
#include "seer.h"

#include <math.h>

#define SLACK_NS	2000	/* for times that are rounded up */

/**
 * struct way - how a frame can run
 * @cluster: where
 * @fast: OPP it begins with
 * @slow: and ends with
 * @part: of its work that is done with the latter
 * @nj: energy beyond that of idling at the lowest OPPs
 */
struct way {
	u32 cluster;
	u32 fast;
	u32 slow;
	double part;
	double nj;
};

/**
 * struct budgets - what one frame may take
 * @ns: time
 * @nj: energy of its CPU
 * @uw: power of the platform
 */
struct budgets {
	double ns;
	double nj;
	double uw;
};

struct seer {
	u32 slow;
	u32 cluster;
};

static double idle_uw(const struct sim *sim, u32 cluster)
{
	const struct platform_cluster *c = &sim->scenario->platform.clusters[cluster];

	return (double)c->nr_cpus * c->opps[0].idle_uw;
}

/* Power of the platform beyond that of idling, with one CPU busy. */
static double more_uw(const struct sim *sim, u32 cluster, u32 opp)
{
	const struct platform_cluster *c = &sim->scenario->platform.clusters[cluster];

	return c->opps[opp].busy_uw + (c->nr_cpus - 1.0) * c->opps[opp].idle_uw + c->wake_uw -
		idle_uw(sim, cluster);
}

static double rest_uw(const struct sim *sim)
{
	double uw = (double)sim->scenario->platform.base_uw;
	u32 c;

	for (c = 0; c < sim->scenario->platform.nr_clusters; c++)
		uw += idle_uw(sim, c);
	return uw;
}

/* The least power budget until a time: those to come count, too. */
static double least_uw(const struct sim *sim, u64 until)
{
	u64 least = sim->power_budget_uw ? sim->power_budget_uw : PLAN_NEVER;
	u32 i;

	for (i = sim->next_change; i < sim->scenario->nr_changes; i++) {
		const struct scenario_change *change = &sim->scenario->changes[i];

		if (sim->counted_from + change->at_ns >= until)
			break;
		if (change->what == CHANGE_POWER && change->value)
			least = plan_min(least, change->value);
	}
	return least == PLAN_NEVER ? INFINITY : (double)least;
}

static double run_ns(const struct sim *sim, u32 cluster, u32 opp, u32 level)
{
	return sim_level_ns(sim->scenario, 0, level, cluster, opp) * sim->streams[0].factor;
}

/* Keep the way with that part at the slow OPP if it is allowed and the best so far. */
static bool try_part(const struct sim *sim, const struct budgets *may, u32 level, struct way way,
		     double part, struct way *best)
{
	const struct platform_opp *opps = sim->scenario->platform.clusters[way.cluster].opps;
	double slow = run_ns(sim, way.cluster, way.slow, level) * part;
	double fast = run_ns(sim, way.cluster, way.fast, level) * (1 - part);

	if (!(part >= 0 && part <= 1) || slow + fast > may->ns + 0.5 ||
	    (slow * opps[way.slow].busy_uw + fast * opps[way.fast].busy_uw) * 1e-6 >
	    may->nj * (1 + 1e-9))
		return false;
	way.part = part;
	way.nj = (slow * more_uw(sim, way.cluster, way.slow) +
		  fast * more_uw(sim, way.cluster, way.fast)) * 1e-6;
	if (way.nj < best->nj)
		*best = way;
	return true;
}

/* Energy is linear in the part: its least is at an end, or where time or energy runs out. */
static bool try_pair(const struct sim *sim, const struct budgets *may, u32 level, struct way way,
		     struct way *best)
{
	const struct platform_opp *opps = sim->scenario->platform.clusters[way.cluster].opps;
	double slow = run_ns(sim, way.cluster, way.slow, level);
	double fast = run_ns(sim, way.cluster, way.fast, level);
	double slow_nj = slow * opps[way.slow].busy_uw * 1e-6;
	double fast_nj = fast * opps[way.fast].busy_uw * 1e-6;
	bool found = try_part(sim, may, level, way, 0, best);

	found |= try_part(sim, may, level, way, 1, best);
	if (way.slow == way.fast)
		return found;
	found |= try_part(sim, may, level, way, (may->ns - fast) / (slow - fast), best);
	if (isfinite(may->nj) && slow_nj != fast_nj)
		found |= try_part(sim, may, level, way,
				  (may->nj - fast_nj) / (slow_nj - fast_nj), best);
	return found;
}

static bool find_way(const struct sim *sim, const struct budgets *may, u32 level, struct way *best)
{
	struct way way = { 0 };
	bool found = false;

	best->nj = INFINITY;
	for (way.cluster = 0; way.cluster < sim->scenario->platform.nr_clusters; way.cluster++) {
		u32 nr = sim->scenario->platform.clusters[way.cluster].nr_opps;

		for (way.fast = 0; way.fast < nr; way.fast++) {
			if (rest_uw(sim) + more_uw(sim, way.cluster, way.fast) > may->uw)
				break;
			for (way.slow = 0; way.slow <= way.fast; way.slow++)
				found |= try_pair(sim, may, level, way, best);
		}
	}
	return found;
}

static void begin(struct sim *sim, u32 index)
{
	struct sim_stream *stream = &sim->streams[index];
	struct seer *seer = sim->state;
	const struct budgets may = {
		.ns = (double)plan_sub(stream->deadline_ns, sim->now + SLACK_NS),
		.nj = stream->energy_budget_nj ? (double)stream->energy_budget_nj : INFINITY,
		.uw = least_uw(sim, stream->deadline_ns),
	};
	u32 level = sim->scenario->streams[index].nr_levels;
	struct way way;

	while (level && !find_way(sim, &may, level, &way))
		level--;
	if (!level) {
		/* none keeps all: as little as can be, in time */
		const struct budgets any = { may.ns, INFINITY, INFINITY };

		level = 1;
		if (!find_way(sim, &any, level, &way))
			way = (struct way) {
				.cluster = stream->task.cluster,
				.fast = sim_cap(&sim->clusters[stream->task.cluster]),
			};
	}
	stream->grant = level;
	if (way.cluster != stream->task.cluster)
		sim_move(sim, index, way.cluster, sim_quiet_cpu(sim, index, way.cluster));
	seer->cluster = way.cluster;
	seer->slow = way.slow;
	sim_want(sim, way.cluster, way.part < 1 ? way.fast : way.slow);
	if (way.part > 0 && way.part < 1)
		sim->clusters[way.cluster].timer_ns = sim->now +
			(u64)(run_ns(sim, way.cluster, way.fast, level) * (1 - way.part));
}

static void timer(struct sim *sim, u32 cluster)
{
	const struct seer *seer = sim->state;

	if (cluster == seer->cluster && sim->streams[0].pending)
		sim_want(sim, cluster, seer->slow);
}

static void rest(struct sim *sim)
{
	u32 c;

	for (c = 0; c < sim->scenario->platform.nr_clusters; c++) {
		sim->clusters[c].timer_ns = PLAN_NEVER;
		sim_want(sim, c, 0);
	}
}

static void ended(struct sim *sim, u32 index)
{
	(void)index;
	rest(sim);
}

const struct sim_governor gov_seer = {
	.name = "oracle",
	.size = sizeof(struct seer),
	.start = rest,
	.begin = begin,
	.timer = timer,
	.ended = ended,
};
