// SPDX-License-Identifier: MIT
/* Load following, for tasks that give no hints: what the module's load.c does around follow.c. */
#include "gov_dnn.h"

#define MS		1000000ULL
#define SAMPLE_MIN_NS	(10 * MS)
#define ROUNDING_NS	1000

static enum follow_depth observe_cpu(struct sim *sim, u32 cluster, u32 cpu, bool wakes)
{
	const struct sim_cluster *sc = &sim->clusters[cluster];
	struct dnn_policy *dp = &dnn_of(sim)->policies[cluster];
	struct dnn_cpu *c = &dp->cpus[cpu];
	double frame_ns = dnn_frame_ns(sim, cluster, cpu), busy_ns = sc->cpus[cpu].busy_ns;
	struct follow_window window = {
		.ns = sim->now - c->mark_ns,
		.cycles = (u64)(sc->cycles - c->mark_cycles),
		.wakes = wakes,
	};
	u64 busy = plan_min((u64)(busy_ns - c->mark_busy_ns), window.ns);

	window.idle_ns = window.ns - busy;
	window.frames_ns = plan_min((u64)(frame_ns - c->mark_frame_ns), busy);
	/* what is left when all of it was frames is rounding, not work */
	if (busy - window.frames_ns < ROUNDING_NS)
		window.frames_ns = busy;
	c->mark_ns = sim->now;
	c->mark_busy_ns = busy_ns;
	c->mark_frame_ns = frame_ns;
	c->mark_cycles = sc->cycles;
	return follow_observe(&dp->follow, &c->follow, &window);
}

static bool has_frame(const struct sim *sim, u32 cluster, u32 cpu)
{
	u32 i;

	for (i = 0; i < sim->scenario->nr_streams; i++) {
		const struct sim_stream *stream = &sim->streams[i];

		if (stream->pending && stream->task.cluster == cluster && stream->task.cpu == cpu)
			return true;
	}
	return false;
}

void dnn_follow(struct sim *sim, u32 cluster)
{
	struct dnn_policy *dp = &dnn_of(sim)->policies[cluster];
	u32 ppm = 0, cpu;

	for (cpu = 0; cpu < dp->in.nr_cpus; cpu++) {
		const struct follow_cpu *c = &dp->cpus[cpu].follow;

		if (follow_yields(c) && has_frame(sim, cluster, cpu))
			ppm = (u32)plan_max(ppm, c->now_ppm);
		else
			ppm = (u32)plan_max(ppm, c->want_ppm);
	}
	dp->follow_khz = follow_khz(&dp->follow, ppm);
}

static void wish(struct sim *sim, u32 cluster)
{
	struct dnn_policy *dp = &dnn_of(sim)->policies[cluster];
	bool awake = false;
	u32 cpu;

	for (cpu = 0; cpu < dp->in.nr_cpus; cpu++) {
		struct follow_cpu *c = &dp->cpus[cpu].follow;

		awake |= c->depth != FOLLOW_PARKED;
		follow_wish(&dp->follow, c);
	}
	dp->wish_ns = sim->now;
	dp->floor_khz = awake ? dp->follow.thrifty_khz : 0;
	dnn_follow(sim, cluster);
}

static u64 next_look(const struct dnn_policy *dp, u64 now)
{
	u32 least = (u32)plan_max(dp->floor_khz, dp->opps[0].khz), cpu;
	u64 next = PLAN_NEVER;

	for (cpu = 0; cpu < dp->in.nr_cpus; cpu++)
		next = follow_next_look(&dp->follow, &dp->cpus[cpu].follow, next, least, now);
	return next;
}

static bool observe(struct sim *sim, u32 cluster, const struct dnn_cpu *waking)
{
	struct dnn_policy *dp = &dnn_of(sim)->policies[cluster];
	bool changed = false;
	u32 cpu;

	for (cpu = 0; cpu < dp->in.nr_cpus; cpu++) {
		struct dnn_cpu *c = &dp->cpus[cpu];
		enum follow_depth depth;

		if (follow_too_short(&dp->follow, sim->now - c->mark_ns))
			continue;
		depth = observe_cpu(sim, cluster, cpu, c == waking);
		changed |= depth != c->follow.depth;
		c->follow.depth = depth;
	}
	return changed;
}

void dnn_follow_sample(struct sim *sim, u32 cluster)
{
	struct dnn_policy *dp = &dnn_of(sim)->policies[cluster];

	if (observe(sim, cluster, NULL) || sim->now - dp->wish_ns >= dp->follow.sample_ns)
		wish(sim, cluster);
	dp->relax_ns = next_look(dp, sim->now);
}

void dnn_follow_start(struct sim *sim, u32 cluster)
{
	struct dnn_policy *dp = &dnn_of(sim)->policies[cluster];
	const struct sim_cluster *sc = &sim->clusters[cluster];
	u64 delay = sc->p->latency_ns ? plan_min(sc->p->latency_ns * 1000, SAMPLE_MIN_NS) : MS;
	u32 cpu;

	dp->follow = (struct follow_policy) {
		.sample_ns = plan_max(plan_max(SAMPLE_MIN_NS, 2 * SIM_TICK_NS), delay),
		.turn_ns = dp->in.turn_ns,
		.top_khz = dp->opps[dp->in.nr_opps - 1].khz,
		.thrifty_khz = follow_thrifty_khz(dp->opps, dp->in.nr_opps, sc->p->fast),
		.fast = sc->p->fast,
	};
	for (cpu = 0; cpu < dp->in.nr_cpus; cpu++) {
		dp->cpus[cpu].mark_ns = sim->now;
		follow_start(&dp->follow, &dp->cpus[cpu].follow, sc->p->opps[sc->cur].khz);
	}
	dp->wish_ns = sim->now;
	dnn_follow(sim, cluster);
	dp->relax_ns = sim->now + dp->follow.sample_ns;
}

/* The scheduler's hook; whether the frequency is to be looked at again. */
bool dnn_follow_hook(struct sim *sim, u32 cluster, u32 cpu)
{
	struct dnn_policy *dp = &dnn_of(sim)->policies[cluster];
	struct dnn_cpu *c = &dp->cpus[cpu];

	if (sim->now < dp->next_sample && !(dp->follow.fast && c->follow.depth == FOLLOW_PARKED))
		return false;
	dp->next_sample = sim->now + dp->follow.sample_ns;
	observe(sim, cluster, c);
	wish(sim, cluster);
	dp->relax_ns = next_look(dp, sim->now);
	if (c->mark_ns != sim->now)
		dp->relax_ns = plan_min(dp->relax_ns, sim->now + dp->follow.sample_ns);
	return true;
}
