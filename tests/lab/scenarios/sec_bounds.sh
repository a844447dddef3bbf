# SPDX-License-Identifier: MIT
# lab: --smp 2 --biglittle
# trust, checks: security: extreme declarations
#
# Declarations at the ends of their ranges, many beside one another: the governor asks for nothing
# outside the policy's limits nor above what a power budget allows. Fast and slow switching.

CPUFREQ=/sys/devices/system/cpu/cpufreq/policy1
GOV=/sys/kernel/dnn_gov
TRACE=/sys/kernel/tracing

# asked: what it asked the driver for: how often, the least and the most of it.
asked() {
	awk '/dnn_freq: policy=1 / && match($0, /khz=[0-9]+->[0-9]+/) {
		khz = substr($0, RSTART, RLENGTH)
		sub(/.*>/, "", khz)
		if (!n++ || khz + 0 < least)
			least = khz + 0
		if (khz + 0 > most)
			most = khz + 0
	}
	END { print n + 0, least + 0, most + 0 }' $TRACE/trace
}

for fast in 1 0; do
	load_emufreq profile=odroid-xu3 fast_switch=$fast || fail "emufreq"
	load_gov && set_governor dnn || fail "dnn_gov"
	echo 1400000 >$CPUFREQ/scaling_max_freq
	echo 600000 >$CPUFREQ/scaling_min_freq
	# None is to go stale, however slow the kernel.
	echo 600000 >$CPUFREQ/dnn/stale_ms
	usleep 100000

	echo >$TRACE/trace
	echo 1 >$TRACE/events/dnn_gov/dnn_freq/enable
	check "fast_switch=$fast: within the policy's limits" sh -c "hint_test extremes >/tmp/said" ||
		progress "$(cat /tmp/said)"
	progress "$(tail -n 1 /tmp/said)"
	echo 0 >$TRACE/events/dnn_gov/dnn_freq/enable
	read -r times least most <<-END
		$(asked)
	END
	check_range "it asked for changes" "$times" 2 100000
	check_range "for no less" "$least" 600000 1400000
	check_range "for no more" "$most" 600000 1400000

	echo 2000000 >$CPUFREQ/scaling_max_freq
	echo 200000 >$CPUFREQ/scaling_min_freq
	echo 300 >$CPUFREQ/dnn/power_budget_mw
	highest=$(awk '$2 <= 300000 { khz = $1 } END { print khz }' \
		/sys/kernel/dnn_emufreq/policy1/opps)
	check "fast_switch=$fast: within the budget" env LAB_MAX_KHZ="$highest" hint_test extremes
	check_eq "no stream is left" "$(cat $GOV/streams)" 0
	set_governor schedutil
	check "unload" rmmod dnn_gov
	check "unload emufreq" rmmod dnn_emufreq
done
