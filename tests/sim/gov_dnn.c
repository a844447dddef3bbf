// SPDX-License-Identifier: MIT
/* Plans, frames and frequencies of the governor `dnn`, see gov_dnn.h. */
#include "gov_dnn.h"

#include <linux/dnn_gov.h>

#include "governors.h"

#define SPEED_SHIFT	30

static struct dnn_policy *policy_of(struct sim *sim, u32 cluster)
{
	return &dnn_of(sim)->policies[cluster];
}

static struct plan_stream *plan_stream_of(struct sim *sim, u32 index)
{
	return &policy_of(sim, sim->streams[index].task.cluster)->plan_streams
		[dnn_of(sim)->streams[index].slot];
}

/************************** Accounts ***************************/

/* CPU time of all frames on a CPU so far. */
double dnn_frame_ns(struct sim *sim, u32 cluster, u32 cpu)
{
	double ns = policy_of(sim, cluster)->cpus[cpu].frame_ns;
	u32 i;

	for (i = 0; i < sim->scenario->nr_streams; i++) {
		const struct sim_stream *stream = &sim->streams[i];

		if (stream->pending && stream->task.cluster == cluster && stream->task.cpu == cpu)
			ns += stream->task.run_ns;
	}
	return ns;
}

/* What a frame has run since it was last looked at was at the mean frequency since. */
static void observe(struct sim *sim, u32 index)
{
	const struct sim_task *task = &sim->streams[index].task;
	struct dnn_stream *ds = &dnn_of(sim)->streams[index];
	double cycles = sim->clusters[task->cluster].cycles;
	u64 run = (u64)task->run_ns;

	if (sim->now > ds->seen_ns)
		ds->cycles += (u64)((cycles - ds->seen_cycles) * (double)(run - ds->run_ns) /
				    (double)(sim->now - ds->seen_ns));
	ds->seen_ns = sim->now;
	ds->seen_cycles = cycles;
	ds->run_ns = run;
}

static u32 mean_khz(double cycles, u64 run_ns)
{
	return run_ns ? (u32)(cycles * 1e6 / (double)run_ns) : 0;
}

/*************************** Planning **************************/

static void fill_pending(struct sim *sim, u32 index, struct plan_frame *frame)
{
	const struct sim_stream *stream = &sim->streams[index];
	const struct dnn_stream *ds = &dnn_of(sim)->streams[index];
	const struct plan_cost *cost = plan_stream_of(sim, index)->cost;

	observe(sim, index);
	*frame = (struct plan_frame) {
		.stream = ds->slot,
		.cpu = stream->task.cpu,
		.release_ns = stream->release_ns,
		.deadline_ns = stream->deadline_ns,
		.done_cycles = ds->cycles,
		.level_done = stream->level_done,
		.begin_ns = stream->begin_ns,
		.done_ns = ds->run_ns,
		.shares = true,
	};
	if (stream->level_done)
		frame->done_cycles = plan_max(frame->done_cycles,
					      cost[stream->level_done - 1].cycles);
}

static void gather(struct sim *sim, struct dnn_policy *dp)
{
	u32 slot, nr = 0;

	for (slot = 0; slot < dp->nr_streams; slot++) {
		u32 index = dp->streams[slot];
		const struct sim_stream *stream = &sim->streams[index];
		const struct dnn_stream *ds = &dnn_of(sim)->streams[index];
		u64 release;

		if (!ds->seen)
			continue;
		if (stream->pending)
			fill_pending(sim, index, &dp->plan_frames[nr++]);
		release = plan_max(ds->last_release_ns + sim->scenario->streams[index].period_ns,
				   sim->now + 1);
		dp->plan_frames[nr++] = (struct plan_frame) {
			.stream = slot,
			.cpu = stream->task.cpu,
			.release_ns = release,
			.deadline_ns = release + stream->deadline_after_ns,
			.shares = true,
		};
	}
	dp->in.nr_frames = nr;
}

