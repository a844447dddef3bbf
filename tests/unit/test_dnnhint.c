// SPDX-License-Identifier: MIT
/* libdnnhint, what of it needs no kernel: checking parameters, writing and reading messages. */
#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "../../userspace/libdnnhint/handle.h"
#include "../../userspace/libdnnhint/parse.h"
#include "../../userspace/dnnctl/latency.h"

#define FAMILY 42

static const struct dnnhint_stream_params good = {
	.name = "camera", .period_ns = 33000000, .deadline_ns = 30000000, .levels = 4,
};

/* --- parameters ------------------------------------------------------------- */

static void assert_params(const struct dnnhint_stream_params *params, uint32_t own_levels, int code,
			  const char *text)
{
	char said[256] = "";
	int ret = hint_check_params(params, own_levels, said, sizeof(said));

	cr_assert_eq(ret, code, "returned %d (%s), not %d (%s)", ret, said, code, text);
	cr_assert_str_eq(said, text);
}

Test(params, good_ones_pass)
{
	struct dnnhint_cost costs[4] = { { 1, 0, 0 }, { 2, 1, 1 }, { 3, 2, 1000000 },
					 { DNN_GOV_CYCLES_MAX, DNN_GOV_TIME_MAX_NS, 5 } };
	struct dnnhint_stream_params p = good;
	cpu_set_t cpus;

	assert_params(&p, 0, 0, "");
	CPU_ZERO(&cpus);
	CPU_SET(3, &cpus);
	p.cpus = &cpus;
	p.costs = costs;
	p.min_level = 4;
	p.weight = DNN_GOV_WEIGHT_MAX;
	p.name = "thirty-one bytes are the longest";
	p.name++;
	cr_assert_eq(strlen(p.name), 31);
	assert_params(&p, 0, 0, "");
}

Test(params, name)
{
	struct dnnhint_stream_params p = good;

	p.name = NULL;
	assert_params(&p, 0, -EINVAL, "name: must be 1..31 bytes");
	p.name = "";
	assert_params(&p, 0, -EINVAL, "name: must be 1..31 bytes");
	p.name = "thirty-two bytes are one too many";
	p.name++;
	cr_assert_eq(strlen(p.name), 32);
	assert_params(&p, 0, -EINVAL, "name: must be 1..31 bytes");
	p.name = "two\nlines";
	assert_params(&p, 0, -EINVAL, "name: must have no control characters");
	p.name = "other";
	assert_params(&p, 4, -EINVAL, "name: a stream's name cannot be changed, must be NULL");
}

Test(params, times)
{
	struct dnnhint_stream_params p = good;

	p.deadline_ns = 0;
	assert_params(&p, 0, -ERANGE,
		      "deadline_ns: 0 is out of range, must be 100000..60000000000");
	p.deadline_ns = DNN_GOV_TIME_MIN_NS - 1;
	assert_params(&p, 0, -ERANGE,
		      "deadline_ns: 99999 is out of range, must be 100000..60000000000");
	p.deadline_ns = DNN_GOV_TIME_MAX_NS + 1;
	assert_params(&p, 0, -ERANGE,
		      "deadline_ns: 60000000001 is out of range, must be 100000..60000000000");
	p.deadline_ns = DNN_GOV_TIME_MAX_NS;
	assert_params(&p, 0, 0, "");
	p.period_ns = 1;
	assert_params(&p, 0, -ERANGE, "period_ns: 1 is out of range, must be 100000..60000000000");
	p.period_ns = 0;	/* as the deadline */
	assert_params(&p, 0, 0, "");
}

Test(params, levels)
{
	struct dnnhint_stream_params p = good;

	p.levels = 0;
	assert_params(&p, 0, -ERANGE, "levels: 0 is out of range, must be 1..16");
	p.levels = 17;
	assert_params(&p, 0, -ERANGE, "levels: 17 is out of range, must be 1..16");
	p.levels = 4;
	p.min_level = 5;
	assert_params(&p, 0, -ERANGE, "min_level: 5 is out of range, must be 1..4");
	p.min_level = 0;
	p.weight = 1001;
	assert_params(&p, 0, -ERANGE, "weight: 1001 is out of range, must be 1..1000");
}

Test(params, costs_and_cpus)
{
	struct dnnhint_cost costs[4] = { { 1, 0, 0 }, { 2, 0, 0 }, { 3, 0, 0 }, { 4, 0, 0 } };
	struct dnnhint_stream_params p = good;
	cpu_set_t none;

	p.costs = costs;
	costs[2].cycles = 0;
	assert_params(&p, 0, -ERANGE,
		      "costs[2].cycles: 0 is out of range, must be 1..4398046511104");
	costs[2].cycles = 3;
	costs[3].stall_ns = DNN_GOV_TIME_MAX_NS + 1;
	assert_params(&p, 0, -ERANGE,
		      "costs[3].stall_ns: 60000000001 is out of range, must be 0..60000000000");
	costs[3].stall_ns = 0;
	costs[0].accuracy_ppm = 1000001;
	assert_params(&p, 0, -ERANGE,
		      "costs[0].accuracy_ppm: 1000001 is out of range, must be 0..1000000");
	p.costs = NULL;
	CPU_ZERO(&none);
	p.cpus = &none;
	assert_params(&p, 0, -EINVAL, "cpus: must hold a CPU, or be NULL");
}

