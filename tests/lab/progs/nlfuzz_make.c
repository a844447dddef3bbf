// SPDX-License-Identifier: MIT
#include "nlfuzz_make.h"

#include <string.h>
#include <time.h>

#include <linux/genetlink.h>

#define MAX_CHANGES 6

/**
 * struct maker - a request while it is made
 * @batch: where it goes
 * @peer: who sends it
 * @family: the family
 * @dice: its chances
 * @arena: its memory
 * @changes: things that are still to be changed in it
 * @wrong: what came of the only change
 * @expect: what it must come to without changes
 * @own: the stream that it names, NULL if that is none of the socket's
 * @sure: how many levels that stream has is known
 * @parts: its attributes
 * @msg: its headers
 */
struct maker {
	struct batch *batch;
	struct peer *peer;
	const struct family *family;
	struct dice *dice;
	struct arena *arena;
	unsigned int changes;
	enum wrong wrong;
	enum expect expect;
	struct own *own;
	bool sure;
	struct parts parts;
	struct {
		struct nlmsghdr nl;
		struct genlmsghdr genl;
	} msg;
};

static void change(struct maker *m, struct parts *parts, const struct parts_kind *kind)
{
	m->wrong = parts_change(parts, m->arena, m->dice, kind);
	m->changes--;
}

/* --- right values ---------------------------------------------------------------- */

static void add(struct maker *m, unsigned int attr, uint64_t value)
{
	parts_add_int(&m->parts, m->arena, (uint16_t)attr, &rules[attr], value);
}

static void add_name(struct maker *m)
{
	char name[DNN_GOV_NAME_MAX];
	size_t len = 1 + dice_below(m->dice, sizeof(name) - 1);

	for (size_t i = 0; i < len; i++)
		name[i] = (char)(dice_one_in(m->dice, 8) ? 0x80 + dice_below(m->dice, 0x80) :
				 ' ' + dice_below(m->dice, 0x5f));
	if (len < sizeof(name))
		name[len] = 0;
	parts_add(&m->parts, m->arena, DNN_GOV_A_STREAM_NAME, name, len + dice_below(m->dice, 2));
}

static void add_cpus(struct maker *m)
{
	uint32_t words[DNN_GOV_CPU_WORDS] = { 0 };
	size_t nr = dice_one_in(m->dice, 4) ? 1 + dice_below(m->dice, DNN_GOV_CPU_WORDS) : 1;

	for (size_t i = 0; i < nr; i++)
		words[i] = (uint32_t)dice_next(m->dice) >> dice_below(m->dice, 32);
	words[0] |= 1 + dice_below(m->dice, 3);
	parts_add(&m->parts, m->arena, DNN_GOV_A_CPUS, words, nr * sizeof(words[0]));
}

static const struct parts_kind cost_kind = {
	.rules = cost_rules, .max = DNN_GOV_COST_A_MAX, .needed = BIT(DNN_GOV_COST_A_CYCLES),
	.known = BIT(DNN_GOV_COST_A_CYCLES) | BIT(DNN_GOV_COST_A_STALL_NS) |
		 BIT(DNN_GOV_COST_A_ACCURACY_PPM),
};
static const struct parts_kind costs_kind = {
	.rules = rules, .max = DNN_GOV_A_MAX, .known = A(LEVEL_COST), .needed = A(LEVEL_COST),
};

static void add_cost(struct maker *m, struct parts *costs, unsigned int level)
{
	static const uint16_t attrs[] = { DNN_GOV_COST_A_CYCLES, DNN_GOV_COST_A_STALL_NS,
					  DNN_GOV_COST_A_ACCURACY_PPM };
	struct parts cost = { .nr = 0 };
	uint8_t bytes[2048];

	for (unsigned int i = 0; i < 3; i++) {
		const struct rule *rule = &cost_rules[attrs[i]];
		uint64_t value = dice_magnitude(m->dice, rule->low, rule->high);

		/* mostly such that a frame can make it */
		if (!m->peer->extreme && attrs[i] == DNN_GOV_COST_A_CYCLES)
			value = (level + 1) * dice_range(m->dice, 1000, 100000);
		else if (!m->peer->extreme && attrs[i] == DNN_GOV_COST_A_STALL_NS)
			value = dice_range(m->dice, 0, 10000);
		if (!i || !dice_one_in(m->dice, 3))
			parts_add_int(&cost, m->arena, attrs[i], rule, value);
	}
	if (m->changes && dice_one_in(m->dice, 6))
		change(m, &cost, &cost_kind);
	parts_add(costs, m->arena, DNN_GOV_A_LEVEL_COST | NLA_F_NESTED, bytes,
		  parts_bytes(&cost, bytes, sizeof(bytes)));
}

