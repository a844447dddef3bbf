// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mapping's view of one cluster: given its streams, which levels fit, at which
 * OPP, and what that takes.
 */
#include "mapping_parts.h"

/*
 * Where an energy model is missing the planner's guess is for a CPU of full capacity;
 * smaller ones draw less with its square (the speed of cores grows with about the root of
 * their size).
 */
#define FULL_CAPACITY		1024

#define PPB			1000000000ULL

/*********************************** Power **************************************/

static u64 busy_uw(const struct map *m, const struct map_cluster *c, u32 opp)
{
	if (m->known)
		return c->opps[opp].busy_uw;
	return plan_mul_div(plan_guess_uw(c->opps[opp].khz, c->opps[c->nr_opps - 1].khz),
			    (u64)c->capacity * c->capacity, FULL_CAPACITY * FULL_CAPACITY);
}

static u64 idle_uw(const struct map *m, const struct map_cluster *c, u32 opp)
{
	return m->known ? c->opps[opp].idle_uw : 0;
}

static u32 share_of(u32 other_ppm)
{
	return plan_min(other_ppm, PLAN_PPM);
}

/*
 * Power of a cluster while its streams run, who spread over as many CPUs as they can;
 * the planner asks the same of its budget.
 */
u64 map_peak_uw(const struct map *m, u32 cluster, const u8 *assign, u32 opp)
{
	const struct map_cluster *c = &m->in->clusters[cluster];
	u64 busy = busy_uw(m, c, opp), idle = idle_uw(m, c, opp), mask = 0, uw = 0;
	u32 nr = 0, taken = 0, cpu, i;

	for (i = 0; i < m->nr_streams; i++) {
		if (assign[i] != cluster)
			continue;
		mask |= m->in->streams[i].cpus[cluster] & c->cpus;
		nr++;
	}
	for (cpu = 0; cpu < c->nr_cpus; cpu++) {
		u32 share = share_of(c->other_ppm[cpu]);

		if (!(c->cpus >> cpu & 1))
			continue;
		if (mask >> cpu & 1 && taken < nr) {
			share = PLAN_PPM;
			taken++;
		}
		uw += plan_mul_div(busy, share, PLAN_PPM) +
		      plan_mul_div(idle, PLAN_PPM - share, PLAN_PPM);
	}
	return uw;
}

/************************************ OPPs **************************************/

/* The OPPs that limits and the cluster's own budget allow, whoever runs there. */
void map_limits(const struct map *m, u32 cluster, u32 *lo, u32 *hi)
{
	const struct map_cluster *c = &m->in->clusters[cluster];

	plan_limits(c->opps, c->nr_opps, c->min_khz, c->max_khz, lo, hi);
}

/* Where other tasks keep the clock. */
static u32 follow_opp(const struct map_cluster *c, u32 lo, u32 hi)
{
	while (lo < hi && c->opps[lo].khz < c->follow_khz)
		lo++;
	return lo;
}

/*********************************** Streams ************************************/

static const struct plan_cost *cost_of(const struct map *m, u32 stream, u32 cluster, u32 level)
{
	return &m->in->streams[stream].cost[m->in->clusters[cluster].type][level - 1];
}

static u64 period_of(const struct map_stream *stream)
{
	return plan_max(stream->period_ns ?: stream->deadline_ns, 1);
}

/*
 * How much of a CPU a stream takes, if each frame is to make it: a part that goes with
 * 1 / frequency, and one that does not.
 */
static void find_share(const struct map *m, u32 stream, u32 cluster, u32 level,
		       struct map_share *share)
{
	const struct plan_cost *cost = cost_of(m, stream, cluster, level);
	const struct map_cluster *c = &m->in->clusters[cluster];
	const struct map_stream *st = &m->in->streams[stream];
	u64 span = plan_min(period_of(st), plan_max(st->deadline_ns, 1));
	u64 wide = PLAN_PPM + c->margin_ppm;

	if (st->cluster != cluster && st->cluster != MAP_NOWHERE)
		wide += MAP_DOUBT_PPM;
	wide = plan_mul_div(wide, plan_max(cost->tail_ppm, PLAN_PPM), PLAN_PPM);
	share->ppm_khz = plan_mul_div(plan_mul_div(cost->cycles, wide, PLAN_PPM),
				      1000000ULL * PLAN_PPM, span);
	share->ppm = plan_mul_div(plan_add(plan_mul_div(cost->stall_ns, wide, PLAN_PPM),
					   c->switch_ns), PLAN_PPM, span);
}