Test(params, wishes)
{
	struct dnnhint_stream_params p = good;

	p.goal = DNNHINT_GOAL_MIN_ENERGY;
	p.accuracy_floor_ppm = DNN_GOV_PPM;
	p.balance_ppm = DNN_GOV_PPM;
	p.energy_budget_uj = DNN_GOV_ENERGY_MAX_UJ;
	assert_params(&p, 0, 0, "");
	assert_params(&(struct dnnhint_stream_params) {
		.goal = DNNHINT_GOAL_MAX_ACCURACY, .accuracy_floor_ppm = DNNHINT_ZERO,
		.balance_ppm = DNNHINT_ZERO, .energy_budget_uj = DNNHINT_ZERO,
	}, 4, 0, "");
	p.goal = DNNHINT_GOAL_MIN_ENERGY + 1;
	assert_params(&p, 0, -ERANGE, "goal: 4 is out of range, must be 1..3");
	p.goal = 0;
	p.accuracy_floor_ppm = DNN_GOV_PPM + 1;
	assert_params(&p, 0, -ERANGE,
		      "accuracy_floor_ppm: 1000001 is out of range, must be 0..1000000");
	p.accuracy_floor_ppm = 0;
	p.balance_ppm = DNN_GOV_PPM + 1;
	assert_params(&p, 0, -ERANGE, "balance_ppm: 1000001 is out of range, must be 0..1000000");
	p.balance_ppm = 0;
	p.energy_budget_uj = DNN_GOV_ENERGY_MAX_UJ + 1;
	assert_params(&p, 0, -ERANGE,
		      "energy_budget_uj: 1000000001 is out of range, must be 0..1000000000");
}

Test(params, a_change_needs_no_more_than_what_changes)
{
	struct dnnhint_stream_params p = { .weight = 7 };

	assert_params(&p, 4, 0, "");
	p.levels = 5;
	assert_params(&p, 4, -ERANGE, "levels: 5 is out of range, must be 4..4");
	p.levels = 4;
	p.min_level = 5;
	assert_params(&p, 4, -ERANGE, "min_level: 5 is out of range, must be 1..4");
	p.min_level = 0;
	p.deadline_ns = 1;
	assert_params(&p, 4, -ERANGE,
		      "deadline_ns: 1 is out of range, must be 100000..60000000000");
}

/* --- messages ---------------------------------------------------------------- */

static struct nl_msg *new_message(uint8_t cmd)
{
	struct nl_msg *msg = nlmsg_alloc();

	cr_assert_not_null(msg);
	cr_assert_not_null(genlmsg_put(msg, 0, 0, FAMILY, 0, 0, cmd, DNN_GOV_GENL_VERSION));
	return msg;
}

static int parse(struct nl_msg *msg, struct hint_reply *reply)
{
	return hint_parse(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len, reply);
}

Test(message, what_is_written_is_read)
{
	struct dnnhint_cost costs[DNN_GOV_LEVELS_MAX];
	struct dnnhint_stream_params p = good;
	struct hint_reply reply;
	struct nl_msg *msg = nlmsg_alloc_size(NLMSG_HDRLEN + GENL_HDRLEN + hint_params_bytes());
	cpu_set_t cpus;

	/* the largest there can be: it must fit into the room planned for it */
	for (uint32_t i = 0; i < DNN_GOV_LEVELS_MAX; i++)
		costs[i] = (struct dnnhint_cost) { 1000 * (i + 1), 10 * i, 1000 + i };
	memset(&cpus, 0, sizeof(cpus));
	CPU_SET(0, &cpus);
	CPU_SET(33, &cpus);
	CPU_SET(1023, &cpus);
	p.name = "thirty-one bytes are the longes";
	p.levels = DNN_GOV_LEVELS_MAX;
	p.min_level = 2;
	p.weight = 9;
	p.cpus = &cpus;
	p.costs = costs;
	p.goal = DNNHINT_GOAL_BALANCED;
	p.accuracy_floor_ppm = 600000;
	p.balance_ppm = 250000;
	p.energy_budget_uj = 12345;
	cr_assert_not_null(genlmsg_put(msg, 0, 0, FAMILY, 0, 0, DNN_GOV_CMD_STREAM_ADD, 1));
	cr_assert_eq(hint_put_params(msg, &p, 0), 0);
	cr_assert_eq(parse(msg, &reply), 0);
	cr_expect_eq(reply.cmd, DNN_GOV_CMD_STREAM_ADD);
	cr_expect_str_eq(reply.stream_name, p.name);
	cr_expect_eq(reply.period_ns, p.period_ns);
	cr_expect_eq(reply.deadline_ns, p.deadline_ns);
	cr_expect_eq(reply.levels, 16);
	cr_expect_eq(reply.min_level, 2);
	cr_expect_eq(reply.weight, 9);
	cr_expect_eq(reply.goal, DNN_GOV_GOAL_BALANCED);
	cr_expect_eq(reply.accuracy_floor_ppm, 600000);
	cr_expect_eq(reply.balance_ppm, 250000);
	cr_expect_eq(reply.energy_budget_uj, 12345);
	cr_expect(CPU_EQUAL(&reply.cpus, &cpus));
	cr_assert_eq(reply.nr_costs, 16);
	for (uint32_t i = 0; i < DNN_GOV_LEVELS_MAX; i++) {
		cr_expect_eq(reply.costs[i].cycles, costs[i].cycles);
		cr_expect_eq(reply.costs[i].stall_ns, costs[i].stall_ns);
		cr_expect_eq(reply.costs[i].accuracy_ppm, costs[i].accuracy_ppm);
	}
	nlmsg_free(msg);
}

