# SPDX-License-Identifier: MIT
# lab: --smp 2 --biglittle
# trust: steps of the wall clock
#
# Somebody sets the clock, forward and backward, while frames run: deadlines are not of that clock.
# No frame is late or given up for it, and one that never ends goes stale when it should, not before.

CPUFREQ=/sys/devices/system/cpu/cpufreq
GOV=/sys/kernel/dnn_gov
rounds=10

frames_reach() { get $GOV/stream1/frames && [ "$value" -ge "$1" ]; }
more_frames() {
	get $GOV/stream1/frames
	wait_for 5 frames_reach $((value + $1))
}
of_stream() { get "$GOV/stream1/$1" && echo "$value"; }
lost() { echo $(($(of_stream missed) + $(of_stream abandoned))); }
# To set it starts a program, which takes time from the frames.
step() { date -s "@$(($(date +%s) + $1))" >/dev/null; }

load_emufreq profile=odroid-xu3 || fail "emufreq"
load_gov && set_governor dnn || fail "dnn_gov"
for dir in "$CPUFREQ"/policy*; do
	echo 500000 >"$dir/dnn/margin_ppm"
	echo 600000 >"$dir/dnn/stale_ms"
done
govframes -c 1 -n 0 -p 50000 -w 100000 >/dev/null 2>/tmp/err &
client=$!
check "a stream" wait_for 2 streams_are 1
check "learns its cost" more_frames 20
govframes -c 0 -h -g 1 -p 100000 -y 10000000 >/dev/null &
hung=$!
stays() { get $GOV/stream2/pending && [ "$value" = 1 ]; }
check "a frame that never ends" wait_for 2 stays

before=$(lost)
steps=0
failed=0
for _ in $(seq $rounds); do
	for seconds in 1 86400 -172800 31536000 -31536000 86399; do
		step $seconds || fail "the clock is set"
		more_frames 2 || fail "frames go on after a step of $seconds s"
		steps=$((steps + 1))
		late=$(($(lost) - before))
		if [ $late -gt 0 ] || ! stays; then
			failed=$((failed + 1))
			timed fail "after a step of $seconds s: $late late or given up, hung: $value pending"
			before=$((before + late))
		fi
	done
done
check_eq "steps, each with frames" $steps $((rounds * 6))
timed check_eq "steps with a frame that was late or given up" $failed 0

# Set back by a year it goes stale when it would have.
step -31536000
for dir in "$CPUFREQ"/policy*; do echo 100 >"$dir/dnn/stale_ms"; done
gone_stale() { ! stays; }
check "the hung frame goes stale" wait_for 2 gone_stale
check_eq "the other stream is well" "$(of_stream abandoned)" 0
check_eq "nobody complained" "$(cat /tmp/err)" ""
kill -9 $client $hung
check "the streams go" wait_for 2 streams_are 0
check "another governor" set_governor schedutil
check "unload" rmmod dnn_gov
check "unload emufreq" rmmod dnn_emufreq
[ -n "$LAB_UNTIMED" ] || tried $steps $failed "steps of the wall clock"
