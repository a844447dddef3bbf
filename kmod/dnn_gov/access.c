// SPDX-License-Identifier: GPL-2.0-only
/*
 * Access: who may make streams, who sees their names, on whose account they are.
 *
 * What a request may do is decided by two processes, the one that opened the socket and the
 * one that sends, or goes on with a dump by reading: a socket can be passed on, and be the
 * standard input or output of a program with more rights than whoever started it. Capabilities
 * and the administrator's group count in the first user namespace alone.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/moduleparam.h>
#include <linux/net.h>
#include <linux/netlink.h>
#include <linux/user_namespace.h>
#include <net/sock.h>

#include "access.h"

static int gid = -1;
module_param(gid, int, 0644);
MODULE_PARM_DESC(gid, "group that may make streams without CAP_SYS_NICE (default -1: none)");

/* Whoever waits for an answer, or reads one, has the socket's file. */
static const struct cred *opener(const struct sk_buff *request)
{
	return NETLINK_CB(request).sk->sk_socket->file->f_cred;
}

static bool in_group(const struct cred *cred, kgid_t group)
{
	const struct group_info *groups = cred->group_info;
	int i;

	if (gid_eq(cred->egid, group))
		return true;
	for (i = 0; i < groups->ngroups; i++)
		if (gid_eq(groups->gid[i], group))
			return true;
	return false;
}

/* May the sender of @request, a STREAM_ADD, make streams? Errors: -EPERM. */
int dnn_access_may_add(struct sk_buff *request, struct netlink_ext_ack *extack)
{
	int number = READ_ONCE(gid);

	if (netlink_capable(request, CAP_SYS_NICE))
		return 0;
	if (number >= 0) {
		kgid_t group = make_kgid(&init_user_ns, number);

		if (gid_valid(group) && in_group(current_cred(), group) &&
		    in_group(opener(request), group))
			return 0;
	}
	NL_SET_ERR_MSG(extack, "streams need CAP_SYS_NICE or the group of gid, a module parameter");
	return -EPERM;
}

/* Names tell what a user does; that is nobody else's business but an administrator's. */
bool dnn_access_may_see_name(const struct sk_buff *request, kuid_t owner)
{
	if (uid_eq(owner, current_euid()) && uid_eq(owner, opener(request)->euid))
		return true;
	return netlink_capable(request, CAP_SYS_ADMIN);
}

/*
 * On whose account the caller's streams are; INVALID_UID: limits of a user do not bind it.
 * In a user namespace one user can be many, so it is the one who made the outermost.
 */
kuid_t dnn_access_payer(void)
{
	const struct user_namespace *ns = current_user_ns();

	if (ns == &init_user_ns)
		return ns_capable_noaudit(&init_user_ns, CAP_SYS_RESOURCE) ? INVALID_UID :
									     current_euid();
	while (ns->parent != &init_user_ns)
		ns = ns->parent;
	return ns->owner;
}
