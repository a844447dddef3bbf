// SPDX-License-Identifier: MIT
/*
 * Events: that they come, with their cause, to whom they concern, and that none is missed.
 * Frames are abandoned throughout: the module must not learn that they cost nothing.
 */
#include <poll.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hint_test.h"

#define MAX_SEEN 64

/* What the callbacks saw. */
struct seen {
	struct dnnhint_event events[MAX_SEEN];
	unsigned int count;
	unsigned int lost;
};

static void on_grant(const struct dnnhint_event *event, void *ctx)
{
	struct seen *seen = ctx;

	REQUIRE(seen->count < MAX_SEEN, "too many events");
	seen->events[seen->count++] = *event;
}

static void on_lost(void *ctx)
{
	struct seen *seen = ctx;

	seen->lost++;
}

static const struct dnnhint_callbacks callbacks = { on_grant, on_lost };

static void set_cap(const struct dnnhint_policy_info *policy, uint32_t khz)
{
	char path[80];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/kernel/dnn_emufreq/policy%u/thermal_cap_khz",
		 policy->cpu);
	file = fopen(path, "w");
	REQUIRE(file, "%s: %s", path, strerror(errno));
	fprintf(file, "%u\n", khz);
	REQUIRE(!fclose(file), "%s: %s", path, strerror(errno));
}

static bool readable(struct dnnhint *h, int timeout_ms)
{
	struct pollfd fd = { .fd = dnnhint_event_fd(h), .events = POLLIN };
	int n = poll(&fd, 1, (int)patience_ns((uint64_t)timeout_ms));

	REQUIRE(n >= 0, "poll: %s", strerror(errno));
	return n == 1;
}

/* By field: what is between them may be anything. */
static bool same_event(const struct dnnhint_event *a, const struct dnnhint_event *b)
{
	return a->stream_id == b->stream_id && a->grant == b->grant &&
	       a->grant_old == b->grant_old && a->cause == b->cause && a->khz == b->khz &&
	       a->time_ns == b->time_ns;
}

static void must_dispatch(struct dnnhint *h, struct seen *seen)
{
	int ret = dnnhint_dispatch(h, &callbacks, seen);

	REQUIRE(ret >= 0, "returned %d (%s)", ret, dnnhint_error(h));
}

static uint64_t must_begin(struct dnnhint *h, uint32_t id)
{
	struct dnnhint_grant grant;

	REQUIRE_RET(h, dnnhint_frame_begin(h, id, 0, &grant), 0);
	return grant.frame_id;
}

static void must_abandon(struct dnnhint *h, uint32_t id, uint64_t frame_id)
{
	REQUIRE_RET(h, dnnhint_frame_end(h, id, frame_id, 0, NULL), 0);
}

/* One frame after the other until an event was dispatched that goes up. */
static void wait_relief(struct dnnhint *h, uint32_t id, struct seen *seen)
{
	uint64_t end = now_ns() + patience_ns(5000 * MS);
	unsigned int before = seen->count;

	while (now_ns() < end) {
		must_abandon(h, id, must_begin(h, id));
		if (readable(h, 50))
			must_dispatch(h, seen);
		for (unsigned int i = before; i < seen->count; i++)
			if (seen->events[i].grant > seen->events[i].grant_old)
				return;
	}
	REQUIRE(false, "no relief within 5 s");
}

