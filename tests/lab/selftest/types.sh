# SPDX-License-Identifier: MIT
# The core types of --biglittle --smp 4.
for cpu in 0 1; do
	check_eq "cpu$cpu is LITTLE" "$(cat /sys/devices/system/cpu/cpu$cpu/cpu_capacity)" 539
done
for cpu in 2 3; do
	check_eq "cpu$cpu is big" "$(cat /sys/devices/system/cpu/cpu$cpu/cpu_capacity)" 1024
done
