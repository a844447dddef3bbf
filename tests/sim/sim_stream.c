// SPDX-License-Identifier: MIT
/*
 * Streams and other tasks. A frame runs group after group, each a chunk, until it has what
 * it is granted, and no more than it was when it began; a group that is not granted any more
 * is given up. With an anytime client so is one that is not complete when an answer is due. The
 * next frame begins when the one before has ended; one that is overtaken by
 * the release after it is skipped.
 */
#include "sim_parts.h"

/*
 * Before the deadline, for what is left to do when a group is given up; see RESERVE_NS and
 * RESERVE_SHARE of engine/runtime/client.c.
 */
#define RESERVE_NS	50000
#define RESERVE_SHARE	64

static u32 top_level(const struct sim *sim, u32 stream)
{
	return sim->scenario->streams[stream].nr_levels;
}

double sim_level_ns(const struct scenario *scenario, u32 stream, u32 level, u32 cluster, u32 opp)
{
	const struct scenario_stream *st = &scenario->streams[stream];
	const struct scenario_level *l = &st->levels[level - 1];
	u32 speed_ppm = scenario->platform.clusters[cluster].opps[opp].speed_ppm;

	return (double)l->work_ns * st->factor_ppm[cluster] / speed_ppm + (double)l->stall_ns;
}

/* The next group is the chunk at hand. */
static void take_group(struct sim *sim, u32 index)
{
	const struct scenario_stream *st = &sim->scenario->streams[index];
	struct sim_stream *stream = &sim->streams[index];
	const struct scenario_level *l = &st->levels[stream->level_done];
	u64 work = l->work_ns, stall = l->stall_ns;
	double factor = stream->factor;

	if (stream->level_done) {
		work -= l[-1].work_ns;
		stall -= l[-1].stall_ns;
	}
	stream->task.work_ns = (double)work * factor * st->factor_ppm[stream->task.cluster] * 1e-6;
	stream->task.stall_ns = (double)stall * factor;
	stream->task.done = 0;
}

/*
 * The client looks at the clock before each layer, and gives up what would not be complete in
 * time. Often it knows sooner than here, where it goes on until the last moment: that takes
 * energy from its account, not time.
 */
static u64 answer_by(const struct sim *sim, u32 index)
{
	const struct sim_stream *stream = &sim->streams[index];
	u32 cluster = stream->task.cluster;
	u32 top = sim->scenario->platform.clusters[cluster].nr_opps - 1;

	if (!sim->governor->anytime)
		return PLAN_NEVER;
	return stream->deadline_ns - RESERVE_NS -
		(u64)sim_level_ns(sim->scenario, index, 1, cluster, top) / RESERVE_SHARE;
}

static void begin_frame(struct sim *sim, u32 index)
{
	const struct scenario_stream *st = &sim->scenario->streams[index];
	struct sim_stream *stream = &sim->streams[index];

	stream->factor = scenario_factor(sim->scenario, sim->seed, index, stream->number++);
	stream->release_ns = stream->next_ns;
	stream->deadline_ns = stream->next_ns + stream->deadline_after_ns;
	stream->next_ns += st->period_ns;
	stream->begin_ns = sim->now;
	stream->until_ns = answer_by(sim, index);
	stream->pending = true;
	stream->level_done = 0;
	stream->aim = top_level(sim, index);
	stream->task.run_ns = 0;
	stream->task.busy_nj = 0;
	stream->task.khz_ns = 0;
	take_group(sim, index);
	if (sim->counts && stream->release_ns >= sim->counted_from) {
		stream->sums.frames++;
		stream->sums.begun++;
	}
}

/* A frame whose time has come; those overtaken are never begun. */
static bool next_frame(struct sim *sim, u32 index)
{
	const struct scenario_stream *st = &sim->scenario->streams[index];
	struct sim_stream *stream = &sim->streams[index];

	if (stream->pending || stream->prepares || stream->next_ns > sim->now ||
	    stream->next_ns >= sim->end)
		return false;
	while (stream->next_ns + st->period_ns <= sim->now &&
	       stream->next_ns + st->period_ns < sim->end) {
		bool counts = sim->counts && stream->next_ns >= sim->counted_from;

		stream->number++;
		stream->next_ns += st->period_ns;
		stream->sums.frames += counts;
		stream->sums.missed += counts;
	}
	return true;
}

static void start_frame(struct sim *sim, u32 index, bool awake)
{
	struct sim_stream *stream = &sim->streams[index];

	begin_frame(sim, index);
	if (!awake)
		sim_enqueue(sim, &stream->task);
	if (sim->governor->begin)
		sim->governor->begin(sim, index);
	stream->aim = stream->grant;
	stream->begin_khz = sim->clusters[stream->task.cluster].p->opps
		[sim->clusters[stream->task.cluster].want].khz;
}

/* The client has work of its own to do before anything else. */
static void prepare(struct sim *sim, u32 index, u64 work_ns, bool awake)
{
	struct sim_stream *stream = &sim->streams[index];

	stream->prepares = true;
	stream->task.work_ns = (double)work_ns;
	stream->task.stall_ns = 0;
	stream->task.done = 0;
	if (!awake)
		sim_enqueue(sim, &stream->task);
}

