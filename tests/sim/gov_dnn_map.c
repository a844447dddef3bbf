// SPDX-License-Identifier: MIT
/* The mapping and what is around it, by the rules of the module's arbiter.c. */
#include "gov_dnn.h"

#define PERIOD_NS	100000000ULL
#define FOLLOW_RUNS	4
#define SAMPLE_MIN_NS	50000000ULL

static u32 measure_other(struct sim *sim, u32 cluster, u32 cpu)
{
	struct dnn *dnn = dnn_of(sim);
	struct dnn_policy *dp = &dnn->policies[cluster];
	struct dnn_cpu *c = &dp->cpus[cpu];
	double busy_ns = sim->clusters[cluster].cpus[cpu].busy_ns;
	double frame_ns = dnn_frame_ns(sim, cluster, cpu);
	u64 wall = sim->now - dnn->map_last_ns;
	u32 *other = &dp->other_ppm[cpu], share;

	if (frame_ns != c->map_frame_ns) {
		c->map_other_ppm = *other;
	} else if (wall >= SAMPLE_MIN_NS && dnn->map_last_ns) {
		share = (u32)plan_mul_div((u64)(busy_ns - c->map_busy_ns), PLAN_PPM, wall);
		*other = (u32)plan_min(*other, (*other + share) / 2);
		c->map_other_ppm = (3 * c->map_other_ppm + share) / 4;
	}
	c->map_busy_ns = busy_ns;
	c->map_frame_ns = frame_ns;
	return c->map_other_ppm;
}

static void gather_policy(struct sim *sim, u32 cluster, u32 *other_ppm)
{
	struct dnn *dnn = dnn_of(sim);
	struct dnn_policy *dp = &dnn->policies[cluster];
	const struct sim_cluster *sc = &sim->clusters[cluster];
	struct map_cluster *mc = &dnn->map_clusters[cluster];
	u32 cpu, top = sc->p->nr_opps - 1;

	for (cpu = 0; cpu < sc->p->nr_cpus; cpu++)
		other_ppm[cpu] = measure_other(sim, cluster, cpu);
	*mc = (struct map_cluster) {
		.opps = dp->opps,
		.nr_opps = sc->p->nr_opps,
		.min_khz = sc->p->opps[0].khz,
		.max_khz = sc->p->opps[sim_cap(sc)].khz,
		.type = cluster,
		.capacity = (u32)plan_max(sc->p->opps[top].speed_ppm * 1024ULL / PLAN_PPM, 1),
		.cpus = (1ULL << sc->p->nr_cpus) - 1,
		.nr_cpus = sc->p->nr_cpus,
		.other_ppm = other_ppm,
		.wake_uw = sc->p->wake_uw,
		.margin_ppm = DNN_MARGIN_PPM,
		.switch_ns = sc->p->fast ? 0 : sc->p->latency_ns,
	};
	dp->map_follow_khz += (u32)(((int)dp->follow_khz - (int)dp->map_follow_khz) / FOLLOW_RUNS);
	mc->follow_khz = dp->map_follow_khz;
}

static void gather_stream(struct sim *sim, u32 index)
{
	struct dnn *dnn = dnn_of(sim);
	const struct scenario_stream *decl = &sim->scenario->streams[index];
	const struct sim_stream *stream = &sim->streams[index];
	const struct dnn_stream *ds = &dnn->streams[index];
	const struct plan_stream *ps =
		&dnn->policies[stream->task.cluster].plan_streams[ds->slot];
	struct map_stream *ms = &dnn->map_streams[index];
	u32 c, type;

	*ms = (struct map_stream) {
		.levels = ps->levels,
		.min_level = ps->min_level,
		.period_ns = ps->period_ns,
		.deadline_ns = stream->deadline_after_ns,
		.weight = ps->weight,
		.goal = ps->goal,
		.floor_ppm = ps->floor_ppm,
		.balance_ppm = ps->balance_ppm,
		.energy_budget_nj = ps->energy_budget_nj,
		.cluster = ds->want,
		.held = ds->want_ns && sim->now - ds->want_ns < DNN_HOLD_NS,
	};
	memcpy(ms->accuracy_ppm, ps->accuracy_ppm, sizeof(ms->accuracy_ppm));
	for (type = 0; type < sim->scenario->platform.nr_clusters; type++)
		core_cost_get(&ds->costs, type, dnn->speed, ms->cost[type]);
	for (c = 0; c < sim->scenario->platform.nr_clusters; c++) {
		if (decl->free)
			ms->cpus[c] = (1ULL << sim->clusters[c].p->nr_cpus) - 1;
		else if (c == decl->cluster)
			ms->cpus[c] = 1ULL << decl->cpu;
	}
}

void dnn_map(struct sim *sim)
{
	struct dnn *dnn = dnn_of(sim);
	u32 other_ppm[PLATFORM_CLUSTERS_MAX][PLAN_MAX_CPUS], i;
	u32 nr_clusters = sim->scenario->platform.nr_clusters;
	struct map_input in = {
		.clusters = dnn->map_clusters,
		.nr_clusters = nr_clusters,
		.streams = dnn->map_streams,
		.nr_streams = sim->scenario->nr_streams,
		.budget_uw = sim->power_budget_uw,
		.scratch = &dnn->map_scratch,
	};
	struct map_output out;

	for (i = 0; i < nr_clusters; i++)
		gather_policy(sim, i, other_ppm[i]);
	for (i = 0; i < in.nr_streams; i++)
		gather_stream(sim, i);
	map_streams(&in, &out);
	dnn->map_last_ns = sim->now;
	dnn->map_next_ns = sim->now + PERIOD_NS;
	dnn->kick = false;
	for (i = 0; i < in.nr_streams; i++) {
		u32 to = dnn->map_streams[i].cluster;

		if (to == MAP_NOWHERE || to == dnn->streams[i].want)
			continue;
		dnn->streams[i].want = to;
		dnn->streams[i].want_ns = sim->now;
	}
	for (i = 0; i < nr_clusters; i++) {
		if (dnn->policies[i].share_uw == out.budget_uw[i])
			continue;
		dnn->policies[i].share_uw = out.budget_uw[i];
		dnn_apply(sim, i);
	}
}