/* With any room that is too small an error, and never a message that lacks something. */
Test(message, what_does_not_fit_is_not_written)
{
	struct dnnhint_cost costs[2] = { { 1, 2, 3 }, { 4, 5, 6 } };
	struct dnnhint_stream_params p = good;
	unsigned int too_small = 0;
	struct hint_reply reply;
	struct nl_msg *msg;
	cpu_set_t cpus;
	int ret;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	p.levels = 2;
	p.min_level = 2;
	p.weight = 9;
	p.cpus = &cpus;
	p.costs = costs;
	p.goal = DNNHINT_GOAL_BALANCED;
	p.accuracy_floor_ppm = 600000;
	p.balance_ppm = 250000;
	p.energy_budget_uj = 12345;
	for (size_t room = NLMSG_HDRLEN + GENL_HDRLEN; ; room += NLA_ALIGNTO) {
		msg = nlmsg_alloc_size(room);
		cr_assert_not_null(genlmsg_put(msg, 0, 0, FAMILY, 0, 0, DNN_GOV_CMD_STREAM_ADD, 1));
		ret = hint_put_params(msg, &p, 0);
		if (!ret)
			break;
		cr_assert_eq(ret, -ENOMEM);
		too_small++;
		nlmsg_free(msg);
	}
	cr_expect_gt(too_small, 20);
	cr_assert_eq(parse(msg, &reply), 0);
	cr_expect_eq(reply.nr_costs, 2);
	cr_expect_eq(reply.costs[1].accuracy_ppm, 6);
	cr_expect_eq(reply.energy_budget_uj, 12345);
	nlmsg_free(msg);
}

Test(message, what_is_not_given_is_not_sent)
{
	struct dnnhint_stream_params p = { .weight = 5 };
	struct nl_msg *msg = new_message(DNN_GOV_CMD_STREAM_SET);
	struct hint_reply reply;

	cr_assert_eq(hint_put_params(msg, &p, 4), 0);
	cr_assert_eq(parse(msg, &reply), 0);
	cr_expect_eq(reply.has, HINT_HAS(WEIGHT));
	nlmsg_free(msg);
}

/* What stands for 0 is sent as 0; the first goal, which is 0 in messages, can be set back. */
Test(message, zero_can_be_said)
{
	struct dnnhint_stream_params p = {
		.goal = DNNHINT_GOAL_MAX_ACCURACY, .accuracy_floor_ppm = DNNHINT_ZERO,
		.balance_ppm = DNNHINT_ZERO, .energy_budget_uj = DNNHINT_ZERO,
	};
	struct nl_msg *msg = new_message(DNN_GOV_CMD_STREAM_SET);
	struct hint_reply reply;

	cr_assert_eq(hint_put_params(msg, &p, 4), 0);
	cr_assert_eq(parse(msg, &reply), 0);
	cr_expect_eq(reply.has, HINT_HAS(GOAL) | HINT_HAS(ACCURACY_FLOOR_PPM) |
				HINT_HAS(BALANCE_PPM) | HINT_HAS(ENERGY_BUDGET_UJ));
	cr_expect_eq(reply.goal, DNN_GOV_GOAL_MAX_ACCURACY);
	cr_expect_eq(reply.accuracy_floor_ppm, 0);
	cr_expect_eq(reply.balance_ppm, 0);
	cr_expect_eq(reply.energy_budget_uj, 0);
	nlmsg_free(msg);
}

static struct nl_msg *full_message(void)
{
	struct nl_msg *msg = new_message(DNN_GOV_CMD_PRESSURE);
	struct nlattr *all, *one;
	uint32_t cpus[2] = { 5, 1 };

	nla_put_u32(msg, DNN_GOV_A_STREAM_ID, 3);
	nla_put_string(msg, DNN_GOV_A_STREAM_NAME, "camera");
	nla_put_u64(msg, DNN_GOV_A_DEADLINE_NS, 30);
	nla_put(msg, DNN_GOV_A_CPUS, sizeof(cpus), cpus);
	nla_put_u32(msg, DNN_GOV_A_GRANT, 2);
	nla_put_u32(msg, DNN_GOV_A_GRANT_OLD, 4);
	nla_put_u32(msg, DNN_GOV_A_CAUSE, DNN_GOV_CAUSE_FREQ_CAP);
	nla_put_u32(msg, DNN_GOV_A_KHZ, 1200000);
	nla_put_u64(msg, DNN_GOV_A_TIME_NS, 77);
	nla_put_u8(msg, DNN_GOV_A_MET, 1);
	nla_put_u64(msg, DNN_GOV_A_FRAMES, 100);
	all = nla_nest_start(msg, DNN_GOV_A_PRESSURES);
	for (uint32_t cause = 1; cause <= DNN_GOV_CAUSE_MAX + 1; cause++) {
		one = nla_nest_start(msg, DNN_GOV_A_CAUSE_COUNT);
		nla_put_u32(msg, DNN_GOV_A_CAUSE, cause);
		nla_put_u64(msg, DNN_GOV_A_COUNT, 10 * cause);
		nla_nest_end(msg, one);
	}
	nla_nest_end(msg, all);
	all = nla_nest_start(msg, DNN_GOV_A_LEVEL_COSTS);
	for (uint32_t i = 0; i < 2; i++) {
		one = nla_nest_start(msg, DNN_GOV_A_LEVEL_COST);
		nla_put_u64(msg, DNN_GOV_COST_A_CYCLES, 1000 + i);
		nla_nest_end(msg, one);
	}
	nla_nest_end(msg, all);
	nla_put_u32(msg, DNN_GOV_A_MAX + 9, 1);	/* of a later version */
	return msg;
}

