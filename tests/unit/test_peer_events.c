// SPDX-License-Identifier: MIT
/* libdnnhint's events: that each is delivered once, and that after a loss all is up to date. */
#include "peer_kit.h"

#define SEEN_MAX 600

struct seen {
	struct dnnhint *h;
	struct dnnhint_event events[SEEN_MAX];
	unsigned int count;
	unsigned int lost;
	void (*then)(struct seen *seen);	/* what a callback does besides */
	uint32_t id;				/* of the stream that it does it to */
	int ret;				/* what came of it */
};

static void on_grant(const struct dnnhint_event *event, void *ctx)
{
	struct seen *seen = ctx;

	cr_assert_lt(seen->count, SEEN_MAX);
	seen->events[seen->count++] = *event;
	if (seen->then)
		seen->then(seen);
}

static void on_lost(void *ctx)
{
	struct seen *seen = ctx;

	seen->lost++;
}

static const struct dnnhint_callbacks callbacks = { on_grant, on_lost };

static void assert_dispatch(struct dnnhint *h, struct seen *seen, int want)
{
	seen->h = h;
	assert_ret(h, dnnhint_dispatch(h, &callbacks, seen), want);
}

/* The last that was said of a stream, 0: nothing. */
static uint32_t told(const struct seen *seen, uint32_t id)
{
	uint32_t grant = 0;

	for (unsigned int i = 0; i < seen->count; i++)
		if (seen->events[i].stream_id == id)
			grant = seen->events[i].grant;
	return grant;
}

Test(peer_events, pressure_and_relief)
{
	struct dnnhint *h = peer_open();
	uint32_t id = peer_add(h, "events");
	struct seen seen = { .count = 0 };

	cr_assert_not(peer_readable(h));
	assert_dispatch(h, &seen, 0);
	gov_event(id, 2, DNN_GOV_CAUSE_FREQ_CAP);
	gov_event(id, 4, DNN_GOV_CAUSE_RELIEF);
	cr_assert(peer_readable(h));
	assert_dispatch(h, &seen, 2);
	cr_assert_not(peer_readable(h));
	cr_expect_eq(seen.events[0].stream_id, id);
	cr_expect_eq(seen.events[0].grant_old, 4);
	cr_expect_eq(seen.events[0].grant, 2);
	cr_expect_eq(seen.events[0].cause, DNN_GOV_CAUSE_FREQ_CAP);
	cr_expect_eq(seen.events[0].khz, GOV_KHZ);
	cr_expect_eq(seen.events[0].time_ns, GOV_NOW_NS);
	cr_expect_eq(seen.events[1].grant, 4);
	cr_expect_eq(seen.lost, 0);
	dnnhint_close(h);
}

Test(peer_events, nobody_has_to_listen)
{
	const struct dnnhint_callbacks none = { 0 };
	struct dnnhint *h = peer_open();
	uint32_t id = peer_add(h, "deaf");

	gov_event(id, 2, DNN_GOV_CAUSE_DEADLINE);
	assert_ret(h, dnnhint_dispatch(h, &none, NULL), 1);
	fake_room(0);
	gov_event(id, 3, DNN_GOV_CAUSE_RELIEF);
	fake_room(100);
	assert_ret(h, dnnhint_dispatch(h, &none, NULL), 2);
	cr_expect_not(peer_readable(h));
	dnnhint_close(h);
}

/* What comes before an answer is kept, and the descriptor says that it is there. */
Test(peer_events, none_is_missed_during_a_call)
{
	struct dnnhint *h = peer_open();
	uint32_t id = peer_add(h, "during");
	struct seen seen = { .count = 0 };
	struct dnnhint_stats stats;

	gov_event(id, 3, DNN_GOV_CAUSE_CONTENTION);
	assert_ret(h, dnnhint_stats_get(h, &stats), 0);
	cr_expect(peer_readable(h));
	assert_dispatch(h, &seen, 1);
	cr_expect_eq(told(&seen, id), 3);
	cr_expect_not(peer_readable(h));
	dnnhint_close(h);
}

