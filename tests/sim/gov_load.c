// SPDX-License-Identifier: MIT
/*
 * Governors that sample the share of time that the busiest CPU of a cluster is busy: ondemand
 * and conservative by their documented rules and defaults, and one in the style of Android's
 * interactive. They look when a task comes or goes or at a tick, once the sampling interval
 * is over: never while a cluster is idle. After a long idle time the load before it counts
 * once more.
 */
#include <math.h>

#include "governors.h"

#define OD_UP		95	/* where idle time is precise */
#define CS_UP		80
#define CS_DOWN		20
#define CS_STEP		5	/* per cent of the highest frequency */
#define IN_SAMPLE_NS	20000000ULL
#define IN_HOLD_NS	80000000ULL
#define IN_HISPEED	99
#define IN_TARGET	90
#define SAMPLE_MIN_NS	(2 * SIM_TICK_NS)

struct policy {
	u64 sample_ns;
	double busy_ns[PLATFORM_CPUS_MAX];
	double load[PLATFORM_CPUS_MAX];
	u64 idle_periods;
	double asked_khz;
	u64 floor_ns;
	u32 floor_opp;
};

struct sampling {
	struct policy policies[PLATFORM_CLUSTERS_MAX];
};

static struct policy *policy_of(struct sim *sim, u32 cluster)
{
	return &((struct sampling *)sim->state)->policies[cluster];
}

static u64 interval_ns(const struct sim_cluster *c)
{
	return plan_max(governor_delay_ns(c->p), SAMPLE_MIN_NS);
}

/* Load of the busiest CPU since the last sample, in per cent. */
static double sample(struct sim *sim, u32 cluster, u64 interval)
{
	struct policy *p = policy_of(sim, cluster);
	const struct sim_cluster *c = &sim->clusters[cluster];
	double elapsed = (double)(sim->now - p->sample_ns), most = 0;
	u32 cpu;

	p->idle_periods = PLAN_NEVER;
	for (cpu = 0; cpu < c->p->nr_cpus; cpu++) {
		double busy = c->cpus[cpu].busy_ns - p->busy_ns[cpu], idle = elapsed - busy, load;

		p->busy_ns[cpu] = c->cpus[cpu].busy_ns;
		if (idle > 2 * (double)interval && p->load[cpu] > 0) {
			load = p->load[cpu];
			p->load[cpu] = 0;
		} else {
			load = floor(100 * busy / elapsed);
			p->load[cpu] = load;
		}
		if (idle > 2 * (double)interval)
			p->idle_periods = plan_min(p->idle_periods,
						   (u64)(idle / (double)interval));
		most = fmax(most, load);
	}
	p->sample_ns = sim->now;
	return most;
}

static bool due(struct sim *sim, u32 cluster, u64 interval)
{
	return sim->now - policy_of(sim, cluster)->sample_ns >= interval;
}

static u32 closest(const struct sim_cluster *c, double khz)
{
	u32 above = sim_opp_of(c, khz);

	if (!above || c->p->opps[above].khz <= khz)
		return above;
	return c->p->opps[above].khz - khz < khz - c->p->opps[above - 1].khz ? above : above - 1;
}

static u32 not_above(const struct sim_cluster *c, double khz)
{
	u32 opp = sim_opp_of(c, khz);

	return opp && c->p->opps[opp].khz > khz ? opp - 1 : opp;
}

/************************* ondemand ****************************/

static void ondemand_cpu(struct sim *sim, u32 cluster, u32 cpu, enum sim_event event)
{
	const struct sim_cluster *c = &sim->clusters[cluster];
	double min = c->p->opps[0].khz, max = c->p->opps[c->p->nr_opps - 1].khz, load;

	(void)cpu;
	(void)event;
	if (!due(sim, cluster, interval_ns(c)))
		return;
	load = sample(sim, cluster, interval_ns(c));
	if (load > OD_UP)
		sim_want(sim, cluster, c->p->nr_opps - 1);
	else
		sim_want(sim, cluster, closest(c, min + load * (max - min) / 100));
}

/*********************** conservative **************************/

static void conservative_cpu(struct sim *sim, u32 cluster, u32 cpu, enum sim_event event)
{
	const struct sim_cluster *c = &sim->clusters[cluster];
	struct policy *p = policy_of(sim, cluster);
	double min = c->p->opps[0].khz, max = c->p->opps[sim_cap(c)].khz, load, asked;
	double step = c->p->opps[c->p->nr_opps - 1].khz * CS_STEP / 100.0;

	(void)cpu;
	(void)event;
	if (!due(sim, cluster, interval_ns(c)))
		return;
	load = sample(sim, cluster, interval_ns(c));
	if (p->asked_khz < min || p->asked_khz > max)
		p->asked_khz = c->p->opps[c->cur].khz;
	/* what idling has brought is forgotten unless the load says something, too */
	asked = p->asked_khz;
	if (p->idle_periods != PLAN_NEVER)
		asked = fmax(asked - step * (double)p->idle_periods, min);
	if (load > CS_UP && asked < max) {
		p->asked_khz = fmin(asked + step, max);
		sim_want(sim, cluster, not_above(c, p->asked_khz));
	} else if (load < CS_DOWN && asked > min) {
		p->asked_khz = fmax(asked - step, min);
		sim_want(sim, cluster, sim_opp_of(c, p->asked_khz));
	}
}

/************************ interactive **************************/

static void interactive_cpu(struct sim *sim, u32 cluster, u32 cpu, enum sim_event event)
{
	const struct sim_cluster *c = &sim->clusters[cluster];
	struct policy *p = policy_of(sim, cluster);
	double load;
	u32 opp;

	(void)cpu;
	(void)event;
	if (!due(sim, cluster, IN_SAMPLE_NS))
		return;
	load = sample(sim, cluster, IN_SAMPLE_NS);
	opp = load >= IN_HISPEED ? c->p->nr_opps - 1 :
		sim_opp_of(c, load * c->p->opps[c->cur].khz / IN_TARGET);
	/* what was needed a moment ago is not let go yet */
	if (opp >= p->floor_opp) {
		p->floor_opp = opp;
		p->floor_ns = sim->now;
	} else if (sim->now - p->floor_ns < IN_HOLD_NS) {
		return;
	} else {
		p->floor_opp = opp;
		p->floor_ns = sim->now;
	}
	sim_want(sim, cluster, opp);
}

static void start(struct sim *sim)
{
	u32 i;

	for (i = 0; i < sim->scenario->platform.nr_clusters; i++)
		policy_of(sim, i)->sample_ns = sim->now;
}

const struct sim_governor gov_ondemand = {
	.name = "ondemand",
	.size = sizeof(struct sampling),
	.start = start,
	.cpu = ondemand_cpu,
};

const struct sim_governor gov_conservative = {
	.name = "conservative",
	.size = sizeof(struct sampling),
	.start = start,
	.cpu = conservative_cpu,
};

const struct sim_governor gov_interactive = {
	.name = "interactive",
	.size = sizeof(struct sampling),
	.start = start,
	.cpu = interactive_cpu,
};
