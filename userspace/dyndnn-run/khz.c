// SPDX-License-Identifier: MIT
#include "khz.h"

#include <inttypes.h>
#include <stdio.h>

uint32_t khz_now(unsigned int cpu)
{
	uint32_t khz = 0;
	char path[96];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/cpufreq/scaling_cur_freq", cpu);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%" SCNu32, &khz) != 1)
		khz = 0;
	fclose(file);
	return khz;
}