static u64 next_plan_at(struct sim *sim, const struct dnn_policy *dp)
{
	u64 next = dp->out.guard_ns;
	u32 slot;

	for (slot = 0; slot < dp->nr_streams; slot++) {
		const struct plan_stream *ps = &dp->plan_streams[slot];

		if (ps->grant < ps->levels && ps->fit_since_ns != PLAN_NEVER)
			next = plan_min(next,
					plan_max(ps->fit_since_ns + plan_hold_ns(&dp->in, ps),
						 sim->now + DNN_RESTORE_MIN_NS));
	}
	return next == PLAN_NEVER ? next : plan_max(next, sim->now + DNN_TIMER_MIN_NS);
}

static void plan(struct sim *sim, u32 cluster)
{
	struct dnn_policy *dp = policy_of(sim, cluster);
	const struct sim_cluster *sc = &sim->clusters[cluster];
	u32 slot;

	gather(sim, dp);
	dp->in.now_ns = sim->now;
	dp->in.max_khz = sc->p->opps[sim_cap(sc)].khz;
	dp->in.nr_streams = dp->nr_streams;
	dp->in.cur_khz = sc->p->opps[sc->cur].khz;
	dp->in.budget_uw = dp->share_uw;
	plan_policy(&dp->in, &dp->out);
	for (slot = 0; slot < dp->nr_streams; slot++) {
		struct sim_stream *stream = &sim->streams[dp->streams[slot]];

		dnn_of(sim)->kick |= dp->plan_streams[slot].grant < stream->grant;
		stream->grant = dp->plan_streams[slot].grant;
	}
	dnn_follow(sim, cluster);
	dp->plan_timer_ns = next_plan_at(sim, dp);
}

static void arm(struct sim *sim, u32 cluster)
{
	const struct dnn_policy *dp = policy_of(sim, cluster);

	sim->clusters[cluster].timer_ns = plan_min(dp->plan_timer_ns, dp->relax_ns);
}

/* The lowest OPP not below what plan and load ask for, but none above what is allowed. */
void dnn_update(struct sim *sim, u32 cluster)
{
	const struct dnn_policy *dp = policy_of(sim, cluster);
	const struct sim_cluster *sc = &sim->clusters[cluster];
	u32 highest = sc->p->opps[sim_cap(sc)].khz, follow = dp->follow_khz, khz, opp;

	if (dp->out.cap_khz)
		highest = (u32)plan_min(highest, dp->out.cap_khz);
	if (!dp->pending)
		follow = (u32)plan_max(follow, dp->floor_khz);
	khz = (u32)plan_min(plan_max(dp->out.khz, follow), highest);
	opp = sim_opp_of(sc, khz);
	while (opp && sc->p->opps[opp].khz > highest)
		opp--;
	sim_want(sim, cluster, opp);
}

void dnn_apply(struct sim *sim, u32 cluster)
{
	plan(sim, cluster);
	dnn_update(sim, cluster);
	arm(sim, cluster);
}

/*************************** Streams ***************************/

static void bind(struct sim *sim, u32 index, u32 cluster, const struct plan_stream *ps)
{
	struct dnn_policy *dp = policy_of(sim, cluster);
	struct dnn_stream *ds = &dnn_of(sim)->streams[index];

	ds->slot = dp->nr_streams++;
	dp->streams[ds->slot] = index;
	dp->plan_streams[ds->slot] = *ps;
	core_cost_get(&ds->costs, cluster, dnn_of(sim)->speed, dp->plan_streams[ds->slot].cost);
}

static void unbind(struct sim *sim, u32 index, u32 cluster)
{
	struct dnn_policy *dp = policy_of(sim, cluster);
	u32 slot = dnn_of(sim)->streams[index].slot, last = --dp->nr_streams;

	dp->plan_streams[slot] = dp->plan_streams[last];
	dp->streams[slot] = dp->streams[last];
	dnn_of(sim)->streams[dp->streams[slot]].slot = slot;
}

