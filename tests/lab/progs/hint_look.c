// SPDX-License-Identifier: MIT
#include "hint_look.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/dnn_gov.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

enum kind { UNKNOWN, PAD, U8, U32, U64, STRING, WORDS, NEST, COST };

static const enum kind main_kinds[DNN_GOV_A_MAX + 1] = {
	[DNN_GOV_A_PAD] = PAD,
	[DNN_GOV_A_STREAM_ID] = U32,
	[DNN_GOV_A_STREAM_NAME] = STRING,
	[DNN_GOV_A_PERIOD_NS] = U64,
	[DNN_GOV_A_DEADLINE_NS] = U64,
	[DNN_GOV_A_LEVELS] = U32,
	[DNN_GOV_A_MIN_LEVEL] = U32,
	[DNN_GOV_A_WEIGHT] = U32,
	[DNN_GOV_A_CPUS] = WORDS,
	[DNN_GOV_A_LEVEL_COSTS] = NEST,
	[DNN_GOV_A_LEVEL_COST] = COST,
	[DNN_GOV_A_FRAME_ID] = U64,
	[DNN_GOV_A_DEADLINE_ABS_NS] = U64,
	[DNN_GOV_A_GRANT] = U32,
	[DNN_GOV_A_GRANT_OLD] = U32,
	[DNN_GOV_A_CAUSE] = U32,
	[DNN_GOV_A_KHZ] = U32,
	[DNN_GOV_A_TIME_NS] = U64,
	[DNN_GOV_A_LATENCY_NS] = U64,
	[DNN_GOV_A_MET] = U8,
	[DNN_GOV_A_PENDING] = U32,
	[DNN_GOV_A_STREAMS] = U32,
	[DNN_GOV_A_FRAMES] = U64,
	[DNN_GOV_A_FRAMES_MET] = U64,
	[DNN_GOV_A_FRAMES_MISSED] = U64,
	[DNN_GOV_A_FRAMES_ABANDONED] = U64,
	[DNN_GOV_A_ENERGY_UJ] = U64,
	[DNN_GOV_A_POLICY_CPU] = U32,
	[DNN_GOV_A_MIN_KHZ] = U32,
	[DNN_GOV_A_MAX_KHZ] = U32,
	[DNN_GOV_A_FAST_SWITCH] = U8,
	[DNN_GOV_A_PRESSURES] = NEST,
	[DNN_GOV_A_CAUSE_COUNT] = NEST,
	[DNN_GOV_A_COUNT] = U64,
	[DNN_GOV_A_GOAL] = U32,
	[DNN_GOV_A_ACCURACY_FLOOR_PPM] = U32,
	[DNN_GOV_A_BALANCE_PPM] = U32,
	[DNN_GOV_A_ENERGY_BUDGET_UJ] = U64,
	[DNN_GOV_A_POWER_BUDGET_UW] = U32,
};

static const enum kind cost_kinds[DNN_GOV_COST_A_MAX + 1] = {
	[DNN_GOV_COST_A_PAD] = PAD,
	[DNN_GOV_COST_A_CYCLES] = U64,
	[DNN_GOV_COST_A_STALL_NS] = U64,
	[DNN_GOV_COST_A_ACCURACY_PPM] = U32,
};

static const enum kind ack_kinds[] = {
	[NLMSGERR_ATTR_MSG] = STRING,
	[NLMSGERR_ATTR_OFFS] = U32,
	[NLMSGERR_ATTR_MISS_TYPE] = U32,
	[NLMSGERR_ATTR_MISS_NEST] = U32,
};

/**
 * struct table - what attributes may be where
 * @kinds: of them
 * @max: the highest
 * @seen: they are counted there
 */
struct table {
	const enum kind *kinds;
	unsigned int max;
	unsigned int *seen;
};

