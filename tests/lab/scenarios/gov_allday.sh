# SPDX-License-Identifier: MIT
# lab: --smp 2 --biglittle --timeout 900
#
# gov_allday.sh [PROFILE [FAST_SWITCH]]: left on all day. Ordinary loads without any stream
# on the last CPU, under dnn, schedutil and ondemand. The better of the two on a load is the
# one with the smaller product of energy and mean response; dnn may take at most 5 % more
# energy than that one, and at most 5 % more time to respond. Where the products are within
# a tenth of each other neither is better, and the one counts that dnn comes closer to.
# Energy is the emulated driver's, of all CPUs, idle time included.

profile=${1:-odroid-xu3}
fast=${2:-1}
emu=/sys/kernel/dnn_emufreq
cpu=$(($(nproc) - 1))
# The scenario's own doings are not part of the load.
taskset -p 1 $$ >/dev/null

load_emufreq profile="$profile" fast_switch="$fast" || fail "load dnn_emufreq"
load_gov || fail "load dnn_gov"

for governor in dnn schedutil ondemand; do
	check "governor $governor" set_governor $governor
	for load in bursts video ramp sustained idle; do
		line=$(loadgen --cpu $cpu --energy $emu/total_energy_uj $load) || fail "$governor: $load"
		echo "$profile,$fast,$governor,$line" >>/tmp/allday.csv
		progress "$profile,$fast,$governor,$line"
	done
done
result allday.csv </tmp/allday.csv

# Columns: profile,fast_switch,governor,load,jobs,mean,p95,slowdown,energy.
awk -F, '
	function worst(load, other) {
		e = energy["dnn", load] / energy[other, load]
		r = response["dnn", load] / response[other, load]
		return e > r ? e : r
	}
	{ response[$3, $4] = $6; energy[$3, $4] = $9; loads[$4] }
	END {
		for (load in loads) {
			s = energy["schedutil", load] * response["schedutil", load]
			o = energy["ondemand", load] * response["ondemand", load]
			better = s <= o ? "schedutil" : "ondemand"
			if (s <= 1.1 * o && o <= 1.1 * s)
				better = worst(load, "schedutil") <= worst(load, "ondemand") ? \
					"schedutil" : "ondemand"
			worst(load, better)
			printf "%s,%s,%s,%s,%.3f,%.3f\n", profile, fast, load, better, e, r
		}
	}' profile="$profile" fast="$fast" /tmp/allday.csv >/tmp/ratios
result ratios.csv </tmp/ratios
while IFS=, read -r _ _ load better energy response; do
	timed check_range "$load: energy against $better's" "$energy" 0.01 1.05
	timed check_range "$load: response against $better's" "$response" 0.01 1.05
done </tmp/ratios
check_eq "all loads compared" "$(wc -l </tmp/ratios)" 5
check "governor schedutil" set_governor schedutil
check "unload" rmmod dnn_gov
