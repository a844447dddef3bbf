/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Generic netlink ABI of the dnn_gov cpufreq governor, version 1.
 *
 * A client declares a stream (what it must do and by when), brackets each
 * frame with FRAME_BEGIN and FRAME_END, and is told how many channel groups
 * (the level) still fit. A stream belongs to the socket that made it and dies
 * with that socket.
 *
 * All times are CLOCK_MONOTONIC nanoseconds, all frequencies kHz. Levels count
 * from 1 (the first group alone) to the number of groups of the network.
 *
 * The family is in the first network namespace alone. Every refusal has a text
 * (extended ACK) that names the field and its range.
 */
#ifndef _UAPI_LINUX_DNN_GOV_H
#define _UAPI_LINUX_DNN_GOV_H

#define DNN_GOV_GENL_NAME	"dnn_gov"
#define DNN_GOV_GENL_VERSION	1

/* Multicast group of pressure and relief events of every stream. */
#define DNN_GOV_MCGRP_PRESSURE	"pressure"

#define DNN_GOV_NAME_MAX	32	/* stream name, with its terminating NUL */
#define DNN_GOV_LEVELS_MAX	16
#define DNN_GOV_FRAMES_MAX	4	/* pending frames of one stream */
#define DNN_GOV_WEIGHT_MAX	1000
#define DNN_GOV_PPM		1000000
#define DNN_GOV_TIME_MIN_NS	100000ULL		/* 100 us */
#define DNN_GOV_TIME_MAX_NS	60000000000ULL		/* 60 s */
#define DNN_GOV_CYCLES_MAX	(1ULL << 42)
#define DNN_GOV_ENERGY_MAX_UJ	1000000000ULL		/* 1 kJ */
#define DNN_GOV_CPU_WORDS	32	/* words of DNN_GOV_A_CPUS at the most */

/**
 * enum dnn_gov_cmd - commands of the family
 *
 * @DNN_GOV_CMD_STREAM_ADD: declare a stream; needs CAP_SYS_NICE in the first user
 *	namespace or membership in the administrator's group, of whoever opened the
 *	socket and of whoever sends. Request: STREAM_NAME, DEADLINE_NS, LEVELS;
 *	optional PERIOD_NS, WEIGHT, MIN_LEVEL, CPUS, LEVEL_COSTS, GOAL,
 *	ACCURACY_FLOOR_PPM, BALANCE_PPM, ENERGY_BUDGET_UJ. Answer: STREAM_ID,
 *	GRANT, CPUS. ENODEV: none of the CPUs is in a policy whose governor is
 *	dnn; ENOSPC: max_streams, max_streams_per_user (module parameters; the
 *	latter does not bind who has CAP_SYS_RESOURCE, and counts all users of a
 *	user namespace as the one who made it), or 64 streams of the policy.
 * @DNN_GOV_CMD_STREAM_SET: change an own stream: STREAM_ID and any of
 *	PERIOD_NS, DEADLINE_NS, WEIGHT, MIN_LEVEL, CPUS, LEVEL_COSTS, GOAL,
 *	ACCURACY_FLOOR_PPM, BALANCE_PPM, ENERGY_BUDGET_UJ. Answer: STREAM_ID,
 *	GRANT, CPUS.
 * @DNN_GOV_CMD_STREAM_DEL: remove an own stream: STREAM_ID.
 * @DNN_GOV_CMD_STREAM_GET: one stream (STREAM_ID) or a dump of all. STREAM_NAME
 *	is left out of streams that belong to another user than the one who opened
 *	the socket and who asks, but for CAP_SYS_ADMIN of both.
 *	LEVEL_COSTS are as learnt so far, within the ranges of a request.
 * @DNN_GOV_CMD_FRAME_BEGIN: STREAM_ID; optional RELEASE_NS (default: now).
 *	Answer: STREAM_ID, FRAME_ID, GRANT, CAUSE, CPUS, DEADLINE_ABS_NS, KHZ.
 *	EBUSY: too many pending frames of the stream, of the user (32 of a policy) or
 *	of the policy. The frame belongs to the calling thread,
 *	whose CPU time until FRAME_END is its cost; ended by another thread, it
 *	costs the time that has passed. A stream follows a thread that begins its
 *	frames on another policy, if CPUS has that. When the governor has left the
 *	policy since STREAM_ADD, frames are still counted, but they have no effect:
 *	GRANT is LEVELS and KHZ is 0; when it comes back they count again.
 * @DNN_GOV_CMD_FRAME_PROGRESS: STREAM_ID, FRAME_ID, LEVEL_DONE; no answer but an
 *	ACK where asked for. A thread that FRAME_BEGIN's answer has made go to
 *	other CPUS says so with LEVEL_DONE 0, and the frame is planned there.
 * @DNN_GOV_CMD_FRAME_END: STREAM_ID, FRAME_ID, LEVEL_DONE (0: abandoned).
 *	Answer: STREAM_ID, FRAME_ID, LATENCY_NS, MET, GRANT. FRAME_DONE is the same
 *	without an answer.
 * @DNN_GOV_CMD_POLICY_GET: dump of the cpufreq policies under the governor.
 * @DNN_GOV_CMD_STATS_GET: sums over all streams since the module was loaded.
 * @DNN_GOV_CMD_PRESSURE: event only: STREAM_ID, GRANT, GRANT_OLD, CAUSE, KHZ,
 *	TIME_NS. GRANT below GRANT_OLD is pressure, above it relief. Unicast to
 *	the owner of the stream and multicast to DNN_GOV_MCGRP_PRESSURE.
 * @DNN_GOV_CMD_FRAME_DONE: STREAM_ID, FRAME_ID, LEVEL_DONE as for FRAME_END; no
 *	answer but an ACK where asked for.
 */