static void add_costs(struct maker *m, unsigned int levels)
{
	struct parts costs = { .nr = 0 };
	uint8_t bytes[16384];

	for (unsigned int i = 0; i < levels; i++)
		add_cost(m, &costs, i);
	if (m->changes && dice_one_in(m->dice, 3)) {
		change(m, &costs, &costs_kind);
		/* one less may be as many as the stream has levels */
		if (!m->sure && m->wrong == WRONG_VALUE)
			m->wrong = WRONG_NOTHING;
	}
	parts_add(&m->parts, m->arena, DNN_GOV_A_LEVEL_COSTS | NLA_F_NESTED, bytes,
		  parts_bytes(&costs, bytes, sizeof(bytes)));
}

static uint64_t some_time(struct maker *m)
{
	if (m->peer->extreme && dice_one_in(m->dice, 4))
		return dice_magnitude(m->dice, DNN_GOV_TIME_MIN_NS, DNN_GOV_TIME_MAX_NS);
	return dice_range(m->dice, 1000000, 100000000);
}

static bool wants(struct maker *m, uint64_t optional, uint64_t attr)
{
	return optional & attr && dice_one_in(m->dice, 3);
}

static void add_declared(struct maker *m, unsigned int levels, uint64_t optional)
{
	static const uint16_t plain[] = { DNN_GOV_A_WEIGHT, DNN_GOV_A_GOAL,
					  DNN_GOV_A_ACCURACY_FLOOR_PPM, DNN_GOV_A_BALANCE_PPM,
					  DNN_GOV_A_ENERGY_BUDGET_UJ };

	if (wants(m, optional, A(PERIOD_NS)))
		add(m, DNN_GOV_A_PERIOD_NS, some_time(m));
	if (wants(m, optional, A(DEADLINE_NS)))
		add(m, DNN_GOV_A_DEADLINE_NS, some_time(m));
	if (wants(m, optional, A(MIN_LEVEL)))
		add(m, DNN_GOV_A_MIN_LEVEL, 1 + dice_below(m->dice, levels));
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (wants(m, optional, BIT(plain[i])))
			add(m, plain[i], dice_magnitude(m->dice, rules[plain[i]].low,
							rules[plain[i]].high));
	if (wants(m, optional, A(LEVEL_COSTS)))
		add_costs(m, levels);
	if (wants(m, optional, A(CPUS))) {
		add_cpus(m);
		if (m->expect == EXPECT_SUCCESS)	/* its policy may have no governor now */
			m->expect = EXPECT_ANY;
	}
}

static uint32_t other_id(struct maker *m)
{
	switch (dice_below(m->dice, 4)) {
	case 0:
		return m->peer->gone[dice_below(m->dice, PEER_OLD)];
	case 1:
		return (uint32_t)dice_next(m->dice);
	default:
		return shared_get(m->dice);
	}
}

/* One of the socket's, mostly one with pending frames where that is asked for. */
static uint32_t own_id(struct maker *m, bool pending)
{
	unsigned int nr = m->peer->nr_own, at = dice_below(m->dice, nr);

	for (unsigned int i = 0; pending && i < nr && !m->peer->own[at].nr_frames; i++)
		at = (at + 1) % nr;
	return m->peer->own[at].id;
}

/* STREAM_ID, nearly always of one there is. */
static void add_stream(struct maker *m, bool owned, bool pending)
{
	uint32_t id;

	if (m->peer->nr_own && !dice_one_in(m->dice, 10))
		id = own_id(m, pending);
	else
		id = other_id(m);
	m->own = peer_find(m->peer, id);
	if (!m->own)
		m->expect = owned && !m->peer->blind ? EXPECT_REFUSAL : EXPECT_ANY;
	add(m, DNN_GOV_A_STREAM_ID, id);
}

