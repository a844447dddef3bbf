// SPDX-License-Identifier: MIT
#include "nlfuzz_form.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <linux/genetlink.h>

#define HEADERS	(NLMSG_HDRLEN + GENL_HDRLEN)

/* A walk over attributes. */
struct walk {
	const uint8_t *at;
	size_t left;
	unsigned int type;
	uint16_t flags;
	const uint8_t *data;
	size_t len;
};

/* The next one; false at the end, or where none can be: then @left is not 0. */
static bool step(struct walk *walk)
{
	struct nlattr head;
	size_t whole;

	if (walk->left < NLA_HDRLEN)
		return false;
	memcpy(&head, walk->at, sizeof(head));
	if (head.nla_len < NLA_HDRLEN || head.nla_len > walk->left)
		return false;
	walk->type = head.nla_type & NLA_TYPE_MASK;
	walk->flags = head.nla_type & (uint16_t)~NLA_TYPE_MASK;
	walk->data = walk->at + NLA_HDRLEN;
	walk->len = head.nla_len - NLA_HDRLEN;
	whole = NLA_ALIGN(head.nla_len);
	if (whole > walk->left)
		whole = walk->left;
	walk->at += whole;
	walk->left -= whole;
	return true;
}

static uint64_t integer(const struct walk *walk)
{
	uint64_t value = 0;

	memcpy(&value, walk->data, walk->len < sizeof(value) ? walk->len : sizeof(value));
	return value;
}

static const char *form_value(const struct walk *walk, const struct rule *rule)
{
	switch (rule->kind) {
	case KIND_PAD:
		return walk->len ? "a PAD that is not empty" : NULL;
	case KIND_NAME:
		if (walk->len < 2 || walk->len > DNN_GOV_NAME_MAX || walk->data[walk->len - 1] ||
		    memchr(walk->data, 0, walk->len) != walk->data + walk->len - 1)
			return "STREAM_NAME of a wrong length";
		return NULL;
	case KIND_CPUS:
		return !walk->len || walk->len % 4 || walk->len > 4 * DNN_GOV_CPU_WORDS ?
		       "CPUS of a wrong length" : NULL;
	case KIND_NEST:
		return walk->flags != NLA_F_NESTED ? "a nest that does not say so" : NULL;
	default:
		if (walk->len != kind_bytes(rule->kind))
			return "an integer of a wrong size";
		if (integer(walk) < rule->low || integer(walk) > rule->high)
			return "an integer out of its range";
		return NULL;
	}
}

static const char *form_list(const uint8_t *at, size_t left, const struct rule *all,
			     unsigned int max, uint64_t needed, uint64_t allowed,
			     struct values *values);

/* Entries of @nest, all of type @type. */
static const char *form_nest(const struct walk *nest, unsigned int type, const struct rule *all,
			     unsigned int max, uint64_t needed, uint64_t pad, unsigned int *nr)
{
	struct walk walk = { .at = nest->data, .left = nest->len };
	const char *wrong = NULL;
	struct values inner;

	for (*nr = 0; !wrong && step(&walk); ++*nr) {
		memset(&inner, 0, sizeof(inner));
		if (walk.type != type || walk.flags != NLA_F_NESTED)
			return "a nest with something else in it";
		wrong = form_list(walk.data, walk.len, all, max, needed, needed | pad, &inner);
	}
	return !wrong && walk.left ? "a nest that is cut off" : wrong;
}

static const char *form_inner(const struct walk *walk, struct values *values)
{
	const uint64_t cost = BIT(DNN_GOV_COST_A_CYCLES) | BIT(DNN_GOV_COST_A_STALL_NS) |
			      BIT(DNN_GOV_COST_A_ACCURACY_PPM);
	unsigned int nr;
	const char *wrong;

	if (walk->type == DNN_GOV_A_LEVEL_COSTS)
		return form_nest(walk, DNN_GOV_A_LEVEL_COST, cost_rules, DNN_GOV_COST_A_MAX, cost,
				 BIT(DNN_GOV_COST_A_PAD), &values->nr_costs);
	if (walk->type != DNN_GOV_A_PRESSURES)
		return NULL;
	wrong = form_nest(walk, DNN_GOV_A_CAUSE_COUNT, rules, DNN_GOV_A_MAX, A(CAUSE) | A(COUNT),
			  A(PAD), &nr);
	return !wrong && nr != DNN_GOV_CAUSE_MAX ? "PRESSURES without all causes" : wrong;
}

static const char *form_list(const uint8_t *at, size_t left, const struct rule *all,
			     unsigned int max, uint64_t needed, uint64_t allowed,
			     struct values *values)
{
	struct walk walk = { .at = at, .left = left };
	static _Thread_local char text[96];
	const char *wrong;