Test(message, answer_is_read)
{
	struct nl_msg *msg = full_message();
	struct dnnhint_event event;
	struct hint_reply reply;

	cr_assert_eq(parse(msg, &reply), 0);
	cr_expect_eq(reply.stream_id, 3);
	cr_expect_str_eq(reply.stream_name, "camera");
	cr_expect_eq(CPU_COUNT(&reply.cpus), 3);
	cr_expect(CPU_ISSET(0, &reply.cpus) && CPU_ISSET(2, &reply.cpus) &&
		  CPU_ISSET(32, &reply.cpus));
	cr_expect_eq(reply.met, 1);
	cr_expect_eq(reply.frames, 100);
	cr_expect_eq(reply.nr_costs, 2);
	cr_expect_eq(reply.costs[1].cycles, 1001);
	for (uint32_t cause = 1; cause <= DNN_GOV_CAUSE_MAX; cause++)
		cr_expect_eq(reply.events[cause], 10 * cause);
	cr_assert_eq(hint_parse_event(&reply, &event), 0);
	cr_expect_eq(event.stream_id, 3);
	cr_expect_eq(event.grant, 2);
	cr_expect_eq(event.grant_old, 4);
	cr_expect_eq(event.cause, DNN_GOV_CAUSE_FREQ_CAP);
	cr_expect_eq(event.khz, 1200000);
	cr_expect_eq(event.time_ns, 77);
	reply.has &= ~HINT_HAS(CAUSE);
	cr_expect_eq(hint_parse_event(&reply, &event), -EBADMSG);
	nlmsg_free(msg);
}

/* One attribute of any size and content: only what the ABI says may pass. */
static int parse_one(uint16_t attr, int bytes, const void *data)
{
	struct nl_msg *msg = new_message(DNN_GOV_CMD_STREAM_GET);
	struct hint_reply reply;
	int ret;

	cr_assert_eq(nla_put(msg, attr, bytes, data), 0);
	ret = parse(msg, &reply);
	nlmsg_free(msg);
	return ret;
}

Test(message, wrong_sizes_are_refused)
{
	static const struct { uint16_t attr; int bytes; } sizes[] = {
		{ DNN_GOV_A_STREAM_ID, 4 }, { DNN_GOV_A_LEVELS, 4 }, { DNN_GOV_A_MIN_LEVEL, 4 },
		{ DNN_GOV_A_WEIGHT, 4 }, { DNN_GOV_A_GRANT, 4 }, { DNN_GOV_A_GRANT_OLD, 4 },
		{ DNN_GOV_A_CAUSE, 4 }, { DNN_GOV_A_KHZ, 4 }, { DNN_GOV_A_PENDING, 4 },
		{ DNN_GOV_A_STREAMS, 4 }, { DNN_GOV_A_POLICY_CPU, 4 }, { DNN_GOV_A_MIN_KHZ, 4 },
		{ DNN_GOV_A_MAX_KHZ, 4 }, { DNN_GOV_A_MET, 1 }, { DNN_GOV_A_FAST_SWITCH, 1 },
		{ DNN_GOV_A_PERIOD_NS, 8 }, { DNN_GOV_A_DEADLINE_NS, 8 }, { DNN_GOV_A_FRAME_ID, 8 },
		{ DNN_GOV_A_DEADLINE_ABS_NS, 8 }, { DNN_GOV_A_TIME_NS, 8 },
		{ DNN_GOV_A_LATENCY_NS, 8 }, { DNN_GOV_A_FRAMES, 8 }, { DNN_GOV_A_FRAMES_MET, 8 },
		{ DNN_GOV_A_FRAMES_MISSED, 8 }, { DNN_GOV_A_FRAMES_ABANDONED, 8 },
		{ DNN_GOV_A_ENERGY_UJ, 8 }, { DNN_GOV_A_GOAL, 4 },
		{ DNN_GOV_A_ACCURACY_FLOOR_PPM, 4 }, { DNN_GOV_A_BALANCE_PPM, 4 },
		{ DNN_GOV_A_ENERGY_BUDGET_UJ, 8 }, { DNN_GOV_A_POWER_BUDGET_UW, 4 },
	};
	char ones[64];

	memset(ones, 0, sizeof(ones));
	ones[0] = 1;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (int bytes = 0; bytes <= 16; bytes++)
			cr_expect_eq(parse_one(sizes[i].attr, bytes, ones),
				     bytes == sizes[i].bytes ? 0 : -EBADMSG,
				     "attribute %u of %d bytes", sizes[i].attr, bytes);
	cr_expect_eq(parse_one(DNN_GOV_A_STREAM_NAME, 33, ones), -EBADMSG);
	cr_expect_eq(parse_one(DNN_GOV_A_STREAM_NAME, 0, ones), -EBADMSG);
	cr_expect_eq(parse_one(DNN_GOV_A_CPUS, 6, ones), -EBADMSG);
	cr_expect_eq(parse_one(DNN_GOV_A_CPUS, 0, ones), -EBADMSG);
	cr_expect_eq(parse_one(DNN_GOV_A_CPUS, 8, ones), 0);
}

Test(message, name_without_its_nul_is_cut)
{
	struct nl_msg *msg = new_message(DNN_GOV_CMD_STREAM_GET);
	struct hint_reply reply;
	char name[DNN_GOV_NAME_MAX];

	memset(name, 'x', sizeof(name));
	cr_assert_eq(nla_put(msg, DNN_GOV_A_STREAM_NAME, sizeof(name), name), 0);
	cr_assert_eq(parse(msg, &reply), 0);
	cr_expect_eq(strlen(reply.stream_name), DNN_GOV_NAME_MAX - 1);
	nlmsg_free(msg);
}

Test(message, levels_that_cannot_be_are_refused)
{
	static const uint16_t attrs[] = { DNN_GOV_A_LEVELS, DNN_GOV_A_MIN_LEVEL, DNN_GOV_A_GRANT,
					  DNN_GOV_A_GRANT_OLD };
	uint32_t value;

	for (size_t i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++) {
		value = 0;
		cr_expect_eq(parse_one(attrs[i], sizeof(value), &value), -EBADMSG);
		value = DNN_GOV_LEVELS_MAX;
		cr_expect_eq(parse_one(attrs[i], sizeof(value), &value), 0);
		value = DNN_GOV_LEVELS_MAX + 1;
		cr_expect_eq(parse_one(attrs[i], sizeof(value), &value), -EBADMSG);
	}
	value = 0;
	cr_expect_eq(parse_one(DNN_GOV_A_STREAM_ID, sizeof(value), &value), -EBADMSG);
}

