# SPDX-License-Identifier: MIT
# lab: --smp 2 --biglittle
# trust: overruns of a client's queue of events
#
# libdnnhint against the module: every call, what is refused, events, lifetimes.

PARAMS=/sys/module/dnn_gov/parameters

check "without the module: a clear error" hint_test no_module
check_eq "dnnctl says so" "$(dnnctl status 2>&1 >/dev/null)" \
	"dnnctl: the dnn_gov module is not loaded: load it with 'modprobe dnn_gov' or 'insmod dnn_gov.ko'"
dnnctl status >/dev/null 2>&1
check_eq "and ends with status 3" $? 3

check "load emufreq" load_emufreq profile=odroid-xu3
check "load dnn_gov" load_gov
check "without the governor: a clear error" hint_test no_governor
check "select the governor" set_governor dnn

for test in add_set_del defaults everything_said wishes frames posted_frames \
	several_pending_frames many_streams policies; do
	check "call: $test" hint_test $test
done
for test in local_checks frame_mistakes somebody_elses_stream raw_ranges \
	raw_missing_attributes raw_wrong_sizes raw_costs raw_unknown raw_truncated \
	raw_changed_bytes not_root; do
	check "refusal: $test" hint_test $test
done
overruns=0
for test in pressure_and_relief none_is_missed_during_a_call observer_hears_once lost_events \
	lost_answers; do
	# Forgets what share of the CPU others took during the tests before, which is a cause, too.
	set_governor schedutil && set_governor dnn || fail "the governor anew"
	hint_test $test >/tmp/said
	check_eq "event: $test" $? 0 || progress "$(cat /tmp/said)"
	overruns=$((overruns + $(awk '$1 == "overruns:" { n = $2 } END { print n + 0 }' /tmp/said)))
	# a test that failed has left its cap
	for cap in /sys/kernel/dnn_emufreq/policy*/thermal_cap_khz; do echo 0 >$cap; done
done
tried $overruns 0 "overruns of a client's queue of events"
for test in killed_owner closed_handle two_system_calls; do
	check "life: $test" hint_test $test
done

echo 65534 >$PARAMS/gid
echo 2 >$PARAMS/max_streams_per_user
check "life: group_and_limit" hint_test group_and_limit

check_eq "no stream is left" "$(cat /sys/kernel/dnn_gov/streams)" 0
check "another governor" set_governor schedutil
check "life: unloaded" hint_test unloaded
