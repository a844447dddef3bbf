# SPDX-License-Identifier: MIT
# lab: --smp 2 --biglittle
# trust: frequencies that the driver refused
#
# A driver that fails to set a frequency, or sets another one than it was asked for. Frames go on
# and are told the truth about the frequency, the log is not flooded, and when the driver is well
# again so is all else. Fast and slow switching.

CPUFREQ=/sys/devices/system/cpu/cpufreq
GOV=/sys/kernel/dnn_gov
EMU=/sys/kernel/dnn_emufreq/policy1
# In the time of 60 frames and what the checks take; the core says each one of the slow kind.
most_lines=20

frames_reach() { get $GOV/frames && [ "$value" -ge "$1" ]; }
more_frames() {
	get $GOV/frames
	wait_quietly 10000 frames_reach $((value + $1))
}
# log_lines SINCE: lines of the log since that time, in seconds of uptime, but the lab's own; on a
# kernel whose checkers report races of its own there, those of cpufreq and of ours.
log_lines() {
	dmesg | awk -F '[][]' -v since="$1" -v checked="${LAB_UNTIMED:-}" '
		$2 + 0 > since && !/ lab: / && (!checked || $3 ~ /^ (cpufreq|dnn_)/) { n++ }
		END { print n + 0 }'
}
khz_is_told() {
	get $GOV/policy1/khz
	told=$value
	get $CPUFREQ/policy1/cpuinfo_cur_freq && [ "$told" = "$value" ]
}
below() { get $CPUFREQ/policy1/cpuinfo_cur_freq && [ "$value" -lt "$1" ]; }
changes() {
	get $EMU/transitions
	[ "$value" -gt "$1" ]
}

refused=0
for fast in 1 0; do
	load_emufreq profile=odroid-xu3 fast_switch=$fast || fail "emufreq"
	load_gov && set_governor dnn || fail "dnn_gov"
	govframes -c 1 -n 0 -p 40000 -w 200000 >/dev/null 2>/tmp/err &
	client=$!
	check "fast_switch=$fast: a stream" wait_for 2 streams_are 1
	check "with frames" more_frames 20

	for how in fail other; do
		read -r since _ </proc/uptime
		get $EMU/refused
		from=$value
		echo $how >$EMU/refuse
		# What is not set now is asked for with every plan.
		check "$how: limits" sh -c "echo 400000 >$CPUFREQ/policy1/scaling_max_freq"
		check "$how: frames go on" more_frames 60
		get $EMU/refused
		refused=$((refused + value - from))
		check_range "$how: refusals" $((value - from)) 1 100000
		check_range "$how: lines in the log" "$(log_lines "$since")" 0 $most_lines
		if [ $how = other ]; then
			check "$how: the core looks what it got" cat $CPUFREQ/policy1/cpuinfo_cur_freq
		fi
		# For all who begin a frame while the driver is not well.
		check "$how: no limits" sh -c "echo 2000000 >$CPUFREQ/policy1/scaling_max_freq"
		check "$how: another governor" set_governor performance
		check "$how: and back" set_governor dnn
		check "$how: frames go on" more_frames 20
		echo none >$EMU/refuse
		get $EMU/transitions
		before=$value
		for max in 400000 2000000 600000 2000000; do
			echo $max >$CPUFREQ/policy1/scaling_max_freq
			check "well again: frames go on" more_frames 5
			check "well again: the frequency is within $max" below $((max + 1))
		done
		check "well again: it changes" changes $before
		kill -STOP $client
		check "well again: the truth is told" wait_for 3 khz_is_told
		kill -CONT $client
	done
	check_eq "nobody complained" "$(cat /tmp/err)" ""
	kill -9 $client
	wait $client 2>/dev/null
	check "the stream goes" wait_for 2 streams_are 0
	check "another governor" set_governor schedutil
	check "unload" rmmod dnn_gov
	check "unload emufreq" rmmod dnn_emufreq
done
tried $refused 0 "frequencies that the driver refused"
