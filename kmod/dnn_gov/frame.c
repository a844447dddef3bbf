// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames: one inference each, from FRAME_BEGIN to FRAME_END.
 *
 * What a frame costs is the CPU time of the thread that brackets it, at the mean
 * frequency of that time: not of the time it waited, which belongs to other frames. A
 * look at it comes before each change of frequency that a plan makes, so each part of
 * its time counts at the frequency it was run at. The scheduler brings a thread's
 * account up to date at the tick at the latest, far too seldom here, so the time since
 * its last update is added. The share of the CPU that others took while the frame was
 * pending is what remains of the time when the CPU time of frames and the idle time
 * are taken away; idle, because a thread that waits loses nothing to others.
 */
#include <linux/cpufreq.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <linux/sched/task.h>

#include "arbiter.h"
#include "compat.h"
#include "core_type.h"
#include "frame.h"
#include "policy.h"
#include "stats.h"
#include "stream.h"
#include "trace.h"

/* A share of others counts for so much when it rises and when it falls. */
#define OTHER_UP_SHIFT		1
#define OTHER_DOWN_SHIFT	3
/* A shorter frame says nothing of the share of others. */
#define OTHER_MIN_NS		(200 * NSEC_PER_USEC)
/* A frame that has had this part of its time, or less, may begin anew elsewhere. */
#define HARDLY_BEGUN		8

/*********************** CPU time ***********************/

/*
 * The scheduler's account of a thread's CPU time, for differences. Without the
 * runqueue's lock the two reads can fall on either side of an update and miss the
 * time between two updates; whoever uses this lets the time only grow.
 */
static u64 task_clock_ns(const struct task_struct *task)
{
	u64 start = READ_ONCE(task->se.exec_start), now = local_clock();
	u64 ns = READ_ONCE(task->se.sum_exec_runtime);

	if (task == current || dnn_task_on_cpu(task))
		ns += plan_sub(now, start);
	return ns;
}

/*
 * Where the scheduler's clock leaves out interrupts or stolen time, the time since
 * the last update is off by what was left out on that CPU since boot. That cancels
 * out for a thread that looks at itself from the CPU it began on, and for nobody
 * else.
 */
static bool task_clock_usable(const struct dnn_frame *frame)
{
	if (!DNN_TASK_CLOCK_LAGS)
		return true;
	return frame->task == current && in_task() && !frame->moved;
}

/* The thread has gone to @cpu: settle what it ran on the CPU before. */
static void move_frame(struct dnn_policy *dp, struct dnn_frame *frame, unsigned int cpu)
{
	if (dnn_cpu(frame->cpu)->dp == dp)
		dnn_cpu(frame->cpu)->frame_ns += frame->run_ns - frame->moved_ns;
	frame->moved_ns = frame->run_ns;
	frame->moved = true;
	frame->cpu = cpu;
	/* At another policy's frequency, of which the accounts here know nothing. */
	if (dnn_cpu(cpu)->dp != dp)
		frame->epoch = dp->epoch - 1;
}

/* @frame has run for @run_ns in all; what is new was at the mean frequency since the last look. */
static void add_run(struct dnn_policy *dp, struct dnn_frame *frame, u64 run_ns, u64 now)
{
	u64 spent = plan_sub(now, frame->seen_ns);

	if (spent)
		frame->cycles += plan_mul_div(dp->cycles - frame->seen_cycles,
					      run_ns - frame->run_ns, spent);
	frame->run_ns = run_ns;
	frame->seen_ns = now;
	frame->seen_cycles = dp->cycles;
}

/* Bring @frame's CPU time, cycles and place up to date. Under @dp->lock. */
void dnn_frame_observe(struct dnn_policy *dp, struct dnn_frame *frame, u64 now)
{
	u64 wall = now - frame->begin_ns, run;
	unsigned int cpu = task_cpu(frame->task);

	if (task_clock_usable(frame))
		run = plan_sub(task_clock_ns(frame->task), frame->task_ns);
	else if (dnn_cpu(frame->cpu)->dp == dp)
		run = plan_mul_div(wall, PLAN_PPM - dp->other_ppm[dnn_cpu(frame->cpu)->index],
				   PLAN_PPM);
	else
		run = wall;
	dnn_freq_account(dp, now);
	add_run(dp, frame, clamp(run, frame->run_ns, max(wall, frame->run_ns)), now);
	if (cpu != frame->cpu)
		move_frame(dp, frame, cpu);
}

