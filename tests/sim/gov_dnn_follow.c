// SPDX-License-Identifier: MIT
/*
 * Load following, for tasks that give no hints, by the rules of the module's load.c: its
 * opening comment has the reasons. Here only what they come to.
 */
#include "gov_dnn.h"

#define MS		1000000ULL
#define HALF_LIFE_NS	(32 * MS)
#define PAST_SHIFT	3
#define PAST_NS		(4 * MS)
#define FLOOR_SHIFT	2
#define FLOOR_DIV	50
#define BUSY_PPM	100000U
#define OTHERS_PPM	500000U
#define IDLE_PPM	900000U
#define LOOK_NS		(2 * MS)
#define LOOK_BUSY_NS	(4 * MS)
#define SLOW_IDLE_PPM	950000U
#define DOZE_NS		(64 * MS)
#define PARK_NS		(250 * MS)
#define SLOW_WORK_PPM	500000U
#define SAMPLE_MIN_NS	(10 * MS)

static u32 decay(u32 ppm, u64 ns)
{
	u64 lives = ns / HALF_LIFE_NS;
	u64 x = plan_mul_div(ns - lives * HALF_LIFE_NS, PLAN_PPM, HALF_LIFE_NS);
	u64 lost = x * 671875 / PLAN_PPM - x * x / PLAN_PPM * 171875 / PLAN_PPM;

	return lives >= 32 ? 0 : (u32)(plan_mul_div(ppm, PLAN_PPM - lost, PLAN_PPM) >> lives);
}

static void end_spell(struct dnn_cpu *c)
{
	u64 weight = plan_min(PLAN_PPM >> PAST_SHIFT,
			      plan_mul_div(c->spell_ns, PLAN_PPM, c->spell_ns + PAST_NS));

	if (c->util_ppm >= c->past_ppm)
		c->past_ppm = c->util_ppm;
	else
		c->past_ppm -= (u32)plan_mul_div(c->past_ppm - c->util_ppm, weight, PLAN_PPM);
	c->spell_ns = 0;
}

static u64 rest_beside_frames(const struct dnn_policy *dp, struct dnn_cpu *c, u64 busy,
			      u64 frames)
{
	u64 turn = c->turn_ns + busy, waited = plan_min(frames, turn);

	c->turn_ns = plan_min(turn - waited, dp->in.turn_ns);
	return frames - waited;
}

static void observe_cpu(struct sim *sim, u32 cluster, u32 cpu)
{
	const struct sim_cluster *sc = &sim->clusters[cluster];
	struct dnn_policy *dp = &dnn_of(sim)->policies[cluster];
	struct dnn_cpu *c = &dp->cpus[cpu];
	double frame_ns = dnn_frame_ns(sim, cluster, cpu), busy_ns = sc->cpus[cpu].busy_ns;
	u64 window = sim->now - c->mark_ns, idle, frames, khz, busy, work, rest;

	if (!window)
		return;
	idle = plan_sub(window, (u64)(busy_ns - c->mark_busy_ns));
	frames = plan_min((u64)(frame_ns - c->mark_frame_ns), window - idle);
	khz = (u64)((sc->cycles - c->mark_cycles) * 1e6 / (double)window);
	c->mark_ns = sim->now;
	c->mark_busy_ns = busy_ns;
	c->mark_frame_ns = frame_ns;
	c->mark_cycles = sc->cycles;
	c->idle_ppm = (u32)plan_mul_div(idle, PLAN_PPM, window);
	/* what is left when all of it was frames is rounding, not work */
	busy = plan_sub(window - idle - frames, 1000);
	c->busy_ppm = (u32)plan_mul_div(busy, PLAN_PPM, window);

	work = plan_min(plan_mul_div(busy, khz, sc->p->opps[sc->p->nr_opps - 1].khz), busy);
	c->util_ppm = PLAN_PPM - decay(PLAN_PPM - c->util_ppm, work);
	c->spell_ns += work;
	c->lag_ns += busy - work;
	rest = idle + rest_beside_frames(dp, c, busy, frames);
	if (idle)
		c->turn_ns = 0;
	if (!rest)
		return;
	if (c->spell_ns)
		end_spell(c);
	c->util_ppm = decay(c->util_ppm, rest + c->lag_ns);
	c->lag_ns = 0;
}

