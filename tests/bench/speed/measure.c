// SPDX-License-Identifier: MIT
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../../engine/tools/samples.h"
#include "measure.h"
#include "peak.h"

enum {
	MIN_ROUNDS = 3,
	WARM_UP = 2,		/* frames of each turn that do not count */
	PEAKS = 4,		/* measurements of the peak in a round */
	MAX_PLAYERS = 16,
};

static const struct speed_engine *const engines[] = {
	&speed_dyndnn, &speed_onnxruntime, &speed_onnxruntime_nospin, &speed_onednn,
};

/* A turn ends after so much time, too: spinning threads can take seconds on a busy machine. */
#define TURN_NS	1000000000ULL

/* One engine that runs one file: ns[level - 1] has frames[level - 1] times, and room for all. */
struct player {
	const struct speed_engine *engine;
	const struct speed_entry *entry;
	unsigned int levels;
	void *state;
	uint64_t *ns[DNNFILE_MAX_GROUPS];
	size_t frames[DNNFILE_MAX_GROUPS];
};

struct match {
	const struct speed_plan *plan;
	struct player player[MAX_PLAYERS];
	size_t players;
	float *image;
	float *logits, *expected;
	struct speed_peak *peak;
	double *peaks;
	unsigned int rounds;	/* that were played */
};

static uint64_t now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/*
 * Workers of the engine before may still spin, at the expense of the next one. Wait until this
 * process uses no more than a twentieth of a core, but not for ever.
 */
static void settle(unsigned int threads)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	for (int i = 0; threads > 1 && i < 100; i++) {
		uint64_t wall = now_ns(CLOCK_MONOTONIC), cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID);

		nanosleep(&pause, NULL);
		wall = now_ns(CLOCK_MONOTONIC) - wall;
		cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu;
		if (cpu * 20 < wall)
			return;
	}
}

/* --- who takes part ------------------------------------------------------------------------- */

static int fail(const struct player *p, unsigned int level, const char *what)
{
	fprintf(stderr, "bench_speed: %s, %s, %s, level %u: %s\n", p->entry->net, p->entry->dtype,
		p->engine->name, level, what);
	return -EIO;
}

/* All engines work with f32 here and add in orders of their own. */
static bool agree(const float *a, const float *b, unsigned int classes)
{
	float most = 1, worst = 0;

	for (unsigned int i = 0; i < classes; i++) {
		if (!(fabsf(a[i] - b[i]) <= INFINITY))
			return false;
		most = fmaxf(most, fabsf(b[i]));
		worst = fmaxf(worst, fabsf(a[i] - b[i]));
	}
	return worst <= 2e-4f * most;
}

/* The logits of every level must be the first player's. */
static int check(struct match *m, struct player *p)
{
	const struct dnnfile_shape *shape = &p->entry->model->shape;
	struct player *first = &m->player[0];

	while (first->entry != p->entry)
		first++;
	for (unsigned int level = 1; level <= p->levels; level++) {
		if (p->engine->run(p->state, level, m->logits))
			return fail(p, level, "does not run");
		if (first->engine->run(first->state, level, m->expected))
			return fail(first, level, "does not run");
		if (!agree(m->logits, m->expected, shape->classes)) {
			fail(p, level, "has other logits than libdyndnn: not measured");
			return -EDOM;
		}
	}
	return 0;
}

static int alloc_samples(const struct speed_plan *plan, struct player *p)
{
	for (unsigned int k = 0; k < p->levels; k++) {
		p->ns[k] = calloc((size_t)plan->rounds * plan->frames, sizeof(*p->ns[k]));
		if (!p->ns[k])
			return -ENOMEM;
	}
	return 0;
}

static int add_player(struct match *m, const struct speed_engine *engine,
		      const struct speed_entry *entry)
{
	const struct speed_job job = {
		.model = entry->model, .image = m->image, .threads = m->plan->threads,
		.library = m->plan->library,
	};
	struct player *p = &m->player[m->players];
	char why[SPEED_WHY_BYTES];
	const char *note;
	int ret;

	if (m->players == MAX_PLAYERS || m->plan->threads < engine->min_threads)
		return 0;
	memset(p, 0, sizeof(*p));
	p->engine = engine;
	p->entry = entry;
	p->levels = entry->model->shape.groups;
	p->state = engine->open(&job, why);
	if (!p->state) {
		printf("  %s %s: left out: %s\n", engine->name, entry->dtype, why);
		return engine == &speed_dyndnn ? -EIO : 0;
	}
	m->players++;
	ret = alloc_samples(m->plan, p);
	if (!ret)
		ret = check(m, p);
	note = engine->note ? engine->note(p->state) : NULL;
	if (!ret && note)
		printf("  %s %s: %s\n", engine->name, entry->dtype, note);
	return ret;
}

static int add_players(struct match *m, const struct speed_entry *entry, size_t entries)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < entries; i++) {
		for (size_t e = 0; !ret && e < sizeof(engines) / sizeof(engines[0]); e++)
			ret = add_player(m, engines[e], &entry[i]);
	}
	return ret;
}

/* --- turns ---------------------------------------------------------------------------------- */

