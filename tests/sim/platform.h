/* SPDX-License-Identifier: MIT */
/*
 * A board as a small text file: clusters, their OPPs with power and speed, what a change
 * of frequency takes, how they heat up. The format is in platforms/README.
 */
#ifndef SIM_PLATFORM_H
#define SIM_PLATFORM_H

#include "planner.h"
#include "text.h"

#define PLATFORM_CLUSTERS_MAX	4
#define PLATFORM_CPUS_MAX	16	/* of one cluster */
#define PLATFORM_TRIPS_MAX	4

/**
 * struct platform_opp - one frequency of a cluster
 * @khz: frequency
 * @busy_uw: power of one CPU that runs, its share of the idle cluster's included
 * @idle_uw: power of one CPU that idles
 * @speed_ppm: work per time over that of the platform's reference, which has PLAN_PPM:
 *	its fastest core, or device, at its highest OPP
 */
struct platform_opp {
	u32 khz;
	u32 busy_uw;
	u32 idle_uw;
	u32 speed_ppm;
};

/**
 * struct platform_trip - from which temperature on a cluster is held down
 * @temp_mc: from here on one OPP lower at each look
 * @hyst_mc: so far below it the cap is let go again
 * @floor_khz: but never below this
 */
struct platform_trip {
	s64 temp_mc;
	s64 hyst_mc;
	u32 floor_khz;
};

/**
 * struct platform_cluster - CPUs, or a device, with one clock
 * @name: its name
 * @nr_cpus: how many; a device is one
 * @device: no CPU: no other task runs there
 * @latency_ns: what the driver says that a change of frequency takes
 * @fast: it takes no time all the same, and no thread's work
 * @switch_nj: energy of a change
 * @wake_uw: what the cluster draws more while one of its CPUs is busy than when none is
 * @nr_opps: OPPs in use
 * @opps: them, lowest frequency first
 * @heats: it has a temperature
 * @r_mk_per_w: thermal resistance to the surroundings
 * @c_mj_per_k: heat capacity
 * @poll_ns: between looks at the temperature
 * @nr_trips: trips in use
 * @trips: them
 */
struct platform_cluster {
	char name[TEXT_NAME_MAX];
	u32 nr_cpus;
	bool device;
	u64 latency_ns;
	bool fast;
	u64 switch_nj;
	u32 wake_uw;
	u32 nr_opps;
	struct platform_opp opps[PLAN_MAX_OPPS];
	bool heats;
	u32 r_mk_per_w;
	u32 c_mj_per_k;
	u64 poll_ns;
	u32 nr_trips;
	struct platform_trip trips[PLATFORM_TRIPS_MAX];
};

/**
 * struct platform - a board
 * @name: its name
 * @base_uw: power of all that has no cluster here
 * @ambient_mc: temperature of the surroundings
 * @nr_clusters: clusters in use
 * @clusters: them
 */
struct platform {
	char name[TEXT_NAME_MAX];
	u64 base_uw;
	s64 ambient_mc;
	u32 nr_clusters;
	struct platform_cluster clusters[PLATFORM_CLUSTERS_MAX];
};

/*
 * Read a platform. 0, or a negative errno; @error, of TEXT_ERROR_MAX characters, then says
 * what is wrong: the file, the line, the field and its range.
 */
int platform_load(const char *path, struct platform *platform, char *error);

/* Index of the cluster of that name; -ENOENT. */
int platform_find(const struct platform *platform, const char *name);

#endif
