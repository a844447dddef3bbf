/* SPDX-License-Identifier: MIT */
/* Writing netlink messages with no help: not of libnl, which is tested as well, or an allocator. */
#ifndef TEST_FAKE_MESSAGE_H
#define TEST_FAKE_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include <linux/netlink.h>

/**
 * struct message - one or several netlink messages, one behind the other
 * @bytes: how many there are
 * @last: where the last header is
 * @data: they
 */
struct message {
	size_t bytes;
	size_t last;
	char data[16384];
};

/* Begin a message, which answers @request or, with NULL, nothing. */
void message_start(struct message *m, const struct nlmsghdr *request, int type, int flags);
void message_start_genl(struct message *m, const struct nlmsghdr *request, int type, int flags,
			uint8_t cmd);
struct nlmsghdr *message_last(struct message *m);

/* Put bytes, or an attribute, at the end of the last one. */
void message_append(struct message *m, const void *data, size_t bytes);
void message_put(struct message *m, int attr, const void *data, size_t bytes);

/* Begin an attribute that holds others. Return: what ends it. */
size_t message_nest(struct message *m, int attr);
void message_nest_end(struct message *m, size_t at);

#endif
