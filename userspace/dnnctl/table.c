// SPDX-License-Identifier: MIT
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "dnnctl.h"
#include "latency.h"

void print_stream_header(void)
{
	printf("%5s %-16s %9s %11s %7s %-13s %8s %8s %8s %10s %s\n", "ID", "NAME", "PERIOD_MS",
	       "DEADLINE_MS", "LEVEL", "CAUSE", "FRAMES", "MISSED", "ABANDONED", "ENERGY_MJ",
	       "CPUS");
}

void print_stream(const struct dnnhint_stream_info *info)
{
	char level[16];

	snprintf(level, sizeof(level), "%" PRIu32 "/%" PRIu32, info->grant, info->levels);
	printf("%5" PRIu32 " %-16s %9.2f %11.2f %7s %-13s ", info->id,
	       info->name[0] ? info->name : "-", (double)info->period_ns / 1e6,
	       (double)info->deadline_ns / 1e6, level, dnnhint_cause_name(info->cause));
	printf("%8" PRIu64 " %8" PRIu64 " %9" PRIu64 " %10.1f ", info->frames, info->missed,
	       info->abandoned, (double)info->energy_uj / 1e3);
	print_cpus(&info->cpus);
	putchar('\n');
}

/* "90 %": of the deadline. */
static void print_quantile(const struct latency *latency, unsigned int percent)
{
	const char *bound = latency_quantile(latency, percent);
	char text[LATENCY_BOUND + 8] = "-";

	/* Of what is in the last bucket no more is known. */
	if (bound && latency->nr > 1 && !strcmp(bound, "more"))
		snprintf(text, sizeof(text), ">%s%%", latency->bucket[latency->nr - 2].bound);
	else if (bound)
		snprintf(text, sizeof(text), "%s%%", bound);
	printf(" %6s", text);
}

/* What a stream wants, and how long its frames take; the first one has a header before it. */
int print_wishes(const struct dnnhint_stream_info *info, void *ctx)
{
	struct latency latency;
	bool *any = ctx;

	if (!*any)
		printf("%5s %-12s %9s %9s %11s %9s %6s %6s %6s\n", "ID", "GOAL", "FLOOR", "BALANCE",
		       "BUDGET_MJ", "LATENCY:", "P50", "P95", "P99");
	*any = true;
	printf("%5" PRIu32 " %-12s %8.2f%% %8.2f%% ", info->id, dnnhint_goal_name(info->goal),
	       (double)info->accuracy_floor_ppm / 1e4, (double)info->balance_ppm / 1e4);
	if (info->energy_budget_uj)
		printf("%11.3f", (double)info->energy_budget_uj / 1e3);
	else
		printf("%11s", "-");
	printf(" %9s", "");
	if (latency_read(info->id, &latency))
		latency.frames = 0;
	print_quantile(&latency, 50);
	print_quantile(&latency, 95);
	print_quantile(&latency, 99);
	putchar('\n');
	return 0;
}
