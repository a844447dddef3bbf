# SPDX-License-Identifier: MIT
# lab: --smp 2 --biglittle
# trust, checks: security: rights and namespaces
#
# Who may make streams and who sees names: capabilities of a namespace, sockets that are passed
# on, other network and pid namespaces give nobody more. Nothing is there for all to write to.

check "load emufreq" load_emufreq profile=odroid-xu3
check "load dnn_gov" load_gov
check "select the governor" set_governor dnn
echo 2001 >/sys/module/dnn_gov/parameters/gid

[ -e /proc/self/ns/user ] || skip "namespaces (this kernel has none)"
for test in adds_by_right opener_must_have_it_too names passed_socket user_namespace \
	group_in_user_namespace net_namespace pid_namespace; do
	check "$test" hint_test $test
done
echo -1 >/sys/module/dnn_gov/parameters/gid
expect_fail "without a group there are no members" hint_test adds_by_right
check_eq "no stream is left" "$(cat /sys/kernel/dnn_gov/streams)" 0
check_eq "no frame is pending" "$(cat /sys/kernel/dnn_gov/pending)" 0
set_governor schedutil
check "unload" rmmod dnn_gov