static enum dnn_depth depth_slow(const struct dnn_policy *dp, const struct dnn_cpu *c, u64 window,
				 bool wakes)
{
	u64 worked = plan_mul_div(plan_min(window, dp->sample_ns), SLOW_WORK_PPM, PLAN_PPM);

	if (c->quiet_ns < DOZE_NS && plan_mul_div(window, c->busy_ppm, PLAN_PPM) >= worked)
		return DEPTH_AWAKE;
	if (c->depth == DEPTH_PARKED)
		return wakes || c->idle_ppm < SLOW_IDLE_PPM ? DEPTH_DOZING : DEPTH_PARKED;
	if (c->quiet_ns >= PARK_NS)
		return wakes ? DEPTH_DOZING : DEPTH_PARKED;
	return c->quiet_ns >= DOZE_NS ? DEPTH_DOZING : c->depth;
}

static void set_depth(const struct dnn_policy *dp, struct dnn_cpu *c, u64 window, bool wakes)
{
	if (dp->fast) {
		if (wakes)
			c->depth = DEPTH_AWAKE;
		else if (c->idle_ppm >= IDLE_PPM)
			c->depth = DEPTH_PARKED;
		return;
	}
	if (c->idle_ppm >= SLOW_IDLE_PPM)
		c->quiet_ns += window;
	else
		c->quiet_ns = plan_mul_div(window, c->idle_ppm, PLAN_PPM);
	c->depth = depth_slow(dp, c, window, wakes);
	if (wakes)
		c->quiet_ns = 0;
}

static u32 top_khz(const struct dnn_policy *dp)
{
	return dp->opps[dp->in.nr_opps - 1].khz;
}

static u32 wanted_khz(const struct dnn_policy *dp, u32 ppm)
{
	return (u32)plan_mul_div(top_khz(dp) + top_khz(dp) / 4, ppm, PLAN_PPM);
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
		const struct dnn_cpu *c = &dp->cpus[cpu];
		u32 want = c->want_ppm;

		if (want > c->now_ppm && c->busy_ppm < OTHERS_PPM && has_frame(sim, cluster, cpu))
			want = c->now_ppm;
		ppm = (u32)plan_max(ppm, want);
	}
	dp->follow_khz = (u32)plan_min(wanted_khz(dp, ppm), top_khz(dp));
}

static void wish(struct sim *sim, u32 cluster)
{
	struct dnn_policy *dp = &dnn_of(sim)->policies[cluster];
	bool awake = false;
	u32 cpu;

	for (cpu = 0; cpu < dp->in.nr_cpus; cpu++) {
		struct dnn_cpu *c = &dp->cpus[cpu];

		awake |= c->depth != DEPTH_PARKED;
		c->now_ppm = dp->fast && c->depth == DEPTH_PARKED ? 0 : c->util_ppm;
		c->want_ppm = c->now_ppm;
		if (c->depth == DEPTH_AWAKE)
			c->want_ppm = (u32)plan_max(c->util_ppm, c->past_ppm);
	}
	dp->wish_ns = sim->now;
	dp->floor_khz = awake ? dp->thrifty_khz : 0;
	dnn_follow(sim, cluster);
}

static u32 find_thrifty(const struct dnn_policy *dp)
{
	u32 i, thrifty = top_khz(dp) >> FLOOR_SHIFT;
	u64 least = PLAN_NEVER, cost;

	for (i = 0; i < dp->in.nr_opps; i++) {
		cost = plan_mul_div(dp->opps[i].busy_uw, PLAN_PPM, dp->opps[i].khz);
		if (!cost)
			break;
		if (cost < least || (dp->fast && cost - least <= least / FLOOR_DIV))
			thrifty = dp->opps[i].khz;
		least = plan_min(least, cost);
	}
	return thrifty;
}

