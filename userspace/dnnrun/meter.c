// SPDX-License-Identifier: MIT
#include "meter.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

static int read_number(const char *path, uint64_t *value)
{
	FILE *file = fopen(path, "r");
	int fields;

	if (!file)
		return -errno;
	fields = fscanf(file, "%" SCNu64, value);
	fclose(file);
	return fields == 1 ? 0 : -EBADMSG;
}

int meter_read(struct meter *meter, const char *energy_file, unsigned int cpu)
{
	char path[96];
	FILE *file;

	*meter = (struct meter){ 0 };
	if (energy_file) {
		int ret = read_number(energy_file, &meter->energy_uj);

		if (ret)
			return ret;
	}
	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/cpufreq/stats/time_in_state", cpu);
	file = fopen(path, "r");
	if (!file)
		return 0;
	while (meter->freqs < METER_FREQS_MAX &&
	       fscanf(file, "%" SCNu32 " %" SCNu64, &meter->khz[meter->freqs],
		      &meter->ticks[meter->freqs]) == 2)
		meter->freqs++;
	fclose(file);
	return 0;
}

uint32_t meter_mean_khz(const struct meter *from, const struct meter *to)
{
	uint64_t ticks = 0, khz_ticks = 0;

	if (from->freqs != to->freqs)
		return 0;
	for (size_t i = 0; i < to->freqs; i++) {
		uint64_t spent = to->ticks[i] - from->ticks[i];

		ticks += spent;
		khz_ticks += spent * to->khz[i];
	}
	return ticks ? (uint32_t)(khz_ticks / ticks) : 0;
}
