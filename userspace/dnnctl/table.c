// SPDX-License-Identifier: MIT
#include <inttypes.h>
#include <stdio.h>

#include "dnnctl.h"

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
