// SPDX-License-Identifier: MIT
#include "play.h"

#include <errno.h>
#include <stdlib.h>

#include "governors.h"
#include "seer.h"

/**
 * struct player - what is noted while a scenario is played
 * @trace: the budget
 * @run: the frames
 * @room: for frames
 * @nj: energy, every BUDGET_SAMPLE_NS
 * @nr_nj: samples so far
 * @room_nj: for samples
 */
struct player {
	const struct budget_trace *trace;
	struct budget_run *run;
	size_t room;
	double *nj;
	size_t nr_nj;
	size_t room_nj;
};

static void note_frame(void *ctx, const struct scenario *scenario, const struct sim_frame *frame)
{
	struct player *p = ctx;

	(void)scenario;
	if (p->run->nr < p->room)
		p->run->frames[p->run->nr++] = budget_frame_of(p->trace, frame);
}

static void note_sample(void *ctx, const struct sim_sample *sample)
{
	struct player *p = ctx;

	if (p->nr_nj < p->room_nj)
		p->nj[p->nr_nj++] = sample->nj;
}

/* @trace with a scenario of its own, under which its budgets are judged. */
static int play(const struct budget_trace *trace, const struct sim_governor *governor,
		struct budget_run *run)
{
	const struct scenario *s = &trace->scenario;
	struct player p = {
		.trace = trace, .run = run,
		.room = s->duration_ns / s->streams[0].period_ns + 1,
		.room_nj = s->duration_ns / BUDGET_SAMPLE_NS + 1,
	};
	const struct sim_watcher watcher = {
		.frame = note_frame,
		.sample = trace->kind == BUDGET_POWER ? note_sample : NULL,
		.every_ns = BUDGET_SAMPLE_NS,
		.ctx = &p,
	};
	struct sim_result result;
	int ret = -ENOMEM;
	size_t i;

	run->nr = 0;
	run->frames = calloc(p.room, sizeof(*run->frames));
	p.nj = calloc(p.room_nj, sizeof(*p.nj));
	if (run->frames && p.nj)
		ret = sim_run_watched(s, governor, BUDGET_SEED, &watcher, &result);
	for (i = 0; !ret && trace->kind == BUDGET_POWER && i < run->nr; i++)
		budget_judge_power(trace, p.nj, p.nr_nj, &run->frames[i]);
	if (!ret)
		budget_sum(trace, run->frames, run->nr, &result, &run->sums);
	free(p.nj);
	if (ret) {
		free(run->frames);
		run->frames = NULL;
	}
	return ret;
}

static struct budget_trace *copy_of(const struct budget_trace *trace)
{
	struct budget_trace *copy = malloc(sizeof(*copy));

	if (copy)
		*copy = *trace;
	return copy;
}

int budget_play(const struct budget_trace *trace, const struct sim_governor *governor,
		struct budget_run *run)
{
	return play(trace, governor, run);
}

int budget_play_oracle(const struct budget_trace *trace, struct budget_run *run)
{
	struct budget_trace *copy = copy_of(trace);
	int ret = -ENOMEM;
	u32 c;

	if (!copy)
		return ret;
	for (c = 0; c < copy->scenario.platform.nr_clusters; c++) {
		struct platform_cluster *pc = &copy->scenario.platform.clusters[c];

		pc->fast = true;
		pc->latency_ns = 0;
		pc->switch_nj = 0;
	}
	ret = play(copy, &gov_seer, run);
	free(copy);
	return ret;
}

/* A platform that has no other OPP, the other clusters' lowest apart, and no other level. */
static void fix(struct budget_trace *copy, const struct budget_trace *trace, u32 cluster, u32 opp,
		u32 level)
{
	struct scenario *s = &copy->scenario;
	u32 c;

	*copy = *trace;
	for (c = 0; c < s->platform.nr_clusters; c++) {
		struct platform_cluster *pc = &s->platform.clusters[c];

		pc->opps[0] = pc->opps[c == cluster ? opp : 0];
		pc->nr_opps = 1;
	}
	s->streams[0].free = false;
	s->streams[0].cluster = cluster;
	s->streams[0].cpu = 0;
	s->streams[0].nr_levels = level;
}

static bool better(const struct budget_sums *a, const struct budget_sums *b)
{
	u64 bad_a = a->violations + a->missed, bad_b = b->violations + b->missed;

	if (bad_a != bad_b)
		return bad_a < bad_b;
	if (a->mean_accuracy != b->mean_accuracy)
		return a->mean_accuracy > b->mean_accuracy;
	return a->uj_per_frame < b->uj_per_frame;
}

int budget_play_fixed(const struct budget_trace *trace, struct budget_run *best)
{
	const struct platform *p = &trace->scenario.platform;
	struct budget_trace *copy = copy_of(trace);
	u32 cluster, opp, level;
	struct budget_run run;
	int ret = copy ? 0 : -ENOMEM;

	best->frames = NULL;
	for (cluster = 0; !ret && cluster < p->nr_clusters; cluster++) {
		u32 points = p->clusters[cluster].nr_opps * trace->scenario.streams[0].nr_levels;

		for (opp = 0; !ret && opp < points; opp++) {
			level = opp / p->clusters[cluster].nr_opps + 1;
			fix(copy, trace, cluster, opp % p->clusters[cluster].nr_opps, level);
			ret = play(copy, &gov_performance, &run);
			if (ret)
				break;
			if (best->frames && !better(&run.sums, &best->sums)) {
				free(run.frames);
				continue;
			}
			free(best->frames);
			*best = run;
		}
	}
	free(copy);
	if (ret) {
		free(best->frames);
		best->frames = NULL;
	}
	return ret;
}
