# SPDX-License-Identifier: MIT
# lab: --smp 4 --biglittle --beat 50 --timeout 900
#
# Which cluster a stream runs on: the plan names it and the client goes there. A light stream
# ends on the LITTLE cores, a heavy one on the big ones, wherever they began; a cap on one
# cluster moves it; a cost that is not what the hint said moves it too; nobody wanders to and
# fro. A client that does not follow is left in peace. Decisions are checked, not times: CPUs busy
# at once share the guest's time. What a decision is depends on what frames cost, which on a slow kernel
# is mostly the kernel's doing.

CPUFREQ=/sys/devices/system/cpu/cpufreq
GOV=/sys/kernel/dnn_gov
EMU=/sys/kernel/dnn_emufreq
little=0
big=2

on() { get "$GOV/stream$1/policy" && [ "$value" = "$2" ]; }
granted() { get "$GOV/stream$1/grant" && [ "$value" = "$2" ]; }

# moves STREAM: sets moves to how often it changes its cluster in three seconds; gone: it is.
moves() {
	local last i=0
	moves=gone
	get "$GOV/stream$1/policy" || return
	moves=0
	last=$value
	while [ $i -lt 30 ]; do
		usleep 100000
		get "$GOV/stream$1/policy" || moves=gone
		[ "$value" = "$last" ] || moves=$((moves + 1))
		last=$value
		i=$((i + 1))
	done
}

frames_grow() {
	local before i=0
	get "$GOV/stream$1/frames" || return 1
	before=$value
	while [ $i -lt 20 ]; do
		usleep 100000
		get "$GOV/stream$1/frames"
		[ "$value" -le "$before" ] || return 0
		i=$((i + 1))
	done
	return 1
}

# stop PID: the client and its stream.
stop() {
	kill "$1"
	wait "$1" 2>/dev/null
}

load_emufreq profile=odroid-xu3 || fail "emufreq"
load_gov && set_governor dnn || fail "dnn_gov"
set_idle_power
# What this script starts stays on one LITTLE core.
taskset -p 1 $$ >/dev/null

# 1 ms at the top of a big core, to be done in 16 of 100: a LITTLE one does that at a low OPP, but
# not at its lowest. Short, so that the two streams seldom share the guest's time.
taskset 8 govframes -a -f -n 0 -g 1 -w $((100000 * times)) -p $((100000 * longer)) -d $((16000 * times)) \
	>/tmp/light 2>/tmp/light.err &
light=$!
check "a light stream begins" wait_quietly 2000 test -e $GOV/stream1
timed check "and goes to the LITTLE cores" wait_quietly 3000 on 1 $little
check "where its frames go on" frames_grow 1
timed check_eq "on one of their CPUs" $(($(taskset -p $light | awk '{ print "0x" $NF }'))) 3
moves 1
timed check_range "it stays" $moves 0 0

# 21 ms in 50: no LITTLE core can.
taskset 1 govframes -a -f -n 0 -g 4 -w $((500000 * times)) -p $((50000 * longer)) \
	>/tmp/heavy 2>/tmp/heavy.err &
heavy=$!
check "a heavy stream begins" wait_quietly 2000 test -e $GOV/stream2
timed check "and goes to the big cores" wait_quietly 3000 on 2 $big
timed check "with the whole network" wait_quietly 6000 granted 2 4
timed check "the light one is on the other cluster" on 1 $little
moves 2
timed check_range "the heavy one stays" $moves 0 0
moves 1
timed check_range "and so does the light one" $moves 0 0

