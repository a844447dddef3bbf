# SPDX-License-Identifier: MIT
# lab: --smp 4 --biglittle --beat 50
#
# Power budgets: one for all policies, which they share by need, and one of each. They bring
# levels down with their true cause, keep the clock below what they allow, and let go when they
# end; a stream that may run anywhere goes where it gets more for the power. Decisions are
# checked, not times: CPUs busy at once share the guest's time.

CPUFREQ=/sys/devices/system/cpu/cpufreq
GOV=/sys/kernel/dnn_gov
EMU=/sys/kernel/dnn_emufreq
BUDGET=$GOV/power_budget_mw
little=0
big=2

is() { get "$GOV/stream$1/$2" && [ "$value" = "$3" ]; }
is_below() { get "$GOV/stream$1/$2" && [ "$value" -lt "$3" ]; }

# top_khz POLICY: sets top to the highest frequency seen in two seconds.
top_khz() {
	local i=0
	top=0
	while [ $i -lt 40 ]; do
		usleep 50000
		get "$GOV/policy$1/khz"
		[ "$value" -le $top ] || top=$value
		i=$((i + 1))
	done
}

# highest POLICY MW: sets highest to the highest OPP at which one busy CPU takes no more.
highest() {
	highest=$(awk -v mw="$2" 'NR == 1 || $2 <= mw * 1000 { khz = $1 } END { print khz }' \
		"$EMU/policy$1/opps")
}

# count_missed: sets missed to the frames missed in two seconds, and seen to those there were.
count_missed() {
	local before seen_before
	get $GOV/missed
	before=$value
	get $GOV/frames
	seen_before=$value
	usleep 2000000
	get $GOV/missed
	missed=$((value - before))
	get $GOV/frames
	seen=$((value - seen_before))
}

load_emufreq profile=odroid-xu3 || fail "emufreq"
load_gov && set_governor dnn || fail "dnn_gov"
set_idle_power

for file in $BUDGET $CPUFREQ/policy$big/dnn/power_budget_mw; do
	check_eq "there is no budget in $file" "$(cat $file)" 0
	check_eq "only root may set one" "$(stat -c %a $file)" 644
	expect_fail "words are refused" sh -c "echo plenty >$file"
	expect_fail "less than nothing is refused" sh -c "echo -1 >$file"
	expect_fail "too much is refused" sh -c "echo 4000001 >$file"
	check "4 kW are not too much" sh -c "echo 4000000 >$file"
	check "none is none" sh -c "echo 0 >$file"
done

# What this script starts stays on one LITTLE core.
taskset -p 1 $$ >/dev/null
# 21 ms in 40 at the top of a big core, in four levels; and next to nothing on a LITTLE one.
taskset 8 govframes -c 3 -n 0 -g 4 -w $((500000 * times)) -p $((40000 * longer)) \
	>/tmp/heavy 2>/tmp/heavy.err &
heavy=$!
check "a heavy stream on a big core" wait_quietly 2000 test -e $GOV/stream1
taskset 2 govframes -c 1 -n 0 -g 1 -w $((200000 * times)) -p $((100000 * longer)) \
	>/tmp/light 2>/tmp/light.err &
light=$!
check "and a light one on a LITTLE core" wait_quietly 2000 test -e $GOV/stream2
timed check "the heavy one has the whole network" wait_quietly 6000 is 1 grant 4

get $GOV/pressure/power_budget
before=$value
echo 500 >$BUDGET
timed check "a budget for all brings it down" wait_quietly 2000 is_below 1 grant 4
check "its cause is the budget" wait_quietly 1000 is 1 cause power_budget
check_range "which is counted" "$(cat $GOV/pressure/power_budget)" $((before + 1)) $((before + 1000))
get $GOV/stream1/grant
check_range "and something is left" "$value" 1 3
granted=$value
top_khz $big
highest $big 500
check_range "the clock stays below what the budget allows" $top 200000 $highest
check "the light one is as it was" is 2 grant 1
count_missed
timed check_range "there are frames" $seen 30 200
timed check_range "and they make it" $missed 0 2

echo 150 >$BUDGET
check "a smaller one brings it further down" wait_quietly 2000 is_below 1 grant $granted
top_khz $big
highest $big 150
check_range "the clock follows" $top 200000 $highest
get $GOV/pressure/relief
before=$value
echo 0 >$BUDGET
timed check "its end brings the whole network back" wait_quietly 8000 is 1 grant 4
check_range "which is counted" "$(cat $GOV/pressure/relief)" $((before + 1)) $((before + 1000))

echo 300 >$CPUFREQ/policy$big/dnn/power_budget_mw
timed check "a budget of the policy brings it down too" wait_quietly 2000 is_below 1 grant 4
check "its cause is the budget" wait_quietly 1000 is 1 cause power_budget
top_khz $big
highest $big 300
check_range "the clock stays below what it allows" $top 200000 $highest
echo 0 >$CPUFREQ/policy$big/dnn/power_budget_mw
timed check "its end brings the whole network back" wait_quietly 8000 is 1 grant 4
kill $heavy $light
wait $heavy $light 2>/dev/null
check_eq "nobody complained" "$(cat /tmp/heavy.err /tmp/light.err)" ""

# 150 mW are a big core at 400 MHz or a LITTLE one at 1200: the second is worth more.
taskset 8 govframes -a -f -n 0 -g 4 -w $((500000 * times)) -p $((40000 * longer)) \
	>/tmp/free 2>/tmp/free.err &
free=$!
check "a heavy stream that may run anywhere" wait_quietly 2000 test -e $GOV/stream3
check "runs on the big cores" wait_quietly 4000 is 3 policy $big
timed check "with the whole network" wait_quietly 8000 is 3 grant 4
echo 150 >$BUDGET
check "a small budget moves it to the LITTLE ones" wait_quietly 4000 is 3 policy $little
timed check "at a lower level" wait_quietly 2000 is_below 3 grant 4
top_khz $little
highest $little 150
check_range "the clock stays below what the budget allows" $top 200000 $highest
echo 0 >$BUDGET
check "its end brings it back" wait_quietly 4000 is 3 policy $big
timed check "with the whole network" wait_quietly 8000 is 3 grant 4
kill $free
wait $free 2>/dev/null
check_eq "nobody complained" "$(cat /tmp/free.err)" ""

# Its work must not outlive the module.
echo 1000 >$BUDGET
set_governor schedutil || fail "schedutil"
check "unload with a budget" rmmod dnn_gov
usleep 700000
