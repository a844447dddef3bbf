// SPDX-License-Identifier: MIT
#include "handle.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/time.h>
#include <unistd.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/socket.h>

/* Some hundred events: an application that is busy for seconds loses none. */
#define ROOM_BYTES (256 * 1024)

int hint_family_resolve(struct nl_sock *sock, int *family, int *group)
{
	int ret = genl_ctrl_resolve(sock, DNN_GOV_GENL_NAME);

	if (ret < 0)
		return hint_from_libnl(ret);
	*family = ret;
	ret = genl_ctrl_resolve_grp(sock, DNN_GOV_GENL_NAME, DNN_GOV_MCGRP_PRESSURE);
	if (ret < 0)
		return hint_from_libnl(ret);
	*group = ret;
	return 0;
}

static int set_options(struct dnnhint *h)
{
	const struct timeval timeout = { .tv_sec = HINT_TIMEOUT_S };
	int fd = nl_socket_get_fd(h->sock);
	int on = 1;

	/* The kernel's words; and no need to have the whole request sent back. */
	if (setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)))
		return -errno;
	return dnnhint_set_event_room(h, ROOM_BYTES);
}

static int make_poll_fd(struct dnnhint *h)
{
	int fds[2];

	h->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	h->poll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (h->event_fd < 0 || h->poll_fd < 0)
		return -errno;
	fds[0] = h->event_fd;
	fds[1] = nl_socket_get_fd(h->sock);
	for (unsigned int i = 0; i < 2; i++) {
		struct epoll_event event = { .events = EPOLLIN };

		if (epoll_ctl(h->poll_fd, EPOLL_CTL_ADD, fds[i], &event))
			return -errno;
	}
	return 0;
}

int dnnhint_open(struct dnnhint **out)
{
	struct dnnhint *h = calloc(1, sizeof(*h));
	int ret = -ENOMEM;

	*out = NULL;
	if (!h)
		return ret;
	h->event_fd = -1;
	h->poll_fd = -1;
	h->sock = nl_socket_alloc();
	if (!h->sock)
		goto fail;
	/* Dumps use the largest buffer that a socket was ever read with: no larger than ours. */
	nl_socket_set_msg_buf_size(h->sock, HINT_MESSAGE_BYTES);
	ret = hint_from_libnl(genl_connect(h->sock));
	if (!ret)
		ret = hint_family_resolve(h->sock, &h->family, &h->pressure_group);
	if (!ret)
		ret = set_options(h);
	if (!ret)
		ret = make_poll_fd(h);
	if (!ret)
		ret = hint_frame_requests_init(h);
	if (ret)
		goto fail;
	/* Every request of ours has an answer or asks for an acknowledgment itself. */
	nl_socket_disable_auto_ack(h->sock);
	*out = h;
	return 0;

fail:
	dnnhint_close(h);
	return ret;
}

void dnnhint_close(struct dnnhint *h)
{
	if (!h)
		return;
	if (h->poll_fd >= 0)
		close(h->poll_fd);
	if (h->event_fd >= 0)
		close(h->event_fd);
	if (h->sock)
		nl_socket_free(h->sock);
	hint_frame_requests_free(h);
	free(h->streams);
	free(h);
}

int dnnhint_event_fd(const struct dnnhint *h)
{
	return h->poll_fd;
}

int dnnhint_set_event_room(struct dnnhint *h, int bytes)
{
	if (bytes < 1)
		return hint_fail(h, -ERANGE, "bytes: %d is out of range, must be 1..%d", bytes,
				 INT32_MAX);
	if (setsockopt(nl_socket_get_fd(h->sock), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes)))
		return hint_fail(h, -errno, NULL);
	return 0;
}

int dnnhint_observe(struct dnnhint *h)
{
	int ret;

	if (h->observing)
		return 0;
	ret = hint_from_libnl(nl_socket_add_membership(h->sock, h->pressure_group));
	if (ret)
		return hint_fail(h, ret, NULL);
	h->observing = true;
	return 0;
}