static u64 share_at(const struct map_share *share, u32 khz)
{
	return plan_add(plan_div(share->ppm_khz, khz), share->ppm);
}

/* The same at an OPP, in ppm. */
u64 map_density(const struct map *m, u32 stream, u32 cluster, u32 level, u32 opp)
{
	struct map_share share;

	find_share(m, stream, cluster, level, &share);
	return share_at(&share, m->in->clusters[cluster].opps[opp].khz);
}

static u64 work_nj(const struct map *m, u32 stream, u32 cluster, u32 level, u32 opp, u64 uw)
{
	const struct plan_cost *cost = cost_of(m, stream, cluster, level);

	return plan_energy_nj(cost->cycles, cost->stall_ns,
			      m->in->clusters[cluster].opps[opp].khz, uw);
}

/* Energy of a mean frame. */
u64 map_frame_nj(const struct map *m, u32 stream, u32 cluster, u32 level, u32 opp)
{
	return work_nj(m, stream, cluster, level, opp,
		       busy_uw(m, &m->in->clusters[cluster], opp));
}

/* Mean power of a stream beyond that of a CPU idling at the lowest OPP instead. */
u64 map_stream_uw(const struct map *m, u32 stream, u32 cluster, u32 level, u32 opp)
{
	const struct map_cluster *c = &m->in->clusters[cluster];
	u64 uw;
	u32 lo, hi;

	map_limits(m, cluster, &lo, &hi);
	uw = plan_sub(busy_uw(m, c, opp), idle_uw(m, c, lo));
	return plan_mul_div(work_nj(m, stream, cluster, level, opp, uw), 1000000,
			    period_of(&m->in->streams[stream]));
}

/* The cheapest OPP at which a stream has its frames done, if it is alone. */
u32 map_own_opp(const struct map *m, u32 stream, u32 cluster, u32 level)
{
	u32 lo, hi, opp, best;
	u64 least;

	map_limits(m, cluster, &lo, &hi);
	while (lo < hi && map_density(m, stream, cluster, level, lo) > PLAN_PPM)
		lo++;
	best = lo;
	least = map_stream_uw(m, stream, cluster, level, lo);
	for (opp = lo + 1; opp <= hi; opp++) {
		u64 uw = map_stream_uw(m, stream, cluster, level, opp);

		if (uw >= least)
			continue;
		least = uw;
		best = opp;
	}
	return best;
}

/*********************************** Packing ************************************/

/* Those bound to one CPU first, who cannot give way; then the largest. */
static bool goes_before(const struct map *m, const struct map_cluster *c, u32 cluster, u32 a,
			u32 b)
{
	u64 mask_a = m->in->streams[a].cpus[cluster] & c->cpus;
	u64 mask_b = m->in->streams[b].cpus[cluster] & c->cpus;
	bool bound_a = !(mask_a & (mask_a - 1)), bound_b = !(mask_b & (mask_b - 1));

	if (bound_a != bound_b)
		return bound_a;
	return m->s->density[a] > m->s->density[b];
}

/*
 * Spread the members over the CPUs, each to the one with the most room. Returns what
 * does not fit and marks the CPUs that are @over.
 */
static u64 pack(struct map *m, u32 cluster, u32 nr, const u8 *level, u32 opp, u64 *over)
{
	const struct map_cluster *c = &m->in->clusters[cluster];
	struct map_scratch *s = m->s;
	u64 late = 0;
	u32 cpu, i, k;

	*over = 0;
	map_spend(m, nr);
	for (cpu = 0; cpu < c->nr_cpus; cpu++)
		s->room[cpu] = PLAN_PPM - share_of(c->other_ppm[cpu]);
	for (i = 0; i < nr; i++) {
		u32 stream = s->member[i];

		if (s->share_of[stream] != level[stream]) {
			s->share_of[stream] = level[stream];
			find_share(m, stream, cluster, level[stream], &s->share[stream]);
		}
		s->density[stream] = share_at(&s->share[stream], c->opps[opp].khz);
		for (k = i; k && goes_before(m, c, cluster, stream, s->member[k - 1]); k--)
			s->member[k] = s->member[k - 1];
		s->member[k] = stream;
	}
	for (i = 0; i < nr; i++) {
		u32 stream = s->member[i], best = PLAN_MAX_CPUS;
		u64 mask = m->in->streams[stream].cpus[cluster] & c->cpus;

		for (cpu = 0; cpu < c->nr_cpus; cpu++)
			if (mask >> cpu & 1 &&
			    (best == PLAN_MAX_CPUS || s->room[cpu] > s->room[best]))
				best = cpu;
		s->cpu_of[stream] = best;
		if (s->density[stream] > s->room[best]) {
			late = plan_add(late, s->density[stream] - s->room[best]);
			*over |= 1ULL << best;
		}
		s->room[best] = plan_sub(s->room[best], s->density[stream]);
	}
	return late;
}

