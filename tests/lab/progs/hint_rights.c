// SPDX-License-Identifier: MIT
/*
 * Who may make streams and who sees their names, and that neither namespaces nor sockets that
 * are passed on change that. The scenario has put MEMBERS into the parameter gid.
 */
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/socket.h>

#include "../../../userspace/libdnnhint/handle.h"
#include "hint_people.h"

static const struct dnnhint_stream_params some_params = {
	.name = "some", .deadline_ns = 40 * MS, .levels = 4,
};

/* May @h make a stream? What it made is gone again. */
static bool may_add(struct dnnhint *h)
{
	uint32_t id;
	int ret = dnnhint_stream_add(h, &some_params, &id, NULL);

	REQUIRE(!ret || ret == -EPERM, "returned %d (%s)", ret, dnnhint_error(h));
	if (ret) {
		require_said(h, "CAP_SYS_NICE");
		return false;
	}
	REQUIRE_RET(h, dnnhint_stream_del(h, id), 0);
	return true;
}

static struct dnnhint *open_as(uid_t uid, gid_t gid)
{
	act_as(uid, gid);
	return must_open();
}

static void adds_by_right(void)
{
	gid_t groups[] = { 3000, MEMBERS, 4000 };
	struct dnnhint *h = open_as(0, 0);

	REQUIRE(may_add(h), "root");
	dnnhint_close(h);
	h = open_as(ALICE, ALICE);
	REQUIRE(!may_add(h), "somebody");
	dnnhint_close(h);
	h = open_as(ALICE, MEMBERS);
	REQUIRE(may_add(h), "a member");
	dnnhint_close(h);
	/* a member by a further group */
	act_as(0, 0);
	REQUIRE_EQ(setgroups(3, groups), 0);
	h = open_as(BOB, BOB);
	REQUIRE(may_add(h), "a member by a further group");
	act_as(0, 0);
	REQUIRE_EQ(setgroups(0, NULL), 0);
	/* who is no longer one keeps the socket, but not the right */
	act_as(BOB, BOB);
	REQUIRE(!may_add(h), "a former member");
	dnnhint_close(h);
}

/* A socket opened by somebody without the right does not get it from who uses it. */
static void opener_must_have_it_too(void)
{
	struct dnnhint *h = open_as(ALICE, ALICE);

	act_as(BOB, MEMBERS);
	REQUIRE(!may_add(h), "through a member");
	act_as(0, MEMBERS);
	REQUIRE(!may_add(h), "through root");
	dnnhint_close(h);

	/* nor the other way round */
	h = open_as(0, 0);
	act_as(ALICE, ALICE);
	REQUIRE(!may_add(h), "on root's socket");
	act_as(ALICE, MEMBERS);
	REQUIRE(!may_add(h), "a member on the socket of somebody who was none");
	dnnhint_close(h);
}

static void names(void)
{
	struct dnnhint *root = open_as(0, 0), *alice = open_as(ALICE, MEMBERS);
	struct dnnhint *bob = open_as(BOB, BOB), *mixed;
	struct dnnhint_stream_info info;
	uint32_t secret, other;

	act_as(ALICE, MEMBERS);
	secret = must_add(alice, "secret");
	REQUIRE(!strcmp(name_seen(alice, secret), "secret"), "the owner does not see it");
	act_as(0, 0);
	other = must_add(root, "roots");
	REQUIRE(!strcmp(name_seen(root, secret), "secret"), "root does not see it");
	act_as(BOB, BOB);
	REQUIRE(!name_seen(bob, secret)[0], "somebody else sees it");
	REQUIRE(!name_seen(bob, other)[0], "somebody else sees root's");
	/* but the numbers */
	REQUIRE_RET(bob, dnnhint_stream_get(bob, secret, &info), 0);
	REQUIRE_EQ(info.deadline_ns, 40 * MS);
	REQUIRE_EQ(info.levels, 4);

	/* a socket of somebody else's shows to nobody what that one may not see */
	act_as(0, 0);
	REQUIRE(!name_seen(bob, secret)[0], "root lends its eyes");
	act_as(ALICE, MEMBERS);
	REQUIRE(!name_seen(bob, secret)[0], "the owner lends its eyes");
	REQUIRE(!name_seen(root, other)[0], "root's socket shows root's names to others");
	act_as(ALICE, BOB);
	mixed = must_open();
	REQUIRE(!strcmp(name_seen(mixed, secret), "secret"), "the owner's other socket");
	dnnhint_close(mixed);
	dnnhint_close(bob);
	dnnhint_close(alice);
	dnnhint_close(root);
}

/* --- sockets that are passed on -------------------------------------------------- */

struct passing {
	struct dnnhint *h;
	int via;
	uint32_t id;
};

