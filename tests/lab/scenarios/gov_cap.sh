# SPDX-License-Identifier: MIT
# lab: --smp 2 --biglittle --beat 50
#
# A stream at work: what it has costs little and nothing is missed; a thermal cap brings the
# level down with its true cause, in the middle of a frame too, and its end brings it back; so
# does a busy neighbour. Fast and slow switching.

CPUFREQ=/sys/devices/system/cpu/cpufreq
GOV=/sys/kernel/dnn_gov
EMU=/sys/kernel/dnn_emufreq

of_stream() { get "$(echo $GOV/stream[0-9]*)/$1"; }
is() { of_stream "$1" && [ "$value" = "$2" ]; }
is_below() { of_stream "$1" && [ "$value" -lt "$2" ]; }

# count_missed SECONDS: sets missed to the frames missed while that time passes. Starting sleep
# takes time from the guest's one real CPU that no governor can see: one or two of thirty frames
# may pay for it.
count_missed() {
	local before
	get $GOV/missed
	before=$value
	sleep "$1"
	get $GOV/missed
	missed=$((value - before))
}

# counted WHAT BEFORE: pressure of that kind has been counted since.
counted() {
	get "$GOV/pressure/$1"
	check_range "which is counted" "$value" $(($2 + 1)) $(($2 + 1000))
}

# What this script starts stays away from the stream's CPU.
taskset -p 1 $$ >/dev/null

for fast in 1 0; do
	load_emufreq profile=odroid-xu3 fast_switch=$fast || fail "emufreq"
	load_gov && set_governor dnn || fail "dnn_gov"

	# About 21 ms of 33 at the top of the big core, in four levels.
	govframes -c 1 -n 0 -v -w $((500000 * times)) -p $((33000 * longer)) -r >/tmp/frames 2>/tmp/err &
	client=$!
	check "fast_switch=$fast: frames come" wait_quietly 2000 test -e $GOV/stream1
	timed check "the whole network fits after a while" wait_quietly 6000 is grant 4
	count_missed 1
	timed check_range "and none is missed then" $missed 0 2
	of_stream energy_uj
	timed check_range "energy is estimated" "$value" 1000 100000000
	get $GOV/policy1/other_ppm
	timed check_range "the thread had the CPU to itself" "$value" 0 60000

	get $GOV/pressure/freq_cap
	before=$value
	echo 1000000 >$EMU/policy1/thermal_cap_khz
	check "a cap brings the grant down" wait_quietly 2000 is_below grant 4
	# What the host took from the guest just before may have been the first cause.
	check "its cause is the cap" wait_quietly 1000 is cause freq_cap
	timed counted freq_cap $before
	count_missed 1
	timed check_range "and the frames still make it" $missed 0 2
	get $GOV/pressure/relief
	before=$value
	echo 0 >$EMU/policy1/thermal_cap_khz
	timed check "its end brings it back" wait_quietly 6000 is grant 4
	timed counted relief $before
	count_missed 1
	timed check_range "and none is missed" $missed 0 2

	get $GOV/pressure/contention
	before=$value
	spinloop -c 1 -t 30000 -n 10000 >/dev/null &
	hog=$!
	timed check "a busy neighbour brings it down too" wait_quietly 3000 is_below grant 4
	timed check "its cause is the neighbour" wait_quietly 1000 is cause contention
	timed counted contention $before
	kill $hog
	wait $hog 2>/dev/null
	timed check "and its end brings the grant back" wait_quietly 8000 is grant 4

	kill $client
	wait $client 2>/dev/null
	check_eq "nobody complained" "$(cat /tmp/err)" ""
	result frames.$fast </tmp/frames
	set_governor schedutil || fail "schedutil"
	check "unload" rmmod dnn_gov
	check "unload emufreq" rmmod dnn_emufreq
done