/*********************************** Levels *************************************/

static u64 loss(const struct map_stream *stream, u32 from, u32 to)
{
	return (u64)stream->weight *
	       plan_sub(stream->accuracy_ppm[from - 1], stream->accuracy_ppm[to - 1]);
}

/* The next point down the hull of a stream, and what it loses per time; 0: none. */
static u32 step_down(const struct map *m, u32 cluster, u32 stream, u32 level, u32 opp, u64 *rate)
{
	const struct map_stream *st = &m->in->streams[stream];
	u32 best = 0, to;

	for (to = level; --to >= st->min_level; ) {
		u64 saving = plan_sub(m->s->density[stream],
				      map_density(m, stream, cluster, to, opp)), r;

		if (!saving)
			continue;
		r = plan_mul_div(loss(st, level, to), 1ULL << 20, saving);
		if (best && r >= *rate)
			continue;
		best = to;
		*rate = r;
	}
	return best;
}

/* Lower levels until all fit; what cannot be helped is returned. */
static u64 shed(struct map *m, u32 cluster, u32 nr, u8 *level, u32 opp)
{
	u64 over, late;
	u32 i;

	while ((late = pack(m, cluster, nr, level, opp, &over))) {
		u32 victim = MAP_NOWHERE, to = 0;
		u64 least = 0;

		for (i = 0; i < nr; i++) {
			u32 stream = m->s->member[i], step;
			u64 rate = 0;

			if (!(over >> m->s->cpu_of[stream] & 1))
				continue;
			step = step_down(m, cluster, stream, level[stream], opp, &rate);
			if (!step || (to && rate >= least))
				continue;
			victim = stream;
			to = step;
			least = rate;
		}
		if (!to)
			return late;
		level[victim] = to;
	}
	return 0;
}

/* The last steps down saved more than was asked for: the most valuable first. */
static void give_back(struct map *m, u32 cluster, u32 nr, u8 *level, u32 opp)
{
	u64 tried = 0, over;
	u32 i;

	for (;;) {
		u32 best = MAP_NOWHERE;
		u64 most = 0;

		for (i = 0; i < nr; i++) {
			u32 stream = m->s->member[i];
			u64 gain;

			if (tried >> stream & 1 || level[stream] >= m->s->target[stream])
				continue;
			gain = loss(&m->in->streams[stream], level[stream] + 1, level[stream]);
			if (best != MAP_NOWHERE && gain <= most)
				continue;
			best = stream;
			most = gain;
		}
		if (best == MAP_NOWHERE)
			return;
		level[best]++;
		if (!pack(m, cluster, nr, level, opp, &over))
			continue;
		level[best]--;
		tried |= 1ULL << best;
	}
}

/********************************** The cluster *********************************/

/**
 * struct members - what the members of a cluster have their CPUs do
 * @hz: cycles per second that scale with frequency
 * @stall_ppb: time that does not
 * @others: CPUs beside the one that runs
 * @wake_uw: for keeping the cluster awake
 */
struct members {
	u64 hz;
	u64 stall_ppb;
	u64 others;
	u64 wake_uw;
};

static void sum_members(struct map *m, u32 cluster, u32 nr, const u8 *level, struct members *sum)
{
	const struct map_cluster *c = &m->in->clusters[cluster];
	u64 busiest = 0;
	u32 cpu, i;

	map_spend(m, nr);
	*sum = (struct members) { };
	for (i = 0; i < nr; i++) {
		u32 stream = m->s->member[i];
		const struct plan_cost *cost = cost_of(m, stream, cluster, level[stream]);
		u64 period = period_of(&m->in->streams[stream]);

		sum->hz = plan_add(sum->hz, plan_mul_div(cost->cycles, PPB, period));
		sum->stall_ppb = plan_add(sum->stall_ppb,
					  plan_mul_div(cost->stall_ns, PPB, period));
	}
	for (cpu = 0; cpu < c->nr_cpus; cpu++) {
		sum->others += c->cpus >> cpu & 1;
		busiest = plan_max(busiest, share_of(c->other_ppm[cpu]));
	}
	sum->others = plan_sub(sum->others, 1);
	/* nobody has to wake it for us if it is awake anyway */
	sum->wake_uw = plan_mul_div(c->wake_uw, PLAN_PPM - busiest, PLAN_PPM);
}

