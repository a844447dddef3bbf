/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Streams: what a client has declared, and what has become of it.
 */
#ifndef DNN_GOV_STREAM_H
#define DNN_GOV_STREAM_H

#include <linux/cpumask.h>
#include <linux/dnn_gov.h>
#include <linux/kobject.h>
#include <linux/rcupdate.h>
#include <linux/uidgid.h>

#include "core_cost.h"
#include "event.h"
#include "frame.h"
#include "stats.h"

struct dnn_policy;
struct netlink_ext_ack;
struct sock;

/**
 * struct dnn_stream_hint - what a client declares of a stream
 * @name: for people
 * @period_ns: between releases
 * @deadline_ns: from a frame's release
 * @levels: groups of the network
 * @min_level: grants never go below
 * @weight: worth of its accuracy
 * @goal: what it wants of the levels that are feasible (enum dnn_gov_goal)
 * @floor_ppm: accuracy that a @goal other than the highest does not go below of itself
 * @balance_ppm: worth of energy against accuracy where @goal is a balance
 * @energy_budget_uj: energy of a frame at the most; 0: any
 * @cpus: where it may run; empty: the policy of the CPU that asks
 * @has_costs: @cost and @accuracy_ppm were given
 * @cost: the cost of level 1..@levels, at index level - 1
 * @accuracy_ppm: the accuracy of it
 */
struct dnn_stream_hint {
	char name[DNN_GOV_NAME_MAX];
	u64 period_ns;
	u64 deadline_ns;
	u32 levels;
	u32 min_level;
	u32 weight;
	u32 goal;
	u32 floor_ppm;
	u32 balance_ppm;
	u64 energy_budget_uj;
	struct cpumask cpus;
	bool has_costs;
	struct plan_cost cost[DNN_GOV_LEVELS_MAX];
	u32 accuracy_ppm[DNN_GOV_LEVELS_MAX];
};

/**
 * struct dnn_stream_counts - what became of its frames
 * @frames: begun; met, missed, abandoned and pending ones add up to it
 * @latency: of those met and missed, how many by their latency, see dnn_latency_bucket()
 */
struct dnn_stream_counts {
	u64 frames;
	u64 met;
	u64 missed;
	u64 abandoned;
	u64 energy_nj;
	u64 latency[DNN_LATENCY_BUCKETS];
};

/**
 * struct dnn_stream - one periodic source of frames
 *
 * Lifetime: from STREAM_ADD to STREAM_DEL or the end of its socket, and as long as
 * somebody holds @kobj; freed after a grace period, because it is looked up
 * under RCU.
 *
 * @kobj: its reference count and its directory in sysfs
 * @rcu: for freeing
 * @id: never 0
 * @sk: the socket it belongs to
 * @portid: and its address, which may be another's as soon as it is closed
 * @uid: the user who made it
 * @gid: and the group
 * @payer: on whose account it is, see dnn_access_payer()
 * @dp: the policy it is bound to. Changed under dnn_mutex and the locks of both
 *	policies, so holding either is enough to rely on it; see dnn_stream_lock()
 * @hint: the declaration; under @dp->lock, the mask and the name under dnn_mutex
 *
 * The rest is under @dp->lock:
 * @dead: it is being removed and bound nowhere, whatever @dp says
 * @stale: it has begun no frame for too long and has no vote
 * @slot: its index in the policy's arrays
 * @grant: the level last told
 * @cause: why it is not the top one
 * @pending: frames begun and not ended
 * @frames: them; a frame with no id is free
 * @last_frame_id: the newest frame
 * @last_release_ns: and its release; 0: there was none
 * @last_active_ns: when the client last said something about a frame
 * @last_cpu: where it ran then
 * @shares: its thread, then, was one that shares a CPU with others evenly
 * @costs: what its frames have turned out to cost
 * @want: the policy it should run on; NULL: the one it is bound to
 * @want_ns: when that changed last; 0: never
 * @ignored: frames begun elsewhere since
 * @ignored_ns: when the client was found not to follow; 0: never
 * @counts: what became of them
 * @events: changes of the grant that wait to be sent
 */
struct dnn_stream {
	struct kobject kobj;
	struct rcu_head rcu;
	u32 id;
	struct sock *sk;
	u32 portid;
	kuid_t uid;
	kgid_t gid;
	kuid_t payer;
	struct dnn_policy *dp;
	struct dnn_stream_hint hint;

	bool dead;
	bool stale;
	u32 slot;
	u32 grant;
	u32 cause;
	u32 pending;
	struct dnn_frame frames[DNN_GOV_FRAMES_MAX];
	u64 last_frame_id;
	u64 last_release_ns;
	u64 last_active_ns;
	unsigned int last_cpu;
	bool shares;
	struct core_cost costs;
	struct dnn_policy *want;
	u64 want_ns;
	u32 ignored;
	u64 ignored_ns;
	struct dnn_stream_counts counts;
	struct dnn_event_ring events;
};

/**
 * struct dnn_stream_info - a consistent copy of a stream for telling about it
 */
struct dnn_stream_info {
	u32 id;
	kuid_t uid;
	char name[DNN_GOV_NAME_MAX];
	u64 period_ns;
	u64 deadline_ns;
	u32 levels;
	u32 min_level;
	u32 weight;
	u32 goal;
	u32 floor_ppm;
	u32 balance_ppm;
	u64 energy_budget_uj;
	u32 grant;
	u32 cause;
	u32 pending;
	u32 khz;
	struct plan_cost cost[DNN_GOV_LEVELS_MAX];
	u32 accuracy_ppm[DNN_GOV_LEVELS_MAX];
	unsigned int policy_cpu;
	u32 run_cpus[DNN_GOV_CPU_WORDS];
	struct dnn_stream_counts counts;
};

int dnn_stream_add(struct dnn_stream_hint *hint, struct sock *sk, u32 portid,
		   struct dnn_stream_info *info, struct netlink_ext_ack *extack);
int dnn_stream_set(struct dnn_stream *stream, const struct dnn_stream_hint *hint, u64 changed,
		   struct dnn_stream_info *info, struct netlink_ext_ack *extack);
int dnn_stream_del(struct dnn_stream *stream);
void dnn_stream_del_port(u32 portid);
void dnn_stream_del_all(void);
void dnn_stream_wait_released(void);

struct dnn_stream *dnn_stream_get(u32 id);
struct dnn_stream *dnn_stream_get_next(u32 *id);
void dnn_stream_put(struct dnn_stream *stream);
u32 dnn_stream_nr(void);
bool dnn_stream_info(struct dnn_stream *stream, struct dnn_stream_info *info);

struct dnn_policy *dnn_stream_lock(struct dnn_stream *stream, unsigned long *flags)
	__acquires(&stream->dp->lock);
void dnn_stream_follow_cpu(struct dnn_stream *stream, unsigned int cpu);
void dnn_stream_run_cpus(const struct dnn_stream *stream, u32 *words);
void dnn_stream_adopt(struct dnn_policy *dp);
void dnn_stream_forget_type(u32 type);
void dnn_stream_learnt(struct dnn_policy *dp, struct dnn_stream *stream);

#endif /* DNN_GOV_STREAM_H */