static void start_accounts(struct sim *sim, u32 index)
{
	const struct sim_stream *stream = &sim->streams[index];
	struct dnn_stream *ds = &dnn_of(sim)->streams[index];
	const struct sim_cluster *sc = &sim->clusters[stream->task.cluster];

	ds->cycles = 0;
	ds->run_ns = 0;
	ds->seen_ns = sim->now;
	ds->seen_cycles = sc->cycles;
	ds->told = 0;
	ds->begin_busy_ns = sc->cpus[stream->task.cpu].busy_ns;
	ds->begin_frame_ns = dnn_frame_ns(sim, stream->task.cluster, stream->task.cpu);
}

/* The client goes where it is told to, and says so. */
static void follow_map(struct sim *sim, u32 index)
{
	struct dnn_stream *ds = &dnn_of(sim)->streams[index];
	u32 from = sim->streams[index].task.cluster;
	struct plan_stream ps;

	if (ds->want == from)
		return;
	ps = *plan_stream_of(sim, index);
	unbind(sim, index, from);
	policy_of(sim, from)->pending--;
	sim_move(sim, index, ds->want, sim_quiet_cpu(sim, index, ds->want));
	bind(sim, index, ds->want, &ps);
	policy_of(sim, ds->want)->pending++;
	start_accounts(sim, index);
	dnn_apply(sim, from);
	dnn_apply(sim, ds->want);
}

/**************************** Frames ***************************/

static void begin(struct sim *sim, u32 index)
{
	const struct sim_stream *stream = &sim->streams[index];
	struct dnn_stream *ds = &dnn_of(sim)->streams[index];

	ds->seen = true;
	ds->last_release_ns = stream->release_ns;
	policy_of(sim, stream->task.cluster)->pending++;
	start_accounts(sim, index);
	dnn_apply(sim, stream->task.cluster);
	follow_map(sim, index);
	ds->begin_grant = stream->grant;
}

static void learnt(struct sim *sim, u32 index)
{
	core_cost_get(&dnn_of(sim)->streams[index].costs, sim->streams[index].task.cluster,
		      dnn_of(sim)->speed, plan_stream_of(sim, index)->cost);
}

static void group(struct sim *sim, u32 index)
{
	const struct sim_stream *stream = &sim->streams[index];
	struct dnn_stream *ds = &dnn_of(sim)->streams[index];

	/* the client reports before a group that it has set out for, and asks if it may begin */
	if (stream->level_done >= ds->begin_grant)
		return;
	observe(sim, index);
	ds->told = stream->level_done;
	ds->level_ns = ds->run_ns;
	ds->level_cycles = (double)ds->cycles;
	if (stream->level_done < stream->grant) {
		core_cost_report(&ds->costs, stream->task.cluster, stream->level_done,
				 mean_khz(ds->level_cycles, ds->level_ns), ds->level_ns);
		learnt(sim, index);
	}
	dnn_apply(sim, stream->task.cluster);
}

/* The share that others took. */
static void measure_other(struct sim *sim, u32 index)
{
	const struct sim_stream *stream = &sim->streams[index];
	const struct dnn_stream *ds = &dnn_of(sim)->streams[index];
	u32 cluster = stream->task.cluster, cpu = stream->task.cpu, share;
	u32 *smooth = &policy_of(sim, cluster)->other_ppm[cpu];
	double busy = sim->clusters[cluster].cpus[cpu].busy_ns - ds->begin_busy_ns;
	double frames = dnn_frame_ns(sim, cluster, cpu) - ds->begin_frame_ns;
	u64 wall = sim->now - stream->begin_ns;

	if (wall < DNN_OTHER_MIN_NS)
		return;
	share = busy > frames + 1000 ? (u32)((busy - frames) * PLAN_PPM / (double)wall) : 0;
	if (share > *smooth)
		*smooth += (share - *smooth) >> DNN_OTHER_UP_SHIFT;
	else
		*smooth -= (*smooth - share + (1 << DNN_OTHER_DOWN_SHIFT) - 1) >>
			   DNN_OTHER_DOWN_SHIFT;
}