static void works_on_passed_socket(void *ctx)
{
	struct passing *passing = ctx;
	struct dnnhint *h = passing->h;
	struct dnnhint_grant grant;

	become(NOBODY, NOBODY);
	use_fd(h, receive_fd(passing->via));
	/* the stream is the socket's, and so whose the socket is */
	REQUIRE_RET(h, dnnhint_frame_begin(h, passing->id, 0, &grant), 0);
	REQUIRE_RET(h, dnnhint_frame_end(h, passing->id, grant.frame_id, 1, NULL), 0);
	/* more is nothing to be had from it */
	REQUIRE(!may_add(h), "on the socket of root");
	REQUIRE(!name_seen(h, passing->id)[0], "sees root's name");
	waits_to_be_killed();
}

static void passed_socket(void)
{
	struct dnnhint *watcher = must_open(), *h = must_open();
	struct passing passing = { .h = h, .id = must_add(h, "passed") };
	struct dnnhint_stats stats;
	int pair[2];
	pid_t pid;

	REQUIRE_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	passing.via = pair[1];
	send_fd(pair[0], nl_socket_get_fd(h->sock));
	pid = child_to_kill(works_on_passed_socket, &passing);
	close(pair[0]);
	close(pair[1]);
	/* the one who made it goes: the socket is still there, and the stream with it */
	dnnhint_close(h);
	REQUIRE_RET(watcher, dnnhint_stats_get(watcher, &stats), 0);
	REQUIRE_EQ(stats.streams, 1);
	kill_child(pid);
	wait_streams(watcher, 0);
	dnnhint_close(watcher);
}

/* --- namespaces ----------------------------------------------------------------------- */

static void refused_by_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	REQUIRE(fd < 0, "%s can be written to", path);
	REQUIRE(errno == EACCES || errno == EPERM || errno == EROFS, "%s: %s", path,
		strerror(errno));
}

struct inside {
	uid_t uid;
	gid_t gid;
	struct dnnhint *before;
	uint32_t secret;
};

/* All capabilities, in a user namespace: worth nothing here. */
static void root_of_its_own(void *ctx)
{
	struct inside *inside = ctx;
	struct dnnhint *h;

	become(inside->uid, inside->gid);
	if (!new_namespaces(CLONE_NEWUSER))
		return;
	h = must_open();
	REQUIRE(!may_add(h), "by capabilities of a namespace");
	REQUIRE(!may_add(inside->before), "on a socket of root's");
	if (inside->uid) {
		REQUIRE(!name_seen(h, inside->secret)[0], "sees a name");
		refused_by_file("/sys/kernel/dnn_gov/power_budget_mw");
		refused_by_file("/sys/module/dnn_gov/parameters/gid");
		refused_by_file("/sys/devices/system/cpu/cpufreq/policy1/dnn/hold_ms");
		refused_by_file("/sys/devices/system/cpu/cpufreq/policy1/scaling_max_freq");
	}
	dnnhint_close(h);
}

static void user_namespace(void)
{
	struct dnnhint *h = must_open();
	struct inside root = { .before = h, .secret = must_add(h, "secret") }, nobody = root;

	nobody.uid = NOBODY;
	nobody.gid = NOBODY;
	in_child(root_of_its_own, &root);
	in_child(root_of_its_own, &nobody);
	dnnhint_close(h);
}

/* The administrator's group is one in there, too. */
static void member_in_user_namespace(void *ctx)
{
	struct dnnhint *h;

	(void)ctx;
	become(ALICE, MEMBERS);
	if (!new_namespaces(CLONE_NEWUSER))
		return;
	h = must_open();
	REQUIRE(may_add(h), "a member in a namespace of its own");
	dnnhint_close(h);
}

/* A group 2001 of a namespace that is another one outside. */
static void member_by_name_only(void *ctx)
{
	struct dnnhint *h;
	char map[32];

	(void)ctx;
	become(ALICE, NOBODY);
	if (access("/proc/self/ns/user", F_OK))
		return;
	REQUIRE(!unshare(CLONE_NEWUSER), "unshare: %s", strerror(errno));
	write_file("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "%d %d 1", MEMBERS, NOBODY);
	write_file("/proc/self/gid_map", map);
	REQUIRE_EQ(getegid(), MEMBERS);
	h = must_open();
	REQUIRE(!may_add(h), "a group of that number in a namespace");
	dnnhint_close(h);
}

static void group_in_user_namespace(void)
{
	in_child(member_in_user_namespace, NULL);
	in_child(member_by_name_only, NULL);
}

/* A socket of generic netlink at port @port, or at any. */
static int bare_socket(uint32_t port)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_pid = port };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	REQUIRE(fd >= 0, "socket: %s", strerror(errno));
	REQUIRE(!bind(fd, (struct sockaddr *)&addr, sizeof(addr)), "bind: %s", strerror(errno));
	return fd;
}

