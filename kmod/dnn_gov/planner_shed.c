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
 */
struct plan_window {
	u64 release;
	u64 length;
	u32 first;
	u32 last;
	u32 nr;
};

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

/*
 * The next point of the stream's hull below its grant: of all lower levels that
 * save time, the one that loses least per time. 0 where there is none.
 */
static u32 hull_below(struct plan *p, u32 index)
{
	const struct plan_stream *stream = &p->in->streams[index];
	u64 *level_ns = p->s->level_ns[index];
	u32 level, best = 0;

	if (!p->s->timed[index]) {
		for (level = 1; level <= stream->levels; level++)
			level_ns[level - 1] = plan_time_ns(&stream->cost[level - 1],
							   p->in->opps[p->hi].khz, true);
		p->s->timed[index] = true;
	}

	for (level = stream->grant; --level >= stream->min_level; ) {
		u64 time = plan_sub(level_ns[stream->grant - 1], level_ns[level - 1]), rate;

		if (!time)
			continue;
		rate = plan_loss_rate(plan_weighted_loss(stream, stream->grant, level), time);
		if (!best || rate < p->s->rate[index]) {
			best = level;
			p->s->rate[index] = rate;
		}
	}
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
	p->s->shared[w->last] = plan_shared_ns(p, w->last, VIEW_NOW);
	w->length = plan_window_ns(p, w->release, w->last);
}

static u64 window_demand(const struct plan *p, const struct plan_window *w)
{
	u64 demand = 0;
	u32 i;

	for (i = 0; i < w->nr; i++)
		demand = plan_add(demand, p->s->need[p->s->open[i]]);
	return demand;
}

/* What the stream's jobs in the window would take at @level more than now. */
static u64 growth(const struct plan *p, const struct plan_window *w, u32 stream, u32 level)
{
	u64 now = 0, then = 0;
	u32 i;

	for (i = p->s->head[stream]; i != PLAN_NO_JOB; i = p->s->next[i]) {
		if (!inside(p, w, i))
			continue;
		now = plan_add(now, p->s->need[i]);
		then = plan_add(then, plan_job_need(p, i, level, p->in->opps[p->hi].khz, VIEW_NOW));
	}
	return plan_sub(then, now);
}

/* Find the next step down of a stream. It depends on the grant alone and is kept. */
static void weigh_step(struct plan *p, u32 stream)
{
	struct plan_scratch *s = p->s;
	u32 grant = p->in->streams[stream].grant, i;

	if (s->lower_of[stream] == grant)
		return;
	s->lower_of[stream] = grant;
	s->lower[stream] = hull_below(p, stream);
	if (!s->lower[stream]) {
		s->rate[stream] = PLAN_NEVER;
		return;
	}
	for (i = s->head[stream]; i != PLAN_NO_JOB; i = s->next[i])
		s->need_lower[i] = plan_job_need(p, i, s->lower[stream], p->in->opps[p->hi].khz,
						 VIEW_NOW);
}

/* What that step saves inside the window. */
static u64 step_saving(const struct plan *p, const struct plan_window *w, u32 stream)
{
	const struct plan_scratch *s = p->s;
	u64 now = 0, then = 0;
	u32 i;

	for (i = s->head[stream]; i != PLAN_NO_JOB; i = s->next[i]) {
		if (!inside(p, w, i))
			continue;
		now = plan_add(now, s->need[i]);
		then = plan_add(then, s->need_lower[i]);
	}
	return plan_sub(now, then);
}

/* A new grant also changes what is left of the window where its last job shares the CPU. */
static void set_grant(struct plan *p, struct plan_window *w, u32 stream, u32 level)
{
	u32 i;

	p->in->streams[stream].grant = level;
	for (i = p->s->head[stream]; i != PLAN_NO_JOB; i = p->s->next[i])
		p->s->need[i] = plan_job_need(p, i, level, p->in->opps[p->hi].khz, VIEW_NOW);
	measure_window(p, w);
}

/*
 * Hand out what the last steps down saved beyond need, but no level that is above
 * shed_grant or takes more: the windows done before rely on that.
 */
static void give_back(struct plan *p, struct plan_window *w, u32 nr_gave)
{
	struct plan_scratch *s = p->s;
	u32 g;

	for (;;) {
		u64 left = plan_sub(w->length, window_demand(p, w)), best_gain = 0;
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
		/* more of the frame may also have to be shared */
		if (window_demand(p, w) > w->length) {
			set_grant(p, w, best, before);
			s->shed_grant[best] = before;
		}
	}
}

/* Make a window whose demand is too much fit, as far as levels can. */
static void shed(struct plan *p, struct plan_window *w, u64 demand)
{
	struct plan_scratch *s = p->s;
	u32 nr_members = 0, nr_gave = 0, i;

	for (i = 0; i < w->nr; i++)
		s->count[s->stream[s->open[i]]] = 0;
	for (i = 0; i < w->nr; i++) {
		u32 stream = s->stream[s->open[i]];

		if (s->count[stream])
			continue;
		s->count[stream] = 1;
		s->shed_grant[stream] = p->in->streams[stream].grant;
		weigh_step(p, stream);
		if (s->lower[stream])
			s->members[nr_members++] = stream;
	}

	while (nr_members && demand > w->length) {
		u32 best = 0, stream;
		u64 saving;

		for (i = 1; i < nr_members; i++) {
			if (s->rate[s->members[i]] < s->rate[s->members[best]])
				best = i;
		}
		stream = s->members[best];
		saving = step_saving(p, w, stream);
		if (saving) {
			if (p->in->streams[stream].grant == s->shed_grant[stream])
				s->gave[nr_gave++] = stream;
			set_grant(p, w, stream, s->lower[stream]);
			/* only a demand that has not saturated can be counted down */
			demand = demand < PLAN_NEVER ? demand - saving : window_demand(p, w);
			weigh_step(p, stream);
		}
		if (!saving || !s->lower[stream])
			s->members[best] = s->members[--nr_members];
	}
	if (demand <= w->length)
		give_back(p, w, nr_gave);
}

/*
 * Lower grants until every window fits at the highest frequency allowed. Windows
 * that open late are the narrow ones; what they force is no choice, so they come
 * first. Grants are not raised beyond those a window began with, hence windows
 * that fit once still do at the end.
 */
void plan_shed_levels(struct plan *p)
{
	struct plan_scratch *s = p->s;
	u32 cpu, i;

	plan_look(p, p->in->opps[p->hi].khz, VIEW_NOW);
	for (cpu = 0; cpu < p->nr_cpus; cpu++) {
		struct plan_window w = { .first = s->first[cpu] };
		struct plan_opening o;

		plan_openings(p, cpu, &o);
		while (plan_next_opening(p, &o)) {
			u64 demand = 0;

			w.release = o.release;
			for (i = 0; i < o.nr; i++) {
				w.last = s->open[i];
				w.nr = i + 1;
				w.length = plan_window_ns(p, w.release, w.last);
				demand = plan_add(demand, s->need[w.last]);
				if (demand <= w.length || plan_job_late(p, w.last))
					continue;
				measure_window(p, &w);
				if (demand <= w.length)
					continue;
				shed(p, &w, demand);
				demand = window_demand(p, &w);
			}
		}
	}
}
