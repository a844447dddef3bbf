// SPDX-License-Identifier: GPL-2.0-only
/*
 * The arbiter: which policy each stream should run on, and how much of the power
 * budget each policy gets.
 *
 * mapping.c decides, from a snapshot: each policy is looked at under its own lock, one
 * after the other. What it says may be outdated by the time it is written down; the
 * next run will see. Nothing is moved from here: a client is told where its stream
 * should run when it begins a frame, and the stream follows the thread.
 */
#include <linux/cpufreq.h>
#include <linux/mm.h>
#include <linux/sched/topology.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "arbiter.h"
#include "core_type.h"
#include "mapping.h"
#include "policy.h"
#include "stream.h"
#include "trace.h"

#define PERIOD_NS	(100 * NSEC_PER_MSEC)	/* between runs while frames come */
#define IDLE_MS		500			/* and without, to share power out */
/* Of one CPU's time runs take no more than this part, however many streams there are. */
#define TIME_PART	100
#define HOLD_MIN_NS	(100 * NSEC_PER_MSEC)
/* A client that has begun so many frames elsewhere does not follow... */
#define IGNORED_MAX	4
/* ...and is not asked again before this time is over. */
#define IGNORED_NS	(10 * NSEC_PER_SEC)
/* A stream that has not begun a frame yet counts for so long. */
#define FRESH_NS	(2 * NSEC_PER_SEC)
/* The frequency that other tasks ask for is smoothed over so many runs. */
#define FOLLOW_RUNS	4
/* Idle times are too coarse for less. */
#define SAMPLE_MIN_NS	(50 * NSEC_PER_MSEC)

/**
 * struct arbiter - memory of a run
 * @in: the question
 * @out: the answer
 * @clusters: policies as the mapping sees them
 * @streams: streams as the mapping sees them
 * @scratch: the mapping's own
 * @opps: of each policy
 * @other_ppm: of each policy
 * @policy: the policies
 * @stream: the streams
 * @from: the cluster each stream was to run on before
 */
struct arbiter {
	struct map_input in;
	struct map_output out;
	struct map_cluster clusters[MAP_MAX_CLUSTERS];
	struct map_stream streams[MAP_MAX_STREAMS];
	struct map_scratch scratch;
	struct plan_opp opps[MAP_MAX_CLUSTERS][PLAN_MAX_OPPS];
	u32 other_ppm[MAP_MAX_CLUSTERS][PLAN_MAX_CPUS];
	struct dnn_policy *policy[MAP_MAX_CLUSTERS];
	struct dnn_stream *stream[MAP_MAX_STREAMS];
	u32 from[MAP_MAX_STREAMS];
};

/* All under dnn_mutex. */
static struct arbiter *arbiter;
static u32 budget_mw;
static bool stopped;

/* When the last run began, and when the next one may; read without a lock. */
static u64 last_ns;
static u64 next_ns;

static void arbiter_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(dnn_arbiter_work, arbiter_work);
/* Needs no idle CPU to be woken: an idle one asks for no more power. */
static DECLARE_DEFERRABLE_WORK(dnn_arbiter_idle_work, arbiter_work);

/*********************** What is known ***********************/

/*
 * The share of others on a CPU without frames, since the last run; on one with frames
 * it is found at their ends. What a stream left a CPU for must not count there for ever,
 * so the plan's share may fall; but it does not rise by what may have been the work of a
 * client before its first frame. Returns what the mapping should reckon with.
 */
static u32 measure_other(struct dnn_policy *dp, unsigned int cpu, u64 now)
{
	struct dnn_cpu *c = dnn_cpu(cpu);
	u64 idle_us = dnn_load_idle_us(cpu), frame_ns = dnn_load_frame_ns(dp, cpu, now);
	u64 wall = plan_sub(now, last_ns), idle = plan_sub(idle_us, c->map_idle_us);
	u32 *other = &dp->other_ppm[c->index], sample;

	if (frame_ns != c->map_frame_ns) {
		c->map_other_ppm = *other;
	} else if (wall >= SAMPLE_MIN_NS && c->map_idle_us) {
		sample = plan_mul_div(plan_sub(wall, idle * NSEC_PER_USEC), PLAN_PPM, wall);
		*other = min(*other, (*other + sample) / 2);
		c->map_other_ppm = (3 * c->map_other_ppm + sample) / 4;
	}
	c->map_idle_us = idle_us;
	c->map_frame_ns = frame_ns;
	return c->map_other_ppm;
}

