# SPDX-License-Identifier: MIT
# lab: --smp 2 --biglittle --timeout 600
#
# The trace events dnn_gov:*: each decision of a run of frames leaves one, with what it was
# made from, and they agree with each other and with the counters.

GOV=/sys/kernel/dnn_gov
EMU=/sys/kernel/dnn_emufreq
TRACE=/sys/kernel/tracing

grant_is() { get $GOV/stream1/grant && [ "$value" -eq "$1" ]; }
grant_below() { get $GOV/stream1/grant && [ "$value" -lt "$1" ]; }
bound_to() { get $GOV/stream1/policy && [ "$value" -eq "$1" ]; }

# Lines of each event without what comes before its name, in files of that name; in one pass,
# because the guest is slow.
split() {
	awk '/^#/ { next } { rest = substr($0, index($0, ": dnn_") + 2); colon = index(rest, ": ")
		print substr(rest, colon + 2) >("/tmp/" substr(rest, 1, colon - 1)) }' /tmp/trace
}
count() { wc -l </tmp/$1; }

# text EVENT PATTERN: each line of it is as it should be, and there is one.
text() {
	check_range "$1: there are some" "$(count "$1")" 1 1000000
	check_eq "$1: their text" "$(grep -vExm 1 "$2" /tmp/$1)" ""
}

load_emufreq profile=odroid-xu3 || fail "emufreq"
load_gov && set_governor dnn || fail "dnn_gov"
check_eq "the events" "$(ls -d $TRACE/events/dnn_gov/*/ | sed 's,.*/\(.*\)/,\1,' | tr '\n' ' ')" \
	"dnn_frame_begin dnn_frame_end dnn_frame_progress dnn_freq dnn_grant dnn_guard dnn_learn dnn_map dnn_move dnn_plan dnn_plan_stream dnn_share "
echo 16384 >$TRACE/buffer_size_kb
taskset -p 1 $$ >/dev/null
echo 1 >$TRACE/events/dnn_gov/enable

govframes -c 1 -n 0 -w $((500000 * times)) -p $((33000 * longer)) -r >/dev/null 2>/tmp/err &
client=$!
check "frames come" wait_quietly 2000 test -e $GOV/stream1
timed check "the whole network fits after a while" wait_quietly 6000 grant_is 4
echo 1000000 >$EMU/policy1/thermal_cap_khz
check "a cap brings the grant down" wait_quietly 3000 grant_below 4
echo 0 >$EMU/policy1/thermal_cap_khz
timed check "its end brings it back" wait_quietly 8000 grant_is 4
echo 4000 >$GOV/power_budget_mw
sleep 1
echo 0 >$GOV/power_budget_mw
kill $client
wait $client 2>/dev/null
check_eq "nobody complained" "$(cat /tmp/err)" ""

