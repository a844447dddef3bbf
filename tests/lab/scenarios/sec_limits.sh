# SPDX-License-Identifier: MIT
# lab: --smp 2 --biglittle
# trust, checks: security: limits
#
# Each limit of streams and frames: the last passes, the next is refused by name, other users have
# theirs all the same, and what dies is free again.

check "load emufreq" load_emufreq profile=odroid-xu3
check "load dnn_gov" load_gov
check "select the governor" set_governor dnn
echo 2001 >/sys/module/dnn_gov/parameters/gid
# None is to go stale, however slow the kernel.
for dir in /sys/devices/system/cpu/cpufreq/policy*; do echo 600000 >"$dir/dnn/stale_ms"; done

[ -e /proc/self/ns/user ] || skip "users that are many in a namespace (this kernel has none)"
for test in streams_of_a_user killed_at_the_limit streams_in_all streams_of_a_namespace \
	pending_frames pending_frames_that_move; do
	check "$test" hint_test $test
	check "$test: nothing is left" wait_for 2 streams_are 0
done
check_eq "no frame is pending" "$(cat /sys/kernel/dnn_gov/pending)" 0
set_governor schedutil
check "unload" rmmod dnn_gov
