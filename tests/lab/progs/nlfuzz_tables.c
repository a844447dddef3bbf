// SPDX-License-Identifier: MIT
#include "nlfuzz_tables.h"

#define ANY_U32	{ KIND_U32, 0, UINT32_MAX }
#define ANY_U64	{ KIND_U64, 0, UINT64_MAX }
#define FLAG	{ KIND_U8, 0, 1 }
#define LEVEL	{ KIND_U32, 1, DNN_GOV_LEVELS_MAX }
#define SHARE	{ KIND_U32, 0, DNN_GOV_PPM }
#define TIME	{ KIND_U64, DNN_GOV_TIME_MIN_NS, DNN_GOV_TIME_MAX_NS }
#define NEST	{ KIND_NEST, 0, 0 }

const struct rule rules[DNN_GOV_A_MAX + 1] = {
	[DNN_GOV_A_PAD] = { KIND_PAD, 0, 0 },
	[DNN_GOV_A_STREAM_ID] = { KIND_U32, 1, INT32_MAX },
	[DNN_GOV_A_STREAM_NAME] = { KIND_NAME, 0, 0 },
	[DNN_GOV_A_PERIOD_NS] = TIME,
	[DNN_GOV_A_DEADLINE_NS] = TIME,
	[DNN_GOV_A_LEVELS] = LEVEL,
	[DNN_GOV_A_MIN_LEVEL] = LEVEL,
	[DNN_GOV_A_WEIGHT] = { KIND_U32, 1, DNN_GOV_WEIGHT_MAX },
	[DNN_GOV_A_CPUS] = { KIND_CPUS, 0, 0 },
	[DNN_GOV_A_LEVEL_COSTS] = NEST,
	[DNN_GOV_A_LEVEL_COST] = NEST,
	[DNN_GOV_A_FRAME_ID] = { KIND_U64, 1, UINT64_MAX },
	[DNN_GOV_A_RELEASE_NS] = ANY_U64,
	[DNN_GOV_A_DEADLINE_ABS_NS] = ANY_U64,
	[DNN_GOV_A_LEVEL_DONE] = { KIND_U32, 0, DNN_GOV_LEVELS_MAX },
	[DNN_GOV_A_GRANT] = LEVEL,
	[DNN_GOV_A_GRANT_OLD] = LEVEL,
	[DNN_GOV_A_CAUSE] = { KIND_U32, 0, DNN_GOV_CAUSE_MAX },
	[DNN_GOV_A_KHZ] = ANY_U32,
	[DNN_GOV_A_TIME_NS] = ANY_U64,
	[DNN_GOV_A_LATENCY_NS] = ANY_U64,
	[DNN_GOV_A_MET] = FLAG,
	[DNN_GOV_A_PENDING] = ANY_U32,
	[DNN_GOV_A_STREAMS] = ANY_U32,
	[DNN_GOV_A_FRAMES] = ANY_U64,
	[DNN_GOV_A_FRAMES_MET] = ANY_U64,
	[DNN_GOV_A_FRAMES_MISSED] = ANY_U64,
	[DNN_GOV_A_FRAMES_ABANDONED] = ANY_U64,
	[DNN_GOV_A_ENERGY_UJ] = ANY_U64,
	[DNN_GOV_A_POLICY_CPU] = { KIND_U32, 0, 32 * DNN_GOV_CPU_WORDS - 1 },
	[DNN_GOV_A_MIN_KHZ] = ANY_U32,
	[DNN_GOV_A_MAX_KHZ] = ANY_U32,
	[DNN_GOV_A_FAST_SWITCH] = FLAG,
	[DNN_GOV_A_PRESSURES] = NEST,
	[DNN_GOV_A_CAUSE_COUNT] = NEST,
	[DNN_GOV_A_COUNT] = ANY_U64,
	[DNN_GOV_A_GOAL] = { KIND_U32, 0, DNN_GOV_GOAL_MAX },
	[DNN_GOV_A_ACCURACY_FLOOR_PPM] = SHARE,
	[DNN_GOV_A_BALANCE_PPM] = SHARE,
	[DNN_GOV_A_ENERGY_BUDGET_UJ] = { KIND_U64, 0, DNN_GOV_ENERGY_MAX_UJ },
	[DNN_GOV_A_POWER_BUDGET_UW] = ANY_U32,
};

