// SPDX-License-Identifier: MIT
#include "fake_gov.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include <linux/genetlink.h>

#include "fake_message.h"

#define STREAMS		80
#define GROUP		5	/* id of the group of events */
#define FIRST_FAMILY	30
#define ATTR_BYTES	1024

/* An attribute as it was sent. */
struct said {
	uint16_t bytes;
	char data[ATTR_BYTES];
};

struct stream {
	uint32_t id;
	uint32_t port;
	uint32_t grant;
	uint32_t cause;
	uint64_t frames[DNN_GOV_FRAMES_MAX];	/* ids of those that are pending, 0: none */
	uint64_t begun;
	uint64_t met;
	uint64_t abandoned;
	struct said said[DNN_GOV_A_MAX + 1];
};

struct fake_gov gov;
static struct stream streams[STREAMS];
static uint32_t last_stream_id;
static uint64_t last_frame_id;

/* --- requests and parts of answers ------------------------------------------------------- */

static void put(struct message *m, int attr, const void *data, size_t bytes)
{
	if (attr != gov.without)
		message_put(m, attr, data, bytes);
}

static void put_u32(struct message *m, int attr, uint32_t value)
{
	put(m, attr, &value, sizeof(value));
}

/* With padding, as from a machine that cannot do without. */
static void put_u64(struct message *m, int attr, uint64_t value)
{
	message_put(m, DNN_GOV_A_PAD, NULL, 0);
	put(m, attr, &value, sizeof(value));
}

/* The request's attributes by number, and where they are in it. */
struct request {
	struct said said[DNN_GOV_A_MAX + 1];
	uint32_t offset[DNN_GOV_A_MAX + 1];
};

static void read_request(const struct nlmsghdr *nlh, struct request *out)
{
	const char *base = (const char *)nlh;
	size_t at = NLMSG_HDRLEN + GENL_HDRLEN;

	memset(out, 0, sizeof(*out));
	while (at + NLA_HDRLEN <= nlh->nlmsg_len) {
		const struct nlattr *attr = (const struct nlattr *)(base + at);
		int type = attr->nla_type & NLA_TYPE_MASK;
		size_t bytes = attr->nla_len - NLA_HDRLEN;

		cr_assert(type <= DNN_GOV_A_MAX && bytes <= ATTR_BYTES);
		out->said[type].bytes = (uint16_t)bytes;
		memcpy(out->said[type].data, base + at + NLA_HDRLEN, bytes);
		out->offset[type] = (uint32_t)at;
		at += NLA_ALIGN(attr->nla_len);
	}
	cr_assert_eq(at, nlh->nlmsg_len, "the request is longer or shorter than its attributes");
}

static uint64_t value(const struct said *said, uint64_t otherwise)
{
	uint64_t u64;
	uint32_t u32;

	if (!said->bytes)
		return otherwise;
	if (said->bytes == sizeof(u32)) {
		memcpy(&u32, said->data, sizeof(u32));
		return u32;
	}
	cr_assert_eq(said->bytes, sizeof(u64));
	memcpy(&u64, said->data, sizeof(u64));
	return u64;
}

/* --- refusals and acknowledgments ------------------------------------------------------ */

static void put_refusal_words(struct message *m, const struct request *request)
{
	size_t nest;

	if (gov.refuse_text)
		message_put(m, NLMSGERR_ATTR_MSG, gov.refuse_text, strlen(gov.refuse_text) + 1);
	if (gov.refuse_attr)
		message_put(m, NLMSGERR_ATTR_OFFS, &request->offset[gov.refuse_attr], 4);
	if (gov.refuse_missing) {
		uint32_t type = (uint32_t)gov.refuse_missing;

		message_put(m, NLMSGERR_ATTR_MISS_TYPE, &type, sizeof(type));
	}
	if (!gov.refuse_high)
		return;
	nest = message_nest(m, NLMSGERR_ATTR_POLICY);
	message_put(m, NL_POLICY_TYPE_ATTR_MIN_VALUE_U, &gov.refuse_low,
		gov.fault == GOV_BAD_POLICY_BITS ? 2 : 8);
	message_put(m, NL_POLICY_TYPE_ATTR_MAX_VALUE_U, &gov.refuse_high, 8);
	message_nest_end(m, nest);
}

