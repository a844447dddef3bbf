// SPDX-License-Identifier: MIT
/* What the module refuses, also when the library would not have sent it. */
#include <unistd.h>

#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "../../../userspace/libdnnhint/handle.h"
#include "../../../userspace/libdnnhint/parse.h"
#include "hint_test.h"

/* --- through the library ------------------------------------------------------- */

/* The text must name the field: case does not matter, and "." stands for " " or "_". */
static void require_text(struct dnnhint *h, const char *word)
{
	REQUIRE(strcasestr(dnnhint_error(h), word), "'%s' lacks '%s'", dnnhint_error(h), word);
}

static void local_checks(void)
{
	struct dnnhint_stream_params params = { .name = "x", .deadline_ns = 0, .levels = 4 };
	struct dnnhint_stats before, after;
	struct dnnhint *h = must_open();
	uint32_t id;

	REQUIRE_RET(h, dnnhint_stats_get(h, &before), 0);
	REQUIRE_RET(h, dnnhint_stream_add(h, &params, &id, NULL), -ERANGE);
	require_text(h, "deadline_ns: 0 is out of range, must be 100000..60000000000");
	params.deadline_ns = 40 * MS;
	params.levels = 17;
	REQUIRE_RET(h, dnnhint_stream_add(h, &params, &id, NULL), -ERANGE);
	require_text(h, "levels: 17 is out of range, must be 1..16");
	params.levels = 4;
	params.min_level = 5;
	REQUIRE_RET(h, dnnhint_stream_add(h, &params, &id, NULL), -ERANGE);
	require_text(h, "min_level: 5 is out of range, must be 1..4");
	REQUIRE_RET(h, dnnhint_stats_get(h, &after), 0);
	REQUIRE_EQ(after.streams, before.streams);
	dnnhint_close(h);
}

static void frame_mistakes(void)
{
	struct dnnhint *h = must_open();
	uint32_t id = must_add(h, "mistakes");
	struct dnnhint_grant grant, other;

	REQUIRE_RET(h, dnnhint_frame_begin(h, id + 1000, 0, &grant), -ENOENT);
	REQUIRE(dnnhint_error(h)[0], "no text");
	REQUIRE_RET(h, dnnhint_frame_end(h, id, 12345, 1, NULL), -ENOENT);
	require_text(h, "frame");
	REQUIRE_RET(h, dnnhint_frame_begin(h, id, now_ns() + 1000 * MS, &other), -ERANGE);
	require_text(h, "release");
	REQUIRE_RET(h, dnnhint_frame_begin(h, id, now_ns() - 41 * MS, &other), -ERANGE);
	require_text(h, "release");

	REQUIRE_RET(h, dnnhint_frame_begin(h, id, 0, &grant), 0);
	REQUIRE_RET(h, dnnhint_frame_progress(h, id, grant.frame_id + 1, 1), -ENOENT);
	REQUIRE_RET(h, dnnhint_frame_progress(h, id, grant.frame_id, 5), -ERANGE);
	require_text(h, "level");
	REQUIRE_RET(h, dnnhint_frame_end(h, id, grant.frame_id, 5, NULL), -ERANGE);
	require_text(h, "level");
	REQUIRE_RET(h, dnnhint_frame_end(h, id, grant.frame_id, 17, NULL), -ERANGE);
	require_text(h, "level_done: 17 is out of range, must be 0..16");
	/* none of this has ended it */
	REQUIRE_RET(h, dnnhint_frame_end(h, id, grant.frame_id, 4, NULL), 0);
	REQUIRE_RET(h, dnnhint_frame_end(h, id, grant.frame_id, 4, NULL), -ENOENT);
	dnnhint_close(h);
}