/* Whose time it was is unknown: all since the begin is taken for the frame's. */
static void take_all_time(struct dnn_policy *dp, struct dnn_frame *frame, u64 now)
{
	u64 wall = now - frame->begin_ns;

	if (frame->run_ns >= wall)
		return;
	frame->run_ns = wall;
	frame->cycles = dp->cycles - frame->begin_cycles;
}

/* @frame runs here, in the thread that is its own, and its accounts begin now. */
static void start_accounts(struct dnn_policy *dp, struct dnn_frame *frame, u64 now)
{
	frame->begin_ns = now;
	frame->epoch = dp->epoch;
	frame->begin_cycles = dp->cycles;
	frame->begin_nj = dp->busy_nj;
	frame->task_ns = task_clock_ns(current);
	frame->run_ns = 0;
	frame->cycles = 0;
	frame->seen_ns = now;
	frame->seen_cycles = dp->cycles;
	frame->moved_ns = 0;
	frame->moved = false;
	frame->cpu = smp_processor_id();
	frame->begin_frame_ns = dnn_load_frame_ns(dp, frame->cpu, now);
	frame->begin_idle_us = dnn_load_idle_us(frame->cpu);
}

/* Has @frame done so little that it makes no difference where? */
static bool hardly_begun(const struct dnn_stream *stream, const struct dnn_frame *frame)
{
	const struct dnn_policy *dp = stream->dp;
	const struct plan_cost *cost = &dp->plan_streams[stream->slot].cost[stream->grant - 1];

	return !frame->level_done && dp->cur_khz &&
	       frame->run_ns <= plan_time_ns(cost, dp->cur_khz, false) / HARDLY_BEGUN;
}

/*
 * @frame's stream goes to another policy. The accounts of the two have no common zero
 * and may belong to different types of cores: it teaches nothing any more, unless it
 * only begins where it has come to.
 */
void dnn_frame_rebase(struct dnn_stream *stream, struct dnn_frame *frame, struct dnn_policy *to,
		      u64 now)
{
	struct dnn_policy *from = stream->dp;

	dnn_frame_observe(from, frame, now);
	move_frame(from, frame, frame->cpu);
	if (frame->task == current && in_task() && hardly_begun(stream, frame) &&
	    cpumask_test_cpu(smp_processor_id(), &to->cpus)) {
		start_accounts(to, frame, now);
		return;
	}
	frame->begin_cycles += to->cycles - from->cycles;
	frame->seen_cycles += to->cycles - from->cycles;
	frame->begin_nj += to->busy_nj - from->busy_nj;
	frame->epoch = to->epoch - 1;
}

/*********************** Ends ***********************/

static struct dnn_frame *find_frame(struct dnn_stream *stream, u64 id)
{
	u32 i;

	for (i = 0; i < DNN_GOV_FRAMES_MAX; i++)
		if (stream->frames[i].id == id)
			return &stream->frames[i];
	return NULL;
}

/* @frame is no longer pending. Its thread's reference stays with it. */
static void retire_frame(struct dnn_policy *dp, struct dnn_stream *stream,
			 struct dnn_frame *frame, enum dnn_outcome outcome, u64 now)
{
	u64 wall = now - frame->begin_ns, nj = 0;

	dnn_freq_account(dp, now);
	if (frame->epoch == dp->epoch && wall)
		nj = plan_mul_div(dp->busy_nj - frame->begin_nj, frame->run_ns, wall);
	if (dnn_cpu(frame->cpu)->dp == dp)
		dnn_cpu(frame->cpu)->frame_ns += frame->run_ns - frame->moved_ns;
	frame->id = 0;
	stream->pending--;
	dp->pending--;

