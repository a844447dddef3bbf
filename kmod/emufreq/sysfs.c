// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/dnn_emufreq/: the machine, a directory policyN per cluster and a
 * directory cpuN per CPU. One value per file, but for the table "opps".
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kobject.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "emufreq.h"

/**
 * struct emu_cpu_dir - the directory cpuN
 * @kobj: in sysfs
 * @released: completed when nobody uses @kobj any more
 * @cpu: which
 */
struct emu_cpu_dir {
	struct kobject kobj;
	struct completion released;
	unsigned int cpu;
};

static struct kobject *root;
/* By CPU number; those of CPUs without a cluster are unused. */
static struct emu_cpu_dir *cpu_dirs;

/*********************** The machine ***********************/

static ssize_t profile_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", emu_machine.profile);
}

static ssize_t total_energy_uj_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	unsigned int i;
	u64 sum = 0;

	for (i = 0; i < emu_machine.nr_clusters; i++)
		sum += emu_throttle_energy_uj(&emu_machine.clusters[i]->cpus);
	return sysfs_emit(buf, "%llu\n", sum);
}

static struct kobj_attribute profile_attr = __ATTR_RO(profile);
static struct kobj_attribute total_energy_uj_attr = __ATTR_RO(total_energy_uj);

static const struct attribute *root_attrs[] = {
	&profile_attr.attr,
	&total_energy_uj_attr.attr,
	NULL
};

/*********************** Clusters ***********************/

static struct emu_cluster *to_cluster(struct kobject *kobj)
{
	return container_of(kobj, struct emu_cluster, kobj);
}

static ssize_t capacity_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", to_cluster(kobj)->capacity);
}

static ssize_t cpus_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%*pbl\n", cpumask_pr_args(&to_cluster(kobj)->cpus));
}

static ssize_t opps_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	const struct emu_cluster *cluster = to_cluster(kobj);
	unsigned int i;
	int len = 0;

	for (i = 0; i < cluster->nr_opps; i++)
		len += sysfs_emit_at(buf, len, "%u %u %u\n", cluster->opps[i].khz,
				     cluster->opps[i].busy_uw, cluster->opps[i].idle_uw);
	return len;
}

static ssize_t transitions_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%lld\n", atomic64_read(&to_cluster(kobj)->transitions));
}

static ssize_t policy_energy_uj_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", emu_throttle_energy_uj(&to_cluster(kobj)->cpus));
}

static ssize_t thermal_cap_khz_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(to_cluster(kobj)->cap_khz));
}

static ssize_t thermal_cap_khz_store(struct kobject *kobj, struct kobj_attribute *attr,
				     const char *buf, size_t count)
{
	struct emu_cluster *cluster = to_cluster(kobj);
	unsigned int low = cluster->opps[0].khz;
	unsigned int high = cluster->opps[cluster->nr_opps - 1].khz;
	unsigned int khz;
	int ret = 0;

	if (sysfs_streq(buf, "none")) {
		khz = 0;
	} else if (kstrtouint(buf, 10, &khz) || (khz && (khz < low || khz > high))) {
		pr_err("%s/thermal_cap_khz: not a number in %u..%u, 0 or none\n",
		       kobject_name(kobj), low, high);
		return -EINVAL;
	}

	/* The lock keeps the policy, whose limits the request is about, alive. */
	mutex_lock(&cluster->cap_lock);
	if (cluster->cap_active)
		ret = freq_qos_update_request(&cluster->cap, khz ?: FREQ_QOS_MAX_DEFAULT_VALUE);
	if (ret >= 0)
		WRITE_ONCE(cluster->cap_khz, khz);
	mutex_unlock(&cluster->cap_lock);
	return ret < 0 ? ret : count;
}

static const char * const refuse_names[] = {
	[EMU_REFUSE_NONE] = "none",
	[EMU_REFUSE_FAIL] = "fail",
	[EMU_REFUSE_OTHER] = "other",
};

static ssize_t refuse_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", refuse_names[READ_ONCE(to_cluster(kobj)->refuse)]);
}

static ssize_t refuse_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf,
			    size_t count)
{
	int how = sysfs_match_string(refuse_names, buf);

	if (how < 0) {
		pr_err("%s/refuse: not none, fail or other\n", kobject_name(kobj));
		return how;
	}
	WRITE_ONCE(to_cluster(kobj)->refuse, how);
	return count;
}

static ssize_t refused_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%lld\n", atomic64_read(&to_cluster(kobj)->refused));
}

static struct kobj_attribute capacity_attr = __ATTR_RO(capacity);
static struct kobj_attribute cpus_attr = __ATTR_RO(cpus);
static struct kobj_attribute opps_attr = __ATTR_RO(opps);
static struct kobj_attribute transitions_attr = __ATTR_RO(transitions);
static struct kobj_attribute policy_energy_uj_attr =
	__ATTR(energy_uj, 0444, policy_energy_uj_show, NULL);
static struct kobj_attribute thermal_cap_khz_attr = __ATTR_RW(thermal_cap_khz);
static struct kobj_attribute refuse_attr = __ATTR_RW(refuse);
static struct kobj_attribute refused_attr = __ATTR_RO(refused);

static struct attribute *policy_attrs[] = {
	&capacity_attr.attr,
	&cpus_attr.attr,
	&opps_attr.attr,
	&transitions_attr.attr,
	&policy_energy_uj_attr.attr,
	&thermal_cap_khz_attr.attr,
	&refuse_attr.attr,
	&refused_attr.attr,
	NULL
};
ATTRIBUTE_GROUPS(policy);