/* Mean power of the members at an OPP, and of what they keep awake. */
static u64 members_uw(const struct map *m, u32 cluster, const struct members *sum, u32 opp, u32 lo)
{
	const struct map_cluster *c = &m->in->clusters[cluster];
	u64 busy = plan_add(plan_mul_div(sum->hz, PPB / 1000, c->opps[opp].khz), sum->stall_ppb);
	u64 uw = plan_mul_div(busy, plan_sub(busy_uw(m, c, opp), idle_uw(m, c, lo)), PPB);
	u64 idle = plan_sub(idle_uw(m, c, opp), idle_uw(m, c, lo));

	/* the other CPUs idle at the same voltage meanwhile */
	uw = plan_add(uw, plan_mul_div(sum->others * idle, plan_min(busy, PPB), PPB));
	return plan_add(uw, sum->wake_uw);
}

/* The lowest OPP at which all fit, then the cheapest from there. */
static u32 choose_opp(struct map *m, u32 cluster, u32 nr, const u8 *level, u32 lo, u32 hi)
{
	u32 from = follow_opp(&m->in->clusters[cluster], lo, hi), to = hi, best, opp;
	struct members sum;
	u64 least, over;

	while (from < to) {
		u32 mid = (from + to) / 2;

		if (pack(m, cluster, nr, level, mid, &over))
			from = mid + 1;
		else
			to = mid;
	}
	best = from;
	sum_members(m, cluster, nr, level, &sum);
	least = members_uw(m, cluster, &sum, best, lo);
	for (opp = from + 1; opp <= hi; opp++) {
		u64 uw = members_uw(m, cluster, &sum, opp, lo);

		if (uw >= least)
			continue;
		least = uw;
		best = opp;
	}
	return best;
}

/* The stream over its energy budget that can go lower, or MAP_NOWHERE. */
static u32 spender(const struct map *m, u32 cluster, u32 nr, const u8 *level, u32 opp)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		u32 stream = m->s->member[i];
		const struct map_stream *st = &m->in->streams[stream];

		if (st->energy_budget_nj && level[stream] > st->min_level &&
		    map_frame_nj(m, stream, cluster, level[stream], opp) > st->energy_budget_nj)
			return stream;
	}
	return MAP_NOWHERE;
}

/* Look at a cluster with the streams that @assign gives it, and no OPP above @hi. */
void map_look(struct map *m, u32 cluster, const u8 *assign, u32 hi, struct map_load *load)
{
	const struct map_cluster *c = &m->in->clusters[cluster];
	u32 nr = 0, stream, i;
	struct members sum;

	map_spend(m, 1);
	*load = (struct map_load) { };
	map_limits(m, cluster, &load->lo, &load->hi);
	load->hi = plan_min(load->hi, plan_max(hi, load->lo));
	while (c->budget_uw && load->hi > load->lo &&
	       map_peak_uw(m, cluster, assign, load->hi) > c->budget_uw)
		load->hi--;

	for (i = 0; i < m->nr_streams; i++) {
		if (assign[i] != cluster)
			continue;
		m->s->member[nr++] = i;
		load->level[i] = m->s->target[i];
		m->s->share_of[i] = 0;
	}
	if (!nr) {
		load->opp = follow_opp(c, load->lo, load->hi);
		load->peak_uw = map_peak_uw(m, cluster, assign, load->opp);
		return;
	}

	load->late_ppm = shed(m, cluster, nr, load->level, load->hi);
	if (!load->late_ppm)
		give_back(m, cluster, nr, load->level, load->hi);
	for (;;) {
		load->opp = load->late_ppm ? load->hi :
			    choose_opp(m, cluster, nr, load->level, load->lo, load->hi);
		stream = spender(m, cluster, nr, load->level, load->opp);
		if (stream == MAP_NOWHERE)
			break;
		load->level[stream]--;
	}
	sum_members(m, cluster, nr, load->level, &sum);
	load->uw = members_uw(m, cluster, &sum, load->opp, load->lo);
	load->peak_uw = map_peak_uw(m, cluster, assign, load->opp);
	for (i = 0; i < nr; i++) {
		const struct map_stream *st;

		stream = m->s->member[i];
		st = &m->in->streams[stream];
		load->accuracy += (u64)st->weight * st->accuracy_ppm[load->level[stream] - 1];
	}
}
