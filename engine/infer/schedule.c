// SPDX-License-Identifier: MIT
/*
 * No rule says when waking another thread pays: it depends on the layers' sizes, the processor,
 * and how long the system takes to wake a thread. So every level is run in each way, in turns,
 * after a pause, and close after a frame that was run in the same way. What else runs on the
 * machine at that moment shall not decide for good, hence the lower quartiles are compared.
 */
#include "schedule.h"

#include <errno.h>
#include <stdlib.h>

#include "run.h"
#include "schedule_file.h"

#define WARM_UP	2
#define ROUNDS	16

/* Of frames of more than so much, as boards have them: waking a thread takes little of it. */
#define LONG_NS		5000000
#define LONG_ROUNDS	5

/* Threads are asleep after it. */
#define PAUSE_NS	300000

/* Other threads' time costs energy: they must save this part of a frame's time. */
#define WORTH_PERCENT	10

static int time_run(struct dyndnn_session *session, unsigned int level, enum schedule_way way,
		    float *logits, uint64_t *ns)
{
	const struct dyndnn_limits limits = { .min_level = level };
	uint64_t start = expect_now_ns();
	int ret;

	workers_begin(&session->workers);
	ret = run_groups(session, level, way, &limits, logits);
	*ns = expect_now_ns() - start;
	return ret < 0 ? ret : 0;
}

/* A frame that the helping threads are awake for, or not. */
static int time_frame(struct dyndnn_session *session, unsigned int level, enum schedule_way way,
		      bool awake, float *logits, uint64_t *ns)
{
	static const struct timespec pause = { .tv_nsec = PAUSE_NS };
	int ret = 0;

	if (!awake)
		nanosleep(&pause, NULL);
	/* The first one wakes them, the second one finds that they are needed. */
	for (int i = 0; awake && !ret && i < 2; i++)
		ret = time_run(session, level, way, logits, ns);
	return ret ? ret : time_run(session, level, way, logits, ns);
}

static int compare(const void *left, const void *right)
{
	const uint64_t *l = left, *r = right;

	return (*l > *r) - (*l < *r);
}

static uint8_t best_of(uint64_t ns[][ROUNDS], int ways, int rounds)
{
	uint8_t best = SCHEDULE_ALONE;

	for (int way = 0; way < ways; way++) {
		uint64_t than;

		qsort(ns[way], rounds, sizeof(ns[way][0]), compare);
		than = ns[best][rounds / 4];
		if (best == SCHEDULE_ALONE)
			than -= than * WORTH_PERCENT / 100;
		if (ns[way][rounds / 4] < than)
			best = way;
	}
	return best;
}

static int choose_level(struct dyndnn_session *session, unsigned int level, bool awake,
			float *logits, uint8_t *best)
{
	int ways = level > 1 && session->lanes > 1 ? SCHEDULE_WAYS : SCHEDULE_GROUPS;
	uint64_t ns[SCHEDULE_WAYS][ROUNDS], last = 0;
	int rounds = ROUNDS;

	for (int i = -WARM_UP; i < rounds; i++) {
		for (int way = 0; way < ways; way++) {
			int ret = time_frame(session, level, way, awake, logits, &last);

			if (ret)
				return ret;
			if (i >= 0)
				ns[way][i] = last;
		}
		if (last > LONG_NS)
			rounds = LONG_ROUNDS;
	}
	*best = best_of(ns, ways, rounds);
	return 0;
}

static int choose_levels(struct dyndnn_session *session, float *logits)
{
	struct schedule *schedule = &session->schedule;
	int ret = 0;

	for (unsigned int t = 0; !ret && t < 2 * session->max_level; t++)
		ret = choose_level(session, t / 2 + 1, t % 2, logits,
				   &schedule->way[t % 2][t / 2]);
	return ret;
}

int schedule_choose(struct dyndnn_session *session, const char *path)
{
	float *logits;
	int ret;

	if (path && !schedule_file_read(path, session))
		return 0;
	logits = calloc(session->model->shape.classes, sizeof(*logits));
	if (!logits)
		return -ENOMEM;
	ret = choose_levels(session, logits);
	free(logits);
	if (!ret && path)
		schedule_file_note(path, session);
	return ret;
}
