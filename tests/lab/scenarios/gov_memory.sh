# SPDX-License-Identifier: MIT
# lab: --smp 2 --biglittle --timeout 600
#
# gov_memory.sh [ROUNDS]: out of memory. Allocations that the modules ask for, on the way of loading
# them, of selecting the governor and of a stream's life, fail, one in each round. It is an error or
# does no harm; nothing is left, and the next try works. Only on a kernel that lets allocations
# fail.

rounds=${1:-8}
CPUFREQ=/sys/devices/system/cpu/cpufreq
FAIL=/sys/kernel/debug/failslab

if [ ! -e $FAIL/require-start ]; then
	skip "allocations fail (this kernel has no failslab)"
	ok "nothing to do"
	exit 0
fi
# Also those that may wait; nothing is said about each; and only those with a function of a module
# on the stack. Modules lie below the kernel, and none but ours are loaded.
echo N >$FAIL/ignore-gfp-wait
echo 0 >$FAIL/verbose
echo 32 >$FAIL/stacktrace-depth
kernel=$(awk '$3 == "_text" { print $1 }' /proc/kallsyms)
printf '0x%x' $((0x$kernel - (128 << 20))) >$FAIL/require-start
printf '0x%x' $((0x$kernel)) >$FAIL/require-end

# goes WHAT ARGUMENT...: allocfail's last line tells how many.
goes() {
	local what=$1
	shift
	check "$what: no harm" sh -c 'allocfail "$@" >/tmp/said 2>&1' sh "$rounds" "$@" ||
		progress "$(cat /tmp/said)"
	progress "$what: $(tail -n 1 /tmp/said)"
	check_range "$what: allocations failed" \
		"$(awk '/allocations failed/ { print $1 }' /tmp/said)" "$rounds" 1000
}

goes "loading the driver" load /lib/modules/dnn/dnn_emufreq.ko profile=odroid-xu3
check "the driver loads all the same" load_emufreq profile=odroid-xu3
goes "loading the governor" load /lib/modules/dnn/dnn_gov.ko ""
check "the governor loads all the same" load_gov
goes "selecting it" write $CPUFREQ/policy1/scaling_governor dnn schedutil
check "it can be selected all the same" set_governor dnn
goes "a stream" stream
check "none is left" wait_for 2 streams_are 0
check "hints work all the same" dnnhint-minimal
check "another governor" set_governor schedutil
check "unload" rmmod dnn_gov
check "unload emufreq" rmmod dnn_emufreq
