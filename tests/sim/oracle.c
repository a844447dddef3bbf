// SPDX-License-Identifier: MIT
#include "oracle.h"

#include <errno.h>
#include <linux/dnn_gov.h>
#include <stdlib.h>
#include <string.h>

#include "oracle_optimal.h"

#define JOBS_MAX	512	/* whose times overlap */

struct place {
	u32 cluster;
	u32 cpu;
};

/**
 * struct seer - the frames of one CPU that overlap
 * @place: where each stream runs
 * @jobs: them
 * @level: of each
 * @factor: cost over the mean of each
 * @nr: how many
 * @cap: highest OPP while they are there
 * @opps: of the CPU, in work per time instead of frequency
 */
struct seer {
	const struct scenario *s;
	u64 seed;
	struct place place[SCENARIO_STREAMS_MAX];
	struct oracle_job jobs[JOBS_MAX];
	u32 level[JOBS_MAX];
	double factor[JOBS_MAX];
	u32 nr;
	u32 cap;
	struct plan_opp opps[PLAN_MAX_OPPS];
	u32 nr_opps;
	double nj;
	struct sim_result *result;
	double accuracy;
	double levels;
};

static void fill_job(struct seer *seer, u32 i, u32 cluster)
{
	struct oracle_job *job = &seer->jobs[i];
	const struct scenario_stream *st = &seer->s->streams[job->stream];
	const struct scenario_level *l = &st->levels[seer->level[i] - 1];

	/* frequency stands for work per time, so cycles stand for work */
	job->cycles = (double)l->work_ns * st->factor_ppm[cluster] * 1e-6 * seer->factor[i];
	job->stall_ns = (double)l->stall_ns * seer->factor[i];
	job->wall = 1;
}

/* Lower the level that is worth least per time saved; false: there is none. */
static bool lower_one(struct seer *seer, u32 cluster)
{
	double best = -1;
	u32 i, which = 0;

	for (i = 0; i < seer->nr; i++) {
		const struct scenario_stream *st = &seer->s->streams[seer->jobs[i].stream];
		const struct scenario_level *l = &st->levels[seer->level[i] - 1];
		double lost, saved;

		if (seer->level[i] == 1)
			continue;
		lost = 1 + (double)st->weight * plan_sub(l->accuracy_ppm, l[-1].accuracy_ppm);
		saved = (double)(l->work_ns - l[-1].work_ns + l->stall_ns - l[-1].stall_ns);
		if (saved / lost > best) {
			best = saved / lost;
			which = i;
		}
	}
	if (best < 0)
		return false;
	seer->level[which]--;
	fill_job(seer, which, cluster);
	return true;
}

/* The frames gathered have nobody else to share the CPU with. */
static int settle(struct seer *seer, u32 cluster)
{
	double nj;
	u32 i;

	if (!seer->nr)
		return 0;
	while (oracle_slack(seer->jobs, seer->nr, seer->opps[seer->cap].khz) < 0)
		if (!lower_one(seer, cluster))
			return -EOPNOTSUPP;
	nj = oracle_least_nj(seer->jobs, seer->nr, seer->opps, seer->cap + 1, 1, NULL);
	if (nj < 0)
		return -ENOMEM;
	seer->nj += nj;
	for (i = 0; i < seer->nr; i++) {
		const struct scenario_stream *st = &seer->s->streams[seer->jobs[i].stream];

		seer->levels += seer->level[i];
		seer->accuracy += st->levels[seer->level[i] - 1].accuracy_ppm * 1e-6;
	}
	seer->result->frames += seer->nr;
	seer->nr = 0;
	seer->cap = seer->nr_opps - 1;
	return 0;
}

/* The last value before @at of what changes, or @start. */
static u64 value_at(const struct scenario *s, enum scenario_what what, u32 index, u64 start, u64 at)
{
	u32 i;

	for (i = 0; i < s->nr_changes && s->changes[i].at_ns <= at; i++)
		if (s->changes[i].what == what && s->changes[i].index == index)
			start = s->changes[i].value;
	return start;
}

