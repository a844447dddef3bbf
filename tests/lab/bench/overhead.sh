# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# What a frame's two calls cost and how soon after the hint the frequency is there. Virtual
# time counts instructions, 2 ns each; the OPPs of this machine are so close to each other
# that the driver takes no time from the CPU at any of them, so that this holds throughout.

trace=/sys/kernel/tracing
low=1999000
middle=1999500
top=2000000
frame_calls=3
frame_instructions=25000
react_instructions=20000

# The scenario's own doings are on the other CPU.
taskset -p 1 $$ >/dev/null
load_emufreq profile=custom "clusters=0;1" \
	"opps=$low:100:50,$middle:300:60,$top:500:70;$low:100:50,$middle:300:60,$top:500:70" ||
	fail "load dnn_emufreq"
check "load dnn_gov" load_gov
check "governor dnn" set_governor dnn

value() { awk -v name="$1" '$1 == name { print $2 }' /tmp/out; }
instructions() { echo $(($(value "$1") / 2)); }
row() { echo "$1,$2" >>/tmp/overhead.csv; progress "$1 $2"; }

# Frames of a stream of four levels, with answers to their ends.
check "frames with answers" sh -c "overhead -c 1 -n 300 >/tmp/out"
row answered_end_instructions "$(instructions end_ns)"
row answered_end_kernel_instructions "$(instructions end_kernel_ns)"
check_range "system calls of an end with an answer" "$(value end_calls)" 1 2

# The same as the engine does it: the grant is told with the next frame.
check "frames" sh -c "overhead -c 1 -n 300 --post >/tmp/out"
for part in begin begin_kernel end end_kernel; do
	row ${part}_instructions "$(instructions ${part}_ns)"
done
row begin_user_instructions $(($(instructions begin_ns) - $(instructions begin_kernel_ns)))
row end_user_instructions $(($(instructions end_ns) - $(instructions end_kernel_ns)))
row begin_p99_instructions "$(instructions begin_p99_ns)"
row end_p99_instructions "$(instructions end_p99_ns)"
both=$(($(instructions begin_ns) + $(instructions end_ns)))
row frame_instructions $both
check_range "instructions of begin and end together" $both 1000 $frame_instructions
check_range "system calls of begin" "$(value begin_calls)" 1 2
check_range "system calls of end" "$(value end_calls)" 1 2

# All system calls there are, by the kernel's trace: the frames' and at most 10 of tracing.
check "frames, traced" sh -c "overhead -c 1 -n 200 --post --count >/tmp/out"
row traced_calls_of_200_frames "$(value traced_calls)"
check_range "system calls of 200 frames" "$(value traced_calls)" 200 $((200 * frame_calls + 10))
echo >$trace/set_event_pid

# A frame that needs the top, on a CPU that has been idle at the bottom.
echo mono >$trace/trace_clock
echo 8192 >$trace/buffer_size_kb
echo 1 >$trace/events/power/cpu_frequency/enable
check "frames that need the top" sh -c \
	"overhead -c 1 -n 100 -p 50000 -d 2000 -g 1 -w 3000 --react $top >/tmp/out"
row hint_to_frequency_frames "$(value react_frames)"
row hint_to_frequency_instructions "$(instructions react_ns)"
row hint_to_frequency_p99_instructions "$(instructions react_p99_ns)"
check_range "frames that brought the top" "$(value react_frames)" 99 100
check_range "instructions from hint to frequency" "$(instructions react_ns)" 100 $react_instructions

# What schedutil makes of the same, and how long it takes to see that the load has become
# heavy: a busy CPU is all it can go by.
check "governor schedutil" set_governor schedutil
check "the same frames under schedutil" sh -c \
	"overhead -c 1 -n 100 -p 50000 -w 3000 --no-hints --react $top >/tmp/out"
row schedutil_same_frames_at_top "$(value react_frames)"
for _ in 1 2 3; do
	check "a frame heavier than those before, under schedutil" sh -c \
		"overhead -c 1 -n 1 -p 1000000 -w 500000 --step --no-hints --react $top >/tmp/out"
	row schedutil_load_to_frequency_instructions "$(instructions react_ns)"
	check_range "schedutil's reaction" "$(instructions react_ns)" $react_instructions 250000000
done
echo 0 >$trace/events/power/cpu_frequency/enable
result overhead.csv </tmp/overhead.csv
check "unload" rmmod dnn_gov
