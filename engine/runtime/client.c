// SPDX-License-Identifier: MIT
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dyndnn_runtime.h>

#include "alone.h"
#include "gap.h"
#include "link.h"
#include "measure.h"
#include "paces.h"
#include "places.h"

/* From the last layer to the answer's receiver, beside a share of a group's time. */
#define RESERVE_NS 50000
#define RESERVE_SHARE 64

/**
 * struct dyndnn_client - a session that runs as a stream
 * @session: the session
 * @mode: who decides about the level
 * @level: highest level to run
 * @min_level: stopping early does not go below
 * @deadline_ns: from a frame's release
 * @name: name of the stream
 * @costs: what levels were expected to cost
 * @paces: what they are found to take, on the CPUs that the thread has been on
 * @alone: level control for want of the governor
 * @link: way to the governor
 * @places: CPUs of the thread
 * @run: the frame that runs now: its id (0: the governor does not know it), the instant
 *	by which it must have stopped, whether it was stopped, and what it lost to others
 * @status: counters
 * @error: text of the last failed call
 */
struct dyndnn_client {
	struct dyndnn_session *session;
	enum dyndnn_client_mode mode;
	unsigned int level;
	unsigned int min_level;
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
		struct gap gap;
	} run;
	struct dyndnn_client_status status;
	char error[DYNDNN_ERROR_BYTES];
};

__attribute__((format(printf, 3, 4)))
static int fail(struct dyndnn_error *err, int code, const char *format, ...)
{
	va_list args;

	if (!err)
		return code;
	err->code = code;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	return code;
}

static int check_range(struct dyndnn_error *err, const char *field, uint64_t value, uint64_t low,
		       uint64_t high)
{
	if (value >= low && value <= high)
		return 0;
	return fail(err, -ERANGE, "%s: %" PRIu64 " is out of range, must be %" PRIu64 "..%" PRIu64,
		    field, value, low, high);
}

static int check_options(const struct dyndnn_client_options *options, unsigned int levels,
			 struct dyndnn_error *err)
{
	unsigned int top = options->level ? options->level : levels;
	size_t len = options->name ? strnlen(options->name, DNN_GOV_NAME_MAX) : 1;
	int ret;

	if (!len || len == DNN_GOV_NAME_MAX)
		return fail(err, -EINVAL, "name: must be 1..%d bytes", DNN_GOV_NAME_MAX - 1);
	if ((unsigned int)options->mode > DYNDNN_CLIENT_FIXED)
		return fail(err, -EINVAL, "mode: %u is none", (unsigned int)options->mode);
	ret = check_range(err, "deadline_ns", options->deadline_ns, DNN_GOV_TIME_MIN_NS,
			  DNN_GOV_TIME_MAX_NS);
	if (!ret && options->period_ns)
		ret = check_range(err, "period_ns", options->period_ns, DNN_GOV_TIME_MIN_NS,
				  DNN_GOV_TIME_MAX_NS);
	if (!ret)
		ret = check_range(err, "level", top, 1, levels);
	if (!ret && options->min_level)
		ret = check_range(err, "min_level", options->min_level, 1, top);
	if (!ret && options->weight)
		ret = check_range(err, "weight", options->weight, 1, DNN_GOV_WEIGHT_MAX);
	if (!ret && options->goal)
		ret = check_range(err, "goal", options->goal, DNNHINT_GOAL_MAX_ACCURACY,
				  DNNHINT_GOAL_MIN_ENERGY);
	if (!ret)
		ret = check_range(err, "accuracy_floor_ppm", options->accuracy_floor_ppm, 0,
				  DNN_GOV_PPM);
	if (!ret)
		ret = check_range(err, "balance_ppm", options->balance_ppm, 0, DNN_GOV_PPM);
	if (!ret)
		ret = check_range(err, "energy_budget_uj", options->energy_budget_uj, 0,
				  DNN_GOV_ENERGY_MAX_UJ);
	if (!ret && options->cpus && !CPU_COUNT(options->cpus))
		ret = fail(err, -EINVAL, "cpus: must hold a CPU, or be NULL");
	return ret;
}

static int prepare_costs(struct dyndnn_client *client, const struct dnnhint_cost *costs,
			 struct dyndnn_error *err)
{
	int ret;

