// SPDX-License-Identifier: MIT
#include "fake_netlink.h"

#include <criterion/criterion.h>
#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOCKETS		8
#define QUEUE		512
#define PACKET_BYTES	10240

struct packet {
	size_t bytes;
	uint32_t sender;
	char data[PACKET_BYTES];
};

/* @fd is an eventfd, so that it can be polled: readable while there is something to receive. */
struct socket_state {
	struct fake_socket public;
	int fd;
	bool open;
	bool readable;
	bool congested;
	int error;
	unsigned int head;
	unsigned int count;
	struct packet *queue;
};

static struct packet queues[SOCKETS][QUEUE];
static struct socket_state sockets[SOCKETS];
static unsigned int room = QUEUE;
static _Thread_local unsigned int calls_to_failure;	/* of the thread that asked for it */
static int failure;
static bool interrupting, interrupted;

/* --- the kernel's side ------------------------------------------------------------ */

static void signal_fd(struct socket_state *s)
{
	bool due = s->count || s->error;
	eventfd_t value;

	if (due == s->readable)
		return;
	cr_assert_eq(due ? eventfd_write(s->fd, 1) : eventfd_read(s->fd, &value), 0);
	s->readable = due;
}

void fake_deliver(struct fake_socket *to, const void *message, size_t bytes, uint32_t sender)
{
	struct socket_state *s = (struct socket_state *)to;
	struct packet *packet;

	if (s->congested || s->count == room) {
		if (!s->congested)
			s->error = ENOBUFS;
		s->congested = true;
	} else {
		cr_assert(bytes <= PACKET_BYTES && s->count < QUEUE);
		packet = &s->queue[(s->head + s->count++) % QUEUE];
		packet->bytes = bytes;
		packet->sender = sender;
		memcpy(packet->data, message, bytes);
	}
	signal_fd(s);
}

struct fake_socket *fake_socket_next(struct fake_socket *before)
{
	struct socket_state *s = before ? (struct socket_state *)before + 1 : sockets;

	for (; s < sockets + SOCKETS; s++)
		if (s->open)
			return &s->public;
	return NULL;
}

void fake_room(unsigned int messages)
{
	room = messages;
}

void fake_fail(unsigned int nr, int err)
{
	calls_to_failure = nr;
	failure = err;
}

bool fake_fail_waits(void)
{
	return calls_to_failure;
}

void fake_interrupt(bool on)
{
	interrupting = on;
	interrupted = false;
}

/* --- system calls ----------------------------------------------------------------- */

/* What the call would do without this file. */
#define REAL(name, ...) \
	(((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))(__VA_ARGS__))

static struct socket_state *fake_of(int fd)
{
	for (struct socket_state *s = sockets; s < sockets + SOCKETS; s++)
		if (s->open && s->fd == fd)
			return s;
	return NULL;
}

static bool fails(void)
{
	if (!calls_to_failure || --calls_to_failure)
		return false;
	errno = failure;
	return true;
}

static bool is_interrupted(void)
{
	interrupted = interrupting && !interrupted;
	if (interrupted)
		errno = EINTR;
	return interrupted;
}

int socket(int domain, int type, int protocol)
{
	struct socket_state *s = sockets;

	if (domain != AF_NETLINK)
		return REAL(socket, domain, type, protocol);
	cr_assert_eq(protocol, NETLINK_GENERIC);
	if (fails())
		return -1;
	while (s < sockets + SOCKETS && s->open)
		s++;
	cr_assert_lt(s, sockets + SOCKETS, "too many sockets are open");
	*s = (struct socket_state) { .open = true, .queue = queues[s - sockets] };
	s->fd = REAL(eventfd, 0, EFD_CLOEXEC | EFD_NONBLOCK);
	return s->fd;
}

int close(int fd)
{
	struct socket_state *s = fake_of(fd);

	if (s)
		s->open = false;
	return REAL(close, fd);
}

int bind(int fd, const struct sockaddr *address, socklen_t size)
{
	struct socket_state *s = fake_of(fd);

	if (!s)
		return REAL(bind, fd, address, size);
	if (fails())
		return -1;
	s->public.port = ((const struct sockaddr_nl *)address)->nl_pid;
	return 0;
}

static void fill_address(struct sockaddr *address, socklen_t *size, uint32_t port)
{
	const struct sockaddr_nl own = { .nl_family = AF_NETLINK, .nl_pid = port };

	cr_assert_geq(*size, sizeof(own));
	memcpy(address, &own, sizeof(own));
	*size = sizeof(own);
}

