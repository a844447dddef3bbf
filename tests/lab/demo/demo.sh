# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# demo.sh GOVERNOR FRAMES: one network on one stream of images under one governor, through
# four phases of FRAMES frames: steady, thermal cap, cap lifted, CPU hog (two busy loops). Under dnn the
# stream is hinted; the other governors get the same frames at the full network.

governor=$1
frames=$2
cap_khz=800000
period_ms=66.7
deadline_ms=50

emu=/sys/kernel/dnn_emufreq
load_emufreq profile=odroid-xu3 || fail "load dnn_emufreq"
[ "$governor" != dnn ] || load_gov || fail "load dnn_gov"
# The stream runs on the last CPU, a big one; policy is named after its first CPU.
cpu=$(($(nproc) - 1))

# Before the governor comes, so that the frequency it starts at is in the trace.
trace=/sys/kernel/tracing
echo mono >$trace/trace_clock
echo 8192 >$trace/buffer_size_kb
echo "cpu_id==$cpu" >$trace/events/power/cpu_frequency/filter
echo 1 >$trace/events/power/cpu_frequency/enable

set_governor "$governor" || fail "governor $governor"
policy=$(basename "$(readlink -f /sys/devices/system/cpu/cpu$cpu/cpufreq)")
cap=$emu/$policy/thermal_cap_khz

[ "$governor" != dnn ] || set_idle_power

# dnnrun calls this at the begin of each phase; every step must succeed.
cat >/tmp/phase <<END
#!/bin/sh
set -e
echo "# $governor: \$1 (\$2 frames)" >$LAB_PORT
case "\$1" in
capped) echo $cap_khz >$cap ;;
restored) echo 0 >$cap ;;
hog)
	for loop in 1 2; do
		taskset -c $cpu sh -c 'while :; do :; done' >/dev/null 2>&1 &
	done
	;;
esac
END
chmod +x /tmp/phase

hints=--hints
[ "$governor" = dnn ] || hints="--no-hints --level max"
# shellcheck disable=SC2086 # words on purpose
check "$governor: all frames answered for" \
	dnnrun $hints --name demo --model /demo/model.dnn --data /demo/data --cpu "$cpu" \
	--period-ms $period_ms --deadline-ms $deadline_ms \
	--phases "learn:5,steady:$frames,capped:$frames,restored:$frames,hog:$frames" \
	--on-phase /tmp/phase --energy-file $emu/total_energy_uj \
	--log /tmp/frames.csv --summary /tmp/summary.csv

echo 0 >$trace/events/power/cpu_frequency/enable
result frames.csv </tmp/frames.csv
result summary.csv </tmp/summary.csv
grep cpu_frequency $trace/trace | result trace.txt