static void end(struct sim *sim, u32 index)
{
	const struct sim_stream *stream = &sim->streams[index];
	struct dnn_stream *ds = &dnn_of(sim)->streams[index];
	struct dnn_policy *dp = policy_of(sim, stream->task.cluster);
	double cycles;
	u64 run;
	u32 khz;

	observe(sim, index);
	measure_other(sim, index);
	cycles = (double)ds->cycles;
	run = ds->run_ns;
	/* a group that was given up is not part of the level's cost; see learn_cost() in frame.c */
	if (stream->level_done < ds->begin_grant) {
		if (stream->level_done == ds->told) {
			cycles = ds->level_cycles;
			run = ds->level_ns;
		} else if (stream->grant < ds->begin_grant) {
			run = 0;
		}
	}
	khz = mean_khz(cycles, run);
	if (khz) {
		core_cost_learn(&ds->costs, stream->task.cluster, dnn_of(sim)->speed,
				stream->level_done, khz, run, COST_MISS_PPM);
		learnt(sim, index);
	}
	dp->cpus[stream->task.cpu].frame_ns += stream->task.run_ns;
	dp->pending--;
}

static void ended(struct sim *sim, u32 index)
{
	dnn_apply(sim, sim->streams[index].task.cluster);
	if (sim->now >= dnn_of(sim)->map_next_ns)
		dnn_map(sim);
}

/**************************** Events ***************************/

static void cpu_event(struct sim *sim, u32 cluster, u32 cpu, enum sim_event event)
{
	(void)event;
	if (!dnn_follow_hook(sim, cluster, cpu))
		return;
	dnn_update(sim, cluster);
	arm(sim, cluster);
}

static void timer(struct sim *sim, u32 cluster)
{
	struct dnn_policy *dp = policy_of(sim, cluster);

	if (sim->now >= dp->relax_ns)
		dnn_follow_sample(sim, cluster);
	if (sim->now >= dp->plan_timer_ns)
		plan(sim, cluster);
	dnn_update(sim, cluster);
	arm(sim, cluster);
}

static void limits(struct sim *sim, u32 cluster)
{
	/* of budgets all clusters are told one after the other */
	if (!cluster)
		dnn_map(sim);
	dnn_apply(sim, cluster);
}

static void stream_set(struct sim *sim, u32 index)
{
	plan_stream_of(sim, index)->energy_budget_nj = sim->streams[index].energy_budget_nj;
	dnn_apply(sim, sim->streams[index].task.cluster);
}

/*************************** Beginning *************************/

/* What a frame of mean cost takes on the cluster that the stream begins on. */
static void fill_prior(const struct sim *sim, u32 index, struct plan_cost *prior)
{
	const struct scenario_stream *st = &sim->scenario->streams[index];
	const struct platform_cluster *c = &sim->scenario->platform.clusters[st->cluster];
	const struct platform_opp *top = &c->opps[c->nr_opps - 1];
	u32 k;

	for (k = 0; k < st->nr_levels; k++) {
		double work = (double)st->levels[k].work_ns * st->factor_ppm[st->cluster] /
			top->speed_ppm;

		prior[k] = (struct plan_cost) {
			.cycles = (u64)(work * top->khz * 1e-6 * st->prior_ppm * 1e-6),
			.stall_ns = (u64)((double)st->levels[k].stall_ns * st->prior_ppm * 1e-6),
		};
	}
}

