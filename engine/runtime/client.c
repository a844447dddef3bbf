// SPDX-License-Identifier: MIT
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dyndnn_runtime.h>

#include "alone.h"
#include "gap.h"
#include "link.h"
#include "measure.h"
#include "options.h"
#include "paces.h"
#include "places.h"

/* From the last layer to the answer's receiver, beside a share of a group's time. */
#define RESERVE_NS 50000
#define RESERVE_SHARE 64

/* Between two ways to work out a margin. */
#define MARGIN_BLUR 1e-5

/**
 * struct dyndnn_client - a session that runs as a stream
 * @session: the session
 * @mode: who decides about the level
 * @level: highest level to run
 * @min_level: stopping early does not go below
 * @margin: early exit, as in struct dyndnn_limits
 * @deadline_ns: from a frame's release
 * @name: name of the stream
 * @costs: what levels were expected to cost
 * @paces: what they are found to take, where the threads have been
 * @alone: level control for want of the governor
 * @link: way to the governor
 * @places: CPUs of the threads
 * @run: the frame that runs now: its id (0: the governor does not know it), the instant
 *	by which it must have stopped, whether it was stopped here, whether the engine sees to
 *	the instant, and what it lost to others
 * @status: counters
 * @error: text of the last failed call
 */
struct dyndnn_client {
	struct dyndnn_session *session;
	enum dyndnn_client_mode mode;
	unsigned int level;
	unsigned int min_level;
	float margin;
	uint64_t deadline_ns;
	char name[DNN_GOV_NAME_MAX];
	struct dnnhint_cost costs[DNN_GOV_LEVELS_MAX];
	struct paces paces;
	struct alone alone;
	struct link link;
	struct places places;
	struct {
		uint64_t frame_id;
		uint64_t until_ns;
		bool stopped;
		bool timed;
		struct gap gap;
	} run;
	struct dyndnn_client_status status;
	char error[DYNDNN_ERROR_BYTES];
};

static int prepare_costs(struct dyndnn_client *client, const struct dnnhint_cost *costs,
			 struct dyndnn_error *err)
{
	int ret;

	if (costs) {
		memcpy(client->costs, costs, client->level * sizeof(*costs));
		return 0;
	}
	ret = measure(client->session, client->level, &client->paces, client->costs);
	return ret ? options_fail(err, ret, "the network could not be run to measure it") : 0;
}

/* Go where the plan wants the stream. */
static bool go(struct dyndnn_client *client, const cpu_set_t *cpus)
{
	bool moved = places_move(&client->places, cpus);

	if (moved)
		paces_move(&client->paces, &client->places.now, client->places.threads);
	return moved;
}

/* Have a stream if that is wanted and can be had. */
static int reach_governor(struct dyndnn_client *client)
{
	struct dnnhint_grant grant;
	int ret;

	if (client->mode != DYNDNN_CLIENT_KERNEL)
		return 0;
	ret = link_up(&client->link, measure_now_ns(), &grant);
	if (ret > 0)
		go(client, &grant.cpus);
	return ret < 0 ? ret : 0;
}

int dyndnn_client_open(struct dyndnn_session *session, const struct dyndnn_client_options *options,
		       struct dyndnn_client **out, struct dyndnn_error *err)
{
	unsigned int levels = dyndnn_session_levels(session);
	struct dyndnn_client *client;
	int ret;

	*out = NULL;
	ret = options_check(options, levels, err);
	if (ret)
		return ret;
	client = calloc(1, sizeof(*client));
	if (!client)
		return options_fail(err, -ENOMEM, "out of memory");
	client->session = session;
	client->mode = options->mode;
	client->level = options->level ? options->level : levels;
	client->min_level = options->min_level ? options->min_level : 1;
	client->margin = options->margin;
	client->deadline_ns = options->deadline_ns;
	snprintf(client->name, sizeof(client->name), "%s",
		 options->name ? options->name : "dyndnn");
	alone_init(&client->alone, client->min_level, client->level);

	ret = places_init(&client->places, session, options->cpus);
	if (ret) {
		options_fail(err, ret, "cpus: %s", dnnhint_strerror(ret));
		goto free_client;
	}
	paces_init(&client->paces, &client->places.now, client->places.threads);
	if (client->mode != DYNDNN_CLIENT_FIXED) {
		ret = prepare_costs(client, options->costs, err);
		if (ret)
			goto restore_places;
	}
	client->link.params = (struct dnnhint_stream_params) {
		.name = client->name,
		.period_ns = options->period_ns,
		.deadline_ns = options->deadline_ns,
		.levels = client->level,
		.min_level = client->min_level,
		.weight = options->weight,
		.goal = options->goal,
		.accuracy_floor_ppm = options->accuracy_floor_ppm,
		.balance_ppm = options->balance_ppm,
		.energy_budget_uj = options->energy_budget_uj,
		.cpus = &client->places.allowed,
		.costs = client->costs,
	};
	ret = reach_governor(client);
	if (ret) {
		options_fail(err, ret, "%s", client->link.why);
		goto link_down;
	}
	*out = client;
	return 0;

link_down:
	link_down(&client->link);
restore_places:
	places_restore(&client->places);
free_client:
	free(client);
	return ret;
}

