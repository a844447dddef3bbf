// SPDX-License-Identifier: MIT
/* libdnnhint's calls: what they send, and what they make of answers, refusals too. */
#include "peer_kit.h"

#define HAS(attr) (1ULL << DNN_GOV_A_##attr)

Test(peer_calls, what_is_said_of_a_stream_is_read_back)
{
	struct dnnhint_cost costs[3] = {
		{ 1000, 10, 500000 }, { 2000, 20, 700000 }, { 3000, 0, 0 },
	};
	struct dnnhint_stream_params params = {
		.name = "camera", .period_ns = 50 * MS, .deadline_ns = 40 * MS, .levels = 3,
		.min_level = 2, .weight = 9, .costs = costs, .goal = DNNHINT_GOAL_BALANCED,
		.accuracy_floor_ppm = 600000, .balance_ppm = 250000, .energy_budget_uj = 12345,
	};
	struct dnnhint *h = peer_open();
	struct dnnhint_stream_info info;
	struct dnnhint_grant grant;
	cpu_set_t cpus;
	uint32_t id;

	CPU_ZERO(&cpus);
	CPU_SET(2, &cpus);
	CPU_SET(40, &cpus);
	params.cpus = &cpus;
	gov.grant = 2;
	assert_ret(h, dnnhint_stream_add(h, &params, &id, &grant), 0);
	cr_expect_eq(grant.level, 2);
	cr_expect_eq(grant.frame_id, 0);
	cr_expect(CPU_EQUAL(&grant.cpus, &cpus));
	assert_ret(h, dnnhint_stream_get(h, id, &info), 0);
	cr_expect_eq(info.id, id);
	cr_expect_str_eq(info.name, "camera");
	cr_expect_eq(info.period_ns, 50 * MS);
	cr_expect_eq(info.deadline_ns, 40 * MS);
	cr_expect_eq(info.levels, 3);
	cr_expect_eq(info.min_level, 2);
	cr_expect_eq(info.weight, 9);
	cr_expect_eq(info.grant, 2);
	cr_expect_eq(info.khz, GOV_KHZ);
	cr_expect(CPU_EQUAL(&info.cpus, &cpus));
	cr_expect(info.has_costs);
	cr_expect_eq(info.costs[1].cycles, 2000);
	cr_expect_eq(info.costs[1].accuracy_ppm, 700000);
	cr_expect_eq(info.goal, DNNHINT_GOAL_BALANCED);
	cr_expect_eq(info.accuracy_floor_ppm, 600000);
	cr_expect_eq(info.balance_ppm, 250000);
	cr_expect_eq(info.energy_budget_uj, 12345);

	/* a change of one thing leaves the others */
	params = (struct dnnhint_stream_params) { .weight = 10 };
	gov_grant(id, 3, DNN_GOV_CAUSE_NONE);
	assert_ret(h, dnnhint_stream_set(h, id, &params, &grant), 0);
	cr_expect_eq(gov.last_has, HAS(STREAM_ID) | HAS(WEIGHT));
	cr_expect_eq(grant.level, 3);
	assert_ret(h, dnnhint_stream_get(h, id, &info), 0);
	cr_expect_eq(info.weight, 10);
	cr_expect_eq(info.min_level, 2);
	dnnhint_close(h);
}

Test(peer_calls, what_a_later_kernel_says_is_not_known)
{
	struct dnnhint *h = peer_open();
	uint32_t id = peer_add(h, "later");
	struct dnnhint_stream_info info;

	gov.goal = DNN_GOV_GOAL_MAX + 1;
	assert_ret(h, dnnhint_stream_get(h, id, &info), 0);
	cr_expect_eq(info.goal, DNNHINT_GOAL_UNCHANGED);
	gov.goal = -1;
	gov.without = DNN_GOV_A_GOAL;
	assert_ret(h, dnnhint_stream_get(h, id, &info), 0);
	cr_expect_eq(info.goal, DNNHINT_GOAL_UNCHANGED);
	cr_expect_not(info.has_costs);
	dnnhint_close(h);
}