/* @err: 0 acknowledges. Its words are those in gov. */
static void answer_error(struct fake_socket *to, const struct nlmsghdr *nlh,
			 const struct request *request, int err)
{
	bool words = to->ext_ack && err &&
		     (gov.refuse_text || gov.refuse_attr || gov.refuse_missing || gov.refuse_high);
	bool capped = to->cap_ack || !err;
	struct message m = { .bytes = 0 };

	message_start(&m, nlh, NLMSG_ERROR,
		      (capped ? NLM_F_CAPPED : 0) | (words ? NLM_F_ACK_TLVS : 0));
	err = -err;
	message_append(&m, &err, sizeof(err));
	message_append(&m, nlh, capped ? sizeof(*nlh) : nlh->nlmsg_len);
	if (words)
		put_refusal_words(&m, request);
	fake_deliver(to, m.data, m.bytes, 0);
}

static void refuse(struct fake_socket *to, const struct nlmsghdr *nlh,
		   const struct request *request, int err, const char *text, int attr)
{
	gov.refuse_text = text;
	gov.refuse_attr = attr;
	answer_error(to, nlh, request, err);
	gov.refuse_text = NULL;
	gov.refuse_attr = 0;
}

/* --- streams ------------------------------------------------------------------------- */

static struct stream *stream_of(uint32_t id)
{
	for (unsigned int i = 0; id && i < STREAMS; i++)
		if (streams[i].id == id)
			return &streams[i];
	return NULL;
}

unsigned int gov_streams(void)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < STREAMS; i++)
		count += streams[i].id != 0;
	return count;
}

static unsigned int pending(const struct stream *stream)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < DNN_GOV_FRAMES_MAX; i++)
		count += stream->frames[i] != 0;
	return count;
}

unsigned int gov_pending(uint32_t stream_id)
{
	return pending(stream_of(stream_id));
}

static void put_cpus(struct message *m, const struct said *said)
{
	uint32_t first_two = 3;

	if (said->bytes)
		put(m, DNN_GOV_A_CPUS, said->data, said->bytes);
	else
		put(m, DNN_GOV_A_CPUS, &first_two, sizeof(first_two));
}

static void put_stream(struct message *m, const struct stream *stream)
{
	static const struct { int attr; uint64_t otherwise; } u32s[] = {
		{ DNN_GOV_A_LEVELS, 0 }, { DNN_GOV_A_MIN_LEVEL, 1 }, { DNN_GOV_A_WEIGHT, 100 },
		{ DNN_GOV_A_ACCURACY_FLOOR_PPM, 0 }, { DNN_GOV_A_BALANCE_PPM, 500000 },
	};
	const struct said *said = stream->said, *costs = &said[DNN_GOV_A_LEVEL_COSTS];

	put_u32(m, DNN_GOV_A_STREAM_ID, stream->id);
	put(m, DNN_GOV_A_STREAM_NAME, said[DNN_GOV_A_STREAM_NAME].data,
	    said[DNN_GOV_A_STREAM_NAME].bytes);
	put_u64(m, DNN_GOV_A_DEADLINE_NS, value(&said[DNN_GOV_A_DEADLINE_NS], 0));
	put_u64(m, DNN_GOV_A_PERIOD_NS, value(&said[DNN_GOV_A_PERIOD_NS],
					      value(&said[DNN_GOV_A_DEADLINE_NS], 0)));
	for (size_t i = 0; i < sizeof(u32s) / sizeof(u32s[0]); i++)
		put_u32(m, u32s[i].attr, (uint32_t)value(&said[u32s[i].attr], u32s[i].otherwise));
	put_u32(m, DNN_GOV_A_GOAL, gov.goal >= 0 ? (uint32_t)gov.goal :
		(uint32_t)value(&said[DNN_GOV_A_GOAL], 0));
	put_u64(m, DNN_GOV_A_ENERGY_BUDGET_UJ, value(&said[DNN_GOV_A_ENERGY_BUDGET_UJ], 0));
	put_u32(m, DNN_GOV_A_GRANT, stream->grant);
	put_u32(m, DNN_GOV_A_CAUSE, stream->cause);
	put_u32(m, DNN_GOV_A_KHZ, GOV_KHZ);
	put_u32(m, DNN_GOV_A_PENDING, pending(stream));
	put_cpus(m, &said[DNN_GOV_A_CPUS]);
	put_u64(m, DNN_GOV_A_FRAMES, stream->begun);
	put_u64(m, DNN_GOV_A_FRAMES_MET, stream->met);
	put_u64(m, DNN_GOV_A_FRAMES_MISSED, 0);
	put_u64(m, DNN_GOV_A_FRAMES_ABANDONED, stream->abandoned);
	put_u64(m, DNN_GOV_A_ENERGY_UJ, 7);
	if (costs->bytes)
		put(m, DNN_GOV_A_LEVEL_COSTS | NLA_F_NESTED, costs->data, costs->bytes);
}

