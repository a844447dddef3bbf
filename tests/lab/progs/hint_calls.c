// SPDX-License-Identifier: MIT
/* What the calls do when all is well. */
#include <sched.h>
#include <unistd.h>

#include "hint_test.h"

static void add_set_del(void)
{
	struct dnnhint_stream_params params = {
		.name = "camera", .period_ns = 50 * MS, .deadline_ns = 40 * MS, .levels = 4,
	};
	struct dnnhint *h = must_open();
	struct dnnhint_stream_info info;
	struct dnnhint_grant grant;
	uint32_t id;

	REQUIRE_RET(h, dnnhint_stream_add(h, &params, &id, &grant), 0);
	REQUIRE(grant.level >= 1 && grant.level <= 4, "granted %u", grant.level);
	REQUIRE(CPU_COUNT(&grant.cpus) > 0, "no CPUs granted");
	REQUIRE_RET(h, dnnhint_stream_get(h, id, &info), 0);
	REQUIRE(!strcmp(info.name, "camera"), "name is '%s'", info.name);
	REQUIRE_EQ(info.id, id);
	REQUIRE_EQ(info.period_ns, 50 * MS);
	REQUIRE_EQ(info.deadline_ns, 40 * MS);
	REQUIRE_EQ(info.levels, 4);
	REQUIRE_EQ(info.min_level, 1);
	REQUIRE_EQ(info.weight, 100);
	REQUIRE_EQ(info.grant, grant.level);
	REQUIRE_EQ(info.pending, 0);

	params = (struct dnnhint_stream_params) {
		.deadline_ns = 45 * MS, .min_level = 2, .weight = 7,
	};
	REQUIRE_RET(h, dnnhint_stream_set(h, id, &params, &grant), 0);
	REQUIRE(grant.level >= 2, "granted %u, below the lowest", grant.level);
	REQUIRE_RET(h, dnnhint_stream_get(h, id, &info), 0);
	REQUIRE_EQ(info.period_ns, 50 * MS);
	REQUIRE_EQ(info.deadline_ns, 45 * MS);
	REQUIRE_EQ(info.min_level, 2);
	REQUIRE_EQ(info.weight, 7);

	REQUIRE_RET(h, dnnhint_stream_del(h, id), 0);
	REQUIRE_RET(h, dnnhint_stream_get(h, id, &info), -ENOENT);
	REQUIRE_RET(h, dnnhint_stream_del(h, id), -ENOENT);
	dnnhint_close(h);
}

static void defaults(void)
{
	struct dnnhint_stream_params params = { .name = "d", .deadline_ns = 40 * MS, .levels = 1 };
	struct dnnhint *h = must_open();
	struct dnnhint_stream_info info;
	uint32_t id;

	REQUIRE_RET(h, dnnhint_stream_add(h, &params, &id, NULL), 0);
	REQUIRE_RET(h, dnnhint_stream_get(h, id, &info), 0);
	REQUIRE_EQ(info.period_ns, 40 * MS);
	REQUIRE_EQ(info.levels, 1);
	REQUIRE_EQ(info.weight, 100);
	dnnhint_close(h);
}

static void everything_said(void)
{
	struct dnnhint_cost costs[DNN_GOV_LEVELS_MAX];
	struct dnnhint *h = must_open();
	struct dnnhint_policy_info policy;
	struct dnnhint_stream_info info;
	struct dnnhint_stream_params params = {
		.name = "thirty-one bytes are the longes", .period_ns = 60000 * MS,
		.deadline_ns = 60000 * MS, .levels = DNN_GOV_LEVELS_MAX, .min_level = 3,
		.weight = DNN_GOV_WEIGHT_MAX, .cpus = &policy.cpus, .costs = costs,
	};
	struct dnnhint_grant grant;
	cpu_set_t common;
	uint32_t id;

	first_governed_cpu(h, &policy);
	for (unsigned int k = 0; k < DNN_GOV_LEVELS_MAX; k++)
		costs[k] = (struct dnnhint_cost) { 1000 * (k + 1), k, 10000 * (k + 1) };
	REQUIRE_RET(h, dnnhint_stream_add(h, &params, &id, &grant), 0);
	CPU_AND(&common, &grant.cpus, &policy.cpus);
	REQUIRE(CPU_COUNT(&grant.cpus) && CPU_EQUAL(&common, &grant.cpus), "CPUs elsewhere");
	REQUIRE_RET(h, dnnhint_stream_get(h, id, &info), 0);
	REQUIRE(!strcmp(info.name, params.name), "name is '%s'", info.name);
	REQUIRE_EQ(info.levels, DNN_GOV_LEVELS_MAX);
	REQUIRE_EQ(info.min_level, 3);
	REQUIRE_EQ(info.weight, DNN_GOV_WEIGHT_MAX);
	if (info.has_costs)
		REQUIRE_EQ(info.costs[1].cycles, 2000);
	dnnhint_close(h);
}