enum dnn_gov_cmd {
	DNN_GOV_CMD_UNSPEC,
	DNN_GOV_CMD_STREAM_ADD,
	DNN_GOV_CMD_STREAM_SET,
	DNN_GOV_CMD_STREAM_DEL,
	DNN_GOV_CMD_STREAM_GET,
	DNN_GOV_CMD_FRAME_BEGIN,
	DNN_GOV_CMD_FRAME_PROGRESS,
	DNN_GOV_CMD_FRAME_END,
	DNN_GOV_CMD_POLICY_GET,
	DNN_GOV_CMD_STATS_GET,
	DNN_GOV_CMD_PRESSURE,
	DNN_GOV_CMD_FRAME_DONE,

	__DNN_GOV_CMD_MAX,
	DNN_GOV_CMD_MAX = __DNN_GOV_CMD_MAX - 1
};

/**
 * enum dnn_gov_attr - attributes of every command
 *
 * @DNN_GOV_A_PAD: alignment of 64-bit attributes, never read
 * @DNN_GOV_A_STREAM_ID: u32, 1..2147483647
 * @DNN_GOV_A_STREAM_NAME: string of 1..31 bytes, no control characters
 * @DNN_GOV_A_PERIOD_NS: u64, DNN_GOV_TIME_MIN_NS..DNN_GOV_TIME_MAX_NS; default: the deadline
 * @DNN_GOV_A_DEADLINE_NS: u64, from a frame's release, same range as the period
 * @DNN_GOV_A_LEVELS: u32, groups of the network, 1..DNN_GOV_LEVELS_MAX
 * @DNN_GOV_A_MIN_LEVEL: u32, grants never go below, 1..LEVELS; default 1
 * @DNN_GOV_A_WEIGHT: u32, worth of this stream's accuracy against the others',
 *	1..DNN_GOV_WEIGHT_MAX; default 100
 * @DNN_GOV_A_CPUS: array of u32 words, bit b of word w is CPU 32 * w + b. In a
 *	request: where the stream may run (default: the policy of the CPU that
 *	sends it); CPUs that the machine does not have are passed over, but one
 *	must be left. In an answer: where the plan wants it to run.
 * @DNN_GOV_A_LEVEL_COSTS: nest of one DNN_GOV_A_LEVEL_COST per level, lowest first
 * @DNN_GOV_A_LEVEL_COST: nest of enum dnn_gov_cost_attr
 * @DNN_GOV_A_FRAME_ID: u64, names a pending frame of its stream
 * @DNN_GOV_A_RELEASE_NS: u64, when the frame's input was there; not in the
 *	future and not more than one deadline ago
 * @DNN_GOV_A_DEADLINE_ABS_NS: u64, release plus deadline
 * @DNN_GOV_A_LEVEL_DONE: u32, complete groups of the frame, 0..LEVELS
 * @DNN_GOV_A_GRANT: u32, the level the planner allows
 * @DNN_GOV_A_GRANT_OLD: u32, the grant before the event
 * @DNN_GOV_A_CAUSE: u32, enum dnn_gov_cause
 * @DNN_GOV_A_KHZ: u32, frequency decided on for the policy; 0 without governor
 * @DNN_GOV_A_TIME_NS: u64, when the event happened
 * @DNN_GOV_A_LATENCY_NS: u64, from release to FRAME_END
 * @DNN_GOV_A_MET: u8, 1 when the frame ended by its deadline
 * @DNN_GOV_A_PENDING: u32, frames begun and not ended
 * @DNN_GOV_A_STREAMS: u32, streams there are
 * @DNN_GOV_A_FRAMES: u64, frames begun
 * @DNN_GOV_A_FRAMES_MET: u64
 * @DNN_GOV_A_FRAMES_MISSED: u64
 * @DNN_GOV_A_FRAMES_ABANDONED: u64, ended at level 0, gone stale or died with
 *	their socket
 * @DNN_GOV_A_ENERGY_UJ: u64, the energy model's estimate for frames, in uJ
 * @DNN_GOV_A_POLICY_CPU: u32, first CPU of the policy
 * @DNN_GOV_A_MIN_KHZ: u32, lowest allowed frequency of the policy
 * @DNN_GOV_A_MAX_KHZ: u32, highest allowed frequency of the policy
 * @DNN_GOV_A_FAST_SWITCH: u8, 1 where the driver switches from any context
 * @DNN_GOV_A_PRESSURES: nest of one DNN_GOV_A_CAUSE_COUNT per cause
 * @DNN_GOV_A_CAUSE_COUNT: nest of DNN_GOV_A_CAUSE and DNN_GOV_A_COUNT
 * @DNN_GOV_A_COUNT: u64
 * @DNN_GOV_A_GOAL: u32, enum dnn_gov_goal; default DNN_GOV_GOAL_MAX_ACCURACY
 * @DNN_GOV_A_ACCURACY_FLOOR_PPM: u32, accuracy that goals other than
 *	DNN_GOV_GOAL_MAX_ACCURACY do not go below of themselves, 0..1000000; default 0.
 *	Pressure may go below it, down to MIN_LEVEL.
 * @DNN_GOV_A_BALANCE_PPM: u32, worth of energy against accuracy for
 *	DNN_GOV_GOAL_BALANCED, 0 (accuracy alone)..1000000 (energy alone); default 500000
 * @DNN_GOV_A_ENERGY_BUDGET_UJ: u64, energy of a frame at the most, by the energy model,
 *	0..DNN_GOV_ENERGY_MAX_UJ; 0 and default: any
 * @DNN_GOV_A_POWER_BUDGET_UW: u32, power that the policy may draw now; 0: any
 */
