# SPDX-License-Identifier: MIT
# lab: --smp 2 --biglittle --timeout 900
# trust: suspends while frames run
#
# The system sleeps and wakes up while a stream's frames run, in steps of the kernel's own test
# of suspend (tasks frozen; devices suspended, with the governor stopped; the platform asked) and
# in earnest, woken by the clock. The stream and the governor stay, frames are on time again, what
# was learnt stays as it was, and a frame that lay over the sleep does not keep the frequency.

CPUFREQ=/sys/devices/system/cpu/cpufreq
GOV=/sys/kernel/dnn_gov
POWER=/sys/power
rounds=2

below() { get $CPUFREQ/policy1/scaling_cur_freq && [ "$value" -lt "$1" ]; }
of_stream() { get "$GOV/stream1/$1" && echo "$value"; }
# What a frame takes at 450 MHz, which is about where these are run.
frame_us() { echo $(($(of_stream cycles) / 450 + $(of_stream stall_ns) / 1000)); }
frames_reach() { get $GOV/stream1/frames && [ "$value" -ge "$1" ]; }
lost() { echo $(($(of_stream missed) + $(of_stream abandoned))); }
wait_frames() {
	get $GOV/stream1/frames
	wait_quietly 6000 frames_reach $((value + $1))
}

# sleep_in MODE: none is in earnest.
sleep_in() {
	echo "$1" >$POWER/pm_test
	if [ "$1" = none ]; then
		echo 0 >/sys/class/rtc/rtc0/wakealarm
		echo +2 >/sys/class/rtc/rtc0/wakealarm
	fi
	echo freeze >$POWER/state
}

# Longer than the stale time of a second.
echo 2 >/sys/module/suspend/parameters/pm_test_delay
slept=0
for fast in 1 0; do
	load_emufreq profile=odroid-xu3 fast_switch=$fast || fail "emufreq"
	load_gov || fail "dnn_gov"
	set_governor dnn || fail "governor dnn"

	# Pending for most of its period: sleep finds it in the middle of a frame.
	taskset 2 govframes -n 0 -g 4 -w $((250000 * times)) -p $((50000 * times)) >/tmp/out 2>/tmp/err &
	client=$!
	check "fast_switch=$fast: a stream" wait_for 2 streams_are 1
	check "learns its cost" wait_frames 30
	before=$(frame_us)
	check_eq "and has the whole network" "$(of_stream grant)" 4

	for mode in freezer devices platform none; do
		for _ in $(seq $rounds); do
			check "asleep, $mode" sleep_in $mode
			slept=$((slept + 1))
			check "frames go on" wait_frames 3
		done
		check_eq "the governor is the same" \
			"$(cat $CPUFREQ/policy*/scaling_governor | sort -u)" dnn
		check_eq "the stream, too" "$(of_stream name)" govframes
		# Verdicts are programs that run and take time from frames: none until all is known.
		wait_frames 3
		before_lost=$(lost)
		wait_frames 20
		passed=$?
		late=$(($(lost) - before_lost))
		grant=$(of_stream grant)
		percent=$(($(frame_us) * 100 / before))
		check_eq "20 frames" $passed 0
		timed check_eq "of which none is late" $late 0
		check_eq "at the whole network" "$grant" 4
		timed check_range "it costs what it did, in percent" $percent 90 110
	done
	timed check_range "late or given up at the most: those that slept" "$(lost)" 0 $((4 * rounds + 2))
	check_eq "nobody complained" "$(cat /tmp/err)" ""
	kill $client
	wait $client 2>/dev/null
	check "it goes" wait_for 2 streams_are 0

	# Of a frame that nobody ends nothing is left after the sleep.
	govframes -c 1 -h -g 1 -p 100000 -y 190000000 >/dev/null &
	client=$!
	check "a frame that never ends" wait_for 2 pending_is 1
	check "sleeps in earnest" sleep_in none
	check "goes stale all the same" wait_for 3 pending_is 0
	check "and leaves the frequency" wait_quietly 1750 below 1000000
	kill -9 $client
	wait $client 2>/dev/null
	check "its stream dies with its client" wait_for 2 streams_are 0

	check "asleep without streams" sleep_in devices
	set_governor schedutil || fail "schedutil"
	check "unload" rmmod dnn_gov
	check "unload emufreq" rmmod dnn_emufreq
done
echo none >$POWER/pm_test
tried $slept 0 "suspends while frames run"
