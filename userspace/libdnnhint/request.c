// SPDX-License-Identifier: MIT
/*
 * A request and its answer. The kernel works on a request within sendmsg(), so the answer
 * is there when that returns, behind the events that came before it.
 */
#include "handle.h"

#include <errno.h>
#include <string.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/socket.h>

#include "parse.h"

/* What a request waits for, and what has come of it. */
struct exchange {
	const struct nlmsghdr *request;
	uint64_t needed;		/* attributes that an answer must have */
	bool dump;
	hint_answer_fn fn;
	void *ctx;

	bool done;
	int result;
	bool changed;			/* a dump was disturbed */
	struct hint_reply *reply;	/* for what has come; NULL for an acknowledgment */
};

struct nl_msg *hint_request(struct dnnhint *h, uint8_t cmd, int flags, size_t bytes)
{
	struct nl_msg *msg = nlmsg_alloc_size(NLMSG_HDRLEN + GENL_HDRLEN + bytes);

	if (!msg)
		return NULL;
	if (genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, h->family, 0, flags, cmd,
			DNN_GOV_GENL_VERSION))
		return msg;
	nlmsg_free(msg);
	return NULL;
}

static int send_request(struct dnnhint *h, struct nl_msg *msg)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	ssize_t n;

	nl_complete_msg(h->sock, msg);
	do {
		n = send(nl_socket_get_fd(h->sock), nlh, nlh->nlmsg_len, 0);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? hint_fail(h, -errno, NULL) : 0;
}

/*
 * An unknown family is refused with ENOENT as well, and with no words. Whether the family
 * is what is missing, only asking for it tells. One with another number is that of a module
 * which was loaded anew and does not know this socket.
 */
static bool module_gone(const struct dnnhint *h)
{
	struct nl_sock *sock = nl_socket_alloc();
	int family = -1, group, ret;

	if (!sock)
		return false;
	ret = genl_connect(sock);
	if (!ret)
		ret = hint_family_resolve(sock, &family, &group);
	nl_socket_free(sock);
	return ret == -EPROTONOSUPPORT || (!ret && family != h->family);
}

static int refused(struct dnnhint *h, const struct nlmsghdr *nlh, size_t len,
		   const struct nlmsghdr *request)
{
	char text[sizeof(h->error)];
	int err = hint_parse_refusal(nlh, len, request, text, sizeof(text));

	if (!err)
		return 0;
	if (text[0])
		return hint_fail(h, err, "%s", text);
	if (err == -ENOENT && module_gone(h))
		return hint_fail(h, -EPROTONOSUPPORT, "the dnn_gov module was unloaded");
	return hint_fail(h, err, NULL);
}

static void finish(struct exchange *x, int result)
{
	x->done = true;
	if (!x->result)
		x->result = result;
}

static void take_answer(struct dnnhint *h, struct exchange *x, const struct nlmsghdr *nlh,
			size_t len)
{
	int32_t status;

	if (nlh->nlmsg_type == NLMSG_ERROR) {
		finish(x, refused(h, nlh, len, x->request));
		return;
	}
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		x->changed = true;
	if (nlh->nlmsg_type == NLMSG_DONE) {
		status = 0;
		if (nlmsg_datalen(nlh) >= (int)sizeof(status))
			memcpy(&status, nlmsg_data(nlh), sizeof(status));
		if (status < -HINT_MAX_ERRNO)
			status = -EBADMSG;
		finish(x, status < 0 ? hint_fail(h, status, NULL) : 0);
		return;
	}
	if (nlh->nlmsg_type != h->family || !x->reply)
		return;
	if (hint_parse(nlh, len, x->reply) || (x->reply->has & x->needed) != x->needed) {
		if (!x->result)
			x->result = hint_fail(h, -EBADMSG, NULL);
	} else if (x->fn && !x->result) {
		x->result = x->fn(x->reply, x->ctx);
	}
	if (!x->dump)
		x->done = true;
}

