// SPDX-License-Identifier: MIT
/* performance and powersave: the highest and the lowest frequency allowed. */
#include "governors.h"

static void top(struct sim *sim, u32 cluster)
{
	sim_want(sim, cluster, sim_cap(&sim->clusters[cluster]));
}

static void start_performance(struct sim *sim)
{
	u32 i;

	for (i = 0; i < sim->scenario->platform.nr_clusters; i++)
		top(sim, i);
}

static void start_powersave(struct sim *sim)
{
	u32 i;

	for (i = 0; i < sim->scenario->platform.nr_clusters; i++)
		sim_want(sim, i, 0);
}

const struct sim_governor gov_performance = {
	.name = "performance",
	.start = start_performance,
	.limits = top,
};

const struct sim_governor gov_powersave = {
	.name = "powersave",
	.start = start_powersave,
};
