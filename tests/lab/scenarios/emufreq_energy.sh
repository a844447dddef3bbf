# SPDX-License-Identifier: MIT
# lab: --smp 4 --biglittle
#
# Energy is what the power table says for the time spent busy and idle at each frequency.

CPUFREQ=/sys/devices/system/cpu/cpufreq
EMU=/sys/kernel/dnn_emufreq

# The scenario itself runs on CPU 0; CPU 3 is measured, 2 shares its cluster and idles.
taskset -p 1 $$ >/dev/null
# Before the driver, to be told first: 6.1 tells with interrupts on that idling has ended, and
# the driver may take time away before it has told all.
trace=/sys/kernel/tracing
echo mono >$trace/trace_clock
echo "cpu_id==3" >$trace/events/power/cpu_idle/filter
echo 1 >$trace/events/power/cpu_idle/enable
check "load" load_emufreq profile=odroid-xu3
check "userspace governor" set_governor userspace
# Else reading takes as long as the governor before, or its last frequency, makes it take.
echo 1400000 >$CPUFREQ/policy0/scaling_setspeed

power() { awk -v khz="$2" -v column="$3" '$1 == khz { print $column }' $EMU/$1/opps; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.4f", a / b }'; }

# Two A7 and two A15 share the idle power of their clusters (93 and 413 mW at the top).
check_eq "A7 top OPP" "$(tail -n 1 $EMU/policy0/opps)" "1400000 151500 46500"
check_eq "A15 top OPP" "$(tail -n 1 $EMU/policy2/opps)" "2000000 1468500 206500"
check_eq "A15 200 MHz" "$(head -n 1 $EMU/policy2/opps)" "200000 59000 15000"

# The kernel's energy model has the busy power.
for policy in policy0 policy2; do
	while read -r khz busy idle; do
		check_eq "energy model: $policy at $khz kHz" \
			"$(cat /sys/kernel/debug/energy_model/cpu${policy#policy}/ps:$khz/power)" "$busy"
	done <$EMU/$policy/opps
done

snapshot() { # NAME: of CPU 3 and of the sums
	local name=$1 file
	echo "$name" >$trace/trace_marker
	cat $EMU/cpu3/busy_ns >/tmp/$name.busy_ns
	echo "$name read" >$trace/trace_marker
	for file in idle_ns energy_uj stolen_ns; do
		cat $EMU/cpu3/$file >/tmp/$name.$file
	done
	cat $EMU/cpu2/energy_uj >/tmp/$name.other_uj
	cat $EMU/policy2/energy_uj >/tmp/$name.policy_uj
	cat $EMU/total_energy_uj >/tmp/$name.total_uj
}
grown() { echo $(($(cat /tmp/after.$1) - $(cat /tmp/before.$1))); }

# predicted BUSY_NS IDLE_NS BUSY_UW IDLE_UW: in uJ
predicted() {
	awk -v b="$1" -v i="$2" -v bp="$3" -v ip="$4" \
		'BEGIN { printf "%.0f", (b * bp + i * ip) / 1e9 }'
}

# A task that has ended is still being taken down: wait for that.
settle() { usleep 50000; }

# How long CPU 3 was out of idling from one snapshot to the other, as the kernel's own trace
# has it: at least and at most, because reading takes time. What sleeping and waking take
# differs from kernel to kernel, and the kernel's workers come when they like.
traced_busy_ns() {
	settle
	awk '
		/tracing_mark_write:/ { part++; next }
		{ for (i = 2; i <= NF && $i != "cpu_idle:"; i++); now = $(i - 1) + 0 }
		i > NF { next }
		/state=4294967295 / { since = now; begun = part; next }
		since && part >= 1 && begun <= 3 { most += now - since }
		since && part == 2 && begun == 2 { least += now - since }
		{ since = 0 }
		END { printf "%.0f %.0f", least * 1e9, most * 1e9 }' $trace/trace
}

# The integral is exact for the times shown; times are what the workload took.
for khz in 200000 800000 1400000 2000000; do
	echo $khz >$CPUFREQ/policy2/scaling_setspeed
	busy_uw=$(power policy2 $khz 2)
	idle_uw=$(power policy2 $khz 3)

	snapshot before
	took_ns=$(spinloop -c 3 -n 10000 -t 300 | cut -d' ' -f5)
	settle
	snapshot after
	busy=$(grown busy_ns)
	idle=$(grown idle_ns)
	timed check_range "$khz kHz: a loop's time is busy time" "$(ratio "$busy" "$took_ns")" 0.99 1.06
	timed check_range "$khz kHz: energy of a loop is its time at busy power" \
		"$(ratio "$(grown energy_uj)" "$(predicted "$took_ns" "$idle" "$busy_uw" "$idle_uw")")" \
		0.98 1.06
	timed check_range "$khz kHz: energy over the times shown" \
		"$(ratio "$(grown energy_uj)" "$(predicted "$busy" "$idle" "$busy_uw" "$idle_uw")")" \
		0.998 1.002
	timed check_range "$khz kHz: the share taken away" "$(ratio "$(grown stolen_ns)" "$busy")" \
		"$(awk -v f=$khz 'BEGIN { print 1 - f / 2e6 - 0.01 }')" \
		"$(awk -v f=$khz 'BEGIN { print 1 - f / 2e6 + 0.01 }')"

	snapshot before
	sleep 1
	snapshot after
	busy=$(grown busy_ns)
	idle=$(grown idle_ns)
	timed check_range "$khz kHz: an idle second is idle" "$(ratio "$idle" 1000000000)" 0.97 1.06
	timed check_range "$khz kHz: energy of an idle second" "$(grown energy_uj)" \
		$((idle_uw * 97 / 100)) $((idle_uw * 106 / 100 + busy_uw / 50))
	timed check_range "$khz kHz: the neighbour idles as well" "$(grown other_uj)" \
		$((idle_uw * 97 / 100)) $((idle_uw * 106 / 100 + busy_uw / 50))

	echo >$trace/trace
	settle
	snapshot before
	took_ns=$(spinloop -c 3 -n 100000 -b 20 -g 10000 | cut -d' ' -f5)
	settle
	snapshot after
	traced=$(traced_busy_ns)
	busy=$(grown busy_ns)
	idle=$(grown idle_ns)
	timed check_range "$khz kHz: bursts and gaps: bursts are busy time" "$busy" \
		$((took_ns * 99 / 100)) 1e12
	timed check_range "$khz kHz: bursts and gaps: busy time is time out of idling" "$busy" \
		$((${traced% *} * 995 / 1000)) $((${traced#* } * 1005 / 1000))
	timed check_range "$khz kHz: bursts and gaps: energy" \
		"$(ratio "$(grown energy_uj)" "$(predicted "$busy" "$idle" "$busy_uw" "$idle_uw")")" \
		0.99 1.01
done

# A change of frequency while the loop runs: both parts at their own power.
echo 600000 >$CPUFREQ/policy2/scaling_setspeed
snapshot before
spinloop -c 3 -n 10000 -t 600 >/dev/null &
usleep 250000
cat $EMU/cpu3/busy_ns >/tmp/middle.busy_ns
echo 1800000 >$CPUFREQ/policy2/scaling_setspeed
wait
snapshot after
low=$(($(cat /tmp/middle.busy_ns) - $(cat /tmp/before.busy_ns)))
high=$(($(cat /tmp/after.busy_ns) - $(cat /tmp/middle.busy_ns)))
timed check_range "two frequencies: each part at its own power" "$(ratio "$(grown energy_uj)" \
	"$(predicted $low $high "$(power policy2 600000 2)" "$(power policy2 1800000 2)")")" 0.97 1.03

# Sums: what is read in between lies in between.
cpus_uj() {
	local cpu sum=0
	for cpu in "$@"; do
		sum=$((sum + $(cat $EMU/cpu$cpu/energy_uj)))
	done
	echo $sum
}
from=$(cat $EMU/policy2/energy_uj)
sum=$(cpus_uj 2 3)
check_range "the energy of a policy is that of its CPUs" "$sum" "$from" "$(cat $EMU/policy2/energy_uj)"
from=$(cat $EMU/total_energy_uj)
sum=$(cpus_uj 0 1 2 3)
check_range "the total is that of all CPUs" "$sum" "$from" "$(cat $EMU/total_energy_uj)"

# No time gets lost.
for cpu in 0 1 2; do
	one=$(($(cat $EMU/cpu$cpu/busy_ns) + $(cat $EMU/cpu$cpu/idle_ns)))
	three=$(($(cat $EMU/cpu3/busy_ns) + $(cat $EMU/cpu3/idle_ns)))
	timed check_range "CPU $cpu and 3 account for the same time" "$(ratio $one $three)" 0.995 1.005
done

last=0
for i in $(seq 50); do
	now=$(cat $EMU/total_energy_uj)
	[ "$now" -ge "$last" ] || break
	last=$now
done
check_range "energy never goes back" "$now" "$last" 1e12
check "unload" rmmod dnn_emufreq
