/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Access: who may make streams, who sees their names, on whose account they are.
 */
#ifndef DNN_GOV_ACCESS_H
#define DNN_GOV_ACCESS_H

#include <linux/uidgid.h>

struct netlink_ext_ack;
struct sk_buff;

int dnn_access_may_add(struct sk_buff *request, struct netlink_ext_ack *extack);
bool dnn_access_may_see_name(const struct sk_buff *request, kuid_t owner);
kuid_t dnn_access_payer(void);

#endif /* DNN_GOV_ACCESS_H */
