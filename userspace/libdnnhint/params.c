// SPDX-License-Identifier: MIT
/* A stream's parameters: what is allowed, and how they are sent. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <netlink/attr.h>
#include <netlink/msg.h>

#include "handle.h"

#define MAX_CPUS (32 * DNN_GOV_CPU_WORDS)

static int out_of_range(char *text, size_t size, const char *field, uint64_t value, uint64_t low,
			uint64_t high)
{
	snprintf(text, size, "%s: %" PRIu64 " is out of range, must be %" PRIu64 "..%" PRIu64,
		 field, value, low, high);
	return -ERANGE;
}

static int check(char *text, size_t size, const char *field, uint64_t value, uint64_t low,
		 uint64_t high)
{
	if (value >= low && value <= high)
		return 0;
	return out_of_range(text, size, field, value, low, high);
}

/* It would spoil a line of output. */
static bool has_control(const char *name)
{
	for (; *name; name++)
		if ((unsigned char)*name < ' ' || *name == 0x7f)
			return true;
	return false;
}

static int check_name(const char *name, bool fresh, char *text, size_t size)
{
	size_t len = name ? strnlen(name, DNN_GOV_NAME_MAX) : 0;

	if (!fresh && !name)
		return 0;
	if (!fresh)
		snprintf(text, size, "name: a stream's name cannot be changed, must be NULL");
	else if (!len || len == DNN_GOV_NAME_MAX)
		snprintf(text, size, "name: must be 1..%d bytes", DNN_GOV_NAME_MAX - 1);
	else if (has_control(name))
		snprintf(text, size, "name: must have no control characters");
	else
		return 0;
	return -EINVAL;
}

static int check_costs(const struct dnnhint_cost *costs, uint32_t levels, char *text, size_t size)
{
	char field[48];
	int ret = 0;

	for (uint32_t i = 0; costs && !ret && i < levels; i++) {
		snprintf(field, sizeof(field), "costs[%u].cycles", i);
		ret = check(text, size, field, costs[i].cycles, 1, DNN_GOV_CYCLES_MAX);
		if (!ret) {
			snprintf(field, sizeof(field), "costs[%u].stall_ns", i);
			ret = check(text, size, field, costs[i].stall_ns, 0, DNN_GOV_TIME_MAX_NS);
		}
		if (!ret) {
			snprintf(field, sizeof(field), "costs[%u].accuracy_ppm", i);
			ret = check(text, size, field, costs[i].accuracy_ppm, 0, DNN_GOV_PPM);
		}
	}
	return ret;
}

/*
 * own_levels: levels of the stream that is changed, 0 for a new one. A member of a change
 * that is 0 is not sent and needs no check.
 */
int hint_check_params(const struct dnnhint_stream_params *p, uint32_t own_levels, char *text,
		      size_t size)
{
	bool fresh = !own_levels;
	uint32_t levels = fresh ? p->levels : own_levels;
	int ret = check_name(p->name, fresh, text, size);

	if (!ret && (fresh || p->deadline_ns))
		ret = check(text, size, "deadline_ns", p->deadline_ns, DNN_GOV_TIME_MIN_NS,
			    DNN_GOV_TIME_MAX_NS);
	if (!ret && p->period_ns)
		ret = check(text, size, "period_ns", p->period_ns, DNN_GOV_TIME_MIN_NS,
			    DNN_GOV_TIME_MAX_NS);
	if (!ret && fresh)
		ret = check(text, size, "levels", p->levels, 1, DNN_GOV_LEVELS_MAX);
	if (!ret && !fresh && p->levels)
		ret = check(text, size, "levels", p->levels, own_levels, own_levels);
	if (!ret && p->min_level)
		ret = check(text, size, "min_level", p->min_level, 1, levels);
	if (!ret && p->weight)
		ret = check(text, size, "weight", p->weight, 1, DNN_GOV_WEIGHT_MAX);
	if (!ret && p->goal)
		ret = check(text, size, "goal", p->goal, DNNHINT_GOAL_MAX_ACCURACY,
			    DNNHINT_GOAL_MIN_ENERGY);
	if (!ret && p->accuracy_floor_ppm != DNNHINT_ZERO)
		ret = check(text, size, "accuracy_floor_ppm", p->accuracy_floor_ppm, 0,
			    DNN_GOV_PPM);
	if (!ret && p->balance_ppm != DNNHINT_ZERO)
		ret = check(text, size, "balance_ppm", p->balance_ppm, 0, DNN_GOV_PPM);
	if (!ret && p->energy_budget_uj != DNNHINT_ZERO)
		ret = check(text, size, "energy_budget_uj", p->energy_budget_uj, 0,
			    DNN_GOV_ENERGY_MAX_UJ);
	if (!ret && p->cpus && !CPU_COUNT(p->cpus)) {
		snprintf(text, size, "cpus: must hold a CPU, or be NULL");
		ret = -EINVAL;
	}
	return ret ? ret : check_costs(p->costs, levels, text, size);
}

