# SPDX-License-Identifier: MIT
# lab: --smp 2 --biglittle
#
# The thermal cap limits the policy and what the CPU does; governors follow it.

CPUFREQ=/sys/devices/system/cpu/cpufreq
EMU=/sys/kernel/dnn_emufreq
cap=$EMU/policy1/thermal_cap_khz

limit_is() { [ "$(cat $CPUFREQ/policy1/scaling_max_freq)" = "$1" ]; }
runs_at() { [ "$(cat $CPUFREQ/policy1/cpuinfo_cur_freq)" = "$1" ]; }
loop_ns() { spinloop -c 1 -n 500000 -b 4 | cut -d' ' -f2; }

# busy_at KHZ: the share of a second of load that is spent at this frequency. Nothing else may
# want to run meanwhile: where instructions are the clock, a busy CPU keeps others waiting.
ticks_at() { awk -v khz="$1" '$1 == khz { print $2 }' $CPUFREQ/policy1/stats/time_in_state; }
busy_at() {
	local before
	before=$(ticks_at "$1")
	spinloop -c 1 -t 1000 -n 10000 >/dev/null
	echo $(($(ticks_at "$1") - before))
}

full=$(loop_ns)
check "load" load_emufreq profile=odroid-xu3
check_eq "no cap at load" "$(cat $cap)" 0
check "performance governor" set_governor performance
check "it runs at the top" runs_at 2000000

echo 1200000 >$cap
check_eq "the cap is shown" "$(cat $cap)" 1200000
check "the cap limits the policy" wait_for 2 limit_is 1200000
check "and the frequency" wait_for 2 runs_at 1200000
timed check_range "and the speed" "$(awk -v a="$(loop_ns)" -v b="$full" 'BEGIN { print a / b }')" 1.58 1.75
check_eq "the other policy has no cap" "$(cat $CPUFREQ/policy0/scaling_max_freq)" 1400000

echo 1250000 >$cap
check "a cap between two OPPs means the lower one" wait_for 2 limit_is 1200000

for governor in schedutil ondemand conservative; do
	check "$governor" set_governor $governor 1
	for khz in 900000 500000 2000000; do
		echo $((khz % 2000000)) >$cap
		check "$governor: cap at $khz kHz" wait_for 2 limit_is $khz
		timed check_range "$governor: under load it goes up to it: ticks of 10 ms" \
			"$(busy_at $khz)" 60 110
	done
done

echo 800000 >$cap
check "a cap" wait_for 2 limit_is 800000
echo none >$cap
check "none lifts it" wait_for 2 limit_is 2000000
check_eq "none reads 0" "$(cat $cap)" 0

# refused VALUE
refused() {
	dmesg -c >/dev/null
	if echo "$1" >$cap 2>/dev/null; then
		fail "a cap of '$1' is refused"
		return
	fi
	check "a cap of '$1' is refused, with the range" \
		sh -c 'dmesg | grep -q "policy1/thermal_cap_khz: not a number in 200000..2000000, 0 or none"'
}
refused 199999
refused 2000001
refused -1
refused 99999999999
refused cold
refused ""
check "a refused cap changes nothing" limit_is 2000000

# The cap outlives the CPUs of its policy.
echo 700000 >$cap
check "a cap before the CPU goes" wait_for 2 limit_is 700000
echo 0 >/sys/devices/system/cpu/cpu1/online
echo 1 >/sys/devices/system/cpu/cpu1/online
check "it is there when the CPU is back" wait_for 2 limit_is 700000
echo 0 >/sys/devices/system/cpu/cpu1/online
echo 1100000 >$cap
echo 1 >/sys/devices/system/cpu/cpu1/online
check "it can be changed while the CPU is away" wait_for 2 limit_is 1100000
check "unload" rmmod dnn_emufreq