Test(message, too_many_costs_are_refused)
{
	struct nl_msg *msg = new_message(DNN_GOV_CMD_STREAM_GET);
	struct nlattr *all = nla_nest_start(msg, DNN_GOV_A_LEVEL_COSTS);
	struct hint_reply reply;

	for (int i = 0; i <= DNN_GOV_LEVELS_MAX; i++) {
		struct nlattr *one = nla_nest_start(msg, DNN_GOV_A_LEVEL_COST);

		nla_put_u64(msg, DNN_GOV_COST_A_CYCLES, 1);
		nla_nest_end(msg, one);
	}
	nla_nest_end(msg, all);
	cr_expect_eq(parse(msg, &reply), -EBADMSG);
	nlmsg_free(msg);
}

/* Exactly as many bytes as there are, so that a sanitizer sees any read beyond. */
static int parse_copy(const void *data, size_t len, struct hint_reply *reply)
{
	void *copy = malloc(len ? len : 1);
	int ret;

	memcpy(copy, data, len);
	ret = len < sizeof(struct nlmsghdr) ? -EBADMSG : hint_parse(copy, len, reply);
	free(copy);
	return ret;
}

Test(message, truncated_anywhere_is_refused)
{
	struct nl_msg *msg = full_message();
	size_t len = nlmsg_hdr(msg)->nlmsg_len;
	struct hint_reply reply;

	for (size_t cut = 0; cut < len; cut++)
		cr_expect_eq(parse_copy(nlmsg_hdr(msg), cut, &reply), -EBADMSG, "cut at %zu", cut);
	cr_expect_eq(parse_copy(nlmsg_hdr(msg), len, &reply), 0);
	nlmsg_free(msg);
}

Test(message, truncated_with_a_length_that_agrees_does_no_harm)
{
	struct nl_msg *msg = full_message();
	uint32_t len = nlmsg_hdr(msg)->nlmsg_len;
	struct hint_reply reply;

	for (uint32_t cut = len; cut >= sizeof(struct nlmsghdr); cut--) {
		nlmsg_hdr(msg)->nlmsg_len = cut;
		if (parse_copy(nlmsg_hdr(msg), cut, &reply) == 0)
			cr_expect_leq(reply.nr_costs, DNN_GOV_LEVELS_MAX);
	}
	nlmsg_free(msg);
}

Test(message, changed_bytes_do_no_harm)
{
	struct nl_msg *msg = full_message();
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	size_t len = nlh->nlmsg_len;
	unsigned char *bytes = malloc(len);
	unsigned int passed = 0;

	for (size_t at = 0; at < len; at++) {
		for (unsigned int value = 0; value < 256; value += at < 20 ? 1 : 5) {
			struct hint_reply reply;

			memcpy(bytes, nlh, len);
			bytes[at] = (unsigned char)value;
			if (parse_copy(bytes, len, &reply))
				continue;
			passed++;
			/* whatever it says, these are safe to use */
			cr_assert(!(reply.has & HINT_HAS(GRANT)) ||
				  (reply.grant >= 1 && reply.grant <= DNN_GOV_LEVELS_MAX));
			cr_assert_leq(reply.nr_costs, DNN_GOV_LEVELS_MAX);
			cr_assert_neq(memchr(reply.stream_name, 0, DNN_GOV_NAME_MAX), NULL);
		}
	}
	cr_expect_gt(passed, 0);
	free(bytes);
	nlmsg_free(msg);
}

/* --- refusals ------------------------------------------------------------------ */

/* What the kernel sends back: the request's header, and attributes of its own. */
static struct nl_msg *new_refusal(int err, const struct nlmsghdr *request, uint16_t flags)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nlmsgerr *body;
	size_t whole = flags & NLM_F_CAPPED ? sizeof(*request) : request->nlmsg_len;

	nlmsg_put(msg, 0, 0, NLMSG_ERROR, 0, flags);
	body = nlmsg_reserve(msg, sizeof(*body) - sizeof(*request) + NLMSG_ALIGN(whole), 4);
	memset(body, 0, sizeof(*body) - sizeof(*request) + NLMSG_ALIGN(whole));
	body->error = err;
	memcpy(&body->msg, request, whole);
	return msg;
}

static int refusal(struct nl_msg *msg, const struct nlmsghdr *request, char *text, size_t size)
{
	return hint_parse_refusal(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len, request, text, size);
}

static struct nl_msg *stream_request(uint32_t *deadline_at, uint32_t *cost_at)
{
	struct dnnhint_cost costs[4] = { { 1, 0, 0 }, { 2, 0, 0 }, { 3, 0, 0 }, { 4, 0, 0 } };
	struct nl_msg *msg = new_message(DNN_GOV_CMD_STREAM_ADD);
	struct dnnhint_stream_params p = good;
	struct nlattr *attr, *level;
	int left;