static void keep_hint(struct stream *stream, const struct request *request)
{
	for (int attr = 0; attr <= DNN_GOV_A_MAX; attr++)
		if (request->said[attr].bytes)
			stream->said[attr] = request->said[attr];
}

static void put_grant(struct message *m, const struct stream *stream)
{
	put_u32(m, DNN_GOV_A_STREAM_ID, stream->id);
	put_u32(m, DNN_GOV_A_GRANT, stream->grant);
	put_cpus(m, &stream->said[DNN_GOV_A_CPUS]);
}

static struct stream *new_stream(uint32_t port)
{
	struct stream *stream = streams;

	while (stream->id)
		cr_assert_lt(++stream, streams + STREAMS);
	*stream = (struct stream) {
		.id = ++last_stream_id, .port = port, .grant = gov.grant,
	};
	return stream;
}

static void put_stats(struct message *m)
{
	uint64_t begun = 0, met = 0, abandoned = 0;
	unsigned int waiting = 0;
	size_t all, one;

	for (unsigned int i = 0; i < STREAMS; i++) {
		begun += streams[i].begun;
		met += streams[i].met;
		abandoned += streams[i].abandoned;
		waiting += pending(&streams[i]);
	}
	put_u32(m, DNN_GOV_A_STREAMS, gov_streams());
	put_u32(m, DNN_GOV_A_PENDING, waiting);
	put_u64(m, DNN_GOV_A_FRAMES, begun);
	put_u64(m, DNN_GOV_A_FRAMES_MET, met);
	put_u64(m, DNN_GOV_A_FRAMES_MISSED, 0);
	put_u64(m, DNN_GOV_A_FRAMES_ABANDONED, abandoned);
	put_u64(m, DNN_GOV_A_ENERGY_UJ, 7);
	all = message_nest(m, DNN_GOV_A_PRESSURES);
	for (uint32_t cause = 1; cause <= DNN_GOV_CAUSE_MAX; cause++) {
		one = message_nest(m, DNN_GOV_A_CAUSE_COUNT);
		put_u32(m, DNN_GOV_A_CAUSE, cause);
		put_u64(m, DNN_GOV_A_COUNT, 100 + cause);
		message_nest_end(m, one);
	}
	message_nest_end(m, all);
}

/* --- frames -------------------------------------------------------------------------- */

static uint64_t *frame_of(struct stream *stream, uint64_t id)
{
	for (unsigned int i = 0; i < DNN_GOV_FRAMES_MAX; i++)
		if (stream->frames[i] == id)
			return &stream->frames[i];
	return NULL;
}

static void put_begin(struct message *m, struct stream *stream, const struct request *request)
{
	uint64_t release = value(&request->said[DNN_GOV_A_RELEASE_NS], 0);
	uint64_t *frame = frame_of(stream, 0);

	gov.last_release_ns = release;
	*frame = ++last_frame_id;
	stream->begun++;
	put_grant(m, stream);
	put_u64(m, DNN_GOV_A_FRAME_ID, *frame);
	put_u32(m, DNN_GOV_A_CAUSE, stream->cause);
	put_u64(m, DNN_GOV_A_DEADLINE_ABS_NS, (release ? release : GOV_NOW_NS) +
		value(&stream->said[DNN_GOV_A_DEADLINE_NS], 0));
	put_u32(m, DNN_GOV_A_KHZ, GOV_KHZ);
}