static u64 next_look_slow(const struct dnn_policy *dp, const struct dnn_cpu *c, u32 least, u64 now)
{
	u64 after = c->depth == DEPTH_AWAKE ? DOZE_NS : PARK_NS;

	if (c->depth != DEPTH_AWAKE && wanted_khz(dp, c->util_ppm) > least)
		return now + dp->sample_ns;
	if (c->depth == DEPTH_PARKED)
		return PLAN_NEVER;
	return now + plan_max(plan_sub(after, c->quiet_ns), dp->sample_ns);
}

static u64 next_look(const struct dnn_policy *dp, u64 now)
{
	u32 least = (u32)plan_max(dp->floor_khz, dp->opps[0].khz), cpu;
	bool awake = false, busy = false;
	u64 next = PLAN_NEVER;

	for (cpu = 0; cpu < dp->in.nr_cpus; cpu++) {
		const struct dnn_cpu *c = &dp->cpus[cpu];
		bool parked = c->depth == DEPTH_PARKED;

		awake |= !parked;
		busy |= !parked && c->idle_ppm < BUSY_PPM;
		if (!dp->fast)
			next = plan_min(next, next_look_slow(dp, c, least, now));
	}
	if (!dp->fast || !awake)
		return next;
	return now + (busy ? LOOK_BUSY_NS : LOOK_NS);
}

static bool observe(struct sim *sim, u32 cluster, const struct dnn_cpu *waking)
{
	struct dnn_policy *dp = &dnn_of(sim)->policies[cluster];
	bool changed = false;
	u32 cpu;

	for (cpu = 0; cpu < dp->in.nr_cpus; cpu++) {
		struct dnn_cpu *c = &dp->cpus[cpu];
		u64 window = sim->now - c->mark_ns;
		enum dnn_depth was = c->depth;

		if (!dp->fast && window < dp->sample_ns / 2)
			continue;
		observe_cpu(sim, cluster, cpu);
		set_depth(dp, c, window, c == waking);
		changed |= c->depth != was;
	}
	return changed;
}

void dnn_follow_sample(struct sim *sim, u32 cluster)
{
	struct dnn_policy *dp = &dnn_of(sim)->policies[cluster];

	if (observe(sim, cluster, NULL) || sim->now - dp->wish_ns >= dp->sample_ns)
		wish(sim, cluster);
	dp->relax_ns = next_look(dp, sim->now);
}

void dnn_follow_start(struct sim *sim, u32 cluster)
{
	struct dnn_policy *dp = &dnn_of(sim)->policies[cluster];
	const struct sim_cluster *sc = &sim->clusters[cluster];
	u64 delay = sc->p->latency_ns ? plan_min(sc->p->latency_ns * 1000, SAMPLE_MIN_NS) : MS;
	u32 ppm = (u32)plan_mul_div(sc->p->opps[sc->cur].khz, PLAN_PPM,
				    top_khz(dp) + top_khz(dp) / 4), cpu;

	dp->sample_ns = plan_max(plan_max(SAMPLE_MIN_NS, 2 * SIM_TICK_NS), delay);
	for (cpu = 0; cpu < dp->in.nr_cpus; cpu++) {
		dp->cpus[cpu].mark_ns = sim->now;
		dp->cpus[cpu].now_ppm = ppm;
		dp->cpus[cpu].want_ppm = ppm;
	}
	dp->wish_ns = sim->now;
	dnn_follow(sim, cluster);
	dp->thrifty_khz = find_thrifty(dp);
	dp->relax_ns = sim->now + dp->sample_ns;
}

/* The scheduler's hook; whether the frequency is to be looked at again. */
bool dnn_follow_hook(struct sim *sim, u32 cluster, u32 cpu, enum sim_event event)
{
	struct dnn_policy *dp = &dnn_of(sim)->policies[cluster];
	struct dnn_cpu *c = &dp->cpus[cpu];

	(void)event;
	if (sim->now < dp->next_sample && !(dp->fast && c->depth == DEPTH_PARKED))
		return false;
	dp->next_sample = sim->now + dp->sample_ns;
	observe(sim, cluster, c);
	wish(sim, cluster);
	dp->relax_ns = next_look(dp, sim->now);
	if (c->mark_ns != sim->now)
		dp->relax_ns = plan_min(dp->relax_ns, sim->now + dp->sample_ns);
	return true;
}