	switch (outcome) {
	case DNN_MET:
		stream->counts.met++;
		break;
	case DNN_MISSED:
		stream->counts.missed++;
		break;
	case DNN_ABANDONED:
		stream->counts.abandoned++;
		break;
	}
	if (outcome != DNN_ABANDONED)
		stream->counts.latency[dnn_latency_bucket(now - frame->release_ns,
							  frame->deadline_ns -
							  frame->release_ns)]++;
	stream->counts.energy_nj += nj;
	dnn_stats_ended(outcome, nj);
}

/* Under @dp->lock, maybe in a timer's handler. */
void dnn_frame_abandon_all(struct dnn_policy *dp, struct dnn_stream *stream, u64 now)
{
	u32 i;

	for (i = 0; i < DNN_GOV_FRAMES_MAX; i++) {
		struct dnn_frame *frame = &stream->frames[i];

		if (!frame->id)
			continue;
		dnn_frame_observe(dp, frame, now);
		retire_frame(dp, stream, frame, DNN_ABANDONED, now);
	}
}

/* Of a stream that nobody can reach any more. */
void dnn_frame_put_tasks(struct dnn_stream *stream)
{
	u32 i;

	for (i = 0; i < DNN_GOV_FRAMES_MAX; i++) {
		if (stream->frames[i].task)
			put_task_struct(stream->frames[i].task);
		stream->frames[i].task = NULL;
	}
}

/*********************** What a frame teaches ***********************/

/* The share that others took of the CPU of @frame, which ends. */
static u32 measure_other(struct dnn_policy *dp, const struct dnn_frame *frame, u64 now)
{
	u64 wall = now - frame->begin_ns, frames, idle, other;
	struct dnn_cpu *c = dnn_cpu(frame->cpu);
	u32 *smooth, sample;

	if (frame->moved || c->dp != dp || wall < OTHER_MIN_NS)
		return 0;
	frames = dnn_load_frame_ns(dp, frame->cpu, now) - frame->begin_frame_ns;
	idle = plan_sub(dnn_load_idle_us(frame->cpu), frame->begin_idle_us) * NSEC_PER_USEC;
	other = plan_sub(plan_sub(wall, frames), idle);
	sample = plan_mul_div(other, PLAN_PPM, wall);

	smooth = &dp->other_ppm[c->index];
	if (sample > *smooth)
		*smooth += (sample - *smooth) >> OTHER_UP_SHIFT;
	else
		*smooth -= (*smooth - sample + (1 << OTHER_DOWN_SHIFT) - 1) >> OTHER_DOWN_SHIFT;
	return sample;
}

static u32 mean_khz(u64 cycles, u64 run_ns)
{
	return run_ns ? min_t(u64, plan_mul_div(cycles, NSEC_PER_MSEC, run_ns), U32_MAX) : 0;
}

/* @frame goes on after a level that it is done with. */
static void learn_report(struct dnn_policy *dp, struct dnn_stream *stream,
			 const struct dnn_frame *frame)
{
	if (frame->epoch != dp->epoch || !dp->running || frame->task != current ||
	    frame->level_done >= stream->grant)
		return;
	core_cost_report(&stream->costs, dp->type, frame->level_done,
			 mean_khz(frame->level_cycles, frame->level_ns), frame->level_ns);
	dnn_stream_learnt(dp, stream);
}

/*
 * A frame that stopped short of the level it set out for may have begun a group that
 * it never finished. If it told when it was done with the last complete one, that is
 * the cost of the level; if not, and it was told to stop, it teaches nothing. One
 * that stopped by itself ran out of time, and must not go without effect. Returns
 * the mean frequency.
 */
static u32 learn_cost(struct dnn_policy *dp, struct dnn_stream *stream,
		      const struct dnn_frame *frame, u32 level)
{
	u64 cycles = frame->cycles, run = frame->run_ns;
	u32 khz;

	if (frame->epoch != dp->epoch || !dp->running)
		return 0;
	if (level && level < frame->begin_grant) {
		if (level == frame->level_done) {
			cycles = frame->level_cycles;
			run = frame->level_ns;
		} else if (stream->grant < frame->begin_grant) {
			level = 0;
		}
	}
	khz = mean_khz(cycles, run);
	if (level && khz) {
		core_cost_learn(&stream->costs, dp->type, dnn_core_speed, level, khz, run,
				READ_ONCE(dp->tunables->miss_target_ppm));
		dnn_stream_learnt(dp, stream);
		trace_dnn_learn(stream, level, khz, run);
	}
	return khz;
}