static bool fault(struct look *look, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static bool fault(struct look *look, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(look->fault, sizeof(look->fault), format, args);
	va_end(args);
	return false;
}

/* --- values ------------------------------------------------------------------------ */

/*
 * What fills memory that nobody wrote: freed, never used, the end of an object, and variables
 * that the compiler fills.
 */
static bool is_poison(unsigned char byte)
{
	return byte == 0x6b || byte == 0x5a || byte == 0xa5 || byte == 0xaa || byte == 0xbb ||
	       byte == 0xcc || byte == 0xfe;
}

static bool repeats(const unsigned char *bytes, size_t len)
{
	for (size_t i = 1; i < len; i++)
		if (bytes[i] != bytes[0])
			return false;
	return is_poison(bytes[0]);
}

/* Kernels of 64 bits live where the upper 16 are ones. */
static bool is_address(uint64_t value)
{
	return value >> 48 == 0xffff;
}

/* The upper half of one, or a small negative number: nothing here is either. */
static bool is_half(uint32_t value)
{
	return value >> 16 == 0xffff;
}

static bool is_name_for_memory(uint64_t value)
{
	uint32_t half = (uint32_t)value;

	if (value == half)
		return is_half(half) || repeats((unsigned char *)&half, sizeof(half));
	return is_address(value) || repeats((unsigned char *)&value, sizeof(value));
}

/* --- messages ------------------------------------------------------------------------ */

static bool zeros(struct look *look, const unsigned char *bytes, size_t len, const char *what)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i])
			return fault(look, "%s is %#x, not 0", what, bytes[i]);
	return true;
}

static bool look_at_attrs(struct look *look, const unsigned char *bytes, size_t len,
			  const struct table *table);

static bool look_at_value(struct look *look, unsigned int type, enum kind kind,
			  const unsigned char *value, size_t len, const struct table *table)
{
	struct table costs = { cost_kinds, DNN_GOV_COST_A_MAX, look->cost };
	uint64_t wide;
	uint32_t word;

	switch (kind) {
	case PAD:
		return !len || fault(look, "padding attribute of %zu bytes", len);
	case U8:
		return (len == 1 && *value <= 1) ||
		       fault(look, "attribute %u: %zu bytes, the first %#x", type, len, *value);
	case U32:
		memcpy(&word, value, sizeof(word));
		return (len == 4 && !is_half(word)) ||
		       fault(look, "attribute %u: %zu bytes, %#x", type, len, word);
	case U64:
		if (len != 8)
			return fault(look, "attribute %u: %zu bytes", type, len);
		memcpy(&wide, value, sizeof(wide));
		return !is_address(wide) ||
		       fault(look, "attribute %u: %#llx", type, (unsigned long long)wide);
	case STRING:
		if (!len || strnlen((const char *)value, len) != len - 1)
			return fault(look, "attribute %u: text of %zu bytes ends early", type, len);
		for (size_t i = 0; i < len - 1; i++)
			if (!isprint(value[i]))
				return fault(look, "attribute %u: %#x in a text", type, value[i]);
		return true;
	case WORDS:
		for (size_t i = 0; i < len; i += sizeof(word)) {
			memcpy(&word, value + i, sizeof(word));
			if (len % sizeof(word) || is_half(word))
				return fault(look, "attribute %u: word %#x", type, word);
		}
		return true;
	case NEST:
		return look_at_attrs(look, value, len, table);
	case COST:
		return look_at_attrs(look, value, len, &costs);
	default:
		return fault(look, "attribute %u does not belong there", type);
	}
}

static bool look_at_attrs(struct look *look, const unsigned char *bytes, size_t len,
			  const struct table *table)
{
	size_t at = 0;

	while (at < len) {
		struct nlattr attr;
		size_t whole;
		unsigned int type;

		if (len - at < NLA_HDRLEN)
			return fault(look, "%zu bytes after the last attribute", len - at);
		memcpy(&attr, bytes + at, sizeof(attr));
		type = attr.nla_type & NLA_TYPE_MASK;
		whole = NLA_ALIGN(attr.nla_len);
		if (attr.nla_len < NLA_HDRLEN || whole > len - at)
			return fault(look, "attribute %u: length %u", type, attr.nla_len);
		if (type > table->max)
			return fault(look, "attribute %u is unknown", type);
		if (table->seen)
			table->seen[type]++;
		if (!look_at_value(look, type, table->kinds[type], bytes + at + NLA_HDRLEN,
				   attr.nla_len - NLA_HDRLEN, table) ||
		    !zeros(look, bytes + at + attr.nla_len, whole - attr.nla_len,
			   "a byte after an attribute"))
			return false;
		at += whole;
	}
	return true;
}

