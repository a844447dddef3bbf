/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The generic netlink family.
 */
#ifndef DNN_GOV_NETLINK_H
#define DNN_GOV_NETLINK_H

#include <linux/dnn_gov.h>
#include <net/netlink.h>

struct dnn_event;
struct dnn_stream_hint;

/* netlink.c */
int dnn_netlink_register(void);
void dnn_netlink_unregister(void);
int dnn_netlink_pressure(u32 stream_id, u32 portid, const struct dnn_event *event);

/* nlattr.c */
extern const struct nla_policy dnn_nl_add_policy[DNN_GOV_A_MAX + 1];
extern const struct nla_policy dnn_nl_set_policy[DNN_GOV_A_MAX + 1];
extern const struct nla_policy dnn_nl_stream_policy[DNN_GOV_A_STREAM_ID + 1];
extern const struct nla_policy dnn_nl_begin_policy[DNN_GOV_A_RELEASE_NS + 1];
extern const struct nla_policy dnn_nl_frame_policy[DNN_GOV_A_LEVEL_DONE + 1];
extern const struct nla_policy dnn_nl_none_policy[2];
int dnn_nl_check_stream(struct nlattr **attrs, struct netlink_ext_ack *extack);
int dnn_nl_check_frame(struct nlattr **attrs, struct netlink_ext_ack *extack);
int dnn_nl_check_hint(struct nlattr **attrs, struct netlink_ext_ack *extack);
int dnn_nl_parse_hint(struct nlattr **attrs, u32 own_levels, struct dnn_stream_hint *hint,
		      u64 *given, struct netlink_ext_ack *extack);

#endif /* DNN_GOV_NETLINK_H */
