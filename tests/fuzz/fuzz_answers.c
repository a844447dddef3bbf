// SPDX-License-Identifier: MIT
/*
 * Fuzzing what libdnnhint makes of the kernel's answers and events, through its public calls. In
 * place of the socket stands the input: a byte that chooses the call, then datagrams, each after
 * two bytes of its length; of a length of 0xffff nothing comes but ENOBUFS. The number of a
 * message, where it is odd, becomes that of the request. What the library hands out is within the
 * ranges of its header, whatever came.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netlink/msg.h>
#include <netlink/socket.h>

#include "../../userspace/libdnnhint/handle.h"
#include "check.h"
#include "fuzz.h"

#define FAMILY	42
#define OWN	7	/* a stream of the handle's */

ssize_t __wrap_send(int fd, const void *data, size_t bytes, int flags);
ssize_t __wrap_recvfrom(int fd, void *to, size_t room, int flags, struct sockaddr *from,
			socklen_t *size);
int __wrap_genl_connect(struct nl_sock *sock);

static const uint8_t *input;
static size_t left;
static uint32_t seq;

/* --- in place of the kernel ---------------------------------------------------------- */

ssize_t __wrap_send(int fd, const void *data, size_t bytes, int flags)
{
	const struct nlmsghdr *nlh = data;

	(void)fd;
	(void)flags;
	CHECK(bytes >= sizeof(*nlh) && nlh->nlmsg_len == bytes && nlh->nlmsg_type == FAMILY);
	seq = nlh->nlmsg_seq;
	return (ssize_t)bytes;
}

static void number(uint8_t *at, size_t bytes)
{
	struct nlmsghdr head;

	while (bytes >= sizeof(head)) {
		memcpy(&head, at, sizeof(head));
		if (head.nlmsg_seq & 1)
			memcpy(at + offsetof(struct nlmsghdr, nlmsg_seq), &seq, sizeof(seq));
		if (head.nlmsg_len < sizeof(head) || head.nlmsg_len + 3ULL >= bytes)
			return;
		at += NLMSG_ALIGN((size_t)head.nlmsg_len);
		bytes -= NLMSG_ALIGN((size_t)head.nlmsg_len);
	}
}

ssize_t __wrap_recvfrom(int fd, void *to, size_t room, int flags, struct sockaddr *from,
			socklen_t *size)
{
	struct sockaddr_nl sender = { .nl_family = AF_NETLINK };
	size_t bytes;

	(void)fd;
	CHECK(flags & MSG_TRUNC && *size >= sizeof(sender));
	if (left < 2) {
		errno = EAGAIN;
		return -1;
	}
	bytes = (size_t)(input[0] << 8 | input[1]);
	input += 2;
	left -= 2;
	if (bytes == UINT16_MAX) {
		errno = ENOBUFS;
		return -1;
	}
	if (bytes > left)
		bytes = left;
	memcpy(to, input, bytes < room ? bytes : room);
	number(to, bytes < room ? bytes : room);
	memcpy(from, &sender, sizeof(sender));
	*size = sizeof(sender);
	input += bytes;
	left -= bytes;
	return (ssize_t)bytes;
}

/* Is the module still there? It does not answer. */
int __wrap_genl_connect(struct nl_sock *sock)
{
	(void)sock;
	return -1;
}

/* --- what is handed out ------------------------------------------------------------------ */

static void check_level(uint32_t level)
{
	CHECK(level >= 1 && level <= DNN_GOV_LEVELS_MAX);
}

static int on_stream(const struct dnnhint_stream_info *info, void *ctx)
{
	unsigned int *count = ctx;

	++*count;
	CHECK(info->id && memchr(info->name, 0, sizeof(info->name)));
	check_level(info->levels);
	check_level(info->grant);
	CHECK(info->min_level <= DNN_GOV_LEVELS_MAX && info->goal <= DNNHINT_GOAL_MIN_ENERGY);
	return 0;
}

static int on_policy(const struct dnnhint_policy_info *info, void *ctx)
{
	unsigned int *count = ctx;

	++*count;
	CHECK(CPU_COUNT(&info->cpus) <= CPU_SETSIZE);
	return 0;
}

static void on_grant(const struct dnnhint_event *event, void *ctx)
{
	unsigned int *count = ctx;

	++*count;
	CHECK(event->stream_id);
	check_level(event->grant);
	check_level(event->grant_old);
	CHECK(dnnhint_cause_name(event->cause)[0]);
}

static int ask(struct dnnhint *h, unsigned int which)
{
	const struct dnnhint_stream_params params = {
		.name = "fuzz", .deadline_ns = 1000000, .levels = 4,
	};
	const struct dnnhint_callbacks callbacks = { .on_grant = on_grant };
	struct dnnhint_stream_info info;
	struct dnnhint_result result;
	struct dnnhint_grant grant;
	struct dnnhint_stats stats;
	unsigned int count = 0;
	uint32_t id = 0;
	int ret;

	switch (which % 10) {
	case 0:
		ret = dnnhint_stream_get(h, OWN, &info);
		if (!ret)
			on_stream(&info, &count);
		return ret;
	case 1:
		return dnnhint_streams_get(h, on_stream, &count);
	case 2:
		return dnnhint_policies_get(h, on_policy, &count);
	case 3:
		return dnnhint_stats_get(h, &stats);
	case 4:
		ret = dnnhint_stream_add(h, &params, &id, &grant);
		CHECK(ret || id);
		if (!ret)
			check_level(grant.level);
		return ret;
	case 5:
		ret = dnnhint_stream_set(h, OWN, &params, &grant);
		return ret;
	case 6:
		ret = dnnhint_frame_begin(h, OWN, 0, &grant);
		if (!ret)
			check_level(grant.level);
		return ret;
	case 7:
		ret = dnnhint_frame_end(h, OWN, 1, 4, &result);
		if (!ret)
			check_level(result.grant);
		return ret;
	case 8:
		return dnnhint_stream_del(h, OWN);
	default:
		h->observing = true;
		ret = dnnhint_dispatch(h, &callbacks, &count);
		return ret < 0 ? ret : 0;
	}
}

static struct dnnhint *handle(void)
{
	struct dnnhint *h = calloc(1, sizeof(*h));

	CHECK(h);
	h->family = FAMILY;
	h->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	h->poll_fd = -1;
	h->sock = nl_socket_alloc();
	CHECK(h->event_fd >= 0 && h->sock && !hint_frame_requests_init(h));
	CHECK(!hint_stream_reserve(h));
	hint_stream_insert(h, OWN, 4);
	return h;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct dnnhint *h;

	if (!bytes)
		return 0;
	input = data + 1;
	left = bytes - 1;
	h = handle();
	/* What is left over goes to whoever asks next. */
	for (unsigned int i = 0; i < 3; i++) {
		int ret = ask(h, i ? 9 : data[0]);

		CHECK(ret <= 0);
		CHECK(!ret || dnnhint_error(h)[0]);
		CHECK(memchr(h->error, 0, sizeof(h->error)));
		CHECK(h->ring_count <= HINT_RING);
	}
	dnnhint_close(h);
	return 0;
}
