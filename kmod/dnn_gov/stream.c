// SPDX-License-Identifier: GPL-2.0-only
/*
 * Streams: what a client has declared, and what has become of it.
 *
 * A stream is bound to the policy whose CPUs its frames run on, and stays bound
 * when the governor leaves that policy: its grant then is the top level and its
 * frames have no effect but that they are counted. When the governor comes back,
 * or to other CPUs of the stream while its own have none, it counts again.
 */
#include <linux/cpufreq.h>
#include <linux/cred.h>
#include <linux/moduleparam.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>
#include <linux/xarray.h>
#include <net/sock.h>

#include "access.h"
#include "arbiter.h"
#include "compat.h"
#include "core_type.h"
#include "event.h"
#include "policy.h"
#include "stream.h"
#include "sysfs.h"
#include "trace.h"

static unsigned int max_streams = 256;
module_param(max_streams, uint, 0644);
MODULE_PARM_DESC(max_streams, "streams in all (default 256)");

static unsigned int max_streams_per_user = 32;
module_param(max_streams_per_user, uint, 0644);
MODULE_PARM_DESC(max_streams_per_user, "streams of a user without CAP_SYS_RESOURCE (default 32)");

/* By id. Changed under dnn_mutex, read under RCU. */
static DEFINE_XARRAY_ALLOC1(dnn_streams);
static u32 dnn_last_id;
static u32 dnn_nr_streams;

/* Streams whose memory is still there; the module must not go before it. */
static atomic_t dnn_unreleased;

/*********************** Finding ***********************/

/* A reference to the stream @id, or NULL. */
struct dnn_stream *dnn_stream_get(u32 id)
{
	struct dnn_stream *stream;

	rcu_read_lock();
	stream = xa_load(&dnn_streams, id);
	if (stream && !kobject_get_unless_zero(&stream->kobj))
		stream = NULL;
	rcu_read_unlock();
	return stream;
}

/* A reference to the stream with the lowest id above @id, which is updated; or NULL. */
struct dnn_stream *dnn_stream_get_next(u32 *id)
{
	struct dnn_stream *stream;
	unsigned long index = *id;

	rcu_read_lock();
	do {
		stream = xa_find_after(&dnn_streams, &index, U32_MAX, XA_PRESENT);
	} while (stream && !kobject_get_unless_zero(&stream->kobj));
	rcu_read_unlock();
	if (stream)
		*id = index;
	return stream;
}

void dnn_stream_put(struct dnn_stream *stream)
{
	kobject_put(&stream->kobj);
}

/* Called by sysfs.c when the last reference is gone. */
void dnn_stream_release(struct kobject *kobj)
{
	struct dnn_stream *stream = container_of(kobj, struct dnn_stream, kobj);

	sock_put(stream->sk);
	kfree_rcu(stream, rcu);
	if (atomic_dec_and_test(&dnn_unreleased))
		wake_up_var(&dnn_unreleased);
}

void dnn_stream_wait_released(void)
{
	wait_var_event(&dnn_unreleased, !atomic_read(&dnn_unreleased));
}

u32 dnn_stream_nr(void)
{
	return READ_ONCE(dnn_nr_streams);
}

/*
 * Lock the policy that @stream is bound to. The caller then looks whether it is
 * dead. The binding may change while the lock is waited for, so look again with it
 * held. Policies stay as long as the module does.
 */
struct dnn_policy *dnn_stream_lock(struct dnn_stream *stream, unsigned long *flags)
	__acquires(&stream->dp->lock)
{
	struct dnn_policy *dp;

	for (;;) {
		dp = READ_ONCE(stream->dp);
		raw_spin_lock_irqsave(&dp->lock, *flags);
		if (likely(dp == stream->dp))
			return dp;
		raw_spin_unlock_irqrestore(&dp->lock, *flags);
	}
}

/*********************** Telling ***********************/

/*
 * Where the plan wants @stream to run. Under its policy's lock; another policy may lose
 * its governor at any time, and the arbiter looks again when it does.
 */
