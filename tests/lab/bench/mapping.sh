# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# mapping.sh FRAMES: one stream under dnn at several periods, bound to the big cores, bound to the
# LITTLE ones, and free to go where the plan wants it. What is free goes to the right cluster
# within the first frames, which do not count.

emu=/sys/kernel/dnn_emufreq
frames=$1

load_emufreq profile=odroid-xu3 || fail "load dnn_emufreq"
load_gov || fail "load dnn_gov"
set_governor dnn || fail "governor dnn"
set_idle_power
# The scenario's own doings are on a LITTLE core, as a system's are.
taskset -p 1 $$ >/dev/null

for period in 40 60 100 200 400; do
	for cores in big:c little:3 free:f; do
		name="$period,${cores%:*}"
		if taskset "${cores#*:}" dnnrun --model /bench/model.dnn --data /bench/data --hints \
			--period-ms "$period" --phases "learn:30,run:$frames" \
			--energy-file $emu/total_energy_uj --summary /tmp/summary >/tmp/said 2>&1; then
			ok "$name"
		else
			fail "$name: $(cat /tmp/said)"
			continue
		fi
		line="$name,$(awk -F, '$1 == "run" {
			printf "%d,%d,%.3f,%.4f,%.3f", $2, $3, $4, $5, $6 }' /tmp/summary)"
		echo "$line" >>/tmp/mapping.csv
		progress "$line"
	done
done
result mapping.csv </tmp/mapping.csv
