// SPDX-License-Identifier: GPL-2.0-only
/*
 * Complains as a broken module would, so that the lab can show that it notices.
 */
#include <linux/bug.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/string.h>

static char *kind = "none";
module_param(kind, charp, 0444);
MODULE_PARM_DESC(kind, "none, warn, oops, refcount or stall");

static int __init lab_splat_init(void)
{
	if (!strcmp(kind, "none"))
		return 0;
	if (!strcmp(kind, "warn")) {
		WARN_ON_ONCE(kind);
		return 0;
	}
	if (!strcmp(kind, "oops")) {
		/* In the first page, which is never mapped. */
		WRITE_ONCE(*(int *)16, 1);
		return 0;
	}
	if (!strcmp(kind, "refcount")) {
		refcount_t count = REFCOUNT_INIT(0);

		refcount_inc(&count);
		return 0;
	}
	if (!strcmp(kind, "stall")) {
		/* Longer than the stall timeout the self test boots with. */
		rcu_read_lock();
		mdelay(4500);
		rcu_read_unlock();
		return 0;
	}
	return -EINVAL;
}

static void __exit lab_splat_exit(void)
{
}

module_init(lab_splat_init);
module_exit(lab_splat_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Kernel splats on demand, for the lab's self test");
