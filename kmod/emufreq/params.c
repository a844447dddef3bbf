// SPDX-License-Identifier: GPL-2.0-only
/*
 * Module parameters: which machine is played.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "emufreq.h"

#define DEFAULT_PROFILE		"odroid-xu3"
#define CUSTOM_PROFILE		"custom"
#define CUSTOM_LATENCY_US	100
/* A fast switch is a register write; governors derive their rate from this. */
#define FAST_LATENCY_US		1

#define MIN_KHZ			1000
#define MAX_KHZ			10000000
#define MAX_MW			60000
#define MAX_LATENCY_US		100000
#define MIN_PERIOD_US		100
#define MAX_PERIOD_US		5000
/* The slowest OPP runs at no less than this part of the fastest core's speed. */
#define MAX_SLOWNESS		100

static char *profile = DEFAULT_PROFILE;
module_param(profile, charp, 0444);
MODULE_PARM_DESC(profile, "odroid-xu3, jetson-nano or custom (default " DEFAULT_PROFILE ")");

static char *clusters;
module_param(clusters, charp, 0444);
MODULE_PARM_DESC(clusters, "custom: CPU list per cluster, separated by ';', such as 0-1;2-3");

static char *opps;
module_param(opps, charp, 0444);
MODULE_PARM_DESC(opps, "custom: kHz:mW:mW,... per cluster, separated by ';': frequency, power of the cluster while one core runs, and while all idle");

static char *capacity;
module_param(capacity, charp, 0444);
MODULE_PARM_DESC(capacity, "custom: 1..1024 per cluster, separated by ';' (default 1024 each)");

static bool fast_switch = true;
module_param(fast_switch, bool, 0444);
MODULE_PARM_DESC(fast_switch, "frequency changes at once and in any context (default 1)");

static int transition_latency_us = -1;
module_param(transition_latency_us, int, 0444);
MODULE_PARM_DESC(transition_latency_us, "what a change takes when fast_switch=0, and what governors are told, 1..100000 (default: the board's; 1 when fast_switch=1)");

static unsigned int period_us = 500;
module_param(period_us, uint, 0444);
MODULE_PARM_DESC(period_us, "period in which time is taken from a CPU, 100..5000 (default 500)");

bool emu_params_fast_switch(void)
{
	return fast_switch;
}

unsigned int emu_params_latency_us(void)
{
	if (transition_latency_us >= 0)
		return transition_latency_us;
	return fast_switch ? FAST_LATENCY_US : emu_machine.latency_us;
}

u64 emu_params_period_ns(void)
{
	return (u64)period_us * NSEC_PER_USEC;
}

/* Parameters that do not depend on each other. */
int emu_params_check(void)
{
	if (period_us < MIN_PERIOD_US || period_us > MAX_PERIOD_US) {
		pr_err("period_us: %u is outside %d..%d\n", period_us, MIN_PERIOD_US,
		       MAX_PERIOD_US);
		return -EINVAL;
	}
	if (transition_latency_us != -1 &&
	    (transition_latency_us < 1 || transition_latency_us > MAX_LATENCY_US)) {
		pr_err("transition_latency_us: %d is outside 1..%d\n", transition_latency_us,
		       MAX_LATENCY_US);
		return -EINVAL;
	}
	return 0;
}

static int parse_number(const char *param, unsigned int nr, const char *what, const char *text,
			unsigned int min, unsigned int max, unsigned int *value)
{
	if (text && !kstrtouint(text, 10, value) && *value >= min && *value <= max)
		return 0;
	pr_err("%s: cluster %u: %s '%s' is not a number in %u..%u\n", param, nr, what,
	       text ?: "", min, max);
	return -EINVAL;
}

/* The part of @list before the next ';', which must exist. */
static char *next_part(const char *param, unsigned int nr, char **list)
{
	char *part = strsep(list, ";");

	if (!part)
		pr_err("%s: no entry for cluster %u\n", param, nr);
	return part;
}

/* All parts are used: the parameter speaks of no more clusters than there are. */
static int no_more_parts(const char *param, unsigned int nr, const char *list)
{
	if (!list)
		return 0;
	pr_err("%s: entries for more than the %u clusters of clusters=\n", param, nr);
	return -EINVAL;
}

/* "0-1;2-3": disjoint, not empty, together all present CPUs. */
static int parse_clusters(struct emu_machine *machine, char *list)
{
	struct cpumask *left;
	char *part;
	int ret = -EINVAL;

	left = kmalloc(sizeof(*left), GFP_KERNEL);
	if (!left)
		return -ENOMEM;
	cpumask_copy(left, cpu_present_mask);
	while ((part = strsep(&list, ";"))) {
		unsigned int nr = machine->nr_clusters;
		struct emu_cluster *cluster;

		if (nr == EMU_MAX_CLUSTERS) {
			pr_err("clusters: more than %d\n", EMU_MAX_CLUSTERS);
			goto out;
		}
		cluster = emu_cluster_alloc(machine);
		if (!cluster) {
			ret = -ENOMEM;
			goto out;
		}
		if (cpulist_parse(part, &cluster->cpus) || cpumask_empty(&cluster->cpus) ||
		    !cpumask_subset(&cluster->cpus, left)) {
			pr_err("clusters: cluster %u: '%s' is not a list, such as 0-1, of CPUs out of %*pbl (present and in no other cluster)\n",
			       nr, part, cpumask_pr_args(left));
			goto out;
		}
		cpumask_andnot(left, left, &cluster->cpus);
	}
	if (!cpumask_empty(left)) {
		pr_err("clusters: CPUs %*pbl are in no cluster\n", cpumask_pr_args(left));
		goto out;
	}
	ret = 0;
out:
	kfree(left);
	return ret;
}

