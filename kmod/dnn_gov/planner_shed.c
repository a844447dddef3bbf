// SPDX-License-Identifier: GPL-2.0-only
/*
 * The planner's levels, downwards: what is shed when a window is too full.
 */
#include "planner_parts.h"

/**
 * struct plan_window - a window of one CPU
 * @release: when it opens
 * @length: the time there is
 * @first: first job of the CPU
 * @last: the job at whose deadline it ends
 * @nr: jobs in it, the first of scratch->open
 * @touched: the first of them whose need has changed, or @last
 * @changed: a grant has changed
 */
struct plan_window {
	u64 release;
	u64 length;
	u32 first;
	u32 last;
	u32 nr;
	u32 touched;
	bool changed;
};

/*
 * Looking at windows takes time with the third power of their jobs where nothing fits, and
 * whoever declares a stream can bring that about. See PLAN_EFFORT_MAX.
 */
static bool tired(const struct plan *p)
{
	return p->s->effort > PLAN_EFFORT_MAX / p->nr_cpus;
}

u64 plan_weighted_loss(const struct plan_stream *stream, u32 from, u32 to)
{
	return (u64)stream->weight *
	       plan_sub(stream->accuracy_ppm[from - 1], stream->accuracy_ppm[to - 1]);
}

/* Weighted accuracy per time, scaled so that small ratios still differ. */
u64 plan_loss_rate(u64 loss, u64 time)
{
	return plan_mul_div(loss, 1ULL << 32, plan_max(time, 1));
}

/* Is plan_loss_rate() below @rate? Mostly found out without a division. */
static bool loses_less(u64 loss, u64 time, u64 rate)
{
	u64 limit;

	if (loss >> 32 || __builtin_mul_overflow(rate, time, &limit))
		return plan_loss_rate(loss, time) < rate;
	return loss << 32 < limit;
}

/*
 * The next point of the stream's hull below its grant: of all lower levels that
 * save time, the one that loses least per time. 0 where there is none.
 */
static u32 hull_below(struct plan *p, u32 index)
{
	const struct plan_stream *stream = &p->in->streams[index];
	const u64 *level_ns = plan_time_levels(p, index, stream->min_level, stream->grant);
	u64 best_rate = PLAN_NEVER;
	u32 level, best = 0;

	p->s->effort += stream->grant - stream->min_level;
	for (level = stream->grant; --level >= stream->min_level; ) {
		u64 time = plan_sub(level_ns[stream->grant - 1], level_ns[level - 1]);
		u64 loss = plan_weighted_loss(stream, stream->grant, level);

		if (!time || (best && !loses_less(loss, time, best_rate)))
			continue;
		best = level;
		best_rate = plan_loss_rate(loss, time);
	}
	p->s->rate[index] = best_rate;
	return best;
}

/* The next level worth having: the first that is more accurate, else the next. */
u32 plan_level_above(const struct plan_stream *stream, u32 from)
{
	u32 level;

	for (level = from + 1; level <= stream->levels; level++) {
		if (stream->accuracy_ppm[level - 1] > stream->accuracy_ppm[from - 1])
			return level;
	}
	return from + 1;
}

static bool inside(const struct plan *p, const struct plan_window *w, u32 job)
{
	return job >= w->first && job <= w->last && p->s->release[job] >= w->release;
}

/* How long it is now: others get less of it where grants have come down. */
static void measure_window(struct plan *p, struct plan_window *w)
{
	if (!p->sharing)
		return;
	p->s->effort += p->s->first[p->s->cpu[w->last] + 1] - w->last;
	p->s->shared[w->last] = plan_shared_ns(p, w->last, VIEW_NOW);
	p->s->bound[w->last] = plan_window_ns(p, 0, w->last);
	w->length = plan_window_ns(p, w->release, w->last);
}

static u64 window_demand(const struct plan *p, const struct plan_window *w)
{
	u64 demand = 0;
	u32 i;

	p->s->effort += w->nr;
	for (i = 0; i < w->nr; i++)
		demand = plan_add(demand, p->s->need[p->s->open[i]]);
	return demand;
}

/* What the stream's jobs in the window would take at @level more than now. */
static u64 growth(const struct plan *p, const struct plan_window *w, u32 stream, u32 level)
{
	u64 now = 0, then = 0;
	u32 i;

	p->s->effort += p->most_jobs;
	for (i = p->s->head[stream]; i != PLAN_NO_JOB; i = p->s->next[i]) {
		if (!inside(p, w, i))
			continue;
		now = plan_add(now, p->s->need[i]);
		then = plan_add(then, plan_job_need(p, i, level, p->in->opps[p->hi].khz, VIEW_NOW));
	}
	return plan_sub(then, now);
}