enum dnn_gov_attr {
	DNN_GOV_A_UNSPEC,
	DNN_GOV_A_PAD,
	DNN_GOV_A_STREAM_ID,
	DNN_GOV_A_STREAM_NAME,
	DNN_GOV_A_PERIOD_NS,
	DNN_GOV_A_DEADLINE_NS,
	DNN_GOV_A_LEVELS,
	DNN_GOV_A_MIN_LEVEL,
	DNN_GOV_A_WEIGHT,
	DNN_GOV_A_CPUS,
	DNN_GOV_A_LEVEL_COSTS,
	DNN_GOV_A_LEVEL_COST,
	DNN_GOV_A_FRAME_ID,
	DNN_GOV_A_RELEASE_NS,
	DNN_GOV_A_DEADLINE_ABS_NS,
	DNN_GOV_A_LEVEL_DONE,
	DNN_GOV_A_GRANT,
	DNN_GOV_A_GRANT_OLD,
	DNN_GOV_A_CAUSE,
	DNN_GOV_A_KHZ,
	DNN_GOV_A_TIME_NS,
	DNN_GOV_A_LATENCY_NS,
	DNN_GOV_A_MET,
	DNN_GOV_A_PENDING,
	DNN_GOV_A_STREAMS,
	DNN_GOV_A_FRAMES,
	DNN_GOV_A_FRAMES_MET,
	DNN_GOV_A_FRAMES_MISSED,
	DNN_GOV_A_FRAMES_ABANDONED,
	DNN_GOV_A_ENERGY_UJ,
	DNN_GOV_A_POLICY_CPU,
	DNN_GOV_A_MIN_KHZ,
	DNN_GOV_A_MAX_KHZ,
	DNN_GOV_A_FAST_SWITCH,
	DNN_GOV_A_PRESSURES,
	DNN_GOV_A_CAUSE_COUNT,
	DNN_GOV_A_COUNT,
	DNN_GOV_A_GOAL,
	DNN_GOV_A_ACCURACY_FLOOR_PPM,
	DNN_GOV_A_BALANCE_PPM,
	DNN_GOV_A_ENERGY_BUDGET_UJ,
	DNN_GOV_A_POWER_BUDGET_UW,