static void pressure_and_relief(void)
{
	struct dnnhint *h = must_open();
	struct dnnhint_policy_info policy;
	uint32_t id = must_add_heavy(h, "events", &policy, 16);
	struct dnnhint_stream_info info;
	struct seen seen = { .count = 0 };
	uint64_t frame, before;

	/* nothing happened yet: nothing to read */
	REQUIRE(!readable(h, 0), "readable at once");
	must_dispatch(h, &seen);
	REQUIRE_EQ(seen.count, 0);
	frame = must_begin(h, id);
	before = now_ns();
	set_cap(&policy, policy.max_khz / 2);
	REQUIRE(readable(h, 2000), "no event within 2 s of the cap");
	must_dispatch(h, &seen);
	REQUIRE(seen.count >= 1, "nothing dispatched");
	REQUIRE(!readable(h, 0), "still readable");
	REQUIRE_EQ(seen.events[0].stream_id, id);
	REQUIRE_EQ(seen.events[0].grant_old, 4);
	REQUIRE(seen.events[0].grant < 4, "granted %u", seen.events[0].grant);
	REQUIRE(seen.events[0].cause == DNN_GOV_CAUSE_FREQ_CAP, "cause is %s",
		dnnhint_cause_name(seen.events[0].cause));
	REQUIRE(seen.events[0].time_ns >= before && seen.events[0].time_ns <= now_ns(),
		"time %" PRIu64, seen.events[0].time_ns);
	REQUIRE_RET(h, dnnhint_stream_get(h, id, &info), 0);
	REQUIRE_EQ(info.grant, seen.events[seen.count - 1].grant);
	REQUIRE(info.cause == DNN_GOV_CAUSE_FREQ_CAP, "cause is %s",
		dnnhint_cause_name(info.cause));
	must_abandon(h, id, frame);

	set_cap(&policy, 0);
	wait_relief(h, id, &seen);
	REQUIRE(seen.events[seen.count - 1].cause == DNN_GOV_CAUSE_RELIEF, "cause is %s",
		dnnhint_cause_name(seen.events[seen.count - 1].cause));
	REQUIRE_EQ(seen.lost, 0);
	dnnhint_close(h);
}

/* An event that comes while an answer is waited for keeps the descriptor readable. */
static void none_is_missed_during_a_call(void)
{
	struct dnnhint *h = must_open(), *watcher = must_open();
	struct dnnhint_policy_info policy;
	uint32_t id = must_add_heavy(h, "during", &policy, 16);
	struct dnnhint_stream_info info;
	struct seen seen = { .count = 0 }, watched = { .count = 0 };
	uint64_t frame;

	REQUIRE_RET(watcher, dnnhint_observe(watcher), 0);
	frame = must_begin(h, id);
	set_cap(&policy, policy.max_khz / 2);
	REQUIRE(readable(watcher, 2000), "no event within 2 s of the cap");
	/* the answer to this lies behind the event in the socket */
	REQUIRE_RET(h, dnnhint_stream_get(h, id, &info), 0);
	REQUIRE(readable(h, 0), "the event is gone");
	must_dispatch(h, &seen);
	must_dispatch(watcher, &watched);
	REQUIRE(seen.count >= 1 && seen.events[0].grant_old == 4, "%u events", seen.count);
	REQUIRE(!readable(h, 0), "still readable");
	/* the watcher saw the same */
	REQUIRE(watched.count >= 1, "the watcher saw nothing");
	REQUIRE(same_event(&watched.events[0], &seen.events[0]), "another event");
	must_abandon(h, id, frame);
	set_cap(&policy, 0);
	dnnhint_close(watcher);
	dnnhint_close(h);
}

/* Who owns streams and watches as well hears of everything, and of nothing twice. */
static void observer_hears_once(void)
{
	struct dnnhint *h = must_open(), *other = must_open();
	struct dnnhint_policy_info policy;
	uint32_t mine = must_add_heavy(h, "mine", &policy, 8);
	uint32_t theirs = must_add_heavy(other, "theirs", &policy, 8);
	struct dnnhint_stream_info info;
	struct seen seen = { .count = 0 };
	uint64_t my_frame, their_frame, end = now_ns() + patience_ns(2000 * MS);
	bool got_mine = false, got_theirs = false;

	REQUIRE_RET(h, dnnhint_observe(h), 0);
	REQUIRE_RET(h, dnnhint_observe(h), 0);
	my_frame = must_begin(h, mine);
	their_frame = must_begin(other, theirs);
	set_cap(&policy, policy.max_khz / 4);
	while (!(got_mine && got_theirs) && now_ns() < end) {
		if (readable(h, 100))
			must_dispatch(h, &seen);
		for (unsigned int i = 0; i < seen.count; i++) {
			got_mine |= seen.events[i].stream_id == mine;
			got_theirs |= seen.events[i].stream_id == theirs;
		}
	}
	REQUIRE(got_mine && got_theirs, "mine %d, theirs %d", got_mine, got_theirs);
	/* an answer behind all events that were sent */
	REQUIRE_RET(h, dnnhint_stream_get(h, mine, &info), 0);
	must_dispatch(h, &seen);
	for (unsigned int i = 0; i < seen.count; i++)
		for (unsigned int j = 0; j < i; j++)
			REQUIRE(!same_event(&seen.events[i], &seen.events[j]),
				"event %u is event %u", i, j);
	must_abandon(h, mine, my_frame);
	must_abandon(other, theirs, their_frame);
	set_cap(&policy, 0);
	dnnhint_close(other);
	dnnhint_close(h);
}

