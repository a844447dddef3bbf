# SPDX-License-Identifier: MIT
# lab: --smp 4 --biglittle
# trust: CPUs that went and came while frames ran
#
# CPUs go and come while streams are active on their policy: one of two, then both, which takes
# the governor off the policy and later back on it.

CPUS=/sys/devices/system/cpu
GOV=/sys/kernel/dnn_gov

went=0
online() {
	went=$((went + $2))
	echo "$2" >"$CPUS/cpu$1/online"
}
frames_grow() {
	local before
	before=$(cat $GOV/frames)
	wait_for 2 sh -c "[ \$(cat $GOV/frames) -gt $before ]"
}

for fast in 1 0; do
	load_emufreq profile=odroid-xu3 fast_switch=$fast || fail "emufreq"
	load_gov && set_governor dnn || fail "dnn_gov"

	# Started on the CPU, but free to move when it goes.
	taskset 4 govframes -n 0 -w 50000 -p 20000 >/dev/null 2>/tmp/err0 &
	first=$!
	taskset 8 govframes -n 0 -w 50000 -p 25000 >/dev/null 2>/tmp/err1 &
	second=$!
	check "fast_switch=$fast: two streams" wait_for 2 streams_are 2
	taskset -p f $first >/dev/null
	taskset -p f $second >/dev/null

	for round in $(seq 10); do
		online 3 0 || fail "round $round: cpu3 off"
		frames_grow || fail "round $round: frames without cpu3"
		online 3 1 || fail "round $round: cpu3 on"
		online 2 0 || fail "round $round: cpu2 off"
		frames_grow || fail "round $round: frames without cpu2"
		online 2 1 || fail "round $round: cpu2 on"
	done
	check_eq "10 times each CPU of the policy" "$round" 10

	for round in $(seq 5); do
		online 2 0 && online 3 0 || fail "round $round: both off"
		[ -e $GOV/policy2 ] && fail "round $round: the policy is still there"
		frames_grow || fail "round $round: frames without the policy"
		online 3 1 && online 2 1 || fail "round $round: both on"
		wait_for 2 test -e $GOV/policy2 || fail "round $round: the policy is not back"
		frames_grow || fail "round $round: frames with the policy again"
	done
	check_eq "5 times all CPUs of the policy" "$round" 5
	check_eq "the streams are still there" "$(cat $GOV/streams)" 2
	check_eq "nobody complained" "$(cat /tmp/err0 /tmp/err1)" ""
	kill $first $second
	check "they go with their clients" wait_for 2 streams_are 0
	set_governor schedutil || fail "schedutil"
	check "unload" rmmod dnn_gov
	check "unload emufreq" rmmod dnn_emufreq
done
tried $went 0 "CPUs that went and came while frames ran"
