// SPDX-License-Identifier: MIT
#include "sim.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim_parts.h"

static void apply_change(struct sim *sim, const struct scenario_change *change)
{
	struct sim_cluster *c = &sim->clusters[change->index];
	u32 i;

	switch (change->what) {
	case CHANGE_CAP:
		c->user_cap = c->p->nr_opps - 1;
		while (change->value && c->user_cap && c->p->opps[c->user_cap].khz > change->value)
			c->user_cap--;
		sim_limits(sim, change->index);
		return;
	case CHANGE_POWER:
		sim->power_budget_uw = change->value;
		for (i = 0; i < sim->scenario->platform.nr_clusters; i++)
			sim_limits(sim, i);
		return;
	case CHANGE_AMBIENT:
		sim->ambient_mc = (double)change->value;
		return;
	case CHANGE_ENERGY:
		sim->streams[change->index].energy_budget_nj = change->value;
		break;
	case CHANGE_DEADLINE:
		sim->streams[change->index].deadline_after_ns = change->value;
		break;
	}
	if (sim->governor->stream)
		sim->governor->stream(sim, change->index);
}

static u64 next_change(const struct sim *sim)
{
	if (sim->next_change == sim->scenario->nr_changes)
		return PLAN_NEVER;
	return sim->counted_from + sim->scenario->changes[sim->next_change].at_ns;
}

/* What begins to count counts from now on. */
static void begin_counting(struct sim *sim)
{
	u32 i;

	sim->counts = true;
	for (i = 0; i < sim->scenario->platform.nr_clusters; i++)
		sim->clusters[i].max_mc = sim->clusters[i].temp_mc;
}

static double cluster_nj(const struct sim_cluster *c)
{
	return c->energy.busy + c->energy.idle + c->energy.wake + c->energy.change;
}

static void take_sample(struct sim *sim)
{
	struct sim_sample sample = { .at_ns = sim->now - sim->counted_from };
	u32 i;

	sample.nj = (double)sim->scenario->platform.base_uw * (double)sample.at_ns * 1e-6;
	for (i = 0; i < sim->scenario->platform.nr_clusters; i++) {
		sample.nj += cluster_nj(&sim->clusters[i]);
		sample.khz_ns[i] = sim->clusters[i].khz_ns;
		sample.temp_mc[i] = sim->clusters[i].temp_mc;
	}
	sim->watcher->sample(sim->watcher->ctx, &sample);
	sim->sample_ns += sim->watcher->every_ns;
	if (sim->sample_ns > sim->end)
		sim->sample_ns = PLAN_NEVER;
}

static u64 next_event(const struct sim *sim, struct sim_task **done)
{
	u64 next = plan_min(plan_min(sim_next_release(sim), next_change(sim)), sim->sample_ns), at;
	u32 i;

	next = plan_min(next, sim_next_answer(sim));
	if (!sim->counts)
		next = plan_min(next, sim->counted_from);
	else if (sim->now < sim->end)
		next = plan_min(next, sim->end);
	if (sim->governor->cpu && sim_ticks(sim))
		next = plan_min(next, sim->tick_ns);
	for (i = 0; i < sim->scenario->platform.nr_clusters; i++) {
		const struct sim_cluster *c = &sim->clusters[i];

		next = plan_min(next, plan_min(c->switch_end, c->poll_ns));
		next = plan_min(next, plan_max(c->timer_ns, sim->now));
	}
	*done = NULL;
	for (i = 0; i < sim->nr_tasks; i++) {
		if (!sim->tasks[i]->runs)
			continue;
		at = sim_chunk_end(sim, sim->tasks[i]);
		if (at <= next) {
			next = at;
			*done = sim->tasks[i];
		}
	}
	return next;
}

