// SPDX-License-Identifier: MIT
/*
 * Taking messages from the socket. recvfrom() instead of libnl's nl_recvmsgs(): one system
 * call, into a buffer that is there already.
 */
#include <errno.h>

#include <netlink/msg.h>
#include <netlink/socket.h>

#include "handle.h"

/*
 * Take a message into the handle's buffer. Return: 0, -EPERM if it does not come from the
 * kernel, -EMSGSIZE if it was cut off, or another negative errno; -ENOBUFS: events were lost.
 */
int hint_receive(struct dnnhint *h, int flags, size_t *len)
{
	struct sockaddr_nl sender;
	socklen_t size = sizeof(sender);
	ssize_t n;

	do {
		n = recvfrom(nl_socket_get_fd(h->sock), h->buffer.bytes, sizeof(h->buffer.bytes),
			     flags | MSG_TRUNC, (struct sockaddr *)&sender, &size);
	} while (n < 0 && errno == EINTR);
	if (n < 0) {
		/*
		 * From an overrun on the kernel drops everything, and says so only once, until
		 * its queue was found empty.
		 */
		if (errno == ENOBUFS)
			h->congested = true;
		else if (errno == EAGAIN)
			h->congested = false;
		return -errno;
	}
	if (size != sizeof(sender) || sender.nl_pid)
		return -EPERM;
	*len = (size_t)n;
	return *len > sizeof(h->buffer.bytes) ? -EMSGSIZE : 0;
}
