# SPDX-License-Identifier: MIT
# lab: --smp 2 --biglittle --timeout 600
#
# The files in the policies' directories dnn/: defaults, ranges, and that a change is seen
# at once; a stream's histogram of latencies.

CPUFREQ=/sys/devices/system/cpu/cpufreq
GOV=/sys/kernel/dnn_gov
EMU=/sys/kernel/dnn_emufreq
DNN=$CPUFREQ/policy1/dnn

grant_is() { get $GOV/stream1/grant && [ "$value" -eq "$1" ]; }
grant_below() { get $GOV/stream1/grant && [ "$value" -lt "$1" ]; }
cause_is() { get $GOV/stream1/cause && [ "$value" = "$1" ]; }
cap_below() { get $GOV/policy1/cap_khz && [ "$value" -lt "$1" ]; }
has_met() { get $GOV/stream1/met && [ "$value" -ge "$1" ]; }

# put TEXT FILE: what the kernel says to it is not shown.
put() { echo "$1" 2>/dev/null >"$2"; }

# range NAME DEFAULT LOWEST HIGHEST
range() {
	local file=$DNN/$1 bad
	check_eq "$1: default" "$(cat "$file")" "$2"
	for value in "$3" "$4" "$2"; do
		check "$1: $value" put "$value" "$file"
		check_eq "$1: is $value" "$(cat "$file")" "$value"
	done
	for bad in $(($4 + 1)) -1 4294967296 99999999999999999999 abc 0x10 1.5 ""; do
		expect_fail "$1: refuses '$bad'" put "$bad" "$file"
	done
	[ "$3" -eq 0 ] || expect_fail "$1: refuses $(($3 - 1))" put $(($3 - 1)) "$file"
	check_eq "$1: is as it was" "$(cat "$file")" "$2"
}

load_emufreq profile=odroid-xu3 || fail "emufreq"
load_gov && set_governor dnn || fail "dnn_gov"

range hold_ms 500 0 60000
range margin_ppm 20000 0 500000
range miss_target_ppm 1000 1 500000
range stale_ms 2000 10 600000
range idle_power_uw 0 0 1000000000
range idle_power_top_uw 0 0 1000000000
range rate_limit_us "$(cat $DNN/rate_limit_us)" 0 1000000
range power_budget_mw 0 0 4000000
range wake_power_uw 0 0 1000000000
check_eq "these are all there are" "$(ls $DNN | tr '\n' ' ')" \
	"hold_ms idle_power_top_uw idle_power_uw margin_ppm miss_target_ppm power_budget_mw rate_limit_us stale_ms wake_power_uw "

# What a stream waits for is looked at again when its hold time changes.
taskset -p 1 $$ >/dev/null
# About 25 ms of 33 at the top of the big core.
govframes -c 1 -n 0 -w $((600000 * times)) -p $((33000 * longer)) -r >/dev/null 2>/tmp/err &
client=$!
check "frames come" wait_quietly 2000 test -e $GOV/stream1
timed check "the whole network fits after a while" wait_quietly 6000 grant_is 4

# A budget is for what follows load, too.
top=$(cat $CPUFREQ/policy1/cpuinfo_max_freq)
check "without a budget there is no cap" [ "$(cat $GOV/policy1/cap_khz)" -eq "$top" ]
put 600 $DNN/power_budget_mw
check_eq "a budget is shown, in uW" "$(cat $GOV/policy1/power_budget_uw)" 600000
check "and caps the frequency at once" cap_below "$top"
timed check "the stream has less for it" wait_quietly 1000 cause_is power_budget
spinloop -c 1 -t 20000 -n 10000 >/dev/null &
hog=$!
sleep 1
highest=0
for i in 1 2 3 4 5 6 7 8; do
	usleep 50000
	get $GOV/policy1/khz
	[ "$value" -le "$highest" ] || highest=$value
done
check_range "a busy task beside the stream stays below it" "$highest" 1 \
	"$(cat $GOV/policy1/cap_khz)"
kill $hog
wait $hog 2>/dev/null
put 0 $DNN/power_budget_mw
check_eq "no budget, no cap" "$(cat $GOV/policy1/cap_khz)" "$top"
timed check "and the whole network again" wait_quietly 12000 grant_is 4

put 1000000 $EMU/policy1/thermal_cap_khz
check "a cap brings the grant down" wait_quietly 3000 grant_below 4
put 60000 $DNN/hold_ms
put 0 $EMU/policy1/thermal_cap_khz
sleep 2
check "a long hold time holds it down" grant_below 4
put 100 $DNN/hold_ms
timed check "a short one brings it back" wait_quietly 6000 grant_is 4
put 500 $DNN/hold_ms

# More than half of a policy's time kept free leaves too little for the whole network.
put 500000 $DNN/margin_ppm
timed check "a large margin brings the grant down at once" wait_quietly 1000 grant_below 4
put 20000 $DNN/margin_ppm
timed check "and its end back" wait_quietly 8000 grant_is 4

check "some frames are met" wait_quietly 8000 has_met 60
kill -STOP $client
cat $GOV/stream1/latency >/tmp/latency
result latency </tmp/latency
check_eq "the histogram's bounds" "$(awk '{ print $1 }' /tmp/latency | tr '\n' ' ')" \
	"10 20 30 40 50 60 70 80 90 100 110 125 150 200 more "
check_eq "up to the deadline are those met" \
	"$(awk '$1 != "more" && $1 <= 100 { n += $2 } END { print n + 0 }' /tmp/latency)" \
	"$(cat $GOV/stream1/met)"
check_eq "above it those missed" \
	"$(awk '$1 == "more" || $1 > 100 { n += $2 } END { print n + 0 }' /tmp/latency)" \
	"$(cat $GOV/stream1/missed)"
timed check_range "most take more than half of it: the clock is slow where it can be" \
	"$(awk '$1 > 50 && $1 <= 100 { n += $2 } END { print n + 0 }' /tmp/latency)" \
	$(($(cat $GOV/stream1/met) / 2)) 100000
# dnnctl says the same: the bound that half of the frames keep.
half=$(awk '{ bound[NR] = $1; n[NR] = $2; all += $2 }
	END { for (i = 1; sum < all / 2; i++) sum += n[i]; print bound[i - 1] }' /tmp/latency)
dnnctl status >/tmp/status
result status </tmp/status
check_eq "dnnctl: what half of the frames keep" \
	"$(awk '/^ *ID .*LATENCY/ { on = 1; next } on { print $(NF - 2); exit }' /tmp/status)" "$half%"
check_eq "a stream that says nothing has no goal but accuracy" "$(cat $GOV/stream1/goal)" \
	max_accuracy
kill -CONT $client
kill $client
wait $client 2>/dev/null
check_eq "nobody complained" "$(cat /tmp/err)" ""
set_governor schedutil || fail "schedutil"
check "unload" rmmod dnn_gov