static void somebody_elses_stream(void)
{
	struct dnnhint *owner = must_open(), *other = must_open();
	struct dnnhint_stream_params params = { .weight = 1 };
	uint32_t id = must_add(owner, "mine");
	struct dnnhint_stream_info info;
	struct dnnhint_grant grant;

	REQUIRE_RET(other, dnnhint_frame_begin(other, id, 0, &grant), -EPERM);
	REQUIRE(dnnhint_error(other)[0], "no text");
	REQUIRE_RET(other, dnnhint_stream_set(other, id, &params, NULL), -EPERM);
	REQUIRE_RET(other, dnnhint_stream_del(other, id), -EPERM);
	REQUIRE_RET(owner, dnnhint_frame_begin(owner, id, 0, &grant), 0);
	REQUIRE_RET(other, dnnhint_frame_progress(other, id, grant.frame_id, 1), -EPERM);
	REQUIRE_RET(other, dnnhint_frame_end(other, id, grant.frame_id, 1, NULL), -EPERM);
	REQUIRE_RET(owner, dnnhint_frame_end(owner, id, grant.frame_id, 1, NULL), 0);
	/* the same user may look at it */
	REQUIRE_RET(other, dnnhint_stream_get(other, id, &info), 0);
	REQUIRE(!strcmp(info.name, "mine"), "name is '%s'", info.name);
	REQUIRE_EQ(info.weight, 100);
	dnnhint_close(other);
	dnnhint_close(owner);
}

/* --- past the library ------------------------------------------------------------- */

static struct nl_msg *raw(struct dnnhint *h, uint8_t cmd)
{
	struct nl_msg *msg = hint_request(h, cmd, NLM_F_ACK, 2048);

	REQUIRE(msg, "no memory");
	return msg;
}

/* A complete STREAM_ADD but for the attributes in without. */
static struct nl_msg *raw_add(struct dnnhint *h, uint64_t without)
{
	struct nl_msg *msg = raw(h, DNN_GOV_CMD_STREAM_ADD);

	if (!(without & HINT_HAS(STREAM_NAME)))
		nla_put_string(msg, DNN_GOV_A_STREAM_NAME, "raw");
	if (!(without & HINT_HAS(DEADLINE_NS)))
		nla_put_u64(msg, DNN_GOV_A_DEADLINE_NS, 40 * MS);
	if (!(without & HINT_HAS(LEVELS)))
		nla_put_u32(msg, DNN_GOV_A_LEVELS, 4);
	return msg;
}

/* The kernel must refuse the message, with a text. */
static void require_refused(struct dnnhint *h, struct nl_msg *msg, const char *what, int err,
			    const char *word)
{
	struct hint_reply reply;
	int ret = hint_ask(h, msg, HINT_HAS(STREAM_ID), &reply);

	REQUIRE(ret < 0 && ret != -EBADMSG, "%s: accepted (%d)", what, ret);
	REQUIRE(!err || ret == err, "%s: returned %d (%s), must be %d", what, ret, dnnhint_error(h),
		err);
	REQUIRE(!word || strcasestr(dnnhint_error(h), word), "%s: '%s' lacks '%s'", what,
		dnnhint_error(h), word);
}

static void raw_ranges(void)
{
	static const struct {
		uint64_t without;
		uint16_t attr;
		int bytes;
		uint64_t value;
		const char *field;
	} wrong[] = {
		{ HINT_HAS(DEADLINE_NS), DNN_GOV_A_DEADLINE_NS, 8, 0, "deadline" },
		{ HINT_HAS(DEADLINE_NS), DNN_GOV_A_DEADLINE_NS, 8, 99999, "deadline" },
		{ HINT_HAS(DEADLINE_NS), DNN_GOV_A_DEADLINE_NS, 8, 60000000001, "deadline" },
		{ HINT_HAS(DEADLINE_NS), DNN_GOV_A_DEADLINE_NS, 8, UINT64_MAX, "deadline" },
		{ 0, DNN_GOV_A_PERIOD_NS, 8, 0, "period" },
		{ 0, DNN_GOV_A_PERIOD_NS, 8, UINT64_MAX, "period" },
		{ HINT_HAS(LEVELS), DNN_GOV_A_LEVELS, 4, 0, "levels" },
		{ HINT_HAS(LEVELS), DNN_GOV_A_LEVELS, 4, 17, "levels" },
		{ HINT_HAS(LEVELS), DNN_GOV_A_LEVELS, 4, UINT32_MAX, "levels" },
		{ 0, DNN_GOV_A_MIN_LEVEL, 4, 0, "min" },
		{ 0, DNN_GOV_A_MIN_LEVEL, 4, 5, "min" },
		{ 0, DNN_GOV_A_WEIGHT, 4, 0, "weight" },
		{ 0, DNN_GOV_A_WEIGHT, 4, 1001, "weight" },
		{ 0, DNN_GOV_A_GOAL, 4, 3, "goal must be 0..2" },
		{ 0, DNN_GOV_A_GOAL, 4, UINT32_MAX, "goal" },
		{ 0, DNN_GOV_A_ACCURACY_FLOOR_PPM, 4, 1000001, "accuracy_floor_ppm must be 0..1000000" },
		{ 0, DNN_GOV_A_BALANCE_PPM, 4, 1000001, "balance_ppm must be 0..1000000" },
		{ 0, DNN_GOV_A_ENERGY_BUDGET_UJ, 8, 1000000001, "energy_budget_uj must be 0..1000000000" },
		{ 0, DNN_GOV_A_ENERGY_BUDGET_UJ, 8, UINT64_MAX, "energy_budget_uj" },
	};
	struct dnnhint *h = must_open();

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct nl_msg *msg = raw_add(h, wrong[i].without);
		char what[64];

		nla_put(msg, wrong[i].attr, wrong[i].bytes, &wrong[i].value);
		snprintf(what, sizeof(what), "%s of %" PRIu64, wrong[i].field, wrong[i].value);
		require_refused(h, msg, what, 0, wrong[i].field);
	}
	dnnhint_close(h);
}