/* What the jobs of a stream would take at @level, in scratch->need_lower. */
static void find_needs(struct plan *p, u32 stream, u32 level)
{
	struct plan_scratch *s = p->s;
	u32 i;

	p->s->effort += p->most_jobs;
	for (i = s->head[stream]; i != PLAN_NO_JOB; i = s->next[i])
		s->need_lower[i] = s->kind[i] == JOB_ALIKE ? s->need_lower[s->prev[i]] :
				   plan_job_need(p, i, level, p->in->opps[p->hi].khz, VIEW_NOW);
}

static void find_step(struct plan *p, u32 stream)
{
	p->s->weighed[stream] = true;
	p->s->lower[stream] = hull_below(p, stream);
	if (p->s->lower[stream])
		find_needs(p, stream, p->s->lower[stream]);
}

/* The next step down of a stream. It depends on the grant alone and is kept. */
static inline void weigh_step(struct plan *p, u32 stream)
{
	if (!p->s->weighed[stream])
		find_step(p, stream);
}

/* What that step saves inside the window. */
static u64 step_saving(const struct plan *p, const struct plan_window *w, u32 stream)
{
	const struct plan_scratch *s = p->s;
	u64 now = 0, then = 0;
	u32 i;

	p->s->effort += p->most_jobs;
	for (i = s->head[stream]; i != PLAN_NO_JOB && i <= w->last; i = s->next[i]) {
		bool counts = inside(p, w, i);

		now = plan_add(now, counts ? s->need[i] : 0);
		then = plan_add(then, counts ? s->need_lower[i] : 0);
	}
	return plan_sub(now, then);
}

/*
 * A new grant, and needs with it, also changes what is left of the window where its last job
 * shares the CPU.
 */
static void change_grant(struct plan *p, struct plan_window *w, u32 stream, u32 level)
{
	struct plan_stream *st = &p->in->streams[stream];
	u32 i = p->s->head[stream], last = i;

	p->loose += level > st->min_level;
	p->loose -= st->grant > st->min_level;
	w->changed = true;
	st->grant = level;
	p->s->weighed[stream] = false;
	while (i < w->touched && !inside(p, w, i))
		i = p->s->next[i];
	w->touched = plan_min(w->touched, i);
	while (last < w->last)
		last = p->s->next[last];
	if (last != PLAN_NO_JOB)
		measure_window(p, w);
}

static void set_grant(struct plan *p, struct plan_window *w, u32 stream, u32 level)
{
	u32 i;

	for (i = p->s->head[stream]; i != PLAN_NO_JOB; i = p->s->next[i])
		p->s->need[i] = plan_job_need(p, i, level, p->in->opps[p->hi].khz, VIEW_NOW);
	change_grant(p, w, stream, level);
}

/* Take the step down that was weighed. */
static void step_down(struct plan *p, struct plan_window *w, u32 stream)
{
	u32 i;

	for (i = p->s->head[stream]; i != PLAN_NO_JOB; i = p->s->next[i])
		p->s->need[i] = p->s->need_lower[i];
	change_grant(p, w, stream, p->s->lower[stream]);
}

/*
 * Hand out what the last steps down saved beyond need, but no level that is above
 * shed_grant or takes more: the windows done before rely on that.
 */
static void give_back(struct plan *p, struct plan_window *w, u64 demand, u32 nr_gave)
{
	struct plan_scratch *s = p->s;
	u32 g;

	while (!tired(p)) {
		u64 left = plan_sub(w->length, demand), best_gain = 0;
		u32 best = p->nr_streams, best_level = 0, before;

		for (g = 0; g < nr_gave; g++) {
			u32 i = s->gave[g], up;
			const struct plan_stream *stream = &p->in->streams[i];
			u64 gain;

			if (stream->grant >= s->shed_grant[i])
				continue;
			up = plan_level_above(stream, stream->grant);
			gain = plan_weighted_loss(stream, up, stream->grant);
			if (up > s->shed_grant[i] || gain <= best_gain ||
			    s->level_ns[i][up - 1] > s->level_ns[i][s->shed_grant[i] - 1] ||
			    growth(p, w, i, up) > left)
				continue;
			best = i;
			best_level = up;
			best_gain = gain;
		}
		if (best == p->nr_streams)
			return;
		before = p->in->streams[best].grant;
		set_grant(p, w, best, best_level);
		demand = window_demand(p, w);
		/* more of the frame may also have to be shared */
		if (demand > w->length) {
			set_grant(p, w, best, before);
			demand = window_demand(p, w);
			s->shed_grant[best] = before;
		}
	}
}

/* Which member of the batch that the one at @at belongs to has the least rate? */
static void find_least(struct plan *p, u32 at, u32 nr_members)
{
	struct plan_scratch *s = p->s;
	u32 batch = at / PLAN_BATCH, least = batch * PLAN_BATCH, i;
	u32 end = plan_min(least + PLAN_BATCH, nr_members);

	for (i = least + 1; i < end; i++) {
		if (s->rate[s->members[i]] < s->rate[s->members[least]])
			least = i;
	}
	s->least_of[batch] = least;
}

