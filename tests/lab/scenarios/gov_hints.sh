# SPDX-License-Identifier: MIT
# lab: --smp 4 --biglittle --beat 50 --speed 10 --timeout 900
# trust: hints of a client that floods the module
#
# One client floods the module with hints, 100,000 a second and more, from another policy or from a
# CPU of the same policy as another client's frames. These take no more than a tenth longer than
# beside a client that is as busy without hints: CPUs that are busy at once share the guest's time,
# whatever they do. On the same policy it waits for a lock that the frames take, too, and waiting
# leaves them the time: there they take little longer than alone. At a fixed frequency, because
# otherwise a frame takes the time it has.

CPUFREQ=/sys/devices/system/cpu/cpufreq

# frames: what each of them took, us.
frames() {
	govframes -c 2 -n $((50 / times)) -p 30000 -w 1000000 >/tmp/out || fail "the frames end"
	sed -n 's/.* latency_us=//p' /tmp/out
}

# beside CPU [-s]: the same beside a client there.
beside() {
	hintstorm -c "$@" >/tmp/storm &
	storm=$!
	wait_for 5 pending_is 1 || fail "the other client does not begin"
	frames
	kill -TERM $storm
	wait $storm || fail "the other client fails"
}

# no_longer WHAT BEFORE AFTER PERCENT
no_longer() {
	local percent
	percent=$(awk -v a="$2" -v b="$3" 'BEGIN { printf "%.1f", 100 * (b - a) / a }')
	timed check_range "frames took $3 us, $1 $2 us; percent more" "$percent" -100 "$4" ||
		failed=$((failed + 1))
}

# flood CPU: on it, beside the frames; loud is what they take then.
flood() {
	loud=$(beside "$1")
	hints=$((hints + $(sed -n 's/hints=\([0-9]*\) .*/\1/p' /tmp/storm)))
	timed check_range "CPU $1: hints a second" "$(sed -n 's/.*per_second=//p' /tmp/storm)" \
		100000 1000000000 || failed=$((failed + 1))
}

load_emufreq profile=odroid-xu3 || fail "emufreq"
load_gov && set_governor dnn || fail "dnn_gov"
for dir in "$CPUFREQ"/policy*; do
	cat "$dir/cpuinfo_max_freq" >"$dir/scaling_min_freq"
done

hints=0
failed=0
alone=$(frames)
busy=$(beside 3 -s)
flood 3
no_longer "beside another busy client" "$busy" "$loud" 10
no_longer "alone" "$alone" "$loud" 25
busy=$(beside 0 -s)
flood 0
no_longer "beside another busy client" "$busy" "$loud" 10
check "no stream is left" wait_for 5 streams_are 0
check "another governor" set_governor schedutil
check "unload" rmmod dnn_gov
check "unload emufreq" rmmod dnn_emufreq
tried $hints $failed "hints of a client that floods the module"
