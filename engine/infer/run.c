// SPDX-License-Identifier: MIT
/*
 * A frame: groups in order, in rounds of one group or of one per thread. What may end a
 * frame early is looked at between rounds and before each layer.
 */
#include "run.h"

#include <errno.h>
#include <stdatomic.h>

#include "../model/error.h"
#include "logits.h"

/**
 * struct frame - a frame that runs
 * @session: the session
 * @limits: what may end it
 * @done: groups that are complete
 * @first: group of the round's first lane
 * @shared: threads share each layer
 * @left: lanes of the round that gave up their group
 * @status: of what the compute library did not do
 */
struct frame {
	struct dyndnn_session *session;
	const struct dyndnn_limits *limits;
	unsigned int done;
	unsigned int first;
	bool shared;
	atomic_uint left;
	atomic_int status;
};

/* Whether a group above the lowest level is given up before this layer (from 0). */
static bool gives_up(struct frame *frame, unsigned int group, uint32_t layer, uint64_t now)
{
	const struct dyndnn_limits *limits = frame->limits;

	if (group <= limits->min_level)
		return false;
	if (limits->stop && limits->stop(limits->ctx, frame->done, layer))
		return true;
	return limits->deadline_ns &&
	       now + expect_left_ns(&frame->session->expect, group, layer) > limits->deadline_ns;
}

/* Return whether the group is complete. */
static bool run_group(struct frame *frame, unsigned int group)
{
	struct dyndnn_session *session = frame->session;
	uint32_t layers = session->model->shape.layers;
	bool timed = frame->limits->deadline_ns;
	uint64_t now = timed ? expect_now_ns() : 0;

	for (uint32_t i = 0; i < layers; i++) {
		uint64_t start = now;
		int status;

		if (gives_up(frame, group, i, now))
			return false;
		status = session->compute->run(session, group, i, frame->shared);
		if (status) {
			atomic_store(&frame->status, status);
			return false;
		}
		if (!timed)
			continue;
		now = expect_now_ns();
		expect_learn(&session->expect, group, i, now - start);
	}
	return true;
}

static void run_lane(void *context, uint32_t lane)
{
	struct frame *frame = context;

	if (!run_group(frame, frame->first + lane))
		atomic_fetch_or(&frame->left, 1u << lane);
}

/* The next n groups at the same time, or one with all threads inside. */
static void run_round(struct frame *frame, unsigned int n, enum schedule_way way)
{
	struct dyndnn_session *session = frame->session;

	frame->first = frame->done + 1;
	frame->shared = n == 1 && way != SCHEDULE_ALONE;
	atomic_store(&frame->left, 0);
	workers_share(&session->workers, session->threads, run_lane, frame, n);
}

static float scale_of(const struct frame *frame)
{
	return frame->session->model->logit_scale[frame->done - 1];
}

/* Sure enough to answer with what is complete? */
static bool is_sure(const struct frame *frame, const float *logits)
{
	float margin = frame->limits->margin;

	return margin > 0 && frame->done >= frame->limits->min_level &&
	       logits_margin(logits, frame->session->model->shape.classes, scale_of(frame)) >=
	       margin;
}

static unsigned int lanes_of(const struct dyndnn_session *session)
{
	return session->threads < session->lanes ? session->threads : session->lanes;
}

int run_groups(struct dyndnn_session *session, unsigned int level, enum schedule_way way,
	       const struct dyndnn_limits *limits, float *logits)
{
	unsigned int lanes = way == SCHEDULE_GROUPS ? lanes_of(session) : 1;
	uint32_t classes = session->model->shape.classes;
	struct frame frame = { .session = session, .limits = limits };

	/*
	 * The order of the sums is part of the contract: see model/format.h. Not +0, so
	 * that a sum of one is that one, also its sign.
	 */
	for (uint32_t i = 0; i < classes; i++)
		logits[i] = -0.0f;
	while (frame.done < level) {
		unsigned int left = level - frame.done, n = left < lanes ? left : lanes;

		run_round(&frame, n, way);
		if (atomic_load(&frame.status))
			return dyndnn_fail(&session->error, -EIO,
					   "groups %u..%u: %s fails with status %d",
					   frame.first, frame.first + n - 1,
					   session->compute->name, atomic_load(&frame.status));
		for (unsigned int lane = 0; lane < n && !(frame.left >> lane & 1); lane++)
			session->compute->add_logits(session, ++frame.done, logits);
		if (frame.left || is_sure(&frame, logits))
			break;
	}
	workers_rest(&session->workers);
	for (uint32_t i = 0; i < classes; i++)
		logits[i] *= scale_of(&frame);
	return frame.done;
}

static int check_limits(struct dyndnn_session *session, const struct dyndnn_limits *limits)
{
	if (limits->level > session->max_level)
		return dyndnn_fail(&session->error, -ERANGE, "level is %u, allowed: 1..%u",
				   limits->level, session->max_level);
	if (limits->min_level > (limits->level ? limits->level : session->max_level))
		return dyndnn_fail(&session->error, -ERANGE, "min_level is %u, allowed: 0..%u",
				   limits->min_level,
				   limits->level ? limits->level : session->max_level);
	if (!(limits->margin >= 0 && limits->margin <= 1))
		return dyndnn_fail(&session->error, -ERANGE, "margin is %g, allowed: 0..1",
				   (double)limits->margin);
	if (!session->has_input)
		return dyndnn_fail(&session->error, -ENODATA, "no input image has been set");
	return 0;
}

/* As measured, which was with all threads. */
static enum schedule_way way_of(const struct dyndnn_session *session, bool awake,
				unsigned int level, const struct dyndnn_limits *limits)
{
	enum schedule_way way = session->schedule.way[awake][level - 1];

	if (session->threads == 1)
		return SCHEDULE_ALONE;
	/* stop is asked by one thread, of one group at a time. */
	return way == SCHEDULE_GROUPS && limits->stop ? SCHEDULE_LAYERS : way;
}

int dyndnn_run_limited(struct dyndnn_session *session, const struct dyndnn_limits *limits,
		       float *logits, unsigned int *level_done)
{
	struct dyndnn_limits l = *limits;
	bool awake;
	int ret;

	ret = check_limits(session, limits);
	if (ret)
		return ret;
	if (!l.level)
		l.level = session->max_level;
	if (!l.min_level)
		l.min_level = 1;
	awake = workers_begin(&session->workers);
	ret = run_groups(session, l.level, way_of(session, awake, l.level, &l), &l, logits);
	if (ret < 0)
		return ret;
	if (level_done)
		*level_done = ret;
	return 0;
}

int dyndnn_run(struct dyndnn_session *session, unsigned int level, float *logits)
{
	const struct dyndnn_limits limits = { .level = level };

	if (!level)
		return dyndnn_fail(&session->error, -ERANGE, "level is 0, allowed: 1..%u",
				   session->max_level);
	return dyndnn_run_limited(session, &limits, logits, NULL);
}

int dyndnn_run_until(struct dyndnn_session *session, const struct dyndnn_image *image,
		     float *logits, uint64_t deadline_ns, unsigned int *level_done)
{
	const struct dyndnn_limits limits = { .deadline_ns = deadline_ns };
	int ret = 0;

	if (image)
		ret = dyndnn_set_input(session, image);
	return ret ? ret : dyndnn_run_limited(session, &limits, logits, level_done);
}