/*********************** Requests ***********************/

/* A release that a request names, or now. */
static int check_release(const struct dnn_stream *stream, u64 now, u64 *release,
			 struct netlink_ext_ack *extack)
{
	if (!*release)
		*release = now;
	if (*release <= now && now - *release <= stream->hint.deadline_ns)
		return 0;
	NL_SET_ERR_MSG(extack, "RELEASE_NS must be at most now and no more than DEADLINE_NS ago");
	return -ERANGE;
}

/* The texts here have them. */
static_assert(DNN_GOV_FRAMES_MAX == 4);
static_assert(DNN_PENDING_MAX == 64);
static_assert(DNN_PENDING_USER_MAX == 32);

/* Pending frames on @dp of who pays for @stream. */
static u32 pending_of_payer(const struct dnn_policy *dp, const struct dnn_stream *stream)
{
	u32 i, pending = 0;

	for (i = 0; i < dp->nr_streams; i++)
		if (uid_eq(dp->streams[i]->payer, stream->payer))
			pending += dp->streams[i]->pending;
	return pending;
}

/* May @nr more frames of @stream be pending on @dp? Under the lock of @dp. */
bool dnn_frame_room(const struct dnn_policy *dp, const struct dnn_stream *stream, u32 nr,
		    struct netlink_ext_ack *extack)
{
	if (dp->pending + nr > DNN_PENDING_MAX) {
		NL_SET_ERR_MSG(extack, "the policy has 64 pending frames already");
		return false;
	}
	if (dp->pending + nr > DNN_PENDING_USER_MAX && uid_valid(stream->payer) &&
	    pending_of_payer(dp, stream) + nr > DNN_PENDING_USER_MAX) {
		NL_SET_ERR_MSG(extack, "the user has 32 pending frames of the policy already");
		return false;
	}
	return true;
}

/*
 * @release_ns of 0 is now. In the caller's thread, which is the frame's.
 * Errors: -ENOENT the stream is gone, -ERANGE a bad release, -EBUSY too many
 * pending frames.
 */
int dnn_frame_begin(struct dnn_stream *stream, u64 release_ns, struct dnn_frame_begun *begun,
		    struct netlink_ext_ack *extack)
{
	struct task_struct *old_task = NULL;
	struct dnn_frame *frame;
	struct dnn_policy *dp;
	unsigned long flags;
	int ret = -EBUSY;
	u64 now;

	dnn_stream_follow_cpu(stream, raw_smp_processor_id());

	dp = dnn_stream_lock(stream, &flags);
	if (stream->dead) {
		ret = -ENOENT;
		goto unlock;
	}
	if (stream->pending == DNN_GOV_FRAMES_MAX) {
		NL_SET_ERR_MSG(extack, "the stream has 4 pending frames already");
		goto unlock;
	}
	if (!dnn_frame_room(dp, stream, 1, extack))
		goto unlock;
	now = dnn_now();
	ret = check_release(stream, now, &release_ns, extack);
	if (ret)
		goto unlock;

	dnn_freq_account(dp, now);
	frame = find_frame(stream, 0);
	old_task = frame->task;
	*frame = (struct dnn_frame) {
		.id = ++stream->last_frame_id,
		.release_ns = release_ns,
		.deadline_ns = release_ns + stream->hint.deadline_ns,
		.task = get_task_struct(current),
	};
	start_accounts(dp, frame, now);
	stream->pending++;
	dp->pending++;
	stream->counts.frames++;
	dnn_stats_begun();
	stream->stale = false;
	stream->last_release_ns = release_ns;
	stream->last_active_ns = now;
	stream->last_cpu = frame->cpu;
	stream->shares = current->policy != SCHED_DEADLINE;
	stream->ignored += !!stream->want;

	dnn_plan_apply(dp, now);