static void put_end(struct message *m, struct stream *stream, const struct request *request)
{
	uint64_t *frame = frame_of(stream, value(&request->said[DNN_GOV_A_FRAME_ID], 0));
	bool done = value(&request->said[DNN_GOV_A_LEVEL_DONE], 0);
	uint8_t met = done;

	put_u32(m, DNN_GOV_A_STREAM_ID, stream->id);
	put_u64(m, DNN_GOV_A_FRAME_ID, *frame);
	put_u64(m, DNN_GOV_A_LATENCY_NS, GOV_LATENCY_NS);
	put(m, DNN_GOV_A_MET, &met, sizeof(met));
	put_u32(m, DNN_GOV_A_GRANT, stream->grant);
	*frame = 0;
	*(done ? &stream->met : &stream->abandoned) += 1;
}

/* --- answers ------------------------------------------------------------------------- */

/* Send an answer, with what is to be wrong with it. */
static void send_answer(struct fake_socket *to, struct message *m)
{
	struct nlmsghdr *nlh = message_last(m);
	size_t bytes = m->bytes;
	char filler[9000] = "";

	switch (gov.fault) {
	case GOV_SILENT:
		bytes = 0;
		break;
	case GOV_CUT:
		bytes -= 4;
		break;
	case GOV_TOO_LONG:
		message_put(m, DNN_GOV_A_MAX + 1, filler, sizeof(filler));
		bytes = m->bytes;
		break;
	case GOV_OTHER_TYPE:
		nlh->nlmsg_type++;
		break;
	case GOV_AFTER_FORGERY:
		fake_deliver(to, m->data, bytes, to->port + 1);
		break;
	case GOV_AFTER_OLD:
		nlh->nlmsg_seq--;
		fake_deliver(to, m->data, bytes, 0);
		nlh->nlmsg_seq++;
		break;
	default:
		break;
	}
	gov.fault = GOV_NO_FAULT;
	if (bytes)
		fake_deliver(to, m->data, bytes, 0);
	for (; gov.burst; gov.burst--)
		gov_event(gov.burst_id, 1 + gov.burst % 2, DNN_GOV_CAUSE_CONTENTION);
}

/* Two entries in one message, as long as there are any; the end has a message of its own. */
static void send_dump(struct fake_socket *to, const struct nlmsghdr *nlh, uint8_t cmd)
{
	int flags = NLM_F_MULTI | (gov.fault == GOV_DUMP_CHANGED ? NLM_F_DUMP_INTR : 0);
	unsigned int nr = cmd == DNN_GOV_CMD_STREAM_GET ? STREAMS : GOV_POLICIES;
	struct message m = { .bytes = 0 };
	int32_t status = 0;

	for (unsigned int i = 0, in = 0; i < nr; i++) {
		if (cmd == DNN_GOV_CMD_STREAM_GET && !streams[i].id)
			continue;
		message_start_genl(&m, nlh, gov.family, flags, cmd);
		if (cmd == DNN_GOV_CMD_STREAM_GET) {
			put_stream(&m, &streams[i]);
		} else {
			uint8_t fast = i == 1;

			put_u32(&m, DNN_GOV_A_POLICY_CPU, 2 * i);
			put_u32(&m, DNN_GOV_A_CPUS, 3U << (2 * i));
			put_u32(&m, DNN_GOV_A_KHZ, GOV_KHZ);
			put_u32(&m, DNN_GOV_A_MIN_KHZ, 200000);
			put_u32(&m, DNN_GOV_A_MAX_KHZ, 2000000);
			put(&m, DNN_GOV_A_FAST_SWITCH, &fast, sizeof(fast));
			put_u32(&m, DNN_GOV_A_STREAMS, i);
			put_u32(&m, DNN_GOV_A_POWER_BUDGET_UW, 10 * i);
		}
		if (++in % 2)
			continue;
		fake_deliver(to, m.data, m.bytes, 0);
		m.bytes = 0;
		if (gov.fault == GOV_DUMP_FAILS)
			break;
	}
	if (m.bytes)
		send_answer(to, &m);
	if (gov.fault == GOV_DUMP_FAILS)
		status = -ENOMEM;
	m.bytes = 0;
	message_start(&m, nlh, NLMSG_DONE, NLM_F_MULTI);
	if (gov.fault != GOV_DUMP_ENDS_BARE)
		message_append(&m, &status, sizeof(status));
	gov.fault = GOV_NO_FAULT;
	fake_deliver(to, m.data, m.bytes, 0);
}

