# SPDX-License-Identifier: MIT
# lab: --smp 4 --biglittle
#
# A stream that may run anywhere follows its thread from one policy to another; streams outlive
# the cpufreq driver and are taken in by other policies of a driver that cuts the CPUs otherwise.

GOV=/sys/kernel/dnn_gov
CPUFREQ=/sys/devices/system/cpu/cpufreq

policy_is() { [ "$(cat $GOV/stream1/policy)" = "$1" ]; }
frames_grow() {
	local before
	before=$(cat $GOV/frames)
	wait_for 2 sh -c "[ \$(cat $GOV/frames) -gt $before ]"
}
streams_of() { cat "$GOV/policy$1/streams"; }

load_emufreq profile=odroid-xu3 || fail "emufreq"
load_gov && set_governor dnn || fail "dnn_gov"

taskset 8 govframes -a -n 0 -g 2 -w 50000 -p 30000 >/dev/null 2>/tmp/err &
client=$!
check "a stream on a big core" wait_for 2 test -e $GOV/stream1
check "is bound to its policy" wait_for 1 policy_is 2
check "and has frames" frames_grow
usleep 500000

# cycles FILE: note what is learnt at this moment. median FILE: of what was noted.
cycles() { cat $GOV/stream1/cycles >>"$1"; }
median() { sort -n "$1" | sed -n 5p; }

for round in $(seq 10); do
	taskset -p 1 $client >/dev/null
	wait_for 2 policy_is 0 || fail "round $round: it does not follow to the LITTLE cores"
	[ "$(streams_of 0)$(streams_of 2)" = 10 ] || fail "round $round: streams of policies"
	cycles /tmp/little
	frames_grow || fail "round $round: frames on LITTLE"
	taskset -p 8 $client >/dev/null
	wait_for 2 policy_is 2 || fail "round $round: nor back"
	[ "$(streams_of 0)$(streams_of 2)" = 01 ] || fail "round $round: streams of policies"
	frames_grow || fail "round $round: frames on big"
	cycles /tmp/big
done
check_eq "10 times there and back" "$round" 10
# Per MHz 539 against 1024: 1.9 times the cycles, and up to a third more: the kernel's own tick
# takes a larger share of a slow core. Unscaled it would be 1. Of ten rounds the middle one: a frame
# during which the thread moved has run on both.
timed check_range "what was learnt goes along, in cycles of the other core type" \
	"$(awk -v a="$(median /tmp/little)" -v b="$(median /tmp/big)" 'BEGIN { print a / b }')" 1.6 2.6
check_eq "no frame is lost on the way" "$(cat $GOV/abandoned)" 0

check "the driver goes under the governor" rmmod dnn_emufreq
check "its policies are gone" test ! -e $GOV/policy0 -a ! -e $GOV/policy2
check_eq "the stream stays" "$(cat $GOV/streams)" 1
check "and its frames go on" frames_grow
# One cluster of four, where there were two of two.
check "another driver" load_emufreq profile=jetson-nano
check "governor dnn again" set_governor dnn
check "takes the stream in" wait_for 2 policy_is 0
check_eq "as its own" "$(streams_of 0)" 1
check "and its frames go on" frames_grow
check_eq "nobody complained" "$(cat /tmp/err)" ""
kill -9 $client
check "it goes with its client" wait_for 2 streams_are 0
check "the driver goes under the governor" rmmod dnn_emufreq
check "unload" rmmod dnn_gov
