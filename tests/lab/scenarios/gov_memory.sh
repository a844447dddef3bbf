# SPDX-License-Identifier: MIT
# lab: --smp 2 --biglittle --timeout 900
# trust: allocations that failed
#
# Out of memory: each allocation, one after the other, that is made where the modules start, on
# the way of selecting the governor, of a stream's life with a frame and an event, and of reading
# all there is. It is an error or does no harm; nothing is left, and the next try works. Then an
# event for which there is no memory. Only on a kernel that lets allocations fail.

CPUFREQ=/sys/devices/system/cpu/cpufreq
FAIL=/sys/kernel/debug/failslab

if [ ! -e $FAIL/require-start ]; then
	skip "allocations fail (this kernel has no failslab)"
	ok "nothing to do"
	exit 0
fi
# Also those that may wait, and nothing is said about each.
echo N >$FAIL/ignore-gfp-wait
echo 0 >$FAIL/verbose
# Where nobody's own thread is meant: only those with a function of a module on the stack. Modules
# lie below the kernel, and none but ours are loaded.
echo 32 >$FAIL/stacktrace-depth
kernel=$(awk '$3 == "_text" { print $1 }' /proc/kallsyms)
printf '0x%x' $((0x$kernel - (128 << 20))) >$FAIL/require-start
printf '0x%x' $((0x$kernel)) >$FAIL/require-end

all=0
bad=0
# goes AT_LEAST WHAT ARGUMENT...: allocfail's last line tells how many.
goes() {
	local least=$1 what=$2 count
	shift 2
	allocfail "$@" >/tmp/said 2>&1
	check_eq "$what: no harm" $? 0 || {
		bad=$((bad + 1))
		progress "$(tail -n 5 /tmp/said)"
	}
	progress "$what: $(tail -n 1 /tmp/said)"
	count=$(awk '/allocations failed/ { print $1 }' /tmp/said)
	check_range "$what: allocations failed" "$count" "$least" 20000
	all=$((all + ${count:-0}))
}

goes 20 "loading the driver" load /lib/modules/dnn/dnn_emufreq.ko profile=odroid-xu3 \
	period_us=1
check "the driver loads all the same" load_emufreq profile=odroid-xu3
goes 20 "loading the governor" load /lib/modules/dnn/dnn_gov.ko "" gid=x
check "the governor loads all the same" load_gov
goes 5 "selecting it" write $CPUFREQ/policy1/scaling_governor dnn schedutil
check "it can be selected all the same" set_governor dnn
goes 20 "a stream" stream
check "none is left" wait_for 2 streams_are 0
goes 20 "reading" read
check "none is left" wait_for 2 streams_are 0
goes 1 "an event" event
check "none is left" wait_for 2 streams_are 0
check "hints work all the same" dnnhint-minimal
check "another governor" set_governor schedutil
check "unload" rmmod dnn_gov
check "unload emufreq" rmmod dnn_emufreq
tried $all $bad "allocations that failed"
