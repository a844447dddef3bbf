// SPDX-License-Identifier: MIT
#include "options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <linux/dnn_gov.h>

int options_fail(struct dyndnn_error *err, int code, const char *format, ...)
{
	va_list args;

	if (!err)
		return code;
	err->code = code;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	return code;
}

static int check_range(struct dyndnn_error *err, const char *field, uint64_t value, uint64_t low,
		       uint64_t high)
{
	if (value >= low && value <= high)
		return 0;
	return options_fail(err, -ERANGE,
			    "%s: %" PRIu64 " is out of range, must be %" PRIu64 "..%" PRIu64,
			    field, value, low, high);
}

int options_check(const struct dyndnn_client_options *options, unsigned int levels,
		  struct dyndnn_error *err)
{
	unsigned int top = options->level ? options->level : levels;
	size_t len = options->name ? strnlen(options->name, DNN_GOV_NAME_MAX) : 1;
	int ret;

	if (!len || len == DNN_GOV_NAME_MAX)
		return options_fail(err, -EINVAL, "name: must be 1..%d bytes",
				    DNN_GOV_NAME_MAX - 1);
	if ((unsigned int)options->mode > DYNDNN_CLIENT_FIXED)
		return options_fail(err, -EINVAL, "mode: %u is none", (unsigned int)options->mode);
	ret = check_range(err, "deadline_ns", options->deadline_ns, DNN_GOV_TIME_MIN_NS,
			  DNN_GOV_TIME_MAX_NS);
	if (!ret && options->period_ns)
		ret = check_range(err, "period_ns", options->period_ns, DNN_GOV_TIME_MIN_NS,
				  DNN_GOV_TIME_MAX_NS);
	if (!ret)
		ret = check_range(err, "level", top, 1, levels);
	if (!ret && options->min_level)
		ret = check_range(err, "min_level", options->min_level, 1, top);
	if (!ret && options->weight)
		ret = check_range(err, "weight", options->weight, 1, DNN_GOV_WEIGHT_MAX);
	if (!ret && options->goal)
		ret = check_range(err, "goal", options->goal, DNNHINT_GOAL_MAX_ACCURACY,
				  DNNHINT_GOAL_MIN_ENERGY);
	if (!ret)
		ret = check_range(err, "accuracy_floor_ppm", options->accuracy_floor_ppm, 0,
				  DNN_GOV_PPM);
	if (!ret)
		ret = check_range(err, "balance_ppm", options->balance_ppm, 0, DNN_GOV_PPM);
	if (!ret)
		ret = check_range(err, "energy_budget_uj", options->energy_budget_uj, 0,
				  DNN_GOV_ENERGY_MAX_UJ);
	if (!ret && !(options->margin >= 0 && options->margin <= 1))
		ret = options_fail(err, -ERANGE, "margin: %g is out of range, must be 0..1",
				   (double)options->margin);
	if (!ret && options->cpus && !CPU_COUNT(options->cpus))
		ret = options_fail(err, -EINVAL, "cpus: must hold a CPU, or be NULL");
	return ret;
}