static void step(struct sim *sim)
{
	struct sim_task *done;
	u64 next = next_event(sim, &done), ns = next - sim->now;
	u32 i;

	if (ns) {
		sim_run_tasks(sim, ns);
		for (i = 0; i < sim->scenario->platform.nr_clusters; i++)
			sim_account_cluster(sim, &sim->clusters[i], ns);
		sim->now = next;
	}
	if (!sim->counts && sim->now >= sim->counted_from)
		begin_counting(sim);
	if (sim->sample_ns <= sim->now)
		take_sample(sim);
	while (next_change(sim) <= sim->now)
		apply_change(sim, &sim->scenario->changes[sim->next_change++]);
	for (i = 0; i < sim->scenario->platform.nr_clusters; i++) {
		if (sim->clusters[i].switch_end <= sim->now)
			sim_end_switch(sim, &sim->clusters[i]);
		if (sim->clusters[i].poll_ns <= sim->now)
			sim_heat(sim, i);
	}
	if (done)
		sim_chunk_done(sim, done);
	sim_give_up(sim);
	sim_end_frames(sim);
	sim_begin_frames(sim);
	if (sim->tick_ns <= sim->now) {
		while (sim->tick_ns + SIM_TICK_NS <= sim->now)
			sim->tick_ns += SIM_TICK_NS;
		if (sim->governor->cpu)
			sim_tick(sim);
		else
			sim->tick_ns += SIM_TICK_NS;
	}
	for (i = 0; i < sim->scenario->platform.nr_clusters; i++)
		if (sim->clusters[i].timer_ns <= sim->now) {
			sim->clusters[i].timer_ns = PLAN_NEVER;
			sim->governor->timer(sim, i);
		}
	/* grants may have come down to what is done */
	sim_end_frames(sim);
}

static void sum_up(const struct sim *sim, struct sim_result *r)
{
	u64 begun = 0, levels = 0;
	double accuracy = 0;
	u32 i;

	memset(r, 0, sizeof(*r));
	r->length_ns = sim->now - sim->counted_from;
	for (i = 0; i < sim->scenario->nr_streams; i++) {
		const struct sim_sums *sums = &sim->streams[i].sums;

		r->streams[i] = *sums;
		r->frames += sums->frames;
		r->missed += sums->missed;
		begun += sums->begun;
		levels += sums->levels;
		accuracy += sums->accuracy;
	}
	r->mean_level = begun ? (double)levels / (double)begun : 0;
	r->mean_accuracy = r->frames ? accuracy / (double)r->frames : 0;
	for (i = 0; i < sim->scenario->platform.nr_clusters; i++) {
		const struct sim_cluster *c = &sim->clusters[i];

		r->energy.busy += c->energy.busy;
		r->energy.idle += c->energy.idle;
		r->energy.wake += c->energy.wake;
		r->energy.change += c->energy.change;
		r->mean_khz[i] = r->length_ns ? c->khz_ns / (double)r->length_ns : 0;
		r->max_mc[i] = c->max_mc;
		r->changes += c->changes;
	}
	r->base_nj = (double)sim->scenario->platform.base_uw * (double)r->length_ns * 1e-6;
}

double sim_energy_uj(const struct sim_result *r)
{
	return (r->energy.busy + r->energy.idle + r->energy.wake + r->energy.change + r->base_nj) *
		1e-3;
}

int sim_run_watched(const struct scenario *scenario, const struct sim_governor *governor, u64 seed,
		    const struct sim_watcher *watcher, struct sim_result *result)
{
	struct sim *sim = calloc(1, sizeof(*sim));
	void *state = calloc(1, governor->size + 1);
	u32 i;

	if (!sim || !state) {
		free(state);
		free(sim);
		return -ENOMEM;
	}
	sim->scenario = scenario;
	sim->governor = governor;
	sim->state = state;
	sim->seed = seed;
	sim->watcher = watcher;
	sim->now = SIM_START_NS;
	sim->tick_ns = sim->now + SIM_TICK_NS;
	sim->counted_from = sim->now + scenario->warm_ns;
	sim->end = sim->counted_from + scenario->duration_ns;
	sim->sample_ns = watcher->sample ? sim->counted_from : PLAN_NEVER;
	sim->ambient_mc = (double)scenario->platform.ambient_mc;
	for (i = 0; i < scenario->platform.nr_clusters; i++)
		sim_init_cluster(sim, i);
	sim_init_streams(sim);
	governor->start(sim);
	sim_start_streams(sim);
	while (sim->now < sim->end || sim_any_pending(sim))
		step(sim);
	sum_up(sim, result);
	free(state);
	free(sim);
	return 0;
}

int sim_run(const struct scenario *scenario, const struct sim_governor *governor, u64 seed,
	    sim_trace trace, void *ctx, struct sim_result *result)
{
	const struct sim_watcher watcher = { .frame = trace, .ctx = ctx };

	return sim_run_watched(scenario, governor, seed, &watcher, result);
}