/* And which of all? Batches spare looking at all of them for each step. */
static u32 least_member(const struct plan *p, u32 nr_members)
{
	const struct plan_scratch *s = p->s;
	u32 least = s->least_of[0], batch;

	for (batch = 1; batch * PLAN_BATCH < nr_members; batch++) {
		u32 other = s->least_of[batch];

		if (s->rate[s->members[other]] < s->rate[s->members[least]])
			least = other;
	}
	return least;
}

static void rank_members(struct plan *p, u32 nr_members)
{
	u32 i;

	for (i = 0; i < nr_members; i += PLAN_BATCH)
		find_least(p, i, nr_members);
}

/* The member at @at has another step now, or none and is not one any more. How many remain? */
static u32 rerank_member(struct plan *p, u32 at, u32 nr_members, bool remains)
{
	struct plan_scratch *s = p->s;

	if (!remains) {
		s->members[at] = s->members[--nr_members];
		find_least(p, nr_members, nr_members);
	}
	find_least(p, at, nr_members);
	return nr_members;
}

/* A stream is about to shed: from where, for give_back(). */
static void note_shed(struct plan *p, u32 stream, u32 *nr_gave)
{
	struct plan_scratch *s = p->s;

	if (s->shed_grant[stream])
		return;
	s->shed_grant[stream] = p->in->streams[stream].grant;
	s->gave[(*nr_gave)++] = stream;
}

/* What the jobs of a stream take from the window with the needs given, shared time included. */
static u64 taken(const struct plan *p, const struct plan_window *w, u32 stream, const u64 *need)
{
	u32 end = p->s->first[p->s->cpu[w->last] + 1], i;
	u64 sum = 0;

	p->s->effort += p->most_jobs;
	for (i = p->s->head[stream]; i != PLAN_NO_JOB && i < end; i = p->s->next[i]) {
		if (i > w->last)
			sum = plan_add(sum, plan_share_of(p, w->last, i, need[i]));
		else if (inside(p, w, i))
			sum = plan_add(sum, need[i]);
	}
	return sum;
}

/*
 * The next step down of a stream that shares the CPU with the window's last job and is due
 * later: of all lower levels that the window gains from, the one that loses least for it.
 * It is of this window only.
 */
static void weigh_sharer(struct plan *p, const struct plan_window *w, u32 stream)
{
	const struct plan_stream *st = &p->in->streams[stream];
	struct plan_scratch *s = p->s;
	u64 now = taken(p, w, stream, s->need);
	u32 level;

	s->weighed[stream] = false;
	s->lower[stream] = 0;
	s->rate[stream] = PLAN_NEVER;
	for (level = st->grant; --level >= st->min_level; ) {
		u64 loss = plan_weighted_loss(st, st->grant, level), gain;

		find_needs(p, stream, level);
		gain = plan_sub(now, taken(p, w, stream, s->need_lower));
		if (!gain || (s->lower[stream] && !loses_less(loss, gain, s->rate[stream])))
			continue;
		s->lower[stream] = level;
		s->rate[stream] = plan_loss_rate(loss, gain);
	}
}

/*
 * Who is due after the window and shares the CPU with its last job gives way to it. What one
 * of them takes has nothing to do with what others do, so only the one that steps is weighed
 * again.
 */
static u64 shed_sharers(struct plan *p, struct plan_window *w, u64 demand, u32 *nr_gave)
{
	struct plan_scratch *s = p->s;
	u32 nr_members = 0, job;

	for (job = w->last + 1; job < s->first[s->cpu[w->last] + 1] && !tired(p); job++) {
		u32 stream = s->stream[job];

		p->s->effort++;
		/* once each */
		if (s->prev[job] != PLAN_NO_JOB && s->prev[job] > w->last)
			continue;
		weigh_sharer(p, w, stream);
		s->members[nr_members] = stream;
		nr_members += s->lower[stream] != 0;
	}

	rank_members(p, nr_members);
	while (nr_members && demand > w->length && !tired(p)) {
		u32 best = least_member(p, nr_members), stream = s->members[best];

		note_shed(p, stream, nr_gave);
		set_grant(p, w, stream, s->lower[stream]);
		demand = window_demand(p, w);
		weigh_sharer(p, w, stream);
		nr_members = rerank_member(p, best, nr_members, s->lower[stream]);
	}
	return demand;
}