echo 200000 >$EMU/policy$little/thermal_cap_khz
timed check "a cap drives the light one to the big cores" wait_quietly 3000 on 1 $big
check "where its frames go on" frames_grow 1
moves 1
timed check_range "it stays while the cap is there" $moves 0 0
echo 0 >$EMU/policy$little/thermal_cap_khz
timed check "and goes back after it" wait_quietly 3000 on 1 $little
timed check "the heavy one is where it was" on 2 $big
stop $heavy
check "the heavy one goes" wait_quietly 2000 streams_are 1
# A cap that comes and goes five times a second: once per hold time at the most.
get $CPUFREQ/policy$little/dnn/hold_ms
hold=$value
(while :; do
	echo 200000 >$EMU/policy$little/thermal_cap_khz
	usleep 100000
	echo 0 >$EMU/policy$little/thermal_cap_khz
	usleep 100000
done) &
flicker=$!
moves 1
kill $flicker
wait $flicker 2>/dev/null
echo 0 >$EMU/policy$little/thermal_cap_khz
check_range "a cap that flickers moves it no more than the hold time lets it" $moves 0 $((3000 / hold + 1))
timed check "and in the end it is on the LITTLE cores" wait_quietly 4000 on 1 $little
stop $light
check "it goes" wait_quietly 2000 streams_are 0
check_eq "nobody complained" "$(cat /tmp/light.err /tmp/heavy.err)" ""

# The hint says 1 Mcycle per level, a fortieth of what it is.
taskset 8 govframes -a -f -n 0 -g 4 -y $((250000 * times)) -w $((500000 * times)) -p $((50000 * longer)) \
	>/tmp/liar 2>/tmp/liar.err &
liar=$!
check "a stream whose hint is wrong begins" wait_quietly 2000 test -e $GOV/stream3
timed check "and ends on the big cores" wait_quietly 4000 on 3 $big
timed check "with the whole network" wait_quietly 6000 granted 3 4
moves 3
timed check_range "where it stays" $moves 0 0
stop $liar
check_eq "nobody complained" "$(cat /tmp/liar.err)" ""

# Pinned to a big core, whatever it is told.
taskset 8 govframes -a -n 0 -g 1 -w $((500000 * times)) -p $((100000 * longer)) \
	>/tmp/stubborn 2>/tmp/stubborn.err &
stubborn=$!
check "a stream whose client does not follow" wait_quietly 2000 test -e $GOV/stream4
check "has its frames where it is" frames_grow 4
moves 4
check_range "and stays there" $moves 0 0
check "on the big cores" on 4 $big
stop $stubborn
check_eq "nobody complained" "$(cat /tmp/stubborn.err)" ""

# The engine does the same.
mkdir /tmp/data
head -c 30730000 /dev/zero >/tmp/data/test_batch.bin
dyndnn-tool random -g 2 /tmp/x.dnn >/dev/null || fail "a network"
before=$(cat $GOV/abandoned)
taskset 8 dnnrun --hints --model /tmp/x.dnn --data /tmp/data --period-ms 150 --phases run:8 \
	--level 1 >/tmp/engine 2>&1 &
engine=$!
check "the engine on one big CPU begins" wait_quietly 20000 test -e $GOV/stream5
check "and keeps to it" on 5 $big
wait $engine
check_eq "and is done" $? 0
taskset f dnnrun --hints --model /tmp/x.dnn --data /tmp/data --period-ms 100 --phases run:$((90 * times)) \
	--level 1 --log /tmp/log >/tmp/engine 2>&1 &
engine=$!
check "one that may go anywhere begins" wait_quietly 20000 test -e $GOV/stream6
timed check "and goes to the LITTLE cores, which can" wait_quietly 4000 on 6 $little
echo 200000 >$EMU/policy$little/thermal_cap_khz
timed check "a cap drives it to the big ones" wait_quietly 4000 on 6 $big
echo 0 >$EMU/policy$little/thermal_cap_khz
timed check "and its end back" wait_quietly 4000 on 6 $little
wait $engine
check_eq "and it is done" $? 0
check_eq "no frame was abandoned" "$(cat $GOV/abandoned)" "$before"
result engine.csv </tmp/log

set_governor schedutil || fail "schedutil"
check "unload" rmmod dnn_gov
