# SPDX-License-Identifier: MIT
# lab: --smp 2 --biglittle
#
# dnnctl and the documentation's example, as a user types them.

CPUFREQ=/sys/devices/system/cpu/cpufreq
CAP=/sys/kernel/dnn_emufreq/policy1/thermal_cap_khz

# status_of CMD...: its exit status; what it says goes to /tmp/said.
status_of() { "$@" >/tmp/said 2>&1; echo $?; }
said() { grep -q -- "$1" /tmp/said; }
governor() { cat $CPUFREQ/policy$1/scaling_governor; }

check_eq "no command: status 2" "$(status_of dnnctl)" 2
check_eq "unknown command: status 2" "$(status_of dnnctl dance)" 2
check "it is named" said "unknown command 'dance'"
check_eq "unknown option: status 2" "$(status_of dnnctl --dance status)" 2
check_eq "count of 0: status 2" "$(status_of dnnctl --count=0 monitor)" 2
check_eq "no cpufreq: status 1" "$(status_of dnnctl enable)" 1
check "it says so" said "no cpufreq policy"

check "load emufreq" load_emufreq profile=odroid-xu3
for command in status streams stats monitor top enable; do
	check_eq "$command without the module: status 3" "$(status_of dnnctl $command)" 3
	check "$command: it says so" said "module is not loaded"
done
check "the example runs without the module" dnnhint-minimal

check "load dnn_gov" load_gov
check_eq "status: not selected yet" "$(status_of dnnctl status)" 0
check "it says how" said "dnnctl enable"
check_eq "a policy there is not: status 2" "$(status_of dnnctl enable policy7)" 2
check "it says which there are" said "policy0..policy1"
check_eq "not root: status 4" "$(status_of hint_test as_nobody dnnctl enable)" 4
check "it says so" said "only root"
check_eq "status needs no root" "$(status_of hint_test as_nobody dnnctl status)" 0
check_eq "enable one" "$(status_of dnnctl enable policy1)" 0
check_eq "it is under dnn" "$(governor 1)" dnn
check_eq "the other is not" "$(governor 0)" schedutil
check_eq "enable all" "$(status_of dnnctl enable)" 0
check_eq "the other is now" "$(governor 0)" dnn

check "the example runs" dnnhint-minimal
check_eq "its frames are counted" "$(dnnctl --json stats | sed -n 's/.*"frames": \([0-9]*\),/\1/p')" 5

# A stream with a frame every 25 ms on the fast policy, to look at; from the other CPU, because who
# takes its CPU's time is a cause of its own.
taskset -p 1 $$ >/dev/null
hint_test busy_stream >/dev/null 2>&1 &
stream=$!
there() { dnnctl streams | grep -q " busy "; }
check "streams: it is shown" wait_for 5 there
check_eq "status: shown" "$(status_of dnnctl status)" 0
check "with its stream" said " busy "
check "and its policies" said "policy1 .* dnn "
check "and what it wants; none of its frames is ever done" \
	said "max-accuracy .* 50.00% *-  *-  *-  *-$"
check_eq "status as JSON" "$(status_of dnnctl --json status)" 0
check "with the stream's name" said '"name": "busy"'
check "with its goal" said '"goal": "max-accuracy"'
check "with the policies' budgets" said '"power_budget_uw": 0'
latencies() {
	awk -F '[:,]' '/"latency_percent"/ { on = 1; next } /}/ { on = 0 } on { n++; sum += $2 }
		END { print n, sum }'
}
check_eq "with its histogram of latencies, all zero" "$(latencies </tmp/said)" "15 0"
check_eq "JSON: as many brackets close as open" "$(tr -cd '{[' </tmp/said | wc -c)" \
	"$(tr -cd '}]' </tmp/said | wc -c)"
result status.json </tmp/said
check_eq "top" "$(status_of dnnctl --count=2 --interval=20 top)" 0
check_eq "it reads twice" "$(grep -c "^   ID" /tmp/said)" 2

dnnctl monitor >/tmp/events 2>/tmp/ready &
monitor=$!
listening() { grep -q watching /tmp/ready; }
check "monitor says when it listens" wait_for 5 listening
echo 400000 >$CAP
capped() { grep -q "stream 2 level [234] -> [123] pressure freq_cap" /tmp/events; }
check "monitor shows the pressure, with its cause" wait_for 5 capped || result events </tmp/events
kill $monitor
dnnctl --count=1 monitor >/tmp/events 2>/tmp/ready &
monitor=$!
check "monitor listens again" wait_for 5 listening
echo 0 >$CAP
wait $monitor
check_eq "with a count it ends by itself" $? 0
check_eq "after one event" "$(wc -l </tmp/events)" 1
echo 400000 >$CAP
limited() { grep -q 400000 $CPUFREQ/policy1/scaling_max_freq; }
check "the cap is there" wait_for 5 limited
check_eq "status: capped" "$(status_of dnnctl status)" 0
check "it says so" said "policy1 .* capped"
echo 0 >$CAP
kill $stream

check_eq "disable to a governor there is not: status 5" \
	"$(status_of dnnctl --governor=none disable)" 5
check_eq "disable one to performance" "$(status_of dnnctl -g performance disable 1)" 0
check_eq "it is" "$(governor 1)" performance
check_eq "disable all that are under dnn" "$(status_of dnnctl disable)" 0
check_eq "back to schedutil" "$(governor 0)" schedutil
check_eq "the one that was not is left alone" "$(governor 1)" performance
