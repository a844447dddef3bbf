# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# allday.sh PROFILE GOVERNOR [LOAD...]: ordinary loads without any stream under one governor,
# on the last CPU. Energy is the emulated driver's, of all CPUs.

profile=$1
governor=$2
shift 2
[ $# -gt 0 ] || set -- bursts video ramp sustained idle

load_emufreq profile="$profile" || fail "load dnn_emufreq"
[ "$governor" != dnn ] || load_gov || fail "load dnn_gov"
set_governor "$governor" || fail "governor $governor"
cpu=$(($(nproc) - 1))
# The scenario's own doings are not part of the load.
taskset -p 1 $$ >/dev/null

for load in "$@"; do
	check "$profile, $governor: $load" sh -c \
		"loadgen --cpu $cpu --energy /sys/kernel/dnn_emufreq/total_energy_uj $load >>/tmp/loads.csv"
	progress "$governor $(tail -n 1 /tmp/loads.csv)"
done
sed "s/^/$profile,$governor,/" /tmp/loads.csv | result allday.csv