/* What the family's number says to STATS_GET on a socket of this namespace. */
static int stats_by_number(int fd, int family)
{
	struct {
		struct nlmsghdr nlh;
		struct genlmsghdr genl;
	} request = {
		.nlh = { sizeof(request), (uint16_t)family, NLM_F_REQUEST, 1, 0 },
		.genl = { .cmd = DNN_GOV_CMD_STATS_GET, .version = 1 },
	};
	union {
		struct nlmsghdr nlh;
		char bytes[4096];
	} answer;
	const struct nlmsgerr *err = NLMSG_DATA(&answer.nlh);

	REQUIRE_EQ(send(fd, &request, sizeof(request), 0), sizeof(request));
	REQUIRE(recv(fd, &answer, sizeof(answer), 0) >= (ssize_t)NLMSG_HDRLEN, "%s",
		strerror(errno));
	return answer.nlh.nlmsg_type == NLMSG_ERROR ? err->error : 0;
}

static void in_other_net(void *ctx)
{
	struct dnnhint *before = ctx, *h;
	struct dnnhint_stats stats;
	struct dnnhint_grant grant;
	uint32_t id = must_add(before, "outside");
	int fd, group = before->pressure_group;

	if (!new_namespaces(CLONE_NEWNET))
		return;
	/* root all the same, but the family is not here */
	REQUIRE_EQ(dnnhint_open(&h), -EPROTONOSUPPORT);
	fd = bare_socket(0);
	REQUIRE_EQ(stats_by_number(fd, before->family), -ENOENT);
	/* nor are its events: joining a group that is not here gets nothing */
	setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group));
	/* a socket stays where it was opened */
	REQUIRE_RET(before, dnnhint_stats_get(before, &stats), 0);
	REQUIRE_RET(before, dnnhint_frame_begin(before, id, 0, &grant), 0);
	REQUIRE_RET(before, dnnhint_frame_end(before, id, grant.frame_id, 1, NULL), 0);
	close(fd);
	/* the same port here is another socket: its end means nothing to the stream */
	fd = bare_socket(nl_socket_get_local_port(before->sock));
	close(fd);
	REQUIRE_RET(before, dnnhint_frame_begin(before, id, 0, &grant), 0);
	REQUIRE_RET(before, dnnhint_stream_del(before, id), 0);
}

static void net_namespace(void)
{
	struct dnnhint *h = must_open();
	int fd = bare_socket(0);

	/* so that the -ENOENT in there says something */
	REQUIRE_EQ(stats_by_number(fd, h->family), 0);
	close(fd);
	in_child(in_other_net, h);
	dnnhint_close(h);
}

static void owns_a_stream(void *ctx)
{
	struct dnnhint *h = must_open();
	uint32_t id = must_add(h, "contained");
	struct dnnhint_grant grant;

	(void)ctx;
	REQUIRE_RET(h, dnnhint_frame_begin(h, id, 0, &grant), 0);
	waits_to_be_killed();
}

/* When this one dies the kernel kills who is in the namespace with it. */
static void first_process(void *ctx)
{
	REQUIRE_EQ(prctl(PR_SET_PDEATHSIG, SIGKILL), 0);
	REQUIRE_EQ(getpid(), 1);
	REQUIRE_EQ(child_to_kill(owns_a_stream, ctx), 2);
	owns_a_stream(ctx);
}

static void container(void *ctx)
{
	REQUIRE(!unshare(CLONE_NEWPID), "unshare: %s", strerror(errno));
	child_to_kill(first_process, ctx);
	waits_to_be_killed();
}

/* Two containers, whose processes have the same numbers and whose sockets want the same ports. */
static void pid_namespace(void)
{
	struct dnnhint *h = must_open();
	struct dnnhint_stats before, after;
	pid_t one, two;

	if (access("/proc/self/ns/pid", F_OK))
		return;
	REQUIRE_RET(h, dnnhint_stats_get(h, &before), 0);
	one = child_to_kill(container, NULL);
	two = child_to_kill(container, NULL);
	wait_streams(h, before.streams + 4);
	kill_child(one);
	wait_streams(h, before.streams + 2);
	kill_child(two);
	wait_streams(h, before.streams);
	REQUIRE_RET(h, dnnhint_stats_get(h, &after), 0);
	REQUIRE_EQ(after.pending, before.pending);
	REQUIRE_EQ(after.abandoned, before.abandoned + 4);
	dnnhint_close(h);
}

const struct hint_test hint_rights_tests[] = {
	{ "adds_by_right", adds_by_right },
	{ "opener_must_have_it_too", opener_must_have_it_too },
	{ "names", names },
	{ "passed_socket", passed_socket },
	{ "user_namespace", user_namespace },
	{ "group_in_user_namespace", group_in_user_namespace },
	{ "net_namespace", net_namespace },
	{ "pid_namespace", pid_namespace },
	{ NULL, NULL },
};