Test(peer_events, an_observer_hears_of_all_and_of_nothing_twice)
{
	struct dnnhint *h = peer_open(), *other = peer_open();
	uint32_t mine = peer_add(h, "mine"), theirs = peer_add(other, "theirs");
	struct seen seen = { .count = 0 };

	gov_event(theirs, 3, DNN_GOV_CAUSE_CONTENTION);
	assert_dispatch(h, &seen, 0);
	assert_ret(h, dnnhint_observe(h), 0);
	gov_event(theirs, 2, DNN_GOV_CAUSE_CONTENTION);
	gov_event(mine, 1, DNN_GOV_CAUSE_CONTENTION);
	assert_dispatch(h, &seen, 2);
	cr_expect_eq(told(&seen, theirs), 2);
	cr_expect_eq(told(&seen, mine), 1);
	dnnhint_close(other);
	dnnhint_close(h);
}

Test(peer_events, those_of_a_removed_stream_are_forgotten)
{
	struct dnnhint *h = peer_open();
	uint32_t gone = peer_add(h, "gone"), stays = peer_add(h, "stays");
	struct seen seen = { .count = 0 };

	gov_event(gone, 2, DNN_GOV_CAUSE_CONTENTION);
	gov_event(stays, 3, DNN_GOV_CAUSE_CONTENTION);
	assert_ret(h, dnnhint_stream_del(h, gone), 0);
	assert_dispatch(h, &seen, 1);
	cr_expect_eq(told(&seen, stays), 3);
	dnnhint_close(h);
}

Test(peer_events, messages_of_others_are_passed_over)
{
	struct dnnhint *h = peer_open();
	uint32_t id = peer_add(h, "forged");
	struct fake_socket *socket = fake_socket_next(NULL);
	struct nlmsghdr runt = { .nlmsg_len = sizeof(runt), .nlmsg_type = NLMSG_NOOP };
	struct seen seen = { .count = 0 };

	fake_deliver(socket, &runt, sizeof(runt), 0);
	fake_deliver(socket, &runt, sizeof(runt) - 1, 0);
	fake_deliver(socket, &runt, sizeof(runt), socket->port + 1);
	runt.nlmsg_type = (uint16_t)gov.family;		/* no room for a command */
	fake_deliver(socket, &runt, sizeof(runt), 0);
	gov_event(id, 2, DNN_GOV_CAUSE_CONTENTION);
	fake_deliver(socket, &runt, sizeof(runt), socket->port + 1);
	assert_dispatch(h, &seen, 1);
	cr_expect_eq(told(&seen, id), 2);
	cr_expect_eq(seen.lost, 0);
	dnnhint_close(h);
}

/* However much comes, a call ends, and what is left stays readable. A stranger's is no error. */
Test(peer_events, a_flood)
{
	struct dnnhint *h = peer_open();
	uint32_t id = peer_add(h, "flood");
	struct fake_socket *socket = fake_socket_next(NULL);
	struct nlmsghdr strange = { .nlmsg_len = sizeof(strange), .nlmsg_type = NLMSG_NOOP };
	struct seen seen = { .count = 0 };
	int ret = 0, rounds = 0;

	for (unsigned int i = 0; i < 300; i++) {
		fake_deliver(socket, &strange, sizeof(strange), socket->port + 1);
		if (i % 3 == 0)
			gov_event(id, 1 + i % 2, DNN_GOV_CAUSE_CONTENTION);
	}
	while (peer_readable(h)) {
		int now = dnnhint_dispatch(h, &callbacks, &seen);

		cr_assert_geq(now, 0, "returned %d", now);
		ret += now;
		cr_assert_lt(rounds++, 10);
	}
	cr_expect_eq(ret, 100);
	cr_expect_eq(seen.count, 100);
	cr_expect_gt(rounds, 1);
	dnnhint_close(h);
}

/* --- callbacks ----------------------------------------------------------------------------- */

static void dispatch_again(struct seen *seen)
{
	seen->ret = dnnhint_dispatch(seen->h, &callbacks, seen);
	cr_expect_str_eq(dnnhint_error(seen->h), "dnnhint_dispatch() called from a callback");
}

Test(peer_events, dispatching_from_a_callback_is_refused)
{
	struct seen seen = { .then = dispatch_again };
	struct dnnhint *h = peer_open();
	uint32_t id = peer_add(h, "again");

	gov_event(id, 2, DNN_GOV_CAUSE_CONTENTION);
	assert_dispatch(h, &seen, 1);
	cr_expect_eq(seen.ret, -EBUSY);
	seen.then = NULL;
	gov_event(id, 1, DNN_GOV_CAUSE_CONTENTION);
	assert_dispatch(h, &seen, 1);
	dnnhint_close(h);
}

