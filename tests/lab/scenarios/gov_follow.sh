# SPDX-License-Identifier: MIT
# lab: --smp 2
#
# Without a stream the governor follows load: a busy CPU raises the frequency, idle lowers it;
# with a driver that switches fast and with one that does not.

CPUFREQ=/sys/devices/system/cpu/cpufreq
GOV=/sys/kernel/dnn_gov

khz() { cat $CPUFREQ/policy0/scaling_cur_freq; }
at() { [ "$(khz)" -eq "$1" ]; }
# Who looks is himself a load: only the time spent there tells where idle CPUs are.
ticks_at() { awk -v khz="$1" '$1 == khz { print $2 }' $CPUFREQ/policy0/stats/time_in_state; }
idles_at() {
	local before
	sleep 1
	before=$(ticks_at "$1")
	sleep 1
	[ $(($(ticks_at "$1") - before)) -ge 60 ]
}

for fast in 1 0; do
	check "emufreq, fast_switch=$fast" load_emufreq profile=odroid-xu3 fast_switch=$fast
	check "load dnn_gov" load_gov
	check "governor dnn" set_governor dnn
	check_eq "the policy's directory is there" "$(cat $GOV/policy0/fast_switch)" $fast
	top=$(cat $CPUFREQ/policy0/cpuinfo_max_freq)
	low=$(cat $CPUFREQ/policy0/cpuinfo_min_freq)

	timed check "idle goes to the lowest frequency" idles_at "$low"
	spinloop -c 0 -t 600 -n 20000 >/dev/null &
	busy=$!
	check "a busy loop raises it to the top" wait_for 0.4 at "$top"
	wait $busy
	timed check "and idle lowers it" idles_at "$low"

	# A tenth of the time busy is not worth the top.
	spinloop -c 0 -t 400 -n 4000 -g 9000 >/dev/null &
	busy=$!
	usleep 300000
	check_range "a light load stays below the top" "$(khz)" "$low" $((top - 1))
	wait $busy

	echo 1000000 >$CPUFREQ/policy0/scaling_max_freq
	spinloop -c 0 -t 300 -n 20000 >/dev/null &
	busy=$!
	check "the user's limit is the top" wait_for 0.3 at 1000000
	echo 700000 >$CPUFREQ/policy0/scaling_max_freq
	check_range "a lower limit holds at once" "$(khz)" "$low" 700000
	wait $busy
	echo 900000 >$CPUFREQ/policy0/scaling_max_freq
	echo 900000 >$CPUFREQ/policy0/scaling_min_freq
	check_eq "and so does a higher minimum" "$(khz)" 900000

	dir=$CPUFREQ/policy0/dnn
	for tunable in hold_ms margin_ppm stale_ms idle_power_uw rate_limit_us; do
		value=$(cat $dir/$tunable)
		check "$tunable takes its own value back" sh -c "echo $value >$dir/$tunable"
		expect_fail "$tunable refuses what is too much" sh -c "echo 4000000000 >$dir/$tunable"
		expect_fail "$tunable refuses words" sh -c "echo fast >$dir/$tunable"
		check_eq "$tunable is as it was" "$(cat $dir/$tunable)" "$value"
	done

	expect_fail "the module does not go while it is the governor" rmmod dnn_gov
	check "governor schedutil" set_governor schedutil
	check "unload dnn_gov" rmmod dnn_gov
	expect_fail "its directory is gone" test -e $GOV
	check "unload emufreq" rmmod dnn_emufreq
done
