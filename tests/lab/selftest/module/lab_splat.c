// SPDX-License-Identifier: GPL-2.0-only
/*
 * Complains as a broken module would, so that the lab can show that it notices.
 */
#include <linux/bug.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>

static char *kind = "none";
module_param(kind, charp, 0444);
MODULE_PARM_DESC(kind, "none, warn, oops, refcount or stall; for kernels with checkers freed, deadlock, sleep, shift, leak, timer or race");

static void *lost;
static struct completion raced = COMPLETION_INITIALIZER(raced);
static unsigned long shared_count;

/* Reads what is free already. */
static void use_freed(void)
{
	int *p = kzalloc(sizeof(*p), GFP_KERNEL);

	if (!p)
		return;
	kfree(p);
	OPTIMIZER_HIDE_VAR(p);
	pr_info("freed: %d\n", READ_ONCE(*p));
}

/* Two locks of one class: with them the other way round elsewhere both would wait for ever. */
static void lock_twice(void)
{
	spinlock_t locks[2];
	int i;

	for (i = 0; i < 2; i++)
		spin_lock_init(&locks[i]);
	spin_lock(&locks[0]);
	spin_lock(&locks[1]);
	spin_unlock(&locks[1]);
	spin_unlock(&locks[0]);
}

static void sleep_atomic(void)
{
	preempt_disable();
	might_sleep();
	preempt_enable();
}

static void shift_far(void)
{
	int by = 40;

	OPTIMIZER_HIDE_VAR(by);
	pr_info("shifted: %d\n", 1 << by);
}

/* Nothing points to it any more. */
static void leak(void)
{
	lost = kmalloc(4000, GFP_KERNEL);
	lost = NULL;
}

static void tick(struct timer_list *timer)
{
}

/* Freed while it is pending; it is far away, so that it never comes. */
static void free_timer(void)
{
	struct timer_list *timer = kzalloc(sizeof(*timer), GFP_KERNEL);

	if (!timer)
		return;
	timer_setup(timer, tick, 0);
	mod_timer(timer, jiffies + 1000 * HZ);
	kfree(timer);
}

static int count_up(void *unused)
{
	unsigned long end = jiffies + 3 * HZ;

	while (time_before(jiffies, end)) {
		shared_count++;
		cond_resched();
	}
	complete(&raced);
	return 0;
}

static int race(void)
{
	int i;

	for (i = 0; i < 2; i++) {
		struct task_struct *task = kthread_create(count_up, NULL, "lab_race/%d", i);

		if (IS_ERR(task))
			return PTR_ERR(task);
		kthread_bind(task, i);
		wake_up_process(task);
	}
	for (i = 0; i < 2; i++)
		wait_for_completion(&raced);
	return 0;
}

static const struct {
	const char *kind;
	void (*splat)(void);
} checked[] = {
	{ "freed", use_freed },
	{ "deadlock", lock_twice },
	{ "sleep", sleep_atomic },
	{ "shift", shift_far },
	{ "leak", leak },
	{ "timer", free_timer },
};

static int __init lab_splat_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(checked); i++) {
		if (!strcmp(kind, checked[i].kind)) {
			checked[i].splat();
			return 0;
		}
	}
	if (!strcmp(kind, "race"))
		return race();
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
