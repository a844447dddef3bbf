/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dnn_emufreq: what its files share.
 *
 * Lifetimes: everything here lives from load to unload. A cluster is one set
 * of CPUs with one clock, hence one cpufreq policy.
 */
#ifndef EMUFREQ_H
#define EMUFREQ_H

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/cpufreq.h>
#include <linux/cpumask.h>
#include <linux/kconfig.h>
#include <linux/kobject.h>
#include <linux/mutex.h>
#include <linux/pm_qos.h>
#include <linux/timekeeping.h>
#include <linux/types.h>

#include "energy.h"
#include "profile.h"

#define EMU_MAX_CLUSTERS	8
#define EMU_MAX_OPPS		64
#define EMU_FULL_CAPACITY	1024U

/* Fraction bits of emu_opp::debt_mult and emu_opp::run_mult. */
#define EMU_MULT_SHIFT		20

/**
 * struct emu_opp - a frequency of a cluster, ready for the hot paths
 * @khz: frequency
 * @busy_uw: power of one CPU that runs
 * @idle_uw: power of one CPU that idles while the cluster has this frequency
 * @debt_mult: time to take away per time that ran, fixed point; 0: full speed
 * @run_mult: the inverse of @debt_mult
 * @quantum_ns: time taken away at once
 */
struct emu_opp {
	u32 khz;
	u32 busy_uw;
	u32 idle_uw;
	u64 debt_mult;
	u64 run_mult;
	s64 quantum_ns;
};

/* How a cluster refuses a change of frequency, for tests of governors. */
enum emu_refuse {
	EMU_REFUSE_NONE,
	EMU_REFUSE_FAIL,	/* an error, and nothing changes */
	EMU_REFUSE_OTHER,	/* no error, but another OPP than the one asked for */
};

/**
 * struct emu_cluster - CPUs that share a clock
 * @kobj: the directory policyN
 * @kobj_released: completed when nobody uses @kobj any more
 * @cpus: its CPUs, online or not
 * @capacity: of a CPU at the top OPP; the machine's fastest core type has 1024
 * @nr_opps: rows of @opps
 * @opps: ascending frequency
 * @table: the same for the cpufreq core
 * @cur: index of the OPP it runs at; written by the setter of the frequency,
 *	whom the cpufreq core and the governors allow only one at a time
 * @transitions: changes of @cur
 * @refuse: how it refuses changes
 * @refused: how many it has refused
 * @cap_lock: protects @cap, @cap_active and @cap_khz
 * @cap: the thermal cap as a request to the policy's frequency limits
 * @cap_active: @cap has been added to a policy
 * @cap_khz: the thermal cap, 0 for none; outlives the policy
 */
struct emu_cluster {
	struct kobject kobj;
	struct completion kobj_released;
	struct cpumask cpus;
	unsigned int capacity;
	unsigned int nr_opps;
	struct emu_opp opps[EMU_MAX_OPPS];
	struct cpufreq_frequency_table table[EMU_MAX_OPPS + 1];
	unsigned int cur;
	atomic64_t transitions;
	enum emu_refuse refuse;
	atomic64_t refused;
	struct mutex cap_lock;	/* protects the fields below */
	struct freq_qos_request cap;
	bool cap_active;
	unsigned int cap_khz;
};

/**
 * struct emu_machine - the machine that is played
 * @profile: name
 * @latency_us: what a slow change of frequency takes on it
 * @nr_clusters: used entries of @clusters
 * @clusters: in the order of their first CPUs
 */
struct emu_machine {
	const char *profile;
	unsigned int latency_us;
	unsigned int nr_clusters;
	struct emu_cluster *clusters[EMU_MAX_CLUSTERS];
};

/**
 * struct emu_cpu_stats - what a CPU has done since load
 * @energy_uj: energy
 * @busy_ns: time not idle, slow-down included
 * @idle_ns: time idle; neither counts while the CPU is offline
 * @stolen_ns: part of @busy_ns that the slow-down took
 */
struct emu_cpu_stats {
	u64 energy_uj;
	u64 busy_ns;
	u64 idle_ns;
	u64 stolen_ns;
};

/* main.c */
extern struct emu_machine emu_machine;

static inline struct emu_cluster *emu_cluster_of(unsigned int cpu)
{
	unsigned int i;

	for (i = 0; i < emu_machine.nr_clusters; i++)
		if (cpumask_test_cpu(cpu, &emu_machine.clusters[i]->cpus))
			return emu_machine.clusters[i];
	return NULL;
}

/*
 * The clock of all accounts. The fast accessor, because the idle loop may ask
 * while timekeeping is suspended.
 */
static inline u64 emu_clock(void)
{
	return ktime_get_mono_fast_ns();
}

/* params.c */
int emu_params_check(void);
int emu_params_build(struct emu_machine *machine);
bool emu_params_fast_switch(void);
unsigned int emu_params_latency_us(void);
u64 emu_params_period_ns(void);

/* profile.c */
struct emu_cluster *emu_cluster_alloc(struct emu_machine *machine);
int emu_cluster_fill(struct emu_cluster *cluster, const struct emu_core_type *type);
void emu_machine_free(struct emu_machine *machine);

/* calibrate.c */
int emu_calibrate(u64 *overhead_ns);

/* throttle.c */
void emu_throttle_prepare(struct emu_machine *machine, u64 period_ns, u64 overhead_ns);
int emu_throttle_start(void);
void emu_throttle_stop(void);
void emu_throttle_set(struct emu_cluster *cluster, unsigned int index);
void emu_throttle_stats(unsigned int cpu, struct emu_cpu_stats *stats);
u64 emu_throttle_energy_uj(const struct cpumask *cpus);

/* driver.c */
int emu_driver_register(void);
void emu_driver_unregister(void);

/* sysfs.c */
int emu_sysfs_add(void);
void emu_sysfs_remove(void);

/* hwmon.c */
#if IS_REACHABLE(CONFIG_HWMON)
void emu_hwmon_add(void);
void emu_hwmon_remove(void);
#else
static inline void emu_hwmon_add(void)
{
}

static inline void emu_hwmon_remove(void)
{
}
#endif

#endif /* EMUFREQ_H */