static void raw_missing_attributes(void)
{
	static const struct { uint64_t attr; const char *field; } missing[] = {
		{ HINT_HAS(STREAM_NAME), "name" },
		{ HINT_HAS(DEADLINE_NS), "deadline" },
		{ HINT_HAS(LEVELS), "levels" },
	};
	struct dnnhint *h = must_open();

	for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++)
		require_refused(h, raw_add(h, missing[i].attr), missing[i].field, 0,
				missing[i].field);
	require_refused(h, raw(h, DNN_GOV_CMD_STREAM_SET), "set without id", 0, "stream_id");
	require_refused(h, raw(h, DNN_GOV_CMD_STREAM_DEL), "del without id", 0, "stream_id");
	require_refused(h, raw(h, DNN_GOV_CMD_FRAME_BEGIN), "begin without id", 0, "stream_id");
	require_refused(h, raw(h, DNN_GOV_CMD_FRAME_PROGRESS), "progress without id", 0,
			"stream_id");
	require_refused(h, raw(h, DNN_GOV_CMD_FRAME_END), "end without id", 0, "stream_id");
	dnnhint_close(h);
}

static void raw_wrong_sizes(void)
{
	static const uint16_t attrs[] = {
		DNN_GOV_A_PERIOD_NS, DNN_GOV_A_MIN_LEVEL, DNN_GOV_A_WEIGHT,
	};
	struct dnnhint *h = must_open();
	static const char zeros[256];
	struct nl_msg *msg;

	for (size_t i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++) {
		for (int bytes = 0; bytes <= 12; bytes++) {
			/* zeros are out of range even where the size is right */
			msg = raw_add(h, 0);
			nla_put(msg, attrs[i], bytes, zeros);
			require_refused(h, msg, "wrong size", 0, NULL);
		}
	}
	msg = raw_add(h, HINT_HAS(STREAM_NAME));
	nla_put(msg, DNN_GOV_A_STREAM_NAME, 33, "123456789.123456789.123456789.12");
	require_refused(h, msg, "name of 32 bytes", 0, "name");
	msg = raw_add(h, HINT_HAS(STREAM_NAME));
	nla_put_string(msg, DNN_GOV_A_STREAM_NAME, "");
	require_refused(h, msg, "empty name", 0, "name");
	msg = raw_add(h, 0);
	nla_put(msg, DNN_GOV_A_CPUS, 6, zeros);
	require_refused(h, msg, "cpus of 6 bytes", 0, "cpus");
	msg = raw_add(h, 0);
	nla_put(msg, DNN_GOV_A_CPUS, 8, zeros);
	require_refused(h, msg, "no cpus", 0, "cpus");
	msg = raw_add(h, 0);
	nla_put(msg, DNN_GOV_A_CPUS, 132, zeros);
	require_refused(h, msg, "cpus of 33 words", 0, "cpus");
	dnnhint_close(h);
}