static bool look_at_answer(struct look *look, const unsigned char *bytes, size_t len)
{
	const struct table table = { main_kinds, DNN_GOV_A_MAX, look->main };
	struct genlmsghdr genl;

	if (len < GENL_HDRLEN)
		return fault(look, "message of %zu bytes", len);
	memcpy(&genl, bytes, sizeof(genl));
	look->commands[genl.cmd]++;
	if (genl.reserved)
		return fault(look, "reserved is %#x, not 0", genl.reserved);
	return look_at_attrs(look, bytes + GENL_HDRLEN, len - GENL_HDRLEN, &table);
}

/* A request that was refused comes back with it, unless the socket is told not to. */
static bool look_at_ack(struct look *look, uint16_t flags, const unsigned char *bytes, size_t len)
{
	const struct table table = { ack_kinds, sizeof(ack_kinds) / sizeof(ack_kinds[0]) - 1, NULL };
	struct nlmsgerr err;
	size_t skip = sizeof(err);

	if (len < sizeof(err))
		return fault(look, "acknowledgement of %zu bytes", len);
	memcpy(&err, bytes, sizeof(err));
	if (!(flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(err.msg.nlmsg_len) - sizeof(err.msg);
	if (!(flags & NLM_F_ACK_TLVS))
		return skip == len || fault(look, "acknowledgement of %zu bytes", len);
	return skip <= len && look_at_attrs(look, bytes + skip, len - skip, &table);
}

static bool look_at_message(struct look *look, const struct nlmsghdr *nlh, uint16_t family,
			    const unsigned char *bytes, size_t len)
{
	look->messages++;
	if (nlh->nlmsg_type == family)
		return look_at_answer(look, bytes, len);
	if (nlh->nlmsg_type == NLMSG_ERROR)
		return look_at_ack(look, nlh->nlmsg_flags, bytes, len);
	if (nlh->nlmsg_type == NLMSG_DONE)
		return len == sizeof(int) ? zeros(look, bytes, len, "the end of a dump") :
					    fault(look, "end of a dump of %zu bytes", len);
	return fault(look, "message of type %u", nlh->nlmsg_type);
}

bool look_at_datagram(struct look *look, const void *datagram, size_t len, uint16_t family)
{
	const unsigned char *bytes = datagram;
	size_t at = 0;

	look->bytes += len;
	for (size_t i = 0; i + 4 <= len; i++)
		if (repeats(bytes + i, 4))
			return fault(look, "four bytes %#x at %zu", bytes[i], i);
	while (at < len) {
		struct nlmsghdr nlh;
		size_t whole;

		if (len - at < NLMSG_HDRLEN)
			return fault(look, "%zu bytes after the last message", len - at);
		memcpy(&nlh, bytes + at, sizeof(nlh));
		whole = NLMSG_ALIGN(nlh.nlmsg_len);
		if (nlh.nlmsg_len < NLMSG_HDRLEN || whole > len - at)
			return fault(look, "message of length %u", nlh.nlmsg_len);
		if (!look_at_message(look, &nlh, family, bytes + at + NLMSG_HDRLEN,
				     nlh.nlmsg_len - NLMSG_HDRLEN) ||
		    !zeros(look, bytes + at + nlh.nlmsg_len, whole - nlh.nlmsg_len,
			   "a byte after a message"))
			return false;
		at += whole;
	}
	return true;
}

/* --- text ------------------------------------------------------------------------------ */

static bool look_at_word(struct look *look, const char *word, size_t len)
{
	char copy[32], *end;

	if (len >= sizeof(copy))
		return true;
	memcpy(copy, word, len);
	copy[len] = 0;
	/* as a number of either base: a name that is one is a rare thing */
	for (int base = 10; base <= 16; base += 6) {
		uint64_t value;

		if (base == 16 && len < 8)
			break;
		value = strtoull(copy, &end, base);
		if (!*end && *copy != '-' && is_name_for_memory(value))
			return fault(look, "'%s' in a file", copy);
	}
	return true;
}

bool look_at_text(struct look *look, const char *text, size_t len)
{
	size_t from = 0;

	look->bytes += len;
	for (size_t i = 0; i <= len; i++) {
		unsigned char c = i < len ? (unsigned char)text[i] : '\n';

		if (c != '\n' && !isprint(c))
			return fault(look, "a byte %#x in a file", c);
		if (isalnum(c) || c == '-' || c == '_')
			continue;
		if (i > from && !look_at_word(look, text + from, i - from))
			return false;
		from = i + 1;
	}
	return true;
}