/* Each event brings the next, which lies before the answer that the callback waits for. */
static void one_more(struct seen *seen)
{
	struct dnnhint_stats stats;

	if (seen->count < 3)
		gov_event(seen->id, 4 - seen->count, DNN_GOV_CAUSE_CONTENTION);
	seen->ret |= dnnhint_stats_get(seen->h, &stats);
}

Test(peer_events, a_callback_makes_calls)
{
	struct seen seen = { .then = one_more };
	struct dnnhint *h = peer_open();

	seen.id = peer_add(h, "calls");
	gov_event(seen.id, 3, DNN_GOV_CAUSE_CONTENTION);
	for (unsigned int i = 0; i < 3; i++) {
		cr_assert(peer_readable(h));
		assert_dispatch(h, &seen, 1);
	}
	cr_expect_not(peer_readable(h));
	cr_expect_eq(seen.ret, 0);
	dnnhint_close(h);
}

/* --- losses ---------------------------------------------------------------------------------- */

#define CROWD 5

/* Room for two, five that change: the last three are lost. */
static void lose(struct dnnhint *h, uint32_t *ids, uint32_t grant)
{
	for (unsigned int i = 0; i < CROWD; i++)
		if (!ids[i])
			ids[i] = peer_add(h, "crowd");
	fake_room(2);
	for (unsigned int i = 0; i < CROWD; i++)
		gov_event(ids[i], grant, grant < 4 ? DNN_GOV_CAUSE_FREQ_CAP : DNN_GOV_CAUSE_RELIEF);
	fake_room(100);
}

Test(peer_events, after_a_loss_all_are_up_to_date)
{
	struct dnnhint *h = peer_open();
	struct seen seen = { .count = 0 };
	uint32_t ids[CROWD] = { 0 };

	lose(h, ids, 2);
	cr_expect(peer_readable(h));
	assert_dispatch(h, &seen, CROWD + 1);
	cr_expect_eq(seen.lost, 1);
	cr_expect_eq(seen.count, CROWD);
	for (unsigned int i = 0; i < CROWD; i++) {
		cr_expect_eq(told(&seen, ids[i]), 2);
		cr_expect_eq(seen.events[i].grant_old, 4);
		cr_expect_eq(seen.events[i].cause, DNN_GOV_CAUSE_FREQ_CAP);
	}
	cr_expect_not(peer_readable(h));
	lose(h, ids, 4);
	seen.count = 0;
	assert_dispatch(h, &seen, CROWD + 1);
	for (unsigned int i = 0; i < CROWD; i++) {
		cr_expect_eq(told(&seen, ids[i]), 4);
		cr_expect_eq(seen.events[i].cause, DNN_GOV_CAUSE_RELIEF);
	}
	/* nothing changed: only the loss is told */
	fake_room(0);
	gov_event(ids[0], 4, DNN_GOV_CAUSE_RELIEF);
	fake_room(100);
	assert_dispatch(h, &seen, 1);
	cr_expect_eq(seen.lost, 3);
	dnnhint_close(h);
}

/* The application knows a frame's grant from its answer and is not told of it again. */
Test(peer_events, after_a_loss_what_an_answer_told_is_known)
{
	struct dnnhint *h = peer_open();
	uint32_t id = peer_add(h, "known");
	struct seen seen = { .count = 0 };
	struct dnnhint_grant grant;

	fake_room(0);
	gov_event(id, 2, DNN_GOV_CAUSE_CONTENTION);
	fake_room(100);
	assert_ret(h, dnnhint_frame_begin(h, id, 0, &grant), -ENOBUFS);
	assert_ret(h, dnnhint_frame_begin(h, id, 0, &grant), 0);
	cr_expect_eq(grant.level, 2);
	cr_expect(peer_readable(h));
	assert_dispatch(h, &seen, 1);
	cr_expect_eq(seen.lost, 1);
	cr_expect_eq(seen.count, 0);
	dnnhint_close(h);
}

