/* SPDX-License-Identifier: MIT */
/*
 * libdyndnn_runtime: run a dynamic network with a deadline, together with the kernel.
 *
 * A client is one session that runs as one stream of the governor dnn: for each frame it
 * asks for the grant, runs so many groups on the CPUs that the plan names, stops at the
 * last complete group when the rest cannot be done in time, and tells what was done.
 * Without the module, or where it refuses, the client runs on with a level control of its
 * own, on all CPUs that it may use, and asks again from time to time.
 *
 * Threads: the client starts none. The session's threads go where the calling one goes, and
 * never more of them share a frame than there are CPUs: the plan's CPUs decide about both.
 *
 *	With one thread, groups run one after the other. Before each layer the client looks at
 *	the clock, and before each group at the grant: pressure counts within the frame.
 *
 *	With more, groups run at the same time where the session has found that to be faster.
 *	The engine still looks at the clock before each layer, but the grant is only looked
 *	at when a frame begins: pressure counts for the next one. The governor counts the
 *	calling thread's CPU time as the frame's; the other threads' is load like any other.
 *
 *	struct dyndnn_client_options options = { .name = "camera", .deadline_ns = 33000000 };
 *	struct dyndnn_client *client;
 *	struct dyndnn_error err;
 *
 *	if (dyndnn_client_open(session, &options, &client, &err))
 *		... err.text says why ...
 *	for each image:
 *		struct dyndnn_client_frame frame = { .release_ns = when_it_came };
 *
 *		dyndnn_set_input_u8(session, pixels, bytes, DYNDNN_HWC);
 *		dyndnn_client_run(client, &frame, logits);
 *	dyndnn_client_close(client);
 *
 * All times are CLOCK_MONOTONIC nanoseconds. A client belongs to the thread that opened
 * it, whose CPU affinity it sets beside that of the session's threads. The library never
 * prints and keeps no state outside its clients.
 */
#ifndef DYNDNN_RUNTIME_H
#define DYNDNN_RUNTIME_H

#include <dnnhint.h>
#include <dyndnn.h>

