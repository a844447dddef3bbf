// SPDX-License-Identifier: MIT
/*
 * schedutil, by its rules as the kernel documents them: the frequency at which the busiest
 * CPU's utilisation would be four fifths of its capacity, asked for when utilisation is
 * brought up to date (a task comes, goes, or a tick), no sooner after the last change than
 * the rate limit. A CPU that has a clock of its own and has not been idle is not slowed down.
 */
#include "governors.h"
#include "pelt.h"

struct policy {
	u64 changed_ns;
	u32 opp;
	u64 idle_calls;
	u64 idle_seen;
	bool must;
};

struct schedutil {
	struct policy policies[PLATFORM_CLUSTERS_MAX];
};

static double capacity_of(const struct sim_cluster *c)
{
	return PELT_FULL * c->p->opps[c->p->nr_opps - 1].speed_ppm / PLAN_PPM;
}

static u32 wanted(struct sim *sim, u32 cluster)
{
	const struct sim_cluster *c = &sim->clusters[cluster];
	const struct platform_opp *top = &c->p->opps[c->p->nr_opps - 1];
	double capacity = capacity_of(c), most = 0;
	u32 cpu;

	for (cpu = 0; cpu < c->p->nr_cpus; cpu++) {
		double util = c->cpus[cpu].used ? sim_util(sim, cluster, cpu) : 0;

		most = util > most ? util : most;
	}
	if (most > capacity)
		most = capacity;
	return sim_opp_of(c, 1.25 * top->khz * most / capacity);
}

static void update(struct sim *sim, u32 cluster)
{
	struct policy *p = &((struct schedutil *)sim->state)->policies[cluster];
	const struct sim_cluster *c = &sim->clusters[cluster];
	bool busy = p->idle_calls == p->idle_seen;
	u32 opp;

	if (!p->must && sim->now - p->changed_ns < governor_delay_ns(c->p))
		return;
	opp = wanted(sim, cluster);
	if (c->p->nr_cpus == 1) {
		p->idle_seen = p->idle_calls;
		if (busy && opp < p->opp && !p->must)
			opp = p->opp;
	}
	opp = plan_min(opp, sim_cap(c));
	if (opp == p->opp && !p->must)
		return;
	p->must = false;
	p->opp = opp;
	p->changed_ns = sim->now;
	sim_want(sim, cluster, opp);
}

/*********************** Where tasks run ***********************/

/*
 * The scheduler's part, which belongs to this governor alone: energy-aware scheduling puts a task
 * that wakes where it fits with a fifth to spare and takes least, for which the smallest
 * cores stand here; one that has grown out of its core meanwhile goes to the next larger.
 */
static void place(struct sim *sim, u32 index, bool wakes)
{
	const struct sim_task *task = &sim->streams[index].task;
	double util = task->util > task->util_est || !wakes ? task->util : task->util_est;
	double here = capacity_of(&sim->clusters[task->cluster]), best = -1;
	u32 c, to = task->cluster;

	for (c = 0; c < sim->scenario->platform.nr_clusters; c++) {
		double capacity = capacity_of(&sim->clusters[c]);

		if (sim->clusters[c].p->device || util * 1.25 > capacity)
			continue;
		if (!wakes && capacity <= here)
			continue;
		if (best < 0 || capacity < best) {
			best = capacity;
			to = c;
		}
	}
	if (to != task->cluster)
		sim_move(sim, index, to, sim_quiet_cpu(sim, index, to));
}

static bool is_free(const struct sim *sim, u32 index)
{
	return sim->scenario->streams[index].free &&
	       !sim->clusters[sim->streams[index].task.cluster].p->device;
}

static void schedutil_begin(struct sim *sim, u32 index)
{
	if (is_free(sim, index))
		place(sim, index, true);
}

/* At a tick, tasks that the CPU is too small for. */
static void look_for_misfits(struct sim *sim, u32 cluster, u32 cpu)
{
	u32 i;

	for (i = 0; i < sim->scenario->nr_streams; i++) {
		const struct sim_task *task = &sim->streams[i].task;

		if (task->cluster == cluster && task->cpu == cpu && task->runs &&
		    is_free(sim, i) && task->util * 1.25 > capacity_of(&sim->clusters[cluster]))
			place(sim, i, false);
	}
}

static void schedutil_cpu(struct sim *sim, u32 cluster, u32 cpu, enum sim_event event)
{
	struct policy *p = &((struct schedutil *)sim->state)->policies[cluster];

	update(sim, cluster);
	if (event == SIM_DEQUEUE && sim->clusters[cluster].cpus[cpu].nr_running == 1)
		p->idle_calls++;
	if (event == SIM_TICK)
		look_for_misfits(sim, cluster, cpu);
}

static void schedutil_limits(struct sim *sim, u32 cluster)
{
	struct policy *p = &((struct schedutil *)sim->state)->policies[cluster];

	p->must = true;
	p->opp = sim->clusters[cluster].want;
}

static void start(struct sim *sim)
{
	(void)sim;
}

const struct sim_governor gov_schedutil = {
	.name = "schedutil",
	.size = sizeof(struct schedutil),
	.start = start,
	.begin = schedutil_begin,
	.cpu = schedutil_cpu,
	.limits = schedutil_limits,
};