void dyndnn_client_close(struct dyndnn_client *client)
{
	if (!client)
		return;
	link_down(&client->link);
	places_restore(&client->places);
	free(client);
}

/* Can the group that comes or runs be complete in time? */
static bool fits(struct dyndnn_client *client, unsigned int level_done, unsigned int layer,
		 uint64_t now)
{
	const struct pace *pace = paces_now(&client->paces);
	uint64_t reserve = gap_reserve(&client->run.gap, pace_left_ns(pace, level_done, layer));

	return pace_fits(pace, level_done, layer, now, client->run.until_ns - reserve,
			 !client->run.frame_id);
}

/* Asked by the engine before each layer: note the time, and stop if it is too late. */
static int stop_here(void *ctx, unsigned int level_done, unsigned int layer)
{
	struct dyndnn_client *client = ctx;
	uint64_t now = measure_now_ns();

	pace_lose(paces_now(&client->paces), gap_look(&client->run.gap, now));
	pace_step(paces_now(&client->paces), level_done, layer, now);
	if (level_done < client->min_level)
		return 0;
	if (!layer && client->run.frame_id) {
		link_progress(&client->link, client->run.frame_id, level_done);
		now = measure_now_ns();
		client->run.stopped = client->link.grant <= level_done;
	}
	if (!client->run.stopped)
		client->run.stopped = !fits(client, level_done, layer, now);
	return client->run.stopped;
}

/* The governor refuses a release that is more than a deadline ago. */
static uint64_t recent_release(const struct dyndnn_client *client, uint64_t release_ns,
			       uint64_t now)
{
	uint64_t oldest = now - client->deadline_ns + client->deadline_ns / 8;

	return release_ns > oldest ? release_ns : oldest;
}

/* Who decides about this frame: fills in grant, cause, khz and hinted. */
static void seek_grant(struct dyndnn_client *client, struct dyndnn_client_frame *frame,
		       uint64_t now)
{
	uint64_t release = recent_release(client, frame->release_ns, now);
	struct dnnhint_grant grant;

	client->run.frame_id = 0;
	if (client->mode == DYNDNN_CLIENT_FIXED) {
		frame->grant = client->level;
		return;
	}
	reach_governor(client);
	if (!link_begin(&client->link, now, release, &grant)) {
		client->run.frame_id = grant.frame_id;
		/* The frame was planned where the thread was: have it planned here. */
		if (go(client, &grant.cpus))
			link_progress(&client->link, grant.frame_id, 0);
		frame->grant = client->link.grant < client->level ? client->link.grant :
			       client->level;
		frame->cause = grant.cause;
		frame->khz = grant.khz;
		frame->hinted = true;
		return;
	}
	if (client->mode == DYNDNN_CLIENT_KERNEL) {
		client->status.alone++;
		if (!client->link.stream_id)
			go(client, &client->places.allowed);
	}
	frame->grant = client->alone.level;
	frame->cause = client->alone.cause;
}

/* The planner runs slowly on purpose, unless it holds the grant down for want of speed. */
static bool runs_flat_out(const struct dyndnn_client_frame *frame)
{
	return !frame->hinted || (frame->cause != DNN_GOV_CAUSE_NONE &&
				  frame->cause != DNN_GOV_CAUSE_RELIEF);
}

/* What the next frame is to know. A frame that was given up has wasted work on a group. */
static void learn(struct dyndnn_client *client, const struct dyndnn_client_frame *frame,
		  uint64_t start_ns)
{
	struct pace *pace = paces_now(&client->paces);
	bool whole = paces_in_whole(&client->paces);
	struct alone_frame seen = {
		.level_done = frame->level_done,
		.gave_up = frame->stopped,
		.late_ns = start_ns - frame->release_ns,
		.end_ns = frame->end_ns - frame->release_ns,
	};

	if (!frame->stopped && whole)
		whole_learn(paces_whole(&client->paces), frame->level_done,
			    frame->end_ns - start_ns, runs_flat_out(frame));
	if (!frame->stopped && !whole) {
		pace_lose(pace, gap_look(&client->run.gap, frame->end_ns));
		pace_end(pace, frame->level_done, frame->end_ns);
	}
	if (!frame->stopped)
		seen.run_ns = frame->end_ns - start_ns;
	else if (!whole)
		seen.run_ns = pace->done_ns - pace->frame_ns;
	/* While the governor decides, only keep ready for the time after it. */
	if (frame->hinted)
		alone_follow(&client->alone, frame->grant);
	else
		alone_learn(&client->alone, &client->paces, &seen, client->deadline_ns);
}

