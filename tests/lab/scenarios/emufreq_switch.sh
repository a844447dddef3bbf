# SPDX-License-Identifier: MIT
# lab: --smp 2 --biglittle
#
# Fast and slow switching: what a change takes, and that governors work with both.

CPUFREQ=/sys/devices/system/cpu/cpufreq
EMU=/sys/kernel/dnn_emufreq

# schedutil looks at a CPU only when something happens on it, and what it sees then is a new
# task, about which it knows nothing yet: "low" is clearly below the top, no more.
low() {
	spinloop -c 1 -n 100 >/dev/null
	[ "$(cat $CPUFREQ/policy1/cpuinfo_cur_freq)" -le 1500000 ]
}

# The scenario itself stays away from the CPU it watches.
taskset -p 1 $$ >/dev/null

# busy_at KHZ: the share of a second of load that is spent at this frequency. Nothing else may
# want to run meanwhile: where instructions are the clock, a busy CPU keeps others waiting.
ticks_at() { awk -v khz="$1" '$1 == khz { print $2 }' $CPUFREQ/policy1/stats/time_in_state; }
busy_at() {
	local before
	before=$(ticks_at "$1")
	spinloop -c 1 -t 1000 -n 10000 >/dev/null
	echo $(($(ticks_at "$1") - before))
}
sugov_threads() { ps -o comm | grep -c '^sugov:'; }

# Milliseconds for 40 changes of frequency.
change_40() {
	local from i
	from=$(uptime_ms)
	for i in $(seq 20); do
		echo 400000 >$CPUFREQ/policy1/scaling_setspeed
		echo 2000000 >$CPUFREQ/policy1/scaling_setspeed
	done
	echo $(($(uptime_ms) - from))
}

# governors MODE: each must find the top under load, and leave it when there is none.
governors() {
	local governor
	for governor in schedutil ondemand conservative; do
		check "$1: $governor" set_governor $governor 1
		check "$1: $governor: idle, the frequency falls" wait_for 5 low
		timed check_range "$1: $governor: under load it rises: ticks of 10 ms at the top" \
			"$(busy_at 2000000)" 60 110
		check "$1: $governor: afterwards it falls again" wait_for 5 low
	done
}

check "slow, 5 ms" load_emufreq fast_switch=0 transition_latency_us=5000
check_eq "the latency is told in ns" "$(cat $CPUFREQ/policy1/cpuinfo_transition_latency)" 5000000
check_eq "schedutil switches from its thread" "$(sugov_threads)" 2
set_governor userspace
before=$(cat $EMU/policy1/transitions)
timed check_range "40 changes take 40 latencies" "$(change_40)" 200 250
check_eq "and are counted" $(($(cat $EMU/policy1/transitions) - before)) 40
governors slow
check "unload" rmmod dnn_emufreq

check "slow, the board's latency" load_emufreq fast_switch=0
check_eq "140 us on the Odroid XU3" "$(cat $CPUFREQ/policy1/cpuinfo_transition_latency)" 140000
check "unload" rmmod dnn_emufreq

check "fast" load_emufreq
check_eq "the latency is told in ns" "$(cat $CPUFREQ/policy1/cpuinfo_transition_latency)" 1000
check_eq "schedutil switches at once" "$(sugov_threads)" 0
set_governor userspace
timed check_range "40 changes take no latency" "$(change_40)" 0 100
governors fast
check "unload" rmmod dnn_emufreq
