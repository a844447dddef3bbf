# SPDX-License-Identifier: MIT
# lab: --smp 2 --biglittle
#
# A stream at work: what it has costs little and nothing is missed; a thermal cap brings the
# level down with its true cause, in the middle of a frame too, and its end brings it back; so
# does a busy neighbour. Fast and slow switching.

CPUFREQ=/sys/devices/system/cpu/cpufreq
GOV=/sys/kernel/dnn_gov
EMU=/sys/kernel/dnn_emufreq

stream() { cat "$(echo $GOV/stream[0-9]*)/$1"; }
is() { [ "$(stream "$1")" = "$2" ]; }
is_below() { [ "$(stream "$1")" -lt "$2" ]; }
pressure() { cat "$GOV/pressure/$1"; }

# missed_in SECONDS: frames missed while that time passes.
missed_in() {
	local before
	before=$(cat $GOV/missed)
	sleep "$1"
	echo $(($(cat $GOV/missed) - before))
}

# What this script starts stays away from the stream's CPU, unless it says otherwise.
taskset -p 1 $$ >/dev/null

for fast in 1 0; do
	load_emufreq profile=odroid-xu3 fast_switch=$fast || fail "emufreq"
	load_gov && set_governor dnn || fail "dnn_gov"

	# About 21 ms of 33 at the top of the big core, in four levels.
	govframes -c 1 -n 0 -v -w 500000 -p 33000 -r >/tmp/frames 2>/tmp/err &
	client=$!
	check "fast_switch=$fast: frames come" wait_for 2 test -e $GOV/stream1
	check "the whole network fits after a while" wait_for 6 is grant 4
	check_eq "and none is missed then" "$(missed_in 1)" 0
	check_eq "nothing holds the grant" "$(stream cause | sed s/relief/none/)" none
	check_range "energy is estimated" "$(stream energy_uj)" 1000 100000000
	check_range "the thread had the CPU to itself" "$(cat $GOV/policy1/other_ppm)" 0 20000

	before=$(pressure freq_cap)
	echo 1000000 >$EMU/policy1/thermal_cap_khz
	check "a cap brings the grant down" wait_for 2 is_below grant 4
	check_eq "its cause is the cap" "$(stream cause)" freq_cap
	check_range "which is counted" "$(pressure freq_cap)" $((before + 1)) $((before + 3))
	check_eq "and the frames still make it" "$(missed_in 1)" 0
	before=$(pressure relief)
	echo 0 >$EMU/policy1/thermal_cap_khz
	check "its end brings it back" wait_for 6 is grant 4
	check_range "which is counted as relief" "$(pressure relief)" $((before + 1)) $((before + 3))
	check_eq "and none is missed" "$(missed_in 1)" 0

	before=$(pressure contention)
	spinloop -c 1 -t 30000 -n 10000 >/dev/null &
	hog=$!
	check "a busy neighbour brings it down too" wait_for 3 is_below grant 4
	check "its cause is the neighbour" wait_for 1 is cause contention
	check_range "which is counted" "$(pressure contention)" $((before + 1)) $((before + 1000))
	kill $hog
	wait $hog 2>/dev/null
	check "and its end brings the grant back" wait_for 8 is grant 4

	kill $client
	wait $client 2>/dev/null
	check_eq "nobody complained" "$(cat /tmp/err)" ""
	result frames.$fast </tmp/frames
	set_governor schedutil || fail "schedutil"
	check "unload" rmmod dnn_gov
	check "unload emufreq" rmmod dnn_emufreq
done
