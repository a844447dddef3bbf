/* SPDX-License-Identifier: MIT */
/* The handle, and what the parts of the library ask of one another. */
#ifndef DNNHINT_HANDLE_H
#define DNNHINT_HANDLE_H

#include <dnnhint.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <linux/netlink.h>

#include "frame_request.h"

struct hint_reply;
struct nl_msg;
struct nl_sock;

#define HINT_MESSAGE_BYTES 8192		/* of a dump's messages, by telling netlink */
#define HINT_RING 64			/* events that wait for dnnhint_dispatch() */
#define HINT_TIMEOUT_S 1

/**
 * struct hint_stream - an own stream
 * @id: its id
 * @levels: groups of its network
 * @told: grant that the application was last told of
 */
struct hint_stream {
	uint32_t id;
	uint32_t levels;
	uint32_t told;
};

/**
 * struct dnnhint - a connection to the module
 * @sock: socket of requests and events
 * @family: id of the generic netlink family
 * @pressure_group: id of the family's multicast group
 * @event_fd: made readable while @ring or @lost has something to deliver
 * @poll_fd: epoll over the socket and @event_fd, the descriptor the application polls
 * @signalled: @event_fd is readable
 * @observing: the socket is a member of @pressure_group
 * @dispatching: dnnhint_dispatch() runs
 * @lost: events were lost and streams are to be read anew
 * @congested: the kernel may be dropping what it sends, answers too, and not say so
 * @ring: events taken from the socket and not yet delivered
 * @ring_head: index of the oldest of them
 * @ring_count: their number
 * @streams: own streams
 * @nr_streams: their number
 * @error: text of the last failed call
 * @begin_request: of FRAME_BEGIN
 * @done_request: of the other requests about frames
 * @buffer: what was received last
 */
struct dnnhint {
	struct nl_sock *sock;
	int family;
	int pressure_group;
	int event_fd;
	int poll_fd;
	bool signalled;
	bool observing;
	bool dispatching;
	bool lost;
	bool congested;
	struct dnnhint_event ring[HINT_RING];
	unsigned int ring_head;
	unsigned int ring_count;
	struct hint_stream *streams;
	size_t nr_streams;
	char error[256];
	struct hint_frame_request begin_request;
	struct hint_frame_request done_request;
	union {
		struct nlmsghdr align;
		char bytes[HINT_MESSAGE_BYTES];
	} buffer;
};

/* error.c: set the text, return err. A NULL format takes dnnhint_strerror()'s. */
int hint_fail(struct dnnhint *h, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int hint_from_libnl(int nle);

/* receive.c */
int hint_receive(struct dnnhint *h, int flags, size_t *len);

/* ring.c */
void hint_ring_push(struct dnnhint *h, const struct dnnhint_event *event);
bool hint_ring_pop(struct dnnhint *h, struct dnnhint_event *event);
void hint_ring_forget(struct dnnhint *h, uint32_t stream_id);
void hint_ring_signal(struct dnnhint *h);

/* streams.c */
struct hint_stream *hint_stream_find(struct dnnhint *h, uint32_t id);
int hint_stream_reserve(struct dnnhint *h);
void hint_stream_insert(struct dnnhint *h, uint32_t id, uint32_t levels);
void hint_stream_remove(struct dnnhint *h, uint32_t id);
void hint_stream_told(struct dnnhint *h, uint32_t id, uint32_t grant);

/* event.c */
bool hint_event_take(struct dnnhint *h, const struct nlmsghdr *nlh, size_t len);

/* request.c */

/**
 * typedef hint_answer_fn - given each message of an answer
 * @reply: the message
 * @ctx: as given to hint_dump()
 *
 * Return: other than 0 ends the reading.
 */
typedef int (*hint_answer_fn)(const struct hint_reply *reply, void *ctx);

struct nl_msg *hint_request(struct dnnhint *h, uint8_t cmd, int flags, size_t bytes);
int hint_ask(struct dnnhint *h, struct nl_msg *msg, uint64_t needed, struct hint_reply *reply);
int hint_tell(struct dnnhint *h, struct nl_msg *msg);
int hint_post(struct dnnhint *h, struct nl_msg *msg);
int hint_dump(struct dnnhint *h, struct nl_msg *msg, uint64_t needed, hint_answer_fn fn, void *ctx);

/* params.c */
int hint_check_params(const struct dnnhint_stream_params *params, uint32_t own_levels, char *text,
		      size_t size);
int hint_put_params(struct nl_msg *msg, const struct dnnhint_stream_params *params,
		    uint32_t own_levels);
size_t hint_params_bytes(void);

/* handle.c */
int hint_family_resolve(struct nl_sock *sock, int *family, int *group);

#endif
