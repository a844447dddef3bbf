// SPDX-License-Identifier: MIT
#include "fake_message.h"

#include <criterion/criterion.h>
#include <string.h>

#include <linux/dnn_gov.h>
#include <linux/genetlink.h>

struct nlmsghdr *message_last(struct message *m)
{
	return (struct nlmsghdr *)(m->data + m->last);
}

void message_append(struct message *m, const void *data, size_t bytes)
{
	size_t room = NLMSG_ALIGN(bytes);

	cr_assert_leq(m->bytes + room, sizeof(m->data));
	memset(m->data + m->bytes, 0, room);
	if (bytes)
		memcpy(m->data + m->bytes, data, bytes);
	m->bytes += room;
	message_last(m)->nlmsg_len = (uint32_t)(m->bytes - m->last);
}

void message_start(struct message *m, const struct nlmsghdr *request, int type, int flags)
{
	const struct nlmsghdr header = {
		.nlmsg_type = (uint16_t)type, .nlmsg_flags = (uint16_t)flags,
		.nlmsg_seq = request ? request->nlmsg_seq : 0,
		.nlmsg_pid = request ? request->nlmsg_pid : 0,
	};

	m->last = m->bytes;
	message_append(m, &header, sizeof(header));
}

void message_start_genl(struct message *m, const struct nlmsghdr *request, int type, int flags,
			uint8_t cmd)
{
	const struct genlmsghdr genl = { .cmd = cmd, .version = DNN_GOV_GENL_VERSION };

	message_start(m, request, type, flags);
	message_append(m, &genl, sizeof(genl));
}

void message_put(struct message *m, int attr, const void *data, size_t bytes)
{
	const struct nlattr head = {
		.nla_len = (uint16_t)(NLA_HDRLEN + bytes), .nla_type = (uint16_t)attr,
	};

	message_append(m, &head, sizeof(head));
	message_append(m, data, bytes);
}

size_t message_nest(struct message *m, int attr)
{
	size_t at = m->bytes;

	message_put(m, attr | NLA_F_NESTED, NULL, 0);
	return at;
}

void message_nest_end(struct message *m, size_t at)
{
	((struct nlattr *)(m->data + at))->nla_len = (uint16_t)(m->bytes - at);
}