/* A cap counts for frames that are there when it comes, too. */
static u32 cap_during(const struct seer *seer, u32 cluster, u64 from, u64 to)
{
	u64 khz = value_at(seer->s, CHANGE_CAP, cluster, 0, from), most = khz ? khz : PLAN_NEVER;
	const struct platform_cluster *c = &seer->s->platform.clusters[cluster];
	u32 i, cap = c->nr_opps - 1;

	for (i = 0; i < seer->s->nr_changes; i++) {
		const struct scenario_change *change = &seer->s->changes[i];

		if (change->what == CHANGE_CAP && change->index == cluster &&
		    change->at_ns > from && change->at_ns < to && change->value)
			most = plan_min(most, change->value);
	}
	while (cap && c->opps[cap].khz > most)
		cap--;
	return cap;
}

static int add_frame(struct seer *seer, u32 stream, u64 frame, u64 release, u32 cluster)
{
	const struct scenario_stream *st = &seer->s->streams[stream];
	u32 i = seer->nr++;

	if (i == JOBS_MAX)
		return -EOPNOTSUPP;
	seer->factor[i] = scenario_factor(seer->s, seer->seed, stream, frame);
	seer->level[i] = st->nr_levels;
	seer->jobs[i] = (struct oracle_job) {
		.stream = stream,
		.release_ns = release,
		.deadline_ns = release +
			value_at(seer->s, CHANGE_DEADLINE, stream, st->deadline_ns, release),
	};
	fill_job(seer, i, cluster);
	seer->cap = (u32)plan_min(seer->cap, cap_during(seer, cluster, release,
							 seer->jobs[i].deadline_ns));
	return 0;
}

/* Frames before those that count, as sim_stream.c has them. */
static u64 frames_before(const struct scenario *s, u32 stream)
{
	const struct scenario_stream *st = &s->streams[stream];

	return (s->warm_ns + st->phase_ns) / st->period_ns;
}

/* All frames of one CPU, those that overlap together. */
static int see_cpu(struct seer *seer, struct place place)
{
	u64 next[SCENARIO_STREAMS_MAX] = { 0 }, frame[SCENARIO_STREAMS_MAX], until = 0;
	u32 i;
	int ret;

	for (i = 0; i < seer->s->nr_streams; i++) {
		const struct scenario_stream *st = &seer->s->streams[i];
		bool here = seer->place[i].cluster == place.cluster &&
			seer->place[i].cpu == place.cpu;

		frame[i] = frames_before(seer->s, i) - st->phase_ns / st->period_ns;
		next[i] = here ? st->phase_ns % st->period_ns : PLAN_NEVER;
	}
	seer->cap = seer->nr_opps - 1;
	for (;;) {
		u32 first = 0;

		for (i = 1; i < seer->s->nr_streams; i++)
			if (next[i] < next[first])
				first = i;
		if (next[first] >= seer->s->duration_ns)
			return settle(seer, place.cluster);
		if (next[first] >= until) {
			ret = settle(seer, place.cluster);
			if (ret)
				return ret;
		}
		ret = add_frame(seer, first, frame[first], next[first], place.cluster);
		if (ret)
			return ret;
		until = plan_max(until, seer->jobs[seer->nr - 1].deadline_ns);
		next[first] += seer->s->streams[first].period_ns;
		frame[first]++;
	}
}

static u32 cpus_used(const struct seer *seer, u32 cluster)
{
	u64 used = 0;
	u32 i;

	for (i = 0; i < seer->s->nr_streams; i++)
		if (seer->place[i].cluster == cluster)
			used |= 1ULL << seer->place[i].cpu;
	return (u32)__builtin_popcountll(used);
}

/*
 * CPUs that no stream uses idle at the frequency of those that are: each of those has its part
 * of what they then take more.
 */
static void fill_opp(struct plan_opp *opp, const struct platform_cluster *c, u32 i, u32 used)
{
	u64 more = c->opps[i].idle_uw - plan_min(c->opps[0].idle_uw, c->opps[i].idle_uw);

	*opp = (struct plan_opp) {
		.khz = c->opps[i].speed_ppm,
		.busy_uw = c->opps[i].busy_uw,
		.idle_uw = c->opps[i].idle_uw,
	};
	if (!used)
		return;
	opp->busy_uw += (u32)(more * (c->nr_cpus - used) / used) + c->wake_uw / used;
}