static void require_wishes(struct dnnhint *h, uint32_t id, uint32_t goal, uint32_t floor_ppm,
			   uint32_t balance_ppm, uint64_t budget_uj)
{
	struct dnnhint_stream_info info;

	REQUIRE_RET(h, dnnhint_stream_get(h, id, &info), 0);
	REQUIRE_EQ(info.goal, goal);
	REQUIRE_EQ(info.accuracy_floor_ppm, floor_ppm);
	REQUIRE_EQ(info.balance_ppm, balance_ppm);
	REQUIRE_EQ(info.energy_budget_uj, budget_uj);
}

/* Goals and budgets: their defaults, all of them, one changed, set back. */
static void wishes(void)
{
	struct dnnhint_stream_params params = {
		.name = "w", .deadline_ns = 40 * MS, .levels = 4, .goal = DNNHINT_GOAL_MIN_ENERGY,
		.accuracy_floor_ppm = 600000, .balance_ppm = 1000000,
		.energy_budget_uj = DNN_GOV_ENERGY_MAX_UJ,
	};
	uint32_t id = 0, plain;
	struct dnnhint *h = must_open();
	struct dnnhint_grant grant;

	plain = must_add(h, "plain");
	require_wishes(h, plain, DNNHINT_GOAL_MAX_ACCURACY, 0, 500000, 0);
	REQUIRE_RET(h, dnnhint_stream_add(h, &params, &id, NULL), 0);
	require_wishes(h, id, DNNHINT_GOAL_MIN_ENERGY, 600000, 1000000, DNN_GOV_ENERGY_MAX_UJ);

	/* levels are worth 25 % each by default: 60 % are three of them */
	for (int i = 0; i < 3; i++) {
		REQUIRE_RET(h, dnnhint_frame_begin(h, id, 0, &grant), 0);
		REQUIRE_EQ(grant.level, 3);
		REQUIRE_EQ(grant.cause, DNN_GOV_CAUSE_NONE);
		spin_ns(MS);
		REQUIRE_RET(h, dnnhint_frame_end(h, id, grant.frame_id, grant.level, NULL), 0);
	}

	params = (struct dnnhint_stream_params) { .accuracy_floor_ppm = 500000 };
	REQUIRE_RET(h, dnnhint_stream_set(h, id, &params, NULL), 0);
	require_wishes(h, id, DNNHINT_GOAL_MIN_ENERGY, 500000, 1000000, DNN_GOV_ENERGY_MAX_UJ);
	params = (struct dnnhint_stream_params) {
		.goal = DNNHINT_GOAL_MAX_ACCURACY, .accuracy_floor_ppm = DNNHINT_ZERO,
		.balance_ppm = DNNHINT_ZERO, .energy_budget_uj = DNNHINT_ZERO,
	};
	REQUIRE_RET(h, dnnhint_stream_set(h, id, &params, NULL), 0);
	require_wishes(h, id, DNNHINT_GOAL_MAX_ACCURACY, 0, 0, 0);
	dnnhint_close(h);
}

