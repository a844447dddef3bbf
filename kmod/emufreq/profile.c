// SPDX-License-Identifier: GPL-2.0-only
/*
 * Built-in boards, and how a board becomes a machine.
 *
 * The power of a cluster is shared out to its CPUs: each idle CPU takes its
 * part of the idle cluster's, a running one adds what one running core adds.
 * The sum over the CPUs is then the cluster's power for none or one running.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "emufreq.h"

/*
 * Odroid XU3 (Exynos 5422). Power was measured on the board by the PARTProf
 * profiler: mean power of the cluster's rail while one core encrypts and the
 * others idle, and while all idle (tables of the PARTSim simulator, columns
 * "encrypt" and "idle"). Capacities are the kernel's capacity-dmips-mhz of
 * 1024 and 539 at the top frequencies. A change of the regulator takes 140 us.
 */
static const struct emu_row xu3_a7[] = {
	{ 200000, 14, 9 },
	{ 300000, 21, 12 },
	{ 400000, 28, 15 },
	{ 500000, 35, 17 },
	{ 600000, 46, 21 },
	{ 700000, 58, 27 },
	{ 800000, 70, 33 },
	{ 900000, 86, 40 },
	{ 1000000, 103, 48 },
	{ 1100000, 121, 56 },
	{ 1200000, 142, 65 },
	{ 1300000, 167, 79 },
	{ 1400000, 198, 93 },
};

static const struct emu_row xu3_a15[] = {
	{ 200000, 74, 30 },
	{ 300000, 111, 37 },
	{ 400000, 146, 44 },
	{ 500000, 182, 50 },
	{ 600000, 219, 55 },
	{ 700000, 255, 62 },
	{ 800000, 299, 71 },
	{ 900000, 343, 82 },
	{ 1000000, 401, 96 },
	{ 1100000, 465, 110 },
	{ 1200000, 540, 124 },
	{ 1300000, 614, 143 },
	{ 1400000, 697, 161 },
	{ 1500000, 789, 182 },
	{ 1600000, 909, 210 },
	{ 1700000, 1049, 241 },
	{ 1800000, 1188, 282 },
	{ 1900000, 1405, 326 },
	{ 2000000, 1675, 413 },
};

static const struct emu_core_type xu3_types[] = {
	{ "Cortex-A7", 377, ARRAY_SIZE(xu3_a7), xu3_a7 },
	{ "Cortex-A15", EMU_FULL_CAPACITY, ARRAY_SIZE(xu3_a15), xu3_a15 },
};

/*
 * Jetson Nano (Tegra X1). The power is an ESTIMATE: no table of it per
 * frequency is public. Voltages V are those of the kernel's table for the
 * speedo ids 8 and 9 (1428 MHz, not in it, has its neighbours' 1.090 V).
 *	one running core adds	0.37 mW/MHz/V^2 * f * V^2
 *	the idle cluster takes	100 mW/V^2 * V^2, and a tenth of the above
 * The coefficients are a guess: 0.37 makes four running cores take 2.8 W at the
 * top, which is what the vendor's 10 W mode may leave for the CPU next to a
 * busy GPU and memory, and lies somewhat above the Cortex-A15's published 0.31.
 */
static const struct emu_row nano_a57[] = {
	{ 204000, 148, 87 },
	{ 306000, 182, 90 },
	{ 408000, 216, 93 },
	{ 510000, 249, 96 },
	{ 612000, 283, 99 },
	{ 714000, 325, 105 },
	{ 816000, 387, 117 },
	{ 918000, 455, 129 },
	{ 1020000, 530, 142 },
	{ 1122000, 611, 155 },
	{ 1224000, 700, 170 },
	{ 1326000, 760, 177 },
	{ 1428000, 809, 182 },
	{ 1479000, 834, 184 },
};

static const struct emu_core_type nano_types[] = {
	{ "Cortex-A57", EMU_FULL_CAPACITY, ARRAY_SIZE(nano_a57), nano_a57 },
};

static const struct emu_profile profiles[] = {
	{ "odroid-xu3", 140, ARRAY_SIZE(xu3_types), xu3_types },
	{ "jetson-nano", 300, ARRAY_SIZE(nano_types), nano_types },
};

const struct emu_profile *emu_profile_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(profiles); i++)
		if (!strcmp(profiles[i].name, name))
			return &profiles[i];
	return NULL;
}

/* A new cluster without CPUs, owned by @machine; NULL without memory. */
struct emu_cluster *emu_cluster_alloc(struct emu_machine *machine)
{
	struct emu_cluster *cluster = kzalloc(sizeof(*cluster), GFP_KERNEL);

	if (!cluster)
		return NULL;
	mutex_init(&cluster->cap_lock);
	machine->clusters[machine->nr_clusters++] = cluster;
	return cluster;
}

/* Once its CPUs are known, because they share the cluster's idle power. */
int emu_cluster_fill(struct emu_cluster *cluster, const struct emu_core_type *type)
{
	unsigned int nr_cpus = cpumask_weight(&cluster->cpus);
	unsigned int i;

	if (!nr_cpus || !type->nr_rows || type->nr_rows > EMU_MAX_OPPS)
		return -EINVAL;
	for (i = 0; i < type->nr_rows; i++) {
		const struct emu_row *row = &type->rows[i];
		struct emu_opp *opp = &cluster->opps[i];

		opp->khz = row->khz;
		opp->idle_uw = row->idle_mw * 1000 / nr_cpus;
		opp->busy_uw = opp->idle_uw + (row->run_mw - row->idle_mw) * 1000;
		cluster->table[i].frequency = row->khz;
		cluster->table[i].driver_data = i;
	}
	cluster->table[i].frequency = CPUFREQ_TABLE_END;
	cluster->nr_opps = type->nr_rows;
	cluster->capacity = type->capacity;
	cluster->cur = type->nr_rows - 1;
	pr_info("CPUs %*pbl: %s, capacity %u, %u..%u kHz in %u OPPs\n",
		cpumask_pr_args(&cluster->cpus), type->name, type->capacity,
		cluster->opps[0].khz, cluster->opps[i - 1].khz, i);
	return 0;
}

void emu_machine_free(struct emu_machine *machine)
{
	while (machine->nr_clusters)
		kfree(machine->clusters[--machine->nr_clusters]);
}

/*
 * A machine with fewer or more CPUs than the board has the same share of each
 * core type; the fastest type gets what is left over, and a single CPU.
 */
int emu_profile_build(struct emu_machine *machine, const struct emu_profile *profile)
{
	unsigned int share = num_present_cpus() / profile->nr_types;
	unsigned int type, cpu, dealt;
	struct emu_cluster *cluster;
	int ret;

	machine->profile = profile->name;
	machine->latency_us = profile->latency_us;
	cpu = cpumask_first(cpu_present_mask);
	for (type = share ? 0 : profile->nr_types - 1; type < profile->nr_types; type++) {
		bool last = type == profile->nr_types - 1;

		cluster = emu_cluster_alloc(machine);
		if (!cluster)
			return -ENOMEM;
		for (dealt = 0; cpu < nr_cpu_ids && (last || dealt < share); dealt++) {
			cpumask_set_cpu(cpu, &cluster->cpus);
			cpu = cpumask_next(cpu, cpu_present_mask);
		}
		ret = emu_cluster_fill(cluster, &profile->types[type]);
		if (ret)
			return ret;
	}
	return 0;
}