	p.costs = costs;
	cr_assert_eq(hint_put_params(msg, &p, 0), 0);
	*deadline_at = 0;
	*cost_at = 0;
	nla_for_each_attr(attr, genlmsg_attrdata(nlmsg_data(nlmsg_hdr(msg)), 0),
			  genlmsg_attrlen(nlmsg_data(nlmsg_hdr(msg)), 0), left) {
		uint32_t at = (uint32_t)((char *)attr - (char *)nlmsg_hdr(msg));

		if (nla_type(attr) == DNN_GOV_A_DEADLINE_NS)
			*deadline_at = at;
		if (nla_type(attr) != DNN_GOV_A_LEVEL_COSTS)
			continue;
		/* the cycles of the second level */
		level = nla_data(attr);
		level = (struct nlattr *)((char *)level + NLA_ALIGN(level->nla_len));
		*cost_at = (uint32_t)((char *)nla_data(level) - (char *)nlmsg_hdr(msg));
	}
	cr_assert(*deadline_at && *cost_at);
	return msg;
}

Test(refusal, plain_and_acknowledgment)
{
	struct nl_msg *request = new_message(DNN_GOV_CMD_STREAM_DEL), *msg;
	char text[128] = "x";

	msg = new_refusal(-EPERM, nlmsg_hdr(request), 0);
	cr_expect_eq(refusal(msg, nlmsg_hdr(request), text, sizeof(text)), -EPERM);
	cr_expect_str_eq(text, "");
	nlmsg_free(msg);
	msg = new_refusal(0, nlmsg_hdr(request), NLM_F_CAPPED);
	cr_expect_eq(refusal(msg, nlmsg_hdr(request), text, sizeof(text)), 0);
	nlmsg_free(msg);
	nlmsg_free(request);
}

Test(refusal, field_and_range_are_named)
{
	uint32_t deadline_at, cost_at;
	struct nl_msg *request = stream_request(&deadline_at, &cost_at), *msg;
	struct nlattr *policy;
	char text[128];

	for (int capped = 0; capped < 2; capped++) {
		msg = new_refusal(-ERANGE, nlmsg_hdr(request),
				  NLM_F_ACK_TLVS | (capped ? NLM_F_CAPPED : 0));
		nla_put_string(msg, NLMSGERR_ATTR_MSG, "integer out of range");
		nla_put_u32(msg, NLMSGERR_ATTR_OFFS, deadline_at);
		policy = nla_nest_start(msg, NLMSGERR_ATTR_POLICY);
		nla_put_u64(msg, NL_POLICY_TYPE_ATTR_MIN_VALUE_U, 100000);
		nla_put_u64(msg, NL_POLICY_TYPE_ATTR_MAX_VALUE_U, 60000000000ULL);
		nla_nest_end(msg, policy);
		cr_expect_eq(refusal(msg, nlmsg_hdr(request), text, sizeof(text)), -ERANGE);
		cr_expect_str_eq(text,
				 "deadline_ns: integer out of range, must be 100000..60000000000");
		nlmsg_free(msg);
	}

	msg = new_refusal(-ERANGE, nlmsg_hdr(request), NLM_F_ACK_TLVS | NLM_F_CAPPED);
	nla_put_string(msg, NLMSGERR_ATTR_MSG, "integer out of range");
	nla_put_u32(msg, NLMSGERR_ATTR_OFFS, cost_at);
	cr_expect_eq(refusal(msg, nlmsg_hdr(request), text, sizeof(text)), -ERANGE);
	cr_expect_str_eq(text, "level_costs, level 2, cycles: integer out of range");
	nlmsg_free(msg);

	msg = new_refusal(-EINVAL, nlmsg_hdr(request), NLM_F_ACK_TLVS | NLM_F_CAPPED);
	nla_put_u32(msg, NLMSGERR_ATTR_MISS_TYPE, DNN_GOV_A_LEVELS);
	cr_expect_eq(refusal(msg, nlmsg_hdr(request), text, sizeof(text)), -EINVAL);
	cr_expect_str_eq(text, "levels: missing");
	nlmsg_free(msg);
	nlmsg_free(request);
}

Test(refusal, the_modules_own_words_stay)
{
	uint32_t deadline_at, cost_at;
	struct nl_msg *request = stream_request(&deadline_at, &cost_at), *msg;
	char text[128];

	msg = new_refusal(-EPERM, nlmsg_hdr(request), NLM_F_ACK_TLVS | NLM_F_CAPPED);
	nla_put_string(msg, NLMSGERR_ATTR_MSG, "needs CAP_SYS_NICE");
	cr_expect_eq(refusal(msg, nlmsg_hdr(request), text, sizeof(text)), -EPERM);
	cr_expect_str_eq(text, "needs CAP_SYS_NICE");
	nlmsg_free(msg);

	msg = new_refusal(-ERANGE, nlmsg_hdr(request), NLM_F_ACK_TLVS | NLM_F_CAPPED);
	nla_put_string(msg, NLMSGERR_ATTR_MSG, "DEADLINE_NS is too short for this CPU");
	nla_put_u32(msg, NLMSGERR_ATTR_OFFS, deadline_at);
	cr_expect_eq(refusal(msg, nlmsg_hdr(request), text, sizeof(text)), -ERANGE);
	cr_expect_str_eq(text, "DEADLINE_NS is too short for this CPU");
	nlmsg_free(msg);
	nlmsg_free(request);
}

