// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cpufreq driver: one policy per cluster.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/cpufreq.h>
#include <linux/delay.h>
#include <linux/energy_model.h>
#include <linux/time64.h>

#include "compat.h"
#include "emufreq.h"

/*********************** Changing the frequency ***********************/

/* The OPP to set where @index is asked for, or an error. */
static int refuse(struct emu_cluster *cluster, unsigned int index)
{
	enum emu_refuse how = READ_ONCE(cluster->refuse);

	if (how == EMU_REFUSE_NONE || cluster->nr_opps < 2)
		return index;
	atomic64_inc(&cluster->refused);
	if (how == EMU_REFUSE_FAIL)
		return -EIO;
	return index ? index - 1 : 1;
}

static int emu_target_index(struct cpufreq_policy *policy, unsigned int index)
{
	unsigned int latency = emu_params_latency_us();
	int allowed = refuse(policy->driver_data, index);

	if (!emu_params_fast_switch())
		usleep_range(latency, latency + latency / 16 + 1);
	if (allowed < 0)
		return allowed;
	emu_throttle_set(policy->driver_data, allowed);
	return 0;
}

/* The lowest OPP not below @khz, but none above the policy's limit. */
static unsigned int resolve(const struct emu_cluster *cluster, unsigned int khz, unsigned int max)
{
	unsigned int i;

	for (i = 0; i < cluster->nr_opps - 1; i++)
		if (cluster->opps[i].khz >= khz)
			break;
	while (i && cluster->opps[i].khz > max)
		i--;
	return i;
}

static unsigned int emu_fast_switch(struct cpufreq_policy *policy, unsigned int target_khz)
{
	struct emu_cluster *cluster = policy->driver_data;
	int index = refuse(cluster, resolve(cluster, target_khz, READ_ONCE(policy->max)));

	if (index < 0)
		return 0;
	if (index != cluster->cur)
		emu_throttle_set(cluster, index);
	return cluster->opps[index].khz;
}

static unsigned int emu_get(unsigned int cpu)
{
	const struct emu_cluster *cluster = emu_cluster_of(cpu);

	return cluster ? cluster->opps[READ_ONCE(cluster->cur)].khz : 0;
}

/*********************** Energy model ***********************/

#ifdef CONFIG_ENERGY_MODEL
static int emu_active_power(struct device *dev, unsigned long *power_uw, unsigned long *khz)
{
	const struct emu_cluster *cluster = emu_cluster_of(dev->id);
	unsigned int i;

	for (i = 0; i < cluster->nr_opps; i++) {
		if (cluster->opps[i].khz >= *khz) {
			*khz = cluster->opps[i].khz;
			*power_uw = cluster->opps[i].busy_uw;
			return 0;
		}
	}
	return -EINVAL;
}

/*
 * The kernel keeps the energy model of a CPU for ever, so a second load finds
 * the first one's. That is fine if it says the same; what registering does
 * besides, marking OPPs that a faster one beats, is then done again.
 */
static void reuse_energy_model(struct cpufreq_policy *policy, struct em_perf_domain *pd)
{
	const struct emu_cluster *cluster = policy->driver_data;
	int i, nr = em_pd_nr_perf_states(pd);

	for (i = 0; i < nr; i++) {
		struct em_perf_state state = emu_em_state(pd, i);

		if (nr != cluster->nr_opps || state.frequency != cluster->opps[i].khz ||
		    state.power != cluster->opps[i].busy_uw) {
			pr_warn("policy%u: the kernel still has the energy model of another profile, until the next boot\n",
				policy->cpu);
			return;
		}
		if (state.flags & EM_PERF_STATE_INEFFICIENT)
			cpufreq_table_set_inefficient(policy, state.frequency);
	}
}

static void emu_register_em(struct cpufreq_policy *policy)
{
	struct em_data_callback callback = EM_DATA_CB(emu_active_power);
	const struct emu_cluster *cluster = policy->driver_data;
	struct em_perf_domain *pd = em_cpu_get(policy->cpu);
	int ret;

	if (pd) {
		reuse_energy_model(policy, pd);
		return;
	}
	ret = em_dev_register_perf_domain(get_cpu_device(policy->cpu), cluster->nr_opps,
					  &callback, policy->related_cpus, true);
	if (ret)
		pr_warn("policy%u: no energy model (%d)\n", policy->cpu, ret);
}
#else
static void emu_register_em(struct cpufreq_policy *policy)
{
}
#endif /* CONFIG_ENERGY_MODEL */

/*********************** Policies ***********************/

static int emu_init(struct cpufreq_policy *policy)
{
	struct emu_cluster *cluster = emu_cluster_of(policy->cpu);
	int ret;

	/* A CPU that was not present at load. */
	if (!cluster)
		return -ENODEV;

	cpumask_copy(policy->cpus, &cluster->cpus);
	policy->driver_data = cluster;
	policy->freq_table = cluster->table;
	policy->cpuinfo.transition_latency = emu_params_latency_us() * NSEC_PER_USEC;
	policy->fast_switch_possible = emu_params_fast_switch();
	policy->dvfs_possible_from_any_cpu = true;

	mutex_lock(&cluster->cap_lock);
	ret = freq_qos_add_request(&policy->constraints, &cluster->cap, FREQ_QOS_MAX,
				   cluster->cap_khz ?: FREQ_QOS_MAX_DEFAULT_VALUE);
	cluster->cap_active = ret >= 0;
	mutex_unlock(&cluster->cap_lock);
	return ret < 0 ? ret : 0;
}

void emu_exit(struct cpufreq_policy *policy)
{
	struct emu_cluster *cluster = policy->driver_data;

	mutex_lock(&cluster->cap_lock);
	freq_qos_remove_request(&cluster->cap);
	cluster->cap_active = false;
	mutex_unlock(&cluster->cap_lock);
}

/*
 * The policy of a cluster whose last CPU goes offline is kept, with all its
 * settings, until a CPU comes back; throttle.c follows CPUs by itself.
 */
static int emu_online(struct cpufreq_policy *policy)
{
	return 0;
}

static int emu_offline(struct cpufreq_policy *policy)
{
	return 0;
}

static struct cpufreq_driver emu_driver = {
	.name = KBUILD_MODNAME,
	.flags = CPUFREQ_HAVE_GOVERNOR_PER_POLICY | CPUFREQ_CONST_LOOPS,
	.init = emu_init,
	.exit = emu_exit_compat,
	.online = emu_online,
	.offline = emu_offline,
	.verify = cpufreq_generic_frequency_table_verify,
	.target_index = emu_target_index,
	.fast_switch = emu_fast_switch,
	.get = emu_get,
	.register_em = emu_register_em,
	EMU_FREQ_ATTR
};

int emu_driver_register(void)
{
	int ret = cpufreq_register_driver(&emu_driver);

	if (ret == -EEXIST)
		pr_err("another cpufreq driver is registered: %s\n",
		       cpufreq_get_current_driver() ?: "unknown");
	else if (ret)
		pr_err("cpufreq takes no driver (%d)\n", ret);
	return ret;
}

void emu_driver_unregister(void)
{
	cpufreq_unregister_driver(&emu_driver);
}