Test(peer_events, more_than_is_kept_counts_as_a_loss)
{
	struct dnnhint *h = peer_open();
	uint32_t id = peer_add(h, "ring");
	struct seen seen = { .count = 0 };
	struct dnnhint_stats stats;

	for (unsigned int i = 0; i < 70; i++)
		gov_event(id, 1 + i % 3, DNN_GOV_CAUSE_CONTENTION);
	assert_ret(h, dnnhint_stats_get(h, &stats), 0);
	assert_dispatch(h, &seen, 64 + 1 + (69 % 3 != 63 % 3));
	cr_expect_eq(seen.lost, 1);
	cr_expect_eq(told(&seen, id), 1 + 69 % 3);
	dnnhint_close(h);
}

Test(peer_events, a_damaged_event_counts_as_a_loss)
{
	struct dnnhint *h = peer_open();
	uint32_t id = peer_add(h, "damaged");
	struct seen seen = { .count = 0 };
	struct nlmsghdr longer = { .nlmsg_len = 9000, .nlmsg_type = (uint16_t)gov.family };
	char bytes[9000] = "";

	gov.without = DNN_GOV_A_TIME_NS;
	gov_event(id, 2, DNN_GOV_CAUSE_CONTENTION);
	gov.without = 0;
	assert_dispatch(h, &seen, 2);
	cr_expect_eq(seen.lost, 1);
	cr_expect_eq(told(&seen, id), 2);
	/* too long to be taken */
	memcpy(bytes, &longer, sizeof(longer));
	fake_deliver(fake_socket_next(NULL), bytes, sizeof(bytes), 0);
	gov_grant(id, 3, DNN_GOV_CAUSE_CONTENTION);
	assert_dispatch(h, &seen, 2);
	cr_expect_eq(seen.lost, 2);
	cr_expect_eq(told(&seen, id), 3);
	cr_expect_not(peer_readable(h));
	dnnhint_close(h);
}

/* Reading anew fails: the loss is not forgotten, and the next call tries again. */
Test(peer_events, after_a_loss_reading_fails)
{
	struct dnnhint *h = peer_open();
	struct seen seen = { .count = 0 };
	uint32_t ids[CROWD] = { 0 };

	lose(h, ids, 2);
	gov.fault = GOV_TOO_LONG;
	assert_dispatch(h, &seen, -EBADMSG);
	cr_expect(peer_readable(h));
	assert_dispatch(h, &seen, CROWD - 2 + 1);
	for (unsigned int i = 0; i < CROWD; i++)
		cr_expect_eq(told(&seen, ids[i]), 2);
	cr_expect_not(peer_readable(h));
	dnnhint_close(h);
}

/*
 * Events that come behind an answer overrun the queue after it has its answer: the call is fine,
 * but the kernel drops the next answer and will not say so again. That request makes room first.
 */
Test(peer_events, after_a_loss_a_request_makes_room)
{
	struct dnnhint *h = peer_open();
	struct fake_socket *socket = fake_socket_next(NULL);
	struct nlmsghdr strange = { .nlmsg_len = sizeof(strange), .nlmsg_type = NLMSG_NOOP };
	struct seen seen = { .count = 0 };
	struct dnnhint_stats stats;
	uint32_t id = peer_add(h, "burst");

	for (unsigned int room = 2; room < 5; room++) {
		fake_room(room);
		gov.burst_id = id;
		gov.burst = room + 2;
		assert_ret(h, dnnhint_stats_get(h, &stats), 0);
		assert_ret(h, dnnhint_stats_get(h, &stats), 0);
		cr_expect_eq(stats.streams, 1);
		/* once more, with a stranger's before the answer */
		gov.burst = room + 2;
		fake_deliver(socket, &strange, sizeof(strange), socket->port + 1);
		assert_ret(h, dnnhint_stats_get(h, &stats), 0);
		assert_ret(h, dnnhint_stats_get(h, &stats), 0);
		cr_expect(peer_readable(h));
		fake_room(100);
		cr_assert_geq(dnnhint_dispatch(h, &callbacks, &seen), room - 1);
		cr_expect_eq(told(&seen, id), 2);
		cr_expect_not(peer_readable(h));
		seen.count = 0;
		gov_event(id, 4, DNN_GOV_CAUSE_RELIEF);
		assert_dispatch(h, &seen, 1);
	}
	cr_expect_eq(seen.lost, 3);
	dnnhint_close(h);
}

