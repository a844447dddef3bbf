// SPDX-License-Identifier: GPL-2.0-only
/*
 * A netlink family that answers as it must not, so that the lab can show that it notices. Its
 * attributes have the numbers of dnn_gov's that are of the same kind.
 */
#include <linux/module.h>
#include <net/genetlink.h>

#define CPUS		9	/* words */
#define FRAME_ID	12	/* u64 */
#define MET		22	/* u8 */

static struct genl_family leak_family;

/* Room for 16 bytes that nobody fills in. */
static int put_unfilled(struct sk_buff *skb)
{
	return nla_reserve(skb, CPUS, 16) ? 0 : -EMSGSIZE;
}

static int put_address(struct sk_buff *skb)
{
	u64 address = (unsigned long)&leak_family;

	return nla_put(skb, FRAME_ID, sizeof(address), &address);
}

/* The bytes after a short one are the memory's. */
static int put_padding(struct sk_buff *skb)
{
	struct nlattr *attr = skb_put(skb, nla_total_size(1));

	attr->nla_type = MET;
	attr->nla_len = nla_attr_size(1);
	*(u8 *)nla_data(attr) = 1;
	return 0;
}

static int put_nothing_wrong(struct sk_buff *skb)
{
	u64 number = 12345678901;

	return nla_put_u8(skb, MET, 1) || nla_put(skb, FRAME_ID, sizeof(number), &number);
}

static int (*const puts[])(struct sk_buff *skb) = {
	put_unfilled, put_address, put_padding, put_nothing_wrong,
};

static int leak(struct sk_buff *request, struct genl_info *info)
{
	struct sk_buff *skb = genlmsg_new(256, GFP_KERNEL);
	void *header;

	if (!skb)
		return -ENOMEM;
	header = genlmsg_put_reply(skb, info, &leak_family, 0, info->genlhdr->cmd);
	if (!header || puts[info->genlhdr->cmd - 1](skb)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return genlmsg_reply(skb, info);
}

static const struct genl_ops leak_ops[] = {
	{ .cmd = 1, .doit = leak },
	{ .cmd = 2, .doit = leak },
	{ .cmd = 3, .doit = leak },
	{ .cmd = 4, .doit = leak },
};

static struct genl_family leak_family = {
	.name = "lab_leak",
	.version = 1,
	.module = THIS_MODULE,
	.ops = leak_ops,
	.n_ops = ARRAY_SIZE(leak_ops),
};

static int __init leak_init(void)
{
	return genl_register_family(&leak_family);
}

static void __exit leak_exit(void)
{
	genl_unregister_family(&leak_family);
}

module_init(leak_init);
module_exit(leak_exit);

MODULE_DESCRIPTION("answers that leak memory, for the lab");
MODULE_AUTHOR("dnn_gov developers");
MODULE_LICENSE("GPL");
