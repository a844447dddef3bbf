// SPDX-License-Identifier: MIT
#include "names.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include <dnnhint.h>

#define NAME_OF(table, i, otherwise) \
	((size_t)(i) < sizeof(table) / sizeof((table)[0]) && (table)[i] ? (table)[i] : (otherwise))

const char *hint_attr_name(int attr)
{
	static const char *const names[] = {
		[DNN_GOV_A_STREAM_ID] = "stream_id",
		[DNN_GOV_A_STREAM_NAME] = "name",
		[DNN_GOV_A_PERIOD_NS] = "period_ns",
		[DNN_GOV_A_DEADLINE_NS] = "deadline_ns",
		[DNN_GOV_A_LEVELS] = "levels",
		[DNN_GOV_A_MIN_LEVEL] = "min_level",
		[DNN_GOV_A_WEIGHT] = "weight",
		[DNN_GOV_A_CPUS] = "cpus",
		[DNN_GOV_A_LEVEL_COSTS] = "level_costs",
		[DNN_GOV_A_LEVEL_COST] = "level_cost",
		[DNN_GOV_A_FRAME_ID] = "frame_id",
		[DNN_GOV_A_RELEASE_NS] = "release_ns",
		[DNN_GOV_A_LEVEL_DONE] = "level_done",
		[DNN_GOV_A_GOAL] = "goal",
		[DNN_GOV_A_ACCURACY_FLOOR_PPM] = "accuracy_floor_ppm",
		[DNN_GOV_A_BALANCE_PPM] = "balance_ppm",
		[DNN_GOV_A_ENERGY_BUDGET_UJ] = "energy_budget_uj",
	};

	return NAME_OF(names, attr, "");
}

const char *hint_cost_attr_name(int attr)
{
	static const char *const names[] = {
		[DNN_GOV_COST_A_CYCLES] = "cycles",
		[DNN_GOV_COST_A_STALL_NS] = "stall_ns",
		[DNN_GOV_COST_A_ACCURACY_PPM] = "accuracy_ppm",
	};

	return NAME_OF(names, attr, "");
}

const char *dnnhint_cause_name(uint32_t cause)
{
	static const char *const names[] = {
		[DNN_GOV_CAUSE_NONE] = "none",
		[DNN_GOV_CAUSE_FREQ_CAP] = "freq_cap",
		[DNN_GOV_CAUSE_POWER_BUDGET] = "power_budget",
		[DNN_GOV_CAUSE_ENERGY_BUDGET] = "energy_budget",
		[DNN_GOV_CAUSE_CONTENTION] = "contention",
		[DNN_GOV_CAUSE_DEADLINE] = "deadline",
		[DNN_GOV_CAUSE_RELIEF] = "relief",
	};

	return NAME_OF(names, cause, "unknown");
}

static const char *const goal_names[] = {
	[DNNHINT_GOAL_UNCHANGED] = "unchanged",
	[DNNHINT_GOAL_MAX_ACCURACY] = "max-accuracy",
	[DNNHINT_GOAL_BALANCED] = "balanced",
	[DNNHINT_GOAL_MIN_ENERGY] = "min-energy",
};

const char *dnnhint_goal_name(uint32_t goal)
{
	return NAME_OF(goal_names, goal, "unknown");
}

int dnnhint_goal_parse(const char *name)
{
	for (int goal = DNNHINT_GOAL_MAX_ACCURACY; goal <= DNNHINT_GOAL_MIN_ENERGY; goal++)
		if (!strcmp(name, goal_names[goal]))
			return goal;
	return -EINVAL;
}

const char *dnnhint_strerror(int err)
{
	const char *text;
	int number = err < 0 && err >= -INT_MAX ? -err : err;

	switch (number) {
	case EPROTONOSUPPORT:
		return "the dnn_gov module is not loaded";
	case ENOBUFS:
		return "the kernel's answer was lost: too many events were waiting";
	case ETIMEDOUT:
		return "the kernel gave no answer";
	case EBADMSG:
		return "the kernel's answer is malformed";
	}
	/* not strerror(): it is not made for threads */
	text = strerrordesc_np(number);
	return text ? text : "unknown error";
}