/* Room for all there can be; the largest part is a cost per level. */
size_t hint_params_bytes(void)
{
	size_t cost = nla_total_size(0) + 2 * nla_total_size(8) + nla_total_size(4);

	return nla_total_size(DNN_GOV_NAME_MAX) + 3 * nla_total_size(8) + 7 * nla_total_size(4) +
	       nla_total_size(4 * DNN_GOV_CPU_WORDS) + nla_total_size(0) +
	       DNN_GOV_LEVELS_MAX * cost;
}

static int put_cpus(struct nl_msg *msg, const cpu_set_t *cpus)
{
	uint32_t words[DNN_GOV_CPU_WORDS] = { 0 };
	unsigned int used = 0;

	for (unsigned int cpu = 0; cpu < MAX_CPUS && cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, cpus))
			continue;
		words[cpu / 32] |= 1U << (cpu % 32);
		used = cpu / 32 + 1;
	}
	return nla_put(msg, DNN_GOV_A_CPUS, (int)(used * sizeof(words[0])), words);
}

static int put_costs(struct nl_msg *msg, const struct dnnhint_cost *costs, uint32_t levels)
{
	struct nlattr *all = nla_nest_start(msg, DNN_GOV_A_LEVEL_COSTS);

	if (!all)
		return -ENOMEM;
	for (uint32_t i = 0; i < levels; i++) {
		struct nlattr *one = nla_nest_start(msg, DNN_GOV_A_LEVEL_COST);

		if (!one || nla_put_u64(msg, DNN_GOV_COST_A_CYCLES, costs[i].cycles) ||
		    nla_put_u64(msg, DNN_GOV_COST_A_STALL_NS, costs[i].stall_ns) ||
		    (costs[i].accuracy_ppm &&
		     nla_put_u32(msg, DNN_GOV_COST_A_ACCURACY_PPM, costs[i].accuracy_ppm)))
			return -ENOMEM;
		nla_nest_end(msg, one);
	}
	nla_nest_end(msg, all);
	return 0;
}

/* What may be 0 has another number that stands for it. */
static uint32_t value_of(uint64_t member)
{
	return member == DNNHINT_ZERO ? 0 : (uint32_t)member;
}

static int put_wishes(struct nl_msg *msg, const struct dnnhint_stream_params *p)
{
	if ((p->goal && nla_put_u32(msg, DNN_GOV_A_GOAL, p->goal - 1)) ||
	    (p->accuracy_floor_ppm && nla_put_u32(msg, DNN_GOV_A_ACCURACY_FLOOR_PPM,
						  value_of(p->accuracy_floor_ppm))) ||
	    (p->balance_ppm && nla_put_u32(msg, DNN_GOV_A_BALANCE_PPM,
					   value_of(p->balance_ppm))) ||
	    (p->energy_budget_uj && nla_put_u64(msg, DNN_GOV_A_ENERGY_BUDGET_UJ,
						value_of(p->energy_budget_uj))))
		return -ENOMEM;
	return 0;
}

int hint_put_params(struct nl_msg *msg, const struct dnnhint_stream_params *p, uint32_t own_levels)
{
	if ((p->name && nla_put_string(msg, DNN_GOV_A_STREAM_NAME, p->name)) ||
	    (p->period_ns && nla_put_u64(msg, DNN_GOV_A_PERIOD_NS, p->period_ns)) ||
	    (p->deadline_ns && nla_put_u64(msg, DNN_GOV_A_DEADLINE_NS, p->deadline_ns)) ||
	    (!own_levels && nla_put_u32(msg, DNN_GOV_A_LEVELS, p->levels)) ||
	    (p->min_level && nla_put_u32(msg, DNN_GOV_A_MIN_LEVEL, p->min_level)) ||
	    (p->weight && nla_put_u32(msg, DNN_GOV_A_WEIGHT, p->weight)) ||
	    put_wishes(msg, p) || (p->cpus && put_cpus(msg, p->cpus)) ||
	    (p->costs && put_costs(msg, p->costs, own_levels ? own_levels : p->levels)))
		return -ENOMEM;
	return 0;
}
