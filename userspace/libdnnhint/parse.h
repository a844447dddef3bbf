/* SPDX-License-Identifier: MIT */
/*
 * What the kernel says, as a struct: one parser for answers and events. It trusts
 * nothing: every length and every value used as an index is checked.
 */
#ifndef DNNHINT_PARSE_H
#define DNNHINT_PARSE_H

#include <dnnhint.h>

/* The kernel's error numbers are no larger. */
#define HINT_MAX_ERRNO 4095

struct nlmsghdr;

/**
 * struct hint_reply - a message of the family; attributes that are missing are 0
 * @cmd: enum dnn_gov_cmd
 * @has: bit n is set if attribute n (enum dnn_gov_attr) is there
 */
struct hint_reply {
	uint8_t cmd;
	uint64_t has;

	uint32_t stream_id;
	char stream_name[DNN_GOV_NAME_MAX];
	uint64_t period_ns;
	uint64_t deadline_ns;
	uint32_t levels;
	uint32_t min_level;
	uint32_t weight;
	cpu_set_t cpus;
	struct dnnhint_cost costs[DNN_GOV_LEVELS_MAX];
	uint32_t nr_costs;
	uint64_t frame_id;
	uint64_t deadline_abs_ns;
	uint32_t grant;
	uint32_t grant_old;
	uint32_t cause;
	uint32_t khz;
	uint64_t time_ns;
	uint64_t latency_ns;
	uint8_t met;
	uint32_t pending;
	uint32_t streams;
	uint64_t frames;
	uint64_t frames_met;
	uint64_t frames_missed;
	uint64_t frames_abandoned;
	uint64_t energy_uj;
	uint32_t policy_cpu;
	uint32_t min_khz;
	uint32_t max_khz;
	uint8_t fast_switch;
	uint32_t goal;
	uint32_t accuracy_floor_ppm;
	uint32_t balance_ppm;
	uint64_t energy_budget_uj;
	uint32_t power_budget_uw;
	uint64_t events[DNN_GOV_CAUSE_MAX + 1];
};

#define HINT_HAS(attr) (1ULL << DNN_GOV_A_##attr)

/**
 * hint_parse() - take one message of the family apart
 * @nlh: the message; need not be aligned to more than 4 bytes
 * @len: bytes that are really there from @nlh on
 * @out: what it says
 *
 * Attributes this version does not know are passed over.
 *
 * Return: 0, or -EBADMSG if the message or an attribute in it is truncated, has a wrong
 * size, or holds a level or id that cannot be.
 */
int hint_parse(const struct nlmsghdr *nlh, size_t len, struct hint_reply *out);

/**
 * hint_parse_event() - the event in a message
 * @reply: a parsed message
 * @event: the event
 *
 * Return: 0; -EBADMSG if it is no event or a part of it is missing.
 */
int hint_parse_event(const struct hint_reply *reply, struct dnnhint_event *event);

/**
 * hint_parse_refusal() - the error in a message of type NLMSG_ERROR
 * @nlh: the message
 * @len: bytes that are really there
 * @request: what was sent, to name the field that is meant; or NULL
 * @text: where the kernel's words go; "" if it had none
 * @size: of @text
 *
 * Return: the negative errno; 0 for a plain acknowledgment; -EBADMSG if malformed.
 */
int hint_parse_refusal(const struct nlmsghdr *nlh, size_t len, const struct nlmsghdr *request,
		       char *text, size_t size);

#endif