static struct nl_msg *raw_costs(struct dnnhint *h, unsigned int levels, uint64_t cycles,
				uint64_t stall_ns, uint32_t accuracy_ppm)
{
	struct nl_msg *msg = raw_add(h, 0);
	struct nlattr *all = nla_nest_start(msg, DNN_GOV_A_LEVEL_COSTS);

	for (unsigned int k = 0; k < levels; k++) {
		struct nlattr *one = nla_nest_start(msg, DNN_GOV_A_LEVEL_COST);

		nla_put_u64(msg, DNN_GOV_COST_A_CYCLES, cycles);
		nla_put_u64(msg, DNN_GOV_COST_A_STALL_NS, stall_ns);
		nla_put_u32(msg, DNN_GOV_COST_A_ACCURACY_PPM, accuracy_ppm);
		nla_nest_end(msg, one);
	}
	nla_nest_end_keep_empty(msg, all);
	return msg;
}

static void raw_costs_refused(void)
{
	struct dnnhint *h = must_open();

	for (unsigned int levels = 0; levels <= 20; levels++)
		if (levels != 4)
			require_refused(h, raw_costs(h, levels, 1000, 0, 1), "number of costs", 0,
					"cost");
	require_refused(h, raw_costs(h, 4, 0, 0, 1), "no cycles", 0, "cycles");
	require_refused(h, raw_costs(h, 4, DNN_GOV_CYCLES_MAX + 1, 0, 1), "cycles", 0, "cycles");
	require_refused(h, raw_costs(h, 4, UINT64_MAX, 0, 1), "cycles", 0, "cycles");
	require_refused(h, raw_costs(h, 4, 1, DNN_GOV_TIME_MAX_NS + 1, 1), "stall", 0, "stall");
	require_refused(h, raw_costs(h, 4, 1, 0, DNN_GOV_PPM + 1), "accuracy", 0, "accuracy");
	dnnhint_close(h);
}

static void raw_unknown(void)
{
	struct dnnhint *h = must_open();
	struct nl_msg *msg = raw_add(h, 0);

	nla_put_u32(msg, DNN_GOV_A_MAX + 1, 1);
	require_refused(h, msg, "unknown attribute", 0, NULL);
	msg = raw_add(h, 0);
	nla_put_u32(msg, DNN_GOV_A_GRANT, 1);
	require_refused(h, msg, "attribute of answers", 0, NULL);
	/* what takes none at all */
	for (int attr = 1; attr <= DNN_GOV_A_MAX; attr++) {
		msg = raw(h, DNN_GOV_CMD_STATS_GET);
		nla_put_u32(msg, attr, 1);
		require_refused(h, msg, "attribute where none belongs", -EINVAL, NULL);
	}
	require_refused(h, raw(h, 200), "unknown command", -EOPNOTSUPP, NULL);
	require_refused(h, raw(h, DNN_GOV_CMD_PRESSURE), "command of events", -EOPNOTSUPP, NULL);
	dnnhint_close(h);
}

static int count_raw(const struct dnnhint_stream_info *info, void *ctx)
{
	unsigned int *count = ctx;

	*count += !strcmp(info->name, "raw");
	return 0;
}

/* Cut anywhere, with a length that says so: refused, or a smaller message that is whole. */
static void raw_truncated(void)
{
	struct dnnhint *h = must_open(), *other = must_open();
	struct nl_msg *whole = raw_costs(h, 4, 1000, 5, 7);
	uint32_t len = nlmsg_hdr(whole)->nlmsg_len;
	unsigned int made = 0, there = 0;

	for (uint32_t cut = NLMSG_HDRLEN; cut <= len; cut++) {
		struct nl_msg *msg = nlmsg_alloc_size(len);
		struct hint_reply reply;

		memcpy(nlmsg_hdr(msg), nlmsg_hdr(whole), len);
		nlmsg_hdr(msg)->nlmsg_len = cut;
		if (!hint_ask(h, msg, HINT_HAS(STREAM_ID), &reply))
			made++;
	}
	nlmsg_free(whole);
	/* what ends between two attributes is whole: without costs, and the last one */
	REQUIRE(made >= 2 && made <= 8, "%u were accepted", made);
	REQUIRE_RET(other, dnnhint_streams_get(other, count_raw, &there), 0);
	REQUIRE_EQ(there, made);
	dnnhint_close(h);
	there = 0;
	REQUIRE_RET(other, dnnhint_streams_get(other, count_raw, &there), 0);
	REQUIRE_EQ(there, 0);
	dnnhint_close(other);
}

