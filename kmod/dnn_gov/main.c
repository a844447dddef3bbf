// SPDX-License-Identifier: GPL-2.0-only
/*
 * dnn_gov: a cpufreq governor that is told what must be ready by when.
 *
 * Lock order, outermost first:
 *
 *	cpufreq_policy::rwsem		the core's, around governor callbacks
 *	dnn_mutex			lists of policies and streams, who is bound where
 *	gov_attr_set::update_lock	the core's, around stores to tunables
 *	dnn_event_mutex			sending events in order
 *	dnn_policy::switch_mutex	the driver's slow path; taken with none of the
 *					three above but the rwsem
 *	a runqueue's lock		around the update hook
 *	dnn_policy::lock		raw; plans, frames, frequency. Two at once, by
 *					address, only to move a stream
 *	dnn_stats_lock			raw
 *
 * Under dnn_policy::lock nobody is woken, because waking takes a runqueue's lock:
 * what must wake somebody is left to dnn_policy_unlock().
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <net/genetlink.h>

#include "arbiter.h"
#include "event.h"
#include "netlink.h"
#include "policy.h"
#include "stream.h"
#include "sysfs.h"

static int __init dnn_module_init(void)
{
	int ret;

	ret = dnn_arbiter_init();
	if (ret)
		return ret;
	ret = dnn_sysfs_init();
	if (ret)
		goto exit_arbiter;
	ret = dnn_netlink_register();
	if (ret)
		goto exit_sysfs;
	ret = dnn_policy_register();
	if (ret)
		goto unregister_netlink;
	return 0;

unregister_netlink:
	dnn_netlink_unregister();
exit_sysfs:
	dnn_sysfs_exit();
exit_arbiter:
	dnn_arbiter_exit();
	return ret;
}

/*
 * No policy has the governor any more, so no stream can be added, no grant changes
 * and no event comes. The family goes before the streams: a client then finds that the
 * module is gone, not that its stream is. And it goes before the arbiter stops, as
 * requests kick that.
 */
static void __exit dnn_module_exit(void)
{
	dnn_policy_unregister();
	dnn_event_stop();
	dnn_netlink_unregister();
	dnn_arbiter_stop();
	dnn_stream_del_all();
	dnn_stream_wait_released();
	dnn_policy_free_all();
	dnn_sysfs_exit();
	dnn_arbiter_exit();
}

module_init(dnn_module_init);
module_exit(dnn_module_exit);

MODULE_DESCRIPTION("cpufreq governor for dynamic neural networks with deadlines");
MODULE_AUTHOR("dnn_gov developers");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
MODULE_ALIAS("cpufreq_dnn");
MODULE_ALIAS_GENL_FAMILY(DNN_GOV_GENL_NAME);