Test(peer_calls, bad_parameters_are_not_sent)
{
	struct dnnhint_stream_params params = {
		.name = "bad", .deadline_ns = 40 * MS, .levels = 17,
	};
	struct dnnhint *h = peer_open();
	uint32_t id = peer_add(h, "own"), other = 77;
	struct dnnhint_grant grant;
	unsigned int requests = gov.requests;

	assert_error(h, dnnhint_stream_add(h, &params, &other, &grant), -ERANGE,
		     "levels: 17 is out of range, must be 1..16");
	params = (struct dnnhint_stream_params) { .levels = 3 };
	assert_error(h, dnnhint_stream_set(h, id, &params, NULL), -ERANGE,
		     "levels: 3 is out of range, must be 4..4");
	params.levels = 0;
	assert_error(h, dnnhint_stream_set(h, 0, &params, NULL), -EINVAL,
		     "stream_id: 0 is no stream");
	assert_error(h, dnnhint_frame_progress(h, id, 1, 17), -ERANGE,
		     "level_done: 17 is out of range, must be 0..16");
	assert_ret(h, dnnhint_frame_end(h, id, 1, 17, NULL), -ERANGE);
	assert_ret(h, dnnhint_frame_post_progress(h, id, 1, 17), -ERANGE);
	assert_ret(h, dnnhint_frame_post_end(h, id, 1, 17), -ERANGE);
	assert_error(h, dnnhint_set_event_room(h, 0), -ERANGE,
		     "bytes: 0 is out of range, must be 1..2147483647");
	cr_expect_eq(gov.requests, requests);
	cr_expect_eq(other, 77);
	peer_is_well(h);
	dnnhint_close(h);
}

/* Of a stream that is somebody else's the levels are not known here: the kernel says no. */
Test(peer_calls, somebody_elses_stream)
{
	const struct dnnhint_stream_params weight = { .weight = 2 }, levels = { .levels = 9 };
	struct dnnhint *h = peer_open(), *other = peer_open();
	uint32_t id = peer_add(other, "theirs");
	struct dnnhint_stream_info info;
	struct dnnhint_grant grant;

	assert_error(h, dnnhint_stream_set(h, id, &weight, NULL), -EPERM,
		     "STREAM_ID names a stream of another socket");
	assert_ret(h, dnnhint_stream_set(h, id, &levels, NULL), -EPERM);
	assert_ret(h, dnnhint_stream_del(h, id), -EPERM);
	assert_ret(h, dnnhint_frame_begin(h, id, 0, &grant), -EPERM);
	assert_ret(h, dnnhint_stream_get(h, id, &info), 0);
	cr_expect_eq(info.id, id);
	cr_expect_eq(gov_streams(), 1);
	dnnhint_close(other);
	dnnhint_close(h);
}

Test(peer_calls, a_frame)
{
	struct dnnhint *h = peer_open();
	uint32_t id = peer_add(h, "frames");
	struct dnnhint_result result = { 0 };
	struct dnnhint_grant first, second;
	struct dnnhint_stream_info info;

	gov_grant(id, 3, DNN_GOV_CAUSE_CONTENTION);
	assert_ret(h, dnnhint_frame_begin(h, id, GOV_NOW_NS - 5 * MS, &first), 0);
	cr_expect_eq(gov.last_release_ns, GOV_NOW_NS - 5 * MS);
	cr_expect_eq(first.level, 3);
	cr_expect_eq(first.cause, DNN_GOV_CAUSE_CONTENTION);
	cr_expect_eq(first.deadline_ns, GOV_NOW_NS + 35 * MS);
	cr_expect_eq(first.khz, GOV_KHZ);
	cr_expect_eq(CPU_COUNT(&first.cpus), 2);
	/* the same message again, without the release */
	assert_ret(h, dnnhint_frame_begin(h, id, 0, &second), 0);
	cr_expect_eq(gov.last_has, HAS(STREAM_ID));
	cr_expect_neq(second.frame_id, first.frame_id);
	cr_expect_eq(second.deadline_ns, GOV_NOW_NS + 40 * MS);
	assert_ret(h, dnnhint_frame_begin(h, id, GOV_NOW_NS - 1, &second), 0);
	cr_expect_eq(gov.last_release_ns, GOV_NOW_NS - 1);

	assert_ret(h, dnnhint_frame_progress(h, id, first.frame_id, 2), 0);
	cr_expect_eq(gov.last_has, HAS(STREAM_ID) | HAS(FRAME_ID) | HAS(LEVEL_DONE));
	assert_ret(h, dnnhint_frame_end(h, id, first.frame_id, 3, &result), 0);
	cr_expect_eq(result.latency_ns, GOV_LATENCY_NS);
	cr_expect(result.met);
	cr_expect_eq(result.grant, 3);
	assert_ret(h, dnnhint_frame_end(h, id, second.frame_id, 0, &result), 0);
	cr_expect_not(result.met);
	assert_error(h, dnnhint_frame_end(h, id, second.frame_id, 0, NULL), -ENOENT,
		     "FRAME_ID names no pending frame of the stream");
	assert_ret(h, dnnhint_stream_get(h, id, &info), 0);
	cr_expect_eq(info.frames, 3);
	cr_expect_eq(info.met, 1);
	cr_expect_eq(info.abandoned, 1);
	cr_expect_eq(info.pending, 1);
	dnnhint_close(h);
}