static void policy_release(struct kobject *kobj)
{
	complete(&to_cluster(kobj)->kobj_released);
}

static struct kobj_type policy_ktype = {
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = policy_groups,
	.release = policy_release,
};

/*********************** CPUs ***********************/

/**
 * struct emu_cpu_attr - a file that shows a field of struct emu_cpu_stats
 * @attr: in sysfs
 * @offset: of the field, a u64
 */
struct emu_cpu_attr {
	struct kobj_attribute attr;
	size_t offset;
};

static ssize_t cpu_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct emu_cpu_dir *dir = container_of(kobj, struct emu_cpu_dir, kobj);
	struct emu_cpu_attr *cpu_attr = container_of(attr, struct emu_cpu_attr, attr);
	struct emu_cpu_stats stats;

	emu_throttle_stats(dir->cpu, &stats);
	return sysfs_emit(buf, "%llu\n", *(u64 *)((char *)&stats + cpu_attr->offset));
}

static struct emu_cpu_attr energy_uj_attr = {
	__ATTR(energy_uj, 0444, cpu_show, NULL), offsetof(struct emu_cpu_stats, energy_uj)
};

static struct emu_cpu_attr busy_ns_attr = {
	__ATTR(busy_ns, 0444, cpu_show, NULL), offsetof(struct emu_cpu_stats, busy_ns)
};

static struct emu_cpu_attr idle_ns_attr = {
	__ATTR(idle_ns, 0444, cpu_show, NULL), offsetof(struct emu_cpu_stats, idle_ns)
};

static struct emu_cpu_attr stolen_ns_attr = {
	__ATTR(stolen_ns, 0444, cpu_show, NULL), offsetof(struct emu_cpu_stats, stolen_ns)
};

static struct attribute *cpu_attrs[] = {
	&energy_uj_attr.attr.attr,
	&busy_ns_attr.attr.attr,
	&idle_ns_attr.attr.attr,
	&stolen_ns_attr.attr.attr,
	NULL
};
ATTRIBUTE_GROUPS(cpu);

static void cpu_release(struct kobject *kobj)
{
	complete(&container_of(kobj, struct emu_cpu_dir, kobj)->released);
}

static struct kobj_type cpu_ktype = {
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = cpu_groups,
	.release = cpu_release,
};

/*********************** The tree ***********************/

/* Remove a directory and wait until its last reader has left. */
static void remove_dir(struct kobject *kobj, struct completion *released)
{
	kobject_put(kobj);
	wait_for_completion(released);
}

static int add_policy_dir(struct emu_cluster *cluster)
{
	int ret;

	init_completion(&cluster->kobj_released);
	ret = kobject_init_and_add(&cluster->kobj, &policy_ktype, root, "policy%u",
				   cpumask_first(&cluster->cpus));
	if (ret)
		remove_dir(&cluster->kobj, &cluster->kobj_released);
	return ret;
}

static int add_cpu_dir(unsigned int cpu)
{
	struct emu_cpu_dir *dir = &cpu_dirs[cpu];
	int ret;

	dir->cpu = cpu;
	init_completion(&dir->released);
	ret = kobject_init_and_add(&dir->kobj, &cpu_ktype, root, "cpu%u", cpu);
	if (ret)
		remove_dir(&dir->kobj, &dir->released);
	return ret;
}

int emu_sysfs_add(void)
{
	unsigned int n = 0, cpu = 0;
	int ret;

	cpu_dirs = kcalloc(nr_cpu_ids, sizeof(*cpu_dirs), GFP_KERNEL);
	if (!cpu_dirs)
		return -ENOMEM;
	root = kobject_create_and_add(KBUILD_MODNAME, kernel_kobj);
	if (!root) {
		ret = -ENOMEM;
		goto free_dirs;
	}
	ret = sysfs_create_files(root, root_attrs);
	if (ret)
		goto put_root;
	for (n = 0; n < emu_machine.nr_clusters; n++) {
		ret = add_policy_dir(emu_machine.clusters[n]);
		if (ret)
			goto remove_dirs;
	}
	for (cpu = 0; cpu < nr_cpu_ids; cpu++) {
		if (!emu_cluster_of(cpu))
			continue;
		ret = add_cpu_dir(cpu);
		if (ret)
			goto remove_dirs;
	}
	return 0;

remove_dirs:
	while (cpu--)
		if (emu_cluster_of(cpu))
			remove_dir(&cpu_dirs[cpu].kobj, &cpu_dirs[cpu].released);
	while (n--)
		remove_dir(&emu_machine.clusters[n]->kobj,
			   &emu_machine.clusters[n]->kobj_released);
put_root:
	kobject_put(root);
free_dirs:
	kfree(cpu_dirs);
	pr_err("no directory in sysfs (%d)\n", ret);
	return ret;
}

void emu_sysfs_remove(void)
{
	unsigned int n, cpu;

	for (cpu = 0; cpu < nr_cpu_ids; cpu++)
		if (emu_cluster_of(cpu))
			remove_dir(&cpu_dirs[cpu].kobj, &cpu_dirs[cpu].released);
	for (n = 0; n < emu_machine.nr_clusters; n++)
		remove_dir(&emu_machine.clusters[n]->kobj,
			   &emu_machine.clusters[n]->kobj_released);
	sysfs_remove_files(root, root_attrs);
	kobject_put(root);
	kfree(cpu_dirs);
}