/* Probability of the best class above that of the second. */
static double margin_of(const float *logits, unsigned int classes)
{
	unsigned int best = dyndnn_top1(logits, classes), second = !best;

	for (unsigned int i = second + 1; i < classes; i++) {
		if (i != best && logits[i] > logits[second])
			second = i;
	}
	return dyndnn_probability(logits, classes, best) -
	       dyndnn_probability(logits, classes, second);
}

/* Did it end early because the answer was sure enough? */
static bool was_sure(const struct dyndnn_client *client, const struct dyndnn_client_frame *frame,
		     const float *logits)
{
	if (!(client->margin > 0) || client->run.stopped || frame->level_done >= frame->grant)
		return false;
	/* Beside the clock's, only the margin's word ends a frame that was not stopped here. */
	return !client->run.timed ||
	       margin_of(logits, dyndnn_session_info(client->session)->classes) >=
	       (double)client->margin - MARGIN_BLUR;
}

static void conclude(struct dyndnn_client *client, struct dyndnn_client_frame *frame,
		     const float *logits)
{
	frame->met = frame->end_ns <= frame->deadline_ns;
	frame->sure = was_sure(client, frame, logits);
	frame->stopped = frame->level_done < frame->grant && !frame->sure;
	client->status.frames++;
	client->status.met += frame->met;
	client->status.stopped += frame->stopped;
	client->status.sure += frame->sure;
}

/* Set what may end a frame early: groups one after the other are asked about as they go. */
static void set_limits(struct dyndnn_client *client, const struct dyndnn_client_frame *frame,
		       struct dyndnn_limits *limits)
{
	uint64_t reserve = RESERVE_NS + paces_level_ns(&client->paces, 1) / RESERVE_SHARE;
	unsigned int min_level = client->min_level < frame->grant ? client->min_level :
								    frame->grant;

	client->run.until_ns = frame->deadline_ns - reserve;
	client->run.stopped = false;
	client->run.timed = false;
	*limits = (struct dyndnn_limits) { .level = frame->grant, .margin = client->margin };
	/* Without it the engine asks from the second group on, so that more is learnt. */
	if (limits->margin > 0)
		limits->min_level = min_level;
	if (client->mode == DYNDNN_CLIENT_FIXED)
		return;
	if (!paces_in_whole(&client->paces)) {
		limits->stop = stop_here;
		limits->ctx = client;
		return;
	}
	limits->min_level = min_level;
	limits->deadline_ns = client->run.until_ns;
	/* The engine expects the pace of late, but the governor will speed up if need be. */
	if (!runs_flat_out(frame))
		limits->deadline_ns += whole_gain_ns(paces_whole(&client->paces), frame->grant);
	client->run.timed = true;
}

int dyndnn_client_run(struct dyndnn_client *client, struct dyndnn_client_frame *frame,
		      float *logits)
{
	uint64_t begin = measure_now_ns(), start;
	uint64_t release = frame->release_ns ? frame->release_ns : begin;
	struct dyndnn_limits limits;
	int ret;

	if (release > begin) {
		snprintf(client->error, sizeof(client->error),
			 "release_ns: %" PRIu64 " is in the future, must be at most %" PRIu64,
			 release, begin);
		return -ERANGE;
	}
	*frame = (struct dyndnn_client_frame) {
		.release_ns = release,
		.deadline_ns = release + client->deadline_ns,
	};
	seek_grant(client, frame, begin);
	set_limits(client, frame, &limits);
	start = measure_now_ns();
	gap_begin(&client->run.gap, start);
	pace_begin(paces_now(&client->paces), start, runs_flat_out(frame));
	ret = dyndnn_run_limited(client->session, &limits, logits, &frame->level_done);
	frame->end_ns = measure_now_ns();
	if (client->run.frame_id)
		link_end(&client->link, client->run.frame_id, ret ? 0 : frame->level_done);
	if (ret) {
		snprintf(client->error, sizeof(client->error), "%s",
			 dyndnn_session_error(client->session));
		return ret;
	}
	conclude(client, frame, logits);
	if (client->mode != DYNDNN_CLIENT_FIXED)
		learn(client, frame, start);
	return 0;
}

void dyndnn_client_status(const struct dyndnn_client *client, struct dyndnn_client_status *status)
{
	*status = client->status;
	status->hinted = client->link.stream_id;
	status->why = client->link.why;
	status->stream_id = client->link.stream_id;
	status->cpus = client->places.now;
	status->threads = client->places.threads;
	status->moves = client->places.moves;
	status->lost = client->link.lost;
}

const char *dyndnn_client_error(const struct dyndnn_client *client)
{
	return client->error;
}