void dnn_stream_run_cpus(const struct dnn_stream *stream, u32 *words)
{
	const struct dnn_policy *dp = stream->want;
	unsigned int cpu;

	if (!dp || !READ_ONCE(dp->policy) || !cpumask_intersects(&dp->cpus, &stream->hint.cpus))
		dp = stream->dp;
	memset(words, 0, dnn_cpu_words() * sizeof(*words));
	for_each_cpu_and(cpu, &dp->cpus, &stream->hint.cpus)
		dnn_cpu_words_add(words, cpu);
}

static void fill_info(const struct dnn_stream *stream, struct dnn_stream_info *info)
{
	const struct dnn_policy *dp = stream->dp;

	info->id = stream->id;
	info->uid = stream->uid;
	strscpy(info->name, stream->hint.name, sizeof(info->name));
	info->period_ns = stream->hint.period_ns;
	info->deadline_ns = stream->hint.deadline_ns;
	info->levels = stream->hint.levels;
	info->min_level = stream->hint.min_level;
	info->weight = stream->hint.weight;
	info->goal = stream->hint.goal;
	info->floor_ppm = stream->hint.floor_ppm;
	info->balance_ppm = stream->hint.balance_ppm;
	info->energy_budget_uj = stream->hint.energy_budget_uj;
	info->grant = stream->grant;
	info->cause = stream->cause;
	info->pending = stream->pending;
	info->khz = dp->running ? dp->want_khz : 0;
	memcpy(info->cost, dp->plan_streams[stream->slot].cost, sizeof(info->cost));
	memcpy(info->accuracy_ppm, stream->hint.accuracy_ppm, sizeof(info->accuracy_ppm));
	info->policy_cpu = dp->cpu;
	dnn_stream_run_cpus(stream, info->run_cpus);
	info->counts = stream->counts;
}

/* False for a stream that is being removed. */
bool dnn_stream_info(struct dnn_stream *stream, struct dnn_stream_info *info)
{
	struct dnn_policy *dp;
	unsigned long flags;
	bool there;

	dp = dnn_stream_lock(stream, &flags);
	there = !stream->dead;
	if (there)
		fill_info(stream, info);
	raw_spin_unlock_irqrestore(&dp->lock, flags);
	return there;
}

/*********************** Binding ***********************/

/*
 * What the planner knows of a stream, from the declaration. The grant and what
 * belongs to it stay.
 */
static void fill_plan_stream(struct plan_stream *ps, const struct dnn_stream_hint *hint)
{
	ps->levels = hint->levels;
	ps->min_level = hint->min_level;
	ps->period_ns = hint->period_ns;
	ps->weight = hint->weight;
	ps->goal = hint->goal;
	ps->floor_ppm = hint->floor_ppm;
	ps->balance_ppm = hint->balance_ppm;
	ps->energy_budget_nj = hint->energy_budget_uj * NSEC_PER_USEC;
	memcpy(ps->accuracy_ppm, hint->accuracy_ppm, sizeof(ps->accuracy_ppm));
	if (ps->grant < ps->min_level)
		ps->grant = ps->min_level;
}

/* The costs have changed. Under @dp->lock. */
void dnn_stream_learnt(struct dnn_policy *dp, struct dnn_stream *stream)
{
	core_cost_get(&stream->costs, dp->type, dnn_core_speed,
		      dp->plan_streams[stream->slot].cost);
}

/* The number of a type of cores will stand for another one. Under dnn_mutex. */
void dnn_stream_forget_type(u32 type)
{
	struct dnn_stream *stream;
	struct dnn_policy *dp;
	unsigned long flags, id;

	xa_for_each(&dnn_streams, id, stream) {
		dp = dnn_stream_lock(stream, &flags);
		core_cost_forget(&stream->costs, type, dnn_core_speed);
		raw_spin_unlock_irqrestore(&dp->lock, flags);
	}
}

