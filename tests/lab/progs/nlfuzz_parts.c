// SPDX-License-Identifier: MIT
#include "nlfuzz_parts.h"

#include <err.h>
#include <string.h>

#include <linux/netlink.h>

static uint8_t *room_for(struct arena *arena, size_t len)
{
	uint8_t *at = arena->bytes + arena->used;

	if (len > sizeof(arena->bytes) - arena->used)
		errx(2, "a message has no room");
	arena->used += (len + 7) & ~(size_t)7;
	return at;
}

void parts_add(struct parts *parts, struct arena *arena, uint16_t type, const void *data,
	       size_t len)
{
	struct part *part = &parts->part[parts->nr];

	if (parts->nr == PARTS_MAX)
		return;
	*part = (struct part) { .type = type, .len = (uint16_t)len, .data = room_for(arena, len) };
	memcpy(part->data, data, len);
	parts->nr++;
}

void parts_add_int(struct parts *parts, struct arena *arena, uint16_t type,
		   const struct rule *rule, uint64_t value)
{
	uint8_t byte = (uint8_t)value;
	uint32_t word = (uint32_t)value;

	switch (rule->kind) {
	case KIND_U8:
		parts_add(parts, arena, type, &byte, sizeof(byte));
		break;
	case KIND_U32:
		parts_add(parts, arena, type, &word, sizeof(word));
		break;
	default:
		parts_add(parts, arena, type, &value, sizeof(value));
	}
}

size_t parts_bytes(const struct parts *parts, uint8_t *to, size_t room)
{
	size_t used = 0;

	for (unsigned int i = 0; i < parts->nr; i++) {
		const struct part *part = &parts->part[i];
		size_t bytes = NLA_ALIGN((size_t)(NLA_HDRLEN + part->len));
		struct nlattr head = {
			.nla_len = (uint16_t)(NLA_HDRLEN + part->len + part->lie),
			.nla_type = part->type,
		};

		if (bytes > room - used)
			break;
		memset(to + used, 0, bytes);
		memcpy(to + used, &head, sizeof(head));
		memcpy(to + used + NLA_HDRLEN, part->data, part->len);
		used += bytes;
	}
	return used;
}

/* --- one change ---------------------------------------------------------------- */

static const struct rule *rule_of(const struct parts_kind *kind, const struct part *part)
{
	unsigned int type = part->type & NLA_TYPE_MASK;
	static const struct rule none;

	return type <= kind->max ? &kind->rules[type] : &none;
}

static enum wrong drop(struct parts *parts, unsigned int at, const struct parts_kind *kind)
{
	unsigned int type = parts->part[at].type & NLA_TYPE_MASK;

	parts->nr--;
	memmove(&parts->part[at], &parts->part[at + 1],
		(parts->nr - at) * sizeof(parts->part[0]));
	return type <= kind->max && kind->needed & BIT(type) ? WRONG_VALUE : WRONG_NOTHING;
}

static enum wrong resize(struct part *part, struct arena *arena, struct dice *dice,
			 const struct rule *rule)
{
	static const uint16_t sizes[] = { 0, 1, 2, 3, 4, 5, 7, 8, 12, 16, 31, 32, 33, 64, 128, 132,
					  300 };
	uint16_t len = dice_one_in(dice, 2) ?
		(uint16_t)(part->len + dice_below(dice, 9) - (part->len < 4 ? 0 : 4)) :
		sizes[dice_below(dice, sizeof(sizes) / sizeof(sizes[0]))];
	uint8_t *data = room_for(arena, len);

	memset(data, dice_one_in(dice, 2) ? 0 : 0x41, len);
	memcpy(data, part->data, len < part->len ? len : part->len);
	part->data = data;
	part->len = len;
	return kind_bytes(rule->kind) && len != kind_bytes(rule->kind) ? WRONG_FORM :
	       WRONG_NOTHING;
}

static enum wrong set_value(struct part *part, struct dice *dice, const struct rule *rule)
{
	const uint64_t values[] = { 0, 1, rule->low - 1, rule->low, rule->low + 1, rule->high - 1,
				    rule->high, rule->high + 1, UINT8_MAX, UINT32_MAX, INT32_MAX,
				    UINT64_MAX, INT64_MAX, dice_next(dice),
				    dice_range(dice, rule->low, rule->high) };
	uint64_t value = values[dice_below(dice, sizeof(values) / sizeof(values[0]))];
	unsigned int bytes = kind_bytes(rule->kind);

	if (!bytes || part->len != bytes)
		return WRONG_NOTHING;
	value &= UINT64_MAX >> (64 - 8 * bytes);
	memcpy(part->data, &value, bytes);	/* the lab's machines are little-endian */
	return value < rule->low || value > rule->high ? WRONG_VALUE : WRONG_NOTHING;
}

/* One that does not belong here: of answers, of other commands, of nobody. */
static enum wrong foreign(struct parts *parts, struct arena *arena, struct dice *dice,
			  const struct parts_kind *kind)
{
	static const uint64_t value[4] = { 1, 2, 3, 4 };
	uint16_t type = (uint16_t)dice_below(dice, kind->max + 4);

	if (dice_one_in(dice, 8))
		type = (uint16_t)dice_below(dice, NLA_TYPE_MASK + 1);
	parts_add(parts, arena, type, value, dice_below(dice, sizeof(value) + 1));
	return type <= kind->max && kind->known & BIT(type) ? WRONG_NOTHING : WRONG_FORM;
}

static void lie(struct part *part, struct dice *dice)
{
	static const int32_t lies[] = { -1, -4, 1, 2, 3, 4, 8, 100, 4000 };

	if (dice_one_in(dice, 3))	/* 0..4 in all, 4 being an empty one */
		part->lie = (int32_t)dice_below(dice, 5) - NLA_HDRLEN - part->len;
	else
		part->lie = lies[dice_below(dice, sizeof(lies) / sizeof(lies[0]))];
}

static void spoil(struct part *part, struct dice *dice)
{
	for (unsigned int n = 1 + dice_below(dice, 4); n && part->len; n--)
		part->data[dice_below(dice, part->len)] ^= (uint8_t)(1 << dice_below(dice, 8));
}

enum wrong parts_change(struct parts *parts, struct arena *arena, struct dice *dice,
			const struct parts_kind *kind)
{
	unsigned int what = dice_below(dice, 20), at, other;
	struct part *part, kept;

	if (!parts->nr || what == 0)
		return foreign(parts, arena, dice, kind);
	at = dice_below(dice, parts->nr);
	other = dice_below(dice, parts->nr);
	part = &parts->part[at];
	switch (what) {
	case 1 ... 3:
		return drop(parts, at, kind);
	case 4:
		parts_add(parts, arena, part->type, part->data, part->len);
		return WRONG_NOTHING;
	case 5 ... 7:
		return resize(part, arena, dice, rule_of(kind, part));
	case 8 ... 13:
		return set_value(part, dice, rule_of(kind, part));
	case 14:
		part->type ^= dice_one_in(dice, 3) ? NLA_F_NET_BYTEORDER : NLA_F_NESTED;
		return WRONG_NOTHING;
	case 15:
		lie(part, dice);
		return WRONG_NOTHING;
	case 16:
		kept = *part;
		part->type = parts->part[other].type;
		parts->part[other].type = kept.type;
		return WRONG_NOTHING;
	case 17:
		kept = *part;
		*part = parts->part[other];
		parts->part[other] = kept;
		return WRONG_NOTHING;
	default:
		spoil(part, dice);
		return WRONG_NOTHING;
	}
}
