// SPDX-License-Identifier: MIT
#include "hint_people.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <netlink/socket.h>

#include "../../../userspace/libdnnhint/handle.h"

static int told = -1;	/* this child's end of the pipe that child_to_kill() reads */

void act_as(uid_t uid, gid_t gid)
{
	REQUIRE_EQ(seteuid(0), 0);
	REQUIRE_EQ(setegid(gid), 0);
	if (uid)
		REQUIRE_EQ(seteuid(uid), 0);
}

pid_t child_beside(void (*body)(void *ctx), void *ctx)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	REQUIRE(pid >= 0, "fork: %s", strerror(errno));
	if (!pid) {
		body(ctx);
		fflush(stdout);
		_exit(0);
	}
	return pid;
}

void must_end(pid_t pid)
{
	int status;

	REQUIRE_EQ(waitpid(pid, &status, 0), pid);
	REQUIRE(WIFEXITED(status) && !WEXITSTATUS(status), "child: status %#x", (unsigned int)status);
}

void in_child(void (*body)(void *ctx), void *ctx)
{
	must_end(child_beside(body, ctx));
}

pid_t child_to_kill(void (*body)(void *ctx), void *ctx)
{
	int pipes[2], own = told;
	pid_t pid;
	char c;

	REQUIRE_EQ(pipe(pipes), 0);
	told = pipes[1];
	pid = child_beside(body, ctx);
	told = own;
	close(pipes[1]);
	REQUIRE(read(pipes[0], &c, 1) == 1, "the child ended by itself");
	close(pipes[0]);
	return pid;
}

void waits_to_be_killed(void)
{
	REQUIRE_EQ(write(told, "", 1), 1);
	for (;;)
		pause();
}

void kill_child(pid_t pid)
{
	int status;

	REQUIRE_EQ(kill(pid, SIGKILL), 0);
	REQUIRE_EQ(waitpid(pid, &status, 0), pid);
	REQUIRE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "status %#x",
		(unsigned int)status);
}

void become(uid_t uid, gid_t gid)
{
	REQUIRE_EQ(setresgid(gid, gid, gid), 0);
	REQUIRE_EQ(setresuid(uid, uid, uid), 0);
	/* or the files in /proc/self are still root's */
	REQUIRE_EQ(prctl(PR_SET_DUMPABLE, 1), 0);
}

bool new_namespaces(int flags)
{
	char map[32];
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (access("/proc/self/ns/user", F_OK) || access("/proc/self/ns/net", F_OK) ||
	    access("/proc/self/ns/pid", F_OK))
		return false;
	REQUIRE(!unshare(flags), "unshare: %s", strerror(errno));
	if (flags & CLONE_NEWUSER) {
		write_file("/proc/self/setgroups", "deny");
		snprintf(map, sizeof(map), "0 %u 1", uid);
		write_file("/proc/self/uid_map", map);
		snprintf(map, sizeof(map), "0 %u 1", gid);
		write_file("/proc/self/gid_map", map);
		REQUIRE_EQ(geteuid(), 0);
	}
	return true;
}

void send_fd(int via, int fd)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(fd))];
	} control = { .bytes = "" };
	struct iovec iov = { .iov_base = "", .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.bytes, .msg_controllen = sizeof(control.bytes),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	REQUIRE_EQ(sendmsg(via, &msg, 0), 1);
}

int receive_fd(int via)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	char c;
	struct iovec iov = { .iov_base = &c, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.bytes, .msg_controllen = sizeof(control.bytes),
	};
	struct cmsghdr *cmsg;
	int fd;

	REQUIRE_EQ(recvmsg(via, &msg, 0), 1);
	cmsg = CMSG_FIRSTHDR(&msg);
	REQUIRE(cmsg && cmsg->cmsg_type == SCM_RIGHTS, "no descriptor came");
	memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
	return fd;
}

void use_fd(struct dnnhint *h, int fd)
{
	REQUIRE(dup2(fd, nl_socket_get_fd(h->sock)) >= 0, "dup2: %s", strerror(errno));
	if (fd != nl_socket_get_fd(h->sock))
		close(fd);
}

void wait_streams(struct dnnhint *h, uint32_t streams)
{
	uint64_t end = now_ns() + 2000 * MS;
	struct dnnhint_stats stats;

	for (;;) {
		REQUIRE_RET(h, dnnhint_stats_get(h, &stats), 0);
		if (stats.streams == streams)
			return;
		REQUIRE(now_ns() < end, "%u streams, must be %u", stats.streams, streams);
		usleep(1000);
	}
}

struct search {
	uint32_t id;
	char name[DNN_GOV_NAME_MAX];
	bool found;
};

static int search_name(const struct dnnhint_stream_info *info, void *ctx)
{
	struct search *search = ctx;

	if (info->id == search->id) {
		search->found = true;
		snprintf(search->name, sizeof(search->name), "%s", info->name);
	}
	return 0;
}

const char *name_seen(struct dnnhint *h, uint32_t id)
{
	static struct search search;
	struct dnnhint_stream_info info;

	search = (struct search) { .id = id };
	REQUIRE_RET(h, dnnhint_stream_get(h, id, &info), 0);
	REQUIRE_RET(h, dnnhint_streams_get(h, search_name, &search), 0);
	REQUIRE(search.found, "stream %u is not in the dump", id);
	REQUIRE(!strcmp(search.name, info.name), "'%s' in the dump, else '%s'", search.name,
		info.name);
	return search.name;
}

void require_said(struct dnnhint *h, const char *text)
{
	REQUIRE(strstr(dnnhint_error(h), text), "'%s' lacks '%s'", dnnhint_error(h), text);
}

void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	REQUIRE(fd >= 0, "%s: %s", path, strerror(errno));
	REQUIRE(write(fd, text, strlen(text)) == (ssize_t)strlen(text), "%s: %s", path,
		strerror(errno));
	close(fd);
}
