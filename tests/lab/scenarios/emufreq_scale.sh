# SPDX-License-Identifier: MIT
# lab: --smp 2 --biglittle
#
# The time of a loop scales with frequency and core type: over every OPP of the boards, for one
# long burst and for bursts much shorter than a period of the slow-down.

CPUFREQ=/sys/devices/system/cpu/cpufreq
EMU=/sys/kernel/dnn_emufreq
LOOP=1000000
TOLERANCE=5

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.4f", a / b }'; }

# shortest CPU: the shortest of some bursts of the loop, in ns, as work of the kernel's own only
# ever adds. The sleeps between them move the tick against the periods of the slow-down: on a CPU
# slowed down a lot it depends on that whether a tick costs its own time or a whole period.
shortest() { spinloop -c "$1" -n $LOOP -b 6 -g 1370 | cut -d' ' -f2; }

# The loop on this machine as it is: the speed of the fastest core type at its top OPP.
base_ns=$(shortest 1)
progress "loop without the driver: $base_ns ns"

# scale FILE: measure all OPPs of all policies of the loaded profile.
scale() {
	local dir policy cpu capacity top khz busy idle loop_ns line
	echo "policy,khz,loop_us,expected_us,error_percent" >/tmp/scale.csv
	for dir in $EMU/policy*; do
		policy=${dir##*/}
		cpu=${policy#policy}
		capacity=$(cat "$dir/capacity")
		top=$(tail -n 1 "$dir/opps" | cut -d' ' -f1)
		while read -r khz busy idle; do
			echo "$khz" >$CPUFREQ/$policy/scaling_setspeed
			loop_ns=$(shortest "$cpu")
			awk -v policy="$policy" -v khz="$khz" -v loop="$loop_ns" -v base="$base_ns" \
				-v top="$top" -v capacity="$capacity" 'BEGIN {
				expected = base * top / khz * 1024 / capacity
				printf "%s,%d,%.1f,%.1f,%.2f\n", policy, khz, loop / 1000,
					expected / 1000, 100 * (loop - expected) / expected
			}' >>/tmp/scale.csv
			line=$(tail -n 1 /tmp/scale.csv)
			timed check_range "$policy at $khz kHz: error in percent" "${line##*,}" \
				-$TOLERANCE $TOLERANCE
		done <"$dir/opps"
	done
	result "$1" </tmp/scale.csv
}

# short_bursts CPU SLOWNESS: bursts of 100 us and sleeps that are no multiple of the period.
short_bursts() {
	local full_ns=$((base_ns / 60)) ns
	ns=$(spinloop -c "$1" -n $((LOOP / 60)) -b 400 -g 370 | cut -d' ' -f1)
	timed check_range "CPU $1: bursts of $((full_ns / 1000)) us are $2 times as long" \
		"$(ratio "$ns" "$full_ns")" "$(ratio "$2" 1.08)" "$(ratio "$2" 0.92)"
}

check "odroid-xu3 loads" load_emufreq profile=odroid-xu3
check_eq "the profile is shown" "$(cat $EMU/profile)" odroid-xu3
check "userspace governor" set_governor userspace
scale emufreq_scale.csv
check_eq "there is a line for each OPP of the A7 and the A15" "$(wc -l </tmp/scale.csv)" 33

echo 1000000 >$CPUFREQ/policy1/scaling_setspeed
short_bursts 1 2
echo 500000 >$CPUFREQ/policy1/scaling_setspeed
short_bursts 1 4
echo 700000 >$CPUFREQ/policy0/scaling_setspeed
short_bursts 0 5.432
check "odroid-xu3 unloads" rmmod dnn_emufreq

check "jetson-nano loads" load_emufreq profile=jetson-nano
check_eq "one policy for all CPUs" "$(cat $EMU/policy*/cpus)" 0-1
check "userspace governor" set_governor userspace
scale emufreq_scale_nano.csv
check_eq "there is a line for each OPP" "$(wc -l </tmp/scale.csv)" 15
check "jetson-nano unloads" rmmod dnn_emufreq

after_ns=$(shortest 1)
timed check_range "after unload the loop is as fast as before" "$(ratio "$after_ns" "$base_ns")" 0.98 1.02