static void add_frame(struct maker *m, bool ends)
{
	static const uint64_t odd[] = { 0, 1, 2, UINT32_MAX, UINT64_MAX };
	unsigned int levels = m->own && m->own->sure ?
		(unsigned int)m->own->value[DNN_GOV_A_LEVELS] : 4;
	uint64_t frame;

	m->expect = m->own ? EXPECT_ANY : m->expect;	/* frames go stale */
	if (m->own && m->own->nr_frames && !dice_one_in(m->dice, 8))
		frame = m->own->frames[dice_below(m->dice, m->own->nr_frames)];
	else if (dice_one_in(m->dice, 2))
		frame = m->peer->old_frames[dice_below(m->dice, PEER_OLD)];
	else
		frame = odd[dice_below(m->dice, sizeof(odd) / sizeof(odd[0]))];
	add(m, DNN_GOV_A_FRAME_ID, frame);
	add(m, DNN_GOV_A_LEVEL_DONE, dice_below(m->dice, levels + 1));
	/* Not again in the same batch, or hardly any would be accepted. */
	if (m->own && ends)
		peer_ended(m->peer, m->own, frame);
}

static void add_release(struct maker *m)
{
	struct timespec t;
	uint64_t now;

	clock_gettime(CLOCK_MONOTONIC, &t);
	now = (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
	if (dice_one_in(m->dice, 8))
		now += 100000000;
	m->expect = m->own ? EXPECT_ANY : m->expect;
	add(m, DNN_GOV_A_RELEASE_NS, now - dice_magnitude(m->dice, 0, dice_one_in(m->dice, 4) ? 200000000 :
								   1000000));
}

/* --- right requests ---------------------------------------------------------------- */

static void fill_add(struct maker *m)
{
	unsigned int levels = 1 + dice_below(m->dice, DNN_GOV_LEVELS_MAX);

	/* ENOSPC, ENODEV */
	m->expect = m->batch->nobody ? EXPECT_REFUSAL : EXPECT_ANY;
	add_name(m);
	add(m, DNN_GOV_A_DEADLINE_NS, some_time(m));
	add(m, DNN_GOV_A_LEVELS, levels);
	m->sure = true;
	add_declared(m, levels, commands[DNN_GOV_CMD_STREAM_ADD].optional);
}

static void fill_set(struct maker *m)
{
	unsigned int levels = 1 + dice_below(m->dice, DNN_GOV_LEVELS_MAX);

	add_stream(m, true, false);
	m->sure = m->own && m->own->sure;
	if (m->sure)
		levels = (unsigned int)m->own->value[DNN_GOV_A_LEVELS];
	else if (m->own)
		m->expect = EXPECT_ANY;
	add_declared(m, levels, commands[DNN_GOV_CMD_STREAM_SET].optional);
}

/* What the family takes, but for the streams and frames that it names. */
static void fill(struct maker *m, unsigned int cmd)
{
	const struct command *command = &commands[cmd];

	m->expect = EXPECT_SUCCESS;
	if (command->may_dump && (!command->may_do || dice_one_in(m->dice, 4))) {
		m->msg.nl.nlmsg_flags |= NLM_F_DUMP;
		if (m->batch->dumps)
			m->expect = EXPECT_ANY;
		m->batch->dumps = true;
		return;
	}
	switch (cmd) {
	case DNN_GOV_CMD_STREAM_ADD:
		fill_add(m);
		break;
	case DNN_GOV_CMD_STREAM_SET:
		fill_set(m);
		break;
	case DNN_GOV_CMD_FRAME_BEGIN:
		add_stream(m, true, false);
		if (m->own)	/* EBUSY */
			m->expect = EXPECT_ANY;
		if (dice_one_in(m->dice, 4))
			add_release(m);
		break;
	case DNN_GOV_CMD_FRAME_PROGRESS:
	case DNN_GOV_CMD_FRAME_END:
	case DNN_GOV_CMD_FRAME_DONE:
		add_stream(m, true, true);
		add_frame(m, cmd != DNN_GOV_CMD_FRAME_PROGRESS);
		break;
	case DNN_GOV_CMD_STREAM_DEL:
	case DNN_GOV_CMD_STREAM_GET:
		add_stream(m, cmd == DNN_GOV_CMD_STREAM_DEL, false);
		break;
	default:
		if (!command->may_do)
			m->expect = EXPECT_REFUSAL;
	}
}

/* Something of the family that keeps all families: who is there, and what it takes. */
static void fill_control(struct maker *m)
{
	static const struct rule half = { KIND_U32, 0, UINT16_MAX };
	uint16_t id = m->family->id;

	m->msg.nl.nlmsg_type = GENL_ID_CTRL;
	m->expect = EXPECT_ANY;
	if (dice_one_in(m->dice, 2)) {
		m->msg.genl.cmd = CTRL_CMD_GETPOLICY;
		m->msg.nl.nlmsg_flags |= NLM_F_DUMP;
		m->batch->dumps = true;
	} else {
		m->msg.genl.cmd = CTRL_CMD_GETFAMILY;
	}
	parts_add(&m->parts, m->arena, CTRL_ATTR_FAMILY_ID, &id, sizeof(id));
	if (m->msg.genl.cmd == CTRL_CMD_GETPOLICY && dice_one_in(m->dice, 2))
		parts_add_int(&m->parts, m->arena, CTRL_ATTR_OP, &half,
			      dice_below(m->dice, DNN_GOV_CMD_MAX + 2));
}

/* --- mistakes in headers -------------------------------------------------------------- */

static void change_header(struct maker *m)
{
	static const uint16_t flags[] = { NLM_F_REQUEST, NLM_F_ROOT, NLM_F_MATCH, NLM_F_DUMP,
					  NLM_F_ATOMIC, NLM_F_ECHO, NLM_F_MULTI, NLM_F_ACK, 0x8000 };
	static const uint16_t types[] = { NLMSG_NOOP, NLMSG_ERROR, NLMSG_DONE, NLMSG_OVERRUN,
					  NLMSG_MIN_TYPE - 1, UINT16_MAX };
	static const int32_t lies[] = { -1, -2, -4, -8, -12, -16, -20, 1, 2, 3, 4, 16, 4096, -100 };
	struct nlmsghdr *nl = &m->msg.nl;

	m->batch->wild = true;
	switch (dice_below(m->dice, 8)) {
	case 0:
		m->msg.genl.version = (uint8_t)dice_next(m->dice);
		break;
	case 1:
		m->msg.genl.cmd = (uint8_t)dice_next(m->dice) >> dice_below(m->dice, 8);
		break;
	case 2:
		m->msg.genl.reserved = (uint16_t)dice_next(m->dice);
		break;
	case 3:
		nl->nlmsg_flags ^= flags[dice_below(m->dice, sizeof(flags) / sizeof(flags[0]))];
		break;
	case 4:
		nl->nlmsg_type = dice_one_in(m->dice, 4) ? nl->nlmsg_type + 1 :
				 types[dice_below(m->dice, sizeof(types) / sizeof(types[0]))];
		break;
	case 5:
		nl->nlmsg_len += (uint32_t)lies[dice_below(m->dice,
							   sizeof(lies) / sizeof(lies[0]))];
		break;
	case 6:
		nl->nlmsg_len = dice_below(m->dice, nl->nlmsg_len + 8);
		break;
	default:
		nl->nlmsg_pid = (uint32_t)dice_next(m->dice);
	}
}

/* --- whole requests -------------------------------------------------------------------- */

static enum expect expected(const struct maker *m, unsigned int changes, bool header_changed)
{
	bool dump = (m->msg.nl.nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;

	if (header_changed || m->msg.nl.nlmsg_type != m->family->id)
		return EXPECT_ANY;
	/* Two changes may be none. */
	if (changes == 1 && (m->wrong == WRONG_FORM || (m->wrong == WRONG_VALUE && !dump)))
		return EXPECT_REFUSAL;
	if (changes)
		return EXPECT_ANY;
	if (m->expect == EXPECT_SUCCESS &&
	    (m->batch->wild || m->batch->beside || m->peer->narrow))
		return EXPECT_ANY;
	return m->expect;
}

static void finish(struct maker *m, unsigned int changes)
{
	struct batch *batch = m->batch;
	uint8_t *at = batch->bytes + batch->len;
	struct made *made = &batch->made[batch->nr];
	unsigned int left = m->changes;
	bool header = false;
	size_t len;

	const struct command *command = m->msg.genl.cmd <= DNN_GOV_CMD_MAX ?
		&commands[m->msg.genl.cmd] : &commands[0];
	const struct parts_kind kind = {
		.rules = rules, .max = DNN_GOV_A_MAX, .needed = command->needed,
		.known = command->needed | command->optional,
	};

	while (left--) {
		if (dice_one_in(m->dice, 8))
			header = true;
		else
			change(m, &m->parts, &kind);
	}
	len = sizeof(m->msg) + parts_bytes(&m->parts, at + sizeof(m->msg),
					   BATCH_BYTES - batch->len - sizeof(m->msg));
	m->msg.nl.nlmsg_len = (uint32_t)len;
	*made = (struct made) { .at = batch->len, .expect = expected(m, changes, header) };
	if (header)
		change_header(m);
	/* What removes a stream that later ones of the batch name. */
	if (m->msg.genl.cmd == DNN_GOV_CMD_STREAM_DEL)
		batch->wild = true;
	memcpy(at, &m->msg, sizeof(m->msg));
	batch->len += len;
	batch->nr++;
}

static void begin(struct maker *m, unsigned int cmd)
{
	m->arena->used = 0;
	m->msg.nl = (struct nlmsghdr) {
		.nlmsg_type = m->family->id,
		.nlmsg_flags = NLM_F_REQUEST,
		.nlmsg_seq = ++m->peer->seq,
	};
	if (!dice_one_in(m->dice, 3))
		m->msg.nl.nlmsg_flags |= NLM_F_ACK;
	m->msg.genl.cmd = (uint8_t)cmd;
	m->msg.genl.version = DNN_GOV_GENL_VERSION;
}

void make_right(struct batch *batch, struct peer *peer, const struct family *family,
		struct dice *dice, struct arena *arena, unsigned int cmd)
{
	struct maker m = {
		.batch = batch, .peer = peer, .family = family, .dice = dice, .arena = arena,
	};

	if (batch->nr == BATCH_MADE || batch->len > BATCH_BYTES - ARENA_BYTES / 4)
		return;
	begin(&m, cmd);
	fill(&m, cmd);
	finish(&m, 0);
}

static unsigned int some_command(struct dice *dice)
{
	unsigned int sum = 0, at;

	for (unsigned int i = 0; i <= DNN_GOV_CMD_MAX; i++)
		sum += commands[i].share;
	at = dice_below(dice, sum);
	for (unsigned int i = 0; i <= DNN_GOV_CMD_MAX; i++) {
		if (at < commands[i].share)
			return i;
		at -= commands[i].share;
	}
	return 0;
}

void make_any(struct batch *batch, struct peer *peer, const struct family *family,
	      struct dice *dice, struct arena *arena)
{
	unsigned int cmd = some_command(dice), changes = 0;
	struct maker m = {
		.batch = batch, .peer = peer, .family = family, .dice = dice, .arena = arena,
	};

	if (batch->nr == BATCH_MADE || batch->len > BATCH_BYTES - ARENA_BYTES / 4)
		return;
	if (cmd == DNN_GOV_CMD_STREAM_ADD && peer->nr_own >= peer->crowd)
		cmd = dice_one_in(dice, 8) ? DNN_GOV_CMD_STREAM_DEL : DNN_GOV_CMD_FRAME_BEGIN;
	else if (!peer->nr_own && !peer->blind && !batch->nr)
		cmd = DNN_GOV_CMD_STREAM_ADD;
	if (commands[cmd].needed & A(FRAME_ID) && !peer_pending(peer) && !dice_one_in(dice, 4))
		cmd = DNN_GOV_CMD_FRAME_BEGIN;
	if (dice_below(dice, 5) < 2)
		changes = dice_one_in(dice, 3) ? 2 + dice_below(dice, MAX_CHANGES - 1) : 1;
	begin(&m, cmd);
	m.changes = changes;
	if (dice_one_in(dice, 60))
		fill_control(&m);
	else
		fill(&m, cmd);
	finish(&m, changes);
}
