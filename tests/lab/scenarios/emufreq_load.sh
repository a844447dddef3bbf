# SPDX-License-Identifier: MIT
# lab: --smp 4 --biglittle
#
# Loading and unloading, again and again, while CPUs and governors are at work.

CPUFREQ=/sys/devices/system/cpu/cpufreq
EMU=/sys/kernel/dnn_emufreq
MODULE=/lib/modules/dnn/dnn_emufreq.ko

loop_ns() { spinloop -c 3 -n 500000 -b 4 | cut -d' ' -f2; }
before=$(loop_ns)

hogs=""
for cpu in 0 1 2 3; do
	(while :; do spinloop -c $cpu -n 30000 -b 20 -g 1000 >/dev/null; done) &
	hogs="$hogs $!"
done

for round in $(seq 20); do
	case $((round % 5)) in
	0) governor=schedutil ;;
	1) governor=ondemand ;;
	2) governor=conservative ;;
	3) governor=performance ;;
	4) governor=userspace ;;
	esac
	fast=$((round % 2))
	if ! load_emufreq profile=odroid-xu3 fast_switch=$fast; then
		fail "round $round: load"
		break
	fi
	set_governor $governor || fail "round $round: $governor"
	usleep 60000
	cat $EMU/total_energy_uj $EMU/cpu*/* $EMU/policy*/* >/dev/null || fail "round $round: sysfs"
	rmmod dnn_emufreq || fail "round $round: unload"
	if [ -e $EMU ] || [ -e $CPUFREQ/policy0 ]; then
		fail "round $round: something is left in sysfs"
	fi
done
check_eq "20 times loaded and unloaded under load" "$round" 20

# Readers and writers at the moment of unloading.
for round in $(seq 5); do
	load_emufreq fast_switch=1
	(while cat $EMU/cpu*/* $EMU/policy*/* >/dev/null 2>&1; do :; done) &
	reader=$!
	(while echo 600000 >$EMU/policy2/thermal_cap_khz; do echo 0 >$EMU/policy2/thermal_cap_khz; done) \
		2>/dev/null &
	writer=$!
	usleep 50000
	rmmod dnn_emufreq || fail "unload with readers and writers"
	wait $reader $writer
done
ok "unloaded while its files are read and written"

for pid in $hogs; do
	kill "$pid"
done
wait
wait_for 5 sh -c "! pidof spinloop" || fail "the hogs do not end"
timed check_range "the CPUs are as fast as before" \
	"$(awk -v a="$(loop_ns)" -v b="$before" 'BEGIN { print a / b }')" 0.97 1.03

# Only one driver: the same code under another name plays the other one.
sed 's/dnn_emufreq/dnn_emufrez/g' $MODULE >/tmp/dnn_emufrez.ko
check "another cpufreq driver" insmod /tmp/dnn_emufrez.ko
dmesg -c >/dev/null
expect_fail "is not pushed aside" load_emufreq
check "the log says who is there" \
	sh -c 'dmesg | grep -q "dnn_emufreq: another cpufreq driver is registered: dnn_emufrez"'
check "the other one goes" rmmod dnn_emufrez

# The kernel keeps energy models; a second load says so where they differ.
dmesg -c >/dev/null
load_emufreq profile=odroid-xu3
check_eq "the same profile again: no warning" "$(dmesg | grep -c 'energy model of another')" 0
rmmod dnn_emufreq
load_emufreq profile=jetson-nano
check_eq "another profile: a warning" "$(dmesg | grep -c 'energy model of another')" 1
check "unload" rmmod dnn_emufreq
