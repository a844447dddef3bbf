// SPDX-License-Identifier: MIT
/*
 * oneDNN at its best: a chain of primitives for each group, as the engine has it, and one chain
 * of grouped convolutions for each level. The faster of the two runs.
 */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "onednn_net.h"
#include "../../../engine/tools/samples.h"

enum { WARM_UP = 1, TRIALS = 15 };

struct peer {
	const struct dyndnn_model *model;
	unsigned int threads;
	struct dn dn;
	uint32_t levels;
	struct onednn_net group[DNNFILE_MAX_GROUPS];	/* group g at [g - 1] */
	struct onednn_net level[DNNFILE_MAX_GROUPS];	/* level k at [k - 1] */
	bool grouped[DNNFILE_MAX_GROUPS];		/* what level k runs */
	char note[64];
};

static void run_groups(struct peer *p, uint32_t level, float *logits)
{
	uint32_t classes = p->model->shape.classes;

	for (uint32_t i = 0; i < classes; i++)
		logits[i] = 0;
	for (uint32_t g = 0; g < level; g++) {
		dn_list_run(&p->dn, &p->group[g].ops);
		for (uint32_t i = 0; i < classes; i++)
			logits[i] += p->group[g].logits[i];
	}
	for (uint32_t i = 0; i < classes; i++)
		logits[i] *= p->model->logit_scale[level - 1];
}

static void run_level(struct peer *p, uint32_t level, float *logits)
{
	dn_list_run(&p->dn, &p->level[level - 1].ops);
	for (uint32_t i = 0; i < p->model->shape.classes; i++)
		logits[i] = p->level[level - 1].logits[i];
}

static int run_peer(void *state, unsigned int level, float *logits)
{
	struct peer *p = state;

	/* Of the calling thread: others may have changed it. */
	omp_set_num_threads(p->threads);
	(p->grouped[level - 1] ? run_level : run_groups)(p, level, logits);
	return dn_error(&p->dn);
}

static uint64_t time_of(struct peer *p, uint32_t level, bool grouped, float *logits)
{
	struct timespec a, b;

	p->grouped[level - 1] = grouped;
	clock_gettime(CLOCK_MONOTONIC, &a);
	run_peer(p, level, logits);
	clock_gettime(CLOCK_MONOTONIC, &b);
	return (b.tv_sec - a.tv_sec) * 1000000000LL + b.tv_nsec - a.tv_nsec;
}

static void choose(struct peer *p, uint32_t level, float *logits)
{
	uint64_t ns[2][TRIALS];

	for (int i = -WARM_UP; i < TRIALS; i++) {
		for (int grouped = 0; grouped < 2; grouped++) {
			uint64_t took = time_of(p, level, grouped, logits);

			if (i >= 0)
				ns[grouped][i] = took;
		}
	}
	samples_sort(ns[0], TRIALS);
	samples_sort(ns[1], TRIALS);
	p->grouped[level - 1] = ns[1][TRIALS / 2] < ns[0][TRIALS / 2];
}

static bool open_nets(struct peer *p, const struct speed_job *job, char *why)
{
	const struct dyndnn_model *model = job->model;

	dn_open(&p->dn, dnnl_f32);
	omp_set_num_threads(p->threads);
	for (uint32_t g = 1; g <= p->levels; g++) {
		if (!onednn_net_open(&p->group[g - 1], &p->dn, job,
				     (struct speed_groups) { g, g }, 1, why) ||
		    !onednn_net_open(&p->level[g - 1], &p->dn, job,
				     (struct speed_groups) { 1, g }, model->logit_scale[g - 1],
				     why))
			return false;
	}
	return true;
}

static bool choose_all(struct peer *p, char *why)
{
	float *logits = malloc(p->model->shape.classes * sizeof(*logits));
	int len = snprintf(p->note, sizeof(p->note), "grouped primitives at levels");
	bool any = false;

	if (!logits)
		return speed_cannot(why, "no memory");
	for (uint32_t k = 1; k <= p->levels; k++) {
		choose(p, k, logits);
		if (p->grouped[k - 1] && k > 1 && len < (int)sizeof(p->note)) {
			len += snprintf(p->note + len, sizeof(p->note) - len, " %u", k);
			any = true;
		}
	}
	if (!any)
		snprintf(p->note, sizeof(p->note), "primitives for each group at all levels");
	free(logits);
	return !dn_error(&p->dn) || speed_cannot(why, "%s: status %d", p->dn.what, p->dn.status);
}

static void close_peer(void *state)
{
	struct peer *p = state;

	for (uint32_t g = 0; g < p->levels; g++) {
		onednn_net_close(&p->group[g]);
		onednn_net_close(&p->level[g]);
	}
	dn_close(&p->dn);
	free(p);
}

static void *open_peer(const struct speed_job *job, char *why)
{
	struct peer *p;

	if (!speed_is_groupable(job->model, why))
		return NULL;
	p = calloc(1, sizeof(*p));
	if (!p)
		return speed_cannot(why, "no memory");
	p->model = job->model;
	p->threads = job->threads;
	p->levels = job->model->shape.groups;
	if (open_nets(p, job, why) && choose_all(p, why))
		return p;
	close_peer(p);
	return NULL;
}

static const char *note_of(const void *state)
{
	return ((const struct peer *)state)->note;
}

const struct speed_engine speed_onednn = {
	.name = "onednn", .open = open_peer, .run = run_peer, .note = note_of, .close = close_peer,
};