/* Under the lock of @dp, which has room. */
static void insert_stream(struct dnn_policy *dp, struct dnn_stream *stream,
			  const struct plan_stream *ps)
{
	u32 slot = dp->nr_streams++;

	stream->slot = slot;
	dp->streams[slot] = stream;
	dp->plan_streams[slot] = *ps;
	dp->pending += stream->pending;
	WRITE_ONCE(stream->dp, dp);
}

/* Under the lock of its policy. The last slot fills the gap. */
static void extract_stream(struct dnn_stream *stream)
{
	struct dnn_policy *dp = stream->dp;
	u32 slot = stream->slot, last = --dp->nr_streams;

	dp->pending -= stream->pending;
	dp->streams[slot] = dp->streams[last];
	dp->streams[slot]->slot = slot;
	dp->plan_streams[slot] = dp->plan_streams[last];
	dp->streams[last] = NULL;
}

/*
 * Bind @stream to @to instead; false if it is full. Under dnn_mutex. Both locks are
 * held at once, the lower address first, because the stream must never be seen
 * without a policy; nobody else takes two.
 */
static bool move_stream(struct dnn_stream *stream, struct dnn_policy *to)
{
	struct dnn_policy *from = stream->dp;
	struct dnn_policy *first = min(from, to), *second = max(from, to);
	struct plan_stream ps;
	unsigned long flags;
	bool room;
	u64 now;
	u32 i;

	raw_spin_lock_irqsave(&first->lock, flags);
	raw_spin_lock_nested(&second->lock, SINGLE_DEPTH_NESTING);
	room = to->nr_streams < PLAN_MAX_STREAMS &&
	       dnn_frame_room(to, stream, stream->pending, NULL);
	if (!room)
		goto unlock;

	now = dnn_now();
	dnn_freq_account(from, now);
	dnn_freq_account(to, now);
	for (i = 0; i < DNN_GOV_FRAMES_MAX; i++)
		if (stream->frames[i].id)
			dnn_frame_rebase(stream, &stream->frames[i], to, now);
	ps = from->plan_streams[stream->slot];
	extract_stream(stream);
	insert_stream(to, stream, &ps);
	dnn_stream_learnt(to, stream);
	trace_dnn_move(stream, from);
	if (stream->want == to)
		stream->want = NULL;
	stream->ignored = 0;
	dnn_plan_apply(from, now);
unlock:
	raw_spin_unlock(&second->lock);
	raw_spin_unlock_irqrestore(&first->lock, flags);
	dnn_policy_kick(from);
	return room;
}

/* Under dnn_mutex: the policy for @cpus, that of @here if that is among them. */
static struct dnn_policy *choose_policy(const struct cpumask *cpus, unsigned int here)
{
	struct dnn_policy *dp;
	unsigned int cpu;

	if (cpumask_test_cpu(here, cpus)) {
		dp = dnn_policy_find(here);
		if (dp)
			return dp;
	}
	for_each_cpu(cpu, cpus) {
		dp = dnn_policy_find(cpu);
		if (dp)
			return dp;
	}
	return NULL;
}

/* The client begins a frame on @cpu: if that is one of its CPUs, the stream goes there. */
void dnn_stream_follow_cpu(struct dnn_stream *stream, unsigned int cpu)
{
	struct dnn_policy *dp;

	/* Policies stay, and so do their CPUs: no lock is needed to look. */
	if (likely(cpumask_test_cpu(cpu, &READ_ONCE(stream->dp)->cpus)))
		return;
	mutex_lock(&dnn_mutex);
	dp = dnn_policy_find(cpu);
	if (dp && dp != stream->dp && !stream->dead &&
	    cpumask_test_cpu(cpu, &stream->hint.cpus))
		move_stream(stream, dp);
	mutex_unlock(&dnn_mutex);
}

/*
 * The governor has come to @dp: take in the streams that may run there and have
 * no governor where they are. Under dnn_mutex.
 */