static void add_stream(struct sim *sim, u32 index)
{
	const struct scenario_stream *st = &sim->scenario->streams[index];
	struct dnn_stream *ds = &dnn_of(sim)->streams[index];
	struct plan_cost prior[PLAN_MAX_LEVELS];
	struct plan_stream ps = {
		.levels = st->nr_levels,
		.min_level = 1,
		.period_ns = st->period_ns,
		.weight = st->weight,
		.goal = st->goal,
		.floor_ppm = st->floor_ppm,
		.balance_ppm = st->balance_ppm,
		.energy_budget_nj = st->energy_budget_nj,
		.grant = st->nr_levels,
		.fit_since_ns = PLAN_NEVER,
	};
	u32 k;

	for (k = 0; k < st->nr_levels; k++)
		ps.accuracy_ppm[k] = st->levels[k].accuracy_ppm;
	fill_prior(sim, index, prior);
	core_cost_init(&ds->costs, st->nr_levels, st->cluster, prior);
	ds->want = st->cluster;
	bind(sim, index, st->cluster, &ps);
}

/*
 * The administrator says what an idle CPU takes at the lowest OPP; above it grows with the
 * square of the voltage, which is what power grows by beyond its frequency.
 */
static void fill_opps(struct dnn_policy *dp, const struct platform_cluster *c)
{
	u32 i;

	for (i = 0; i < c->nr_opps; i++) {
		dp->opps[i].khz = c->opps[i].khz;
		dp->opps[i].busy_uw = c->opps[i].busy_uw;
	}
	plan_set_idle_power(dp->opps, c->nr_opps, c->opps[0].idle_uw,
			    c->opps[c->nr_opps - 1].idle_uw);
}

/* Latency that the scheduler aims at before 6.6, which ends at a tick. */
static u64 turn_ns(const struct sim *sim)
{
	u32 cpus = 0, scale = 1, i;

	for (i = 0; i < sim->scenario->platform.nr_clusters; i++)
		if (!sim->scenario->platform.clusters[i].device)
			cpus += sim->scenario->platform.clusters[i].nr_cpus;
	for (i = (u32)plan_min(cpus, 8); i > 1; i /= 2)
		scale++;
	return (scale * 3000000ULL + SIM_TICK_NS - 1) / SIM_TICK_NS * SIM_TICK_NS;
}

static void start(struct sim *sim)
{
	u32 i;

	for (i = 0; i < sim->scenario->platform.nr_clusters; i++) {
		const struct platform_cluster *c = &sim->scenario->platform.clusters[i];
		const struct platform_opp *top = &c->opps[c->nr_opps - 1];
		struct dnn_policy *dp = policy_of(sim, i);
		u64 capacity = plan_max(top->speed_ppm * 1024ULL / PLAN_PPM, 1);

		fill_opps(dp, c);
		dp->plan_timer_ns = PLAN_NEVER;
		dp->in = (struct plan_input) {
			.opps = dp->opps,
			.nr_opps = c->nr_opps,
			.min_khz = c->opps[0].khz,
			.nr_cpus = c->nr_cpus,
			.other_ppm = dp->other_ppm,
			.streams = dp->plan_streams,
			.frames = dp->plan_frames,
			.hold_ns = DNN_HOLD_NS,
			.margin_ppm = DNN_MARGIN_PPM,
			.switch_ns = c->fast ? 0 : c->latency_ns,
			.turn_ns = c->device ? 0 : turn_ns(sim),
			.two_opps = true,
			.scratch = &dp->scratch,
		};
		dnn_of(sim)->speed[i] = (u32)plan_max((capacity << SPEED_SHIFT) / top->khz, 1);
		dnn_follow_start(sim, i);
	}
	for (i = 0; i < sim->scenario->nr_streams; i++)
		add_stream(sim, i);
	for (i = 0; i < sim->scenario->platform.nr_clusters; i++)
		dnn_apply(sim, i);
}

const struct sim_governor gov_dnn = {
	.name = "dnn",
	.size = sizeof(struct dnn),
	.anytime = true,
	.start = start,
	.begin = begin,
	.group = group,
	.end = end,
	.ended = ended,
	.cpu = cpu_event,
	.timer = timer,
	.limits = limits,
	.stream = stream_set,
};
