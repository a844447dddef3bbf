# SPDX-License-Identifier: MIT
# lab: --smp 4 --biglittle
#
# CPUs come and go: under load, under governors, and whole clusters.

CPUFREQ=/sys/devices/system/cpu/cpufreq
CPUS=/sys/devices/system/cpu
EMU=/sys/kernel/dnn_emufreq

loop_ns() { spinloop -c "$1" -n 500000 -b 4 | cut -d' ' -f2; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.4f", a / b }'; }
full=$(loop_ns 3)

check "load" load_emufreq profile=odroid-xu3
set_governor userspace
echo 1000000 >$CPUFREQ/policy2/scaling_setspeed

check "CPU 3 goes" sh -c "echo 0 >$CPUS/cpu3/online"
check_eq "its policy has one CPU left" "$(cat $CPUFREQ/policy2/affected_cpus)" 2
check_eq "the cluster keeps its CPUs" "$(cat $EMU/policy2/cpus)" 2-3
away="$(cat $EMU/cpu3/busy_ns $EMU/cpu3/idle_ns $EMU/cpu3/energy_uj)"
sleep 1
check_eq "a CPU that is away has neither time nor energy" \
	"$(cat $EMU/cpu3/busy_ns $EMU/cpu3/idle_ns $EMU/cpu3/energy_uj)" "$away"
echo 500000 >$CPUFREQ/policy2/scaling_setspeed
check "CPU 3 comes back" sh -c "echo 1 >$CPUS/cpu3/online"
timed check_range "with the frequency set meanwhile" "$(ratio "$(loop_ns 3)" "$full")" 3.8 4.2

check "the whole cluster goes" sh -c "echo 0 >$CPUS/cpu2/online; echo 0 >$CPUS/cpu3/online"
check "and comes back" sh -c "echo 1 >$CPUS/cpu3/online; echo 1 >$CPUS/cpu2/online"
check "its governor works" set_governor performance 2
timed check_range "CPU 2 at full speed" "$(ratio "$(loop_ns 2)" "$full")" 0.97 1.03
timed check_range "CPU 3 at full speed" "$(ratio "$(loop_ns 3)" "$full")" 0.97 1.03

# Load with CPUs missing, even all of a cluster.
check "unload" rmmod dnn_emufreq
check "a cluster goes before the load" sh -c "echo 0 >$CPUS/cpu2/online; echo 0 >$CPUS/cpu3/online"
check "load without it" load_emufreq profile=odroid-xu3
check "its directory is there" test -d $EMU/policy2
check "a cap for it is taken" sh -c "echo 1000000 >$EMU/policy2/thermal_cap_khz"
check "it comes" sh -c "echo 1 >$CPUS/cpu2/online; echo 1 >$CPUS/cpu3/online"
policy=$(basename $CPUFREQ/policy[23])
check_eq "with the cap" "$(cat $CPUFREQ/$policy/scaling_max_freq)" 1000000
set_governor performance
timed check_range "and followed" "$(ratio "$(loop_ns 3)" "$full")" 1.92 2.08
echo none >$EMU/policy2/thermal_cap_khz

# Everything at once: hogs, changes of frequency from afar, CPUs coming and going.
for governor in schedutil ondemand userspace; do
	set_governor $governor
	hogs=""
	for cpu in 1 2 3; do
		(while :; do taskset -a $((1 << cpu)) spinloop -n 30000 -b 20 -g 500; done >/dev/null 2>&1) &
		hogs="$hogs $!"
	done
	if [ $governor = userspace ]; then
		(while :; do
			echo 300000 >$CPUFREQ/policy2/scaling_setspeed
			echo 1900000 >$CPUFREQ/policy2/scaling_setspeed
		done 2>/dev/null) &
		hogs="$hogs $!"
	fi
	rounds=0
	for round in $(seq 6); do
		for cpu in 3 2 1; do
			echo 0 >$CPUS/cpu$cpu/online && rounds=$((rounds + 1))
		done
		for cpu in 2 1 3; do
			echo 1 >$CPUS/cpu$cpu/online && rounds=$((rounds + 1))
		done
	done
	check_eq "$governor: CPUs went and came under load" $rounds 36
	for pid in $hogs; do
		kill "$pid"
	done
	wait
	wait_for 5 sh -c "! pidof spinloop" || fail "$governor: the hogs do not end"
done
set_governor performance
for cpu in 2 3; do
	timed check_range "CPU $cpu is fast in the end" "$(ratio "$(loop_ns $cpu)" "$full")" 0.97 1.03
done
for cpu in 0 1; do
	timed check_range "CPU $cpu is a LITTLE one" "$(ratio "$(loop_ns $cpu)" "$full")" 2.6 2.85
done

# Unload with a CPU away.
echo 0 >$CPUS/cpu2/online
check "unload with a CPU away" rmmod dnn_emufreq
echo 1 >$CPUS/cpu2/online
timed check_range "it comes back at its own speed" "$(ratio "$(loop_ns 2)" "$full")" 0.97 1.03
