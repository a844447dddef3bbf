# SPDX-License-Identifier: MIT
# lab: --smp 3 --biglittle --beat 50 --timeout 900
#
# A session with two threads: they go where the plan wants the stream, and are no more than CPUs.

check "load emufreq" load_emufreq profile=odroid-xu3
check "load dnn_gov" load_gov
check "governor dnn" set_governor dnn
set_idle_power
dyndnn-tool random -g 2 /tmp/x.dnn >/dev/null || fail "a network"
hint_test threads_follow >/tmp/frames
status=$?
result frames.txt </tmp/frames
check_eq "threads follow the grant ($(tail -n 1 /tmp/frames))" $status 0