static void gather_policy(struct arbiter *a, struct dnn_policy *dp)
{
	u32 nr = a->in.nr_clusters++;
	struct map_cluster *c = &a->clusters[nr];
	unsigned int cpu;

	a->policy[nr] = dp;
	memset(a->other_ppm[nr], 0, sizeof(a->other_ppm[nr]));
	for_each_cpu(cpu, dp->policy->cpus)
		a->other_ppm[nr][dnn_cpu(cpu)->index] = measure_other(dp, cpu, dnn_now());
	memcpy(a->opps[nr], dp->opps, sizeof(a->opps[nr]));
	*c = (struct map_cluster) {
		.opps = a->opps[nr],
		.nr_opps = dp->in.nr_opps,
		.max_khz = READ_ONCE(dp->policy->max),
		.budget_uw = dnn_policy_own_budget_uw(dp),
		.type = dp->type,
		.capacity = arch_scale_cpu_capacity(dp->cpu),
		.nr_cpus = dp->in.nr_cpus,
		.other_ppm = a->other_ppm[nr],
		.wake_uw = READ_ONCE(dp->tunables->wake_power_uw),
		.margin_ppm = READ_ONCE(dp->tunables->margin_ppm),
		.switch_ns = dp->in.switch_ns,
	};
	c->min_khz = min(READ_ONCE(dp->policy->min), c->max_khz);
	for_each_cpu(cpu, dp->policy->cpus)
		c->cpus |= BIT_ULL(dnn_cpu(cpu)->index);

	dp->map_follow_khz += ((s32)dp->follow_khz - (s32)dp->map_follow_khz) / FOLLOW_RUNS;
	c->follow_khz = dp->map_follow_khz;
}

static u32 cluster_of(const struct arbiter *a, const struct dnn_policy *dp)
{
	u32 c;

	for (c = 0; c < a->in.nr_clusters; c++)
		if (a->policy[c] == dp)
			return c;
	return MAP_NOWHERE;
}

/* Under the lock of its policy: should @stream stay as it is? */
static bool is_held(const struct dnn_stream *stream, u64 now)
{
	u64 hold = (u64)READ_ONCE(stream->dp->tunables->hold_ms) * NSEC_PER_MSEC;

	if (stream->ignored_ns && now - stream->ignored_ns < IGNORED_NS)
		return true;
	return stream->want_ns && now - stream->want_ns < max_t(u64, hold, HOLD_MIN_NS);
}

static_assert(MAP_MAX_TYPES == CORE_TYPES);

static void gather_stream(struct arbiter *a, struct dnn_stream *stream, u64 now)
{
	const struct plan_stream *ps = &stream->dp->plan_streams[stream->slot];
	u32 nr = a->in.nr_streams, c, type;
	struct map_stream *ms = &a->streams[nr];
	unsigned int cpu;

	if (nr == MAP_MAX_STREAMS || stream->stale ||
	    (!stream->last_frame_id && plan_sub(now, stream->last_active_ns) > FRESH_NS))
		return;
	if (stream->ignored >= IGNORED_MAX) {
		stream->want = NULL;
		stream->ignored = 0;
		stream->ignored_ns = now;
	}
	*ms = (struct map_stream) {
		.levels = ps->levels,
		.min_level = ps->min_level,
		.period_ns = ps->period_ns,
		.deadline_ns = stream->hint.deadline_ns,
		.weight = ps->weight,
		.goal = ps->goal,
		.floor_ppm = ps->floor_ppm,
		.balance_ppm = ps->balance_ppm,
		.energy_budget_nj = ps->energy_budget_nj,
		.cluster = cluster_of(a, stream->want ?: stream->dp),
		.held = is_held(stream, now),
	};
	memcpy(ms->accuracy_ppm, ps->accuracy_ppm, sizeof(ms->accuracy_ppm));
	for (type = 0; type < MAP_MAX_TYPES; type++)
		core_cost_get(&stream->costs, type, dnn_core_speed, ms->cost[type]);
	for (c = 0; c < a->in.nr_clusters; c++)
		for_each_cpu_and(cpu, &a->policy[c]->cpus, &stream->hint.cpus)
			ms->cpus[c] |= BIT_ULL(dnn_cpu(cpu)->index);
	a->stream[nr] = stream;
	a->from[nr] = ms->cluster;
	a->in.nr_streams++;
}

/*
 * Streams of more policies, or more streams, than the mapping has room for stay where
 * they are. Under dnn_mutex, so policies, streams and who is bound where stay.
 */
