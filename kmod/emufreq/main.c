// SPDX-License-Identifier: GPL-2.0-only
/*
 * dnn_emufreq: a cpufreq driver whose frequencies are emulated.
 *
 * For machines without DVFS, above all virtual ones: the CPUs are made as slow
 * as the frequency and the core type of a board ask for, and the energy the
 * board would have used is integrated.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpufreq.h>
#include <linux/init.h>
#include <linux/module.h>

#include "emufreq.h"

struct emu_machine emu_machine;

static int __init emu_module_init(void)
{
	const char *other = cpufreq_get_current_driver();
	u64 overhead_ns;
	int ret;

	/* Registering finds this out as well, but only after CPUs were slowed. */
	if (other) {
		pr_err("another cpufreq driver is registered: %s\n", other);
		return -EEXIST;
	}
	ret = emu_params_check();
	if (ret)
		return ret;
	ret = emu_params_build(&emu_machine);
	if (ret)
		goto free_machine;

	ret = emu_calibrate(&overhead_ns);
	if (ret)
		goto free_machine;
	emu_throttle_prepare(&emu_machine, emu_params_period_ns(), overhead_ns);
	ret = emu_throttle_start();
	if (ret)
		goto free_machine;
	ret = emu_driver_register();
	if (ret)
		goto stop_throttle;
	ret = emu_sysfs_add();
	if (ret)
		goto unregister_driver;
	emu_hwmon_add();
	pr_info("profile %s, %s switching, %u us; a tick costs %llu ns\n",
		emu_machine.profile, emu_params_fast_switch() ? "fast" : "slow",
		emu_params_latency_us(), overhead_ns);
	return 0;

unregister_driver:
	emu_driver_unregister();
stop_throttle:
	emu_throttle_stop();
free_machine:
	emu_machine_free(&emu_machine);
	return ret;
}

static void __exit emu_module_exit(void)
{
	emu_hwmon_remove();
	emu_sysfs_remove();
	emu_driver_unregister();
	emu_throttle_stop();
	emu_machine_free(&emu_machine);
}

module_init(emu_module_init);
module_exit(emu_module_exit);

MODULE_DESCRIPTION("cpufreq driver that emulates DVFS by taking time away from CPUs");
MODULE_AUTHOR("dnn_gov developers");
MODULE_LICENSE("GPL");