	if (costs) {
		memcpy(client->costs, costs, client->level * sizeof(*costs));
		return 0;
	}
	ret = measure(client->session, client->level, paces_now(&client->paces), client->costs);
	return ret ? fail(err, ret, "the network could not be run to measure it") : 0;
}

/* Go where the plan wants the stream. */
static bool go(struct dyndnn_client *client, const cpu_set_t *cpus)
{
	bool moved = places_move(&client->places, cpus);

	if (moved)
		paces_move(&client->paces, &client->places.now);
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
	ret = check_options(options, levels, err);
	if (ret)
		return ret;
	client = calloc(1, sizeof(*client));
	if (!client)
		return fail(err, -ENOMEM, "out of memory");
	client->session = session;
	client->mode = options->mode;
	client->level = options->level ? options->level : levels;
	client->min_level = options->min_level ? options->min_level : 1;
	client->deadline_ns = options->deadline_ns;
	snprintf(client->name, sizeof(client->name), "%s",
		 options->name ? options->name : "dyndnn");
	alone_init(&client->alone, client->min_level, client->level);

	ret = places_init(&client->places, options->cpus);
	if (ret) {
		fail(err, ret, "cpus: %s", dnnhint_strerror(ret));
		goto free_client;
	}
	paces_init(&client->paces, &client->places.now);
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
		fail(err, ret, "%s", client->link.why);
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

	gap_look(&client->run.gap, now);
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

static void learn(struct dyndnn_client *client, const struct dyndnn_client_frame *frame,
		  uint64_t begin_ns)
{
	uint64_t late = begin_ns - frame->release_ns;

	/* A stopped group is not complete and says nothing about groups. */
	if (!client->run.stopped)
		pace_end(paces_now(&client->paces), frame->level_done, frame->end_ns);
	/* While the governor decides, only keep ready for the time after it. */
	if (frame->hinted)
		alone_follow(&client->alone, frame->grant);
	else
		alone_learn(&client->alone, paces_now(&client->paces), frame->level_done, late,
			    frame->end_ns - begin_ns, client->deadline_ns);
}

static void count(struct dyndnn_client *client, struct dyndnn_client_frame *frame)
{
	frame->met = frame->end_ns <= frame->deadline_ns;
	frame->stopped = client->run.stopped;
	client->status.frames++;
	client->status.met += frame->met;
	client->status.stopped += frame->stopped;
}

int dyndnn_client_run(struct dyndnn_client *client, struct dyndnn_client_frame *frame,
		      float *logits)
{
	dyndnn_stop_fn stop = client->mode == DYNDNN_CLIENT_FIXED ? NULL : stop_here;
	uint64_t begin = measure_now_ns(), start;
	uint64_t release = frame->release_ns ? frame->release_ns : begin;
	uint64_t reserve = RESERVE_NS + pace_level_ns(paces_now(&client->paces), 1) / RESERVE_SHARE;
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
	client->run.stopped = false;
	client->run.until_ns = frame->deadline_ns - reserve;
	seek_grant(client, frame, begin);
	start = measure_now_ns();
	gap_begin(&client->run.gap, start);
	pace_begin(paces_now(&client->paces), start, runs_flat_out(frame));
	ret = dyndnn_run_limited(client->session,
				 &(struct dyndnn_limits) {
					 .level = frame->grant, .stop = stop, .ctx = client,
				 }, logits, &frame->level_done);
	frame->end_ns = measure_now_ns();
	if (client->run.frame_id)
		link_end(&client->link, client->run.frame_id, ret ? 0 : frame->level_done);
	if (ret) {
		snprintf(client->error, sizeof(client->error), "%s",
			 dyndnn_session_error(client->session));
		return ret;
	}
	if (stop)
		learn(client, frame, begin);
	count(client, frame);
	return 0;
}

void dyndnn_client_status(const struct dyndnn_client *client, struct dyndnn_client_status *status)
{
	*status = client->status;
	status->hinted = client->link.stream_id;
	status->why = client->link.why;
	status->stream_id = client->link.stream_id;
	status->cpus = client->places.now;
	status->moves = client->places.moves;
	status->lost = client->link.lost;
}

const char *dyndnn_client_error(const struct dyndnn_client *client)
{
	return client->error;
}