static bool needs_stream(uint8_t cmd)
{
	return cmd != DNN_GOV_CMD_STREAM_ADD && cmd != DNN_GOV_CMD_STATS_GET;
}

static bool needs_frame(uint8_t cmd)
{
	return cmd == DNN_GOV_CMD_FRAME_PROGRESS || cmd == DNN_GOV_CMD_FRAME_END ||
	       cmd == DNN_GOV_CMD_FRAME_DONE;
}

/* Is the request refused? That of a stream or a frame that is not there, or as gov says. */
static bool is_refused(struct fake_socket *from, const struct nlmsghdr *nlh, uint8_t cmd,
		       const struct request *request)
{
	struct stream *stream = stream_of((uint32_t)value(&request->said[DNN_GOV_A_STREAM_ID], 0));
	uint64_t frame = value(&request->said[DNN_GOV_A_FRAME_ID], 0);

	if (gov.refuse)
		answer_error(from, nlh, request, gov.refuse);
	else if (needs_stream(cmd) && !stream)
		refuse(from, nlh, request, ENOENT, "STREAM_ID names no stream",
		       DNN_GOV_A_STREAM_ID);
	else if (needs_stream(cmd) && cmd != DNN_GOV_CMD_STREAM_GET && stream->port != from->port)
		refuse(from, nlh, request, EPERM, "STREAM_ID names a stream of another socket",
		       DNN_GOV_A_STREAM_ID);
	else if (cmd == DNN_GOV_CMD_FRAME_BEGIN && !frame_of(stream, 0))
		refuse(from, nlh, request, EBUSY, "the stream has 4 pending frames already", 0);
	else if (needs_frame(cmd) && (!frame || !frame_of(stream, frame)))
		refuse(from, nlh, request, ENOENT,
		       "FRAME_ID names no pending frame of the stream", DNN_GOV_A_FRAME_ID);
	else
		return false;
	gov.refuse = 0;
	gov.fault = GOV_NO_FAULT;
	gov.refuse_text = NULL;
	gov.refuse_attr = gov.refuse_missing = 0;
	gov.refuse_high = 0;
	return true;
}

/* Do what the request says. Return: it has an answer, which is put into @m. */
static bool work(struct fake_socket *from, uint8_t cmd, const struct request *request,
		 struct message *m)
{
	struct stream *stream = stream_of((uint32_t)value(&request->said[DNN_GOV_A_STREAM_ID], 0));
	struct message unsent = { .bytes = 0 };

	switch (cmd) {
	case DNN_GOV_CMD_STREAM_ADD:
		stream = new_stream(from->port);
		/* fall through */
	case DNN_GOV_CMD_STREAM_SET:
		keep_hint(stream, request);
		put_grant(m, stream);
		return true;
	case DNN_GOV_CMD_STREAM_DEL:
		stream->id = 0;
		return false;
	case DNN_GOV_CMD_STREAM_GET:
		put_stream(m, stream);
		return true;
	case DNN_GOV_CMD_FRAME_BEGIN:
		put_begin(m, stream, request);
		return true;
	case DNN_GOV_CMD_FRAME_END:
		put_end(m, stream, request);
		return true;
	case DNN_GOV_CMD_FRAME_DONE:
		put_end(&unsent, stream, request);
		return false;
	case DNN_GOV_CMD_STATS_GET:
		put_stats(m);
		return true;
	default:
		cr_assert_eq(cmd, DNN_GOV_CMD_FRAME_PROGRESS);
		return false;
	}
}

