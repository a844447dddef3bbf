// SPDX-License-Identifier: MIT
#include "latency.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int parse_line(const char *line, struct latency *latency)
{
	unsigned int i = latency->nr;
	char *end;

	if (i == LATENCY_MAX || sscanf(line, "%15s %" SCNu64, latency->bucket[i].bound,
				       &latency->bucket[i].frames) != 2)
		return -EBADMSG;
	latency->bucket[i].percent = UINT32_MAX;
	if (strcmp(latency->bucket[i].bound, "more")) {
		latency->bucket[i].percent = (uint32_t)strtoul(latency->bucket[i].bound, &end, 10);
		if (*end)
			return -EBADMSG;
	}
	latency->frames += latency->bucket[i].frames;
	latency->nr++;
	return 0;
}

int latency_parse(const char *path, struct latency *latency)
{
	FILE *file = fopen(path, "re");
	char line[64];
	int ret = 0;

	memset(latency, 0, sizeof(*latency));
	if (!file)
		return -errno;
	while (!ret && fgets(line, sizeof(line), file))
		ret = parse_line(line, latency);
	if (!ret && ferror(file))
		ret = -EIO;
	fclose(file);
	return ret || latency->nr ? ret : -EBADMSG;
}

int latency_read(uint32_t stream_id, struct latency *latency)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/kernel/dnn_gov/stream%" PRIu32 "/latency", stream_id);
	return latency_parse(path, latency);
}

const char *latency_quantile(const struct latency *latency, unsigned int percent)
{
	uint64_t sum = 0, needed = (latency->frames * percent + 99) / 100;

	for (unsigned int i = 0; latency->frames && i < latency->nr; i++) {
		sum += latency->bucket[i].frames;
		if (sum >= needed)
			return latency->bucket[i].bound;
	}
	return NULL;
}