Test(refusal, damage_does_no_harm)
{
	uint32_t deadline_at, cost_at;
	struct nl_msg *request = stream_request(&deadline_at, &cost_at), *msg;
	struct nlattr *policy;
	size_t len;
	char text[32];

	msg = new_refusal(-ERANGE, nlmsg_hdr(request), NLM_F_ACK_TLVS);
	nla_put_string(msg, NLMSGERR_ATTR_MSG, "a text that is longer than what there is room for");
	nla_put_u32(msg, NLMSGERR_ATTR_OFFS, cost_at);
	policy = nla_nest_start(msg, NLMSGERR_ATTR_POLICY);
	nla_put_u64(msg, NL_POLICY_TYPE_ATTR_MIN_VALUE_U, 1);
	nla_put_u64(msg, NL_POLICY_TYPE_ATTR_MAX_VALUE_U, 2);
	nla_nest_end(msg, policy);
	len = nlmsg_hdr(msg)->nlmsg_len;
	for (size_t at = 4; at < len; at++) {	/* the length itself: below */
		for (unsigned int value = 0; value < 256; value += 3) {
			unsigned char *copy = malloc(len);

			memcpy(copy, nlmsg_hdr(msg), len);
			copy[at] = (unsigned char)value;
			hint_parse_refusal((struct nlmsghdr *)copy, len, nlmsg_hdr(request), text,
					   sizeof(text));
			cr_assert_lt(strnlen(text, sizeof(text)), sizeof(text));
			free(copy);
		}
	}
	for (size_t cut = sizeof(struct nlmsghdr); cut < len; cut++) {
		unsigned char *copy = malloc(cut);

		memcpy(copy, nlmsg_hdr(msg), cut);
		cr_expect_eq(hint_parse_refusal((struct nlmsghdr *)copy, cut, nlmsg_hdr(request),
						text, sizeof(text)), -EBADMSG);
		((struct nlmsghdr *)copy)->nlmsg_len = (uint32_t)cut;
		hint_parse_refusal((struct nlmsghdr *)copy, cut, nlmsg_hdr(request), text,
				   sizeof(text));
		free(copy);
	}
	nlmsg_free(msg);
	nlmsg_free(request);
}

/* --- events that wait ----------------------------------------------------------- */

static struct dnnhint *fake_handle(void)
{
	struct dnnhint *h = calloc(1, sizeof(*h));

	h->family = FAMILY;
	h->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	h->poll_fd = -1;
	cr_assert_geq(h->event_fd, 0);
	return h;
}

static bool readable(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	return poll(&pfd, 1, 0) == 1;
}

static void take(struct dnnhint *h, uint32_t id, uint32_t old, uint32_t grant, uint64_t time_ns)
{
	struct nl_msg *msg = new_message(DNN_GOV_CMD_PRESSURE);

	nla_put_u32(msg, DNN_GOV_A_STREAM_ID, id);
	nla_put_u32(msg, DNN_GOV_A_GRANT, grant);
	nla_put_u32(msg, DNN_GOV_A_GRANT_OLD, old);
	nla_put_u32(msg, DNN_GOV_A_CAUSE, DNN_GOV_CAUSE_CONTENTION);
	nla_put_u64(msg, DNN_GOV_A_TIME_NS, time_ns);
	cr_assert(hint_event_take(h, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len));
	nlmsg_free(msg);
}

static void own(struct dnnhint *h, uint32_t id)
{
	cr_assert_eq(hint_stream_reserve(h), 0);
	hint_stream_insert(h, id, 4);
}

Test(ring, descriptor_is_readable_while_something_waits)
{
	struct dnnhint *h = fake_handle();
	struct dnnhint_event event;

	own(h, 7);
	hint_ring_signal(h);
	cr_expect_not(readable(h->event_fd));
	take(h, 7, 4, 3, 1);
	take(h, 7, 3, 2, 2);
	hint_ring_signal(h);
	cr_expect(readable(h->event_fd));
	cr_expect(hint_ring_pop(h, &event));
	cr_expect_eq(event.grant, 3);
	hint_ring_signal(h);
	cr_expect(readable(h->event_fd));
	cr_expect(hint_ring_pop(h, &event));
	cr_expect_eq(event.grant, 2);
	hint_ring_signal(h);
	cr_expect_not(readable(h->event_fd));
	cr_expect_not(hint_ring_pop(h, &event));
	dnnhint_close(h);
}

Test(ring, what_does_not_fit_counts_as_lost)
{
	struct dnnhint *h = fake_handle();
	struct dnnhint_event event;
	unsigned int count = 0;

	own(h, 7);
	for (unsigned int i = 0; i < HINT_RING; i++)
		take(h, 7, 1 + i % 2, 2 - i % 2, i + 1);
	cr_expect_not(h->lost);
	take(h, 7, 1, 2, 1000);
	cr_expect(h->lost);
	while (hint_ring_pop(h, &event))
		cr_expect_eq(event.time_ns, ++count);
	cr_expect_eq(count, HINT_RING);
	/* still something to be done: reading anew */
	hint_ring_signal(h);
	cr_expect(readable(h->event_fd));
	dnnhint_close(h);
}

Test(ring, forgetting_one_stream_keeps_the_others_in_order)
{
	struct dnnhint *h = fake_handle();
	struct dnnhint_event event;

	own(h, 7);
	own(h, 8);
	take(h, 7, 4, 3, 1);
	take(h, 8, 4, 3, 2);
	take(h, 7, 3, 2, 3);
	take(h, 8, 3, 2, 4);
	hint_ring_forget(h, 7);
	cr_expect(hint_ring_pop(h, &event));
	cr_expect_eq(event.time_ns, 2);
	cr_expect(hint_ring_pop(h, &event));
	cr_expect_eq(event.time_ns, 4);
	cr_expect_not(hint_ring_pop(h, &event));
	dnnhint_close(h);
}

Test(ring, only_an_observer_hears_of_other_streams)
{
	struct dnnhint *h = fake_handle();

	own(h, 7);
	take(h, 9, 4, 3, 1);
	cr_expect_eq(h->ring_count, 0);
	take(h, 7, 4, 3, 2);
	cr_expect_eq(h->ring_count, 1);
	h->observing = true;
	take(h, 9, 4, 3, 3);
	cr_expect_eq(h->ring_count, 2);
	dnnhint_close(h);
}