static void take_message(struct dnnhint *h, struct exchange *x, const struct nlmsghdr *nlh,
			 size_t len)
{
	int left = (int)len;

	/* A dump puts several messages into one. */
	for (; nlmsg_ok(nlh, left); nlh = nlmsg_next((struct nlmsghdr *)nlh, &left)) {
		if (hint_event_take(h, nlh, (size_t)left))
			continue;
		/* What is left of an exchange that was given up has an older number. */
		if (!x->done && nlh->nlmsg_seq == x->request->nlmsg_seq)
			take_answer(h, x, nlh, (size_t)left);
	}
}

/* Take the events that wait, so that the kernel has room for an answer again. */
static void make_room(struct dnnhint *h)
{
	int err, left;
	size_t len;

	do {
		err = hint_receive(h, MSG_DONTWAIT, &len);
		if (err == -ENOBUFS || err == -EMSGSIZE)
			h->lost = true;
		left = err ? 0 : (int)len;
		for (struct nlmsghdr *nlh = &h->buffer.align; nlmsg_ok(nlh, left);
		     nlh = nlmsg_next(nlh, &left))
			hint_event_take(h, nlh, (size_t)left);
	} while (!err || err == -ENOBUFS || err == -EPERM || err == -EMSGSIZE);
}

static int exchange(struct dnnhint *h, struct nl_msg *msg, struct exchange *x)
{
	bool overrun = false;
	size_t len;
	int ret;

	x->request = nlmsg_hdr(msg);
	if (h->congested)
		make_room(h);
	ret = send_request(h, msg);
	while (!ret && !x->done) {
		/* After an overrun the answer may be among what was lost: do not wait then. */
		int err = hint_receive(h, overrun ? MSG_DONTWAIT : 0, &len);

		switch (err) {
		case 0:
			take_message(h, x, &h->buffer.align, len);
			break;
		case -EPERM:	/* not from the kernel */
			break;
		case -ENOBUFS:
			overrun = true;
			h->lost = true;
			break;
		case -EAGAIN:
			ret = hint_fail(h, overrun ? -ENOBUFS : -ETIMEDOUT, NULL);
			break;
		case -EMSGSIZE:
			ret = hint_fail(h, -EBADMSG, "the kernel's answer is too long");
			break;
		default:
			ret = hint_fail(h, err, NULL);
		}
	}
	hint_ring_signal(h);
	nlmsg_free(msg);
	return ret ? ret : x->result;
}

/* For one answer, which must have the attributes needed. Takes the message. */
int hint_ask(struct dnnhint *h, struct nl_msg *msg, uint64_t needed, struct hint_reply *reply)
{
	struct exchange x = { .needed = needed, .reply = reply };
	int ret;

	reply->has = 0;
	ret = exchange(h, msg, &x);
	/* A bare acknowledgment is no answer. */
	if (!ret && (reply->has & needed) != needed)
		ret = hint_fail(h, -EBADMSG, NULL);
	return ret;
}

/* For an acknowledgment. Takes the message, which has NLM_F_ACK. */
int hint_tell(struct dnnhint *h, struct nl_msg *msg)
{
	struct exchange x = { .done = false };

	return exchange(h, msg, &x);
}

/*
 * For nothing: a refusal comes all the same, and is dropped with the next messages that are
 * taken. Takes the message.
 */
int hint_post(struct dnnhint *h, struct nl_msg *msg)
{
	int ret = send_request(h, msg);

	nlmsg_free(msg);
	return ret;
}

/* For any number of answers, given to fn one by one. Takes the message. */
int hint_dump(struct dnnhint *h, struct nl_msg *msg, uint64_t needed, hint_answer_fn fn, void *ctx)
{
	struct hint_reply reply;
	struct exchange x = { .needed = needed, .dump = true, .fn = fn, .ctx = ctx,
			      .reply = &reply };
	int ret = exchange(h, msg, &x);

	if (!ret && x.changed)
		ret = hint_fail(h, -EINTR, "streams came or went while they were read");
	return ret;
}