	frame->begin_grant = stream->grant;
	begun->id = frame->id;
	begun->deadline_ns = frame->deadline_ns;
	begun->grant = stream->grant;
	begun->cause = stream->cause;
	begun->khz = dp->running ? dp->want_khz : 0;
	dnn_stream_run_cpus(stream, begun->cpus);
	trace_dnn_frame_begin(stream, frame, begun->khz);
unlock:
	dnn_policy_unlock(dp, flags);
	if (old_task)
		put_task_struct(old_task);
	return ret;
}

static int check_level(const struct dnn_stream *stream, const struct dnn_frame *frame, u32 level,
		       struct netlink_ext_ack *extack)
{
	/* All frames of a stream that is being removed are gone already. */
	if (!frame) {
		NL_SET_ERR_MSG(extack, "FRAME_ID names no pending frame of the stream");
		return -ENOENT;
	}
	if (level > stream->hint.levels) {
		DNN_ERR_MSG_FMT(extack, "LEVEL_DONE must be 0..LEVELS of the stream",
				"LEVEL_DONE must be 0..%u", stream->hint.levels);
		return -ERANGE;
	}
	return 0;
}

/*
 * A thread that has gone where the answer to FRAME_BEGIN wanted it says so with a @level
 * of 0, and the frame is planned there.
 * Errors: -ENOENT the stream or the frame is gone, -ERANGE a bad level.
 */
int dnn_frame_progress(struct dnn_stream *stream, u64 id, u32 level,
		       struct netlink_ext_ack *extack)
{
	struct dnn_frame *frame;
	struct dnn_policy *dp;
	unsigned long flags;
	u64 now;
	int ret;

	if (!level)
		dnn_stream_follow_cpu(stream, raw_smp_processor_id());

	dp = dnn_stream_lock(stream, &flags);
	frame = find_frame(stream, id);
	ret = check_level(stream, frame, level, extack);
	if (ret)
		goto unlock;
	if (level < frame->level_done) {
		NL_SET_ERR_MSG(extack, "LEVEL_DONE must not fall within a frame");
		ret = -ERANGE;
		goto unlock;
	}

	now = dnn_now();
	stream->last_active_ns = now;
	dnn_frame_observe(dp, frame, now);
	if (level > frame->level_done) {
		frame->level_done = level;
		frame->level_ns = frame->run_ns;
		frame->level_cycles = frame->cycles;
		learn_report(dp, stream, frame);
	}
	trace_dnn_frame_progress(stream, frame, now, level);
	dnn_plan_apply(dp, now);
unlock:
	dnn_policy_unlock(dp, flags);
	return ret;
}

/* @level of 0 abandons the frame. Errors as for dnn_frame_progress(). */
int dnn_frame_end(struct dnn_stream *stream, u64 id, u32 level, struct dnn_frame_ended *ended,
		  struct netlink_ext_ack *extack)
{
	struct task_struct *task = NULL;
	struct plan_cost expected = { };
	struct dnn_frame *frame;
	struct dnn_policy *dp;
	u32 khz, other_ppm = 0;
	unsigned long flags;
	u64 now;
	int ret;

	dp = dnn_stream_lock(stream, &flags);
	frame = find_frame(stream, id);
	ret = check_level(stream, frame, level, extack);
	if (ret)
		goto unlock;

	now = dnn_now();
	dnn_frame_observe(dp, frame, now);
	if (frame->task == current)
		other_ppm = measure_other(dp, frame, now);
	else	/* threads hand frames on */
		take_all_time(dp, frame, now);
	if (level)
		expected = dp->plan_streams[stream->slot].cost[level - 1];
	khz = learn_cost(dp, stream, frame, level);
	ended->latency_ns = now - frame->release_ns;
	ended->met = level && now <= frame->deadline_ns;
	trace_dnn_frame_end(stream, frame, now, level, khz, other_ppm, &expected);
	task = frame->task;
	frame->task = NULL;
	stream->last_active_ns = now;
	retire_frame(dp, stream, frame,
		     !level ? DNN_ABANDONED : ended->met ? DNN_MET : DNN_MISSED, now);

	dnn_plan_apply(dp, now);
	dp->kick_arbiter |= dnn_arbiter_due(now);
	ended->grant = stream->grant;
unlock:
	dnn_policy_unlock(dp, flags);
	if (task)
		put_task_struct(task);
	return ret;
}
