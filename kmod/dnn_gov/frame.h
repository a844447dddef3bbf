/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames: one inference each, from FRAME_BEGIN to FRAME_END.
 */
#ifndef DNN_GOV_FRAME_H
#define DNN_GOV_FRAME_H

#include <linux/dnn_gov.h>
#include <linux/minmax.h>
#include <linux/types.h>

struct dnn_policy;
struct dnn_stream;
struct netlink_ext_ack;
struct task_struct;

/**
 * struct dnn_frame - a pending frame
 * @id: its name, unique in the stream; 0: none
 * @release_ns: when its input was there
 * @deadline_ns: absolute
 * @begin_ns: when it began
 * @begin_grant: the grant it set out with
 * @epoch: the policy's count of starts then; accounts do not reach across them
 * @begin_cycles: the policy's account of cycles then
 * @begin_nj: the policy's account of energy then
 * @begin_frame_ns: CPU time of frames on its CPU then
 * @begin_idle_us: idle time of its CPU then
 * @task: the thread that began it; one reference. It outlives @id if the frame
 *	is abandoned where the reference cannot be given back, until the place is
 *	used again
 * @task_ns: the thread's clock at the begin
 * @run_ns: CPU time of the thread since then, as last seen
 * @cycles: cycles of @run_ns: each part of it at the frequency it was run at
 * @seen_ns: when both were last brought up to date
 * @seen_cycles: the policy's account of cycles then
 * @moved_ns: part of @run_ns that is in the accounts of CPUs it has left
 * @cpu: where it runs
 * @moved: it has changed the CPU
 * @level_done: complete groups as last reported
 * @level_ns: @run_ns at that report
 * @level_cycles: @cycles at that report
 */
struct dnn_frame {
	u64 id;
	u64 release_ns;
	u64 deadline_ns;
	u64 begin_ns;
	u32 begin_grant;
	u32 epoch;
	u64 begin_cycles;
	u64 begin_nj;
	u64 begin_frame_ns;
	u64 begin_idle_us;
	struct task_struct *task;
	u64 task_ns;
	u64 run_ns;
	u64 cycles;
	u64 seen_ns;
	u64 seen_cycles;
	u64 moved_ns;
	unsigned int cpu;
	bool moved;
	u32 level_done;
	u64 level_ns;
	u64 level_cycles;
};

/* The words that a set of CPUs takes in the ABI; bit b of word w is CPU 32 * w + b. */
static inline u32 dnn_cpu_words(void)
{
	return min_t(u32, DIV_ROUND_UP(nr_cpu_ids, 32), DNN_GOV_CPU_WORDS);
}

static inline void dnn_cpu_words_add(u32 *words, unsigned int cpu)
{
	if (cpu / 32 < DNN_GOV_CPU_WORDS)
		words[cpu / 32] |= 1U << (cpu % 32);
}

/**
 * struct dnn_frame_begun - the answer to FRAME_BEGIN
 * @cpus: the caller's room for dnn_cpu_words() words
 */
struct dnn_frame_begun {
	u64 id;
	u64 deadline_ns;
	u32 grant;
	u32 cause;
	u32 khz;
	u32 *cpus;
};

/**
 * struct dnn_frame_ended - the answer to FRAME_END
 */
struct dnn_frame_ended {
	u64 latency_ns;
	u32 grant;
	bool met;
};

bool dnn_frame_room(const struct dnn_policy *dp, const struct dnn_stream *stream, u32 nr,
		    struct netlink_ext_ack *extack);
int dnn_frame_begin(struct dnn_stream *stream, u64 release_ns, struct dnn_frame_begun *begun,
		    struct netlink_ext_ack *extack);
int dnn_frame_progress(struct dnn_stream *stream, u64 id, u32 level,
		       struct netlink_ext_ack *extack);
int dnn_frame_end(struct dnn_stream *stream, u64 id, u32 level, struct dnn_frame_ended *ended,
		  struct netlink_ext_ack *extack);

void dnn_frame_observe(struct dnn_policy *dp, struct dnn_frame *frame, u64 now);
void dnn_frame_rebase(struct dnn_stream *stream, struct dnn_frame *frame, struct dnn_policy *to,
		      u64 now);
void dnn_frame_abandon_all(struct dnn_policy *dp, struct dnn_stream *stream, u64 now);
void dnn_frame_put_tasks(struct dnn_stream *stream);

#endif /* DNN_GOV_FRAME_H */
