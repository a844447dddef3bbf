// SPDX-License-Identifier: MIT
/*
 * Taking messages from the socket. recvmmsg() instead of libnl's nl_recvmsgs(): an answer
 * and the events that came before it cost one system call together, into buffers that are
 * there already.
 */
#include <errno.h>

#include <netlink/msg.h>
#include <netlink/socket.h>

#include "handle.h"

/* Return: number of messages taken, or a negative errno; -ENOBUFS: events were lost. */
int hint_receive(struct dnnhint *h, int flags)
{
	int n;

	for (unsigned int i = 0; i < HINT_BATCH; i++) {
		h->vectors[i] = (struct iovec) {
			.iov_base = h->buffers[i].bytes,
			.iov_len = sizeof(h->buffers[i].bytes),
		};
		h->headers[i].msg_hdr = (struct msghdr) {
			.msg_name = &h->senders[i],
			.msg_namelen = sizeof(h->senders[i]),
			.msg_iov = &h->vectors[i],
			.msg_iovlen = 1,
		};
	}
	do {
		n = recvmmsg(nl_socket_get_fd(h->sock), h->headers, HINT_BATCH,
			     flags | MSG_WAITFORONE, NULL);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

/*
 * Message i of those taken last. Return: 0; -EMSGSIZE if it was cut off, -EPERM if it does
 * not come from the kernel.
 */
int hint_received(const struct dnnhint *h, int i, const struct nlmsghdr **nlh, size_t *len)
{
	const struct msghdr *header = &h->headers[i].msg_hdr;

	if (header->msg_namelen != sizeof(struct sockaddr_nl) || h->senders[i].nl_pid)
		return -EPERM;
	if (header->msg_flags & MSG_TRUNC)
		return -EMSGSIZE;
	*nlh = &h->buffers[i].align;
	*len = h->headers[i].msg_len;
	return 0;
}