int getsockname(int fd, struct sockaddr *address, socklen_t *size)
{
	struct socket_state *s = fake_of(fd);

	if (!s)
		return REAL(getsockname, fd, address, size);
	if (fails())
		return -1;
	fill_address(address, size, s->public.port);
	return 0;
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t size)
{
	struct socket_state *s = fake_of(fd);

	if (!s)
		return REAL(setsockopt, fd, level, option, value, size);
	if (fails())
		return -1;
	if (level == SOL_SOCKET && option == SO_RCVTIMEO)
		s->public.timed = true;
	if (level == SOL_NETLINK && option == NETLINK_EXT_ACK)
		s->public.ext_ack = true;
	if (level == SOL_NETLINK && option == NETLINK_CAP_ACK)
		s->public.cap_ack = true;
	if (level == SOL_NETLINK && option == NETLINK_ADD_MEMBERSHIP) {
		s->public.groups |= 1U << *(const int *)value;
		s->public.joined++;
	}
	return 0;
}

static ssize_t take_request(struct socket_state *s, const void *message, size_t bytes)
{
	const struct nlmsghdr *request = message;

	if (is_interrupted() || fails())
		return -1;
	cr_assert_eq(request->nlmsg_len, bytes);
	fake_kernel(&s->public, request);
	return (ssize_t)bytes;
}

ssize_t send(int fd, const void *message, size_t bytes, int flags)
{
	struct socket_state *s = fake_of(fd);

	return s ? take_request(s, message, bytes) : REAL(send, fd, message, bytes, flags);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	struct socket_state *s = fake_of(fd);

	if (!s)
		return REAL(sendmsg, fd, message, flags);
	cr_assert_eq(message->msg_iovlen, 1);
	return take_request(s, message->msg_iov->iov_base, message->msg_iov->iov_len);
}

/* As netlink_recvmsg(): an error comes first; an empty queue ends the congestion. */
static ssize_t receive(struct socket_state *s, void *buffer, size_t bytes, int flags,
		       uint32_t *sender)
{
	const struct packet *packet = &s->queue[s->head];
	ssize_t ret = -1;

	if (is_interrupted() || fails())
		return -1;
	if (s->error) {
		errno = s->error;
		s->error = 0;
	} else if (!s->count) {
		cr_assert((flags & MSG_DONTWAIT) || s->public.timed, "would wait for ever");
		errno = EAGAIN;
	} else {
		memcpy(buffer, packet->data, packet->bytes < bytes ? packet->bytes : bytes);
		if (packet->bytes < bytes || (flags & MSG_TRUNC))
			bytes = packet->bytes;
		ret = (ssize_t)bytes;
		*sender = packet->sender;
		if (!(flags & MSG_PEEK)) {
			s->head = (s->head + 1) % QUEUE;
			s->count--;
		}
	}
	if (!s->count)
		s->congested = false;
	signal_fd(s);
	return ret;
}

ssize_t recvfrom(int fd, void *buffer, size_t bytes, int flags, struct sockaddr *address,
		 socklen_t *size)
{
	struct socket_state *s = fake_of(fd);
	uint32_t sender;
	ssize_t ret;

	if (!s)
		return REAL(recvfrom, fd, buffer, bytes, flags, address, size);
	ret = receive(s, buffer, bytes, flags, &sender);
	if (ret >= 0)
		fill_address(address, size, sender);
	return ret;
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	struct socket_state *s = fake_of(fd);
	uint32_t sender;
	ssize_t ret;

	if (!s)
		return REAL(recvmsg, fd, message, flags);
	ret = receive(s, message->msg_iov->iov_base, message->msg_iov->iov_len, flags, &sender);
	if (ret >= 0)
		fill_address(message->msg_name, &message->msg_namelen, sender);
	message->msg_controllen = 0;
	message->msg_flags = 0;
	return ret;
}

/* Where times got 64 bits later, these have another name since; libnl calls the old one. */
#if __SIZEOF_POINTER__ == 4 && _TIME_BITS == 64
int old_setsockopt(int fd, int level, int option, const void *value, socklen_t size)
	__asm__("setsockopt");
ssize_t old_sendmsg(int fd, const struct msghdr *message, int flags) __asm__("sendmsg");
ssize_t old_recvmsg(int fd, struct msghdr *message, int flags) __asm__("recvmsg");

int old_setsockopt(int fd, int level, int option, const void *value, socklen_t size)
{
	return setsockopt(fd, level, option, value, size);
}

ssize_t old_sendmsg(int fd, const struct msghdr *message, int flags)
{
	return sendmsg(fd, message, flags);
}

ssize_t old_recvmsg(int fd, struct msghdr *message, int flags)
{
	return recvmsg(fd, message, flags);
}
#endif

/* Calls of the library's that have nothing to do with netlink can fail, too. */
int eventfd(unsigned int value, int flags)
{
	return fails() ? -1 : REAL(eventfd, value, flags);
}

int epoll_create1(int flags)
{
	return fails() ? -1 : REAL(epoll_create1, flags);
}

int epoll_ctl(int fd, int op, int other, struct epoll_event *event)
{
	return fails() ? -1 : REAL(epoll_ctl, fd, op, other, event);
}
