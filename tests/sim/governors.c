// SPDX-License-Identifier: MIT
#include "governors.h"

#include <string.h>

const struct sim_governor *const governors[GOVERNORS] = {
	&gov_dnn, &gov_schedutil, &gov_ondemand, &gov_conservative, &gov_interactive,
	&gov_performance, &gov_powersave, &gov_alert, &gov_deadline,
};

const struct sim_governor *governor_find(const char *name)
{
	int i;

	for (i = 0; i < GOVERNORS; i++)
		if (!strcmp(governors[i]->name, name))
			return governors[i];
	return NULL;
}

/* A thousand times what a change takes, 10 ms at the most; 1 ms where that is unknown. */
u64 governor_delay_ns(const struct platform_cluster *cluster)
{
	if (!cluster->latency_ns)
		return 1000000;
	return plan_min(cluster->latency_ns * 1000, 10000000);
}