/* Every byte changed: whatever comes of it, the module lives and forgets it all. */
static void raw_changed_bytes(void)
{
	struct dnnhint *h = must_open(), *other = must_open();
	struct nl_msg *whole = raw_costs(h, 4, 1000, 5, 7);
	uint32_t len = nlmsg_hdr(whole)->nlmsg_len;
	unsigned int refused = 0;
	struct dnnhint_stats before, after;

	REQUIRE_RET(other, dnnhint_stats_get(other, &before), 0);
	/* the generic netlink header and on: what comes before is not the module's */
	for (uint32_t at = NLMSG_HDRLEN; at < len; at++) {
		for (unsigned int bit = 0; bit < 8; bit++) {
			struct nl_msg *msg = nlmsg_alloc_size(len);
			struct hint_reply reply;

			memcpy(nlmsg_hdr(msg), nlmsg_hdr(whole), len);
			((unsigned char *)nlmsg_hdr(msg))[at] ^= (unsigned char)(1 << bit);
			if (hint_ask(h, msg, HINT_HAS(STREAM_ID), &reply))
				refused++;
			else if (reply.stream_id)
				dnnhint_stream_del(h, reply.stream_id);
		}
	}
	nlmsg_free(whole);
	REQUIRE(refused > len, "only %u of %u were refused", refused, 8 * len);
	dnnhint_close(h);
	REQUIRE_RET(other, dnnhint_stats_get(other, &after), 0);
	REQUIRE_EQ(after.streams, before.streams);
	dnnhint_close(other);
}

/* --- what the scenario prepares ----------------------------------------------------- */

static void no_module(void)
{
	struct dnnhint *h;

	REQUIRE_EQ(dnnhint_open(&h), -EPROTONOSUPPORT);
	REQUIRE(!h, "a handle nevertheless");
}

static void no_governor(void)
{
	struct dnnhint_stream_params params = { .name = "x", .deadline_ns = 40 * MS, .levels = 4 };
	struct dnnhint *h = must_open();
	uint32_t id;

	REQUIRE_RET(h, dnnhint_stream_add(h, &params, &id, NULL), -ENODEV);
	require_text(h, "governor dnn");
	dnnhint_close(h);
}

static void become_nobody(void)
{
	REQUIRE_EQ(setresgid(65534, 65534, 65534), 0);
	REQUIRE_EQ(setresuid(65534, 65534, 65534), 0);
}

static void not_root(void)
{
	struct dnnhint_stream_params params = { .name = "x", .deadline_ns = 40 * MS, .levels = 4 };
	struct dnnhint *root = must_open(), *h;
	uint32_t id, secret = must_add(root, "secret");
	struct dnnhint_stream_info info;
	struct dnnhint_stats stats;

	become_nobody();
	h = must_open();
	REQUIRE_RET(h, dnnhint_stream_add(h, &params, &id, NULL), -EPERM);
	require_text(h, "CAP_SYS_NICE");
	/* looking is free, but not at names */
	REQUIRE_RET(h, dnnhint_stats_get(h, &stats), 0);
	REQUIRE_RET(h, dnnhint_stream_get(h, secret, &info), 0);
	REQUIRE(!info.name[0], "name is '%s'", info.name);
	REQUIRE_EQ(info.levels, 4);
	dnnhint_close(h);
	dnnhint_close(root);
}

const struct hint_test hint_refusal_tests[] = {
	{ "local_checks", local_checks },
	{ "frame_mistakes", frame_mistakes },
	{ "somebody_elses_stream", somebody_elses_stream },
	{ "raw_ranges", raw_ranges },
	{ "raw_missing_attributes", raw_missing_attributes },
	{ "raw_wrong_sizes", raw_wrong_sizes },
	{ "raw_costs", raw_costs_refused },
	{ "raw_unknown", raw_unknown },
	{ "raw_truncated", raw_truncated },
	{ "raw_changed_bytes", raw_changed_bytes },
	{ "no_module", no_module },
	{ "no_governor", no_governor },
	{ "not_root", not_root },
	{ NULL, NULL },
};
