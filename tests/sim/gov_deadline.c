// SPDX-License-Identifier: MIT
/*
 * Frequency alone, by deadline: when a frame begins, the lowest OPP at which the longest of
 * the stream's last frames, and a margin, fits into the time that is left; down to the lowest
 * when none is pending. Levels are never dropped. It knows what a level takes at each OPP on
 * the mean, and learns by how much frames differ from that.
 */
#include "governors.h"

#define LAST	16
#define MARGIN	1.05

struct stream {
	double ratio[LAST];
	u32 nr;
	u32 opp;
};

struct state {
	struct stream streams[SCENARIO_STREAMS_MAX];
};

/* The highest that a pending stream of the cluster asks for. */
static void apply(struct sim *sim, u32 cluster)
{
	const struct state *state = sim->state;
	u32 i, opp = 0;

	for (i = 0; i < sim->scenario->nr_streams; i++)
		if (sim->streams[i].pending && sim->streams[i].task.cluster == cluster)
			opp = plan_max(opp, state->streams[i].opp);
	sim_want(sim, cluster, opp);
}

static void begin(struct sim *sim, u32 index)
{
	struct stream *st = &((struct state *)sim->state)->streams[index];
	const struct sim_stream *stream = &sim->streams[index];
	const struct sim_cluster *c = &sim->clusters[stream->task.cluster];
	double longest = st->nr ? 0 : 1, left = (double)stream->deadline_ns - (double)sim->now;
	u32 i, top = sim->scenario->streams[index].nr_levels;

	for (i = 0; i < plan_min(st->nr, LAST); i++)
		longest = st->ratio[i] > longest ? st->ratio[i] : longest;
	left -= c->p->fast ? 0 : (double)c->p->latency_ns;
	for (i = 0; i < c->p->nr_opps - 1; i++)
		if (sim_level_ns(sim->scenario, index, top, stream->task.cluster, i) * longest *
		    MARGIN <= left)
			break;
	st->opp = i;
	apply(sim, stream->task.cluster);
}

/* Time from begin to end over what it takes alone at the OPP that it began with. */
static void end(struct sim *sim, u32 index)
{
	struct stream *st = &((struct state *)sim->state)->streams[index];
	const struct sim_stream *stream = &sim->streams[index];
	u32 cluster = stream->task.cluster;
	u32 opp = sim_opp_of(&sim->clusters[cluster], stream->begin_khz);

	st->ratio[st->nr++ % LAST] = (double)(sim->now - stream->begin_ns) /
		sim_level_ns(sim->scenario, index, stream->level_done, cluster, opp);
}

static void ended(struct sim *sim, u32 index)
{
	apply(sim, sim->streams[index].task.cluster);
}

static void start(struct sim *sim)
{
	(void)sim;
}

const struct sim_governor gov_deadline = {
	.name = "deadline",
	.size = sizeof(struct state),
	.start = start,
	.begin = begin,
	.end = end,
	.ended = ended,
	.limits = apply,
};