	__DNN_GOV_A_MAX,
	DNN_GOV_A_MAX = __DNN_GOV_A_MAX - 1
};

/**
 * enum dnn_gov_cost_attr - what a frame at one level costs
 *
 * @DNN_GOV_COST_A_CYCLES: u64, CPU cycles that scale with frequency, on the
 *	core type of the stream's CPUs; 1..DNN_GOV_CYCLES_MAX. A prior: the
 *	kernel learns the true cost from finished frames.
 * @DNN_GOV_COST_A_STALL_NS: u64, time that does not scale, 0..DNN_GOV_TIME_MAX_NS; default 0
 * @DNN_GOV_COST_A_ACCURACY_PPM: u32, expected top-1 accuracy, 0..1000000;
 *	default: level * 1000000 / LEVELS
 */
enum dnn_gov_cost_attr {
	DNN_GOV_COST_A_UNSPEC,
	DNN_GOV_COST_A_PAD,
	DNN_GOV_COST_A_CYCLES,
	DNN_GOV_COST_A_STALL_NS,
	DNN_GOV_COST_A_ACCURACY_PPM,

	__DNN_GOV_COST_A_MAX,
	DNN_GOV_COST_A_MAX = __DNN_GOV_COST_A_MAX - 1
};

/**
 * enum dnn_gov_cause - why a grant is what it is
 *
 * @DNN_GOV_CAUSE_NONE: nothing holds the grant down
 * @DNN_GOV_CAUSE_FREQ_CAP: the policy's highest allowed frequency (thermal, user, QoS)
 * @DNN_GOV_CAUSE_POWER_BUDGET: the administrator's power budget
 * @DNN_GOV_CAUSE_ENERGY_BUDGET: the stream's energy budget per frame
 * @DNN_GOV_CAUSE_CONTENTION: other tasks or other streams take the CPU
 * @DNN_GOV_CAUSE_DEADLINE: not even the whole machine makes the deadline
 * @DNN_GOV_CAUSE_RELIEF: what held the grant down is gone, the grant goes up
 */
enum dnn_gov_cause {
	DNN_GOV_CAUSE_NONE,
	DNN_GOV_CAUSE_FREQ_CAP,
	DNN_GOV_CAUSE_POWER_BUDGET,
	DNN_GOV_CAUSE_ENERGY_BUDGET,
	DNN_GOV_CAUSE_CONTENTION,
	DNN_GOV_CAUSE_DEADLINE,
	DNN_GOV_CAUSE_RELIEF,

	__DNN_GOV_CAUSE_MAX,
	DNN_GOV_CAUSE_MAX = __DNN_GOV_CAUSE_MAX - 1
};

/**
 * enum dnn_gov_goal - what a stream wants of the levels that are feasible
 *
 * @DNN_GOV_GOAL_MAX_ACCURACY: the highest, at the least energy
 * @DNN_GOV_GOAL_BALANCED: the one with the best balance of accuracy and energy, see
 *	DNN_GOV_A_BALANCE_PPM
 * @DNN_GOV_GOAL_MIN_ENERGY: the lowest whose accuracy is DNN_GOV_A_ACCURACY_FLOOR_PPM
 */
enum dnn_gov_goal {
	DNN_GOV_GOAL_MAX_ACCURACY,
	DNN_GOV_GOAL_BALANCED,
	DNN_GOV_GOAL_MIN_ENERGY,

	__DNN_GOV_GOAL_MAX,
	DNN_GOV_GOAL_MAX = __DNN_GOV_GOAL_MAX - 1
};

#endif /* _UAPI_LINUX_DNN_GOV_H */
