/* SPDX-License-Identifier: MIT */
/*
 * Netlink sockets without a kernel behind them. In a program that links fake_netlink.o every
 * netlink socket is one of these, libnl's too: a request is worked on within the call that sends
 * it, as in the kernel, by fake_kernel().
 *
 * A queue with no room overruns as the kernel's does: ENOBUFS is said once, ahead of what lies in
 * the queue, and everything is dropped until the queue was found empty.
 */
#ifndef TEST_FAKE_NETLINK_H
#define TEST_FAKE_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/netlink.h>

/**
 * struct fake_socket - an open netlink socket
 * @port: its port id
 * @groups: multicast groups it is a member of, bit n for group n
 * @joined: how often it has become a member of one
 * @ext_ack: its refusals have words
 * @cap_ack: and do not have the request sent back
 * @timed: it does not wait for ever
 */
struct fake_socket {
	uint32_t port;
	uint32_t groups;
	unsigned int joined;
	bool ext_ack;
	bool cap_ack;
	bool timed;
};

/* What the kernel does with a message. The program brings it. */
void fake_kernel(struct fake_socket *from, const struct nlmsghdr *request);

/* Put a message into a socket's queue. @bytes there are; @sender: 0, the kernel. */
void fake_deliver(struct fake_socket *to, const void *message, size_t bytes, uint32_t sender);

/* The open sockets one by one, the first after NULL. */
struct fake_socket *fake_socket_next(struct fake_socket *before);

/* So many messages have room in each queue from now on; at first there is no limit. */
void fake_room(unsigned int messages);

/* The @nr-th system call from now on fails with @err, a positive errno; nr 0: none. */
void fake_fail(unsigned int nr, int err);

/* No call has failed of those that fake_fail() let fail. */
bool fake_fail_waits(void);

/* Sending and receiving are interrupted each time before they are done. */
void fake_interrupt(bool on);

#endif