static void gather(struct arbiter *a, u64 now)
{
	struct dnn_policy *dp;
	unsigned long flags;
	u32 c, i;

	a->in.nr_clusters = 0;
	a->in.nr_streams = 0;
	list_for_each_entry(dp, &dnn_policies, node) {
		if (!dp->policy || a->in.nr_clusters == MAP_MAX_CLUSTERS)
			continue;
		raw_spin_lock_irqsave(&dp->lock, flags);
		if (dp->running)
			gather_policy(a, dp);
		raw_spin_unlock_irqrestore(&dp->lock, flags);
	}
	for (c = 0; c < a->in.nr_clusters; c++) {
		dp = a->policy[c];
		raw_spin_lock_irqsave(&dp->lock, flags);
		for (i = 0; i < dp->nr_streams; i++)
			gather_stream(a, dp->streams[i], now);
		raw_spin_unlock_irqrestore(&dp->lock, flags);
	}
}

/*********************** What was decided ***********************/

static void tell_stream(struct arbiter *a, u32 index)
{
	struct dnn_stream *stream = a->stream[index];
	u32 to = a->streams[index].cluster;
	struct dnn_policy *dp;
	unsigned long flags;

	if (to == MAP_NOWHERE || to == a->from[index])
		return;
	dp = dnn_stream_lock(stream, &flags);
	stream->want = a->policy[to] == dp ? NULL : a->policy[to];
	trace_dnn_map(stream, a->policy[to]);
	stream->want_ns = dnn_now();
	stream->ignored = 0;
	raw_spin_unlock_irqrestore(&dp->lock, flags);
}

static void tell_policy(struct dnn_policy *dp, u32 share_uw)
{
	unsigned long flags;
	u64 now;

	raw_spin_lock_irqsave(&dp->lock, flags);
	if (dp->share_uw != share_uw) {
		dp->share_uw = share_uw;
		trace_dnn_share(dp);
		now = dnn_now();
		dnn_plan_apply(dp, now);
	}
	dnn_policy_unlock(dp, flags);
}

/*********************** Running ***********************/

/* Under dnn_mutex. */
void dnn_arbiter_run(void)
{
	struct arbiter *a = arbiter;
	u64 begin = dnn_now();
	u32 i;

	if (stopped)
		return;
	gather(a, begin);
	if (!a->in.nr_clusters)
		return;
	a->in.clusters = a->clusters;
	a->in.streams = a->streams;
	a->in.scratch = &a->scratch;
	a->in.budget_uw = (u64)budget_mw * USEC_PER_MSEC;
	map_streams(&a->in, &a->out);

	for (i = 0; i < a->in.nr_streams; i++)
		tell_stream(a, i);
	for (i = 0; i < a->in.nr_clusters; i++)
		tell_policy(a->policy[i], a->out.budget_uw[i]);
	last_ns = begin;
	WRITE_ONCE(next_ns, begin + max_t(u64, PERIOD_NS, TIME_PART * (dnn_now() - begin)));
	if (budget_mw)
		schedule_delayed_work(&dnn_arbiter_idle_work, msecs_to_jiffies(IDLE_MS));
}

static void arbiter_work(struct work_struct *work)
{
	mutex_lock(&dnn_mutex);
	dnn_arbiter_run();
	mutex_unlock(&dnn_mutex);
}

/* Is it time to look again at streams that do what they did? */
bool dnn_arbiter_due(u64 now)
{
	return now >= READ_ONCE(next_ns);
}

/*
 * Something has changed: run soon, but not more often than now and then. Wakes, so no
 * lock of a policy may be held.
 */
void dnn_arbiter_kick(void)
{
	u64 wait = plan_sub(READ_ONCE(next_ns), dnn_now());

	if (!READ_ONCE(stopped))
		schedule_delayed_work(&dnn_arbiter_work, nsecs_to_jiffies(wait));
}

/*********************** The budget ***********************/

u32 dnn_arbiter_budget_mw(void)
{
	return READ_ONCE(budget_mw);
}

void dnn_arbiter_set_budget_mw(u32 mw)
{
	mutex_lock(&dnn_mutex);
	WRITE_ONCE(budget_mw, mw);
	dnn_arbiter_run();
	mutex_unlock(&dnn_mutex);
}

/*********************** Coming and going ***********************/

int dnn_arbiter_init(void)
{
	arbiter = kvzalloc(sizeof(*arbiter), GFP_KERNEL);
	return arbiter ? 0 : -ENOMEM;
}

/* No policy has the governor any more and no stream is left. */
void dnn_arbiter_stop(void)
{
	mutex_lock(&dnn_mutex);
	WRITE_ONCE(stopped, true);
	mutex_unlock(&dnn_mutex);
	cancel_delayed_work_sync(&dnn_arbiter_work);
	cancel_delayed_work_sync(&dnn_arbiter_idle_work);
}

void dnn_arbiter_exit(void)
{
	kvfree(arbiter);
}