static int turn(struct match *m, struct player *p, unsigned int level)
{
	uint64_t *ns = p->ns[level - 1], end;
	size_t *frames = &p->frames[level - 1];

	settle(m->plan->threads);
	end = now_ns(CLOCK_MONOTONIC) + TURN_NS;
	for (unsigned int i = 0; i < WARM_UP + m->plan->frames; i++) {
		uint64_t start = now_ns(CLOCK_MONOTONIC);

		if (i > WARM_UP && start > end)
			break;
		if (p->engine->run(p->state, level, m->logits))
			return fail(p, level, "does not run");
		if (i >= WARM_UP)
			ns[(*frames)++] = now_ns(CLOCK_MONOTONIC) - start;
	}
	return 0;
}

static int play_round(struct match *m)
{
	unsigned int levels = 0;

	settle(m->plan->threads);
	for (unsigned int i = 0; i < PEAKS; i++)
		m->peaks[m->rounds * PEAKS + i] = speed_peak_run(m->peak);
	for (size_t i = 0; i < m->players; i++)
		levels = m->player[i].levels > levels ? m->player[i].levels : levels;
	for (unsigned int level = 1; level <= levels; level++) {
		for (size_t i = 0; i < m->players; i++) {
			/* Nobody is always the first. */
			struct player *p = &m->player[(i + m->rounds) % m->players];
			int ret = level <= p->levels ? turn(m, p, level) : 0;

			if (ret)
				return ret;
		}
	}
	m->rounds++;
	return 0;
}

static int play(struct match *m)
{
	uint64_t end = now_ns(CLOCK_MONOTONIC) + m->plan->seconds * 1000000000ULL;
	int ret = 0;

	while (!ret && m->rounds < m->plan->rounds &&
	       (m->rounds < MIN_ROUNDS || now_ns(CLOCK_MONOTONIC) < end))
		ret = play_round(m);
	return ret;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int append_rows(struct match *m, struct player *p, struct speed_rows *rows)
{
	struct speed_row *grown = realloc(rows->row, (rows->nr + p->levels) * sizeof(*grown));
	size_t peaks = (size_t)m->rounds * PEAKS;

	if (!grown)
		return -ENOMEM;
	rows->row = grown;
	for (unsigned int k = 0; k < p->levels; k++) {
		size_t frames = p->frames[k];

		samples_sort(p->ns[k], frames);
		rows->row[rows->nr++] = (struct speed_row) {
			.net = p->entry->net, .dtype = p->entry->dtype, .engine = p->engine->name,
			.threads = m->plan->threads, .level = k + 1,
			.median_us = samples_quantile_us(p->ns[k], frames, 50),
			.p10_us = samples_quantile_us(p->ns[k], frames, 10),
			.p99_us = samples_quantile_us(p->ns[k], frames, 99),
			.macs = p->entry->model->info.macs[k],
			.peak = m->peaks[peaks / 2], .peak_best = m->peaks[peaks - 1 - peaks / 10],
		};
	}
	return 0;
}

/* Noise, not zeroes: time must not depend on special values. */
static int open_match(struct match *m, const struct dnnfile_shape *shape)
{
	size_t values = (size_t)shape->image_c * shape->image_h * shape->image_w;
	unsigned int seed = 1;

	m->image = malloc(values * sizeof(*m->image));
	m->logits = calloc(shape->classes, sizeof(*m->logits));
	m->expected = calloc(shape->classes, sizeof(*m->expected));
	m->peaks = calloc((size_t)m->plan->rounds * PEAKS, sizeof(*m->peaks));
	m->peak = speed_peak_open(m->plan->threads);
	if (!m->image || !m->logits || !m->expected || !m->peaks || !m->peak)
		return -ENOMEM;
	for (size_t i = 0; i < values; i++)
		m->image[i] = rand_r(&seed) * (4.0f / RAND_MAX) - 2;
	return 0;
}

static void close_match(struct match *m)
{
	for (size_t i = 0; i < m->players; i++) {
		m->player[i].engine->close(m->player[i].state);
		for (unsigned int k = 0; k < m->player[i].levels; k++)
			free(m->player[i].ns[k]);
	}
	speed_peak_close(m->peak);
	free(m->peaks);
	free(m->expected);
	free(m->logits);
	free(m->image);
}

int speed_measure(const struct speed_plan *plan, const struct speed_entry *entry, size_t entries,
		  struct speed_rows *rows)
{
	struct match match = { .plan = plan };
	int ret;

	printf("%s, %u thread%s\n", entry->net, plan->threads, plan->threads == 1 ? "" : "s");
	ret = open_match(&match, &entry->model->shape);
	if (!ret)
		ret = add_players(&match, entry, entries);
	if (!ret)
		ret = play(&match);
	qsort(match.peaks, (size_t)match.rounds * PEAKS, sizeof(*match.peaks), compare_doubles);
	for (size_t i = 0; !ret && i < match.players; i++)
		ret = append_rows(&match, &match.player[i], rows);
	if (!ret)
		printf("  peak: %s, %.1f GFLOP/s; %u rounds of up to %u frames at each level\n",
		       speed_peak_vectors(match.peak), match.peaks[match.rounds * PEAKS / 2],
		       match.rounds, plan->frames);
	if (ret == -ENOMEM)
		fprintf(stderr, "bench_speed: %s: no memory\n", entry->net);
	close_match(&match);
	return ret;
}