void dnn_stream_adopt(struct dnn_policy *dp)
{
	struct dnn_stream *stream;
	unsigned long id;

	xa_for_each(&dnn_streams, id, stream)
		if (stream->dp != dp && !stream->dp->policy &&
		    cpumask_intersects(&stream->hint.cpus, &dp->cpus))
			move_stream(stream, dp);
}

/*********************** Adding ***********************/

/* Without figures: the top level takes half of the deadline at the top frequency. */
static void guess_costs(struct dnn_stream_hint *hint, const struct dnn_policy *dp)
{
	u64 cycles = plan_mul_div(hint->deadline_ns, dp->opps[dp->in.nr_opps - 1].khz,
				  2 * NSEC_PER_MSEC);
	u32 i;

	for (i = 0; i < hint->levels; i++) {
		hint->cost[i] = (struct plan_cost) {
			.cycles = plan_mul_div(cycles, i + 1, hint->levels) + 1,
		};
		hint->accuracy_ppm[i] = plan_mul_div(DNN_GOV_PPM, i + 1, hint->levels);
	}
}

static int check_limits(kuid_t payer, struct netlink_ext_ack *extack)
{
	struct dnn_stream *stream;
	unsigned int own = 0;
	unsigned long id;

	if (dnn_nr_streams >= READ_ONCE(max_streams)) {
		NL_SET_ERR_MSG(extack, "max_streams, a module parameter, allows no more streams");
		return -ENOSPC;
	}
	if (!uid_valid(payer))
		return 0;
	xa_for_each(&dnn_streams, id, stream)
		own += uid_eq(stream->payer, payer);
	if (own < READ_ONCE(max_streams_per_user))
		return 0;
	NL_SET_ERR_MSG(extack, "max_streams_per_user, a module parameter, allows no more streams");
	return -ENOSPC;
}

static struct dnn_policy *policy_for(struct dnn_stream_hint *hint, struct netlink_ext_ack *extack)
{
	unsigned int here = raw_smp_processor_id();
	struct dnn_policy *dp;

	if (cpumask_empty(&hint->cpus)) {
		dp = dnn_policy_find(here);
		if (dp)
			cpumask_copy(&hint->cpus, &dp->cpus);
		else
			DNN_ERR_MSG_FMT(extack,
					"governor dnn is not selected on the policy of this CPU",
					"governor dnn is not selected on the policy of CPU %u",
					here);
		return dp;
	}
	dp = choose_policy(&hint->cpus, here);
	if (!dp)
		NL_SET_ERR_MSG(extack,
			       "governor dnn is not selected on any policy of CPUS");
	return dp;
}

/*
 * Make a stream from @hint, for the calling user and the socket @sk with the address @portid.
 * Errors: -ENODEV no CPU of it is under the governor, -ENOSPC a limit, -ENOMEM.
 */
int dnn_stream_add(struct dnn_stream_hint *hint, struct sock *sk, u32 portid,
		   struct dnn_stream_info *info, struct netlink_ext_ack *extack)
{
	struct plan_stream ps = { };
	struct dnn_stream *stream;
	struct dnn_policy *dp;
	unsigned long flags;
	int ret;

	stream = kzalloc(sizeof(*stream), GFP_KERNEL_ACCOUNT);
	if (!stream)
		return -ENOMEM;
	atomic_inc(&dnn_unreleased);
	dnn_sysfs_stream_init(stream);
	current_euid_egid(&stream->uid, &stream->gid);
	stream->payer = dnn_access_payer();
	sock_hold(sk);
	stream->sk = sk;
	stream->portid = portid;

	mutex_lock(&dnn_mutex);
	ret = check_limits(stream->payer, extack);
	if (ret)
		goto put_stream;
	dp = policy_for(hint, extack);
	if (!dp) {
		ret = -ENODEV;
		goto put_stream;
	}
	if (dp->nr_streams == PLAN_MAX_STREAMS) {
		NL_SET_ERR_MSG(extack, "the policy has 64 streams already");
		ret = -ENOSPC;
		goto put_stream;
	}
	if (!hint->has_costs)
		guess_costs(hint, dp);
	stream->hint = *hint;
	stream->last_cpu = dp->cpu;
	stream->grant = hint->levels;
	stream->last_active_ns = dnn_now();
	core_cost_init(&stream->costs, hint->levels, dp->type, hint->cost);

