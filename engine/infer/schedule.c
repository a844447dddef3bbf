// SPDX-License-Identifier: MIT
/*
 * No rule says when waking another thread for each layer pays: it depends on the layers'
 * sizes, the processor, and how long the system takes to wake a thread. So every level
 * is run in each way, in turns. What else runs on the machine at that moment shall not
 * decide for good, hence the lower quartiles are compared.
 */
#include "schedule.h"

#include <errno.h>
#include <stdlib.h>

#include "run.h"
#include "schedule_file.h"

#define WARM_UP	2
#define ROUNDS	16

/* Other threads' time costs energy: they must save this part of a frame's time. */
#define WORTH_PERCENT	10

static int time_run(struct dyndnn_session *session, unsigned int level, enum schedule_way way,
		    float *logits, uint64_t *ns)
{
	const struct dyndnn_limits limits = { .min_level = level };
	uint64_t start = expect_now_ns();
	int ret = run_groups(session, level, way, &limits, logits);

	*ns = expect_now_ns() - start;
	return ret < 0 ? ret : 0;
}

static int compare(const void *left, const void *right)
{
	const uint64_t *l = left, *r = right;

	return (*l > *r) - (*l < *r);
}

static int choose_level(struct dyndnn_session *session, unsigned int level, float *logits,
			uint8_t *best)
{
	uint64_t ns[SCHEDULE_WAYS][ROUNDS], unused;
	int ways = level > 1 && session->lanes > 1 ? SCHEDULE_WAYS : SCHEDULE_GROUPS;

	for (int i = -WARM_UP; i < ROUNDS; i++) {
		for (int way = 0; way < ways; way++) {
			int ret = time_run(session, level, way, logits,
					   i < 0 ? &unused : &ns[way][i]);

			if (ret)
				return ret;
		}
	}
	*best = SCHEDULE_ALONE;
	for (int way = 0; way < ways; way++) {
		uint64_t than;

		qsort(ns[way], ROUNDS, sizeof(ns[way][0]), compare);
		than = ns[*best][ROUNDS / 4];
		if (*best == SCHEDULE_ALONE)
			than -= than * WORTH_PERCENT / 100;
		if (ns[way][ROUNDS / 4] < than)
			*best = way;
	}
	return 0;
}

int schedule_choose(struct dyndnn_session *session, const char *path)
{
	float *logits;
	int ret = 0;

	if (path && !schedule_file_read(path, session))
		return 0;
	logits = calloc(session->model->shape.classes, sizeof(*logits));
	if (!logits)
		return -ENOMEM;
	for (unsigned int k = 1; !ret && k <= session->max_level; k++)
		ret = choose_level(session, k, logits, &session->schedule.way[k - 1]);
	free(logits);
	if (!ret && path)
		schedule_file_note(path, session);
	return ret;
}