/* Each stream has its place. */
static int see(struct seer *seer)
{
	u32 c, cpu, i;
	int ret = 0;

	seer->nj = 0;
	seer->nr = 0;
	seer->levels = 0;
	seer->accuracy = 0;
	seer->result->frames = 0;
	for (c = 0; c < seer->s->platform.nr_clusters && !ret; c++) {
		const struct platform_cluster *pc = &seer->s->platform.clusters[c];
		u32 used = cpus_used(seer, c);

		seer->nr_opps = pc->nr_opps;
		for (i = 0; i < pc->nr_opps; i++)
			fill_opp(&seer->opps[i], pc, i, used);
		for (cpu = 0; cpu < pc->nr_cpus && !ret; cpu++)
			ret = see_cpu(seer, (struct place){ c, cpu });
	}
	return ret;
}

/* The @nr-th way to spread streams that are free over clusters; false: there are no more. */
static bool place_streams(struct seer *seer, u64 nr)
{
	u32 used[PLATFORM_CLUSTERS_MAX] = { 0 }, i;

	for (i = 0; i < seer->s->nr_streams; i++) {
		const struct scenario_stream *st = &seer->s->streams[i];
		struct place *place = &seer->place[i];

		*place = (struct place){ st->cluster, st->cpu };
		if (!st->free)
			continue;
		place->cluster = (u32)(nr % seer->s->platform.nr_clusters);
		nr /= seer->s->platform.nr_clusters;
		place->cpu = used[place->cluster]++ %
			seer->s->platform.clusters[place->cluster].nr_cpus;
	}
	return !nr;
}

static bool supported(const struct scenario *s)
{
	u32 i;

	if (s->nr_loads)
		return false;
	for (i = 0; i < s->nr_changes; i++)
		if (s->changes[i].what == CHANGE_POWER || s->changes[i].what == CHANGE_ENERGY)
			return false;
	for (i = 0; i < s->nr_streams; i++)
		if (s->streams[i].goal != DNN_GOV_GOAL_MAX_ACCURACY ||
		    s->streams[i].energy_budget_nj)
			return false;
	return s->nr_streams;
}

static void take_result(const struct seer *seer, struct sim_result *result)
{
	result->mean_level = seer->levels / (double)result->frames;
	result->mean_accuracy = seer->accuracy / (double)result->frames;
	result->energy.busy = seer->nj;
}

int sim_oracle(const struct scenario *s, u64 seed, struct sim_result *result)
{
	struct seer *seer = calloc(1, sizeof(*seer));
	struct sim_result *best = result;
	int ret = -EOPNOTSUPP, tried;
	bool found = false;
	u64 nr;
	u32 c;

	memset(result, 0, sizeof(*result));
	if (!seer)
		return -ENOMEM;
	seer->s = s;
	seer->seed = seed;
	seer->result = result;
	for (nr = 0; supported(s) && place_streams(seer, nr); nr++) {
		struct sim_result was = *best;

		tried = see(seer);
		if (tried == -ENOMEM) {
			ret = tried;
			break;
		}
		if (tried || !result->frames) {
			*result = was;
			continue;
		}
		take_result(seer, result);
		if (found && (was.mean_accuracy > result->mean_accuracy ||
			      (was.mean_accuracy == result->mean_accuracy &&
			       was.energy.busy <= result->energy.busy)))
			*result = was;
		found = true;
		ret = 0;
	}
	result->length_ns = s->duration_ns;
	for (c = 0; c < s->platform.nr_clusters; c++)
		result->energy.idle += (double)s->platform.clusters[c].nr_cpus *
			s->platform.clusters[c].opps[0].idle_uw * (double)s->duration_ns * 1e-6;
	result->base_nj = (double)s->platform.base_uw * (double)s->duration_ns * 1e-6;
	free(seer);
	return ret;
}