	ps.grant = hint->levels;
	ps.cause = DNN_GOV_CAUSE_NONE;
	ps.fit_since_ns = PLAN_NEVER;
	fill_plan_stream(&ps, hint);

	ret = xa_alloc_cyclic(&dnn_streams, &stream->id, NULL, xa_limit_31b, &dnn_last_id,
			      GFP_KERNEL);
	if (ret < 0)
		goto put_stream;

	raw_spin_lock_irqsave(&dp->lock, flags);
	insert_stream(dp, stream, &ps);
	dnn_stream_learnt(dp, stream);
	raw_spin_unlock_irqrestore(&dp->lock, flags);

	ret = dnn_sysfs_stream_add(stream);
	if (ret)
		goto extract;

	/* Only now can it be found. */
	xa_store(&dnn_streams, stream->id, stream, GFP_KERNEL);
	WRITE_ONCE(dnn_nr_streams, dnn_nr_streams + 1);
	dnn_arbiter_run();
	raw_spin_lock_irqsave(&dp->lock, flags);
	fill_info(stream, info);
	raw_spin_unlock_irqrestore(&dp->lock, flags);
	mutex_unlock(&dnn_mutex);
	return 0;

extract:
	raw_spin_lock_irqsave(&dp->lock, flags);
	stream->dead = true;
	extract_stream(stream);
	raw_spin_unlock_irqrestore(&dp->lock, flags);
	xa_erase(&dnn_streams, stream->id);
put_stream:
	mutex_unlock(&dnn_mutex);
	dnn_stream_put(stream);
	return ret;
}

/*********************** Changing ***********************/

static bool changes(u64 changed, enum dnn_gov_attr attr)
{
	return changed & BIT_ULL(attr);
}

/*
 * Change what @changed names (a mask of attributes) to what @hint says. Pending
 * frames keep their deadlines. Errors: -ENOENT the stream is gone, -EINVAL, -ENODEV
 * no CPU of CPUS is under the governor, -ENOSPC its policy is full.
 */
int dnn_stream_set(struct dnn_stream *stream, const struct dnn_stream_hint *hint, u64 changed,
		   struct dnn_stream_info *info, struct netlink_ext_ack *extack)
{
	struct dnn_stream_hint *own = &stream->hint;
	struct dnn_policy *dp;
	unsigned long flags;
	int ret = 0;
	u64 now;

	mutex_lock(&dnn_mutex);
	if (stream->dead) {
		ret = -ENOENT;
		goto unlock;
	}
	if (changes(changed, DNN_GOV_A_CPUS)) {
		dp = choose_policy(&hint->cpus, raw_smp_processor_id());
		if (!dp) {
			NL_SET_ERR_MSG(extack,
				       "governor dnn is not selected on any policy of CPUS");
			ret = -ENODEV;
			goto unlock;
		}
		/* Not away from where it is without need. */
		if (!cpumask_intersects(&hint->cpus, &stream->dp->cpus) || !stream->dp->policy) {
			if (dp != stream->dp && !move_stream(stream, dp)) {
				NL_SET_ERR_MSG(extack,
					       "the policy of CPUS has 64 streams, or no room for the pending frames");
				ret = -ENOSPC;
				goto unlock;
			}
		}
	}

