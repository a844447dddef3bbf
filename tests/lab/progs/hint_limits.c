// SPDX-License-Identifier: MIT
/*
 * How many streams and frames there may be: the last one that may passes, the next is refused by
 * its limit's name, other users have theirs, and what dies is free again. The scenario has put
 * MEMBERS into the parameter gid; the other parameters are as they come.
 */
#include <sched.h>
#include <sys/types.h>
#include <unistd.h>

#include "hint_people.h"

#define USER_STREAMS 32	/* max_streams_per_user */
#define POLICY_STREAMS 64
#define USER_FRAMES 32
#define POLICY_FRAMES 64

static const struct dnnhint_stream_params here = {
	.name = "one of many", .deadline_ns = 40 * MS, .levels = 2,
};

/* All streams on the policy of this CPU. */
static void run_on(int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	REQUIRE_EQ(sched_setaffinity(0, sizeof(cpus), &cpus), 0);
}

static struct dnnhint *open_as(uid_t uid, gid_t gid)
{
	act_as(uid, gid);
	return must_open();
}

static void add(struct dnnhint *h, unsigned int count)
{
	uint32_t id;

	for (unsigned int i = 0; i < count; i++)
		REQUIRE_RET(h, dnnhint_stream_add(h, &here, &id, NULL), 0);
}

static void no_more(struct dnnhint *h, const char *limit)
{
	uint32_t id;

	REQUIRE_RET(h, dnnhint_stream_add(h, &here, &id, NULL), -ENOSPC);
	require_said(h, limit);
}

static void streams_of_a_user(void)
{
	struct dnnhint *first = open_as(ALICE, MEMBERS), *second, *bob, *root;

	add(first, USER_STREAMS - 1);
	/* however many sockets */
	second = must_open();
	add(second, 1);
	no_more(first, "max_streams_per_user");
	no_more(second, "max_streams_per_user");
	/* nobody else has fewer for that */
	bob = open_as(BOB, MEMBERS);
	add(bob, USER_STREAMS);
	no_more(bob, "max_streams_per_user");
	/* the end of a socket is the end of its streams */
	dnnhint_close(second);
	act_as(ALICE, MEMBERS);
	add(first, 1);
	no_more(first, "max_streams_per_user");
	dnnhint_close(first);
	dnnhint_close(bob);

	/* it does not bind root; a policy has a limit of its own */
	root = open_as(0, 0);
	add(root, POLICY_STREAMS);
	no_more(root, "64 streams");
	dnnhint_close(root);
}

static void has_all_it_may(void *ctx)
{
	struct dnnhint *h;

	(void)ctx;
	h = open_as(ALICE, MEMBERS);
	add(h, USER_STREAMS);
	no_more(h, "max_streams_per_user");
	waits_to_be_killed();
}

static void killed_at_the_limit(void)
{
	struct dnnhint *h = must_open();
	pid_t pid;

	/* twice, so that the second has what the first had */
	for (int i = 0; i < 2; i++) {
		pid = child_to_kill(has_all_it_may, NULL);
		kill_child(pid);
		wait_streams(h, 0);
	}
	dnnhint_close(h);
}

static void streams_in_all(void)
{
	struct dnnhint *root = must_open();

	write_file("/sys/module/dnn_gov/parameters/max_streams", "5");
	add(root, 5);
	no_more(root, "max_streams,");
	dnnhint_close(root);
	root = must_open();
	add(root, 5);
	no_more(root, "max_streams,");
	write_file("/sys/module/dnn_gov/parameters/max_streams", "256");
	add(root, 1);
	dnnhint_close(root);
}

/* --- users that are many in a namespace of theirs ------------------------------------ */

struct many {
	int ready[2], mapped[2];
};

static void another_one_inside(void *ctx)
{
	struct many *many = ctx;
	struct dnnhint *h;
	pid_t own = getpid();
	char c;

	become(ALICE, MEMBERS);
	REQUIRE_EQ(unshare(CLONE_NEWUSER), 0);
	REQUIRE_EQ(write(many->ready[1], &own, sizeof(own)), sizeof(own));
	REQUIRE_EQ(read(many->mapped[0], &c, 1), 1);
	REQUIRE_EQ(setresuid(1, 1, 1), 0);
	h = must_open();
	no_more(h, "max_streams_per_user");
	waits_to_be_killed();
}

/* What newuidmap does for a user with subordinate ids. */
static void map_uids(void *ctx)
{
	struct many *many = ctx;
	char path[64], map[64];
	pid_t pid;

	REQUIRE_EQ(read(many->ready[0], &pid, sizeof(pid)), sizeof(pid));
	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	snprintf(map, sizeof(map), "0 %d 1\n1 100001 1\n", ALICE);
	write_file(path, map);
	REQUIRE_EQ(write(many->mapped[1], "", 1), 1);
}

