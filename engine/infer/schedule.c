// SPDX-License-Identifier: MIT
/*
 * No rule says when waking another thread pays: it depends on the layers' sizes, the processor,
 * and how long the system takes to wake a thread. So every level is run in each way, in turns,
 * after a pause, and close after a frame that was run in the same way. What else runs on the
 * machine at that moment shall not decide for good, hence turns are spread over all the time
 * that this takes, and nearly the best ones are compared.
 */
#include "schedule.h"

#include <errno.h>
#include <stdlib.h>

#include "run.h"
#include "schedule_file.h"

#define WARM_UP	2
#define ROUNDS	16

/* Which time of a way is taken for what it takes when nothing else runs, from 0, the shortest. */
#define UNDISTURBED	1

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

/* What frames of one level took, by way. */
typedef uint64_t times[SCHEDULE_WAYS][ROUNDS];

static int ways_of(const struct dyndnn_session *session, unsigned int level)
{
	return level > 1 && session->lanes > 1 ? SCHEDULE_WAYS : SCHEDULE_GROUPS;
}

static uint8_t best_of(times ns, int ways, int rounds)
{
	uint8_t best = SCHEDULE_ALONE;

	for (int way = 0; way < ways; way++) {
		uint64_t than;

		qsort(ns[way], rounds, sizeof(ns[way][0]), compare);
		than = ns[best][UNDISTURBED];
		if (best == SCHEDULE_ALONE)
			than -= than * WORTH_PERCENT / 100;
		if (ns[way][UNDISTURBED] < than)
			best = way;
	}
	return best;
}

/* One frame at each level (of level k at [k - 1]) in each way. *longest: what one of them takes. */
static int play_round(struct dyndnn_session *session, bool awake, int round, float *logits,
		      times *ns, uint64_t *longest)
{
	for (unsigned int level = 1; level <= session->max_level; level++) {
		for (int way = 0; way < ways_of(session, level); way++) {
			uint64_t took = 0;
			int ret = time_frame(session, level, way, awake, logits, &took);

			if (ret)
				return ret;
			if (took > *longest)
				*longest = took;
			ns[level - 1][way][round < 0 ? 0 : round] = took;
		}
	}
	return 0;
}

static int choose_ways(struct dyndnn_session *session, bool awake, float *logits, times *ns)
{
	int ret = 0, rounds = ROUNDS;

	for (int i = -WARM_UP; !ret && i < rounds; i++) {
		uint64_t longest = 0;

		ret = play_round(session, awake, i, logits, ns, &longest);
		if (longest > LONG_NS)
			rounds = LONG_ROUNDS;
	}
	for (unsigned int level = 1; !ret && level <= session->max_level; level++)
		session->schedule.way[awake][level - 1] =
			best_of(ns[level - 1], ways_of(session, level), rounds);
	return ret;
}

static int measure(struct dyndnn_session *session)
{
	float *logits = calloc(session->model->shape.classes, sizeof(*logits));
	times *ns = calloc(session->max_level, sizeof(*ns));
	int ret = -ENOMEM;

	if (logits && ns)
		ret = choose_ways(session, false, logits, ns);
	if (!ret)
		ret = choose_ways(session, true, logits, ns);
	free(ns);
	free(logits);
	return ret;
}

int schedule_choose(struct dyndnn_session *session, const char *path)
{
	int ret;

	if (path && !schedule_file_read(path, session))
		return 0;
	ret = measure(session);
	if (!ret && path)
		schedule_file_note(path, session);
	return ret;
}