Test(peer_calls, too_many_frames)
{
	struct dnnhint *h = peer_open();
	uint32_t id = peer_add(h, "busy");
	struct dnnhint_grant grant;

	for (int i = 0; i < DNN_GOV_FRAMES_MAX; i++)
		assert_ret(h, dnnhint_frame_begin(h, id, 0, &grant), 0);
	assert_error(h, dnnhint_frame_begin(h, id, 0, &grant), -EBUSY,
		     "the stream has 4 pending frames already");
	assert_ret(h, dnnhint_frame_end(h, id, grant.frame_id, 1, NULL), 0);
	assert_ret(h, dnnhint_frame_begin(h, id, 0, &grant), 0);
	dnnhint_close(h);
}

/* The refusal of what was posted lies before the next answer, and is nobody's. */
Test(peer_calls, posted_frames)
{
	struct dnnhint *h = peer_open();
	uint32_t id = peer_add(h, "posted");
	struct dnnhint_stream_info info;
	struct dnnhint_grant grant;

	assert_ret(h, dnnhint_frame_begin(h, id, 0, &grant), 0);
	assert_ret(h, dnnhint_frame_post_progress(h, id, grant.frame_id, 1), 0);
	cr_expect_eq(gov.last_cmd, DNN_GOV_CMD_FRAME_PROGRESS);
	assert_ret(h, dnnhint_frame_post_end(h, id, grant.frame_id, 2), 0);
	cr_expect_eq(gov.last_cmd, DNN_GOV_CMD_FRAME_DONE);
	cr_expect_eq(gov_pending(id), 0);
	cr_expect_not(peer_readable(h));
	for (int i = 0; i < 3; i++)
		assert_ret(h, dnnhint_frame_post_end(h, id, grant.frame_id, 2), 0);
	assert_ret(h, dnnhint_stream_get(h, id, &info), 0);
	cr_expect_eq(info.met, 1);
	dnnhint_close(h);
}

static int count_streams(const struct dnnhint_stream_info *info, void *ctx)
{
	unsigned int *count = ctx;

	cr_assert_eq(info->levels, 4);
	(*count)++;
	return 0;
}

static int stop_at_third(const struct dnnhint_stream_info *info, void *ctx)
{
	unsigned int *count = ctx;

	(void)info;
	return ++*count == 3 ? 77 : 0;
}

Test(peer_calls, all_streams)
{
	struct dnnhint *h = peer_open();
	unsigned int count = 0;

	assert_ret(h, dnnhint_streams_get(h, count_streams, &count), 0);
	cr_expect_eq(count, 0);
	for (int i = 0; i < 7; i++)
		peer_add(h, "many");
	assert_ret(h, dnnhint_streams_get(h, count_streams, &count), 0);
	cr_expect_eq(count, 7);
	count = 0;
	assert_ret(h, dnnhint_streams_get(h, stop_at_third, &count), 77);
	cr_expect_eq(count, 3);
	peer_is_well(h);
	dnnhint_close(h);
}

static int take_policy(const struct dnnhint_policy_info *info, void *ctx)
{
	unsigned int *seen = ctx, i = info->cpu / 2;

	cr_expect_eq(CPU_COUNT(&info->cpus), 2);
	cr_expect(CPU_ISSET(info->cpu, &info->cpus));
	cr_expect_eq(info->khz, GOV_KHZ);
	cr_expect_eq(info->min_khz, 200000);
	cr_expect_eq(info->max_khz, 2000000);
	cr_expect_eq(info->fast_switch, i == 1);
	cr_expect_eq(info->streams, i);
	cr_expect_eq(info->power_budget_uw, 10 * i);
	*seen |= 1U << i;
	return 0;
}

