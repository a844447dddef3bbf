// SPDX-License-Identifier: MIT
/*
 * ALERT (Wan et al., USENIX ATC 2020): in user space, one frequency and one level for each
 * frame, from a profile of all of them and one number, the global slow-down: time over what
 * the profile says, tracked by a Kalman filter whose process noise adapts. Of the levels
 * that make the deadline with the probability asked for the most accurate is taken, and of
 * its frequencies the one that takes the least energy until the deadline; if none does, what
 * is worth most: accuracy times the probability of being in time. What it sets stays until
 * the next frame. Its networks are anytime ones, as some of the paper's. The least of the process noise is chosen here: the paper's start of 0.1 would
 * keep half of the time free for ever.
 */
#include <math.h>

#include "governors.h"

#define PROBABILITY	0.999
#define R		0.001	/* measurement noise */
#define ALPHA		0.3	/* weight of the past in the process noise */
#define Q0		1e-4	/* its least */
#define GAIN0		0.5
#define DEVIATION0	0.1

struct filter {
	double mean;
	double variance;
	double gain;
	double noise;
	u32 opp;
};

struct alert {
	struct filter streams[SCENARIO_STREAMS_MAX];
};

static struct filter *filter_of(struct sim *sim, u32 index)
{
	return &((struct alert *)sim->state)->streams[index];
}

static void start(struct sim *sim)
{
	u32 i;

	for (i = 0; i < sim->scenario->nr_streams; i++)
		*filter_of(sim, i) = (struct filter) {
			.mean = 1,
			.variance = DEVIATION0 * DEVIATION0,
			.gain = GAIN0,
			.noise = Q0,
		};
}

static void apply(struct sim *sim, u32 cluster)
{
	u32 i, opp = 0;

	for (i = 0; i < sim->scenario->nr_streams; i++)
		if (sim->streams[i].task.cluster == cluster)
			opp = plan_max(opp, filter_of(sim, i)->opp);
	sim_want(sim, cluster, opp);
}

/* Probability that a frame is in time. */
static double in_time(const struct filter *f, double profile_ns, double left_ns)
{
	double deviation = sqrt(f->variance) * profile_ns;

	return 0.5 * erfc((f->mean * profile_ns - left_ns) / (deviation * M_SQRT2));
}

static double energy(const struct sim_cluster *c, u32 opp, double run_ns, double left_ns)
{
	const struct platform_opp *o = &c->p->opps[opp];
	double others = (double)(c->p->nr_cpus - 1) * o->idle_uw;
	double idle_ns = fmax(left_ns - run_ns, 0);

	return (o->busy_uw + others) * run_ns + (o->idle_uw + others) * idle_ns;
}

static void begin(struct sim *sim, u32 index)
{
	const struct scenario_stream *st = &sim->scenario->streams[index];
	struct sim_stream *stream = &sim->streams[index];
	struct filter *f = filter_of(sim, index);
	u32 cluster = stream->task.cluster, level, opp, best_level = 1, best_opp;
	const struct sim_cluster *c = &sim->clusters[cluster];
	double left = (double)stream->deadline_ns - (double)sim->now -
		(c->p->fast ? 0 : (double)c->p->latency_ns);
	double best = INFINITY, worth = -1;
	bool found = false;

	best_opp = sim_cap(c);
	for (level = st->nr_levels; level && !found; level--) {
		for (opp = 0; opp <= sim_cap(c); opp++) {
			double ns = sim_level_ns(sim->scenario, index, level, cluster, opp);
			double p = in_time(f, ns, left), nj = energy(c, opp, f->mean * ns, left);

			if (p >= PROBABILITY) {
				if (found && nj >= best)
					continue;
				found = true;
				best = nj;
			} else if (found || p * st->levels[level - 1].accuracy_ppm <= worth) {
				continue;
			} else {
				worth = p * st->levels[level - 1].accuracy_ppm;
			}
			best_level = level;
			best_opp = opp;
		}
	}
	stream->grant = best_level;
	f->opp = best_opp;
	apply(sim, cluster);
}

static void end(struct sim *sim, u32 index)
{
	const struct sim_stream *stream = &sim->streams[index];
	struct filter *f = filter_of(sim, index);
	u32 cluster = stream->task.cluster;
	u32 opp = sim_opp_of(&sim->clusters[cluster], stream->begin_khz);
	double profile = sim_level_ns(sim->scenario, index, stream->level_done, cluster, opp);
	double seen = (double)(sim->now - stream->begin_ns) / profile, noise;

	f->variance = (1 - f->gain) * f->variance + f->noise;
	f->gain = f->variance / (f->variance + R);
	seen -= f->mean;
	f->mean += f->gain * seen;
	/* what is seen now is the process noise that the next frame is to be ready for */
	noise = ALPHA * f->noise + (1 - ALPHA) * f->gain * f->gain * seen * seen;
	f->noise = fmax(Q0, noise);
}

const struct sim_governor gov_alert = {
	.name = "alert",
	.size = sizeof(struct alert),
	.anytime = true,
	.start = start,
	.begin = begin,
	.end = end,
	.limits = apply,
};