static void family_request(struct fake_socket *from, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = NLMSG_DATA(nlh);
	struct message m = { .bytes = 0 };
	static struct request request;

	read_request(nlh, &request);
	gov.requests++;
	gov.last_cmd = genl->cmd;
	gov.last_has = 0;
	for (int attr = 0; attr <= DNN_GOV_A_MAX; attr++)
		if (request.said[attr].bytes)
			gov.last_has |= 1ULL << attr;
	if ((nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP) {
		send_dump(from, nlh, genl->cmd);
		return;
	}
	if (is_refused(from, nlh, genl->cmd, &request))
		return;
	message_start_genl(&m, nlh, gov.family, 0, genl->cmd);
	if (work(from, genl->cmd, &request, &m) && gov.fault != GOV_BARE_ACK) {
		send_answer(from, &m);
	} else if (nlh->nlmsg_flags & NLM_F_ACK || gov.fault == GOV_BARE_ACK) {
		gov.fault = GOV_NO_FAULT;
		answer_error(from, nlh, &request, 0);
	}
}

/* --- the kernel's own family, which tells the others' numbers --------------------------- */

static void ctrl_request(struct fake_socket *from, const struct nlmsghdr *nlh)
{
	const char *name = (const char *)nlh + NLMSG_HDRLEN + GENL_HDRLEN + NLA_HDRLEN;
	uint16_t id = (uint16_t)gov.family;
	struct message m = { .bytes = 0 };
	static struct request none;
	size_t groups, group;
	uint32_t number = GROUP;
	int err = gov.ctrl_error;

	cr_assert_str_eq(name, DNN_GOV_GENL_NAME);
	if (!err && !gov.loaded)
		err = ENOENT;
	if (err) {
		answer_error(from, nlh, &none, err);
		return;
	}
	message_start_genl(&m, nlh, GENL_ID_CTRL, 0, CTRL_CMD_NEWFAMILY);
	message_put(&m, CTRL_ATTR_FAMILY_NAME, DNN_GOV_GENL_NAME, sizeof(DNN_GOV_GENL_NAME));
	message_put(&m, CTRL_ATTR_FAMILY_ID, &id, sizeof(id));
	if (!gov.no_group) {
		groups = message_nest(&m, CTRL_ATTR_MCAST_GROUPS);
		group = message_nest(&m, 1);
		message_put(&m, CTRL_ATTR_MCAST_GRP_NAME, DNN_GOV_MCGRP_PRESSURE,
			sizeof(DNN_GOV_MCGRP_PRESSURE));
		message_put(&m, CTRL_ATTR_MCAST_GRP_ID, &number, sizeof(number));
		message_nest_end(&m, group);
		message_nest_end(&m, groups);
	}
	fake_deliver(from, m.data, m.bytes, 0);
	if (nlh->nlmsg_flags & NLM_F_ACK)
		answer_error(from, nlh, &none, 0);
}

void fake_kernel(struct fake_socket *from, const struct nlmsghdr *request)
{
	static struct request none;

	if (request->nlmsg_type == GENL_ID_CTRL)
		ctrl_request(from, request);
	else if (gov.loaded && request->nlmsg_type == gov.family)
		family_request(from, request);
	else
		answer_error(from, request, &none, ENOENT);
}

/* --- what happens by itself ----------------------------------------------------------- */

void gov_load(void)
{
	int family = gov.family ? gov.family + 1 : FIRST_FAMILY;

	gov = (struct fake_gov) { .loaded = true, .family = family, .grant = 4, .goal = -1 };
}

void gov_unload(void)
{
	gov.loaded = false;
	memset(streams, 0, sizeof(streams));
}

void gov_grant(uint32_t stream_id, uint32_t grant, uint32_t cause)
{
	struct stream *stream = stream_of(stream_id);

	stream->grant = grant;
	stream->cause = cause;
}

void gov_event(uint32_t stream_id, uint32_t grant, uint32_t cause)
{
	const struct stream *stream = stream_of(stream_id);
	uint32_t old = stream->grant;
	struct message m = { .bytes = 0 };

	gov_grant(stream_id, grant, cause);
	message_start_genl(&m, NULL, gov.family, 0, DNN_GOV_CMD_PRESSURE);
	put_u32(&m, DNN_GOV_A_STREAM_ID, stream_id);
	put_u32(&m, DNN_GOV_A_GRANT, grant);
	put_u32(&m, DNN_GOV_A_GRANT_OLD, old);
	put_u32(&m, DNN_GOV_A_CAUSE, cause);
	put_u32(&m, DNN_GOV_A_KHZ, GOV_KHZ);
	put_u64(&m, DNN_GOV_A_TIME_NS, GOV_NOW_NS);
	for (struct fake_socket *to = fake_socket_next(NULL); to; to = fake_socket_next(to))
		if (to->port == stream->port || to->groups & (1U << GROUP))
			fake_deliver(to, m.data, m.bytes, 0);
}