/* An overrun after the first was made good; what waits then is a message that is too long. */
Test(peer_events, room_is_made_of_anything)
{
	struct dnnhint *h = peer_open();
	struct fake_socket *socket = fake_socket_next(NULL);
	uint32_t id = peer_add(h, "junk");
	struct seen seen = { .count = 0 };
	struct dnnhint_stats stats;
	char junk[9000] = "";

	((struct nlmsghdr *)junk)->nlmsg_len = sizeof(junk);
	fake_room(1);
	gov.burst_id = id;
	gov.burst = 2;
	assert_ret(h, dnnhint_stats_get(h, &stats), 0);
	fake_deliver(socket, junk, sizeof(junk), 0);
	gov_event(id, 3, DNN_GOV_CAUSE_CONTENTION);
	assert_ret(h, dnnhint_stats_get(h, &stats), 0);
	fake_room(100);
	assert_dispatch(h, &seen, 2);
	cr_expect_eq(seen.lost, 1);
	cr_expect_eq(told(&seen, id), 3);
	dnnhint_close(h);
}

/* Streams that come and go while all are read anew: none of the others is missed. */
static void remove_own(struct seen *seen)
{
	seen->then = NULL;
	seen->ret = dnnhint_stream_del(seen->h, seen->events[seen->count - 1].stream_id);
}

static void remove_first(struct seen *seen)
{
	seen->then = NULL;
	seen->ret = dnnhint_stream_del(seen->h, seen->id);
}

static void remove_all_others(struct seen *seen)
{
	seen->then = NULL;
	for (uint32_t id = 1; id <= CROWD; id++)
		if (id != seen->events[seen->count - 1].stream_id)
			seen->ret |= dnnhint_stream_del(seen->h, id);
}

static void add_one(struct seen *seen)
{
	seen->then = NULL;
	seen->id = peer_add(seen->h, "new");
}

static void lose_all(struct dnnhint *h, uint32_t *ids)
{
	for (unsigned int i = 0; i < CROWD; i++)
		ids[i] = peer_add(h, "crowd");
	fake_room(0);
	for (unsigned int i = 0; i < CROWD; i++)
		gov_event(ids[i], 2, DNN_GOV_CAUSE_FREQ_CAP);
	fake_room(100);
}

Test(peer_events, streams_go_while_all_are_read_anew)
{
	void (*const thens[])(struct seen *) = { remove_own, remove_first, add_one };

	for (size_t t = 0; t < sizeof(thens) / sizeof(thens[0]); t++) {
		struct dnnhint *h = peer_open();
		struct seen seen = { .then = thens[t] };
		uint32_t ids[CROWD];

		lose_all(h, ids);
		seen.id = ids[0];
		seen.h = h;
		cr_assert_geq(dnnhint_dispatch(h, &callbacks, &seen), 0);
		cr_expect_eq(seen.ret, 0);
		for (unsigned int i = 0; i < CROWD; i++)
			cr_expect(told(&seen, ids[i]) == 2 || (thens[t] == remove_first && i == 0),
				  "case %zu: stream %u was not told", t, i);
		dnnhint_close(h);
		gov_unload();
	}
}

Test(peer_events, all_others_go_while_all_are_read_anew)
{
	struct dnnhint *h = peer_open();
	struct seen seen = { .then = remove_all_others };
	uint32_t ids[CROWD];

	lose_all(h, ids);
	assert_dispatch(h, &seen, 2);
	cr_expect_eq(seen.ret, 0);
	cr_expect_eq(gov_streams(), 1);
	dnnhint_close(h);
}

/* A stream that the kernel does not know any more is passed over. */
Test(peer_events, a_stream_is_gone_when_all_are_read_anew)
{
	struct dnnhint *h = peer_open();
	struct seen seen = { .count = 0 };
	uint32_t ids[CROWD];

	lose_all(h, ids);
	gov.refuse = ENOENT;
	gov.refuse_text = "STREAM_ID names no stream";
	assert_dispatch(h, &seen, CROWD);
	cr_expect_eq(seen.count, CROWD - 1);
	cr_expect_not(peer_readable(h));
	dnnhint_close(h);
}
