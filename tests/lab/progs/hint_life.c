// SPDX-License-Identifier: MIT
/* What a stream lives as long as, and what calls cost. */
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h>

#include "hint_test.h"

static bool stream_exists(struct dnnhint *h, uint32_t id)
{
	struct dnnhint_stream_info info;
	int ret = dnnhint_stream_get(h, id, &info);

	REQUIRE(!ret || ret == -ENOENT, "returned %d (%s)", ret, dnnhint_error(h));
	return !ret;
}

/* The socket's end takes its streams and their frames along, however it comes. */
static void killed_owner(void)
{
	struct dnnhint *h = must_open();
	struct dnnhint_stats before, after;
	uint64_t end = now_ns() + 2000 * MS;
	int pipes[2];
	uint32_t id;
	pid_t pid;

	REQUIRE_RET(h, dnnhint_stats_get(h, &before), 0);
	REQUIRE_EQ(pipe(pipes), 0);
	pid = fork();
	if (!pid) {
		struct dnnhint *own = must_open();
		struct dnnhint_grant grant;

		id = must_add(own, "doomed");
		REQUIRE_RET(own, dnnhint_frame_begin(own, id, 0, &grant), 0);
		REQUIRE_EQ(write(pipes[1], &id, sizeof(id)), sizeof(id));
		pause();
		_exit(1);
	}
	REQUIRE_EQ(read(pipes[0], &id, sizeof(id)), sizeof(id));
	REQUIRE(stream_exists(h, id), "no stream");
	kill(pid, SIGKILL);
	REQUIRE_EQ(waitpid(pid, NULL, 0), pid);
	while (stream_exists(h, id) && now_ns() < end)
		usleep(1000);
	REQUIRE(!stream_exists(h, id), "the stream outlives its owner");
	REQUIRE_RET(h, dnnhint_stats_get(h, &after), 0);
	REQUIRE_EQ(after.streams, before.streams);
	REQUIRE_EQ(after.pending, before.pending);
	REQUIRE_EQ(after.abandoned, before.abandoned + 1);
	dnnhint_close(h);
}

static void closed_handle(void)
{
	struct dnnhint *h = must_open(), *own = must_open();
	uint32_t id = must_add(own, "closed"), other = must_add(h, "stays");

	dnnhint_close(own);
	REQUIRE(!stream_exists(h, id), "the stream outlives its handle");
	REQUIRE(stream_exists(h, other), "the other stream is gone as well");
	dnnhint_close(h);
}

#define COUNTED_FRAMES 20

/* The calls in question lie between two of getppid(), which nothing else makes. */
static void counted_child(void)
{
	/* A deadline so far away that the grant stays: an event would take a call to read. */
	const struct dnnhint_stream_params params = {
		.name = "counted", .deadline_ns = 10000 * MS, .levels = 4,
	};
	struct dnnhint *h = must_open();
	struct dnnhint_result result;
	struct dnnhint_grant grant;
	uint32_t id;

	REQUIRE_RET(h, dnnhint_stream_add(h, &params, &id, NULL), 0);
	REQUIRE_RET(h, dnnhint_frame_begin(h, id, 0, &grant), 0);
	REQUIRE_RET(h, dnnhint_frame_end(h, id, grant.frame_id, 1, &result), 0);
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	syscall(SYS_getppid);
	for (int i = 0; i < COUNTED_FRAMES; i++) {
		REQUIRE_RET(h, dnnhint_frame_begin(h, id, 0, &grant), 0);
		REQUIRE_RET(h, dnnhint_frame_end(h, id, grant.frame_id, 1, &result), 0);
	}
	syscall(SYS_getppid);
	_exit(0);
}

static void two_system_calls(void)
{
	unsigned int markers = 0, calls = 0;
	int status;
	pid_t pid = fork();

	if (!pid)
		counted_child();
	REQUIRE_EQ(waitpid(pid, &status, 0), pid);
	REQUIRE(WIFSTOPPED(status), "status %d", status);
	REQUIRE_EQ(ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD), 0);
	for (;;) {
		struct ptrace_syscall_info info;

		REQUIRE_EQ(ptrace(PTRACE_SYSCALL, pid, NULL, NULL), 0);
		REQUIRE_EQ(waitpid(pid, &status, 0), pid);
		if (WIFEXITED(status))
			break;
		REQUIRE(WIFSTOPPED(status), "status %d", status);
		if (WSTOPSIG(status) != (SIGTRAP | 0x80))
			continue;
		REQUIRE(ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) > 0, "%s",
			strerror(errno));
		if (info.op != PTRACE_SYSCALL_INFO_ENTRY)
			continue;
		if (info.entry.nr == SYS_getppid)
			markers++;
		else if (markers == 1)
			calls++;
	}
	REQUIRE_EQ(WEXITSTATUS(status), 0);
	REQUIRE_EQ(markers, 2);
	REQUIRE_EQ(calls, 4 * COUNTED_FRAMES);
}

/* The scenario has put group 65534 into the parameter gid, and 2 streams per user. */
static void group_and_limit(void)
{
	struct dnnhint_stream_params params = {
		.name = "limited", .deadline_ns = 40 * MS, .levels = 4,
	};
	struct dnnhint *h, *again;
	uint32_t ids[3];

	REQUIRE_EQ(setresgid(65534, 65534, 65534), 0);
	REQUIRE_EQ(setresuid(65534, 65534, 65534), 0);
	h = must_open();
	again = must_open();
	REQUIRE_RET(h, dnnhint_stream_add(h, &params, &ids[0], NULL), 0);
	REQUIRE_RET(again, dnnhint_stream_add(again, &params, &ids[1], NULL), 0);
	REQUIRE_RET(h, dnnhint_stream_add(h, &params, &ids[2], NULL), -ENOSPC);
	REQUIRE(dnnhint_error(h)[0], "no text");
	REQUIRE_RET(h, dnnhint_stream_del(h, ids[0]), 0);
	REQUIRE_RET(h, dnnhint_stream_add(h, &params, &ids[2], NULL), 0);
	dnnhint_close(again);
	dnnhint_close(h);
}

/* The module goes while a handle is open; the scenario has selected another governor. */
static void unloaded(void)
{
	struct dnnhint_stream_params params = { .weight = 2 };
	struct dnnhint *h = must_open();
	struct dnnhint_stats stats;
	struct dnnhint_grant grant;

	REQUIRE_RET(h, dnnhint_stats_get(h, &stats), 0);
	REQUIRE_EQ(system("rmmod dnn_gov"), 0);
	REQUIRE_RET(h, dnnhint_stats_get(h, &stats), -EPROTONOSUPPORT);
	REQUIRE(strstr(dnnhint_error(h), "unloaded"), "'%s'", dnnhint_error(h));
	REQUIRE_RET(h, dnnhint_frame_begin(h, 1, 0, &grant), -EPROTONOSUPPORT);
	REQUIRE_RET(h, dnnhint_stream_set(h, 1, &params, &grant), -EPROTONOSUPPORT);
	dnnhint_close(h);
}

const struct hint_test hint_life_tests[] = {
	{ "killed_owner", killed_owner },
	{ "closed_handle", closed_handle },
	{ "two_system_calls", two_system_calls },
	{ "group_and_limit", group_and_limit },
	{ "unloaded", unloaded },
	{ NULL, NULL },
};