# A light stream that may run on all CPUs and is taken to the other one.
govframes -a -n 0 -w 5000 -p 33000 >/dev/null 2>/tmp/err &
client=$!
there() { set -- $GOV/stream[0-9]*; [ -e "$1" ]; }
check "another stream" wait_quietly 2000 there
stream=$(echo $GOV/stream[0-9]*)
stream=${stream##*stream}
taskset -p 2 $client >/dev/null
sleep 1
taskset -p 1 $client >/dev/null
sleep 1
kill $client
wait $client 2>/dev/null

echo 0 >$TRACE/events/dnn_gov/enable
cat $TRACE/trace >/tmp/trace
result trace </tmp/trace
check_eq "nothing was lost" "$(sed -n 's,.*entries-in-buffer/entries-written: \([0-9]*\)/\([0-9]*\) .*,\1 \2,p' \
	/tmp/trace | awk '{ print $2 - $1 }')" 0

split
n='[0-9]+'
causes='(none|freq_cap|power_budget|energy_budget|contention|deadline|relief)'
text dnn_plan "policy=$n khz=$n cur=$n follow=$n allowed=$n\.\.$n cap=$n budget_uw=$n streams=$n pending=$n frames=$n guard_ns=-?$n feasible=[01]"
text dnn_plan_stream "policy=$n stream=$n grant=$n/$n target=$n cause=$causes goal=max_accuracy energy_budget_nj=0 cycles=$n stall_ns=$n tail_ppm=$n hold_shift=$n"
text dnn_grant "stream=$n grant=$n->$n cause=$causes khz=$n"
text dnn_frame_begin "stream=$n frame=$n grant=$n cause=$causes khz=$n mean_ns=$n tail_ns=$n since_release_ns=$n left_ns=-?$n"
text dnn_frame_progress "stream=$n frame=$n level=$n grant=$n wall_ns=$n run_ns=$n left_ns=-?$n"
text dnn_frame_end "stream=$n frame=$n level=$n wall_ns=$n run_ns=$n mean_ns=$n tail_ns=$n slack_ns=-?$n mean_khz=$n other_ppm=$n"
text dnn_learn "stream=$n type=$n level=$n khz=$n run_ns=$n cycles=$n stall_ns=$n tail_ppm=$n"
text dnn_guard "policy=$n cur=$n cap=$n pending=$n late_ns=$n"
text dnn_freq "policy=$n khz=$n->$n why=(plan|guard|follow|limits|budget) plan=$n follow=$n fast=[01]"
text dnn_share "policy=$n share_uw=$n budget_uw=$n"
text dnn_move "stream=$n policy=$n->$n pending=$n wanted=[01]"

begun=$(count dnn_frame_begin)
check_eq "as many begins as the module counts" "$begun" "$(cat $GOV/frames)"
check_range "and ends, but for those of clients that were killed" "$(count dnn_frame_end)" \
	$((begun - 2)) "$begun"
check_eq "as many changes of grants as it counts" "$(count dnn_grant)" \
	"$(cat $GOV/pressure/* | awk '{ n += $1 } END { print n }')"
timed check "the cap is a cause" grep -q "^stream=1 .* cause=freq_cap" /tmp/dnn_grant
timed check "its end is one" grep -qE "^stream=1 grant=[0-9]->4 " /tmp/dnn_grant

# Frequencies: each change begins where the last one ended.
check_eq "changes of frequency are a chain" "$(awk -F '[ =>-]+' '
	{ policy = $2; from = $4; to = $5 }
	(policy in last) && last[policy] != from { bad++ }
	{ last[policy] = to }
	END { print bad + 0 }' /tmp/dnn_freq)" 0
check "some are made for the plan" grep -q "why=plan" /tmp/dnn_freq

# Guards: the plan that one asks for comes next on its CPU; the other one goes its own way.
check_eq "a plan follows each guard" "$(awk '
	{ match($0, /\[[0-9]+\]/); cpu = substr($0, RSTART, RLENGTH) }
	/: dnn_guard: / { guards++; waits[cpu] = 1; next }
	waits[cpu] && /: dnn_(frame|freq)/ { bad++ }
	/: dnn_plan: / { waits[cpu] = 0 }
	END { print bad + !guards }' /tmp/trace)" 0

# What the frames took against what was expected of them, once something has been learnt.
awk -v first=$((60 / times)) -F '[ =]+' '
	$2 == 1 && $6 == 4 && $4 > first && $18 > 0 { error = $10 / $12 - 1; print error < 0 ? -error : error }' \
	/tmp/dnn_frame_end |
	sort -n >/tmp/errors
timed check_range "enough frames to judge" "$(wc -l </tmp/errors)" 10 100000
timed check_range "the middle one is within 10 % of what was expected" \
	"$(sed -n "$((($(wc -l </tmp/errors) + 1) / 2))p" /tmp/errors)" 0 0.1

check_eq "the stream goes where its thread goes" "$(sed -n 's/ pending.*//p' /tmp/dnn_move | head -n 1)" \
	"stream=$stream policy=0->1"

set_governor schedutil || fail "schedutil"
check "unload" rmmod dnn_gov
check "its events went with it" [ ! -e $TRACE/events/dnn_gov ]