	while (step(&walk)) {
		if (walk.type > max || !(allowed & BIT(walk.type)))
			return "an attribute that does not belong there";
		if (walk.flags && all[walk.type].kind != KIND_NEST)
			return "an attribute with flags";
		if (all[walk.type].kind != KIND_PAD && values->has & BIT(walk.type))
			return "an attribute twice";
		wrong = form_value(&walk, &all[walk.type]);
		if (wrong) {
			snprintf(text, sizeof(text), "%s (%s %u, %" PRIu64 ")", wrong,
				 all == rules ? "attribute" : "of a cost", walk.type,
				 integer(&walk));
			return text;
		}
		if (all == rules)
			wrong = form_inner(&walk, values);
		if (wrong)
			return wrong;
		values->has |= BIT(walk.type);
		if (kind_bytes(all[walk.type].kind))
			values->value[walk.type] = integer(&walk);
	}
	if (walk.left)
		return "attributes that are cut off";
	return (values->has & needed) != needed ? "an attribute is missing" : NULL;
}

const char *form_answer(const struct nlmsghdr *nlh, unsigned int cmd, struct values *values)
{
	const struct command *command = &commands[cmd];
	const struct genlmsghdr *genl = NLMSG_DATA(nlh);
	static _Thread_local char text[96];
	const char *wrong;

	memset(values, 0, sizeof(*values));
	if (nlh->nlmsg_len < HEADERS)
		return "no room for a header";
	if (genl->cmd != cmd || genl->version != DNN_GOV_GENL_VERSION)
		return "another command or version";
	wrong = form_list((const uint8_t *)nlh + HEADERS, nlh->nlmsg_len - HEADERS, rules,
			  DNN_GOV_A_MAX, command->answer,
			  command->answer | command->answer_optional | A(PAD), values);
	if (wrong || cmd != DNN_GOV_CMD_STREAM_GET)
		return wrong;
	if (values->value[DNN_GOV_A_GRANT] > values->value[DNN_GOV_A_LEVELS] ||
	    values->value[DNN_GOV_A_GRANT] < values->value[DNN_GOV_A_MIN_LEVEL]) {
		snprintf(text, sizeof(text), "a grant of %" PRIu64 " with levels %" PRIu64 "..%"
			 PRIu64, values->value[DNN_GOV_A_GRANT],
			 values->value[DNN_GOV_A_MIN_LEVEL], values->value[DNN_GOV_A_LEVELS]);
		return text;
	}
	if (values->value[DNN_GOV_A_PENDING] > DNN_GOV_FRAMES_MAX)
		return "more pending frames than there may be";
	return values->nr_costs != values->value[DNN_GOV_A_LEVELS] ? "costs of other levels" : NULL;
}

void form_request(const struct nlmsghdr *nlh, struct values *values)
{
	struct walk walk = {
		.at = (const uint8_t *)nlh + HEADERS, .left = nlh->nlmsg_len - HEADERS,
	};

	memset(values, 0, sizeof(*values));
	while (step(&walk)) {
		if (walk.type > DNN_GOV_A_MAX || !kind_bytes(rules[walk.type].kind))
			continue;
		values->has |= BIT(walk.type);
		values->value[walk.type] = integer(&walk);
	}
}

const char *form_refusal(const struct nlmsghdr *nlh, const struct nlmsghdr *request, bool whole,
			 bool *text)
{
	const struct nlmsgerr *answer = NLMSG_DATA(nlh);
	size_t len = nlh->nlmsg_len, skip = NLMSG_HDRLEN + sizeof(*answer);
	struct walk walk;

	*text = false;
	if (len < skip || answer->error > 0 || answer->error < -4095)
		return "an acknowledgment without an error number";
	if (answer->error && whole) {
		size_t body = request->nlmsg_len - NLMSG_HDRLEN;

		if (nlh->nlmsg_flags & NLM_F_CAPPED || len - skip < body ||
		    memcmp(answer + 1, request + 1, body))
			return "a refusal that does not send the request back";
		skip += NLMSG_ALIGN(body);
	} else if (!(nlh->nlmsg_flags & NLM_F_CAPPED)) {
		return "an acknowledgment that does not say that it is short";
	}
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return len > NLMSG_ALIGN(skip) ? "an acknowledgment with something after it" : NULL;
	walk = (struct walk) { .at = (const uint8_t *)nlh + skip, .left = len - skip };
	while (step(&walk)) {
		if (walk.type > NLMSGERR_ATTR_MAX)
			return "a refusal with an unknown attribute";
		if (walk.type == NLMSGERR_ATTR_MSG) {
			if (!walk.len || walk.data[walk.len - 1])
				return "a text without an end";
			*text = walk.len > 1;
		}
		if (walk.type == NLMSGERR_ATTR_OFFS &&
		    (walk.len != 4 || integer(&walk) < HEADERS ||
		     integer(&walk) > request->nlmsg_len - NLA_HDRLEN))
			return "an offset outside of the request";
		if (walk.type == NLMSGERR_ATTR_MISS_TYPE &&
		    (walk.len != 4 || !integer(&walk) || integer(&walk) > DNN_GOV_A_MAX))
			return "an unknown attribute that is said to be missing";
	}
	return walk.left ? "a refusal that is cut off" : NULL;
}
