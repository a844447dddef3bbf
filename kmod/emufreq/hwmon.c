// SPDX-License-Identifier: GPL-2.0-only
/*
 * The board's power sensors: a hwmon device with energyN_input and powerN_input of
 * each cluster.
 *
 * As on a board power is a mean: of the time since the conversion before, which is
 * at least the update interval ago. A sensor converts all the time, this one when
 * it is read, so that nothing wakes CPUs that nobody looks at.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/hwmon.h>
#include <linux/kobject.h>
#include <linux/math64.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/time64.h>

#include "emufreq.h"

#define UPDATE_INTERVAL_MS	10

/**
 * struct emu_conversion - what a power sensor measured last
 * @stamp: when
 * @energy_uj: of the cluster then
 * @power_uw: mean power since the conversion before
 */
struct emu_conversion {
	u64 stamp;
	u64 energy_uj;
	u64 power_uw;
};

static struct emu_conversion conversions[EMU_MAX_CLUSTERS];
static DEFINE_MUTEX(conversions_lock);	/* protects conversions */
static struct platform_device *parent;
static struct device *hwmon;

static u64 power_of(unsigned int channel)
{
	struct emu_conversion *last = &conversions[channel];
	u64 energy_uj, now, power_uw;

	mutex_lock(&conversions_lock);
	energy_uj = emu_throttle_energy_uj(&emu_machine.clusters[channel]->cpus);
	now = emu_clock();
	if (now - last->stamp >= UPDATE_INTERVAL_MS * NSEC_PER_MSEC) {
		last->power_uw = mul_u64_u64_div_u64(energy_uj - last->energy_uj, NSEC_PER_SEC,
						     now - last->stamp);
		last->energy_uj = energy_uj;
		last->stamp = now;
	}
	power_uw = last->power_uw;
	mutex_unlock(&conversions_lock);
	return power_uw;
}

static umode_t emu_is_visible(const void *data, enum hwmon_sensor_types type, u32 attr,
			      int channel)
{
	if (type == hwmon_chip)
		return 0444;
	if (channel >= emu_machine.nr_clusters)
		return 0;
	/* A counter that a long cannot hold would go back without telling. */
	if (type == hwmon_energy && BITS_PER_LONG < 64)
		return 0;
	return 0444;
}

static int emu_read(struct device *dev, enum hwmon_sensor_types type, u32 attr, int channel,
		    long *value)
{
	if (type == hwmon_chip)
		*value = UPDATE_INTERVAL_MS;
	else if (type == hwmon_energy)
		*value = emu_throttle_energy_uj(&emu_machine.clusters[channel]->cpus);
	else
		*value = power_of(channel);
	return 0;
}

/* The directory of the cluster in our own tree, which stays until after the sensors. */
static int emu_read_string(struct device *dev, enum hwmon_sensor_types type, u32 attr,
			   int channel, const char **text)
{
	*text = kobject_name(&emu_machine.clusters[channel]->kobj);
	return 0;
}

static const struct hwmon_ops emu_ops = {
	.is_visible = emu_is_visible,
	.read = emu_read,
	.read_string = emu_read_string,
};

static const u32 chip_config[] = { HWMON_C_UPDATE_INTERVAL, 0 };
static const u32 energy_config[EMU_MAX_CLUSTERS + 1] = {
	[0 ... EMU_MAX_CLUSTERS - 1] = HWMON_E_INPUT | HWMON_E_LABEL,
};

static const u32 power_config[EMU_MAX_CLUSTERS + 1] = {
	[0 ... EMU_MAX_CLUSTERS - 1] = HWMON_P_INPUT | HWMON_P_LABEL,
};

static const struct hwmon_channel_info chip_info = { hwmon_chip, chip_config };
static const struct hwmon_channel_info energy_info = { hwmon_energy, energy_config };
static const struct hwmon_channel_info power_info = { hwmon_power, power_config };

static const struct hwmon_channel_info *emu_info[] = {
	&chip_info,
	&energy_info,
	&power_info,
	NULL
};

static const struct hwmon_chip_info emu_chip = {
	.ops = &emu_ops,
	.info = emu_info,
};

/* What fails here costs nothing but the sensors. */
void emu_hwmon_add(void)
{
	unsigned int i;

	for (i = 0; i < emu_machine.nr_clusters; i++) {
		conversions[i].energy_uj =
			emu_throttle_energy_uj(&emu_machine.clusters[i]->cpus);
		conversions[i].stamp = emu_clock();
		conversions[i].power_uw = 0;
	}
	parent = platform_device_register_simple(KBUILD_MODNAME, PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(parent)) {
		pr_warn("no device for power sensors (%ld)\n", PTR_ERR(parent));
		return;
	}
	hwmon = hwmon_device_register_with_info(&parent->dev, KBUILD_MODNAME, NULL, &emu_chip,
						NULL);
	if (IS_ERR(hwmon)) {
		pr_warn("no power sensors (%ld)\n", PTR_ERR(hwmon));
		platform_device_unregister(parent);
	}
}

void emu_hwmon_remove(void)
{
	if (IS_ERR(parent) || IS_ERR(hwmon))
		return;
	hwmon_device_unregister(hwmon);
	platform_device_unregister(parent);
}
