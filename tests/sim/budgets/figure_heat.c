// SPDX-License-Identifier: MIT
#include <math.h>
#include <stdlib.h>

#include "figure.h"
#include "figures.h"
#include "plot.h"

enum { BUCKETS = 200, TOP = 60, GAP = 40 };

/**
 * struct bucket - a part of the time
 * @khz_ns: integral of the frequency at its end
 * @temp_mc: then
 * @frames: that were released in it, and begun
 * @levels: sum of theirs
 * @late: of them
 */
struct bucket {
	double khz_ns;
	double temp_mc;
	u32 frames;
	u32 levels;
	u32 late;
};

struct budget_heat {
	const struct scenario *scenario;
	const struct sim_governor *governor;
	u32 cluster;
	u64 bucket_ns;
	size_t nr;		/* samples so far */
	struct bucket buckets[BUCKETS + 1];
};

static void note_frame(void *ctx, const struct scenario *scenario, const struct sim_frame *frame)
{
	struct budget_heat *h = ctx;
	struct bucket *b = &h->buckets[plan_min(frame->release_ns / h->bucket_ns, BUCKETS - 1)];

	(void)scenario;
	b->frames++;
	b->levels += frame->level;
	b->late += frame->end_ns > frame->deadline_ns;
}

static void note_sample(void *ctx, const struct sim_sample *sample)
{
	struct budget_heat *h = ctx;

	if (h->nr > BUCKETS)
		return;
	h->buckets[h->nr].khz_ns = sample->khz_ns[h->cluster];
	h->buckets[h->nr].temp_mc = sample->temp_mc[h->cluster];
	h->nr++;
}

/* What is drawn; negative: nothing, for want of frames. */
static double celsius(const struct budget_heat *h, size_t i)
{
	return h->buckets[i + 1].temp_mc * 1e-3;
}

static double ghz(const struct budget_heat *h, size_t i)
{
	return (h->buckets[i + 1].khz_ns - h->buckets[i].khz_ns) / (double)h->bucket_ns * 1e-6;
}

static double level(const struct budget_heat *h, size_t i)
{
	const struct bucket *b = &h->buckets[i];

	return b->frames ? (double)b->levels / b->frames : -1;
}

/* Releases of a stream before a time. */
static u64 released(const struct scenario_stream *st, u64 ns)
{
	return plan_sub(ns + st->period_ns - 1, st->phase_ns % st->period_ns) / st->period_ns;
}

/* Those that are late, or never began. */
static double missed(const struct budget_heat *h, size_t i)
{
	u64 from = i * h->bucket_ns, to = from + h->bucket_ns, frames = 0;
	const struct bucket *b = &h->buckets[i];
	u32 s;

	if (i == BUCKETS - 1)
		to = h->scenario->duration_ns;
	for (s = 0; s < h->scenario->nr_streams; s++)
		frames += released(&h->scenario->streams[s], to) -
			released(&h->scenario->streams[s], from);
	return frames ? 100.0 * (double)(frames - (b->frames - b->late)) / (double)frames : -1;
}

static void curve(const struct budget_heat *h, const struct plot *p,
		  double (*value)(const struct budget_heat *h, size_t i), const char *colour)
{
	double s = (double)h->bucket_ns * 1e-9;
	bool first = true;
	size_t i;

	fprintf(p->svg, "<path fill=\"none\" stroke-width=\"2\" stroke=\"%s\" d=\"", colour);
	for (i = 0; i + 1 < h->nr; i++) {
		if (value(h, i) < 0) {
			first = true;
			continue;
		}
		plot_to(p, first, s * ((double)i + 0.5), value(h, i));
		first = false;
	}
	fputs("\"/>\n", p->svg);
}

static void trips(const struct plot *p, const struct platform_cluster *c)
{
	u32 i;

	for (i = 0; i < c->nr_trips; i++)
		fprintf(p->svg, "<path class=\"b\" d=\"M%d %.1fH%d\"/>\n", PLOT_LEFT,
			plot_y(p, (double)c->trips[i].temp_mc * 1e-3), PLOT_RIGHT);
}

static void panel(const struct budget_heat *h, struct plot *p, const char *title, int height,
		  double low, double high, double (*value)(const struct budget_heat *h, size_t i),
		  const char *colour)
{
	p->title = title;
	p->top += p->height + (p->height ? GAP : 0);
	p->height = height;
	p->low = low;
	p->high = high;
	plot_axes(p, value == missed);
	curve(h, p, value, colour);
}

/* The scale of misses: small shares are to be seen. */
static double most_missed(struct budget_heat *const *all, size_t nr)
{
	double most = 1;
	size_t i, k;

	for (k = 0; k < nr; k++)
		for (i = 0; i + 1 < all[k]->nr; i++)
			most = fmax(most, missed(all[k], i));
	return ceil(most);
}

void budget_figure_heat(FILE *svg, struct budget_heat *const *all, size_t nr, size_t which)
{
	const struct budget_heat *h = all[which];
	const struct platform_cluster *c = &h->scenario->platform.clusters[h->cluster];
	struct plot p = {
		.svg = svg, .top = TOP, .to = (double)h->scenario->duration_ns * 1e-9,
	};
	char title[2 * PAPER_LABEL];

	snprintf(title, sizeof(title), "%s: the hot %s under %s", h->scenario->name, c->name,
		 h->governor->name);
	paper_figure_begin(svg, TOP + 110 + 110 + 92 + 80 + 3 * GAP + 48, title);
	panel(h, &p, "temperature, C; dashed: from there on throttled", 110,
	      floor((double)h->scenario->platform.ambient_mc * 1e-3 / 10) * 10, 100, celsius,
	      paper_colours[5]);
	trips(&p, c);
	panel(h, &p, "mean frequency, GHz", 110, 0, c->opps[c->nr_opps - 1].khz * 1e-6, ghz,
	      paper_colours[2]);
	panel(h, &p, "mean level of frames", 92, 0.5, h->scenario->streams[0].nr_levels + 0.5,
	      level, paper_colours[0]);
	panel(h, &p, "frames missed, %", 80, 0, most_missed(all, nr), missed, paper_colours[1]);
	paper_figure_end(svg);
}

struct budget_heat *budget_heat_play(const struct scenario *scenario,
				     const struct sim_governor *governor)
{
	struct budget_heat *h = calloc(1, sizeof(*h));
	struct sim_watcher watcher = { note_frame, note_sample, 0, h };
	struct sim_result result;

	if (!h)
		return NULL;
	h->scenario = scenario;
	h->governor = governor;
	h->cluster = scenario->streams[0].cluster;
	h->bucket_ns = plan_max(scenario->duration_ns / BUCKETS, 1);
	watcher.every_ns = h->bucket_ns;
	if (!sim_run_watched(scenario, governor, BUDGET_SEED, &watcher, &result))
		return h;
	free(h);
	return NULL;
}