Test(peer_calls, policies_and_sums)
{
	struct dnnhint *h = peer_open();
	uint32_t id = peer_add(h, "sums");
	struct dnnhint_stats stats;
	struct dnnhint_grant grant;
	unsigned int seen = 0;

	assert_ret(h, dnnhint_policies_get(h, take_policy, &seen), 0);
	cr_expect_eq(seen, (1U << GOV_POLICIES) - 1);
	assert_ret(h, dnnhint_frame_begin(h, id, 0, &grant), 0);
	assert_ret(h, dnnhint_frame_end(h, id, grant.frame_id, 1, NULL), 0);
	assert_ret(h, dnnhint_frame_begin(h, id, 0, &grant), 0);
	assert_ret(h, dnnhint_stats_get(h, &stats), 0);
	cr_expect_eq(stats.streams, 1);
	cr_expect_eq(stats.pending, 1);
	cr_expect_eq(stats.frames, 2);
	cr_expect_eq(stats.met, 1);
	cr_expect_eq(stats.energy_uj, 7);
	cr_expect_eq(stats.events[DNN_GOV_CAUSE_NONE], 0);
	cr_expect_eq(stats.events[DNN_GOV_CAUSE_RELIEF], 100 + DNN_GOV_CAUSE_RELIEF);
	dnnhint_close(h);
}

static void refuse_next(int err, const char *text, int attr)
{
	gov.refuse = err;
	gov.refuse_text = text;
	gov.refuse_attr = attr;
}

Test(peer_calls, the_kernels_words)
{
	const struct dnnhint_stream_params params = {
		.name = "refused", .deadline_ns = 40 * MS, .levels = 4, .weight = 3,
	};
	struct dnnhint *h = peer_open();
	uint32_t id = 77;

	refuse_next(EPERM, "streams need CAP_SYS_NICE", 0);
	assert_error(h, dnnhint_stream_add(h, &params, &id, NULL), -EPERM,
		     "streams need CAP_SYS_NICE");
	refuse_next(ERANGE, "integer out of range", DNN_GOV_A_WEIGHT);
	gov.refuse_low = 1;
	gov.refuse_high = 2;
	assert_error(h, dnnhint_stream_add(h, &params, &id, NULL), -ERANGE,
		     "weight: integer out of range, must be 1..2");
	/* bounds that cannot be read are left out */
	refuse_next(ERANGE, "integer out of range", DNN_GOV_A_WEIGHT);
	gov.refuse_high = 2;
	gov.fault = GOV_BAD_POLICY_BITS;
	assert_error(h, dnnhint_stream_add(h, &params, &id, NULL), -ERANGE,
		     "weight: integer out of range");
	refuse_next(EINVAL, NULL, 0);
	gov.refuse_missing = DNN_GOV_A_DEADLINE_NS;
	assert_error(h, dnnhint_stream_add(h, &params, &id, NULL), -EINVAL,
		     "deadline_ns: missing");
	/* bounds alone say nothing */
	refuse_next(EINVAL, NULL, 0);
	gov.refuse_high = 2;
	assert_error(h, dnnhint_stream_add(h, &params, &id, NULL), -EINVAL, "Invalid argument");
	/* none at all */
	refuse_next(ENOSPC, NULL, 0);
	assert_error(h, dnnhint_stream_add(h, &params, &id, NULL), -ENOSPC,
		     "No space left on device");
	cr_expect_eq(id, 77);
	cr_expect_eq(gov_streams(), 0);
	peer_is_well(h);
	dnnhint_close(h);
}

Test(peer_calls, observing_is_asked_for_once)
{
	struct dnnhint *h = peer_open();

	assert_ret(h, dnnhint_observe(h), 0);
	assert_ret(h, dnnhint_observe(h), 0);
	cr_expect_eq(fake_socket_next(NULL)->joined, 1);
	dnnhint_close(h);
	cr_expect_null(fake_socket_next(NULL));
}