/* Make a window whose demand is too much fit, as far as levels can. */
static void shed(struct plan *p, struct plan_window *w, u64 demand)
{
	struct plan_scratch *s = p->s;
	u32 nr_members = 0, nr_gave = 0, i;

	p->s->effort += w->nr;
	for (i = 0; i < w->nr; i++) {
		u32 job = s->open[i], stream = s->stream[job];

		weigh_step(p, stream);
		/* once each, and without a jump that nobody can foresee */
		s->members[nr_members] = stream;
		nr_members += (s->nth[job] == 1) & (s->lower[stream] != 0);
	}

	rank_members(p, nr_members);
	while (nr_members && !tired(p)) {
		u32 best = least_member(p, nr_members), stream = s->members[best];
		u64 saving = step_saving(p, w, stream);

		if (saving) {
			note_shed(p, stream, &nr_gave);
			step_down(p, w, stream);
			/* only a demand that has not saturated can be counted down */
			demand = demand < PLAN_NEVER ? demand - saving : window_demand(p, w);
			if (demand <= w->length)
				break;
			weigh_step(p, stream);
		}
		nr_members = rerank_member(p, best, nr_members, saving && s->lower[stream]);
	}
	if (demand > w->length && s->shared[w->last])
		demand = shed_sharers(p, w, demand, &nr_gave);
	if (demand <= w->length)
		give_back(p, w, demand, nr_gave);
	for (i = 0; i < nr_gave; i++)
		s->shed_grant[s->gave[i]] = 0;
}

/*
 * Make the windows of an opening fit. Those that already end before their latest beginning
 * are told by a comparison; it cannot tell where time begins or nothing is due.
 */
static void shed_opening(struct plan *p, const struct plan_opening *o, u32 first)
{
	struct plan_scratch *s = p->s;
	struct plan_window w = { .release = o->release, .first = first };
	u32 i, from;

	plan_fill_windows(p, o, o->changed);
	plan_number_jobs(p, o);
	p->s->effort += o->nr;
	for (i = 0; i < o->nr && p->loose && !tired(p); i++) {
		if (o->release && s->latest[i] >= o->release)
			continue;
		w.last = s->open[i];
		w.touched = w.last;
		w.nr = i + 1;
		w.changed = false;
		w.length = plan_window_ns(p, w.release, w.last);
		if (s->demand[i] <= w.length || plan_job_late(p, w.last))
			continue;
		measure_window(p, &w);
		if (s->demand[i] > w.length)
			shed(p, &w, s->demand[i]);
		if (!w.changed) {
			s->latest[i] = plan_sub(s->bound[w.last], s->demand[i]);
			continue;
		}
		p->s->effort += o->nr;
		for (from = i; from && s->open[from - 1] >= w.touched; from--)
			;
		plan_fill_windows(p, o, from);
	}
}

/* How many streams of a CPU have lower levels? One whose jobs are on several may count twice. */
static u32 count_loose(const struct plan *p, u32 cpu)
{
	const struct plan_scratch *s = p->s;
	u32 loose = 0, job;

	for (job = s->first[cpu]; job < s->first[cpu + 1]; job++) {
		const struct plan_stream *stream = &p->in->streams[s->stream[job]];
		u32 prev = s->prev[job];

		loose += stream->grant > stream->min_level &&
			 (prev == PLAN_NO_JOB || s->cpu[prev] != cpu);
	}
	return loose;
}

/* There was no time to choose among the streams of a CPU: all go down. */
static void shed_all(struct plan *p, u32 cpu)
{
	struct plan_scratch *s = p->s;
	u32 job, i;

	for (job = s->first[cpu]; job < s->first[cpu + 1]; job++) {
		u32 index = s->stream[job];
		struct plan_stream *stream = &p->in->streams[index];

		if (stream->grant == stream->min_level)
			continue;
		stream->grant = stream->min_level;
		s->weighed[index] = false;
		for (i = s->head[index]; i != PLAN_NO_JOB; i = s->next[i])
			s->need[i] = plan_job_need(p, i, stream->grant,
						   p->in->opps[p->hi].khz, VIEW_NOW);
	}
}

/*
 * Lower grants until every window fits at the highest frequency allowed. Windows
 * that open late are the narrow ones; what they force is no choice, so they come
 * first. Grants are not raised beyond those a window began with, hence windows
 * that fit once still do at the end. Where that takes too long there is no choice either.
 */
void plan_shed_levels(struct plan *p)
{
	struct plan_opening o;
	u32 cpu;

	/* windows that do not seem to fit are measured one by one */
	plan_look_roughly(p, p->in->opps[p->hi].khz, VIEW_NOW);
	for (cpu = 0; cpu < p->nr_cpus; cpu++) {
		p->s->effort = 0;
		p->loose = count_loose(p, cpu);
		plan_openings(p, cpu, &o);
		while (p->loose && !tired(p) && plan_next_opening(p, &o))
			shed_opening(p, &o, p->s->first[cpu]);
		if (tired(p))
			shed_all(p, cpu);
		p->s->most_effort = plan_max(p->s->most_effort, p->s->effort);
	}
}
