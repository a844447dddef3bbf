# SPDX-License-Identifier: MIT
# lab: --smp 2 --biglittle
# trust: module unloads with streams and pending frames
# trust: governor switches while frames run
#
# Loading and unloading: at rest, with streams alive, with frames pending, under load; and
# a thousand changes of the governor while frames run.

CPUFREQ=/sys/devices/system/cpu/cpufreq
GOV=/sys/kernel/dnn_gov

streams() { cat $GOV/streams; }
frames_grow() {
	local before
	before=$(cat $GOV/frames)
	wait_for 2 sh -c "[ \$(cat $GOV/frames) -gt $before ]"
}

# frames = met + missed + abandoned + pending
adds_up() {
	awk -v frames="$(cat "$1/frames")" -v met="$(cat "$1/met")" \
		-v missed="$(cat "$1/missed")" -v abandoned="$(cat "$1/abandoned")" \
		-v pending="$(cat "$1/pending")" \
		'BEGIN { exit !(frames == met + missed + abandoned + pending) }'
}

load_emufreq profile=odroid-xu3 || fail "emufreq"

for round in $(seq 20); do
	load_gov || { fail "round $round: load"; break; }
	set_governor dnn || { fail "round $round: select"; break; }
	set_governor schedutil || { fail "round $round: switch away"; break; }
	rmmod dnn_gov || { fail "round $round: unload"; break; }
done
check_eq "20 times loaded, selected, left and unloaded" "$round" 20
expect_fail "nothing is left in sysfs" test -e $GOV

pending_in() { get "$GOV/stream$1/pending" && [ "$value" = 1 ]; }
for round in $(seq 10); do
	load_gov && set_governor dnn || { fail "round $round: load"; break; }
	govframes -c 0 -n 0 -w 20000 -p 20000 >/dev/null 2>/tmp/err0 &
	first=$!
	govframes -c 1 -n 0 -w 100000 -p 15000 >/dev/null 2>/tmp/err1 &
	second=$!
	wait_for 2 streams_are 2 || fail "round $round: two streams"
	# This one's frame is pending when all goes, and so are its timers until the governor goes.
	govframes -c 1 -h -g 1 -p 5000000 -y 19000000 >/dev/null &
	hung=$!
	wait_for 2 pending_in 3 || fail "round $round: a frame that never ends"
	frames_grow || fail "round $round: frames"
	if rmmod dnn_gov 2>/dev/null; then
		fail "round $round: the module went while it was the governor"
	fi
	set_governor performance || fail "round $round: switch away"
	streams_are 3 || fail "round $round: streams stay without the governor"
	frames_grow || fail "round $round: frames go on without the governor"
	pending_in 3 || fail "round $round: the frame is still pending"
	rmmod dnn_gov || fail "round $round: unload with three streams and their frames"
	wait $first && fail "round $round: the first client did not notice"
	wait $second && fail "round $round: nor did the second"
	cat /tmp/err0 /tmp/err1 >/tmp/errs
	[ "$(grep -c "unloaded" /tmp/errs)" = 2 ] || fail "round $round: no clear words: $(cat /tmp/errs)"
	# Who has not noticed yet dies after the module.
	kill -9 $hung
	wait $hung 2>/dev/null
done
check_eq "10 times unloaded with frames running" "$round" 10
tried "$round" 0 "module unloads with streams and pending frames"

check "load again" load_gov
check "governor dnn" set_governor dnn
govframes -c 0 -n 0 -w 20000 -p 20000 >/dev/null 2>/tmp/err0 &
first=$!
govframes -c 1 -n 0 -w 100000 -p 15000 >/dev/null 2>/tmp/err1 &
second=$!
wait_for 2 streams_are 2 || fail "two streams"
modprobe -q cpufreq_powersave
# select_all NAME: for both policies, and no program is started for it.
select_all() {
	local dir
	for dir in "$CPUFREQ"/policy*; do
		echo "$1" >"$dir/scaling_governor" || return
		get "$dir/scaling_governor"
		[ "$value" = "$1" ] || return
		switches=$((switches + 1))
	done
}
switches=0
get $GOV/frames
before=$value
for round in $(seq 250); do
	case $((round % 3)) in
	0) other=schedutil ;;
	1) other=performance ;;
	2) other=powersave ;;
	esac
	select_all $other || { fail "round $round: $other"; break; }
	select_all dnn || { fail "round $round: dnn"; break; }
done
check_eq "a thousand times switched while frames run" "$switches" 1000
tried $switches 0 "governor switches while frames run"
get $GOV/frames
check_range "frames meanwhile" $((value - before)) 50 100000
check_eq "both streams have lived through it" "$(streams)" 2
check "their frames go on" frames_grow
# One file after the other: nothing may change meanwhile.
kill -STOP $first $second
check "the sums add up" adds_up $GOV
for dir in "$GOV"/stream[0-9]*; do
	check "and those of $(basename "$dir")" adds_up "$dir"
done
kill -9 $first $second
check "killed clients take their streams along" wait_for 2 streams_are 0
check "all sums still add up" adds_up $GOV
check_eq "no frame is pending" "$(cat $GOV/pending)" 0
check "governor schedutil" set_governor schedutil
check "unload" rmmod dnn_gov