	/* The mutex keeps the binding and the stream. */
	dp = stream->dp;
	raw_spin_lock_irqsave(&dp->lock, flags);
	if (changes(changed, DNN_GOV_A_CPUS))
		cpumask_copy(&own->cpus, &hint->cpus);
	if (changes(changed, DNN_GOV_A_PERIOD_NS))
		own->period_ns = hint->period_ns;
	if (changes(changed, DNN_GOV_A_DEADLINE_NS))
		own->deadline_ns = hint->deadline_ns;
	if (changes(changed, DNN_GOV_A_WEIGHT))
		own->weight = hint->weight;
	if (changes(changed, DNN_GOV_A_MIN_LEVEL))
		own->min_level = hint->min_level;
	if (changes(changed, DNN_GOV_A_GOAL))
		own->goal = hint->goal;
	if (changes(changed, DNN_GOV_A_ACCURACY_FLOOR_PPM))
		own->floor_ppm = hint->floor_ppm;
	if (changes(changed, DNN_GOV_A_BALANCE_PPM))
		own->balance_ppm = hint->balance_ppm;
	if (changes(changed, DNN_GOV_A_ENERGY_BUDGET_UJ))
		own->energy_budget_uj = hint->energy_budget_uj;
	if (changes(changed, DNN_GOV_A_LEVEL_COSTS)) {
		memcpy(own->cost, hint->cost, sizeof(own->cost));
		memcpy(own->accuracy_ppm, hint->accuracy_ppm, sizeof(own->accuracy_ppm));
		own->has_costs = true;
		core_cost_init(&stream->costs, own->levels, dp->type, own->cost);
		dnn_stream_learnt(dp, stream);
	}
	fill_plan_stream(&dp->plan_streams[stream->slot], own);

	now = dnn_now();
	dnn_plan_apply(dp, now);
	/* Nothing was planned where the governor is about to come or go. */
	if (stream->grant < own->min_level)
		dnn_event_grant(dp, stream, own->min_level, stream->cause, now);
	stream->ignored_ns = 0;
	dnn_policy_unlock(dp, flags);

	dnn_arbiter_run();
	raw_spin_lock_irqsave(&dp->lock, flags);
	fill_info(stream, info);
	raw_spin_unlock_irqrestore(&dp->lock, flags);
unlock:
	mutex_unlock(&dnn_mutex);
	return ret;
}

/*********************** Removing ***********************/

/* Under dnn_mutex. Whoever still has a reference finds it dead. */
static void remove_stream(struct dnn_stream *stream)
{
	struct dnn_policy *dp = stream->dp;
	unsigned long flags;
	u64 now;

	raw_spin_lock_irqsave(&dp->lock, flags);
	now = dnn_now();
	dnn_frame_abandon_all(dp, stream, now);
	stream->dead = true;
	extract_stream(stream);
	dnn_plan_apply(dp, now);
	dp->kick_arbiter = true;
	dnn_policy_unlock(dp, flags);

	xa_erase(&dnn_streams, stream->id);
	WRITE_ONCE(dnn_nr_streams, dnn_nr_streams - 1);
	/* No frame begins in a dead stream, so these are the last. */
	dnn_frame_put_tasks(stream);
	dnn_sysfs_stream_del(stream);
	dnn_stream_put(stream);
}

/* Errors: -ENOENT somebody was faster. */
int dnn_stream_del(struct dnn_stream *stream)
{
	int ret = -ENOENT;

	mutex_lock(&dnn_mutex);
	if (!stream->dead) {
		remove_stream(stream);
		ret = 0;
	}
	mutex_unlock(&dnn_mutex);
	return ret;
}

/*
 * The socket @portid is gone. By now another one may have its address, and streams: they
 * are alive.
 */
void dnn_stream_del_port(u32 portid)
{
	struct dnn_stream *stream;
	unsigned long id;

	mutex_lock(&dnn_mutex);
	xa_for_each(&dnn_streams, id, stream)
		if (stream->portid == portid && sock_flag(stream->sk, SOCK_DEAD))
			remove_stream(stream);
	mutex_unlock(&dnn_mutex);
}

void dnn_stream_del_all(void)
{
	struct dnn_stream *stream;
	unsigned long id;

	mutex_lock(&dnn_mutex);
	xa_for_each(&dnn_streams, id, stream)
		remove_stream(stream);
	mutex_unlock(&dnn_mutex);
}