static void frames(void)
{
	struct dnnhint *h = must_open();
	uint32_t id = must_add(h, "frames");
	struct dnnhint_stats before, after;
	struct dnnhint_stream_info info;
	struct dnnhint_result result;
	struct dnnhint_grant grant;
	uint64_t last_id = 0;

	REQUIRE_RET(h, dnnhint_stats_get(h, &before), 0);
	for (int i = 0; i < 10; i++) {
		uint64_t start = now_ns(), end;

		REQUIRE_RET(h, dnnhint_frame_begin(h, id, 0, &grant), 0);
		end = now_ns();
		REQUIRE(grant.frame_id && grant.frame_id != last_id, "id %" PRIu64, grant.frame_id);
		last_id = grant.frame_id;
		REQUIRE(grant.level >= 1 && grant.level <= 4, "granted %u", grant.level);
		REQUIRE(grant.deadline_ns >= start + 40 * MS && grant.deadline_ns <= end + 40 * MS,
			"deadline %" PRIu64 ", begun %" PRIu64, grant.deadline_ns, start);
		REQUIRE(grant.khz > 0, "no frequency");
		spin_ns(2 * MS);
		REQUIRE_RET(h, dnnhint_frame_progress(h, id, grant.frame_id, 1), 0);
		REQUIRE_RET(h, dnnhint_stream_get(h, id, &info), 0);
		REQUIRE_EQ(info.pending, 1);
		REQUIRE_RET(h, dnnhint_frame_end(h, id, grant.frame_id, grant.level, &result), 0);
		REQUIRE(result.latency_ns >= 2 * MS && result.latency_ns <= now_ns() - start,
			"latency %" PRIu64, result.latency_ns);
		REQUIRE(result.met, "not met");
		REQUIRE(result.grant >= 1 && result.grant <= 4, "granted %u", result.grant);
	}
	/* one late, one abandoned, one with an older release */
	REQUIRE_RET(h, dnnhint_frame_begin(h, id, 0, &grant), 0);
	usleep(45000);
	REQUIRE_RET(h, dnnhint_frame_end(h, id, grant.frame_id, 1, &result), 0);
	REQUIRE(!result.met && result.latency_ns > 45 * MS, "met %d after %" PRIu64, result.met,
		result.latency_ns);
	REQUIRE_RET(h, dnnhint_frame_begin(h, id, 0, &grant), 0);
	REQUIRE_RET(h, dnnhint_frame_end(h, id, grant.frame_id, 0, NULL), 0);
	REQUIRE_RET(h, dnnhint_frame_begin(h, id, now_ns() - 10 * MS, &grant), 0);
	REQUIRE_RET(h, dnnhint_frame_end(h, id, grant.frame_id, 1, &result), 0);
	REQUIRE(result.latency_ns >= 10 * MS, "latency %" PRIu64, result.latency_ns);

	REQUIRE_RET(h, dnnhint_stream_get(h, id, &info), 0);
	REQUIRE_EQ(info.frames, 13);
	REQUIRE_EQ(info.met, 11);
	REQUIRE_EQ(info.missed, 1);
	REQUIRE_EQ(info.abandoned, 1);
	REQUIRE_EQ(info.pending, 0);
	REQUIRE_RET(h, dnnhint_stats_get(h, &after), 0);
	REQUIRE_EQ(after.frames - before.frames, 13);
	REQUIRE_EQ(after.met - before.met, 11);
	REQUIRE_EQ(after.missed - before.missed, 1);
	REQUIRE_EQ(after.abandoned - before.abandoned, 1);
	REQUIRE_EQ(after.streams, before.streams);
	dnnhint_close(h);
}

/* One system call each, nothing comes back, and a refusal disturbs nobody. */
static void posted_frames(void)
{
	struct dnnhint *h = must_open();
	uint32_t id = must_add(h, "posted");
	struct dnnhint_stream_info info;
	struct dnnhint_grant grant;

	for (int i = 0; i < 10; i++) {
		REQUIRE_RET(h, dnnhint_frame_begin(h, id, 0, &grant), 0);
		spin_ns(MS);
		REQUIRE_RET(h, dnnhint_frame_post_progress(h, id, grant.frame_id, 1), 0);
		REQUIRE_RET(h, dnnhint_frame_post_end(h, id, grant.frame_id, grant.level), 0);
		/* that one is gone, and nobody says so */
		REQUIRE_RET(h, dnnhint_frame_post_progress(h, id, grant.frame_id, 1), 0);
		REQUIRE_RET(h, dnnhint_frame_post_end(h, id, grant.frame_id, 1), 0);
	}
	REQUIRE_RET(h, dnnhint_frame_post_end(h, id, grant.frame_id, 17), -ERANGE);
	REQUIRE_RET(h, dnnhint_stream_get(h, id, &info), 0);
	REQUIRE_EQ(info.frames, 10);
	REQUIRE_EQ(info.met, 10);
	REQUIRE_EQ(info.pending, 0);
	dnnhint_close(h);
}

