// SPDX-License-Identifier: MIT
#include "frame_request.h"

#include <errno.h>

#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "handle.h"

#define RELEASE_BYTES	nla_total_size(8)
#define BEGIN_BYTES	(nla_total_size(4) + RELEASE_BYTES)
#define DONE_BYTES	(nla_total_size(4) + nla_total_size(8) + nla_total_size(4))

static void *reserve(struct nl_msg *msg, int attr, int bytes)
{
	struct nlattr *room = nla_reserve(msg, attr, bytes);

	return room ? nla_data(room) : NULL;
}

int hint_frame_requests_init(struct dnnhint *h)
{
	struct hint_frame_request *begin = &h->begin_request, *done = &h->done_request;

	begin->msg = hint_request(h, DNN_GOV_CMD_FRAME_BEGIN, 0, BEGIN_BYTES);
	done->msg = hint_request(h, DNN_GOV_CMD_FRAME_DONE, 0, DONE_BYTES);
	if (!begin->msg || !done->msg)
		return -ENOMEM;
	begin->stream_id = reserve(begin->msg, DNN_GOV_A_STREAM_ID, sizeof(*begin->stream_id));
	begin->number = reserve(begin->msg, DNN_GOV_A_RELEASE_NS, sizeof(*begin->number));
	done->stream_id = reserve(done->msg, DNN_GOV_A_STREAM_ID, sizeof(*done->stream_id));
	done->number = reserve(done->msg, DNN_GOV_A_FRAME_ID, sizeof(*done->number));
	done->level_done = reserve(done->msg, DNN_GOV_A_LEVEL_DONE, sizeof(*done->level_done));
	return begin->stream_id && begin->number && done->stream_id && done->number &&
	       done->level_done ? 0 : -ENOMEM;
}

void hint_frame_requests_free(struct dnnhint *h)
{
	nlmsg_free(h->begin_request.msg);
	nlmsg_free(h->done_request.msg);
}

static struct nl_msg *fill(const struct hint_frame_request *request, uint8_t cmd, int flags,
			   uint32_t stream_id, uint64_t number)
{
	struct nlmsghdr *nlh = nlmsg_hdr(request->msg);

	genlmsg_hdr(nlh)->cmd = cmd;
	nlh->nlmsg_flags = (uint16_t)flags;
	nlh->nlmsg_seq = NL_AUTO_SEQ;
	*request->stream_id = stream_id;
	*request->number = number;
	nlmsg_get(request->msg);
	return request->msg;
}

/* @release_ns of 0 is left out: the frame is released now. */
struct nl_msg *hint_begin_request(struct dnnhint *h, uint32_t stream_id, uint64_t release_ns)
{
	struct nl_msg *msg = fill(&h->begin_request, DNN_GOV_CMD_FRAME_BEGIN, 0, stream_id,
				  release_ns);
	int bytes = release_ns ? BEGIN_BYTES : BEGIN_BYTES - RELEASE_BYTES;

	nlmsg_hdr(msg)->nlmsg_len = (uint32_t)nlmsg_size(GENL_HDRLEN + bytes);
	return msg;
}

struct nl_msg *hint_done_request(struct dnnhint *h, uint8_t cmd, int flags, uint32_t stream_id,
				 uint64_t frame_id, uint32_t level_done)
{
	struct nl_msg *msg = fill(&h->done_request, cmd, flags, stream_id, frame_id);

	*h->done_request.level_done = level_done;
	return msg;
}
