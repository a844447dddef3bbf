# SPDX-License-Identifier: MIT
# lab: --smp 2 --biglittle
# trust: clients killed in mid-frame
#
# A client that dies in the middle of a frame, and one that never ends it. Neither keeps the
# frequency. Fast and slow switching.

CPUFREQ=/sys/devices/system/cpu/cpufreq
GOV=/sys/kernel/dnn_gov

below() { get $CPUFREQ/policy1/scaling_cur_freq && [ "$value" -lt "$1" ]; }
above() { get $CPUFREQ/policy1/scaling_cur_freq && [ "$value" -gt "$1" ]; }

# What looks is a load itself, and stays away from the CPU that it looks at.
taskset -p 1 $$ >/dev/null
rounds=20
killed=0
for fast in 1 0; do
	load_emufreq profile=odroid-xu3 fast_switch=$fast || fail "emufreq"
	load_gov && set_governor dnn || fail "dnn_gov"

	# A frame that never ends, with a cost that asks for much. The frequency returns within the
	# stale time of 2 s.
	for round in $(seq $rounds); do
		govframes -c 1 -h -g 1 -p 100000 -y 190000000 >/dev/null &
		client=$!
		wait_for 2 pending_is 1 || fail "round $round: a frame begins"
		wait_for 1 above 1500000 || fail "round $round: and asks for speed"
		kill -9 $client
		wait $client 2>/dev/null
		wait_for 2 streams_are 0 || fail "round $round: the stream dies with its client"
		wait_quietly 2000 below 1000000 || fail "round $round: the frequency returns"
		get $GOV/abandoned
		[ "$value" = "$round" ] || fail "round $round: $value frames are abandoned"
		pending_is 0 || fail "round $round: $value frames are pending"
	done
	check_eq "fast_switch=$fast: clients killed in mid-frame" "$(cat $GOV/abandoned)" $rounds
	killed=$((killed + rounds))

	# Of one that says nothing any more the frame loses its vote after the stale time.
	govframes -c 1 -h -g 1 -p 50000 -y 95000000 >/dev/null &
	client=$!
	check "another frame" wait_for 2 pending_is 1
	check "asks for speed" wait_for 1 above 1500000
	echo 100 >$CPUFREQ/policy1/dnn/stale_ms
	check "it goes stale" wait_for 2 pending_is 0
	check "and the frequency returns" wait_quietly 1750 below 1000000
	check_eq "the stream is still there" "$(cat $GOV/streams)" 1
	check_eq "one more frame was abandoned" "$(cat $GOV/abandoned)" $((rounds + 1))
	kill -9 $client
	check "until its client dies" wait_for 2 streams_are 0

	set_governor schedutil
	check "unload" rmmod dnn_gov
	check "unload emufreq" rmmod dnn_emufreq
done
tried $killed 0 "clients killed in mid-frame"