/* Enough for more events than find room, however the planner spreads the loss. */
#define CROWD 24
#define CROWD_EVENTS 8

/* What the application was last told of a stream. */
static uint32_t last_told(const struct seen *seen, uint32_t id, uint32_t told)
{
	for (unsigned int i = 0; i < seen->count; i++)
		if (seen->events[i].stream_id == id)
			told = seen->events[i].grant;
	return told;
}

/* The application was last told of each stream what is so. */
static bool up_to_date(struct dnnhint *other, const struct seen *seen, const uint32_t *ids,
		       const uint32_t *told)
{
	for (unsigned int i = 0; i < CROWD; i++) {
		struct dnnhint_stream_info info;

		REQUIRE_RET(other, dnnhint_stream_get(other, ids[i], &info), 0);
		if (info.grant != last_told(seen, ids[i], told[i]))
			return false;
	}
	return true;
}

/* An answer can be ahead of the event that tells the same: that one is dispatched here, too. */
static void dispatch_until_up_to_date(struct dnnhint *h, struct dnnhint *other, struct seen *seen,
				      const uint32_t *ids, const uint32_t *told)
{
	uint64_t end = now_ns() + patience_ns(2000 * MS);

	do {
		must_dispatch(h, seen);
		if (up_to_date(other, seen, ids, told) && !readable(h, 0))
			return;
	} while (now_ns() < end);
	REQUIRE(false, "not up to date and quiet within 2 s");
}

static void wait_events(struct dnnhint *watcher, unsigned int count)
{
	uint64_t end = now_ns() + patience_ns(2000 * MS);
	struct seen seen = { .count = 0 };

	while (seen.count < count && now_ns() < end)
		if (readable(watcher, 100))
			must_dispatch(watcher, &seen);
	REQUIRE(seen.count >= count, "%u events within 2 s", seen.count);
	REQUIRE_EQ(seen.lost, 0);
}

/* What the watcher has not heard of the cap before is not of the next one. */
static void hear_the_rest(struct dnnhint *watcher)
{
	struct seen seen = { .count = 0 };

	must_dispatch(watcher, &seen);
	REQUIRE_EQ(seen.lost, 0);
}

