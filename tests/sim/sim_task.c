// SPDX-License-Identifier: MIT
/* Tasks share their CPU evenly; what they come to is kept as the scheduler keeps it. */
#include <math.h>

#include "pelt.h"
#include "random.h"
#include "sim_parts.h"

/*
 * The tick of a CPU that goes idle stops, unless something is left to do, RCU most of all: then
 * there is one more. In the lab this was so for 15 of 30 frames.
 */
#define LATE_TICK	0.5
#define LATE_TICKS	1000	/* away from the streams' numbers */

static struct sim_cpu *cpu_of(struct sim *sim, const struct sim_task *task)
{
	return &sim->clusters[task->cluster].cpus[task->cpu];
}

/************************* Utilisation *************************/

/* Work per time over the fastest CPU's, as the scheduler has it: linear in frequency. */
static double scale_of(const struct sim_cluster *c)
{
	const struct platform_opp *top = &c->p->opps[c->p->nr_opps - 1];

	return (double)top->speed_ppm / PLAN_PPM * c->p->opps[c->cur].khz / top->khz;
}

/* Bring the tasks of a CPU up to date. */
static void sync_cpu(struct sim *sim, struct sim_cluster *c, u32 cpu)
{
	struct sim_cpu *sc = &c->cpus[cpu];
	double ns = (double)(sim->now - sc->util_ns), scale = 1;
	u32 i;

	if (!ns)
		return;
	sc->util_ns = sim->now;
	if (sc->nr_running) {
		scale = scale_of(c);
		sc->lag_ns += ns * (1 - scale);
	}
	for (i = 0; i < sim->nr_tasks; i++) {
		struct sim_task *task = sim->tasks[i];

		if (&sim->clusters[task->cluster] == c && task->cpu == cpu)
			task->util = pelt_update(task->util,
						 task->runs ? 1.0 / sc->nr_running : 0, ns * scale);
	}
}

/* The frequency is about to change. */
void sim_util_sync(struct sim *sim, struct sim_cluster *c)
{
	u32 cpu;

	for (cpu = 0; sim->governor->cpu && cpu < c->p->nr_cpus; cpu++)
		if (c->cpus[cpu].used)
			sync_cpu(sim, c, cpu);
}

/* A CPU goes idle: the time that its clock is behind passes now. */
static void catch_up(struct sim *sim, const struct sim_task *last)
{
	struct sim_cpu *sc = cpu_of(sim, last);
	u32 i;

	for (i = 0; i < sim->nr_tasks; i++) {
		struct sim_task *task = sim->tasks[i];

		if (task->cluster == last->cluster && task->cpu == last->cpu)
			task->util = pelt_update(task->util, 0, sc->lag_ns);
	}
	sc->lag_ns = 0;
}

double sim_util(struct sim *sim, u32 cluster, u32 cpu)
{
	double util = 0, expected = 0;
	u32 i;

	sync_cpu(sim, &sim->clusters[cluster], cpu);
	for (i = 0; i < sim->nr_tasks; i++) {
		const struct sim_task *task = sim->tasks[i];

		if (task->cluster != cluster || task->cpu != cpu)
			continue;
		util += task->util;
		if (task->runs)
			expected += task->util_est;
	}
	return fmin(fmax(util, expected), PELT_FULL);
}

/*************************** Running ***************************/

static void tell(struct sim *sim, const struct sim_task *task, enum sim_event event)
{
	if (sim->governor->cpu)
		sim->governor->cpu(sim, task->cluster, task->cpu, event);
}

void sim_enqueue(struct sim *sim, struct sim_task *task)
{
	struct sim_cpu *sc = cpu_of(sim, task);

	if (sim->governor->cpu)
		sync_cpu(sim, &sim->clusters[task->cluster], task->cpu);
	task->runs = true;
	sim->clusters[task->cluster].nr_busy += !sc->nr_running;
	sc->nr_running++;
	tell(sim, task, SIM_ENQUEUE);
}

void sim_dequeue(struct sim *sim, struct sim_task *task)
{
	struct sim_cpu *sc = cpu_of(sim, task);

	if (sim->governor->cpu)
		sync_cpu(sim, &sim->clusters[task->cluster], task->cpu);
	task->runs = false;
	task->util_est = pelt_estimate(task->util_est, task->util);
	tell(sim, task, SIM_DEQUEUE);
	sc->nr_running--;
	sim->clusters[task->cluster].nr_busy -= !sc->nr_running;
	if (sc->nr_running || !sim->governor->cpu)
		return;
	catch_up(sim, task);
	sc->ticks = random_even(sim->seed, LATE_TICKS, sim->now) < LATE_TICK;
}

double sim_chunk_ns(const struct sim_cluster *cluster, const struct sim_task *task, u32 opp)
{
	return task->work_ns * PLAN_PPM / cluster->p->opps[opp].speed_ppm + task->stall_ns;
}

u64 sim_chunk_end(const struct sim *sim, const struct sim_task *task)
{
	const struct sim_cluster *c = &sim->clusters[task->cluster];
	double left = (1 - task->done) * sim_chunk_ns(c, task, c->cur);

	return sim->now + (u64)ceil(fmax(left, 0) * c->cpus[task->cpu].nr_running);
}

/* All runnable tasks run for @ns. */
void sim_run_tasks(struct sim *sim, u64 ns)
{
	u32 i, cpu;

	for (i = 0; i < sim->nr_tasks; i++) {
		struct sim_task *task = sim->tasks[i];
		const struct sim_cluster *c = &sim->clusters[task->cluster];
		double run;

		if (!task->runs)
			continue;
		run = (double)ns / c->cpus[task->cpu].nr_running;
		task->done += run / sim_chunk_ns(c, task, c->cur);
		task->run_ns += run;
		task->busy_nj += run * c->p->opps[c->cur].busy_uw * 1e-6;
		task->khz_ns += run * c->p->opps[c->cur].khz;
	}
	for (i = 0; i < sim->scenario->platform.nr_clusters; i++) {
		struct sim_cluster *c = &sim->clusters[i];

		for (cpu = 0; c->nr_busy && cpu < c->p->nr_cpus; cpu++)
			if (c->cpus[cpu].nr_running)
				c->cpus[cpu].busy_ns += (double)ns;
	}
}

bool sim_ticks(const struct sim *sim)
{
	u32 i, cpu;

	for (i = 0; i < sim->scenario->platform.nr_clusters; i++) {
		const struct sim_cluster *c = &sim->clusters[i];

		if (c->nr_busy)
			return true;
		for (cpu = 0; cpu < c->p->nr_cpus; cpu++)
			if (c->cpus[cpu].ticks)
				return true;
	}
	return false;
}

void sim_tick(struct sim *sim)
{
	u32 i, cpu;

	sim->tick_ns += SIM_TICK_NS;
	for (i = 0; i < sim->scenario->platform.nr_clusters; i++) {
		for (cpu = 0; cpu < sim->clusters[i].p->nr_cpus; cpu++) {
			struct sim_cpu *sc = &sim->clusters[i].cpus[cpu];

			if (!sc->nr_running && !sc->ticks)
				continue;
			sc->ticks = false;
			sim->governor->cpu(sim, i, cpu, SIM_TICK);
		}
	}
}
