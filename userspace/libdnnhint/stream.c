// SPDX-License-Identifier: MIT
#include <errno.h>

#include <netlink/attr.h>
#include <netlink/msg.h>

#include "handle.h"
#include "parse.h"

static void grant_of(const struct hint_reply *reply, struct dnnhint_grant *grant)
{
	if (!grant)
		return;
	*grant = (struct dnnhint_grant) {
		.level = reply->grant,
		.cause = reply->cause,
		.cpus = reply->cpus,
		.khz = reply->khz,
	};
}

/* Send what describes a stream: id 0 makes a new one. */
static int declare(struct dnnhint *h, uint32_t id, const struct dnnhint_stream_params *params,
		   uint32_t own_levels, struct hint_reply *reply)
{
	uint8_t cmd = id ? DNN_GOV_CMD_STREAM_SET : DNN_GOV_CMD_STREAM_ADD;
	struct nl_msg *msg = hint_request(h, cmd, 0, hint_params_bytes());

	if (!msg)
		return hint_fail(h, -ENOMEM, NULL);
	if ((id && nla_put_u32(msg, DNN_GOV_A_STREAM_ID, id)) ||
	    hint_put_params(msg, params, own_levels)) {
		nlmsg_free(msg);
		return hint_fail(h, -ENOMEM, NULL);
	}
	return hint_ask(h, msg, HINT_HAS(STREAM_ID) | HINT_HAS(GRANT), reply);
}

int dnnhint_stream_add(struct dnnhint *h, const struct dnnhint_stream_params *params,
		       uint32_t *stream_id, struct dnnhint_grant *grant)
{
	struct hint_reply reply;
	int ret = hint_check_params(params, 0, h->error, sizeof(h->error));

	if (!ret)
		ret = hint_stream_reserve(h);
	if (!ret)
		ret = declare(h, 0, params, 0, &reply);
	if (ret)
		return ret;
	hint_stream_insert(h, reply.stream_id, params->levels);
	hint_stream_told(h, reply.stream_id, reply.grant);
	*stream_id = reply.stream_id;
	grant_of(&reply, grant);
	return 0;
}

int dnnhint_stream_set(struct dnnhint *h, uint32_t stream_id,
		       const struct dnnhint_stream_params *params, struct dnnhint_grant *grant)
{
	/* Not ours: the kernel says what is wrong, with levels as the caller believes. */
	struct hint_stream *own = hint_stream_find(h, stream_id);
	uint32_t levels = own ? own->levels : params->levels ? params->levels : DNN_GOV_LEVELS_MAX;
	struct hint_reply reply;
	int ret;

	if (!stream_id)
		return hint_fail(h, -EINVAL, "stream_id: 0 is no stream");
	ret = hint_check_params(params, levels, h->error, sizeof(h->error));
	if (!ret)
		ret = declare(h, stream_id, params, levels, &reply);
	if (ret)
		return ret;
	hint_stream_told(h, stream_id, reply.grant);
	grant_of(&reply, grant);
	return 0;
}

int dnnhint_stream_del(struct dnnhint *h, uint32_t stream_id)
{
	struct nl_msg *msg = hint_request(h, DNN_GOV_CMD_STREAM_DEL, NLM_F_ACK, nla_total_size(4));
	int ret;

	if (!msg || nla_put_u32(msg, DNN_GOV_A_STREAM_ID, stream_id)) {
		nlmsg_free(msg);
		return hint_fail(h, -ENOMEM, NULL);
	}
	ret = hint_tell(h, msg);
	if (ret)
		return ret;
	hint_stream_remove(h, stream_id);
	hint_ring_forget(h, stream_id);
	hint_ring_signal(h);
	return 0;
}