static void go_on(struct sim *sim, u32 index, bool awake)
{
	u64 own_ns = sim->scenario->streams[index].own_ns;

	if (own_ns)
		prepare(sim, index, own_ns, awake);
	else
		start_frame(sim, index, awake);
}

static void prepared(struct sim *sim, u32 index)
{
	struct sim_stream *stream = &sim->streams[index];

	stream->prepares = false;
	if (stream->started) {
		start_frame(sim, index, true);
		return;
	}
	stream->started = true;
	if (next_frame(sim, index))
		go_on(sim, index, true);
	else
		sim_dequeue(sim, &stream->task);
}

static void count_frame(struct sim *sim, u32 index)
{
	const struct scenario_stream *st = &sim->scenario->streams[index];
	struct sim_stream *stream = &sim->streams[index];
	const struct sim_cluster *c = &sim->clusters[stream->task.cluster];

	if (!sim->counts || stream->release_ns < sim->counted_from)
		return;
	stream->sums.levels += stream->level_done;
	if (sim->now > stream->deadline_ns)
		stream->sums.missed++;
	else
		stream->sums.accuracy += st->levels[stream->level_done - 1].accuracy_ppm * 1e-6;
	if (sim->watcher->frame) {
		const struct sim_frame frame = {
			.stream = index,
			.number = stream->number - 1,
			.release_ns = stream->release_ns - sim->counted_from,
			.begin_ns = stream->begin_ns - sim->counted_from,
			.end_ns = sim->now - sim->counted_from,
			.deadline_ns = stream->deadline_ns - sim->counted_from,
			.level = stream->level_done,
			.begin_khz = stream->begin_khz,
			.end_khz = c->p->opps[c->cur].khz,
			.mean_khz = stream->task.run_ns > 0 ?
				(u32)(stream->task.khz_ns / stream->task.run_ns) : 0,
			.cluster = stream->task.cluster,
			.busy_nj = stream->task.busy_nj,
			.factor = stream->factor,
		};

		sim->watcher->frame(sim->watcher->ctx, sim->scenario, &frame);
	}
}

static void end_frame(struct sim *sim, u32 index)
{
	struct sim_stream *stream = &sim->streams[index];

	if (sim->governor->end)
		sim->governor->end(sim, index);
	count_frame(sim, index);
	stream->pending = false;
	if (sim->governor->ended)
		sim->governor->ended(sim, index);
	if (next_frame(sim, index))
		go_on(sim, index, true);
	else
		sim_dequeue(sim, &stream->task);
}

/* A frame that has nothing to answer with goes on. */
static bool can_give_up(const struct sim_stream *stream)
{
	return stream->pending && stream->level_done && stream->level_done < stream->aim;
}

void sim_give_up(struct sim *sim)
{
	u32 i;

	for (i = 0; i < sim->scenario->nr_streams; i++) {
		struct sim_stream *stream = &sim->streams[i];

		if (can_give_up(stream) && sim->now >= stream->until_ns)
			stream->aim = stream->level_done;
	}
}

u64 sim_next_answer(const struct sim *sim)
{
	u64 next = PLAN_NEVER;
	u32 i;

	for (i = 0; i < sim->scenario->nr_streams; i++)
		if (can_give_up(&sim->streams[i]))
			next = plan_min(next, sim->streams[i].until_ns);
	return plan_max(next, sim->now);
}

/* Each end may lower the grant of another. */
void sim_end_frames(struct sim *sim)
{
	u32 i = 0;

	while (i < sim->scenario->nr_streams) {
		const struct sim_stream *stream = &sim->streams[i];

		if (stream->pending && stream->level_done &&
		    stream->level_done >= plan_min(stream->grant, stream->aim)) {
			end_frame(sim, i);
			i = 0;
		} else {
			i++;
		}
	}
}

void sim_begin_frames(struct sim *sim)
{
	u32 i;

	for (i = 0; i < sim->scenario->nr_streams; i++)
		if (next_frame(sim, i))
			go_on(sim, i, false);
	for (i = 0; i < sim->scenario->nr_loads; i++) {
		struct sim_load *load = &sim->loads[i];

		if (load->next_ns > sim->now)
			continue;
		load->next_ns = sim->scenario->loads[i].period_ns ?
			load->next_ns + sim->scenario->loads[i].period_ns : PLAN_NEVER;
		/* a burst that takes longer than a period swallows the next */
		if (!load->task.runs)
			sim_enqueue(sim, &load->task);
	}
}

static void load_done(struct sim *sim, u32 index)
{
	const struct scenario_load *what = &sim->scenario->loads[index];
	struct sim_load *load = &sim->loads[index];
	u64 gone = sim->counted_from + what->to_ns;

	load->task.done = 0;
	if (!what->period_ns && sim->now < gone)
		return;
	if (!what->period_ns || load->next_ns >= gone)
		load->next_ns = PLAN_NEVER;
	sim_dequeue(sim, &load->task);
}