/* "200000:74:30" */
static int parse_row(unsigned int nr, char *text, struct emu_row *row)
{
	int ret;

	ret = parse_number("opps", nr, "kHz", strsep(&text, ":"), MIN_KHZ, MAX_KHZ, &row->khz);
	if (ret)
		return ret;
	ret = parse_number("opps", nr, "running mW", strsep(&text, ":"), 1, MAX_MW, &row->run_mw);
	if (ret)
		return ret;
	return parse_number("opps", nr, "idle mW", text, 0, row->run_mw - 1, &row->idle_mw);
}

static int parse_rows(unsigned int nr, char *list, struct emu_row *rows, unsigned int *count)
{
	unsigned int n = 0;
	char *text;
	int ret;

	while ((text = strsep(&list, ","))) {
		if (n == EMU_MAX_OPPS) {
			pr_err("opps: cluster %u: more than %d\n", nr, EMU_MAX_OPPS);
			return -EINVAL;
		}
		ret = parse_row(nr, text, &rows[n]);
		if (ret)
			return ret;
		if (n && rows[n].khz <= rows[n - 1].khz) {
			pr_err("opps: cluster %u: kHz '%u' is not above the one before it, %u\n",
			       nr, rows[n].khz, rows[n - 1].khz);
			return -EINVAL;
		}
		n++;
	}
	*count = n;
	return 0;
}

static int parse_cluster(struct emu_machine *machine, unsigned int nr, char **opps_list,
			 char **capacity_list, struct emu_row *rows)
{
	struct emu_core_type type = {
		.name = CUSTOM_PROFILE,
		.capacity = EMU_FULL_CAPACITY,
		.rows = rows,
	};
	u64 slowest;
	char *part;
	int ret;

	part = next_part("opps", nr, opps_list);
	if (!part)
		return -EINVAL;
	ret = parse_rows(nr, part, rows, &type.nr_rows);
	if (ret)
		return ret;
	if (capacity) {
		part = next_part("capacity", nr, capacity_list);
		if (!part)
			return -EINVAL;
		ret = parse_number("capacity", nr, "capacity", part, 1, EMU_FULL_CAPACITY,
				   &type.capacity);
		if (ret)
			return ret;
	}
	slowest = (u64)rows[0].khz * type.capacity * MAX_SLOWNESS;
	if (slowest < (u64)rows[type.nr_rows - 1].khz * EMU_FULL_CAPACITY) {
		pr_err("opps: cluster %u: %u kHz at capacity %u is below 1/%d of the speed of %u kHz at capacity %u\n",
		       nr, rows[0].khz, type.capacity, MAX_SLOWNESS,
		       rows[type.nr_rows - 1].khz, EMU_FULL_CAPACITY);
		return -EINVAL;
	}
	return emu_cluster_fill(machine->clusters[nr], &type);
}

static int build_custom(struct emu_machine *machine)
{
	char *clusters_copy, *opps_copy, *capacity_copy = NULL;
	char *opps_list, *capacity_list;
	struct emu_row *rows;
	unsigned int nr;
	int ret;

	if (!clusters || !opps) {
		pr_err("%s: needed with profile=" CUSTOM_PROFILE "\n",
		       clusters ? "opps" : "clusters");
		return -EINVAL;
	}
	machine->profile = CUSTOM_PROFILE;
	machine->latency_us = CUSTOM_LATENCY_US;

	/* strsep() writes into what it parses; the parameters stay readable in sysfs. */
	ret = -ENOMEM;
	rows = kmalloc_array(EMU_MAX_OPPS, sizeof(*rows), GFP_KERNEL);
	clusters_copy = kstrdup(clusters, GFP_KERNEL);
	opps_copy = kstrdup(opps, GFP_KERNEL);
	if (capacity)
		capacity_copy = kstrdup(capacity, GFP_KERNEL);
	if (!rows || !clusters_copy || !opps_copy || (capacity && !capacity_copy))
		goto out;

	ret = parse_clusters(machine, clusters_copy);
	if (ret)
		goto out;
	opps_list = opps_copy;
	capacity_list = capacity_copy;
	for (nr = 0; nr < machine->nr_clusters; nr++) {
		ret = parse_cluster(machine, nr, &opps_list, &capacity_list, rows);
		if (ret)
			goto out;
	}
	ret = no_more_parts("opps", nr, opps_list);
	if (!ret)
		ret = no_more_parts("capacity", nr, capacity_list);
out:
	kfree(capacity_copy);
	kfree(opps_copy);
	kfree(clusters_copy);
	kfree(rows);
	return ret;
}

/* On failure @machine may hold some clusters; the caller frees them. */
int emu_params_build(struct emu_machine *machine)
{
	const struct emu_profile *builtin = emu_profile_find(profile);

	if (!builtin && !strcmp(profile, CUSTOM_PROFILE))
		return build_custom(machine);
	if (!builtin) {
		pr_err("profile: '%s' is not one of odroid-xu3, jetson-nano, " CUSTOM_PROFILE "\n",
		       profile);
		return -EINVAL;
	}
	if (clusters || opps || capacity) {
		pr_err("%s: only with profile=" CUSTOM_PROFILE "\n",
		       clusters ? "clusters" : opps ? "opps" : "capacity");
		return -EINVAL;
	}
	return emu_profile_build(machine, builtin);
}
