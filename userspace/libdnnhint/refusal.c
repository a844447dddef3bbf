// SPDX-License-Identifier: MIT
/*
 * Why the kernel refused a request. Its own words often name no field ("integer out of
 * range"); the offset and the policy that come with them do.
 */
#include "parse.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "names.h"

/* The cost whose attribute starts at offset, within LEVEL_COSTS. */
static void name_cost(const char *base, const struct nlattr *nest, size_t offset, char *name,
		      size_t size)
{
	const struct nlattr *level, *cost;
	unsigned int k = 0;
	int left, inner;

	nla_for_each_nested(level, nest, left) {
		k++;
		if (offset >= (size_t)((const char *)level - base) + NLA_ALIGN(level->nla_len))
			continue;
		snprintf(name, size, "level_costs, level %u", k);
		nla_for_each_nested(cost, level, inner)
			if (base + offset == (const char *)cost)
				snprintf(name, size, "level_costs, level %u, %s", k,
					 hint_cost_attr_name(nla_type(cost)));
		return;
	}
}

/* The name of the field of the request that starts at offset, "" if there is none. */
static void name_field(const struct nlmsghdr *request, size_t offset, char *name, size_t size)
{
	struct genlmsghdr *genl = nlmsg_data(request);
	const char *base = (const char *)request;
	const struct nlattr *attr;
	int left;

	name[0] = '\0';
	nla_for_each_attr(attr, genlmsg_attrdata(genl, 0), genlmsg_attrlen(genl, 0), left) {
		size_t start = (size_t)((const char *)attr - base);

		if (offset < start || offset >= start + NLA_ALIGN(attr->nla_len))
			continue;
		snprintf(name, size, "%s", hint_attr_name(nla_type(attr)));
		if (offset > start && nla_type(attr) == DNN_GOV_A_LEVEL_COSTS)
			name_cost(base, attr, offset, name, size);
		return;
	}
}

/* The allowed range that a policy states, "" if it states none. */
static void name_range(struct nlattr *policy, char *range, size_t size)
{
	static const struct nla_policy u64[NL_POLICY_TYPE_ATTR_MAX + 1] = {
		[NL_POLICY_TYPE_ATTR_MIN_VALUE_U] = { .minlen = 8, .maxlen = 8 },
		[NL_POLICY_TYPE_ATTR_MAX_VALUE_U] = { .minlen = 8, .maxlen = 8 },
		[NL_POLICY_TYPE_ATTR_MAX_LENGTH] = { .minlen = 4, .maxlen = 4 },
	};
	struct nlattr *tb[NL_POLICY_TYPE_ATTR_MAX + 1];

	range[0] = '\0';
	if (nla_parse_nested(tb, NL_POLICY_TYPE_ATTR_MAX, policy, u64) < 0)
		return;
	if (tb[NL_POLICY_TYPE_ATTR_MIN_VALUE_U] && tb[NL_POLICY_TYPE_ATTR_MAX_VALUE_U])
		snprintf(range, size, ", must be %" PRIu64 "..%" PRIu64,
			 nla_get_u64(tb[NL_POLICY_TYPE_ATTR_MIN_VALUE_U]),
			 nla_get_u64(tb[NL_POLICY_TYPE_ATTR_MAX_VALUE_U]));
	else if (tb[NL_POLICY_TYPE_ATTR_MAX_LENGTH])
		snprintf(range, size, ", must be at most %u bytes",
			 nla_get_u32(tb[NL_POLICY_TYPE_ATTR_MAX_LENGTH]));
}

static void describe(struct nlattr *head, int len, const struct nlmsghdr *request, char *text,
		     size_t size)
{
	static const struct nla_policy attrs[NLMSGERR_ATTR_MAX + 1] = {
		[NLMSGERR_ATTR_OFFS] = { .minlen = 4, .maxlen = 4 },
		[NLMSGERR_ATTR_MISS_TYPE] = { .minlen = 4, .maxlen = 4 },
	};
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1];
	char words[160] = "", field[64] = "", range[64] = "";

	if (nla_parse(tb, NLMSGERR_ATTR_MAX, head, len, attrs) < 0)
		return;
	if (tb[NLMSGERR_ATTR_MSG])
		nla_strlcpy(words, tb[NLMSGERR_ATTR_MSG], sizeof(words));
	if (tb[NLMSGERR_ATTR_OFFS] && request)
		name_field(request, nla_get_u32(tb[NLMSGERR_ATTR_OFFS]), field, sizeof(field));
	if (tb[NLMSGERR_ATTR_MISS_TYPE])
		snprintf(field, sizeof(field), "%s",
			 hint_attr_name((int)nla_get_u32(tb[NLMSGERR_ATTR_MISS_TYPE])));
	if (tb[NLMSGERR_ATTR_POLICY])
		name_range(tb[NLMSGERR_ATTR_POLICY], range, sizeof(range));
	if (!words[0] && tb[NLMSGERR_ATTR_MISS_TYPE])
		snprintf(words, sizeof(words), "missing");
	if (!words[0] && !field[0])
		return;
	/* The module's own words name the field already. */
	if (strcasestr(words, field))
		field[0] = '\0';
	snprintf(text, size, "%s%s%s%s", field, field[0] && words[0] ? ": " : "", words, range);
}

int hint_parse_refusal(const struct nlmsghdr *nlh, size_t len, const struct nlmsghdr *request,
		       char *text, size_t size)
{
	const struct nlmsgerr *err = nlmsg_data(nlh);
	size_t skip = sizeof(*err);

	text[0] = '\0';
	if (len > INT32_MAX || !nlmsg_ok(nlh, (int)len) ||
	    (size_t)nlmsg_datalen(nlh) < sizeof(*err) || err->error > 0 || err->error < -HINT_MAX_ERRNO)
		return -EBADMSG;
	/* The request comes back whole unless the kernel says that it was cut off. */
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED)) {
		if (err->msg.nlmsg_len < sizeof(err->msg))
			return err->error;
		skip += NLMSG_ALIGN((size_t)err->msg.nlmsg_len) - sizeof(err->msg);
	}
	if ((nlh->nlmsg_flags & NLM_F_ACK_TLVS) && skip < (size_t)nlmsg_datalen(nlh))
		describe((struct nlattr *)((char *)err + skip), nlmsg_datalen(nlh) - (int)skip,
			 request, text, size);
	return err->error;
}