Test(ring, malformed_event_counts_as_lost)
{
	struct nl_msg *msg = new_message(DNN_GOV_CMD_PRESSURE);
	struct dnnhint *h = fake_handle();

	cr_expect(hint_event_take(h, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len));
	cr_expect(h->lost);
	nlmsg_hdr(msg)->nlmsg_type = FAMILY + 1;
	cr_expect_not(hint_event_take(h, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len));
	nlmsg_free(msg);
	dnnhint_close(h);
}

/* --- the rest -------------------------------------------------------------------- */

Test(text, names)
{
	cr_expect_str_eq(dnnhint_cause_name(DNN_GOV_CAUSE_NONE), "none");
	cr_expect_str_eq(dnnhint_cause_name(DNN_GOV_CAUSE_FREQ_CAP), "freq_cap");
	cr_expect_str_eq(dnnhint_cause_name(DNN_GOV_CAUSE_RELIEF), "relief");
	cr_expect_str_eq(dnnhint_cause_name(99), "unknown");
	cr_expect_str_eq(dnnhint_goal_name(DNNHINT_GOAL_UNCHANGED), "unchanged");
	for (uint32_t goal = DNNHINT_GOAL_MAX_ACCURACY; goal <= DNNHINT_GOAL_MIN_ENERGY; goal++)
		cr_expect_eq(dnnhint_goal_parse(dnnhint_goal_name(goal)), (int)goal);
	cr_expect_str_eq(dnnhint_goal_name(DNNHINT_GOAL_MIN_ENERGY + 1), "unknown");
	cr_expect_eq(dnnhint_goal_parse("unchanged"), -EINVAL);
	cr_expect_eq(dnnhint_goal_parse(""), -EINVAL);
	cr_expect_str_eq(dnnhint_strerror(-EPROTONOSUPPORT), "the dnn_gov module is not loaded");
	cr_expect_str_eq(dnnhint_strerror(-EPERM), "Operation not permitted");
	cr_expect_str_eq(dnnhint_strerror(123456), "unknown error");
	cr_expect_str_eq(dnnhint_strerror(INT32_MIN), "unknown error");
}

Test(text, errors_of_libnl)
{
	static const struct { int nle; int ret; } errors[] = {
		{ NLE_SUCCESS, 0 }, { NLE_INTR, -EINTR }, { NLE_AGAIN, -EAGAIN },
		{ NLE_NOMEM, -ENOMEM }, { NLE_EXIST, -EADDRINUSE }, { NLE_INVAL, -EINVAL },
		{ NLE_RANGE, -ERANGE }, { NLE_MSGSIZE, -EMSGSIZE },
		{ NLE_OBJ_NOTFOUND, -EPROTONOSUPPORT }, { NLE_AF_NOSUPPORT, -EPROTONOSUPPORT },
		{ NLE_PROTO_MISMATCH, -EPROTONOSUPPORT }, { NLE_BUSY, -EBUSY },
		{ NLE_NOACCESS, -EACCES }, { NLE_PERM, -EPERM }, { NLE_MSG_TRUNC, -EBADMSG },
		{ NLE_MSG_TOOSHORT, -EBADMSG }, { NLE_PARSE_ERR, -EBADMSG },
		{ NLE_MISSING_ATTR, -EBADMSG }, { NLE_MAX + 1, -EIO },
	};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		cr_expect_eq(hint_from_libnl(errors[i].nle), errors[i].ret);
		cr_expect_eq(hint_from_libnl(-errors[i].nle), errors[i].ret);
	}
}

/* --- a stream's histogram, as dnnctl reads it ----------------------------------- */

static int parse_latency(const char *text, struct latency *latency)
{
	char path[] = "/tmp/latency-XXXXXX";
	int fd = mkstemp(path), ret;

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	ret = latency_parse(path, latency);
	unlink(path);
	return ret;
}

Test(latency, quantiles)
{
	struct latency latency;

	cr_assert_eq(parse_latency("50 49\n100 50\n200 0\nmore 1\n", &latency), 0);
	cr_expect_eq(latency.nr, 4);
	cr_expect_eq(latency.frames, 100);
	cr_expect_eq(latency.bucket[1].percent, 100);
	cr_expect_eq(latency.bucket[3].percent, UINT32_MAX);
	cr_expect_str_eq(latency_quantile(&latency, 1), "50");
	cr_expect_str_eq(latency_quantile(&latency, 49), "50");
	cr_expect_str_eq(latency_quantile(&latency, 50), "100");
	cr_expect_str_eq(latency_quantile(&latency, 99), "100");
	cr_expect_str_eq(latency_quantile(&latency, 100), "more");
	cr_assert_eq(parse_latency("50 0\nmore 0\n", &latency), 0);
	cr_expect_null(latency_quantile(&latency, 50));
}

Test(latency, what_is_no_histogram_is_refused)
{
	struct latency latency;
	char many[40 * 8 + 1] = "";

	for (int i = 0; i < 40; i++)
		strcat(many, "100 5\n");
	cr_expect_eq(parse_latency("", &latency), -EBADMSG);
	cr_expect_eq(parse_latency("50\n", &latency), -EBADMSG);
	cr_expect_eq(parse_latency("five 5\n", &latency), -EBADMSG);
	cr_expect_eq(parse_latency(many, &latency), -EBADMSG);
	cr_expect_eq(latency_parse("/nonexistent", &latency), -ENOENT);
}

Test(open, without_the_module_says_so)
{
	struct dnnhint *h = (struct dnnhint *)1;
	int ret = dnnhint_open(&h);

	if (!access("/sys/module/dnn_gov", F_OK)) {
		cr_assert_eq(ret, 0);
		dnnhint_close(h);
		return;
	}
	cr_assert_eq(ret, -EPROTONOSUPPORT);
	cr_assert_null(h);
	dnnhint_close(NULL);
}