const struct rule cost_rules[DNN_GOV_COST_A_MAX + 1] = {
	[DNN_GOV_COST_A_PAD] = { KIND_PAD, 0, 0 },
	[DNN_GOV_COST_A_CYCLES] = { KIND_U64, 1, DNN_GOV_CYCLES_MAX },
	[DNN_GOV_COST_A_STALL_NS] = { KIND_U64, 0, DNN_GOV_TIME_MAX_NS },
	[DNN_GOV_COST_A_ACCURACY_PPM] = SHARE,
};

#define WISHES (A(PERIOD_NS) | A(WEIGHT) | A(MIN_LEVEL) | A(CPUS) | A(LEVEL_COSTS) | A(GOAL) | \
		A(ACCURACY_FLOOR_PPM) | A(BALANCE_PPM) | A(ENERGY_BUDGET_UJ))
#define FRAME (A(STREAM_ID) | A(FRAME_ID) | A(LEVEL_DONE))
#define GRANTED (A(STREAM_ID) | A(GRANT) | A(CPUS))
#define COUNTED (A(FRAMES) | A(FRAMES_MET) | A(FRAMES_MISSED) | A(FRAMES_ABANDONED) | A(ENERGY_UJ))

const struct command commands[DNN_GOV_CMD_MAX + 1] = {
	[DNN_GOV_CMD_UNSPEC] = { .name = "UNSPEC", .share = 1 },
	[DNN_GOV_CMD_STREAM_ADD] = {
		.name = "STREAM_ADD", .may_do = true, .share = 8,
		.needed = A(STREAM_NAME) | A(DEADLINE_NS) | A(LEVELS), .optional = WISHES,
		.answer = GRANTED,
	},
	[DNN_GOV_CMD_STREAM_SET] = {
		.name = "STREAM_SET", .may_do = true, .share = 12,
		.needed = A(STREAM_ID), .optional = WISHES | A(DEADLINE_NS),
		.answer = GRANTED,
	},
	[DNN_GOV_CMD_STREAM_DEL] = {
		.name = "STREAM_DEL", .may_do = true, .share = 2,
		.needed = A(STREAM_ID),
	},
	[DNN_GOV_CMD_STREAM_GET] = {
		.name = "STREAM_GET", .may_do = true, .may_dump = true, .share = 8,
		.needed = A(STREAM_ID),
		.answer = DECLARED | GRANTED | COUNTED | A(CAUSE) | A(KHZ) | A(PENDING) |
			  A(POLICY_CPU) | A(LEVEL_COSTS),
		.answer_optional = A(STREAM_NAME),
	},
	[DNN_GOV_CMD_FRAME_BEGIN] = {
		.name = "FRAME_BEGIN", .may_do = true, .share = 20,
		.needed = A(STREAM_ID), .optional = A(RELEASE_NS),
		.answer = GRANTED | A(FRAME_ID) | A(CAUSE) | A(DEADLINE_ABS_NS) | A(KHZ),
	},
	[DNN_GOV_CMD_FRAME_PROGRESS] = {
		.name = "FRAME_PROGRESS", .may_do = true, .share = 12, .needed = FRAME,
	},
	[DNN_GOV_CMD_FRAME_END] = {
		.name = "FRAME_END", .may_do = true, .share = 12, .needed = FRAME,
		.answer = A(STREAM_ID) | A(FRAME_ID) | A(LATENCY_NS) | A(MET) | A(GRANT),
	},
	[DNN_GOV_CMD_FRAME_DONE] = {
		.name = "FRAME_DONE", .may_do = true, .share = 8, .needed = FRAME,
	},
	[DNN_GOV_CMD_POLICY_GET] = {
		.name = "POLICY_GET", .may_dump = true, .share = 3,
		.answer = A(POLICY_CPU) | A(CPUS) | A(KHZ) | A(MIN_KHZ) | A(MAX_KHZ) |
			  A(FAST_SWITCH) | A(STREAMS) | A(PENDING) | A(POWER_BUDGET_UW),
	},
	[DNN_GOV_CMD_STATS_GET] = {
		.name = "STATS_GET", .may_do = true, .share = 3,
		.answer = A(STREAMS) | A(PENDING) | COUNTED | A(PRESSURES),
	},
	[DNN_GOV_CMD_PRESSURE] = {
		.name = "PRESSURE", .share = 1,
		.answer = A(STREAM_ID) | A(GRANT) | A(GRANT_OLD) | A(CAUSE) | A(KHZ) | A(TIME_NS),
	},
};
