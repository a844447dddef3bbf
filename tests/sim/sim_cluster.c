// SPDX-License-Identifier: MIT
/* Clusters: frequency, energy, temperature. */
#include "sim_parts.h"
#include "thermal.h"

u32 sim_cap(const struct sim_cluster *cluster)
{
	return plan_min(cluster->user_cap, cluster->heat_cap);
}

u32 sim_opp_of(const struct sim_cluster *cluster, double khz)
{
	u32 i = 0;

	while (i < cluster->p->nr_opps - 1 && cluster->p->opps[i].khz < khz)
		i++;
	return i;
}

static void begin_switch(struct sim *sim, struct sim_cluster *c)
{
	if (c->want == c->cur || c->switch_end != PLAN_NEVER)
		return;
	c->changes += sim->counts;
	if (sim->counts)
		c->energy.change += (double)c->p->switch_nj;
	c->heat_nj += (double)c->p->switch_nj;
	if (c->p->fast) {
		sim_util_sync(sim, c);
		c->cur = c->want;
		return;
	}
	c->switch_to = c->want;
	c->switch_end = sim->now + c->p->latency_ns;
}

void sim_end_switch(struct sim *sim, struct sim_cluster *c)
{
	sim_util_sync(sim, c);
	c->switch_end = PLAN_NEVER;
	c->cur = c->switch_to;
	begin_switch(sim, c);
}

void sim_want(struct sim *sim, u32 cluster, u32 opp)
{
	struct sim_cluster *c = &sim->clusters[cluster];

	c->want = plan_min(opp, sim_cap(c));
	begin_switch(sim, c);
}

void sim_limits(struct sim *sim, u32 cluster)
{
	struct sim_cluster *c = &sim->clusters[cluster];

	sim_want(sim, cluster, c->want);
	if (sim->governor->limits)
		sim->governor->limits(sim, cluster);
}

/* Power is constant for @ns. */
void sim_account_cluster(struct sim *sim, struct sim_cluster *c, u64 ns)
{
	const struct platform_opp *opp = &c->p->opps[c->cur];
	double busy = (double)c->nr_busy * opp->busy_uw * (double)ns * 1e-6;
	double idle = (double)(c->p->nr_cpus - c->nr_busy) * opp->idle_uw * (double)ns * 1e-6;
	double wake = c->nr_busy ? c->p->wake_uw * (double)ns * 1e-6 : 0;

	c->cycles += (double)opp->khz * (double)ns * 1e-6;
	c->heat_nj += busy + idle + wake;
	if (!sim->counts)
		return;
	c->energy.busy += busy;
	c->energy.idle += idle;
	c->energy.wake += wake;
	c->khz_ns += (double)opp->khz * (double)ns;
}

void sim_heat(struct sim *sim, u32 cluster)
{
	struct sim_cluster *c = &sim->clusters[cluster];
	u64 ns = sim->now - c->heat_ns;
	u32 cap;

	if (ns)
		c->temp_mc = thermal_step(c->temp_mc, sim->ambient_mc, c->p->r_mk_per_w,
					  c->p->c_mj_per_k, c->heat_nj * 1e6 / (double)ns, ns);
	c->heat_nj = 0;
	c->heat_ns = sim->now;
	c->poll_ns = sim->now + c->p->poll_ns;
	if (sim->counts && c->temp_mc > c->max_mc)
		c->max_mc = c->temp_mc;
	cap = thermal_cap(c->p, c->temp_mc, c->heat_cap, c->armed);
	if (cap == c->heat_cap)
		return;
	c->heat_cap = cap;
	sim_limits(sim, cluster);
}

void sim_init_cluster(struct sim *sim, u32 cluster)
{
	struct sim_cluster *c = &sim->clusters[cluster];

	c->p = &sim->scenario->platform.clusters[cluster];
	c->user_cap = c->p->nr_opps - 1;
	c->heat_cap = c->user_cap;
	c->switch_end = PLAN_NEVER;
	c->timer_ns = PLAN_NEVER;
	c->temp_mc = sim->ambient_mc;
	c->max_mc = sim->ambient_mc;
	c->heat_ns = sim->now;
	c->poll_ns = c->p->heats ? sim->now + c->p->poll_ns : PLAN_NEVER;
}