static void several_pending_frames(void)
{
	struct dnnhint *h = must_open();
	uint32_t id = must_add(h, "pending");
	struct dnnhint_grant grants[DNN_GOV_FRAMES_MAX], more;
	struct dnnhint_stream_info info;

	for (int i = 0; i < DNN_GOV_FRAMES_MAX; i++)
		REQUIRE_RET(h, dnnhint_frame_begin(h, id, 0, &grants[i]), 0);
	REQUIRE_RET(h, dnnhint_frame_begin(h, id, 0, &more), -EBUSY);
	REQUIRE(dnnhint_error(h)[0], "no text");
	REQUIRE_RET(h, dnnhint_stream_get(h, id, &info), 0);
	REQUIRE_EQ(info.pending, DNN_GOV_FRAMES_MAX);
	/* in any order */
	for (int i = DNN_GOV_FRAMES_MAX - 1; i >= 0; i--)
		REQUIRE_RET(h, dnnhint_frame_end(h, id, grants[i].frame_id, 1, NULL), 0);
	REQUIRE_RET(h, dnnhint_frame_begin(h, id, 0, &more), 0);
	dnnhint_close(h);
}

static int count_streams(const struct dnnhint_stream_info *info, void *ctx)
{
	unsigned int *count = ctx;

	if (!strncmp(info->name, "many-", 5))
		(*count)++;
	return 0;
}

static int stop_at_third(const struct dnnhint_stream_info *info, void *ctx)
{
	unsigned int *count = ctx;

	(void)info;
	return ++*count == 3 ? 77 : 0;
}

/* More than fit into one message of the dump. */
static void many_streams(void)
{
	struct dnnhint *h = must_open();
	unsigned int count = 0;

	for (unsigned int i = 0; i < 60; i++) {
		char name[16];

		snprintf(name, sizeof(name), "many-%u", i);
		must_add(h, name);
	}
	REQUIRE_RET(h, dnnhint_streams_get(h, count_streams, &count), 0);
	REQUIRE_EQ(count, 60);
	count = 0;
	REQUIRE_RET(h, dnnhint_streams_get(h, stop_at_third, &count), 77);
	REQUIRE_EQ(count, 3);
	/* and the handle is as good as before */
	count = 0;
	REQUIRE_RET(h, dnnhint_streams_get(h, count_streams, &count), 0);
	REQUIRE_EQ(count, 60);
	dnnhint_close(h);
}

static int check_policy(const struct dnnhint_policy_info *info, void *ctx)
{
	unsigned int *count = ctx;

	(*count)++;
	REQUIRE(CPU_ISSET(info->cpu, &info->cpus), "CPU %u is not its own", info->cpu);
	REQUIRE(info->min_khz && info->min_khz <= info->max_khz, "%u..%u kHz", info->min_khz,
		info->max_khz);
	REQUIRE(info->khz >= info->min_khz && info->khz <= info->max_khz, "%u kHz", info->khz);
	return 0;
}

static void policies(void)
{
	struct dnnhint *h = must_open();
	struct dnnhint_policy_info policy;
	unsigned int count = 0;
	uint32_t streams;

	REQUIRE_RET(h, dnnhint_policies_get(h, check_policy, &count), 0);
	REQUIRE(count > 0, "none");
	first_governed_cpu(h, &policy);
	streams = policy.streams;
	must_add_heavy(h, "one more", &policy, 1);
	first_governed_cpu(h, &policy);
	REQUIRE_EQ(policy.streams, streams + 1);
	dnnhint_close(h);
}

const struct hint_test hint_call_tests[] = {
	{ "add_set_del", add_set_del },
	{ "defaults", defaults },
	{ "everything_said", everything_said },
	{ "wishes", wishes },
	{ "frames", frames },
	{ "posted_frames", posted_frames },
	{ "several_pending_frames", several_pending_frames },
	{ "many_streams", many_streams },
	{ "policies", policies },
	{ NULL, NULL },
};