#ifdef __cplusplus
extern "C" {
#endif

struct dyndnn_client;

/**
 * enum dyndnn_client_mode - who decides about the level
 * @DYNDNN_CLIENT_KERNEL: the governor dnn, or the client itself where that cannot be
 * @DYNDNN_CLIENT_ALONE: the client itself; the kernel is told nothing
 * @DYNDNN_CLIENT_FIXED: nobody: each frame runs at the same level to its end
 */
enum dyndnn_client_mode {
	DYNDNN_CLIENT_KERNEL,
	DYNDNN_CLIENT_ALONE,
	DYNDNN_CLIENT_FIXED,
};

/**
 * struct dyndnn_client_options - what must be done; all but @deadline_ns may be 0
 * @name: name of the stream, 1..31 bytes; NULL: "dyndnn"
 * @period_ns: from one frame to the next, 100 us .. 60 s; 0: as @deadline_ns
 * @deadline_ns: from a frame's release, 100 us .. 60 s
 * @mode: who decides about the level
 * @level: highest level to run, 1..levels of the session; 0: all of them
 * @min_level: lowest level that is of use, 1..@level; 0: 1
 * @weight: worth of its accuracy against other streams', 1..1000; 0: 100
 * @cpus: where it and the session's threads may run; NULL: where the calling thread may now
 * @costs: expected cost of level 1..@level, of the calling thread alone where several share a
 *	frame; NULL: measured by dyndnn_client_open()
 * @goal: what the stream wants of the levels that are feasible (enum dnnhint_goal). The
 *	governor sees to it, and to the rest here: without it, the client runs the highest
 * @accuracy_floor_ppm: accuracy that a goal other than the highest does not go below of
 *	itself, 0..1000000
 * @balance_ppm: worth of energy against accuracy for DNNHINT_GOAL_BALANCED, 1..1000000;
 *	0: 500000
 * @energy_budget_uj: energy of a frame at the most, uJ, 1..DNN_GOV_ENERGY_MAX_UJ; 0: any
 * @margin: early exit, in every mode: a frame ends from @min_level on when the probability of
 *	the best class is so much above that of the second, 0..1; 0: never
 */
struct dyndnn_client_options {
	const char *name;
	uint64_t period_ns;
	uint64_t deadline_ns;
	enum dyndnn_client_mode mode;
	unsigned int level;
	unsigned int min_level;
	unsigned int weight;
	const cpu_set_t *cpus;
	const struct dnnhint_cost *costs;
	unsigned int goal;
	uint32_t accuracy_floor_ppm;
	uint32_t balance_ppm;
	uint64_t energy_budget_uj;
	float margin;
};

/**
 * struct dyndnn_client_frame - one frame
 * @release_ns: in: when its input was there; 0: now. Out: the same, never 0
 * @deadline_ns: absolute deadline
 * @end_ns: when its answer was there
 * @grant: highest level that was allowed
 * @level_done: level of the answer
 * @cause: why @grant is below the levels (enum dnn_gov_cause)
 * @khz: frequency planned at its begin; 0: unknown
 * @met: it ended by its deadline
 * @hinted: the governor dnn decided; otherwise dyndnn_client_status() says why not
 * @stopped: @level_done is below @grant because the rest could not be done in time, or because
 *	the grant fell meanwhile
 * @sure: @level_done is below @grant because of the margin: the answer was sure enough
 */
struct dyndnn_client_frame {
	uint64_t release_ns;
	uint64_t deadline_ns;
	uint64_t end_ns;
	uint32_t grant;
	uint32_t level_done;
	uint32_t cause;
	uint32_t khz;
	bool met;
	bool hinted;
	bool stopped;
	bool sure;
};

/**
 * struct dyndnn_client_status - how it goes
 * @hinted: the client has a stream at the governor dnn
 * @why: why not, "" if it has or wants none; valid until the next call
 * @stream_id: id of the stream, 0: none
 * @cpus: where the thread and the session's may run now
 * @threads: how many of them share a frame now
 * @frames: frames run
 * @met: frames that ended by their deadline
 * @stopped: frames stopped before their grant
 * @sure: frames that ended before their grant because of the margin
 * @alone: frames run without the governor's word though it was wanted
 * @moves: how often the threads were moved to other CPUs
 * @lost: how often events were lost and the stream read anew
 */
struct dyndnn_client_status {
	bool hinted;
	const char *why;
	uint32_t stream_id;
	cpu_set_t cpus;
	unsigned int threads;
	uint64_t frames;
	uint64_t met;
	uint64_t stopped;
	uint64_t sure;
	uint64_t alone;
	uint64_t moves;
	uint64_t lost;
};

/**
 * dyndnn_client_open() - make a client of a session
 * @session: the session; it stays the caller's, who leaves its threads and their CPUs to the
 *	client, and must outlive it
 * @options: see there
 * @client: the new client, to be released with dyndnn_client_close()
 * @err: reason of a failure, or NULL
 *
 * Unless @options has costs or the mode is fixed, runs the network twice to measure it, each
 * level twice where several threads share a frame: an image that was set before is gone then.
 *
 * Threads: as many as the session has in use at this time are used at the most.
 *
 * No module, no privilege, another governor: none of these is a failure.
 *
 * Return: 0; -ERANGE or -EINVAL for an option; -ENOMEM.
 */
int dyndnn_client_open(struct dyndnn_session *session, const struct dyndnn_client_options *options,
		       struct dyndnn_client **client, struct dyndnn_error *err);

/**
 * dyndnn_client_close() - remove the stream and release the client
 * @client: the client, or NULL
 *
 * The thread gets back the affinity it had, and the session's threads get the same; as many
 * of them are in use as before.
 */
void dyndnn_client_close(struct dyndnn_client *client);

/**
 * dyndnn_client_run() - run one frame
 * @client: the client
 * @frame: its release, and what became of it
 * @logits: where the values of the level that was reached go
 *
 * Trouble with the kernel is no failure: the frame runs all the same.
 *
 * Return: 0; -ERANGE if the release is in the future; or as dyndnn_run().
 */
int dyndnn_client_run(struct dyndnn_client *client, struct dyndnn_client_frame *frame,
		      float *logits);

/**
 * dyndnn_client_status() - how it goes
 * @client: the client
 * @status: filled in
 */
void dyndnn_client_status(const struct dyndnn_client *client, struct dyndnn_client_status *status);

/**
 * dyndnn_client_error() - text of the client's last failed call
 * @client: the client
 *
 * Return: one line, "" if no call has failed; valid until the next call.
 */
const char *dyndnn_client_error(const struct dyndnn_client *client);

#ifdef __cplusplus
}
#endif

#endif