static void has_a_namespace(void *ctx)
{
	pid_t pid = child_to_kill(another_one_inside, ctx);

	kill_child(pid);
}

static void streams_of_a_namespace(void)
{
	struct dnnhint *alice;
	struct many many;
	pid_t mapper;

	if (access("/proc/self/ns/user", F_OK))
		return;
	REQUIRE_EQ(pipe(many.ready), 0);
	REQUIRE_EQ(pipe(many.mapped), 0);
	alice = open_as(ALICE, MEMBERS);
	add(alice, USER_STREAMS);
	act_as(0, 0);
	mapper = child_beside(map_uids, &many);
	in_child(has_a_namespace, &many);
	must_end(mapper);
	dnnhint_close(alice);
}

/* --- frames ---------------------------------------------------------------------------------- */

struct user {
	struct dnnhint *h;
	uint32_t ids[USER_STREAMS];
};

static void begin(struct user *user, unsigned int at)
{
	struct dnnhint_grant grant;

	REQUIRE_RET(user->h, dnnhint_frame_begin(user->h, user->ids[at], 0, &grant), 0);
}

static void no_more_frames(struct user *user, unsigned int at, const char *limit)
{
	struct dnnhint_grant grant;

	REQUIRE_RET(user->h, dnnhint_frame_begin(user->h, user->ids[at], 0, &grant), -EBUSY);
	require_said(user->h, limit);
}

static void open_user(struct user *user, uid_t uid, unsigned int streams)
{
	user->h = open_as(uid, MEMBERS);
	for (unsigned int i = 0; i < streams; i++)
		REQUIRE_RET(user->h, dnnhint_stream_add(user->h, &here, &user->ids[i], NULL), 0);
}

static void frames(void)
{
	struct user alice, bob, root;
	unsigned int i;

	open_user(&alice, ALICE, 9);
	for (i = 0; i < USER_FRAMES; i++)
		begin(&alice, i / 4);
	no_more_frames(&alice, 0, "the stream has 4 pending frames");
	/* a socket that somebody else uses is on the same account */
	act_as(0, 0);
	no_more_frames(&alice, 8, "the user has 32 pending frames");
	open_user(&bob, BOB, 16);
	for (i = 0; i < USER_FRAMES - 4; i++)
		begin(&bob, i / 4);
	open_user(&root, 0, 3);
	for (i = 0; i < 4; i++)
		begin(&root, 0);
	no_more_frames(&root, 1, "the policy has 64 pending frames");
	act_as(BOB, MEMBERS);
	no_more_frames(&bob, 10, "the policy has 64 pending frames");
	dnnhint_close(alice.h);
	/* those that died are free; root has no limit but the policy's */
	act_as(0, 0);
	for (i = 4; i < 8; i++)
		begin(&root, 1);
	act_as(BOB, MEMBERS);
	for (i = USER_FRAMES - 4; i < USER_FRAMES; i++)
		begin(&bob, i / 4);
	no_more_frames(&bob, 10, "the user has 32 pending frames");
	dnnhint_close(bob.h);
	dnnhint_close(root.h);
}

/* Frames go along when a stream moves, and count where they come to. */
static void frames_that_move(void)
{
	struct dnnhint_stream_params move = { .cpus = NULL };
	struct user alice;
	cpu_set_t both, far;

	CPU_ZERO(&far);
	CPU_SET(0, &far);
	both = far;
	CPU_SET(1, &both);
	open_user(&alice, ALICE, 10);
	for (unsigned int i = 0; i < USER_FRAMES - 2; i++)
		begin(&alice, i / 4);
	/* three on the other policy, where there is room */
	move.cpus = &far;
	REQUIRE_RET(alice.h, dnnhint_stream_set(alice.h, alice.ids[9], &move, NULL), 0);
	for (unsigned int i = 0; i < 3; i++)
		begin(&alice, 9);
	CPU_CLR(0, &both);
	move.cpus = &both;
	REQUIRE_RET(alice.h, dnnhint_stream_set(alice.h, alice.ids[9], &move, NULL), -ENOSPC);
	require_said(alice.h, "no room for the pending frames");
	dnnhint_close(alice.h);
}

static void limits_streams(void)
{
	run_on(1);
	streams_of_a_user();
}

static void limits_frames(void)
{
	run_on(1);
	frames();
}

static void limits_moving(void)
{
	run_on(1);
	frames_that_move();
}

const struct hint_test hint_limits_tests[] = {
	{ "streams_of_a_user", limits_streams },
	{ "killed_at_the_limit", killed_at_the_limit },
	{ "streams_in_all", streams_in_all },
	{ "streams_of_a_namespace", streams_of_a_namespace },
	{ "pending_frames", limits_frames },
	{ "pending_frames_that_move", limits_moving },
	{ NULL, NULL },
};