/* With room for few events many are lost; dispatching brings everything up to date. */
static void lost_events(void)
{
	struct dnnhint *h = must_open(), *other = must_open();
	struct dnnhint_policy_info policy;
	struct seen seen = { .count = 0 };
	uint32_t ids[CROWD], told[CROWD];
	struct dnnhint_stats stats;

	REQUIRE_RET(other, dnnhint_observe(other), 0);
	for (unsigned int i = 0; i < CROWD; i++)
		ids[i] = must_add_heavy(h, "crowd", &policy, 1);
	for (unsigned int i = 0; i < CROWD; i++) {
		struct dnnhint_grant grant;

		REQUIRE_RET(h, dnnhint_frame_begin(h, ids[i], 0, &grant), 0);
		told[i] = grant.level;
	}
	must_dispatch(h, &seen);
	REQUIRE_EQ(seen.lost, 0);
	REQUIRE_RET(h, dnnhint_set_event_room(h, 1), 0);

	set_cap(&policy, policy.max_khz / 2);
	wait_events(other, CROWD_EVENTS);
	REQUIRE(readable(h, 0), "not readable");
	dispatch_until_up_to_date(h, other, &seen, ids, told);
	REQUIRE(seen.lost >= 1, "nothing was lost");

	/* An answer finds no room either; the call says so, and the next one is fine. */
	seen.lost = 0;
	hear_the_rest(other);
	set_cap(&policy, policy.max_khz / 5);
	wait_events(other, CROWD_EVENTS);
	REQUIRE_RET(h, dnnhint_stats_get(h, &stats), -ENOBUFS);
	REQUIRE(readable(h, 0), "the loss is forgotten");
	REQUIRE_RET(h, dnnhint_stats_get(h, &stats), 0);
	REQUIRE(readable(h, 0), "the loss is forgotten");
	dispatch_until_up_to_date(h, other, &seen, ids, told);
	REQUIRE(seen.lost >= 1, "nothing was lost");
	set_cap(&policy, 0);
	puts("overruns: 2");
	dnnhint_close(other);
	dnnhint_close(h);
}

#define LOST_ANSWERS 6
#define LOST_ANSWERS_ROUNDS 40

/* A cap comes from another CPU, at some instant of the calls that are made meanwhile. */
static pid_t cap_soon(const struct dnnhint_policy_info *policy, uint32_t khz, useconds_t us)
{
	cpu_set_t all;
	pid_t pid = fork();

	REQUIRE(pid >= 0, "fork: %s", strerror(errno));
	if (pid)
		return pid;
	memset(&all, 0xff, sizeof(all));
	sched_setaffinity(0, sizeof(all), &all);
	usleep(us);
	set_cap(policy, khz);
	_exit(0);
}

/*
 * Events that fall between a request and its answer: the answer, or the next one, finds no
 * room. Every call must say so at once, none may wait for what was lost.
 */
static unsigned int lose_answers(useconds_t us)
{
	struct dnnhint *h = must_open();
	struct dnnhint_policy_info policy;
	struct seen seen = { .count = 0 };
	struct dnnhint_stats stats;
	unsigned int lost = 0;
	uint32_t ids[CROWD];

	for (unsigned int i = 0; i < CROWD; i++)
		ids[i] = must_add_heavy(h, "crowd", &policy, 1);
	for (unsigned int i = 0; i < CROWD; i++)
		must_begin(h, ids[i]);
	REQUIRE_RET(h, dnnhint_set_event_room(h, 1), 0);
	for (unsigned int part = 2; part <= 8; part *= 2) {
		pid_t pid = cap_soon(&policy, policy.max_khz / part, us);

		while (!waitpid(pid, NULL, WNOHANG)) {
			int ret = dnnhint_stats_get(h, &stats);

			REQUIRE(!ret || ret == -ENOBUFS, "returned %d (%s)", ret, dnnhint_error(h));
			lost += ret == -ENOBUFS;
		}
	}
	must_dispatch(h, &seen);
	set_cap(&policy, 0);
	dnnhint_close(h);
	return lost;
}

/* New streams each time: those that were capped before have nothing to lose for a while. */
static void lost_answers(void)
{
	unsigned int lost = 0;

	for (unsigned int round = 0; lost < LOST_ANSWERS; round++) {
		REQUIRE(round < LOST_ANSWERS_ROUNDS, "%u answers lost", lost);
		lost += lose_answers(2000 + 137 * round);
	}
	printf("overruns: %u\n", lost);
}

const struct hint_test hint_event_tests[] = {
	{ "pressure_and_relief", pressure_and_relief },
	{ "none_is_missed_during_a_call", none_is_missed_during_a_call },
	{ "observer_hears_once", observer_hears_once },
	{ "lost_events", lost_events },
	{ "lost_answers", lost_answers },
	{ NULL, NULL },
};