static void group_done(struct sim *sim, u32 index)
{
	struct sim_stream *stream = &sim->streams[index];

	if (stream->prepares) {
		prepared(sim, index);
		return;
	}
	stream->level_done++;
	if (stream->level_done >= top_level(sim, index))
		return;
	if (sim->governor->group)
		sim->governor->group(sim, index);
	if (stream->level_done < plan_min(stream->grant, stream->aim))
		take_group(sim, index);
}

void sim_chunk_done(struct sim *sim, struct sim_task *task)
{
	u32 i;

	for (i = 0; i < sim->scenario->nr_streams; i++)
		if (task == &sim->streams[i].task)
			group_done(sim, i);
	for (i = 0; i < sim->scenario->nr_loads; i++)
		if (task == &sim->loads[i].task)
			load_done(sim, i);
}

u64 sim_next_release(const struct sim *sim)
{
	u64 next = PLAN_NEVER;
	u32 i;

	for (i = 0; i < sim->scenario->nr_streams; i++)
		if (!sim->streams[i].pending && !sim->streams[i].prepares &&
		    sim->streams[i].next_ns < sim->end)
			next = plan_min(next, sim->streams[i].next_ns);
	for (i = 0; i < sim->scenario->nr_loads; i++)
		next = plan_min(next, sim->loads[i].next_ns);
	return plan_max(next, sim->now);
}

bool sim_any_pending(const struct sim *sim)
{
	u32 i;

	for (i = 0; i < sim->scenario->nr_streams; i++)
		if (sim->streams[i].pending || sim->streams[i].prepares)
			return true;
	return false;
}

/* Where a thread that may run anywhere in a cluster is least in the way. */
u32 sim_quiet_cpu(const struct sim *sim, u32 index, u32 cluster)
{
	u32 cpu, best = 0, least = ~0U, i;

	for (cpu = 0; cpu < sim->clusters[cluster].p->nr_cpus; cpu++) {
		u32 tasks = 2 * sim->clusters[cluster].cpus[cpu].nr_running;

		for (i = 0; i < sim->nr_tasks; i++)
			tasks += sim->tasks[i] != &sim->streams[index].task &&
				 sim->tasks[i]->cluster == cluster && sim->tasks[i]->cpu == cpu;
		if (tasks < least) {
			least = tasks;
			best = cpu;
		}
	}
	return best;
}

void sim_move(struct sim *sim, u32 index, u32 cluster, u32 cpu)
{
	struct sim_task *task = &sim->streams[index].task;
	bool awake = task->runs;
	double done = task->done;

	if (awake)
		sim_dequeue(sim, task);
	task->cluster = cluster;
	task->cpu = cpu;
	sim->clusters[cluster].cpus[cpu].used = true;
	/* what is done of the group stays done */
	if (sim->streams[index].pending)
		take_group(sim, index);
	task->done = done;
	if (awake)
		sim_enqueue(sim, task);
}

static void add_task(struct sim *sim, struct sim_task *task, u32 cluster, u32 cpu)
{
	task->cluster = cluster;
	task->cpu = cpu;
	sim->clusters[cluster].cpus[cpu].used = true;
	sim->tasks[sim->nr_tasks++] = task;
}

/* What clients do when the run begins. */
void sim_start_streams(struct sim *sim)
{
	u32 i;

	for (i = 0; i < sim->scenario->nr_streams; i++) {
		u64 startup_ns = sim->scenario->streams[i].startup_ns;

		sim->streams[i].started = !startup_ns;
		if (startup_ns)
			prepare(sim, i, startup_ns, false);
	}
}

void sim_init_streams(struct sim *sim)
{
	const struct scenario *s = sim->scenario;
	u64 counted_from = sim->now + s->warm_ns;
	u32 i;

	for (i = 0; i < s->nr_streams; i++) {
		struct sim_stream *stream = &sim->streams[i];

		add_task(sim, &stream->task, s->streams[i].cluster, s->streams[i].cpu);
		stream->grant = s->streams[i].nr_levels;
		stream->deadline_after_ns = s->streams[i].deadline_ns;
		stream->energy_budget_nj = s->streams[i].energy_budget_nj;
		/* releases are the same, however long it is warmed up */
		stream->next_ns = counted_from + s->streams[i].phase_ns;
		while (stream->next_ns >= sim->now + s->streams[i].period_ns)
			stream->next_ns -= s->streams[i].period_ns;
	}
	for (i = 0; i < s->nr_loads; i++) {
		struct sim_load *load = &sim->loads[i];
		u64 from = s->loads[i].from_ns;

		add_task(sim, &load->task, s->loads[i].cluster, s->loads[i].cpu);
		/* one that never sleeps looks every millisecond whether it is to go */
		load->task.work_ns = s->loads[i].period_ns ? (double)s->loads[i].work_ns : 1e6;
		load->next_ns = from ? counted_from + from : sim->now;
	}
}
